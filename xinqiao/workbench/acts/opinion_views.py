"""The opinion editor: the submission on the left, the text in the middle, the letter on the right; saved as one writes."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinqiao.analysis import answers
from xinqiao.documents import letters
from xinqiao.matters import opinions
from xinqiao.matters.act import MatterHidden
from xinqiao.rules.drafting import Sort
from xinqiao.rules.refusals import StepRefused

from ..analysis import drafts
from ..door import officer_required
from . import opinion_page, panels
from .laws import LAWS
from .opinion_form import form_for
from .situation import Situation

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LAST_PAGE = 40


@officer_required
@require_http_methods(["GET", "POST"])
def editor(request, number: str) -> HttpResponse:
    """GET shows the draft; POST keeps it (also in the background, asked with Accept: application/json)."""
    here = opinion_page.drafting(request.officer, number)
    if here.refusal:
        return _not_now(request, here)
    here.desk.matter = here.matter
    opinion = opinions.open_round(here.desk)
    requests = here.matter.requests.all()
    if request.method == "GET":
        return _page(request, here, opinion, form_for(opinion)(opinion=opinion, requests=requests))
    form = form_for(opinion)(request.POST, opinion=opinion, requests=requests)
    return _save(request, here, opinion, form)


def _save(request, here: Situation, opinion, form) -> HttpResponse:
    if not form.is_valid():
        if _in_background(request):
            return JsonResponse({"error": next(iter(form.errors.values()))[0]}, status=422)
        return _page(request, here, opinion, form, status=422)
    try:
        saved = opinions.save_draft(
            here.matter.pk, by=here.officer, at=here.at, revision=_revision(request), **form.content()
        )
    except MatterHidden:
        raise Http404 from None
    except StepRefused as refusal:
        if _in_background(request):
            return JsonResponse({"error": refusal.message}, status=409)
        return _page(request, here, opinion, form, status=409, stale=refusal.message)
    if _in_background(request):
        at = timezone.localtime(here.at).strftime("%H:%M")
        return JsonResponse({"saved_at": at, "fields": {"revision": saved.revision}})
    return _after(request, here)


def _in_background(request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _revision(request) -> int:
    try:
        return int(request.POST.get("revision", ""))
    except ValueError:
        return -1  # a page without it is a page we did not make


def _after(request, here: Situation) -> HttpResponse:
    """Where the button leads once the draft is kept."""
    wish, number = request.POST.get("do", "save"), here.matter.number
    if wish == "submit":
        return redirect("workbench:step", number=number, step=here.step.value)
    place = {"check": "#checks", "preview": "#preview"}.get(wish, f"#{wish[4:]}" if wish.startswith("row:") else "")
    if not place:
        messages.success(request, _("草稿已保存。"))
    return redirect(reverse("workbench:opinion", kwargs={"number": number}) + place)


def _page(request, here: Situation, opinion, form, *, status: int = 200, stale: str = "") -> HttpResponse:
    context = {
        "may_draft": drafts.offered(here.matter, here.officer, Sort.REPLY),
        "here": here,
        "matter": here.matter,
        "opinion": opinion,
        "opinion_title": opinions.TITLES[opinion.instance],
        "form": form,
        "stale": stale,
        "theirs": opinions.as_lines(opinion) if stale else [],
        "checks": opinion_page.checks(here, opinion),
        "answer_check": answers.check(here.matter, opinion, here.officer, today=here.today),
        "versions": opinion_page.versions(here, opinion),
        "panels": panels.submission(here) if opinion.instance == "handling" else panels.review_request(here),
        "laws": LAWS,
        **form.drawn(),
        "today": here.today,
    }
    return render(request, "workbench/acts/opinion.html", context, status=status)


def _not_now(request, here: Situation) -> HttpResponse:
    if _in_background(request):
        return JsonResponse({"error": here.refusal.message}, status=409)
    typed = [
        (name, value)
        for name, value in request.POST.items()
        if name not in ("csrfmiddlewaretoken", "revision", "do") and value
    ]
    context = {"here": here, "matter": here.matter, "typed": typed, "title": _("起草意见书")}
    return render(request, "workbench/acts/not_now.html", context, status=409 if typed else 422)


@officer_required
@require_GET
def page_image(request, number: str, page: int) -> HttpResponse:
    """One page of the letter as a picture, for the right side of the editor."""
    if not 1 <= page <= LAST_PAGE:
        raise Http404
    kind, data = opinion_page.letter_data(*opinion_page.readable_draft(request.officer, number))
    return HttpResponse(letters.preview_png(kind, data, page), content_type="image/png")


@officer_required
@require_GET
def preview_pdf(request, number: str) -> HttpResponse:
    """The whole letter, marked 草稿."""
    here, opinion = opinion_page.readable_draft(request.officer, number)
    kind, data = opinion_page.letter_data(here, opinion)
    pdf = letters.preview_pdf(kind, data, at=here.at)
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="draft.pdf"'}
    )


@officer_required
@require_GET
def word_copy(request, number: str) -> HttpResponse:
    """A Word copy of the draft, to edit the text elsewhere."""
    kind, data = opinion_page.letter_data(*opinion_page.readable_draft(request.officer, number))
    name = f"opinion-{number}.docx"
    return HttpResponse(
        letters.render_docx(letters.preview(kind, data)),
        content_type=DOCX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
