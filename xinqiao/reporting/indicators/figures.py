"""Read the indicators: of one organ and period, unit by unit, month by month, and the matters behind each figure.

    of(organisation, start_on, end_on)                  every figure of the organ and what lies below it in the tree
    by_unit(code, organisation, start_on, end_on)       one figure, one row for each child, in the order of the tree - never by value
    by_month(code, organisation, start_on, end_on)      one figure along time
    behind(code, organisation, start_on, end_on, officer=…)   the matters, as far as this officer may open them

Whole months come from the sums, the days before and after them from the facts. A figure of fewer than five, or one that would let few
be reckoned, is withheld: its numbers are None then, and `told` says so (C-14). Who may ask for whose figures is the page's affair.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from xinqiao.database import reading
from xinqiao.days import begins_at
from xinqiao.matters import counted
from xinqiao.matters.actors import Actor
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Organisation
from xinqiao.rules import indicators
from xinqiao.rules.indicators import Indicator, Measure
from xinqiao.rules.small_cells import AT_LEAST, NOT_SHOWN, WITHHELD, shown, shown_parts

from . import few
from .models import Fact

ONE_DAY = timedelta(days=1)
Span = tuple[int, int]  # first and last `lft` of the organs that are counted
NUMERATOR, REST, ALL, EXCLUDED = "numerator", "rest", "all", "excluded"
PARTS = {
    NUMERATOR: {"numerator": 1},
    REST: {"denominator": 1, "numerator": 0},
    ALL: {"denominator": 1},
    EXCLUDED: {"excluded": 1},
}
_SIZES = {NUMERATOR: "numerator", REST: "rest", ALL: "denominator", EXCLUDED: "excluded"}
GATHERED = 10_000  # matters behind a figure that are gathered and put in order; of more, the list is walked from the newest back


@dataclass(frozen=True)
class Sums:
    """What was counted, before anything is withheld. Never shown as it is."""

    denominator: int = 0
    numerator: int = 0
    days: int = 0
    excluded: int = 0

    @property
    def rest(self) -> int:
        return self.denominator - self.numerator


@dataclass(frozen=True)
class Figure:
    """One figure as it may be told. `value` is a share of 1 or mean days; all numbers are None where they are withheld.

    `hidden`: something is withheld because it is small. `note`: what to know before leaning on it. `told`: numerator, denominator and
    value in words for a table. `bound`: of a withheld rate, between what it lies ("90%以上"), which says no more than "fewer than five".
    """

    code: str
    numerator: int | None
    denominator: int | None
    excluded: str
    value: float | None
    note: str
    hidden: bool
    told: tuple[str, str, str]
    bound: str = ""

    @property
    def indicator(self) -> Indicator:
        return indicators.find(self.code)

    @property
    def is_empty(self) -> bool:
        return self.denominator == 0


@dataclass(frozen=True)
class UnitFigure:
    """The figure of one child in the tree, or of the organ itself (`own`)."""

    organisation: Organisation
    figure: Figure
    own: bool = False


# ---- what pages and reports ask ----------------------------------------------------------------------------------------------


@reading.from_replica
def of(
    organisation: Organisation | Span,
    start_on: date,
    end_on: date,
    codes: Iterable[str] | None = None,
    *,
    alone: bool = False,
) -> list[Figure]:
    """The figures of an organ with all below it (`alone`: only itself), both days counted, in the order of the table."""
    return of_each(organisation, [(start_on, end_on)], codes, alone=alone)[0]


@reading.from_replica
def of_each(
    organisation: Organisation | Span,
    periods: Sequence[tuple[date, date]],
    codes: Iterable[str] | None = None,
    *,
    alone: bool = False,
) -> list[list[Figure]]:
    """The same of several periods, read in one statement."""
    wanted = [code for code in (codes or indicators.COMPUTED) if not indicators.find(code).missing]
    found = []
    for sums in _read_each(organisation, periods, wanted, alone=alone):
        reckoned = _to_be_reckoned(sums)
        found.append([figure(code, sums.get(code, Sums()), part=code in reckoned) for code in wanted])
    return found


@reading.from_replica
def by_unit(
    code: str, organisation: Organisation, start_on: date, end_on: date, children: Sequence[Organisation] | None = None
) -> list[UnitFigure]:
    """A row for each child that counts something, then the organ itself. Small ones are withheld so that none can be reckoned."""
    if children is None:
        children = list(Organisation.objects.filter(parent=organisation).order_by("lft"))
    found = _by_organ(span_of(organisation), start_on, end_on, code)
    rows: dict[int, Sums] = {}
    for lft, sums in found:
        child = next((one for one in children if one.lft <= lft <= one.rgt), organisation)
        rows[child.pk] = _plus(rows.get(child.pk, Sums()), sums)
    withheld = _to_withhold(rows, indicators.find(code))
    order = [*children, organisation]
    return [
        UnitFigure(one, figure(code, rows[one.pk], withhold=one.pk in withheld), own=one.pk == organisation.pk)
        for one in order
        if one.pk in rows and (rows[one.pk].denominator or rows[one.pk].excluded)
    ]


@reading.from_replica
def by_month(
    code: str, organisation: Organisation | Span, start_on: date, end_on: date, *, alone: bool = False
) -> list[tuple[date, Figure]]:
    """One figure for each month of the period, the first day of the month with it."""
    rows = dict.fromkeys(_months(start_on, end_on), Sums())
    span = span_of(organisation, alone=alone)
    by = "date_trunc('month', rows.{day})::date"
    area = _area_of(organisation, alone=alone)
    for month, *numbers in _both(by, span, [(start_on, end_on)], [code], area=area):
        rows[month] = Sums(*map(int, numbers))
    months = {str(month): sums for month, sums in rows.items()}
    withheld = _to_withhold(months, indicators.find(code))
    return [(month, figure(code, sums, withhold=str(month) in withheld)) for month, sums in rows.items()]


def behind(
    code: str,
    organisation: Organisation | Span,
    start_on: date,
    end_on: date,
    *,
    officer: Actor,
    part: str = ALL,
    alone: bool = False,
) -> QuerySet[Matter]:
    """The matters of a figure, or of one part of it, that this officer may open; what is hidden from them is left out."""
    indicators.find(code)
    span = span_of(organisation, alone=alone)
    if code in few.CODES:
        return Matter.objects.visible_to(officer).filter(
            pk__in=_matters_of_few(code, span, start_on, end_on, PARTS[part])
        )
    facts = Fact.objects.filter(code=code, day__range=(start_on, end_on), organisation__lft__range=span, **PARTS[part])
    seen, sums = (
        Matter.objects.visible_to(officer),
        _read_each(organisation, [(start_on, end_on)], [code], alone=alone)[0],
    )
    if getattr(sums.get(code, Sums()), _SIZES[part]) <= GATHERED:
        return seen.filter(pk__in=facts.values("matter"))
    # So many that a list of the newest soon meets them; nothing counts before it came.
    came_by = begins_at(end_on + ONE_DAY)
    return seen.filter(Exists(facts.filter(matter=OuterRef("pk"))), received_at__lt=came_by)


def _matters_of_few(code: str, span: Span, start_on: date, end_on: date, part: dict[str, int]) -> list[int]:
    only = "".join(f" AND rows.{column} = {number}" for column, number in part.items())
    statement = f"SELECT DISTINCT unnest(rows.matters) FROM ({few.ROWS}) rows {_SCOPE} AND rows.code = %s AND rows.day BETWEEN %s AND %s{only}"
    with reading.connection().cursor() as cursor:
        cursor.execute(statement, [*span, code, start_on, end_on])
        return [row[0] for row in cursor.fetchall()]


def span_of(organisation: Organisation | Span, *, alone: bool = False) -> Span:
    if not isinstance(organisation, Organisation):
        return organisation
    return (organisation.lft, organisation.lft) if alone else organisation.interval


# ---- what may be told --------------------------------------------------------------------------------------------------------


def figure(code: str, sums: Sums, *, withhold: bool = False, part: bool = False) -> Figure:
    """The sums as they may be told. `withhold`: because another one could be reckoned from it; `part`: only its numerator is."""
    row = indicators.find(code)
    excluded = shown(sums.excluded)
    if row.measure is Measure.COUNT:
        hidden = withhold or _is_small(sums.denominator)
        number, word = (None, NOT_SHOWN) if hidden else (sums.denominator, str(sums.denominator))
        word = WITHHELD if hidden and not withhold else word
        return Figure(code, number, number, excluded, None, "", hidden, (word, "", word))
    if withhold or _is_small(sums.denominator):
        word = WITHHELD if _is_small(sums.denominator) else NOT_SHOWN
        return Figure(
            code,
            None,
            None,
            excluded,
            None,
            indicators.confidence(sums.denominator),
            True,
            (NOT_SHOWN, word, NOT_SHOWN),
        )
    note = indicators.confidence(sums.denominator)
    if not sums.denominator:
        return Figure(code, 0, 0, excluded, None, note, False, ("0", "0", "—"))
    if row.measure is Measure.DAYS:
        mean = sums.days / sums.denominator
        return Figure(
            code,
            sums.days,
            sums.denominator,
            excluded,
            mean,
            note,
            False,
            (str(sums.days), str(sums.denominator), f"{mean:.1f}日"),
        )
    if part or _is_small(sums.numerator) or _is_small(sums.rest):
        bound = NOT_SHOWN if part and not (_is_small(sums.numerator) or _is_small(sums.rest)) else _bound(sums)
        told = (WITHHELD if _is_small(sums.numerator) else NOT_SHOWN, str(sums.denominator), bound)
        return Figure(code, None, sums.denominator, excluded, None, note, True, told, bound)
    share = sums.numerator / sums.denominator
    return Figure(
        code, sums.numerator, sums.denominator, excluded, share, note, False,
        (str(sums.numerator), str(sums.denominator), percent(share)),
    )  # fmt: skip


def percent(share: float) -> str:
    return f"{share:.1%}"


def _is_small(number: int) -> bool:
    return 0 < number < AT_LEAST


def _bound(sums: Sums) -> str:
    """What "fewer than five" leaves open: no figure that could be turned back into one."""
    most = (AT_LEAST - 1) / sums.denominator
    if _is_small(sums.numerator) and _is_small(sums.rest):
        return NOT_SHOWN
    return f"不超过{percent(most)}" if _is_small(sums.numerator) else f"{percent(1 - most)}以上"


def _to_be_reckoned(sums: dict[str, Sums]) -> set[str]:
    """Codes whose numerator is one part of a sum that is told: withheld with a small one beside it (C-14)."""
    hidden = set()
    for parts in indicators.PARTS_OF_A_SUM:
        told = shown_parts({code: sums[code].numerator for code in parts if code in sums})
        hidden |= {code for code, word in told.items() if not word.isdecimal()}
    return hidden


def _to_withhold(rows: dict, row: Indicator) -> set:
    """Keys of rows that must be withheld next to a total: the small ones, and one more where a single one could be reckoned."""
    hidden = set()
    for part in ("denominator", "numerator", "rest") if row.measure is Measure.RATE else ("denominator",):
        told = shown_parts({str(key): getattr(sums, part) for key, sums in rows.items()})
        hidden |= {key for key in rows if not told[str(key)].isdecimal()}
    return hidden


# ---- the statements ------------------------------------------------------------------------------------------------------------

_SUMMED = "sum(rows.denominator), sum(rows.numerator), sum(rows.days), sum(rows.excluded)"
_KEPT = "WHERE rows.organisation_id = %s"
_SCOPE = "JOIN organisations_organisation organ ON organ.id = rows.organisation_id WHERE organ.lft BETWEEN %s AND %s"


def _read(span: Span, start_on: date, end_on: date, codes: list[str]) -> dict[str, Sums]:
    return _read_each(span, [(start_on, end_on)], codes)[0]


def _read_each(
    organisation: Organisation | Span, periods: Sequence[tuple[date, date]], codes: list[str], *, alone: bool = False
) -> list[dict[str, Sums]]:
    span, area = span_of(organisation, alone=alone), _area_of(organisation, alone=alone)
    found: list[dict[str, Sums]] = [{} for _period in periods]
    for key, *numbers in _both("{place} || ':' || rows.code", span, periods, codes, area=area):
        place, _colon, code = key.partition(":")
        found[int(place)][code] = Sums(*map(int, numbers))
    return found


def _by_organ(span: Span, start_on: date, end_on: date, code: str) -> list[tuple[int, Sums]]:
    rows = _both("organ.lft", span, [(start_on, end_on)], [code])
    return [(lft, Sums(*map(int, numbers))) for lft, *numbers in rows]


def _both(
    key: str, span: Span, periods: Sequence[tuple[date, date]], codes: list[str], *, area: int | None = None
) -> list[tuple]:
    """Whole months from the sums, the days at both ends from the facts, added up by `key`, in which `place` is the number of the period.

    `area`: the organisation of which the sums of these units are kept ready; `key` must not ask for the organ then.
    """
    parts, values = [], []
    for place, (start_on, end_on) in enumerate(periods):
        whole, edges = _whole_months(start_on, end_on)
        kept = ("reporting_monthsum", _SCOPE, span) if area is None else ("reporting_areasum", _KEPT, (area,))
        sources = [
            *((*kept, "month", one) for one in whole),
            *(("reporting_fact", _SCOPE, span, "day", one) for one in edges),
        ]
        if few.CODES & set(codes):
            sources.append((f"({few.ROWS})", _SCOPE, span, "day", (start_on, end_on)))
        for table, scope, where, day, (first, last) in sources:
            columns = (
                f"{key.format(day=day, place=place)} AS key, rows.denominator, rows.numerator, rows.days, rows.excluded"
            )
            parts.append(
                f"SELECT {columns} FROM {table} rows {scope} AND rows.code = ANY(%s) AND rows.{day} BETWEEN %s AND %s"
            )
            values += [*where, codes, first, last]
    statement = f"SELECT key, {_SUMMED} FROM ({' UNION ALL '.join(parts)}) rows GROUP BY key"
    with reading.connection().cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _area_of(organisation: Organisation | Span, *, alone: bool = False) -> int | None:
    """The organisation whose sums with all below it are kept ready (`AreaSum`), if these are its units."""
    span = span_of(organisation, alone=alone)
    if span[1] - span[0] <= counted.WIDE:
        return None
    if isinstance(organisation, Organisation):
        return organisation.pk
    return Organisation.objects.filter(lft=span[0], rgt=span[1]).values_list("pk", flat=True).first()


def _whole_months(start_on: date, end_on: date) -> tuple[list[Span], list[Span]]:
    """(first days of the first and last whole month, spans of days outside them)."""
    if start_on > end_on:
        raise ValueError("the period ends before it begins")
    first = start_on if start_on.day == 1 else next_month(start_on)
    after = next_month(end_on) if (end_on + ONE_DAY).day == 1 else end_on.replace(day=1)
    if first >= after:
        return [], [(start_on, end_on)]
    edges = [(start_on, first - ONE_DAY)] if start_on < first else []
    edges += [(after, end_on)] if after <= end_on else []
    return [(first, after - ONE_DAY)], edges


def next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _months(start_on: date, end_on: date) -> list[date]:
    found = [start_on.replace(day=1)]
    while (following := next_month(found[-1])) <= end_on:
        found.append(following)
    return found


def _plus(one: Sums, other: Sums) -> Sums:
    return Sums(
        one.denominator + other.denominator,
        one.numerator + other.numerator,
        one.days + other.days,
        one.excluded + other.excluded,
    )
