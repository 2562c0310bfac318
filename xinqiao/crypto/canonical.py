"""The canonical encoding of a row for its digest: each field as `length:bytes`, so that no two different rows share one (LG-1)."""

from collections.abc import Iterable
from datetime import UTC, datetime


def encode(value: object) -> bytes:
    """One field as `length:bytes`; an empty field (None) as `-:`, which no text can produce; moments in UTC to the microsecond."""
    if value is None:
        return b"-:"
    if isinstance(value, datetime):
        value = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    raw = str(value).encode()
    return str(len(raw)).encode() + b":" + raw


def encode_all(values: Iterable[object]) -> bytes:
    """Several fields, one after the other."""
    return b"".join(map(encode, values))
