"""What a classifier sees of a text: counts of its pieces, with where each stands in what the citizen wrote.

Four fields, weighed each for itself: characters of the title (1 to 3 together), characters of the body (1 to 4), words of both (and pairs of
neighbouring words). Codes of anonymised places, numbers and addresses of pages differ from text to text and say nothing of its class: they become
one sign or a gap. Forms of address stay: whom somebody turns to tells what it is about.

`rjieba` cuts the words; without it (the extra `text`) a word is a pair of characters, and everything else is the same.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from .proposal import Reading

READ_AT_MOST = 3000  # characters of a body; what a petition is about is said before
TITLE_FROM_BODY = 25  # characters that stand for a title where there is none

FIELDS = ("title", "body", "title_words", "words")
_LENGTHS = {"title": (1, 3), "body": (1, 4)}

_PLACE, _NUMBER, _GAP = "\ue000", "0", " "
_REPLACED = re.compile(
    r"(?P<gap>https?://[\w./?=&%-]*)"
    r"|(?P<place>[A-Za-zＡ-Ｚ][\d０-９]{0,2}(?=[市县区州镇]))"
    r"|(?P<number>[\d０-９]+)"
)
_WORD = re.compile(r"[\u3400-\u9fff0-9a-z\ue000]+")


class Piece(NamedTuple):
    """One piece of a text: its field, its key, and from where to where it stands in `Reading.text`."""

    field: str
    key: str
    start: int
    end: int


def pieces(reading: Reading) -> Iterator[Piece]:
    """Every piece with its place: for saying why. `counts` is the same without places, and faster."""
    for prefix, text, places in _parts(reading):
        name = "title" if prefix else "body"
        for run in _WORD.finditer(text):
            for length in range(_LENGTHS[name][0], _LENGTHS[name][1] + 1):
                for start in range(run.start(), run.end() - length + 1):
                    yield Piece(name, text[start : start + length], places[start], places[start + length - 1] + 1)
        cut = list(_words(text))
        for index, (word, start) in enumerate(cut):
            end = start + len(word)
            yield Piece(f"{prefix}words", word, places[start], places[end - 1] + 1)
            if index + 1 < len(cut):
                after, begin = cut[index + 1]
                yield Piece(f"{prefix}words", f"{word} {after}", places[start], places[begin + len(after) - 1] + 1)


def counts(reading: Reading) -> dict[str, Counter]:
    """How often each piece stands in each field."""
    found = {field: Counter() for field in FIELDS}
    for prefix, text, _ in _parts(reading):
        name = "title" if prefix else "body"
        shortest, longest = _LENGTHS[name]
        for run in _WORD.findall(text):
            for length in range(shortest, longest + 1):
                found[name].update([run[start : start + length] for start in range(len(run) - length + 1)])
        words = [word for word, _ in _words(text)]
        found[f"{prefix}words"].update(words)
        found[f"{prefix}words"].update([f"{one} {two}" for one, two in pairwise(words)])
    return found


def words_of(reading: Reading) -> list[tuple[str, int, int]]:
    """The words of a text as they are read, each with its place in `Reading.text`: what a reason shows."""
    found = []
    for _, text, places in _parts(reading):
        for word, start in _words(text):
            if _PLACE not in word and not word.isdigit():
                found.append((word, places[start], places[start + len(word) - 1] + 1))
    return sorted(set(found), key=lambda one: one[1])


def _parts(reading: Reading) -> list[tuple[str, str, list[int]]]:
    """Title and body with their prefix, made plain, and where each character came from. Without a title the body begins with it."""
    body_at = len(reading.title) + 1
    body, places = _plain(reading.body[:READ_AT_MOST], body_at)
    if reading.title.strip():
        title, title_places = _plain(reading.title, 0)
    else:
        title, title_places = body[:TITLE_FROM_BODY], places[:TITLE_FROM_BODY]
    return [("title_", title, title_places), ("", body, places)]


def _plain(text: str, offset: int) -> tuple[str, list[int]]:
    """One spelling, and for each character of it where it stood."""
    parts, places, last = [], [], 0
    for match in _REPLACED.finditer(text):
        sign = {"gap": _GAP, "place": _PLACE, "number": _NUMBER}[match.lastgroup]
        parts += [text[last : match.start()].translate(_SPELLING), sign]
        places += [*range(offset + last, offset + match.start()), offset + match.start()]
        last = match.end()
    parts.append(text[last:].translate(_SPELLING))
    places += range(offset + last, offset + len(text))
    return "".join(parts), places


class _Spelling(dict):
    """A table for `str.translate`, one character for one, worked out as they turn up."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        plain = plain if len(plain) == 1 else chr(code)
        if len(self) < 100_000:
            self[code] = plain
        return plain


_SPELLING = _Spelling()


def _words(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    for word in _cutter()(text):
        if _WORD.fullmatch(word):
            yield word, at
        at += len(word)


@cache
def _cutter():
    try:
        import rjieba
    except ImportError:
        return lambda text: [text[start : start + 2] for start in range(0, len(text), 2)]
    return rjieba.cut
