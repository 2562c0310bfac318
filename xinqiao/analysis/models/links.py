"""What officers decided of two matters that may be one (同一事项核对). Analysis only: it joins nothing (DU-7)."""

from django.db import models
from django.db.models import F, Q

from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.sameness import Verdict


class Link(models.Model):
    """One verdict on a pair of matters, `one` being the one with the smaller key. Rows are added, never changed: the last one counts."""

    one = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    other = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices())
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="link_pair_in_order", condition=Q(one__lt=F("other")))]
        indexes = [models.Index(fields=["one", "other", "-id"], name="link_pair")]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id} {self.verdict}"

    def beyond(self, matter_id: int) -> int:
        """The key of the other matter of the pair."""
        return self.other_id if self.one_id == matter_id else self.one_id
