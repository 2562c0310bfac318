"""评价核对: ratings of an organ that look as if somebody else had given them; decided by who supervises that organ (G.4)."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.matters.models import Matter
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.rating import ALIKE_RULES, TRACE_BASIS, Alike, AlikeState
from xinqiao.rules.refusals import StepRefused
from xinqiao.supervision import ratings

from .. import keyset
from ..acts.fields import Prose
from ..door import officer_required
from ..listing import Listing
from .sections import sections

NEWEST = keyset.Order("newest", "", "id", int, descending=True)
COLUMNS = ("organisation__name", "sort", "on", "count", "state", "found_at", "decided_by__user__name")
TONES = {AlikeState.NEW: "warn", AlikeState.CONFIRMED: "bad", AlikeState.EXPLAINED: "ok"}
QUESTIONS = {rule.sort: rule.question for rule in ALIKE_RULES}


class CheckForm(forms.Form):
    confirmed = forms.TypedChoiceField(
        label=_("核对结果"),
        choices=[("yes", AlikeState.CONFIRMED.label), ("no", AlikeState.EXPLAINED.label)],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择核对结果。")},
    )
    note = Prose(
        label=_("核对了什么、结果怎样"),
        help_text=_("可以看当天的服务记录、问单位负责人。不能向信访人追问为什么这样评价。"),
    )
    use_required_attribute = False


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """What was seen, newest first; never a list of citizens."""
    rows = ratings.visible_to(request.officer)
    here = Listing(request, reverse("workbench:ratings"))
    page = here.page(rows, NEWEST, COLUMNS)
    context = {
        "sections": sections(request),
        "rows": [
            {
                "url": reverse("workbench:rating", args=[row["pk"]]), "organisation": row["organisation__name"],
                "sort": Alike(row["sort"]).label, "on": row["on"], "count": row["count"], "state": AlikeState(row["state"]).label,
                "tone": TONES[row["state"]], "by": row["decided_by__user__name"] or "",
            }
            for row in page.rows
        ],
        "basis": TRACE_BASIS,
        **here.turning(page),
    }  # fmt: skip
    return render(request, "workbench/supervision/alike_list.html", context)


@officer_required
@require_http_methods(["GET", "POST"])
def alike_page(request: HttpRequest, alike_id: int) -> HttpResponse:
    """One of them: which organ, which day, how many, what to check; the decision."""
    officer = request.officer
    row = ratings.visible_to(officer).select_related("organisation", "decided_by__user").filter(pk=alike_id).first()
    if row is None:
        raise Http404
    decides = (
        bool(allowed(officer.role_set, "alike_ratings", Action.APPROVE))
        and row.organisation_id != officer.organisation_id
    )
    form = CheckForm(request.POST if request.method == "POST" else None) if decides else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            ratings.decide(row.pk, **form.cleaned_data, by=officer, at=timezone.now(), request=request)
            return redirect("workbench:rating", row.pk)
        except StepRefused as refused:
            form.add_error("note", refused.message)
    matters = Matter.objects.visible_to(officer).filter(pk__in=row.matter_ids, sealed=False).order_by("pk")
    context = {
        "row": row, "sort": Alike(row.sort), "state": AlikeState(row.state), "tone": TONES[row.state], "form": form,
        "question": QUESTIONS[row.sort], "matters": matters, "basis": TRACE_BASIS,
    }  # fmt: skip
    return render(
        request, "workbench/supervision/alike.html", context, status=422 if form is not None and form.errors else 200
    )
