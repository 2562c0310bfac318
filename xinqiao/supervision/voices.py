"""评价: the window of each rating, what is kept for a while to see whether somebody rated for the citizens, and what was seen (D.17, G.4)."""

from django.db import models
from django.db.models import Q

from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.rating import Alike, AlikeState, RatingStatus, RatingTarget


class RatingWindow(models.Model):
    """One target that can be rated in one matter, from when until when, and how it ended (RA-1, RA-3, RA-6)."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    target = models.CharField(max_length=10, choices=RatingTarget.choices())
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    opened_on = models.DateField()
    remind_on = models.DateField()
    due_on = models.DateField()
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=20, choices=RatingStatus.choices(), default=RatingStatus.NOT_RATED)

    class Meta:
        constraints = [models.UniqueConstraint(name="rating_window_once", fields=["matter", "target", "organisation"])]
        indexes = [
            models.Index(fields=["remind_on"], condition=Q(reminded_at=None, closed_at=None), name="rating_to_remind"),
            models.Index(fields=["due_on"], condition=Q(closed_at=None), name="rating_to_close"),
        ]


class RatingTrace(models.Model):
    """That several ratings of one organ came from one device on one day, and nothing else: G.4.

    `device` is the beginning of a keyed digest whose key depends on the organ and the day: it says nothing about who, cannot be compared
    with another organ's or another day's, and is gone once the windows of the day have closed and were looked at.
    """

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="+")
    target = models.CharField(max_length=10)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    device = models.CharField(max_length=10, blank=True)
    minute_at = models.DateTimeField()
    forget_on = models.DateField(help_text="the day after the window of the rating has closed")

    class Meta:
        constraints = [models.UniqueConstraint(name="rating_trace_once", fields=["matter", "target", "organisation"])]
        indexes = [models.Index(fields=["organisation", "minute_at"], name="rating_trace_of_organ")]


class AlikeRatings(models.Model):
    """Ratings of one organ that look as if somebody else had given them (评价异常). It is about the organ, never about a citizen."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    org_lft = models.IntegerField()
    sort = models.CharField(max_length=20, choices=Alike.choices())
    on = models.DateField("评价的日期")
    count = models.IntegerField("评价的件数")
    matter_ids = models.JSONField(default=list)
    found_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=AlikeState.choices(), default=AlikeState.NEW)
    note = models.TextField("核对结果", blank=True)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["org_lft", "-id"], name="alike_of_area")]
