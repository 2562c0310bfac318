"""Files that come with a matter (附件): checked, drawn anew where they are pictures, kept under names that mean nothing.

    stored = store(uploaded, name="漏水.jpg")        # StoredFile, handed to a step as attachments= or files=
    response(attachment)                              # after the caller has decided who may see it

The untouched original of a redrawn picture stays sealed beside the served copy (secure-checklist 35 to 39).
"""

import base64
import os
import re
import secrets
import subprocess
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.http import FileResponse
from django.utils.http import content_disposition_header

from xinqiao import crypto
from xinqiao.rules.wording import LIMITS

from . import pictures
from .file_kinds import EXTENSIONS, SHOWN_TYPES, FileKind, FileRefused, find_kind
from .intake import StoredFile
from .models import Attachment

__all__ = [
    "EXTENSIONS",
    "FileRefused",
    "discard",
    "display_name",
    "open_original",
    "open_stored",
    "orphans",
    "response",
    "store",
]

ORIGINAL = ".orig"
SEAL_CONTEXT = "attachment.original"
_NAME = re.compile(r"[0-9a-f]{40}")
_SANDBOX = "sandbox; default-src 'none'"


def store(uploaded, *, name: str) -> StoredFile:
    """Check and keep one file. `uploaded` has `size` and `read()` or is bytes; `name` is what its sender called it.

    On disk before it returns (written aside, synced, renamed). Raises FileRefused, whose message is for the sender.
    """
    shown = display_name(name)
    content = _read(uploaded)
    kind = find_kind(content, _extension(shown))
    served, media_type = _redraw(content) if kind.redrawn else (content, kind.media_type)
    stored_name = secrets.token_hex(20)
    _write(_path(stored_name), served)
    if served is not content:
        sealed = crypto.seal(base64.b64encode(content).decode(), context=SEAL_CONTEXT)
        _write(_path(stored_name + ORIGINAL), sealed.encode())
    algorithm = crypto.preferred_digest()
    return StoredFile(
        stored_name=stored_name,
        original_name=shown,
        media_type=media_type,
        size_bytes=len(served),
        digest=crypto.digest(served, algorithm),
        original_digest=crypto.digest(content, algorithm),
        hash_algorithm=algorithm,
        note=_note(kind),
    )


def open_stored(stored_name: str):
    """The served copy, open for reading. Raises FileNotFoundError."""
    return _path(stored_name).open("rb")


def open_original(stored_name: str) -> bytes:
    """What was sent, byte for byte. The caller has decided who may ask, and writes down that they did."""
    beside = _path(stored_name + ORIGINAL)
    if not beside.exists():
        return _path(stored_name).read_bytes()
    return base64.b64decode(crypto.open_sealed(beside.read_text(), context=SEAL_CONTEXT))


def discard(stored: StoredFile | Attachment) -> None:
    """Remove a file that no matter refers to. Twice is as good as once."""
    for name in (stored.stored_name, stored.stored_name + ORIGINAL):
        _path(name).unlink(missing_ok=True)


def response(attachment: Attachment | StoredFile) -> FileResponse:
    """The file as a download that no browser runs: only redrawn pictures and PDF say what they are."""
    shown = attachment.media_type in SHOWN_TYPES
    answer = FileResponse(
        open_stored(attachment.stored_name),
        content_type=attachment.media_type if shown else "application/octet-stream",
    )
    answer.headers["Content-Disposition"] = content_disposition_header(True, display_name(attachment.original_name))
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    return answer


def orphans(*, also_kept: Iterable[str] = ()) -> tuple[set[str], set[str]]:
    """(names on the disk that nothing refers to, names referred to that are not on the disk).

    `also_kept`: names that somebody above holds without a matter yet, as the portal's drafts do.
    """
    on_disk = {path.name.removesuffix(ORIGINAL) for path in _folder().glob("??/*") if not path.name.startswith(".")}
    referred = set(Attachment.objects.values_list("stored_name", flat=True)) | set(also_kept)
    return on_disk - referred, referred - on_disk


def display_name(name: str) -> str:
    """What is shown and offered for saving: no folders, no invisible or turning characters, at most 120 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(char for char in last if unicodedata.category(char)[0] != "C" and char not in '<>:"|?*')
    visible = re.sub(r"\s+", " ", visible).strip(" .")
    stem, dot, extension = visible.rpartition(".")
    if not dot:
        return visible[:120] or "文件"
    most = min(120, LIMITS["file_name"]) - len(extension[:10]) - 1
    return f"{stem.strip()[:most] or '文件'}.{extension[:10]}"


# --- inside -----------------------------------------------------------------------------------------------------------


def _read(uploaded) -> bytes:
    size = len(uploaded) if isinstance(uploaded, bytes) else uploaded.size
    most = settings.XINQIAO_FILE_BYTES
    if size > most:
        raise FileRefused(
            f"文件太大（{_megabytes(size)}），每个最多 {_megabytes(most)}。请压缩或分段后再上传。", code="file_large"
        )
    content = uploaded if isinstance(uploaded, bytes) else uploaded.read(most + 1)
    if not content:
        raise FileRefused("这个文件是空的，没有内容。请重新选择。", code="file_empty")
    return content


def _megabytes(size: int) -> str:
    number = size / 1024 / 1024
    return f"{number:.0f} MB" if number >= 10 or number == int(number) else f"{number:.1f} MB"


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _note(kind: FileKind) -> str:
    return "" if kind.shown else f"{kind.name}，只能下载后查看"


def _redraw(content: bytes) -> tuple[bytes, str]:
    """The picture drawn anew by a process of its own, and its media type."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = folder / f".{secrets.token_hex(8)}"
    sent, served = stem.with_suffix(".in"), stem.with_suffix(".out")
    try:
        _write_private(sent, content)
        ran = subprocess.run(
            [sys.executable, "-I", pictures.__file__, str(sent), str(served)],
            capture_output=True,
            timeout=pictures.SECONDS * 2,
            check=False,
        )
        said = ran.stdout.decode("utf-8", "replace").strip()
        if ran.returncode == pictures.REFUSED:
            raise FileRefused(said, code="picture_large")
        if ran.returncode != 0 or said not in SHOWN_TYPES:
            raise FileRefused("这张图片打不开，可能已经损坏。请重新拍一张，或者截图后再上传。", code="picture_broken")
        return served.read_bytes(), said
    except subprocess.TimeoutExpired:
        raise FileRefused("这张图片太复杂，处理不了。请截图后再上传。", code="picture_slow") from None
    finally:
        sent.unlink(missing_ok=True)
        served.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.XINQIAO_FILES) / "attachments"


def _path(stored_name: str) -> Path:
    """Where a name lies. Raises FileNotFoundError for what is not a name of ours: no path ever comes from outside."""
    if not _NAME.fullmatch(stored_name.removesuffix(ORIGINAL)):
        raise FileNotFoundError(stored_name)
    return _folder() / stored_name[:2] / stored_name


def _write(path: Path, content: bytes) -> None:
    """A crash leaves the whole file or none: written aside, synced, renamed, and the folder synced."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    _write_private(aside, content)
    aside.replace(path)
    for folder in (path.parent, path.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
