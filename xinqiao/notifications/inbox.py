"""The bell of the workbench (站内提醒). A message is made, shown and counted only for who may open the matter (C-01)."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from xinqiao.database.composed import Composed
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer

from .models import InAppMessage

COUNTED_TO = 100  # the bell shows 99+
_unread_ids = Composed(  # asked with every page
    lambda officer_id: _unread(officer_id).order_by("-created_at").values_list("matter_id", flat=True)[:COUNTED_TO]
)


def tell(officers, text: str, *, matter: Matter, event_id: int, at: datetime, urgent: bool = False) -> int:
    """One line for each officer who may open the matter; told once per event. Returns how many may."""
    allowed = [one for one in officers if Matter.objects.visible_to(one).filter(pk=matter.pk).exists()]
    rows = [
        InAppMessage(officer=one, matter_id=matter.pk, event_id=event_id, text=text, urgent=urgent, created_at=at)
        for one in allowed
    ]
    InAppMessage.objects.bulk_create(rows, ignore_conflicts=True)
    return len(allowed)


def tell_own(officer: Officer, text: str, *, subject: str, at: datetime, urgent: bool = False) -> None:
    """One line about something that the officer asked for; told once for each `subject`."""
    row = InAppMessage(officer=officer, subject=subject, text=text, created_at=at, urgent=urgent)
    InAppMessage.objects.bulk_create([row], ignore_conflicts=True)


def tell_many(officers, text: str, *, subject: str, at: datetime, urgent: bool = False) -> int:
    """The same line to many, each told once for this `subject`; in statements of a thousand. Returns how many were given."""
    rows = [InAppMessage(officer=one, subject=subject, text=text, urgent=urgent, created_at=at) for one in officers]
    InAppMessage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return len(rows)


def unread_count(officer: Officer) -> int:
    """How many unread lines, counted to 100 at most. A matter that was hidden since is not counted."""
    ids = _unread_ids(officer_id=officer.pk)
    visible = set(_visible(officer, ids).values_list("pk", flat=True)) if any(ids) else ()
    return sum(matter_id is None or matter_id in visible for matter_id in ids)


def recent(officer: Officer, limit: int = 50) -> list[InAppMessage]:
    """The newest lines, each with its `matter` if it has one; lines on matters that are hidden from this officer now are left out."""
    rows = list(InAppMessage.objects.filter(officer=officer).order_by("-created_at", "-pk")[:limit])
    visible = {matter.pk: matter for matter in _visible(officer, [row.matter_id for row in rows])}
    shown = [row for row in rows if row.matter_id is None or row.matter_id in visible]
    for row in shown:
        row.matter = visible.get(row.matter_id)
    return shown


def mark_read(
    officer: Officer, *, at: datetime, message_ids=None, matter_id: int | None = None, subject: str = ""
) -> int:
    """Mark lines as read: these, those of one matter or one `subject` with its events (it was opened), or all."""
    rows = _unread(officer.pk)
    if message_ids is not None:
        rows = rows.filter(pk__in=message_ids)
    if matter_id is not None:
        rows = rows.filter(matter_id=matter_id)
    if subject:
        rows = rows.filter(Q(subject=subject) | Q(subject__startswith=f"{subject}:"))
    return rows.update(read_at=at)


def forget_before(at: datetime, *, days: int = 90, limit: int = 1000) -> int:
    """Read lines are dropped after `days`, unread ones after four times as long."""
    read = InAppMessage.objects.filter(read_at__lt=at - timedelta(days=days))
    old = InAppMessage.objects.filter(created_at__lt=at - timedelta(days=4 * days))
    ids = [*read.values_list("pk", flat=True)[:limit], *old.values_list("pk", flat=True)[:limit]]
    return InAppMessage.objects.filter(pk__in=ids).delete()[0]


def _unread(officer_id: int) -> QuerySet[InAppMessage]:
    return InAppMessage.objects.filter(officer_id=officer_id, read_at__isnull=True)


def _visible(officer: Officer, ids) -> QuerySet[Matter]:
    return Matter.objects.visible_to(officer).filter(pk__in=set(ids) - {None})
