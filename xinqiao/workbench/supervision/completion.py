"""办结报告: which reports on assigned matters wait for whom, of the office that assigned and of the organ that reports (SV-8)."""

from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.matters.models import Clock, CompletionReport, Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.completion import TERM, WITH_REPORTER, ReportState
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.stages import Role, Step

from .. import keyset
from ..door import officer_required
from ..listing import Listing
from .turns import asked_of

NEWEST = keyset.Order("newest", "", "id", int, descending=True)
COLUMNS = (
    "state", "rounds", "reported_at", "office_id", "organisation__name", "office__name", "matter__number", "matter__title",
    "matter__sealed", "due_on", "relayed_id",
)  # fmt: skip
TONES = {
    ReportState.DRAFTED: "warn", ReportState.REPORTED: "info", ReportState.RETURNED: "warn", ReportState.APPROVED: "ok",
}  # fmt: skip
# Whose turn it is: (state, on which side) -> the posts that are asked, and the step that its row leads to.
TURN = {
    (ReportState.REPORTED, "office"): (frozenset({Role.SUPERVISOR, Role.OFFICE_LEADER}), Step.APPROVE_COMPLETION),
    (ReportState.DRAFTED, "organisation"): (frozenset({Role.UNIT_LEADER}), Step.REPORT_COMPLETION),
    (ReportState.RETURNED, "organisation"): (frozenset({Role.HANDLER, Role.UNIT_LEADER, Role.OFFICE_LEADER}), None),
}


def visible(officer: Officer) -> QuerySet[CompletionReport]:
    """Those sent to the own office and those of the own organ, in matters that this post may open. A draft is not yet the office's."""
    sent = Q(office_id=officer.organisation_id) & ~Q(state=ReportState.DRAFTED)
    rows = CompletionReport.objects.filter(sent | Q(organisation_id=officer.organisation_id))
    return rows.filter(matter__in=Matter.objects.visible_to(officer).filter(pk__in=rows.values("matter")))


def waiting(officer: Officer) -> QuerySet[CompletionReport]:
    """Those in which something is asked of this post now."""
    return visible(officer).filter(asked_of(officer, {where: roles for where, (roles, _step) in TURN.items()}))


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """`?show=turn|open|done` and a position; what is not known is left out, never an error."""
    officer, today = request.officer, localdate()
    show = request.GET.get("show") if request.GET.get("show") in ("open", "done") else "turn"
    rows = {
        "turn": lambda: waiting(officer),
        "open": lambda: visible(officer).exclude(state=ReportState.APPROVED),
        "done": lambda: visible(officer).filter(state=ReportState.APPROVED),
    }[show]()
    here = Listing(request, reverse("workbench:completions"))
    page = here.page(rows.annotate(due_on=_due()), NEWEST, COLUMNS)
    context = {
        "rows": [_row(row, officer, today) for row in page.rows],
        "tabs": here.tabs((("turn", _("等我办理")), ("open", _("还没有认定")), ("done", _("已经认定办结"))), show),
        "show": show,
        **here.turning(page),
        "today": today,
    }
    return render(request, "workbench/supervision/completions.html", context)


def _due() -> Subquery:
    """The day by which the report is owed; none once it was sent."""
    waits = {
        "matter": OuterRef("matter"),
        "referral_id": OuterRef("office_referral_id"),
        "term": TERM,
        "state": "running",
    }
    return Subquery(Clock.objects.filter(**waits).order_by("-pk").values("due_on")[:1])


def _row(row: dict, officer: Officer, today: date) -> dict:
    own = row["office_id"] == officer.organisation_id
    state = ReportState(row["state"])
    roles, step = TURN.get((state, "office" if own else "organisation"), (frozenset(), None))
    case = reverse("workbench:case", args=[row["matter__number"]])
    return {
        "title": listed_title(row["matter__title"], sealed=row["matter__sealed"]),
        "number": row["matter__number"],
        "url": reverse("workbench:step", args=[row["matter__number"], step.value])
        if step and roles & officer.role_set and officer.may(*_TAKERS[step])
        else case,
        "whom": row["organisation__name"] if own else row["office__name"],
        "side": _("来自") if own else _("报给"),
        "due_on": row["due_on"] if state in WITH_REPORTER else None,
        "reported_at": row["reported_at"],
        "state": state.label,
        "tone": TONES[state],
        "rounds": row["rounds"],
        "relayed": bool(row["relayed_id"]),
    }


_TAKERS = {Step.APPROVE_COMPLETION: (Role.OFFICE_LEADER,), Step.REPORT_COMPLETION: (Role.UNIT_LEADER,)}
