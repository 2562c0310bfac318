"""What the patrol watches for, and what it found (案件巡查, SV-1)."""

from django.db import models
from django.db.models import Q

from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.patrol import TRIGGERS, Trigger
from xinqiao.rules.stages import Coded


class FindingState(Coded):
    """Where a finding stands. A person decides; it is never closed by itself, so that nothing is quietly late."""

    NEW = "new", "待核对", ""
    ACCEPTED = "accepted", "属实、待督办", ""
    DISMISSED = "dismissed", "不予督办", ""
    SUPERVISED = "supervised", "已督办", ""


class Watch(models.Model):
    """A day on which the patrol looks again: whether the opinion was served by then, the promise kept. Gone once looked at."""

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="+")
    trigger = models.CharField(max_length=30)
    subject = models.CharField(max_length=40)
    check_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["check_on", "id"], name="watch_check")]
        constraints = [models.UniqueConstraint(name="watch_once", fields=["matter", "trigger", "subject"])]


class FindingQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "FindingQuerySet":
        """Findings in matters that this officer may open: the one rule of `Matter`, asked of the few that were found."""
        return self.filter(matter__in=Matter.objects.visible_to(officer).filter(pk__in=self.values("matter")))


class Finding(models.Model):
    """One duty of an organ that was not done, in one matter (巡查发现). `subject`: the clock, event, opinion or rating it is about.

    Once for each: the same duty is never found twice, however often the patrol looks.
    """

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="findings")
    trigger = models.CharField(max_length=30)
    subject = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    org_lft = models.IntegerField()
    since_on = models.DateField("从哪一天起")
    found_at = models.DateTimeField("发现时间")
    state = models.CharField(max_length=12, choices=FindingState.choices(), default=FindingState.NEW)
    note = models.TextField("理由", blank=True)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["org_lft", "-found_at", "-id"], condition=Q(state="new"), name="finding_new"),
            models.Index(fields=["state", "-found_at", "-id", "org_lft"], name="finding_state"),
        ]
        constraints = [models.UniqueConstraint(name="finding_once", fields=["matter", "trigger", "subject"])]

    @property
    def row(self) -> Trigger:
        """The row of the table that found it."""
        return TRIGGERS[self.trigger]
