"""存证点: every minute one signed root over all rows that were written since the one before.

    make(hash_rows)                # one checkpoint of at most MOST rows, or None when nothing waits
    Statement.of(checkpoint)       # what is signed; its digest is what the next checkpoint continues

What a row says is hashed by `hash_rows`, given from above: this floor knows no petition. Making one is one transaction: the rows are
claimed, the tree is built, the checkpoint is written, or nothing happened.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from xinqiao import crypto
from xinqiao.crypto import signing
from xinqiao.crypto.canonical import encode_all
from xinqiao.database.clock import database_now

from . import merkle
from .models import Checkpoint, Unanchored

MOST = 10_000  # rows in one checkpoint; what is left waits for the next
LOCK = 7_310_426  # only one is made at a time, whoever asks
FORMAT = "xinqiao-checkpoint-1"
ORDER = ("event", "submission", "attachment", "document", "void", "audit")  # of the leaves in a tree
GONE = "gone"  # instead of a hash: the row was removed before it could be anchored
SIGNED = (
    "number", "made_at", "previous_digest", "root", "leaf_count", "digest_algorithm", "signature_algorithm", "key_id",
)  # fmt: skip

# Row hashes by id, for the ids of one source; an id that is missing in the answer is a row that is missing.
HashRows = Callable[[str, list[int]], dict[int, str]]


@dataclass(frozen=True)
class Statement:
    """What one checkpoint says, wherever it was read: database, folder, another host, a citizen's receipt."""

    number: int
    made_at: str  # UTC to the microsecond, as signed
    previous_digest: str
    root: str
    leaf_count: int
    digest_algorithm: str
    signature_algorithm: str
    key_id: str
    signature: str

    @classmethod
    def of(cls, row: Checkpoint) -> "Statement":
        values = {name: getattr(row, name) for name in (*SIGNED, "signature")}
        return cls(**{**values, "made_at": written(row.made_at)})

    @classmethod
    def from_dict(cls, said: dict) -> "Statement":
        """Raises ValueError when a part is missing or of the wrong sort."""
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise ValueError("not a checkpoint")
        values = {name: said.get(name) for name in (*SIGNED, "signature")}
        for name, value in values.items():
            if not isinstance(value, int if name in ("number", "leaf_count") else str) or isinstance(value, bool):
                raise ValueError(f"checkpoint: {name} is missing or not what it should be")
        if values["digest_algorithm"] not in ("sm3", "sha256"):
            raise ValueError("checkpoint: unknown digest algorithm")
        return cls(**values)

    def as_dict(self) -> dict:
        return {"format": FORMAT, **self.__dict__}

    @property
    def signed_bytes(self) -> bytes:
        return encode_all((FORMAT, *(getattr(self, name) for name in SIGNED)))

    @property
    def digest(self) -> str:
        """What the next checkpoint continues. The signature is not in it: SM2 signs the same statement differently each time."""
        return crypto.digest(self.signed_bytes, self.digest_algorithm)

    @property
    def moment(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.made_at)
        except ValueError:
            return None

    def holds(self, keys: dict[str, signing.PublicKey]) -> bool:
        """Whether a key that is known signed exactly this."""
        key = keys.get(self.key_id)
        same = key is not None and key.algorithm == self.signature_algorithm
        return same and key.holds(self.signed_bytes, self.signature)


def make(hash_rows: HashRows, *, most: int = MOST) -> Checkpoint | None:
    """Anchor what waits, at most `most` rows. Raises signing.SigningUnavailable; then everything waits as before."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        claimed = _claim(most)
        if not claimed:
            return None
        algorithm = crypto.preferred_digest()
        parts, row_ids, leaves = _leaves(claimed, hash_rows, algorithm)
        return _write(parts, row_ids, leaves, algorithm)


def leaf_hashes(parts: list, row_ids: list[int], hash_rows: HashRows, digest: merkle.Hash) -> list[bytes]:
    """The leaves as the rows are now, in the order of a checkpoint."""
    leaves, start = [], 0
    for source, count in parts:
        ids = row_ids[start : start + count]
        hashes, leaf_of = hash_rows(source, ids), merkle.leaf_maker(source, digest)
        leaves += [leaf_of(row_id, hashes.get(row_id, GONE)) for row_id in ids]
        start += count
    return leaves


def parts_are_whole(parts: object) -> bool:
    """Whether this is a list of [source, count], as a checkpoint keeps it."""
    return isinstance(parts, list) and all(
        isinstance(part, list) and len(part) == 2 and isinstance(part[0], str) and isinstance(part[1], int)
        for part in parts
    )


def split_leaves(raw: bytes) -> list[bytes]:
    """The leaves of a checkpoint, from the one value in which they are kept."""
    raw = bytes(raw)
    return [raw[start : start + 32] for start in range(0, len(raw), 32)]


def waiting(*, most: int = 100_001) -> int:
    """How many rows no checkpoint holds yet, counted up to `most`."""
    return Unanchored.objects.all()[:most].count()


def waiting_since() -> datetime | None:
    """Since when the oldest of them waits."""
    return Unanchored.objects.order_by("pk").values_list("since", flat=True).first()


def latest() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-number").defer("row_ids", "leaves").first()


def of_event(event_id: int) -> Checkpoint | None:
    """The checkpoint that holds an event, once there is one."""
    if Unanchored.objects.filter(source="event", row_id=event_id).exists():
        return None  # asked often right after filing; spares the look through what cannot hold it
    near = Checkpoint.objects.filter(first_event__lte=event_id, last_event__gte=event_id).order_by("last_event")
    return next((one for one in near.filter(row_ids__contains=[event_id]) if event_id in events_of(one)), None)


def events_of(checkpoint: Checkpoint) -> list[int]:
    """The events that a checkpoint holds; they are its first leaves."""
    source, count = checkpoint.parts[0] if checkpoint.parts else ("", 0)
    return checkpoint.row_ids[:count] if source == "event" else []


def written(moment: datetime) -> str:
    """A moment as it is signed."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _claim(most: int) -> dict[str, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM integrity_unanchored WHERE id IN (SELECT id FROM integrity_unanchored ORDER BY id LIMIT %s"
            " FOR UPDATE SKIP LOCKED) RETURNING source, row_id",
            [most],
        )
        claimed: dict[str, set[int]] = {}
        for source, row_id in cursor.fetchall():
            claimed.setdefault(source, set()).add(row_id)
    return {source: sorted(claimed[source]) for source in _in_order(claimed)}


def _in_order(sources: Iterable[str]) -> list[str]:
    return sorted(sources, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def _leaves(claimed: dict[str, list[int]], hash_rows: HashRows, algorithm: str):
    parts = [[source, len(ids)] for source, ids in claimed.items()]
    row_ids = [row_id for ids in claimed.values() for row_id in ids]
    return parts, row_ids, leaf_hashes(parts, row_ids, hash_rows, merkle.hasher(algorithm))


def _write(parts: list, row_ids: list[int], leaves: list[bytes], algorithm: str) -> Checkpoint:
    before = latest()
    key = signing.current()
    events = row_ids[: parts[0][1]] if parts[0][0] == "event" else []
    row = Checkpoint(
        number=before.number + 1 if before else 1,
        made_at=database_now(),
        previous_digest=Statement.of(before).digest if before else "",
        root=merkle.root(leaves, merkle.hasher(algorithm)).hex(),
        leaf_count=len(leaves),
        digest_algorithm=algorithm,
        signature_algorithm=key.public.algorithm,
        key_id=key.public.key_id,
        parts=parts,
        row_ids=row_ids,
        leaves=b"".join(leaves),
        first_event=events[0] if events else None,
        last_event=events[-1] if events else None,
    )
    row.signature = key.sign(Statement.of(row).signed_bytes)
    row.save(force_insert=True)
    return row
