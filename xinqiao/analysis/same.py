"""Earlier matters that may be on the same matter (同一事项), with why; and what officers decided of them. It starts from a matter (G.4).

    same.earlier(matter, officer, limit=5)      the likeliest first; for a person to judge, nothing is joined by it (DU-1)
    same.earlier_than_typed(title, content, officer, at=now)   the same for a text that is being typed at the window and is no matter yet
    same.decide(matter, other, Verdict.NOT_SAME, by=officer, at=now, reason="")

Candidates are texts that are much the same (`search.likeness`), texts that share a rare piece (`search.rarest`), other matters of the same
person where the post may know of that, and what was decided already. Each is compared as `analysis.text.sameness` does, and shown only
when `visible_to` lets the officer open it. Sealed matters and reports are never looked for and never found (C-01).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from xinqiao.matters import finding
from xinqiao.matters.models import Matter
from xinqiao.matters.steps.register import earlier_of_same_person
from xinqiao.organisations.models import Officer
from xinqiao.rules.sameness import ODDS_FROM, SHOWN_AT_MOST, WORDS_AT_MOST, Verdict
from xinqiao.rules.stages import Kind
from xinqiao.search import likeness, rarest
from xinqiao.search.models import SearchEntry
from xinqiao.search.query import COMMON, share_of_any
from xinqiao.search.words import fold, runs

from . import word_scale
from .models import Link
from .text.sameness import Message, Profile, Sameness, Scale, compare, profile
from .text.sites import BODIES, Site

COMPARED = 40  # of each way to find candidates, the newest first
PERSON_AT_MOST = 10
PIECES_AT_MOST = 4  # of the title, and as many of what was said, beside the names
READ_AT_MOST = 1500  # characters of each
_BODY_ENDINGS = frozenset(BODIES.split("|"))


@dataclass(frozen=True)
class Earlier:
    """One matter, how likely it is the same, why, and the last verdict on the two. `text`: as it is searched, without identity."""

    matter: Matter
    odds: float
    text: str = ""
    places: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    copied: bool = False
    apart: bool = False
    same_place: bool = False
    same_person: bool = False
    link: Link | None = None

    @property
    def is_agreed(self) -> bool:
        return self.link is not None and self.link.verdict == Verdict.SAME

    @property
    def is_denied(self) -> bool:
        return self.link is not None and self.link.verdict == Verdict.NOT_SAME


@dataclass
class _Found:
    """What is known of a candidate before anybody looks whether it may be shown."""

    received_at: datetime | None = None
    text: str = ""
    same_person: bool = False
    link: Link | None = None
    same: Sameness = field(default_factory=lambda: Sameness(float("-inf")))


def earlier(
    matter: Matter, officer: Officer, limit: int = SHOWN_AT_MOST, *, person: bool = True, denied: bool = False
) -> list[Earlier]:
    """Matters received before this one that may be the same, the likeliest first. `person`: also those of the same person, where the caller
    does not list them already. `denied`: with those that were decided not to be the same, at the end."""
    scope = tuple(finding.scope_marks(officer))
    if not scope or not _is_open(matter):
        return []
    both = Q(one=OuterRef("pk")) | Q(other=OuterRef("pk"))
    entry = SearchEntry.objects.filter(pk=matter.pk).values_list("petition", Exists(Link.objects.filter(both)))
    own, has_verdicts = entry.first() or ("", False)
    if not own:
        return []
    scale = word_scale.current()
    mine = _profile(own, matter.received_at, scale)
    found = _candidates(matter, own, mine, scope, scale)
    for pk, link in (decided(matter) if has_verdicts else {}).items():
        found.setdefault(pk, _Found()).link = link
    for pk in _of_the_person(matter, officer) if person else ():
        found.setdefault(pk, _Found()).same_person = True
    return _likeliest(found, matter, own, mine, scale, officer, limit, denied=denied)


def earlier_than_typed(
    title: str, content: str, officer: Officer, *, at: datetime, limit: int = SHOWN_AT_MOST
) -> list[Earlier]:
    """The same for words that somebody is typing (登记窗口): only by what they say, never by who says it (G.4). Nothing is kept."""
    scope = tuple(finding.scope_marks(officer))
    if not scope or not content.strip():
        return []
    typed = Matter(pk=0, received_at=at)  # never saved
    own, scale = fold(f"{title.strip()}\n\n{content.strip()}"), word_scale.current()
    mine = _profile(own, at, scale)
    found = _candidates(typed, own, mine, scope, scale)
    return _likeliest(found, typed, own, mine, scale, officer, limit, denied=False)


def _likeliest(
    found: dict[int, _Found],
    matter: Matter,
    own: str,
    mine: Profile,
    scale: Scale,
    officer: Officer,
    limit: int,
    *,
    denied: bool,
) -> list[Earlier]:
    """Each compared, the likeliest first, of those that the officer may open."""
    _read_missing(found)
    for one in found.values():
        if one.text:
            one.same = compare(mine, _profile(one.text, one.received_at, scale), scale)
    likely = sorted((pk for pk, one in found.items() if _counts(one, denied=denied)), key=lambda pk: _rank(found[pk]))
    seen = _seen(likely, matter, officer, limit)
    return [_told(one, found[one.pk], mine, own, matter) for one in seen]


def _is_open(matter: Matter) -> bool:
    return not matter.sealed and matter.kind != Kind.REPORT


def _profile(text: str, at: datetime, scale: Scale) -> Profile:
    title, _end, body = likeness.said(text).partition("\n")
    return profile(Message(0, title, body[:READ_AT_MOST], at), scale)


def _candidates(matter: Matter, own: str, mine: Profile, scope: tuple[str, ...], scale: Scale) -> dict[int, _Found]:
    """By rare pieces of the title; then by likeness of the whole text, or where the scope is narrow, by rare pieces of what was said: to
    look who of all that are alike lies in it would be dear."""
    title, _end, said = likeness.said(own).partition("\n")
    pieces = [tuple(sorted(site.pairs)) for site, _weights in mine.sites] + _rarest(title, scale)
    found = {}
    if share_of_any(scope) >= COMMON:
        alike = likeness.alike(own, but=matter.pk, scope=scope, most=COMPARED)
        found = {pk: _Found(at, text) for pk, at, text in alike}
    else:
        pieces += _rarest(said[:READ_AT_MOST], scale)
    near = rarest.sharing(
        pieces, share=scale.share, before=matter.received_at, but=[matter.pk, *found], scope=scope, most=COMPARED
    )
    for pk, at, text in near:
        found[pk] = _Found(at, text)
    return found


def _rarest(text: str, scale: Scale) -> list[tuple[str, str]]:
    """Three characters side by side, those of which the commoner pair is rarest, as their two index words."""
    threes = {(run[at : at + 2], run[at + 1 : at + 3]) for run in runs(text) for at in range(len(run) - 2)}
    return sorted(threes, key=lambda pair: (-min(map(scale.weight, pair)), pair))[:PIECES_AT_MOST]


def _of_the_person(matter: Matter, officer: Officer) -> list[int]:
    """By blind index, for posts that read identities in full; never of or to a matter whose petitioner is kept secret."""
    if not finding.may_look_for_person(officer) or matter.secrecy or matter.anonymous:
        return []
    theirs = earlier_of_same_person(matter).filter(secrecy=False, anonymous=False, sealed=False)
    return list(theirs.order_by("-received_at").values_list("pk", flat=True)[:PERSON_AT_MOST])


def _read_missing(found: dict[int, _Found]) -> None:
    """The texts, and when they came, of those that were not found by their text."""
    missing = [pk for pk, one in found.items() if not one.text]
    if missing:
        for pk, at, text in SearchEntry.objects.filter(pk__among=missing).values_list("pk", "received_at", "petition"):
            found[pk].received_at, found[pk].text = at, text


def _counts(one: _Found, *, denied: bool) -> bool:
    if one.link and one.link.verdict != Verdict.OPEN:
        return one.link.verdict == Verdict.SAME or denied
    return one.same_person or one.same.odds >= ODDS_FROM


def _rank(one: _Found) -> tuple:
    verdict = one.link.verdict if one.link else Verdict.OPEN
    return (verdict == Verdict.NOT_SAME, verdict != Verdict.SAME, one.same.apart, -one.same.odds)


def _seen(likely: list[int], matter: Matter, officer: Officer, limit: int) -> list[Matter]:
    """The first of them that the officer may open. What may not be opened is made up for by the next."""
    found: list[Matter] = []
    while likely and len(found) < limit:
        some, likely = likely[: limit * 4], likely[limit * 4 :]
        before = Q(received_at__lt=matter.received_at) | Q(received_at=matter.received_at, pk__lt=matter.pk)
        rows = Matter.objects.visible_to(officer).filter(before, pk__among=some, sealed=False).exclude(kind=Kind.REPORT)
        found += sorted(rows.select_related("unit", "place", "content_class"), key=lambda one: some.index(one.pk))
    return found[:limit]


def _told(other: Matter, found: _Found, mine: Profile, own: str, matter: Matter) -> Earlier:
    text = likeness.said(found.text)
    named = [site for site, _weights in mine.sites if str(site) in text or site.own in text]
    return Earlier(
        other, found.same.odds, found.text,
        tuple(str(site) for site in named if not _is_body(site)), tuple(str(site) for site in named if _is_body(site)),
        _phrases(likeness.said(own), found.same.shared, mine, [str(site) for site in named]), found.same.copied, found.same.apart,
        bool(matter.place_id) and matter.place_id == other.place_id, found.same_person, found.link,
    )  # fmt: skip


def _is_body(site: Site) -> bool:
    return site.ending in _BODY_ENDINGS


def _phrases(text: str, shared: Iterable[str], mine: Profile, named: list[str]) -> tuple[str, ...]:
    """The words that both texts have, put together where they stand side by side, those that weigh most first."""
    pairs, weights = set(shared), {}
    for run in runs(text):
        start = 0
        for at in range(len(run)):
            if run[at : at + 2] not in pairs:
                if at > start:
                    weights[run[start : at + 1]] = sum(mine.words.get(run[n : n + 2], 0) for n in range(start, at))
                start = at + 1
    heaviest = sorted(weights, key=lambda word: -weights[word])
    return tuple(word for word in heaviest if not any(word in name or name in word for name in named))[:WORDS_AT_MOST]


# ---- verdicts ------------------------------------------------------------------------------------------------------------


def decided(matter: Matter) -> dict[int, Link]:
    """The last verdict on this matter and each other one. Whether the other may be seen is for the caller to ask."""
    rows = Link.objects.filter(Q(one=matter.pk) | Q(other=matter.pk)).select_related("by__user", "by__organisation")
    return {row.beyond(matter.pk): row for row in rows.order_by("pk")}


def decide(
    matter: Matter, other: Matter, verdict: Verdict, *, by: Officer, at: datetime, reason: str = ""
) -> Link | None:
    """Remember what an officer decided of two matters that both may be opened by them; nothing is joined by it (DU-7). Saying the same
    once more changes nothing: None."""
    if matter.pk == other.pk or not (_is_open(matter) and _is_open(other)):
        raise ValueError("one matter, or one under seal")
    one, two = sorted((matter.pk, other.pk))
    last = Link.objects.filter(one=one, other=two).order_by("-pk").first()
    if (last.verdict if last else Verdict.OPEN) == verdict:
        return None
    return Link.objects.create(one_id=one, other_id=two, verdict=verdict, by=by, at=at, reason=reason.strip())
