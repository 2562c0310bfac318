"""The record of reading: who opened a file, a report, a letter, an attachment, and who tried without the right (C-11, LG-6).

Each entry commits before what it speaks of is shown; when it cannot be written, audit.AuditUnavailable ends the request.
"""

import re
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from xinqiao.documents.models import Document
from xinqiao.integrity import audit
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Attachment, Matter, MatterNumber
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.reveal import OPENED_AGAIN_MINUTES

_A_NUMBER = re.compile(r"[0-9A-Z]{1,24}")


def opened_lately(officer: Officer, at: datetime) -> Exists:
    """For the statement that reads a matter: whether this officer's opening of it is on record within the last hour."""
    since = at - timedelta(minutes=OPENED_AGAIN_MINUTES)
    entries = AuditEntry.objects.filter(
        matter_id=OuterRef("pk"), kind=AuditKind.OPENED_FILE, officer_id=officer.pk, at__gte=since
    )
    return Exists(entries)


def opened(request, matter: Matter) -> None:
    """The page of a matter is about to be shown. `matter.opened_lately` was read with it."""
    if not matter.opened_lately:
        audit.note(AuditKind.OPENED_FILE, officer=request.officer, matter_id=matter.pk, request=request, fields="text")


def opened_by_program(request, matter: Matter, *, client_id: int, at: datetime) -> None:
    """A program with a token reads the state of a matter; once an hour and matter."""
    subject = f"client:{client_id}"
    since = at - timedelta(minutes=OPENED_AGAIN_MINUTES)
    before = AuditEntry.objects.filter(matter_id=matter.pk, kind=AuditKind.OPENED_FILE, subject=subject, at__gte=since)
    if not before.exists():
        audit.note(AuditKind.OPENED_FILE, matter_id=matter.pk, subject=subject, fields="progress", request=request)


def report(request, matter: Matter) -> None:
    """The text of a report (检举控告) is about to be shown: each time."""
    audit.note(AuditKind.READ_REPORT, officer=request.officer, matter_id=matter.pk, request=request, fields="text")


def report_was_opened(officer: Officer, matter: Matter, at: datetime) -> bool:
    """Whether this officer opened the text of the report within the last hour, so that what repeats its words may stand beside it."""
    since = at - timedelta(minutes=OPENED_AGAIN_MINUTES)
    entries = AuditEntry.objects.filter(matter_id=matter.pk, kind=AuditKind.READ_REPORT, officer_id=officer.pk)
    return entries.filter(at__gte=since).exists()


def letter(request, document: Document, *, fields: str) -> None:
    """A letter that names the petitioner, or tells of a report, leaves as a file."""
    audit.note(
        AuditKind.READ_LETTER, officer=request.officer, matter_id=document.matter_id, request=request, fields=fields,
        subject=f"letter:{document.pk}", detail={"kind": document.kind},
    )  # fmt: skip


def attachment(request, found: Attachment) -> None:
    """A file that came with the matter leaves."""
    audit.note(
        AuditKind.READ_ATTACHMENT, officer=request.officer, matter_id=found.matter_id, request=request, fields="attachment",
        subject=f"file:{found.pk}",
    )  # fmt: skip


def refused(request, **asked) -> None:
    """An address below a matter answered "not found" to this officer. Hidden and missing do the same work and say the same.

    `asked`: what the address named (`number`, `document_id`, `attachment_id`, `request_id`). What the officer may open, but has no such
    page, is not noted.
    """
    matter_id, subject = _named(**asked)
    visible = Matter.objects.visible_to(request.officer).filter(pk=matter_id or 0).exists()
    if visible:
        return
    audit.note(AuditKind.REFUSED, officer=request.officer, matter_id=matter_id, request=request, subject=subject)


def _named(
    number: str = "",
    document_id: int | None = None,
    attachment_id: int | None = None,
    request_id: int | None = None,
    **_rest,
) -> tuple[int | None, str]:
    """The matter that was meant, if there is one, and how the log names what was asked for: never with words of the visitor."""
    from .models import RevealRequest

    if document_id is not None:
        found = Document.objects.filter(pk=min(document_id, _LARGEST)).values_list("matter_id", flat=True).first()
        return found, f"letter:{min(document_id, _LARGEST)}"
    if attachment_id is not None:
        found = Attachment.objects.filter(pk=min(attachment_id, _LARGEST)).values_list("matter_id", flat=True).first()
        return found, f"file:{min(attachment_id, _LARGEST)}"
    if request_id is not None:
        found = RevealRequest.objects.filter(pk=min(request_id, _LARGEST)).values_list("matter_id", flat=True).first()
        return found, f"reveal:{min(request_id, _LARGEST)}"
    found = MatterNumber.objects.filter(number=number).values_list("matter_id", flat=True).first()
    return found, f"number:{number if _A_NUMBER.fullmatch(number) else '?'}"


_LARGEST = 2**63 - 1
