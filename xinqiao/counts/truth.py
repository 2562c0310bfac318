"""The sums made anew from the matters themselves, and compared with them: each in one look at the database, while work goes on.

`truth` is a SELECT of the columns of `Cell`, `org_lft` and `number`; `tree` one of `unit_id`, `org_id`, `child_id`: for each unit every
wide organisation above it (or itself) and its child on the way down. Both come from the floor above, which knows the tables.
"""

from datetime import date
from typing import NamedTuple

from django.db import connection, transaction

from xinqiao.rules.moves import CLOSED

from .cells import COLUMNS
from .folding import EVERYTHING, FOLD_LOCK

SHOWN = 20  # differences that are told one by one

# What a fold adds up one by one (`folding._figures`), in one pass: each wide organisation with its filters, then without them, then
# everything there is.
_WIDE = """
WITH tree AS MATERIALIZED ({tree}), unit AS (
    SELECT *, CASE WHEN stage = ANY(%s) THEN 0 ELSE number END AS open_number FROM counts_unitsum
), narrowed AS MATERIALIZED (
    SELECT tree.org_id, face.face, face.value, unit.kind, unit.channel, unit.month,
        sum(unit.number) AS number, sum(unit.open_number) AS open_number
    FROM unit JOIN tree ON tree.unit_id = unit.org_id AND tree.org_id <> {everything}
    CROSS JOIN LATERAL (VALUES ('unit', tree.child_id::text), ('stage', unit.stage), ('class', unit.class_id::text)) face (face, value)
    WHERE NOT unit.protected GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT * FROM narrowed
UNION ALL
SELECT narrowed.org_id, coalesce(face.face, narrowed.face), coalesce(face.value, narrowed.value), '*', '*', month,
    sum(number), sum(open_number)
FROM narrowed CROSS JOIN LATERAL (
    VALUES (NULL, NULL), ('kind', narrowed.kind), ('channel', narrowed.channel)
) face (face, value)
WHERE face.face IS NULL OR narrowed.face = 'unit' GROUP BY 1, 2, 3, 6
UNION ALL
SELECT tree.org_id, face.face, face.value, '*', '*', unit.month, sum(unit.number), sum(unit.open_number)
FROM unit JOIN tree ON tree.unit_id = unit.org_id AND tree.org_id = {everything}
CROSS JOIN LATERAL (VALUES
    ('unit', tree.child_id::text, false), ('stage', unit.stage, false), ('class', unit.class_id::text, false),
    ('kind', unit.kind, false), ('channel', unit.channel, false), ('report', '', true)
) face (face, value, protected)
WHERE face.protected = unit.protected GROUP BY 1, 2, 3, 6
"""
_UNITS_DIFFER = f"""
SELECT {COLUMNS}, coalesce(kept.number, 0), coalesce(fact.number, 0), count(*) OVER ()
FROM (
    SELECT {COLUMNS}, sum(number) AS number FROM (
        SELECT {COLUMNS}, number FROM counts_unitsum UNION ALL SELECT {COLUMNS}, change FROM counts_delta
    ) both_tables GROUP BY {COLUMNS}
) kept FULL JOIN (SELECT {COLUMNS}, sum(number) AS number FROM ({{truth}}) found GROUP BY {COLUMNS}) fact USING ({COLUMNS})
WHERE coalesce(kept.number, 0) <> coalesce(fact.number, 0)
ORDER BY {COLUMNS} LIMIT {SHOWN}
"""
_KEY = "org_id, face, value, kind, channel, month"
_WIDE_DIFFER = f"""
SELECT {_KEY}, coalesce(kept.number, 0), coalesce(made.number, 0), count(*) OVER ()
FROM counts_widesum kept FULL JOIN ({{wide}}) made USING ({_KEY})
WHERE (coalesce(kept.number, 0), coalesce(kept.open_number, 0)) <> (coalesce(made.number, 0), coalesce(made.open_number, 0))
ORDER BY {_KEY} LIMIT {SHOWN}
"""


class Difference(NamedTuple):
    """A figure that is not what it should be. `what`: the words of its cell; no matter, no person."""

    table: str
    what: tuple
    kept: int
    true: int

    def __str__(self) -> str:
        words = " ".join(one.isoformat() if isinstance(one, date) else str(one) for one in self.what)
        return f"{self.table} [{words}] {self.kept} != {self.true}"


@transaction.atomic
def rebuild(truth: str, tree: str) -> int:
    """Make all sums anew; returns how many cells there are. Steps go on meanwhile; what they append is folded afterwards.

    The second statement is what makes it exact: matters and deltas are seen at one and the same moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLD_LOCK])
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DELETE FROM counts_unitsum")
        cursor.execute(
            f"WITH gone AS (DELETE FROM counts_delta) INSERT INTO counts_unitsum ({COLUMNS}, org_lft, number) "
            f"SELECT {COLUMNS}, org_lft, number FROM ({truth}) found"
        )
        made = cursor.rowcount
        cursor.execute("DELETE FROM counts_widesum")
        cursor.execute(f"INSERT INTO counts_widesum ({_KEY}, number, open_number) {_wide(tree)}", [sorted(CLOSED)])
    return made


def _wide(tree: str) -> str:
    return _WIDE.format(tree=tree, everything=EVERYTHING)


@transaction.atomic
def differences(truth: str, tree: str) -> tuple[int, list[Difference]]:
    """How many figures differ from the truth, and the first of them. Nothing is locked."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_UNITS_DIFFER.format(truth=truth))
        found, units = [], cursor.fetchall()
        cursor.execute(_WIDE_DIFFER.format(wide=_wide(tree)), [sorted(CLOSED)])
        wide = cursor.fetchall()
    for table, rows in (("unit", units), ("wide", wide)):
        found += [Difference(table, row[:-3], row[-3], row[-2]) for row in rows]
    return sum(rows[0][-1] for rows in (units, wide) if rows), found
