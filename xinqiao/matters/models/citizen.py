"""What the citizen does with an own matter: withdraw it, rate those who handled it."""

from django.db import models
from django.db.models import Q

from xinqiao.organisations.models import Organisation


class Withdrawal(models.Model):
    """A wish to withdraw (撤回, D.16): takes effect after 24 hours, may be taken back for 30 days."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="withdrawals")
    requested_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default="waiting")  # waiting, cancelled, effective, resumed

    class Meta:
        indexes = [models.Index(fields=["effective_at"], condition=Q(state="waiting"), name="withdrawal_waiting")]


class Rating(models.Model):
    """What the citizen thinks of the petition office or of the unit (满意度评价, D.17): once for each."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="ratings")
    target = models.CharField(max_length=10)  # office, unit
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    value = models.CharField(max_length=20)
    reason = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="rating_once", fields=["matter", "target", "organisation"])]
