"""Rows of words by which a text is read: each row says why its words count, so that it can be judged and changed by itself."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """`words`: alternatives as a regular expression writes them, the first that fits counts; `(?!…)` is what may not follow."""

    why: str
    words: str


def any_of(rows: Iterable[Phrases]) -> str:
    """The rows as one group of a regular expression, in their order."""
    return f"(?:{'|'.join(row.words for row in rows)})"
