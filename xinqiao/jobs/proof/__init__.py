"""Everything that can be proved about what is stored: chains and their ends, submissions, letters, numbers, checkpoints (LG-1, FD-4).

    check = Proof(folders=[…])                    # opens the places outside first
    with one_moment():
        for finding in check.walk(): …
    check.window                                   # what no checkpoint holds yet

Rows are streamed by server-side cursors and forgotten at once: memory does not grow with the archive. All is read in one snapshot, so that
work going on meanwhile is never mistaken for a change.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.db import connection, transaction

from . import histories, papers, seals
from .anchors import Anchors, PlaceUnreadable, open_places
from .finding import Finding

__all__ = ["Finding", "PlaceUnreadable", "Proof", "estimate", "one_moment", "walk"]

Progress = Callable[[str, int], object]
COUNTED = ("matters_event", "integrity_auditentry", "matters_submission", "documents_document", "matters_matternumber")


class Proof:
    """One check of everything. `files`: what lies on the disk too; `each`: open every letter, check every signature. Raises PlaceUnreadable when a folder with checkpoints cannot be read."""

    def __init__(self, folders: list[Path] = (), *, files: bool = False, each: bool = False):
        self.anchors = Anchors(open_places(list(folders)), every_signature=each)
        self.files, self.each = files, each

    def walk(self, progress: Progress = lambda _part, _rows: None) -> Iterator[Finding]:
        """Check everything; yields what does not fit. `progress(part, rows)` is told how far it is."""
        parts = [
            ("events", histories.events),
            ("audit", histories.entries),
            ("submissions", papers.submissions),
            ("documents", partial(papers.letters, each=self.each)),
            ("numbers", papers.numbers),
            ("seals", seals.opened),
            ("anchored", self.anchors.check),
        ]
        if self.files:
            parts.append(("files", papers.stored_files))
        for part, check in parts:
            yield from check(lambda rows, part=part: progress(part, rows))

    @property
    def window(self) -> dict:
        """What no checkpoint holds yet: how many rows, since when, and which checkpoint was the last."""
        return self.anchors.window

    @property
    def places(self) -> list[dict]:
        """Each folder outside: how many checkpoints it holds, and how many of ours it lacks."""
        return [
            {"folder": str(one.folder), "checkpoints": one.seen, "missing": one.missing} for one in self.anchors.outside
        ]


def walk(progress: Progress = lambda _part, _rows: None) -> Iterator[Finding]:
    """Check the database by itself, without a place outside."""
    return Proof().walk(progress)


@contextmanager
def one_moment() -> Iterator[None]:
    """A read-only snapshot that may take as long as it needs."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not _inside_another_transaction():
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield


def estimate() -> int:
    """About how many rows there are, from the planner's own counts; each event is looked at twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(greatest(reltuples, 0)), 0) FROM pg_class WHERE relname = ANY(%s)", [list(COUNTED)]
        )
        return int(cursor.fetchone()[0])


def _inside_another_transaction() -> bool:
    return len(connection.savepoint_ids) > 0
