"""分类模型: the versions of the classifier, how each did on petitions that were held out, and the way back to an older one.

Read by the analyst and the system administrator; the latter may use an older version, with a reason and on record. Figures about the machine:
they know no officer, no organ and no petition, hold no report, and small ones are withheld (C-14, G.4).
"""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao import analysis
from xinqiao.analysis import classifying, training
from xinqiao.analysis.models import ClassifierVersion
from xinqiao.integrity import audit
from xinqiao.organisations.models import ContentClass
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.small_cells import AT_LEAST, NOT_SHOWN

from ..confirmation import PasswordAgain
from ..door import officer_required

SHOWN = 20  # versions, the newest
REASON_AT_LEAST, REASON_AT_MOST = 5, 200


@dataclass(frozen=True)
class Line:
    """One class of the first level: petitions held out, how many were proposed right, the F1 of the two."""

    name: str
    n: str
    right: str
    f1: str


@dataclass(frozen=True)
class Mixed:
    """Petitions of one class for which another one was proposed."""

    right: str
    said: str
    n: int


class UseForm(PasswordAgain, forms.Form):
    """Why an older version is used again."""

    reason = forms.CharField(
        label=gettext_lazy("原因"), min_length=REASON_AT_LEAST, max_length=REASON_AT_MOST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("会记入安全审计日志。"),
        error_messages={
            "required": gettext_lazy("请写明为什么改用这个版本。"), "min_length": gettext_lazy("请写得具体一些，至少5个字。"),
            "max_length": gettext_lazy("请不要超过200个字。"),
        },
    )  # fmt: skip


@officer_required
@require_safe
def versions_page(request: HttpRequest) -> HttpResponse:
    """All versions, and of the one in use (or `?version=`) the figures by class and what is mixed up most."""
    rows = list(ClassifierVersion.objects.defer("weights").select_related("activated_by__user")[:SHOWN])
    with_weights = set(ClassifierVersion.objects.filter(weights__isnull=False).values_list("pk", flat=True)[:SHOWN])
    asked = request.GET.get("version", "")
    shown = next((row for row in rows if str(row.pk) == asked), None) or next(
        (row for row in rows if row.active), rows[0] if rows else None
    )
    names = dict(ContentClass.objects.filter(level=1).values_list("code", "name"))
    context = {
        "versions": rows, "with_weights": with_weights, "shown": shown, "is_on": analysis.is_on(), "can_learn": classifying.can_learn(),
        "lines": _lines(shown, names) if shown else [], "mixed": _mixed(shown, names) if shown else [],
        "may_use": allowed(request.officer.role_set, "classifier", Action.WRITE), "needed": training.AT_LEAST,
        "most": AT_LEAST - 1, "kept": training.KEPT_WEIGHTS, "any_active": any(row.active for row in rows),
    }  # fmt: skip
    return render(request, "workbench/analysis/versions.html", context)


@officer_required
@require_http_methods(["GET", "POST"])
def use_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Use a version whose weights are still there: asks why, and for the password."""
    version = ClassifierVersion.objects.defer("weights").filter(pk=pk, active=False, weights__isnull=False).first()
    if version is None:
        raise Http404
    form = UseForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            training.use(version, at=timezone.now(), by=request.officer)
            audit.note(
                AuditKind.CLASSIFIER_CHANGED,
                officer=request.officer,
                subject=f"classifier:{version.pk}",
                reason=form.cleaned_data["reason"],
                request=request,
            )
        messages.success(request, _("已改用版本%(pk)s。之后收到的信访件按它提出建议。") % {"pk": version.pk})
        return redirect("workbench:classifier_versions")
    return render(
        request,
        "workbench/analysis/use_version.html",
        {"form": form, "version": version},
        status=422 if form.is_bound else 200,
    )


def _lines(version: ClassifierVersion, names: dict[str, str]) -> list[Line]:
    """Where few were held out, neither their number nor what comes of it is told."""
    found = []
    for one in version.scores.get("per_class", ()):
        small = any(0 < count < AT_LEAST for count in (one["n"], one["right"], one["n"] - one["right"]))
        told = one["n"] >= AT_LEAST
        found.append(
            Line(
                names.get(one["code"], one["code"]), str(one["n"]) if told else NOT_SHOWN, NOT_SHOWN if small or not told else str(one["right"]),
                f"{one['f1']:.2f}" if told else "—",
            )
        )  # fmt: skip
    return found


def _mixed(version: ClassifierVersion, names: dict[str, str]) -> list[Mixed]:
    rows = [one for one in version.scores.get("mixed", ()) if one["n"] >= AT_LEAST]
    return [
        Mixed(names.get(one["right"], one["right"]), names.get(one["said"], one["said"]) or _("没有建议"), one["n"])
        for one in rows
    ]
