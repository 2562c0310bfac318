"""督办: which supervisions wait for whom, of the office that supervises and of the organ that is supervised (SV-2)."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinqiao.matters.models import Matter, Supervision
from xinqiao.organisations.models import Officer
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.patrol import Ground
from xinqiao.rules.stages import Role, Step
from xinqiao.rules.supervision import OPEN, Means, SupervisionState
from xinqiao.supervision import recommendations
from xinqiao.supervision.models import Recommendation

from .. import keyset
from ..door import officer_required
from ..listing import Listing
from .sections import sections
from .turns import asked_of

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

# What may be done with it: (state, on which side) -> steps of the page of the matter, the likelier one first.
STEPS = {
    (SupervisionState.ASKED, "office"): (Step.PROPOSE_SUPERVISION, Step.DECLINE_SUPERVISION),
    (SupervisionState.PROPOSED, "office"): (Step.ISSUE_SUPERVISION, Step.DECLINE_SUPERVISION),
    (SupervisionState.ANSWERED, "office"): (Step.CLOSE_SUPERVISION, Step.RETURN_SUPERVISION),
    (SupervisionState.ISSUED, "organisation"): (Step.ANSWER_SUPERVISION,),
}


def visible(officer: Officer) -> QuerySet[Supervision]:
    """Those of the own office and those that concern the own organ, in matters that this post may open."""
    mine = Q(office_id=officer.organisation_id) | Q(organisation_id=officer.organisation_id, issued_at__isnull=False)
    rows = Supervision.objects.filter(mine)
    return rows.filter(matter__in=Matter.objects.visible_to(officer).filter(pk__in=rows.values("matter")))


def waiting(officer: Officer) -> QuerySet[Supervision]:
    """Those in which something is asked of this post now."""
    return visible(officer).filter(asked_of(officer, TURN))


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
    here = Listing(request, reverse("workbench:supervisions"))
    page = here.page(rows, NEWEST, COLUMNS)
    context = {
        "sections": sections(request),
        "rows": [_row(row, officer, today) for row in page.rows],
        "tabs": here.tabs((("turn", "等我办理"), ("open", "正在督办"), ("done", "已经办结")), show),
        "show": show,
        **here.turning(page),
        "today": today,
    }
    return render(request, "workbench/supervision/letters.html", context)


def _row(row: dict, officer: Officer, today: date) -> dict:
    own = row["office_id"] == officer.organisation_id
    return {
        "title": listed_title(row["matter__title"], sealed=row["matter__sealed"]),
        "number": row["matter__number"],
        "url": reverse("workbench:supervision", args=[row["pk"]]),
        "whom": row["organisation__name"] if own else row["office__name"],
        "side": "督办" if own else "来自",
        "ground": Ground(row["ground"]).label if row["ground"] else "",
        "due_on": row["answer_by_on"] if row["state"] == SupervisionState.ISSUED else None,
        "state": SupervisionState(row["state"]).label,
        "tone": TONES[row["state"]],
        "rounds": row["rounds"],
    }


@officer_required
@require_safe
def supervision_page(request: HttpRequest, supervision_id: int) -> HttpResponse:
    """One supervision: what was asked of which organ, what it answered; the steps are taken on the page of the matter."""
    officer = request.officer
    related = ("matter", "office", "organisation", "signed_by__user", "answered_by__user", "closed_by__user")
    row = visible(officer).select_related(*related).filter(pk=supervision_id).first()
    if row is None:
        raise Http404
    own = row.office_id == officer.organisation_id
    recommends = own and row.issued_at is not None and recommendations.may_draft(officer)
    context = {
        "sections": sections(request), "row": row, "state": SupervisionState(row.state), "tone": TONES[row.state],
        "title": listed_title(row.matter.title, sealed=row.matter.sealed), "case_url": reverse("workbench:case", args=[row.matter.number]),
        "means": Means(row.means).label if row.means else "", "ground": Ground(row.ground).label if row.ground else "",
        "steps": _steps(row, officer), "recommendations": _recommended(row, officer), "today": localdate(),
        "recommend_url": f"{reverse('workbench:recommendation_new')}?supervision={row.pk}" if recommends else "",
    }  # fmt: skip
    return render(request, "workbench/supervision/supervision.html", context)


def _steps(row: Supervision, officer: Officer) -> list[dict]:
    """Links to what this post is asked to do now."""
    found = []
    for (state, side), steps in STEPS.items():
        asked = TURN[state, side] & officer.role_set
        if row.state == state and getattr(row, f"{side}_id") == officer.organisation_id and asked:
            found += [
                {"label": step.label, "url": reverse("workbench:step", args=[row.matter.number, step.value])}
                for step in steps
            ]
    return found


def _recommended(row: Supervision, officer: Officer) -> list[dict]:
    """What was recommended because of it, beside its own proposal to improve (SV-3)."""
    rows = Recommendation.objects.visible_to(officer).filter(supervision=row).order_by("pk")
    return [
        {
            "label": one.get_sort_display(),
            "state": one.get_state_display(),
            "url": reverse("workbench:recommendation", args=[one.pk]),
        }
        for one in rows
    ]
