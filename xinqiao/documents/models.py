"""Official documents (文书) as they were drafted and issued: what they say, under which number, provable by a code.

The package knows no petition: `matter_id` and `organisation_id` are plain numbers. What must be unique beyond one
matter (document numbers, verification codes) lives in small tables of its own.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinqiao.crypto.fields import SealedJSONField


class Status(models.TextChoices):
    DRAFT = "draft", _("草稿")
    ISSUED = "issued", _("已签发")
    VOID = "void", _("已作废")


class Document(models.Model):
    """One version of one document. An issued document is never changed; it can only be declared void."""

    matter_id = models.BigIntegerField(_("信访事项"))
    organisation_id = models.BigIntegerField(_("发文机关"))
    kind = models.CharField(_("文书种类"), max_length=8)  # F-08: a row of rules/document_contents
    version = models.PositiveIntegerField(_("稿次"))  # of this kind, for this matter and organ, from 1
    title = models.CharField(_("标题"), max_length=200)
    number = models.CharField(_("文号"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    data = SealedJSONField(_("内容"), default=dict, context="document.data")
    text = SealedJSONField(_("正文"), default=list, context="document.text")  # the paragraphs, frozen: a later wording changes no old letter
    template_version = models.CharField(max_length=20)
    verification_code = models.CharField(_("查验码"), max_length=12, blank=True)
    data_digest = models.CharField(_("内容摘要值"), max_length=128, blank=True)
    digest_algorithm = models.CharField(max_length=16, blank=True)
    status = models.CharField(_("状态"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    drafted_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=500, blank=True)
    created_by_id = models.BigIntegerField(null=True)  # an officer; empty: the system or the citizen
    visible_to_citizen = models.BooleanField(default=True)
    pdf_path = models.CharField(max_length=200, null=True)  # below the folder of the letters
    pdf_digest = models.CharField(max_length=128, null=True)

    class Meta:
        verbose_name = _("文书")
        constraints = [
            models.UniqueConstraint(
                name="document_version_once", fields=["matter_id", "organisation_id", "kind", "version"]
            ),
            models.CheckConstraint(
                name="document_issued_is_sealed",
                condition=Q(status="draft") | (Q(issued_at__isnull=False) & ~Q(data_digest="")),
            ),
            models.CheckConstraint(
                name="document_void_has_reason",
                condition=~Q(status="void") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
            ),
        ]

    def __str__(self):
        return f"{self.title} {self.number}".strip()


class DocumentSeries(models.Model):
    """The last number that an organ used for one type of document in one year. Locked while the next is taken."""

    organisation_id = models.BigIntegerField()
    type_word = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="document_series_once", fields=["organisation_id", "type_word", "year"])
        ]

    def __str__(self):
        return f"{self.organisation_id} {self.type_word}〔{self.year}〕{self.last}"


class DocumentCode(models.Model):
    """Where to find the document behind a verification code: the one thing unique across all matters."""

    code = models.CharField(primary_key=True, max_length=12)
    matter_id = models.BigIntegerField()
    document_id = models.BigIntegerField()

    def __str__(self):
        return self.code
