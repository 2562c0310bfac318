"""Key rotation while the site runs: sealed values are opened with their old key and sealed with the newest one (ADR 0005).

Nothing a citizen writes meanwhile is lost: a batch locks its rows, leaves out those that somebody else holds, and writes a value only
where it still is the one that was read. What was left out is found by the next pass, because each value says which key made it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import DatabaseError, connection, transaction
from psycopg import sql

from . import SealBroken, blind_index, key_of, keys, open_sealed, seal

BATCH = 200  # rows locked at once, for some milliseconds
_SEALED = r"^(sm4gcm|aesgcm)\$"


@dataclass(frozen=True)
class Index:
    """A blind index that can be made anew from a sealed column of the same row."""

    column: str
    source: str
    context: str | Callable[[dict], str]


@dataclass(frozen=True)
class SealedTable:
    """A table with sealed columns: `columns` maps each to its context. `lasting`: sealed with data keys, see ADR 0005.

    `frozen`: the database refuses changes; values made before there were data keys stay with their key.
    """

    table: str
    columns: dict[str, str]
    indexes: tuple[Index, ...] = ()
    also_read: tuple[str, ...] = ()
    lasting: bool = False
    frozen: bool = False


@dataclass
class Sums:
    """What one pass did."""

    resealed: int = 0
    reindexed: int = 0
    broken: int = 0
    moved_indexes: dict[str, str] = field(default_factory=dict)


def waiting(table: SealedTable) -> int:
    """Rows of the table that still hold a value of an older field key."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {} WHERE ").format(sql.Identifier(table.table)) + _needs(table))
        return cursor.fetchone()[0]


def reseal(table: SealedTable, sums: Sums) -> Iterator[int]:
    """One pass over the table; yields the number of rows of each batch. Interrupted, it goes on where it was."""
    after = 0
    while True:
        with transaction.atomic():
            rows = _rows(table, after, _needs(table), "FOR UPDATE SKIP LOCKED")
            sums.resealed += _write(table, rows, _resealed(table, rows, sums))
        if not rows:
            return
        after = rows[-1]["id"]
        yield len(rows)


def reindex(table: SealedTable, sums: Sums) -> Iterator[int]:
    """Make the blind indexes of the table anew with the newest index key."""
    after = 0
    while table.indexes:
        with transaction.atomic():
            rows = _rows(table, after, sql.SQL("TRUE"), "FOR UPDATE")
            sums.reindexed += _write(table, rows, _reindexed(table, rows, sums))
        if not rows:
            return
        after = rows[-1]["id"]
        yield len(rows)


def uses() -> dict[str, Counter]:
    """For every column of the database with text or JSON: how many values each field key sealed; also where nobody registered it."""
    found: dict[str, Counter] = {}
    for table, column in _text_columns():
        count = sql.SQL(
            "SELECT m[2], count(*) FROM {} t, LATERAL regexp_matches(t.{}::text, {}, 'g') m GROUP BY 1"
        ).format(sql.Identifier(table), sql.Identifier(column), sql.Literal(r'(?:^|")(sm4gcm|aesgcm)\$([0-9]+)\$'))
        with connection.cursor() as cursor:
            cursor.execute(count)
            rows = dict(cursor.fetchall())
        if rows:
            found[f"{table}.{column}"] = Counter(rows)
    return found


def _text_columns() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t "
            "USING (table_schema, table_name) WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' "
            "AND c.data_type IN ('text', 'character varying', 'json', 'jsonb') ORDER BY 1, 2"
        )
        return cursor.fetchall()


def _needs(table: SealedTable) -> sql.Composable:
    """SQL: some value of the row was sealed by a field key that is not the newest (any field key, where data keys belong)."""
    one = "({0} ~ {1} AND split_part({0}, '$', 2) ~ '^[0-9]+$' AND split_part({0}, '$', 2) <> {2})"
    newest = sql.Literal("" if table.lasting else str(keys.newest("field")[0]))
    parts = [sql.SQL(one).format(sql.Identifier(name), sql.Literal(_SEALED), newest) for name in table.columns]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


def _rows(table: SealedTable, after: int, which: sql.Composable, lock: str) -> list[dict]:
    names = ["id", *table.columns, *table.also_read, *(index.column for index in table.indexes)]
    query = sql.SQL("SELECT {} FROM {} WHERE id > {} AND {} ORDER BY id LIMIT {} ").format(
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.Identifier(table.table),
        sql.Literal(after),
        which,
        sql.Literal(BATCH),
    )
    with connection.cursor() as cursor:
        cursor.execute(query + sql.SQL(lock))
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _resealed(table: SealedTable, rows: list[dict], sums: Sums) -> list[dict]:
    newest = str(keys.newest("field")[0])
    changes = []
    for row in rows:
        changed = {}
        for column, context in table.columns.items():
            key_id = key_of(row[column])
            if not key_id or key_id.startswith("d") or (key_id == newest and not table.lasting):
                continue
            try:
                changed[column] = seal(
                    open_sealed(row[column], context=context), context=context, lasting=table.lasting
                )
            except SealBroken:
                sums.broken += 1
        changes.append(changed)
    return changes


def _reindexed(table: SealedTable, rows: list[dict], sums: Sums) -> list[dict]:
    changes = []
    for row in rows:
        changed = {}
        for index in table.indexes:
            context = index.context(row) if callable(index.context) else index.context
            try:
                plain = open_sealed(row[index.source], context=table.columns[index.source])
            except SealBroken:
                sums.broken += 1
                continue
            fresh = blind_index(plain, context=context)
            if fresh and row[index.column] and fresh != row[index.column]:
                changed[index.column] = sums.moved_indexes[row[index.column]] = fresh
        changes.append(changed)
    return changes


def _write(table: SealedTable, rows: list[dict], changes: list[dict]) -> int:
    """Write each change where the row still holds what was read; returns how many rows were changed."""
    written = 0
    with connection.cursor() as cursor:
        for columns in {tuple(change) for change in changes if change}:
            picked = [
                (row, change) for row, change in zip(rows, changes, strict=True) if change and tuple(change) == columns
            ]
            cursor.execute(_update(table.table, columns), _arrays(picked, columns))
            written += cursor.rowcount
    return written


def _update(table: str, columns: tuple[str, ...]) -> sql.Composable:
    fresh = [sql.SQL("{} = v.new{}").format(sql.Identifier(name), sql.SQL(str(n))) for n, name in enumerate(columns)]
    still = [sql.SQL("t.{} = v.old{}").format(sql.Identifier(name), sql.SQL(str(n))) for n, name in enumerate(columns)]
    names = sql.SQL(", ".join(["pk", *(f"old{n}, new{n}" for n in range(len(columns)))]))
    arrays = sql.SQL(", ".join(["%s::bigint[]", *["%s::text[], %s::text[]"] * len(columns)]))
    return sql.SQL("UPDATE {} t SET {} FROM unnest({}) AS v({}) WHERE t.id = v.pk AND {}").format(
        sql.Identifier(table), sql.SQL(", ").join(fresh), arrays, names, sql.SQL(" AND ").join(still)
    )


def _arrays(picked: list[tuple[dict, dict]], columns: tuple[str, ...]) -> list[list]:
    values: list[list] = [[row["id"] for row, _ in picked]]
    for name in columns:
        values += [[row[name] for row, _ in picked], [change[name] for _, change in picked]]
    return values


def may_write(table: SealedTable) -> bool:
    """Whether the database lets this role change the table at all."""
    if table.frozen:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table.table])
            return cursor.fetchone()[0]
    except DatabaseError:
        return False
