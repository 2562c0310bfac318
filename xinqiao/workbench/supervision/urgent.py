"""重大紧急: the register of urgent reports, and one report as its organ and its addressees read it (UR-1 to UR-6)."""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from xinqiao.matters.models import Matter, UrgentDelivery, UrgentReport
from xinqiao.organisations.models import Officer
from xinqiao.rules.moves import find_move
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Stage, Step
from xinqiao.rules.urgent import BY_KEY, CARE_NOTE, NOT_SENT, OPEN, OUTSIDE_NOTE, PARTS, RESCUE, UrgentGround
from xinqiao.rules.urgent import UrgentState as State
from xinqiao.supervision import urgent

from .. import keyset
from ..door import officer_required
from ..listing import Listing

NEWEST = keyset.Order("newest", "", "id", int, descending=True)
# One tone for each state: how far it is, never how many or how often.
TONES = {State.MARKED: "warn", State.WRITTEN: "warn", State.SENT: "info", State.CLOSED: "ok", State.NOT_URGENT: "idle"}
SHOW = {
    "turn": gettext_lazy("等我办理"),
    "open": gettext_lazy("正在续报"),
    "received": gettext_lazy("收到的"),
    "done": gettext_lazy("已经结束"),
}
# What the own organ may do next with a report, in the order in which it is done.
NEXT = {
    State.MARKED: (Step.FLAG_URGENT, Step.UNFLAG_URGENT),
    State.WRITTEN: (Step.SEND_URGENT, Step.UNFLAG_URGENT),
    State.SENT: (Step.CONTINUE_URGENT, Step.CLOSE_URGENT),
}


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """`?show=turn|open|received|done` and a position; what is not known is left out, never an error."""
    officer, now = request.officer, timezone.now()
    show = request.GET.get("show") if request.GET.get("show") in SHOW else "turn"
    rows = {
        "turn": lambda: urgent.waiting(officer),
        "open": lambda: urgent.visible_to(officer).filter(state__in=OPEN),
        "received": lambda: urgent.visible_to(officer).filter(pk__in=urgent.sent_to(officer).values("report")),
        "done": lambda: urgent.visible_to(officer).exclude(state__in=OPEN),
    }[show]()
    here = Listing(request, reverse("workbench:urgent_list"))
    page = here.page(rows, NEWEST, ("pk",))
    owed = UrgentDelivery.objects.filter(report=OuterRef("pk"), done_at=None)
    found = (
        urgent.visible_to(officer)
        .filter(pk__in=[row["pk"] for row in page.rows])
        .select_related("organisation", "matter")
        .annotate(owed_outside=Exists(owed))
    )
    context = {
        "rows": [_row(report, now) for report in found.order_by("-pk")],
        "tabs": here.tabs(SHOW.items(), show),
        "show": show,
        **here.turning(page),
    }
    return render(request, "workbench/supervision/urgent_list.html", context)


@officer_required
@require_safe
def report_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """One report: how it stands, to whom it went and when, what is still owed by other means. Its addressees do not see the matter."""
    officer, now = request.officer, timezone.now()
    report = urgent.open_report(officer, report_id, at=now)
    if report is None:
        raise Http404
    opens_case = Matter.objects.visible_to(officer).filter(pk=report.matter_id).exists()
    words, since = urgent.timer(report, now)
    deliveries = (
        UrgentDelivery.objects.filter(report=report)
        .select_related("organisation", "recorded_by__user")
        .order_by("-round", "pk")
    )
    context = {
        "report": report,
        "state": State(report.state),
        "tone": TONES[report.state],
        "ground": UrgentGround(report.ground).label if report.ground else "",
        "timer": words,
        "since": since,
        "late": urgent.was_late(report),
        "parts": [(part.name, report.said[part.key]) for part in (RESCUE, *PARTS) if report.said.get(part.key)],
        "deliveries": [_delivery(row) for row in deliveries],
        "case_url": reverse("workbench:case", args=[report.matter.number]) if opens_case else "",
        "actions": _actions(report, officer)
        if opens_case and report.organisation_id == officer.organisation_id
        else [],
        "care_note": CARE_NOTE if report.danger_to_life else "",
        "outside_note": OUTSIDE_NOTE,
    }
    return render(request, "workbench/supervision/urgent_report.html", context)


def _row(report: UrgentReport, now: datetime) -> dict:
    words, since = urgent.timer(report, now)
    state = State(report.state)
    return {
        "url": reverse("workbench:urgent_report", args=[report.pk]),
        "title": report.said.get("happened") or _("还没有填写情况"),
        "number": report.matter.number,
        "organisation": report.organisation.name,
        "ground": UrgentGround(report.ground).label if report.ground else "—",
        "where": report.said.get("where", ""),
        "marked_at": report.marked_at,
        "timer": words,
        "since": since,
        "state": state.label,
        "tone": TONES[state],
        "not_sent": state in NOT_SENT,
        "owed_outside": report.owed_outside,
    }


def _delivery(row: UrgentDelivery) -> dict:
    return {
        "name": row.name,
        "basis": BY_KEY[row.addressee].basis,
        "round": row.round,
        "inside": row.organisation_id is not None,
        "done_at": row.done_at,
        "read_at": row.read_at,
        "how": row.how,
        "by": row.recorded_by.user.name if row.recorded_by else "",
    }


def _actions(report: UrgentReport, officer: Officer) -> list[dict]:
    """The steps that this post may take now, each on its own page."""
    steps = [*NEXT.get(State(report.state), ())]
    if report.deliveries.filter(done_at=None).exists():
        steps.append(Step.RECORD_URGENT_SENDING)
    return [
        {
            "label": step.label,
            "url": reverse("workbench:step", args=[report.matter.number, step.value]),
            "first": place == 0,
        }
        for place, step in enumerate(one for one in steps if _may(one, report, officer))
    ]


def _may(step: Step, report: UrgentReport, officer: Officer) -> bool:
    try:
        find_move(step, Stage(report.matter.stage), officer.role_set)
    except StepRefused:
        return False
    return True
