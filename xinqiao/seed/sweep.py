"""What the platform itself does as time passes: night by night in the past, as the worker would have done it then (DL-20, T-32, T-57, T-58)."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.utils.timezone import localdate

from xinqiao.matters import clocks, policy, steps
from xinqiao.matters.actors import SYSTEM
from xinqiao.matters.models import Clock, Event, Matter, Withdrawal
from xinqiao.matters.steps.end import LAPSED, WINDOWS
from xinqiao.rules import deadlines
from xinqiao.rules.stages import Stage, Step
from xinqiao.rules.terms import Holder

from .timetable import ONE_DAY, SHANGHAI

NOTICES = ("UNIT15", "DIRECT15")  # missing them is silence (T-32)
RIGHTS = ("OBJ5WD",)  # the unit may object until then; it owes nothing
ENDING = {Stage.OPINION_SERVED, Stage.EXECUTED, Stage.REVIEW_SERVED, Stage.WITHDRAWN}
AT_NIGHT = time(0, 10)

Due = tuple[datetime, Step, dict]


def until(matter_id: int, moment: datetime) -> None:
    """Everything that fell due in this matter before `moment`, each in its own night."""
    while (found := _next(matter_id, moment)) and found[0] < moment:
        at, step, facts = found
        steps.FUNCTIONS[step](matter_id, by=SYSTEM, at=at, **facts)


def warn(matter_id: int, before: datetime) -> None:
    """One warning for each running office limit, in its most severe form: what a morning's list shows (DL-20)."""
    owed = Clock.objects.filter(matter_id=matter_id, state="running", holder=Holder.OFFICE).exclude(term__in=RIGHTS)
    found = [row for clock in owed.filter(next_warning_on__lt=localdate(before)) for row in _warning(clock, before)]
    for at, clock_id, level in sorted(found):
        steps.end.warn(matter_id, by=SYSTEM, at=at, clock_id=clock_id, level=level)


def _warning(clock: Clock, before: datetime) -> Iterator[tuple[datetime, int, str]]:
    days = deadlines.warning_days(clocks.as_deadline(clock), policy.calendar())
    reached = [(day, str(level)) for day, level in days if day < localdate(before)]
    levels = [level for _, level in reached if level in list(deadlines.Level)]
    at = _first_night(clock.matter_id, reached[-1][0])
    if at < before and localdate(at) <= clock.due_on:
        yield at, clock.pk, levels[-1] if levels else reached[-1][1]


def _next(matter_id: int, moment: datetime) -> Due | None:
    """(moment, step, facts) of what falls due first, or None."""
    found = [*_withdrawal(matter_id, moment), *_limits(matter_id, moment)]
    return min(found, key=lambda row: row[0], default=None)


def _withdrawal(matter_id: int, moment: datetime) -> Iterator[Due]:
    for wish in Withdrawal.objects.filter(matter_id=matter_id, state="waiting", effective_at__lt=moment):
        yield wish.effective_at, Step.COMPLETE_WITHDRAWAL, {}


def _limits(matter_id: int, moment: datetime) -> Iterator[Due]:
    running = Clock.objects.filter(matter_id=matter_id, state="running").exclude(level="overdue")
    for clock in running.filter(due_on__lt=localdate(moment)).order_by("due_on", "pk"):
        at = _first_night(matter_id, clock.due_on + ONE_DAY)
        if clock.term in WINDOWS:
            if _ends(clock):
                yield at, Step.END_WINDOW, {}
        elif clock.holder != Holder.OFFICE or clock.term in RIGHTS:
            yield at, Step.WARN, {"clock_id": clock.pk, "level": LAPSED}
        elif clock.term in NOTICES and clock.referral_id:
            yield at, Step.RECORD_SILENCE, {"desk_id": clock.referral_id}
        else:
            yield at, Step.RECORD_OVERDUE, {"clock_id": clock.pk}


def _ends(clock: Clock) -> bool:
    """Whether the matter ends with this window: no later one is open, and nothing is being done in it."""
    later = Clock.objects.filter(matter_id=clock.matter_id, state="running", term__in=WINDOWS, due_on__gt=clock.due_on)
    return Matter.objects.filter(pk=clock.matter_id, stage__in=ENDING).exists() and not later.exists()


def _first_night(matter_id: int, day: date) -> datetime:
    """The night that begins `day`; a limit that had passed when it began is seen in the night after the last event."""
    last = Event.objects.filter(matter_id=matter_id).order_by("-seq").values_list("at", flat=True)[0]
    night = datetime.combine(day, AT_NIGHT, SHANGHAI)
    return night if night >= last else datetime.combine(localdate(last) + ONE_DAY, AT_NIGHT, SHANGHAI)
