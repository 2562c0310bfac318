"""The evidence (凭证) of an item: files, issued letters, records of the matter. Kept with the line of the history it came with."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from xinqiao.documents.models import Document
from xinqiao.matters.intake import StoredFile
from xinqiao.matters.models import Matter, Record
from xinqiao.organisations.models import Officer
from xinqiao.rules.refusals import StepRefused

from .models import Entry, Evidence, Item

RECORD_NAMES = {
    "contact": "联系记录", "investigation": "调查记录", "execution": "落实记录", "agreement": "协议", "reply": "答复", "hearing": "听证记录",
    "supervision": "督办记录", "filing": "办理记录", "note": "办理记录",
}  # fmt: skip


def keep(
    item: Item,
    entry: Entry,
    *,
    by: Officer,
    at: datetime,
    files: Sequence[StoredFile] = (),
    letters: Sequence[int] = (),
    records: Sequence[int] = (),
) -> list[Evidence]:
    """Add these to the item. A letter or record must be of its matter, and the matter one that `by` may open. Raises StepRefused."""
    rows = [_row(item, entry, by, at, title=one.original_name, **asdict(one)) for one in files]
    offered_letters, offered_records = offered(item, by)
    for document_id in letters:
        rows.append(_row(item, entry, by, at, title=_of(offered_letters, document_id), document_id=document_id))
    for record_id in records:
        rows.append(_row(item, entry, by, at, title=_of(offered_records, record_id), record_id=record_id))
    return Evidence.objects.bulk_create(rows)


def offered(item: Item, by: Officer) -> tuple[dict[int, str], dict[int, str]]:
    """The letters and records of the item's matter that may be named: id → words. None where `by` may not open the matter."""
    if item.matter_id is None or not Matter.objects.visible_to(by).filter(pk=item.matter_id).exists():
        return {}, {}
    letters = Document.objects.filter(matter_id=item.matter_id, issued_at__isnull=False).order_by("-issued_at")
    records = Record.objects.filter(matter_id=item.matter_id, sort__in=RECORD_NAMES).order_by("-at")
    return (
        {one.pk: f"{one.title} {one.number}".strip() for one in letters},
        {one.pk: f"{RECORD_NAMES[one.sort]} {one.at:%Y-%m-%d}" for one in records},
    )


def stored_names() -> Iterable[str]:
    """Names of the files that belong to items: `also_kept` for `matters.files.orphans`."""
    return Evidence.objects.exclude(stored_name="").values_list("stored_name", flat=True)


def _row(item: Item, entry: Entry, by: Officer, at: datetime, **what) -> Evidence:
    return Evidence(item=item, matter_id=item.matter_id, entry_seq=entry.seq, by=by, at=at, **what)


def _of(offered: dict[int, str], pk: int) -> str:
    if pk not in offered:
        raise StepRefused("有一份凭证不是这一件的，或者您不能查看。请重新选择。", code="evidence")
    return offered[pk]
