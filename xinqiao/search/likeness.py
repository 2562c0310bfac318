"""What a text is like (文本相似): sixteen numbers of each, of which two texts that say much the same have at least one in common.

The index words of a text are thrown into 64 boxes by their digest, and the least digest of each box is kept. Of two texts as many boxes agree as
their words do (Jaccard); four boxes together are one number, so that texts that share a twentieth of their words have none in common, and of
those that share three quarters hardly any pair is missed. To find what is like a text is then sixteen exact look-ups, however many there are.

    share of common words     0.05    0.3    0.5    0.6    0.75    0.9
    found                    0.0001   0.12   0.64   0.89   0.998   1
"""

from collections.abc import Iterable, Iterator
from zlib import crc32

from django.db import connection, transaction
from django.db.models import Max, Min

from . import marks
from .models import SearchEntry
from .words import tokens

BANDS, BOXES_OF_ONE = 16, 4
WORDS_AT_LEAST = 24  # a shorter text is like a great many by chance
NEWEST = 1000  # texts that have a number in common, at most; before it is asked where they lie
_BOXES = BANDS * BOXES_OF_ONE
_SHIFT = 32 - (_BOXES - 1).bit_length()
_EMPTY = 1 << 32
_ODD = 0x9E3779B1  # spreads what crc32 leaves close together
COLUMNS = ("matter_id", "received_at", "bands")


def said(petition: str) -> str:
    """The text of an entry without its line of number and place, which every matter of a place shares."""
    title, _end, rest = petition.partition("\n")
    return title + "\n" + rest.partition("\n")[2]


def place(petition: str) -> str:
    """That line."""
    return petition.partition("\n")[2].partition("\n")[0]


def bands(words: Iterable[str]) -> list[int]:
    """The numbers of a text with these index words; none when they are too few."""
    least, count = [_EMPTY] * _BOXES, 0
    for word in words:
        digest = crc32(word.encode()) * _ODD & 0xFFFFFFFF
        count += 1
        box = digest >> _SHIFT
        if digest < least[box]:  # noqa: PLR1730 - min() takes twice as long
            least[box] = digest
    return _joined(_without_gaps(least)) if count >= WORDS_AT_LEAST else []


def _without_gaps(least: list[int]) -> list[int]:
    """An empty box has what the next full one has, and how far it is away: two short texts agree in it as they agree in that one."""
    filled, distance, value = least[:], 0, _EMPTY
    for place in range(2 * _BOXES - 1, -1, -1):  # twice around, as the last boxes take theirs from the first
        box = place % _BOXES
        if least[box] != _EMPTY:
            value, distance = least[box], 0
        else:
            distance += 1
            filled[box] = (value + distance * _ODD) & 0xFFFFFFFF
    return filled


def _joined(least: list[int]) -> list[int]:
    """Four boxes as one number, as PostgreSQL keeps an integer. Its place is part of it."""
    found = []
    for band in range(BANDS):
        boxes = least[band * BOXES_OF_ONE : (band + 1) * BOXES_OF_ONE]
        digest = crc32(b"".join(box.to_bytes(4, "big") for box in boxes), band)
        found.append(digest - (1 << 32) if digest >= 1 << 31 else digest)
    return found


def write(rows: list[tuple]) -> None:
    """Keep these rows, in the caller's transaction, in place of those that are there."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_likeness WHERE matter_id = ANY(%s)", [[one[0] for one in rows]])
        with cursor.copy(f"COPY search_likeness ({', '.join(COLUMNS)}) FROM STDIN") as lines:
            for one in rows:
                lines.write_row(one)


# The order is a sum, which no index has: the numbers are few, the days are many.
_ALIKE = """
SELECT e.matter_id, e.petition FROM (
    SELECT matter_id, received_at FROM search_likeness WHERE bands && %(bands)s::integer[] AND matter_id <> %(but)s
    ORDER BY received_at + interval '0' DESC, matter_id DESC LIMIT %(newest)s
) AS l JOIN search_searchentry AS e ON e.matter_id = l.matter_id
WHERE e.words @@ %(scope)s::tsquery ORDER BY l.received_at + interval '0' DESC, l.matter_id DESC LIMIT %(most)s
"""


def alike(petition: str, *, but: int, scope: tuple[str, ...], most: int) -> list[tuple[int, str]]:
    """(matter, text) of the newest entries, at most `most`, with a number in common with this folded text and one mark of the scope."""
    numbers = bands(tokens(said(petition)))
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, {"bands": numbers, "but": but, "newest": NEWEST, "scope": marks.any_of(scope), "most": most})
        return cursor.fetchall()


_MISSING = """
SELECT e.matter_id, e.received_at, e.petition FROM search_searchentry e
WHERE e.matter_id BETWEEN %s AND %s AND NOT EXISTS (SELECT 1 FROM search_likeness l WHERE l.matter_id = e.matter_id)
"""
AT_ONCE = 2000


def make_missing() -> Iterator[int]:
    """Make the numbers of the entries that have none, as after an update of the program; how many, batch by batch. Can be broken off."""
    ends = SearchEntry.objects.aggregate(first=Min("pk"), last=Max("pk"))
    for start in range(ends["first"] or 0, (ends["last"] or -1) + 1, AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_MISSING, [start, start + AT_ONCE - 1])
            found = [(pk, at, bands(tokens(said(petition)))) for pk, at, petition in cursor.fetchall()]
            write(found)
        if found:
            yield len(found)
