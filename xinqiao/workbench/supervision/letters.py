"""督办: which supervisions wait for whom, of the office that supervises and of the organ that is supervised (SV-2)."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinqiao.matters.models import Matter, Supervision
from xinqiao.organisations.models import Officer
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.patrol import Ground
from xinqiao.rules.stages import Role
from xinqiao.rules.supervision import OPEN, SupervisionState

from .. import keyset
from ..door import officer_required

NEWEST = keyset.Order("newest", "", "id", int, descending=True)
COLUMNS = (
    "state", "ground", "answer_by_on", "rounds", "office_id", "organisation__name", "office__name", "matter__number", "matter__title",
    "matter__sealed",
)  # fmt: skip
TONES = {
    SupervisionState.ASKED: "warn", SupervisionState.PROPOSED: "warn", SupervisionState.ISSUED: "info",
    SupervisionState.ANSWERED: "warn", SupervisionState.CLOSED: "ok", SupervisionState.DECLINED: "idle",
}  # fmt: skip
# Whose turn it is: (state, on which side) -> the posts that are asked.
TURN = {
    (SupervisionState.ASKED, "office"): {Role.SUPERVISOR, Role.OFFICE_LEADER},
    (SupervisionState.PROPOSED, "office"): {Role.OFFICE_LEADER},
    (SupervisionState.ANSWERED, "office"): {Role.SUPERVISOR, Role.OFFICE_LEADER},
    (SupervisionState.ISSUED, "organisation"): {Role.UNIT_LEADER, Role.OFFICE_LEADER},
}


def visible(officer: Officer) -> QuerySet[Supervision]:
    """Those of the own office and those that concern the own organ, in matters that this post may open."""
    mine = Q(office_id=officer.organisation_id) | Q(organisation_id=officer.organisation_id, issued_at__isnull=False)
    rows = Supervision.objects.filter(mine)
    return rows.filter(matter__in=Matter.objects.visible_to(officer).filter(pk__in=rows.values("matter")))


def waiting(officer: Officer) -> QuerySet[Supervision]:
    """Those in which something is asked of this post now."""
    turn = Q(pk__in=())
    for (state, side), roles in TURN.items():
        if roles & officer.role_set:
            turn |= Q(state=state, **{side: officer.organisation_id})
    return visible(officer).filter(turn)


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """`?show=turn|open|done` and a position; what is not known is left out, never an error."""
    officer, today = request.officer, localdate()
    show = request.GET.get("show") if request.GET.get("show") in ("open", "done") else "turn"
    rows = {
        "turn": lambda: waiting(officer),
        "open": lambda: visible(officer).filter(state__in=OPEN),
        "done": lambda: visible(officer).exclude(state__in=OPEN),
    }[show]()
    page = keyset.page(
        rows, NEWEST, COLUMNS, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "rows": [_row(row, officer, today) for row in page.rows],
        "tabs": [
            {"label": label, "url": _link(request, show=key), "on": key == show}
            for key, label in (("turn", "等我办理"), ("open", "正在督办"), ("done", "已经办结"))
        ],
        "show": show,
        "previous_url": _link(request, before=page.before) if page.before else "",
        "next_url": _link(request, after=page.after) if page.after else "",
        "today": today,
    }
    return render(request, "workbench/supervision/letters.html", context)


def _row(row: dict, officer: Officer, today: date) -> dict:
    own = row["office_id"] == officer.organisation_id
    return {
        "title": listed_title(row["matter__title"], sealed=row["matter__sealed"]),
        "number": row["matter__number"],
        "url": reverse("workbench:case", args=[row["matter__number"]]),
        "whom": row["organisation__name"] if own else row["office__name"],
        "side": "督办" if own else "来自",
        "ground": Ground(row["ground"]).label if row["ground"] else "",
        "due_on": row["answer_by_on"] if row["state"] == SupervisionState.ISSUED else None,
        "state": SupervisionState(row["state"]).label,
        "tone": TONES[row["state"]],
        "rounds": row["rounds"],
    }


def _link(request: HttpRequest, **changes: str) -> str:
    return keyset.with_choices(reverse("workbench:supervisions"), request.GET, **changes)
