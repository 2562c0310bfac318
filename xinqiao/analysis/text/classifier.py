"""What a text is about (内容分类): a model that has learned from decided texts, the classes it proposes, and the words that spoke for them.

    model = learning.fit(readings, labels)
    model.propose(Reading("小区漏水", "…"))  ->  [Candidate("0306", "0306", 0.83, (Reason("漏水", 2, 4, weight=0.4), …)), …]

Two parts look at the same weighed pieces of a text (`features`) and are added up. The linear part weighs every piece for itself; it also says
why. The smooth part first puts the text into a space of a few hundred directions, in which words that go together are near each other, and asks
how near it lies to landmarks there, so that it also knows texts whose words it has seldom seen. docs/text.md has method and scores.

Classes form a tree: each level is decided among the classes below the one above, and a confidence is the product of the way down. Where a class
had too few texts to be learned, the class above it is proposed. Reading a packed model runs no code that is in it (no pickle).
"""

import io
import json
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import features
from .proposal import Candidate, Reading, Reason

FORMAT = 2
STAY = ""  # among the classes below another: none of them, the one above
WORDS_SAID = 6  # that are given as the reason of a candidate
WIDTH = 1.0  # of the neighbourhood of a landmark: the higher, the narrower
LEAST_SAID = 0.08  # share of the strongest word from which another one is given

# Weight of each field; the words repeat what the characters say.
FIELD_WEIGHTS = {"title": 0.5, "body": 1.0, "title_words": 0.5, "words": 0.7}


class NotAModel(ValueError):
    """These bytes are no packed model of this version of the program."""


@dataclass(frozen=True)
class Head:
    """The choice among the classes below one class (`STAY`: rather that one itself), from both parts."""

    classes: tuple[str, ...]
    linear: np.ndarray  # pieces × classes
    smooth: np.ndarray  # landmarks × classes
    sharpness: float  # what scores are multiplied by before they become shares

    def shares(self, scores: np.ndarray) -> np.ndarray:
        raised = np.exp((scores - scores.max(-1, keepdims=True)) * self.sharpness)
        return raised / raised.sum(-1, keepdims=True)


class Space:
    """What texts are measured in: the pieces that count and their weight, the main directions, the landmarks. Shared by all heads.

    `directions` holds whole numbers from -127 to 127 for each piece, times its `steps`. A landmark is the middle of several texts.
    """

    def __init__(
        self,
        pieces: dict[str, list[str]],
        weights: np.ndarray,
        directions: np.ndarray,
        steps: np.ndarray,
        landmarks: np.ndarray,
    ):
        self.pieces, self.weights = pieces, weights
        self.directions, self.steps, self.landmarks = directions, steps, landmarks
        self.index, start = {}, 0
        for field, keys in pieces.items():
            self.index[field] = {key: number for number, key in enumerate(keys, start)}
            start += len(keys)

    def row(self, counts: dict[str, dict[str, int]]) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of the known pieces of a text and their values; the whole has length one."""
        numbers, values = [], []
        for field, index in self.index.items():
            known = [(index[key], count) for key, count in counts[field].items() if key in index]
            if not known:
                continue
            at = np.fromiter((number for number, _ in known), np.int32, len(known))
            value = (1 + np.log(np.fromiter((count for _, count in known), np.float32, len(known)))) * self.weights[at]
            numbers.append(at)
            values.append(value * (FIELD_WEIGHTS[field] / (np.linalg.norm(value) or 1)))
        if not numbers:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        value = np.concatenate(values)
        return np.concatenate(numbers), value / np.linalg.norm(value)

    def placed(self, at: np.ndarray, value: np.ndarray) -> np.ndarray:
        """Where a text lies along the directions."""
        return (value * self.steps[at]) @ self.directions[at].astype(np.float32)

    def nearness(self, placed: np.ndarray) -> np.ndarray:
        """How near texts, given by their places, are to each landmark: 1 when they point the same way, towards 0 the less they do."""
        return np.exp(2 * WIDTH * (unit(placed) @ self.landmarks.T - 1))


def unit(placed: np.ndarray) -> np.ndarray:
    """The same directions with length one."""
    length = np.linalg.norm(placed, axis=-1, keepdims=True)
    return placed / np.where(length > 0, length, 1)


class Model:
    """A space and a tree of heads. `about`: how it was made, counts only."""

    def __init__(self, space: Space, heads: dict[str, Head], about: dict):
        self.space, self.heads, self.about = space, heads, about

    def shares(self, reading: Reading) -> dict[str, float]:
        """How likely each class is, of every level. Those of one level and of what stays above it add up to one."""
        at, value = self.space.row(features.counts(reading))
        return self._shares(at, value)

    def propose(self, reading: Reading, most: int = 3) -> list[Candidate]:
        """The likeliest classes, each as far down as was learned, with the words that spoke for them. Nothing for an empty text."""
        at, value = self.space.row(features.counts(reading))
        if not len(at):
            return []
        ends = self._ends(at, value)
        chosen = sorted(ends, key=lambda one: -ends[one])[:most]
        why = self._why(reading, dict(zip(at.tolist(), value.tolist(), strict=True)), chosen)
        return [Candidate(one, one, round(ends[one], 4), why[one]) for one in chosen]

    def likeliest(self, reading: Reading, most: int = 2) -> list[tuple[str, float]]:
        """The same without reasons, for many texts."""
        at, value = self.space.row(features.counts(reading))
        ends = self._ends(at, value)
        return [(one, ends[one]) for one in sorted(ends, key=lambda one: -ends[one])[:most]]

    def _heads_shares(self, at: np.ndarray, value: np.ndarray) -> dict[str, dict[str, float]]:
        near = self.space.nearness(self.space.placed(at, value)) if len(at) else None
        found = {}
        for above, head in self.heads.items():
            scores = np.zeros(len(head.classes), np.float32)
            if near is not None:
                scores = value @ head.linear[at].astype(np.float32) + near @ head.smooth
            found[above] = dict(zip(head.classes, head.shares(scores).tolist(), strict=True))
        return found

    def _shares(self, at: np.ndarray, value: np.ndarray) -> dict[str, float]:
        below = self._heads_shares(at, value)
        found, waiting = {}, [(STAY, 1.0)]
        while waiting:
            above, share = waiting.pop()
            for one, part in below.get(above, {}).items():
                if one != STAY:
                    found[one] = share * part
                    waiting.append((one, share * part))
        return found

    def _ends(self, at: np.ndarray, value: np.ndarray) -> dict[str, float]:
        """Shares of the ends of the tree: classes with nothing learned below, and what stays above."""
        below = self._heads_shares(at, value)
        found, waiting = {}, [(STAY, 1.0)]
        while waiting:
            above, share = waiting.pop()
            for one, part in below[above].items():
                if one in below and one != STAY:
                    waiting.append((one, share * part))
                else:
                    found[one or above] = share * part
        return found

    def _way(self, end: str) -> list[tuple[Head, int]]:
        """The heads that chose a class, from the root down, and which of their columns."""
        above = {one: name for name, head in self.heads.items() for one in head.classes if one != STAY}
        way, one = [], end
        while one != STAY:
            head = self.heads[above[one]]
            way.append((head, head.classes.index(one)))
            one = above[one]
        return way[::-1]

    def _why(self, reading: Reading, values: dict[int, float], ends: Sequence[str]) -> dict[str, tuple[Reason, ...]]:
        """For each class the words whose characters spoke most for it and against the others, in the order of their strength."""
        places = defaultdict(list)
        for piece in features.pieces(reading):
            number = self.space.index[piece.field].get(piece.key)
            if number is not None:
                places[number].append((piece.start, piece.end))
        at = np.fromiter(places, np.int32, len(places))
        value = np.array([values.get(number, 0.0) for number in places], np.float32)
        words, found = features.words_of(reading), {}
        for end in ends:
            spoke = np.zeros(len(at), np.float32)
            for head, column in self._way(end):
                weights = head.linear[at].astype(np.float32)
                spoke += value * (weights[:, column] - weights.mean(axis=1))
            found[end] = _said(words, list(places.values()), spoke.tolist(), len(reading.text))
        return found

    # ---- keeping ---------------------------------------------------------------------------------------------------------

    def pack(self) -> bytes:
        """The model as bytes: numbers and a table of pieces."""
        head = {
            "format": FORMAT, "about": self.about, "pieces": self.space.pieces,
            "heads": [{"above": above, "classes": one.classes, "sharpness": one.sharpness} for above, one in self.heads.items()],
        }  # fmt: skip
        arrays = {
            "weights": self.space.weights.astype(np.float32), "directions": self.space.directions.astype(np.int8),
            "steps": self.space.steps.astype(np.float32), "landmarks": self.space.landmarks.astype(np.float16),
        }  # fmt: skip
        for number, one in enumerate(self.heads.values()):
            arrays[f"linear{number}"] = one.linear.astype(np.float16)
            arrays[f"smooth{number}"] = one.smooth.astype(np.float32)
        text = np.frombuffer(zlib.compress(json.dumps(head, ensure_ascii=False).encode(), 6), np.uint8)
        packed = io.BytesIO()
        np.savez_compressed(packed, head=text, **arrays)
        return packed.getvalue()

    @classmethod
    def unpack(cls, packed: bytes) -> "Model":
        """The model of these bytes; NotAModel when they are none."""
        try:
            with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
                head = json.loads(zlib.decompress(arrays["head"].tobytes()))
                if head["format"] != FORMAT:
                    raise NotAModel(f"format {head['format']}")
                space = Space(
                    head["pieces"], *(arrays[name] for name in ("weights", "directions", "steps", "landmarks"))
                )
                heads = {
                    one["above"]: Head(
                        tuple(one["classes"]), arrays[f"linear{number}"], arrays[f"smooth{number}"], one["sharpness"]
                    )
                    for number, one in enumerate(head["heads"])
                }
        except NotAModel:
            raise
        except Exception as error:  # whatever is wrong with bytes from outside: they are not one of ours
            raise NotAModel(str(error)) from error
        return cls(space, heads, head["about"])


def _said(
    words: list[tuple[str, int, int]], places: list[list[tuple[int, int]]], spoke: list[float], length: int
) -> tuple[Reason, ...]:
    """Share what each piece said among its characters, and give the words that hold most of it; each word once, where it says most."""
    characters = [0.0] * (length + 1)
    for spans, weight in zip(places, spoke, strict=True):
        for start, end in spans:
            share = weight / (len(spans) * (end - start))
            for at in range(start, min(end, length)):
                characters[at] += share
    best: dict[str, Reason] = {}
    total: dict[str, float] = defaultdict(float)
    for word, start, end in words:
        said = sum(characters[start:end])
        total[word] += said
        if word not in best or said > best[word].weight:
            best[word] = Reason(word, start, end, said)
    ranked = sorted((one for one in best if len(one) > 1 and total[one] > 0), key=lambda one: -total[one])[:WORDS_SAID]
    least = total[ranked[0]] * LEAST_SAID if ranked else 0
    return tuple(
        Reason(best[one].words, best[one].start, best[one].end, round(total[one], 4))
        for one in ranked
        if total[one] >= least
    )
