"""The second step of an officer's log-in: required, single use, limited, recoverable (checklist 48, 51)."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.utils import timezone

from tests.world import World
from xinqiao.integrity.models import AuditEntry
from xinqiao.workbench import tries
from xinqiao.workbench.account import arrival, factors

pytestmark = pytest.mark.django_db
PASSWORD = "不要用在别处的密码1"
LOGIN, SECOND, QUEUE = "/desk/login/", "/desk/login/second/", "/desk/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def world():
    return World()


def code(minutes: float = 0, secret: str = SECRET) -> str:
    """What the app shows now, or so many minutes from now."""
    counter = int((timezone.now() + timedelta(minutes=minutes)).timestamp()) // factors.PERIOD_SECONDS
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def wrong_code(secret: str = SECRET) -> str:
    """Six digits that the app shows neither now nor about now: whatever is named here, once in a while it would be right."""
    right = {code(half / 2, secret) for half in range(-3, 4)}
    return next(digits for digits in ("000000", *(f"{one}" * 6 for one in range(1, 9))) if digits not in right)


def with_app(user):
    """The user set the app up five minutes ago."""
    past = timezone.now() - timedelta(minutes=5)
    assert factors.add_app(user, SECRET, code(-5), at=past)
    return user


def first_step(username: str = "xu", **more) -> Client:
    client = Client()
    client.post(LOGIN, {"username": username, "password": PASSWORD, **more})
    return client


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def kinds(**wanted) -> list[str]:
    return list(AuditEntry.objects.filter(**wanted).order_by("pk").values_list("kind", flat=True))


class TestSecondStep:
    def test_the_password_alone_opens_nothing_once_there_is_a_factor(self, world):
        with_app(world.xu_handles.user)
        client = Client()
        answer = client.post(LOGIN, {"username": "xu", "password": PASSWORD})
        assert answer.url == SECOND
        assert not signed_in(client)
        assert client.get(QUEUE).url.startswith(LOGIN)

    def test_the_right_code_opens_the_session_and_leads_where_one_wanted_to_go(self, world):
        with_app(world.xu_handles.user)
        client = first_step(next="/desk/messages/")
        assert client.post(SECOND, {"code": code()}).url == "/desk/messages/"
        assert client.get(QUEUE).status_code == 200

    def test_a_code_in_full_width_digits_with_a_blank_is_the_same_code(self, world):
        with_app(world.xu_handles.user)
        shown = code().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        assert first_step().post(SECOND, {"code": f"{shown[:3]} {shown[3:]}"}).status_code == 302

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            (None, "wrong digits"),
            ("", "nothing typed"),
            ("12345", "too short"),
            ("abcdef", "no digits"),
            ("①②③④⑤⑥", "digits that are none"),
            ("9" * 41, "too long"),
            ("1234567890", "a recovery code that does not exist"),
        ],
    )
    def test_a_wrong_code_opens_nothing_and_says_what_to_do(self, world, typed, why):
        with_app(world.xu_handles.user)
        client = first_step()
        answer = client.post(SECOND, {"code": wrong_code() if typed is None else typed})
        assert (answer.status_code, signed_in(client)) == (422, False), why
        assert "验证码" in answer.content.decode()

    def test_a_code_is_taken_once(self, world):
        with_app(world.xu_handles.user)
        shown = code()
        assert first_step().post(SECOND, {"code": shown}).status_code == 302
        again = first_step()
        assert again.post(SECOND, {"code": shown}).status_code == 422
        assert not signed_in(again)

    def test_an_older_code_than_the_last_used_is_refused_though_still_in_time(self, world):
        with_app(world.xu_handles.user)
        assert first_step().post(SECOND, {"code": code(0.5)}).status_code == 302
        assert first_step().post(SECOND, {"code": code()}).status_code == 422

    def test_the_code_of_the_setting_up_opens_nothing(self, world):
        user, shown = world.xu_handles.user, code()
        assert factors.add_app(user, SECRET, shown, at=timezone.now())
        assert first_step().post(SECOND, {"code": shown}).status_code == 422

    def test_guessing_is_limited_before_the_code_is_looked_at(self, world):
        with_app(world.xu_handles.user)
        client = first_step()
        most, _minutes = tries.FACTOR[0]
        for _ in range(most):
            assert client.post(SECOND, {"code": wrong_code()}).status_code == 422
        assert client.post(SECOND, {"code": code()}).status_code == 429
        fresh = first_step()
        assert fresh.post(SECOND, {"code": code()}).status_code == 429, "another browser does not help"

    def test_right_codes_do_not_use_up_the_limit(self, world):
        user = with_app(world.xu_handles.user)
        for _ in range(tries.FACTOR[0][0] + 2):
            Authenticator.objects.filter(user=user).update(data={"secret": factors.Adapter().encrypt(SECRET)})
            assert first_step().post(SECOND, {"code": code()}).status_code == 302

    def test_it_waits_five_minutes_for_the_code(self, world):
        with_app(world.xu_handles.user)
        client = first_step()
        session = client.session
        session[arrival.PENDING] = {**session[arrival.PENDING], "at": int(timezone.now().timestamp()) - 301}
        session.save()
        assert client.post(SECOND, {"code": code()}).url == LOGIN
        assert not signed_in(client)

    def test_a_password_changed_in_between_ends_the_half_opened_door(self, world):
        user = with_app(world.xu_handles.user)
        client = first_step()
        user.set_password("另一个长长的密码2")
        user.save()
        assert client.post(SECOND, {"code": code()}).url == LOGIN

    def test_its_address_alone_leads_to_the_first_step(self, world):
        assert Client().get(SECOND).url == LOGIN
        assert Client().post(SECOND, {"code": "000000"}).url == LOGIN

    @pytest.mark.parametrize("raw", ["", "{", "[]", "{}", '{"id":1}', '{"response":{"userHandle":"!!"}}', "[" * 5000])
    def test_a_broken_passkey_answer_is_refused_not_an_error(self, world, raw):
        with_app(world.xu_handles.user)
        client = first_step()
        assert client.post(SECOND, {"credential": raw}).status_code == 422
        stranger = Client(HTTP_HOST="localhost")
        stranger.get("/desk/login/passkey/")
        assert stranger.post("/desk/login/passkey/", {"credential": raw}).url == LOGIN
        assert not signed_in(stranger)

    def test_secrets_are_sealed_in_the_database(self, world):
        with_app(world.xu_handles.user)
        factors.new_recovery_codes(world.xu_handles.user)
        kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
        assert SECRET not in kept
        assert kept.count("gcm$") == 2

    def test_each_try_is_in_the_audit_log(self, world):
        user = with_app(world.xu_handles.user)
        client = first_step()
        client.post(SECOND, {"code": wrong_code()})
        client.post(SECOND, {"code": code()})
        client.post("/desk/logout/")
        assert kinds(user_id=user.pk) == ["sign_in_failed", "signed_in", "signed_out"]
        assert json.loads(AuditEntry.objects.get(kind="signed_in").detail_text) == {
            "factor": "totp",
            "means": "password",
        }


class TestRecoveryCodes:
    def test_opens_once(self, world):
        user = with_app(world.xu_handles.user)
        codes = factors.new_recovery_codes(user)
        assert first_step().post(SECOND, {"code": codes[3]}).status_code == 302
        assert first_step().post(SECOND, {"code": codes[3]}).status_code == 422
        assert first_step().post(SECOND, {"code": f"{codes[4][:5]} {codes[4][5:]}"}).status_code == 302
        assert factors.recovery_codes_left(user) == 8

    def test_new_ones_void_the_old(self, world):
        user = with_app(world.xu_handles.user)
        old, new = factors.new_recovery_codes(user), factors.new_recovery_codes(user)
        assert first_step().post(SECOND, {"code": old[0]}).status_code == 422
        assert first_step().post(SECOND, {"code": new[0]}).status_code == 302


class TestRequired:
    @pytest.fixture(autouse=True)
    def required(self, settings):
        settings.XINQIAO_SECOND_FACTOR = "required"

    def test_an_officer_without_a_factor_can_do_nothing_but_set_one_up(self, world):
        client = first_step()
        for page in (QUEUE, "/desk/messages/", "/desk/account/", f"/desk/cases/{world.in_handling().number}/"):
            assert client.get(page).url.startswith("/desk/account/factors/"), page
        assert "请先设置第二步验证" in client.get("/desk/account/factors/").content.decode()

    def test_setting_one_up_opens_the_workbench_and_shows_codes_once(self, world):
        client = first_step()
        page = client.get("/desk/account/factors/app/")
        secret = page.context["secret"].replace(" ", "")
        assert "<svg" in page.content.decode() and "style=" not in page.content.decode()
        wrong = client.post("/desk/account/factors/app/", {"code": wrong_code(secret), "password": PASSWORD})
        assert wrong.status_code == 422
        assert client.get("/desk/account/factors/app/").context["secret"].replace(" ", "") == secret, "the code stays"
        done = client.post("/desk/account/factors/app/", {"code": code(secret=secret)})
        assert len(done.context["codes"]) == 10
        assert client.get(QUEUE).status_code == 200
        assert factors.has_any(world.xu_handles.user)

    def test_setting_up_asks_for_the_password_again(self, world):
        client = first_step()
        secret = client.get("/desk/account/factors/app/").context["secret"].replace(" ", "")
        answer = client.post("/desk/account/factors/app/", {"code": code(secret=secret), "password": "不是这个"})
        assert answer.status_code == 422
        assert not factors.has_any(world.xu_handles.user)

    def test_the_last_factor_cannot_be_removed(self, world):
        user = with_app(world.xu_handles.user)
        client = first_step()
        client.post(SECOND, {"code": code()})
        url = f"/desk/account/factors/{factors.of(user)[0].pk}/remove/"
        assert client.post(url, {"password": PASSWORD}).status_code == 422
        assert factors.has_any(user)

    def test_nobody_removes_a_factor_of_somebody_else(self, world):
        theirs = factors.of(with_app(world.zhou_leads_unit.user))[0].pk
        with_app(world.xu_handles.user)
        client = first_step()
        client.post(SECOND, {"code": code()})
        assert client.get(f"/desk/account/factors/{theirs}/remove/").status_code == 404
