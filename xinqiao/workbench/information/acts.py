"""One act on a report: at once where nothing has to be said, with a reason or a result where the table asks for it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods

from xinqiao.information import reports
from xinqiao.rules.information import ReportAct, ReportState
from xinqiao.rules.refusals import StepRefused
from xinqiao.ui import digits

from ..door import officer_required
from .forms import NoteForm
from .reports import found, sent_words
from .tell import tell

WORDLESS = frozenset({ReportAct.WRITE, ReportAct.CHANGE})  # have pages of their own


@officer_required
@require_http_methods(["GET", "POST"])
def act_page(request: HttpRequest, report_id: int, act: str) -> HttpResponse:
    """An act that is not open to this post now is a 404 to look at, and a sentence to whoever sends it from an older page."""
    report = found(request.officer, report_id)
    what = _act(act)
    move = next((one for one in reports.possible(report, request.officer) if one.act is what), None)
    if request.method == "GET" and (move is None or not move.note):
        raise Http404
    form = NoteForm(request.POST if request.method == "POST" else None, words=move.note if move else "")
    if request.method == "POST" and (move is None or not move.note or form.is_valid()):
        note = form.cleaned_data["note"] if move and move.note else ""
        now = timezone.now()
        try:
            done = reports.act(
                what,
                report.pk,
                by=request.officer,
                at=now,
                seq=digits.read(request.POST.get("seq")),
                note=note,
                request=request,
            )
        except StepRefused as refused:
            if move is None or not move.note or refused.code == "conflict":
                messages.error(request, refused.message)
                return redirect("workbench:information_report", report.pk)
            form.add_error("note", refused.message)
        else:
            tell(done, by=request.officer, at=now)
            messages.success(request, sent_words(done))
            return redirect("workbench:information_report", report.pk)
    context = {"form": form, "report": report, "act": what, "state": ReportState(report.state), "today": localdate()}
    return render(request, "workbench/information/act.html", context, status=422 if form.errors else 200)


def _act(word: str) -> ReportAct:
    try:
        what = ReportAct(word)
    except ValueError:
        raise Http404 from None
    if what in WORDLESS:
        raise Http404
    return what
