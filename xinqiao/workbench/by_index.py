"""Lists and counts read the way their indexes lie: row by row, each with its matter, and stop when the page is full.

Left to itself the planner hashes or merges whole tables as soon as a list may have some thousand rows, because it does not believe
that the first thirty are found at once: at 200,000 matters the count of a leader's area cost 50 ms that way and 0.4 ms this way. Nor
does it believe that there are more rows than it expects: to count the first hundred that are overdue in a region it gathered all
55,000 of them in a bitmap. The settings hold for one statement (`SET LOCAL` in the same message to the server), no other knows of them.
"""

import itertools
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from xinqiao.database.composed import forget_oldest

PLANS_KEPT = 16  # of one connection: that of a side bar takes about a megabyte of the server (0.9 MB measured)
ROW_BY_ROW = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off; "
NO_BITMAPS = "SET LOCAL enable_bitmapscan = off; "
WITHOUT_VALUES = "SET LOCAL plan_cache_mode = force_generic_plan; "
IN_ORDER = "SET LOCAL enable_sort = off; "  # walk the order's own index and leave out what does not belong, instead of sorting


def rows(found: QuerySet, names: Sequence[str], *, plenty: bool = False) -> list[dict]:
    """The rows of a query set as dicts of `names`, one statement. `plenty`: many rows are known to belong, so that a page of them lies
    not far from the beginning of an index in this order."""
    compiler = found.values(*names).query.get_compiler(found.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return []
    fetched = fetch(IN_ORDER * plenty + sql, params, using=found.db)
    return [dict(zip(names, row, strict=True)) for row in compiler.results_iter([fetched])]


def fetch(sql: str, params: Sequence, *, using: str = "default") -> list[tuple]:
    """The answer to one SELECT."""
    with connections[using].cursor() as cursor:
        cursor.execute(ROW_BY_ROW + sql, params)
        while cursor.nextset():  # the settings answer too, with nothing; the last answer is ours
            pass
        return cursor.fetchall()


# ---- asked again and again -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """A SELECT, its values, and of each value what it stands for: None, it belongs to the question; or its SQL type and a name, under which
    it may be another one the next time."""

    sql: str
    values: Sequence
    marks: Sequence[tuple[str, object] | None]


_kept: WeakKeyDictionary = WeakKeyDictionary()  # connection to the server: question → name of its plan ("": asked once so far)
_numbers = itertools.count(1)


def asked_again(question: Question, *, using: str = "default") -> list[tuple]:
    """The answer. From the second time on the server keeps the plan, made without looking at the values: planning a dozen counts takes as
    long as counting. Only for what looks at few rows whatever the values: counts with a limit. Lists in an order are planned each time.

    A pooler gives another connection to each transaction: then nothing is kept.
    """
    connection = connections[using]
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return fetch(NO_BITMAPS + question.sql, question.values, using=using)
    connection.ensure_connection()
    kept = _kept.setdefault(connection.connection, OrderedDict())
    fixed = [value for value, mark in zip(question.values, question.marks, strict=True) if mark is None]
    key = question.sql, repr(fixed)
    if key not in kept:
        kept[key] = ""
        return fetch(forget_oldest(kept, PLANS_KEPT) + NO_BITMAPS + question.sql, question.values, using=using)
    kept.move_to_end(key)
    told = {mark: value for value, mark in zip(question.values, question.marks, strict=True) if mark is not None}
    places = f"({', '.join(['%s'] * len(told))})" if told else ""
    if kept[key]:
        return fetch(f"{NO_BITMAPS}{WITHOUT_VALUES}EXECUTE {kept[key]}{places}", list(told.values()), using=using)
    name = f"asked_again_{next(_numbers)}"
    prepare = f"PREPARE {name} {_with_places(question, list(told))}; "
    found = fetch(f"{prepare}{NO_BITMAPS}{WITHOUT_VALUES}EXECUTE {name}{places}", [*fixed, *told.values()], using=using)
    kept[key] = name
    return found


def _with_places(question: Question, marks: list) -> str:
    """The question as PREPARE wants it: `(integer, date) AS SELECT …`, with a numbered place for each mark."""
    places = {mark: f"${number}" for number, mark in enumerate(marks, 1)}
    pieces, holes = question.sql.split("%s"), ["%s" if mark is None else places[mark] for mark in question.marks]
    kinds = f"({', '.join(kind for kind, _name in marks)}) " if marks else ""
    return f"{kinds}AS " + "".join(itertools.chain(*zip(pieces, holes, strict=False), pieces[-1:]))
