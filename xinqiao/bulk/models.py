"""One act on several petitions (批量办理), and what came of each of them.

What was done stands in the history of each petition; these rows only let the officer see the result, go on after a break, and send the
same page twice without harm. They go after KEPT_DAYS.
"""

from django.db import models

from xinqiao.organisations.models import Officer
from xinqiao.rules.bulk import BULK_ACTS, BulkAct
from xinqiao.rules.stages import Coded


class ItemState(Coded):
    """What came of one petition."""

    WAITING = "waiting", "还没有办", ""
    DONE = "done", "已办", ""
    REFUSED = "refused", "没有办", "the rules or the step say why"
    CONFLICT = "conflict", "刚有变化，没有办", "somebody else was faster"
    HIDDEN = "hidden", "没有找到", "gone from this officer's sight, or never in it: nothing of it is kept"
    FAILED = "failed", "出现故障，没有办", ""


class Batch(models.Model):
    """One act that an officer confirmed for several petitions. `key` was made with the page: sent twice, it is the same batch."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    key = models.CharField(max_length=32)
    act = models.CharField("办理", max_length=30)
    facts = models.JSONField(default=dict, help_text="ids and words, the same for all")
    back = models.CharField(max_length=1000, blank=True, help_text="the list it came from")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="batch_once", fields=["officer", "key"])]
        indexes = [models.Index(fields=["asked_at"], name="batch_asked")]

    def __str__(self) -> str:
        return f"batch:{self.pk}"

    @property
    def row(self) -> BulkAct:
        return BULK_ACTS[self.act]


class BatchItem(models.Model):
    """One petition of a batch. Of one that the officer may not see there is no number and no id here."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    position = models.SmallIntegerField()
    matter_id = models.BigIntegerField(null=True)
    version = models.IntegerField(default=0, help_text="Matter.version as the officer saw it")
    state = models.CharField(max_length=10, choices=ItemState.choices(), default=ItemState.WAITING)
    message = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="batch_item_place", fields=["batch", "position"]),
            models.UniqueConstraint(name="batch_item_matter", fields=["batch", "matter_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position} {self.state}"
