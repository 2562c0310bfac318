"""Plans that the server keeps: what is asked again and again is planned once for each connection.

Planning takes as long as answering where the answer is small. The first time a question is said whole; the second time it is prepared;
then its name is enough. A pooler gives another connection to each transaction: there it is said whole each time.
"""

import itertools
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Protocol
from weakref import WeakKeyDictionary

_numbers = itertools.count(1)


class Question(Protocol):
    """A SELECT with its values, of which some are the same whenever it is asked (`fixed`) and some are not (`told`)."""

    name: str  # what its plan is called, before a number
    sql: str  # with %s for each of `values()`

    def key(self) -> Hashable:
        """The same for all that one plan serves."""

    def values(self) -> Sequence: ...

    def told(self) -> list: ...

    def fixed(self) -> list: ...

    def prepared(self) -> str:
        """As PREPARE wants it, from its types on: `(integer, date) AS SELECT …`, $1 for what is told, %s for what is fixed."""


class Plans:
    """`most`: how many of one connection, the oldest are given back. `settings` hold for the question however it is asked, `when_kept`
    also from the second time on."""

    def __init__(self, most: int, *, settings: str = "", when_kept: str = ""):
        self.most, self._settings, self._when_kept = most, settings, settings + when_kept
        self._kept: WeakKeyDictionary = (
            WeakKeyDictionary()
        )  # connection to the server: key → name ("": asked once so far)

    def answer(self, question: Question, connection) -> list[tuple]:
        """The rows, in one message to the server."""
        if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            return fetch(connection, self._settings + question.sql, question.values())
        connection.ensure_connection()
        kept, key = self._kept.setdefault(connection.connection, OrderedDict()), question.key()
        if key not in kept:
            kept[key] = ""
            return fetch(connection, self._forget_oldest(kept) + self._settings + question.sql, question.values())
        kept.move_to_end(key)
        told = question.told()
        places = f"({', '.join(['%s'] * len(told))})" if told else ""
        if kept[key]:
            return fetch(connection, f"{self._when_kept}EXECUTE {kept[key]}{places}", told)
        name = f"{question.name}_{next(_numbers)}"
        prepare = f"PREPARE {name} {question.prepared()}; "
        rows = fetch(connection, f"{prepare}{self._when_kept}EXECUTE {name}{places}", [*question.fixed(), *told])
        kept[key] = name
        return rows

    def _forget_oldest(self, kept: OrderedDict) -> str:
        """What the server is told to forget, in the same message as the question that takes its place."""
        gone = [kept.popitem(last=False)[1] for _ in range(len(kept) - self.most)]
        return "".join(f"DEALLOCATE {name}; " for name in gone if name)


def with_places(sql: str, places: Sequence[str]) -> str:
    """The statement with these in place of each %s."""
    pieces = sql.split("%s")
    return "".join(itertools.chain(*zip(pieces, places, strict=False), pieces[-1:]))


def fetch(connection, sql: str, params: Sequence) -> list[tuple]:
    """The rows of the last of several statements in one message: settings and what is prepared answer too, with nothing."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while cursor.nextset():
            pass
        return cursor.fetchall()
