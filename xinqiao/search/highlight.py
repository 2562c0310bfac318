"""Show where the words were found: the title and a piece of the text, as safe HTML with <mark>."""

import re

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from .words import Term, fold

BEFORE, LENGTH = 24, 110  # characters of a piece of text in front of the first hit, and altogether
_CUT = "…"


def marked(text: str, terms: tuple[Term, ...]) -> SafeString:
    """`text` escaped, each term in it inside <mark>. It may be written otherwise there: full width, capitals, traditional."""
    parts, end = [], 0
    for begin, stop in _hits(fold(text), terms):
        parts += [conditional_escape(text[end:begin]), "<mark>", conditional_escape(text[begin:stop]), "</mark>"]
        end = stop
    return mark_safe("".join([*parts, conditional_escape(text[end:])]))


def piece(text: str, terms: tuple[Term, ...]) -> SafeString:
    """The lines around the first hit in `text`, marked; empty when no term stands in it."""
    flat = re.sub(r"\s+", " ", text)
    hits = _hits(fold(flat), terms)
    if not hits:
        return SafeString("")
    begin = max(hits[0][0] - BEFORE, 0)
    cut = flat[begin : begin + LENGTH]
    around = (_CUT if begin else "") + cut + (_CUT if begin + LENGTH < len(flat) else "")
    return marked(around, terms)


def _hits(folded: str, terms: tuple[Term, ...]) -> list[tuple[int, int]]:
    """Where any term stands; what overlaps is one hit. The longest term first, so that it is not cut by a shorter one."""
    if not terms:
        return []
    longest_first = sorted({term.text for term in terms}, key=len, reverse=True)
    found = re.finditer("|".join(map(re.escape, longest_first)), folded)
    return [one.span() for one in found]
