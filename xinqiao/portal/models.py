"""What a visitor has begun to write and not sent yet: kept sealed, for people without any account."""

import uuid

from django.db import models


class Draft(models.Model):
    """One petition being written (草稿). Its token lies in a cookie of one browser; here only the token's hash.

    After sending, the text is emptied and the receipt stays here, sealed, for half an hour: a telephone that lost the answer
    asks again and gets the same one.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    key = models.UUIDField(default=uuid.uuid4, help_text="idempotency key of its submission")
    sealed = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sealed_receipt = models.TextField(blank=True)


class DraftFile(models.Model):
    """A file of a draft, already checked and stored. A row of its own: several arrive at once."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="files")
    stored_name = models.CharField(max_length=64)
    sealed = models.TextField(help_text="the StoredFile as JSON; names of files tell about people")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
