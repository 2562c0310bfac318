"""The history (办理记录) as this officer may read it: events with their sentences, texts, letters and files, and notes among colleagues."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from xinqiao.access.reveal import Seen
from xinqiao.documents.models import Status
from xinqiao.matters.models import Event, Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Step

from .. import history_words
from ..pages.notes import SORT as NOTE
from ..pages.papers import may_read
from .found import Said

LONG = 240  # characters: a longer text is folded in the history


@dataclass
class Entry:
    """One line of the history: an event with its sentences, texts and letters, or a note."""

    at: datetime
    who: str
    title: str
    lines: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    long_texts: list[str] = field(default_factory=list)
    letters: list[dict] = field(default_factory=list)
    files: list[dict] = field(default_factory=list)
    is_note: bool = False
    from_citizen: bool = False
    shown: bool = False


def entries(
    matter: Matter, events: list[Event], records: list[Said], officer: Officer, seen: Seen, *, closed: bool
) -> list[Entry]:
    """Newest first. Notes are for colleagues of the same organisation. `closed`: the words of a report are not opened yet."""
    records = [] if closed else [replace(one, text=seen.text(one.text)) for one in records]
    texts: dict[int, list[Said]] = {}
    for record in records:
        if record.event_seq and not _is_others_draft(record, officer):
            texts.setdefault(record.event_seq, []).append(record)
    found = [_entry(event, texts.get(event.seq, []), matter, officer, seen, closed=closed) for event in events]
    found += [
        Entry(record.at, record.by__user__name or "", "内部备注", texts=[record.text], is_note=True)
        for record in records
        if record.sort == NOTE and record.by__organisation_id == officer.organisation_id
    ]
    return sorted(found, key=lambda entry: entry.at)[::-1]  # of one moment the later first


def _is_others_draft(record: Said, officer: Officer) -> bool:
    """Versions of an opinion are working papers of their organisation; others read it when it is issued (B.3)."""
    return record.sort == "opinion_version" and record.by__organisation_id != officer.organisation_id


def _entry(event: Event, records: list[Said], matter: Matter, officer: Officer, seen: Seen, *, closed: bool) -> Entry:
    named = event.facts.get("letters") or {}
    letters = [
        letter(row, matter, officer)
        for row in matter.letter_rows
        if row["issued_at"] == event.at and named.get(row["kind"]) == row["number"]
    ]
    files = [file for file in matter.file_rows if file["event_seq"] == event.seq and not file["submission_id"]]
    return Entry(
        at=event.at,
        who=_who(event),
        title=Step(event.step).label,
        lines=[] if closed else [seen.text(line) for line in history_words.sentences(event)],
        texts=[record.text for record in records if record.text and len(record.text) <= LONG],
        long_texts=[record.text for record in records if len(record.text) > LONG],
        letters=letters,
        files=[] if closed else files,
        from_citizen=event.actor_kind == "citizen",
        shown=any(record.shown_to_citizen for record in records),
    )


def _who(event: Event) -> str:
    if event.officer:
        return f"{event.organisation.name} {event.officer.user.name}"
    return {"citizen": "信访人", "system": "系统"}.get(event.actor_kind, "")


def letter(row: dict, matter: Matter, officer: Officer) -> dict:
    """A letter in a list, and whether this officer may open it."""
    return {**row, "void": row["status"] == Status.VOID, "open": may_read(row["kind"], matter, officer)}
