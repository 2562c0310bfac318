"""Read the figures of one page: sums and what is not folded yet, in one statement, scoped by the unit's place in the tree."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from xinqiao.database import reading
from xinqiao.rules.moves import CLOSED

from .folding import ALL, EVERYTHING, own_desk

# face, value, org_lft, stage, kind, class_id, channel, month, number, open number: every table out of one pass; what a row is not
# summed by is NULL.
_OF_CELLS = """
SELECT NULL, NULL, org_lft, stage, kind, class_id, channel, month, sum(number), 0
FROM ({cells}) cells
GROUP BY GROUPING SETS ((org_lft, stage), (kind), (class_id), (channel), (month))
"""
_CLASSES = """
SELECT NULL, NULL, width_bucket(org_lft, %s::int[]) AS child, NULL, NULL, class_id, NULL, NULL::date, sum(number), 0
FROM ({cells}) cells GROUP BY child, class_id
"""
_CHILD, _CLASS, _NUMBER = 2, 5, 8
_UNITS = "SELECT org_lft, stage, kind, class_id, channel, month, number FROM counts_unitsum WHERE {where}"
_DELTAS = "SELECT org_lft, stage, kind, class_id, channel, month, change AS number FROM counts_delta WHERE {where}"
_OF_WIDE = """
SELECT face, value, NULL::int, NULL, NULL, NULL::bigint, NULL, NULL::date, sum(number), sum(open_number)
FROM counts_widesum WHERE {where} AND face <> 'unit' GROUP BY face, value
UNION ALL
SELECT 'unit', value, NULL, NULL, kind, NULL, channel, month, sum(number), sum(open_number)
FROM counts_widesum WHERE {where} AND face = 'unit' GROUP BY GROUPING SETS ((value), (kind), (channel), (month))
"""


PLAIN = 2  # conditions without a filter: the two months


@dataclass(frozen=True)
class Head:
    """The organisation whose figures are read, with its children in the order of the tree: (id, lft, rgt).

    `alone`: only its own desk. `wide`: these sums are kept ready (`WideSum`).
    """

    org_id: int
    lft: int
    rgt: int
    children: Sequence[tuple[int, int, int]] = ()
    wide: bool = False
    alone: bool = False

    @property
    def kept_as(self) -> int:
        return own_desk(self.org_id) if self.alone else self.org_id

    def child_at(self, org_lft: int) -> int:
        """Under which child a unit lies; the organisation itself for its own desk."""
        place = bisect_right([lft for _pk, lft, _rgt in self.children], org_lft) - 1
        return self.children[place][0] if place >= 0 and org_lft <= self.children[place][2] else self.org_id


@dataclass
class Figures:
    """How many matters, table by table. `units`: by child of the head, or the head itself; `still_open`: of these, not ended."""

    units: Counter = field(default_factory=Counter)
    still_open: Counter = field(default_factory=Counter)
    stages: Counter = field(default_factory=Counter)
    kinds: Counter = field(default_factory=Counter)
    classes: Counter = field(default_factory=Counter)
    channels: Counter = field(default_factory=Counter)
    months: Counter = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.units.total()


@reading.from_replica
def read(head: Head, first: date, last: date, *, kind: str | None = None, channel: str | None = None) -> Figures:
    """The figures of matters received in the months from `first` to `last`, both the first day of a month.

    `kind`: only these ("" is undecided); None: all. Protected matters are in none of them.
    """
    with reading.connection().cursor() as cursor:
        cursor.execute(*_statement(head, first, last, kind, channel))
        return _figures(head, cursor.fetchall())


@reading.from_replica
def read_each(head: Head, periods: Sequence[tuple[date, date]]) -> tuple[list[Figures], dict[int, Counter]]:
    """The same of several spans of months; of the first also how many of each class lie under each child, by its number. In one statement."""
    asked = [_statement(head, first, last, None, None) for first, last in periods]
    asked += [_by_child_and_class(head, *periods[0])] if head.children else []
    parts = [f"SELECT {place}, part.* FROM ({statement}) part" for place, (statement, _values) in enumerate(asked)]
    found: list[list[tuple]] = [[] for _part in asked]
    with reading.connection().cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), [value for _statement, values in asked for value in values])
        for place, *row in cursor.fetchall():
            found[place].append(tuple(row))
    classes: dict[int, Counter] = {pk: Counter() for pk, _lft, _rgt in head.children}
    for row in found.pop() if head.children else ():
        if row[_CHILD]:  # 0: before the first child, at the head itself
            classes[head.children[row[_CHILD] - 1][0]][row[_CLASS]] += row[_NUMBER]
    return [_figures(head, rows) for rows in found], classes


def _by_child_and_class(head: Head, first: date, last: date) -> tuple[str, list]:
    cells, values = _cells_of((head.lft, head.rgt), first, last)
    return _CLASSES.format(cells=cells), [[lft for _pk, lft, _rgt in head.children], *values]


def _cells_of(span: tuple[int, int], first: date, last: date) -> tuple[str, list]:
    """What is counted of these units in these months, folded or not."""
    where = "org_lft BETWEEN %s AND %s AND month BETWEEN %s AND %s AND NOT protected"
    return f"{_UNITS.format(where=where)} UNION ALL {_DELTAS.format(where=where)}", [*span, first, last] * 2


@reading.from_replica
def by_unit_and_class(span: tuple[int, int], first: date, last: date) -> list[tuple[int, int, int]]:
    """(place of the unit in the tree, class, how many) of matters received in these months; protected ones are in none."""
    cells, values = _cells_of(span, first, last)
    with reading.connection().cursor() as cursor:
        cursor.execute(f"SELECT org_lft, class_id, sum(number) FROM ({cells}) cells GROUP BY 1, 2", values)
        return cursor.fetchall()


def _statement(head: Head, first: date, last: date, kind: str | None, channel: str | None) -> tuple[str, list]:
    narrowed = {"month >= %s": first, "month <= %s": last}
    narrowed |= {"kind = %s": kind} if kind is not None else {}
    narrowed |= {"channel = %s": channel} if channel is not None else {}
    scope = {"org_lft >= %s": head.lft, "org_lft <= %s": head.lft if head.alone else head.rgt, **narrowed}
    cells = f"{' AND '.join(scope)} AND NOT protected"
    values = list(scope.values())
    if not head.wide or (head.org_id == EVERYTHING and len(narrowed) > PLAIN):
        both = f"{_UNITS.format(where=cells)} UNION ALL {_DELTAS.format(where=cells)}"
        statement, values = _OF_CELLS.format(cells=both), values * 2
    else:
        wide = {"org_id = %s": head.kept_as, **narrowed}
        wide |= {} if len(narrowed) > PLAIN else {"kind = %s": ALL, "channel = %s": ALL}
        waiting = _OF_CELLS.format(cells=_DELTAS.format(where=cells))
        statement = f"{_OF_WIDE.format(where=' AND '.join(wide))} UNION ALL {waiting}"
        values = [*wide.values(), *wide.values(), *values]
    return statement, values


@reading.from_replica
def reports(first: date, last: date) -> int:
    """How many protected matters there are in all, whichever unit has them: one figure, and no other is made of them (B.3 "counts only")."""
    with reading.connection().cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT coalesce(sum(number), 0) FROM counts_widesum WHERE org_id = %s AND kind = %s AND channel = %s "
            "AND face = 'report' AND month BETWEEN %s AND %s) "
            "+ (SELECT coalesce(sum(change), 0) FROM counts_delta WHERE protected AND month BETWEEN %s AND %s)",
            [EVERYTHING, ALL, ALL, first, last, first, last],
        )
        return int(cursor.fetchone()[0])


def _figures(head: Head, rows: list[tuple]) -> Figures:
    figures = Figures()
    for row in rows:
        (_add_wide if row[0] else _add_cells)(figures, head, *row)
    return figures


def _add_wide(
    figures: Figures, head: Head, face, value, _lft, _stage, kind, _class, channel, month, number, still_open
) -> None:
    if value is not None:
        match face:
            case "unit":
                figures.units[int(value)] += number
                figures.still_open[int(value)] += still_open
            case "stage":
                figures.stages[value] += number
            case "class":
                figures.classes[int(value)] += number
            case "kind":
                figures.kinds[value] += number
            case "channel":
                figures.channels[value] += number
    elif face == "unit":  # every matter stands in it once: summed another way it gives three more tables
        for table, key in ((figures.months, month), (figures.kinds, kind), (figures.channels, channel)):
            if key is not None and key != ALL:
                table[key] += number


def _add_cells(
    figures: Figures, head: Head, _face, _value, lft, stage, kind, class_id, channel, month, number, _open
) -> None:
    if stage is not None:
        unit = head.child_at(lft)
        figures.units[unit] += number
        figures.stages[stage] += number
        figures.still_open[unit] += number if stage not in CLOSED else 0
        return
    for table, key in (
        (figures.kinds, kind), (figures.classes, class_id), (figures.channels, channel), (figures.months, month)
    ):  # fmt: skip
        if key is not None:
            table[key] += number
