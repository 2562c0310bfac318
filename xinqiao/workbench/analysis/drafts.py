"""机器起草: a page of its own that shows what a language model drafts for one petition. The worker asks the model, the page waits for it
and shows text; nothing of it is put into a form, and an hour later it is gone."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xinqiao.access import reading
from xinqiao.analysis import draft_jobs, drafting
from xinqiao.integrity import audit
from xinqiao.matters.models import Matter, MatterNumber
from xinqiao.organisations.models import Officer
from xinqiao.people import limits
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.drafting import AN_HOUR, KEPT_MINUTES, MARK, Sort
from xinqiao.rules.permissions import Action, allowed

from ..door import officer_required


def offered(matter: Matter, officer: Officer, sort: Sort = Sort.SUMMARY) -> bool:
    """Whether pages lead this officer here: the model is on, the matter may be sent, and a reply is for who writes opinions."""
    if not drafting.is_on():
        return False
    writes = sort is Sort.SUMMARY or allowed(officer.role_set, "draft", Action.WRITE) is not None
    return writes and drafting.may_be_sent(matter)


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def draft_page(request: HttpRequest, number: str, sort: str) -> HttpResponse:
    """GET says what will be sent, how far it is, and shows what came as plain text; POST asks once, after the record was written (C-11)."""
    at, officer = timezone.now(), request.officer
    matter = _find(officer, number, at=at)
    if sort not in {one.value for one in Sort} or not offered(matter, officer, Sort(sort)):
        raise Http404
    reading.opened(request, matter)
    facts = draft_jobs.facts_of(matter, officer) if Sort(sort) is Sort.REPLY else ""
    trouble = ""
    if request.method == "POST":
        trouble = _ask(request, matter, Sort(sort), facts, at=at)
        if not trouble:
            return redirect("workbench:model_draft", number, sort)
    row = draft_jobs.current(matter, officer, Sort(sort), at=at)
    context = {
        "matter": matter,
        "sort": Sort(sort),
        "mark": MARK,
        "facts": bool(facts),
        "text": row.text if row else "",
        "waits": row is not None and row.done_at is None,
        "begun": row is not None and row.begun_at is not None,
        "trouble": trouble or (row.trouble if row else ""),
        "kept_minutes": KEPT_MINUTES,
    }
    return render(request, "workbench/analysis/draft.html", context, status=422 if trouble else 200)


def _find(officer: Officer, number: str, *, at: datetime) -> Matter:
    """Raises Http404 for a number that is not there, and for one that is not theirs to see."""
    pk = MatterNumber.objects.filter(number=number).values_list("matter_id", flat=True).first()
    matters = Matter.objects.visible_to(officer).annotate(opened_lately=reading.opened_lately(officer, at))
    return get_object_or_404(matters, pk=pk or 0)


def _ask(request: HttpRequest, matter: Matter, sort: Sort, facts: str, *, at: datetime) -> str:
    """Put it on record, then among what waits. Returns why not."""
    if not limits.allow(f"draft:{request.officer.pk}", limit=AN_HOUR, at=at, minutes=60):
        return _("一小时内请机器起草的次数太多了，请稍后再试，或者自己写。")
    detail = {"sort": sort.value, "characters": len(str(drafting.material(matter, facts=facts)))}
    audit.note(
        AuditKind.DRAFTED,
        officer=request.officer,
        matter_id=matter.pk,
        request=request,
        fields="text",
        subject=f"draft:{sort}",
        detail=detail,
    )
    draft_jobs.ask(matter, request.officer, sort, at=at)
    return ""
