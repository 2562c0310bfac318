"""The draft of a visitor without an account: begin, find, save, keep files, send once, forget after 30 days.

What was typed is kept as typed, page by page, right or wrong: {"story": {"content": "…"}, …}.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from xinqiao import crypto
from xinqiao.matters import files
from xinqiao.matters.intake import StoredFile
from xinqiao.matters.steps.receive import Receipt

from .models import Draft, DraftFile

KEPT_DAYS = 30
RECEIPT_MINUTES = 30
FILES_AT_MOST = 12
COOKIE = "draft" if settings.XINQIAO_INSECURE_HTTP else "__Host-draft"
_TEXT, _RECEIPT, _FILE = "draft.text", "draft.receipt", "draft.file"


class TooManyFiles(files.FileRefused):
    """The draft holds as many files as may come with one petition."""


def begin(request: HttpRequest, *, at: datetime, shared: bool = False) -> Draft:
    """A new, empty draft for this browser. `shared`: a computer others use too; the cookie ends with the browser."""
    token = secrets.token_urlsafe(32)
    draft = Draft.objects.create(token_hash=_hashes(token)[0], created_at=at, updated_at=at)
    request.new_draft = (token, shared)
    request.draft = draft
    return draft


def current(request: HttpRequest) -> Draft | None:
    """The draft of this browser, also one that was sent in the last half hour. None if there is none."""
    if not hasattr(request, "draft"):
        token = request.COOKIES.get(COOKIE, "")
        request.draft = Draft.objects.filter(token_hash__in=_hashes(token)).first() if token else None
    return request.draft


def hand_out(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the browser the token of a draft that this request began."""
    if hasattr(request, "new_draft"):
        token, shared = request.new_draft
        age = None if shared else KEPT_DAYS * 24 * 60 * 60
        response.set_cookie(
            COOKIE,
            token,
            max_age=age,
            httponly=True,
            samesite="Lax",
            secure=not settings.XINQIAO_INSECURE_HTTP,
            path="/",
        )
    return response


def texts(draft: Draft | None) -> dict[str, dict]:
    """What was typed so far, by page."""
    return json.loads(crypto.open_sealed(draft.sealed, context=_TEXT)) if draft and draft.sealed else {}


def save(draft: Draft, page: str, typed: dict, *, at: datetime) -> dict[str, dict]:
    """Keep one page; returns all. Another tab's page is not overwritten. A draft that was sent stays as it is."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if locked.sent_at:
            return {}
        kept = {**texts(locked), page: typed}
        locked.sealed = crypto.seal(json.dumps(kept, ensure_ascii=False), context=_TEXT)
        locked.updated_at = at
        locked.save(update_fields=["sealed", "updated_at"])
    return kept


def add_file(draft: Draft, uploaded, *, at: datetime) -> DraftFile:
    """Check, store and note one file. Raises FileRefused, or TooManyFiles."""
    if draft.files.count() >= FILES_AT_MOST:
        raise _too_many()
    stored = files.store(uploaded, name=uploaded.name)
    with transaction.atomic():
        Draft.objects.select_for_update().get(pk=draft.pk)
        if draft.files.count() >= FILES_AT_MOST:
            files.discard(stored)
            raise _too_many()
        sealed = crypto.seal(json.dumps(asdict(stored), ensure_ascii=False), context=_FILE)
        return DraftFile.objects.create(draft=draft, stored_name=stored.stored_name, sealed=sealed, created_at=at)


def _too_many() -> TooManyFiles:
    return TooManyFiles(f"最多传 {FILES_AT_MOST} 个文件。请先移除一个，或者提交后再补充材料。", code="too_many_files")


def stored_files(draft: Draft | None) -> list[tuple[int, StoredFile]]:
    """(id, file) of every file of the draft, oldest first."""
    rows = draft.files.all() if draft else ()
    return [(row.pk, StoredFile(**json.loads(crypto.open_sealed(row.sealed, context=_FILE)))) for row in rows]


def remove_files(draft: Draft, ids: Iterable[int]) -> None:
    """Take files out of the draft and off the disk; ids of other drafts are passed over."""
    for number, stored in stored_files(draft):
        if number in set(ids):
            draft.files.filter(pk=number).delete()
            files.discard(stored)


def discard(draft: Draft) -> None:
    """The visitor throws the draft away, with its files."""
    remove_files(draft, [number for number, _ in stored_files(draft)])
    draft.delete()


def mark_sent(draft: Draft, receipt: Receipt, *, at: datetime) -> None:
    """Empty the draft, whose text is a petition now, and keep the receipt for half an hour."""
    facts = {**asdict(receipt), "received_at": receipt.received_at.isoformat(), "due_on": receipt.due_on.isoformat()}
    draft.files.all().delete()  # the rows only: the files belong to the matter now
    draft.sealed, draft.sent_at, draft.updated_at = "", at, at
    draft.sealed_receipt = crypto.seal(json.dumps(facts, ensure_ascii=False), context=_RECEIPT)
    draft.save(update_fields=["sealed", "sent_at", "updated_at", "sealed_receipt"])


def receipt(draft: Draft | None, *, at: datetime) -> Receipt | None:
    """The receipt of a draft sent in the last half hour; afterwards None, because the query code is shown no more."""
    if not draft or not draft.sealed_receipt or at - draft.sent_at > timedelta(minutes=RECEIPT_MINUTES):
        return None
    facts = json.loads(crypto.open_sealed(draft.sealed_receipt, context=_RECEIPT))
    facts["received_at"] = datetime.fromisoformat(facts["received_at"])
    facts["due_on"] = date.fromisoformat(facts["due_on"])
    return Receipt(**facts)


def forget_old_drafts(at: datetime) -> int:
    """For the worker: drop drafts untouched for 30 days, with their files, and receipts older than half an hour."""
    Draft.objects.filter(sent_at__lt=at - timedelta(minutes=RECEIPT_MINUTES)).exclude(sealed_receipt="").update(
        sealed_receipt=""
    )
    old = Draft.objects.filter(updated_at__lt=at - timedelta(days=KEPT_DAYS))
    count = 0
    for draft in old.iterator(chunk_size=100):
        discard(draft)
        count += 1
    return count


def names_of_files() -> list[str]:
    """Stored names that drafts hold, for `matters.files.orphans`."""
    return list(DraftFile.objects.values_list("stored_name", flat=True))


def _hashes(token: str) -> list[str]:
    """Under every index key, newest first: a draft outlives a rotation."""
    return crypto.blind_indexes(token, context="draft")
