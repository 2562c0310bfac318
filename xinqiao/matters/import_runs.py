"""One run of the import: a file in, sums out, in constant memory. Killed at any point and run again it goes on where it stopped.

A batch, its sums and the position behind it are one transaction (`ImportRun.position`), so that no row is stored twice and none is
passed over; which rows came before is known without asking for each. A run over a file that was finished judges every row anew.
"""

import contextlib
import fcntl
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q

from xinqiao import crypto, folders

from . import importing
from .importing import RowRejected, Settings
from .models import ImportRun
from .steps import import_history
from .table_files import Table, TableUnreadable, digest_of

Reject = Callable[[int, str, str, dict | None], None]  # row number, code, reason, cells
Kept = Callable[[], tuple[str, int]]  # (file of the rejected rows, its size once all of them are on the disk)


class ImportElsewhere(Exception):
    """The same file is being imported already. The message is for the person at the terminal."""

    def __init__(self):
        super().__init__("这个文件正在由另一个进程导入。请等它做完，或先停下它，再运行；不会重复存入。")


@dataclass
class Sums:
    """Where the rows went: rows_in = stored + known + rejected, always."""

    rows_in: int = 0
    stored: int = 0
    known: int = 0
    rejected: int = 0
    noted: int = 0  # stored with a note: characters taken out, a title cut
    reasons: Counter = field(default_factory=Counter)
    position: int = 0  # the last row that is done, as a spreadsheet counts
    before: int = 0  # rows that were done before this process began
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
    kept: Kept = lambda: ("", 0),
    resumed: Callable[[ImportRun], None] = lambda _: None,
    progress: Callable[[Sums], None] = lambda _: None,
) -> tuple[ImportRun, Sums]:
    """Store the rows of `table`, batch by batch, behind those that an unfinished run of the same file has done.

    `resumed` hears of such a run before anything else. A batch that was stored stays, whatever happens after it. Raises
    ImportElsewhere when another process is at it, IntakeClosed when the database would not keep what it is given.
    """
    digest, algorithm = digest_of(path)
    with _alone(digest, settings.source):
        record = _unfinished(digest, settings)
        if record:
            resumed(record)
            ImportRun.objects.filter(pk=record.pk).update(resumed=F("resumed") + 1)
        else:
            record = _begin(path, settings, digest, algorithm, who=who, at=now())
        sums = _sums_of(record)

        def take(batch: list, at: datetime) -> None:
            before = sums.position
            with transaction.atomic():
                _take(batch, sums, settings, reject, at=at, store=import_history.import_history)
                _advance(record, before, sums, *kept())

        _go_through(table, sums, now, progress, take)
        record.finished_at, record.problem = now(), sums.problem
        record.save(update_fields=["finished_at", "problem"])
    return record, sums


def rehearse(table: Table, settings: Settings, *, now, reject: Reject, progress) -> Sums:
    """What `run` would do, without writing anything. Rows that repeat each other far apart count as new here."""
    sums = Sums()

    def take(batch: list, at: datetime) -> None:
        _take(batch, sums, settings, reject, at=at, store=_judge)

    _go_through(table, sums, now, progress, take)
    return sums


def _go_through(table: Table, sums: Sums, now, progress, take) -> None:
    done = sums.position
    for batch in importing.batches(row for row in _until_broken(table, sums) if row[0] > done):
        take(batch, now())
        progress(sums)


def _until_broken(table: Table, sums: Sums) -> Iterator[tuple[int, dict | None]]:
    """The rows of the table; when it cannot be read any further, those before it still count."""
    try:
        yield from table
    except TableUnreadable as unreadable:
        sums.problem = str(unreadable)


def _take(batch: list, sums: Sums, settings: Settings, reject: Reject, *, at: datetime, store) -> None:
    """One batch of (row number, cells): read, stored or refused, counted."""
    rows, refused = [], []
    for number, cells in batch:
        try:
            rows.append(importing.read_row(number, cells, settings, at=at))
        except RowRejected as rejected:
            refused.append((number, rejected.code, rejected.reason))
    outcome = store(rows, settings, at=at) if rows else import_history.Outcome()
    refused += [(row.number, code, reason) for row, code, reason in outcome.rejected]
    cells_of = dict(batch)
    for number, code, reason in sorted(refused):
        reject(number, code, reason, cells_of[number])
        sums.reasons[code] += 1
    sums.rows_in += len(batch)
    sums.stored += len(outcome.stored)
    sums.known += len(outcome.known)
    sums.rejected += len(refused)
    sums.noted += sum(bool(row.notes) for row in outcome.stored)
    sums.position = batch[-1][0]


def _judge(rows: list, settings: Settings, *, at: datetime) -> import_history.Outcome:
    outcome = import_history.Outcome()
    fresh, again = import_history.judge(rows, settings, outcome)
    outcome.stored += fresh
    outcome.known += again
    return outcome


# ---- the record ---------------------------------------------------------------------------------------------------------


def _options(settings: Settings) -> dict:
    return {"channel": settings.channel.value, "purpose": settings.purpose.value}


def _begin(path: Path, settings: Settings, digest: str, algorithm: str, *, who: str, at: datetime) -> ImportRun:
    return ImportRun.objects.create(
        source=settings.source,
        file_name=path.name[:200],
        file_digest=digest,
        hash_algorithm=algorithm,
        mapping=settings.mapping,
        options=_options(settings),
        office=settings.office,
        who=who[:60],
        started_at=at,
    )


def _unfinished(digest: str, settings: Settings) -> ImportRun | None:
    """The run that began with this very file and these choices, and did not come to its end."""
    same = ImportRun.objects.filter(
        source=settings.source,
        file_digest=digest,
        mapping=settings.mapping,
        options=_options(settings),
        office=settings.office,
        finished_at=None,
    )
    # A run of an older version knew no position: it is judged row by row from the beginning.
    return same.filter(Q(position__gt=0) | Q(rows_in=0)).order_by("-pk").first()


def _sums_of(record: ImportRun) -> Sums:
    return Sums(
        rows_in=record.rows_in,
        stored=record.stored,
        known=record.known,
        rejected=record.rejected,
        noted=record.noted,
        reasons=Counter(record.reasons),
        position=record.position,
        before=record.rows_in,
    )


def _advance(record: ImportRun, before: int, sums: Sums, rejects_file: str, rejects_bytes: int) -> None:
    """Note how far the run is, unless somebody else moved it meanwhile: then this batch is undone with the transaction."""
    record.position, record.rows_in, record.stored = sums.position, sums.rows_in, sums.stored
    record.known, record.rejected, record.noted = sums.known, sums.rejected, sums.noted
    record.reasons, record.rejects_file, record.rejects_bytes = dict(sums.reasons), rejects_file, rejects_bytes
    named = (
        "position", "rows_in", "stored", "known", "rejected", "noted", "reasons", "rejects_file", "rejects_bytes",
    )  # fmt: skip
    still_ours = ImportRun.objects.filter(pk=record.pk, position=before, finished_at=None)
    if not still_ours.update(**{name: getattr(record, name) for name in named}):
        raise ImportElsewhere


@contextlib.contextmanager
def _alone(digest: str, source: str) -> Iterator[None]:
    """Nobody else on this machine imports this file for this source. The lock ends with the process, however it ends; a process on
    another machine is stopped by `_advance`. Raises ImportElsewhere."""
    folder = folders.var() / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{crypto.digest(f'{source}/{digest}'.encode())[:32]}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportElsewhere from None
        yield
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
