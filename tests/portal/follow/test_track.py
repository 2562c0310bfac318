"""查进度: typed as people type, one answer for wrong number and wrong code, delayed when tried out, never locked."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from xinqiao.matters import tracking
from xinqiao.portal.follow import track
from xinqiao.rules.numbering import make_matter_number, print_code, print_matter_number

pytestmark = pytest.mark.django_db
MINUTE = datetime(2026, 11, 20, 9, 30, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
WRONG_CODE = "0000000000000000"


@pytest.fixture
def receipt(world):
    return world.file("2026-11-18")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The pages' clock stands; tests move it."""
    now = [MINUTE]
    monkeypatch.setattr(timezone, "now", lambda: now[0])
    return now


def tries(client, number, code, **more):
    return client.post("/track/", {"number": number, "code": code}, **more)


class TestTyping:
    @pytest.mark.parametrize(
        "written",
        [
            (lambda number, code: (print_matter_number(number), print_code(code)), "as printed"),
            (lambda number, code: (f" {number.lower()}\n", code.lower()), "pasted in lower case"),
            (lambda number, code: ("－".join(full(number)), full(code)), "full width with dashes"),
            (lambda number, code: (number.replace("0", "O"), code.replace("0", "o").replace("1", "l")), "look-alikes"),
        ],
        ids=lambda row: row[1],
    )
    def test_opens_as_people_write_it(self, client, receipt, written):
        number, code = written[0](receipt.number, receipt.query_code)
        assert tries(client, number, code).url == f"/matters/{receipt.number}/"

    def test_what_is_wrong_with_the_shape_is_said_at_the_field(self, client, receipt):
        page = tries(client, receipt.number[:-1], receipt.query_code)
        assert page.status_code == 422
        text = page.content.decode()
        assert "您输入了18位" in text
        assert receipt.query_code in text, "the code that was typed stays"


class TestGuessing:
    def test_wrong_code_and_unknown_number_read_the_same(self, client, receipt):
        unknown = make_matter_number("990100", MINUTE.date(), 4321)
        answers = [tries(client, receipt.number, WRONG_CODE), tries(client, unknown, receipt.query_code)]
        for answer in answers:
            assert answer.status_code == 422
            assert track.NO_MATCH in answer.content.decode()
        assert "proved" not in client.session

    def test_an_unknown_number_costs_a_hash_too(self, client, receipt, monkeypatch):
        hashed = []
        monkeypatch.setattr(tracking.crypto, "slow_hash_matches", lambda secret, stored: bool(hashed.append(stored)))
        tries(client, receipt.number, WRONG_CODE)
        tries(client, make_matter_number("990100", MINUTE.date(), 4321), WRONG_CODE)
        assert len(hashed) == 2 and hashed[1] == ""

    def test_the_21st_try_of_a_minute_waits_and_then_opens(self, client, receipt, clock):
        for _turn in range(20):
            assert tries(client, receipt.number, WRONG_CODE).status_code == 422
        waiting = tries(client, receipt.number, receipt.query_code)
        assert waiting.status_code == 429
        assert waiting["Retry-After"] == "60"
        text = waiting.content.decode()
        assert "请过 60 秒再试" in text and receipt.number in text
        assert tries(client, receipt.number, receipt.query_code, REMOTE_ADDR="10.1.2.3").status_code == 302, (
            "others go on"
        )
        clock[0] += timedelta(seconds=60)
        assert tries(client, receipt.number, receipt.query_code).status_code == 302, "nobody is locked out"

    def test_neighbours_in_one_ipv6_network_are_one_source(self, client, receipt):
        for last in range(20):
            tries(client, receipt.number, WRONG_CODE, REMOTE_ADDR=f"2001:db8:0:1::{last + 1:x}")
        assert tries(client, receipt.number, WRONG_CODE, REMOTE_ADDR="2001:db8:0:1:ffff::1").status_code == 429
        assert tries(client, receipt.number, WRONG_CODE, REMOTE_ADDR="2001:db8:0:2::1").status_code == 422

    def test_a_forwarded_address_that_a_visitor_writes_is_not_believed(self, client, receipt):
        for turn in range(20):
            tries(client, receipt.number, WRONG_CODE, HTTP_X_FORWARDED_FOR=f"10.9.8.{turn}")
        assert tries(client, receipt.number, WRONG_CODE, HTTP_X_FORWARDED_FOR="10.9.9.9").status_code == 429

    def test_many_addresses_at_once_are_braked_but_each_still_gets_its_tries(self, client, receipt, monkeypatch):
        monkeypatch.setattr(tracking, "WRONG_EVERYWHERE", 5)
        for turn in range(5):
            tries(client, receipt.number, WRONG_CODE, REMOTE_ADDR=f"10.0.0.{turn}")
        for _turn in range(tracking.WHILE_BRAKED):
            assert tries(client, receipt.number, WRONG_CODE, REMOTE_ADDR="10.0.1.1").status_code == 422
        assert tries(client, receipt.number, WRONG_CODE, REMOTE_ADDR="10.0.1.1").status_code == 429
        assert tries(client, receipt.number, receipt.query_code, REMOTE_ADDR="10.0.1.2").status_code == 302

    def test_the_session_gets_a_new_key_and_says_nothing_in_clear(self, client, receipt):
        session = client.session
        session["planted"] = "x"
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        tries(client, receipt.number, receipt.query_code)
        assert client.session["planted"] == "x", "the same session"
        assert client.session.session_key != session.session_key
        assert client.session["proved"].startswith("sm4gcm$")


def full(text: str) -> str:
    """In full-width characters, as a Chinese input method writes them."""
    return "".join(chr(ord(char) + 0xFEE0) for char in text)
