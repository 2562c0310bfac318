"""Letters and files of a matter, for officers who may open it; who may not know the name gets no letter that says it (B.3)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from xinqiao.documents import letters
from xinqiao.documents.models import Document, Status
from xinqiao.matters import files, identities
from xinqiao.matters.models import Attachment, Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.confidentiality import Access

from ..door import officer_required

# Between organs; whoever must not be named is not named in them.
WITHOUT_NAME = frozenset({"F-03", "F-04", "F-05", "F-12", "F-13", "F-29"})
# What the citizen signs, and the registration: they say who it is, whoever reads them.
WITH_NAME = frozenset({"F-01", "F-17", "F-30", "F-31"})
FORMS = {
    "pdf": ("application/pdf", "inline"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"),
    "png": ("image/png", "inline"),
}


def may_read(kind: str, matter: Matter, officer: Officer) -> bool:
    """Whether a letter of this kind may be opened: letters to the citizen carry the name, unless secrecy was asked for (I-17)."""
    nameless = kind in WITHOUT_NAME or (matter.secrecy and kind not in WITH_NAME)
    return nameless or identities.access(matter, officer) is Access.FULL


@officer_required
@require_safe
def letter(request: HttpRequest, document_id: int, form: str) -> HttpResponse:
    """One issued letter as PDF, Word copy or picture of a page (`?page=2`)."""
    if form not in FORMS:
        raise Http404
    document = Document.objects.filter(pk=document_id).exclude(status=Status.DRAFT).first()
    if document is None or not may_read(document.kind, _visible(request.officer, document.matter_id), request.officer):
        raise Http404
    media_type, disposition = FORMS[form]
    response = HttpResponse(_drawn(document, form, request), content_type=media_type)
    name = f"{document.title}{document.number}.{form}"
    response.headers["Content-Disposition"] = content_disposition_header(disposition == "attachment", name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


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
    if found is None:
        raise Http404
    _visible(request.officer, found.matter_id)
    try:
        return files.response(found)
    except FileNotFoundError:
        raise Http404 from None


def _visible(officer: Officer, matter_id: int) -> Matter:
    matter = Matter.objects.visible_to(officer).filter(pk=matter_id).first()
    if matter is None:
        raise Http404
    return matter
