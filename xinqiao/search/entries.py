"""Write entries: the text in, the index words beside it, one statement for a batch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from . import likeness, marks
from .models import EntryDue, Likeness, SearchEntry
from .words import fold, tokens

VERSION = 2  # of folding and tokens: an entry with another one is made anew by `xinqiao reindex`
LONGEST = 60_000  # characters of each part: more index words than one row can hold would stop the step that writes it

COLUMNS = ("matter_id", "received_at", "petition", "answer", "words", "marks", "version")
FEW = 8  # so many are written by INSERT; more by COPY, which costs a third

_ROW = "(%s, %s, %s, %s, %s::tsvector, %s, %s)"
_WRITE = f"""
INSERT INTO search_searchentry ({", ".join(COLUMNS)}) VALUES {{}}
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

    def rows(self) -> tuple[tuple, tuple]:
        """The values of COLUMNS, as INSERT and COPY take them, and those of `likeness.COLUMNS`."""
        petition, answer = fold(self.petition[:LONGEST]), fold(self.answer[:LONGEST])
        said = tokens(likeness.said(petition))
        found = said | tokens(likeness.place(petition)) | self.marks
        if answer:
            found |= {marks.ANSWER + token for token in tokens(answer)}
        # No token has a quote or a backslash in it: they are letters, numbers and marks that belong to letters.
        words = "'" + "' '".join(found) + "'"
        row = (self.matter_id, self.received_at, petition, answer, words, marks.digest(self.marks), VERSION)
        return row, likeness.row(self.matter_id, self.received_at, likeness.bands(said))


def write(entries: Iterable[Entry], *, texts: bool = True) -> int:
    """Keep these entries, in the caller's transaction; returns how many. `texts`: not only their marks may have changed."""
    both = [entry.rows() for entry in entries]
    if texts:
        likeness.write([like for _row, like in both])
    found = [row for row, _like in both]
    if len(found) > FEW:
        return copy(found)
    if found:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE.format(", ".join([_ROW] * len(found))), [value for row in found for value in row])
    return len(found)


def copy(found: list[tuple]) -> int:
    """Write many rows at once, in the caller's transaction, in place of those that are there; returns how many.

    The caller holds the locks of the matters, so that nobody else writes the same entries meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_searchentry WHERE matter_id = ANY(%s)", [[row[0] for row in found]])
        with cursor.copy(f"COPY search_searchentry ({', '.join(COLUMNS)}) FROM STDIN") as lines:
            for row in found:
                lines.write_row(row)
    return len(found)


def owe(matters: Iterable[tuple[int, datetime]]) -> None:
    """Let the worker make the entries of these matters (id, received at)."""
    rows = [EntryDue(matter_id=pk, received_at=at) for pk, at in matters]
    EntryDue.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def forget(matter_ids: Iterable[int]) -> None:
    """Take entries out of the index."""
    ids = list(matter_ids)
    SearchEntry.objects.filter(pk__in=ids).delete()
    Likeness.objects.filter(pk__in=ids).delete()
