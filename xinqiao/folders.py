"""Where this installation keeps its things: one data directory, with keys, attachments and outgoing messages below it.

Standard library only: the supervisor and the settings both read it before Django exists.
"""

import os
import secrets
from pathlib import Path


def var() -> Path:
    """The data directory: `XINQIAO_VAR`, or `var/` beside the place the program was started from."""
    return Path(os.environ.get("XINQIAO_VAR") or "var").expanduser().absolute()


def keys() -> Path:
    """Keys and passwords; outside the database, so that a copy of the database opens nothing."""
    return Path(os.environ.get("XINQIAO_KEYS") or var() / "keys").expanduser().absolute()


def files() -> Path:
    """Attachments, under names that mean nothing."""
    return Path(os.environ.get("XINQIAO_FILES") or var() / "files").expanduser().absolute()


def spool() -> Path:
    """Messages that wait for their carrier (SMS, letters to print)."""
    return Path(os.environ.get("XINQIAO_SPOOL") or var() / "spool").expanduser().absolute()


def checkpoints() -> list[Path]:
    """Second places of the signed checkpoints: `XINQIAO_CHECKPOINTS`, several separated by the system's path separator."""
    named = [part for part in os.environ.get("XINQIAO_CHECKPOINTS", "").split(os.pathsep) if part.strip()]
    return [Path(part.strip()).expanduser().absolute() for part in named] or [var() / "checkpoints"]


def incoming() -> Path:
    """Large uploads while they arrive; not in the machine's /tmp, where others look."""
    return var() / "incoming"


def make() -> None:
    """Create the folders that are missing. Keys and attachments are closed to other users of the machine."""
    var().mkdir(parents=True, exist_ok=True)
    for private in (keys(), files(), spool(), incoming()):
        private.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_secret(path: Path, text: str) -> None:
    """Write `text` where only this user can read it; a crash leaves the old content or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)


def secret_key() -> str | None:
    """The key that signs sessions: `XINQIAO_SECRET_KEY`, or the file made at the first start. None if there is none."""
    if key := os.environ.get("XINQIAO_SECRET_KEY"):
        return key
    try:
        return (keys() / "secret_key").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def ensure_secret_key() -> None:
    """Make the signing key at the first start; keep it afterwards, or everybody would be signed out."""
    if secret_key() is None:
        write_secret(keys() / "secret_key", secrets.token_urlsafe(64))
