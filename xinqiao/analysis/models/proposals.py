"""What the machine proposed for a matter, why, and what a person decided instead or likewise (系统建议)."""

from django.db import models
from django.db.models import F, Q

from xinqiao.crypto.fields import SealedJSONField
from xinqiao.matters.models import Matter
from xinqiao.rules.proposals import Sort, Verdict


class Proposal(models.Model):
    """What is proposed of one sort for one matter: one row, made anew while nobody has decided. It decides nothing (PIPL 24).

    `candidates` repeats words of the text and may name who is complained of: sealed, and read only through `proposals.of`. `first` is the
    likeliest value where the values are a closed list, for figures about the machine; never of who is named. `verdict` is a fact about
    the proposal: who decided stands in the history of the matter and nowhere here (G.4).
    """

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="+")
    sort = models.CharField(max_length=20, choices=Sort.choices())
    candidates = SealedJSONField(default=list, context="proposal.candidates")
    first = models.CharField(max_length=60, blank=True)
    maker = models.CharField(max_length=60, help_text="version of the classifier, or of the rules, that proposed it")
    text_hash = models.CharField(max_length=64, help_text="of what was read: the same text is not read twice")
    made_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices(), blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="proposal_once", fields=["matter", "sort"]),
            models.CheckConstraint(
                name="proposal_verdict_has_date",
                condition=Q(verdict="", decided_at=None) | (~Q(verdict="") & Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [
            # What was decided last, for the page about the effect of proposals.
            models.Index(F("decided_at").desc(), F("id").desc(), condition=~Q(verdict=""), name="proposal_decided"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.sort}"
