"""Files that come with a matter (附件): checked, drawn anew where they are pictures, kept under names that mean nothing.

    stored = store(uploaded, name="漏水.jpg")        # StoredFile, handed to a step as attachments= or files=
    response(attachment)                              # after the caller has decided who may see it

The untouched original of a redrawn picture stays beside the served copy; both are sealed on the disk (secure-checklist 35 to 39).
Where a virus scanner is configured and silent, a file is kept and held back until it has answered: no petition is lost for it.
"""

import io
import logging
import re
import secrets
import subprocess
import sys
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.http import FileResponse
from django.utils.http import content_disposition_header

from xinqiao import crypto
from xinqiao.rules.wording import LIMITS

from . import file_room, pictures, virus_scan
from .file_kinds import EXTENSIONS, SHOWN_TYPES, FileKind, FileRefused, find_kind
from .intake import StoredFile
from .models import Attachment

__all__ = [
    "EXTENSIONS",
    "FileHeld",
    "FileRefused",
    "discard",
    "display_name",
    "open_original",
    "open_stored",
    "orphans",
    "rescan",
    "response",
    "standing",
    "store",
]

logger = logging.getLogger("xinqiao.files")
RESCANNED_AT_ONCE = 50  # files; the rest waits for the next turn of the duty
_SANDBOX = "sandbox; default-src 'none'"


class FileHeld(Exception):
    """The file is here and not given to anybody now. The message, for the reader, says why and what to do."""

    def __init__(self, message: str):
        self.message = message
        super().__init__(message)


def store(uploaded, *, name: str) -> StoredFile:
    """Check and keep one file. `uploaded` has `size` and `read()` or is bytes; `name` is what its sender called it.

    On disk before it returns (written aside, synced, renamed). Raises FileRefused, whose message is for the sender.
    """
    shown = display_name(name)
    content = _read(uploaded)
    kind = find_kind(content, _extension(shown))
    held = _must_be_held(content)
    served, media_type = _redraw(content) if kind.redrawn else (content, kind.media_type)
    stored_name = secrets.token_hex(20)
    if held:
        file_room.mark(stored_name, file_room.HELD)  # first: a crash leaves no file that looks scanned
    file_room.put(stored_name, served)
    if served is not content:
        file_room.put(stored_name, content, file_room.ORIGINAL)
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


def open_stored(stored_name: str) -> io.BytesIO:
    """The served copy, open for reading. Raises FileNotFoundError."""
    return io.BytesIO(file_room.get(stored_name))


def open_original(stored_name: str) -> bytes:
    """What was sent, byte for byte. The caller has decided who may ask, and writes down that they did."""
    return file_room.get(stored_name, file_room.ORIGINAL if file_room.has(stored_name, file_room.ORIGINAL) else "")


def discard(stored: StoredFile | Attachment) -> None:
    """Remove a file that no matter refers to. Twice is as good as once."""
    file_room.remove(stored.stored_name)


def standing(stored_name: str) -> str:
    """What the lists say beside a file that is not given out now; empty for any other."""
    if file_room.has(stored_name, file_room.INFECTED):
        return "这个文件里有病毒，谁也打不开。请换一份没有问题的文件，用“补充材料”再交一次。"
    if file_room.has(stored_name, file_room.HELD):
        return "正在做安全检查，检查完才能打开。材料已经收到，不影响办理。"
    return ""


def response(attachment: Attachment | StoredFile) -> FileResponse:
    """The file as a download that no browser runs: only redrawn pictures and PDF say what they are. Raises FileHeld."""
    if why := standing(attachment.stored_name):
        raise FileHeld(why)
    shown = attachment.media_type in SHOWN_TYPES
    answer = FileResponse(
        open_stored(attachment.stored_name),
        content_type=attachment.media_type if shown else "application/octet-stream",
    )
    answer.headers["Content-Length"] = str(attachment.size_bytes)
    answer.headers["Content-Disposition"] = content_disposition_header(True, display_name(attachment.original_name))
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    return answer


def rescan(at: datetime) -> int:
    """For the worker: ask the scanner about files it has not seen; returns about how many it answered."""
    done = 0
    for _turn, name in zip(range(RESCANNED_AT_ONCE), file_room.names(file_room.HELD), strict=False):
        try:
            found = virus_scan.scan(open_original(name)) if virus_scan.is_configured() else ""
        except virus_scan.ScannerSilent:
            logger.warning("virus scanner does not answer", extra={"waiting": name[:8]})
            break
        except FileNotFoundError:
            found = ""  # discarded meanwhile
        if found:
            file_room.mark(name, file_room.INFECTED)
            logger.error("virus found", extra={"file": name[:8]})
        file_room.unmark(name, file_room.HELD)
        done += 1
    return done


def orphans(*, also_kept: Iterable[str] = ()) -> tuple[set[str], set[str]]:
    """(names on the disk that nothing refers to, names referred to that are not on the disk).

    `also_kept`: names that somebody above holds without a matter yet, as the portal's drafts do.
    """
    beside = {name for suffix in file_room.SUFFIXES for name in file_room.names(suffix)}
    whole = set(file_room.names())
    referred = set(Attachment.objects.values_list("stored_name", flat=True)) | set(also_kept)
    return (whole | beside) - referred, referred - whole


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


def _must_be_held(content: bytes) -> bool:
    """Whether the file waits for a scanner that is silent now. Raises FileRefused for one in which a virus was found."""
    if not virus_scan.is_configured():
        return False
    try:
        found = virus_scan.scan(content)
    except virus_scan.ScannerSilent:
        logger.warning("virus scanner does not answer")
        return True
    if found:
        logger.warning("virus refused")
        raise FileRefused(
            "这个文件里有病毒，没有收。请换一台设备或换一份没有问题的文件再传，别的内容不受影响。", code="file_virus"
        )
    return False


def _redraw(content: bytes) -> tuple[bytes, str]:
    """The picture drawn anew by a process of its own, and its media type."""
    folder = file_room.folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = folder / f".{secrets.token_hex(8)}"
    sent, served = stem.with_suffix(".in"), stem.with_suffix(".out")
    try:
        file_room.write_private(sent, content)
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
