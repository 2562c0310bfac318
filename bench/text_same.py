"""Are messages on the same matter found, and put together? Real messages, and topics that were made by hand (issue 6).

    python -m bench.text_same        writes var/bench/similar.csv, clusters.csv and same.json, prints the scores
    python -m bench.text_same --cv   also fits the weights anew without each fifth of the topics, and scores that fifth

Ids that the makers of the topics call borderline count neither way. A message asks when an earlier one of its topic exists. Pairs and B-cubed
are counted over the messages of topics; `strict` counts whoever else was put beside them as an error.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from statistics import mean

from xinqiao.analysis.text import grouping, sameness
from xinqiao.cli import similar

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
OUT = Path(__file__).resolve().parents[1] / "var" / "bench"
FOLDS = 5


class Topics:
    """Messages of each topic, those that count neither way, and pairs that must not come together."""

    def __init__(self, path: Path = DATA / "fj3_topics_dev.json"):
        read = json.loads(path.read_text(encoding="utf-8"))
        self.ids = {name: [str(one) for one in topic["ids"]] for name, topic in read["topics"].items()}
        self.skipped = {str(one) for topic in read["topics"].values() for one in topic["borderline"]}
        self.apart = [tuple(map(str, pair)) for pair in read["meta"]["hard_negatives"]]

    def only(self, names: set[str]) -> "Topics":
        part = Topics.__new__(Topics)
        part.ids = {name: ids for name, ids in self.ids.items() if name in names}
        part.skipped, part.apart = self.skipped, self.apart
        return part


def scores_of_ranking(ranked: dict[str, list[str]], topics: Topics, sent: dict) -> dict[str, float]:
    recall, first = [], []
    for ids in topics.ids.values():
        for asked in ids:
            wanted = {one for one in ids if sent[one] < sent[asked]}
            found = [one for one in ranked.get(asked, []) if one not in topics.skipped][:10]
            if wanted:
                recall.append(len(wanted & set(found)) / len(wanted))
                first.append(bool(found) and found[0] in wanted)
    return {"queries": len(recall), "recall_at_10": mean(recall), "hit_at_1": mean(first)}


def scores_of_groups(group: dict[str, int], topics: Topics) -> dict[str, float]:
    topic = {one: name for name, ids in topics.ids.items() for one in ids}
    members = defaultdict(list)
    for one, number in group.items():
        if one not in topics.skipped:
            members[number].append(one)
    same_topic = {pair for ids in topics.ids.values() for pair in combinations(sorted(ids), 2)}
    together = {
        pair for ids in members.values() for pair in combinations(sorted(one for one in ids if one in topic), 2)
    }
    beside = sum(sum(one in topic for one in ids) * sum(one not in topic for one in ids) for ids in members.values())
    hits = len(same_topic & together)
    precision, strict, recall = [], [], []
    for one, name in topic.items():
        near = members[group[one]]
        own = sum(topic.get(other) == name for other in near)
        precision.append(own / sum(other in topic for other in near))
        strict.append(own / len(near))
        recall.append(own / len(topics.ids[name]))
    return {
        "pair_f1": _f1(hits / max(len(together), 1), hits / len(same_topic)),
        "b_cubed_f1": _f1(mean(precision), mean(recall)),
        "pair_f1_strict": _f1(hits / max(len(together) + beside, 1), hits / len(same_topic)),
        "b_cubed_f1_strict": _f1(mean(strict), mean(recall)),
        "hard_negatives_merged": sum(group[one] == group[other] for one, other in topics.apart),
    }


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def ranking(messages: list) -> dict[str, list[tuple[str, float]]]:
    return {asked.id: [(one.id, same.odds) for one, same in found] for asked, found in sameness.ranked(messages)}


def grouped(messages: list) -> dict[str, int]:
    return dict(zip((one.id for one in messages), grouping.clusters(messages), strict=True))


def scored(ranked: dict, group: dict, topics: Topics, sent: dict) -> dict[str, float]:
    plain = {asked: [one for one, _odds in found] for asked, found in ranked.items()}
    return {**scores_of_ranking(plain, topics, sent), **scores_of_groups(group, topics)}


def cross_validated(messages: list, topics: Topics, sent: dict) -> list[dict[str, float]]:
    """Of each fifth of the topics, the scores with weights that were fitted to the other four."""
    kept, found = (sameness.START, sameness.WEIGHTS), []
    rows, labels, of, counts = _examples(messages, topics)
    try:
        for fold in range(FOLDS):
            names = set(sorted(topics.ids)[fold::FOLDS])
            outside = [place for place, topic in enumerate(of) if topic not in names]
            sameness.START, sameness.WEIGHTS = _fitted(
                [rows[n] for n in outside], [labels[n] for n in outside], [counts[n] for n in outside]
            )
            part = topics.only(names)
            found.append({"topics": len(names), **scored(ranking(messages), grouped(messages), part, sent)})
    finally:
        sameness.START, sameness.WEIGHTS = kept
    return found


def _examples(messages: list, topics: Topics) -> tuple[list, list, list, list]:
    """Pairs of which one at least is in a topic: the six numbers, whether both are in it, which, and how much the pair counts."""
    topic = {one: name for name, ids in topics.ids.items() for one in ids}
    among = sameness.Comparison(messages)
    rows, labels, of, counts = [], [], [], []
    for place, near in among.near(at_once=True):
        for other in near:
            one, two = messages[place].id, messages[other].id
            name = topic.get(one) or topic.get(two)
            if name and not {one, two} & topics.skipped:
                same = topic.get(one) == topic.get(two)
                rows.append(sameness.parts(among.profiles[place], among.profiles[other], among.scale)[0])
                labels.append(same)
                of.append(name)
                counts.append(1 / (len(topics.ids[name]) - 1) if same else 1.0)
    return rows, labels, of, counts


def _fitted(rows: list, labels: list, counts: list) -> tuple[float, tuple[float, ...]]:
    import numpy
    from sklearn.linear_model import LogisticRegression

    table = numpy.array(rows)
    middle, spread = table.mean(0), table.std(0)
    fitted = LogisticRegression(C=1, max_iter=1000).fit((table - middle) / spread, labels, sample_weight=counts)
    weights = fitted.coef_[0] / spread
    return float(fitted.intercept_[0] - (weights * middle).sum()), tuple(map(float, weights))


def main(with_cv: bool = False) -> dict:
    """Write the predictions, and what they come to."""
    messages, topics = similar.read(DATA / "fj3_messages.csv"), Topics()
    sent = {one.id: one.at for one in messages}
    began = time.process_time()
    ranked = ranking(messages)
    middle = time.process_time()
    group = grouped(messages)
    seconds = {"similar_cpu_seconds": middle - began, "cluster_cpu_seconds": time.process_time() - middle}
    OUT.mkdir(parents=True, exist_ok=True)
    rows = (
        (asked, rank, one, f"{odds:.3f}")
        for asked, found in ranked.items()
        for rank, (one, odds) in enumerate(found, 1)
    )
    similar.write(str(OUT / "similar.csv"), ("query_id", "rank", "msg_id", "score"), rows)
    similar.write(str(OUT / "clusters.csv"), ("msg_id", "cluster"), group.items())
    told = {
        **scored(ranked, group, topics, sent),
        **seconds,
        "groups": len(set(group.values())),
        "largest": max(Counter(group.values()).values()),
    }
    if with_cv:
        told["cross_validated"] = cross_validated(messages, topics, sent)
    (OUT / "same.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return told


if __name__ == "__main__":
    for name, value in main("--cv" in sys.argv).items():
        print(f"{name:24} {value if isinstance(value, int | list) else round(value, 4)}")
