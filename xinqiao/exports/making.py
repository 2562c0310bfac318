"""Making a file and letting it go: the record stands in the audit log before the first byte leaves (C-11).

export = ask(ExportKind.LIST, officer=…, …)      # a row; small lists go on at once, large ones wait for the worker
content = make(export, at=…)                     # writes the table, notes rows and digest
let_go(export, request=…, at=…)                  # the audit entry; raises AuditUnavailable, then nothing leaves
"""

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate, localtime

from xinqiao.documents import tables
from xinqiao.integrity import audit
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import KEPT_HOURS, MAKING_MINUTES, ListColumn

from . import keeping, lists
from .models import Export, ExportKind, ExportState

logger = logging.getLogger("xinqiao.exports")
BATCH = 5
GONE_WORDS = "这份文件已经删除或不完整，请重新导出。"


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


def make(export: Export, *, at: datetime) -> Made:
    """Write the file and note rows and digest on the row. Raises ExportRefused; the reason is on the row then."""
    try:
        made = MAKERS[ExportKind(export.kind)](export, at)
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


RECORDED_FACTS = ("shelf", "order", "channel", "kind", "only", "request", "filters", "from", "to", "chains")


def make_waiting(at: datetime) -> int:
    """Make the files that wait, or that a vanished worker left; called by the worker. Returns how many were tried."""
    tried = 0
    while tried < BATCH and (export := _claim(at)) is not None:
        tried += 1
        try:
            made = make(export, at=at)
            name = keeping.keep(made.content)
            _set(export, state=ExportState.READY, stored_name=name, expires_at=at + timedelta(hours=KEPT_HOURS))
        except ExportRefused:
            continue
        except Exception:
            logger.exception("export.failed", extra={"export": export.pk})
            _set(
                export,
                state=ExportState.FAILED,
                problem="生成时出现故障。请稍后重新导出；还是不行的，请联系系统管理员。",
            )
    return tried


def matters_in(matter_id: int) -> list[str]:
    """The exports that a matter was in, as the audit log names them (`export:7`)."""
    found = Export.objects.filter(matter_ids__contains=[matter_id]).order_by("-pk").values_list("pk", flat=True)
    return [f"export:{pk}" for pk in found[:200]]


def _claim(at: datetime) -> Export | None:
    stale = Q(state=ExportState.MAKING, begun_at__lt=at - timedelta(minutes=MAKING_MINUTES))
    with transaction.atomic():
        waiting = Export.objects.filter(Q(state=ExportState.WAITING) | stale).order_by("asked_at", "pk")
        export = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if export is not None:
            _set(export, state=ExportState.MAKING, begun_at=at)
    if export is None:
        return None
    export.officer = Officer.objects.select_related("user", "organisation").get(pk=export.officer_id)
    return export


def _set(export: Export, **changes) -> None:
    for name, value in changes.items():
        setattr(export, name, value)
    export.save(update_fields=list(changes))


# --- the makers -------------------------------------------------------------------------------------------------------


def _make_list(export: Export, at: datetime) -> Made:
    columns = [ListColumn(name) for name in export.columns if ListColumn(name) in lists.columns_for(export.officer)]
    matter_ids: list[int] = []

    def cells():
        for matter_id, row in lists.rows(export.officer, export.desk_ids, columns, localdate(at)):
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
