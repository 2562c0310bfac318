"""How often a source may try: counted in PostgreSQL, per canonical key, delaying rather than locking anybody out.

`wait` counts exactly, in a window that slides; `allow` counts whole minutes, which is cheaper for limits of many hundred.
The numbers are in rules/rate_limits.py.
"""

import math
from datetime import datetime

from django.db import connection

from xinqiao.rules.rate_limits import RateLimit

from .models import Attempt

_COUNT = """
INSERT INTO people_recenttries AS r (key, moments, granted) VALUES (%(key)s, ARRAY[%(now)s::float8], true)
ON CONFLICT (key) DO UPDATE SET (moments, granted) = (
    SELECT CASE WHEN cardinality(kept) < %(most)s THEN kept || %(now)s::float8 ELSE kept END, cardinality(kept) < %(most)s
    FROM (SELECT coalesce(array_agg(m ORDER BY m), '{}') AS kept FROM unnest(r.moments) m WHERE m > %(now)s - %(seconds)s) k
)
RETURNING granted, moments[1]
"""


def wait(key: str, limit: RateLimit, *, at: datetime) -> int:
    """Count one try of `key`: 0 when it is within `limit`, else the seconds until the next one would be.

    No window of `limit.seconds` ever holds more than `limit.most` counted tries, however many come at once. A refused try is not
    counted, so that waiting always helps. Commits with the caller's transaction; call it before work that may roll back.
    """
    now = at.timestamp()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key[:120], "now": now, "most": limit.most, "seconds": limit.seconds})
        granted, oldest = cursor.fetchone()
    return 0 if granted else max(1, math.ceil(oldest + limit.seconds - now))


def give_back(key: str, *, at: datetime) -> None:
    """The try counted at `at` was a right one: it does not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_recenttries SET moments = array_remove(moments, %s::float8) WHERE key = %s",
            [at.timestamp(), key[:120]],
        )


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


def tried(key: str, *, at: datetime, minutes: int = 1) -> int:
    """How often `key` was tried in the last `minutes` whole minutes, without counting."""
    recent = Attempt.objects.filter(key=key[:120], minute__gt=int(at.timestamp() // 60) - minutes)
    return sum(recent.values_list("count", flat=True))


def forget_before(at: datetime) -> int:
    """Drop counts older than a day; called by the worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM people_recenttries WHERE moments[cardinality(moments)] < %s", [at.timestamp() - 86400]
        )
        gone = cursor.rowcount
        cursor.execute("DELETE FROM people_recenttries WHERE moments = '{}'")
    return gone + Attempt.objects.filter(minute__lt=int(at.timestamp() // 60) - 1440).delete()[0]
