"""The facts kept up with what happens: each matter's are made anew as a whole, and what changed is added to the sums of its months.

    note(matter_id)   after an event: this matter is due (one row, in the transaction that notes the event as told)
    keep(at)          the worker's duty: make the facts of what is due, or new, or changes today although nothing happened
    check(at)         once a night: facts and sums compared with the matters, part by part
    rebuild()         all of it anew

A matter's row in `Kept` is locked while its facts are made, so that two workers never make them at once; sums are changed in one order
everywhere, so that two never wait for each other. Who notes a matter while it is being made finds it due again afterwards.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from operator import add

from django.db import connection, transaction
from django.db.models import F
from django.utils.timezone import localdate, localtime

from xinqiao.counts.models import Standing as CountsStanding
from xinqiao.database.composed import Composed
from xinqiao.matters import counted
from xinqiao.matters.history import EXPAND
from xinqiao.matters.models import Delivery, Event, Matter
from xinqiao.organisations.models import Organisation

from . import cases
from .counting import Counted, count
from .models import Fact, Kept, Standing

logger = logging.getLogger("xinqiao.indicators")

BATCH = 100  # whoever notes one of these waits that long
TURNS = 20  # batches of one turn of the worker
AT_ONCE = date(1970, 1, 1)
LATE_COMMITS = 20_000  # ids behind the newest that may still appear: a long import commits after those that came later
LOCK = 7_310_427  # those who change sums share it, a rebuild has it alone
NIGHT = range(1, 5)
CHECK_AFTER, CHECK_AT_LAST = timedelta(hours=20), timedelta(hours=40)
CHECKED_A_NIGHT = 200_000  # matters; the next night goes on behind them


def note(matter_id: int) -> None:
    """Something happened in this matter: its facts are made anew by the next turn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reporting_kept (matter_id, look_on) VALUES (%s, %s) "
            "ON CONFLICT (matter_id) DO UPDATE SET look_on = excluded.look_on",
            [matter_id, AT_ONCE],
        )


def some_wait() -> bool:
    return Kept.objects.filter(look_on=AT_ONCE).exists()


def keep(at: datetime) -> int:
    """The worker's duty; returns how many matters it looked at."""
    today, done = localdate(at), 0
    if _stands_on_another_tree():
        rebuild_sums()
    for _turn in range(TURNS):
        ids = _due(today) or _new()
        if not ids:
            break
        refresh(ids, today=today)
        done += len(ids)
    return done


def _due(today: date) -> list[int]:
    return list(Kept.objects.filter(look_on__lte=today).order_by("look_on", "pk").values_list("pk", flat=True)[:BATCH])


def _new() -> list[int]:
    """Matters that came without an event being told: imports, the seeded region, what was there before this package."""
    standing = _standing()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT matter.id FROM matters_matter matter WHERE matter.id > %s "
            "AND NOT EXISTS (SELECT 1 FROM reporting_kept kept WHERE kept.matter_id = matter.id) ORDER BY matter.id LIMIT %s",
            [standing.seen_to - LATE_COMMITS, BATCH],
        )
        found = [row[0] for row in cursor.fetchall()]
    reached = found[-1] if found else Matter.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if reached > standing.seen_to:
        Standing.objects.filter(pk=1).update(seen_to=reached)
    return found


def _standing() -> Standing:
    return Standing.objects.get_or_create(pk=1)[0]


# ---- one batch -------------------------------------------------------------------------------------------------------------


def refresh(matter_ids: Iterable[int], *, today: date) -> int:
    """Make the facts of these matters anew as of `today`; returns how many rows changed."""
    changed, repeats = _make(sorted(matter_ids), today=today)
    # After the commit: no lock of another matter is asked for while ours are held.
    for other in sorted(cases.earlier_to_look_at(repeats)):
        note(other)
    return changed


@transaction.atomic
def _make(ids: list[int], *, today: date) -> tuple[int, set[int]]:
    """(rows that changed, matters that turned out to be repeats)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
    _lock(ids)
    made = cases.load(ids, today=today)
    before = _stored(ids)
    gone, new, marks, again = [], [], [], set()
    for pk, case in made.items():
        facts, look_on = count(case)
        marks.append(Kept(pk, look_on))
        wanted, had = Counter(facts), Counter({fact: len(rows) for fact, rows in before.get(pk, {}).items()})
        for fact in wanted - had:
            new += [(pk, fact)] * (wanted - had)[fact]
        for fact, surplus in (had - wanted).items():
            gone += [(pk, row, fact) for row in before[pk][fact][:surplus]]
        if any(one.code == "repeat_filed" for one in wanted - had):
            again.add(pk)
    _store(gone, new)
    Kept.objects.bulk_update(marks, ["look_on"])
    return len(gone) + len(new), again


def _lock(ids: list[int]) -> None:
    Kept.objects.bulk_create([Kept(pk, AT_ONCE) for pk in ids], ignore_conflicts=True)
    list(Kept.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def _stored(ids: list[int]) -> dict[int, dict[Counted, list[int]]]:
    found: dict[int, dict[Counted, list[int]]] = {}
    columns = ("code", "organisation_id", "day", "denominator", "numerator", "days", "excluded")
    for row in Fact.objects.filter(matter__in=ids).values_list("matter_id", "pk", *columns):
        found.setdefault(row[0], {}).setdefault(Counted(*row[2:]), []).append(row[1])
    return found


def _store(gone: list[tuple[int, int, Counted]], new: list[tuple[int, Counted]]) -> None:
    Fact.objects.filter(pk__in=[row for _pk, row, _fact in gone]).delete()
    Fact.objects.bulk_create([Fact(matter_id=pk, **fact._asdict()) for pk, fact in new], batch_size=1000)
    changes: dict[tuple, list[int]] = {}
    for sign, fact in [*((-1, fact) for _pk, _row, fact in gone), *((1, fact) for _pk, fact in new)]:
        sums = changes.setdefault((fact.organisation_id, fact.code, fact.day.replace(day=1)), [0, 0, 0, 0])
        for place, number in enumerate((fact.denominator, fact.numerator, fact.days, fact.excluded)):
            sums[place] += sign * number
    rows = [(*key, *sums) for key, sums in sorted(changes.items()) if any(sums)]
    _add("reporting_monthsum", rows)
    _add("reporting_areasum", _of_areas(rows))


_ADD = """
INSERT INTO {table} (organisation_id, code, month, denominator, numerator, days, excluded)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::int[], %s::int[], %s::bigint[], %s::int[])
ON CONFLICT (organisation_id, code, month) DO UPDATE SET
    denominator = {table}.denominator + excluded.denominator, numerator = {table}.numerator + excluded.numerator,
    days = {table}.days + excluded.days, excluded = {table}.excluded + excluded.excluded
"""


def _add(table: str, rows: list[tuple]) -> None:
    """In the order of the keys: two that meet wait for each other at most, and never both."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_ADD.format(table=table), [list(column) for column in zip(*rows, strict=True)])


def _of_areas(rows: list[tuple]) -> list[tuple]:
    """What these rows add to the wide organisations above their own, themselves among them."""
    organs = Organisation.objects.annotate(width=F("rgt") - F("lft"))
    wide = list(organs.filter(width__gt=counted.WIDE).order_by("pk").values_list("pk", "lft", "rgt")) if rows else []
    places = dict(organs.filter(pk__in={row[0] for row in rows}).values_list("pk", "lft")) if wide else {}
    sums: dict[tuple, list[int]] = {}
    for organ, code, month, *numbers in rows if wide else ():
        for pk, lft, rgt in wide:
            if lft <= places[organ] <= rgt:
                found = sums.setdefault((pk, code, month), [0, 0, 0, 0])
                found[:] = map(add, found, numbers)
    return [(*key, *numbers) for key, numbers in sorted(sums.items()) if any(numbers)]


# ---- the truth -------------------------------------------------------------------------------------------------------------

_SUMS = """
SELECT organisation_id, code, date_trunc('month', day)::date AS month, sum(denominator) AS denominator, sum(numerator) AS numerator,
    sum(days) AS days, sum(excluded) AS excluded
FROM reporting_fact GROUP BY 1, 2, 3
"""
_AREAS = f"""
SELECT area.id AS organisation_id, code, month, sum(denominator) AS denominator, sum(numerator) AS numerator, sum(days) AS days,
    sum(excluded) AS excluded
FROM organisations_organisation area JOIN organisations_organisation organ ON organ.lft BETWEEN area.lft AND area.rgt
JOIN reporting_monthsum rows ON rows.organisation_id = organ.id
WHERE area.rgt - area.lft > {counted.WIDE} GROUP BY 1, 2, 3
"""
_INTO = "INSERT INTO {table} (organisation_id, code, month, denominator, numerator, days, excluded) {rows}"
INTO_AREAS = _INTO.format(table="reporting_areasum", rows=_AREAS)


@transaction.atomic
def rebuild_sums() -> int:
    """Add all sums up anew from the facts; returns how many there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DELETE FROM reporting_monthsum")
        cursor.execute(_INTO.format(table="reporting_monthsum", rows=_SUMS))
        made = cursor.rowcount
        cursor.execute("DELETE FROM reporting_areasum")
        cursor.execute(INTO_AREAS)
    Standing.objects.update_or_create(pk=1, defaults={"tree_mark": counted.tree_mark()})
    return made


def _stands_on_another_tree() -> bool:
    kept = _standing().tree_mark
    return not kept or kept != counted.tree_mark(int(kept.partition(":")[0]))


def rebuild(*, today: date) -> int:
    """Make the facts of every matter anew, then the sums; safe while steps are taken. Returns how many matters there are."""
    done, last = 0, 0
    while ids := _after(last):
        refresh(ids, today=today)
        done, last = done + len(ids), ids[-1]
    rebuild_sums()
    Standing.objects.update_or_create(pk=1, defaults={"seen_to": last, "differing": 0})
    return done


def _after(last: int) -> list[int]:
    return list(Matter.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH])


def check_at_night(at: datetime) -> int:
    """The worker's duty: compare once a night, or at last when no night was seen; returns what differs."""
    standing = _standing()
    since = at - standing.checked_at if standing.checked_at else CHECK_AT_LAST
    if since < CHECK_AFTER or (localtime(at).hour not in NIGHT and since < CHECK_AT_LAST):
        return 0
    return check(at=at)


def check(*, at: datetime, most: int = CHECKED_A_NIGHT) -> int:
    """Compare the sums with the facts, and the facts of the next `most` matters with the matters; mend what differs, with an alarm."""
    keep(at)
    wrong_sums = _sums_differ()
    standing, today = _standing(), localdate(at)
    last, looked, wrong = standing.checked_to, 0, 0
    while looked < most and (ids := _after(last)):
        wrong += _mend(ids, today=today)
        looked, last = looked + len(ids), ids[-1]
    if wrong_sums:
        rebuild_sums()
    reached = last if looked >= most else 0  # from the beginning again
    Standing.objects.filter(pk=1).update(checked_to=reached, checked_at=at, differing=wrong + wrong_sums)
    if wrong + wrong_sums:
        logger.error("indicators.differ", extra={"facts": wrong, "sums": wrong_sums})
    return wrong + wrong_sums


def check_all(*, at: datetime) -> int:
    """The same of every matter at once; returns what differed."""
    while keep(at):
        pass
    Standing.objects.update_or_create(pk=1, defaults={"checked_to": 0})
    return check(at=at, most=2**62)


def _mend(ids: list[int], *, today: date) -> int:
    """How many facts of these matters were wrong; what is due anyway, or happens meanwhile, is not."""
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    due = set(Kept.objects.filter(pk__in=ids, look_on__lte=today).values_list("pk", flat=True))
    untold = Delivery.objects.filter(matter_id__in=ids, reaction=EXPAND, state__in=("pending", "claimed"))
    due |= set(untold.values_list("matter_id", flat=True))
    settled = [pk for pk in ids if pk not in due]
    changed = refresh(settled, today=today)
    return 0 if changed and Event.objects.filter(matter__in=settled, pk__gt=newest).exists() else changed


_DIFFER = """
SELECT count(*) FROM {table} kept FULL JOIN ({rows}) fact USING (organisation_id, code, month)
WHERE (coalesce(kept.denominator, 0), coalesce(kept.numerator, 0), coalesce(kept.days, 0), coalesce(kept.excluded, 0))
    <> (coalesce(fact.denominator, 0), coalesce(fact.numerator, 0), coalesce(fact.days, 0), coalesce(fact.excluded, 0))
"""


@transaction.atomic
def _sums_differ() -> int:
    wrong = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table, rows in (("reporting_monthsum", _SUMS), ("reporting_areasum", _AREAS)):
            cursor.execute(_DIFFER.format(table=table, rows=rows))
            wrong += cursor.fetchone()[0]
    return wrong


def differing() -> int:
    """How much did not agree when it was compared last: for /readyz and the page."""
    return Standing.objects.filter(pk=1).values_list("differing", flat=True).first() or 0


def differing_anywhere() -> int:
    """The same of the counts and of the indicators together, for a page that shows both."""
    return sum(_BOTH_DIFFER())


_BOTH_DIFFER = Composed(
    lambda: (
        Standing.objects.filter(pk=1)
        .values_list("differing", flat=True)
        .union(CountsStanding.objects.filter(pk=1).values_list("differing", flat=True), all=True)
    )
)
