"""重大紧急: the alarms at 30 and 60 minutes, the bell for a continued report that is late, and who is told of one that was sent (UR-1, UR-3, UR-5).

All read what is stored. A worker that stood still rings what fell due meanwhile, each alarm once. A line behind the bell names neither
the matter nor what it is about.
"""

from datetime import datetime

from django.db import transaction

from xinqiao.matters.act import MatterHidden
from xinqiao.matters.models import Event, UrgentDelivery, UrgentReport
from xinqiao.matters.steps import FUNCTIONS
from xinqiao.matters.steps.urgent import RECEIVING, places
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import petition_office_for
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line, Role, Step
from xinqiao.rules.urgent import ALARMS, NOT_CONTINUED, NOT_SENT, UrgentState

BATCH = 100
SENT = frozenset({Step.SEND_URGENT, Step.CONTINUE_URGENT, Step.CLOSE_URGENT})
TOLD = SENT | {Step.ALARM_URGENT}
WORDS = {
    Step.SEND_URGENT: "收到重大紧急信息专报，请马上查看。",
    Step.CONTINUE_URGENT: "收到重大紧急信息续报，请查看。",
    Step.CLOSE_URGENT: "收到重大紧急信息终报，请查看。",
}


def ring_due(at: datetime) -> int:
    """Ring every alarm whose moment has come, the earlier first. Returns how many rang."""
    rung = 0
    for _round in ALARMS:  # after a standstill both may be due
        due = UrgentReport.objects.filter(state__in=NOT_SENT, alarm_at__lte=at).order_by("alarm_at", "pk")
        for report_id, matter_id in due.values_list("pk", "matter_id")[:BATCH]:
            rung += _ring(matter_id, report_id, at)
    return rung + _remind(at)


def _ring(matter_id: int, report_id: int, at: datetime) -> int:
    """The step locks the matter and looks again: what was sent, or rung by another worker meanwhile, does not ring."""
    try:
        FUNCTIONS[Step.ALARM_URGENT](matter_id, at=at, report_id=report_id)
    except (StepRefused, MatterHidden):
        return 0
    return 1


@transaction.atomic
def _remind(at: datetime) -> int:
    """The moment that the last report named for the next one has passed: the heads of the organ are told once of each such moment (UR-5).

    Nothing is noted in the history: what was promised stands in the last letter, what was sent in the next.
    """
    late = UrgentReport.objects.filter(state=UrgentState.SENT, alarm_at__lte=at).order_by("alarm_at", "pk")
    rows = list(late.select_related("organisation", "matter").select_for_update(of=("self",), skip_locked=True)[:BATCH])
    for row in rows:
        if not row.matter.sealed:
            heads = _posts([row.organisation_id], (Role.OFFICE_LEADER, Role.UNIT_LEADER))
            inbox.tell_many(heads, NOT_CONTINUED, subject=f"urgent:{row.pk}:late:{row.rounds}", at=at, urgent=True)
        row.alarm_at = None
    UrgentReport.objects.bulk_update(rows, ["alarm_at"])
    return len(rows)


def tell(event: Event, *, at: datetime) -> int:
    """Those who must read the round that was sent, or who must see to it that it is sent. Returns how many were told."""
    report = UrgentReport.objects.select_related("organisation", "matter__unit").get(pk=event.facts["urgent"])
    if report.matter.sealed:
        return 0
    step = Step(event.step)
    if step in SENT:
        return inbox.tell_many(
            _readers(report, event), WORDS[step], subject=f"urgent:{report.pk}:{event.seq}", at=at, urgent=True
        )
    alarm = ALARMS[event.facts["rung"] - 1]
    officers = _who_sees_to_it(report, alarm.role)
    return inbox.tell_many(officers, alarm.words, subject=f"urgent:{report.pk}:{event.seq}", at=at, urgent=True)


def _readers(report: UrgentReport, event: Event) -> list[Officer]:
    sent = UrgentDelivery.objects.filter(report=report, round=event.facts["round"], organisation__isnull=False)
    return _posts(sent.values_list("organisation_id", flat=True), RECEIVING)


def _who_sees_to_it(report: UrgentReport, role: Role) -> list[Officer]:
    """Of the organ and the petition office that looks over it; at the second alarm the leaders of its committee or government too.

    Where nobody holds the role there, the heads of these organs are told once more: an alarm never rings unheard.
    """
    organ = report.organisation
    office = organ if organ.line == Line.PETITION_OFFICE else petition_office_for(organ)
    near: list[Organisation] = [organ, *([office] if office else [])]
    if role is Role.LEADER:
        near += [place.organ for place in places(report.matter, organ) if place.organ and place.key == "own_leadership"]
    heads = (role, Role.UNIT_LEADER) if role is Role.OFFICE_LEADER else (role,)
    ids = [one.pk for one in near]
    return _posts(ids, heads) or _posts(ids, (Role.OFFICE_LEADER, Role.UNIT_LEADER))


def _posts(organisations, roles) -> list[Officer]:
    rows = Officer.objects.filter(organisation__in=list(organisations), active=True, user__is_active=True)
    return [one for one in rows.order_by("pk") if one.role_set & set(roles)]
