"""What came from another system: which rows are stored, and how each run went."""

from django.db import models
from django.db.models import Q

from xinqiao.organisations.models import Organisation


class ImportedRow(models.Model):
    """A row of another system that is stored already: makes an import safe to run twice."""

    source = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=80)
    matter_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="imported_row_once", fields=["source", "fingerprint"])]


class ImportRun(models.Model):
    """One run of `xinqiao import`: which file, by whom, and where each of its rows went. rows_in = stored + known + rejected.

    `position` moves in the transaction that stores a batch: whatever ends the process, the next one goes on behind it.
    """

    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    hash_algorithm = models.CharField(max_length=10)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), help_text="channel, purpose"
    )
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    who = models.CharField("由谁导入", max_length=60)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    position = models.IntegerField(
        default=0, db_default=0, help_text="the last row of the file that is done, as a spreadsheet counts"
    )
    resumed = models.IntegerField("接着做了几次", default=0, db_default=0)
    rows_in = models.IntegerField(default=0)
    stored = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    noted = models.IntegerField(default=0, db_default=0)
    reasons = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), help_text="code of a rejection → how often"
    )
    rejects_file = models.CharField(max_length=1000, blank=True, default="", db_default="")
    rejects_bytes = models.BigIntegerField(
        default=0, db_default=0, help_text="how much of it belongs to the rows that are done"
    )
    problem = models.TextField("没有读完的原因", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="import_sums_agree",
                condition=Q(rows_in=models.F("stored") + models.F("known") + models.F("rejected")),
            )
        ]
