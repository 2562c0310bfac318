"""Ask the index: the newest matches first, window by window, and those that fit best.

The newest twenty of a common word lie in the last days, those of a rare one anywhere. So a search looks at the last days first, by the
time marks in the same index, and widens tenfold until it has enough: what a search costs depends on what it finds, not on how much there
is. Never "ORDER BY received_at LIMIT 20" beside the match: the planner then walks the years (2,900 ms for a rare word of 500,000 texts).
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.utils.timezone import get_default_timezone, localdate

from . import marks
from .models import SearchEntry
from .words import Term

SPANS = (4, 60, 800)  # days of the windows; after them everything that is left
SPANS_OF_ONE_UNIT = (60,)  # one desk has so few that the last days hold none
FEW = 60  # found in a window of two months: what is left holds few enough to look at all at once
COUNTED_TO = 500  # above: "500+"; with a thousand the planner reads every desk of the office to see what may be opened
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

    def checks(self) -> Q:
        """Each term stands in one of the texts as it was typed."""
        found = Q()
        for term in self.terms:
            if term.checked or not term.tokens:
                inside = Q(petition__holds=term.text)
                found &= inside | Q(answer__holds=term.text) if self.answers else inside
        return found


@dataclass
class Position:
    """Behind which entry the next page begins."""

    received_at: datetime
    matter_id: int

    def beyond(self) -> Q:
        return Q(received_at__lt=self.received_at) | Q(received_at=self.received_at, matter_id__lt=self.matter_id)


@dataclass
class Found:
    """The newest candidates as (matter, received at), and whether there are none beyond them."""

    rows: list[tuple[int, datetime]] = field(default_factory=list)
    complete: bool = False


def entries(asked: Asked, *more: tuple[str, ...]) -> QuerySet[SearchEntry]:
    return SearchEntry.objects.filter(asked.checks(), words__fits=asked.text_of(*more))


def newest(asked: Asked, *, enough: int, after: Position | None = None, spans: tuple[int, ...] = SPANS) -> Found:
    """The newest matching entries, `enough` of them if there are as many: a statement for each window, and one for all that is left."""
    found = Found()
    last = _newest_day(asked, after)
    if last is None:
        return Found(complete=True)
    few = False
    for span in (*spans, None):
        if few and span:
            continue
        begin, group = marks.since(asked.first, last, span=span) if span else (asked.first, ())
        rows = entries(asked, *([tuple(group)] if group else [])).filter(received_on(asked.first, asked.last))
        if after:
            rows = rows.filter(after.beyond())
        # + 0: so that no index is in this order, and the matches are looked up first
        order = F("received_at") + Value(_OFF_THE_INDEX)
        found.rows = list(rows.order_by(order.desc(), "-matter_id").values_list("matter_id", "received_at")[: enough + 1])
        if len(found.rows) > enough:
            found.rows.pop()
            return found
        if begin <= asked.first:
            break
        few = span == SPANS[1] and len(found.rows) < FEW
    found.complete = True
    return found


def received_on(first: date, last: date | None) -> Q:
    """Received within these days of our calendar."""
    within = Q()
    if first > ALWAYS:
        within &= Q(received_at__gte=_midnight(first))
    return within & Q(received_at__lt=_midnight(last + timedelta(days=1))) if last else within


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=get_default_timezone())


def _newest_day(asked: Asked, after: Position | None) -> date | None:
    """The day to look back from: of the position, of the filter, or of the newest entry there is."""
    if after:
        return localdate(after.received_at)
    newest_at = SearchEntry.objects.order_by("-received_at", "-matter_id").values_list("received_at", flat=True).first()
    if newest_at is None:
        return None
    return min(localdate(newest_at), asked.last) if asked.last else localdate(newest_at)


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

_common: tuple[float, frozenset[str]] = (0.0, frozenset())
COMMON_FOR = 600  # seconds


def common_tokens() -> frozenset[str]:
    """The tokens that most entries have, as PostgreSQL noted them when it last analysed the table; read again every ten minutes."""
    global _common
    read_at, found = _common
    if time.monotonic() - read_at > COMMON_FOR or not read_at:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT most_common_elems::text::text[] FROM pg_stats WHERE tablename = 'search_searchentry' AND attname = 'words'"
            )
            row = cursor.fetchone()
        found = frozenset(row[0] or ()) if row else frozenset()
        _common = (time.monotonic(), found)
    return found


def most_alike(asked: Asked, *, but: int, most: int) -> list[tuple[int, str]]:
    """(matter, petition text) of the newest entries that fit `asked`, without the matter `but`."""
    order = F("received_at") + Value(_OFF_THE_INDEX)
    rows = entries(asked).exclude(pk=but).order_by(order.desc(), "-matter_id")
    return list(rows.values_list("matter_id", "petition")[:most])
