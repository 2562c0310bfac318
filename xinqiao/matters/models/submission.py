"""What came in (信访件): the submission and its files, and what keeps the same one from coming in twice."""

from django.db import models

from xinqiao.crypto.fields import SealedJSONField
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import Channel


class Submission(models.Model):
    """One letter, visit, call or web form (信访件): one receipt. Added, never changed (enforced by the database)."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="submissions")
    channel = models.CharField(max_length=20, choices=Channel.choices())
    title = models.CharField(max_length=100)
    content = models.TextField("投诉内容")
    reasons = models.TextField("事实和理由", blank=True)
    requests = models.JSONField("诉求", default=list)
    respondent = SealedJSONField("被反映人或单位", default=dict, context="submission.respondent")
    channel_facts = SealedJSONField("信访形式附加信息", default=dict, context="submission.channel_facts")
    petition_on = models.DateField("信访日期")
    received_at = models.DateTimeField("收到时间")
    received_by = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    registrar = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    stated_by = models.CharField(max_length=20, default="citizen")  # citizen, officer, client, import
    content_hash = models.CharField(max_length=64)
    hash_algorithm = models.CharField(max_length=10)


class Attachment(models.Model):
    """One file (附件): stored under a random name; the untouched original's digest is kept beside the served copy's."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="attachments")
    submission_id = models.BigIntegerField(null=True)
    event_seq = models.IntegerField(null=True, help_text="the event it came with, for supplements and proofs")
    stored_name = models.CharField(max_length=64)
    original_name = models.CharField("文件名", max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.IntegerField()
    digest = models.CharField(max_length=64)
    original_digest = models.CharField(max_length=64)
    hash_algorithm = models.CharField(max_length=10)
    note = models.CharField(max_length=200, blank=True)
    from_citizen = models.BooleanField(default=True)
    added_at = models.DateTimeField()


class IdempotencyKey(models.Model):
    """One promise: the same key again gives the same receipt (secure-checklist 24)."""

    client = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    request_hash = models.CharField(max_length=64)
    matter_id = models.BigIntegerField(null=True)
    response = models.TextField(blank=True)  # sealed: it holds the query code
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="idempotency_key_once", fields=["client", "key"])]
