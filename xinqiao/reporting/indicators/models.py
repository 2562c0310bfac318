"""How each matter counts (事实), the sums of a month, and which matters are to be looked at again."""

from django.db import models
from django.db.models import Q

from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Organisation


class Fact(models.Model):
    """How one matter counts in one indicator of one organ, on one day (Asia/Shanghai). Made anew, never edited.

    `denominator` and `numerator` are 0 or 1; `days` the length where the indicator is a mean; `excluded` 1: known, and left out.
    """

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="+")
    code = models.CharField(max_length=30)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    day = models.DateField()
    denominator = models.SmallIntegerField(default=0)
    numerator = models.SmallIntegerField(default=0)
    days = models.IntegerField(default=0)
    excluded = models.SmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "code", "day"], name="fact_of_organisation"),
        ]


class _Sums(models.Model):
    """The facts of one indicator in one month, added up."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(max_length=30)
    month = models.DateField(help_text="its first day")
    denominator = models.IntegerField(default=0)
    numerator = models.IntegerField(default=0)
    days = models.BigIntegerField(default=0)
    excluded = models.IntegerField(default=0)

    class Meta:
        abstract = True


class MonthSum(_Sums):
    """The facts of one indicator of one organ in one month, added up. Months without any have no row."""

    class Meta:
        constraints = [models.UniqueConstraint(name="month_sum_once", fields=["organisation", "code", "month"])]


class AreaSum(_Sums):
    """The sums of a wide organisation with all below it, ready for a page that asks for every indicator at once.

    Kept for those of `counted.WIDE`: smaller ones add up the sums of their units. Made anew when the tree changes.
    """

    class Meta:
        constraints = [models.UniqueConstraint(name="area_sum_once", fields=["organisation", "code", "month"])]


class Kept(models.Model):
    """That the facts of a matter were made, and the day on which they change although nothing happens: a limit passes, a window closes.

    `look_on` in the past: something happened, its facts are made anew by the next turn of the worker.
    """

    matter = models.OneToOneField(Matter, models.CASCADE, primary_key=True, related_name="+")
    look_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["look_on"], condition=Q(look_on__isnull=False), name="kept_look_on")]


class Standing(models.Model):
    """The one row that says how far the facts have come and whether they can be relied on."""

    tree_mark = models.CharField(
        max_length=40, blank=True, help_text="of the tree that the sums of wide organisations were made with"
    )
    seen_to = models.BigIntegerField(default=0, help_text="every matter up to this id has its facts")
    checked_to = models.BigIntegerField(default=0, help_text="the night check goes on behind this id")
    checked_at = models.DateTimeField(null=True)
    differing = models.IntegerField(
        default=0, help_text="matters and sums that did not agree when they were compared last"
    )
