"""Ask the index: the newest matches first, window by window, and those that fit best.

The newest twenty of a common word lie in the last days, those of a rare one anywhere. So a search looks at the last days first, by the
time marks in the same index, and widens fourfold until it has enough: what a search costs depends on what it finds, not on how much there
is. Never "ORDER BY received_at LIMIT 20" beside the match: the planner then walks the years (2,900 ms for a rare word of 500,000 texts).
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.utils.timezone import get_default_timezone, localdate

from . import marks
from .models import SearchEntry
from .words import Term

AT_ONCE = 3000  # entries in the first window, of everybody together
WIDER = 4
SPANS_OF_ONE_UNIT = (60, 366)  # days; one desk has so few that the last days hold none
COUNTED_TO = 1000  # above: "1,000+"
ALWAYS = date(1990, 1, 1)  # before every petition here
_OFF_THE_INDEX = timedelta(0)


@dataclass(frozen=True)
class Asked:
    """What is looked for: all terms, and of each group of marks at least one. `answers`: also in the opinions. `fixed`: a part of
    the tsquery that is written already."""

    terms: tuple[Term, ...]
    groups: tuple[tuple[str, ...], ...] = ()
    answers: bool = False
    first: date = ALWAYS
    last: date | None = None
    fixed: str = ""

    def text_of(self, *more: tuple[str, ...]) -> str:
        """The tsquery, with `more` groups."""
        parts = [self._term(term) for term in self.terms if term.tokens]
        parts += [f"({self.fixed})"] if self.fixed else []
        return " & ".join([*parts, *(marks.any_of(group) for group in (*self.groups, *more))])

    def _term(self, term: Term) -> str:
        inside = marks.all_of(term.tokens)
        if not self.answers:
            return inside
        return f"({inside} | {marks.all_of(marks.ANSWER + token for token in term.tokens)})"

    def checked(self) -> list[Term]:
        """The terms that have to be looked for in the texts themselves, as they were typed."""
        return [term for term in self.terms if term.checked or not term.tokens]

    def checks(self) -> Q:
        """Each of them stands in one of the texts."""
        found = Q()
        for term in self.checked():
            inside = Q(petition__holds=term.text)
            found &= inside | Q(answer__holds=term.text) if self.answers else inside
        return found


@dataclass
class Position:
    """Behind which entry the next page begins."""

    received_at: datetime
    matter_id: int


@dataclass
class Found:
    """The newest candidates as (matter, received at in microseconds since 1970), and whether there are none beyond them."""

    rows: list[tuple[int, int]] = field(default_factory=list)
    complete: bool = False

    def position(self, matter_id: int) -> Position:
        """The place behind this one of the candidates."""
        return Position(_EPOCH + timedelta(microseconds=dict(self.rows)[matter_id]), matter_id)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def entries(asked: Asked, *more: tuple[str, ...]) -> QuerySet[SearchEntry]:
    return SearchEntry.objects.filter(asked.checks(), words__fits=asked.text_of(*more))


@dataclass(frozen=True)
class Window:
    """Days `begin` (None: from the first petition on) to before `end`, and marks of which everything received then has one."""

    begin: date | None
    end: date
    group: tuple[str, ...] = ()


def newest(asked: Asked, *, enough: int, after: Position | None = None, spans: tuple[int, ...] | None = None) -> Found:
    """The newest matching entries, `enough` of them if there are as many, in one statement.

    `spans`: days of the windows, where they do not follow from how much is received a day.
    """
    with connection.cursor() as cursor:
        cursor.execute(*statement(asked, enough + 1, after, spans))
        rows = cursor.fetchall()
    return Found(rows[:enough], complete=len(rows) <= enough)


def statement(asked: Asked, most: int, after: Position | None = None, spans: tuple[int, ...] | None = None) -> tuple[str, list]:
    """The newest `most`, window after window. PostgreSQL takes them in the order in which they are written and stops as soon as it
    has enough: what lies in the wider ones is not looked at."""
    parts = [_part(asked, window, after, most) for window in windows(asked, after, spans)]
    together = " UNION ALL ".join(sql for sql, _values in parts) or "SELECT 0, 0 WHERE false"  # no day is left
    return f"SELECT * FROM ({together}) AS found LIMIT %s", [*(value for _sql, values in parts for value in values), most]


_RECEIVED = "received_at + interval '0'"


def _part(asked: Asked, window: Window, after: Position | None, most: int) -> tuple[str, list]:
    """One window. It is ordered and cut by a sum, which no index has: the planner would walk the years, or read all of their days."""
    where, values = ["words @@ %s::tsquery"], [asked.text_of(*([window.group] if window.group else []))]
    end = asked.last + timedelta(days=1) if asked.last else window.end
    where.append(f"{_RECEIVED} < %s")
    values.append(_midnight(min(window.end, end)))
    if begin := max((day for day in (window.begin, asked.first if asked.first > ALWAYS else None) if day), default=None):
        where.append(f"{_RECEIVED} >= %s")
        values.append(_midnight(begin))
    if after:
        where.append(f"({_RECEIVED}, matter_id) < (%s, %s)")
        values += [after.received_at, after.matter_id]
    for term in asked.checked():
        where.append("(strpos(petition, %s) > 0 OR strpos(answer, %s) > 0)" if asked.answers else "strpos(petition, %s) > 0")
        values += [term.text] * (2 if asked.answers else 1)
    return (
        "(SELECT matter_id, (extract(epoch FROM received_at) * 1000000)::bigint FROM search_searchentry"
        f" WHERE {' AND '.join(where)} ORDER BY {_RECEIVED} DESC, matter_id DESC LIMIT %s)",
        [*values, most],
    )


def windows(asked: Asked, after: Position | None, spans: tuple[int, ...] | None = None) -> Iterator[Window]:
    """From the last day backwards, each wider than the one before; the last one holds everything that is left."""
    pace = _pace()
    last = max(localdate(), pace.newest)
    if asked.last:
        last = min(last, asked.last)
    if after:
        last = min(last, localdate(after.received_at))
    end, oldest = last + timedelta(days=1), max(pace.oldest, asked.first)
    for span in spans or pace.spans((end - oldest).days):
        begin, group = marks.since(oldest, end - timedelta(days=1), span=span)
        if begin <= oldest:
            break
        yield Window(begin, end, tuple(group))
        end = begin
    if after is None and asked.first <= ALWAYS and asked.last is None:
        yield Window(None, end)  # all the rest, and what the windows before did not have enough of
        return
    first = asked.first if asked.first > ALWAYS else oldest  # from a day that was asked for: older ones may have come in meanwhile
    if first < end:
        yield Window(first, end, tuple(marks.since(first, end - timedelta(days=1), span=(end - first).days)[1]))
        end = first
    if asked.first <= ALWAYS:
        yield Window(None, end)


@dataclass(frozen=True)
class Pace:
    """The first and the last day of the entries, and in how many days the last AT_ONCE were received."""

    oldest: date
    newest: date
    days: int

    def spans(self, days: int) -> Iterator[int]:
        span = self.days
        while span < days:
            yield span
            days -= span
            span *= WIDER


_read: dict[str, tuple[float, object]] = {}
KEPT_FOR = 600  # seconds: it only decides where to look first


def _kept(name: str, read):
    """What `read` found at most ten minutes ago."""
    at, found = _read.get(name, (0.0, None))
    if found is None or time.monotonic() - at > KEPT_FOR:
        found = read()
        _read[name] = (time.monotonic(), found)
    return found


def _pace() -> Pace:
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
    days = (newest - (before or oldest)).days + 1
    return Pace(localdate(oldest), localdate(newest), days)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=get_default_timezone())


# ---- the best first ----------------------------------------------------------------------------------------------------


def best(asked: Asked, ids: Iterable[int]) -> list[int]:
    """These matters, those that fit best first: words in the title, then how often they come; among equals the newer one."""
    rows = SearchEntry.objects.filter(pk__among=list(ids)).values_list("petition", "answer", "received_at", "matter_id")
    scored = [(_score(asked, petition, answer), at, pk) for petition, answer, at, pk in rows]
    return [pk for _score_of, _at, pk in sorted(scored, reverse=True)]


def _score(asked: Asked, petition: str, answer: str) -> int:
    title, _line_end, rest = petition.partition("\n")
    text = f"{rest}\n{answer}" if asked.answers else rest
    return sum(10 * (term.text in title) + min(text.count(term.text), 5) for term in asked.terms)


# ---- texts that are much the same ----------------------------------------------------------------------------------------


def common_tokens() -> frozenset[str]:
    """The tokens that most entries have, as PostgreSQL noted them when it last analysed the table; read again every ten minutes."""
    return _kept("common", _read_common)


def _read_common() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT most_common_elems::text::text[] FROM pg_stats WHERE tablename = 'search_searchentry' AND attname = 'words'"
        )
        row = cursor.fetchone()
    return frozenset(row[0] or ()) if row else frozenset()


def most_alike(asked: Asked, *, but: int, most: int) -> list[tuple[int, str]]:
    """(matter, petition text) of the newest entries that fit `asked`, without the matter `but`."""
    order = F("received_at") + Value(_OFF_THE_INDEX)
    rows = entries(asked).exclude(pk=but).order_by(order.desc(), "-matter_id")
    return list(rows.values_list("matter_id", "petition")[:most])
