"""Whether an answer belongs to a question: does it speak of the same thing, of the same place (答非所问、贴错答复).

    belongs(Reading("和平路路灯不亮", "晚上走路看不见…"), "和平路的路灯已经修好。", common=common) → 0.9

Every piece of two or three characters of the answer that is no commonplace speaks for it when the question has it too, the rarer the more,
and a little against it when not (a likelihood ratio; a piece of the title counts three times). An answer that says nothing ("已收悉") is thus
neither for nor against: 0. What programs put into texts (user names, numbers of messages, dates of signing) is no evidence and taken out first.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from math import log

from xinqiao.rules.answers import COMMONPLACE
from xinqiao.search.words import fold, runs

from .proposal import Reading

# How the weights were found, and on which half of the data: docs/text.md.
TRUST = 0.05  # how often a piece of a true answer comes from the question
COMMON = 30  # a piece that one text in so many has tells nothing
TITLE = 3.0
SILENCE = 10.0  # pieces that an answer is thought to have had besides, so that two rare ones do not decide
LENGTH = 0.9  # how far the length of the answer is divided out
PLACE = 0.03
UNKNOWN_SHARE = 0.0005

_MARKS = re.compile(r"[“\"']?(?<![A-Za-z0-9])(?:A0|UU)[0-9A-Za-z]{3,}[”\"']?|[A-Z]{1,3}[0-9]{8,}")
_DATES = re.compile(
    r"[0-9]{4}\s*年\s*[0-9]{1,2}\s*月(?:\s*[0-9]{1,2}\s*[日号])?|[0-9]{1,2}\s*月\s*[0-9]{1,2}\s*[日号]|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
)
_CODED_PLACE = re.compile(r"(?<![A-Za-z0-9])([A-Z])([0-9]{0,2})(?=[省市区县州])")

Share = Callable[[str], float]


def plain(text: str) -> str:
    """The text without user names, numbers of messages and dates."""
    return _DATES.sub(" ", _MARKS.sub(" ", text))


def pieces(text: str) -> set[str]:
    """Pairs and triples of neighbouring characters, folded as the index folds them."""
    found: set[str] = set()
    for run in runs(fold(text)):
        for length in (2, 3):
            found.update(run[start : start + length] for start in range(len(run) - length + 1))
    return found


class Common:
    """How common a piece is among the questions and answers of an office: the greater of both shares.

    What offices always write (`rules.answers.COMMONPLACE`) is common from the start, however few texts there are.
    """

    _always = frozenset(pieces(COMMONPLACE))

    def __init__(self, questions: Iterable[str] = (), answers: Iterable[str] = ()):
        self.counts: list[tuple[Counter, int]] = []
        for texts in (questions, answers):
            counter, number = Counter(), 0
            for text in texts:
                counter.update(pieces(plain(text)))
                number += 1
            self.counts.append((counter, number))

    def share(self, piece: str) -> float:
        if piece in self._always:
            return 1.0
        counted = [(counter[piece] + 0.5) / (number + 1) for counter, number in self.counts if number]
        return max(counted, default=UNKNOWN_SHARE)


def belongs(question: Reading, answer: str, *, common: Share) -> float:
    """How much the answer speaks for having been written to this question: above 0 for, below 0 against, 0 when it says nothing."""
    return compared(asked(question), said(answer), common=common)


def asked(question: Reading) -> tuple[set[str], set[str], set]:
    """What `compared` wants of a question: pieces of the title, of all of it, places."""
    text = plain("\n".join((question.text, *question.demands)))
    return pieces(plain(question.title)), pieces(text), _places(text)


def said(answer: str) -> tuple[set[str], set]:
    """What `compared` wants of an answer."""
    text = plain(answer)
    return pieces(text), _places(text)


def compared(question: tuple, answer: tuple, *, common: Share) -> float:
    """As `belongs`, of texts that were taken apart already."""
    title, body, places = question
    words, named = answer
    total, counted = 0.0, 0
    for piece in words:
        share = common(piece)
        trust = TRUST * max(0.0, 1 - share * COMMON)
        if not trust:
            continue
        counted += 1
        if piece in body:
            total += log((trust + (1 - trust) * share) / share) * (TITLE if piece in title else 1.0)
        else:
            total += log(1 - trust)
    return total / (SILENCE + counted) ** LENGTH + PLACE * _same_place(places, named)


def _places(text: str) -> set[tuple[str, str]]:
    """Places under a code (A市A5区), as anonymised texts have them: the letter is that of the prefecture."""
    return set(_CODED_PLACE.findall(fold(text).upper()))


def _same_place(asked_of: set, answered_of: set) -> float:
    """1 the same, 0.3 one inside the other or beside it, -1 elsewhere, 0 where either names none."""
    if not asked_of or not answered_of:
        return 0.0
    if asked_of & answered_of:
        return 1.0
    return 0.3 if {letter for letter, _ in asked_of} & {letter for letter, _ in answered_of} else -1.0
