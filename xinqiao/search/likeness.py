"""What a text is like (文本相似): sixteen numbers of each, of which two texts that say much the same have at least one in common.

The index words of a text are thrown into 64 boxes by their digest, and the least digest of each box is kept. Of two texts as many boxes agree as
their words do (Jaccard); four boxes together are one number, so that texts that share a twentieth of their words have none in common, and of
those that share three quarters hardly any pair is missed. To find what is like a text is then sixteen exact look-ups, however many there are.

The quarter of a year in which a text came is part of its numbers. Where thousands sign the same letter, only the newest are read of them: quarter
after quarter backwards, until there are enough.

    share of common words     0.05    0.3    0.5    0.6    0.75    0.9
    found                    0.0001   0.12   0.64   0.89   0.998   1
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from struct import Struct
from zlib import crc32

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils.timezone import localdate

from . import commonness, marks
from .models import SearchEntry
from .query import COMMON, share_of_any
from .words import tokens

BANDS, BOXES_OF_ONE = 16, 4
WORDS_AT_LEAST = 24  # a shorter text is like a great many by chance
QUARTERS_AT_LEAST = 12  # looked at, however old the oldest entry was when it was asked last
READ_AT_MOST = 1000  # texts of a quarter that have a number in common, before it is asked where they lie
_BOXES = BANDS * BOXES_OF_ONE
_SHIFT = 32 - (_BOXES - 1).bit_length()
_EMPTY = 1 << 32
SPREAD = 65537  # a quarter changes the lower and the upper half of a number
_PACKED = Struct(f">{_BOXES}I").pack
_BYTES_OF_ONE = 4 * BOXES_OF_ONE
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
    encoded, least = [*map(str.encode, words)], [_EMPTY] * _BOXES
    if len(encoded) < WORDS_AT_LEAST:
        return []
    for word in encoded:
        digest = crc32(word) * _ODD & 0xFFFFFFFF
        box = digest >> _SHIFT
        if digest < least[box]:  # noqa: PLR1730 - min() takes twice as long
            least[box] = digest
    return _joined(_without_gaps(least))


def _without_gaps(least: list[int]) -> list[int]:
    """An empty box has what the next full one has, and how far it is away: two short texts agree in it as they agree in that one."""
    if _EMPTY not in least:
        return least
    around = least + least  # the last boxes take theirs from the first
    filled = least[:]
    for box, value in enumerate(least):
        if value == _EMPTY:
            distance = next(far for far in range(1, _BOXES) if around[box + far] != _EMPTY)
            filled[box] = (around[box + distance] + distance * _ODD) & 0xFFFFFFFF
    return filled


def _joined(least: list[int]) -> list[int]:
    """Four boxes as one number, as PostgreSQL keeps an integer. Its place is part of it."""
    boxes = _PACKED(*least)
    found = [crc32(boxes[band * _BYTES_OF_ONE : (band + 1) * _BYTES_OF_ONE], band) for band in range(BANDS)]
    return [digest - (1 << 32) if digest >= 1 << 31 else digest for digest in found]


def write(rows: list[tuple]) -> None:
    """Keep these rows, in the caller's transaction, in place of those that are there."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_likeness WHERE matter_id = ANY(%s)", [[one[0] for one in rows]])
        with cursor.copy(f"COPY search_likeness ({', '.join(COLUMNS)}) FROM STDIN") as lines:
            for one in rows:
                lines.write_row(one)


def quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def of_quarter(numbers: list[int], when: int) -> list[int]:
    """The numbers as a text of this quarter has them."""
    return [number ^ (when * SPREAD) for number in numbers]


def row(matter_id: int, received_at: datetime, numbers: list[int]) -> tuple:
    """The values of COLUMNS, the numbers as the text of an array: one of lists takes COPY ten times as long."""
    return matter_id, received_at, f"{{{','.join(map(str, of_quarter(numbers, quarter(localdate(received_at)))))}}}"


# Quarter after quarter, and it stops when there are enough. Within a quarter any: to sort them all of them would have to be read.
_ALIKE = """
SELECT e.matter_id, e.received_at, e.petition FROM unnest(%(quarters)s::text[]) AS quarter(numbers)
CROSS JOIN LATERAL (
    SELECT matter_id FROM search_likeness WHERE bands && quarter.numbers::integer[] AND matter_id <> %(but)s LIMIT %(read)s
) AS l JOIN search_searchentry AS e ON e.matter_id = l.matter_id
WHERE {scope} LIMIT %(most)s
"""


def alike(petition: str, *, but: int, scope: tuple[str, ...], most: int) -> list[tuple[int, datetime, str]]:
    """(matter, received at, text) of entries with a number in common with this folded text and one mark of the scope, those of the newest quarters
    first, at most `most`. The scope is not looked at where it leaves out little, as in `Asked`."""
    numbers = bands(tokens(said(petition)))
    if not numbers:
        return []
    inside = "true" if share_of_any(scope) >= COMMON else "e.words @@ %(scope)s::tsquery"
    quarters = [f"{{{','.join(map(str, of_quarter(numbers, when)))}}}" for when in _backwards()]
    with connection.cursor() as cursor:
        cursor.execute(
            _ALIKE.format(scope=inside),
            {"quarters": quarters, "but": but, "read": READ_AT_MOST, "scope": marks.any_of(scope), "most": most},
        )
        return cursor.fetchall()


def _backwards() -> range:
    """The quarters from this one to that of the first entry, as it was known some minutes ago."""
    pace = commonness.pace()
    newest = quarter(max(localdate(), pace.newest))
    return range(newest, min(quarter(pace.oldest), newest - QUARTERS_AT_LEAST) - 1, -1)


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
            found = [row(pk, at, bands(tokens(said(petition)))) for pk, at, petition in cursor.fetchall()]
            write(found)
        if found:
            yield len(found)
