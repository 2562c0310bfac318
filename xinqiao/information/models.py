"""Reports on their way up with every version and act; screening rounds with one task for each unit; meetings with their decisions.

Nobody is named: a report speaks of a matter, a place and a cause (G.4). What was done stands in tables that only grow.
"""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.information import (
    NOT_YET_OUT,
    SCHEDULES,
    WAITS_FOR_HOLDER,
    Cause,
    MeetingKind,
    MeetingState,
    ReportAct,
    ReportKind,
    ReportState,
    Schedule,
    TaskState,
    TopicSort,
)
from xinqiao.rules.permissions import Action, Reach, allowed

_WAITING = sorted(WAITS_FOR_HOLDER)


def reach_of(officer: Officer, thing: str, action: Action = Action.READ) -> tuple[int, int] | None:
    """The stretch of the tree that the post's cell for `thing` opens: the own unit, or the whole territory; None without a cell."""
    cell = allowed(officer.role_set, thing, action)
    if cell is None or not (officer.active and officer.user.is_active):
        return None
    own = officer.organisation
    return own.territory if cell.reach is Reach.TERRITORY else (own.lft, own.lft)


# ---- screening ---------------------------------------------------------------------------------------------------------


class Round(models.Model):
    """One round of screening: of a row of the calendar, all over the tree, or a concentrated one (集中排查) that an office ordered below it."""

    schedule = models.CharField(max_length=20)
    starts_on = models.DateField("开始")
    due_on = models.DateField("最晚报送")
    title = models.CharField("名称", max_length=60, blank=True)
    lft = models.IntegerField(default=0)
    rgt = models.IntegerField(default=2**31 - 1)
    ordered_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    units = models.IntegerField("应报送单位", default=0)
    alerted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="round_once", fields=["schedule", "starts_on"], condition=Q(ordered_by__isnull=True)
            )
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(alerted_at__isnull=True), name="round_not_alerted")]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_on}"

    @property
    def row(self) -> Schedule:
        return SCHEDULES[self.schedule]

    @property
    def name(self) -> str:
        return self.title or self.row.name


class Task(models.Model):
    """The screening of one unit in one round (排查任务). No figure of what was found: units are not compared by it (G.4)."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="tasks")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    org_lft = models.IntegerField()
    state = models.CharField(max_length=10, choices=TaskState.choices(), default=TaskState.OPEN)
    is_late = models.BooleanField(default=False)
    done_at = models.DateTimeField("报送时间", null=True)
    done_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="task_once", fields=["organisation", "round"])]
        indexes = [models.Index(fields=["round", "org_lft"], include=["state", "is_late"], name="task_of_area")]


class TaskEvent(models.Model):
    """What was done with a task, and when. Only added to."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="events")
    state = models.CharField(max_length=10, choices=TaskState.choices())
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    report_id = models.BigIntegerField(null=True)


# ---- reports -----------------------------------------------------------------------------------------------------------


class ReportQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "ReportQuerySet":
        """Those of the own unit, those that came to it, and for posts that look over an area what was sent up within it."""
        reach = reach_of(officer, "information")
        if reach is None:
            return self.none()
        came = ReportEvent.objects.filter(report=OuterRef("pk"), to_organisation_id=officer.organisation_id)
        seen = Q(organisation_id=officer.organisation_id) | Q(Exists(came))
        first, last = reach
        if first != last:
            seen |= Q(org_lft__range=reach) & ~Q(state__in=sorted(NOT_YET_OUT))
        return self.filter(seen)


class InformationReport(models.Model):
    """One report (上报信息) as it reads now; each way it ever read is a `ReportVersion`. `seq`: number of its last event."""

    kind = models.CharField("种类", max_length=20, choices=ReportKind.choices())
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="报送单位")
    org_lft = models.IntegerField()
    author = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="现在在哪里")
    state = models.CharField(max_length=12, choices=ReportState.choices(), default=ReportState.DRAFT)
    title = models.CharField("标题", max_length=100)
    text = models.TextField("情况")
    measures = models.TextField("已经做了什么", blank=True)
    place = models.CharField("地点", max_length=200, blank=True)
    cause = models.CharField("原因", max_length=20, choices=Cause.choices(), blank=True)
    happened_on = models.DateField("发生、发现日期", null=True)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="reports")
    version = models.PositiveIntegerField(default=1)
    seq = models.PositiveIntegerField(default=0)
    written_at = models.DateTimeField()
    moved_at = models.DateTimeField()

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["holder", "-moved_at", "-id"], condition=Q(state__in=_WAITING), name="report_waits"),
            models.Index(fields=["organisation", "-moved_at", "-id"], name="report_of_unit"),
            models.Index(fields=["-moved_at", "-id", "org_lft"], name="report_of_area"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """信息2026-000015."""
        return f"信息{self.written_at.year}-{self.pk:06d}"


# The parts of a report that a version keeps.
SAID = ("kind", "title", "text", "measures", "place", "cause", "happened_on")


class ReportVersion(models.Model):
    """One way a report read. Only added to."""

    report = models.ForeignKey(InformationReport, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    said = models.JSONField()
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="report_version_once", fields=["report", "version"])]


class ReportEvent(models.Model):
    """One act on a report, by whom, from where to where. Only added to."""

    report = models.ForeignKey(InformationReport, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    act = models.CharField(max_length=20, choices=ReportAct.choices())
    state = models.CharField(max_length=12, choices=ReportState.choices())
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="report_event_once", fields=["report", "seq"])]
        indexes = [
            models.Index(
                fields=["to_organisation", "report"],
                condition=Q(to_organisation__isnull=False),
                name="report_came_to",
            )
        ]


# ---- meetings ----------------------------------------------------------------------------------------------------------


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "MeetingQuerySet":
        """Those of the own unit, and for posts that look over an area the issued ones within it."""
        reach = reach_of(officer, "meeting")
        if reach is None:
            return self.none()
        first, last = reach
        seen = Q(organisation_id=officer.organisation_id)
        if first != last:
            seen |= Q(org_lft__range=reach, state=MeetingState.ISSUED)
        return self.filter(seen)


class Meeting(models.Model):
    """The record of a meeting (会议记录). Members are officials by name and post; nobody else is named."""

    kind = models.CharField("会议", max_length=20, choices=MeetingKind.choices())
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    org_lft = models.IntegerField()
    title = models.CharField("名称", max_length=100)
    held_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=200)
    chair = models.CharField("主持人", max_length=100)
    members = models.TextField("参加人员、单位")
    summary = models.TextField("研判情况", blank=True)
    state = models.CharField(max_length=10, choices=MeetingState.choices(), default=MeetingState.DRAFT)
    seq = models.PositiveIntegerField(default=0)
    written_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-held_at", "-id"], name="meeting_of_unit"),
            models.Index(fields=["-held_at", "-id", "org_lft"], condition=Q(state="issued"), name="meeting_of_area"),
        ]

    def __str__(self) -> str:
        return self.title


class Topic(models.Model):
    """One point of the agenda (议题); `number`: of the petition or the report that it is about."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="topics")
    sort = models.CharField(max_length=12, choices=TopicSort.choices(), default=TopicSort.TOPIC)
    text = models.CharField("议题", max_length=200)
    number = models.CharField("编号", max_length=40, blank=True)

    class Meta:
        ordering = ["pk"]


class Decision(models.Model):
    """What was decided (议定事项): who does what by when. Followed up as a ledger item of number `item_id`."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="decisions")
    text = models.TextField("要办的事")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="责任单位")
    due_on = models.DateField("最晚")
    item_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["pk"]


class MeetingEvent(models.Model):
    """What was done with the record of a meeting, with all that it said then. Only added to."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    act = models.CharField(max_length=12)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    said = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(name="meeting_event_once", fields=["meeting", "seq"])]
