"""Write the audit log: one chained entry, committed before anything it speaks of is shown (C-11, checklist 17).

    audit.note(AuditKind.READ_IDENTITY, officer=…, matter_id=…, fields="identity", reason=…, request=request)

The entry commits on its own before the answer leaves; when it cannot be written, AuditUnavailable ends the request with a 503:
no record, no data.
"""

import json

from django.db import DatabaseError, connection, transaction

from xinqiao import crypto
from xinqiao.crypto.canonical import encode_all
from xinqiao.rules.audit import AuditKind

from .models import AuditChain, AuditEntry

FIELDS = (
    "chain", "seq", "at", "kind", "user_id", "officer_id", "organisation_id", "roles", "matter_id", "subject", "fields", "reason",
    "device", "source", "detail_text", "algorithm", "previous_hash",
)  # fmt: skip
LONGEST_DEVICE = 160


class AuditUnavailable(Exception):
    """The entry could not be written: what it speaks of must not be shown."""


def note(
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
    """Add one entry to the chain of the officer's organisation (0 without an officer). Raises AuditUnavailable.

    `officer`: a post (organisations.Officer). `request`: for device and source. `detail`: ids, codes and counts, never a text.
    """
    entry = AuditEntry(
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
        source=_source(request),
        detail_text=json.dumps(detail or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str),
        algorithm=crypto.preferred_digest(),
    )
    try:
        with transaction.atomic():
            _append(entry)
    except DatabaseError as error:
        raise AuditUnavailable(type(error).__name__) from error
    return entry


def entry_hash(entry) -> str:
    """Hex digest of all columns of one entry, its predecessor's hash among them."""
    return crypto.digest(encode_all(getattr(entry, field) for field in FIELDS), entry.algorithm)


def _append(entry: AuditEntry) -> None:
    AuditChain.objects.bulk_create([AuditChain(chain=entry.chain)], ignore_conflicts=True)
    end = AuditChain.objects.select_for_update().get(pk=entry.chain)
    entry.seq, entry.previous_hash, entry.at = end.last_seq + 1, end.head, _database_now()
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    AuditChain.objects.filter(pk=end.pk).update(last_seq=entry.seq, head=entry.hash)


def _database_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def device(request) -> str:
    """What the browser says it is, shortened; "" without one."""
    return request.headers.get("User-Agent", "")[:LONGEST_DEVICE].replace("\x00", "") if request is not None else ""


def _source(request) -> str:
    address = getattr(request, "client_address", "") if request is not None else ""
    return crypto.blind_index(address, context="source")
