"""What left the house, what was asked to leave, and who said yes (C-09, C-10, C-11).

Rows stay for as long as the audit log does: ids, counts and digests, never a text of a petition. The files themselves go after a day.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from xinqiao.crypto.fields import SealedJSONField
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import Coded


class ExportKind(Coded):
    """Which maker writes the file."""

    LIST = "list", "信访件清单", "C-11"
    INSPECTION = "inspection", "巡视巡察数据", "C-10"
    AUDIT = "audit", "安全审计日志", "LG-5"
    STATISTICS = "statistics", "统计表", "C-14"
    LEDGER = "ledger", "台账", "C-11"


class ExportState(Coded):
    """How far it is."""

    WAITING = "waiting", "等待生成"
    MAKING = "making", "正在生成"
    READY = "ready", "可以下载"
    FETCHED = "fetched", "已下载"
    FAILED = "failed", "没有生成"
    EXPIRED = "expired", "已删除"
    CANCELLED = "cancelled", "已取消"


class Export(models.Model):
    """One file that leaves the house (导出): whose, for what, which rows, with which digest."""

    kind = models.CharField("内容", max_length=20, choices=ExportKind.choices())
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="导出人")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    form = models.CharField("格式", max_length=10)
    columns = models.JSONField("列", default=list)
    purpose = models.CharField("用途", max_length=200)
    facts = models.JSONField(default=dict, help_text="shelf, filters, order; request id")
    desk_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text="the list as it stood when it was asked for"
    )
    matter_ids = ArrayField(models.BigIntegerField(), default=list, help_text="the matters that are in the file")
    left_out = models.IntegerField("未导出的检举控告件数", default=0)
    state = models.CharField("状态", max_length=10, choices=ExportState.choices(), default=ExportState.WAITING)
    problem = models.CharField("没有生成的原因", max_length=300, blank=True)
    rows = models.IntegerField("行数", null=True)
    size_bytes = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    hash_algorithm = models.CharField(max_length=10, blank=True)
    stored_name = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField("提出时间")
    begun_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField("生成时间", null=True)
    expires_at = models.DateTimeField("保留到", null=True)
    fetched_at = models.DateTimeField("下载时间", null=True)
    done_rows = models.IntegerField(default=0, help_text="of desk_ids: how many the worker has gone through")
    attempts = models.SmallIntegerField(default=0, help_text="of the part at hand")
    told_at = models.DateTimeField(null=True, help_text="when the bell rang, or the answer came with the page")

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=models.Q(state__in=["ready", "failed"], told_at__isnull=True),
                name="export_untold",
            ),
            models.Index(
                fields=["asked_at"], condition=models.Q(state__in=["waiting", "making"]), name="export_waiting"
            ),
            models.Index(fields=["expires_at"], condition=models.Q(state__in=["ready", "fetched"]), name="export_kept"),
            models.Index(fields=["officer", "-id"], name="export_of_officer"),
            GinIndex(fields=["matter_ids"], name="export_matters"),
        ]

    def __str__(self) -> str:
        return f"export:{self.pk}"

    @property
    def is_pending(self) -> bool:
        return self.state in (ExportState.WAITING, ExportState.MAKING)


class ExportPart(models.Model):
    """Some rows of a list that is being made, sealed: what is here is not made again when the worker dies. Gone with the last one."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts")
    position = models.IntegerField()
    rows = SealedJSONField(default=list, context="export.part")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(name="export_part_once", fields=["export", "position"])]

    def __str__(self) -> str:
        return f"{self.export_id}/{self.position}"


class Decided(models.Model):
    """What one officer of a petition office asks for and another one decides, with a reason."""

    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="信访部门")
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField("审批意见", max_length=200, blank=True)

    class Meta:
        abstract = True


class RequestState(Coded):
    """Where a request for inspection data stands."""

    ASKED = "asked", "待审批"
    APPROVED = "approved", "已同意"
    REFUSED = "refused", "未同意"
    LAPSED = "lapsed", "逾期未批，已失效"


class ExportRequest(Decided):
    """Data on leaders for an inspection organ (向巡视巡察机构提供信息): asked, approved by the office's leader, made, fetched once (C-10)."""

    organ = models.CharField("巡视巡察机构", max_length=100)
    document_number = models.CharField("来函文号", max_length=60)
    inspected = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="被巡视巡察的地区、单位")
    from_on = models.DateField("期间起")
    to_on = models.DateField("期间止")
    items = ArrayField(models.CharField(max_length=20), verbose_name="提供的内容")
    purpose = models.CharField("用途", max_length=200)
    state = models.CharField("状态", max_length=10, choices=RequestState.choices(), default=RequestState.ASKED)
    asked_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    export = models.OneToOneField(Export, models.PROTECT, null=True, related_name="request")

    class Meta:
        indexes = [models.Index(fields=["office", "-id"], name="export_request_of_office")]

    def __str__(self) -> str:
        return f"export-request:{self.pk}"


class DigestState(Coded):
    """Where a digest for a personnel organ stands."""

    ASKED = "asked", "待审批"
    DELIVERED = "delivered", "已送达"
    REFUSED = "refused", "未同意"
    ACKNOWLEDGED = "acknowledged", "已签收"


class Digest(Decided):
    """A sealed digest for a personnel organ (涉及干部的信访情况通报): R-30(2), C-09. Rows are sealed; no reporter is in them."""

    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="组织（人事）部门")
    number = models.CharField("编号", max_length=40)
    title = models.CharField("标题", max_length=100)
    rows = SealedJSONField("内容", default=list, context="digest.rows")
    row_count = models.IntegerField("件数")
    matter_ids = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField("状态", max_length=15, choices=DigestState.choices(), default=DigestState.ASKED)
    prepared_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="digest_number_once", fields=["office", "number"])]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="digest_of_recipient"),
            GinIndex(fields=["matter_ids"], name="digest_matters"),
        ]

    def __str__(self) -> str:
        return f"digest:{self.pk}"
