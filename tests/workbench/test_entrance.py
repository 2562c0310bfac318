"""Who gets in, in which post, for how long (secure-checklist 48 to 51)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.world import World
from xinqiao.organisations.models import Officer
from xinqiao.people.models import Attempt
from xinqiao.rules.stages import Role
from xinqiao.workbench import door, tries

pytestmark = pytest.mark.django_db
PASSWORD = "不要用在别处的密码1"
LOGIN, QUEUE = "/desk/login/", "/desk/"


@pytest.fixture
def world():
    return World()


def log_in(client: Client, username: str, password: str = PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password, **more})


class TestLogIn:
    def test_opens_the_queue_under_a_new_session_key(self, world):
        client = Client()
        client.get(LOGIN)
        client.session["before"] = 1
        client.session.save()
        before = client.session.session_key
        answer = log_in(client, "xu")
        assert (answer.status_code, answer.url) == (302, QUEUE)
        assert client.session.session_key != before
        assert client.get(QUEUE).status_code == 200

    def test_leads_back_to_the_page_that_was_asked_for(self, world):
        client = Client()
        asked = client.get("/desk/?shelf=all")
        assert asked.url == f"{LOGIN}?next=/desk/%3Fshelf%3Dall"
        assert log_in(client, "xu", next="/desk/?shelf=all").url == "/desk/?shelf=all"

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/desk/", "//evil.example", "/", "javascript:alert(1)", "/desk"]
    )
    def test_never_leads_out_of_the_workbench(self, world, elsewhere):
        assert log_in(Client(), "xu", next=elsewhere).url == QUEUE

    def test_says_the_same_of_an_unknown_name_a_wrong_password_and_a_disabled_account(self, world):
        world.xu_handles.user.is_active = False
        world.xu_handles.user.save()
        Officer.objects.filter(pk=world.qian_receives.pk).update(active=False)
        tries = [("nobody", PASSWORD), ("zhou", "不是这个密码"), ("xu", PASSWORD), ("qian", PASSWORD)]
        pages = []
        for username, password in tries:
            answer = log_in(Client(), username, password)
            assert answer.status_code == 422
            assert "用户名或密码不对" in answer.content.decode()
            pages.append(answer.context["form"].non_field_errors())
        assert pages[1:] == pages[:-1]

    def test_limits_the_tries_before_it_looks_at_the_password(self, world):
        client = Client()
        most, _minutes = tries.BY_NAME_AND_SOURCE
        for _ in range(most):
            assert log_in(client, "xu", "猜一猜").status_code == 422
        refused = log_in(client, "xu")
        assert refused.status_code == 429, "even the right password is not looked at"
        assert "请等5分钟" in refused.content.decode()
        assert log_in(Client(REMOTE_ADDR="10.0.0.9"), "xu").status_code == 302, "another place is not locked out"

    def test_writes_no_name_into_the_limiter(self, world):
        log_in(Client(), "xu", "猜一猜")
        keys = " ".join(Attempt.objects.values_list("key", flat=True))
        assert "xu" not in keys.replace("desk", "")
        assert "127.0.0.1" not in keys

    def test_keeps_the_name_but_not_the_password_on_the_page(self, world):
        page = log_in(Client(), "xu", "猜一猜不对的").content.decode()
        assert 'value="xu"' in page
        assert "猜一猜不对的" not in page


class TestSession:
    def test_ends_after_half_an_hour_without_a_page(self, world):
        client = self.signed_in()
        self.set(client, door.SEEN_AT, minutes=31)
        assert client.get(QUEUE).status_code == 302
        assert "_auth_user_id" not in client.session

    def test_ends_after_twelve_hours_whatever_one_does(self, world):
        client = self.signed_in()
        self.set(client, door.SIGNED_IN_AT, minutes=12 * 60 + 1)
        assert client.get(QUEUE).status_code == 302

    def test_ends_at_once_with_the_account_or_the_post(self, world):
        client = self.signed_in()
        Officer.objects.filter(user=world.xu_handles.user).update(active=False)
        assert client.get(QUEUE).status_code == 302
        Officer.objects.filter(user=world.xu_handles.user).update(active=True)
        client = self.signed_in()
        world.xu_handles.user.is_active = False
        world.xu_handles.user.save()
        assert client.get(QUEUE).status_code == 302

    def test_is_not_written_with_every_page(self, world, django_assert_num_queries):
        client = self.signed_in()
        client.get("/desk/messages/")
        before = client.session[door.SEEN_AT]
        client.get("/desk/messages/")
        assert client.session[door.SEEN_AT] == before

    def test_log_out_ends_it_and_a_link_does_not(self, world):
        client = self.signed_in()
        assert client.get("/desk/logout/").status_code == 405
        assert client.post("/desk/logout/").url == LOGIN
        assert client.get(QUEUE).status_code == 302

    def signed_in(self) -> Client:
        client = Client()
        assert log_in(client, "xu").status_code == 302
        return client

    def set(self, client: Client, name: str, *, minutes: int) -> None:
        session = client.session
        session[name] = int((timezone.now() - timedelta(minutes=minutes)).timestamp())
        session.save()


class TestPosts:
    @pytest.fixture
    def second_post(self, world) -> Officer:
        return Officer.objects.create(
            user=world.xu_handles.user, organisation=world.police, title="兼职", roles=[Role.HANDLER.value]
        )

    def test_one_user_works_in_one_post_at_a_time(self, world, second_post):
        matter = world.in_handling()
        client = Client()
        log_in(client, "xu")
        case = reverse("workbench:case", args=[matter.number])
        assert client.get(case).status_code == 200
        key = client.session.session_key
        client.post("/desk/post/", {"post": second_post.pk})
        assert client.session.session_key != key
        assert world.police.name in client.get(QUEUE).content.decode()
        assert client.get(case).status_code == 404, "the other post has no desk in this matter"

    @pytest.mark.parametrize("whose", ["another", "disabled", "nonsense"])
    def test_cannot_be_changed_to_one_that_is_not_theirs(self, world, second_post, whose):
        Officer.objects.filter(pk=second_post.pk).update(active=whose != "disabled")
        wanted = {"another": world.zhou_leads_unit.pk, "disabled": second_post.pk, "nonsense": "7; drop"}[whose]
        client = Client()
        log_in(client, "xu")
        client.post("/desk/post/", {"post": wanted})
        assert client.session[door.POST] == world.xu_handles.pk
