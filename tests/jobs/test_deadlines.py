"""The sweep finds what crossed a line from what is stored: each alarm once, whenever it comes back (secure-checklist 34, DL-20)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils.timezone import localdate

from tests.world import SHANGHAI, World, at
from xinqiao.jobs import deadlines, duties
from xinqiao.matters.actors import SYSTEM, Citizen
from xinqiao.matters.models import Clock, Event, Matter, Withdrawal
from xinqiao.rules.stages import Stage, Step


def steps_of(matter, step, **facts) -> list[Event]:
    found = Event.objects.filter(matter_id=matter.pk, step=step).order_by("seq")
    return [event for event in found if all(event.facts.get(key) == value for key, value in facts.items())]


def night(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(minutes=10)


def day_by_day(first: str, last: str) -> None:
    moment = at(first)
    while moment <= at(last):
        deadlines.sweep(moment)
        moment += timedelta(days=1)


@pytest.mark.django_db
class TestSweep:
    @pytest.fixture
    def world(self):
        return World()

    @pytest.mark.parametrize("days_down", [1, 10], ids=["24 hours", "10 days"])
    def test_after_a_stop_the_silence_is_recorded_exactly_once(self, world, days_down):
        matter = world.signed_in("2026-03-02")
        due_on = matter.clocks.get(term="UNIT15").due_on
        deadlines.sweep(night(due_on))
        moment = night(due_on + timedelta(days=1 + days_down))
        for minute in range(3):
            deadlines.sweep(moment + timedelta(minutes=minute))
        assert len(steps_of(matter, Step.RECORD_SILENCE)) == 1
        handling = matter.clocks.get(term="HANDLE60")
        assert handling.started_on == matter.clocks.get(term="UNIT15").nominal_on, (
            "DL-06: counted from the nominal 15th day"
        )

    def test_nothing_is_late_on_the_last_day_itself(self, world):
        matter = world.in_handling("2026-03-02")
        due_on = matter.clocks.get(term="HANDLE60").due_on
        deadlines.sweep(night(due_on))
        assert not steps_of(matter, Step.RECORD_OVERDUE, term="HANDLE60")
        deadlines.sweep(night(due_on + timedelta(days=1)))
        assert len(steps_of(matter, Step.RECORD_OVERDUE, term="HANDLE60")) == 1
        assert matter.clocks.get(term="HANDLE60").state == "running", "late work is still owed"

    def test_missed_warnings_are_given_as_one_the_most_severe(self, world):
        matter = world.in_handling("2026-03-02")
        clock = matter.clocks.get(term="HANDLE60")
        deadlines.sweep(night(clock.due_on - timedelta(days=2)))
        warned = steps_of(matter, Step.WARN, term="HANDLE60")
        assert [event.facts["level"] for event in warned] == ["severe"]
        assert matter.clocks.get(term="HANDLE60").level == "severe"

    def test_day_by_day_each_level_is_said_once_and_in_order(self, world):
        matter = world.in_handling("2026-03-02")
        day_by_day("2026-03-03", "2026-05-10")
        said = [event.facts["level"] for event in steps_of(matter, Step.WARN, term="HANDLE60")]
        shares = [level for level in said if not level.startswith("reminder")]
        assert shares == ["notice", "warning", "severe", "last"]
        assert len(said) == len(set(said))
        assert len(steps_of(matter, Step.RECORD_OVERDUE, term="HANDLE60")) == 1

    def test_the_window_for_a_review_ends_the_matter_once(self, world):
        matter = world.served()
        due_on = matter.clocks.get(term="REVIEW_REQ30").due_on
        deadlines.sweep(night(due_on))
        assert Matter.objects.get(pk=matter.pk).stage == Stage.OPINION_SERVED
        for _ in range(2):
            deadlines.sweep(night(due_on + timedelta(days=10)))
        assert Matter.objects.get(pk=matter.pk).stage == Stage.ENDED_WINDOW
        assert len(steps_of(matter, Step.END_WINDOW)) == 1

    def test_the_citizen_is_reminded_of_an_own_window_once_and_not_at_every_level(self, world):
        matter = world.served()
        due_on = matter.clocks.get(term="REVIEW_REQ30").due_on
        day_by_day("2026-04-03", due_on.isoformat())
        assert [event.facts["level"] for event in steps_of(matter, Step.WARN, term="REVIEW_REQ30")] == ["reminder_3"]

    def test_a_window_that_passes_during_execution_waits_for_it(self, world):
        matter = world.served()
        world.take(
            Step.START_EXECUTION, matter.pk, world.xu_handles, "2026-04-05", plan="五月底前更换3号楼屋面防水层。"
        )
        due_on = matter.clocks.get(term="REVIEW_REQ30").due_on
        day_by_day((due_on + timedelta(days=1)).isoformat(), (due_on + timedelta(days=3)).isoformat())
        assert Matter.objects.get(pk=matter.pk).stage == Stage.EXECUTING
        world.take(
            Step.REPORT_EXECUTION, matter.pk, world.xu_handles, "2026-05-20", text="3号楼屋面防水层已全部更换，附验收单。"
        )  # fmt: skip
        confirm_by = matter.clocks.get(term="EXEC_CONFIRM15").due_on
        day_by_day("2026-05-20", confirm_by.isoformat())
        assert Matter.objects.get(pk=matter.pk).stage == Stage.EXECUTED
        deadlines.sweep(night(confirm_by + timedelta(days=1)))
        assert Matter.objects.get(pk=matter.pk).stage == Stage.ENDED_WINDOW

    def test_confirmed_execution_ends_when_the_review_window_is_over_too(self, world):
        matter = world.served()
        world.take(
            Step.START_EXECUTION, matter.pk, world.xu_handles, "2026-04-05", plan="四月底前更换3号楼屋面防水层。"
        )
        world.take(
            Step.REPORT_EXECUTION, matter.pk, world.xu_handles, "2026-04-10", text="3号楼屋面防水层已全部更换，附验收单。"
        )  # fmt: skip
        world.take(Step.CONFIRM_EXECUTION, matter.pk, Citizen(matter_id=matter.pk), "2026-04-12")
        due_on = matter.clocks.get(term="REVIEW_REQ30").due_on
        day_by_day("2026-04-13", (due_on + timedelta(days=1)).isoformat())
        assert Matter.objects.get(pk=matter.pk).stage == Stage.ENDED_WINDOW

    @pytest.mark.parametrize(
        ("term", "holder", "why"),
        [
            ("RATING30", "citizen", "a rating is a right, and ends nothing"),
            ("OBJ5WD", "office", "an objection is a right of the unit: nobody is late"),
        ],
    )
    def test_a_right_that_was_not_used_lapses_and_blames_nobody(self, world, term, holder, why):
        matter = world.served() if term == "RATING30" else world.signed_in()
        clock = matter.clocks.get(term=term)
        assert clock.holder == holder
        deadlines.sweep(night(clock.due_on + timedelta(days=4)))
        clock.refresh_from_db()
        assert clock.state == "lapsed", why
        assert not steps_of(matter, Step.RECORD_OVERDUE, term=term)

    def test_a_matter_somebody_works_on_is_left_for_the_next_sweep(self, world, monkeypatch):
        matter = world.signed_in("2026-03-02")
        real = Matter.objects.select_for_update
        monkeypatch.setattr(Matter.objects, "select_for_update", lambda **how: real(**how).none())
        assert deadlines.sweep(at("2026-04-10")) == 0
        monkeypatch.undo()
        deadlines.sweep(at("2026-04-10"))
        assert len(steps_of(matter, Step.RECORD_SILENCE)) == 1

    def test_one_broken_matter_does_not_silence_the_others(self, world, monkeypatch):
        broken, sound = world.signed_in("2026-03-02"), world.signed_in("2026-03-02")
        real = deadlines._handle

        def handle(clock_id, matter_id, *, at):
            if matter_id == broken.pk:
                raise RuntimeError("broken")
            return real(clock_id, matter_id, at=at)

        monkeypatch.setattr(deadlines, "_handle", handle)
        deadlines.sweep(at("2026-04-10"))
        assert len(steps_of(sound, Step.RECORD_SILENCE)) == 1

    def test_many_limits_cost_the_same_for_each(self, world, django_assert_max_num_queries):
        matter = world.signed_in("2026-03-02")
        clock = matter.clocks.get(term="UNIT15")
        Clock.objects.filter(matter=matter).exclude(pk=clock.pk).update(state="cancelled", next_warning_on=None)
        row = {field.attname: getattr(clock, field.attname) for field in Clock._meta.fields if field.attname != "id"}
        # FILE5WD: overdue does nothing but say so; a desk number of its own keeps each unique
        many = [Clock(**{**row, "term": "FILE5WD", "referral_id": 10_000 + n, "rules": []}) for n in range(200)]
        Clock.objects.bulk_create(many)
        Clock.objects.filter(pk=clock.pk).update(state="cancelled", next_warning_on=None)
        with django_assert_max_num_queries(200 * 18 + 20):
            assert deadlines.sweep(at("2026-04-10")) == 200
        with django_assert_max_num_queries(2):
            assert deadlines.sweep(at("2026-04-10")) == 0


@pytest.mark.django_db
class TestWithdrawals:
    def test_takes_effect_after_24_hours_and_not_before(self):
        world = World()
        matter = world.in_handling("2026-03-02")
        wish = dict(free_will=True, promise_or_threat="没有")
        world.take(Step.REQUEST_WITHDRAWAL, matter.pk, Citizen(matter_id=matter.pk), "2026-03-05 10:00", **wish)
        assert deadlines.complete_withdrawals(at("2026-03-06 09:59")) == 0
        assert deadlines.complete_withdrawals(at("2026-03-06 10:01")) == 1
        assert deadlines.complete_withdrawals(at("2026-03-06 10:02")) == 0
        assert Matter.objects.get(pk=matter.pk).stage == Stage.WITHDRAWN

    def test_after_30_days_it_cannot_be_taken_back(self):
        world = World()
        matter = world.in_handling("2026-03-02")
        wish = dict(free_will=True, promise_or_threat="没有")
        world.take(Step.REQUEST_WITHDRAWAL, matter.pk, Citizen(matter_id=matter.pk), "2026-03-05", **wish)
        deadlines.complete_withdrawals(at("2026-03-07"))
        due_on = matter.clocks.get(term="WITHDRAW_RESUME30").due_on
        deadlines.sweep(night(due_on + timedelta(days=1)))
        assert Matter.objects.get(pk=matter.pk).stage == Stage.ENDED_WITHDRAWN

    def test_an_answer_that_was_served_meanwhile_leaves_nothing_to_withdraw(self):
        world = World()
        matter = world.served()
        Withdrawal.objects.create(
            matter=matter, requested_at=at("2026-04-01 12:00"), effective_at=at("2026-04-02 12:00"), answers={}
        )
        assert deadlines.complete_withdrawals(at("2026-04-03")) == 0
        assert Withdrawal.objects.get(matter=matter).state == "overtaken"


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_two_sweeps_at_once_say_everything_once(self):
        world = World()
        matters = [world.signed_in("2026-03-02") for _ in range(4)]

        def sweep(_number):
            try:
                return deadlines.sweep(at("2026-04-10"))
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(sweep, range(2)))
        deadlines.sweep(at("2026-04-10 10:01"))  # what one of them left because the other had it
        for matter in matters:
            assert len(steps_of(matter, Step.RECORD_SILENCE)) == 1

    def test_a_duty_is_done_by_one_worker_at_a_time(self, monkeypatch):
        calls = []
        monkeypatch.setattr(
            duties, "TASKS", (duties.Task("once", timedelta(minutes=1), lambda moment: calls.append(moment) or 0),)
        )

        def run(_number):
            try:
                duties.run_due(at("2026-04-10"))
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(run, range(4)))
        assert len(calls) == 1
        duties.run_due(at("2026-04-10 10:02"))
        assert len(calls) == 2

    def test_a_locked_matter_really_is_passed_over(self):
        world = World()
        matter = world.signed_in("2026-03-02")

        def sweep():
            try:
                return deadlines.sweep(at("2026-04-10"))
            finally:
                connection.close()

        with transaction.atomic():
            Matter.objects.select_for_update().get(pk=matter.pk)
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(sweep).result() == 0, "who waits for the lock gives up with an error"
        assert deadlines.sweep(at("2026-04-10")) >= 1
        assert localdate(Event.objects.filter(matter=matter, step=Step.RECORD_SILENCE).get().at) == date(2026, 4, 10)
        assert SYSTEM.name == "system"
