"""Keys as files outside the database: several of one name side by side, the newest makes new values (I.2, ADR 0005).

field.key        key 1, made at the first start
field.2.key      key 2, made by `xinqiao rotate-keys`; every running process uses it at once
retired/         keys that nothing needs any more; never read, for the operator to destroy
"""

import os
import re
import secrets
import threading
from pathlib import Path

from django.conf import settings

KEY_BYTES = 32
RETIRED = "retired"
_lock = threading.Lock()
_read: dict[tuple[str, str], tuple[int, dict[int, bytes]]] = {}


def newest(name: str) -> tuple[int, bytes]:
    """(id, key) that seals now. The first key of a name is made when it is asked for."""
    found = every(name)
    number = max(found)
    return number, found[number]


def every(name: str) -> dict[int, bytes]:
    """All keys of `name` by id, newest first. Read anew when the folder has changed, so that no process needs a restart."""
    folder = str(settings.XINQIAO_KEYS)
    try:
        changed = os.stat(folder).st_mtime_ns  # asked for every field that is sealed: no Path is made for it
    except FileNotFoundError:
        changed = -1
    seen = _read.get((folder, name))
    if seen is None or seen[0] != changed or not seen[1]:
        with _lock:
            seen = (changed, _read_folder(Path(folder), name))
            _read[folder, name] = seen
    if not seen[1]:
        add(name)
        return every(name)
    return seen[1]


def add(name: str) -> int:
    """Make one more key of `name`, readable by the owner only; returns its id. Losing a field key loses what it sealed."""
    folder = Path(settings.XINQIAO_KEYS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = max([*_read_folder(folder, name), *_read_folder(folder / RETIRED, name)], default=0) + 1
    _write_once(folder / _file_name(name, number), secrets.token_hex(KEY_BYTES))
    return number


def retire(name: str, number: int) -> Path:
    """Put one key aside: nothing opens with it any more. Raises FileNotFoundError."""
    folder = Path(settings.XINQIAO_KEYS)
    (folder / RETIRED).mkdir(mode=0o700, exist_ok=True)
    aside = folder / RETIRED / _file_name(name, number)
    (folder / _file_name(name, number)).rename(aside)
    return aside


def bring_back(name: str, number: int) -> None:
    """Undo `retire`."""
    folder = Path(settings.XINQIAO_KEYS)
    (folder / RETIRED / _file_name(name, number)).rename(folder / _file_name(name, number))


def made_at(name: str, number: int) -> float:
    """When the file of a key was written, in seconds since 1970."""
    return (Path(settings.XINQIAO_KEYS) / _file_name(name, number)).stat().st_mtime


def _file_name(name: str, number: int) -> str:
    return f"{name}.key" if number == 1 else f"{name}.{number}.key"


def _read_folder(folder: Path, name: str) -> dict[int, bytes]:
    pattern = re.compile(rf"{re.escape(name)}(?:\.([0-9]+))?\.key")
    names = os.listdir(folder) if folder.is_dir() else []
    found = {int(match[1] or 1): folder / match[0] for entry in names if (match := pattern.fullmatch(entry))}
    return {number: bytes.fromhex(found[number].read_text().strip()) for number in sorted(found, reverse=True)}


def _write_once(path: Path, text: str) -> None:
    """The first process wins, the others read what it wrote; a crash leaves no half key."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(fresh)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
