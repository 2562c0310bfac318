"""Marks: index words that no text can have (they hold a colon), which say who may find an entry, when it came and what it is.

    o:12  lies, or lay, on a desk of organisation 12 or of one below it      d:12  on a desk of organisation 12 itself
    s:12  a report under seal on a desk of organisation 12 (and none of the others); p:12  one that it passed to the discipline organ
    h:7   given to, or registered by, the officer 7
    t:2026 t:202611 t:20261118   the year, month and day it was received
    k:… c:… g:… a:…   kind, channel, stage group, content class

Marks narrow what is looked at; who may open a matter is decided by `visible_to` alone, each time.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta

ANSWER = "="  # before each token of the answer part


def day_marks(day: date) -> set[str]:
    return {f"t:{day:%Y}", f"t:{day:%Y%m}", f"t:{day:%Y%m%d}"}


def since(first: date, last: date, *, span: int) -> tuple[date, list[str]]:
    """Marks that hold together all days of the last `span` days before `last`, and the first day they hold; not before `first`.

    Up to sixteen days they are days, up to a year months, beyond that years: a month as a whole is a great deal where many write, but each
    mark beside the others makes every entry that has one of them dearer.
    """
    start = max(last - timedelta(days=span - 1), first)
    if span <= 16:
        return start, [f"t:{start + timedelta(days=n):%Y%m%d}" for n in range((last - start).days + 1)]
    if span <= 366:
        start = start.replace(day=1)
        months = range(start.year * 12 + start.month - 1, last.year * 12 + last.month)
        return start, [f"t:{month // 12:04d}{month % 12 + 1:02d}" for month in months]
    start = start.replace(month=1, day=1)
    return start, [f"t:{year:04d}" for year in range(start.year, last.year + 1)]


def digest(marks: Iterable[str]) -> str:
    """Tells whether the marks have changed."""
    return hashlib.blake2b("\n".join(sorted(marks)).encode(), digest_size=8).hexdigest()


def quoted(mark: str) -> str:
    """One index word inside a tsquery."""
    return "'" + mark.replace("\\", "\\\\").replace("'", "''") + "'"


def any_of(marks: Iterable[str]) -> str:
    return "(" + " | ".join(map(quoted, marks)) + ")"


def all_of(marks: Iterable[str]) -> str:
    return "(" + " & ".join(map(quoted, marks)) + ")"
