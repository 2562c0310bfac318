"""How many lie on a shelf: the statement is composed once for a set of roles, and asked anew with every page.

Composing the counts of a side bar took longer than answering them. What differs between two officers of the same roles is a few
numbers and the day: each statement is composed for a stand-in whose numbers occur nowhere else, and they are exchanged in its
parameters. Counts stop at COUNTED_TO, that of the list shown at TOTAL_TO.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, ExpressionWrapper, QuerySet

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
DAY = date(5000, 7, 1)  # stands for today
SPAN_DAYS = 3650  # days this near to DAY are counted from it
POST, UNIT, USER, LFT, RGT, FIRST, LAST = range(-1907, -1900)
Statement = tuple[str, tuple]
_many_open: dict[int, float] = {}  # organisation: when it last had too many open desks, in this process


@dataclass(frozen=True)
class Wanted:
    """One count: of a shelf, narrowed."""

    shelf: str
    chosen: Chosen = EVERYTHING
    limit: int = COUNTED_TO


def count(officer: Officer, today: date, wanted: dict[str, Wanted], more: dict[str, QuerySet] | None = None) -> dict[str, int]:
    """How many each of `wanted`, and of the query sets `more`, has; one statement.

    A second one where the own open desks are too many to be looked through at once, the first time in a while.
    """
    looked_through = _within_own(officer, wanted)
    rest = {name: one for name, one in wanted.items() if name not in looked_through}
    found = _ask(officer, today, rest, looked_through, more or {})
    if found.pop(ALL_OF_OWN, 0) < OWN_AT_ONCE:
        return found
    _many_open[officer.organisation_id] = time.monotonic()
    unsure = {name: one for name, one in looked_through.items() if found[name] < one.limit}
    return found | _ask(officer, today, unsure, {}, {})


def _within_own(officer: Officer, wanted: dict[str, Wanted]) -> dict[str, Wanted]:
    """What can be told in one walk over the open desks of the own organisation; nothing where they were too many lately."""
    if time.monotonic() - _many_open.get(officer.organisation_id, -MANY_FOR) < MANY_FOR:
        return {}
    first, last = officer.scope
    only_own = first == last and not officer.role_set & ASSIGNED_READERS
    return {
        name: one
        for name, one in wanted.items()
        if shelves.BY_KEY[one.shelf].own_open or (only_own and shelves.BY_KEY[one.shelf].is_open and one.shelf)
    }


def _ask(officer: Officer, today: date, each: dict[str, Wanted], at_once: dict[str, Wanted], more: dict) -> dict[str, int]:
    parts = {name: statement(officer, today, one) for name, one in each.items()}
    parts |= {name: _limited(query, COUNTED_TO) for name, query in more.items()}
    asked = {name: part for name, part in parts.items() if part}
    columns = [f"(SELECT count(*) FROM ({sql}) AS counted)" for sql, _params in asked.values()]
    params = [value for _sql, values in asked.values() for value in values]
    found, names, tables = dict.fromkeys([*parts, *at_once], 0), list(asked), ""
    own = _filled(officer, today, _composed_at_once(*_kind_of(officer), tuple(at_once.values()))) if at_once else None
    if own:
        names += [ALL_OF_OWN, *at_once]
        columns += ["own.*"]
        sums = ", ".join(f"count(*) FILTER (WHERE is_{place})" for place in range(len(at_once)))
        tables = f" FROM (SELECT count(*), {sums} FROM ({own[0]}) AS looked_through) AS own"
        params += own[1]
    if names:
        answer = by_index.fetch(f"SELECT {', '.join(columns)}{tables}", params)[0]
        found |= dict(zip(names, answer, strict=True))
    limits = {name: one.limit for name, one in at_once.items()}
    return {name: min(number, limits.get(name, number)) for name, number in found.items()}


def statement(officer: Officer, today: date, wanted: Wanted) -> Statement | None:
    """The rows to count, as SQL with the officer's own numbers; None where there can be none."""
    return _filled(officer, today, _composed(*_kind_of(officer), wanted))


def _kind_of(officer: Officer) -> tuple[frozenset[str], bool]:
    """What statements differ by: the roles, and whether the post looks over its own organisation only."""
    first, last = officer.scope
    return frozenset(officer.roles), first == last


def _filled(officer: Officer, today: date, composed: Statement | None) -> Statement | None:
    """The statement with this officer's numbers and this day; None where nothing may be seen."""
    if composed is None or not (officer.active and officer.user.is_active):
        return None
    sql, params = composed
    organisation = officer.organisation
    own = {
        POST: officer.pk, UNIT: organisation.pk, USER: officer.user_id, LFT: organisation.lft, RGT: organisation.rgt,
        FIRST: organisation.territory_lft, LAST: organisation.territory_rgt,
    }  # fmt: skip
    return sql, tuple(_exchanged(value, own, today) for value in params)


def _exchanged(value, own: dict[int, int], today: date):
    if isinstance(value, date):
        days = (value - DAY).days if type(value) is date else SPAN_DAYS
        return today + timedelta(days=days) if abs(days) < SPAN_DAYS else value
    if isinstance(value, int) and value in own:
        return type(value)(own[value])  # the kinds of numbers that the driver knows apart stay what they are
    return value


@lru_cache(maxsize=2048)
def _composed(roles: frozenset[str], one_unit: bool, wanted: Wanted) -> Statement | None:
    shelf = shelves.BY_KEY[wanted.shelf]
    return _limited(shelf.narrowed(stand_in(roles, one_unit), DAY, wanted.chosen), wanted.limit)


@lru_cache(maxsize=2048)
def _composed_at_once(roles: frozenset[str], one_unit: bool, wanted: tuple[Wanted, ...]) -> Statement | None:
    """The open desks of the own organisation, OWN_AT_ONCE at most, each with an answer for every one of `wanted`."""
    officer = stand_in(roles, one_unit)
    desks = Referral.objects.visible_to(officer).filter(shelves.own(officer, is_open=True))
    answers = {
        f"is_{place}": ExpressionWrapper(shelves.BY_KEY[one.shelf].asks(officer, DAY, one.chosen), BooleanField())
        for place, one in enumerate(wanted)
    }
    try:
        found = desks.order_by().annotate(**answers).values(*answers)[:OWN_AT_ONCE]
        sql, params = found.query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, tuple(params)


def stand_in(roles: Iterable[str], one_unit: bool) -> Officer:
    """A post that nobody holds. `one_unit`: it looks over its own organisation only."""
    last = FIRST if one_unit else LAST
    unit = Organisation(pk=UNIT, lft=LFT, rgt=RGT, territory_lft=FIRST, territory_rgt=last)
    return Officer(pk=POST, user=User(pk=USER, is_active=True), organisation=unit, roles=sorted(roles), active=True)


def _limited(query: QuerySet, limit: int) -> Statement | None:
    try:
        sql, params = query.order_by().values("pk")[:limit].query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, tuple(params)


def with_only(chosen: Chosen, name: str) -> Chosen:
    """The same choices, narrowed to one tile (已超期, 快到期, 有新动态)."""
    return replace(chosen, only=name)


def shown_count(number: int) -> str:
    """14, or 99+; nothing for 0."""
    return f"{COUNTED_TO - 1}+" if number >= COUNTED_TO else str(number or "")
