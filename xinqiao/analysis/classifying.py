"""Which content class is proposed for a text (内容分类): by the version of the classifier in use, or by keywords until there is one.

    propose_class(reading)  ->  [Candidate("0306", "城乡建设／住房保障与房地产", 0.83, (Reason("漏水", 12, 14, 0.4), …)), …]

The version in use is read once and kept by each process until another one is in use. Without the extra `text` (numpy) keywords propose, and
each of their reasons says so. What the version never learned, because nobody decided it yet, is proposed by keywords behind its own proposals.
"""

import logging
from functools import lru_cache
from importlib.util import find_spec

from django.utils import timezone

from xinqiao.organisations.models import ContentClass
from xinqiao.rules import keywords

from .models import ClassifierVersion
from .text.proposal import Candidate, Reading, Reason

logger = logging.getLogger("xinqiao.analysis")

MOST = 3
LEAST_SURE = 0.02  # what is less likely is no proposal
KEYWORD_NOTE = "关键词"
KEYWORD_MAKER = "keywords-1"
KEYWORD_WORDS = 6


def propose_class(reading: Reading, most: int = MOST) -> list[Candidate]:
    """The likeliest classes, the most likely first; `value` is the code of a class that is valid today."""
    names = _names()
    version = active()
    learned = version.model.propose(reading, most) if version else []
    learned = [one for one in learned if one.value in names and one.confidence >= LEAST_SURE]
    found = [Candidate(one.value, names[one.value], one.confidence, one.why) for one in learned]
    tops = version.tops if version else frozenset()
    found += [one for one in by_keywords(reading, names, most) if one.value[:2] not in tops or not learned]
    return found[:most]


def by_keywords(reading: Reading, names: dict[str, str], most: int = MOST) -> list[Candidate]:
    """What keywords say, with modest confidence; a class that the office does not use gives way to the one above it."""
    found = []
    for one in keywords.look(reading.title, reading.body, most=most):
        code = next((code for code in (one.code, one.code[:4], one.code[:2]) if code in names), None)
        if code is None:
            continue
        why = tuple(
            Reason(reading.text[start:end], start, end, said, KEYWORD_NOTE)
            for _, start, end, said in one.words[:KEYWORD_WORDS]
        )
        found.append(Candidate(code, names[code], round(min(one.share, 1.0) * keywords.MOST_SURE, 4), why))
    return found


def maker() -> str:
    """What proposes now: the version in use, or the keywords."""
    number = _active_number()
    return f"classifier-{number}" if number else KEYWORD_MAKER


class Active:
    """A version that was read: its number, its model, the first-level classes it knows."""

    def __init__(self, number: int, packed: bytes):
        from .text.classifier import STAY, Model

        self.number, self.model = number, Model.unpack(packed)
        self.tops = frozenset(self.model.heads[STAY].classes) if STAY in self.model.heads else frozenset()


def active() -> Active | None:
    """The version in use; None when there is none, or when it cannot be read here, which is in the log."""
    number = _active_number()
    return _read(number) if number else None


def can_learn() -> bool:
    """Whether the extra `text` is installed."""
    return find_spec("numpy") is not None and find_spec("scipy") is not None


def _active_number() -> int | None:
    if find_spec("numpy") is None:
        return None
    return ClassifierVersion.objects.filter(active=True).values_list("pk", flat=True).first()


@lru_cache(maxsize=1)
def _read(number: int) -> Active | None:
    packed = ClassifierVersion.objects.filter(pk=number).values_list("weights", flat=True).first()
    try:
        return Active(number, bytes(packed or b""))
    except ValueError:
        logger.exception("classifier.unreadable", extra={"version": number})
        return None


def _names() -> dict[str, str]:
    """Classes that may be chosen today, with the names on the way to each."""
    rows = {row.pk: row for row in ContentClass.objects.all()}
    today = timezone.localdate()
    valid = [
        row for row in rows.values() if row.valid_from <= today and (row.valid_to is None or row.valid_to >= today)
    ]
    return {row.code: "／".join(one.name for one in way(row, rows)) for row in valid}


def way(row: ContentClass, rows: dict[int, ContentClass]) -> list[ContentClass]:
    """A class and those above it, from the first level down."""
    found = [row]
    while found[0].parent_id:
        found.insert(0, rows[found[0].parent_id])
    return found
