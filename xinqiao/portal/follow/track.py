"""查进度: number and query code open one matter (R-21(2), secure-checklist 50). The same answer for a wrong number and a wrong code."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xinqiao.matters import tracking
from xinqiao.matters.models import Matter
from xinqiao.people import accounts
from xinqiao.rules import numbering

from . import guesses, proof

NO_MATCH = "编号和查询码对不上。请对照回执，两个都核对一遍。"


class TrackForm(forms.Form):
    """Both as they are printed, read out, pasted with blanks or typed in full width."""

    number = forms.CharField(
        label="信访件编号",
        help_text="19 位，在回执和短信里。例如 990100 20261118 0427 K",
        error_messages={"required": "请填写信访件编号，它在回执和短信里。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "wide-code", "autocapitalize": "characters"}),
        max_length=200,
    )  # fmt: skip
    code = forms.CharField(
        label="查询码",
        help_text="16 位，只在回执上。例如 7K3M Q9XD 04TZ 8WBN，不分大小写",
        error_messages={"required": "请填写查询码，它印在回执上。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "wide-code", "autocapitalize": "characters"}),
        max_length=200,
    )  # fmt: skip

    def clean_number(self) -> str:
        return _normal(numbering.normalise_matter_number, self.cleaned_data["number"])

    def clean_code(self) -> str:
        return _normal(numbering.normalise_query_code, self.cleaned_data["code"])


def _normal(normalise, typed: str) -> str:
    try:
        return normalise(typed)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """The two fields; a right pair leads to the matter's own page."""
    form = TrackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        matter, refused = prove(request, form)
        if matter:
            at = timezone.now()
            proof.add(request, matter.pk, at=at)
            return redirect(after_proof(request, matter))
        if refused:
            return refused
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, "portal/follow/track.html", {"form": form, "account": accounts.current(request)}, status=status
    )


def prove(request: HttpRequest, form: TrackForm) -> tuple[Matter | None, HttpResponse | None]:
    """Try the pair. Returns the matter, or a page that asks to wait; neither: the form says that they do not fit."""
    at = timezone.now()
    if seconds := guesses.seconds_to_wait(request, at=at):
        return None, wait(request, form, seconds)
    matter = tracking.find(form.cleaned_data["number"], form.cleaned_data["code"])
    if matter is None:
        guesses.note_wrong(at=at)
        form.add_error(None, NO_MATCH)
    return matter, None


def wait(request: HttpRequest, form, seconds: int, template: str = "portal/follow/track.html") -> HttpResponse:
    """429 with what was typed and when to try again; nobody is locked out."""
    form.add_error(None, _("试得太快了。为了保护您的信息，请过 %(seconds)s 秒再试。") % {"seconds": seconds})
    response = render(request, template, {"form": form}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def after_proof(request: HttpRequest, matter: Matter) -> str:
    """The matter's page, or the form whose texts wait since the time ran out."""
    return proof.waiting_path(request, matter.pk) or reverse("portal:matter", args=[matter.number])


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close what was opened here: for computers that others use too."""
    proof.forget(request)
    accounts.leave(request.session)
    messages.success(request, _("已经退出。别人在这台设备上看不到您的信访了。"))
    return redirect("portal:track")
