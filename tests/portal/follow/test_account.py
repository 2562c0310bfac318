"""Account and log-in code: the same answer for every number, five tries, five minutes, once, in one browser; limits per number."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from xinqiao import crypto
from xinqiao.notifications import outgoing
from xinqiao.people import accounts
from xinqiao.people.models import Account, LoginCode
from xinqiao.portal import sources

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 20, 9, 30, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
MOBILE = "13800138000"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    now = [START]
    monkeypatch.setattr(timezone, "now", lambda: now[0])
    return now


@pytest.fixture(autouse=True)
def phone(monkeypatch):
    """What arrives on telephones: (number, code)."""
    arrived = []
    real = outgoing.send_sms

    def send(mobile, text, **more):
        arrived.append((mobile, re.search(r"[0-9]{6}", text)[0]))
        return real(mobile, text, **more)

    monkeypatch.setattr(outgoing, "send_sms", send)
    return arrived


def asks(client, mobile=MOBILE):
    return client.post("/account/login/", {"mobile": mobile})


def enters(client, code):
    return client.post("/account/code/", {"code": code})


def logged_in(phone, mobile=MOBILE) -> Client:
    client = Client()
    assert asks(client, mobile).status_code == 302
    assert enters(client, phone[-1][1]).url == "/account/"
    return client


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


class TestCode:
    def test_right_code_logs_in_once(self, client, phone):
        asks(client)
        code = phone[-1][1]
        assert enters(client, code).status_code == 302
        assert client.get("/account/").status_code == 200
        assert LoginCode.objects.get().used
        assert enters(client, code).url == "/account/login/", "used up"

    def test_known_and_unknown_numbers_are_answered_alike(self, phone):
        logged_in(phone)
        assert Account.objects.count() == 1
        known, unknown = Client(), Client()
        LoginCode.objects.all().delete()  # the minute between two codes is over
        answers = [asks(known), asks(unknown, "13900139000")]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert answers[0].url == answers[1].url

    def test_code_of_another_browser_does_not_open(self, client, phone):
        asks(client)
        assert enters(Client(), phone[-1][1]).url == "/account/login/"
        other = Client()
        asks(other, "13900139000")
        assert enters(other, phone[0][1]).status_code == 422

    def test_five_tries(self, client, phone):
        asks(client)
        code = phone[-1][1]
        left = [re.search(r"还可以试 (\d) 次", enters(client, wrong(code)).content.decode()) for _turn in range(4)]
        assert [found[1] for found in left] == ["4", "3", "2", "1"]
        assert "已经不能用了" in enters(client, wrong(code)).content.decode()
        assert enters(client, code).status_code == 422, "the sixth is not looked at, right or wrong"

    def test_five_minutes(self, client, phone, clock):
        asks(client)
        clock[0] += timedelta(minutes=5, seconds=1)
        assert enters(client, phone[-1][1]).status_code == 422

    def test_a_newer_code_voids_the_older(self, client, phone, clock):
        asks(client)
        clock[0] += timedelta(seconds=61)
        asks(client)
        assert enters(client, phone[0][1]).status_code == 422
        assert enters(client, phone[1][1]).status_code == 302

    def test_spaces_and_full_width_are_read(self, client, phone):
        asks(client, "＋86 138-0013-8000")
        code = phone[-1][1]
        assert phone[-1][0] == MOBILE
        assert enters(client, f"{code[:3]} {code[3:]}").status_code == 302

    def test_shape_of_a_code_costs_no_try(self, client, phone):
        asks(client)
        enters(client, "123")
        assert LoginCode.objects.get().tries == 0

    def test_browser_may_fill_it_in(self, client):
        asks(client)
        assert 'autocomplete="one-time-code"' in client.get("/account/code/").content.decode()

    def test_only_a_keyed_hash_is_stored(self, client, phone):
        asks(client)
        row = LoginCode.objects.get()
        code = phone[-1][1]
        assert row.code_hash not in (code, crypto.digest(code.encode()), crypto.digest(code.encode(), "sha256"))
        assert row.mobile_index != MOBILE
        assert row.session_key != client.session.session_key


class TestLimits:
    def test_one_a_minute_however_it_is_written(self, client, phone, clock):
        spellings = [
            MOBILE,
            "138 0013 8000",
            "+86 13800138000",
            "138-0013-8000",
            "0086 138 0013 8000",
            "１３８００１３８０００",
        ]
        answers = [asks(Client(), spelling) for spelling in spellings]
        assert [answer.status_code for answer in answers] == [302, *[422] * 5]
        assert len(phone) == 1
        assert "请过 60 秒再试" in answers[1].content.decode()
        clock[0] += timedelta(seconds=61)
        assert asks(client).status_code == 302

    def test_five_an_hour_and_ten_a_day(self, phone, clock):
        sent = []
        for _turn in range(14):
            sent.append(asks(Client()).status_code == 302)
            clock[0] += timedelta(minutes=2)
        assert sum(sent) == 5
        for _turn in range(12):
            clock[0] += timedelta(minutes=61)
            asks(Client())
        assert len(phone) == 10
        clock[0] += timedelta(days=1)
        assert asks(Client()).status_code == 302, "tomorrow again"

    def test_one_source_cannot_write_to_everybody(self, phone, monkeypatch):
        for turn in range(25):
            answer = asks(Client(), f"139001390{turn:02d}")
        assert answer.status_code == 429
        assert len(phone) == 20 and sources.MINUTES == 2

    def test_a_landline_gets_no_code(self, client, phone):
        assert asks(client, "0990-5550100").status_code == 422
        assert not phone

    def test_old_codes_are_forgotten_after_the_longest_limit(self, client, clock):
        asks(client)
        assert accounts.forget_before(clock[0] + timedelta(hours=23)) == 0
        assert accounts.forget_before(clock[0] + timedelta(hours=25)) == 1


class TestAccount:
    def test_idle_30_minutes_logs_out(self, phone, clock):
        client = logged_in(phone)
        clock[0] += timedelta(minutes=29)
        assert client.get("/account/").status_code == 200
        clock[0] += timedelta(minutes=29)
        assert client.get("/account/").status_code == 200, "counted from the last page"
        clock[0] += timedelta(minutes=31)
        assert client.get("/account/").url == "/account/login/"

    def test_session_key_changes_in_and_out(self, phone):
        client = Client()
        asks(client)
        before = client.session.session_key
        enters(client, phone[-1][1])
        inside = client.session.session_key
        assert inside != before
        client.post("/track/leave/")
        assert client.session.session_key != inside
        assert client.get("/account/").status_code == 302

    def test_claimed_matter_opens_without_its_code(self, world, phone):
        receipt = world.file("2026-11-18")
        client = logged_in(phone)
        data = {"number": receipt.number, "code": receipt.query_code}
        assert client.post("/account/claim/", data).url == "/account/"
        elsewhere = Client()
        LoginCode.objects.all().delete()
        asks(elsewhere)
        enters(elsewhere, phone[-1][1])
        assert receipt.number in elsewhere.get("/account/").content.decode().replace(" ", "")
        assert elsewhere.get(f"/matters/{receipt.number}/").status_code == 200

    def test_after_30_idle_minutes_words_wait_behind_the_log_in_and_no_number_is_betrayed(self, world, phone, clock):
        client = logged_in(phone)
        receipt = world.file("2026-11-18", account_id=Account.objects.get().pk)
        stranger = world.file("2026-11-19")
        clock[0] += timedelta(minutes=31)
        numbers = (receipt.number, stranger.number, "9" * 19)
        assert {client.get(f"/matters/{number}/").url for number in numbers} == {"/account/login/"}
        client.post(f"/matters/{receipt.number}/ask/", {"text": "什么时候来看房？"})
        asks(client)
        back = enters(client, phone[-1][1])
        assert back.url == f"/matters/{receipt.number}/ask/"
        assert "什么时候来看房？" in client.get(back.url).content.decode()
        assert client.get(f"/matters/{stranger.number}/").status_code == 404

    def test_claim_needs_the_right_code(self, world, phone):
        receipt = world.file("2026-11-18")
        client = logged_in(phone)
        assert client.post("/account/claim/", {"number": receipt.number, "code": "0" * 16}).status_code == 422
        assert client.get(f"/matters/{receipt.number}/").status_code == 404

    def test_second_account_takes_nothing_away(self, world, phone):
        receipt = world.file("2026-11-18")
        data = {"number": receipt.number, "code": receipt.query_code}
        first, second = logged_in(phone), logged_in(phone, "13900139000")
        first.post("/account/claim/", data)
        second.post("/account/claim/", data)
        assert "漏水" in first.get("/account/").content.decode()
        assert "漏水" not in second.get("/account/").content.decode()
        assert second.get(f"/matters/{receipt.number}/").status_code == 200, "number and code still open it"

    def test_filing_while_logged_in_is_in_the_account(self, world, phone):
        client = logged_in(phone)
        account = Account.objects.get()
        world.file("2026-11-18", account_id=account.pk)
        assert "漏水" in client.get("/account/").content.decode()
