"""How often a source may try: counted in PostgreSQL, per canonical key, delaying rather than locking anybody out."""

from datetime import datetime

from django.db import connection

from .models import Attempt


def allow(key: str, *, limit: int, at: datetime, minutes: int = 1) -> bool:
    """Count one try of `key` and say whether it is within `limit` tries in the last `minutes` whole minutes.

    The count commits with the caller's transaction; call it before work that may roll back.
    """
    minute = int(at.timestamp() // 60)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Attempt._meta.db_table} (key, minute, count) VALUES (%s, %s, 1) "
            "ON CONFLICT (key, minute) DO UPDATE SET count = people_attempt.count + 1",
            [key[:120], minute],
        )
        cursor.execute(
            f"SELECT coalesce(sum(count), 0) FROM {Attempt._meta.db_table} WHERE key = %s AND minute > %s",
            [key[:120], minute - minutes],
        )
        return cursor.fetchone()[0] <= limit


def tried(key: str, *, at: datetime) -> int:
    """How often `key` was tried in this minute, without counting."""
    row = Attempt.objects.filter(key=key[:120], minute=int(at.timestamp() // 60)).first()
    return row.count if row else 0


def forget_before(at: datetime) -> int:
    """Drop counts older than a day; called by the worker."""
    return Attempt.objects.filter(minute__lt=int(at.timestamp() // 60) - 1440).delete()[0]
