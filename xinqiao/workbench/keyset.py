"""Pages of a list by position (keyset): no OFFSET, both ways, complete and without doubles however many rows share a value.

The position is the value sorted by and the row's id, as `2026-03-18.4711` (by unit: `120~2026-03-18.4711`). An empty value (no due
date) sorts last, whichever end the list begins at. Positions are compared as a whole, `(due_on, id) > (…)`, so that an index over
the same columns begins right there, on the thousandth page as on the first.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Expression, F, Func, Q, QuerySet, Value
from django.http import QueryDict

from . import by_index

PAGE_ROWS = 30
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Order:
    """One way to sort: a column and a direction; the id decides among equals, in the same direction.

    `group`: a column that is sorted by before it. `turned`: the key of the same order from the other end.
    """

    key: str
    label: str
    column: str
    kind: type
    descending: bool = False
    nullable: bool = False
    group: str = ""
    turned: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.group, self.column, "pk") if self.group else (self.column, "pk")

    def sorted(self, rows: QuerySet, *, reverse: bool = False) -> QuerySet:
        """All rows in this order, the empty values last (at the front, when it is read backwards)."""
        return self._undated(rows, reverse) if self.nullable and not self.group else self._plainly(rows, reverse)

    def _undated(self, rows: QuerySet, reverse: bool) -> QuerySet:
        if not self.descending:
            return self._plainly(rows, reverse)
        column = F(self.column).asc(nulls_first=True) if reverse else F(self.column).desc(nulls_last=True)
        return rows.order_by(column, "pk" if reverse else "-pk")

    def _plainly(self, rows: QuerySet, reverse: bool) -> QuerySet:
        sign = "-" if self.descending != reverse else ""
        return rows.order_by(*(f"{sign}{column}" for column in self.columns))

    def parts(self, rows: QuerySet, start: tuple | None, *, back: bool) -> list[QuerySet]:
        """The rows in reading order from `start`, cut where the values end, so that each part is one stretch of an index."""
        if not self.nullable or self.group or (start is None and not self.descending):
            found = rows if start is None else rows.filter(self._beyond(start, back=back))
            return [self._plainly(found, back)]
        dated, undated = rows.filter(**{f"{self.column}__isnull": False}), rows.filter(**{f"{self.column}__isnull": True})
        if start is None:
            parts = [dated, undated]
        elif start[0] is None:
            parts = [undated.filter(self._after_id(start[-1], back=back)), *([dated] if back else [])]
        else:
            # Not said again that they have a value, which the comparison says: the planner multiplied both, expected hardly a row, and sorted all.
            parts = [rows.filter(self._beyond(start, back=back)), *([] if back else [undated])]
        return [self._plainly(part, back) for part in parts]

    def _after_id(self, pk: int, *, back: bool) -> Q:
        return Q(**{f"pk__{'lt' if self.descending != back else 'gt'}": pk})

    def _beyond(self, start: tuple, *, back: bool) -> Expression | Q:
        """Rows after the position in reading order."""
        down = self.descending != back
        if not self.group:
            return _row_compares(self.columns, start, "<" if down else ">")
        group, value, pk = start
        to, at_id = ("lt", "pk__lt") if down else ("gt", "pk__gt")
        if value is None:
            further = Q(**{f"{self.column}__isnull": True, at_id: pk})
            further = further | Q(**{f"{self.column}__isnull": False}) if down else further
        else:
            further = Q(**{f"{self.column}__{to}": value}) | Q(**{self.column: value, at_id: pk})
            further = further if down else further | Q(**{f"{self.column}__isnull": True})
        # said first, so that an index can begin there; what it passes over is at most the desks of one unit
        return Q(**{f"{self.group}__{to}e": group}) & (
            Q(**{f"{self.group}__{to}": group}) | Q(**{self.group: group}) & further
        )

    def position(self, row: dict) -> str:
        value = row[self.column]
        text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
        return f"{row[self.group]}~{text}.{row['pk']}" if self.group else f"{text}.{row['pk']}"

    def read(self, position: str) -> tuple | None:
        """A position as it came in an address: (value, id), or (group, value, id); None for one that we never made."""
        text, _dot, pk = position.rpartition(".")
        group, tilde, value = text.rpartition("~")
        try:
            if bool(tilde) != bool(self.group) or not (value or self.nullable):
                return None
            found = (self._value(value) if value else None, _number(pk))
            return (_number(group), *found) if self.group else found
        except ValueError:
            return None

    def _value(self, text: str) -> Any:
        if self.kind is datetime:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError(text)
            return moment
        if self.kind is date:
            return date.fromisoformat(text)
        return _number(text) if self.kind is int else text


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if not 0 <= number <= _LARGEST:
        raise ValueError(text)
    return number


def _row_compares(columns: tuple[str, ...], values: tuple, sign: str) -> Func:
    """`(due_on, id) > (…)`: compared by the database as one value, which a btree index can begin with."""
    left = Func(*(F(column) for column in columns), template="(%(expressions)s)")
    right = Func(*(Value(value) for value in values), template="(%(expressions)s)")
    return Func(left, right, template="(%(expressions)s)", arg_joiner=f" {sign} ", output_field=BooleanField())


def _both_ways(key: str, label: str, turned_label: str, *column, descending: bool = False, **rest) -> list[Order]:
    """The order as one expects it, and from its other end under the key with a minus."""
    return [
        Order(key, label, *column, descending=descending, turned=f"-{key}", **rest),
        Order(f"-{key}", turned_label, *column, descending=not descending, turned=key, **rest),
    ]


ORDERS = {
    order.key: order
    for order in (
        *_both_ways("due", "期限近的在前", "期限远的在前", "due_on", date, nullable=True),
        *_both_ways("received", "新收到的在前", "先收到的在前", "received_at", datetime, descending=True),
        *_both_ways("number", "编号从小到大", "编号从大到小", "number_order", int),
        *_both_ways("unit", "按单位，期限近的在前", "按单位倒排", "due_on", date, nullable=True, group="org_lft"),
    )
}
# Where most desks ask nothing more there is no limit to sort by: within a unit, as they came.
UNIT_OF_ALL = {
    order.key: order for order in _both_ways("unit", "按单位，先收到的在前", "按单位倒排", "received_at", datetime, group="org_lft")
}


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the positions from which the neighbours begin ("" where there is none)."""

    rows: list[dict]
    before: str = ""
    after: str = ""


def page(
    rows: QuerySet, order: Order, columns: tuple[str, ...], *, after: str = "", before: str = "", size: int = PAGE_ROWS, plenty: bool = False
) -> Page:
    """One page of `rows` as dicts of `columns`: behind `after`, in front of `before`, or the first one.

    One statement; a second one where the page goes on among the rows that have no value. `plenty`: see by_index.rows.
    """
    back = order.read(before) if before else None
    start = back or (order.read(after) if after else None)
    names, found = tuple(dict.fromkeys((*columns, *order.columns))), []
    for part in order.parts(rows, start, back=bool(back)):
        found += by_index.rows(part[: size + 1 - len(found)], names, plenty=plenty)
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([])
    has_before, has_after = (more, True) if back else (bool(start), more)
    return Page(found, order.position(found[0]) if has_before else "", order.position(found[-1]) if has_after else "")


def with_choices(address: str, asked: QueryDict, **changes: str) -> str:
    """The address of a list with the choices that stand in `asked`, some of them changed, from its beginning."""
    query = asked.copy()
    for name, value in {"after": "", "before": "", **changes}.items():
        query[name] = value
    for name in [name for name in query if not query[name]]:
        del query[name]
    return f"{address}?{query.urlencode()}" if query else address
