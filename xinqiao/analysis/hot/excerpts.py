"""Sentences that stand for an issue: of the matters nearest to its middle, without anything that tells who wrote them or who is named (C-12).

Only texts of matters that the reader may open are read; no name of any person stays, whoever it is.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from xinqiao.matters.identities import without_identity
from xinqiao.organisations.models import Officer
from xinqiao.people.models import Identity, Petitioner
from xinqiao.rules import masking
from xinqiao.rules.hot import EXCERPT_LENGTH, EXCERPTS

from ..models import HotIssue
from .acts import members
from .candidates import bodies
from .centre import splitter

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_HELLO = re.compile(r"^\s*(?:尊敬|您好|你好|谢谢|此致|敬礼)")
_CALLED = re.compile(r"(?:我叫|本人|姓名|联系人|名叫|叫做|叫)[是为：:]?\s*(?P<name>[\u4e00-\u9fff·]{2,4})")
LOOKED_AT = 12  # nearest matters, for the case that some of them say the same
SHORTEST = 12
COPY_SHARE = 0.8


@dataclass(frozen=True)
class Excerpt:
    """A piece of one text: what a citizen said, from where and when."""

    text: str
    place: str
    on: date


def of(issue: HotIssue, officer: Officer) -> list[Excerpt]:
    """At most three, the nearest to the middle first, each of another voice."""
    rows = list(
        members(issue, officer, likely=False).select_related("matter__place").order_by("-nearness", "pk")[:LOOKED_AT]
    )
    said, heard, found = bodies([row.matter_id for row in rows]), set(), []
    common = _common(said.values())
    for row in rows:
        text = _told(row.matter, said.get(row.matter_id, ""), common)
        if row.voice not in heard and len(text) >= SHORTEST and not any(_is_copy(text, other.text) for other in found):
            heard.add(row.voice)
            found.append(Excerpt(text, row.matter.place.name, row.matter.received_on))
        if len(found) == EXCERPTS:
            break
    return found


def _is_copy(one: str, other: str) -> bool:
    """Whether two pieces say the same in the same words: one of them is enough."""
    mine, theirs = set(pairwise(one)), set(pairwise(other))
    return len(mine & theirs) > COPY_SHARE * min(len(mine), len(theirs))


def _told(matter, body: str, common: set[str]) -> str:
    """The sentences with most of the common words, in their order, all identities taken out."""
    people = [one.identity() for one in matter.petitioners]
    clean = without_people(without_identity(body, people, strict=True, wholly=True))
    sentences = [one.strip() for one in _SENTENCE.findall(clean) if len(one.strip()) > 5 and not _HELLO.match(one)]
    best = sorted(range(len(sentences)), key=lambda n: (-sum(word in sentences[n] for word in common), n))
    chosen: list[int] = []
    for n in best:
        if sum(len(sentences[k]) for k in chosen) + len(sentences[n]) <= EXCERPT_LENGTH:
            chosen.append(n)
    if not chosen and sentences:
        return sentences[best[0]][:EXCERPT_LENGTH] + "……"
    return "".join(sentences[n] for n in sorted(chosen))


def titles(said: Mapping[int, str]) -> dict[int, str]:
    """{matter: its title without what tells who wrote it}, of matters that the reader may open."""
    people: dict[int, list[Identity]] = defaultdict(list)
    for one in Petitioner.objects.filter(matter_id__in=list(said)):
        people[one.matter_id].append(one.identity())
    return {
        pk: without_people(without_identity(title, people[pk], strict=True, wholly=True)) for pk, title in said.items()
    }


def without_people(text: str) -> str:
    """Every name of a person masked, whoever it is: those that the dictionary knows as names, and what follows 我叫."""
    names = {found["name"] for found in _CALLED.finditer(text)}
    try:
        import rjieba
    except ImportError:
        pass
    else:
        names |= {word for word, tag in rjieba.tag(text) if tag.startswith("nr") and len(word) > 1}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, masking.WHOLLY)
    return text


def _common(texts) -> set[str]:
    """Words of at least half of these texts."""
    split, texts = splitter(), list(texts)
    words = [split(text) for text in texts]
    return {word for one in words for word in one if sum(word in other for other in words) * 2 >= len(words)}
