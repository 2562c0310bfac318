"""One view for every step: show the form, preview its letters, take the step, or say why not."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinqiao.matters import files, steps
from xinqiao.matters.act import Conflict, MatterHidden, conflict
from xinqiao.matters.file_kinds import FileRefused
from xinqiao.matters.models import Matter
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step

from ..analysis import panel
from ..door import officer_required
from . import consequences, preview
from .forms import again
from .opinion_page import opinion_context
from .situation import Situation, situation_of
from .table import ACTS, Act


@officer_required
@require_http_methods(["GET", "POST"])
def step_page(request, number: str, step: str) -> HttpResponse:
    """`cases/<number>/steps/<step>/`: GET shows, POST takes the step (or previews a letter, or shows other fields)."""
    act = _act(step)
    here = situation_of(request.officer, number, act.step)
    if request.method == "POST":
        return _answer(request, here, act)
    if here.refusal:
        return _page(request, here, act, None, status=422)
    return _page(
        request,
        here,
        act,
        act.form(situation=here, initial={name: request.GET.get(name, "") for name in act.form.from_address}),
    )


def _act(step: str) -> Act:
    try:
        return ACTS[Step(step)]
    except (ValueError, KeyError):
        raise Http404 from None


def _answer(request, here: Situation, act: Act) -> HttpResponse:
    wish = request.POST.get("do", "take")
    if wish in ("find", "show") or wish.startswith(f"{panel.WISH}:"):
        return _other_choice(request, here, act, wish)
    form = act.form(request.POST, request.FILES, situation=here)
    if _version(request) != here.matter.version and not (here.move and here.move.quiet):
        return _page(request, here, act, form, status=409, stale=conflict(here.matter).message)
    if here.refusal or not form.is_valid():
        return _page(request, here, act, form, status=422)
    try:
        return _take(request, here, act, form)
    except MatterHidden:
        raise Http404 from None
    except Conflict as refusal:
        _let_go(form)
        return _page(request, here, act, form, status=409, stale=refusal.message)
    except (StepRefused, FileRefused) as refusal:
        _let_go(form)
        form.add_error(None, refusal.message)
        return _page(request, here, act, form, status=422)


def _other_choice(request, here: Situation, act: Act, wish: str) -> HttpResponse:
    """A search, other fields, a proposal that was pressed for: the page once more, with everything typed."""
    if wish in ("find", "show"):
        return _page(request, here, act, again(act.form, request, here))
    adopted = panel.adopt(act.form, request, here, wish)
    return _page(request, here, act, adopted.form, said=adopted.said)


def _take(request, here: Situation, act: Act, form) -> HttpResponse:
    """Take the step, or only print a letter of it. Raises what the step raises."""
    facts, version = form.facts(), _version(request)
    wish, _colon, kind = request.POST.get("do", "take").partition(":")
    if wish == "preview":
        return _preview(request, here, act, form, kind, facts, version)
    steps.FUNCTIONS[act.step](here.matter.pk, by=here.officer, at=here.at, version=version, **facts)
    return _done(request, here, act)


def _version(request) -> int | None:
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        return None


def _let_go(form) -> None:
    """The step was not taken: its files are not kept."""
    for stored in form.stored:
        files.discard(stored)


def _preview(request, here, act, form, kind, facts, version) -> HttpResponse:
    pdf = preview.letter_of(here, kind, facts, version=version)
    _let_go(form)
    if pdf is None:
        form.add_error(None, _("这一步不会出具这份文书：信访人没有留联系方式，或者不需要。"))
        return _page(request, here, act, form, status=422)
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="preview.pdf"'}
    )


def _done(request, here: Situation, act: Act) -> HttpResponse:
    matter = Matter.objects.visible_to(here.officer).filter(pk=here.matter.pk).first()
    if matter is None:  # a report is sealed from here on: this post no longer sees it
        messages.success(request, _("%(done)s这一件从现在起只有指定岗位能够查看。") % {"done": act.done})
        return redirect("workbench:queue")
    messages.success(request, f"{act.done}{consequences.next_date(matter, here.officer, here.today)}")
    return redirect("workbench:case", number=matter.number)


def _page(
    request, here: Situation, act: Act, form, *, status: int = 200, stale: str = "", said: str = ""
) -> HttpResponse:
    proposed = panel.box(request, here, form, said=said)
    context = {
        "act": act,
        "here": here,
        "matter": here.matter,
        "move": here.move,
        "form": form,
        "stale": stale,
        "article": consequences.article_words(here.move.article) if here.move else "",
        "condition": consequences.condition_words(here.move.precondition) if here.move else "",
        "panels": panel.with_marks(act.panel(here), proposed) if here.move or stale else [],
        "proposed": proposed,
        "may_open_report": panel.may_open_report(here),
        "ended": consequences.limits_ended(here),
        "begun": consequences.limits_begun(here, act),
        "letters": consequences.letters(here, act),
        "today": here.today,
    }
    if act.template == "workbench/acts/opinion_step.html":
        context |= opinion_context(here)
    return render(request, act.template, context, status=status)
