"""What was asked of the page: which months, which unit, which kind and channel. What cannot be read is said, and left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from xinqiao.rules.stages import Channel, Kind

UNDECIDED = "undecided"  # kind that was not decided yet, as in the addresses of the queue
ONE_DAY = timedelta(days=1)
EARLIEST = date(1980, 1, 1)  # no petition of an older system was received before
LATEST_YEAR = 2199
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})")


@dataclass(frozen=True)
class Choices:
    """`first`, `last`: the first day of a month; both months are counted."""

    period: str
    first: date
    last: date
    kind: str = ""
    channel: str = ""
    problem: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.channel)

    def words(self) -> str:
        """As a heading of a printed page or file: the months, then what narrows them."""
        months = (
            month_words(self.first)
            if self.first == self.last
            else f"{month_words(self.first)}至{month_words(self.last)}"
        )
        parts = [_("全部月份") if self.period == "all" else months]
        parts += [dict(kinds())[self.kind]] if self.kind else []
        parts += [Channel(self.channel).label] if self.channel else []
        return "，".join(parts)


def read(asked: Mapping[str, str], today: date) -> Choices:
    """The choices in an address; this year where nothing is asked. Months are those of the calendar in Asia/Shanghai."""
    presets = periods(today)
    period, problem = asked.get("period", ""), ""
    if period == "own":
        first, last = month_of(asked.get("from", "")), month_of(asked.get("to", ""))
        problem = _problem(first, last) if asked.get("from") or asked.get("to") else ""
        if problem or first is None or last is None:
            first, last = presets["year"]
    else:
        period = period if period in presets else "year"
        first, last = presets[period]
    return Choices(
        period=period,
        first=first,
        last=last,
        kind=asked.get("kind", "") if asked.get("kind") in dict(kinds()) else "",
        channel=asked.get("channel", "") if asked.get("channel") in set(Channel) else "",
        problem=problem,
    )


def _problem(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return _("起止月份请写成“2026-01”这样。现在显示的是今年。")
    if first > last:
        return _("起始月份晚于终止月份，请改一下。现在显示的是今年。")
    return ""


def month_of(text: str) -> date | None:
    """The first day of a month that was typed as 2026-03; None for what is none."""
    found = _MONTH.fullmatch(text.strip())
    if not found or not 1 <= int(found["month"]) <= 12 or not EARLIEST.year <= int(found["year"]) <= LATEST_YEAR:
        return None
    return date(int(found["year"]), int(found["month"]), 1)


def periods(today: date) -> dict[str, tuple[date, date]]:
    """Key -> (first month, last month)."""
    now = today.replace(day=1)
    quarter = now.replace(month=(now.month - 1) // 3 * 3 + 1)
    before = (now - ONE_DAY).replace(day=1)
    return {
        "year": (now.replace(month=1), now),
        "month": (now, now),
        "last_month": (before, before),
        "quarter": (quarter, now),
        "twelve": (month_after(now.replace(year=now.year - 1)), now),
        "last_year": (date(now.year - 1, 1, 1), date(now.year - 1, 12, 1)),
        "all": (EARLIEST, now),
    }


def period_names() -> list[tuple[str, str]]:
    return [
        ("year", _("今年")), ("month", _("本月")), ("last_month", _("上月")), ("quarter", _("本季度")),
        ("twelve", _("近12个月")), ("last_year", _("去年")), ("all", _("全部月份")), ("own", _("自选月份")),
    ]  # fmt: skip


def kinds() -> list[tuple[str, str]]:
    """Without reports: they are in no figure here."""
    shown = [(value, label) for value, label in Kind.choices() if value != Kind.REPORT]
    return [*shown, (UNDECIDED, _("还没有定类别"))]


def month_after(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_words(month: date) -> str:
    return f"{month.year}年{month.month}月"
