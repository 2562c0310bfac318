"""Draft, issue and print official documents (FD-1 to FD-6). The steps call this with plain data.

    make("F-08", matter_id=…, organisation_id=…, org_short="示建", data={…}, at=now)

gives a numbered, verifiable document; `render_pdf` prints it whenever it is wanted. A letter that an organ writes about no single matter
(a recommendation, a measure of the joint conference) has `matter_id=NO_MATTER`; who makes one locks the organ first, since nothing else
keeps two of them apart.
"""

from copy import copy
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from xinqiao.documents import archive, engine
from xinqiao.documents.models import Document, DocumentCode, DocumentSeries, Status
from xinqiao.documents.texts import VERSION, paragraphs_of
from xinqiao.documents.view import has_code, view_of
from xinqiao.rules.document_contents import (
    DocumentKind,
    document_kind,
    faults,
    missing,
    remedy_text,
    title_of,
    title_word,
)
from xinqiao.rules.numbering import document_number, new_verification_code, normalise_verification_code
from xinqiao.rules.refusals import StepRefused

NO_MATTER = 0  # no matter has this id


def make(
    kind: str, *, matter_id: int, organisation_id: int, org_short: str, data: dict, at: datetime, by_id: int | None = None,
    visible_to_citizen: bool = True,
) -> Document:  # fmt: skip
    """Draft and issue in one act. Raises StepRefused when something that must be said is missing."""
    with transaction.atomic():
        document = draft(
            kind,
            matter_id=matter_id,
            organisation_id=organisation_id,
            org_short=org_short,
            data=data,
            by_id=by_id,
            at=at,
        )
        document.visible_to_citizen = visible_to_citizen
        return issue(document, at=at)


def draft(
    kind: str, *, matter_id: int, organisation_id: int, org_short: str, data: dict, at: datetime, by_id: int | None = None,
    template_version: str | None = None,
) -> Document:  # fmt: skip
    """A new version (稿) of the document; earlier versions stay as they are (FD-4). It may still lack content."""
    said = plain_data(data) | {"org_short": org_short}
    same = Document.objects.filter(matter_id=matter_id, organisation_id=organisation_id, kind=kind)
    document = _written(kind, said, template_version or VERSION)
    document.matter_id, document.organisation_id = matter_id, organisation_id
    document.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
    document.created_by_id, document.drafted_at = by_id, at
    document.save(force_insert=True)
    return document


def issue(document: Document, *, at: datetime) -> Document:
    """Give the draft its number, code and digest; from now on it does not change.

    Raises StepRefused, naming in Chinese what the document lacks (F.1) or may not say.
    """
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk, matter_id=document.matter_id)
        if locked.status != Status.DRAFT:
            raise StepRefused(f"《{locked.title}》已经签发，不能重复签发。", code="document_already_issued")
        kind = document_kind(locked.kind)
        data = {**locked.data, "issued_on": locked.data.get("issued_on") or localdate(at).isoformat()}
        refuse_incomplete(locked.kind, data)
        fresh = _written(locked.kind, data, locked.template_version)
        document.data, document.text, document.title = fresh.data, fresh.text, fresh.title
        _give_number(document, kind, year=_year_of(data["issued_on"]))
        _give_code(document, kind)
        document.status, document.issued_at = Status.ISSUED, at
        document.data_digest, document.digest_algorithm = archive.digest_of_document(document)
        document.save()
    return document


def refuse_incomplete(kind: str, data: dict) -> None:
    """Raises StepRefused when mandatory content is missing, or something is said that may not be."""
    if wrong := faults(kind, data):
        raise StepRefused(wrong[0], code="document_content_forbidden")
    if labels := missing(kind, data):
        named = "、".join(labels[:12]) + ("等" if len(labels) > 12 else "")
        raise StepRefused(f"《{title_of(kind, data)}》还缺少：{named}。请补充后再签发。", code="document_incomplete")


def void(document: Document, *, at: datetime, reason: str) -> Document:
    """Declare an issued document void. It stays, with its number; the public check says that it is void."""
    if document.status != Status.ISSUED:
        raise StepRefused("只有已签发的文书才能作废。", code="document_not_issued")
    if not reason.strip():
        raise StepRefused("请写明作废的原因。", code="reason_missing")
    document.status, document.voided_at, document.void_reason = Status.VOID, at, reason.strip()[:500]
    document.save(update_fields=["status", "voided_at", "void_reason"])
    return document


def versions(matter_id: int, kind: str) -> list[Document]:
    """Every version of a kind of document in a matter, oldest first."""
    return list(Document.objects.filter(matter_id=matter_id, kind=kind).order_by("drafted_at", "pk"))


def by_id(document_id: int, *, matter_id: int) -> Document:
    """One document of a matter. Raises Document.DoesNotExist, also for a document of another matter."""
    return Document.objects.get(pk=document_id, matter_id=matter_id)


def find_by_code(code: str) -> Document | None:
    """The issued (or void) document behind a verification code as typed, for the page "is this letter genuine".

    The page shows kind, number, organ, day, digest and status; never what the letter says.
    """
    try:
        entry = DocumentCode.objects.get(code=normalise_verification_code(code))
    except (ValueError, DocumentCode.DoesNotExist):
        return None
    return Document.objects.filter(matter_id=entry.matter_id, pk=entry.document_id).exclude(status=Status.DRAFT).first()


# --- on paper ---------------------------------------------------------------------------------------------------------


def render_pdf(document: Document, *, large: bool = False) -> bytes:
    """The document as PDF. Issued ones are kept on disk, so that what was served can be shown unchanged.

    `large`: the copy in large print that a citizen may ask for (FD-2); same words, not kept.
    """
    if large and document.status != Status.DRAFT:
        return engine.make_pdf(view_of(_as_issued(document), large=True), at=document.issued_at)
    if document.status == Status.DRAFT:
        return engine.make_pdf(view_of(document), at=document.drafted_at, archival=False)
    kept = archive.kept_pdf(document)
    if kept is not None:
        return kept
    pdf = engine.make_pdf(view_of(_as_issued(document)), at=document.issued_at)
    archive.keep_pdf(document, pdf)
    return pdf


def render_png(document: Document, page: int = 1) -> bytes:
    """One page as a picture."""
    return engine.make_png(view_of(_as_issued(document)), page)


def preview_pdf(kind: str, data: dict, *, at: datetime) -> bytes:
    """What the letter would look like, marked 草稿, with blanks for what is missing. Nothing is stored."""
    return engine.make_pdf(view_of(preview(kind, data)), at=at, archival=False)


def preview_png(kind: str, data: dict, page: int = 1) -> bytes:
    """The same as a picture, for the side of the form."""
    return engine.make_png(view_of(preview(kind, data)), page)


def render_docx(document: Document) -> bytes:
    """A Word copy to edit the free text in; for data without a document: `render_docx(preview(kind, data))`."""
    from xinqiao.documents.word import word_copy

    return word_copy(document)


def preview(kind: str, data: dict) -> Document:
    """An unsaved draft of these data."""
    return _written(kind, plain_data(data), VERSION)


# --- inside -----------------------------------------------------------------------------------------------------------


def _written(kind: str, data: dict, template_version: str) -> Document:
    """The document with its paragraphs. Only what this kind of document says is kept of the data (PIPL 6), and the
    remedy is always generated, whatever came in (FD-3)."""
    row = document_kind(kind)
    wanted = {*row.keys, "issued_on", "org_short"} - {"remedy"}
    data = {key: value for key, value in data.items() if key in wanted}
    data |= {key: title_word(data[key]) for key in ("instance", "agreement_kind") if key in data}
    if row.has_remedy:
        data["remedy"] = remedy_text(kind, data)
    return Document(
        kind=kind,
        data=data,
        text=paragraphs_of(kind, data),
        title=title_of(kind, data)[:200],
        template_version=template_version,
    )


def plain_data(value):
    """Data as JSON can keep them: days as ISO text; no control characters, which neither database nor paper take."""
    if isinstance(value, dict):
        return {str(key): plain_data(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(part) for part in value]
    if isinstance(value, datetime):
        return localdate(value).isoformat() if value.tzinfo else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    return "".join(char for char in text if (char >= " " and char != "\x7f") or char in "\n\r\t")


def _year_of(issued_on: str) -> int:
    try:
        return date.fromisoformat(str(issued_on)[:10]).year
    except ValueError:
        raise StepRefused(
            f"成文日期“{issued_on}”不是日期，请写成 2026-03-18 这样。", code="document_day_wrong"
        ) from None


def _give_number(document: Document, kind: DocumentKind, *, year: int) -> None:
    """The next 文号 of organ, type and year, without gaps: the row stays locked until the transaction ends."""
    if not kind.type_word:
        return
    series = {"organisation_id": document.organisation_id, "type_word": kind.type_word, "year": year}
    DocumentSeries.objects.bulk_create([DocumentSeries(**series)], ignore_conflicts=True)
    row = DocumentSeries.objects.select_for_update().get(**series)
    row.last += 1
    row.save(update_fields=["last"])
    document.year, document.sequence = year, row.last
    try:
        document.number = document_number(document.data.get("org_short") or "", kind.type_word, year, row.last)
    except ValueError as error:
        raise StepRefused(str(error), code="document_number_refused") from error


def _give_code(document: Document, kind: DocumentKind) -> None:
    if not has_code(kind):
        return
    code = new_verification_code()
    DocumentCode.objects.create(code=code, matter_id=document.matter_id, document_id=document.pk)
    document.verification_code = code


def _as_issued(document: Document) -> Document:
    """A void document is printed as it was issued; its state is told beside it, not in it."""
    if document.status != Status.VOID:
        return document
    issued = copy(document)
    issued.status = Status.ISSUED
    return issued
