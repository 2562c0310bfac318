"""Sessions end at once when the rights behind them change; people see and end their own (checklist 51, 52)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from xinqiao.integrity.models import AuditEntry
from xinqiao.organisations import rights
from xinqiao.organisations.models import Officer, SignIn, User
from xinqiao.rules.stages import Role
from xinqiao.workbench import tries

pytestmark = pytest.mark.django_db
PASSWORD, NEW = "不要用在别处的密码1", "换成另一个长长的密码2"
LOGIN, QUEUE, ACCOUNT = "/desk/login/", "/desk/", "/desk/account/"


@pytest.fixture
def world():
    return World()


def log_in(username: str = "xu", password: str = PASSWORD, **more) -> Client:
    client = Client(**more)
    client.post(LOGIN, {"username": username, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get(QUEUE).status_code == 200


class TestEnd:
    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda post: Officer.objects.filter(pk=post.pk).update(roles=[Role.UNIT_LEADER]), "other role"),
            (lambda post: Officer.objects.filter(pk=post.pk).update(active=False), "post disabled"),
            (lambda post: User.objects.filter(pk=post.user_id).update(is_active=False), "user disabled"),
            (lambda post: Officer.objects.filter(pk=post.pk).update(organisation=Officer.objects.exclude(
                organisation=post.organisation).first().organisation), "other organisation"),
            (lambda post: Officer.objects.create(user=post.user, organisation=post.organisation, title="又一个",
                                                 roles=[Role.ARCHIVIST]), "one more post"),
            (lambda post: User.objects.filter(pk=post.user_id).update(rights_version=1), "newer version of rights"),
        ],
    )  # fmt: skip
    def test_comes_with_the_next_page_in_every_browser_whoever_changed_it(self, world, change, why):
        one, other = log_in(), log_in()
        assert is_in(one) and is_in(other)
        change(world.xu_handles)
        assert not is_in(one) and not is_in(other), why

    def test_a_change_of_somebody_else_ends_nothing(self, world):
        client = log_in()
        Officer.objects.filter(pk=world.zhou_leads_unit.pk).update(roles=[Role.HANDLER])
        assert is_in(client)

    def test_says_why_and_notes_it(self, world):
        client = log_in()
        Officer.objects.filter(pk=world.xu_handles.pk).update(roles=[Role.UNIT_LEADER])
        assert "岗位或权限有变动" in client.get(QUEUE, follow=True).content.decode()
        assert AuditEntry.objects.filter(kind="session_ended", user_id=world.xu_handles.user_id).count() == 1


class TestOwnSessions:
    def test_are_listed_and_the_others_ended(self, world):
        phone = log_in(headers={"user-agent": "Mozilla/5.0 (iPhone) Safari/605"})
        desk = log_in(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537"})
        page = desk.get(ACCOUNT).content.decode()
        assert "Safari · iPhone" in page and "Chrome · Windows" in page
        desk.post("/desk/account/sessions/end/")
        assert is_in(desk)
        assert not is_in(phone)

    def test_nobody_ends_a_session_of_somebody_else(self, world):
        theirs = log_in("zhou")
        row = SignIn.objects.get(user=world.zhou_leads_unit.user)
        log_in().post("/desk/account/sessions/end/", {"session": row.pk})
        assert is_in(theirs)

    @pytest.mark.parametrize("odd", ["x", "９", "-1", "9" * 30, "\x00"])
    def test_odd_numbers_are_no_error(self, world, odd):
        assert log_in().post("/desk/account/sessions/end/", {"session": odd}).status_code == 302


class TestArrival:
    def test_tells_of_failed_tries_since_the_last_log_in(self, world):
        log_in()
        for _ in range(3):
            log_in(password="不对的")
        client = Client()
        page = client.post(LOGIN, {"username": "xu", "password": PASSWORD}, follow=True).content.decode()
        assert "上次登录" in page and "3 次登录失败" in page
        client.post("/desk/logout/")
        again = client.post(LOGIN, {"username": "xu", "password": PASSWORD}, follow=True).content.decode()
        assert "没有失败的登录" in again

    def test_successes_do_not_use_up_the_limit(self, world):
        for _ in range(tries.BY_NAME_AND_SOURCE[0] + 3):
            assert Client().post(LOGIN, {"username": "xu", "password": PASSWORD}).status_code == 302

    def test_an_outsider_cannot_keep_somebody_out_of_a_known_browser(self, world):
        known = log_in()
        known.post("/desk/logout/")
        for number in range(tries.BY_NAME[0] + 1):
            Client(REMOTE_ADDR=f"10.0.0.{number}").post(LOGIN, {"username": "xu", "password": "猜"})
        assert Client(REMOTE_ADDR="10.9.9.9").post(LOGIN, {"username": "xu", "password": PASSWORD}).status_code == 429
        assert known.post(LOGIN, {"username": "xu", "password": PASSWORD}).status_code == 302

    def test_a_known_browser_has_a_limit_too_and_is_known_for_its_own_user_only(self, world):
        known = log_in()
        known.post("/desk/logout/")
        for _ in range(tries.BY_DEVICE[0]):
            assert known.post(LOGIN, {"username": "xu", "password": "猜"}).status_code == 422
        assert known.post(LOGIN, {"username": "xu", "password": PASSWORD}).status_code == 429
        for _ in range(tries.BY_NAME_AND_SOURCE[0]):
            assert known.post(LOGIN, {"username": "zhou", "password": "猜"}).status_code == 422
        assert known.post(LOGIN, {"username": "zhou", "password": PASSWORD}).status_code == 429

    def test_hashes_once_for_known_and_unknown_names_and_writes_the_same(self, world, monkeypatch):
        from django.contrib.auth.hashers import MD5PasswordHasher

        hashed = []
        encode = MD5PasswordHasher.encode
        monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
        counts = []
        for name in ("xu", "nobody"):
            hashed.clear()
            log_in(name, "不对的")
            counts.append(len(hashed))
        assert counts == [1, 1]
        assert AuditEntry.objects.filter(kind="sign_in_failed").count() == 2
        assert "nobody" not in "".join(AuditEntry.objects.values_list("detail_text", flat=True))

    def test_a_flood_of_tries_does_not_flood_the_audit_log(self, world):
        client = Client()
        for _ in range(tries.BY_NAME_AND_SOURCE[0] + 20):
            client.post(LOGIN, {"username": "xu", "password": "猜"})
        assert AuditEntry.objects.count() == tries.BY_NAME_AND_SOURCE[0] + 1


class TestOwnPassword:
    url = "/desk/account/password/"

    def change(self, client, current=PASSWORD, new=NEW, again=NEW):
        return client.post(self.url, {"current": current, "new": new, "again": again})

    def test_ends_the_other_sessions_and_not_this_one(self, world):
        here, there = log_in(), log_in()
        assert self.change(here).url == ACCOUNT
        assert is_in(here)
        assert not is_in(there)
        assert is_in(log_in(password=NEW)) and not is_in(log_in())

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"current": "不对"}, "现在的密码不对"),
            ({"again": "另一个"}, "两次输入的新密码不一样"),
            ({"new": "短", "again": "短"}, "至少要10个字符"),
            ({"new": "password123", "again": "password123"}, "密码太常见"),
            ({"new": PASSWORD, "again": PASSWORD}, "新密码和现在的一样"),
            ({"new": "a" * 300, "again": "a" * 300}, "密码没有这么长"),
        ],
    )
    def test_says_what_is_wrong(self, world, facts, words):
        answer = self.change(log_in(), **facts)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert is_in(log_in())


class TestOneTimePassword:
    @pytest.fixture
    def issued(self, world) -> str:
        with_password = rights._one_time_password(world.xu_handles.user, at=timezone.now())
        return with_password

    def test_leads_to_its_change_and_nowhere_else(self, issued):
        client = log_in(password=issued)
        for page in (QUEUE, ACCOUNT, "/desk/messages/"):
            assert client.get(page).url.startswith("/desk/account/password/")
        assert client.get("/desk/account/factors/app/").status_code == 404, "a factor comes after the own password"
        client.post("/desk/account/password/", {"current": issued, "new": NEW, "again": NEW})
        assert is_in(client)
        assert not is_in(log_in(password=issued))

    def test_lapses_after_a_week(self, issued, world):
        User.objects.filter(pk=world.xu_handles.user_id).update(one_time_until=timezone.now() - timedelta(minutes=1))
        assert not is_in(log_in(password=issued))
