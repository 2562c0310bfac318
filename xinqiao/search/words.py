"""What is a word: every pair of neighbouring characters, so that any piece of a text is found, whatever its language.

    fold("滷水鋪　ＡＢＣ") == "卤水铺 abc"            one spelling for what a reader takes for the same; never longer or shorter
    tokens("漏水，12号院") == {"漏水", "12", "2号", "号院"}
    terms("漏水 12号院") == (Term("漏水"), Term("12号院"))

A pair costs nothing to make and needs no dictionary: a word that no dictionary knows is found like any other. Numbers and Latin words also
have their triples, because there are few different pairs of digits. The pairs say where a term can be; that it is there whole is
checked in the text (`Term.checked`), so that what is found equals a LIKE over the folded text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from operator import add

TERMS_AT_MOST = 6
TERM_LENGTH_AT_MOST = 60
_KEPT_AT_MOST = 100_000  # characters in memory: all that are written, and no way to fill it with more
_WORD_CATEGORIES = frozenset("LNM")  # letters, numbers, marks that belong to a letter (Tibetan, Uyghur, Mongolian)


@cache
def _simplifier():
    import opencc

    return opencc.OpenCC("t2s")


def _fold_character(character: str) -> str:
    """One character for one: half width, lower case, simplified. What would become several stays as it is."""
    if unicodedata.category(character)[0] == "C":  # controls, halves of a pair, what is not assigned
        return " "
    for change in (_half_width, str.lower, _simplified):
        changed = change(character)
        character = changed if len(changed) == 1 else character
    return character


def _half_width(character: str) -> str:
    """NFKC of letters and numbers; marks of punctuation stay, because people read the folded text in the results."""
    return unicodedata.normalize("NFKC", character) if unicodedata.category(character)[0] in _WORD_CATEGORIES else character


def _simplified(character: str) -> str:
    return _simplifier().convert(character) if character >= "\u2e80" else character


class _Characters(dict):
    """A table for `str.translate` that is worked out as characters turn up."""

    def __init__(self, of):
        super().__init__()
        self.of = of

    def __missing__(self, code: int) -> str:
        found = self.of(chr(code))
        if len(self) < _KEPT_AT_MOST:
            self[code] = found
        return found


_FOLDED = _Characters(_fold_character)
_FOLDED[10] = "\n"  # sections of a text stay apart
_IN_WORDS = _Characters(lambda character: character if unicodedata.category(character)[0] in _WORD_CATEGORIES else " ")


def fold(text: str) -> str:
    """The one spelling of a text, as long as the text itself: what is found in it stands at the same place in the original."""
    return text.translate(_FOLDED)


def runs(folded: str) -> list[str]:
    """What stands between spaces and punctuation."""
    return folded.translate(_IN_WORDS).split()


_LATIN = re.compile(r"[0-9A-Za-z]{3,}")


def tokens(folded: str) -> set[str]:
    """The index words of a folded text."""
    found = set()
    for run in runs(folded):
        found.update(map(add, run, run[1:]))
    for run in _LATIN.findall(folded):
        found.update(run[start : start + 3] for start in range(len(run) - 2))
    return found


def _pieces(run: str) -> Iterator[str]:
    for start in range(len(run) - 1):
        yield run[start : start + 2]
        if run[start : start + 3].isascii() and start + 3 <= len(run):
            yield run[start : start + 3]


@dataclass(frozen=True)
class Term:
    """One word that was searched for, folded."""

    text: str

    @property
    def tokens(self) -> tuple[str, ...]:
        """The index words that every text with this term has; of a piece within a number the triples are enough."""
        pieces = list(dict.fromkeys(_pieces(self.text)))
        triples = [piece for piece in pieces if len(piece) == 3]
        return tuple(piece for piece in pieces if len(piece) == 3 or not any(piece in triple for triple in triples))

    @property
    def checked(self) -> bool:
        """Whether the text must be looked at: the pairs alone do not say that they stand together."""
        return len(self.text) > 2


def terms(words: str) -> tuple[Term, ...]:
    """The terms of a search; empty when nothing in it is long enough to be looked up. A single character goes along with a longer term."""
    found = [run[:TERM_LENGTH_AT_MOST] for run in dict.fromkeys(runs(fold(unicodedata.normalize("NFC", words))))][:TERMS_AT_MOST]
    return tuple(map(Term, found)) if any(len(term) > 1 for term in found) else ()
