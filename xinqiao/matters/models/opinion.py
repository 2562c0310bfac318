"""What an organ decides and says: opinions, how they were served, and what was said or found on the way."""

from django.db import models
from django.db.models import Q

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import ReviewOutcome, ServiceManner

# States of an opinion: that stands as the answer; that was issued, even if it does not stand any more.
GIVEN = ("issued", "served")
ISSUED = (*GIVEN, "revoked")


class Opinion(models.Model):
    """One decision document of one instance (处理、复查、复核意见书): a draft is a working paper, an issued one never changes."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="opinions")
    instance = models.CharField(max_length=10)  # handling, review, recheck
    round = models.SmallIntegerField(default=1)
    referral_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default="draft")  # draft, in_approval, issued, served, revoked
    facts = models.TextField("查明的事实", blank=True)
    evidence = models.JSONField("证据", default=list)
    answers = models.JSONField("逐项答复", default=list)
    body = models.TextField("补充说明", blank=True)
    outcome = models.CharField(max_length=20, choices=ReviewOutcome.choices(), blank=True)
    basis = models.JSONField("依据", default=list)
    reasons = models.TextField("理由", blank=True)
    redo_by_on = models.DateField("重新作出意见的期限", null=True)
    not_worse = models.BooleanField("没有使信访人处境更不利", default=False)
    return_note = models.TextField("退回意见", blank=True)
    drafted_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    remedy_organ = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    document_id = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField(null=True)
    served_on = models.DateField(null=True)
    saved_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="opinion_once_a_round", fields=["matter", "instance", "round", "referral_id"])
        ]
        # Drafts are few among many: what came back from approval is asked for with every side bar.
        indexes = [
            models.Index(
                fields=["organisation", "referral_id"], condition=Q(state="draft"), name="opinion_draft_of_organ"
            )
        ]


class Service(models.Model):
    """One act of service (送达): manner, proof, the day from which windows count (F.2, DL-14)."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="services")
    document_id = models.BigIntegerField()
    opinion_id = models.BigIntegerField(null=True)
    manner = models.CharField(max_length=20, choices=ServiceManner.choices())
    effective_on = models.DateField()
    proof = models.JSONField(default=dict)
    recorded_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()


class Record(models.Model):
    """Something said or found: contact, talk, investigation, hearing, agreement, question and answer, internal note."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="records")
    referral_id = models.BigIntegerField(null=True)
    event_seq = models.IntegerField(null=True)
    sort = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    shown_to_citizen = models.BooleanField(default=False)
