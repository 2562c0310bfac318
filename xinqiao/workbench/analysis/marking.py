"""The words that spoke for a proposal, marked in the text as this officer is shown it.

What is shown may have been masked (C-12), so positions of the original are only a hint: a word is marked where the shown text has exactly
that word, the nearest one to its place; a word that the shown text has not is neither marked nor named anywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

LONGEST = 40  # characters of one mark: a whole sentence marks nothing


@dataclass(frozen=True)
class Word:
    """Words of the text, and where they began in the original (None: anywhere)."""

    words: str
    start: int | None = None


def place_of(word: Word, text: str) -> tuple[int, int] | None:
    """Where the word stands in the shown text, nearest to where it stood in the original; None where it does not stand."""
    if not word.words.strip() or len(word.words) > LONGEST:
        return None
    near = max(word.start or 0, 0)
    after = text.find(word.words, near)
    before = text.rfind(word.words, 0, near + len(word.words))
    found = [at for at in (after, before) if at >= 0]
    if not found:
        return None
    begin = min(found, key=lambda at: abs(at - near))
    return begin, begin + len(word.words)


def marked(text: str, words: Iterable[Word]) -> SafeString:
    """The text, escaped, with its words in `<mark>`; those that touch or overlap become one mark."""
    spans = sorted({span for word in words if (span := place_of(word, text))})
    parts, done = [], 0
    for begin, end in _joined(spans):
        parts += [escape(text[done:begin]), mark_safe("<mark>"), escape(text[begin:end]), mark_safe("</mark>")]
        done = end
    return mark_safe("".join([*parts, escape(text[done:])]))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in spans:
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found
