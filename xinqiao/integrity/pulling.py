"""Keep a copy of another installation's checkpoints: each is checked before it is kept, and nothing that is kept ever changes.

The first pull trusts the public keys it is given, unless they were put into DIR/keys by hand before; every later key must be
known, so a new one is handed over by people, not by the server that may have been broken into.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from xinqiao.crypto import signing

from . import places
from .checkpoints import Statement

SECONDS = 20
LARGEST = 16 * 1024 * 1024  # bytes of one answer


class Unreachable(Exception):
    """The other side did not answer, or not with checkpoints."""


class AnotherPast(Exception):
    """What the other side shows now does not continue what was kept here, or is not signed by a key that is known here."""


def pull(url: str, folder: Path) -> tuple[int, int]:
    """Bring the copy up to date; returns how many were taken and the last number. Raises Unreachable, AnotherPast, OSError."""
    base = url.rstrip("/")
    if urllib.parse.urlsplit(base).scheme not in ("http", "https"):
        raise Unreachable("网址应以 https:// 开头 the address must begin with https://")
    folder.mkdir(parents=True, exist_ok=True)
    keys = signing.read_public(folder / "keys") or _first_keys(base, folder)
    last, taken = places.last_line(folder), 0
    if last is not None:
        _still_there(base, last)
    while fresh := _fetch(base, last.number if last else 0):
        for statement in fresh:
            _must_follow(statement, last, keys)
            places.append(folder, [(statement.number, places.public_line(statement))])
            last, taken = statement, taken + 1
    return taken, last.number if last else 0


def _first_keys(base: str, folder: Path) -> dict[str, signing.PublicKey]:
    try:
        listed = json.loads(_get(f"{base}/proof/keys.json"))["keys"]
        keys = {key.key_id: key for key in map(signing.PublicKey.from_dict, listed)}
    except (ValueError, KeyError, TypeError) as error:
        raise Unreachable("对方没有公布公钥 no public keys there") from error
    places.keep_keys(folder, keys)
    return keys


def _still_there(base: str, last: Statement) -> None:
    """A server that was restored to an older day, or shows another past, is found by the newest one that is kept."""
    shown = _fetch(base, last.number - 1, most=1)
    if not shown or shown[0].number != last.number:
        raise AnotherPast(f"checkpoint {last.number} is gone there")
    if shown[0].signed_bytes != last.signed_bytes:
        raise AnotherPast(f"checkpoint {last.number} is another one there")


def _must_follow(statement: Statement, last: Statement | None, keys: dict[str, signing.PublicKey]) -> None:
    if statement.number != (last.number + 1 if last else 1):
        raise AnotherPast(f"after {last.number if last else 0} comes {statement.number}")
    if statement.previous_digest != (last.digest if last else ""):
        raise AnotherPast(f"checkpoint {statement.number} does not follow the one before")
    if not statement.holds(keys):
        raise AnotherPast(f"checkpoint {statement.number} is not signed by a key in the folder keys/")


def _fetch(base: str, after: int, *, most: int = 1000) -> list[Statement]:
    raw = _get(f"{base}/proof/checkpoints.jsonl?after={after}&most={most}")
    try:
        return [Statement.from_dict(json.loads(line)) for line in raw.splitlines() if line.strip()]
    except ValueError as error:
        raise Unreachable("对方的回答不是存证点 the answer is not checkpoints") from error


def _get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            raw = answer.read(LARGEST + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise Unreachable(f"{url}: {getattr(error, 'reason', error)}") from error
    if len(raw) > LARGEST:
        raise Unreachable(f"{url}: 回答太大 the answer is too large")
    return raw.decode("utf-8", "replace")
