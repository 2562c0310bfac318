"""How many lie on a shelf: the statement is composed once for a set of roles, and asked anew with every page.

Composing the counts of a side bar took longer than answering them. What differs between two officers of the same roles is a few
numbers and the day: each statement is composed for a stand-in whose numbers occur nowhere else, and they are exchanged in its
parameters. Counts stop at COUNTED_TO, that of the list shown at TOTAL_TO.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.utils import timezone

from xinqiao.matters.models import ASSIGNED_READERS, Referral
from xinqiao.organisations.models import Officer, Organisation, User

from . import by_index, shelves
from .filters import EVERYTHING, Chosen

COUNTED_TO = 100  # in the side bar and on tiles: shown as 99+
TOTAL_TO = 500  # above the list: shown as 499 and more
TOTAL = "shown"
OWN_AT_ONCE = 1000  # own open desks looked through together; an office with more is asked shelf by shelf
MANY_FOR = 600  # seconds until that is tried again
ALL_OF_OWN = "all of own"
# A tile there, a shelf of its own.
SAME = {("unit", "unread"): "new", ("unit", "overdue"): "overdue", ("unit", "soon"): "due"}
DAY = date(5000, 7, 1)  # stands for today
MOMENT = datetime(5000, 7, 1, tzinfo=UTC)  # stands for now
SPAN_DAYS = 3650  # days this near to DAY are counted from it
POST, UNIT, USER, LFT, RGT, FIRST, LAST = range(-1907, -1900)
_many_open: dict[int, float] = {}  # organisation: when it last had too many open desks, in this process


@dataclass(frozen=True)
class Statement:
    """Rows to count, with the numbers of a stand-in."""

    sql: str
    params: tuple


@dataclass(frozen=True)
class Wanted:
    """One count: of a shelf, narrowed."""

    shelf: str
    chosen: Chosen = EVERYTHING
    limit: int = COUNTED_TO


Rows = Callable[[Officer, datetime], QuerySet]  # those of a post at a moment


def count(
    officer: Officer, today: date, wanted: dict[str, Wanted], more: dict[str, Rows] | None = None
) -> dict[str, int]:
    """How many each of `wanted`, and of the rows `more`, has; one statement.

    A second one where the own open desks are too many to be looked through at once, the first time in a while.
    """
    plain = {name: _plainest(officer, one) for name, one in wanted.items()}
    found = _found(officer, today, _once_each(plain.values()), more or {})
    told = {name: min(found[replace(one, limit=0)], one.limit) if one else 0 for name, one in plain.items()}
    return told | {name: found[name] for name in more or {}}


def _plainest(officer: Officer, one: Wanted) -> Wanted | None:
    """The same count said in the shortest way, so that what two shelves or a tile share is counted once; None where there is nothing.

    On 已超期 the tile 已超期 tells as much as the list; 有新动态 on 本单位在办 is 新到未看; who sees one organisation only finds its overdue
    desks on both of the shelves that hold them.
    """
    only, of_shelf = one.chosen.only, shelves.BY_KEY[one.shelf].only
    if not only:
        return one
    rest = replace(one, chosen=with_only(one.chosen, ""))
    if only == of_shelf:
        return rest
    if {only, of_shelf} == {"overdue", "soon"}:
        return None
    same = SAME.get((one.shelf, only))
    if same and not one.chosen.interval and (only == "unread" or _sees_own_only(officer)):
        return replace(rest, shelf=same)
    return one


def _once_each(wanted: Iterable[Wanted | None]) -> list[Wanted]:
    """Each count once, to the highest of the limits."""
    limits: dict[Wanted, int] = {}
    for one in wanted:
        if one:
            key = replace(one, limit=0)
            limits[key] = max(limits.get(key, 0), one.limit)
    return [replace(one, limit=limit) for one, limit in limits.items()]


def _found(officer: Officer, today: date, wanted: list[Wanted], more: dict[str, Rows]) -> dict[Wanted | str, int]:
    """The counts by what was wanted, its limit left out, and by the names of `more`."""
    at_once = _within_own(officer, wanted)
    found = _ask(officer, today, [one for one in wanted if one not in at_once], at_once, more)
    if found.pop(ALL_OF_OWN, 0) < OWN_AT_ONCE:
        return found
    _many_open[officer.organisation_id] = time.monotonic()
    unsure = [one for one in at_once if found[replace(one, limit=0)] < one.limit]
    return found | _ask(officer, today, unsure, [], {})


def _within_own(officer: Officer, wanted: list[Wanted]) -> list[Wanted]:
    """What can be told in one walk over the open desks of the own organisation; nothing where they were too many lately."""
    if time.monotonic() - _many_open.get(officer.organisation_id, -MANY_FOR) < MANY_FOR:
        return []
    only_own = _sees_own_only(officer)
    shelf_of = shelves.BY_KEY
    return [
        one
        for one in wanted
        if shelf_of[one.shelf].own_open or (only_own and shelf_of[one.shelf].is_open and one.shelf)
    ]


def _sees_own_only(officer: Officer) -> bool:
    first, last = officer.scope
    return first == last and not officer.role_set & ASSIGNED_READERS


def _ask(officer: Officer, today: date, each: list[Wanted], at_once: list[Wanted], more: dict[str, Rows]) -> dict:
    kind = _kind_of(officer)
    if not (officer.active and officer.user.is_active):
        return {replace(one, limit=0): 0 for one in (*each, *at_once)} | dict.fromkeys(more, 0)
    parts = {replace(one, limit=0): _composed(*kind, one) for one in each}
    parts |= {name: _composed_rows(*kind, officer.organisation.line, rows) for name, rows in more.items()}
    asked = {name: part for name, part in parts.items() if part}
    columns = [f"(SELECT count(*) FROM ({part.sql}) AS counted)" for part in asked.values()]
    params = [value for part in asked.values() for value in part.params]
    names, tables = list(asked), ""
    own = _composed_at_once(*kind, tuple(at_once)) if at_once else None
    if own:
        names += [ALL_OF_OWN, *(replace(one, limit=0) for one in at_once)]
        columns += ["own.*"]
        sums = ", ".join(f"count(*) FILTER (WHERE is_{place})" for place in range(len(at_once)))
        tables = f" FROM (SELECT count(*), {sums} FROM ({own.sql}) AS looked_through) AS own"
        params += own.params
    found = dict.fromkeys([*parts, *(replace(one, limit=0) for one in at_once)], 0)
    if names:
        asked_for = by_index.Question(f"SELECT {', '.join(columns)}{tables}", *_filled(officer, today, params))
        found |= dict(zip(names, by_index.asked_again(asked_for)[0], strict=True))
    return found


def _kind_of(officer: Officer) -> tuple[frozenset[str], bool]:
    """What statements differ by: the roles, and whether the post looks over its own organisation only."""
    first, last = officer.scope
    return frozenset(officer.roles), first == last


def _filled(officer: Officer, today: date, params: list) -> tuple[list, list]:
    """The values for this officer on this day, and of each what it stands for (by_index.Question)."""
    organisation = officer.organisation
    own = {
        POST: officer.pk, UNIT: organisation.pk, USER: officer.user_id, LFT: organisation.lft, RGT: organisation.rgt,
        FIRST: organisation.territory_lft, LAST: organisation.territory_rgt,
    }  # fmt: skip
    pairs = [_exchanged(value, own, today) for value in params]
    return [value for value, _mark in pairs], [mark for _value, mark in pairs]


def _exchanged(value, own: dict[int, int], today: date) -> tuple:
    """The value, and its mark; None for what is the same for all who ask the same."""
    if isinstance(value, datetime):
        now = timezone.now() if value == MOMENT else value
        return now, ("timestamptz", value)
    if isinstance(value, date):
        days = (value - DAY).days
        return (today + timedelta(days=days), ("date", days)) if abs(days) < SPAN_DAYS else (value, None)
    if isinstance(value, int) and value in own:
        return own[value], ("bigint" if value in (POST, UNIT, USER) else "integer", int(value))
    return value, None


@lru_cache(maxsize=2048)
def _composed(roles: frozenset[str], one_unit: bool, wanted: Wanted) -> Statement | None:
    """The rows of one count."""
    shelf = shelves.BY_KEY[wanted.shelf]
    return _limited(shelf.to_count(stand_in(roles, one_unit), DAY, wanted.chosen), wanted.limit)


@lru_cache(maxsize=256)
def _composed_rows(roles: frozenset[str], one_unit: bool, line: str, rows: Rows) -> Statement | None:
    """The rows of one count that is no shelf's; who is asked may depend on what the organisation is."""
    officer = stand_in(roles, one_unit)
    officer.organisation.line = line
    return _limited(rows(officer, MOMENT), COUNTED_TO)


@lru_cache(maxsize=2048)
def _composed_at_once(roles: frozenset[str], one_unit: bool, wanted: tuple[Wanted, ...]) -> Statement | None:
    """The open desks of the own organisation, OWN_AT_ONCE at most, each with an answer for every one of `wanted`."""
    officer = stand_in(roles, one_unit)
    desks = Referral.objects.counted_by(officer).filter(shelves.own(officer, is_open=True))
    answers = {
        f"is_{place}": ExpressionWrapper(shelves.BY_KEY[one.shelf].asks(officer, DAY, one.chosen), BooleanField())
        for place, one in enumerate(wanted)
    }
    try:
        found = desks.order_by().annotate(**answers).values(*answers)[:OWN_AT_ONCE]
        return Statement(*found.query.sql_with_params())
    except EmptyResultSet:
        return None


def stand_in(roles: Iterable[str], one_unit: bool) -> Officer:
    """A post that nobody holds. `one_unit`: it looks over its own organisation only."""
    last = FIRST if one_unit else LAST
    unit = Organisation(pk=UNIT, lft=LFT, rgt=RGT, territory_lft=FIRST, territory_rgt=last)
    return Officer(pk=POST, user=User(pk=USER, is_active=True), organisation=unit, roles=sorted(roles), active=True)


def _limited(query: QuerySet, limit: int) -> Statement | None:
    try:
        return Statement(*query.order_by().values("pk")[:limit].query.sql_with_params())
    except EmptyResultSet:
        return None


def with_only(chosen: Chosen, name: str) -> Chosen:
    """The same choices, narrowed to one tile (已超期, 快到期, 有新动态)."""
    return replace(chosen, only=name)


def shown_count(number: int) -> str:
    """14, or 99+; nothing for 0."""
    return f"{COUNTED_TO - 1}+" if number >= COUNTED_TO else str(number or "")
