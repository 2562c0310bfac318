"""The search entry of a synthetic matter, made from pieces whose words are known already.

A text is put together from a few hundred pieces, each of which was folded, masked and cut into words once. A test compares these entries with
those that `matters.entries.make` makes of the same matters.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from bench.rows import escaped
from xinqiao.matters.identities import without_identity
from xinqiao.people.models import Identity
from xinqiao.search import likeness, marks
from xinqiao.search.entries import COLUMNS, VERSION
from xinqiao.search.models import Likeness, SearchEntry
from xinqiao.search.words import fold, tokens

TABLE, LIKENESS = SearchEntry._meta.db_table, Likeness._meta.db_table
WHERE_ALIKE = f"{LIKENESS} ({', '.join(likeness.COLUMNS)})"


@dataclass(frozen=True)
class Piece:
    """A part of a text, as it stands in an entry, and its words."""

    text: str
    words: frozenset[str]


@lru_cache(maxsize=20_000)
def piece(written: str) -> Piece:
    """`written` as the index keeps it: nothing that looks like somebody's number, folded."""
    folded = fold(without_identity(written, [], strict=True, wholly=True))
    return Piece(folded, frozenset(tokens(folded)))


@lru_cache(maxsize=2_000)
def answer(written: str) -> Piece:
    found = piece(written)
    return Piece(found.text, frozenset(marks.ANSWER + word for word in found.words))


def fresh(written: str) -> Piece:
    """A piece that no other matter has."""
    folded = fold(written)
    return Piece(folded, frozenset(tokens(folded)))


def of_person(lines: list[str], person: Identity) -> Piece:
    """The whole text, when the petitioner is named in it."""
    return fresh(without_identity("\n".join(lines), [person], strict=True, wholly=True))


def names_anybody(lines: list[str], person: Identity) -> bool:
    return any(person.name in line or person.address in line for line in lines)


def line(matter_id: int, received_at: datetime, petition: list[Piece], answers: list[Piece], own: frozenset[str]) -> str:
    """The row as text for COPY: pieces of `petition` are lines of the text."""
    words = own.union(*(one.words for one in petition), *(one.words for one in answers))
    values = {
        "matter_id": str(matter_id),
        "received_at": received_at.isoformat(),
        "petition": escaped("\n".join([one.text for one in petition])),
        "answer": escaped("\n".join([one.text for one in answers])),
        "words": "'" + "' '".join(words) + "'",
        "marks": marks.digest(own),
        "version": str(VERSION),
    }
    return "\t".join([values[name] for name in COLUMNS])


def like_line(matter_id: int, received_at: datetime, petition: list[Piece]) -> str:
    """What the text is like, as text for COPY: without its line of number and place, the second piece."""
    if len(petition) > 1:
        words = frozenset().union(*(one.words for one in (petition[0], *petition[2:])))
    else:
        words = tokens(likeness.said(petition[0].text))
    _matter, _at, numbers = likeness.row(matter_id, received_at, likeness.bands(words))
    return f"{matter_id}\t{received_at.isoformat()}\t{numbers}"


def array(numbers: list[int]) -> str:
    """As COPY and PostgreSQL read one."""
    return "{" + ",".join(map(str, numbers)) + "}"


def joined(*pieces: Piece) -> Piece:
    """Pieces on one line."""
    return Piece(" ".join(one.text for one in pieces), frozenset().union(*(one.words for one in pieces)))


def write(lines: list[str], where: str = f"{TABLE} ({', '.join(COLUMNS)})") -> None:
    """COPY rows made by `line`."""
    if lines:
        with connection.cursor() as cursor, cursor.copy(f"COPY {where} FROM STDIN") as copy:
            copy.write("\n".join([*lines, ""]).encode())
