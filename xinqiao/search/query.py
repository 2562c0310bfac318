"""What is asked of the index, and which of it fits best. `newest` looks for it from the newest entry backwards."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q, QuerySet

from . import commonness, marks
from .models import SearchEntry
from .words import Term

COUNTED_TO = 200  # above: "200+", ten pages; who finds more asks for less, and each one counted is looked up and checked
ALWAYS = date(1990, 1, 1)  # before every petition here
COMMON = 0.25  # a word or mark that so many entries have narrows little: its list is dearer to read than the entries that it leaves out


@dataclass(frozen=True)
class Walk:
    """Another table in the order of receipt, whose rows say what `Asked.groups` ask for: it is walked where the entries would be.

    `only`: which of its rows are walked, because an index has just these. `fits`: which of those are asked for.
    """

    table: str
    key: str
    only: str = "true"
    fits: str = "true"
    only_values: tuple = ()
    fits_values: tuple = ()


@dataclass(frozen=True)
class Asked:
    """What is looked for: all terms, one mark of the scope, and of each group of marks at least one. `answers`: also in the opinions.

    The scope only narrows: who asks decides afterwards what may be opened, so it need not be looked at where it leaves out little.
    """

    terms: tuple[Term, ...]
    groups: tuple[tuple[str, ...], ...] = ()
    answers: bool = False
    first: date = ALWAYS
    last: date | None = None
    scope: tuple[str, ...] = ()
    walk: Walk | None = None

    def text_of(self) -> str:
        """The whole tsquery."""
        parts = [self.inside(term.tokens) for term in self.terms if term.tokens]
        return " & ".join([*parts, *map(marks.any_of, filter(None, (self.scope, *self.groups)))])

    def inside(self, tokens: Iterable[str]) -> str:
        """All of these words in what was said, or all of them in the answer."""
        said = marks.all_of(tokens)
        return f"({said} | {marks.all_of(marks.ANSWER + token for token in tokens)})" if self.answers else said

    def checks(self) -> Q:
        """Each term that the words alone do not prove stands in one of the texts."""
        found = Q()
        for term in self.terms:
            if term.checked or not term.tokens:
                inside = Q(petition__holds=term.text)
                found &= inside | Q(answer__holds=term.text) if self.answers else inside
        return found

    def share_of(self, token: str) -> float:
        """The share of entries that have this word; 0 where nothing is noted of it."""
        shares = commonness.shares()
        return shares.get(token, 0) + (shares.get(marks.ANSWER + token, 0) if self.answers else 0)

    @property
    def is_wide(self) -> bool:
        """Whether the scope is a good part of everything."""
        return share_of_any(self.scope) >= COMMON

    @property
    def is_walked(self) -> bool:
        """Whether the newest entries may as well be walked one by one."""
        return self.is_wide and (not self.groups or self.walk is not None)


def share_of_any(group: Iterable[str]) -> float:
    """The share of entries that have one of these marks."""
    shares = commonness.shares()
    return sum(shares.get(mark, 0) for mark in group)


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
        return position(matter_id, dict(self.rows)[matter_id])


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def position(matter_id: int, microseconds: int) -> Position:
    return Position(_EPOCH + timedelta(microseconds=microseconds), matter_id)


def entries(asked: Asked) -> QuerySet[SearchEntry]:
    """Everything that fits, wherever it lies in time."""
    return SearchEntry.objects.filter(asked.checks(), words__fits=asked.text_of())


def best(asked: Asked, ids: Iterable[int]) -> list[int]:
    """These matters, those that fit best first: words in the title, then how often they come; among equals the newer one."""
    rows = SearchEntry.objects.filter(pk__among=list(ids)).values_list("petition", "answer", "received_at", "matter_id")
    scored = [(_score(asked, petition, answer), at, pk) for petition, answer, at, pk in rows]
    return [pk for _score_of, _at, pk in sorted(scored, reverse=True)]


def _score(asked: Asked, petition: str, answer: str) -> int:
    title, _line_end, rest = petition.partition("\n")
    text = f"{rest}\n{answer}" if asked.answers else rest
    return sum(10 * (term.text in title) + min(text.count(term.text), 5) for term in asked.terms)
