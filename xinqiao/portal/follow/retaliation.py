"""我被打击报复了: a short form on the page of a matter; what it makes is a matter of its own, one level up (C-06, R-18(4))."""

import re
import secrets

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinqiao.matters.act import MatterHidden
from xinqiao.matters.steps.receive import IntakeClosed, Receipt
from xinqiao.matters.steps.retaliation import complain
from xinqiao.portal import sources
from xinqiao.rules import wording
from xinqiao.rules.numbering import print_code, print_matter_number
from xinqiao.rules.refusals import StepRefused

from .acts import ACTS, Prose
from .dossier import Dossier
from .matter import needs_proof
from .say import SupplementForm

_KEY = re.compile(r"[0-9a-f]{32}")


class RetaliationForm(SupplementForm):
    text = Prose(
        label="发生了什么", limit="content", required="请写下发生了什么。一两句话也可以。", rows=7,
        help_text="什么时候、在哪里、谁对您做了什么。",
    )  # fmt: skip
    name = forms.CharField(
        label="是谁", required=False, max_length=50, help_text="不知道名字可以不写。", error_messages={"max_length": "姓名请写短一些。"}
    )
    unit = forms.CharField(
        label="他（她）的单位", required=False, max_length=100, help_text="请写全称，例如某某县住房和城乡建设局。",
        error_messages={"max_length": "单位名称请写短一些。"},
    )  # fmt: skip
    field_order = ("text", "name", "unit", "files")

    def clean_name(self) -> str:
        return self._line("name", 50, "姓名")

    def clean_unit(self) -> str:
        return self._line("unit", 100, "单位")

    def _line(self, name: str, limit: int, label: str) -> str:
        try:
            return wording.clean_line(self.cleaned_data.get(name) or "", limit=limit, field=label).strip()
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def facts(self) -> dict:
        return {**super().facts(), "name": self.cleaned_data["name"], "unit": self.cleaned_data["unit"]}


@require_http_methods(["GET", "HEAD", "POST"])
@needs_proof
def retaliation(request: HttpRequest, dossier: Dossier, actor) -> HttpResponse:
    """GET the form; POST files it and shows number and query code once. Sent twice it is one, with the same receipt."""
    if request.method != "POST":
        return _show(request, dossier, RetaliationForm(dossier=dossier))
    form = RetaliationForm(request.POST, request.FILES, dossier=dossier)
    if sources.is_too_fast(request, ACTS, at=timezone.now()):
        form.add_error(None, _("提交得太快了。请过一分钟再试，写的内容还在。"))
        return _show(request, dossier, form, status=429)
    if not form.is_valid():
        return _show(request, dossier, form, status=422)
    key = request.POST.get("once", "")
    key = key if _KEY.fullmatch(key) else secrets.token_hex(16)
    try:
        receipt = complain(dossier.matter.pk, by=actor, at=timezone.now(), key=key, **form.facts())
    except MatterHidden as hidden:
        raise Http404 from hidden
    except StepRefused as refused:
        form.add_error(None, refused.message)
        return _show(request, dossier, form, status=422)
    except IntakeClosed:
        form.add_error(None, _("系统现在不能保存，没有提交成功。写的内容还在，请过一会儿再试。"))
        return _show(request, dossier, form, status=503)
    return _done(request, dossier, receipt)


def _show(request, dossier: Dossier, form: RetaliationForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form, "matter": dossier.matter, "once": form.data.get("once") or secrets.token_hex(16),
        "back_url": reverse("portal:matter", args=[dossier.matter.number]),
    }  # fmt: skip
    return render(request, "portal/follow/retaliation.html", context, status=status)


def _done(request, dossier: Dossier, receipt: Receipt) -> HttpResponse:
    context = {
        "matter": dossier.matter, "receipt": receipt, "number": print_matter_number(receipt.number),
        "code": print_code(receipt.query_code), "back_url": reverse("portal:matter", args=[dossier.matter.number]),
    }  # fmt: skip
    return render(request, "portal/follow/retaliation_done.html", context)
