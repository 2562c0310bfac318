"""The patrol finds each duty that was not done, once, on the day from which it is wrong, and nothing else (SV-1)."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from tests.world import SHANGHAI, World, at
from xinqiao.jobs import deadlines, reactions, worker
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Delivery, Event, Matter
from xinqiao.rules.patrol import TRIGGERS, WATCHED_STEPS, triggers_after
from xinqiao.rules.stages import Kind, Step
from xinqiao.supervision import patrol
from xinqiao.supervision.models import Finding, Watch

DAY = timedelta(days=1)


@pytest.fixture
def world():
    return World()


class Night:
    """The worker at ten past midnight of each day: limits, then what the patrol owes to new events, then its own days."""

    def __init__(self):
        self.looked = set()

    def pass_at(self, moment: datetime) -> None:
        deadlines.sweep(moment)
        for event in Event.objects.filter(step__in=WATCHED_STEPS, at__lte=moment).order_by("pk"):
            if event.pk not in self.looked:
                patrol.look(event, at=moment)
                self.looked.add(event.pk)
        patrol.keep_watch(moment)

    def until(self, last: str, first: str) -> None:
        moment = datetime.combine(at(first).date(), time(0, 10), SHANGHAI)
        while moment.date() <= at(last).date():
            self.pass_at(moment)
            moment += DAY


def found(matter) -> dict[str, object]:
    """{trigger: since} of a matter; a trigger that was found twice is a fault of the patrol."""
    rows = list(Finding.objects.filter(matter=matter).values_list("trigger", "since_on", "organisation__key"))
    assert len({row[0] for row in rows}) == len(rows), rows
    return {trigger: (str(since), key) for trigger, since, key in rows}


class TestTable:
    def test_every_row_has_its_way_to_look_and_to_check(self):
        assert set(TRIGGERS) == set(patrol.SUBJECTS) == set(patrol.CHECKS)

    def test_a_limit_that_no_row_names_sets_nothing_off(self):
        assert triggers_after(Step.RECORD_OVERDUE, "REGISTER1WD") == []
        assert [row.code for row in triggers_after(Step.RECORD_OVERDUE, "PO15")] == ["no_transfer"]

    def test_every_step_of_the_table_is_owed_the_patrol(self):
        events = [Event(step=step, facts_text='{"term": "HANDLE60"}') for step in WATCHED_STEPS]
        for event in events:
            owed = reactions.PATROL in reactions.reactions_to(event)
            assert owed == bool(triggers_after(Step(event.step), "HANDLE60")), event.step


@pytest.mark.django_db
class TestFindings:
    def test_a_unit_that_lets_the_notice_lapse_is_found_on_day_16(self, world):
        matter = world.signed_in("2026-03-02")
        Night().until("2026-03-17", "2026-03-02")
        assert "no_notice" not in found(matter)
        Night().until("2026-03-18", "2026-03-18")
        assert found(matter)["no_notice"] == ("2026-03-18", "pref-housing"), "received on 2 March, 15 days: the 17th"

    def test_an_office_that_does_not_transfer(self, world):
        matter = world.triaged("2026-03-02")
        Night().until("2026-03-20", "2026-03-02")
        assert found(matter) == {"no_transfer": ("2026-03-18", "pref-po")}

    def test_what_nobody_signed_for(self, world):
        matter = world.triaged("2026-03-02")
        world.take(
            Step.TRANSFER,
            matter.pk,
            world.li_triages,
            "2026-03-02",
            to=world.housing,
            reason="房屋质量监管属于住建部门职责",
        )
        Night().until("2026-03-05", "2026-03-02")
        assert found(matter) == {"no_sign_in": ("2026-03-04", "pref-housing")}

    def test_an_answer_over_time_and_its_late_arrival_stays_found(self, world):
        matter = world.in_handling("2026-03-02")
        night = Night()
        night.until("2026-05-08", "2026-05-05")
        assert found(matter)["answer_overdue"][1] == "pref-housing"
        before = found(matter)
        night.until("2026-05-20", "2026-05-09")
        assert found(matter) == before

    def test_an_opinion_that_lies_unserved_for_ten_days(self, world):
        matter = world.in_handling("2026-03-02")
        world.draft(matter, "2026-04-01")
        world.take(Step.SUBMIT_OPINION, matter.pk, world.xu_handles, "2026-04-01")
        world.take(Step.ISSUE_OPINION, matter.pk, world.zhou_leads_unit, "2026-04-01")
        night = Night()
        night.until("2026-04-10", "2026-04-01")
        assert "opinion_unserved" not in found(matter)
        night.until("2026-04-11", "2026-04-11")
        assert found(matter) == {"opinion_unserved": ("2026-04-11", "pref-housing")}

    def test_a_promise_that_was_not_kept_by_its_day(self, world):
        matter = world.served("2026-03-02")  # 更换防水层, until 30 June
        night = Night()
        night.pass_at(at("2026-04-03"))
        assert Watch.objects.filter(matter=matter, trigger="execution_overdue").count() == 1, (
            "one request was supported"
        )
        night.pass_at(at("2026-06-30"))
        assert "execution_overdue" not in found(matter)
        night.pass_at(at("2026-07-01"))
        assert found(matter)["execution_overdue"] == ("2026-07-01", "pref-housing")

    def test_a_promise_that_was_kept_is_no_finding(self, world):
        matter = world.served("2026-03-02")
        world.take(Step.START_EXECUTION, matter.pk, world.xu_handles, "2026-04-10", plan="五月更换防水层")
        world.take(Step.REPORT_EXECUTION, matter.pk, world.xu_handles, "2026-05-10", text="防水层已更换，验收合格。")
        night = Night()
        night.pass_at(at("2026-05-11"))
        night.pass_at(at("2026-07-02"))
        assert "execution_overdue" not in found(matter) and not Watch.objects.filter(
            matter=matter, check_on__lt="2026-07-02"
        )

    def test_a_citizen_who_says_it_was_not_carried_out(self, world):
        matter = world.served("2026-03-02")
        world.take(Step.START_EXECUTION, matter.pk, world.xu_handles, "2026-04-10", plan="五月更换防水层")
        world.take(
            Step.DISPUTE_EXECUTION,
            matter.pk,
            Citizen(matter_id=matter.pk),
            "2026-04-20",
            text="屋顶还是漏水，没有人来修。",
        )
        Night().pass_at(at("2026-04-20 12:00"))
        assert found(matter)["execution_disputed"] == ("2026-04-20", "pref-housing")

    @pytest.mark.parametrize(
        ("reason", "is_found"), [("not_answered", True), ("not_carried_out", True), ("result", False)]
    )
    def test_a_dissatisfied_rating_waits_for_its_window_to_close(self, world, reason, is_found):
        matter = world.served("2026-03-02", served="2026-04-02")
        facts = dict(target="unit", value="dissatisfied", reason=reason, text="")
        world.take(Step.RATE, matter.pk, Citizen(matter_id=matter.pk), "2026-04-05", **facts)
        night = Night()
        night.pass_at(at("2026-05-02"))
        assert "dissatisfied" not in found(matter), "RA-8: nobody sees a single rating before"
        night.pass_at(at("2026-05-09"))
        assert ("dissatisfied" in found(matter)) == is_found

    def test_an_objection_that_was_refused_and_still_no_acceptance(self, world):
        matter = world.signed_in("2026-03-02")
        why = "房屋漏水属于民事纠纷，应当由法院处理，本局没有职权。"
        world.take(
            Step.RAISE_OBJECTION,
            matter.pk,
            world.zhou_leads_unit,
            "2026-03-03",
            reasons=why,
            competent_organ="人民法院",
            basis="民法典",
        )
        world.take(
            Step.ANSWER_OBJECTION_REFUSE, matter.pk, world.li_triages, "2026-03-04", reason="质量监管属于住建部门职责。"
        )
        night = Night()
        night.until("2026-03-08", "2026-03-04")
        assert "refused_objection_rests" not in found(matter)
        night.until("2026-03-09", "2026-03-09")
        assert found(matter)["refused_objection_rests"] == ("2026-03-09", "pref-housing")

    def test_an_ordinary_extension_is_no_finding_because_its_letter_went_out(self, world):
        matter = world.in_handling("2026-03-02")
        world.take(
            Step.REQUEST_EXTENSION, matter.pk, world.xu_handles, "2026-04-20", days=20, reasons="需要委托鉴定漏水原因。"
        )
        world.take(
            Step.EXTEND, matter.pk, world.zhou_leads_unit, "2026-04-21", days=20, reasons="需要委托鉴定漏水原因。"
        )
        Night().pass_at(at("2026-04-22"))
        assert found(matter) == {}

    def test_what_was_done_in_time_is_never_found(self, world):
        matter = world.served("2026-03-02", issued="2026-04-01", served="2026-04-02")
        Night().until("2026-04-30", "2026-03-03")
        assert found(matter) == {}


@pytest.mark.django_db
class TestStopped:
    """A worker that stood still finds the same as one that never did, each thing once (secure-checklist 34)."""

    def timeline(self, world) -> Matter:
        matter = world.in_handling("2026-03-02")
        world.draft(matter, "2026-04-01")
        world.take(Step.SUBMIT_OPINION, matter.pk, world.xu_handles, "2026-04-01")
        world.take(Step.ISSUE_OPINION, matter.pk, world.zhou_leads_unit, "2026-04-01")
        return matter

    @pytest.mark.parametrize("days_down", [1, 9], ids=["24 hours", "9 days"])
    def test_each_alarm_exactly_once(self, world, days_down):
        matter, silent = self.timeline(world), world.signed_in("2026-03-25")
        night = Night()
        night.until("2026-04-08", "2026-04-01")
        resumed = datetime.combine(at("2026-04-08").date() + timedelta(days=1 + days_down), time(0, 10), SHANGHAI)
        for minute in range(3):
            night.pass_at(resumed + timedelta(minutes=minute))
        night.until("2026-04-20", f"{resumed + DAY:%Y-%m-%d}")
        assert found(matter) == {"opinion_unserved": ("2026-04-11", "pref-housing")}
        assert found(silent) == {"no_notice": ("2026-04-10", "pref-housing")}

    def test_looking_at_the_same_event_again_finds_nothing_more(self, world):
        matter = world.signed_in("2026-03-02")
        deadlines.sweep(at("2026-03-18"))
        event = matter.events.get(step=Step.RECORD_SILENCE)
        assert [patrol.look(event, at=at("2026-03-18")) for _ in range(3)] == [1, 0, 0]


@pytest.mark.django_db
class TestWorker:
    def test_the_patrol_is_owed_even_for_what_is_entered_days_later(self, world):
        """A letter registered late is news to nobody; a duty that was not done stays one."""
        matter = world.in_handling("2026-03-02")
        deadlines.sweep(at("2026-05-20"))
        worker.drain(timezone.now())
        assert "answer_overdue" in found(matter)
        assert set(Delivery.objects.filter(matter_id=matter.pk, reaction="patrol").values_list("state", flat=True)) == {
            "done"
        }


@pytest.mark.django_db
class TestWhoSees:
    def test_the_supervisor_of_the_area_and_not_the_neighbour(self, world):
        matter = world.signed_in("2026-03-02")
        Night().until("2026-03-18", "2026-03-18")
        seen = lambda officer: list(Finding.objects.visible_to(officer).values_list("matter_id", flat=True))  # noqa: E731
        assert seen(world.sun_supervises) == [matter.pk]
        assert seen(world.feng_in_county) == [] and seen(world.sys_admin) == []

    def test_a_report_is_found_but_shown_to_those_who_may_open_it_only(self, world):
        matter = world.triaged("2026-03-02", kind=Kind.REPORT)
        Night().until("2026-03-20", "2026-03-02")
        assert Finding.objects.filter(matter=matter).exists()
        assert not Finding.objects.visible_to(world.sun_supervises).exists()
        assert Finding.objects.visible_to(world.dai_liaises).exists()
