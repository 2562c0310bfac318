"""Queries composed once and asked with other values.

To compose a query set takes Django longer than it takes PostgreSQL to answer it: half the time of a case page went there. What every
page asks is therefore composed once in a process, for stand-ins that occur nowhere else, which are exchanged for the values of the
moment. The server keeps the plan, too, from the second time on (plans.py).

    DESKS = Composed(lambda matter_id: Referral.objects.filter(matter_id=matter_id).select_related("organisation").order_by("pk"))
    desks = DESKS(matter_id=matter.pk)          # a list, as list() of that query set would be

Only for query sets whose shape does not depend on the values: no `in` over a list (`among` takes one), no None, no condition of Python on
a value.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from .plans import Plans, with_places

_YEAR, _YEARS_APART = 5000, 100  # stand-ins for days and moments; what lies near one was counted from it
_NUMBER = -31_000  # fits every integer column
_NEAR = timedelta(days=365 * 40)
PLANS = Plans(64)  # of one connection: a few dozen kilobytes of the server each; half a megabyte for a case page


@dataclass(frozen=True)
class _Hole:
    """A place of the statement: the value called `name`, `after` later, in the type that the database is told; without a name, `fixed`."""

    name: str = ""
    after: timedelta | None = None
    make: type | None = None
    fixed: object = None

    def filled(self, values: dict) -> object:
        if not self.name:
            return self.fixed
        value = values[self.name]
        if self.after:
            value += self.after
        return self.make(value) if self.make else value


@dataclass(frozen=True, eq=False)
class _Form:
    """A query set, composed: `sql` with its places in order; `prepared` with numbers for those that change."""

    query: QuerySet
    compiler: object
    sql: str
    holes: list[_Hole]
    prepared: str
    asked: list[_Hole]


class Composed:
    """`build` makes the query set from the values' names; `may_lack`: values that it does not always use (the scope of some roles).

    Raises LookupError when another value is not found in what was composed: Python has changed it, so that it cannot be exchanged.
    """

    def __init__(self, build: Callable[..., QuerySet], *, may_lack: frozenset[str] = frozenset()):
        self._build, self._may_lack = build, may_lack
        self._form: _Form | None = None
        self._composed = False

    def __call__(self, **values) -> list:
        if not self._composed:
            self._form, self._composed = self._compose(values), True
        if self._form is None:
            return []
        return list(self._bound(values))

    def first(self, **values) -> object | None:
        """The first row, or None. The query set takes no more than it needs: `[:1]`."""
        return next(iter(self(**values)), None)

    def _compose(self, values: dict) -> _Form | None:
        stand_ins = {name: _stand_in(value, place) for place, (name, value) in enumerate(values.items())}
        query = self._build(**stand_ins)
        compiler = query.query.get_compiler(query.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        if query._prefetch_related_lookups or compiler.has_extra_select:
            raise TypeError("not for prefetch_related, nor for distinct in an order that is not read")
        holes = [_hole(value, stand_ins) for value in params]
        lost = stand_ins.keys() - {hole.name for hole in holes} - self._may_lack
        if lost:
            raise LookupError(f"not among the values of the query: {', '.join(sorted(lost))}")
        asked = list(dict.fromkeys(hole for hole in holes if hole.name))
        return _Form(query, compiler, sql, holes, _numbered(sql, holes, asked), asked)

    def _bound(self, values: dict):
        """The rows of the moment, as the query set makes them of what the database answers."""
        form = self._form
        asked = object.__new__(type(form.query))
        asked.__dict__.update(form.query.__dict__)
        compiler = copy.copy(form.compiler)
        compiler.using, compiler.connection = asked.db, connections[asked.db]
        rows = PLANS.answer(_Asked(form, values), compiler.connection)
        compiler.execute_sql = lambda *_args, **_more: [rows]
        asked._query = _Bound(form.query.query, compiler)
        return asked._iterable_class(asked)


class _Asked:
    """What is composed, with the values of the moment (plans.Question)."""

    def __init__(self, form: _Form, values: dict):
        self._form, self._values = form, values
        self.name, self.sql = form.query.model._meta.db_table, form.sql

    def key(self) -> _Form:
        return self._form

    def values(self) -> list:
        return [hole.filled(self._values) for hole in self._form.holes]

    def told(self) -> list:
        return [hole.filled(self._values) for hole in self._form.asked]

    def fixed(self) -> list:
        return [hole.fixed for hole in self._form.holes if not hole.name]

    def prepared(self) -> str:
        return self._form.prepared


class _Bound:
    """The query of a query set, with a compiler that knows what to say already."""

    def __init__(self, query, compiler):
        self._query, self._compiler = query, compiler

    def get_compiler(self, *_args, **_more):
        return self._compiler

    def __getattr__(self, name: str):
        return getattr(self._query, name)


def _stand_in(value: object, place: int) -> object:
    if isinstance(value, bool) or value is None:
        raise TypeError("what is asked must not depend on a yes, no or nothing")
    if isinstance(value, int):
        return _NUMBER - place
    if isinstance(value, str):
        return f"\u2063{place}\u2063"
    if isinstance(value, datetime):
        return datetime(_YEAR + place * _YEARS_APART, 7, 1, tzinfo=UTC)
    if isinstance(value, date):
        return date(_YEAR + place * _YEARS_APART, 7, 1)
    if isinstance(value, list):  # for `pk__among`: one array, however many
        return [_NUMBER - place]
    raise TypeError(f"no stand-in for {type(value).__name__}")


def _hole(param: object, stand_ins: dict) -> _Hole:
    for name, stand_in in stand_ins.items():
        if isinstance(stand_in, datetime):
            if isinstance(param, datetime) and abs(param - stand_in) < _NEAR:
                return _Hole(name, param - stand_in or None)
        elif isinstance(stand_in, date):
            if isinstance(param, date) and not isinstance(param, datetime) and abs(param - stand_in) < _NEAR:
                return _Hole(name, param - stand_in or None)
        elif isinstance(param, type(stand_in)) and not isinstance(param, bool) and param == stand_in:
            return _Hole(name, make=None if type(param) is type(stand_in) else type(param))
    return _Hole(fixed=param)


def _numbered(sql: str, holes: list[_Hole], asked: list[_Hole]) -> str:
    """The statement for PREPARE: `$1` for what changes, `%s` for what is the same each time."""
    places = {hole: f"${number}" for number, hole in enumerate(asked, 1)}
    return "AS " + with_places(sql, [places[hole] if hole.name else "%s" for hole in holes])
