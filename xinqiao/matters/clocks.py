"""Running limits (期限): start, meet, cancel, extend, recompute. The arithmetic is in rules/deadlines.py (DL-01 to DL-20)."""

from datetime import date, timedelta

from django.db.models import QuerySet

from xinqiao.database.composed import Composed
from xinqiao.rules import deadlines, terms
from xinqiao.rules.refusals import StepRefused

from . import policy
from .models import Clock, Matter, Referral

# What the citizen's page counts down to, most important first, when several clocks run at once.
SHOWN_FIRST = (
    "REVIEW_DEC30", "RECHECK_DEC30", "HANDLE60", "SIMPLE10WD", "SUGGESTION60", "UNIT15", "DIRECT15", "PO15",
    "EXEC_CONFIRM15", "REVIEW_REQ30", "RECHECK_REQ30", "WITHDRAW_RESUME30",
)  # fmt: skip


def running(matter: Matter, term: str, desk: Referral | None = None) -> Clock | None:
    """The running clock of one term: on `desk`, or anywhere in the matter."""
    values = {"matter_id": matter.pk, "term": term}
    clock = _ANYWHERE.first(**values) if desk is None else _ON_DESK.first(**values, desk_id=desk.pk)
    if clock is not None:
        clock.matter = matter
    return clock


def _running(**conditions) -> QuerySet[Clock]:
    return Clock.objects.filter(state="running", **conditions)


# Every step asks these.
_ANYWHERE = Composed(lambda matter_id, term: _running(matter_id=matter_id, term=term).order_by("-pk")[:1])
_ON_DESK = Composed(
    lambda matter_id, term, desk_id: _running(matter_id=matter_id, term=term, referral_id=desk_id).order_by("-pk")[:1]
)
_BY_DUE_DAY = Composed(lambda matter_id: _running(matter_id=matter_id).order_by("due_on"))
_DESKS = Composed(lambda matter_id: Referral.objects.filter(matter_id=matter_id))


def start(
    matter: Matter,
    term: str,
    *,
    on: date,
    desk: Referral | None = None,
    days: int | None = None,
    extend_days: int = 0,
    hearing: tuple[date, date] | None = None,
) -> Clock:
    """Start a limit that counts from the day after `on`. A term that already runs on this desk is left as it is (DL-06)."""
    already = running(matter, term, desk)
    if already:
        return already
    made = policy.limit(term, on, days=days, extend_days=extend_days, hearing=hearing)
    clock = Clock(
        matter=matter,
        referral_id=desk.pk if desk else None,
        organisation_id=desk.organisation_id if desk else None,
        term=term,
        holder=terms.TERMS[term].holder,
        started_on=on,
    )
    _take(clock, made)
    clock.save(force_insert=True)
    return clock


def recompute(clock: Clock, *, extend_days: int = 0, hearing: tuple[date, date] | None = None) -> Clock:
    """Compute again with an extension (DL-08) or the time of a hearing (DL-09); the start stays."""
    days = clock.inputs.get("days") if clock.term in terms.SET_BY_LETTER else None
    made = policy.limit(clock.term, clock.started_on, days=days, extend_days=extend_days, hearing=hearing)
    _take(clock, made)
    clock.level = "normal"
    clock.save()
    return clock


def stop(matter: Matter, term: str, *, on: date, desk: Referral | None = None) -> Clock | None:
    """The duty is done: `met`, or `late` when `on` is after the last day. Citizens' windows that were used are `met`."""
    clock = running(matter, term, desk)
    if clock is None:
        return None
    clock.state = "late" if on > clock.due_on else "met"
    clock.ended_on, clock.next_warning_on = on, None
    clock.save(update_fields=["state", "ended_on", "next_warning_on"])
    return clock


def cancel(clocks, *, on: date) -> int:
    """The duty fell away (returned, withdrawn, joined): nobody met it and nobody missed it."""
    return clocks.filter(state__in=("running", "paused")).update(state="cancelled", ended_on=on, next_warning_on=None)


def as_deadline(clock: Clock) -> deadlines.Deadline:
    """The stored clock computed again from its inputs, for warnings, explanations, and to see whether a date has moved."""
    days = clock.inputs.get("days") if clock.term in terms.SET_BY_LETTER else None
    return policy.limit(clock.term, clock.started_on, days=days, **inputs_of(clock))


def inputs_of(clock: Clock) -> dict:
    """The extension and the hearing with which a clock was computed last (DL-19)."""
    return {"extend_days": clock.inputs.get("extend_days") or 0, "hearing": _hearing(clock.inputs.get("hearing"))}


def no_longer_provisional() -> list[Clock]:
    """Running clocks that were provisional and can be computed for good now, because a year's notice was loaded (DL-17)."""
    provisional = Clock.objects.filter(state="running", provisional=True).order_by("pk")
    return [clock for clock in provisional.iterator(chunk_size=500) if not as_deadline(clock).provisional]


def next_warning(deadline: deadlines.Deadline, *, after: date) -> date | None:
    """The first day after `after` on which a warning level is reached (DL-20); the day after `due` is the last."""
    days = [day for day, _level in deadlines.warning_days(deadline, policy.calendar()) if day > after]
    return min(days, default=None)


def shown(matter: Matter) -> Clock | None:
    """The one running clock that the citizen's page and the list count down to."""
    found = {clock.term: clock for clock in matter.clocks.filter(state="running").order_by("due_on")}
    return next((found[term] for term in SHOWN_FIRST if term in found), None)


def refresh_desks(matter: Matter) -> None:
    """Copy the nearest office limit of each desk, and the one the citizen waits for, to where lists sort by them."""
    clocks = _BY_DUE_DAY(matter_id=matter.pk)
    nearest: dict[int, Clock] = {}
    for clock in clocks:
        if clock.referral_id and clock.holder == terms.Holder.OFFICE and clock.term not in terms.RIGHTS:
            nearest.setdefault(clock.referral_id, clock)
    for desk in _DESKS(matter_id=matter.pk):
        clock = nearest.get(desk.pk)
        due_on, term = (clock.due_on, clock.term) if clock else (None, "")
        if (desk.due_on, desk.due_term) != (due_on, term):
            matter.referrals.filter(pk=desk.pk).update(due_on=due_on, due_term=term)
    by_term = {clock.term: clock for clock in reversed(clocks)}
    first = next((by_term[term] for term in SHOWN_FIRST if term in by_term), None)
    matter.due_on, matter.due_term = (first.due_on, first.term) if first else (None, "")


def _take(clock: Clock, made: deadlines.Deadline) -> None:
    shown_before = clock.due_on
    clock.nominal_on, clock.due_on, clock.office_target_on = made.nominal, made.due, made.office_target
    if shown_before and clock.holder == terms.Holder.CITIZEN:
        clock.due_on = max(shown_before, made.due)  # DL-17: never earlier once shown
    clock.provisional, clock.rules, clock.explanation = made.provisional, list(made.rules), made.explanation
    hearing = made.inputs.get("hearing")
    clock.inputs = {
        "days": made.inputs.get("days"),
        "extend_days": made.inputs.get("extend_days") or 0,
        "hearing": [str(day) for day in hearing] if hearing else None,
        "engine": deadlines.ENGINE_VERSION,
    }
    clock.next_warning_on = next_warning(made, after=clock.started_on)


def _hearing(stored) -> tuple[date, date] | None:
    return (date.fromisoformat(stored[0]), date.fromisoformat(stored[1])) if stored else None


def require_date_after(day: date, today: date, what: str) -> None:
    """A date that an officer sets lies in the future, and within two years."""
    if not today < day <= today + timedelta(days=730):
        raise StepRefused(f"{what}应在今天之后、两年之内。请重新填写日期。", code="bad_date")
