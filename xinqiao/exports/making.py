"""Making a file and letting it go: the record stands in the audit log before the first byte leaves (C-11).

export = ask(ExportKind.LIST, officer=…, …)      # a row; small lists go on at once, large ones wait for the worker
content = make(export, at=…)                     # writes the table, notes rows and digest
let_go(export, request=…, at=…)                  # the audit entry; raises AuditUnavailable, then nothing leaves

The worker makes a long list part by part (parts.py): what is made stays made when it dies, and whoever asked sees how far it is and
may call it off.
"""

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils.timezone import localdate, localtime

from xinqiao.documents import tables
from xinqiao.integrity import audit
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import KEPT_HOURS, MAKING_MINUTES, TRIES

from . import keeping, lists, parts
from .models import Export, ExportKind, ExportState

logger = logging.getLogger("xinqiao.exports")
BATCH = 5  # pieces of work in one pass: a part of a list, or a whole file
GONE_WORDS = "这份文件已经删除或不完整，请重新导出。"
BROKEN_WORDS = "生成时出现故障。请稍后重新导出；还是不行的，请联系系统管理员。"


class ExportRefused(Exception):
    """The file cannot be made; the message says why and what to do."""


@dataclass(frozen=True)
class Made:
    """A finished file in memory, with what is recorded of it."""

    content: bytes
    rows: int
    matter_ids: list[int]
    digest: str
    algorithm: str


def ask(kind: ExportKind, *, officer: Officer, form: str, purpose: str, at: datetime, **facts) -> Export:
    """A new export in state `waiting`. Nothing is made yet."""
    return Export.objects.create(
        kind=kind, officer=officer, organisation=officer.organisation, form=form, purpose=purpose, asked_at=at, **facts
    )


def make(export: Export, *, at: datetime, maker: Callable[[Export, datetime], "Made"] | None = None) -> Made:
    """Write the file and note rows and digest on the row. Raises ExportRefused; the reason is on the row then.

    `maker`: instead of the one of its kind, where the rows are in hand.
    """
    try:
        made = (maker or MAKERS[ExportKind(export.kind)])(export, at)
    except (tables.TableRefused, ExportRefused) as refused:
        _set(export, state=ExportState.FAILED, problem=str(refused)[:300])
        raise ExportRefused(str(refused)) from refused
    _set(
        export, rows=made.rows, matter_ids=made.matter_ids, digest=made.digest, hash_algorithm=made.algorithm,
        size_bytes=len(made.content), ready_at=at,
    )  # fmt: skip
    return made


def let_go(export: Export, *, officer: Officer, request, at: datetime) -> None:
    """Write the record that this very file leaves now. Raises AuditUnavailable: then it does not."""
    detail = {
        "rows": export.rows, "form": export.form, "digest": export.digest, "algorithm": export.hash_algorithm,
        "left_out": export.left_out, **{name: export.facts[name] for name in RECORDED_FACTS if name in export.facts},
    }  # fmt: skip
    audit.note(
        AuditKind.EXPORTED, officer=officer, subject=str(export), fields=f"{export.kind}:{len(export.columns)}"[:80],
        reason=export.purpose, request=request, detail={**detail, "columns": export.columns},
    )  # fmt: skip
    _set(export, state=ExportState.FETCHED, fetched_at=at, expires_at=export.expires_at or at)


# What of the facts stands in the audit log: codes, ids and days, never a word that somebody typed.
RECORDED_FACTS = (
    "shelf", "table", "order", "channel", "kind", "only", "stage", "class", "unit", "handler", "due_from", "due_to", "urgent", "joint",
    "request", "from", "to", "chains",
)  # fmt: skip


def make_waiting(at: datetime) -> int:
    """Go on with the files that wait: called by the worker again and again. Returns how many pieces of work were done."""
    done = 0
    while done < BATCH and (export := _next(at)) is not None:
        done += 1
        try:
            if export.kind != ExportKind.LIST or parts.make_one(export.pk, at=at):
                _finish(export.pk, at)
        except ExportRefused:
            continue
        except (OperationalError, InterfaceError):
            raise  # the database is away: it waits as it is
        except Exception:
            logger.exception("export.failed", extra={"export": export.pk})
            _give_up(export.pk, BROKEN_WORDS)
    return done


def is_waiting() -> bool:
    """Whether there is something to make: then the worker does not rest."""
    return Export.objects.filter(_READY_TO_GO_ON).exists()


def cancel(export: Export) -> bool:
    """Call off what is not made yet: its parts go, nothing has left. Returns whether that was possible."""
    with transaction.atomic():
        found = Export.objects.select_for_update(of=("self",)).filter(pk=export.pk, state__in=_PENDING).first()
        if found is None:
            return False
        _set(found, state=ExportState.CANCELLED, desk_ids=[])
        parts.drop(found.pk)
    return True


def pending(officer: Officer) -> int:
    """How many files the worker still has to make for this post."""
    return Export.objects.filter(officer=officer, state__in=_PENDING).count()


def untold(at: datetime) -> list[Export]:
    """Files that were made, or could not be made, while nobody was looking."""
    since = at - timedelta(hours=KEPT_HOURS)
    found = Export.objects.filter(
        state__in=(ExportState.READY, ExportState.FAILED), told_at__isnull=True, asked_at__gte=since
    )
    return list(
        found.select_related("officer__organisation").defer("desk_ids", "matter_ids").order_by("asked_at")[:100]
    )


def mark_told(export: Export, *, at: datetime) -> None:
    Export.objects.filter(pk=export.pk).update(told_at=at)


def matters_in(matter_id: int) -> list[str]:
    """The exports that a matter was in, as the audit log names them (`export:7`)."""
    found = Export.objects.filter(matter_ids__contains=[matter_id]).order_by("-pk").values_list("pk", flat=True)
    return [f"export:{pk}" for pk in found[:200]]


_PENDING = (ExportState.WAITING, ExportState.MAKING)
# A list that has parts goes on at once, whoever began it: a worker holds no more than the row's lock, and a dead one holds nothing.
_READY_TO_GO_ON = Q(state=ExportState.WAITING) | Q(state=ExportState.MAKING, done_rows__gt=0)


def _next(at: datetime) -> Export | None:
    """The piece of work that comes first: those that have just begun before those that are long, so that none waits for a giant.

    The try is counted before it is made: what takes its worker down again and again is given up.
    """
    stale = Q(state=ExportState.MAKING, begun_at__lt=at - timedelta(minutes=MAKING_MINUTES))
    with transaction.atomic():
        waiting = Export.objects.filter(_READY_TO_GO_ON | stale).order_by("done_rows", "asked_at", "pk")
        export = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if export is None:
            return None
        if export.attempts >= TRIES:
            _set(export, state=ExportState.FAILED, problem=BROKEN_WORDS)
            parts.drop(export.pk)
            return _next(at)
        whole = {} if export.kind == ExportKind.LIST else {"state": ExportState.MAKING, "begun_at": at}
        _set(export, attempts=export.attempts + 1, **whole)
    return export


def _finish(export_id: int, at: datetime) -> None:
    """Write the file and keep it, unless it was called off in the meantime."""
    export = Export.objects.get(pk=export_id)
    export.officer = Officer.objects.select_related("user", "organisation").get(pk=export.officer_id)
    try:
        made = make(export, at=at)
    except ExportRefused:
        parts.drop(export_id)
        raise
    export.stored_name = keeping.keep(made.content)
    ready = {
        "state": ExportState.READY,
        "stored_name": export.stored_name,
        "expires_at": at + timedelta(hours=KEPT_HOURS),
    }
    with transaction.atomic():
        if not Export.objects.filter(pk=export_id, state=ExportState.MAKING).update(**ready):
            keeping.discard(export)
        parts.drop(export_id)


def _give_up(export_id: int, problem: str) -> None:
    Export.objects.filter(pk=export_id, state__in=_PENDING).update(state=ExportState.FAILED, problem=problem)
    parts.drop(export_id)


def _set(export: Export, **changes) -> None:
    for name, value in changes.items():
        setattr(export, name, value)
    export.save(update_fields=list(changes))


# --- the makers -------------------------------------------------------------------------------------------------------


def _make_list(export: Export, at: datetime) -> Made:
    columns = parts.columns_of(export)
    matter_ids: list[int] = []
    if export.done_rows:
        found = parts.rows(export)
    else:
        found = lists.rows(export.officer, export.desk_ids, columns, localdate(at))

    def cells():
        for _desk_id, matter_id, row in found:
            matter_ids.append(matter_id)
            yield row

    about = about_lines(export, at)
    if export.left_out:
        about.append(("未导出", f"检举控告{export.left_out}件，按规定不随清单导出"))
    file = io.BytesIO()
    written = tables.write(
        file, export.form, [column.label for column in columns], cells(), about=about, title="信访件清单"
    )
    return Made(file.getvalue(), written.rows, sorted(set(matter_ids)), written.digest, written.algorithm)


def about_lines(export: Export, at: datetime) -> list[tuple[str, str]]:
    """What stands on the second sheet: where it is from, for what, who, when, and how to treat it."""
    officer = export.officer
    return [
        ("内容", export.facts.get("title") or ExportKind(export.kind).label),
        ("导出编号", str(export)),
        ("用途", export.purpose),
        ("导出人", f"{officer.organisation.name} {officer.user.name}"),
        ("导出时间", f"{localtime(at):%Y-%m-%d %H:%M}"),
        ("提醒", "含工作信息，仅用于上述用途，不得外传；用完请删除。导出已记入安全审计日志。"),
    ]


MAKERS: dict[ExportKind, Callable[[Export, datetime], Made]] = {ExportKind.LIST: _make_list}
