"""The figures of a stretch of the tree in whole months, beside those of the time before and of the year before. Nothing is told from here
that a small cell would give away (C-14); reports on officials and what names an accused are in none (C-01)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Count, Exists, Min, OuterRef

from xinqiao.counts import reading
from xinqiao.counts.cells import UNDECIDED
from xinqiao.matters import counted
from xinqiao.matters.models import Accused, Matter, Referral
from xinqiao.organisations.models import ContentClass, Organisation
from xinqiao.reporting.indicators import figures as indicators
from xinqiao.rules.reports import MONTHS, growth
from xinqiao.rules.small_cells import NOT_SHOWN, shown, shown_parts
from xinqiao.rules.stages import Kind

ONE_DAY = timedelta(days=1)
UNSORTED = "还没有分类"


def shifted(month: date, months: int) -> date:
    """The first day of the month that many months later (or earlier)."""
    place = month.year * 12 + month.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


@dataclass(frozen=True)
class Period:
    """Whole months: the first day of the first and of the last."""

    first: date
    last: date

    @property
    def start_on(self) -> date:
        return self.first

    @property
    def end_on(self) -> date:
        return shifted(self.last, 1) - ONE_DAY

    @property
    def months(self) -> int:
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    @property
    def before(self) -> "Period":
        """As many months just before."""
        return Period(shifted(self.first, -self.months), shifted(self.first, -1))

    @property
    def year_ago(self) -> "Period":
        return Period(shifted(self.first, -12), shifted(self.last, -12))

    def words(self) -> str:
        first, last = self.first, self.last
        if first == last:
            return f"{first.year}年{first.month}月"
        if (first.month, last.month) == (1, 12) and first.year == last.year:
            return f"{first.year}年"
        year = "" if first.year == last.year else f"{last.year}年"
        return f"{first.year}年{first.month}月至{year}{last.month}月"


@dataclass(frozen=True)
class Line:
    """One figure beside those it is compared with, as they may be told."""

    key: object
    label: str
    told: str
    before: str = NOT_SHOWN
    year_ago: str = NOT_SHOWN
    depth: int = 0

    @property
    def on_before(self) -> str:
        return growth(number(self.told), number(self.before))

    @property
    def on_year(self) -> str:
        return growth(number(self.told), number(self.year_ago))

    @property
    def rise(self) -> int:
        """How many more than before; 0 where it is not told."""
        now, before = number(self.told), number(self.before)
        return now - before if now is not None and before is not None else 0


@dataclass(frozen=True)
class Place:
    """One child of the tree with what is reported there, in the order of the classification."""

    organisation: Organisation
    told: str
    about: list[tuple[str, str, int]]  # class, number, id of the class


def number(told: str) -> int | None:
    return int(told) if told.isdecimal() else None


@dataclass(frozen=True)
class Class:
    """A content class (C.6) as figures name it."""

    name: str
    code: str
    parent: int | None


class Area:
    """All figures of one stretch of the tree in one period. Read when they are asked for, each once."""

    def __init__(
        self, about: tuple[int, int], period: Period, *, today: date, alone: bool = False,
        tree: tuple[Organisation | None, list[Organisation]] | None = None, classes: "Mapping[int, Class] | None" = None,
    ):  # fmt: skip
        """`tree`: the organisation and its children, `classes`: the classification, of whoever has read them already."""
        self.about, self.period, self.today = about, period, today
        self.alone = alone
        self.span = (about[0], about[0]) if alone else about
        if tree is not None:
            self.top, self.children = tree
        if classes is not None:
            self.classes = classes

    @cached_property
    def top(self) -> Organisation | None:
        return Organisation.objects.filter(lft=self.about[0]).first()

    @property
    def name(self) -> str:
        return self.top.name if self.top else "全部机关"

    @cached_property
    def children(self) -> list[Organisation]:
        return (
            [] if self.alone or self.top is None else list(Organisation.objects.filter(parent=self.top).order_by("lft"))
        )

    # ---- volumes ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _read(self) -> tuple[list[reading.Figures], dict[int, Counter]]:
        """This period, the one before, a year ago, and the course to its end, in one statement; and of this period child by child."""
        children = [(one.pk, one.lft, one.rgt) for one in self.children]
        wide = self.top is not None and counted.is_wide(self.top)
        head = reading.Head(self.top.pk if self.top else 0, *self.about, children, wide=wide, alone=self.alone)
        periods = (self.period, self.period.before, self.period.year_ago, self._long)
        return reading.read_each(head, [(one.first, one.last) for one in periods])

    @property
    def _long(self) -> Period:
        """The twelve months to the end of the period, or its own where it is longer."""
        return Period(min(self.period.first, shifted(self.period.last, 1 - MONTHS)), self.period.last)

    @property
    def now(self) -> reading.Figures:
        return self._read[0][0]

    @property
    def all_three(self) -> list[reading.Figures]:
        return self._read[0][:3]

    @cached_property
    def total(self) -> Line:
        return Line("total", "收到", *(shown(figures.total) for figures in self.all_three))

    @property
    def still_open(self) -> str:
        still_open = self.now.still_open.total()
        return shown_parts({"open": still_open, "ended": self.now.total - still_open})["open"]

    def lines(self, face: str, order: Iterable[tuple[str, str]]) -> list[Line]:
        """One flat table (`kinds`, `channels`) with what is in it at any of the three times."""
        told = [shown_parts(_clean(getattr(figures, face))) for figures in self.all_three]
        return [
            Line(key, label, *(one.get(key, "0") for one in told))
            for key, label in order
            if any(key in one for one in told)
        ]

    @cached_property
    def course(self) -> list[tuple[date, str]]:
        """(month, told) of the twelve months to the end of the period, or of its own where it is longer."""
        months = self._read[0][3].months
        every = {month: max(0, months.get(month, 0)) for month in _from_to(self._long.first, self._long.last)}
        told = shown_parts({str(month): count for month, count in every.items()})
        return [(month, told[str(month)]) for month in every]

    @cached_property
    def classes(self) -> "Mapping[int, Class]":
        rows = ContentClass.objects.order_by().values_list("pk", "name", "code", "parent_id")
        return {pk: Class(*facts) for pk, *facts in rows}

    @cached_property
    def fields(self) -> list[Line]:
        """The classification on its three levels in the order of its codes; below what is withheld nothing is told."""
        now, before, year_ago = (dict(self._told_classes(figures.classes)) for figures in self.all_three)
        return [
            Line(pk, self._class_name(pk), told, before.get(pk, "0" if pk in self._roots else NOT_SHOWN),
                 year_ago.get(pk, "0" if pk in self._roots else NOT_SHOWN), self._depth(pk))
            for pk, told in now.items()
        ]  # fmt: skip

    @cached_property
    def leaves(self) -> list[Line]:
        """The narrowest classes that are told: no line stands below them."""
        return [line for place, line in enumerate(self.fields)
                if place + 1 == len(self.fields) or self.fields[place + 1].depth <= line.depth]  # fmt: skip

    def top_classes(self, most: int) -> list[Line]:
        """The causes that most petitions are about: causes may be put in order, organs never (G.4, H.1)."""
        told = [line for line in self.leaves if line.told.isdecimal() and line.key != UNDECIDED]
        return sorted(told, key=lambda line: -int(line.told))[:most]

    def risen(self, most: int) -> list[Line]:
        """The causes that more petitions are about than before."""
        return sorted((line for line in self.leaves if line.rise > 0), key=lambda line: -line.rise)[:most]

    @cached_property
    def _roots(self) -> set[int]:
        return {pk for pk, one in self.classes.items() if one.parent is None} | {UNDECIDED}

    def _depth(self, pk: int) -> int:
        depth = 0
        while (parent := self._parent(pk)) is not None:
            pk, depth = parent, depth + 1
        return depth

    def _parent(self, pk: int) -> int | None:
        return self.classes[pk].parent if pk in self.classes else None

    def _class_name(self, pk: int) -> str:
        return self.classes[pk].name if pk in self.classes else UNSORTED

    def _told_classes(self, counts: Mapping[int, int]) -> Iterator[tuple[int, str]]:
        sums, own = Counter(), Counter()
        for pk, count in counts.items():
            if count <= 0:
                continue
            pk = pk if pk in self.classes else UNDECIDED
            own[pk] += count
            while True:
                sums[pk] += count
                if (parent := self._parent(pk)) is None:
                    break
                pk = parent
        below: dict[int | None, list[int]] = defaultdict(list)
        for pk in sorted(sums, key=lambda pk: self.classes[pk].code if pk in self.classes else "~"):
            below[self._parent(pk)].append(pk)
        yield from self._told_below(None, below, sums, own)

    def _told_below(self, parent: int | None, below: Mapping, sums: Counter, own: Counter) -> Iterator[tuple[int, str]]:
        parts = {str(pk): sums[pk] for pk in below[parent]}
        if parent is not None and own[parent]:
            parts["own"] = own[parent]  # a part of the sum as well, which could be reckoned
        told = shown_parts(parts)
        for pk in below[parent]:
            yield pk, told[str(pk)]
            if told[str(pk)].isdecimal():
                yield from self._told_below(pk, below, sums, own)

    # ---- places and organs -----------------------------------------------------------------------------------------------

    @cached_property
    def _by_organ(self) -> dict[int, Counter]:
        """For each `lft`: how many of each class."""
        found: dict[int, Counter] = defaultdict(Counter)
        for lft, class_id, count in reading.by_unit_and_class(self.span, self.period.first, self.period.last):
            found[lft][class_id] += count
        return found

    @cached_property
    def places(self) -> list[Place]:
        """Each child of the tree, in the order of the tree, with the causes that may be told of it."""
        return self._about(self.children, self._read[1])

    def organs(self, most: int) -> list[Place]:
        """The organs of which enough is reported to be told, in the order of the tree - not by number."""
        counted_at = {lft: counts for lft, counts in self._by_organ.items() if counts.total() > 0}
        found = list(Organisation.objects.filter(lft__in=list(counted_at)).order_by("lft"))
        every = self._about(found, {one.pk: counted_at[one.lft] for one in found})
        return [one for one in every if one.told.isdecimal()][:most]

    def _about(self, organs: list[Organisation], cells: Mapping[int, Counter]) -> list[Place]:
        totals = shown_parts({str(pk): max(0, counts.total()) for pk, counts in cells.items()})
        told_of_class: dict[int, dict[str, str]] = {}
        for pk in {pk for counts in cells.values() for pk in counts}:
            told_of_class[pk] = shown_parts(_clean({organ: counts[pk] for organ, counts in cells.items()}))
        rows = []
        for one in organs:
            told_here = shown_parts(_clean(cells[one.pk]))
            told = [
                (self._class_name(pk), told_here[str(pk)], pk)
                for pk, count in cells[one.pk].most_common()
                if count > 0
                and pk in self.classes
                and told_here[str(pk)].isdecimal()
                and told_of_class[pk][str(one.pk)].isdecimal()
            ]
            rows.append(Place(one, totals[str(one.pk)], told if totals[str(one.pk)].isdecimal() else []))
        return [row for row in rows if cells[row.organisation.pk].total() > 0]

    def levels(self) -> list[tuple[str, str]]:
        """(level, told): how many are handled by organs of each level."""
        level_of = dict(Organisation.objects.filter(lft__in=list(self._by_organ)).values_list("lft", "level"))
        sums = Counter()
        for lft, counts in self._by_organ.items():
            if lft in level_of:
                sums[level_of[lft]] += counts.total()
        told = shown_parts(_clean(sums))
        names = dict(Organisation._meta.get_field("level").choices)
        return [(str(names[level]), told[str(level)]) for level in sorted(sums) if str(level) in told]

    # ---- limits that passed ----------------------------------------------------------------------------------------------

    def overdue(self) -> list[tuple[Organisation, str]]:
        """Of each child, and of the organ itself: how many desks are past their day now."""
        sums: Counter = Counter()
        for lft, count, _oldest in self._late:
            place = next((one for one in self.children if one.lft <= lft <= one.rgt), self.top)
            if place is not None:
                sums[place.pk] += count
        told = shown_parts(_clean(sums))
        order = [*self.children, *([self.top] if self.top else [])]
        return [(one, told[str(one.pk)]) for one in order if one.pk in sums]

    @cached_property
    def _late(self) -> list[tuple[int, int, date]]:
        """For each `lft`: how many desks are past their day, and the earliest day. Desks that are counted, whoever may open them: for sums only."""
        open_ones = Referral.objects.filter(is_open=True, due_on__lt=self.today, org_lft__range=self.span, sealed=False)
        accused = Accused.objects.order_by().values("matter_id")
        reports = Matter.objects.filter(kind=Kind.REPORT, sealed=False).order_by().values("pk")
        told = open_ones.exclude(matter_id__in=accused.union(reports, all=True))
        return list(told.order_by().values_list("org_lft").annotate(count=Count("*"), oldest=Min("due_on")))

    def overdue_total(self) -> tuple[str, int]:
        """(how many, told; the longest in days, 0 where the number is not told)."""
        told = shown(sum(count for _lft, count, _oldest in self._late))
        oldest = min((one for _lft, _count, one in self._late), default=None) if told.isdecimal() else None
        return told, (self.today - oldest).days if oldest else 0

    def groups(self) -> str:
        """Visits of groups received in the period (集体访)."""
        found = Matter.objects.filter(
            group=True, sealed=False, received_on__range=(self.period.start_on, self.period.end_on)
        ).exclude(kind=Kind.REPORT)
        found = found.exclude(Exists(Accused.objects.filter(matter=OuterRef("pk"))))
        return shown(found.filter(unit__lft__range=self.span).count())

    # ---- indicators ------------------------------------------------------------------------------------------------------

    @cached_property
    def _indicators(self) -> "list[dict[str, indicators.Figure]]":
        periods = [(one.start_on, one.end_on) for one in (self.period, self.period.before)]
        about = self.span if self.alone or self.top is None or self.top.interval != self.about else self.top
        return [{one.code: one for one in told} for told in indicators.of_each(about, periods)]

    @property
    def indicators(self) -> "dict[str, indicators.Figure]":
        return self._indicators[0]

    @property
    def indicators_before(self) -> "dict[str, indicators.Figure]":
        return self._indicators[1]


def points(now: indicators.Figure, before: indicators.Figure) -> str:
    """How a rate moved, in percentage points."""
    if now.value is None or before.value is None:
        return "" if now.is_empty else "不比较"
    moved = round((now.value - before.value) * 100, 1)
    return "持平" if not moved else f"{'升' if moved > 0 else '降'}{abs(moved):.1f}个百分点"


def _clean(counts: Mapping) -> dict[str, int]:
    return {str(key): count for key, count in counts.items() if count > 0}


def _from_to(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = shifted(first, 1)
