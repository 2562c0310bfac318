"""The case page: what was said, where it stands, what is due, what can be done now. Opening it marks the own desk as read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinqiao.matters.models import Referral
from xinqiao.notifications import inbox

from ..case_file import CaseFile, open_case
from ..door import officer_required


@officer_required
@require_safe
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    return show(request, number)


def show(request: HttpRequest, number: str, *, note=None, status: int = 200) -> HttpResponse:
    """The page, with a note that could not be kept yet where there is one. Hidden and missing are the same 404."""
    from .notes import NoteForm

    file = open_case(request.officer, number, today=localdate())
    _mark_read(request, file)
    context = {"file": file, "matter": file.matter, "note": note or NoteForm(), "today": localdate()}
    return render(request, "workbench/case.html", context, status=status)


def _mark_read(request: HttpRequest, file: CaseFile) -> None:
    """Somebody of the organisation has looked. Not a step: the version stays, nobody's page goes stale."""
    desk = file.own_desk
    if desk and any(one.unread for one in file.desks if one.organisation_id == desk.organisation_id):
        Referral.objects.filter(matter_id=desk.matter_id, organisation_id=desk.organisation_id, unread=True).update(
            unread=False
        )
        inbox.mark_read(request.officer, at=timezone.now(), matter_id=desk.matter_id)
