"""The second place of the checkpoints: a folder on another disk or host, which remembers what the database might forget.

`checkpoints-000000001.jsonl` holds checkpoints 1 to 1,000, one JSON line each, only ever appended to and synced; `keys/` the public
keys. Beside the signed statement a line holds ids and hashes of the rows, so that changed rows can be named even when the
database has been rewritten as a whole; `public_line` leaves them out.
"""

import base64
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from xinqiao import folders
from xinqiao.crypto import signing

from .checkpoints import Statement, parts_are_whole, split_leaves
from .models import Checkpoint

logger = logging.getLogger("xinqiao.integrity")

PER_FILE = 1000
LONGEST_LINE = 8 * 1024 * 1024  # bytes; ten thousand rows take about one
TAIL = 64 * 1024


class PlaceTrouble(Exception):
    """The second place cannot be written, or knows something else than the database. The checkpoints wait in the database."""


@dataclass(frozen=True)
class Kept:
    """One line of the second place: where it stands, and what it says, or why it cannot be read."""

    where: str  # file:line
    statement: Statement | None
    parts: list
    row_ids: list[int]
    leaves: list[bytes]
    problem: str = ""


def chosen() -> list[Path]:
    """The folders of the setting XINQIAO_CHECKPOINTS."""
    return list(settings.XINQIAO_CHECKPOINTS)


def copy_out() -> int:
    """Bring every folder up to date with the database; returns how many lines were written. Raises PlaceTrouble, after trying all."""
    written, troubles = 0, []
    for folder in chosen():
        try:
            written += _copy_to(folder)
        except (OSError, PlaceTrouble) as error:
            said = (
                f"{folder.name}: {error if isinstance(error, PlaceTrouble) else error.strerror or type(error).__name__}"
            )
            logger.error("checkpoints.not_copied", extra={"folder": str(folder), "reason": said})
            troubles.append(said)
    if troubles:
        raise PlaceTrouble("; ".join(troubles))
    return written


def line(row: Checkpoint) -> str:
    """One checkpoint as it is kept outside."""
    said = {**Statement.of(row).as_dict(), "parts": row.parts, "row_ids": row.row_ids}
    said["leaves"] = base64.b64encode(bytes(row.leaves)).decode()
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def public_line(statement: Statement) -> str:
    """What anybody may copy: the signed statement, without ids and hashes of rows."""
    return json.dumps(statement.as_dict(), ensure_ascii=False, separators=(",", ":"))


def read(folder: Path) -> Iterator[Kept]:
    """Every line of a folder, in its order, one at a time. Raises OSError when the folder or a file cannot be read."""
    for path in _files(folder):
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(LONGEST_LINE):
                number += 1
                if raw.strip():
                    yield _kept(raw, f"{path.name}:{number}")


def append(folder: Path, lines: list[tuple[int, str]]) -> None:
    """Add (number, line) at the end of the right files, synced before this returns. A line that was cut off by a crash stays alone."""
    for number, text in lines:
        path = _file_of(folder, number)
        is_new = not path.exists()
        with path.open("ab") as file:
            torn = not is_new and not _ends_with_newline(path)
            file.write((b"\n" if torn else b"") + text.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(folder)


def keep_keys(folder: Path, keys: dict[str, signing.PublicKey]) -> None:
    """The public keys beside the checkpoints, for those who check them without this installation."""
    place = folder / "keys"
    place.mkdir(exist_ok=True)
    for key in keys.values():
        path = place / f"{key.key_id}.public.json"
        if not path.exists():
            path.write_text(json.dumps(key.as_dict()), encoding="utf-8")


def last_line(folder: Path) -> Statement | None:
    """The newest checkpoint of a folder; reads the end of its last file only."""
    for path in reversed(_files(folder)):
        for raw in reversed(_tail(path)):
            kept = _kept(raw, path.name)
            if kept.statement:
                return kept.statement
    return None


def newest_of(folder: Path) -> int | None:
    """The newest number in a folder; 0 for an empty one, None for one that cannot be read."""
    try:
        last = last_line(folder)
    except OSError:
        return None
    return last.number if last else 0


def find(folder: Path, number: int) -> Statement | None:
    """One checkpoint of a folder by its number; None when it is not there."""
    path = _file_of(folder, number)
    if not path.is_file():
        return None
    with path.open("rb") as file:
        for raw in file:
            if f'"number":{number},'.encode() in raw.replace(b" ", b""):
                kept = _kept(raw, path.name)
                if kept.statement and kept.statement.number == number:
                    return kept.statement
    return None


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_to(folder: Path) -> int:
    if folder == folders.var() / "checkpoints":
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not folder.is_dir():
        raise PlaceTrouble("文件夹不存在（磁盘没有挂上？） the folder is missing")
    if not os.access(folder, os.W_OK):
        raise PlaceTrouble("文件夹不能写 the folder cannot be written")
    there = last_line(folder)
    _refuse_another_past(there)
    keep_keys(folder, signing.known())
    rows = Checkpoint.objects.filter(number__gt=there.number if there else 0).order_by("number")
    written = 0
    for row in rows.iterator(chunk_size=20):
        append(folder, [(row.number, line(row))])
        written += 1
    if there is None and written > 1:
        logger.warning("checkpoints.folder_was_empty", extra={"folder": str(folder), "written": written})
    return written


def _refuse_another_past(there: Statement | None) -> None:
    if there is None:
        return
    row = Checkpoint.objects.filter(number=there.number).defer("row_ids", "leaves").first()
    if row is None:
        raise PlaceTrouble(
            f"这里有存证点 {there.number}，数据库里没有：数据库可能恢复成了旧的副本 the database is older than this folder"
        )
    if Statement.of(row).digest != there.digest:
        raise PlaceTrouble(f"存证点 {there.number} 与数据库不同 this folder knows another checkpoint {there.number}")


def _file_of(folder: Path, number: int) -> Path:
    return folder / f"checkpoints-{(number - 1) // PER_FILE * PER_FILE + 1:09d}.jsonl"


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise NotADirectoryError(20, "no such folder", str(folder))
    return sorted(folder.glob("checkpoints-*.jsonl"))


def _tail(path: Path) -> list[bytes]:
    """The last lines of a file, whole; the last one may be long."""
    size, window = path.stat().st_size, TAIL
    with path.open("rb") as file:
        while True:
            file.seek(max(0, size - window))
            lines = file.read().splitlines()
            if size <= window:
                return lines
            if len(lines) > 2:
                return lines[1:]
            window *= 8


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _kept(raw: bytes, where: str) -> Kept:
    try:
        said = json.loads(raw)
        statement = Statement.from_dict(said)
        parts, row_ids = said.get("parts", []), said.get("row_ids", [])
        leaves = split_leaves(base64.b64decode(said.get("leaves", ""), validate=True))
        whole = parts_are_whole(parts) and all(isinstance(one, int) for one in row_ids)
        if not whole or not len(row_ids) == len(leaves) == sum(count for _, count in parts):
            raise ValueError("ids and hashes of the rows do not fit")
    except (ValueError, TypeError, RecursionError) as error:
        return Kept(where, None, [], [], [], f"unreadable line: {error}"[:200])
    return Kept(where, statement, parts, row_ids, leaves)
