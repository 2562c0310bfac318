"""Content classes: learned from the labelled messages, measured on those that were left out, and said of those without labels.

    python -m bench.text_class               one split in five, seed 0 (about six minutes of one core)
    python -m bench.text_class --seeds 3     the same for several seeds: the spread
    python -m bench.text_class --quick       one fifth only

Writes var/bench/class.json and var/bench/fj2_heldout_pred.csv (`xinqiao classify` on the messages without labels). Only title and body are read.
Groups are never parted: those the makers of the file found, joined with those that share half of their pieces of five characters. Everything (pieces,
weights, directions, confidence) is learned anew for each fifth. CPU seconds of one core: run with OPENBLAS_NUM_THREADS=1, which this module sets.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import csv
import json
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import mean, pstdev

from xinqiao.analysis.text import learning
from xinqiao.analysis.text.proposal import Reading
from xinqiao.cli import classify
from xinqiao.rules import keywords

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
OUT = Path(__file__).resolve().parents[1] / "var" / "bench"
FOLDS = 5
SURE_SHARE = 0.8

# The seven labels of the file among the 17 classes of C.6; its makers put market supervision and quality below trade.
LABELS = {
    "03": "城乡建设", "04": "劳动和社会保障", "05": "卫生计生", "06": "教育文体", "10": "交通运输", "11": "商贸旅游", "13": "环境保护",
    "0906": "商贸旅游", "0907": "商贸旅游",
}  # fmt: skip


def read() -> tuple[list[Reading], list[str], list[int]]:
    """Messages, labels, groups."""
    with (DATA / "fj2_train.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    readings = [Reading(row["title"], row["body"]) for row in rows]
    groups, first = learning.alike(readings), {}
    for number, row in enumerate(rows):  # both ways of grouping, joined
        other = first.setdefault(row["dup_group"], groups[number])
        if other != groups[number]:
            old = groups[number]
            groups = [other if one == old else one for one in groups]
    return readings, [row["label"] for row in rows], groups


def folds(labels: list[str], groups: list[int], seed: int):
    """(learned, left out) of five: groups whole, labels spread evenly."""
    from sklearn.model_selection import StratifiedGroupKFold

    return StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(labels, labels, groups)


def scored(right: list[str], said: list[tuple[str, float]]) -> dict:
    """Macro-F1 over the labels, accuracy, accuracy of the surest 80 %, and how sure it was on average."""
    names, truly = sorted(set(right)), Counter(right)
    guessed = Counter(one for one, _ in said)
    agreed = Counter(a for a, (b, _) in zip(right, said, strict=True) if a == b)
    order = sorted(range(len(said)), key=lambda place: -said[place][1])[: round(len(said) * SURE_SHARE)]
    f1 = {name: 2 * agreed[name] / (truly[name] + guessed[name]) for name in names}
    return {
        "macro_f1": mean(f1.values()), "accuracy": sum(agreed.values()) / len(right), "sure": mean(said[one][0] == right[one] for one in order),
        "confidence": mean(one[1] for one in said), "f1": f1,
    }  # fmt: skip


def crossed(readings, labels, groups, seed: int, *, most: int = FOLDS, more: bool = True, whole: bool = True) -> dict:
    """One round of five: every message is said by a model that has not learned from it. `more`: the words of those left out are known, not their labels."""
    said, asked, train_s, message_ms = {}, [], [], []
    for number, (learned, left) in enumerate(folds(labels, groups, seed)):
        if number >= most:
            break
        begun = time.process_time()
        model = learning.fit(
            [readings[one] for one in learned], [labels[one] for one in learned], seed=seed, groups=[groups[one] for one in learned],
            more=[readings[one] for one in left] if more else (), whole=whole,
        )  # fmt: skip
        train_s.append(time.process_time() - begun)
        begun = time.process_time()
        said |= {one: model.likeliest(readings[one])[0] for one in left}
        message_ms.append((time.process_time() - begun) / len(left) * 1000)
        asked += list(left)
    scores = scored([labels[one] for one in asked], [said[one] for one in asked])
    return {
        **scores,
        "train_cpu_s": mean(train_s),
        "message_cpu_ms": mean(message_ms),
        "seed": seed,
        "messages": len(asked),
    }


def cold(readings, labels) -> dict:
    """Keywords alone, nothing learned: the first of the 17 classes, and the first among those of the file."""
    first, among = [], []
    for reading in readings:
        said = [
            LABELS.get(one.code[:4]) or LABELS.get(one.code[:2], "")
            for one in keywords.look(reading.title, reading.body, most=17)
        ]
        first.append(said[0] if said else "")
        among.append((next((one for one in said if one), ""), 0.0))
    return {"first_of_17": mean(a == b for a, b in zip(first, labels, strict=True)), **scored(labels, among)}


def predict(path: Path) -> None:
    """The messages without labels, by the command that anybody may run."""
    classify.write(
        str(path),
        classify.classify(
            classify.read(str(DATA / "fj2_heldout_inputs.csv"), title="title", body="body"),
            classify.read(str(DATA / "fj2_train.csv"), title="title", body="body", label="label"),
        ),
        top2=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-more", action="store_true", help="without the words of the messages that were left out")
    parser.add_argument(
        "--kept", action="store_true", help="as a version that is kept: landmarks are middles of several texts"
    )
    args = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    readings, labels, groups = read()
    found = {"keywords": cold(readings, labels), "rounds": []}
    print(
        f"关键词：17类首选 {found['keywords']['first_of_17']:.3f}；7类 macro-F1 {found['keywords']['macro_f1']:.3f}",
        flush=True,
    )
    for seed in range(args.seeds):
        one = crossed(
            readings, labels, groups, seed, most=1 if args.quick else FOLDS, more=not args.no_more, whole=not args.kept
        )
        found["rounds"].append(one)
        print(
            f"seed {seed}: macro-F1 {one['macro_f1']:.4f}  accuracy {one['accuracy']:.4f}  surest 80 % {one['sure']:.4f}  confidence {one['confidence']:.3f}"
            f"  train {one['train_cpu_s']:.0f} s CPU  message {one['message_cpu_ms']:.2f} ms CPU",
            flush=True,
        )
    for figure in ("macro_f1", "accuracy", "sure"):
        values = [one[figure] for one in found["rounds"]]
        print(f"{figure}: {mean(values):.4f} ± {pstdev(values):.4f} over {len(values)} seeds")
    predict(OUT / "fj2_heldout_pred.csv")
    (OUT / "class.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
