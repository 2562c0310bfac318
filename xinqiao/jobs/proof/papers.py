"""What citizens wrote, what offices wrote, the numbers of both, and the files (FD-4, R-18)."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain

from django.db import connection
from django.utils.timezone import localdate

from xinqiao import crypto
from xinqiao.crypto.canonical import encode_all
from xinqiao.documents import archive
from xinqiao.documents.models import Document, DocumentSeries
from xinqiao.jobs import issued_letters
from xinqiao.ledgers.models import Evidence
from xinqiao.matters import files
from xinqiao.matters.models import Attachment, Event, MatterNumber, NumberSeries
from xinqiao.rules.document_contents import document_kind
from xinqiao.rules.numbering import sequence_value
from xinqiao.rules.stages import Step

from .finding import CHUNK, Finding, Told, counted, stream

SERIES = 14  # characters of a number that name its series: division and day
WITH_FILES = (Attachment._meta.db_table, Evidence._meta.db_table)
GONE = "the submission of this receipt is gone"


# ---- what the citizen wrote -------------------------------------------------------------------------------------------


def submissions(told: Told) -> Iterator[Finding]:
    """Each submission against its own hash and against what the history noted when it was received."""
    rows = stream(
        "SELECT s.id, s.matter_id, s.title, s.content, s.reasons, s.requests, s.content_hash, s.hash_algorithm, m.number, m.received_at, m.received_on"
        " FROM matters_submission s LEFT JOIN matters_matter m ON m.id = s.matter_id ORDER BY s.matter_id, s.id"
    )
    noted = _noted()
    known = next(noted, None)
    for pk, matter_id, title, content, reasons, requests, stored, algorithm, number, received_at, received_on in counted(rows, told):
        if _content_hash(title, content, reasons, requests, algorithm) != stored:
            yield _submission(pk, matter_id, None, "content does not match its hash: the text was changed")
        while known is not None and known[:2] < (matter_id, pk):
            yield _submission(known[1], known[0], 1, GONE)
            known = next(noted, None)
        if known is not None and known[:2] == (matter_id, pk):
            yield from _against(known, stored, number, received_at, received_on)
            known = next(noted, None)
        else:
            yield _submission(pk, matter_id, None, "no receipt names this submission here")
    while known is not None:
        yield _submission(known[1], known[0], 1, GONE)
        known = next(noted, None)


def _content_hash(title, content, reasons, requests, algorithm) -> str | None:
    try:
        wanted = json.loads(requests) if isinstance(requests, str) else requests
        return crypto.digest(encode_all((title, content, reasons, len(wanted), *wanted)), algorithm)
    except (ValueError, TypeError):
        return None


def _against(known: tuple, stored: str, number: str, received_at: datetime, received_on: date) -> Iterator[Finding]:
    matter_id, pk, facts, at = known
    if facts.get("content_hash", "") != stored:
        yield _submission(pk, matter_id, 1, "the hash is not the one noted at the receipt")
    if facts.get("number", number) != number:
        yield Finding(
            "matters_matter", matter_id, matter_id, 1, f"the receipt bears the number {facts['number']}, not {number}"
        )
    if at is not None and (at != received_at or localdate(at) != received_on):
        yield Finding("matters_matter", matter_id, matter_id, 1, "the day of receipt is not the one of the history")


def _submission(pk: int, matter_id: int, seq: int | None, reason: str) -> Finding:
    return Finding("matters_submission", pk, matter_id, seq, reason)


def _noted() -> Iterator[tuple[int, int, dict, datetime | None]]:
    """(matter, submission, facts, moment) as the receipts wrote them into the history; for imports nobody knows the moment."""
    rows = Event.objects.filter(step__in=[Step.RECEIVE, Step.IMPORT_HISTORY]).order_by("matter_id", "seq")
    for matter_id, step, at, text in rows.values_list("matter_id", "step", "at", "facts_text").iterator(
        chunk_size=CHUNK
    ):
        try:
            facts = json.loads(text)
            submission_id = int(facts["submission"])
        except (ValueError, TypeError, KeyError):
            continue  # a part of a matter that was split, or a row whose chain is broken and told already
        yield matter_id, submission_id, facts, at if step == Step.RECEIVE else None


# ---- letters ------------------------------------------------------------------------------------------------------------


def letters(told: Told, *, each: bool = False) -> Iterator[Finding]:
    """Each letter that the history names must be there; no number is missing; what it says is what was issued.

    An anchored letter was opened when it was anchored, and its row is compared with that: only what waits is opened here, or `each`.
    """
    highest: dict[tuple, list[int]] = {}
    opened = "TRUE" if each else "id IN (SELECT row_id FROM integrity_unanchored WHERE source = 'document')"
    words = ", ".join(f"CASE WHEN opened THEN {name} END" for name in ("data", "text"))
    plain = [name for name in issued_letters.COLUMNS if name not in ("data", "text")]
    rows = stream(
        f"SELECT opened, matter_id, year, sequence, {', '.join(plain)}, {words} FROM"
        f" (SELECT *, {opened} AS opened FROM documents_document WHERE status <> 'draft') AS issued"
    )
    for opened, matter_id, year, sequence, *values in counted(rows, told):
        letter = dict(zip((*plain, "data", "text"), values, strict=True))
        if opened and (reason := issued_letters.why_changed(letter)):
            yield Finding("documents_document", letter["id"], matter_id, None, reason)
        if sequence:
            series = (letter["organisation_id"], _type_word(letter["kind"]), year)
            seen = highest.setdefault(series, [0, 0])
            seen[0], seen[1] = seen[0] + 1, max(seen[1], sequence)
    for row in DocumentSeries.objects.order_by("pk").iterator(chunk_size=CHUNK):
        here = highest.pop((row.organisation_id, row.type_word, row.year), [0, 0])
        if here != [row.last, row.last]:
            said = f"{row}: {row.last} numbers were given, {here[0]} letters are here"
            yield Finding("documents_documentseries", row.pk, None, row.last, said)
    for (organisation_id, word, year), here in highest.items():
        said = (
            f"{organisation_id} {word}〔{year}〕: nobody remembers that numbers were given, {here[0]} letters are here"
        )
        yield Finding("documents_documentseries", None, None, here[1], said)
    yield from _missing_letters()
    yield from _lost_codes()


def _type_word(kind: str) -> str:
    try:
        return document_kind(kind).type_word
    except (KeyError, ValueError):
        return f"unknown kind {kind}"


def _missing_letters() -> Iterator[Finding]:
    rows = _first_thousand(
        "SELECT e.id, e.matter_id, e.seq, e.document_id FROM matters_event e"
        " LEFT JOIN documents_document d ON d.id = e.document_id AND d.matter_id = e.matter_id AND d.status <> 'draft'"
        " WHERE e.document_id IS NOT NULL AND d.id IS NULL ORDER BY e.matter_id, e.seq"
    )
    for event_id, matter_id, seq, document_id in rows:
        yield Finding("documents_document", document_id, matter_id, seq, f"the letter of event {event_id} is gone")


def _lost_codes() -> Iterator[Finding]:
    """A code on paper that leads nowhere, or elsewhere, calls a genuine letter false."""
    rows = _first_thousand(
        "SELECT d.id, d.matter_id FROM documents_document d LEFT JOIN documents_documentcode c ON c.code = d.verification_code"
        " WHERE d.status <> 'draft' AND d.verification_code <> '' AND c.document_id IS DISTINCT FROM d.id ORDER BY d.id"
    )
    for document_id, matter_id in rows:
        said = "the code of this letter does not lead to it"
        yield Finding("documents_documentcode", document_id, matter_id, None, said)


def _first_thousand(statement: str) -> list[tuple]:
    """What is wrong, to a limit: whoever lost a whole table need not read every row of it."""
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT 1000")
        return cursor.fetchall()


# ---- numbers ------------------------------------------------------------------------------------------------------------


def numbers(told: Told) -> Iterator[Finding]:
    """Every number that was given on a day is still there: a matter cannot vanish with its whole history."""
    given = dict(NumberSeries.objects.values_list("series", "last"))
    series, expected = "", 1
    rows = MatterNumber.objects.order_by("number").values_list("number").iterator(chunk_size=CHUNK)
    for (number,) in counted(rows, told):
        if number[:SERIES] != series:
            yield from _end_of_series(series, expected, given)
            series, expected = number[:SERIES], 1
        try:
            sequence = sequence_value(number[SERIES : SERIES + 4])
        except ValueError:
            yield Finding("matters_matternumber", None, None, None, f"{number} is no number of ours")
            continue
        if sequence != expected:
            said = f"{series}: numbers {expected} to {sequence - 1} are gone"
            yield Finding("matters_matternumber", None, None, sequence, said)
        expected = sequence + 1
    yield from _end_of_series(series, expected, given)
    for name, last in given.items():
        yield Finding("matters_numberseries", None, None, last, f"{name}: {last} numbers were given, none is here")
    yield from _numbers_without_matter()


def _end_of_series(series: str, expected: int, given: dict[str, int]) -> Iterator[Finding]:
    last = given.pop(series, None) if series else expected - 1
    if last != expected - 1:
        said = f"{series}: {last or 0} numbers were given, the last here is {expected - 1}"
        yield Finding("matters_numberseries", None, None, last, said)


def _numbers_without_matter() -> Iterator[Finding]:
    rows = _first_thousand(
        "SELECT n.number, coalesce(n.matter_id, m.id), n.matter_id IS NULL FROM matters_matternumber n"
        " FULL JOIN matters_matter m ON m.id = n.matter_id AND m.number = n.number"
        " WHERE m.id IS NULL OR n.number IS NULL ORDER BY 2"
    )
    for number, matter_id, lost in rows:
        said = "the number of this matter is gone" if lost else f"{number} does not lead to its matter"
        yield Finding("matters_matternumber", None, matter_id, None, said)


# ---- files --------------------------------------------------------------------------------------------------------------


def stored_files(told: Told) -> Iterator[Finding]:
    """Every attachment and every proof of a ledger on the disk, and the sealed original beside it, against the digests noted when it came."""
    rows = chain.from_iterable(
        stream(
            f"SELECT '{table}', id, matter_id, stored_name, digest, original_digest, hash_algorithm FROM {table}"
            " WHERE stored_name <> '' ORDER BY id"
        )
        for table in WITH_FILES
    )
    for table, pk, matter_id, name, digest, original_digest, algorithm in counted(rows, told):
        if reason := _why_not_as_sent(name, digest, original_digest, algorithm):
            yield Finding(table, pk, matter_id, None, reason)
    kept = Document.objects.exclude(pdf_path=None).defer("data", "text").order_by("pk").iterator(chunk_size=CHUNK)
    for document in kept:
        path = archive.pdf_folder() / document.pdf_path
        if path.exists() and archive.kept_pdf(document) is None:
            said = "the printed copy on the disk is not the one that was kept"
            yield Finding("documents_document", document.pk, document.matter_id, None, said)


def _why_not_as_sent(name: str, digest: str, original_digest: str, algorithm: str) -> str:
    try:
        with files.open_stored(name) as file:
            if crypto.digest(file.read(), algorithm) != digest:
                return "the file on the disk was changed"
        if original_digest != digest and crypto.digest(files.open_original(name), algorithm) != original_digest:
            return "the original of the file was changed"
    except FileNotFoundError:
        return "the file is not on the disk"
    except (crypto.SealBroken, ValueError, OSError):
        return "the file or its original cannot be read"
    return ""
