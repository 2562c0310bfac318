"""Lists and counts read the way their indexes lie: row by row, each with its matter, and stop when the page is full.

Left to itself the planner hashes or merges whole tables as soon as a list may have some thousand rows, because it does not believe
that the first thirty are found at once: at 200,000 matters the count of a leader's area cost 50 ms that way and 0.4 ms this way. Nor
does it believe that there are more rows than it expects: to count the first hundred that are overdue in a region it gathered all
55,000 of them in a bitmap. The settings hold for one statement (`SET LOCAL` in the same message to the server), no other knows of them.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from xinqiao.database import plans

ROW_BY_ROW = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off; "
NO_BITMAPS = "SET LOCAL enable_bitmapscan = off; "
WITHOUT_VALUES = "SET LOCAL plan_cache_mode = force_generic_plan; "
IN_ORDER = "SET LOCAL enable_sort = off; "  # along the order's own index, passing over what does not belong

# of one connection: the plan of a side bar takes about a megabyte of the server (0.9 MB measured)
PLANS = plans.Plans(16, settings=ROW_BY_ROW + NO_BITMAPS, when_kept=WITHOUT_VALUES)


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
    return plans.fetch(connections[using], ROW_BY_ROW + sql, params)


# ---- asked again and again -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """A SELECT, its values, and of each value what it stands for: None, it belongs to the question; or its SQL type and a name, under which
    it may be another one the next time (plans.Question)."""

    sql: str
    given: Sequence
    marks: Sequence[tuple[str, object] | None]
    name = "asked_again"

    def key(self) -> Hashable:
        return self.sql, repr(self.fixed())

    def values(self) -> Sequence:
        return self.given

    def told(self) -> list:
        return list(self._marked().values())

    def fixed(self) -> list:
        return [value for value, mark in zip(self.given, self.marks, strict=True) if mark is None]

    def prepared(self) -> str:
        places = {mark: f"${number}" for number, mark in enumerate(self._marked(), 1)}
        kinds = f"({', '.join(kind for kind, _name in places)}) " if places else ""
        return f"{kinds}AS {plans.with_places(self.sql, [places.get(mark, '%s') for mark in self.marks])}"

    def _marked(self) -> dict[tuple[str, object], object]:
        return {mark: value for value, mark in zip(self.given, self.marks, strict=True) if mark is not None}


def asked_again(question: Question, *, using: str = "default") -> list[tuple]:
    """The answer. From the second time on the server keeps the plan, made without looking at the values: planning a dozen counts takes as
    long as counting. Only for what looks at few rows whatever the values: counts with a limit. Lists in an order are planned each time."""
    return PLANS.answer(question, connections[using])
