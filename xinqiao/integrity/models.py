"""What proves that nothing was looked at unseen and nothing changed afterwards: the audit log (LG-1 to LG-6, C-11).

Floor 2: people, organs and matters are plain numbers here.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class AuditChain(models.Model):
    """The end of one chain of audit entries: one per organisation, 0 for what belongs to none. Locked while it grows."""

    chain = models.BigIntegerField(primary_key=True)
    last_seq = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)


class AuditEntry(models.Model):
    """One line of the audit log (安全审计日志): who looked, took out, was refused, changed rights. Added, never changed.

    It says that something was read, never what it said: no name, telephone, text (C-11, LG-2, secure-checklist 53).
    """

    chain = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField("时间")  # clock_timestamp() of the database
    kind = models.CharField("事项", max_length=30)  # a value of rules.audit.AuditKind
    user_id = models.BigIntegerField(null=True)
    officer_id = models.BigIntegerField("岗位", null=True)
    organisation_id = models.BigIntegerField("机关、单位", null=True)
    roles = models.CharField("当时的岗位角色", max_length=400, blank=True)  # room for all of them in one post
    matter_id = models.BigIntegerField(null=True)
    subject = models.CharField("对象", max_length=80, blank=True)  # `user:12`, `export:7`, `letter:31`
    fields = models.CharField("字段组", max_length=80, blank=True)  # identity, text, attachment, letter …
    reason = models.TextField("事由", blank=True)
    device = models.CharField("设备", max_length=160, blank=True)  # what the browser calls itself
    source = models.CharField("来源地址（盲索引）", max_length=64, blank=True)
    detail_text = models.TextField(default="{}")  # JSON, hashed as the very text that is stored
    algorithm = models.CharField(max_length=10)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(name="audit_entry_in_its_chain", fields=["chain", "seq"])]
        indexes = [
            models.Index(fields=["matter_id", "-id"], condition=models.Q(matter_id__isnull=False), name="audit_matter"),
            models.Index(fields=["user_id", "-id"], name="audit_user"),
            models.Index(fields=["kind", "-id"], name="audit_kind"),
        ]


class Unanchored(models.Model):
    """A row that no checkpoint holds yet. Written by a trigger in the transaction of the row itself: nothing is ever missed.

    `source` names what the row is: event, audit, submission, document, rating … (jobs/anchored_rows.py).
    """

    source = models.CharField(max_length=12)
    row_id = models.BigIntegerField()
    since = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.source} {self.row_id}"


class Checkpoint(models.Model):
    """One signed root (存证点) over the rows that were written since the one before. Added, never changed; copied outside.

    `parts` says which leaves belong to which source ([["event", 812], …]), `row_ids` names their rows in the same order, `leaves`
    holds their hashes, 32 bytes each: so that a row can be named when it changes, and its place in the tree be proved.
    """

    number = models.BigIntegerField(unique=True)
    made_at = models.DateTimeField()  # clock_timestamp() of the database
    previous_digest = models.CharField(max_length=64, blank=True)  # of the statement before
    root = models.CharField(max_length=64)
    leaf_count = models.IntegerField()
    digest_algorithm = models.CharField(max_length=10)
    signature_algorithm = models.CharField(max_length=10)
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=200)
    parts = models.JSONField()
    row_ids = ArrayField(models.BigIntegerField())
    leaves = models.BinaryField()
    first_event = models.BigIntegerField(null=True)  # the events in it lie between these two
    last_event = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["last_event"], name="checkpoint_last_event")]

    def __str__(self) -> str:
        return f"{self.number} {self.root}"
