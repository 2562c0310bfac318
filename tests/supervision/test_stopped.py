"""A worker that stood still for 24 hours tells and finds the same as one that never did, each thing once (secure-checklist 34)."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import localdate

from tests.supervision.test_recommendations import FACTS, draft
from tests.world import World, at
from xinqiao.jobs import duties, worker
from xinqiao.matters.models import Event
from xinqiao.notifications.models import InAppMessage
from xinqiao.rules.measures import Sort as MeasureSort
from xinqiao.rules.stages import Step
from xinqiao.supervision import measures, recommendations
from xinqiao.supervision.models import Finding, Measure, Recommendation

pytestmark = pytest.mark.django_db
ALARMS = (Step.WARN, Step.RECORD_OVERDUE, Step.RECORD_SILENCE)


def ago(days: int) -> str:
    """The days are near: what is entered long after it happened is told to nobody."""
    return f"{localdate() - timedelta(days=days)}"


@pytest.fixture
def world(monkeypatch):
    """A notice owed on a day soon, three last days on the same day, and an opinion that will have lain unserved for ten days then."""
    watching = tuple(task for task in duties.TASKS if task.name in ("deadlines", "patrol", "recommendations"))
    monkeypatch.setattr(duties, "TASKS", watching)  # checkpoints are copied outside, where nothing is taken back
    world = World()
    silent = world.signed_in(ago(14))
    world.last = silent.clocks.get(term="UNIT15").due_on
    unserved, supervised = world.in_handling(ago(14)), world.in_handling(ago(14))
    issued_on = f"{world.last - timedelta(days=9)}"
    world.draft(unserved, issued_on)
    world.take(Step.SUBMIT_OPINION, unserved.pk, world.xu_handles, issued_on)
    world.take(Step.ISSUE_OPINION, unserved.pk, world.zhou_leads_unit, issued_on)
    world.take(
        Step.PROPOSE_SUPERVISION, supervised.pk, world.sun_supervises, ago(6), to=world.housing, ground="not_handled", means="letter",
        broken="超过期限没有答复信访人。", demand="五日内书面答复信访人。", improvement="建立期限提醒制度，专人核对。", answer_by_on=world.last,
    )  # fmt: skip
    world.take(Step.ISSUE_SUPERVISION, supervised.pk, world.wang_leads_office, ago(6))
    then = at(ago(6))
    row = recommendations.save(draft(world, numbers=(silent.number,)), by=world.sun_supervises, at=then)
    recommendations.submit(row.pk, by=world.sun_supervises, at=then)
    recommendations.sign(row.pk, by=world.wang_leads_office, at=then, feedback_by_on=world.last)
    proposal = measures.Proposal(MeasureSort.CORRECTION, world.housing, ("R-45(1)",), FACTS, FACTS, world.last)
    taken = measures.propose(proposal, by=world.sun_supervises, at=then)
    decision = {"agrees": True, "body": "联席会议第1次会议", "decided_on": then.date(), "note": ""}
    measures.decide(taken.pk, **decision, by=world.wang_leads_office, at=then)
    return world


def after(world, *hours: float) -> dict:
    """What there is when the worker had worked at these hours after the beginning of the last day; all of it is then taken back."""
    with transaction.atomic():
        for hour in hours:
            worker.drain(at(f"{world.last} 00:05") + timedelta(hours=hour))
        bells = InAppMessage.objects.values_list("officer__user__username", "text", "event_id", "subject")
        warnings = Event.objects.filter(step=Step.WARN).values("pk")
        seen = {
            "alarms": Counter(_alarm(event) for event in Event.objects.filter(step__in=ALARMS)),
            "findings": Counter(Finding.objects.values_list("trigger", "subject", "since_on", "organisation__key")),
            "bells": Counter(bells),
            "told": {(who, text) for who, text, *_about in bells.exclude(event_id__in=warnings)},
            "late": (Recommendation.objects.get().late_at is not None, Measure.objects.get().late_at is not None),
        }
        transaction.set_rollback(True)
    return seen


def _alarm(event: Event) -> tuple:
    facts = event.facts
    return (
        event.matter_id,
        event.step,
        facts.get("clock"),
        facts.get("term"),
        facts.get("level"),
        str(facts.get("due_on")),
    )


def test_after_24_hours_each_alarm_and_each_finding_once(world):
    steady = after(world, *range(0, 27, 4), 24.2)
    stopped = after(world, 0, 24.1, 24.15, 24.2)  # it came back after the last day had ended
    for seen in (steady, stopped):
        for name in ("alarms", "findings", "bells"):
            twice = [key for key, count in seen[name].items() if count > 1]
            assert not twice, f"{name}: {twice}"
        assert {trigger for trigger, *_rest in seen["findings"]} == {
            "no_notice",
            "opinion_unserved",
            "supervision_unanswered",
        }
        assert seen["late"] == (True, True)
    overdue = lambda seen: {key for key in seen["alarms"] if key[1] != Step.WARN}  # noqa: E731
    assert overdue(stopped) == overdue(steady) and len(overdue(stopped)) >= 2
    assert stopped["findings"] == steady["findings"]
    assert stopped["told"] == steady["told"], "nothing is left out because the worker looked late"
    zhou = {text for who, text in stopped["told"] if who == "zhou"}
    assert {
        "建议逾期没有反馈，请马上办理。",
        "措施的最后期限已过，请马上报告落实情况。",
        "本单位超过15日没有告知信访人，请督促。",
    } <= zhou
