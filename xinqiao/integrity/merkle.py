"""Merkle trees (RFC 6962): one root stands for many rows, and a short path proves that a row is among them.

Leaves and nodes are hashed apart (0x00, 0x01), so that no node can be passed off as a leaf. An odd node at the end of a level
goes up as it is. Hashes are bytes here; `algorithm` is `sm3` or `sha256`.
"""

import hashlib
from collections.abc import Callable, Sequence

from xinqiao.crypto.canonical import encode_all

Hash = Callable[[bytes], bytes]


def hasher(algorithm: str) -> Hash:
    """The digest as a function. One object is copied for each value: asking OpenSSL for it anew costs more than hashing."""
    fresh = hashlib.new(algorithm)

    def digest(data: bytes) -> bytes:
        one = fresh.copy()
        one.update(data)
        return one.digest()

    return digest


def leaf(source: str, row_id: int, row_hash: str, digest: Hash) -> bytes:
    """The leaf of one row: which table, which row, and the hash of what it says. Two rows cannot change places."""
    return digest(b"\x00" + encode_all((source, row_id, row_hash)))


def leaf_maker(source: str, digest: Hash) -> Callable[[int, str], bytes]:
    """`leaf` for many rows of one source."""
    head = b"\x00" + encode_all((source,))
    return lambda row_id, row_hash: digest(head + encode_all((row_id, row_hash)))


def root(leaves: Sequence[bytes], digest: Hash) -> bytes:
    """The root over `leaves`; that of an empty tree is the digest of nothing."""
    if not leaves:
        return digest(b"")
    level = list(leaves)
    while len(level) > 1:
        level = _next_level(level, digest)
    return level[0]


def path(leaves: Sequence[bytes], index: int, digest: Hash) -> list[bytes]:
    """The hashes that lead from leaf number `index` (from 0) to the root. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    level, steps = list(leaves), []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            steps.append(level[beside])
        level, index = _next_level(level, digest), index // 2
    return steps


def root_from(leaf_hash: bytes, index: int, count: int, steps: Sequence[bytes], digest: Hash) -> bytes | None:
    """The root to which `steps` lead from a leaf; None when they do not fit a tree of `count` leaves."""
    if not 0 <= index < count:
        return None
    here, last, left = leaf_hash, count - 1, list(steps)
    while last > 0:
        if index % 2 or index < last:
            if not left:
                return None
            beside = left.pop(0)
            here = digest(b"\x01" + (beside + here if index % 2 else here + beside))
        index, last = index // 2, last // 2
    return here if not left else None


def _next_level(level: list[bytes], digest: Hash) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [digest(b"\x01" + left + right) for left, right in pairs]
    if len(level) % 2:
        above.append(level[-1])
    return above
