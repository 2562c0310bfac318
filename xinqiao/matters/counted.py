"""What a matter counts as, and that it is counted once: every step says so, and once a night it is proved from the matters.

A matter counts where it is now (`Matter.unit`), in the month in which it was received. What names somebody who must not learn of it
is protected like a report (C-01): a list leaves it out for those concerned, and a figure beside the list would tell them.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.timezone import localtime

from xinqiao.counts import deltas, folding, truth
from xinqiao.counts.cells import UNDECIDED, Cell
from xinqiao.counts.models import Delta, Standing
from xinqiao.database.composed import Composed
from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Line

from .models import Matter

logger = logging.getLogger("xinqiao.counts")

# An organisation is wide when its interval holds some two hundred others (organisations.tree numbers in steps of ten): below that
# adding up the cells of its units costs less than the page around it.
WIDE = 4000
TURNS = 20  # batches of one turn of the worker
NIGHT = range(1, 5)  # hours in which the sums are compared with the truth
CHECK_AFTER, CHECK_AT_LAST = timedelta(hours=20), timedelta(hours=40)


# ---- kept with the matter ----------------------------------------------------------------------------------------------


def cell_of(matter: Matter) -> Cell:
    """The cell of a matter as it is now."""
    return Cell(
        org_id=matter.unit_id or matter.received_by_id,
        stage=str(matter.stage),
        kind=str(matter.kind),
        class_id=matter.content_class_id or UNDECIDED,
        channel=str(matter.channel),
        month=matter.received_on.replace(day=1),
        protected=matter.sealed or matter.has_accused,
    )


def note(matter: Matter, before: Cell | None) -> None:
    """Append what changed since `before` (None: the matter is new), in the step's transaction. Nothing for most steps."""
    now = cell_of(matter)
    if now != before:
        _append([(now, 1), *([(before, -1)] if before else [])])


def add_many(matters: Iterable[Matter]) -> None:
    """Count matters that were stored without a step, in the transaction that stores them. Few rows: matters of one cell are one."""
    _append([(cell_of(matter), 1) for matter in matters])


_PLACES = Composed(lambda ids: Organisation.objects.filter(pk__among=ids).order_by().values_list("pk", "lft"))


def _append(changes: list[tuple[Cell, int]]) -> None:
    places = dict(_PLACES(ids=sorted({cell.org_id for cell, _change in changes})))
    deltas.add((cell, places[cell.org_id], change) for cell, change in changes)


# ---- the worker ----------------------------------------------------------------------------------------------------------


def fold(at: datetime) -> int:
    """The worker's duty: fold what waits, batch by batch; returns how many. After a change of the tree all sums are made anew."""
    if _stands_on_another_tree():
        return rebuild(at=at)
    folded = 0
    for _turn in range(TURNS):
        if not Delta.objects.exists():
            break
        folded += folding.fold(wide_above)
    return folded


def check_at_night(at: datetime) -> int:
    """The worker's duty: compare the sums with the truth once a night (or at last when no night was seen); returns what differs."""
    standing = Standing.objects.filter(pk=1).first()
    since = at - standing.checked_at if standing and standing.checked_at else CHECK_AT_LAST
    if since < CHECK_AFTER or (localtime(at).hour not in NIGHT and since < CHECK_AT_LAST):
        return 0
    return len(check(at=at)[1])


def check(*, at: datetime) -> tuple[int, list[truth.Difference]]:
    """(how many figures differ, the first of them). What is found is kept (`Standing`) and raises an alarm in the log."""
    if _stands_on_another_tree():
        rebuild(at=at)
    number, found = truth.differences(TRUTH, TREE)
    Standing.objects.update_or_create(pk=1, defaults={"checked_at": at, "differing": number})
    if number:
        logger.error("counts.differ", extra={"figures": number, "first": [str(one) for one in found[:5]]})
    return number, found


def rebuild(*, at: datetime | None = None) -> int:
    """Make all sums anew from the matters; returns how many cells there are. Safe while steps are taken."""
    with transaction.atomic():
        mark = tree_mark()
        made = truth.rebuild(TRUTH, TREE)
        Standing.objects.update_or_create(pk=1, defaults={"built_at": at, "tree_mark": mark, "differing": 0})
    return made


def differing() -> int:
    """How many figures did not agree when they were compared last: for /readyz and the pages."""
    return _DIFFERING.first() or 0


_DIFFERING = Composed(lambda: Standing.objects.filter(pk=1).values_list("differing", flat=True)[:1])


# ---- the tree ------------------------------------------------------------------------------------------------------------


def is_wide(organisation: Organisation) -> bool:
    return organisation.rgt - organisation.lft > WIDE


def keeps_own(organisation: Organisation) -> bool:
    """Whether the sums of its own desk are kept ready: an office receives what a whole city or region writes."""
    return organisation.line == Line.PETITION_OFFICE


def wide_above(organisations: set[int]) -> dict[int, list[tuple[int, int]]]:
    """For each organisation the wide ones above it, or itself, and their child on the way down; for an office its own desk too."""
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT unit_id, org_id, child_id FROM ({_UP.format(start='id = ANY(%s)')}) tree",
            [list(organisations)] * 2,
        )
        for unit, organisation, child in cursor.fetchall():
            found[unit].append((organisation, child))
    return found


def tree_mark(newest: int | None = None) -> str:
    """Changes when one of the organisations up to the id `newest` is moved or numbered anew, or becomes a petition office: the sums
    above it are wrong then.

    One that is founded in a gap changes nothing: it had no petitions yet, and its own are folded by the tree as it is.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(id), 0) || ':' || coalesce(sum(hashtext(concat_ws(':', id, lft, rgt, parent_id, line = %s))::bigint), 0) "
            "FROM organisations_organisation WHERE id <= coalesce(%s, id)",
            [Line.PETITION_OFFICE, newest],
        )
        return cursor.fetchone()[0]


def _stands_on_another_tree() -> bool:
    """Also where nothing was counted yet: what was there before this package is counted by the first turn."""
    kept = Standing.objects.filter(pk=1).values_list("tree_mark", flat=True).first()
    return not kept or kept != tree_mark(int(kept.partition(":")[0]))


# A walk up from each organisation by the key; the organisation above all roots is folding.EVERYTHING, the own desk of an office
# folding.own_desk.
_UP = f"""
WITH RECURSIVE up (unit_id, child_id, id, parent_id, wide) AS (
    SELECT id, id, id, parent_id, rgt - lft > {WIDE} FROM organisations_organisation WHERE {{start}}
    UNION ALL
    SELECT up.unit_id, up.id, above.id, above.parent_id, above.rgt - above.lft > {WIDE}
    FROM up JOIN organisations_organisation above ON above.id = up.parent_id
)
SELECT unit_id, id AS org_id, child_id FROM up WHERE wide
UNION ALL SELECT unit_id, {folding.EVERYTHING}, id FROM up WHERE parent_id IS NULL
UNION ALL SELECT id, -id, id FROM organisations_organisation WHERE {{start}} AND line = '{Line.PETITION_OFFICE}'
"""
TREE = _UP.format(start="true")
# The same as `cell_of`, over all matters.
TRUTH = f"""
SELECT coalesce(matter.unit_id, matter.received_by_id) AS org_id, matter.stage, matter.kind,
    coalesce(matter.content_class_id, {UNDECIDED}) AS class_id, matter.channel,
    date_trunc('month', matter.received_on)::date AS month,
    matter.sealed OR accused.matter_id IS NOT NULL AS protected, min(organisation.lft) AS org_lft, count(*) AS number
FROM matters_matter matter
JOIN organisations_organisation organisation ON organisation.id = coalesce(matter.unit_id, matter.received_by_id)
LEFT JOIN (SELECT DISTINCT matter_id FROM matters_accused) accused ON accused.matter_id = matter.id
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
