"""What organs owe each other in a matter: supervision, the completion report, the report of what is urgent."""

from django.db import models
from django.db.models import Q

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.completion import ReportState
from xinqiao.rules.patrol import Ground
from xinqiao.rules.supervision import Means, SupervisionState
from xinqiao.rules.urgent import UrgentGround, UrgentState


class Supervision(models.Model):
    """One supervision (督办) of one organ in one matter: asked for, proposed, signed, answered, closed (SV-2, SV-3, SV-9)."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="supervisions")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="supervising", verbose_name="督办机关")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="supervised", verbose_name="被督办单位", null=True
    )
    state = models.CharField(max_length=10, choices=SupervisionState.choices())
    asked_text = models.TextField("信访人的要求", blank=True)
    asked_at = models.DateTimeField(null=True)
    finding_id = models.BigIntegerField(null=True, help_text="what the patrol found, if it began with that")
    ground = models.CharField(max_length=20, choices=Ground.choices(), blank=True)
    means = models.CharField("督办方式", max_length=20, choices=Means.choices(), blank=True)
    broken = models.TextField("没有做到什么", blank=True)
    demand = models.TextField("要求", blank=True)
    improvement = models.TextField("改进工作的建议", blank=True)
    answer_by_on = models.DateField("答复日期", null=True)
    proposed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    document_id = models.BigIntegerField(null=True)
    answer = models.TextField("答复", blank=True)
    answered_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    rounds = models.SmallIntegerField(default=1)
    outcome = models.TextField("结果或者不予督办的理由", blank=True)
    closed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["office", "state", "-id"], name="supervision_of_office"),
            models.Index(fields=["organisation", "state", "-id"], name="supervision_of_unit"),
        ]


class CompletionReport(models.Model):
    """办结报告: what the organ that was assigned a matter reports to the petition office that assigned it (SV-8). One for each desk."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="completion_reports")
    referral_id = models.BigIntegerField(help_text="the desk of who reports")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="报告单位")
    office_referral_id = models.BigIntegerField(help_text="the desk of who assigned the matter")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="交办机关")
    state = models.CharField(max_length=10, choices=ReportState.choices())
    said = models.JSONField("内容", default=dict)  # by key of rules/completion.CONTENTS
    review = models.TextField("审核意见", blank=True)
    relayed_id = models.BigIntegerField(null=True, help_text="the report from below that this one passes on")
    drafted_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField(null=True)
    document_id = models.BigIntegerField(null=True)
    decision = models.TextField("还缺什么，或者审核意见", blank=True)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    rounds = models.SmallIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["office", "state", "-id"], name="completion_of_office"),
            models.Index(fields=["organisation", "state", "-id"], name="completion_of_unit"),
        ]
        constraints = [models.UniqueConstraint(name="completion_once_a_desk", fields=["matter", "referral_id"])]


class UrgentReport(models.Model):
    """重大紧急信访信息: one organ's report of what is major or urgent in a matter, continued until it is over (UR-1 to UR-6, R-25)."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="urgent_reports")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="报送单位")
    org_lft = models.IntegerField()
    state = models.CharField(max_length=12, choices=UrgentState.choices(), default=UrgentState.MARKED)
    ground = models.CharField("原因", max_length=20, choices=UrgentGround.choices(), blank=True)
    said = models.JSONField("内容", default=dict)  # by key of rules/urgent.PARTS; never a name
    affected = models.IntegerField("涉及人数", null=True)
    danger_to_life = models.BooleanField("有人身危险", default=False)
    next_report_at = models.DateTimeField("下一次续报", null=True)
    marked_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    marked_at = models.DateTimeField("标记时间")
    rung = models.SmallIntegerField(default=0, help_text="how many alarms have rung (UR-3)")
    alarm_at = models.DateTimeField(null=True, help_text="when the next bell rings: it is not sent, or not continued")
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("首次报送时间", null=True)
    rounds = models.SmallIntegerField(default=0, help_text="1: the first report; then each continued one")
    document_id = models.BigIntegerField(null=True)
    closed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField("结果", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["org_lft", "-id"], name="urgent_of_area"),
            models.Index(fields=["alarm_at"], condition=Q(alarm_at__isnull=False), name="urgent_alarm"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="urgent_one_open",
                fields=["matter", "organisation"],
                condition=Q(state__in=["marked", "written", "sent"]),
            )
        ]


class UrgentDelivery(models.Model):
    """To whom one round of an urgent report went: an organ on the platform, or one outside that was told by other means (UR-1, UR-2).

    Outside the platform nothing is delivered here: `done_at` stays empty until an officer records when and how it was sent.
    """

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="+")
    report = models.ForeignKey(UrgentReport, models.PROTECT, related_name="deliveries")
    round = models.SmallIntegerField()
    addressee = models.CharField(max_length=20)  # a row of rules/urgent.ADDRESSEES
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    name = models.CharField("收件单位", max_length=100)
    done_at = models.DateTimeField("报送时间", null=True)
    how = models.TextField("怎样报送的", blank=True)
    recorded_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField("打开时间", null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="urgent_delivered_to")]
        constraints = [
            models.UniqueConstraint(name="urgent_delivered_once", fields=["report", "round", "addressee", "name"])
        ]
