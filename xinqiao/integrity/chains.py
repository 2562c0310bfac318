"""Hash chains, walked: each row names the hash of the one before it, and somebody outside the chain remembers where it ends."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

UNKNOWN_DIGEST = "the digest algorithm is unknown: the row was changed"


class End(NamedTuple):
    """Where a chain ends, as its owner remembers it."""

    chain: int
    count: int
    head: str


def broken_links(rows: Iterable, chain_of: Callable, row_hash: Callable) -> Iterator[tuple[object, str]]:
    """Walk rows (with seq, previous_hash, hash) ordered by chain and seq; yields each that does not fit, with the reason.

    Constant memory. `chain_of(row)` says to which chain a row belongs, `row_hash(row)` what its hash must be.
    """
    chain, seq, head = None, 0, ""
    for row in rows:
        if chain_of(row) != chain:
            chain, seq, head = chain_of(row), 0, ""
        if row.seq != seq + 1:
            yield row, f"expected seq {seq + 1}, found {row.seq}: a row is missing"
        elif row.previous_hash != head:
            yield row, "does not follow the row before it"
        else:
            try:
                made = row_hash(row)
            except (ValueError, TypeError):
                made = None
            if made is None:
                yield row, UNKNOWN_DIGEST
            elif made != row.hash:
                yield row, "content does not match its hash: the row was changed"
        seq, head = row.seq, row.hash


class Ends:
    """Walks the remembered ends beside the rows, both in the order of the chain: a cut-off tail breaks no link."""

    def __init__(self, ends: Iterator[End], chain_of: Callable, tell: "Telling"):
        self.ends, self.chain_of, self.tell = ends, chain_of, tell
        self.end = next(ends, None)
        self.findings: list = []

    def passing(self, rows: Iterable) -> Iterator:
        """The same rows; when a chain is over, what is wrong with its end is in `found()`."""
        last = None
        for row in rows:
            if last is not None and self.chain_of(row) != self.chain_of(last):
                self._over(last)
            last = row
            yield row
        if last is not None:
            self._over(last)

    def found(self) -> list:
        given, self.findings = self.findings, []
        return given

    def rest(self) -> Iterator:
        """Ends behind the last chain: they have no rows at all."""
        while self.end is not None:
            yield from self._without_rows()

    def _over(self, last) -> None:
        while self.end is not None and self.end.chain < self.chain_of(last):
            self.findings += self._without_rows()
        if self.end is None or self.end.chain != self.chain_of(last):
            self.findings.append(self.tell.no_end(last))
            return
        if last.seq < self.end.count:
            said = f"the end is cut off: {self.end.count} rows were written, the last one here is {last.seq}"
            self.findings.append(self.tell.at_end(last, said))
        elif (last.seq, last.hash) != (self.end.count, self.end.head):
            self.findings.append(self.tell.at_end(last, f"the chain does not end where {self.tell.owner} says"))
        self.end = next(self.ends, None)

    def _without_rows(self) -> list:
        end, self.end = self.end, next(self.ends, None)
        said = self.tell.no_rows(end)
        return [said] if said else []


class Telling(NamedTuple):
    """How findings about ends are told, and who remembers them."""

    owner: str
    at_end: Callable  # (last row, reason)
    no_end: Callable  # (last row): nobody remembers this chain
    no_rows: Callable  # (end): nothing is left of this chain; None when that is right
