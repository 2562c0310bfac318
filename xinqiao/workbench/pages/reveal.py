"""查看完整信息: say what for, give the password again, look for ten minutes; a protected identity with a second person's consent (C-11).

From the case page it is one press once the password was given: the purposes are the buttons. What is typed is never lost, and
nothing about a person is ever in an address.
"""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinqiao.access import reveal, second_person
from xinqiao.access.models import RevealRequest
from xinqiao.access.reveal import Level
from xinqiao.documents.models import Document
from xinqiao.matters.models import Matter
from xinqiao.notifications import inbox
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.reveal import DECIDED_WITHIN_HOURS, FIELDS, GRANT_HOURS, OPEN_MINUTES, PURPOSES, reason_fault
from xinqiao.ui import digits

from ..acts.fields import Prose
from ..acts.situation import visible_matter
from ..confirmation import PasswordAgain
from ..door import officer_required


class RevealForm(PasswordAgain, forms.Form):
    purpose = forms.ChoiceField(
        label=gettext_lazy("用途"), choices=[(row.code, row.label) for row in PURPOSES.values()], widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择用途。"), "invalid_choice": gettext_lazy("请从列出的用途中选择。")},
        help_text=gettext_lazy("信访人能看到这一项。只显示这项用途需要的内容。"),
    )  # fmt: skip
    reason = Prose(
        label=gettext_lazy("具体理由"), limit="reason", rows=3, required=False,
        help_text=gettext_lazy("写10个字以上。不写的，按所选用途记录；选“其他工作需要”的必须写。"),
    )  # fmt: skip

    def __init__(self, *args, **rest):
        super().__init__(*args, **rest)
        names = {row.code: "、".join(FIELDS[one] for one in row.fields) for row in PURPOSES.values()}
        self.fields["purpose"].option_hints = {
            code: _("显示：%(names)s") % {"names": words} for code, words in names.items()
        }

    def clean(self) -> dict:
        said = self.cleaned_data
        if "purpose" in said and "reason" not in self.errors:
            said["reason"] = said.get("reason", "").strip() or PURPOSES[said["purpose"]].reason
            if fault := reason_fault(said["reason"]):
                self.add_error("reason", fault)
        return super().clean()  # the password, last of all


class DecisionForm(PasswordAgain, forms.Form):
    reason = Prose(
        label=gettext_lazy("意见"), limit="reason", rows=3, required=False,
        help_text=gettext_lazy("不同意的，请写明理由，至少10个字。"),
    )  # fmt: skip

    def __init__(self, *args, refuses: bool = False, **rest):
        super().__init__(*args, **rest)
        self.refuses = refuses

    def clean(self) -> dict:
        fault = reason_fault(self.cleaned_data.get("reason", ""))
        if self.refuses and fault and "reason" not in self.errors:
            self.add_error("reason", fault.replace(_("为什么要看"), _("不同意的理由")))
        return super().clean()


@sensitive_post_parameters("password", "reason")
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def reveal_page(request: HttpRequest, number: str) -> HttpResponse:
    """GET asks what for; POST opens, or for a protected identity asks the second person."""
    matter = visible_matter(request.officer, number)
    level = reveal.level(matter, request.officer)
    if level not in (Level.ALONE, Level.TOGETHER):
        raise Http404
    at = timezone.now()
    granted = reveal.granted_request(matter, request.officer, at) if level is Level.TOGETHER else None
    if request.method != "POST":
        purpose = request.GET.get("purpose", "")
        form = RevealForm(request=request, initial={"purpose": purpose if purpose in PURPOSES else ""})
        return _page(request, matter, level, granted, form)
    data = request.POST
    if granted:  # what for was said when it was asked
        data = data.copy()
        data["purpose"], data["reason"] = granted.purpose, granted.reason
    form = RevealForm(data, request=request)
    if not form.is_valid():
        return _page(request, matter, level, granted, form, status=422)
    return _act(request, matter, level, granted, form, at)


def _act(request: HttpRequest, matter: Matter, level: Level, granted, form: RevealForm, at) -> HttpResponse:
    facts = {"purpose": form.cleaned_data["purpose"], "reason": form.cleaned_data["reason"], "at": at}
    if reveal.open_for(request, matter, **facts):
        return _onwards(request, matter)
    try:
        asked = second_person.ask(request, matter, **facts)
    except StepRefused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, matter, level, granted, form, status=422)
    _tell(second_person.deciders(matter, request.officer), _("有同事申请查看保密身份，请审批"), asked, matter, at)
    messages.success(request, _("已提交申请。同意后，请在这一页查看。"))
    return redirect("workbench:reveals")


def _onwards(request: HttpRequest, matter: Matter) -> HttpResponse:
    """To the letter that asked for it, else to the people on the case page."""
    wanted = _document_id(request.POST.get("letter", ""))
    if wanted and Document.objects.filter(pk=wanted, matter_id=matter.pk).exists():
        return redirect("workbench:letter", document_id=wanted, form="pdf")
    return redirect(reverse("workbench:case", args=[matter.number]) + "#people")


def _document_id(text: str) -> int:
    """The number of a letter as it stood in the form; 0 for anything else."""
    return digits.read(text) or 0


def _page(request, matter, level, granted, form, *, status: int = 200) -> HttpResponse:
    letter = request.POST.get("letter") or request.GET.get("letter") or ""
    latest = second_person.latest(matter, request.officer) if level is Level.TOGETHER and not granted else None
    context = {
        "matter": matter, "form": form, "together": level is Level.TOGETHER, "granted": granted, "latest": latest,
        "state": latest.shown_state(timezone.now()) if latest else "",
        "letter": _document_id(letter) or "", "minutes": OPEN_MINUTES,
        "hours": DECIDED_WITHIN_HOURS, "grant_hours": GRANT_HOURS,
    }  # fmt: skip
    return render(request, "workbench/reveal.html", context, status=status)


@officer_required
@require_POST
def close_page(request: HttpRequest, number: str) -> HttpResponse:
    """Mask it again at once."""
    matter = visible_matter(request.officer, number)
    reveal.close(request, matter, at=timezone.now())
    return redirect(reverse("workbench:case", args=[matter.number]) + "#people")


@officer_required
@require_safe
def requests_page(request: HttpRequest) -> HttpResponse:
    """What waits for this officer's consent, and what this officer asked."""
    at = timezone.now()
    mine = [
        (row, matter, row.shown_state(at), row.is_open(at)) for row, matter in second_person.asked_by(request.officer)
    ]
    context = {"waiting": second_person.waiting_for(request.officer, at), "mine": mine, "hours": DECIDED_WITHIN_HOURS}
    return render(request, "workbench/reveals.html", context)


@sensitive_post_parameters("password", "reason")
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """The second person agrees, or refuses with a reason. One's own request, or another organisation's, is not there."""
    asked, matter = _asked(request, request_id)
    at, granted = timezone.now(), request.POST.get("do") == "grant"
    form = DecisionForm(request.POST or None, request=request, refuses=not granted)
    if form.is_valid():
        try:
            second_person.decide(request, asked, matter, granted=granted, reason=form.cleaned_data["reason"], at=at)
        except StepRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            words = _("您的查看申请已同意") if granted else _("您的查看申请没有同意，请看理由")
            _tell([asked.officer], words, asked, matter, at, answered=True)
            done = (
                _("已同意，申请人可以在%(n)s小时内查看。") % {"n": GRANT_HOURS}
                if granted
                else _("已告知申请人不同意。")
            )
            messages.success(request, done)
            return redirect("workbench:reveals")
    names = "、".join(FIELDS[one] for one in PURPOSES[asked.purpose].fields)
    context = {
        "asked": asked, "matter": matter, "form": form, "names": names, "waits": asked.waits(at), "state": asked.shown_state(at),
        "hours": GRANT_HOURS,
    }  # fmt: skip
    return render(request, "workbench/reveal_decide.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, request_id: int) -> tuple[RevealRequest, Matter]:
    """A request that this officer may decide. Raises Http404."""
    rows = RevealRequest.objects.select_related("officer__user", "officer__organisation")
    asked = rows.filter(pk=min(request_id, 2**63 - 1)).first()
    if asked is None or not second_person.may_decide(request.officer, asked):
        raise Http404
    matter = Matter.objects.visible_to(request.officer).filter(pk=asked.matter_id).first()
    if matter is None:
        raise Http404
    return asked, matter


def _tell(officers, words: str, asked: RevealRequest, matter: Matter, at, *, answered: bool = False) -> None:
    """A line behind the bell, once per request and once per answer. No event of the matter stands behind it: a number below zero."""
    inbox.tell(officers, words, matter=matter, event_id=-(2 * asked.pk + int(answered)), at=at, urgent=True)
