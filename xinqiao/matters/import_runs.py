"""One run of the import: a file in, sums out, in constant memory, safe to stop and to run again."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from . import importing
from .importing import RowRejected, Settings
from .models import ImportRun
from .steps import import_history
from .table_files import Table, TableUnreadable, digest_of

Reject = Callable[[int, str, str, dict | None], None]  # row number, code, reason, cells


@dataclass
class Sums:
    """Where the rows went: rows_in = stored + known + rejected, always."""

    rows_in: int = 0
    stored: int = 0
    known: int = 0
    rejected: int = 0
    noted: int = 0  # stored with a note: characters taken out, a title cut
    reasons: Counter = field(default_factory=Counter)
    problem: str = ""  # why the file was not read to its end

    @property
    def agree(self) -> bool:
        return self.rows_in == self.stored + self.known + self.rejected


def run(
    path: Path,
    table: Table,
    settings: Settings,
    *,
    who: str,
    now: Callable[[], datetime],
    reject: Reject = lambda *_: None,
    progress: Callable[[Sums], None] = lambda _: None,
) -> tuple[ImportRun, Sums]:
    """Store the rows of `table`, batch by batch. A batch that was stored stays, whatever happens after it."""
    digest, algorithm = digest_of(path)
    record = ImportRun.objects.create(
        source=settings.source,
        file_name=path.name[:200],
        file_digest=digest,
        hash_algorithm=algorithm,
        mapping=settings.mapping,
        office=settings.office,
        who=who[:60],
        started_at=now(),
    )
    sums = _go_through(table, settings, now, reject, progress, store=_store, after=lambda sums: _save(record, sums))
    record.finished_at, record.problem = now(), sums.problem
    _save(record, sums)
    return record, sums


def rehearse(table: Table, settings: Settings, *, now, reject: Reject, progress) -> Sums:
    """What `run` would do, without writing anything. Rows that repeat each other far apart count as new here."""
    return _go_through(table, settings, now, reject, progress, store=_judge)


def _go_through(table, settings, now, reject, progress, *, store, after=lambda _: None) -> Sums:
    sums = Sums()
    for batch in importing.batches(_until_broken(table, sums)):
        outcome, cells_of = import_history.Outcome(), dict(batch)
        rows = _read(batch, settings, sums, reject, at=now())
        if rows:
            outcome = store(rows, settings, at=now())
        for row, code, reason in outcome.rejected:
            _refuse(sums, reject, row.number, code, reason, cells_of[row.number])
        sums.rows_in += len(batch)
        sums.stored += len(outcome.stored)
        sums.known += len(outcome.known)
        sums.noted += sum(bool(row.notes) for row in outcome.stored)
        after(sums)
        progress(sums)
    return sums


def _until_broken(table: Table, sums: Sums):
    """The rows of the table; when it cannot be read any further, those before it still count."""
    try:
        yield from table
    except TableUnreadable as unreadable:
        sums.problem = str(unreadable)


def _read(batch: list, settings: Settings, sums: Sums, reject: Reject, *, at: datetime) -> list[importing.Row]:
    rows = []
    for number, cells in batch:
        try:
            rows.append(importing.read_row(number, cells, settings, at=at))
        except RowRejected as rejected:
            _refuse(sums, reject, number, rejected.code, rejected.reason, cells)
    return rows


def _refuse(sums: Sums, reject: Reject, number: int, code: str, reason: str, cells: dict | None) -> None:
    sums.rejected += 1
    sums.reasons[code] += 1
    reject(number, code, reason, cells)


def _store(rows, settings, *, at):
    return import_history.import_history(rows, settings, at=at)


def _judge(rows, settings, *, at):
    outcome = import_history.Outcome()
    fresh, again = import_history.judge(rows, settings, outcome)
    outcome.stored += fresh
    outcome.known += again
    return outcome


def _save(record: ImportRun, sums: Sums) -> None:
    record.rows_in, record.stored, record.known, record.rejected = sums.rows_in, sums.stored, sums.known, sums.rejected
    record.save()
