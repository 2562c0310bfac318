"""督办, from what the patrol found or the citizen asked for to the answer: who may, what runs, who is told (R-40(1), SV-1 to SV-3, SV-9)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.world import World, at
from xinqiao.jobs import deadlines, worker
from xinqiao.matters.act import MatterHidden
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter
from xinqiao.notifications.models import InAppMessage, Message
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Step
from xinqiao.supervision import findings, patrol
from xinqiao.supervision.models import Finding, FindingState

pytestmark = pytest.mark.django_db
WORDS = "单位答应上门，过了一个月没有人来。"


@pytest.fixture
def world():
    return World()


def proposal(world, **changes) -> dict:
    return {
        "to": world.housing,
        "ground": "not_handled",
        "means": "letter",
        "broken": "承诺上门查看，一个月没有去，没有联系信访人。",
        "demand": "三日内上门查看，书面告知信访人安排。",
        "improvement": "建立承诺事项清单，到期提醒承办人。",
        "answer_by_on": at("2026-04-15").date(),
        **changes,
    }


def issued(world, when="2026-04-01", **changes) -> Matter:
    matter = world.in_handling("2026-03-02")
    world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, when, **proposal(world, **changes))
    world.take(Step.ISSUE_SUPERVISION, matter.pk, world.wang_leads_office, when)
    return Matter.objects.get(pk=matter.pk)


class TestLetter:
    def test_is_signed_says_what_is_wrong_and_starts_the_day_of_the_letter(self, world):
        matter = issued(world)
        row = matter.supervisions.get()
        assert (row.state, row.signed_by) == ("issued", world.wang_leads_office)
        clock = matter.clocks.get(term="SUPERVISE15")
        assert (str(clock.due_on), clock.organisation) == ("2026-04-15", world.housing)
        event = matter.events.get(step=Step.ISSUE_SUPERVISION)
        assert set(event.facts["letters"]) == {"F-26"} and row.document_id == event.document_id

    def test_changes_neither_stage_nor_limits_of_the_matter(self, world):
        before = world.in_handling("2026-03-02")
        world.take(Step.PROPOSE_SUPERVISION, before.pk, world.sun_supervises, "2026-04-01", **proposal(world))
        world.take(Step.ISSUE_SUPERVISION, before.pk, world.wang_leads_office, "2026-04-01")
        after = Matter.objects.get(pk=before.pk)
        assert (after.stage, after.due_on, after.due_term) == (before.stage, before.due_on, before.due_term)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"improvement": "改进"}, "words_missing"),
            ({"demand": "\u200b" * 30}, "words_missing"),
            ({"answer_by_on": at("2026-04-01").date()}, "answer_day"),
            ({"answer_by_on": at("2027-04-01").date()}, "answer_day"),
        ],
        ids=["SV-3: no real proposal to improve", "nothing readable", "the same day", "in a year"],
    )
    def test_what_it_lacks_is_said(self, world, changes, code):
        matter = world.in_handling("2026-03-02")
        with pytest.raises(StepRefused) as refused:
            world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-01", **proposal(world, **changes))
        assert refused.value.code == code

    def test_an_office_supervises_those_below_and_never_itself(self, world):
        matter = world.in_handling("2026-03-02")
        for organ in (world.office, world.environment, world.region_housing):
            with pytest.raises(StepRefused) as refused:
                world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-01", **proposal(world, to=organ))
            assert refused.value.code == "not_supervisable"

    def test_one_at_a_time_for_each_unit(self, world):
        matter = issued(world)
        with pytest.raises(StepRefused) as refused:
            world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-02", **proposal(world))
        assert refused.value.code == "supervised_already"

    def test_a_report_is_not_supervised_here(self, world):
        matter = world.triaged("2026-03-02", kind=Kind.REPORT)
        with pytest.raises(MatterHidden):
            world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-01", **proposal(world))
        with pytest.raises(StepRefused):
            world.take(Step.ASK_SUPERVISION, matter.pk, Citizen(matter_id=matter.pk), "2026-04-01", text=WORDS)


class TestAnswer:
    def test_stops_the_clock_and_may_be_sent_back_once_more(self, world):
        matter = issued(world)
        world.take(Step.ANSWER_SUPERVISION, matter.pk, world.zhou_leads_unit, "2026-04-10", text="已经上门查看，下周维修。")
        assert matter.clocks.get(term="SUPERVISE15").state == "met"
        why = dict(reason="没有说清楚为什么拖了一个月。", answer_by_on=at("2026-04-20").date())
        world.take(Step.RETURN_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-11", **why)
        assert str(matter.clocks.get(term="SUPERVISE15", state="running").due_on) == "2026-04-20"
        world.take(Step.ANSWER_SUPERVISION, matter.pk, world.zhou_leads_unit, "2026-04-12", text="承办人休假没有交接，已经批评。")
        world.take(Step.CLOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-13", outcome="单位已经上门维修，信访人确认。")
        row = matter.supervisions.get()
        assert (row.state, row.rounds) == ("closed", 2)

    def test_another_unit_cannot_answer(self, world):
        matter = issued(world)
        with pytest.raises((StepRefused, MatterHidden)):
            world.take(Step.ANSWER_SUPERVISION, matter.pk, world.gu_at_environment, "2026-04-10", text="已经上门查看，下周维修。")

    def test_is_owed_even_when_the_matter_has_ended(self, world):
        matter = world.served("2026-03-02", issued="2026-04-01", served="2026-04-02")
        world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-05-10", **proposal(world, answer_by_on=at("2026-05-20").date()))
        world.take(Step.ISSUE_SUPERVISION, matter.pk, world.wang_leads_office, "2026-05-10")
        deadlines.sweep(at("2026-05-12"))  # the 30 days for a review have passed
        matter.refresh_from_db()
        assert matter.is_closed and matter.clocks.get(term="SUPERVISE15").state == "running"
        deadlines.sweep(at("2026-05-22"))
        late = matter.events.filter(step=Step.RECORD_OVERDUE)
        event = next(one for one in late if one.facts["term"] == "SUPERVISE15")
        patrol.look(event, at=at("2026-05-22"))
        assert Finding.objects.get(matter=matter, trigger="supervision_unanswered").organisation == world.housing


class TestCitizen:
    def test_asks_and_reads_why_not(self, client, world):
        matter = world.in_handling("2026-03-02")
        citizen = Citizen(matter_id=matter.pk)
        world.take(Step.ASK_SUPERVISION, matter.pk, citizen, "2026-04-01", text=WORDS)
        assert str(matter.clocks.get(term="SUPERVISE_ASKED5WD").due_on) == "2026-04-09", "5 working days, over the 清明 holiday"
        with pytest.raises(StepRefused, match="已经要求督办"):
            world.take(Step.ASK_SUPERVISION, matter.pk, citizen, "2026-04-02", text=WORDS)
        reason = "单位昨天已经上门，您签了字，不用督办。"
        world.take(Step.DECLINE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-03", reason=reason)
        assert matter.clocks.get(term="SUPERVISE_ASKED5WD").state == "met"
        assert matter.records.get(sort="supervision", text=reason).shown_to_citizen
        world.take(Step.ASK_SUPERVISION, matter.pk, citizen, "2026-04-04", text=WORDS)  # SV-9: never shut

    def test_the_wish_becomes_the_supervision(self, world):
        matter = world.in_handling("2026-03-02")
        world.take(Step.ASK_SUPERVISION, matter.pk, Citizen(matter_id=matter.pk), "2026-04-01", text=WORDS)
        world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-02", **proposal(world))
        world.take(Step.ISSUE_SUPERVISION, matter.pk, world.wang_leads_office, "2026-04-02")
        row = matter.supervisions.get()
        assert (row.state, row.asked_text) == ("issued", WORDS)

    def test_is_told_of_each_turn_and_officers_whose_turn_it_is(self, world):
        today = timezone.localtime().strftime("%Y-%m-%d %H:%M")
        matter = world.in_handling(today)
        day = timezone.localdate() + timezone.timedelta(days=10)
        worker.drain(timezone.now())
        before = set(Message.objects.values_list("pk", flat=True))
        world.take(Step.ASK_SUPERVISION, matter.pk, Citizen(matter_id=matter.pk), today, text=WORDS)
        world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, today, **proposal(world, answer_by_on=day))
        world.take(Step.ISSUE_SUPERVISION, matter.pk, world.wang_leads_office, today)
        worker.drain(timezone.now())
        told = [row.purpose for row in Message.objects.exclude(pk__in=before).order_by("pk")]
        assert told == ["supervision_asked", "supervised"]
        bells = lambda officer: list(InAppMessage.objects.filter(officer=officer).values_list("text", flat=True))  # noqa: E731
        assert "信访人要求督办，请核对。" in bells(world.sun_supervises)
        assert "有督办函等您签发。" in bells(world.wang_leads_office)
        assert "收到督办函，请按期答复。" in bells(world.zhou_leads_unit)
        assert not any("督办" in text for text in bells(world.gu_at_environment))


class TestFromTheFinding:
    def test_the_form_begins_with_what_was_found_and_the_finding_follows(self, client, world):
        matter = world.signed_in("2026-03-02")
        deadlines.sweep(at("2026-03-18"))
        patrol.look(matter.events.get(step=Step.RECORD_SILENCE), at=at("2026-03-18"))
        finding = Finding.objects.get(matter=matter)
        findings.decide(finding.pk, agrees=True, note="", by=world.sun_supervises, at=timezone.now())
        client.force_login(world.sun_supervises.user)
        page = client.get(reverse("workbench:step", args=[matter.number, Step.PROPOSE_SUPERVISION.value]))
        assert finding.row.name in page.content.decode()
        by = at("2026-04-02").date()
        world.take(
            Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-03-19",
            **proposal(world, finding_id=finding.pk, answer_by_on=by),
        )  # fmt: skip
        world.take(Step.ISSUE_SUPERVISION, matter.pk, world.wang_leads_office, "2026-03-19")
        worker.drain(timezone.now())
        finding.refresh_from_db()
        assert finding.state == FindingState.SUPERVISED


class TestList:
    def test_each_post_finds_what_waits_for_it(self, client, world):
        matter = issued(world)
        page = lambda officer: client.get(reverse("workbench:supervisions")) if client.force_login(officer.user) is None else None  # noqa: E731
        assert matter.number in page(world.zhou_leads_unit).content.decode()
        assert "没有等您办理的督办" in page(world.sun_supervises).content.decode()
        world.take(Step.ANSWER_SUPERVISION, matter.pk, world.zhou_leads_unit, "2026-04-10", text="已经上门查看，下周维修。")
        assert matter.number in page(world.sun_supervises).content.decode()
        assert "没有等您办理的督办" in page(world.zhou_leads_unit).content.decode()

    def test_a_proposal_that_was_not_signed_is_not_the_units_to_see(self, client, world):
        matter = world.in_handling("2026-03-02")
        world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-01", **proposal(world))
        client.force_login(world.zhou_leads_unit.user)
        for show in ("turn", "open", "done"):
            answer = client.get(reverse("workbench:supervisions"), {"show": show})
            assert matter.number not in answer.content.decode().partition("<tbody>")[2]
