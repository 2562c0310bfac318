"""The canonical encoding of a row for its digest: each field as `length:bytes`, so that no two different rows share one (LG-1)."""

from collections.abc import Iterable
from datetime import UTC, datetime


def encode(value: object) -> bytes:
    """One field as `length:bytes`; an empty field (None) as `-:`, which no text can produce; moments in UTC to the microsecond."""
    kind = type(value)
    if kind is str:  # the common sorts first: `xinqiao verify` comes by here fifteen times a row
        raw = value.encode()
    elif value is None:
        return b"-:"
    elif kind is int:
        raw = b"%d" % value
    elif isinstance(value, datetime):
        raw = value.astimezone(UTC).isoformat(timespec="microseconds")[:26].encode() + b"Z"
    else:
        raw = str(value).encode()
    return b"%d:%b" % (len(raw), raw)


def encode_all(values: Iterable[object]) -> bytes:
    """Several fields, one after the other."""
    return b"".join(map(encode, values))
