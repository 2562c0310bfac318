"""Texts on the same matter, put together (同类项合并): for analysis only, it never joins cases (DU-7).

Groups grow from single texts: the two likest groups become one, as long as their texts are on the average likely enough to speak of the same
matter. A chain of texts of which each is like the next is therefore no group. What is enough depends on how many pairs say it: two single
texts must be likelier than two groups, of which every text was compared with every other. Copies of one text about two places never come
together, nor do groups that have such a pair between them.
"""

import heapq
import math
from collections.abc import Callable, Sequence

from .sameness import LEAST, MOST, Comparison, Message

ENOUGH_OF_TWO = -1.0  # logarithm of the odds from which two single texts become a group
LESS_A_DOUBLING = 1.0  # so much less is enough for twice as many pairs
LEAST_ENOUGH = -3.5  # but never less than this
LOOKED_AT = 64  # pairs between two groups that are compared; with more of them, every so-many-th


def clusters(messages: Sequence[Message]) -> list[int]:
    """The number of the group of each text, in their order; a text that is like no other has one for itself."""
    among = Comparison(messages)
    links: dict[tuple[int, int], float] = {}
    apart: set[tuple[int, int]] = set()
    for place, near in among.near(at_once=True):
        for other in near:
            pair, same = _pair(place, other), among.sameness(place, other)
            links[pair] = _said(same.odds)
            if same.apart and same.copied:
                apart.add(pair)
    return _numbered(
        _Groups(len(messages), links, apart, lambda one, other: _said(among.sameness(one, other).odds)).joined()
    )


def enough(pairs: int) -> float:
    """What so many pairs between two groups must come to, on the average."""
    return max(LEAST_ENOUGH, ENOUGH_OF_TWO - LESS_A_DOUBLING * math.log2(pairs))


def _said(odds: float) -> float:
    return max(LEAST, min(MOST, odds))


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _numbered(heads: Sequence[int]) -> list[int]:
    """Groups numbered from 0, in the order of their first texts."""
    numbers: dict[int, int] = {}
    return [numbers.setdefault(head, len(numbers)) for head in heads]


class _Groups:
    """Groups while they grow. A group goes by the place of one of its texts.

    Between two groups the pairs that are known say how likely it is that they are one; before they become one, those that are not known
    are compared as well, as many as it takes to be sure.
    """

    def __init__(
        self,
        number: int,
        known: dict[tuple[int, int], float],
        apart: set[tuple[int, int]],
        odds: Callable[[int, int], float],
    ):
        self.known, self.odds = known, odds
        self.members: dict[int, list[int]] = {place: [place] for place in range(number)}
        self.links: list[dict[int, tuple[float, int]]] = [
            {} for _ in range(number)
        ]  # to another group: sum and number of pairs
        self.apart: list[set[int]] = [set() for _ in range(number)]
        for (one, other), value in known.items():
            self.links[one][other] = self.links[other][one] = (value, 1)
        for one, other in apart:
            self.apart[one].add(other)
            self.apart[other].add(one)
        self.changed = [0] * number  # how often a group has grown: what was asked before is out of date
        self.waiting: list[tuple] = []

    def joined(self) -> list[int]:
        """The group of each text."""
        for one, others in enumerate(self.links):
            for other in others:
                if one < other:
                    self._ask(one, other)
        while self.waiting:
            _over, one, other, *when, sure = heapq.heappop(self.waiting)
            if one not in self.members or other not in self.members or when != [self.changed[one], self.changed[other]]:
                continue
            if sure:
                self._join(one, other)
            else:
                self._ask(one, other, exactly=True)
        heads = {place: head for head, members in self.members.items() for place in members}
        return [heads[place] for place in range(len(self.links))]

    def _ask(self, one: int, other: int, *, exactly: bool = False) -> None:
        """Let the pair of groups wait for its turn, if it is likely enough."""
        total, number = self.links[one][other]
        sure = exactly or number == len(self.members[one]) * len(self.members[other])
        value = self._average(one, other) if exactly else total / number
        over = value - enough(len(self.members[one]) * len(self.members[other]))
        if over > 0 and other not in self.apart[one]:
            heapq.heappush(self.waiting, (-over, *_pair(one, other), *self._when(*_pair(one, other)), sure))

    def _when(self, one: int, other: int) -> tuple[int, int]:
        return self.changed[one], self.changed[other]

    def _average(self, one: int, other: int) -> float:
        """Over the pairs between two groups, or over LOOKED_AT of them that are spread evenly."""
        mine, theirs = self.members[one], self.members[other]
        whole = len(mine) * len(theirs)
        step = max(1, -(-whole // LOOKED_AT))
        if step > 1 and len(theirs) % step == 0:
            step += 1  # or it would always be the same few
        values = [
            self._value(mine[place // len(theirs)], theirs[place % len(theirs)]) for place in range(0, whole, step)
        ]
        return sum(values) / len(values)

    def _value(self, one: int, other: int) -> float:
        pair = _pair(one, other)
        if pair not in self.known:
            self.known[pair] = self.odds(*pair)
        return self.known[pair]

    def _join(self, one: int, other: int) -> None:
        """The smaller becomes part of the larger."""
        if len(self.links[one]) < len(self.links[other]):
            one, other = other, one
        self.members[one] += self.members.pop(other)
        self.changed[one] += 1
        self.links[one].pop(other)
        self.links[other].pop(one)
        for third, (total, number) in self.links[other].items():
            before, pairs = self.links[one].get(third, (0.0, 0))
            self.links[third].pop(other)
            self.links[one][third] = self.links[third][one] = (before + total, pairs + number)
        self.links[other] = {}
        for third in self.apart[other]:
            self.apart[third].discard(other)
            self.apart[third].add(one)
        self.apart[one] |= self.apart[other]
        for third in self.links[one]:
            self._ask(one, third)
