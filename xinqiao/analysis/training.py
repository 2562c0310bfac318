"""Learning from the office's own decisions: which petitions are read, when, and when a new version is used (内容分类模型的训练).

What is read: the text of a petition as it came and the class it has today, so a correction counts and what was corrected does not. Imported
history counts. A report (检举控告), what is sealed and what is to be split are never read (C-01).

A fifth of all texts is held out: those whose first near-copy has a number that falls into it. It is the same fifth for ever, so no version has
learned from what any version is measured on. A new version is used when, on today's held-out part, neither figure of RULE is lower than that of the
version in use by more than TOLERANCE; the first one is measured against keywords in the same way. Every version is kept as a row, the last few with weights.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from django.db import transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils.timezone import localtime

from xinqiao.matters.models import Event, Matter, Submission
from xinqiao.organisations.models import ContentClass, Officer
from xinqiao.rules.stages import Kind, Step

from . import classifying, is_on
from .models import ClassifierVersion
from .text.proposal import Reading

AT_LEAST = 200  # decided petitions from which anything is learned
NEWEST = 10_000  # that are read, and of each class at least its newest EACH_CLASS
EACH_CLASS = 50
HELD_OUT = 5  # one in so many
NEW_DECISIONS, AT_ONCE = (
    20,
    500,
)  # from which a week's end is a reason to learn again; from which one does not wait for it
EVERY = timedelta(days=7)
NIGHT = range(1, 5)  # learning takes a worker a minute or two
KEPT_WEIGHTS = 5
TOLERANCE = 0.005
RULE = ("macro_f1", "exact")
SURE_SHARE = 0.8
_CHUNK = 500

Guess = Callable[[Reading], list[tuple[str, float]]]  # codes with how sure, the likeliest first


class NotEnough(Exception):
    """There is too little to learn from; the message says how much there is."""


@dataclass(frozen=True)
class Example:
    """One decided petition: its number, its text, the code decided."""

    matter_id: int
    reading: Reading
    code: str


@dataclass(frozen=True)
class Trained:
    """What one training gave: the version (saved or not), whether it is used, and why."""

    version: ClassifierVersion
    is_used: bool
    why: str


# ---- what is read ----------------------------------------------------------------------------------------------------


def decided() -> "Matter.objects":
    """Petitions whose class somebody decided and whose text may be learned from."""
    return Matter.objects.filter(content_class__isnull=False, sealed=False, mixed=False).exclude(
        kind__in=("", Kind.REPORT)
    )


def examples() -> list[Example]:
    """The newest decided petitions and those of small classes, the oldest first."""
    newest = Q(pk__in=decided().order_by("-pk").values("pk")[:NEWEST])
    order = Window(RowNumber(), partition_by=F("content_class"), order_by=F("pk").desc())
    small = Q(
        pk__in=[pk for pk, _ in decided().annotate(nth=order).filter(nth__lte=EACH_CLASS).values_list("pk", "nth")]
    )
    codes = dict(Matter.objects.filter(newest | small).order_by("pk").values_list("pk", "content_class__code"))
    found, ids = [], list(codes)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        texts: dict[int, Reading] = {}
        rows = (
            Submission.objects.filter(matter_id__in=chunk)
            .order_by("pk")
            .values_list("matter_id", "title", "content", "reasons")
        )
        for matter_id, title, content, reasons in rows:
            texts.setdefault(matter_id, Reading(title, "\n".join(filter(None, (content, reasons)))))
        found += [Example(pk, texts[pk], codes[pk]) for pk in chunk if pk in texts]
    return found


def ways() -> dict[str, tuple[str, ...]]:
    """For each class the codes on the way to it."""
    rows = {row.pk: row for row in ContentClass.objects.all()}
    return {row.code: tuple(one.code for one in classifying.way(row, rows)) for row in rows.values()}


def is_held_out(first_matter_id: int) -> bool:
    """Whether texts whose first near-copy has this number are measured on and never learned from."""
    return crc32(f"held out:{first_matter_id}".encode()) % HELD_OUT == 0


# ---- learning --------------------------------------------------------------------------------------------------------


def train(*, at: datetime, by: str, save: bool = True) -> Trained:
    """Learn, measure, compare, and use the new version if it is not worse. Raises NotEnough."""
    from .text import learning
    from .text.classifier import Model

    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    found, paths = examples(), ways()
    if len(found) < AT_LEAST:
        raise NotEnough(f"已决定分类的信访件有{len(found)}件，至少要{AT_LEAST}件才能训练；现在按关键词提出建议。")
    groups = learning.alike([one.reading for one in found])
    out = [is_held_out(found[group].matter_id) for group in groups]
    learn, held = _parted(found, out)
    kept = [group for group, is_out in zip(groups, out, strict=True) if not is_out]
    if not held:
        raise NotEnough(f"已决定分类的信访件有{len(found)}件，其中没有可以用来检验的，暂不训练。")
    try:
        model = learning.fit([one.reading for one in learn], [one.code for one in learn], ways=paths, groups=kept)
    except learning.TooFew as error:
        raise NotEnough("信访件几乎都在同一个分类，还不能训练；现在按关键词提出建议。") from error
    packed = model.pack()
    scores = measure(Model.unpack(packed).likeliest, held, paths)
    used = classifying.active()
    compared = measure(used.model.likeliest if used else _guess_by_keywords(), held, paths)
    is_used = not_worse(scores, compared)
    note = _why(is_used, used is not None)
    version = ClassifierVersion(
        made_at=at, made_by=by, matters=len(learn), held_out=len(held), decided_until=last, scores=scores,
        compared={**compared, "maker": f"classifier-{used.number}" if used else classifying.KEYWORD_MAKER}, weights=packed, note=note,
    )  # fmt: skip
    if save:
        with transaction.atomic():
            version.save()
            if is_used:
                use(version, at=at)
            forget_old_weights()
    return Trained(version, is_used, note)


def not_worse(new: dict, old: dict) -> bool:
    """The rule by which a new version takes the place of the one in use, both measured on the same texts."""
    return all(new[figure] >= old[figure] - TOLERANCE for figure in RULE)


def use(version: ClassifierVersion, *, at: datetime, by: Officer | None = None) -> None:
    """Propose by this version from now on. Raises ValueError when its weights are gone."""
    with transaction.atomic():
        row = ClassifierVersion.objects.select_for_update().get(pk=version.pk)
        if row.weights is None:
            raise ValueError("weights are gone")
        ClassifierVersion.objects.filter(active=True).exclude(pk=row.pk).update(active=False)
        ClassifierVersion.objects.filter(pk=row.pk).update(active=True, activated_at=at, activated_by=by)
    version.active, version.activated_at, version.activated_by = True, at, by


def forget_old_weights() -> None:
    """Keep the weights of the last few versions and of the one in use."""
    kept = (
        ClassifierVersion.objects.filter(weights__isnull=False)
        .order_by("-pk")
        .values_list("pk", flat=True)[:KEPT_WEIGHTS]
    )
    ClassifierVersion.objects.filter(active=False, weights__isnull=False).exclude(pk__in=list(kept)).update(
        weights=None
    )


def keep(at: datetime) -> int:
    """The worker's duty: learn again at night when enough was decided since the last time. Returns how many petitions were read."""
    if not is_on() or not classifying.can_learn() or localtime(at).hour not in NIGHT or not is_due(at):
        return 0
    try:
        return train(at=at, by="duty").version.matters
    except NotEnough:
        return 0


def is_due(at: datetime) -> bool:
    """Whether enough was decided since the last version: a few after a week, many at once."""
    last = ClassifierVersion.objects.order_by("-pk").values_list("made_at", "decided_until").first()
    if last is None:
        return len(decided().values_list("pk")[:AT_LEAST]) == AT_LEAST
    since = Event.objects.filter(pk__gt=last[1], step=Step.CLASSIFY.value).values_list("pk")[:AT_ONCE].count()
    return since >= (NEW_DECISIONS if at - last[0] >= EVERY else AT_ONCE)


def _parted(found: list[Example], out: list[bool]) -> tuple[list[Example], list[Example]]:
    parts: dict[bool, list[Example]] = {False: [], True: []}
    for one, is_out in zip(found, out, strict=True):
        parts[is_out].append(one)
    return parts[False], parts[True]


def _guess_by_keywords() -> Guess:
    names = dict(ContentClass.objects.values_list("code", "name"))
    return lambda reading: [(one.value, one.confidence) for one in classifying.by_keywords(reading, names)]


def _why(is_used: bool, had_one: bool) -> str:
    if is_used:
        return "检验结果不低于原来使用的版本，已启用。" if had_one else "检验结果不低于关键词，已启用。"
    return (
        "检验结果低于正在使用的版本，没有启用。" if had_one else "检验结果低于关键词，没有启用，继续按关键词提出建议。"
    )


# ---- measuring -------------------------------------------------------------------------------------------------------


def measure(guess: Guess, held: Sequence[Example], paths: dict[str, tuple[str, ...]]) -> dict:
    """How well classes are guessed: counts and shares by class of the first level; `exact` also asks for the levels below, as far as guessed."""
    lines, sure = [], []
    for one in held:
        right = paths.get(one.code, (one.code,))
        code, confidence = next(iter(guess(one.reading)), ("", 0.0))
        said = paths.get(code, (code,))
        lines.append((right[0], said[0]))
        sure.append((confidence, said[0] == right[0], right[: len(said)] == said))
    truly, said, agreed = (
        Counter(a for a, _ in lines),
        Counter(b for _, b in lines),
        Counter(a for a, b in lines if a == b),
    )
    per_class = [
        {
            "code": code,
            "n": truly[code],
            "said": said[code],
            "right": agreed[code],
            "f1": round(2 * agreed[code] / (truly[code] + said[code]), 4),
        }
        for code in sorted(truly)
    ]
    sure.sort(key=lambda one: -one[0])
    top = sure[: max(1, round(len(sure) * SURE_SHARE))]
    mixed = Counter((a, b) for a, b in lines if a != b)
    return {
        "n": len(lines),
        "macro_f1": round(sum(one["f1"] for one in per_class) / len(per_class), 4),
        "accuracy": round(sum(agreed.values()) / len(lines), 4),
        "accuracy_of_sure": round(sum(one[1] for one in top) / len(top), 4),
        "exact": round(sum(one[2] for one in sure) / len(sure), 4),
        "per_class": per_class,
        "mixed": [
            {"right": a, "said": b, "n": count}
            for (a, b), count in sorted(mixed.items(), key=lambda item: (-item[1], item[0]))
        ],
    }
