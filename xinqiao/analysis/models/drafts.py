"""What a language model was asked to draft, until somebody has read it (机器起草)."""

from django.db import models

from xinqiao.crypto.fields import SealedJSONField
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.drafting import Sort


class ModelDraft(models.Model):
    """One for each post, matter and sort: asked for on a page, made by the worker, shown as text to that post alone, gone an hour later.

    `begun_at` is set before the model is asked and never again for the same press: what was asked once is not asked twice.
    """

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="+")
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="+")
    sort = models.CharField(max_length=20, choices=Sort.choices())
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    text = SealedJSONField(default=str, context="model_draft.text")
    trouble = models.CharField(max_length=200, blank=True, help_text="why there is no text, for the reader")

    class Meta:
        constraints = [models.UniqueConstraint(name="model_draft_once", fields=["officer", "matter", "sort"])]
        indexes = [models.Index(fields=["asked_at"], name="model_draft_age")]

    def __str__(self) -> str:
        return f"model_draft:{self.pk}"
