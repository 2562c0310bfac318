"""Making a classifier (`classifier.Model`) from decided texts: what counts is chosen, weighed, put into a space, and two parts are fitted.

    model = fit(readings, labels)                        one level
    model = fit(readings, codes, ways={"0306": ("03", "0306"), …})   as deep as there are texts

1. Pieces that stand in fewer than PIECE_IN texts are dropped, so that no name and no number of one person is in a model.
2. A piece weighs more the fewer texts and the fewer classes it stands in (idf × evenness over the classes).
3. Ridge regression on these (linear part), and on the nearness to landmarks along their main directions (smooth part: kernel ridge regression
   through landmarks, which are middles of several texts, so that no single text is kept), classes with few texts counting more. Below each class with enough texts in several classes the same again among its own texts.
4. How sure the model may say it is, is fitted on a fifth of the texts that was left out; texts that say the same are never parted (`alike`).

`more` are texts without a decision: they tell which words go together, nothing else. The same texts and seed give the same model. numpy and scipy
are of the extra `text`; nothing here runs in the web process.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import scipy.linalg
import scipy.sparse

from . import features
from .classifier import FIELD_WEIGHTS, STAY, WIDTH, Head, Model, Space, unit
from .proposal import Reading

PIECE_IN = 3  # texts; what stands in fewer may be a name
PIECES_AT_MOST = 20_000  # of each field, the most frequent
TEXTS_AT_MOST = 8_000  # the last ones; of a class with few texts the last KEPT_OF_CLASS stay in any case
KEPT_OF_CLASS = 40
MORE_AT_MOST = 1_000  # texts without a decision: each costs as much as a decided one, and tells less
ALONE_FROM = 0.9  # share of the texts of a class from which the only class learned below it is proposed
CLASS_FROM = 8  # texts of a class from which it is learned; with fewer, the class above is proposed
DIRECTIONS, LANDMARKS = 300, 2000
TEXTS_OF_LANDMARK = 3  # on average, at least
ROUNDS = 4  # of moving the landmarks
EVENNESS_COUNTS = 0.5  # exponent: how much it counts in which classes a piece stands
RIDGE_LINEAR, RIDGE_SMOOTH, STEADY = 0.2, 0.2, 1e-4
LINEAR_COUNTS = 1.5  # against the smooth part
BALANCE = 0.5  # exponent: 0 every text counts the same, 1 every class
LEFT_OUT = 5  # one in so many for the confidence
LEFT_OUT_FROM = 40  # texts; with fewer there is nothing to fit it on

_SAME_LENGTH, _SAME_SHARE, _COMMON = 5, 0.5, 60


class TooFew(ValueError):
    """There are no two classes with enough texts."""


@dataclass(frozen=True)
class _Texts:
    """Texts as counts, each with its way down the tree."""

    counts: list[dict[str, Counter]]
    ways: list[tuple[str, ...]]


def fit(
    readings: Sequence[Reading],
    labels: Sequence[str],
    *,
    seed: int = 0,
    ways: Mapping[str, tuple[str, ...]] | None = None,
    groups: Sequence[int] | None = None,
    more: Sequence[Reading] = (),
    whole: bool = False,
) -> Model:
    """Learn from decided texts, the oldest first. `ways`: the classes above a label and itself. Raises TooFew.

    `whole`: each text is a landmark of its own. Somewhat better, but then the model holds where each text lies: only for one that is not kept.
    """
    ways = ways or {}
    groups = list(groups) if groups is not None else alike(readings)
    kept = _kept(labels)
    texts = _Texts(
        [features.counts(readings[one]) for one in kept], [ways.get(labels[one], (labels[one],)) for one in kept]
    )
    groups = [groups[one] for one in kept]
    room = min(MORE_AT_MOST, TEXTS_AT_MOST - len(kept))
    others = [features.counts(one) for one in more[-room:]] if room > 0 else []
    sharpness = _sharpness(texts, groups, seed, whole)
    return _fitted(texts, others, seed, sharpness, whole)


# ---- which texts -----------------------------------------------------------------------------------------------------


def alike(readings: Sequence[Reading]) -> list[int]:
    """For each text the number of the first one that says the same: texts that share half of their pieces of five characters."""
    standing: dict[str, list[int]] = defaultdict(list)
    first, sizes = list(range(len(readings))), []

    def root(one: int) -> int:
        while first[one] != one:
            first[one] = first[first[one]]
            one = first[one]
        return one

    for number, reading in enumerate(readings):
        text = "".join(
            character for character in reading.title + reading.body[: features.READ_AT_MOST] if character.isalnum()
        )
        own = {text[at : at + _SAME_LENGTH] for at in range(max(len(text) - _SAME_LENGTH, 0) + 1)}
        sizes.append(len(own))
        shared = Counter(other for piece in own if len(standing[piece]) <= _COMMON for other in standing[piece])
        for other, count in shared.items():
            if count >= _SAME_SHARE * min(len(own), sizes[other]):
                one, two = sorted((root(number), root(other)))
                first[two] = one
        for piece in own:
            standing[piece].append(number)
    return [root(one) for one in range(len(readings))]


def left_out(groups: Sequence[int], seed: int, one_in: int = LEFT_OUT) -> np.ndarray:
    """Which texts are left out: one in so many groups, the same for the same seed."""
    return np.array([crc32(f"{seed}:{one}".encode()) % one_in == 0 for one in groups])


def _kept(labels: Sequence[str]) -> list[int]:
    number, kept = Counter(), []
    for one in range(len(labels) - 1, -1, -1):
        number[labels[one]] += 1
        if len(labels) - one <= TEXTS_AT_MOST or number[labels[one]] <= KEPT_OF_CLASS:
            kept.append(one)
    return kept[::-1]


# ---- the space -------------------------------------------------------------------------------------------------------


def _space(
    texts: _Texts, others: list[dict[str, Counter]], seed: int, whole: bool
) -> tuple[Space, scipy.sparse.csr_matrix, np.ndarray]:
    """The space of these texts, the texts in it, and their places along the directions."""
    tops = sorted({way[0] for way in texts.ways})
    column = {name: number for number, name in enumerate(tops)}
    of_class = np.array([column[way[0]] for way in texts.ways])
    pieces, weights = {}, []
    for field in FIELD_WEIGHTS:
        pieces[field], weight = _weighed([one[field] for one in texts.counts], of_class, len(tops))
        weights.append(weight)
    empty = np.zeros((0, 1), np.float32)
    space = Space(pieces, np.concatenate(weights), empty, empty, empty)
    rows = _matrix(space, texts.counts)
    all_rows = scipy.sparse.vstack([rows, _matrix(space, others)]).tocsr() if others else rows
    directions, placed = _directions(all_rows, seed)
    space.steps = (np.abs(directions).max(axis=1, initial=0) / 127).astype(np.float32)
    space.directions = np.rint(directions / np.where(space.steps > 0, space.steps, 1)[:, None]).astype(np.int8)
    space.landmarks = unit(placed[: rows.shape[0]]) if whole else _landmarks(placed, seed)
    return space, rows, placed[: rows.shape[0]]


def _landmarks(placed: np.ndarray, seed: int) -> np.ndarray:
    """Middles of texts that point the same way: a few rounds of spherical k-means."""
    texts = unit(placed)
    number = max(1, min(LANDMARKS, len(texts) // TEXTS_OF_LANDMARK))
    marks = texts[np.random.default_rng(seed).choice(len(texts), number, replace=False)]
    for _ in range(ROUNDS):
        nearest, sums = (texts @ marks.T).argmax(axis=1), np.zeros_like(marks)
        np.add.at(sums, nearest, texts)
        marks = np.where(np.abs(sums).sum(axis=1, keepdims=True) > 0, unit(sums), marks)
    return marks.astype(np.float16).astype(np.float32)


def _weighed(counts: list[Counter], of_class: np.ndarray, classes: int) -> tuple[list[str], np.ndarray]:
    """The pieces of one field that are kept, and what each weighs."""
    in_texts = Counter()
    for one in counts:
        in_texts.update(one.keys())
    kept = sorted(
        (key for key, number in in_texts.items() if number >= PIECE_IN), key=lambda key: (-in_texts[key], key)
    )[:PIECES_AT_MOST]
    if not kept:
        return [], np.zeros(0, np.float32)
    index = {key: number for number, key in enumerate(kept)}
    per_class = np.zeros((classes, len(kept)), np.float32)
    for one, top in zip(counts, of_class, strict=True):
        per_class[top, [index[key] for key in one if key in index]] += 1
    number = per_class.sum(axis=0)
    share = (per_class + 0.5) / (np.bincount(of_class, minlength=classes)[:, None] + 1)
    share /= share.sum(axis=0)
    uneven = 1 + (share * np.log(share)).sum(axis=0) / math.log(max(classes, 2))
    rare = np.log((1 + len(counts)) / (1 + number)) + 1
    return kept, (rare * (uneven + 0.05) ** EVENNESS_COUNTS).astype(np.float32)


def _matrix(space: Space, counts: list[dict[str, Counter]]) -> scipy.sparse.csr_matrix:
    rows = [space.row(one) for one in counts]
    ends = np.cumsum([0, *(len(at) for at, _ in rows)])
    at = np.concatenate([at for at, _ in rows]) if rows else np.zeros(0, np.int32)
    values = np.concatenate([value for _, value in rows]) if rows else np.zeros(0, np.float32)
    return scipy.sparse.csr_matrix((values, at, ends), shape=(len(rows), len(space.weights)), dtype=np.float32)


def _directions(rows: scipy.sparse.csr_matrix, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Main directions of the texts (truncated singular value decomposition by random projection), and the texts along them."""
    number = min(DIRECTIONS, rows.shape[0] - 1, rows.shape[1])
    kernel = (rows @ rows.T).toarray()
    rng = np.random.default_rng(seed)
    guess = rng.standard_normal((rows.shape[0], min(number + 40, rows.shape[0]))).astype(np.float32)
    for _ in range(3):
        guess = scipy.linalg.qr(kernel @ guess, mode="economic", check_finite=False)[0]
    values, turned = scipy.linalg.eigh(guess.T @ (kernel @ guess), check_finite=False)
    size = np.sqrt(np.maximum(values[::-1][:number], 1e-6)).astype(np.float32)
    left = (guess @ turned)[:, ::-1][:, :number]
    return (rows.T @ (left / size)).astype(np.float32), (left * size).astype(np.float32)


# ---- the heads -------------------------------------------------------------------------------------------------------


def _fitted(texts: _Texts, others: list[dict[str, Counter]], seed: int, sharpness: float, whole: bool = False) -> Model:
    space, rows, placed = _space(texts, others, seed, whole)
    near = space.nearness(placed).astype(np.float32)
    marks = None if whole else np.exp(2 * WIDTH * (space.landmarks @ space.landmarks.T - 1)).astype(np.float32)
    heads: dict[str, Head] = {}
    _add_heads(heads, texts.ways, np.arange(len(texts.ways)), STAY, 0, (rows, near, marks), sharpness)
    if STAY not in heads:
        raise TooFew("fewer than two classes with enough texts")
    learned = {one for head in heads.values() for one in head.classes if one != STAY}
    about = {
        "texts": len(texts.ways),
        "more": len(others),
        "classes": len(learned),
        "pieces": len(space.weights),
        "seed": seed,
    }
    return Model(space, heads, about)


def _add_heads(heads, ways, chosen, above: str, depth: int, seen, sharpness: float) -> None:
    """The head among the classes below `above`, from the texts `chosen`, and those below it."""
    named = [ways[one][depth] if len(ways[one]) > depth else STAY for one in chosen]
    number = Counter(named)
    classes = sorted(one for one, count in number.items() if one != STAY and count >= (CLASS_FROM if depth else 2))
    named = [one if one in classes else STAY for one in named]
    if depth and named.count(STAY) >= CLASS_FROM and classes:  # texts of classes too small to be learned: stay above
        classes = [STAY, *classes]
    used = np.array([one for one, name in zip(chosen, named, strict=True) if name in classes], dtype=int)
    named = [name for name in named if name in classes]
    if not classes or (len(classes) == 1 and (not depth or len(used) < ALONE_FROM * len(chosen))):
        return
    if len(classes) == 1:  # everything below was decided alike: there is nothing to choose
        linear, smooth = np.zeros((seen[0].shape[1], 1), np.float32), np.zeros((seen[1].shape[1], 1), np.float32)
    else:
        linear, smooth = _solved(seen, used, named, classes)
    heads[above] = Head(tuple(classes), linear, smooth, sharpness)
    for one in classes:
        if one != STAY:
            below = np.array([text for text, name in zip(used, named, strict=True) if name == one])
            _add_heads(heads, ways, below, one, depth + 1, seen, sharpness)


def _solved(seen, used: np.ndarray, named: list[str], classes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Weights of both parts for the choice among these classes, from the texts `used`."""
    rows, near, marks = seen[0][used], seen[1][used], seen[2]
    column = {name: number for number, name in enumerate(classes)}
    targets = np.full((len(named), len(classes)), -1.0, np.float32)
    targets[np.arange(len(named)), [column[name] for name in named]] = 1
    size = Counter(named)
    counts = np.array([(len(named) / len(classes) / size[name]) ** BALANCE for name in named], np.float32)
    linear = rows.T @ _ridge((rows @ rows.T).toarray(), RIDGE_LINEAR / counts, targets)
    if marks is None:  # each text is a landmark
        smooth = np.zeros((near.shape[1], len(classes)), np.float32)
        smooth[used] = _ridge(near[:, used], RIDGE_SMOOTH / counts, targets)
    else:
        square = ((near.T * counts) @ near + RIDGE_SMOOTH * marks).astype(
            np.float64
        )  # close landmarks leave little to divide by
        smooth = _ridge(square, STEADY, (near.T * counts) @ targets)
    return (LINEAR_COUNTS * linear).astype(np.float32), smooth.astype(np.float32)


def _ridge(square: np.ndarray, added: float | np.ndarray, targets: np.ndarray) -> np.ndarray:
    square[np.diag_indices(len(square))] += added
    return scipy.linalg.solve(square, targets, assume_a="pos", overwrite_a=True, check_finite=False)


# ---- how sure --------------------------------------------------------------------------------------------------------


def _sharpness(texts: _Texts, groups: list[int], seed: int, whole: bool) -> float:
    """What scores are multiplied by so that of the texts said to be 80 % sure about 80 % are right."""
    out = left_out(groups, seed)
    if len(out) < LEFT_OUT_FROM or not out.any() or out.all():
        return 1.5
    part = _Texts(
        *([each for each, is_out in zip(kind, out, strict=True) if not is_out] for kind in (texts.counts, texts.ways))
    )
    try:
        model = _fitted(part, [], seed, 1.0, whole)
    except TooFew:
        return 1.5
    head, space = model.heads[STAY], model.space
    asked = [number for number in np.flatnonzero(out) if texts.ways[number][0] in head.classes]
    if not asked:
        return 1.5
    rows = _matrix(space, [texts.counts[number] for number in asked])
    placed = (rows @ scipy.sparse.diags(space.steps)) @ space.directions.astype(np.float32)
    scores = rows @ head.linear + space.nearness(placed) @ head.smooth
    right = np.array([head.classes.index(texts.ways[number][0]) for number in asked])
    return min(np.geomspace(0.5, 12, 40), key=lambda one: _surprise(scores * one, right))


def _surprise(scores: np.ndarray, right: np.ndarray) -> float:
    scores = scores - scores.max(axis=1, keepdims=True)
    return float((np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(right)), right]).mean())
