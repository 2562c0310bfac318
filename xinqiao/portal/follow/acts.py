"""One page per act of the citizen: form, where needed a page to check before sending, the step, what comes next.

    def ask(request, dossier, actor): return Act(Step.ASK_PROGRESS, AskForm, …).run(request, dossier, actor)

Whatever is refused gives the form back with everything typed (422, or 409 when the matter moved meanwhile).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.matters import act as acting
from xinqiao.matters import steps
from xinqiao.people import limits
from xinqiao.portal import sources
from xinqiao.rules import wording
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step
from xinqiao.ui import digits

from . import dossier as dossiers
from . import proof

ACTS = ("act", 120)  # of one source in two minutes


class Prose(forms.CharField):
    """Text of several lines: as `wording.clean` stores it, with a counter; too long or not storable is said in words."""

    widget = forms.Textarea

    def __init__(self, *, limit: str, required: str = "", rows: int = 5, **rest):
        super().__init__(required=bool(required), error_messages={"required": required}, **rest)
        self.max_length, self.rows = wording.LIMITS[limit], rows

    def to_python(self, value) -> str:
        try:
            return wording.clean(value or "", limit=self.max_length, field=str(self.label))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class ActForm(forms.Form):
    """A form that becomes the facts of a step."""

    def __init__(self, *args, dossier: dossiers.Dossier, **rest):
        self.dossier = dossier
        super().__init__(*args, **rest)

    def facts(self) -> dict:
        """Keyword arguments of the step."""
        return dict(self.cleaned_data)

    def summary(self) -> list[tuple[str, str]]:
        """What is read once more before an act that cannot be taken back."""
        return [(self[name].label, str(value)) for name, value in self.cleaned_data.items() if value]


@dataclass(frozen=True)
class Act:
    """An act: its step, its form, its words."""

    step: Step
    form: type[ActForm]
    heading: str
    button: str
    done: str  # what is said afterwards
    template: str = "portal/follow/act.html"
    lead: str = ""
    note: str = ""
    checked: str = ""  # heading of the page to check before sending; empty: none
    check_note: str = ""
    danger: bool = False
    context: Callable[[dossiers.Dossier], dict] = field(default=lambda dossier: {})
    next_url: Callable[[dossiers.Dossier], str] | None = None
    versioned: bool = False  # the step wants to know from which state the page was made

    def is_offered(self, dossier: dossiers.Dossier) -> bool:
        """Whether the page of the matter leads here now."""
        return self.step in dossier.may

    def take(self, dossier: dossiers.Dossier, actor, *, at, facts: dict) -> None:
        """Do it. Raises what the step raises."""
        steps.FUNCTIONS[self.step](dossier.matter.pk, by=actor, at=at, **facts)

    def run(self, request: HttpRequest, dossier: dossiers.Dossier, actor) -> HttpResponse:
        if request.method != "POST":
            return self._ask(request, dossier)
        form = self.form(request.POST, request.FILES, dossier=dossier)
        if sources.is_too_fast(request, ACTS, at=timezone.now()):
            form.add_error(None, _("提交得太快了。请过一分钟再试，写的内容还在。"))
            return self._show(request, dossier, form, status=429)
        if request.POST.get("act") == "change" or not form.is_valid():
            return self._show(request, dossier, form, status=200 if request.POST.get("act") == "change" else 422)
        if self.checked and request.POST.get("confirmed") != "1":
            return self._check(request, dossier, form)
        return self._take(request, dossier, actor, form)

    def _ask(self, request: HttpRequest, dossier: dossiers.Dossier) -> HttpResponse:
        if not self.is_offered(dossier):
            messages.info(request, _("这件事现在不能“%(act)s”。现在能做的，都在这一页上。") % {"act": self.heading})
            return redirect("portal:matter", dossier.matter.number)
        typed = proof.take_typed(request, dossier.matter.pk)
        initial = {name: values[0] for name, values in typed.items() if values}
        return self._show(request, dossier, self.form(dossier=dossier, initial=initial or request.GET.dict()))

    def _show(self, request, dossier, form, status: int = 200) -> HttpResponse:
        # The old version would be refused for ever: after a conflict the form goes on from what is shown now
        version = dossier.matter.version if status == 409 else form.data.get("version", dossier.matter.version)
        context = {
            "act": self, "form": form, "dossier": dossier, "matter": dossier.matter, "once": secrets.token_hex(16),
            "version": version, "back_url": self._matter_url(dossier), **self.context(dossier),
        }  # fmt: skip
        return render(request, self.template, context, status=status)

    def _check(self, request, dossier, form) -> HttpResponse:
        sent = [
            (name, value)
            for name in request.POST
            if name not in ("csrfmiddlewaretoken", "confirmed", "act")
            for value in request.POST.getlist(name)
        ]
        context = {
            "act": self,
            "matter": dossier.matter,
            "facts": form.summary(),
            "sent": sent,
            **self.context(dossier),
        }
        return render(request, "portal/follow/act_check.html", context)

    def _take(self, request, dossier, actor, form) -> HttpResponse:
        at = timezone.now()
        once = request.POST.get("once", "")[:64]
        if once and not limits.allow(f"once.{once}", limit=1, at=at, minutes=720):
            return self._after(request, dossier)  # pressed twice: the first one has done it
        facts = form.facts()
        if self.versioned:
            facts["version"] = digits.read(request.POST.get("version", ""), at_most=9)
        try:
            self.take(dossier, actor, at=at, facts=facts)
        except acting.MatterHidden as hidden:
            raise Http404 from hidden
        except StepRefused as refused:
            only = next(iter(form.fields)) if len(form.fields) == 1 and refused.code == "words_missing" else None
            form.add_error(only, refused.message)  # beside the words that are too few
            fresh = dossiers.load(proof.open_matter(request, dossier.matter.number)[0], today=dossier.today)
            return self._show(request, fresh, form, status=409 if isinstance(refused, acting.Conflict) else 422)
        return self._after(request, dossier)

    def _after(self, request, dossier) -> HttpResponse:
        if self.done:
            messages.success(request, self.done)
        return redirect(self.next_url(dossier) if self.next_url else self._matter_url(dossier))

    def _matter_url(self, dossier) -> str:
        return reverse("portal:matter", args=[dossier.matter.number])
