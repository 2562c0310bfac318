"""运行状况: how the installation is, in figures that name nobody. One look for `/readyz`, for the system administrator's page and for metrics.

Every count stops at MOST: a full queue is a full queue, and counting it must not cost what it costs.
"""

import os
import platform
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet

from xinqiao import database, folders
from xinqiao.counts.models import Delta
from xinqiao.database import reading
from xinqiao.exports.models import Export, ExportState
from xinqiao.integrity import checkpoints
from xinqiao.integrity.models import Checkpoint
from xinqiao.matters import counted
from xinqiao.matters.models import Delivery
from xinqiao.notifications.models import Message
from xinqiao.reporting.indicators import facts as indicators
from xinqiao.search.models import EntryDue

from . import duties, worker
from .models import Duty, Worker

MOST = 10_000
LATE = timedelta(minutes=10)  # of a duty, a checkpoint, a queue: after that somebody should look
DISK_PERCENT, DISK_BYTES = 10, 5 * 2**30  # free; with less of both the disk is nearly full


@dataclass(frozen=True)
class DutyLine:
    """One duty of the workers. `error`: the kind of the failure, without its words."""

    name: str
    every: timedelta
    next_at: datetime | None
    done_at: datetime | None
    error: str
    late: bool


@dataclass(frozen=True)
class QueueLine:
    """Work that waits: how much (at most MOST), and since when the oldest should have been done."""

    name: str
    waiting: int
    since: datetime | None
    late: bool


@dataclass(frozen=True)
class DiskLine:
    """Space of the disk under a folder, in bytes."""

    name: str
    free: int
    total: int
    low: bool


@dataclass(frozen=True)
class CheckpointLine:
    """The newest checkpoint, since when rows wait for the next one, and the folders outside."""

    made_at: datetime | None
    waiting_since: datetime | None
    late: bool
    error: str
    folders: list[tuple[str, bool]]  # its name, and whether it can be written


def workers(at: datetime) -> list[tuple[Worker, bool]]:
    """The workers of the last day, and whether each was seen just now."""
    rows = Worker.objects.filter(seen_at__gt=at - timedelta(days=1)).order_by("-seen_at")[:50]
    return [(row, row.seen_at > at - 3 * worker.HEARTBEAT) for row in rows]


def duty_lines(at: datetime) -> list[DutyLine]:
    """Every duty there is, in the order of the table."""
    known = {row.name: row for row in Duty.objects.all()}
    return [_duty_line(task, known.get(task.name), at) for task in duties.TASKS]


def _duty_line(task: duties.Task, row: Duty | None, at: datetime) -> DutyLine:
    if row is None:
        return DutyLine(task.name, task.every, None, None, "", False)
    late = row.next_at < at - max(LATE, task.every)
    return DutyLine(task.name, task.every, row.next_at, row.done_at, row.error, late)


def queues(at: datetime) -> list[QueueLine]:
    """Reactions, messages and files that are owed now; matters to be made findable; figures to be added up."""
    owed = Delivery.objects.filter(state__in=("pending", "claimed"), next_try_at__lte=at)
    messages = Message.objects.filter(state__in=("waiting", "sending"), next_try_at__lte=at)
    files = Export.objects.filter(state__in=(ExportState.WAITING, ExportState.MAKING))
    return [
        _queue("deliveries", owed, "next_try_at", at),
        _queue("messages", messages, "next_try_at", at),
        _queue("exports", files, "asked_at", at),
        QueueLine("search", _count(EntryDue.objects.all()), None, False),  # a back-fill may take hours
        QueueLine("counts", (deltas := _count(Delta.objects.all())), None, deltas >= MOST),
    ]


def _queue(name: str, rows: QuerySet, order: str, at: datetime) -> QueueLine:
    since = rows.order_by(order).values_list(order, flat=True).first()
    return QueueLine(name, _count(rows), since, since is not None and at - since > LATE)


def _count(rows: QuerySet) -> int:
    return rows.order_by()[:MOST].count()


def checkpoint_line(at: datetime) -> CheckpointLine:
    """Whether checkpoints are made and copied outside."""
    made_at = Checkpoint.objects.order_by("-number").values_list("made_at", flat=True).first()
    since = checkpoints.waiting_since()
    error = Duty.objects.filter(name="checkpoints").values_list("error", flat=True).first() or ""
    places = [(folder.name, folder.is_dir() and _may_write(folder)) for folder in settings.XINQIAO_CHECKPOINTS]
    return CheckpointLine(made_at, since, since is not None and at - since > LATE, error, places)


def disks() -> list[DiskLine]:
    """The disks of the data, the attachments and the checkpoints; a folder that is missing is left out."""
    wanted = {"data": folders.var(), "files": folders.files()}
    wanted |= {f"checkpoints {number}": folder for number, folder in enumerate(settings.XINQIAO_CHECKPOINTS, 1)}
    lines = []
    for name, folder in wanted.items():
        try:
            space = shutil.disk_usage(folder)
        except OSError:
            continue
        low = space.free < DISK_BYTES and space.free * 100 < space.total * DISK_PERCENT
        lines.append(DiskLine(name, space.free, space.total, low))
    return lines


_migrated = False


def pending_migrations() -> int:
    """How many changes of the tables this version has and the database has not; once none, the process asks no more."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        _migrated = not pending
        return pending
    return 0


def limits_hold() -> bool:
    """Whether statements end in time here; behind a pooler that is for `xinqiao migrate` to arrange."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'")
        return cursor.fetchone()[0] == settings.XINQIAO_LIMITS.statement_ms


def connections_open() -> dict[str, int]:
    """Connections to this database by what they do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1"
        )
        return dict(cursor.fetchall())


def replica() -> reading.Standing | None:
    """How the replica stands; None where there is none."""
    return reading.standing() if reading.is_configured() else None


def versions() -> dict[str, str]:
    """What runs here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        postgres, size = cursor.fetchone()
    return {
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": postgres.split(" ")[0],
        "database_bytes": str(size),
    }


def warnings(at: datetime) -> dict[str, str]:
    """What stops no petition but must be mended soon; in words for the operator, without a secret. {} when all is well."""
    try:
        return {name: words for name, words in _warnings(at) if words}
    except DatabaseError:
        return {}


def _warnings(at: datetime):
    line = checkpoint_line(at)
    if line.error:
        yield "checkpoints", CHECKPOINT_WORDS.get(line.error, f"not made: {line.error}")
    elif line.late:
        yield "checkpoints", "rows wait for a checkpoint for more than 10 minutes: is a worker running?"
    elif not all(fit for _name, fit in line.folders) and line.made_at:
        yield "checkpoints", CHECKPOINT_WORDS["PlaceTrouble"]
    if Duty.objects.exists() and not worker.alive(at):
        yield "worker", "no worker was seen for 45 seconds"
    lines = duty_lines(at)
    yield "duties", _listed("late", (one.name for one in lines if one.late))
    yield "duties_failed", _listed("failed", (one.name for one in lines if one.error and one.name != "checkpoints"))
    found = queues(at)
    yield "queues", _listed("waiting for more than 10 minutes", (one.name for one in found if one.late))
    if backlog := next(one.waiting for one in found if one.name == "search"):
        yield "search", f"{backlog}{'+' if backlog >= MOST else ''} matters are not findable yet; they are being filled in"
    if differing := counted.differing():
        yield "counts", f"{differing} figures of the statistics are wrong: see the log, then run `xinqiao counts --rebuild`"
    if differing := indicators.differing():
        yield "indicators", f"{differing} figures of the indicators were wrong and are mended: see the log"
    yield "disk", _listed("nearly full", (one.name for one in disks() if one.low))
    if pending := pending_migrations():
        yield "migrations", f"{pending} to do: run xinqiao migrate"
    if database.is_pooled() and not limits_hold():
        yield "limits", "statements have no time limit behind the pooler: run xinqiao migrate, then reconnect the pool"
    if (copy := replica()) and copy.why:
        yield "replica", f"{copy.why}: reports read the primary"


CHECKPOINT_WORDS = {
    "PlaceTrouble": "not copied: a folder of XINQIAO_CHECKPOINTS is missing, cannot be written, or knows another past; see the log",
    "SigningUnavailable": "not made: the signing key cannot be read; see the log",
}


def _listed(what: str, names) -> str:
    found = ", ".join(names)
    return f"{what}: {found}" if found else ""


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK)
