"""A request to see a protected identity (保密身份), and what the second person said to it (C-11)."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.reveal import DECIDED_WITHIN_HOURS, PURPOSES
from xinqiao.rules.stages import Coded


class RequestState(Coded):
    """Where a request stands."""

    WAITING = "waiting", "等待审批", ""
    GRANTED = "granted", "已同意", ""
    REFUSED = "refused", "未同意", ""
    LAPSED = "lapsed", "超过24小时没有审批，已失效", ""


class RevealRequest(models.Model):
    """One officer asks to see the protected identity in one matter; another of the same organisation decides."""

    matter_id = models.BigIntegerField(db_index=True)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="申请人")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    purpose = models.CharField("用途", max_length=20)  # a code of rules.reveal.PURPOSES
    reason = models.TextField("理由")
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=10, choices=RequestState.choices(), default=RequestState.WAITING)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True)
    decision_reason = models.TextField("审批意见", blank=True)
    open_until = models.DateTimeField("可查看至", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "asked_at"], condition=Q(state="waiting"), name="reveal_waiting"),
            models.Index(fields=["officer", "-asked_at"], name="reveal_of_officer"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="reveal_waits_once", fields=["matter_id", "officer"], condition=Q(state="waiting")
            ),
            models.CheckConstraint(
                name="reveal_decided_by_another", condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("officer"))
            ),
            models.CheckConstraint(
                name="reveal_granted_by_somebody",
                condition=~Q(state="granted") | Q(decided_by__isnull=False, open_until__isnull=False),
            ),
        ]

    @property
    def subject(self) -> str:
        """How the audit log names it."""
        return f"reveal:{self.pk}"

    @property
    def decide_by(self) -> datetime:
        return self.asked_at + timedelta(hours=DECIDED_WITHIN_HOURS)

    @property
    def purpose_label(self) -> str:
        return PURPOSES[self.purpose].label

    def waits(self, at: datetime) -> bool:
        return self.state == RequestState.WAITING and at <= self.decide_by

    def is_open(self, at: datetime) -> bool:
        """Whether the asker may look now."""
        return self.state == RequestState.GRANTED and at <= self.open_until

    def shown_state(self, at: datetime) -> str:
        if self.state == RequestState.WAITING and at > self.decide_by:
            return RequestState.LAPSED.label
        if self.state == RequestState.GRANTED and at > self.open_until:
            return "已同意，查看时间已过"
        return RequestState(self.state).label
