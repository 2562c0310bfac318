"""机器起草: a page of its own that shows what a language model drafts for one petition. Nothing of it is kept or put into a form."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinqiao.access import reading
from xinqiao.analysis import drafting
from xinqiao.integrity import audit
from xinqiao.matters import opinions
from xinqiao.matters.models import Matter, MatterNumber
from xinqiao.organisations.models import Officer
from xinqiao.people import limits
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.drafting import AN_HOUR, MARK, Sort
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
def draft_page(request: HttpRequest, number: str, sort: str) -> HttpResponse:
    """GET says what will be sent; POST asks once, after the record was written (C-11), and shows the answer as plain text."""
    at, officer = timezone.now(), request.officer
    matter = _find(officer, number, at=at)
    if sort not in {one.value for one in Sort} or not offered(matter, officer, Sort(sort)):
        raise Http404
    reading.opened(request, matter)
    facts = _facts(matter, officer) if Sort(sort) is Sort.REPLY else ""
    context = {"matter": matter, "sort": Sort(sort), "mark": MARK, "facts": bool(facts), "text": "", "trouble": ""}
    if request.method == "POST":
        context |= _asked(request, matter, Sort(sort), facts, at=at)
    return render(request, "workbench/analysis/draft.html", context, status=422 if context["trouble"] else 200)


def _find(officer: Officer, number: str, *, at: datetime) -> Matter:
    """Raises Http404 for a number that is not there, and for one that is not theirs to see."""
    pk = MatterNumber.objects.filter(number=number).values_list("matter_id", flat=True).first()
    matters = Matter.objects.visible_to(officer).annotate(opened_lately=reading.opened_lately(officer, at))
    return get_object_or_404(matters, pk=pk or 0)


def _asked(request: HttpRequest, matter: Matter, sort: Sort, facts: str, *, at: datetime) -> dict:
    if not limits.allow(f"draft:{request.officer.pk}", limit=AN_HOUR, at=at, minutes=60):
        return {"trouble": _("一小时内请机器起草的次数太多了，请稍后再试，或者自己写。")}
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
    try:
        return {"text": drafting.draft(matter, sort, facts=facts)}
    except drafting.NoDraft as error:
        return {"trouble": error.args[0]}


def _facts(matter: Matter, officer: Officer) -> str:
    """What the officer's own organisation has written as found in its draft opinion."""
    desk = matter.referrals.filter(organisation_id=officer.organisation_id).order_by("-is_open", "-pk").first()
    opinion = opinions.current(desk) if desk else None
    return opinion.facts if opinion else ""
