"""Finished files while they wait to be fetched: sealed, readable by this user only, for a day (C-11, PIPL 19)."""

import os
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from xinqiao import crypto
from xinqiao.rules.exports import KEPT_HOURS

from .models import Export, ExportState

_NAME = re.compile(r"[0-9a-f]{32}")
SEAL_CONTEXT = "export.file"


class FileGone(Exception):
    """The file was deleted, or its seal does not open: it must be made again."""


def keep(content: bytes) -> str:
    """Store a finished file; its name says nothing."""
    name = secrets.token_hex(16)
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = folder / f".{name}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(crypto.seal_bytes(content, context=SEAL_CONTEXT, lasting=True, raw=True))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / name)
    return name


def open_kept(export: Export) -> bytes:
    """The file as it was made. Raises FileGone; also when its digest is no longer the one that was recorded."""
    if not _NAME.fullmatch(export.stored_name):
        raise FileGone(str(export))
    try:
        content = crypto.open_bytes((_folder() / export.stored_name).read_bytes(), context=SEAL_CONTEXT)
    except (OSError, crypto.SealBroken) as error:
        raise FileGone(str(export)) from error
    if crypto.digest(content, export.hash_algorithm) != export.digest:
        raise FileGone(str(export))
    return content


def discard(export: Export) -> None:
    """Remove the file. Twice is as good as once."""
    if _NAME.fullmatch(export.stored_name):
        (_folder() / export.stored_name).unlink(missing_ok=True)


def forget(at: datetime) -> int:
    """Delete what was kept long enough, and files that no row knows; returns how many exports ended."""
    old = list(Export.objects.filter(state__in=(ExportState.READY, ExportState.FETCHED), expires_at__lte=at)[:500])
    for export in old:
        discard(export)
        Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED, stored_name="", desk_ids=[])
    known = set(Export.objects.exclude(stored_name="").values_list("stored_name", flat=True))
    before = (at - timedelta(hours=KEPT_HOURS)).timestamp()
    for path in _folder().glob("*") if _folder().is_dir() else ():
        if path.name.removeprefix(".") not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.XINQIAO_FILES) / "exports"
