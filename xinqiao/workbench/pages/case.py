"""The case page: what was said, where it stands, what is due, what can be done now. Opening it marks the own desk as read.

Whoever opens it is on record before anything is shown (LG-6); identities are masked unless a recorded reveal is open (C-11, C-12).
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinqiao.access import reading, reveal, second_person
from xinqiao.matters import identities
from xinqiao.matters.models import Referral
from xinqiao.notifications import inbox
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.reveal import DECIDERS, OPEN_MINUTES, PURPOSES

from .. import case_file
from ..analysis import drafts
from ..case_file import CaseFile
from ..door import is_confirmed, officer_required
from ..ledgers import beside
from ..places import place_of


@officer_required
@require_safe
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    return show(request, number)


@officer_required
@require_safe
def report_page(request: HttpRequest, number: str) -> HttpResponse:
    """打开材料: the case page of a report with its text; each opening is on record (C-11)."""
    return show(request, number, text_open=True)


def show(request: HttpRequest, number: str, *, note=None, text_open: bool = False, status: int = 200) -> HttpResponse:
    """The page, with a note that could not be kept yet where there is one. Hidden and missing are the same 404."""
    from .notes import NoteForm

    at, officer = timezone.now(), request.officer
    matter = case_file.find(officer, number, at=at)
    report = identities.is_report(matter)
    if text_open and not report:
        raise Http404
    reading.opened(request, matter)
    if text_open:
        reading.report(request, matter)
    seen = reveal.look(request, matter, at=at)
    file = case_file.read(officer, matter, seen, today=localdate(), text_open=text_open)
    _mark_read(request, file)
    asked = _asked(request, file)
    context = {
        "file": file, "matter": file.matter, "place": place_of(file.matter),
        "note": note or NoteForm(), "today": localdate(), "report": report,
        "purposes": PURPOSES.values(), "confirmed": is_confirmed(request), "open_minutes": OPEN_MINUTES,
        "may_see_readers": bool(allowed(officer.role_set, "readers", Action.READ)),
        "may_compare": not matter.sealed and bool(allowed(officer.role_set, "same_matter", Action.WRITE)),
        "opens_report": bool(allowed(officer.role_set, "report", Action.READ)),  # who registers it does not read it (B.3)
        "decides": _decides(request, file, at), "asked": asked, "asked_state": asked.shown_state(at) if asked else "",
        "may_draft": not report and drafts.offered(file.matter, officer),
        **beside.of_case(file.matter, file.entries, officer),
    }  # fmt: skip
    return render(request, "workbench/case.html", context, status=status)


def _decides(request: HttpRequest, file: CaseFile, at) -> list:
    """Colleagues' requests in this matter that wait for this officer. Asked only where there can be one."""
    if not (identities.protected(file.matter) and request.officer.role_set & DECIDERS):
        return []
    return [row for row, matter in second_person.waiting_for(request.officer, at) if matter.pk == file.matter.pk]


def _asked(request: HttpRequest, file: CaseFile):
    """The officer's own last request, while the identity is protected and not open."""
    if file.seen.level is not reveal.Level.TOGETHER or file.seen.opening:
        return None
    return second_person.latest(file.matter, request.officer)


def _mark_read(request: HttpRequest, file: CaseFile) -> None:
    """Somebody of the organisation has looked. Not a step: the version stays, nobody's page goes stale."""
    desk = file.own_desk
    if desk and any(one.unread for one in file.desks if one.organisation_id == desk.organisation_id):
        Referral.objects.filter(matter_id=desk.matter_id, organisation_id=desk.organisation_id, unread=True).update(
            unread=False
        )
        inbox.mark_read(request.officer, at=timezone.now(), matter_id=desk.matter_id)
