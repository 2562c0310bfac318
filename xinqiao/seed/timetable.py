"""When things happen in a seeded matter: days counted back from today, office hours, never a day in the future.

A way names its beats; each beat has a usual distance from the one before. One beat is the anchor, whose day is known: `Ago` says
how long ago it was, `Due` that the limit which starts with it ends so many days from today.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from xinqiao.rules import deadlines
from xinqiao.rules.calendar import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
CITIZEN_HOURS = (7 * 60 + 30, 21 * 60 + 40)
OFFICE_MINUTES = 430  # 8:50 to 12:00 and 14:00 to 18:00
MORNING = 190


@dataclass(frozen=True)
class Gap:
    """How many days after the beat before: working days of the office, or calendar days of a citizen."""

    low: int
    high: int
    working: bool = True


@dataclass(frozen=True)
class Ago:
    """The anchor was `low` to `high` days before today. Without a beat the last one is meant."""

    low: int
    high: int
    beat: str = ""

    def day(self, rng: Random, today: date, working: bool) -> date:
        day = today - timedelta(days=max(1, rng.randint(self.low, self.high)))
        return WorkCalendar.default().on_or_before(day) if working else day


@dataclass(frozen=True)
class Due:
    """The limit `term` that starts with `beat` ends `days` (or up to `high`) after today; negative: it has passed."""

    term: str
    beat: str
    days: int
    high: int | None = None
    length: int | None = None

    def day(self, rng: Random, today: date, working: bool) -> date:
        calendar = WorkCalendar.default()
        last = self.days if self.high is None else rng.randint(self.days, self.high)
        wanted = calendar.on_or_after(today + timedelta(days=last))
        day = min(wanted, today - ONE_DAY)
        while True:
            usable = calendar.is_working_day(day) or not working
            if usable and deadlines.compute(self.term, day, days=self.length, calendar=calendar).due <= wanted:
                return day
            day -= ONE_DAY


def days(gaps: list[Gap], lengths: list[int], anchor: int, on: date, last: date) -> list[date]:
    """The day of each beat, so that beat `anchor` lies on `on`, or as near before as weekends allow; none after `last`."""
    start = on
    while True:
        found = _forward(start, gaps, lengths)
        if found[anchor] <= on:
            break
        start -= max(ONE_DAY, (found[anchor] - on) // 2)
    while (later := _forward(start + ONE_DAY, gaps, lengths))[anchor] <= on:
        start, found = start + ONE_DAY, later
    office_last = WorkCalendar.default().on_or_before(last)
    for position in reversed(range(len(found))):
        latest = office_last if gaps[position].working else last
        found[position] = min([latest, *found[position : position + 2]])
    return found


def _forward(start: date, gaps: list[Gap], lengths: list[int]) -> list[date]:
    calendar, found, day = WorkCalendar.default(), [], start
    for gap, length in zip(gaps, lengths, strict=True):
        if gap.working:
            day = calendar.on_or_after(calendar.add_working_days(day, length))
        else:
            day += timedelta(days=length)
        found.append(day)
    return found


def moments(rng: Random, found: list[date], gaps: list[Gap]) -> list[datetime]:
    """A moment on each day, in order; a day on which the office acts keeps office hours."""
    made: list[datetime] = []
    while len(made) < len(found):
        day = found[len(made)]
        group = [gap for on, gap in zip(found, gaps, strict=True) if on == day]
        clock = _office_time if any(gap.working for gap in group) else _citizen_time
        span = OFFICE_MINUTES if clock is _office_time else CITIZEN_HOURS[1] - CITIZEN_HOURS[0]
        minutes = sorted(rng.sample(range(span), len(group)))
        made += [datetime.combine(day, clock(minute), SHANGHAI) + _seconds(rng) for minute in minutes]
    return made


def _office_time(minute: int) -> time:
    minute += 8 * 60 + 50 if minute < MORNING else 14 * 60 - MORNING
    return time(minute // 60, minute % 60)


def _citizen_time(minute: int) -> time:
    minute += CITIZEN_HOURS[0]
    return time(minute // 60, minute % 60)


def _seconds(rng: Random) -> timedelta:
    return timedelta(seconds=rng.randint(0, 59))
