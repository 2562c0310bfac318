"""Where files lie (I.2): sealed, under names that mean nothing, written whole or not at all.

Beside a file may lie its original (`.orig`) and a mark: `.held`, not scanned yet; `.infected`, something was found. A marked file is
not given to anybody. All of it is sealed with data keys, so that a rotation of keys does not rewrite the disk (ADR 0005).
"""

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from xinqiao import crypto

ORIGINAL, HELD, INFECTED = ".orig", ".held", ".infected"
SUFFIXES = (ORIGINAL, HELD, INFECTED)
OLD_CONTEXT = "attachment.original"  # originals of before there were data keys: base64 in a sealed field
_NAME = re.compile(r"[0-9a-f]{40}")


def path_of(stored_name: str, suffix: str = "") -> Path:
    """Where a name lies. Raises FileNotFoundError for what is not a name of ours: no path ever comes from outside."""
    if not _NAME.fullmatch(stored_name):
        raise FileNotFoundError(stored_name)
    return folder() / stored_name[:2] / (stored_name + suffix)


def folder() -> Path:
    return Path(settings.XINQIAO_FILES) / "attachments"


def put(stored_name: str, content: bytes, suffix: str = "") -> None:
    """Seal and write. On disk, synced, before it returns."""
    sealed = crypto.seal_bytes(content, context=_context(stored_name, suffix), lasting=True, raw=True)
    _write(path_of(stored_name, suffix), sealed)


def get(stored_name: str, suffix: str = "") -> bytes:
    """The content. Raises FileNotFoundError, or SealBroken when the bytes on the disk were changed or moved."""
    return _opened(path_of(stored_name, suffix).read_bytes(), stored_name, suffix)


def has(stored_name: str, suffix: str) -> bool:
    return path_of(stored_name, suffix).exists()


def mark(stored_name: str, suffix: str) -> None:
    """Put a mark beside a file, before or after the file itself."""
    _write(path_of(stored_name, suffix), b"")


def unmark(stored_name: str, suffix: str) -> None:
    path_of(stored_name, suffix).unlink(missing_ok=True)


def remove(stored_name: str) -> None:
    """The file with all that lies beside it. Twice is as good as once."""
    for suffix in ("", *SUFFIXES):
        path_of(stored_name, suffix).unlink(missing_ok=True)


def names(suffix: str = "") -> Iterator[str]:
    """Names of all files, or of those with this beside them."""
    for path in folder().glob(f"??/*{suffix}"):
        stem = path.name.removesuffix(suffix)
        if _NAME.fullmatch(stem):
            yield stem


def unsealed() -> Iterator[tuple[str, str]]:
    """(name, suffix) of every file that is not sealed with a data key: those of an older version."""
    for suffix in ("", ORIGINAL):
        for name in names(suffix):
            with path_of(name, suffix).open("rb") as file:
                if not crypto.key_of(file.read(40)).startswith("d"):
                    yield name, suffix


def seal_again(stored_name: str, suffix: str) -> None:
    """Bring one older file into the present form; a crash leaves the old or the new one."""
    put(stored_name, get(stored_name, suffix), suffix)


def _opened(stored: bytes, stored_name: str, suffix: str) -> bytes:
    key = crypto.key_of(stored)
    if key.startswith("d"):
        return crypto.open_bytes(stored, context=_context(stored_name, suffix))
    if suffix == ORIGINAL:
        return base64.b64decode(crypto.open_sealed(stored.decode(), context=OLD_CONTEXT))
    return stored  # kept before files were sealed; `xinqiao rotate-keys` seals it


def _context(stored_name: str, suffix: str) -> str:
    """Bound to its name: a file put in the place of another does not open."""
    return f"file:{stored_name}{suffix}"


def _write(path: Path, content: bytes) -> None:
    """A crash leaves the whole file or none: written aside, synced, renamed, and the folder synced."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    write_private(aside, content)
    aside.replace(path)
    for one in (path.parent, path.parent.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_private(path: Path, content: bytes) -> None:
    """Readable by this user only, synced."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
