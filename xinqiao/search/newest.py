"""Look for the newest matches from the newest entry backwards, each look as far as the one before makes it likely that it has enough.

Where the scope is most of everything, the newest entries are walked in the order of receipt first and their texts compared: a common word is
there at once, a filter that the index of words answers dearly is a column of the row, and what it costs does not depend on how many there are.
What is further back the index of words finds, a window of time after the other; its size follows from how much the looks before have found.

Never "ORDER BY received_at LIMIT 20" beside the match: the planner then walks the years (2,900 ms for a rare word of 500,000 texts).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import prod

from django.db import connection
from django.utils.timezone import get_default_timezone, localdate

from . import commonness, marks
from .query import ALWAYS, COMMON, Asked, Found, Position, position, share_of_any

WALKED = 2000  # entries of the first look: 3 ms
WALKED_BESIDE = 3000  # rows of another table
FURTHER, FURTHER_BESIDE = 2, 5  # times as many as were found may be missing to walk on: a row that is not asked for costs less than a text
FIRST = 300  # matches in the first window of a narrow scope, as far as can be guessed
NARROWER, WIDER = 0.5, 64  # a window is so many times as wide as the look before it
MORE = 1.5  # as far again by a half as should be enough
READ_AT_MOST = 2000  # rows of which the text is compared instead of reading the long list of a common word


def newest(asked: Asked, *, enough: int, after: Position | None = None) -> Found:
    """The newest matching entries behind `after`, `enough` of them if there are as many."""
    rows, before, most, last = [], after, enough + 1, None
    walking = asked.is_walked
    while walking:
        found = _ask(*walk(asked, before, most - len(rows)))
        end = found.pop() if found and found[-1][2] else None
        rows += [row[:2] for row in found]
        if end is None or len(rows) == most:  # nothing is left, or there is enough
            return Found(rows[:enough], complete=len(rows) <= enough)
        start, before = before, position(*end[:2])
        last = Look(_days(asked, start, before), len(found))
        walking = MORE * (most - len(rows)) <= (FURTHER_BESIDE if asked.walk else FURTHER) * len(found)
    while len(rows) < most:
        window = next_window(asked, before, most - len(rows), last)
        found = _ask(*statement(asked, window, before, most - len(rows)))
        rows += found
        if window.begin is None:
            break
        start, before = before, Position(_midnight(window.begin), 0)
        last = Look(_days(asked, start, before), len(found))
    return Found(rows[:enough], complete=len(rows) <= enough)


@dataclass(frozen=True)
class Look:
    """How many days the last look reached back, and how many it found."""

    days: float
    found: int


def _days(asked: Asked, start: Position | None, end: Position) -> float:
    begun = start.received_at if start else _midnight(_last_day(asked) + timedelta(days=1))
    return max((begun - end.received_at) / timedelta(days=1), 0.01)


def _last_day(asked: Asked) -> date:
    return min(max(localdate(), commonness.pace().newest), asked.last or date.max)


def _ask(sql: str, values: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


_MICROSECONDS = "(extract(epoch FROM received_at) * 1000000)::bigint"


# ---- walking -------------------------------------------------------------------------------------------------------------


def walk(asked: Asked, before: Position | None, most: int) -> tuple[str, list]:
    """The matches among the newest rows, `most` of them, then the last row that was walked, marked, if there are not so many.

    PostgreSQL takes them as they are written and stops as soon as it has enough.
    """
    beside = asked.walk
    table, key = (beside.table, beside.key) if beside else ("search_searchentry", "matter_id")
    bounds, limits = _bounds(asked, before, "received_at", key)
    where = " AND ".join([*bounds, *([beside.only] if beside else [])]) or "true"
    limits += beside.only_values if beside else ()
    order = f"WHERE {where} ORDER BY received_at DESC, {key} DESC"
    checks, texts = _checks(asked, [term.text for term in asked.terms])
    if beside:
        rows = f"SELECT {key} AS matter_id, received_at, ({beside.fits}) AS fits FROM {table} {order} LIMIT {WALKED_BESIDE}"
        hits = (
            f"SELECT walked.matter_id, {_MICROSECONDS.replace('received_at', 'walked.received_at')}, false FROM ({rows}) AS walked"
            f" JOIN search_searchentry AS e ON e.matter_id = walked.matter_id WHERE walked.fits AND {checks}"
            " ORDER BY walked.received_at DESC, walked.matter_id DESC"
        )
        values, walked = [*beside.fits_values, *limits, *texts], WALKED_BESIDE
    else:
        rows = f"SELECT matter_id, received_at, petition, answer FROM {table} {order} LIMIT {WALKED}"
        hits = f"SELECT matter_id, {_MICROSECONDS}, false FROM ({rows}) AS walked WHERE {checks} ORDER BY received_at DESC, matter_id DESC"
        values, walked = [*limits, *texts], WALKED
    last = f"SELECT {key}, {_MICROSECONDS}, true FROM {table} {order} OFFSET {walked - 1} LIMIT 1"
    return f"SELECT * FROM (({hits}) UNION ALL ({last})) AS found LIMIT %s", [*values, *limits, most]


# ---- windows -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """Days from `begin` on (None: everything that is left), marks of which everything received then has one, and about how many
    entries of everybody lie in it."""

    begin: date | None
    group: tuple[str, ...] = ()
    entries: float = float("inf")


def next_window(asked: Asked, before: Position | None, missing: int, last: Look | None) -> Window:
    """How far to look next behind `before`, when so many are missing."""
    pace, last_day = commonness.pace(), _last_day(asked)
    if last:
        days = last.days * (min(max(MORE * missing / last.found, NARROWER), WIDER) if last.found else WIDER)
    else:
        days = FIRST / (_share(asked) * _share_of_terms(asked) * pace.a_day)
    # A position without a matter is a midnight, up to which everything was looked at: the day before is next.
    top = min(localdate(before.received_at - timedelta(microseconds=not before.matter_id)), last_day) if before else last_day
    oldest = max(pace.oldest, asked.first)
    left = (top - oldest).days + 1
    if days * 2 > left or left * pace.a_day * _share(asked) * _share_of_terms(asked, together=True) < READ_AT_MOST:
        return Window(None, entries=left * pace.a_day)
    begin, group = marks.since(oldest, top, span=int(days) + 1)
    return Window(begin, tuple(group), days * pace.a_day)


def _share(asked: Asked) -> float:
    """About how much of everything lies in the scope and in the rarest group that is asked for."""
    return min([share_of_any(group) or commonness.UNKNOWN for group in (asked.scope, *asked.groups) if group] or [1.0])


def _share_of_terms(asked: Asked, *, together: bool = False) -> float:
    """About how many of those have the rarest term; `together`: all of them, as if none went along with another."""
    shares = [min([asked.share_of(token) or commonness.UNKNOWN for token in term.tokens] or [1.0]) for term in asked.terms]
    return (prod(shares) if together else min(shares)) if shares else 1.0


def statement(asked: Asked, window: Window, before: Position | None, most: int) -> tuple[str, list]:
    """The newest `most` of a window. It is ordered and cut by a sum, which no index has: the planner would walk the years."""
    text, unproved = _narrowing(asked, window)
    bounds, values = _bounds(asked, before, "received_at + interval '0'", "matter_id")
    if window.begin:
        bounds.append("received_at + interval '0' >= %s")
        values.append(_midnight(window.begin))
    checks, texts = _checks(asked, unproved)
    where = " AND ".join(["words @@ %s::tsquery", *bounds, checks])
    return (
        f"SELECT matter_id, {_MICROSECONDS} FROM search_searchentry WHERE {where}"
        " ORDER BY received_at + interval '0' DESC, matter_id DESC LIMIT %s",
        [text, *values, *texts, most],
    )


def _narrowing(asked: Asked, window: Window) -> tuple[str, list[str]]:
    """The tsquery that is worth asking the index, and the terms that must be looked for in the texts of what it finds."""
    parts = [marks.any_of(group) for group in asked.groups]
    if asked.scope and not asked.is_wide:
        parts.append(marks.any_of(asked.scope))
    rare = {term: [token for token in term.tokens if asked.share_of(token) < COMMON] for term in asked.terms}
    narrowest = min([_share(asked), *(commonness.UNKNOWN for tokens in rare.values() if tokens)])
    if not (window.group or parts or any(rare.values())) or window.entries * narrowest > READ_AT_MOST:
        rare = {term: list(term.tokens) for term in asked.terms}
    parts += [asked.inside(tokens) for tokens in rare.values() if tokens]
    parts += [marks.any_of(window.group)] if window.group else []
    unproved = [term.text for term, tokens in rare.items() if term.checked or len(tokens) < len(term.tokens) or not tokens]
    return " & ".join(parts), unproved


# ---- parts of a statement ------------------------------------------------------------------------------------------------


def _bounds(asked: Asked, before: Position | None, received: str, key: str) -> tuple[list[str], list]:
    """Behind the position, within the days that were asked for."""
    parts, values = [], []
    if before:
        parts.append(f"({received}, {key}) < (%s, %s)")
        values += [before.received_at, before.matter_id]
    if asked.first > ALWAYS:
        parts.append(f"{received} >= %s")
        values.append(_midnight(asked.first))
    if asked.last:
        parts.append(f"{received} < %s")
        values.append(_midnight(asked.last + timedelta(days=1)))
    return parts, values


def _checks(asked: Asked, texts: list[str]) -> tuple[str, list[str]]:
    """Each of these stands in one of the texts."""
    one = "(strpos(petition, %s) > 0 OR strpos(answer, %s) > 0)" if asked.answers else "strpos(petition, %s) > 0"
    return " AND ".join([one] * len(texts)) or "true", [text for text in texts for _ in range(2 if asked.answers else 1)]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=get_default_timezone())
