"""Whether two texts speak of the same matter (同一事项): a number for each pair, with what spoke for it. A person decides (DU-1).

Six things are looked at (docs/text.md tells how each was weighed):

    words in common        cosine over pairs of characters, rare ones counting more, those of the title three times
    the shorter cover      how much of a title the other text says, of the title that is said less
    a rare word            the rarest pair of characters that both have, and one of them in its title: a name, mostly
    rare words together    how many such, the rarer the more
    days                   how far apart they were sent
    districts              titles that name different districts

and one thing that outweighs them: titles that name different places or bodies (`sites`), none of which the other text so much as mentions.
The same text about two places is two matters. Who sent a text counts for nothing.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import pairwise
from operator import mul

from xinqiao.search import words

from .sites import Site, districts, sites

TITLE_COUNTS = 3  # times a word of the body
KEYS = 60  # rarest words of a text by which others are looked up
KEY_IN_AT_MOST = 120  # texts of 4,000; a word in more of them leads to too many
COMPARED = 30  # earlier texts that are compared with each
LEAST, MOST = -8.0, 6.0  # what one pair can say
SAME_TEXT = 0.5  # cosine from which a text is taken for one written after the other
SAID_FROM = 0.4  # share of a name, rare characters counting more, from which the other text is taken to mention it

# Logarithms of odds, in the order of `parts`; see docs/text.md for the method and the scores.
START = -13.0
WEIGHTS = (15.0, 4.75, 0.75, 5.75, -0.7, -2.7)
SITES = -8.0


@dataclass(frozen=True)
class Message:
    """A text as it came. `id` is whatever the caller knows it by."""

    id: int | str
    title: str
    body: str
    at: datetime


@dataclass(frozen=True)
class Scale:
    """How common each pair of characters is: in how many of `texts` it stands."""

    texts: int
    counts: dict[str, int]

    @classmethod
    def of(cls, messages: Iterable[Message]) -> "Scale":
        number, counts = 0, Counter()
        for number, one in enumerate(messages, 1):  # noqa: B007 - the last number is how many there are
            counts.update(pairs(f"{one.title}\n{one.body}").keys())
        return cls(number, counts)

    def weight(self, word: str) -> float:
        """The rarer, the more: natural logarithm of one over its share."""
        return math.log((self.texts + 1) / (self.counts.get(word, 0) + 0.5))

    def share(self, word: str) -> float:
        """In which part of the texts it stands, 0 to 1."""
        return self.counts.get(word, 0) / max(self.texts, 1)

    def key_in_at_most(self) -> float:
        return max(KEY_IN_AT_MOST, self.texts * KEY_IN_AT_MOST / 4000)


def pairs(text: str) -> Counter:
    """How often each pair of neighbouring characters stands in a text."""
    found = Counter()
    for run in words.runs(words.fold(text)):
        found.update(map("".join, pairwise(run)))
    return found


@dataclass(frozen=True, slots=True)
class Profile:
    """A text made ready for comparing: words with their weights (length 1 together), the title's own, names and districts."""

    at: datetime
    words: dict[str, float]
    title: dict[str, float]
    whole_title: float
    sites: tuple[tuple[Site, tuple[tuple[str, float], ...]], ...]
    districts: frozenset[str]


def profile(message: Message, scale: Scale) -> Profile:
    """What a message is compared by: its words by how rare they are, at length 1; those of the title once more, squared; places by name."""
    titled, counted = pairs(message.title), pairs(message.body)
    for word, times in titled.items():
        counted[word] += TITLE_COUNTS * times
    weights = {word: (1 + math.log(times)) * scale.weight(word) for word, times in counted.items()}
    length = math.sqrt(sum(value * value for value in weights.values())) or 1.0
    title = {word: scale.weight(word) ** 2 for word in titled}
    folded = words.fold(message.title)
    named = tuple((site, tuple((pair, scale.weight(pair) ** 2) for pair in site.pairs)) for site in sites(folded))
    return Profile(
        message.at,
        {word: value / length for word, value in weights.items()},
        title,
        sum(title.values()) or 1.0,
        named,
        districts(folded),
    )


@dataclass(frozen=True)
class Sameness:
    """What a pair came to: the logarithm of the odds, and its parts. `copied`: much the same text. `apart`: about different places."""

    odds: float
    cosine: float = 0.0
    shared: tuple[str, ...] = field(default=())
    apart: bool = False

    @property
    def copied(self) -> bool:
        return self.cosine >= SAME_TEXT


def compare(one: Profile, other: Profile, scale: Scale) -> Sameness:
    """How likely two texts speak of the same matter."""
    found, titled = parts(one, other, scale)
    apart = are_apart(one, other)
    odds = START + sum(map(mul, WEIGHTS, found)) + SITES * apart
    return Sameness(odds, found[0] ** 2, titled, apart)


def parts(one: Profile, other: Profile, scale: Scale) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """The six numbers of a pair, and the words that both have and one of them in its title."""
    common = one.words.keys() & other.words.keys()
    titled = tuple(word for word in common if word in one.title or word in other.title)
    texts = [max(scale.counts.get(word, 0), 2) for word in titled]  # these two have it
    days = abs(one.at - other.at) / timedelta(days=1)
    found = (
        math.sqrt(sum(one.words[word] * other.words[word] for word in common)),
        min(_said(one, other), _said(other, one)),
        math.log((scale.texts + 1) / (min(texts) + 0.5)) if texts else 0.0,
        math.log1p(sum(1 / number for number in texts)),
        math.log1p(days),
        float(bool(one.districts and other.districts and not one.districts & other.districts)),
    )
    return found, titled


def _said(one: Profile, other: Profile) -> float:
    """How much of one title the other text says."""
    return sum(value for word, value in one.title.items() if word in other.words) / one.whole_title


def are_apart(one: Profile, other: Profile) -> bool:
    """Both titles name places or bodies, no two of them alike, and neither text mentions one of the other's."""
    if not one.sites or not other.sites or _mentions(one, other) or _mentions(other, one):
        return False
    return not any(mine.is_like(theirs) for mine, _weights in one.sites for theirs, _others in other.sites)


def _mentions(text: Profile, named: Profile) -> bool:
    for _site, weights in named.sites:
        whole = sum(value for _pair, value in weights)
        if sum(value for pair, value in weights if pair in text.words) >= SAID_FROM * whole:
            return True
    return False


class Comparison:
    """Texts that are compared among each other: which are near each other, and how much. Each goes by its place in the list."""

    def __init__(self, messages: Sequence[Message], scale: Scale | None = None):
        self.scale = scale or Scale.of(messages)
        self.profiles = [profile(one, self.scale) for one in messages]

    def sameness(self, one: int, other: int) -> Sameness:
        return compare(self.profiles[one], self.profiles[other], self.scale)

    def near(self, most: int = COMPARED, *, at_once: bool = False) -> Iterator[tuple[int, list[int]]]:
        """For each text the earlier ones that share its rarest words, `most` of them; with `at_once` also those of the same moment."""
        posted: dict[str, list[tuple[int, float]]] = defaultdict(list)
        waiting: list[tuple[int, list[str]]] = []
        for place in sorted(range(len(self.profiles)), key=lambda one: self.profiles[one].at):
            own = self.profiles[place]
            if waiting and (at_once or self.profiles[waiting[-1][0]].at < own.at):
                self._post(posted, waiting)
                waiting = []
            keys = self._keys(own)
            found: dict[int, float] = defaultdict(float)
            for word in keys:
                value = own.words[word]
                for other, weight in posted.get(word, ()):
                    found[other] += value * weight
            yield place, nlargest(most, found, key=found.__getitem__)
            waiting.append((place, keys))

    def _keys(self, own: Profile) -> list[str]:
        most = self.scale.key_in_at_most()
        return [
            word
            for word in nlargest(KEYS, own.words, key=own.words.__getitem__)
            if 1 < self.scale.counts.get(word, 0) <= most
        ]

    def _post(self, posted: dict, waiting: list[tuple[int, list[str]]]) -> None:
        for place, keys in waiting:
            for word in keys:
                posted[word].append((place, self.profiles[place].words[word]))


def ranked(messages: Sequence[Message], most: int = 20) -> Iterator[tuple[Message, list[tuple[Message, Sameness]]]]:
    """For each text the earlier ones that may be of the same matter, the likeliest first."""
    among = Comparison(messages)
    for place, near in among.near(max(most, COMPARED)):
        told = sorted(((other, among.sameness(place, other)) for other in near), key=lambda one: -one[1].odds)
        yield messages[place], [(messages[other], same) for other, same in told[:most]]
