"""这份文书是真的吗: kind, number, organ, day and digest behind the code on a letter; never what the letter says."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.documents import letters
from xinqiao.documents.models import Document, Status
from xinqiao.organisations.models import Organisation
from xinqiao.portal import sources
from xinqiao.rules import numbering

from . import track

CHECKS = ("verify", 60)  # of one source in two minutes


class VerifyForm(forms.Form):
    code = forms.CharField(
        label="查验码", max_length=200, help_text="12 位，印在文书最后、二维码旁边。",
        error_messages={"required": "请填写文书上的查验码。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "wide-code", "autocapitalize": "characters"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        try:
            return numbering.normalise_verification_code(self.cleaned_data["code"])
        except ValueError as error:
            raise forms.ValidationError(str(error).replace("校验码", "查验码").replace("回执", "文书")) from error


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """The form. It asks by GET: the code opens nothing, and the result can be kept as a link."""
    form = VerifyForm(request.GET or None)
    if form.is_valid():
        return redirect("portal:verify", form.cleaned_data["code"])
    return render(request, "portal/follow/verify.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def result(request: HttpRequest, code: str) -> HttpResponse:
    """What we know of the letter, or that we know none with this code."""
    form = VerifyForm({"code": code})
    if sources.is_too_fast(request, CHECKS, at=timezone.now()):
        form.is_valid()
        return track.wait(request, form, 60, "portal/follow/verify.html")
    if not form.is_valid():
        return render(request, "portal/follow/verify.html", {"form": form}, status=404)
    if form.cleaned_data["code"] != code:
        return redirect("portal:verify", form.cleaned_data["code"])
    document = letters.find_by_code(code)
    if document is None:
        form.add_error(
            "code", _("没有这个查验码的文书。请核对；核对无误仍查不到的，文书可能是假的，请打电话问出具的机关。")
        )
        return render(request, "portal/follow/verify.html", {"form": form}, status=404)
    return render(request, "portal/follow/genuine.html", _facts(document))


def _facts(document: Document) -> dict:
    organisation = Organisation.objects.filter(pk=document.organisation_id).first()
    digest = document.data_digest
    return {
        "document": document,
        "organisation": organisation,
        "is_void": document.status == Status.VOID,
        "digest": " ".join(digest[start : start + 8] for start in range(0, len(digest), 8)),
        "code": numbering.print_code(document.verification_code),
    }
