"""案件巡查: the supervisor's board. What was found, since when, on which rule; agreed with or dismissed with a reason (SV-1, SV-2)."""

from datetime import datetime

from django import forms
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.organisations.models import Officer
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.patrol import TRIGGERS, Evidence, Ground
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step
from xinqiao.supervision import findings, recommendations
from xinqiao.supervision.models import Finding, FindingState

from .. import keyset
from ..acts.fields import Prose
from ..door import officer_required
from ..listing import Listing
from ..tally import COUNTED_TO, shown_count
from .sections import sections

NEWEST = keyset.Order("found", "", "found_at", datetime, descending=True)
COLUMNS = (
    "trigger", "subject", "since_on", "found_at", "state", "organisation__name", "matter__number", "matter__title", "matter__sealed",
    "decided_by__user__name", "note",
)  # fmt: skip
TONES = {
    FindingState.NEW: "warn",
    FindingState.ACCEPTED: "bad",
    FindingState.DISMISSED: "idle",
    FindingState.SUPERVISED: "info",
}


class DecisionForm(forms.Form):
    """True or not, and why not."""

    agrees = forms.TypedChoiceField(
        label=_("核对结果"),
        choices=[("yes", _("属实，需要督办")), ("no", _("不予督办"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择属实或者不予督办。")},
    )
    note = Prose(
        label=_("理由、下一步"),
        required=False,
        help_text=_("不予督办的，写明核对了什么、为什么（至少10个字）。属实的，可以写明要单位做什么。"),
    )


@officer_required
@require_safe
def board_page(request: HttpRequest) -> HttpResponse:
    """`?state=&ground=&trigger=` and a position; what is not known is left out, never an error."""
    officer, today = request.officer, localdate()
    chosen = _choices(request)
    seen = Finding.objects.visible_to(officer)
    rows = seen.filter(**{name: value for name, value in chosen.items() if value and name != "ground"})
    if chosen["ground"]:
        rows = rows.filter(trigger__in=[row.code for row in TRIGGERS.values() if row.ground == chosen["ground"]])
    here = Listing(request, reverse("workbench:patrol"))
    page = here.page(rows, NEWEST, COLUMNS)
    context = {
        "sections": sections(request),
        "rows": [_row(row, today) for row in page.rows],
        "tabs": _tabs(here, seen, chosen),
        "grounds": Ground.choices(),
        "triggers": [(row.code, row.name) for row in TRIGGERS.values()],
        "chosen": chosen,
        "narrowed": bool(chosen["ground"] or chosen["trigger"]),
        "clear_url": here(ground="", trigger=""),
        "decides": findings.may_decide(officer),
        **here.turning(page),
        "today": today,
    }
    return render(request, "workbench/supervision/board.html", context)


@officer_required
@require_http_methods(["GET", "POST"])
def finding_page(request: HttpRequest, finding_id: int) -> HttpResponse:
    """One finding: what is wrong, where to see it, what to check; the decision."""
    officer = request.officer
    finding = _found(officer, finding_id)
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        initial={"note": finding.note, "agrees": {"accepted": "yes", "dismissed": "no"}.get(finding.state)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            findings.decide(
                finding.pk, agrees=said["agrees"], note=said["note"], by=officer, at=timezone.now(), request=request
            )
            return redirect("workbench:finding", finding.pk)
        except StepRefused as refused:
            form.add_error("note" if refused.code == "reason_missing" else None, refused.message)
    number = finding.matter.number
    recommends = finding.state != FindingState.DISMISSED and recommendations.may_draft(officer)
    context = {
        "sections": sections(request),
        "recommend_url": f"{reverse('workbench:recommendation_new')}?finding={finding.pk}" if recommends else "",
        "finding": finding,
        "trigger": finding.row,
        "state": FindingState(finding.state),
        "tone": TONES[finding.state],
        "title": listed_title(finding.matter.title, sealed=finding.matter.sealed),
        "days": (localdate() - finding.since_on).days,
        "case_url": reverse("workbench:case", args=[number]),
        "propose_url": reverse("workbench:step", args=[number, Step.PROPOSE_SUPERVISION.value])
        if finding.state in (FindingState.NEW, FindingState.ACCEPTED) and findings.may_decide(officer)
        else "",
        "evidence": _evidence(finding),
        "form": form if findings.may_decide(officer) and finding.state != FindingState.SUPERVISED else None,
    }
    return render(request, "workbench/supervision/finding.html", context, status=422 if form.errors else 200)


def _found(officer: Officer, finding_id: int) -> Finding:
    related = ("matter", "organisation", "decided_by__user")
    finding = Finding.objects.visible_to(officer).select_related(*related).filter(pk=finding_id).first()
    if finding is None:
        raise Http404
    return finding


def _choices(request: HttpRequest) -> dict[str, str]:
    asked = request.GET
    return {
        "state": asked.get("state", "") if asked.get("state") in set(FindingState) else FindingState.NEW.value,
        "ground": asked.get("ground", "") if asked.get("ground") in set(Ground) else "",
        "trigger": asked.get("trigger", "") if asked.get("trigger") in TRIGGERS else "",
    }


def _tabs(here: Listing, seen: QuerySet, chosen: dict) -> list[dict]:
    counted = dict(seen.order_by().values_list("state").annotate(Count("pk")))
    return [
        {
            "label": state.label,
            "count": shown_count(min(counted.get(state, 0), COUNTED_TO)) or "0",
            "url": here(state=state.value),
            "on": chosen["state"] == state,
        }
        for state in FindingState
    ]


def _row(row: dict, today) -> dict:
    trigger = TRIGGERS[row["trigger"]]
    return {
        "url": reverse("workbench:finding", args=[row["pk"]]),
        "name": trigger.name,
        "request": _request_of(row["subject"]),
        "ground": trigger.ground.label,
        "number": row["matter__number"],
        "title": listed_title(row["matter__title"], sealed=row["matter__sealed"]),
        "organisation": row["organisation__name"],
        "since_on": row["since_on"],
        "days": (today - row["since_on"]).days,
        "state": FindingState(row["state"]).label,
        "tone": TONES[row["state"]],
        "decided_by": row["decided_by__user__name"] or "",
    }


def _request_of(subject: str) -> str:
    """The number of the request whose promise was not kept; nothing where the finding is about the whole matter."""
    return subject.split(":")[2] if subject.startswith("opinion:") and subject.count(":") == 2 else ""


def _evidence(finding: Finding) -> dict:
    """Where to see it on the page of the matter: the limit with its reckoning, the line of the history, the opinion."""
    kind, _sign, rest = finding.subject.partition(":")
    found = {"kind": finding.row.evidence.label}
    if finding.row.evidence is Evidence.CLOCK:
        clock = finding.matter.clocks.get(pk=rest)
        found |= {"about": clock.explanation, "due_on": clock.due_on, "done_on": clock.ended_on}
    elif finding.row.evidence is Evidence.OPINION:
        opinion = finding.matter.opinions.get(pk=rest.split(":")[0])
        found |= {
            "document_id": opinion.document_id,
            "served_on": opinion.served_on,
            "request": _request_of(finding.subject),
        }
    elif kind == "event":
        found["event"] = finding.matter.events.get(seq=rest)
    return found
