"""Windows that slide, spellings that meet, doors that nobody can shut on somebody else (issue 3 section 4, checklist 35, 49)."""

import itertools
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from tests.world import World
from xinqiao.people import limits
from xinqiao.people.models import LoginCode, RecentTries
from xinqiao.rules.identity import check_phone
from xinqiao.rules.rate_limits import ALL, GUESS, RateLimit

BOUNDARY = datetime(2026, 11, 20, 9, 30, 58, tzinfo=ZoneInfo("Asia/Shanghai"))
WRONG_CODE = "0000000000000000"

SPELLINGS = [
    ("13800138000", "as it is"),
    ("１３８００１３８０００", "full-width digits"),
    ("+8613800138000", "country code"),
    ("008613800138000", "country code dialled"),
    ("8613800138000", "country code without a plus"),
    ("＋８６ 138 0013 8000", "full-width plus and blanks"),
    ("138 0013 8000", "groups"),
    ("138-0013-8000", "dashes"),
    ("138\u00a00013\u00a08000", "no-break spaces"),
    ("138\u30000013\u30008000", "ideographic spaces"),
    ("(86)138-0013-8000", "brackets"),
    ("013800138000", "a 0 dialled before a mobile of another city"),
    ("138\u200b0013\u200b8000\u202c", "invisible characters of a copied number"),
    ("138—0013—8000", "Chinese dashes"),
]


@pytest.fixture
def clock(monkeypatch):
    now = [BOUNDARY]
    monkeypatch.setattr(timezone, "now", lambda: now[0])
    return now


@pytest.mark.django_db
class TestWait:
    def test_no_sixty_seconds_hold_more_than_the_limit(self):
        """Twenty just before the minute ends leave none just after it begins."""
        assert [limits.wait("k", GUESS, at=BOUNDARY) for _ in range(20)] == [0] * 20
        assert limits.wait("k", GUESS, at=BOUNDARY + timedelta(seconds=4)) == 56
        assert limits.wait("k", GUESS, at=BOUNDARY + timedelta(seconds=59.9)) == 1
        assert limits.wait("k", GUESS, at=BOUNDARY + timedelta(seconds=60)) == 0

    def test_any_window_of_a_long_attack(self):
        counted = [
            moment
            for step in range(2400)  # ten tries a second for four minutes
            if limits.wait("k", GUESS, at=(moment := BOUNDARY + timedelta(seconds=step / 10))) == 0
        ]
        assert len(counted) == 80
        for first in counted:
            assert sum(first <= one < first + timedelta(seconds=60) for one in counted) <= GUESS.most

    def test_who_hammers_waits_no_longer_than_who_waits(self):
        for _ in range(20):
            limits.wait("k", GUESS, at=BOUNDARY)
        for second in range(1, 60):
            assert limits.wait("k", GUESS, at=BOUNDARY + timedelta(seconds=second)) == 60 - second
        assert limits.wait("k", GUESS, at=BOUNDARY + timedelta(seconds=60)) == 0

    def test_a_right_try_is_given_back(self):
        once = RateLimit(1, 60, "program", "", "")
        assert limits.wait("k", once, at=BOUNDARY) == 0
        limits.give_back("k", at=BOUNDARY)
        assert limits.wait("k", once, at=BOUNDARY) == 0

    def test_old_counts_are_forgotten(self):
        limits.wait("k", GUESS, at=BOUNDARY)
        limits.forget_before(BOUNDARY + timedelta(hours=23))
        assert RecentTries.objects.count() == 1
        limits.forget_before(BOUNDARY + timedelta(hours=25))
        assert RecentTries.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_forty_tries_at_once_are_twenty():
    granted, start = [], threading.Barrier(8)

    def hammer():
        start.wait()
        for _ in range(5):
            granted.append(limits.wait("k", GUESS, at=BOUNDARY) == 0)
        connections.close_all()

    threads = [threading.Thread(target=hammer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(granted), sum(granted)) == (40, 20)


@pytest.mark.django_db
class TestNobodyIsLockedOut:
    def test_across_the_minute_only_twenty_guesses_are_looked_at(self, clock, monkeypatch):
        looked = []
        monkeypatch.setattr("xinqiao.matters.tracking.find", lambda number, code: looked.append(code))
        receipt = World().file("2026-11-18")
        for second in range(8):  # 9:30:58 to 9:31:05
            for _ in range(10):
                guess(receipt.number, WRONG_CODE)
            clock[0] = BOUNDARY + timedelta(seconds=second)
        assert len(looked) == GUESS.most

    def test_the_citizen_comes_in_while_somebody_hammers_on_the_number(self, clock):
        receipt = World().file("2026-11-18")
        for _ in range(60):
            guess(receipt.number, WRONG_CODE, source="203.0.113.9")
        assert guess(receipt.number, receipt.query_code, source="198.51.100.4").status_code == 302

    def test_also_while_the_brake_is_on(self, clock, monkeypatch):
        monkeypatch.setattr("xinqiao.matters.tracking.WRONG_EVERYWHERE", 10)
        receipt = World().file("2026-11-18")
        for source in range(40):
            guess(receipt.number, WRONG_CODE, source=f"203.0.113.{source}")
        clock[0] += timedelta(seconds=4)  # over the minute: the brake holds
        assert [guess(receipt.number, WRONG_CODE, source="203.0.113.1").status_code for _ in range(4)][-1] == 429
        assert guess(receipt.number, receipt.query_code, source="198.51.100.4").status_code == 302


@pytest.mark.django_db
class TestCodesBySms:
    @pytest.mark.parametrize(("written", "why"), SPELLINGS, ids=[why for _, why in SPELLINGS])
    def test_every_spelling_is_one_number(self, written, why):
        assert check_phone(written) == "13800138000", why

    def test_thirteen_spellings_get_one_code_a_minute_and_five_an_hour(self, clock):
        statuses = [ask(written).status_code for written, _ in SPELLINGS]
        assert statuses[0] == 302 and 302 not in statuses[1:]
        for turn in range(59):
            clock[0] = BOUNDARY + timedelta(seconds=61 * turn)
            ask(SPELLINGS[turn % len(SPELLINGS)][0])
        assert LoginCode.objects.count() == 5

    def test_ten_a_day(self, clock):
        for turn in range(60):
            clock[0] = BOUNDARY + timedelta(minutes=20 * turn)
            ask(SPELLINGS[turn % len(SPELLINGS)][0])
        assert LoginCode.objects.count() == 10


class TestTable:
    def test_every_limit_says_whom_it_counts_and_why(self):
        for limit in ALL:
            assert limit.most > 0 and limit.seconds > 0 and limit.counted_by and limit.what and limit.why

    def test_no_limit_counts_by_matter(self):
        assert {limit.counted_by for limit in ALL} <= {"source", "everybody", "program", "number", "code", "officer"}


def guess(number: str, code: str, source: str = "203.0.113.1"):
    return Client().post("/track/", {"number": number, "code": code}, REMOTE_ADDR=source)


_turns = itertools.count()


def ask(written: str):
    """Each time from another address: the number is what counts."""
    return Client().post("/account/login/", {"mobile": written}, REMOTE_ADDR=f"198.51.100.{next(_turns) % 250}")
