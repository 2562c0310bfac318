"""What a check says of one row that does not fit."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from django.db import connection

CHUNK = 2000
TOLD_EVERY = 5000

Told = Callable[[int], object]  # how many rows of this part were checked


@dataclass(frozen=True)
class Finding:
    """One row that does not fit, or that is not there."""

    table: str
    id: int | None
    matter_id: int | None
    seq: int | None
    reason: str

    def as_dict(self) -> dict:
        return asdict(self)


def counted(rows, told: Told) -> Iterator:
    """The same rows; `told` hears how many."""
    number = 0
    for row in rows:
        yield row
        number += 1
        if number % TOLD_EVERY == 0:
            told(number)
    told(number)


def stream(sql: str, values: list | None = None) -> Iterator[tuple]:
    """Rows of a statement by a cursor of the server: memory does not grow with their number."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
