"""Write the audit log: one chained entry, committed before anything it speaks of is shown (C-11, checklist 17).

    audit.note(AuditKind.READ_IDENTITY, officer=…, matter_id=…, fields="identity", reason=…, request=request)

The entry commits on its own before the answer leaves; when it cannot be written, AuditUnavailable ends the request with a 503:
no record, no data.
"""

import json
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from xinqiao import crypto
from xinqiao.crypto.canonical import encode_all
from xinqiao.database.clock import ClockNow
from xinqiao.rules.audit import AuditKind

from .models import AuditChain, AuditEntry

FIELDS = (
    "chain", "seq", "at", "kind", "user_id", "officer_id", "organisation_id", "roles", "matter_id", "subject", "fields", "reason",
    "device", "source", "detail_text", "algorithm", "previous_hash",
)  # fmt: skip
LONGEST_DEVICE = 160


class AuditUnavailable(Exception):
    """The entry could not be written: what it speaks of must not be shown."""


def note(kind: AuditKind, *, matter_id: int | None = None, **what) -> AuditEntry:
    """Add one entry to the chain of the officer's organisation (0 without an officer). Raises AuditUnavailable.

    `what`: the other arguments of `compose`.
    """
    (entry,) = note_each(kind, [matter_id], **what)
    return entry


def note_each(kind: AuditKind, matter_ids: list[int | None], **what) -> list[AuditEntry]:
    """The same said of several matters at once, an entry each: all are written, or none and AuditUnavailable."""
    entries = [compose(kind, matter_id=matter_id, **what) for matter_id in matter_ids]
    try:
        with transaction.atomic():
            _append(*entries)
    except DatabaseError as error:
        raise AuditUnavailable(type(error).__name__) from error
    return entries


def compose(
    kind: AuditKind,
    *,
    officer=None,
    user_id: int | None = None,
    matter_id: int | None = None,
    subject: str = "",
    fields: str = "",
    reason: str = "",
    request=None,
    detail: dict | None = None,
) -> AuditEntry:
    """An entry without its place in the chain yet.

    `officer`: a post (organisations.Officer). `request`: for device and source. `detail`: ids, codes and counts, never a text.
    """
    return AuditEntry(
        chain=officer.organisation_id if officer else 0,
        kind=kind,
        user_id=officer.user_id if officer else user_id,
        officer_id=officer.pk if officer else None,
        organisation_id=officer.organisation_id if officer else None,
        roles=",".join(sorted(officer.roles)) if officer else "",
        matter_id=matter_id,
        subject=subject,
        fields=fields,
        reason=reason,
        device=device(request),
        source=source(request),
        detail_text=json.dumps(detail or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str),
        algorithm=crypto.preferred_digest(),
    )


def entry_hash(entry) -> str:
    """Hex digest of all columns of one entry, its predecessor's hash among them."""
    return crypto.digest(encode_all(getattr(entry, field) for field in FIELDS), entry.algorithm)


def _append(*entries: AuditEntry) -> None:
    """Give entries of one chain their places behind its end, which is locked until the transaction ends."""
    end = _locked_end(entries[0].chain)
    for entry in entries:
        entry.seq, entry.previous_hash, entry.at = end.last_seq + 1, end.head, _written_at(end)
        entry.hash = entry_hash(entry)
        end.last_seq, end.head = entry.seq, entry.hash
    _write(entries, end)


_ROW = f"({', '.join(['%s'] * (len(FIELDS) + 1))})"


def _write(entries: tuple[AuditEntry, ...], end: AuditChain) -> None:
    """The entries and the new end of their chain, in one statement."""
    fields = [AuditEntry._meta.get_field(name) for name in (*FIELDS, "hash")]
    values = [field.get_db_prep_save(getattr(entry, field.attname), connection) for entry in entries for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH moved AS (UPDATE integrity_auditchain SET last_seq = %s, head = %s WHERE chain = %s)"
            f" INSERT INTO integrity_auditentry ({', '.join(field.column for field in fields)})"
            f" VALUES {', '.join([_ROW] * len(entries))} RETURNING id, seq",
            [end.last_seq, end.head, end.pk, *values],
        )
        made = {seq: pk for pk, seq in cursor.fetchall()}
    for entry in entries:
        entry.pk, entry._state.adding = made[entry.seq], False


def _written_at(end: AuditChain) -> datetime:
    return end.database_now


def _locked_end(chain: int) -> AuditChain:
    ends = AuditChain.objects.select_for_update().annotate(database_now=ClockNow()).filter(pk=chain)
    end = ends.first()
    if end is None:  # the first entry of this organisation, perhaps of two at once
        AuditChain.objects.bulk_create([AuditChain(chain=chain)], ignore_conflicts=True)
        end = ends.get()
    return end


def device(request) -> str:
    """What the browser says it is, shortened; "" without one."""
    return request.headers.get("User-Agent", "")[:LONGEST_DEVICE].replace("\x00", "") if request is not None else ""


def source(request) -> str:
    """The visitor's address as a blind index: comparable, not readable."""
    address = getattr(request, "client_address", "") if request is not None else ""
    return crypto.blind_index(address, context="source")
