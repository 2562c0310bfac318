"""Files that programs send before the petition they belong to: kept a day, used once, by the one who sent them."""

import secrets
from datetime import datetime, timedelta

from django.utils.timezone import localtime

from xinqiao import crypto
from xinqiao.matters import files
from xinqiao.matters.intake import StoredFile

from .models import ApiClient, Upload
from .problems import Problem

KEPT = timedelta(hours=24)
CLEARED_AT_ONCE = 50  # files; the rest goes with the next upload
UNKNOWN = "第{position}个材料找不到，或已经用过、过期。请重新上传（/files），再填新的 file。"


def keep(uploaded, *, client: ApiClient, at: datetime) -> dict:
    """Check and keep one file; the answer names it by a token. Raises FileRefused."""
    forget(at)
    stored = files.store(uploaded, name=uploaded.name or "")
    token = secrets.token_urlsafe(24)
    expires_at = at + KEPT
    Upload.objects.create(client=client, token_hash=_hash(token), stored=stored.__dict__, expires_at=expires_at)
    return {
        "file": token,
        "name": stored.original_name,
        "media_type": stored.media_type,
        "size_bytes": stored.size_bytes,
        "digest": stored.original_digest,
        "hash_algorithm": stored.hash_algorithm,
        "expires_at": localtime(expires_at),
    }


def named(tokens: list[str], *, client: ApiClient) -> list[Upload]:
    """The files behind `tokens`, locked until the transaction ends, used or not. Raises Problem naming the first unknown one."""
    hashes = [_hash(token) for token in tokens]
    rows = {
        row.token_hash: row for row in Upload.objects.select_for_update().filter(client=client, token_hash__in=hashes)
    }
    for position, found in enumerate(hashes, 1):
        if found not in rows or hashes.index(found) != position - 1:
            raise _unknown(position)
    return [rows[found] for found in hashes]


def as_stored(row: Upload) -> StoredFile:
    """The file as a step takes it."""
    return StoredFile(**row.stored)


def use(chosen: list[Upload], *, number: str, at: datetime) -> None:
    """Take the files up into the petition `number`. Raises Problem when one was used before or is too old."""
    for position, one in enumerate(chosen, 1):
        if one.used_by or one.expires_at < at:
            raise _unknown(position)
    Upload.objects.filter(pk__in=[one.pk for one in chosen]).update(used_by=number)


def forget(at: datetime) -> None:
    """Remove what nobody used in time. Rows of used files stay: a repeated call names them again."""
    for row in Upload.objects.filter(expires_at__lt=at, used_by="").order_by("expires_at")[:CLEARED_AT_ONCE]:
        files.discard(as_stored(row))
        row.delete()


def _unknown(position: int) -> Problem:
    return Problem(422, "invalid", errors={f"files.{position - 1}": UNKNOWN.format(position=position)})


def _hash(token: str) -> str:
    # A token of 192 random bits needs no rotation: the oldest index key stays good for it.
    return crypto.blind_indexes(token, context="api.file")[-1]
