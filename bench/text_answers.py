"""Is an answer told from another one? Real questions with their official replies, own reply against a random one (issue 6).

    python -m bench.text_answers        writes var/bench/answers.json and answers_pairs.csv, prints the table

User names, numbers of messages and dates are taken out of question and reply before anything is compared; with them in, the figure is given beside
it, to show what such cheats are worth. How common a piece is was counted in the file itself, which needs no label. The weights in
`analysis/text/belonging.py` were chosen on the messages whose number has an odd CRC; `held back` are the others, looked at once.
"""

import csv
import json
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from zlib import crc32

from xinqiao.analysis.text import belonging
from xinqiao.analysis.text.proposal import Reading

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "fj4_replies.csv"
OUT = Path(__file__).resolve().parents[1] / "var" / "bench"
SEEDS = (1, 2, 3, 4, 5)
LIKEST_OF = 50  # titles that are compared to find the most similar question


def read(path: Path = DATA) -> list[dict]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


class Pairs:
    """Questions and replies, taken apart once."""

    def __init__(self, rows: list[dict], *, strip: bool = True):
        keep = belonging.plain
        if not strip:
            belonging.plain = lambda text: text
        try:
            mark = (lambda row: "") if strip else (lambda row: f"\n{row['user']}")
            self.rows = rows
            questions = [f"{row['title']}\n{row['body']}{mark(row)}" for row in rows]
            self.common = belonging.Common(questions, [row["reply"] for row in rows])
            self.questions = [belonging.asked(Reading(row["title"], row["body"] + mark(row))) for row in rows]
            self.answers = [belonging.said(row["reply"]) for row in rows]
        finally:
            belonging.plain = keep
        self._shares: dict[str, float] = {}

    def share(self, piece: str) -> float:
        found = self._shares.get(piece)
        if found is None:
            found = self._shares[piece] = self.common.share(piece)
        return found

    def score(self, question: int, answer: int) -> float:
        return belonging.compared(self.questions[question], self.answers[answer], common=self.share)

    def wins(self, chosen: list[tuple[int, int]], own: dict[int, float]) -> dict[str, float]:
        """Share of pairs in which the own reply scores higher; a tie is no win."""
        won = tied = 0
        for question, other in chosen:
            mine = own.setdefault(question, self.score(question, question))
            theirs = self.score(question, other)
            won += mine > theirs
            tied += mine == theirs
        return {"pairs": len(chosen), "told_apart": round(won / len(chosen), 4), "ties": round(tied / len(chosen), 4)}


def is_held_back(row: dict) -> bool:
    return crc32(row["msg_id"].encode()) % 2 == 0


def random_pairs(numbers: list[int], seed: int) -> list[tuple[int, int]]:
    chance = random.Random(seed)
    chosen = []
    for one in numbers:
        other = chance.choice(numbers)
        while other == one:
            other = chance.choice(numbers)
        chosen.append((one, other))
    return chosen


def same_place_pairs(pairs: Pairs, numbers: list[int], seed: int) -> list[tuple[int, int]]:
    """A random reply to another question of the same place."""
    chance, by_place = random.Random(seed), defaultdict(list)
    for one in numbers:
        for place in pairs.questions[one][2]:
            by_place[place].append(one)
    chosen = []
    for one in numbers:
        others = sorted({other for place in pairs.questions[one][2] for other in by_place[place]} - {one})
        if others:
            chosen.append((one, chance.choice(others)))
    return chosen


def likest_pairs(pairs: Pairs, numbers: list[int]) -> list[tuple[int, int]]:
    """The reply to the question whose title is most like this one's: the hardest there is, some are one matter told twice."""
    by_piece = defaultdict(list)
    for one in numbers:
        for piece in pairs.questions[one][0]:
            by_piece[piece].append(one)
    chosen = []
    for one in numbers:
        weight: Counter = Counter()
        for piece in pairs.questions[one][0]:
            if len(by_piece[piece]) <= LIKEST_OF:
                for other in by_piece[piece]:
                    weight[other] += 1 / len(by_piece[piece])
        weight.pop(one, None)
        if weight:
            chosen.append((one, max(weight, key=lambda other: (weight[other], -other))))
    return chosen


def measure(rows: list[dict]) -> dict:
    held_back = [number for number, row in enumerate(rows) if is_held_back(row)]
    parts = {"held back": held_back, "all": list(range(len(rows)))}
    pairs, found = Pairs(rows), {}
    started = time.process_time()
    for name, numbers in parts.items():
        own: dict[int, float] = {}
        of_seeds = [pairs.wins(random_pairs(numbers, seed), own) for seed in SEEDS]
        told = [one["told_apart"] for one in of_seeds]
        found[name] = {
            "random": {
                "seeds": told,
                "mean": round(sum(told) / len(told), 4),
                "least": min(told),
                "pairs": len(numbers),
            },
            "same place": pairs.wins(same_place_pairs(pairs, numbers, 1), own),
            "most similar title": pairs.wins(likest_pairs(pairs, numbers), own),
        }
    says = [
        number for number in held_back if len(belonging.said(rows[number]["reply"])[0] - belonging.Common._always) >= 20
    ]
    own = {}
    told = [pairs.wins(random_pairs(says, seed), own)["told_apart"] for seed in SEEDS]
    found["held back, replies that say something"] = {
        "random": {"seeds": told, "mean": round(sum(told) / len(told), 4), "pairs": len(says)}
    }
    found["cpu_ms_a_pair"] = round(
        (time.process_time() - started) * 1000 / sum(2 * len(n) * 7 for n in parts.values()), 3
    )
    unstripped = Pairs(rows, strip=False)
    told = [unstripped.wins(random_pairs(held_back, seed), {})["told_apart"] for seed in SEEDS[:2]]
    found["held back, with user names and dates left in"] = {
        "random": {"seeds": told, "mean": round(sum(told) / len(told), 4)}
    }
    return found


def run(out: Path = OUT) -> dict:
    """The part of `make bench-text`: figures into `answers.json`, and which reply goes with which score into `answers_pairs.csv`."""
    if not DATA.exists():
        return {"skipped": f"{DATA} is not there"}
    rows = read()
    found = measure(rows)
    out.mkdir(parents=True, exist_ok=True)
    (out / "answers.json").write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    pairs = Pairs(rows)
    with (out / "answers_pairs.csv").open("w", encoding="utf-8", newline="") as lines:
        written = csv.writer(lines)
        written.writerow(("msg_id", "own", "random_msg_id", "random"))
        for one, other in random_pairs(list(range(len(rows))), 1):
            written.writerow(
                (
                    rows[one]["msg_id"],
                    round(pairs.score(one, one), 4),
                    rows[other]["msg_id"],
                    round(pairs.score(one, other), 4),
                )
            )
    return found


if __name__ == "__main__":
    json.dump(run(), sys.stdout, ensure_ascii=False, indent=2)
    print()
