"""The limits of a matter as the page shows them: what runs, what counts down on top, what has ended."""

from datetime import date

from xinqiao.matters import clocks
from xinqiao.matters.models import Clock, Referral
from xinqiao.rules.terms import TERMS, Holder

LIVE = ("running", "paused")
STATES = {
    "running": "",
    "paused": "暂停",
    "met": "按期完成",
    "late": "超期完成",
    "cancelled": "不再需要",
    "lapsed": "期满",
}
_TONES = {"met": "ok", "late": "bad"}


def order(clock: Clock) -> tuple:
    """What runs before what has ended, the nearest day first."""
    return (clock.state not in LIVE, clock.due_on, clock.pk)


def shown_first(running: list[Clock], own: list[Referral]) -> Clock | None:
    """What counts down on top: the nearest limit of the own desk, else the one the citizen waits for."""
    live = sorted((one for one in running if one.state in LIVE), key=lambda one: one.due_on)
    desks = {desk.pk for desk in own if desk.is_open}
    mine = [one for one in live if one.referral_id in desks and one.holder == Holder.OFFICE]
    by_term = {one.term: one for one in reversed(live)}
    return mine[0] if mine else next((by_term[term] for term in clocks.SHOWN_FIRST if term in by_term), None)


def shown(clock: Clock, today: date) -> dict:
    """One limit for the template: in which words, how much of it is used, days left (negative when it is over)."""
    total = max((clock.due_on - clock.started_on).days, 1)
    used = min(max((today - clock.started_on).days, 0), total)
    left = (clock.due_on - today).days
    term = TERMS.get(clock.term)
    return {
        "name": term.name if term else clock.term,
        "article": term.citation if term else "",
        "sort": "法定期限" if term and term.evidence == "LAW" else "工作期限",
        "holder": "信访人" if clock.holder == Holder.CITIZEN else clock.organisation.name if clock.organisation else "",
        "started_on": clock.started_on,
        "due_on": clock.due_on,
        "office_target_on": clock.office_target_on if clock.office_target_on != clock.due_on else None,
        "explanation": clock.explanation,
        "provisional": clock.provisional,
        "running": clock.state == "running",
        "live": clock.state in LIVE,
        "elapsed": clock.holder == Holder.CITIZEN and left < 0,  # a window of the citizen closes, it is never overdue
        "state": STATES.get(clock.state, clock.state),
        "tone": _TONES.get(clock.state, "idle"),
        "ended_on": clock.ended_on,
        "level": clock.level,
        "total": total,
        "used": used,
        "left": left,
        "look": _look(clock, left),
    }


def _look(clock: Clock, left: int) -> str:
    if clock.holder == Holder.CITIZEN:
        return ""
    if left < 0:
        return "bad"
    return "warn" if left <= 3 or clock.level in ("warning", "severe") else ""
