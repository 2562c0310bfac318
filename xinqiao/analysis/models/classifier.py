"""Versions of the classifier (分类模型): what each was made from, how well it did on texts it had not seen, which one proposes."""

from django.db import models
from django.db.models import Q

from xinqiao.organisations.models import Officer


class ClassifierVersion(models.Model):
    """One model that was trained. `weights` are numbers and pieces of words that stood in several petitions, no text of anybody.

    `scores` counts the petitions of the held-out part; it names classes, nobody and no petition. Old versions keep their row; only the last few keep
    their weights, and only those can be used again.
    """

    made_at = models.DateTimeField("训练时间")
    made_by = models.CharField("由谁训练", max_length=10, choices=[("duty", "定期训练"), ("command", "命令行")])
    matters = models.IntegerField("用于训练的件数")
    held_out = models.IntegerField("用于检验的件数")
    decided_until = models.BigIntegerField("最后一条决定", default=0, help_text="id of the last event that was there")
    scores = models.JSONField("检验结果", default=dict)
    compared = models.JSONField("使用中版本在同一批件上的结果", default=dict)
    weights = models.BinaryField(null=True, editable=False)
    active = models.BooleanField("使用中", default=False)
    activated_at = models.DateTimeField("启用时间", null=True)
    activated_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", help_text="empty: the machine, by the rule"
    )
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="classifier_one_active", fields=["active"], condition=Q(active=True)),
            models.CheckConstraint(
                name="classifier_active_has_weights", condition=Q(active=False) | Q(weights__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"classifier-{self.pk}"
