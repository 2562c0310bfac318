"""What happened and what is due: limits, events, and the progress of what follows from an event."""

import json

from django.db import models
from django.db.models import Q

from xinqiao.organisations.models import Officer, Organisation


class Clock(models.Model):
    """One running limit (期限): term, start, due, office target, inputs and rule ids (DL-19)."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="clocks")
    referral_id = models.BigIntegerField(null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    term = models.CharField(max_length=30)
    holder = models.CharField(max_length=10)  # office, citizen, event
    started_on = models.DateField()
    nominal_on = models.DateField()
    due_on = models.DateField()
    office_target_on = models.DateField(null=True)
    provisional = models.BooleanField(default=False)
    inputs = models.JSONField(default=dict)
    rules = models.JSONField(default=list)
    explanation = models.TextField(blank=True)
    state = models.CharField(max_length=12, default="running")  # running, met, late, cancelled, lapsed
    ended_on = models.DateField(null=True)
    next_warning_on = models.DateField(null=True)
    level = models.CharField(max_length=12, default="normal")

    class Meta:
        indexes = [
            models.Index(fields=["next_warning_on"], condition=Q(state="running"), name="clock_next_warning"),
            models.Index(fields=["due_on"], condition=Q(state="running"), name="clock_running_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="clock_one_running", fields=["matter", "term", "referral_id"], condition=Q(state="running")
            )
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.due_on}"


class Event(models.Model):
    """One thing that happened (办理记录): history, audit trail and outbox in one. Append-only, hash-chained (LG-1)."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="events")
    seq = models.IntegerField()
    step = models.CharField(max_length=40)
    from_stage = models.CharField(max_length=30, blank=True)
    to_stage = models.CharField(max_length=30, blank=True)
    referral_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=10)  # officer, citizen, system
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("写入时间")
    facts_text = models.TextField(default="{}")
    document_id = models.BigIntegerField(null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=10)

    class Meta:
        ordering = ["matter_id", "seq"]
        constraints = [models.UniqueConstraint(name="event_seq_once", fields=["matter", "seq"])]
        indexes = [models.Index(fields=["id"], name="event_by_id")]

    @property
    def facts(self) -> dict:
        return json.loads(self.facts_text)


class Delivery(models.Model):
    """Progress of one reaction to one event (送达/推送): what was sent, when, why not. A queue of its own (SKIP LOCKED)."""

    event_id = models.BigIntegerField()
    matter_id = models.BigIntegerField()
    reaction = models.CharField(max_length=60)
    state = models.CharField(max_length=10, default="pending")  # pending, claimed, done, failed, skipped
    attempts = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=60, blank=True)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    result = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="delivery_once", fields=["event_id", "reaction"])]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["pending", "claimed"]), name="delivery_owed")
        ]
