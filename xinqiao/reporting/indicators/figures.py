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

from django.db.models import QuerySet

from xinqiao.database import reading
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
    wanted = [code for code in (codes or indicators.COMPUTED) if not indicators.find(code).missing]
    sums = _read(span_of(organisation, alone=alone), start_on, end_on, wanted)
    reckoned = _to_be_reckoned(sums)
    return [figure(code, sums.get(code, Sums()), part=code in reckoned) for code in wanted]


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
    for month, *numbers in _both(
        "date_trunc('month', rows.{day})::date", span_of(organisation, alone=alone), start_on, end_on, [code]
    ):
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
    return Matter.objects.visible_to(officer).filter(pk__in=facts.values("matter"))


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
_SCOPE = "JOIN organisations_organisation organ ON organ.id = rows.organisation_id WHERE organ.lft BETWEEN %s AND %s"


def _read(span: Span, start_on: date, end_on: date, codes: list[str]) -> dict[str, Sums]:
    rows = _both("code", span, start_on, end_on, codes)
    return {code: Sums(*map(int, numbers)) for code, *numbers in rows}


def _by_organ(span: Span, start_on: date, end_on: date, code: str) -> list[tuple[int, Sums]]:
    return [(lft, Sums(*map(int, numbers))) for lft, *numbers in _both("organ.lft", span, start_on, end_on, [code])]


def _both(key: str, span: Span, start_on: date, end_on: date, codes: list[str]) -> list[tuple]:
    """Whole months from the sums, the days at both ends from the facts, added up by `key`."""
    whole, edges = _whole_months(start_on, end_on)
    sources = [
        *(("reporting_monthsum", "month", one) for one in whole),
        *(("reporting_fact", "day", one) for one in edges),
    ]
    if few.CODES & set(codes):
        sources.append((f"({few.ROWS})", "day", (start_on, end_on)))
    parts, values = [], []
    for table, day, (first, last) in sources:
        columns = f"{key.format(day=day)} AS key, rows.denominator, rows.numerator, rows.days, rows.excluded"
        parts.append(
            f"SELECT {columns} FROM {table} rows {_SCOPE} AND rows.code = ANY(%s) AND rows.{day} BETWEEN %s AND %s"
        )
        values += [*span, codes, first, last]
    statement = f"SELECT key, {_SUMMED} FROM ({' UNION ALL '.join(parts)}) rows GROUP BY key"
    with reading.connection().cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _wide(span: Span) -> int | None:
    """The organisation whose sums with all below it are kept ready, if these are its units."""
    found = Organisation.objects.filter(lft=span[0], rgt=span[1]).values_list("pk", flat=True).first()
    return found if found is not None and span[1] - span[0] > counted.WIDE else None


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
