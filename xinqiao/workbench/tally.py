"""How many lie on a shelf: the statement is composed once for a set of roles, and asked anew with every page.

Composing the counts of a side bar took longer than answering them. What differs between two officers of the same roles is a few
numbers and the day: each statement is composed for a stand-in whose numbers occur nowhere else, and they are exchanged in its
parameters. Counts stop at COUNTED_TO, that of the list shown at TOTAL_TO.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from xinqiao.organisations.models import Officer, Organisation, User

from . import shelves
from .filters import EVERYTHING, Chosen

COUNTED_TO = 100  # in the side bar and on tiles: shown as 99+
TOTAL_TO = 1000  # above the list
TOTAL = "shown"
DAY = date(5000, 7, 1)  # stands for today
SPAN_DAYS = 3650  # days this near to DAY are counted from it
POST, UNIT, USER, LFT, RGT, FIRST, LAST = range(-1907, -1900)
Statement = tuple[str, tuple]


@dataclass(frozen=True)
class Wanted:
    """One count: of a shelf, narrowed."""

    shelf: str
    chosen: Chosen = EVERYTHING
    limit: int = COUNTED_TO


def count(officer: Officer, today: date, wanted: dict[str, Wanted], more: dict[str, QuerySet] | None = None) -> dict[str, int]:
    """How many each of `wanted`, and of the query sets `more`, has; one statement."""
    parts = {name: statement(officer, today, one) for name, one in wanted.items()}
    parts |= {name: _limited(query, COUNTED_TO) for name, query in (more or {}).items()}
    asked = {name: part for name, part in parts.items() if part}
    found = dict.fromkeys(parts, 0)
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT " + ", ".join(f"(SELECT count(*) FROM ({sql}) AS counted)" for sql, _params in asked.values()),
                [value for _sql, params in asked.values() for value in params],
            )
            found |= dict(zip(asked, cursor.fetchone(), strict=True))
    return found


def statement(officer: Officer, today: date, wanted: Wanted) -> Statement | None:
    """The rows to count, as SQL with the officer's own numbers; None where there can be none."""
    if not (officer.active and officer.user.is_active):
        return None
    first, last = officer.scope
    composed = _composed(frozenset(officer.roles), first == last, wanted)
    if composed is None:
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
