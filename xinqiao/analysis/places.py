"""Place of the matter (问题属地): mentions in a text, resolved against the tree of organisations (I-18)."""

import re

from xinqiao.organisations.models import Organisation

from . import organs
from .text import places
from .text.proposal import Candidate, Reading, Reason

ONLY_HOME = 0.2  # how sure: nothing in the text names a place, and most of what comes to an office happened in its area
_ELSEWHERE = re.compile(r"[一-龥]{2}(?:省|自治区|市|县)(?![政府委里内区级])|[A-Z]\d{0,2}[市县区州]")


def propose_places(
    reading: Reading, received_by: Organisation | None = None, *, place_detail: str = ""
) -> list[Candidate]:
    """Governments and villages (value: pk of the Organisation, as text) that the text speaks of, the likeliest first.

    The area of `received_by` is the prior. Where the text names no place at all, that area is proposed, and it is said so.
    """
    standing = organs.standing()
    home = standing.area_of(received_by.pk) if received_by else None
    found = places.locate(reading, standing.gazetteer, home=home.pk if home else None, detail=place_detail)
    if not found and home and not _ELSEWHERE.search(reading.text):
        note = "文中没有写明地点，先按收件机关所在的地方提出，请核对"
        return [Candidate(str(home.pk), standing.name_of_area(home.pk), ONLY_HOME, (Reason(note=note),))]
    return [
        Candidate(str(one.key), standing.name_of_area(one.key), one.confidence, tuple(map(_reason, one.mentions)))
        for one in found
    ]


def propose_place_detail(reading: Reading, received_by: Organisation | None = None) -> list[Candidate]:
    """The address below the place (详细地址), as written; at most one."""
    standing = organs.standing()
    home = standing.area_of(received_by.pk) if received_by else None
    found = places.locate(reading, standing.gazetteer, home=home.pk if home else None, at_most=1)
    span = places.detail(reading, found[0] if found else None)
    if not span:
        return []
    words = reading.text[slice(*span)]
    return [Candidate(words, words, None, (Reason(words, *span),))]


def _reason(one: places.Mention) -> Reason:
    if one.start < 0:
        return Reason(one.words, weight=one.weight, note=one.note)
    return Reason(one.words, one.start, one.end, round(one.weight, 2), one.note)
