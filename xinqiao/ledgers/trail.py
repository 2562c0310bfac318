"""The trail of an item: one line that nobody can change, and its place in a chain (A-33).

An act on an item about a matter becomes an event of that matter (`Step.NOTE_LEDGER`): the citizen reads it there, and the matter's chain
holds it. Any other becomes an entry of the audit log. One of the two, never both: a thing that happened once is recorded once.
"""

from datetime import datetime

from xinqiao.integrity import audit
from xinqiao.matters import steps
from xinqiao.matters.actors import SYSTEM, Actor, Citizen
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.ledgers import LEDGERS, TOLD, TOLD_TO_CITIZEN, ItemAct, Sort
from xinqiao.rules.stages import Step

from .models import Entry, Item


def record(
    item: Item,
    act: ItemAct,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    progress: str = "",
    changes: dict | None = None,
    request=None,
) -> Entry:
    """The line of the history, and its place in a chain: of the matter, or of the audit log."""
    item.entry_count, item.version = item.entry_count + 1, item.version + 1
    officer = by if isinstance(by, Officer) else None
    entry = Entry.objects.create(
        item=item, matter_id=item.matter_id, seq=item.entry_count, act=act, at=at, by=officer,
        organisation=officer.organisation if officer else None, text=text, progress=progress, changes=changes or {},
    )  # fmt: skip
    item.untold = item.untold or act in TOLD
    Item.objects.filter(pk=item.pk).update(entry_count=item.entry_count, version=item.version, untold=item.untold)
    if item.matter_id is not None:
        _note_in_matter(item, entry, by=by, at=at)
    elif officer is not None:
        audit.note(
            AuditKind.LEDGER, officer=officer, subject=str(item), reason=text[:200], request=request,
            detail={"act": act.value, "entry": entry.seq, "sort": item.sort, "state": item.state, "changed": sorted(changes or {})},
        )  # fmt: skip
    return entry


def _note_in_matter(item: Item, entry: Entry, *, by: Actor, at: datetime) -> None:
    """The citizen reads that it is on a list and until when, that it was checked, and the own words; the rest is between organs."""
    act, facts = ItemAct(entry.act), {"entry": entry.seq, "sort": item.sort, "state": item.state}
    facts |= {"office": item.office.key, "unit": item.organisation.key}
    if isinstance(by, Officer):
        facts |= {"officer": by.pk, "officer_name": by.user.name, "organ_name": by.organisation.name}
    if act in (ItemAct.ADD, ItemAct.REOPEN):
        facts |= {"to_name": item.organisation.name, "due_on": item.limit_on.isoformat()}
    shown = act in TOLD_TO_CITIZEN and not LEDGERS[Sort(item.sort)].restricted
    words = entry.text if shown and act in (ItemAct.CANCEL, ItemAct.DISPUTE) else ""
    steps.FUNCTIONS[Step.NOTE_LEDGER](
        item.matter_id, by=by if isinstance(by, Citizen) else SYSTEM, at=at, item=item.pk, doing=act.value, text=words, shown=shown, facts=facts,
    )  # fmt: skip
