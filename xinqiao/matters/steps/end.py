"""What the platform itself records: 期满终结、逾期、预警、归档、导入历史件 (T-57, T-58, DL-20, AR-1)."""

from datetime import datetime, timedelta

from django.db import transaction

from xinqiao.organisations.models import Officer
from xinqiao.rules import deadlines
from xinqiao.rules.moves import ANSWERED_OTHERWISE, CLOSED, DESK_DONE
from xinqiao.rules.stages import Stage, Step

from .. import clocks, policy
from ..act import REASON_AT_LEAST, begin, finish, refusal, too_short
from ..actors import SYSTEM
from ..models import Clock, Matter

TIME_TO_DISAGREE = timedelta(days=30)  # AR-1: the rating window is over
LAPSED = "lapsed"  # said by the sweep of a right that was not used: no warning level, nobody is late
WINDOWS = ("REVIEW_REQ30", "RECHECK_REQ30", "WITHDRAW_RESUME30", "EXEC_CONFIRM15")


@transaction.atomic
def end_window(matter_id: int, *, by=SYSTEM, at: datetime) -> Matter:
    """The last day of the citizen's window has passed unused: the matter ends (T-57). New facts can always be filed."""
    act = begin(Step.END_WINDOW, matter_id, by=by, at=at)
    open_windows = act.matter.clocks.filter(term__in=WINDOWS, state="running")
    if open_windows.filter(due_on__gte=act.today).exists() or not act.matter.clocks.filter(term__in=WINDOWS).exists():
        raise refusal("期限还没有过，不能终结。", "window_open")
    if act.matter.stage == Stage.OPINION_SERVED and act.matter.procedure == "simple":
        act.to = Stage.ENDED_SIMPLE
    act.matter.stage_before = ""  # a withdrawal that was not taken back cannot be resumed any more
    open_windows.update(state="lapsed", ended_on=act.today, next_warning_on=None)
    act.clocks_changed = True
    finish(act)
    return act.matter


@transaction.atomic
def record_overdue(matter_id: int, *, by=SYSTEM, at: datetime, clock_id: int) -> Matter:
    """An office limit has passed: said in the history, told to the citizen and to the organ above (T-58, R-43 to R-45)."""
    act = begin(Step.RECORD_OVERDUE, matter_id, by=by, at=at)
    clock = act.matter.clocks.select_related("organisation").get(pk=clock_id)
    clock.level, clock.next_warning_on = "overdue", None
    clock.save(update_fields=["level", "next_warning_on"])
    finish(act, facts=_about(clock))
    return act.matter


@transaction.atomic
def warn(matter_id: int, *, by=SYSTEM, at: datetime, clock_id: int, level: str) -> Matter:
    """A warning level of a running limit is reached (DL-20), or a right lapsed unused."""
    act = begin(Step.WARN, matter_id, by=by, at=at)
    clock = act.matter.clocks.select_related("organisation").get(pk=clock_id)
    deadline = clocks.as_deadline(clock)
    clock.level = deadlines.level_on(deadline, act.today, policy.calendar())
    clock.next_warning_on = clocks.next_warning(deadline, after=act.today)
    if level == LAPSED:
        clock.state, clock.ended_on, clock.next_warning_on = "lapsed", act.today, None
    clock.save(update_fields=["state", "ended_on", "level", "next_warning_on"])
    finish(act, facts={**_about(clock), "level": level})
    if level == LAPSED:
        if act.matter.stage in CLOSED:  # carried out after the end, and nobody disagreed
            done = act.matter.referrals.filter(pk=clock.referral_id, stage=Stage.EXECUTED)
            done.update(is_open=False, stage=Stage.DESK_CLOSED, closed_at=at)
        clocks.refresh_desks(act.matter)
        act.matter.save(update_fields=["due_on", "due_term"])
    return act.matter


@transaction.atomic
def recompute_limit(matter_id: int, *, by=SYSTEM, at: datetime, clock_id: int) -> Matter:
    """The year's holidays are known now: a provisional limit is computed again; a citizen's window never moves earlier (DL-17)."""
    act = begin(Step.RECOMPUTE_LIMIT, matter_id, by=by, at=at)
    clock = act.matter.clocks.select_related("organisation").get(pk=clock_id)
    before = clock.due_on
    clocks.recompute(clock, **clocks.inputs_of(clock))
    act.clocks_changed = True
    finish(act, facts={**_about(clock), "due_before": before, "moved": before != clock.due_on})
    return act.matter


def _about(clock: Clock) -> dict:
    return {
        "clock": clock.pk,
        "term": clock.term,
        "due_on": clock.due_on,
        "desk": clock.referral_id,
        "organisation": clock.organisation.key if clock.organisation else "",
    }


@transaction.atomic
def end_other_route(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, result: str) -> Matter:
    """Note what the court, the arbitration or the administrative procedure decided, and close the matter here (RT-4, T4)."""
    act = begin(Step.END_OTHER_ROUTE, matter_id, by=by, at=at, version=version)
    if too_short(result):
        raise refusal(f"请写明其他途径的结果（至少{REASON_AT_LEAST}个字），信访人会看到。", "result_missing")
    act.matter.records.create(
        referral_id=act.desk.pk,
        event_seq=act.matter.event_count + 1,
        sort="route_result",
        text=result.strip(),
        by=by,
        at=at,
        shown_to_citizen=True,
    )
    act.matter_stage = Stage.ENDED_OTHER_ROUTE
    finish(act, facts={"result": result.strip()})
    return act.matter


@transaction.atomic
def archive(matter_id: int, *, by: Officer, at: datetime, version: int | None = None) -> Matter:
    """Close the file (AR-1): every desk is done, no window of the citizen is open."""
    act = begin(Step.ARCHIVE, matter_id, by=by, at=at, version=version)
    if act.matter.referrals.filter(is_open=True).exclude(stage__in=DESK_DONE).exists():
        raise refusal("还有单位没有办完，不能归档。", "desks_open")
    if act.matter.clocks.filter(state="running", holder="citizen").exists():
        raise refusal("信访人的申请或评价期限还没有过，不能归档。", "window_open")
    if act.from_stage in ANSWERED_OTHERWISE and at - act.matter.events.order_by("-seq")[0].at < TIME_TO_DISAGREE:
        raise refusal(f"答复不到{TIME_TO_DISAGREE.days}天，信访人还可能提出不同意见，暂不归档。", "too_early")
    act.matter.stage = Stage.ARCHIVED
    finish(act)
    return act.matter
