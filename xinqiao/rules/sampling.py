"""抽查: what is checked in a sample of matters, question by question, and how the sample is drawn (G.2 “registration quality”, D.7 GT-1 to GT-6).

A sample is drawn by chance, with a seed that is kept, so that anybody can draw the same one again. It takes from every organ in proportion
to its matters, never by who petitioned, how often or how many. The figures speak of the work of organs.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.gates import TITLES
from xinqiao.rules.patrol import Ground
from xinqiao.rules.stages import Coded

REGULATION = "信访工作条例"
SMALLEST, LARGEST = 5, 100  # matters of one sample
LONGEST_DAYS = 366  # of the period that is sampled
NOTE_LEAST = 10  # characters: what is wrong, so that the organ can check it


class Answer(Coded):
    """What the sheet says to one question. 是: the work was right."""

    YES = "yes", "对", ""
    NO = "no", "不对", ""
    NOT_APPLICABLE = "na", "不适用", ""


class SampleSort(Coded):
    """What is looked at."""

    REGISTRATION = "registration", "登记、甄别", "G.2"
    ROUTE = "route", "处理途径", "R-31"
    REFUSAL = "refusal", "不予受理、不再受理", "D.10"
    OPINION = "opinion", "处理意见书", "GT-1 至 GT-6"


@dataclass(frozen=True)
class Question:
    """One line of the sheet. `fault`: how a wrong one is called in the figures."""

    code: str
    sort: SampleSort
    question: str
    fault: str
    basis: str


_S = SampleSort
_ROWS = (
    Question("kind", _S.REGISTRATION, "类别定得对吗（建议意见、检举控告、申诉求决）？", "类别错误", f"{REGULATION}第二十九条至第三十一条"),
    Question("class", _S.REGISTRATION, "内容分类定得对吗？", "分类错误", "登记规范"),
    Question("unit", _S.REGISTRATION, "转给的机关、单位有权处理吗？", "去向错误", f"{REGULATION}第二十二条"),
    Question("requests", _S.REGISTRATION, "信访人的诉求都列出来了吗？", "诉求遗漏", f"{REGULATION}第二十二条第一款、第三十二条"),
    Question("days", _S.REGISTRATION, "收到日期和登记日期真实吗？", "日期不实", f"{REGULATION}第二十二条第一款"),
    Question("route", _S.ROUTE, "选的处理途径对吗？", "途径错误", f"{REGULATION}第三十一条"),
    Question("told", _S.ROUTE, "告诉信访人怎样走这条途径了吗？", "没有告知", f"{REGULATION}第二十三条、第三十一条"),
    Question("ground", _S.REFUSAL, "不予受理的理由属于规定的情形吗？", "理由不成立", f"{REGULATION}第二十三条、第三十六条第三款"),
    Question("facts", _S.REFUSAL, "理由有事实支持吗？", "缺少事实", f"{REGULATION}第四十四条"),
    Question("turn", _S.REFUSAL, "告诉信访人可以去哪里了吗？", "没有指引", f"{REGULATION}第二十三条"),
    *(
        Question(gate.lower().replace("-", ""), _S.OPINION, f"{title}？", f"不符合：{title}", f"{REGULATION}第三十二条")
        for gate, title in TITLES.items()
    ),
)  # fmt: skip
# The ground of supervision (SV-1) that a fault of each sort is proposed under; whoever proposes may choose another (INF).
GROUNDS: MappingProxyType[str, Ground] = MappingProxyType(
    {
        _S.REGISTRATION: Ground.NOT_ACCEPTED,
        _S.ROUTE: Ground.NOT_ACCEPTED,
        _S.REFUSAL: Ground.NOT_ACCEPTED,
        _S.OPINION: Ground.POOR_OPINION,
    }
)
QUESTIONS: MappingProxyType[str, Question] = MappingProxyType({row.code: row for row in _ROWS})


def questions_of(sort: str) -> list[Question]:
    """The lines of the sheet of one sort, in order."""
    return [row for row in _ROWS if row.sort == sort]


def allocate(counts: Mapping[int, int], size: int) -> dict[int, int]:
    """How many to take from each organ: in proportion, by the largest remainder, at most what there is (ties by the organ's key)."""
    total = sum(counts.values())
    if total <= size:
        return dict(counts)
    shares = {organ: size * count / total for organ, count in counts.items()}
    taken = {organ: int(share) for organ, share in shares.items()}
    by_rest = sorted(shares, key=lambda organ: (taken[organ] - shares[organ], organ))
    for organ in by_rest[: size - sum(taken.values())]:
        taken[organ] += 1
    return taken


def draw(strata: Mapping[int, Sequence[int]], size: int, seed: int) -> dict[int, list[int]]:
    """The sample of each organ. The same matters, size and seed give the same sample, whatever the order they come in."""
    taken = allocate({organ: len(set(ids)) for organ, ids in strata.items()}, size)
    chance = random.Random(seed)
    return {
        organ: sorted(chance.sample(sorted(set(strata[organ])), taken[organ]))
        for organ in sorted(strata)
        if taken.get(organ)
    }


def check_sheet(sort: str, answers: Mapping[str, str], note: str) -> list[str]:
    """What the sheet still lacks: every question answered, what is wrong said."""
    lacking = [row.question for row in questions_of(sort) if answers.get(row.code) not in set(Answer)]
    if lacking:
        return [f"请回答：{question}" for question in lacking]
    if Answer.NO in answers.values() and len(note.strip()) < NOTE_LEAST:
        return [f"有不对的，请写明哪里不对（至少{NOTE_LEAST}个字）。"]
    return []


def faults_of(sort: str, answers: Mapping[str, str]) -> list[Question]:
    """The lines that the sheet calls wrong, in order."""
    return [row for row in questions_of(sort) if answers.get(row.code) == Answer.NO]


def fault_words(sort: str, answers: Mapping[str, str], note: str) -> str:
    """What the organ did not do, as a letter of supervision begins to say it: the faults, the basis of each once, what the sheet says."""
    faults = faults_of(sort, answers)
    if not faults:
        return ""
    bases = "；".join(dict.fromkeys(row.basis for row in faults))
    return f"抽查发现{'、'.join(row.fault for row in faults)}（{bases}）。{note.strip()}"
