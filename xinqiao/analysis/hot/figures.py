"""The figures of issues in a window: matters, places, days, growth and heat; the time line; the districts (H.3).

A figure is the same for everybody who may read the issue: what is a report, sealed, or names an accused is in none (C-01). Places stand in
the order of the tree and in one colour: they are compared by nobody (G.4).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, F, When

from xinqiao.rules.hot import Heat, Inputs, heat, trend
from xinqiao.rules.moves import CLOSED

from ..models import HotIssue, HotMember
from .candidates import countable, place_unknown

ONE_DAY = timedelta(days=1)
BARS = 15  # of a time line at most
NOWHERE = "地点不明"


@dataclass(frozen=True)
class Window:
    """The `days` up to `until`, and as many days before."""

    until: date
    days: int

    @property
    def first(self) -> date:
        return self.until - timedelta(days=self.days - 1)

    @property
    def before(self) -> "Window":
        return Window(self.first - ONE_DAY, self.days)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.until

    def steps(self, most: int = BARS) -> list[tuple[date, date]]:
        """The window in stretches of equal length (first, last), the last one ending today; a week where days are too many."""
        length = 1 if self.days <= most else 7
        ends = [self.until - timedelta(days=length * n) for n in range(-(-self.days // length))]
        return [(max(self.first, end - timedelta(days=length - 1)), end) for end in reversed(ends)]


@dataclass(frozen=True)
class One:
    """A matter of an issue, as it counts."""

    matter_id: int
    voice: int
    on: date
    place_id: int | None  # None: nobody knows
    place: str
    place_lft: int
    closed: bool


@dataclass(frozen=True)
class Place:
    """How many matters of an issue are about one place, now and before; `voices` count one sender once."""

    name: str
    now: int
    before: int

    @property
    def trend(self) -> str:
        return trend(self.now, self.before)


@dataclass
class Figures:
    """Those of one issue in one window."""

    window: Window
    rows: list[One]

    def __post_init__(self):
        self.now = [one for one in self.rows if self.window.holds(one.on)]
        self.earlier = [one for one in self.rows if self.window.before.holds(one.on)]

    @property
    def matters(self) -> int:
        return len(self.now)

    @property
    def inputs(self) -> Inputs:
        voices, before = _voices(self.now), _voices(self.earlier)
        places = {one.place_id for one in self.now} - {None}
        return Inputs(voices, len(places), len({one.on for one in self.now}), before)

    @property
    def heat(self) -> Heat:
        return heat(self.inputs)

    @property
    def trend(self) -> str:
        inputs = self.inputs
        return trend(inputs.matters, inputs.before)

    @property
    def answered(self) -> int:
        """Of all its matters, also those before the window: how many have ended."""
        return sum(one.closed for one in self.rows)

    def course(self) -> list[tuple[date, date, int]]:
        """(first, last, matters) along the window."""
        days = Counter(one.on for one in self.now)
        return [
            (first, last, sum(count for on, count in days.items() if first <= on <= last))
            for first, last in self.window.steps()
        ]

    def heat_course(self, most: int = 9) -> list[tuple[date, Heat]]:
        """(day, heat of the window that ends on it), some days apart, back to when it began."""
        found, first = [], min((one.on for one in self.rows), default=self.window.until)
        step = max(1, self.window.days // 6)
        for n in range(most):
            until = self.window.until - timedelta(days=step * n)
            if until < first:
                break
            found.append((until, Figures(Window(until, self.window.days), self.rows).heat))
        return found[::-1]

    def places(self) -> list[Place]:
        """In the order of the tree; at the end what came without a place, which is no place."""
        now, before = Counter(one.place_id for one in self.now), Counter(one.place_id for one in self.earlier)
        order = {one.place_id: (one.place_lft, one.place) for one in [*self.now, *self.earlier] if one.place_id}
        known = [Place(order[pk][1], now[pk], before[pk]) for pk in sorted(order, key=lambda pk: order[pk][0])]
        return [*known, Place(NOWHERE, now[None], before[None])] if now[None] or before[None] else known


def _voices(rows: Iterable[One]) -> int:
    return len({one.voice or -one.matter_id for one in rows})


def of(issues: Iterable[HotIssue], window: Window) -> dict[int, Figures]:
    """The figures of each issue, in one statement."""
    ids = [issue.pk for issue in issues]
    members = HotMember.objects.filter(countable("matter__"), issue__in=ids, removed_at=None, likely=False)
    members = members.filter(matter__received_on__lte=window.until)
    place = Case(When(place_unknown("matter__"), then=None), default=F("matter__place_id"))
    members = members.annotate(known_place=place)
    columns = ("issue_id", "matter_id", "voice", "matter__received_on", "known_place", "matter__place__name",
               "matter__place__lft", "matter__stage")  # fmt: skip
    found = defaultdict(list)
    for issue_id, *facts, stage in members.values_list(*columns):
        found[issue_id].append(One(*facts, stage in CLOSED))
    return {pk: Figures(window, found[pk]) for pk in ids}


def hottest(issues: Iterable[HotIssue], window: Window) -> list[tuple[HotIssue, Figures]]:
    """Those with a matter in the window, the hottest first: issues may be put in order, organs never (G.4)."""
    issues = list(issues)
    found = of(issues, window)
    alive = [(issue, found[issue.pk]) for issue in issues if found[issue.pk].now]
    return sorted(alive, key=lambda pair: (-pair[1].heat.points, -pair[1].matters, pair[0].pk))


def open_in(rows, window: Window):
    """Of these issues those that have a day in the window."""
    return rows.filter(first_on__lte=window.until, last_on__gte=window.first)
