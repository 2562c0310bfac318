"""Checkpoints: whole among themselves, the same as outside, and every row as it was when it was anchored.

The folder outside knows what a database administrator cannot make unsaid: a tail that was cut off, an older copy that was restored, a history
that somebody who knows this code computed anew. One pass over both, in the order of their numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from xinqiao.crypto import signing
from xinqiao.integrity import checkpoints, merkle, places
from xinqiao.integrity.checkpoints import GONE, Statement
from xinqiao.integrity.models import Checkpoint, Unanchored
from xinqiao.jobs import anchored_rows

from .finding import Finding, Told

TABLE = "integrity_checkpoint"
CHUNK = 10  # checkpoints read at a time, of ten thousand rows each at most
SIGNATURE_EVERY = 100  # of a slow algorithm: the links between cover the others


class PlaceUnreadable(Exception):
    """The second place cannot be read: without it nothing can be said about older copies and new computations."""


@dataclass
class Place:
    """One folder outside, read beside the database. `newest`: its last number before the snapshot of the database was taken."""

    folder: Path
    newest: int
    lines: Iterator[places.Kept]
    here: places.Kept | None = None
    unread: list[places.Kept] = field(default_factory=list)  # lines that tell nothing
    findings: list[Finding] = field(default_factory=list)
    seen: int = 0
    missing: int = 0

    def step(self) -> None:
        """Go to the next line that can be read and belongs behind the one before."""
        last = self.here.statement if self.here else None
        self.here = None
        for kept in self.lines:
            if kept.statement is None:
                self.unread.append(kept)
                continue
            self.unread = [one for one in self.unread if last and kept.statement.number > last.number + 1]
            if last and kept.statement.number <= last.number:
                same = kept.statement == last
                said = "stands here twice" if same else f"stands out of order, behind {last.number}"
                self.findings.append(
                    self.finding(kept.statement.number, f"checkpoint {kept.statement.number} {said}", kept)
                )
                continue
            self.here, self.seen = kept, self.seen + 1
            return

    def finding(self, number: int | None, reason: str, kept: places.Kept | None = None) -> Finding:
        where = f" ({kept.where})" if kept else ""
        return Finding("checkpoints", None, None, number, f"{self.folder}{where}: {reason}")


def open_places(folders: list[Path]) -> list[Place]:
    """Before the snapshot is taken: what is written outside later than that is not the database's fault. Raises PlaceUnreadable."""
    found = []
    for folder in folders:
        try:
            last = places.last_line(folder)
        except OSError as error:
            raise PlaceUnreadable(f"{folder}: {error.strerror or type(error).__name__}") from error
        found.append(Place(folder, last.number if last else 0, places.read(folder)))
    return found


class Anchors:
    """The pass. `window` tells afterwards what is not anchored yet, `places` what was seen outside."""

    def __init__(self, outside: list[Place], *, every_signature: bool = False):
        self.outside = outside
        self.every_signature = every_signature
        self.keys = signing.known()
        self.before: Statement | None = None
        self.rows = 0
        self.window: dict = {}

    def check(self, told: Told) -> Iterator[Finding]:
        for place in self.outside:
            yield from self._strange_keys(place)
            place.step()
        for row in Checkpoint.objects.order_by("number", "pk").iterator(chunk_size=CHUNK):
            yield from self._checkpoint(row)
            told(self.rows)
        yield from self._last_signature()
        for place in self.outside:
            yield from self._rest(place)
        told(self.rows)
        yield from self._not_held()
        self._look_at_window()

    # ---- the database's own ---------------------------------------------------------------------------------------------

    def _checkpoint(self, row: Checkpoint) -> Iterator[Finding]:
        said = Statement.of(row)
        expected = self.before.number + 1 if self.before else 1
        if said.number != expected:
            yield self._about(row, f"checkpoints {expected} to {said.number - 1} are gone")
        elif said.previous_digest != (self.before.digest if self.before else ""):
            yield self._about(row, "does not follow the checkpoint before it")
        if said.digest_algorithm not in ("sm3", "sha256"):
            yield self._about(row, "the digest algorithm is unknown: the checkpoint was changed")
            return
        if self._check_signature_of(said) and not said.holds(self.keys):
            yield self._about(row, self._why_unsigned(said))
        yield from self._tree(row, said)
        for place in self.outside:
            yield from self._beside(place, row, said)
        self.before = said
        self.rows += said.leaf_count

    def _tree(self, row: Checkpoint, said: Statement) -> Iterator[Finding]:
        """The leaves as they are kept make the root; the rows as they are now make the leaves."""
        digest, leaves = merkle.hasher(said.digest_algorithm), checkpoints.split_leaves(row.leaves)
        if not checkpoints.parts_are_whole(row.parts):
            yield self._about(row, "does not say which rows it holds: the checkpoint was changed")
            return
        events = checkpoints.events_of(row)
        counts = sum(count for _, count in row.parts)
        whole = len(leaves) == len(row.row_ids) == counts == said.leaf_count
        if not whole or merkle.root(leaves, digest).hex() != said.root:
            yield self._about(row, "its leaves do not make its root: the checkpoint was changed")
        if (row.first_event, row.last_event) != ((events[0], events[-1]) if events else (None, None)):
            yield self._about(row, "first and last event are not those it holds")
        if whole:
            yield from changed_rows(row.parts, row.row_ids, leaves, digest, f"checkpoint {row.number}")

    def _check_signature_of(self, said: Statement) -> bool:
        slow = signing.is_slow(said.signature_algorithm)
        return self.every_signature or not slow or said.number % SIGNATURE_EVERY == 0

    def _last_signature(self) -> Iterator[Finding]:
        last = self.before
        if last and not self._check_signature_of(last) and not last.holds(self.keys):
            yield Finding(TABLE, None, None, last.number, self._why_unsigned(last))

    def _why_unsigned(self, said: Statement) -> str:
        if said.key_id not in self.keys:
            return f"signed by the key {said.key_id}, which is not in the folder of the keys"
        return f"the signature is not that of the key {said.key_id}: the checkpoint was changed or forged"

    def _about(self, row: Checkpoint, reason: str) -> Finding:
        return Finding(TABLE, row.pk, None, row.number, f"checkpoint {row.number}: {reason}")

    # ---- and outside ----------------------------------------------------------------------------------------------------

    def _beside(self, place: Place, row: Checkpoint, said: Statement) -> Iterator[Finding]:
        while place.here and place.here.statement.number < said.number:
            yield from self._only_outside(place)
        yield from _taken(place)
        if place.here is None or place.here.statement.number > said.number:
            place.missing += 1
            yield place.finding(said.number, f"checkpoint {said.number} is not here (cut off, or not copied yet)")
            return
        kept = place.here
        if kept.statement != said:
            yield place.finding(said.number, f"checkpoint {said.number} is another one than in the database", kept)
            yield from self._forged(place, kept)
            if kept.statement.holds(self.keys):
                yield from self._rows_of(kept)
        place.step()
        yield from _taken(place)

    def _rest(self, place: Place) -> Iterator[Finding]:
        while place.here:
            if place.here.statement.number <= place.newest:
                yield from self._only_outside(place)
            else:
                place.step()  # made after our snapshot
        yield from _taken(place)
        yield from (place.finding(None, one.problem, one) for one in place.unread)

    def _only_outside(self, place: Place) -> Iterator[Finding]:
        kept = place.here
        said = f"checkpoint {kept.statement.number} of {kept.statement.made_at} is not in the database: an older copy was restored, or it was removed"
        yield place.finding(kept.statement.number, said, kept)
        yield from self._forged(place, kept)
        if kept.statement.holds(self.keys):
            yield from self._rows_of(kept)
        place.step()
        yield from _taken(place)

    def _forged(self, place: Place, kept: places.Kept) -> Iterator[Finding]:
        if not kept.statement.holds(self.keys):
            yield place.finding(kept.statement.number, self._why_unsigned(kept.statement), kept)

    def _rows_of(self, kept: places.Kept) -> Iterator[Finding]:
        """Name the rows that are not what the folder outside remembers, if it remembers rows."""
        said = kept.statement
        digest = merkle.hasher(said.digest_algorithm)
        if kept.leaves and merkle.root(kept.leaves, digest).hex() == said.root:
            yield from changed_rows(kept.parts, kept.row_ids, kept.leaves, digest, f"checkpoint {said.number} outside")

    def _strange_keys(self, place: Place) -> Iterator[Finding]:
        for key_id in sorted(signing.read_public(place.folder / "keys").keys() - self.keys.keys()):
            yield place.finding(None, f"the key {key_id} is not in the folder of the keys")

    # ---- what no checkpoint holds ---------------------------------------------------------------------------------------

    def _not_held(self) -> Iterator[Finding]:
        """A row without a checkpoint that does not wait for one either was written past the trigger."""
        for source in anchored_rows.SOURCES.values():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_nestloop = off")
                cursor.execute("SET LOCAL work_mem = '32MB'")
                cursor.execute(_NOT_HELD.format(source=source), {"source": source.name})
                for row_id, matter_id, seq in cursor.fetchall():
                    yield Finding(source.table, row_id, matter_id, seq, f"no checkpoint holds this row ({source.name})")

    def _look_at_window(self) -> None:
        waiting = Unanchored.objects.count()
        since = checkpoints.waiting_since()
        self.window = {
            "rows": waiting,
            "since": checkpoints.written(since) if since else None,
            "last_checkpoint": self.before.number if self.before else 0,
            "last_made_at": self.before.made_at if self.before else None,
        }


# What the checkpoints hold of one source: each tells by `parts` which stretch of its row_ids that is.
_NOT_HELD = """
SELECT r.id, {source.matter}, {source.seq} FROM {source.table} r
LEFT JOIN (
    SELECT held.row_id FROM integrity_checkpoint c
    CROSS JOIN LATERAL (
        SELECT part->>0 AS source, (part->>1)::int AS rows, (sum((part->>1)::int) OVER (ORDER BY place))::int AS upto
        FROM jsonb_array_elements(c.parts) WITH ORDINALITY AS listed(part, place)
    ) AS p
    CROSS JOIN LATERAL unnest(c.row_ids[p.upto - p.rows + 1 : p.upto]) AS held(row_id)
    WHERE p.source = %(source)s
    UNION ALL
    SELECT row_id FROM integrity_unanchored WHERE source = %(source)s
) AS known ON known.row_id = r.id
WHERE known.row_id IS NULL AND {source.owed} ORDER BY r.id LIMIT 1000
"""


def changed_rows(
    parts: list, row_ids: list[int], leaves: list[bytes], digest: merkle.Hash, held_by: str
) -> Iterator[Finding]:
    """The rows whose leaves are not what they were, named."""
    start = 0
    for name, count in parts:
        ids, kept = row_ids[start : start + count], leaves[start : start + count]
        start += count
        source = anchored_rows.SOURCES.get(name)
        if source is None:
            yield Finding(TABLE, None, None, None, f"{held_by}: holds rows of an unknown sort {name!r}")
            continue
        now, leaf_of = anchored_rows.hashes(name, ids), merkle.leaf_maker(name, digest)
        wrong = [
            row_id for row_id, leaf in zip(ids, kept, strict=True) if leaf_of(row_id, now.get(row_id, GONE)) != leaf
        ]
        gone = [row_id for row_id in ids if row_id not in now]
        where = anchored_rows.named(name, wrong) if wrong else {}
        for row_id in sorted({*wrong, *gone}):
            said = "not what it was when it was anchored" if row_id in now else "the row is gone"
            yield Finding(source.table, row_id, *where.get(row_id, (None, None)), f"{said} ({name} of {held_by})")


def _taken(place: Place) -> Iterator[Finding]:
    found, place.findings = place.findings, []
    yield from found
