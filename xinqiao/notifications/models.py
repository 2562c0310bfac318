"""What is said to people: messages that leave the house (短信、邮件), and the bell of the workbench (站内提醒).

Both carry ids and a number, never what a petition says (secure-checklist 46). Recipients and texts are sealed.
"""

from django.db import models
from django.db.models import Q

from xinqiao import crypto
from xinqiao.organisations.models import Officer
from xinqiao.rules.information import Rhythm


class Channel(models.TextChoices):
    SMS = "sms", "短信"
    EMAIL = "email", "电子邮件"


class State(models.TextChoices):
    """`spooled` lies in a file for a carrier and reached nobody yet; `unknown` may or may not have reached the person."""

    WAITING = "waiting", "等待发送"
    SENDING = "sending", "正在发送"
    SENT = "sent", "已发送"
    SPOOLED = "spooled", "已写入待发文件"
    FAILED = "failed", "没有发出"
    NOT_CONFIGURED = "not_configured", "没有配置通道"
    UNKNOWN = "unknown", "不知是否发出"


class Message(models.Model):
    """One message to one person. `key` stays the same for every try, so that a carrier can tell a second try from a second message."""

    key = models.CharField(max_length=32, unique=True)
    matter_id = models.BigIntegerField(null=True, db_index=True)
    event_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    purpose = models.CharField("消息种类", max_length=40)  # key of messages.TEXTS
    sealed_recipient = models.TextField(blank=True)
    recipient_masked = models.CharField("收件人（已脱敏）", max_length=80)
    recipient_index = models.CharField(max_length=64)
    sealed_text = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=60, blank=True)
    provider_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            # the same event is told to the same person once on a channel, however often a reaction is tried
            models.UniqueConstraint(
                name="message_once",
                fields=["event_id", "channel", "recipient_index"],
                condition=Q(event_id__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["waiting", "sending"]), name="message_owed"),
            models.Index(fields=["created_at"], condition=~Q(sealed_recipient=""), name="message_still_named"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose} {self.recipient_masked} {self.state}"

    @property
    def recipient(self) -> str:
        return crypto.open_sealed(self.sealed_recipient, context="message.recipient")

    @property
    def text(self) -> str:
        return crypto.open_sealed(self.sealed_text, context="message.text")


class OptOut(models.Model):
    """Somebody who wants no progress messages on this number or address (退订). Log-in codes still come: they asked for them."""

    recipient_index = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField()


class InAppMessage(models.Model):
    """One line behind an officer's bell (站内提醒). `text` says what to do, never what the matter is about.

    It is about a matter and one event of it, or about something of the officer's own, named by `subject` (`export:7`).
    """

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="messages")
    matter_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=120)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="in_app_once", fields=["event_id", "officer"]),
            models.UniqueConstraint(
                name="in_app_subject_once", fields=["subject", "officer"], condition=~Q(subject="")
            ),
            models.CheckConstraint(name="in_app_about", condition=Q(matter_id__isnull=False) ^ ~Q(subject="")),
        ]
        indexes = [
            models.Index(fields=["officer", "-created_at"], name="in_app_recent"),
            models.Index(fields=["officer"], condition=Q(read_at__isnull=True), name="in_app_unread"),
        ]

    def __str__(self) -> str:
        return self.text


class RoundupChoice(models.Model):
    """How one post wants to be reminded of what lies on the desk (汇总提醒): how often, and by which ways. Addresses are sealed.

    `next_at`: when the next one is due; it is moved on in the transaction that sends one, so that no period has two.
    """

    officer = models.OneToOneField(Officer, models.CASCADE, related_name="roundup")
    rhythm = models.CharField("多久一次", max_length=10, choices=Rhythm.choices(), default=Rhythm.NEVER)
    by_bell = models.BooleanField("站内提醒", default=True)
    by_sms = models.BooleanField("短信", default=False)
    by_email = models.BooleanField("电子邮件", default=False)
    sealed_mobile = models.TextField(blank=True)
    sealed_email = models.TextField(blank=True)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=300, blank=True, help_text="figures only")

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="roundup_due")]

    def __str__(self) -> str:
        return f"roundup:{self.pk}"

    @property
    def mobile(self) -> str:
        return crypto.open_sealed(self.sealed_mobile, context="roundup.mobile") if self.sealed_mobile else ""

    @property
    def email(self) -> str:
        return crypto.open_sealed(self.sealed_email, context="roundup.email") if self.sealed_email else ""
