"""What is anchored in checkpoints, and what is hashed of each row: one line for each source.

Events and audit entries bring their chained hash. Of the other rows every column is hashed that may never change again; sealed
columns as what they say, so that sealing them anew under another key changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from xinqiao import crypto
from xinqiao.crypto.canonical import encode_all
from xinqiao.integrity import checkpoints, places

AT_ONCE = 5_000  # rows read at a time
MANY = 1_000  # waiting rows that do not wait for the minute
AT_MOST = 10  # checkpoints in one go, so that a large import does not hold up the other duties
UNREADABLE = "unreadable"  # hashed in place of a sealed value that does not open


@dataclass(frozen=True)
class Source:
    """One sort of row. `sealed`: column → the context it is sealed with. `owed`: which rows of the table must be anchored."""

    name: str
    table: str
    columns: tuple[str, ...]
    algorithm: str = ""  # the column that names the digest; empty: the one column is a hash already
    sealed: tuple[tuple[str, str], ...] = ()
    owed: str = "TRUE"
    matter: str = "matter_id"
    seq: str = "NULL::bigint"

    def hash_of(self, values: tuple) -> str:
        """The hash of one row, from its columns."""
        if not self.algorithm:
            return values[0]
        contexts = dict(self.sealed)
        said = [
            _opened(value, contexts[column]) if column in contexts else value
            for column, value in zip(self.columns, values, strict=True)
        ]
        algorithm = values[self.columns.index(self.algorithm)]
        return crypto.digest(encode_all(said), algorithm if algorithm in ("sm3", "sha256") else None)


def _opened(value: str, context: str) -> str:
    try:
        return crypto.open_sealed(value, context=context)
    except crypto.SealBroken:
        return UNREADABLE + value


SOURCES: dict[str, Source] = {
    one.name: one
    for one in (
        Source("event", "matters_event", ("hash",), seq="seq"),
        Source("audit", "integrity_auditentry", ("hash",), seq="seq"),
        Source(
            "submission", "matters_submission",
            # title, content, reasons and requests are covered by their own hash
            ("matter_id", "channel", "respondent", "channel_facts", "petition_on", "received_at", "received_by_id", "registrar_id",
             "stated_by", "content_hash", "hash_algorithm"),
            algorithm="hash_algorithm",
            sealed=(("respondent", "submission.respondent"), ("channel_facts", "submission.channel_facts")),
        ),
        Source(
            "attachment", "matters_attachment",
            ("matter_id", "submission_id", "event_seq", "stored_name", "original_name", "media_type", "size_bytes", "digest",
             "original_digest", "hash_algorithm", "note", "from_citizen", "added_at"),
            algorithm="hash_algorithm",
        ),
        Source(
            "document", "documents_document",
            # data and text are covered by data_digest
            ("matter_id", "organisation_id", "kind", "version", "title", "number", "year", "sequence", "template_version",
             "verification_code", "data_digest", "digest_algorithm", "drafted_at", "issued_at", "created_by_id",
             "visible_to_citizen", "status <> 'draft'"),
            algorithm="digest_algorithm",
            owed="status <> 'draft'",
        ),
        Source(
            "void", "documents_document", ("matter_id", "status", "voided_at", "void_reason", "digest_algorithm"),
            algorithm="digest_algorithm",
            owed="status = 'void'",
        ),
    )
}  # fmt: skip


def hashes(name: str, ids: list[int]) -> dict[int, str]:
    """The hashes of these rows as they are now, by id; a row that is not there is not in the answer."""
    return {row_id: row_hash for row_id, row_hash, *_ in rows(name, ids)}


def rows(name: str, ids: list[int]):
    """(id, hash, matter, seq) of these rows as they are now."""
    source = SOURCES[name]
    columns = ", ".join(source.columns)
    with connection.cursor() as cursor:
        for start in range(0, len(ids), AT_ONCE):
            cursor.execute(
                f"SELECT id, {source.matter}, {source.seq}, {columns} FROM {source.table} WHERE id = ANY(%s)",
                [ids[start : start + AT_ONCE]],
            )
            for row_id, matter_id, seq, *values in cursor.fetchall():
                yield row_id, source.hash_of(tuple(values)), matter_id, seq


def anchor(at: datetime) -> int:
    """The worker's duty: checkpoints for what waits, then the copies outside. Returns how many rows were anchored.

    Raises places.PlaceTrouble when a folder cannot be written; the checkpoints stay in the database, and go there later.
    """
    anchored = 0
    for _ in range(AT_MOST):
        made = checkpoints.make(hashes)
        if made is None:
            break
        anchored += made.leaf_count
        if made.leaf_count < checkpoints.MOST:
            break
    places.copy_out()
    return anchored


def many_wait() -> bool:
    """Whether so many rows wait that the next checkpoint is not put off to the full minute."""
    return checkpoints.waiting(most=MANY) >= MANY
