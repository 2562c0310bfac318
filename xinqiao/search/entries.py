"""Write entries: the text in, the index words beside it, one statement for a batch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from . import marks
from .models import EntryDue, SearchEntry
from .words import fold, tokens

VERSION = 1  # of folding and tokens: an entry with another one is made anew by `xinqiao reindex`
LONGEST = 60_000  # characters of each part: more index words than one row can hold would stop the step that writes it

_WRITE = """
INSERT INTO search_searchentry (matter_id, received_at, petition, answer, words, marks, version)
VALUES (%s, %s, %s, %s, array_to_tsvector(%s::text[]), %s, %s)
ON CONFLICT (matter_id) DO UPDATE SET received_at = excluded.received_at, petition = excluded.petition,
    answer = excluded.answer, words = excluded.words, marks = excluded.marks, version = excluded.version
"""


@dataclass(frozen=True)
class Entry:
    """One matter as it is to be found. `petition`, `answer`: without identity, folded already or not."""

    matter_id: int
    received_at: datetime
    petition: str
    answer: str
    marks: frozenset[str]

    def row(self) -> tuple:
        petition, answer = fold(self.petition[:LONGEST]), fold(self.answer[:LONGEST])
        found = tokens(petition) | {marks.ANSWER + token for token in tokens(answer)} | self.marks
        return (
            self.matter_id, self.received_at, petition, answer, sorted(found), marks.digest(self.marks), VERSION,
        )  # fmt: skip


def write(entries: Iterable[Entry]) -> int:
    """Keep these entries, in the caller's transaction; returns how many. They are owed no more."""
    rows = [entry.row() for entry in entries]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_WRITE, rows) if len(rows) > 1 else cursor.execute(_WRITE, rows[0])
    return len(rows)


def owe(matters: Iterable[tuple[int, datetime]]) -> None:
    """Let the worker make the entries of these matters (id, received at)."""
    rows = [EntryDue(matter_id=pk, received_at=at) for pk, at in matters]
    EntryDue.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def forget(matter_ids: Iterable[int]) -> None:
    """Take entries out of the index."""
    SearchEntry.objects.filter(pk__in=list(matter_ids)).delete()
