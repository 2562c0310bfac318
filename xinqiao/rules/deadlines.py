"""The deadline engine (期限计算): from a term and the day of an event to the day by which it must be done (domain spec E.2).

Pure arithmetic: no clock, no database. Every result names the rules used and explains itself to the reader.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from xinqiao.rules import explanations, terms
from xinqiao.rules.calendar import CalendarRefused, WorkCalendar
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.terms import Holder, Term, Unit

ENGINE_VERSION = "1.0"  # stored with every result (DL-19); raise it when the same inputs may give another day
LONGEST_BY_LETTER_DAYS = 3650  # no law sets one; anything longer is a slip of the keyboard


@dataclass(frozen=True)
class Deadline:
    """One computed limit.

    `nominal`: the last day before rolling. `due`: the legal last day (DL-05). `office_target`: the last working day on or
    before `nominal`, for offices only (DL-07). `provisional`: a year without holiday notice was needed (DL-17).
    `inputs` are the keyword arguments that compute it again, ready for JSON (DL-19).
    """

    term: Term
    start: date
    nominal: date
    due: date
    office_target: date | None
    provisional: bool
    rules: tuple[str, ...]
    explanation: str = field(compare=False)
    inputs: dict = field(hash=False)
    engine: str = ENGINE_VERSION

    @property
    def code(self) -> str:
        """The term's code, such as HANDLE60."""
        return self.term.code


def compute(term_code, start, *, days=None, extend_days=0, hearing=None, calendar=None, pack=None) -> Deadline:
    """The deadline of `term_code` for an event on `start` (day 0).

    `days`: the length that the letter sets, for terms.SET_BY_LETTER only. `extend_days`: approved extension of HANDLE60 (DL-08).
    `hearing`: (first, last) day of a hearing; it moves only a recheck (DL-09). `pack`: a region's PolicyPack.
    Raises UnknownTerm; StepRefused for inputs that the law does not allow; CalendarRefused beyond the calendar.
    """
    if not isinstance(start, date) or isinstance(start, datetime):
        raise TypeError("start must be a day (datetime.date), not a moment")
    national = terms.find(term_code)
    calendar = calendar or WorkCalendar.default()
    asked = {"days": days, "extend_days": extend_days, "hearing": hearing, "pack": pack}
    if pack is None:
        return _compute(national, start, calendar=calendar, **asked)
    calendar = pack.calendar(calendar)
    plain = _compute(national, start, calendar=calendar, **asked)
    own = pack.term(national.code)
    if own == national:
        return plain
    regional = _compute(own, start, calendar=calendar, **asked)
    # Another unit may overtake the national rule around long holidays: the better day for the citizen always wins.
    wins = regional.due >= plain.due if own.holder is Holder.CITIZEN else regional.due <= plain.due
    return replace(regional, rules=("0-PACK", *regional.rules)) if wins else plain


def check_extension(first: Deadline, days: int, approved_on: date, already_extended: bool, *, pack=None) -> None:
    """May the 60 days be extended by `days`? Once, by at most 30 days, approved on or before the first due day (R-34, DL-08).

    Raises StepRefused: not_extendable, extended_before, extension_too_long, extension_days, extension_late (B01 to B03).
    """
    if first.code != "HANDLE60":
        raise StepRefused(
            f"只有办理期限可以延长，{first.term.name}期限不能延长（信访工作条例第三十四条）。", code="not_extendable"
        )
    if already_extended:
        raise StepRefused(
            "办理期限只能延长一次，本件已经延长过（信访工作条例第三十四条）。请在现有期限内办结。",
            code="extended_before",
        )
    _check_extension_days(days, pack, at_least=1)
    if approved_on > first.due:
        raise StepRefused(
            f"办理期限已于{explanations.day(first.due)}届满，届满后不能再批准延期（信访工作条例第三十四条）。请尽快办结并向信访人说明。",
            code="extension_late",
        )


def objection_open(received_on: date, today: date, calendar: WorkCalendar | None = None, *, pack=None) -> bool:
    """May the unit still object to a transfer? 5 working days from its arrival, signed in or not (R-23(3), B06, B09)."""
    return today <= compute("OBJ5WD", received_on, calendar=calendar, pack=pack).due


def deemed_acceptance(
    received_on: date, *, term_code="UNIT15", calendar: WorkCalendar | None = None, pack=None
) -> date:
    """The day from which HANDLE60 runs if the unit stayed silent: the nominal last day of the notice (DL-06)."""
    return compute(term_code, received_on, calendar=calendar, pack=pack).nominal


def why_not_started(received_on: date | None, *, has_remedy_clause: bool = True) -> str:
    """Why a citizen's window has not started: no proof of receipt (DL-14) or no remedy clause (B08). Empty if it has."""
    if received_on is None:
        return "service_not_proven"
    return "" if has_remedy_clause else "no_remedy_clause"


def citizen_window(
    term_code,
    received_on: date | None,
    *,
    has_remedy_clause: bool = True,
    calendar: WorkCalendar | None = None,
    pack=None,
) -> Deadline | None:
    """The citizen's window after a document was received, or None where it has not started (DL-14, `why_not_started`)."""
    if why_not_started(received_on, has_remedy_clause=has_remedy_clause):
        return None
    return compute(term_code, received_on, calendar=calendar, pack=pack)


@dataclass(frozen=True)
class RelayHop:
    """One level of a relay: its share of the 15 days, the sum up to it, and its last day before rolling (DL-15)."""

    level: int
    name: str
    share_days: int
    total_days: int
    ends_on: date


def relay_chain(start: date, *, from_level: int = 0) -> tuple[RelayHop, ...]:
    """How PO15, which runs once for the whole chain from the first registration, is shared along the levels (DL-15).

    A chain that begins lower keeps the shares of its levels; the last level has what is left of the 15 days.
    """
    total, whole, hops = 0, terms.TERMS["PO15"].days, []
    for level, name, share in terms.RELAY_SHARES[from_level:]:
        total = whole if level == terms.RELAY_SHARES[-1][0] else total + share
        share = total - (hops[-1].total_days if hops else 0)
        hops.append(RelayHop(level, name, share, total, _plus(start, total)))
    return tuple(hops)


def window_with_floor(new: Deadline, shown: date | None) -> Deadline:
    """`new`, but never earlier than the day already shown to the citizen (DL-17). Office limits are returned as they are."""
    if shown is None or new.term.holder is not Holder.CITIZEN or new.due >= shown:
        return new
    told = f"此前已告知您{explanations.day(shown)}，仍以该日为准。"
    rules = _in_order({*new.rules, "DL-17"})
    return replace(new, due=shown, rules=rules, explanation=new.explanation + told)


class Level(StrEnum):
    """How near a deadline is (DL-20)."""

    NORMAL = "normal"
    NOTICE = "notice"
    WARNING = "warning"
    SEVERE = "severe"
    LAST = "last"
    OVERDUE = "overdue"


_SHARES = ((Level.NOTICE, 50), (Level.WARNING, 75), (Level.SEVERE, 85), (Level.LAST, 99))
REMINDERS = (5, 3, 1)  # working days before `due`


def level_on(deadline: Deadline, today: date, calendar: WorkCalendar | None = None) -> Level:
    """How near the deadline is on `today`. A share of the span is reached on the first day that is not below it."""
    if deadline.term.holder is Holder.EVENT:
        return Level.NORMAL
    if today > deadline.due:
        return Level.OVERDUE
    return max(
        (level for level, on in _level_days(deadline) if on <= today), key=list(Level).index, default=Level.NORMAL
    )


def warning_days(deadline: Deadline, calendar: WorkCalendar | None = None) -> list[tuple[date, str]]:
    """Every day on which somebody is to be warned, with the level, or reminder_5, reminder_3, reminder_1 (DL-20).

    In order of days. Of two levels on one day only the more severe stays; a reminder on or before the start is left out.
    """
    if deadline.term.holder is Holder.EVENT:
        return []
    calendar = calendar or WorkCalendar.default()
    severest = {on: level for level, on in _level_days(deadline)}
    reminders = [(calendar.subtract_working_days(deadline.due, n), f"reminder_{n}") for n in REMINDERS]
    days = [*severest.items(), *((on, name) for on, name in reminders if on > deadline.start)]
    return [*sorted(days, key=lambda row: row[0]), (_plus(deadline.due, 1), Level.OVERDUE)]


def days_left(deadline: Deadline, today: date) -> int:
    """Calendar days until `due`: 0 on the last day, negative when overdue."""
    return (deadline.due - today).days


def _level_days(deadline: Deadline) -> list[tuple[Level, date]]:
    span = (deadline.due - deadline.start).days
    return [(level, deadline.start + timedelta(days=-(-span * share // 100))) for level, share in _SHARES]


def _compute(term: Term, start: date, *, days, extend_days, hearing, calendar: WorkCalendar, pack) -> Deadline:
    hearing = _hearing(term, start, hearing)
    counted = _length(term, days, pack)
    _check_extension_days(extend_days, pack, at_least=0)
    if extend_days and term.code != "HANDLE60":
        raise StepRefused(
            f"只有办理期限可以延长，{term.name}期限不能延长（信访工作条例第三十四条）。", code="not_extendable"
        )
    extra = extend_days + (_hearing_days(hearing) if term.code == "RECHECK_DEC30" else 0)
    if term.code == "EXT30":  # not a span of its own: added to the 60 days in one sum (DL-08)
        counted, extra = _term("HANDLE60", pack).days, counted

    if term.unit is Unit.WORKING:
        nominal = due = target = calendar.add_working_days(start, counted)
    else:
        nominal = due = target = _plus(start, counted + extra)
        if term.holder is not Holder.EVENT:
            due, target = calendar.on_or_after(nominal), calendar.on_or_before(nominal)
    if term.holder is not Holder.OFFICE:
        target = None

    unconfirmed = _unconfirmed_years(term, start, target or nominal, due, calendar)
    spoken = explanations.Facts(
        term, start, counted, extend_days or (extra if term.code == "EXT30" else 0), hearing, nominal, due, target,
        unconfirmed, calendar,
    )  # fmt: skip
    return Deadline(
        term=term,
        start=start,
        nominal=nominal,
        due=due,
        office_target=target,
        provisional=bool(unconfirmed),
        rules=_rules(spoken),
        explanation=explanations.explain(spoken),
        inputs={
            "days": days,
            "extend_days": extend_days,
            "hearing": [d.isoformat() for d in hearing] if hearing else None,
        },
    )


def _length(term: Term, days, pack) -> int:
    if days is None:
        return term.days
    if term.code not in terms.SET_BY_LETTER:
        raise StepRefused(
            f"{term.name}期限由规定确定，不能另定天数。只有交办反馈、答复督办的期限可以另定。", code="days_not_allowed"
        )
    longest = term.days if pack is not None and pack.changes(term.code) else LONGEST_BY_LETTER_DAYS
    if not _is_count(days) or not 1 <= days <= longest:
        raise StepRefused(f"{term.name}期限应是1到{longest}之间的整数天。请重新填写。", code="days_invalid")
    return days


def _check_extension_days(days, pack, *, at_least: int) -> None:
    longest = _term("EXT30", pack).days
    if not _is_count(days) or days < at_least:
        raise StepRefused(f"延长天数应是{at_least}到{longest}之间的整数。请重新填写。", code="extension_days")
    if days > longest:
        raise StepRefused(
            f"延长不得超过{longest}日，您填写的是{days}日（信访工作条例第三十四条）。请改为{longest}日以内。",
            code="extension_too_long",
        )


def _hearing(term: Term, start: date, hearing) -> tuple[date, date] | None:
    """The hearing as two days. Raises StepRefused if they are the wrong way round or before the clock started."""
    if hearing is None:
        return None
    try:
        first, last = (date.fromisoformat(day) if isinstance(day, str) else day for day in hearing)
    except (TypeError, ValueError) as error:
        raise StepRefused("听证日期应写明起、止两天，例如 2026-03-10 和 2026-03-20。", code="hearing_dates") from error
    if last < first:
        raise StepRefused("听证的结束日期早于开始日期，请核对。", code="hearing_dates")
    if term.code == "RECHECK_DEC30" and first < start:
        raise StepRefused("听证的开始日期早于收到复核请求之日，请核对。", code="hearing_dates")
    return first, last


def _hearing_days(hearing: tuple[date, date] | None) -> int:
    """end - start, as HG-3 counts."""
    return (hearing[1] - hearing[0]).days if hearing else 0


def _unconfirmed_years(term: Term, start: date, earliest: date, due: date, calendar: WorkCalendar) -> tuple[int, ...]:
    """The years without notice of which a day had to be known as working day or rest day.

    For calendar days that is only the end of the span, where it rolls; for working days every day that was counted.
    """
    if term.holder is Holder.EVENT:
        return ()
    first = _plus(start, 1) if term.unit is Unit.WORKING else earliest
    return tuple(year for year in range(first.year, due.year + 1) if not calendar.is_confirmed(year))


def _rules(facts: explanations.Facts) -> tuple[str, ...]:
    """The ids of E.2 that were used."""
    term, calendar = facts.term, facts.calendar
    rules = {"DL-01", "DL-02", "DL-03"}
    if facts.hearing:
        rules.add("DL-09" if term.code == "RECHECK_DEC30" else "DL-10")
    if term.holder is Holder.EVENT:
        return _in_order(rules)
    rules |= {"DL-04", "DL-16"}
    if term.unit is Unit.CALENDAR:
        rules.add("DL-05")
    if term.holder is Holder.OFFICE:
        rules.add("DL-07")
    if facts.extend_days:
        rules.add("DL-08")
    if explanations.is_request(term):
        rules |= {"DL-11", "DL-12"}
    if not calendar.is_working_day(facts.start):
        rules.add("DL-13")
    if facts.unconfirmed_years:
        rules.add("DL-17")
    if facts.regional_days:
        rules.add("DL-18")
    return _in_order(rules)


def _term(code: str, pack) -> Term:
    return terms.TERMS[code] if pack is None else pack.term(code)


def _in_order(rules) -> tuple[str, ...]:
    return tuple(sorted(rules))


def _is_count(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _plus(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise CalendarRefused("日期超出了可以计算的范围，请核对起算日期和天数。") from error
