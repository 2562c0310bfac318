"""What the machine may propose of a text (系统建议), how sure it says it is, and what became of it. PIPL 24, DU-1, secure-checklist 47.

A proposal decides nothing: it is shown beside the form, filled in only when a person presses for it, and never sets a stage, a limit, a
priority or a route. What is counted is how well the machine proposed, never who agreed with it.
"""

from xinqiao.rules.stages import Coded, Stage, Step


class Sort(Coded):
    """What is proposed. `code`: the step at which a person decides it."""

    CLASS = "class", "内容分类", Step.CLASSIFY.value
    KIND = "kind", "事项类别", Step.CLASSIFY.value
    PLACE = "place", "问题属地", Step.CLASSIFY.value
    REQUESTS = "requests", "诉求", Step.CLASSIFY.value
    LITIGATION = "litigation", "涉法涉诉", Step.CLASSIFY.value
    URGENCY = "urgency", "重大、紧急", Step.CLASSIFY.value
    RESPONDENTS = "respondents", "提到的单位和人", Step.CLASSIFY.value
    UNIT = "unit", "有权处理的机关、单位", Step.TRANSFER.value


class Verdict(Coded):
    """What a person decided where the machine had proposed something: a fact about the proposal, not about the person."""

    AGREED = "agreed", "与首选一致"
    AMONG = "among", "选了其他建议"
    CHANGED = "changed", "改为别的"
    IGNORED = "ignored", "没有采用"


# Steps after which proposals are made, and the stages in which somebody still decides by them: nothing is made for all of history.
MADE_AFTER = frozenset({Step.RECEIVE, Step.REGISTER, Step.SUPPLEMENT, Step.CLASSIFY})
WAITING = frozenset(
    {Stage.RECEIVED, Stage.REGISTERED, Stage.TRIAGE}
)  # and what a unit received itself, until it is classified
# Steps that decide what was proposed.
CLASSIFIED_BY = frozenset({Step.CLASSIFY})
SENT_BY = frozenset({Step.TRANSFER, Step.TRANSFER_DOWN, Step.ASSIGN, Step.TRANSFER_POLITICAL_LEGAL})

READ_AT_MOST = 20_000  # characters of one text; what is longer is read up to there
CANDIDATES_AT_MOST = 10  # of one sort; a text has few demands, a mixed one few classes
SHOWN_AT_MOST = {Sort.CLASS: 3, Sort.PLACE: 3, Sort.UNIT: 3, Sort.KIND: 2}  # others: all that are kept
WORDS_AT_MOST = 8  # words that spoke for one value, on a page

# Confidence in words, from the highest: (from, words).
_CONFIDENCE = ((0.9, "很有把握"), (0.7, "较有把握"), (0.4, "把握不大"), (0.0, "只供参考"))

EFFECT_DAYS = 365  # decided proposals of so many days back are looked at, at most so many, the newest first
EFFECT_AT_MOST = 20_000


def confidence_words(confidence: float | None) -> str:
    """How sure the machine is, in words; nothing where a rule says it and nothing is weighed."""
    if confidence is None:
        return ""
    return next(words for least, words in _CONFIDENCE if confidence >= least)


def maker_words(maker: str) -> str:
    """Who proposed it, as the page says it: keywords-1 → 关键词（第1版）."""
    sort, _, number = maker.rpartition("-")
    return f"{_MAKERS[sort]}（第{number}版）" if sort in _MAKERS else maker


_MAKERS = {"keywords": "关键词", "rules": "规则", "classifier": "分类模型"}


def judge(proposed: list[str], decided: list[str], *, several: bool = False) -> Verdict:
    """How a decision stands to what was proposed, the likeliest first. `several`: each value is a proposal of its own, all may be taken."""
    if not decided:
        return Verdict.IGNORED
    taken = [value for value in proposed if value in decided]
    agreed = len(taken) == len(proposed) if several else proposed[0] in taken
    if agreed:
        return Verdict.AGREED
    return Verdict.AMONG if taken else Verdict.CHANGED
