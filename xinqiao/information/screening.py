"""Screening (排查) round by round: made from the calendar, reported with one click or with what was found, told when late (A-34, A-35).

make_rounds(at)                 a duty: every round that is due and was not made, each exactly once, with one task a unit
order(…)                        a concentrated round (集中排查) in the own area, for an important period
report_nothing(task_id, …)      the zero report
take_overdue(at)                a duty: a round whose last day has passed, once, with the units that have not reported
progress(round, place)          how many units reported, by area, in the order of the tree
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils.timezone import localdate

from xinqiao.integrity import audit
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.information import (
    CATCH_UP_DAYS,
    LATE_ROUND_DAYS,
    NOT_YET_OUT,
    SCHEDULES,
    ReportKind,
    ReportState,
    Schedule,
    TaskState,
)
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused

from .models import InformationReport, Round, Task, TaskEvent, reach_of

ONE_DAY = timedelta(days=1)
LONGEST_ROUND_DAYS = 60


# ---- rounds ------------------------------------------------------------------------------------------------------------


def make_rounds(at: datetime) -> int:
    """Make every round that should stand and does not. Returns how many. A worker that stood still makes those it missed."""
    return sum(_make(row, at) for row in SCHEDULES.values())


def _make(row: Schedule, at: datetime) -> int:
    today = localdate(at)
    last = Round.objects.filter(schedule=row.code, ordered_by=None).order_by("-starts_on").first()
    if last is None:
        periods = [row.current(today)]
    else:
        since = max(last.starts_on, today - timedelta(days=CATCH_UP_DAYS))
        periods = list(row.periods(since, today))
    return sum(_make_round(row, begins, ends, at) for begins, ends in periods)


@transaction.atomic
def _make_round(row: Schedule, begins: date, ends: date, at: datetime) -> int:
    """One round and its tasks, or nothing where it stands already. One that comes late leaves the units a few days."""
    due_on = ends if ends > localdate(at) else localdate(at) + timedelta(days=LATE_ROUND_DAYS)
    made, is_new = Round.objects.get_or_create(
        schedule=row.code, starts_on=begins, ordered_by=None, defaults={"due_on": due_on, "made_at": at}
    )
    if is_new:
        _give_tasks(made)
    return int(is_new)


def _give_tasks(made: Round) -> None:
    """A task for every unit of these levels and lines inside the round's area: one statement, however many villages."""
    row = made.row
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO information_task (round_id, organisation_id, org_lft, state, is_late)"
            " SELECT %s, o.id, o.lft, 'open', false FROM organisations_organisation o"
            " WHERE o.active AND o.level = ANY(%s) AND o.line = ANY(%s) AND o.lft BETWEEN %s AND %s"
            " ON CONFLICT DO NOTHING",
            [made.pk, list(row.levels), [line.value for line in row.lines], made.lft, made.rgt],
        )
        made.units = cursor.rowcount
    made.save(update_fields=["units"])


def may_order(officer: Officer) -> bool:
    return bool(allowed(officer.role_set, "screening", Action.APPROVE))


@transaction.atomic
def order(schedule: str, *, title: str, due_on: date, by: Officer, at: datetime, request=None) -> Round:
    """A concentrated round for the units of one row in the own area. Raises StepRefused."""
    today = localdate(at)
    if not may_order(by):
        raise StepRefused("部署集中排查由单位负责人、信访部门负责人办理。", code="wrong_role")
    if schedule not in SCHEDULES:
        raise StepRefused("请选择哪些单位排查。", code="schedule_missing")
    if not today < due_on <= today + timedelta(days=LONGEST_ROUND_DAYS):
        raise StepRefused(f"最晚报送日期请选明天以后、{LONGEST_ROUND_DAYS}天以内的一天。", code="due_on_wrong")
    first, last = reach_of(by, "screening", Action.APPROVE)
    made = Round.objects.create(
        schedule=schedule, starts_on=today, due_on=due_on, title=title, lft=first, rgt=last, ordered_by=by, made_at=at
    )
    _give_tasks(made)
    if not made.units:
        raise StepRefused("所辖范围里没有这一类单位。", code="no_units")
    audit.note(
        AuditKind.SCREENED,
        officer=by,
        subject=f"round:{made.pk}",
        request=request,
        detail={"act": "order", "units": made.units},
    )
    return made


# ---- the unit's own task -----------------------------------------------------------------------------------------------


def own_tasks(officer: Officer):
    """Tasks of the own unit, the open ones and the newest first."""
    rows = Task.objects.filter(organisation_id=officer.organisation_id).select_related("round", "done_by__user")
    return rows.order_by("-round__due_on", "-pk")


def report_nothing(task_id: int, *, confirmed: bool, by: Officer, at: datetime, request=None) -> Task:
    """The zero report (零报告). Raises Task.DoesNotExist for another unit's, StepRefused."""
    if not confirmed:
        raise StepRefused("请确认已经排查过、没有发现矛盾纠纷。", code="not_confirmed")
    return _finish(task_id, TaskState.ZERO, by=by, at=at, request=request)


def note_reported(task_id: int, *, report_id: int, by: Officer, at: datetime, request=None) -> Task:
    """Something was found, and its report was handed in. Also after a zero report: what turns up later is no shame."""
    return _finish(task_id, TaskState.REPORTED, by=by, at=at, report_id=report_id, request=request)


@transaction.atomic
def _finish(task_id: int, state: TaskState, *, by, at, report_id=None, request=None) -> Task:
    if not allowed(by.role_set, "screening", Action.WRITE):
        raise StepRefused("您的岗位不能报送排查情况，请联系本单位管理员。", code="wrong_role")
    own = Task.objects.filter(organisation_id=by.organisation_id).select_related("round")
    task = own.select_for_update(of=("self",)).get(pk=task_id)
    if state == TaskState.ZERO and task.state != TaskState.OPEN:
        raise StepRefused("这一次排查已经报送过了。后来又有发现的，请报送发现的情况。", code="done_already")
    if task.state == TaskState.OPEN:
        task.done_at, task.done_by, task.is_late = at, by, localdate(at) > task.round.due_on
    task.state = state
    task.save(update_fields=["state", "done_at", "done_by", "is_late"])
    TaskEvent.objects.create(task=task, state=state, officer=by, at=at, report_id=report_id)
    detail = {"state": state.value, "late": task.is_late}
    audit.note(AuditKind.SCREENED, officer=by, subject=f"task:{task.pk}", request=request, detail=detail)
    return task


# ---- what is late ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overdue:
    """A round that is over, and the units that have not reported."""

    round: Round
    organisations: list[Organisation]


def take_overdue(at: datetime) -> Overdue | None:
    """One round whose last day has passed and of which nobody was told yet; it is marked as told. Called inside a transaction."""
    waiting = Round.objects.filter(due_on__lt=localdate(at), alerted_at=None).order_by("due_on", "pk")
    found = waiting.select_for_update(skip_locked=True).first()
    if found is None:
        return None
    found.alerted_at = at
    found.save(update_fields=["alerted_at"])
    late = Task.objects.filter(round=found, state=TaskState.OPEN)
    units = Organisation.objects.filter(pk__in=late.values("organisation")).select_related("parent")
    return Overdue(found, list(units.order_by("lft")))


# ---- how far it is -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """Units that reported, of those that had to. `in_time`: by the last day."""

    organisation: Organisation | None
    units: int
    done: int
    in_time: int

    @property
    def open(self) -> int:
        return self.units - self.done


def top_of(officer: Officer) -> Organisation | None:
    """The widest organisation whose rounds this post may look at; None without a cell."""
    reach = reach_of(officer, "screening")
    return Organisation.objects.filter(lft=reach[0]).first() if reach else None


def rounds_of(place: Organisation) -> Iterable[Round]:
    """The newest rounds that have to do with this area."""
    return Round.objects.filter(lft__lte=place.rgt, rgt__gte=place.lft).order_by("-due_on", "-pk")[:24]


def progress(made: Round, place: Organisation) -> list[Share]:
    """By area directly below `place`, in the order of the tree, `place` itself first: every task is read once, off one index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, count(*), count(*) FILTER (WHERE t.state <> 'open'),"
            "  count(*) FILTER (WHERE t.state <> 'open' AND NOT t.is_late)"
            " FROM organisations_organisation c"
            " JOIN information_task t ON t.round_id = %s"
            "  AND t.org_lft BETWEEN c.lft AND CASE WHEN c.id = %s THEN c.lft ELSE c.rgt END"
            " WHERE c.parent_id = %s OR c.id = %s GROUP BY c.id",
            [made.pk, place.pk, place.pk, place.pk],
        )
        counted = {pk: figures for pk, *figures in cursor.fetchall()}
    areas = Organisation.objects.in_bulk(counted)
    return [Share(area, *counted[area.pk]) for area in sorted(areas.values(), key=lambda one: one.lft)]


def total(shares: list[Share]) -> Share:
    """The sum of all lines."""
    return Share(None, *(sum(getattr(one, name) for one in shares) for name in ("units", "done", "in_time")))


@dataclass(frozen=True)
class Disputes:
    """Disputes (矛盾纠纷) that were reported from an area in one year, and those of them that were settled (A-12). Of the area as a whole."""

    year: int
    found: int
    settled: int


def disputes(place: Organisation, year: int) -> Disputes:
    """How many there are; never by unit: whoever finds more is not better or worse (G.4)."""
    told = InformationReport.objects.filter(
        kind=ReportKind.DISPUTE, org_lft__range=place.interval, written_at__year=year
    ).exclude(state__in=sorted(NOT_YET_OUT))
    counted = told.aggregate(found=Count("pk"), settled=Count("pk", filter=Q(state=ReportState.SETTLED)))
    return Disputes(year, counted["found"], counted["settled"])


def units_below(made: Round, place: Organisation, *, only_open: bool):
    """The tasks inside an area, to be paged by place in the tree."""
    rows = Task.objects.filter(round=made, org_lft__range=place.interval)
    return rows.filter(state=TaskState.OPEN) if only_open else rows
