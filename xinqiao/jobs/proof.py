"""Everything that can be proved about what is stored: chains, their ends, submissions, letters, numbers (LG-1, FD-4).

Rows are streamed by server-side cursors in the order of the matter and forgotten at once: memory does not grow with the archive. All
is read in one snapshot, so that work going on meanwhile is never mistaken for a change.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.db import connection, transaction

from xinqiao import crypto
from xinqiao.crypto.canonical import encode_all
from xinqiao.documents.archive import digest_of_document
from xinqiao.documents.models import Document, DocumentSeries, Status
from xinqiao.matters import history
from xinqiao.matters.models import Event, Matter, MatterNumber, NumberSeries, Submission
from xinqiao.rules.document_contents import document_kind
from xinqiao.rules.numbering import sequence_value
from xinqiao.rules.stages import Step

CHUNK = 2000
TOLD_EVERY = 5000
SERIES = 14  # characters of a number that name its series: division and day

Progress = Callable[[str, int], object]
Row = namedtuple("Row", ("id", "hash", *history.FIELDS))
End = namedtuple("End", ("id", "event_count", "chain_head"))


@dataclass(frozen=True)
class Finding:
    """One row that does not fit, or that is not there."""

    table: str
    id: int | None
    matter_id: int | None
    seq: int | None
    reason: str

    def as_dict(self) -> dict:
        return asdict(self)


@contextmanager
def one_moment() -> Iterator[None]:
    """A read-only snapshot that may take as long as it needs."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not _inside_another_transaction():
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield


def _inside_another_transaction() -> bool:
    return len(connection.savepoint_ids) > 0


def estimate() -> int:
    """About how many rows there are, from the planner's own counts."""
    tables = [model._meta.db_table for model in (Event, Submission, Document, MatterNumber)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(greatest(reltuples, 0)), 0) FROM pg_class WHERE relname = ANY(%s)", [tables]
        )
        return int(cursor.fetchone()[0])


def walk(progress: Progress = lambda _part, _rows: None) -> Iterator[Finding]:
    """Check everything; yields what does not fit. `progress(part, rows)` is told how far it is."""
    for part, check in (
        ("events", _chains),
        ("submissions", _submissions),
        ("documents", _documents),
        ("numbers", _numbers),
    ):
        yield from check(lambda rows, part=part: progress(part, rows))


def _counted(rows, progress):
    number = 0
    for row in rows:
        yield row
        number += 1
        if number % TOLD_EVERY == 0:
            progress(number)
    progress(number)


# ---- the chains and their ends ----------------------------------------------------------------------------------------


def _chains(progress) -> Iterator[Finding]:
    """Each link (history.broken_links), then whether the chain ends where the matter says: a cut-off tail breaks no link."""
    ends = _Ends()
    for event, reason in history.broken_links(_counted(ends.passing(_events()), progress)):
        yield from ends.found()
        yield Finding("matters_event", event.id, event.matter_id, event.seq, reason)
    yield from ends.found()
    yield from ends.rest()


def _events():
    rows = Event.objects.order_by("matter_id", "seq").values_list("id", "hash", *history.FIELDS)
    return map(Row._make, rows.iterator(chunk_size=CHUNK))


class _Ends:
    """Walks the matters beside their events, both in the order of the matter, and compares the end of each chain."""

    def __init__(self):
        rows = Matter.objects.order_by("pk").values_list("pk", "event_count", "chain_head")
        self.matters = map(End._make, rows.iterator(chunk_size=CHUNK))
        self.matter = next(self.matters, None)
        self.findings: list[Finding] = []

    def passing(self, events):
        last = None
        for event in events:
            if last is not None and event.matter_id != last.matter_id:
                self._end_of_chain(last)
            last = event
            yield event
        if last is not None:
            self._end_of_chain(last)

    def found(self) -> list[Finding]:
        given, self.findings = self.findings, []
        return given

    def rest(self) -> Iterator[Finding]:
        """Matters behind the last chain: they have no events at all."""
        while self.matter is not None:
            yield self._without_history(self.matter)
            self.matter = next(self.matters, None)

    def _end_of_chain(self, last: Row) -> None:
        while self.matter is not None and self.matter.id < last.matter_id:
            self.findings.append(self._without_history(self.matter))
            self.matter = next(self.matters, None)
        if self.matter is None or self.matter.id != last.matter_id:
            self.findings.append(
                Finding("matters_matter", None, last.matter_id, last.seq, "the matter of this history is gone")
            )
            return
        if last.seq < self.matter.event_count:
            reason = f"the end is cut off: {self.matter.event_count} rows were written, the last one here is {last.seq}"
            self.findings.append(Finding("matters_event", last.id, last.matter_id, last.seq, reason))
        elif (last.seq, last.hash) != (self.matter.event_count, self.matter.chain_head):
            reason = "the chain does not end where the matter says"
            self.findings.append(Finding("matters_event", last.id, last.matter_id, last.seq, reason))
        self.matter = next(self.matters, None)

    @staticmethod
    def _without_history(matter: End) -> Finding:
        return Finding("matters_matter", matter.id, matter.id, 0, "the matter has no history")


# ---- what the citizen wrote -------------------------------------------------------------------------------------------


def _submissions(progress) -> Iterator[Finding]:
    """Each submission against its own hash and against the one that the history noted when it was received."""
    fields = ("pk", "matter_id", "title", "content", "reasons", "requests", "content_hash", "hash_algorithm")
    rows = Submission.objects.order_by("matter_id", "pk").values_list(*fields).iterator(chunk_size=CHUNK)
    noted = _noted()
    known = next(noted, None)
    for pk, matter_id, title, content, reasons, requests, stored, algorithm in _counted(rows, progress):
        parts = (title, content, reasons, len(requests), *requests)
        made = crypto.digest(encode_all(parts), algorithm)
        if made != stored:
            yield Finding(
                "matters_submission", pk, matter_id, None, "content does not match its hash: the text was changed"
            )
        while known is not None and known[:2] < (matter_id, pk):
            yield Finding("matters_submission", known[1], known[0], 1, "the submission of this receipt is gone")
            known = next(noted, None)
        if known is not None and known[:2] == (matter_id, pk):
            if known[2] != stored:
                yield Finding("matters_submission", pk, matter_id, 1, "the hash is not the one noted at the receipt")
            known = next(noted, None)
    while known is not None:
        yield Finding("matters_submission", known[1], known[0], 1, "the submission of this receipt is gone")
        known = next(noted, None)


def _noted() -> Iterator[tuple[int, int, str]]:
    """(matter, submission, hash) as the receipts wrote them into the history."""
    rows = Event.objects.filter(step=Step.RECEIVE).order_by("matter_id", "seq")
    for event in rows.only("matter_id", "facts_text").iterator(chunk_size=CHUNK):
        facts = event.facts
        if "submission" in facts:
            yield event.matter_id, facts["submission"], facts.get("content_hash", "")


# ---- letters and numbers ----------------------------------------------------------------------------------------------


def _documents(progress) -> Iterator[Finding]:
    """Each issued letter against its digest; each letter that the history names must be there; no number is missing."""
    highest: dict[tuple, list[int]] = {}
    issued = Document.objects.exclude(status=Status.DRAFT).order_by("pk").iterator(chunk_size=CHUNK)
    for document in _counted(issued, progress):
        if digest_of_document(document)[0] != document.data_digest:
            yield Finding(
                "documents_document",
                document.pk,
                document.matter_id,
                None,
                "the letter was changed after it was issued",
            )
        if document.sequence:
            series = (document.organisation_id, document_kind(document.kind).type_word, document.year)
            counted = highest.setdefault(series, [0, 0])
            counted[0], counted[1] = counted[0] + 1, max(counted[1], document.sequence)
    for row in DocumentSeries.objects.order_by("pk").iterator(chunk_size=CHUNK):
        here = highest.get((row.organisation_id, row.type_word, row.year), [0, 0])
        if here != [row.last, row.last]:
            yield Finding(
                "documents_documentseries",
                row.pk,
                None,
                row.last,
                f"{row}: {row.last} numbers were given, {here[0]} letters are here",
            )
    yield from _missing_letters()


def _missing_letters() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.matter_id, e.seq, e.document_id FROM matters_event e"
            " LEFT JOIN documents_document d ON d.id = e.document_id AND d.matter_id = e.matter_id"
            " WHERE e.document_id IS NOT NULL AND d.id IS NULL ORDER BY e.matter_id, e.seq LIMIT 1000"
        )
        for event_id, matter_id, seq, document_id in cursor.fetchall():
            yield Finding("documents_document", document_id, matter_id, seq, f"the letter of event {event_id} is gone")


def _numbers(progress) -> Iterator[Finding]:
    """Every number that was given on a day is still there: a matter cannot vanish with its whole history."""
    given = dict(NumberSeries.objects.values_list("series", "last"))
    series, expected = "", 1
    rows = MatterNumber.objects.order_by("number").values_list("number").iterator(chunk_size=CHUNK)
    for (number,) in _counted(rows, progress):
        if number[:SERIES] != series:
            yield from _end_of_series(series, expected, given)
            series, expected = number[:SERIES], 1
        sequence = sequence_value(number[SERIES : SERIES + 4])
        if sequence != expected:
            yield Finding(
                "matters_matternumber",
                None,
                None,
                sequence,
                f"{series}: numbers {expected} to {sequence - 1} are gone",
            )
        expected = sequence + 1
    yield from _end_of_series(series, expected, given)
    for name, last in given.items():
        yield Finding("matters_numberseries", None, None, last, f"{name}: {last} numbers were given, none is here")
    yield from _numbers_without_matter()


def _end_of_series(series: str, expected: int, given: dict[str, int]) -> Iterator[Finding]:
    if not series:
        return
    last = given.pop(series, None)
    if last != expected - 1:
        yield Finding(
            "matters_numberseries",
            None,
            None,
            last,
            f"{series}: {last or 0} numbers were given, the last here is {expected - 1}",
        )


def _numbers_without_matter() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.number, n.matter_id FROM matters_matternumber n LEFT JOIN matters_matter m ON m.id = n.matter_id"
            " WHERE m.id IS NULL OR m.number <> n.number ORDER BY n.number LIMIT 1000"
        )
        for number, matter_id in cursor.fetchall():
            yield Finding("matters_matternumber", None, matter_id, None, f"{number} does not lead to its matter")
