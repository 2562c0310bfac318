"""巡视巡察数据: asked by the liaison, decided by the office's leader, fetched once (C-10, R-41(2))."""

from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.exports import inspection
from xinqiao.exports.models import ExportRequest, RequestState
from xinqiao.organisations.models import Organisation
from xinqiao.rules.exports import DECIDED_WITHIN_DAYS, INSPECTION_CONTENT, InspectionItem
from xinqiao.rules.permissions import Action, allowed

from ..acts.fields import Day, OneLine
from ..confirmation import PasswordAgain
from ..door import officer_required
from . import deciding
from .deciding import DecideForm
from .forms import Purpose

YEARS_AT_MOST = 6  # one round of inspection looks back five years; a sixth for what began before


class AskForm(PasswordAgain, forms.Form):
    """What the inspection organ wrote: who, by which letter, about whom, for which time, what of the four items."""

    organ = OneLine(label=gettext_lazy("巡视巡察机构"), help_text=gettext_lazy("来函上的全称，例如“自治区党委第三巡视组”。"),
                    error_messages={"required": gettext_lazy("请填写巡视巡察机构的名称。")})  # fmt: skip
    document_number = OneLine(
        label=gettext_lazy("来函文号"),
        error_messages={"required": gettext_lazy("请填写来函文号；没有来函的不能提供。")},
    )
    inspected = forms.CharField(
        label=gettext_lazy("被巡视巡察的地区、单位"), help_text=gettext_lazy("输入几个字，从列表中选全称。"),
        widget=forms.TextInput(attrs={"list": "organs", "autocomplete": "off"}), max_length=120,
        error_messages={"required": gettext_lazy("请填写被巡视巡察的地区或者单位。")},
    )  # fmt: skip
    from_on = Day(label=gettext_lazy("期间起"), error_messages={"required": gettext_lazy("请填写期间从哪天起。")})
    to_on = Day(label=gettext_lazy("期间止"), error_messages={"required": gettext_lazy("请填写期间到哪天止。")})
    items = forms.MultipleChoiceField(
        label=gettext_lazy("提供的内容"), widget=forms.CheckboxSelectMultiple, choices=InspectionItem.choices(),
        help_text=gettext_lazy("只限《信访工作条例》第四十一条第二款列出的四项。"),
        error_messages={"required": gettext_lazy("请至少选一项。"), "invalid_choice": gettext_lazy("没有这一项，请从列表中选。")},
    )  # fmt: skip
    purpose = Purpose()

    def __init__(self, *args, officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered = inspection.may_be_inspected(officer)
        self.fields["items"].option_hints = {item.value: words for item, words in INSPECTION_CONTENT.items()}
        self.fields["organ"].max_length, self.fields["document_number"].max_length = 100, 60

    def clean_inspected(self) -> Organisation:
        name = self.cleaned_data["inspected"].strip()
        found = self.offered.filter(name=name).first()
        if found is None:
            raise ValidationError(_("本辖区没有“%(name)s”，请从列表中选全称。") % {"name": name})
        return found

    def clean(self) -> dict:
        said = self.cleaned_data
        from_on, to_on = said.get("from_on"), said.get("to_on")
        if from_on and to_on and from_on > to_on:
            self.add_error("from_on", _("开始的日期在结束的日期之后，请改正。"))
        elif from_on and to_on and (to_on - from_on).days > YEARS_AT_MOST * 366:
            self.add_error("from_on", _("一次最多%(n)s年，请缩短期间。") % {"n": YEARS_AT_MOST})
        if to_on and to_on > localdate():
            self.add_error("to_on", _("结束的日期还没有到，请改正。"))
        return super().clean()


@officer_required
@require_safe
@never_cache
def requests_page(request: HttpRequest) -> HttpResponse:
    """The requests of the own office, the newest first."""
    now = timezone.now()
    found = (
        inspection.visible_to(request.officer)
        .select_related("inspected", "asked_by__user", "export")
        .order_by("-pk")[:100]
    )
    rows = [{"asked": asked, "state": inspection.state_at(asked, now)} for asked in found]
    context = {"rows": rows, "may_ask": bool(allowed(request.officer.role_set, "requested_export", Action.WRITE))}
    return render(request, "workbench/exports/inspection_list.html", context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def ask_page(request: HttpRequest) -> HttpResponse:
    """A new request; it goes to the office's leader."""
    form = AskForm(request.POST if request.method == "POST" else None, request=request, officer=request.officer)
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "password"}
        asked = inspection.ask(by=request.officer, at=timezone.now(), request=request, **said)
        return redirect("workbench:inspection_request", asked.pk)
    organs = form.offered.values_list("name", flat=True)[:600]
    context = {"form": form, "organs": organs, "days": DECIDED_WITHIN_DAYS}
    return render(request, "workbench/exports/inspection_ask.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request: what was asked, what was decided, where the file is; the leader decides here."""
    officer, now = request.officer, timezone.now()
    asked = _found(officer, request_id)
    why_not = inspection.may_decide(asked, officer, now)
    form = DecideForm(request.POST if request.method == "POST" else None, request=request)
    status, problem = 200, ""
    if request.method == "POST":
        decide = partial(inspection.decide, asked.pk, by=officer, at=now)
        status, problem = deciding.take(request, form, why_not, decide, inspection.DecisionRefused)
        if status == deciding.TAKEN:
            return redirect("workbench:inspection_request", asked.pk)
    state = inspection.state_at(asked, now)
    context = {
        "asked": asked, "state": state, "form": form, "problem": problem,
        "decidable": not why_not, "why_not": why_not if state is RequestState.ASKED else "",
        "items": [(item, INSPECTION_CONTENT[item]) for item in InspectionItem if item.value in asked.items],
        "is_mine": asked.asked_by_id == officer.pk,
    }  # fmt: skip
    return render(request, "workbench/exports/inspection_request.html", context, status=status)


def _found(officer, request_id: int) -> ExportRequest:
    related = ("inspected", "office", "asked_by__user", "decided_by__user", "export")
    asked = inspection.visible_to(officer).select_related(*related).filter(pk=request_id).first()
    if asked is None:
        raise Http404
    return asked
