"""A report as blocks, every version of it, and who was given it. An issued one does not change: the database refuses it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.reports import ReportSort, ReportState


class ReportQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "ReportQuerySet":
        """Those of the own office, and issued ones that were given to the own organ; nothing without a cell of the table."""
        cell = allowed(officer.role_set, "analysis", Action.READ)
        if cell is None or not (officer.active and officer.user.is_active):
            return self.none()
        copies = Copy.objects.filter(report=OuterRef("pk"), organisation=officer.organisation_id)
        given = Q(Exists(copies), state=ReportState.ISSUED)
        if not allowed(officer.role_set, "analysis", Action.WRITE):
            own = Q(office=officer.organisation_id, state__in=(ReportState.ISSUED, ReportState.SUBMITTED))
        else:
            own = Q(office=officer.organisation_id)
        if cell.reach is Reach.TERRITORY:
            given |= Q(office__lft__range=officer.organisation.territory, state=ReportState.ISSUED)
        return self.filter(own | given)


class Report(models.Model):
    """One report. `blocks`: what stands in it, in order; `done_sections`: how far the draft is; `seq`: its version."""

    sort = models.CharField("种类", max_length=20, choices=ReportSort.choices())
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="信访部门")
    about_lft = models.IntegerField(help_text="the stretch of the tree that its figures are of")
    about_rgt = models.IntegerField()
    title = models.CharField("标题", max_length=100)
    start_on = models.DateField("期间起")
    end_on = models.DateField("期间止")
    state = models.CharField("状态", max_length=10, choices=ReportState.choices(), default=ReportState.DRAFTING)
    seq = models.PositiveIntegerField(default=0)
    blocks = models.JSONField(default=list)
    next_block = models.IntegerField(default=1)
    done_sections = models.SmallIntegerField(default=0)
    attempts = models.SmallIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)
    campaign_id = models.BigIntegerField(null=True, help_text="the campaign that an inspection bulletin is about")
    year = models.SmallIntegerField(null=True)
    serial = models.IntegerField(null=True)
    number = models.CharField("文号", max_length=60, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="of the blocks as they were issued")
    matter_ids = ArrayField(models.BigIntegerField(), default=list, help_text="the matters that its text names")
    written_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("提出时间")
    submitted_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    return_note = models.CharField("退回意见", max_length=500, blank=True)
    issued_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField("印发时间", null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["office", "-id"], name="report_of_office"),
            models.Index(fields=["id"], condition=Q(state="drafting"), name="report_drafting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["office", "number"], condition=~Q(number=""), name="report_number_once")
        ]

    def __str__(self) -> str:
        return f"report:{self.pk}"

    @property
    def about(self) -> tuple[int, int]:
        return (self.about_lft, self.about_rgt)


class Version(models.Model):
    """What a report said after one act. Only added to: nothing that was typed is lost."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="versions")
    seq = models.PositiveIntegerField()
    act = models.CharField(max_length=20)
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    said = models.JSONField(default=dict)

    class Meta:
        ordering = ["report_id", "seq", "pk"]


class Copy(models.Model):
    """One organ on the distribution list (主送、抄送), and when it first opened the report."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="copies")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "organisation"], name="report_copy_once")]
        indexes = [models.Index(fields=["organisation", "-id"], name="report_copy_of_organ")]
