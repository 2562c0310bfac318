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
    digest: str = ""  # the digest, where the row itself names none
    owed: str = "TRUE"
    seq: str = "NULL::bigint"
    matter: str = "matter_id"

    def hash_of(self, values: tuple) -> str:
        """The hash of one row, from its columns."""
        if self.digest:
            return crypto.digest(encode_all(values), self.digest)
        if not self.algorithm:
            return values[0]
        algorithm = values[self.columns.index(self.algorithm)]
        return crypto.digest(encode_all(values), algorithm if algorithm in ("sm3", "sha256") else None)


NOBODYS = "NULL::bigint"  # a row of no petition


def _written_once(name: str, table: str, columns: tuple[str, ...], **said: str) -> Source:
    """A table that takes rows and never changes them; SM3, as the rows name no digest."""
    return Source(name, table, columns, digest="sm3", **said)


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
        Source(
            "opinion", "matters_opinion",
            ("matter_id", "instance", "round", "referral_id", "organisation_id", "facts", "evidence", "answers", "body", "outcome", "basis",
             "reasons", "redo_by_on", "not_worse", "drafted_by_id", "signed_by_id", "remedy_organ_id", "issued_at"),
            digest="sm3",
            owed="state NOT IN ('draft', 'in_approval')",
        ),
        # Confidentiality only rises: once true, never false again (B.3).
        Source("secrecy", "matters_matter", ("secrecy",), digest="sm3", owed="secrecy", matter="id"),
        Source("anonymous", "matters_matter", ("anonymous",), digest="sm3", owed="anonymous", matter="id"),
        # Written once, beside an event that does not bear all they say, or belonging to no petition.
        _written_once(
            "record", "matters_record", ("matter_id", "referral_id", "event_seq", "sort", "text", "data", "by_id", "at", "shown_to_citizen"),
            seq="event_seq",
        ),
        _written_once("rating", "matters_rating", ("matter_id", "target", "organisation_id", "value", "reason", "text", "rated_at")),
        _written_once(
            "service", "matters_service",
            ("matter_id", "document_id", "opinion_id", "manner", "effective_on", "proof", "recorded_by_id", "recorded_at"),
        ),
        _written_once("accused", "matters_accused", ("matter_id", "organisation_id", "user_id", "sealed_person")),
        _written_once(
            "sealed_entry", "matters_sealedentry",
            ("matter_id", "organisation_id", "sort", "number", "received_on", "sent_on", "receiver", "receiver_desk_id"),
        ),
        _written_once("retaliation", "matters_retaliationlink", ("matter_id", "earlier_id")),
        _written_once(
            "ledger_entry", "ledgers_entry",
            ("item_id", "matter_id", "seq", "act", "at", "by_id", "organisation_id", "text", "progress", "changes"), seq="seq",
        ),
        _written_once(
            "evidence", "ledgers_evidence",
            ("item_id", "matter_id", "entry_seq", "title", "document_id", "record_id", "stored_name", "original_name", "media_type",
             "size_bytes", "digest", "original_digest", "hash_algorithm", "note", "by_id", "at"),
            seq="entry_seq",
        ),
        _written_once("report_said", "information_reportversion", ("report_id", "version", "said", "officer_id", "at"), matter=NOBODYS, seq="version"),
        _written_once(
            "report_act", "information_reportevent",
            ("report_id", "seq", "act", "state", "officer_id", "organisation_id", "to_organisation_id", "note", "version", "at"),
            matter=NOBODYS, seq="seq",
        ),
        _written_once("task_event", "information_taskevent", ("task_id", "state", "officer_id", "at", "report_id"), matter=NOBODYS),
        _written_once("meeting_act", "information_meetingevent", ("meeting_id", "seq", "act", "officer_id", "at", "said"), matter=NOBODYS, seq="seq"),
        _written_once(
            "hot_act", "analysis_hotact", ("issue_id", "seq", "act", "at", "by_id", "text", "said", "target", "subject"),
            matter=NOBODYS, seq="seq",
        ),
        _written_once("version", "reporting_version", ("report_id", "seq", "act", "officer_id", "at", "said"), matter=NOBODYS, seq="seq"),
        _written_once("link", "analysis_link", ("one_id", "other_id", "verdict", "by_id", "at", "reason"), matter="one_id"),
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
            if not (source.algorithm or source.digest):
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
