"""The queue of deliveries: claim a few with SKIP LOCKED, do each in its own transaction, take over what a dead worker left.

A claim is a lease: `next_try_at` is set ahead, and whoever finds it passed may claim again. While a delivery is worked on its row is
locked, so that a slow worker never loses it to another; a killed one loses its locks at once and its leases after XINQIAO_LEASE_SECONDS.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from xinqiao import metrics
from xinqiao.matters.models import Delivery

logger = logging.getLogger("xinqiao.jobs")

TRIES = 8
FIRST_PAUSE = timedelta(
    seconds=10
)  # then three times as long each time: the eighth try is about three hours after the first
BATCH = 20


def claim(name: str, *, at: datetime, batch: int = BATCH) -> list[int]:
    """Ids of up to `batch` deliveries that are owed, now leased to worker `name`."""
    lease = at + timedelta(seconds=settings.XINQIAO_LEASE_SECONDS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH due AS (SELECT id FROM matters_delivery"
            "  WHERE state IN ('pending', 'claimed') AND next_try_at <= %s"
            "  ORDER BY next_try_at, id LIMIT %s FOR UPDATE SKIP LOCKED)"
            " UPDATE matters_delivery AS d"
            " SET state = 'claimed', claimed_by = %s, next_try_at = %s"
            " FROM due WHERE d.id = due.id RETURNING d.id",
            [at, batch, name, lease],
        )
        return sorted(row[0] for row in cursor.fetchall())


def work_off(delivery_id: int, name: str, do: Callable[[Delivery], tuple[str, str]], *, at: datetime) -> bool:
    """Do one delivery that `name` has claimed: what `do` changes and the note that it is done commit together.

    `do` returns (state, result). Whatever it raises is noted, and tried again later; after TRIES it is parked with an alarm.
    Returns whether it was done; False also when somebody else has it now.
    """
    if not _count_try(delivery_id, name):
        return False
    try:
        with transaction.atomic():
            row = _mine(delivery_id, name)
            if row is None:
                return False
            if row.attempts > TRIES:  # it killed its workers, or they were killed, every time
                raise RuntimeError("tried too often")
            state, result = do(row)
            Delivery.objects.filter(pk=row.pk).update(state=state, result=result[:500], error="", done_at=at)
        metrics.job("reaction", row.reaction, state)
        return True
    except Exception as error:
        _note_failure(delivery_id, name, error, at=at)
        return False


def _count_try(delivery_id: int, name: str) -> int:
    """Count the try before it is made, and only of the one delivery: what kills its worker must not wear out its neighbours."""
    mine = Delivery.objects.filter(pk=delivery_id, state="claimed", claimed_by=name)
    return mine.update(attempts=F("attempts") + 1)


def _mine(delivery_id: int, name: str) -> Delivery | None:
    mine = Delivery.objects.filter(pk=delivery_id, state="claimed", claimed_by=name)
    return mine.select_for_update(skip_locked=True).first()


def _note_failure(delivery_id: int, name: str, error: Exception, *, at: datetime) -> None:
    with transaction.atomic():
        row = _mine(delivery_id, name)
        if row is None:
            return
        parked = row.attempts >= TRIES
        row.state = "failed" if parked else "pending"
        row.next_try_at = at + FIRST_PAUSE * 3 ** (row.attempts - 1)
        row.error = type(error).__name__  # the message may quote what a person wrote
        row.save(update_fields=["state", "next_try_at", "error"])
    metrics.job("reaction", row.reaction, "failed" if parked else "again")
    about = {"delivery_id": delivery_id, "reaction": row.reaction, "attempts": row.attempts}
    if parked:
        logger.error("delivery.failed", extra=about, exc_info=error)
    else:
        logger.warning("delivery.try_again", extra=about, exc_info=error)


def add(event_id: int, matter_id: int, reactions, *, at: datetime) -> int:
    """Owe reactions to an event; those that are owed already stay as they are."""
    rows = [
        Delivery(event_id=event_id, matter_id=matter_id, reaction=reaction, next_try_at=at) for reaction in reactions
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def retry(delivery: Delivery, *, at: datetime) -> None:
    """An operator has mended the cause: try a parked delivery again."""
    Delivery.objects.filter(pk=delivery.pk, state="failed").update(state="pending", attempts=0, next_try_at=at)
