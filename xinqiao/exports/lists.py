"""An exported list (导出清单): the very desks that the list shows this officer, without reports (检举控告), row by row.

Every row is asked for again through `visible_to`, also when a worker makes the file an hour later: what an officer may no longer
see does not leave.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from xinqiao.matters.models import Referral
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.rules.confidentiality import Access, identity_access
from xinqiao.rules.exports import MOST_ROWS, ListColumn
from xinqiao.rules.stages import Channel, Kind, Stage

CHUNK = 500
FIELDS = (
    "pk", "matter_id", "stage", "is_open", "due_on", "handler_id", "organisation_id", "matter__number", "matter__title",
    "matter__kind", "matter__channel", "matter__content_class_id", "matter__place_id", "matter__received_on",
    "matter__accepted_on", "matter__unit_id", "matter__stage", "matter__headcount", "matter__petitioner_name",
    "matter__anonymous",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """The desks of a list that may leave, in its order; `reports`: how many reports on it stay (the officer may know them)."""

    desk_ids: list[int]
    reports: int
    more: bool


def columns_for(officer: Officer) -> list[ListColumn]:
    """The columns this post may choose from: the masked name only where its roles see as much of an identity (B.3, C-12)."""
    sees = identity_access(officer.role_set, kind=None, secrecy_requested=False)
    return [column for column in ListColumn if column is not ListColumn.PETITIONER or sees is not Access.NONE]


def find(desks: QuerySet[Referral]) -> Found:
    """What of `desks` (a list made by `visible_to`, in its order) would leave. Of one that is too long the reports are not counted."""
    ids = list(desks.filter(matter__sealed=False).values_list("pk", flat=True)[: MOST_ROWS + 1])
    more = len(ids) > MOST_ROWS
    reports = 0 if more else desks.filter(matter__sealed=True).order_by().count()
    return Found(ids[:MOST_ROWS], reports, more)


def rows(
    officer: Officer, desk_ids: Sequence[int], columns: Sequence[ListColumn], today: date
) -> Iterator[tuple[int, int, list]]:
    """(desk id, matter id, cells) for each of these desks that the officer may still see, in their order."""
    names = _Names()
    for start in range(0, len(desk_ids), CHUNK):
        wanted = desk_ids[start : start + CHUNK]
        found = {row["pk"]: row for row in _may_leave(officer, wanted).order_by().values(*FIELDS)}
        chunk = [found[pk] for pk in wanted if pk in found]
        names.learn(chunk)
        for row in chunk:
            cells = _cells(row, names, today)
            yield row["pk"], row["matter_id"], [cells[column] for column in columns]


def still_leaving(officer: Officer, desk_ids: Sequence[int]) -> set[int]:
    """Those of these desks whose rows may leave at this moment."""
    return set(_may_leave(officer, desk_ids).order_by().values_list("pk", flat=True))


def _may_leave(officer: Officer, desk_ids: Sequence[int]) -> QuerySet[Referral]:
    return Referral.objects.visible_to(officer).filter(pk__in=desk_ids, matter__sealed=False)


def _cells(row: dict, names: "_Names", today: date) -> dict[ListColumn, object]:
    stage = Stage(row["stage"] if row["is_open"] else row["matter__stage"])
    due_on = row["due_on"] if row["is_open"] else None
    person = "（匿名）" if row["matter__anonymous"] else row["matter__petitioner_name"] or "（保密）"
    return {
        ListColumn.NUMBER: row["matter__number"],
        ListColumn.KIND: Kind(row["matter__kind"]).label if row["matter__kind"] else "还没有定类别",
        ListColumn.CHANNEL: Channel(row["matter__channel"]).label,
        ListColumn.CONTENT_CLASS: names.classes.get(row["matter__content_class_id"], ""),
        ListColumn.PLACE: names.organs.get(row["matter__place_id"], ""),
        ListColumn.RECEIVED_ON: row["matter__received_on"],
        ListColumn.ACCEPTED_ON: row["matter__accepted_on"],
        ListColumn.UNIT: names.organs.get(row["matter__unit_id"] or row["organisation_id"], ""),
        ListColumn.STAGE: stage.label,
        ListColumn.DUE_ON: due_on,
        ListColumn.OVERDUE_DAYS: max(0, (today - due_on).days) if due_on else None,
        ListColumn.HEADCOUNT: row["matter__headcount"],
        ListColumn.HANDLER: names.officers.get(row["handler_id"], ""),
        ListColumn.TITLE: row["matter__title"],
        ListColumn.PETITIONER: person,
    }


class _Names:
    """Names of organs, classes and handlers, each asked for once."""

    def __init__(self):
        self.organs: dict[int, str] = {}
        self.classes: dict[int, str] = {}
        self.officers: dict[int, str] = {}

    def learn(self, rows: list[dict]) -> None:
        organ_fields = ("matter__unit_id", "organisation_id", "matter__place_id")
        _learn(self.organs, Organisation, "name", {row[field] for row in rows for field in organ_fields})
        _learn(self.classes, ContentClass, "name", {row["matter__content_class_id"] for row in rows})
        _learn(self.officers, Officer, "user__name", {row["handler_id"] for row in rows})


def _learn(known: dict[int, str], model, field: str, ids: set[int | None]) -> None:
    new = ids - {None} - set(known)
    if new:
        known.update(model.objects.filter(pk__in=new).order_by().values_list("pk", field))
