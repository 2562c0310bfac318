"""Pages of a list by position (keyset): no OFFSET, both ways, complete and without doubles however many rows share a value.

The position is the value sorted by and the desk's id, as `2026-03-18.4711`; an empty value (no due date) sorts last.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

PAGE_ROWS = 30
_POSITION = re.compile(r"([^.]*(?:\.[0-9]{1,6}[^.]*)?)\.([0-9]{1,18})")


@dataclass(frozen=True)
class Order:
    """One way to sort: a column and a direction. The id decides among equals, in the same direction."""

    key: str
    label: str
    column: str
    kind: type
    descending: bool = False
    nullable: bool = False

    def sorted(self, rows: QuerySet, *, reverse: bool = False) -> QuerySet:
        sign = "-" if self.descending != reverse else ""
        return rows.order_by(f"{sign}{self.column}", f"{sign}pk")

    def beyond(self, value: Any, pk: int, *, before: bool) -> Q:
        """Rows after (or before) a position. PostgreSQL sorts empty values last when ascending, and so do we."""
        down = self.descending != before
        compare = "lt" if down else "gt"
        if value is None:
            nearer = Q(**{f"{self.column}__isnull": True, f"pk__{compare}": pk})
            return nearer | Q(**{f"{self.column}__isnull": False}) if before else nearer
        further = Q(**{f"{self.column}__{compare}": value}) | Q(**{self.column: value, f"pk__{compare}": pk})
        if self.nullable and not before:
            return further | Q(**{f"{self.column}__isnull": True})
        return Q(**{f"{self.column}__{compare}e": value}) & further  # said first, so that an index can begin there

    def position(self, row: dict) -> str:
        value = row[self.column]
        return f"{'' if value is None else value.isoformat() if hasattr(value, 'isoformat') else value}.{row['pk']}"

    def read(self, position: str) -> tuple[Any, int] | None:
        """A position as it came in an address; None for one that we never made."""
        match = _POSITION.fullmatch(position)
        if match is None:
            return None
        text, pk = match.groups()
        try:
            return (self._value(text) if text else None, int(pk)) if text or self.nullable else None
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
        return text


ORDERS = {
    order.key: order
    for order in (
        Order("due", "按期限", "due_on", date, nullable=True),
        Order("received", "按收到时间", "received_at", datetime, descending=True),
        Order("number", "按编号", "matter__number", str),
    )
}


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the positions from which the neighbours begin ("" where there is none)."""

    rows: list[dict]
    before: str = ""
    after: str = ""


def page(rows: QuerySet, order: Order, columns: tuple[str, ...], *, after: str = "", before: str = "") -> Page:
    """One page of `rows` as dicts of `columns`: behind `after`, in front of `before`, or the first one. One statement."""
    back = order.read(before) if before else None
    start = back or (order.read(after) if after else None)
    if start:
        rows = rows.filter(order.beyond(*start, before=bool(back)))
    names = dict.fromkeys((*columns, order.column, "pk"))
    found = list(order.sorted(rows, reverse=bool(back)).values(*names)[: PAGE_ROWS + 1])
    more, found = len(found) > PAGE_ROWS, found[:PAGE_ROWS]
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
