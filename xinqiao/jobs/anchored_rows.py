"""What is anchored in checkpoints, and what is hashed of each row: one line for each source.

Events and audit entries bring their chained hash. Of the other rows every column is hashed that may never change again, sealed ones as
they lie there: they are sealed with data keys and never written again, not even when keys are rotated.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from xinqiao import crypto
from xinqiao.crypto.canonical import encode_all
from xinqiao.integrity import checkpoints, places

from . import issued_letters

AT_ONCE = 5_000  # rows read at a time
MANY = 1_000  # waiting rows that do not wait for the minute
AT_MOST = 10  # checkpoints in one go, so that a large import does not hold up the other duties
NOT_AS_ISSUED = "not as issued"  # hashed in place of a letter whose words do not fit its digest when it is anchored
MOMENT = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""  # as crypto.canonical writes it; faster there


@dataclass(frozen=True)
class Source:
    """One sort of row. `owed`: which rows of the table must be anchored; `seq`: how a row is called beside its matter."""

    name: str
    table: str
    columns: tuple[str, ...]
    algorithm: str = ""  # the column that names the digest; empty: the one column is a hash already
    owed: str = "TRUE"
    seq: str = "NULL::bigint"
    matter: str = "matter_id"

    def hash_of(self, values: tuple) -> str:
        """The hash of one row, from its columns."""
        if not self.algorithm:
            return values[0]
        algorithm = values[self.columns.index(self.algorithm)]
        return crypto.digest(encode_all(values), algorithm if algorithm in ("sm3", "sha256") else None)


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
        ),
        Source(
            "attachment", "matters_attachment",
            ("matter_id", "submission_id", "event_seq", "stored_name", "original_name", "media_type", "size_bytes", "digest",
             "original_digest", "hash_algorithm", "note", "from_citizen", "added_at"),
            algorithm="hash_algorithm",
        ),
        Source(
            "document", "documents_document",
            ("matter_id", "organisation_id", "kind", "version", "title", "number", "year", "sequence", "template_version",
             "verification_code", "data_digest", "digest_algorithm", "drafted_at", "issued_at", "created_by_id",
             "visible_to_citizen", "data", "text", "CASE status WHEN 'void' THEN 'issued' ELSE status END"),
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
    source, found = SOURCES[name], {}
    columns = ", ".join(source.columns)
    with connection.cursor() as cursor:
        for start in range(0, len(ids), AT_ONCE):
            cursor.execute(
                f"SELECT id, {columns} FROM {source.table} WHERE id = ANY(%s)", [ids[start : start + AT_ONCE]]
            )
            if not source.algorithm:
                found.update(cursor.fetchall())
            else:
                found.update((row_id, source.hash_of(tuple(values))) for row_id, *values in cursor.fetchall())
    return found


def proved_hashes(name: str, ids: list[int]) -> dict[int, str]:
    """`hashes`, for anchoring: of a letter also its words are opened and compared with its digest, so that a check need not do it again."""
    found = hashes(name, ids)
    if name == "document":
        for start in range(0, len(ids), AT_ONCE):
            found |= dict.fromkeys(issued_letters.changed(ids[start : start + AT_ONCE]), NOT_AS_ISSUED)
    return found


def named(name: str, ids: list[int]) -> dict[int, tuple[int | None, int | None]]:
    """(matter, seq) of these rows, by id: how people find them."""
    source = SOURCES[name]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {source.matter}, {source.seq} FROM {source.table} WHERE id = ANY(%s)", [ids])
        return {row_id: (matter_id, seq) for row_id, matter_id, seq in cursor.fetchall()}


def anchor(at: datetime) -> int:
    """The worker's duty: checkpoints for what waits, then the copies outside. Returns how many rows were anchored.

    Raises places.PlaceTrouble when a folder cannot be written; the checkpoints stay in the database, and go there later.
    """
    anchored = 0
    for _ in range(AT_MOST):
        made = checkpoints.make(proved_hashes)
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
