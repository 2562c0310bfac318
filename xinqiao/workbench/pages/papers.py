"""Letters and files of a matter, for officers who may open it; who may not know the name gets no letter that says it (B.3).

What names the petitioner, and every letter about a report, is on record before it leaves (C-11). The forms that carry the whole
identity ask first what for.
"""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from xinqiao.access import reading, reveal
from xinqiao.documents import letters
from xinqiao.documents.models import Document, Status
from xinqiao.matters import files, identities
from xinqiao.matters.models import Attachment, Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.confidentiality import Access
from xinqiao.rules.permissions import Action, allowed

from ..door import officer_required

# Between organs, and about nobody: they have no place for the petitioner's name.
WITHOUT_NAME = frozenset({"F-05", "F-12", "F-13", "F-26"})
# What the citizen signs, and the registration: they say who it is, whoever reads them.
WITH_NAME = frozenset({"F-01", "F-17", "F-30", "F-31"})
NOTHING = 0  # no matter has it: what is missing is looked for as long as what is hidden
FORMS = {
    "pdf": ("application/pdf", "inline"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"),
    "png": ("image/png", "inline"),
}


def may_read(kind: str, matter: Matter, officer: Officer) -> bool:
    """Whether a letter of this kind may be opened: letters carry the name, unless the identity is kept secret (I-17)."""
    if not allowed(officer.role_set, "letter", Action.READ):
        return False
    return is_nameless(kind, matter) or identities.access(matter, officer) is Access.FULL


def is_nameless(kind: str, matter: Matter) -> bool:
    """Whether a letter of this kind does not say who the petitioner is."""
    kept_secret = matter.sealed or identities.asked_for_secrecy(matter)
    return kind in WITHOUT_NAME or (kept_secret and kind not in WITH_NAME)


@officer_required
@require_safe
def letter(request: HttpRequest, document_id: int, form: str) -> HttpResponse:
    """One issued letter as PDF, Word copy or picture of a page (`?page=2`)."""
    if form not in FORMS:
        raise Http404
    document = Document.objects.filter(pk=document_id).exclude(status=Status.DRAFT).first()
    matter = _visible(request.officer, document.matter_id if document else NOTHING)
    if not may_read(document.kind, matter, request.officer):
        raise Http404
    named = _names_somebody(document, matter)
    if named and identities.access(matter, request.officer) is not Access.FULL:
        raise Http404  # issued before secrecy was asked for
    if document.kind in WITH_NAME and named:
        opening = reveal.opening_of(request, matter, at=timezone.now())
        if opening is None:
            return redirect(f"{reverse('workbench:reveal', args=[matter.number])}?letter={document.pk}")
        reveal.note(request, matter, opening, kind=AuditKind.READ_LETTER, subject=f"letter:{document.pk}")
    elif named or identities.is_report(matter):  # a letter about a report repeats its title or requests
        reading.letter(request, document, fields="name" if named else "text")
    media_type, disposition = FORMS[form]
    response = HttpResponse(_drawn(document, form, request), content_type=media_type)
    name = f"{document.title}{document.number}.{form}"
    response.headers["Content-Disposition"] = content_disposition_header(disposition == "attachment", name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _names_somebody(document: Document, matter: Matter) -> bool:
    """Whether this very letter says the name, a number or the address of a petitioner."""
    said = json.dumps(document.data, ensure_ascii=False)
    people = [one.identity() for one in matter.petitioners]
    told = {value for one in people for value in (one.name, one.mobile, one.phone, one.id_number, one.address)}
    return any(value in said for value in told if len(value) > 1)


def _drawn(document: Document, form: str, request: HttpRequest) -> bytes:
    if form == "pdf":
        return letters.render_pdf(document)
    if form == "docx":
        return letters.render_docx(document)
    page = request.GET.get("page", "1")
    try:
        return letters.render_png(document, int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 1)
    except (IndexError, ValueError):
        raise Http404 from None


@officer_required
@require_safe
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """One file that came with a matter, as a download."""
    found = Attachment.objects.filter(pk=attachment_id).first()
    _visible(request.officer, found.matter_id if found else NOTHING)
    if not allowed(request.officer.role_set, "attachment", Action.READ):
        raise Http404  # a picture cannot be masked (B.3 "M")
    try:
        answer = files.response(found)
    except FileNotFoundError:
        raise Http404 from None
    reading.attachment(request, found)
    return answer


def _visible(officer: Officer, matter_id: int) -> Matter:
    matter = Matter.objects.visible_to(officer).filter(pk=matter_id).first()
    if matter is None:
        raise Http404
    return matter
