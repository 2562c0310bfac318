"""What falls due (DL-20, T-32, T-57, T-58): found by an index from what is stored, so a sweep that slept for days catches up.

Each limit is handled in its own transaction, under the lock of its matter; a matter that somebody is working on is left for the next
sweep. A warning is given once: what was missed while nobody swept is told in its most severe form, not one by one.
"""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.matters import clocks, policy, steps
from xinqiao.matters.actors import SYSTEM
from xinqiao.matters.models import Clock, Matter, Withdrawal
from xinqiao.matters.steps.end import LAPSED, WINDOWS
from xinqiao.rules import deadlines
from xinqiao.rules.deadlines import Level
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Stage, Step
from xinqiao.rules.terms import RIGHTS, Holder

logger = logging.getLogger("xinqiao.jobs")

BATCH = 200
NOTICES = {"UNIT15", "DIRECT15"}  # the duty to tell the citizen within 15 days: missing it is silence (T-32)
REMIND_CITIZEN = "reminder_3"  # of a citizen's own window: one reminder, not seven
SEVERITY = [*Level, LAPSED]


def sweep(at: datetime) -> int:
    """Handle every limit that crossed a line by today. Returns how many steps were taken."""
    today, taken = localdate(at), 0
    for clock_id, matter_id in _due(today):
        try:
            taken += _handle(clock_id, matter_id, at=at)
        except Exception:  # one broken matter must not keep the others from being told
            logger.exception("deadline.failed", extra={"clock_id": clock_id, "matter_id": matter_id})
    return taken


def _due(today: date) -> Iterator[tuple[int, int]]:
    """(clock, matter) of what is due, oldest first, in bounded batches; each is looked at once in a sweep."""
    day, last = date.min, 0
    found = Clock.objects.filter(state="running", next_warning_on__lte=today).order_by("next_warning_on", "pk")
    while True:
        after = found.filter(next_warning_on=day, pk__gt=last) | found.filter(next_warning_on__gt=day)
        rows = list(after.values_list("pk", "matter_id", "next_warning_on")[:BATCH])
        if not rows:
            return
        for pk, matter_id, _on in rows:
            yield pk, matter_id
        last, _, day = rows[-1]


@transaction.atomic
def _handle(clock_id: int, matter_id: int, *, at: datetime) -> int:
    if not Matter.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=matter_id).exists():
        return 0  # somebody works on it just now
    today = localdate(at)
    clock = Clock.objects.filter(pk=clock_id, matter_id=matter_id, state="running", next_warning_on__lte=today).first()
    if clock is None:
        return 0  # another sweep was faster, or the duty was done meanwhile
    reached, ahead = _reached(clock, today)
    step, facts = _what_to_do(clock, reached, today)
    if step is None:
        _look_again(clock, on=ahead)
        return 0
    try:
        with transaction.atomic():
            steps.FUNCTIONS[step](matter_id, by=SYSTEM, at=at, **facts)
    except StepRefused as refused:
        # An own window of the citizen that cannot end the matter yet, because another one is open or something is carried out.
        if step is not Step.END_WINDOW:
            logger.error("deadline.refused", extra={"clock_id": clock_id, "step": step.value, "code": refused.code})
        _look_again(clock, on=today + timedelta(days=1))
        return 0
    return 1


def _reached(clock: Clock, today: date) -> tuple[list[str], date | None]:
    """The levels crossed since the last look, and the day of the next one."""
    deadline = clocks.as_deadline(clock)
    days = deadlines.warning_days(deadline, policy.calendar())
    crossed = [str(level) for day, level in days if clock.next_warning_on <= day <= today]
    if today > clock.due_on:
        crossed.append(str(Level.OVERDUE))
    return crossed, min((day for day, _ in days if day > today), default=None)


def _what_to_do(clock: Clock, reached: list[str], today: date) -> tuple[Step | None, dict]:
    """The one step for what was reached; (None, {}): nothing to say yet."""
    if today > clock.due_on:
        return _passed(clock)
    if clock.holder != Holder.OFFICE:
        remind = REMIND_CITIZEN in reached and clock.term in WINDOWS
        return (Step.WARN, {"clock_id": clock.pk, "level": REMIND_CITIZEN}) if remind else (None, {})
    if clock.term in RIGHTS or not reached:
        return None, {}
    shares = [level for level in reached if level in SEVERITY]
    level = max(shares, key=SEVERITY.index) if shares else reached[-1]
    return Step.WARN, {"clock_id": clock.pk, "level": level}


def _passed(clock: Clock) -> tuple[Step, dict]:
    if clock.term == "EXEC_CONFIRM15" and not Matter.objects.filter(pk=clock.matter_id, stage=Stage.EXECUTED).exists():
        return Step.WARN, {"clock_id": clock.pk, "level": LAPSED}  # the matter went on, or ended, another way
    if clock.term in WINDOWS:
        return Step.END_WINDOW, {}
    if clock.holder != Holder.OFFICE or clock.term in RIGHTS:
        return Step.WARN, {"clock_id": clock.pk, "level": LAPSED}
    if clock.term in NOTICES and clock.referral_id:
        return Step.RECORD_SILENCE, {"desk_id": clock.referral_id}
    return Step.RECORD_OVERDUE, {"clock_id": clock.pk}


def _look_again(clock: Clock, *, on: date | None) -> None:
    """When the sweep is to look next: no step, since nothing happened. Past the last warning day: the day after it is due."""
    again = on or clock.due_on + timedelta(days=1)
    Clock.objects.filter(pk=clock.pk, matter_id=clock.matter_id, state="running").update(next_warning_on=again)


# ---- withdrawals -----------------------------------------------------------------------------------------------------


def complete_withdrawals(at: datetime) -> int:
    """Withdrawals whose 24 hours have passed take effect (WD-3)."""
    done = 0
    waiting = Withdrawal.objects.filter(state="waiting", effective_at__lte=at).order_by("effective_at", "pk")
    for wish_id, matter_id in list(waiting.values_list("pk", "matter_id")[:BATCH]):
        try:
            done += _complete(wish_id, matter_id, at=at)
        except Exception:
            logger.exception("withdrawal.failed", extra={"matter_id": matter_id})
    return done


@transaction.atomic
def _complete(wish_id: int, matter_id: int, *, at: datetime) -> int:
    if not Matter.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=matter_id).exists():
        return 0
    wish = Withdrawal.objects.filter(pk=wish_id, matter_id=matter_id, state="waiting").first()
    if wish is None:
        return 0
    try:
        with transaction.atomic():
            steps.FUNCTIONS[Step.COMPLETE_WITHDRAWAL](matter_id, by=SYSTEM, at=at)
    except StepRefused:
        # The answer was served within the 24 hours: there is nothing left to withdraw.
        Withdrawal.objects.filter(pk=wish_id, matter_id=matter_id).update(state="overtaken")
        return 0
    return 1


# ---- provisional dates ------------------------------------------------------------------------------------------------


def recompute_provisional(at: datetime) -> int:
    """A year's holidays were published: dates that were provisional are computed again (DL-17, DL-19)."""
    return sum(_recompute(clock, at=at) for clock in clocks.no_longer_provisional())


@transaction.atomic
def _recompute(clock: Clock, *, at: datetime) -> int:
    matter = Matter.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=clock.matter_id)
    still = Clock.objects.filter(pk=clock.pk, matter_id=clock.matter_id, state="running", provisional=True)
    if not (matter.exists() and still.exists()):
        return 0
    steps.FUNCTIONS[Step.RECOMPUTE_LIMIT](clock.matter_id, by=SYSTEM, at=at, clock_id=clock.pk)
    return 1
