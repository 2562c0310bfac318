"""A long list is made part by part: each commits with how far it is, and is there for good when the worker dies behind it.

The officer's rights are asked for each part, and once more when the file is written: a row that became invisible in between does not
leave.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.database import reading
from xinqiao.organisations.models import Officer
from xinqiao.rules.exports import ListColumn

from . import lists
from .models import Export, ExportPart, ExportState


def columns_of(export: Export) -> list[ListColumn]:
    """The columns that were asked for, as far as the post may still have them."""
    offered = lists.columns_for(export.officer)
    return [ListColumn(name) for name in export.columns if ListColumn(name) in offered]


def make_one(export_id: int, *, at: datetime) -> bool:
    """The next part of a list. Returns whether all are there now; False also for one that was called off."""
    with transaction.atomic():
        pending = Export.objects.filter(pk=export_id, state__in=(ExportState.WAITING, ExportState.MAKING))
        export = pending.select_for_update(of=("self",)).first()
        if export is None:
            return False
        export.officer = Officer.objects.select_related("user", "organisation").get(pk=export.officer_id)
        wanted = export.desk_ids[export.done_rows : export.done_rows + lists.CHUNK]
        if wanted:
            found = _read(export.officer, wanted, columns_of(export), localdate(at))
            ExportPart.objects.create(export=export, position=export.done_rows, rows=[_as_kept(row) for row in found])
            export.attempts = 0
        export.done_rows += len(wanted)
        export.state, export.begun_at = ExportState.MAKING, export.begun_at or at
        export.save(update_fields=["done_rows", "state", "begun_at", "attempts"])
    return export.done_rows >= len(export.desk_ids)


def _read(officer: Officer, wanted: Sequence[int], *rest) -> list[tuple]:
    """From the replica, which may not know the newest rows yet: then from the primary. Who may see them is asked once more at the end."""
    found = _read_aside(officer, wanted, *rest)
    return found if len(found) == len(wanted) else list(lists.rows(officer, wanted, *rest))


_read_aside = reading.from_replica(lambda *asked: list(lists.rows(*asked)), aside=True)


def rows(export: Export) -> Iterator[tuple[int, int, list]]:
    """(desk id, matter id, cells) of all parts, of what the officer may see at this moment."""
    for part in export.parts.order_by("position").iterator(chunk_size=1):
        visible = lists.still_leaving(export.officer, [desk_id for desk_id, _matter_id, _cells in part.rows])
        for desk_id, matter_id, cells in part.rows:
            if desk_id in visible:
                yield desk_id, matter_id, [_as_cell(value) for value in cells]


def drop(export_id: int) -> None:
    """The parts are needed no more."""
    ExportPart.objects.filter(export_id=export_id).delete()


def _as_kept(row: tuple[int, int, Sequence]) -> list:
    """A day becomes a list of its text: no other cell is a list."""
    desk_id, matter_id, cells = row
    return [desk_id, matter_id, [[cell.isoformat()] if isinstance(cell, date) else cell for cell in cells]]


def _as_cell(value):
    return date.fromisoformat(value[0]) if isinstance(value, list) else value
