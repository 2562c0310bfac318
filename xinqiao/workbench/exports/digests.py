"""干部情况通报: compiled by the liaison to discipline, decided by the leader, read and signed for by the personnel organ (C-09, R-30(2))."""

from datetime import timedelta
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

from xinqiao.exports import digests
from xinqiao.exports.models import Digest, DigestState
from xinqiao.notifications import inbox
from xinqiao.rules.exports import Rank
from xinqiao.rules.permissions import Action, allowed

from ..acts.fields import Day, OneLine
from ..confirmation import PasswordAgain
from ..door import officer_required
from . import deciding
from .deciding import DecideForm

DAYS = 90  # the period that is proposed


class PeriodForm(forms.Form):
    """For whom, and of which time."""

    recipient = forms.ModelChoiceField(queryset=None, label=gettext_lazy("送给"), empty_label=None)
    from_on = Day(label=gettext_lazy("收到日期从"))
    to_on = Day(label=gettext_lazy("到"))

    def __init__(self, *args, officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["recipient"].queryset = digests.recipients(officer)

    def clean(self) -> dict:
        said = super().clean()
        if said.get("from_on") and said.get("to_on") and said["from_on"] > said["to_on"]:
            raise ValidationError(_("开始的日期在结束的日期之后，请改正。"))
        return said


class CompileForm(PasswordAgain, forms.Form):
    """Which of the reports, with which rank, and the title."""

    title = OneLine(label=gettext_lazy("标题"), error_messages={"required": gettext_lazy("请填写标题。")})

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].max_length = 100
        self.lines = lines
        for line in lines:
            self.fields[f"take_{line.matter_id}"] = forms.BooleanField(required=False, label=line.number)
            self.fields[f"rank_{line.matter_id}"] = forms.ChoiceField(
                choices=Rank.choices(), required=False, label=_("%(number)s 的干部职级") % {"number": line.number}
            )
            self.fields[f"serious_{line.matter_id}"] = forms.BooleanField(required=False, label=_("重大"))

    def clean(self) -> dict:
        if not self._taken(self.cleaned_data):
            self.add_error(None, _("请至少选一件。"))
        return super().clean()

    def _taken(self, said: dict) -> dict:
        return {
            line.matter_id: (
                Rank(said.get(f"rank_{line.matter_id}") or Rank.UNKNOWN),
                bool(said.get(f"serious_{line.matter_id}")),
            )
            for line in self.lines
            if said.get(f"take_{line.matter_id}")
        }

    @property
    def chosen(self) -> dict:
        return self._taken(self.cleaned_data)

    def rows(self) -> list[dict]:
        """For the template: each report with its three controls."""
        return [
            {"line": line, **{name: self[f"{name}_{line.matter_id}"] for name in ("take", "rank", "serious")}}
            for line in self.lines
        ]


@officer_required
@require_safe
@never_cache
def digests_page(request: HttpRequest) -> HttpResponse:
    """The digests of the own office, or those that came to the own organ."""
    found = (
        digests.visible_to(request.officer).select_related("office", "recipient").defer("rows").order_by("-pk")[:100]
    )
    roles = request.officer.role_set
    context = {
        "digests": found,
        "may_compile": bool(allowed(roles, "digest", Action.WRITE)),
        "is_recipient": not (allowed(roles, "digest", Action.WRITE) or allowed(roles, "digest", Action.APPROVE)),
    }
    return render(request, "workbench/exports/digest_list.html", context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def compile_page(request: HttpRequest) -> HttpResponse:
    """First for whom and which time, then which reports; it goes to the leader."""
    officer, today = request.officer, localdate()
    first = digests.recipients(officer).first()
    initial = {"recipient": first.pk if first else "", "from_on": today - timedelta(days=DAYS), "to_on": today}
    period = PeriodForm({**{k: str(v) for k, v in initial.items()}, **request.GET.dict()}, officer=officer)
    context = {"period": period, "has_recipients": first is not None, "form": None}
    if not period.is_valid():
        return render(request, "workbench/exports/digest_compile.html", context, status=422 if request.GET else 200)
    said = period.cleaned_data
    lines, withheld = digests.candidates(officer, said["recipient"], said["from_on"], said["to_on"])
    title = _("%(from)s至%(to)s涉及干部的信访情况") % {
        "from": f"{said['from_on']:%Y年%-m月%-d日}",
        "to": f"{said['to_on']:%-m月%-d日}",
    }
    form = CompileForm(
        request.POST if request.method == "POST" else None, request=request, lines=lines, initial={"title": title}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = digests.compile_for(
                said["recipient"], form.chosen, title=form.cleaned_data["title"], from_on=said["from_on"], to_on=said["to_on"],
                by=officer, at=timezone.now(), request=request,
            )  # fmt: skip
            return redirect("workbench:digest", made.pk)
        except digests.DigestRefused as refused:
            form.add_error(None, str(refused))
    context |= {"form": form, "withheld": withheld, "recipient": said["recipient"]}
    return render(request, "workbench/exports/digest_compile.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def digest_page(request: HttpRequest, digest_id: int) -> HttpResponse:
    """One digest: its rows, after the record that they were opened; decided or signed for here."""
    officer, now = request.officer, timezone.now()
    digest = _found(officer, digest_id)
    why_not = digests.may_decide(digest, officer)
    form = DecideForm(request.POST if request.method == "POST" and "agrees" in request.POST else None, request=request)
    status, problem = 200, ""
    if request.method == "POST":
        if "acknowledge" in request.POST:
            status, problem = _sign_for(request, digest, now)
        else:
            form = DecideForm(request.POST, request=request)
            decide = partial(_decide, digest, by=officer, at=now)
            status, problem = deciding.take(request, form, why_not, decide, digests.DigestRefused)
        if status == deciding.TAKEN:
            return redirect("workbench:digest", digest.pk)
    inbox.mark_read(officer, at=now, subject=str(digest))
    context = {
        "digest": digest, "rows": digests.read(digest, by=officer, request=request), "form": form, "problem": problem,
        "state": DigestState(digest.state), "decidable": not why_not,
        "why_not": why_not if digest.state == DigestState.ASKED else "",
        "is_recipient": digest.recipient_id == officer.organisation_id,
        "may_acknowledge": digest.recipient_id == officer.organisation_id and digest.state == DigestState.DELIVERED,
    }  # fmt: skip
    return render(request, "workbench/exports/digest.html", context, status=status)


def _sign_for(request: HttpRequest, digest: Digest, at) -> tuple[int, str]:
    try:
        digests.acknowledge(digest.pk, by=request.officer, at=at, request=request)
    except digests.DigestRefused as refused:
        return deciding.TOO_LATE, str(refused)
    return deciding.TAKEN, ""


def _decide(digest: Digest, *, by, at, **said) -> None:
    """Decide; what was delivered stands behind the bell of whoever signs for it."""
    decided = digests.decide(digest.pk, by=by, at=at, **said)
    if decided.state == DigestState.DELIVERED:
        for officer in digests.readers(decided):
            inbox.tell_own(officer, _("收到干部情况通报，请查看并签收"), subject=str(decided), at=at)


def _found(officer, digest_id: int) -> Digest:
    related = ("office", "recipient", "prepared_by__user", "decided_by__user", "acknowledged_by__user")
    digest = digests.visible_to(officer).select_related(*related).filter(pk=digest_id).first()
    if digest is None:
        raise Http404
    return digest
