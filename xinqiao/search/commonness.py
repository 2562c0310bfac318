"""What PostgreSQL noted of the index when it last analysed it: how common a word or a mark is, how much is received a day.

It only decides where to look first, and in which order; what is found does not depend on it. Read again every ten minutes.
"""

import time
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db import connection
from django.utils.timezone import localdate

KEPT_FOR = 600  # seconds
UNKNOWN = 0.01  # share of entries that have a word of which nothing is noted: at most some hundredths, mostly far fewer
AT_ONCE = 3000  # entries by which the pace is taken

_read: dict[str, tuple[float, object]] = {}


def _kept(name: str, read):
    """What `read` found at most KEPT_FOR seconds ago."""
    at, found = _read.get(name, (0.0, None))
    if found is None or time.monotonic() - at > KEPT_FOR:
        found = read()
        _read[name] = (time.monotonic(), found)
    return found


def shares() -> dict[str, float]:
    """Of each of the commonest words and marks, the share of entries that have it."""
    return _kept("shares", _read_shares)


def _read_shares() -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats"
            " WHERE tablename = 'search_searchentry' AND attname = 'words'"
        )
        words, found = cursor.fetchone() or (None, None)
    return dict(zip(words or (), found or (), strict=False))  # beyond the words stand the least and the greatest share


@dataclass(frozen=True)
class Pace:
    """The first and the last day of the entries, and in how many days (or which part of one) the last AT_ONCE were received."""

    oldest: date
    newest: date
    days: float

    @cached_property
    def a_day(self) -> float:
        return AT_ONCE / self.days


def pace() -> Pace:
    return _kept("pace", _read_pace)


def _read_pace() -> Pace:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(received_at), max(received_at), (SELECT received_at FROM search_searchentry"
            f" ORDER BY received_at DESC, matter_id DESC OFFSET {AT_ONCE} LIMIT 1) FROM search_searchentry"
        )
        oldest, newest, before = cursor.fetchone()
    if oldest is None:
        return Pace(localdate(), localdate(), 1)
    return Pace(localdate(oldest), localdate(newest), max((newest - (before or oldest)) / timedelta(days=1), 0.01))
