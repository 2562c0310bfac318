"""Fold deltas into sums: each exactly once, any number of folders at once, nothing lost when one is killed.

A fold is one transaction: it takes the deltas out and adds them to the sums, or neither.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from django.db import connection, transaction

from xinqiao.rules.moves import CLOSED

from .cells import COLUMNS, Cell

FOLD_LOCK = 7_310_426  # folders share it, a rebuild has it alone
CHANGE_AT_MOST = 32_000  # rows of a batch
ALL = "*"  # every kind, every channel
EVERYTHING = 0  # the organisation above all roots; its sums are kept without filters


def own_desk(org_id: int) -> int:
    """Under which number the sums of an organisation's own desk are kept, apart from those of everything below it."""
    return -org_id


# (organisation) -> [(wide organisation above it or itself, its child on the way down)]
WideAbove = Callable[[set[int]], dict[int, list[tuple[int, int]]]]

_TAKE = f"""
WITH taken AS (
    DELETE FROM counts_delta WHERE id IN (SELECT id FROM counts_delta ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING *
)
SELECT {COLUMNS}, max(org_lft), sum(change), count(*) FROM taken GROUP BY {COLUMNS}
"""
_ADD_UNITS = f"""
INSERT INTO counts_unitsum ({COLUMNS}, org_lft, number)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::date[], %s::bool[], %s::int[], %s::int[])
ON CONFLICT (org_id, month, stage, kind, class_id, channel, protected)
    DO UPDATE SET number = counts_unitsum.number + excluded.number
RETURNING id, number = 0
"""
_ADD_WIDE = """
INSERT INTO counts_widesum (org_id, face, value, kind, channel, month, number, open_number)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::int[], %s::int[])
ON CONFLICT (org_id, channel, kind, month, face, value)
    DO UPDATE SET number = counts_widesum.number + excluded.number, open_number = counts_widesum.open_number + excluded.open_number
RETURNING id, number = 0 AND open_number = 0
"""


@transaction.atomic
def fold(wide_above: WideAbove, *, most: int = 5000) -> int:
    """Fold up to `most` deltas; returns how many. What another folder has in hand is passed over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [FOLD_LOCK])
        cursor.execute(_TAKE, [min(most, CHANGE_AT_MOST)])
        found = cursor.fetchall()
    # In one order everywhere: two folders that meet wait for each other at most, and never both.
    changes = sorted((Cell(*row[:7]), row[7], row[8]) for row in found if row[8])
    _add(_ADD_UNITS, "counts_unitsum", [(*cell, lft, change) for cell, lft, change in changes])
    wide = _wide(changes, wide_above({cell.org_id for cell, _lft, _change in changes}))
    _add(_ADD_WIDE, "counts_widesum", [(*key, *numbers) for key, numbers in sorted(wide.items())])
    return sum(row[9] for row in found)


def _add(statement: str, table: str, rows: list[tuple]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        gone = [pk for pk, empty in cursor.fetchall() if empty]
        if gone:
            cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [gone])


def _wide(
    changes: Iterable[tuple[Cell, int, int]], above: dict[int, list[tuple[int, int]]]
) -> dict[tuple, tuple[int, int]]:
    """(organisation, face, value, kind, channel, month) -> how many more, how many more that are open."""
    number, still_open = Counter(), Counter()
    for cell, _lft, change in changes:
        for org_id, child in above.get(cell.org_id, ()):
            for key in _figures(cell, org_id, child):
                number[(org_id, *key)] += change
                still_open[(org_id, *key)] += change if cell.stage not in CLOSED else 0
    return {key: (number[key], still_open[key]) for key in number if number[key] or still_open[key]}


def _figures(cell: Cell, org_id: int, child: int) -> Iterable[tuple]:
    """Every figure of one wide organisation that a matter of this cell is in. Protected: in one, of everything there is."""
    plain = (ALL, ALL, cell.month)
    if cell.protected:
        if org_id == EVERYTHING:
            yield "report", "", *plain
        return
    for face, value in (("unit", str(child)), ("stage", cell.stage), ("class", str(cell.class_id))):
        yield face, value, *plain
        if org_id != EVERYTHING:
            yield face, value, cell.kind, cell.channel, cell.month
    yield "kind", cell.kind, *plain
    yield "channel", cell.channel, *plain
