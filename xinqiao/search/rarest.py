"""Entries that share a rare piece of text (共有的生僻字词): those that say in other words what another says of the same place.

A piece is a few characters that stand side by side in a title, as in a name. It is looked up by those of its index words that few entries have, so
that what it costs does not grow with what is common; a piece that has none is left out. All pieces are one question to the index.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import connection

from . import commonness, marks
from .query import COMMON, share_of_any

RARE_IN_AT_MOST = 2000  # entries, as far as can be told
READ_AT_MOST = 400  # entries that have one of the pieces, before the newest of them are taken
PIECES_AT_MOST = 12

# The entries first, and no more than so many; then which of them were received before, the newest first.
_SHARING = """
SELECT matter_id, received_at, petition FROM (
    SELECT matter_id, received_at, petition FROM search_searchentry WHERE words @@ %(asked)s::tsquery LIMIT %(read)s
) AS found WHERE received_at < %(before)s AND matter_id <> ALL(%(but)s) ORDER BY received_at DESC, matter_id DESC LIMIT %(most)s
"""


def rare(words: Iterable[str], share: Callable[[str], float]) -> list[str]:
    """Those of these index words that stand in few entries. `share`: of the entries, as far as the caller knows."""
    shares, pace = commonness.shares(), commonness.pace()
    entries = pace.a_day * ((pace.newest - pace.oldest).days + 1)
    return [word for word in words if max(shares.get(word, 0), share(word)) * entries <= RARE_IN_AT_MOST]


def sharing(
    pieces: Sequence[Iterable[str]],
    *,
    share: Callable[[str], float],
    before: datetime,
    but: list[int],
    scope: tuple[str, ...],
    most: int,
) -> list[tuple[int, datetime, str]]:
    """(matter, received at, text) of entries received before that have all rare words of one of the pieces and one mark of the scope.

    `pieces`: the index words of each. The scope is not looked at where it leaves out little, as in `Asked`.
    """
    asked = [marks.all_of(words) for words in (rare(piece, share) for piece in pieces) if words][:PIECES_AT_MOST]
    if not asked:
        return []
    text = f"({' | '.join(dict.fromkeys(asked))})"
    if share_of_any(scope) < COMMON:
        text += f" & {marks.any_of(scope)}"
    with connection.cursor() as cursor:
        cursor.execute(_SHARING, {"asked": text, "before": before, "but": but, "read": READ_AT_MOST, "most": most})
        return cursor.fetchall()
