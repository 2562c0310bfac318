"""Data keys: they seal what may never be written again (submissions, letters, files), and are themselves sealed by a field key.

A rotation seals the few data keys anew; the rows and files that they opened stay byte for byte as they were (ADR 0005).
"""

import secrets
import threading
import time

from django.db import connection

from . import keys

ASK_AGAIN_SECONDS = 3600  # a process looks once an hour whether a new day has begun
_lock = threading.Lock()
_opened: dict[int, bytes] = {}
_current: tuple[int, int, float] | None = None  # (data key, field key that was newest, when it was asked for)


class DataKeyMissing(Exception):
    """There is no data key of this number."""


def current() -> tuple[int, bytes]:
    """(number, key) that seals now: one for each day and field key, shared by all processes."""
    global _current
    field_key = keys.newest("field")[0]
    seen = _current
    if seen is None or seen[1] != field_key or time.monotonic() - seen[2] > ASK_AGAIN_SECONDS:
        with _lock:
            number = _of_today(field_key)
            seen = _current = (number, field_key, time.monotonic())
    return seen[0], key(seen[0])


def key(number: int) -> bytes:
    """The data key of this number. Raises DataKeyMissing, or SealBroken when no field key opens it."""
    if number not in _opened:
        rows = _ask("SELECT wrapped FROM crypto_datakey WHERE id = %s", [number])
        if not rows:
            raise DataKeyMissing(str(number))
        _opened[number] = _unwrap(rows[0][0])
    return _opened[number]


def forget() -> None:
    """Drop what this process holds; the next use asks the database."""
    global _current
    _opened.clear()
    _current = None


def _of_today(field_key: int) -> int:
    """Made outside any transaction of the caller: a value sealed with it may outlive a rollback that would take the key away."""
    where = "SELECT id, wrapped FROM crypto_datakey WHERE made_on = current_date AND field_key = %s"
    rows = _ask(where, [field_key])
    if not rows:
        insert = (
            "INSERT INTO crypto_datakey (made_on, field_key, wrapped) VALUES (current_date, %s, %s) "
            "ON CONFLICT (made_on, field_key) DO NOTHING"
        )
        _ask(insert, [field_key, _wrap()])
        rows = _ask(where, [field_key])
    number, wrapped = rows[0]
    _opened[number] = _unwrap(wrapped)
    return number


def _wrap() -> str:
    from . import seal

    return seal(secrets.token_hex(keys.KEY_BYTES), context="data_key")


def _unwrap(wrapped: str) -> bytes:
    from . import open_sealed

    return bytes.fromhex(open_sealed(wrapped, context="data_key"))


def _ask(statement: str, values: list) -> list[tuple]:
    """One statement on a connection of its own, committed at once."""
    own = connection.copy()
    own.settings_dict = {**own.settings_dict, "CONN_MAX_AGE": 0}
    try:
        with own.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        own.close()
