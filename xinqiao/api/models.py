"""Which programs may hand in petitions, and with which token."""

from django.db import models

from xinqiao.crypto.fields import SealedJSONField
from xinqiao.organisations.models import Organisation

SUBMISSIONS_A_MINUTE = 120


class ApiClient(models.Model):
    """A program that may call us (接口客户端), for example the city's 12345 hotline. Its token is shown once and never stored."""

    name = models.CharField("名称", max_length=60, unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="由哪个机关运行"
    )
    active = models.BooleanField("启用", default=True)
    rate_per_minute = models.IntegerField("每分钟最多几次", default=SUBMISSIONS_A_MINUTE)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """A file that waits for its petition: usable once, for a day, by the client that sent it."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="uploads")
    token_hash = models.CharField(max_length=64, unique=True)
    stored = SealedJSONField(
        context="api.upload"
    )  # the fields of StoredFile; sealed, because names of files name people
    expires_at = models.DateTimeField(db_index=True)
    used_by = models.CharField(max_length=24, blank=True, help_text="number of the petition it came with")
