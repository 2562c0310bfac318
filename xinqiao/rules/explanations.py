"""Why a deadline falls on its day, in a few short sentences for whoever reads it (期限说明)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from xinqiao.rules.calendar import WEEKDAYS, WorkCalendar
from xinqiao.rules.terms import Holder, Term, Unit, length

CIVIL_CODE = "期间计算参照民法典第二百零一条、第二百零三条"
LONG_HEARING_DAYS = 30  # HG-3


@dataclass(frozen=True)
class Facts:
    """What was counted, and how."""

    term: Term
    start: date
    counted_days: int
    extend_days: int
    hearing: tuple[date, date] | None
    nominal: date
    due: date
    office_target: date | None
    unconfirmed_years: tuple[int, ...]
    calendar: WorkCalendar

    @property
    def regional_days(self) -> list[date]:
        """The regional holidays that moved something (DL-18)."""
        if self.term.holder is Holder.EVENT or not self.calendar.regional_days:
            return []
        first = self.start + timedelta(days=1) if self.term.unit is Unit.WORKING else self.office_target or self.nominal
        return [day for day in sorted(self.calendar.regional_days) if first <= day <= self.due]


def day(on: date) -> str:
    """2026年3月18日."""
    return f"{on.year}年{on.month}月{on.day}日"


def is_request(term: Term) -> bool:
    """Whether the citizen hands something in, so that the hour and the postmark matter (DL-11, DL-12)."""
    return term.code in ("REVIEW_REQ30", "RECHECK_REQ30")


def explain(facts: Facts) -> str:
    """The sentences in order: how it was counted, where it ends, what follows from it, and on what it rests."""
    sentences = [_counting(facts), _end(facts), _office_target(facts), _post(facts), _hearing(facts), _basis(facts)]
    return "".join(filter(None, [*sentences, _provisional(facts)]))


def for_citizen(explanation: str) -> str:
    """The same without the sentence about the office's own target: it is no promise to the citizen."""
    return re.sub(r"请争取在[^。]*。", "", explanation)


def _counting(facts: Facts) -> str:
    span = _span(facts)
    return f"从{day(facts.start)}（{facts.term.starts}）的第二天起算，{span}满{_short(facts.nominal, facts)}。"


def _span(facts: Facts) -> str:
    counted = length(facts.counted_days, facts.term.unit)
    if facts.extend_days:
        return f"{counted}加延长的{facts.extend_days}日，共{facts.counted_days + facts.extend_days}日，"
    if facts.hearing and facts.term.code == "RECHECK_DEC30":
        first, last = facts.hearing
        days = (last - first).days
        hearing = f"{_short(first, facts)}至{_short(last, facts)}"
        return f"{counted}加听证所需的{days}日（{hearing}，不计算在期限内），共{facts.counted_days + days}日，"
    return counted


def _end(facts: Facts) -> str:
    term, calendar, due = facts.term, facts.calendar, _short(facts.due, facts)
    until = f"期限到{due}24时为止。"
    if term.holder is Holder.EVENT:
        return "这一天视为送达，遇节假日不顺延。"
    if term.unit is Unit.WORKING:
        return _days_passed(facts) + until
    nominal = _short(facts.nominal, facts)
    if facts.nominal != facts.due:
        return f"{nominal}是{calendar.rest_name(facts.nominal)}，顺延到其后的第一个工作日{due}，{until}"
    if calendar.is_make_up_day(facts.nominal):
        return f"{nominal}虽是{_weekday(facts.nominal)}，但调休上班，不顺延，{until}"
    return f"{nominal}是工作日，{until}"


def _days_passed(facts: Facts) -> str:
    """Which holidays were left out of the working days, and which make-up days were counted."""
    days = [facts.start + timedelta(days=n) for n in range(1, (facts.due - facts.start).days + 1)]
    names = dict.fromkeys(facts.calendar.rest_name(on) for on in days)
    holidays = [name for name in names if name and not name.startswith("星期")]
    worked = [f"{_short(on, facts)}（{_weekday(on)}）" for on in days if facts.calendar.is_make_up_day(on)]
    skipped = f"{'、'.join(holidays)}不计入。" if holidays else ""
    counted = f"{'、'.join(worked)}调休上班，计入。" if worked else ""
    return skipped + counted


def _office_target(facts: Facts) -> str:
    if facts.office_target in (None, facts.due):
        return ""
    return f"请争取在{_short(facts.office_target, facts)}（此前最后一个工作日）前办好。"


def _post(facts: Facts) -> str:
    return (
        "网上提交的，当日24时前有效；到窗口提交的，以下班时间为准；邮寄的，以邮戳日期为准。"
        if is_request(facts.term)
        else ""
    )


def _hearing(facts: Facts) -> str:
    if not facts.hearing:
        return ""
    if facts.term.code != "RECHECK_DEC30":
        return "听证时间只在复核中扣除，这一期限不因听证延长。"
    long = (facts.hearing[1] - facts.hearing[0]).days > LONG_HEARING_DAYS
    return f"听证用时超过{LONG_HEARING_DAYS}日，请核实。" if long else ""


def _basis(facts: Facts) -> str:
    return f"依据：{facts.term.citation}；{CIVIL_CODE}。"


def _provisional(facts: Facts) -> str:
    if not facts.unconfirmed_years:
        return ""
    years = "、".join(f"{year}年" for year in facts.unconfirmed_years)
    return f"系统中还没有{years}的放假安排，这个日期是暂定的，安排载入后会重新计算。"


def _short(on: date, facts: Facts) -> str:
    """The day without its year where the year is that of the start."""
    return f"{on.month}月{on.day}日" if on.year == facts.start.year else day(on)


def _weekday(on: date) -> str:
    return f"星期{WEEKDAYS[on.weekday()]}"
