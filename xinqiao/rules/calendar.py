"""The working calendar (工作日历): which day is a working day, and where a last day rolls to (DL-04, DL-05, DL-16 to DL-18)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from xinqiao.rules import calendar_data

WEEKDAYS = "一二三四五六日"
ONE_DAY = timedelta(days=1)


class CalendarRefused(ValueError):
    """A holiday notice that contradicts itself or the law, or a date beyond the calendar. The message is for its reader."""


@dataclass(frozen=True)
class YearNotice:
    """One year's holiday notice (节假日安排的通知): all rest days by name, and the make-up working days (调休上班日).

    A notice may name days of the neighbouring year: the rest days around 1 January sometimes begin in December.
    Raises CalendarRefused if the days cannot be right.
    """

    year: int
    rest_days: Mapping[date, str]
    make_up_days: Mapping[date, str]
    source: str
    version: str

    def __post_init__(self):
        object.__setattr__(self, "rest_days", MappingProxyType(dict(self.rest_days)))
        object.__setattr__(self, "make_up_days", MappingProxyType(dict(self.make_up_days)))
        _check_notice(self)

    @classmethod
    def from_rows(cls, year: int, source: str, version: str, rows: Iterable) -> "YearNotice":
        """Read rows (holiday, first rest day, last rest day, make-up days) with dates as ISO text, as in `calendar_data`."""
        rest_days, make_up_days = {}, {}
        try:
            for name, first, last, make_up in rows:
                day, end = date.fromisoformat(first), date.fromisoformat(last)
                if not 0 <= (end - day).days <= 30:
                    raise CalendarRefused(f"{name}的放假日期不对：{first}至{last}。请核对通知原文。")
                rest_days.update({day + timedelta(days=n): name for n in range((end - day).days + 1)})
                make_up_days.update({date.fromisoformat(text): name for text in make_up})
        except CalendarRefused:
            raise
        except (TypeError, ValueError) as error:
            raise CalendarRefused(
                f"{year}年节假日数据的格式不对，请按“节日、放假首日、放假末日、调休上班日”填写。"
            ) from error
        return cls(year, rest_days, make_up_days, source, version)


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """Which days organs work. A year without a loaded notice is provisional (暂定): weekends and statutory days only (DL-17).

    Never changes: loading a year or adding a region gives a new calendar.
    """

    notices: Mapping[int, YearNotice]
    regional_days: Mapping[date, str] = field(default_factory=dict)
    regional_source: str = ""
    _rest_days: Mapping[date, str] = field(init=False, repr=False)
    _make_up_days: Mapping[date, str] = field(init=False, repr=False)

    def __post_init__(self):
        rest_days, make_up_days = {}, {}
        for _, notice in sorted(self.notices.items()):
            rest_days.update(notice.rest_days)
            make_up_days.update(notice.make_up_days)
        object.__setattr__(self, "_rest_days", rest_days)
        object.__setattr__(self, "_make_up_days", make_up_days)

    @classmethod
    def default(cls) -> "WorkCalendar":
        """The national calendar with every notice shipped with the product."""
        return _default_calendar()

    def with_year(self, notice: YearNotice) -> "WorkCalendar":
        """This calendar with one more year confirmed, or with a corrected notice in place of an earlier one (DL-16)."""
        return WorkCalendar({**self.notices, notice.year: notice}, self.regional_days, self.regional_source)

    def with_region(self, extra_rest_days: Mapping[date, str], source: str) -> "WorkCalendar":
        """This calendar with the holidays that a region gives its nationalities (放假办法第四条, DL-18).

        A regional holiday wins over a national make-up working day.
        """
        sources = [text for text in (self.regional_source, source) if text]
        return WorkCalendar(self.notices, {**self.regional_days, **extra_rest_days}, "；".join(dict.fromkeys(sources)))

    def is_confirmed(self, year: int) -> bool:
        """Whether the State Council's notice for `year` is loaded."""
        return year in self.notices

    def is_working_day(self, day: date) -> bool:
        """DL-04. Never refuses a year: for one without notice the answer is provisional."""
        if day in self.regional_days:
            return False
        if day in self._make_up_days:
            return True
        if day.weekday() >= 5 or day in self._rest_days:
            return False
        return day.year in self.notices or day not in statutory_days(day.year)

    def is_make_up_day(self, day: date) -> bool:
        """Whether `day` is a Saturday or Sunday that is worked (调休上班)."""
        return day in self._make_up_days and day not in self.regional_days

    def rest_name(self, day: date) -> str:
        """Why nobody works on `day`, in words for the citizen: 春节假期, 星期六 … Empty for a working day."""
        if day in self.regional_days:
            return f"{self.regional_days[day]}（地区假日）"
        if self.is_working_day(day):
            return ""
        name = self._rest_days.get(day)
        if name is None and day.year not in self.notices:
            name = statutory_days(day.year).get(day)
        return f"{name}假期" if name else f"星期{WEEKDAYS[day.weekday()]}"

    def on_or_after(self, day: date) -> date:
        """`day` itself if it is a working day, else the next working day (DL-05)."""
        while not self.is_working_day(day):
            day = _step(day, ONE_DAY)
        return day

    def on_or_before(self, day: date) -> date:
        """`day` itself if it is a working day, else the last one before it (DL-07, office_target)."""
        while not self.is_working_day(day):
            day = _step(day, -ONE_DAY)
        return day

    def add_working_days(self, start: date, n: int) -> date:
        """The n-th working day after `start`; the day of the event is not counted (DL-02). With n = 0, `start` itself."""
        if n < 0:
            raise ValueError("n must not be negative")
        day = start
        while n:
            day = _step(day, ONE_DAY)
            n -= self.is_working_day(day)
        return day

    def subtract_working_days(self, end: date, n: int) -> date:
        """The n-th working day before `end`, for reminders (DL-20)."""
        if n < 0:
            raise ValueError("n must not be negative")
        day = end
        while n:
            day = _step(day, -ONE_DAY)
            n -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`. 0 when `end` is not after `start`."""
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


@lru_cache(maxsize=256)
def statutory_days(year: int) -> Mapping[date, str]:
    """The rest days that 放假办法 (2024) 第二条 itself fixes, without any swap. Moving feasts only for 2025 to 2040."""
    fixed = calendar_data.FIXED_DAYS if year >= 2025 else calendar_data.FIXED_DAYS_BEFORE_2025
    days = {date(year, month, day): name for (month, day), name in fixed.items()}
    if year in calendar_data.MOVING_DAYS:
        spring, *others = (date(year, month, day) for month, day in calendar_data.MOVING_DAYS[year])
        feasts = [(spring + timedelta(days=n), "春节") for n in range(-1, 3)]
        feasts += zip(others, ("清明节", "端午节", "中秋节"), strict=True)
        for day, name in feasts:
            days[day] = f"{days[day]}、{name}" if day in days else name
    return MappingProxyType(days)


@lru_cache(maxsize=1)
def _default_calendar() -> WorkCalendar:
    return WorkCalendar({year: YearNotice.from_rows(year, *notice) for year, notice in calendar_data.NOTICES.items()})


def _step(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError as error:
        raise CalendarRefused("日期超出了可以计算的范围，请核对起算日期和天数。") from error


def _check_notice(notice: YearNotice) -> None:
    """A mistyped notice would move the deadlines of everybody, so what can be checked is checked."""
    both = sorted(set(notice.rest_days) & set(notice.make_up_days))
    if both:
        raise CalendarRefused(f"{both[0]}既是放假日又是上班日。请核对通知原文。")
    for day in sorted({*notice.rest_days, *notice.make_up_days}):
        if abs((day - date(notice.year, 7, 1)).days) > 200:
            raise CalendarRefused(f"{day}不属于{notice.year}年的节假日安排。请核对年份。")
    for day in sorted(notice.make_up_days):
        if day.weekday() < 5:
            raise CalendarRefused(f"{day}本来就是工作日，不能登记为调休上班日。请核对通知原文。")
    for day, name in sorted(statutory_days(notice.year).items()):
        if day not in notice.rest_days:
            raise CalendarRefused(f"缺少法定的{name}放假日{day}（放假办法第二条）。请核对通知原文。")
    if not notice.source or not notice.version:
        raise CalendarRefused(f"请填写{notice.year}年节假日安排的出处和版本。")
