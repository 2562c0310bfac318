"""Rows of +1 and -1 that wait to be folded; the sums of each unit; the sums of wide organisations, ready for a page."""

from django.db import models


class _Counted(models.Model):
    """The columns of `cells.Cell`, and the unit's place in the tree (a copy; `rebuild` makes it anew when the tree changes)."""

    org_id = models.BigIntegerField()
    org_lft = models.IntegerField()
    stage = models.CharField(max_length=30)
    kind = models.CharField(max_length=20, blank=True)
    class_id = models.BigIntegerField()
    channel = models.CharField(max_length=20)
    month = models.DateField()
    protected = models.BooleanField()

    class Meta:
        abstract = True


class Delta(_Counted):
    """What one step added to a cell or took from it. Added, taken out when folded, never changed (the database refuses it). Claimed with SKIP LOCKED.

    It names no matter: whoever reads this table learns no more than from the sums.
    """

    change = models.IntegerField()


class UnitSum(_Counted):
    """How many matters of one cell there are. Cells with none have no row."""

    number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="unit_sum_once", fields=["org_id", "month", "stage", "kind", "class_id", "channel", "protected"]
            )
        ]
        indexes = [models.Index(fields=["org_lft", "month"], name="unit_sum_scope")]


class WideSum(models.Model):
    """One figure of a table on the page of a wide organisation: all matters below it, in months, with filters applied.

    Cost of a page must not grow with the matters, and below a prefecture nearly every matter has a cell of its own. `org_id` 0 is
    everything, a negative one the own desk of an organisation that has many (`folding.own_desk`). `face`: which table, `value`: its row (`folding._figures`). `kind`, `channel`: a filter, or `*` for all of them.
    """

    org_id = models.BigIntegerField()
    face = models.CharField(max_length=10)
    value = models.CharField(max_length=30)
    kind = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=20)
    month = models.DateField()
    number = models.IntegerField()
    open_number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="wide_sum_once", fields=["org_id", "channel", "kind", "month", "face", "value"]
            )
        ]


class Standing(models.Model):
    """The one row that says whether the sums can be relied on."""

    built_at = models.DateTimeField(null=True)
    tree_mark = models.CharField(
        max_length=40, blank=True, help_text="of the tree of organisations that the sums were made with"
    )
    checked_at = models.DateTimeField(null=True)
    differing = models.IntegerField(
        default=0, help_text="cells that did not agree with the truth when they were compared last"
    )
