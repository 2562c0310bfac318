"""What an opinion must contain before it can be signed: GT-1 to GT-6 (D.7, R-32), and the same for review (D.9).

A gate looks at what a table can see: whether each request has an answer, whether a basis is cited, whether the words
decide anything. GT-4 is a word list (STEP_WORDS, RESULT_WORDS): it finds the usual phrases that stand for a result
("正在研究", "已转交") and knows nothing of what they mean. It can miss an empty answer in other words, and it can stop a
good one; then the officer rewrites the sentence so that the result stands in it. It never approves an answer.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xinqiao.rules.stages import Outcome, ReviewOutcome


@dataclass(frozen=True)
class Basis:
    """A law, rule or policy that a conclusion rests on: title and article."""

    title: str
    article: str


@dataclass(frozen=True)
class Answer:
    """The answer to one request (诉求). The last three fields are owed when it is supported, fully or partly."""

    request_number: int
    outcome: Outcome | None = None
    facts: str = ""
    reasons: str = ""
    basis: tuple[Basis, ...] = ()
    conclusion: str = ""
    measure: str = ""
    by_whom: str = ""
    until_on: date | None = None


@dataclass(frozen=True)
class OpinionDraft:
    """A handling opinion (信访处理意见书) as far as it is written.

    `remedy_organ_name` and `…_address` come from the organisation tree, never typed by hand (GT-6).
    """

    requests: tuple[tuple[int, str], ...]
    answers: tuple[Answer, ...] = ()
    facts: str = ""
    evidence: tuple[str, ...] = ()
    remedy_organ_name: str = ""
    remedy_organ_address: str = ""
    no_further_instance: bool = False


@dataclass(frozen=True)
class ReviewDraft:
    """A review or recheck opinion (复查、复核意见书) as far as it is written."""

    is_recheck: bool
    outcome: ReviewOutcome | None = None
    facts: str = ""
    reasons: str = ""
    basis: tuple[Basis, ...] = ()
    conclusion: str = ""
    redo_until_on: date | None = None  # revoked: until when the unit makes a new opinion
    not_worse: bool = False  # the officer confirms: not to the petitioner's disadvantage
    remedy_organ_name: str = ""
    remedy_organ_address: str = ""
    no_further_instance: bool = False


@dataclass(frozen=True)
class GateResult:
    """One finding: passed, or what to do about it."""

    id: str
    ok: bool
    message: str
    request_number: int | None = None


# Phrases that tell of a step, not of a result ("以处理意见代替结果性意见" is a ground for supervision, SV-1).
STEP_WORDS = (
    r"正在(进行|抓紧|积极|进一步)?(研究|调查|核实|处理|办理|协调|推进|了解|解决|审核|论证|整改|核查)",
    r"已(经)?(将.{0,20})?(转交|转送|转给|转至|移交|交由|上报|呈报|安排|部署)",
    r"(将|会)(进一步|继续|尽快|认真|积极|适时|会同|加强|督促|逐步|协调|组织|安排|加大)",
    r"(进一步|继续)(核实|调查|研究|跟踪|关注|协调|沟通|加强|推进|核查|督促)",
    r"责成.{0,30}?(处理|办理|核查|落实|整改|解决|调查|研究)",
    r"(督促|要求|协调).{0,30}?(处理|办理|整改|解决|落实|核查)",
    r"待.{1,30}?(后|时).{0,6}(研究|处理|答复|解决|确定|办理|考虑)",
    r"尽快.{0,10}(处理|解决|办理|答复|落实|安排|修复|整改|研究)",
    r"高度重视|(列入|纳入).{0,12}(计划|规划|议程|盘子)",
    r"(敬请|请|望)(您|你)?.{0,6}(耐心等待|谅解|理解|关注后续|予以支持)",
    r"建议(您|你|信访人)?(向|到|找|与|和)",
)
# Phrases that decide something, when no step stands in the same clause.
RESULT_WORDS = (
    r"(不予|予以|部分|全部|不)?支持",
    r"(不)?同意|准予|驳回|撤销|变更|维持|采纳",
    r"不予(批准|认定|办理|登记|许可|补偿|赔偿|发放|报销|调整|处罚)",
    r"(决定|认定|确认|核定|判定)",
    r"(不)?(属实|成立|符合|属于|违反|违法|合法)",
    r"(缺乏|没有|无)(相关|有关|明确)?(的)?(法律|政策|事实|法规)*依据",
    r"已(经)?.{0,20}?(支付|发放|补发|退还|返还|拆除|修复|修好|整改到位|补偿|赔偿|恢复|办结|办理完毕|处罚|更正|公开|到位|完成|完毕|解决|停止|关停|换发|登记)",
    r"(前|之前|日内|月内|元|由.{1,30})(一次性)?(支付|发放|补发|退还|返还|拆除|修复|修好|补偿|赔偿|恢复|办结|完成|更换|安装|登记|换发)",
)
_STEP = re.compile("|".join(STEP_WORDS))
_RESULT = re.compile("|".join(RESULT_WORDS))

TITLES = {
    "GT-1": "每项诉求都有答复",
    "GT-2": "事实查清，证据列明",
    "GT-3": "写明理由，引用依据的名称和条款",
    "GT-4": "写的是结果，不是工作步骤",
    "GT-5": "每项诉求都有明确的处理结论",
    "GT-6": "写明复查的权利、期限和机关",
}
REVIEW_TITLES = {
    "RV-1": "写明查明的事实",
    "RV-2": "有明确的复查、复核决定",
    "RV-3": "写明理由，引用依据的名称和条款",
    "RV-4": "写的是结果，不是工作步骤",
    "RV-5": "没有使信访人的处境更不利",
    "RV-6": "写明救济途径",
}


def check(draft: OpinionDraft) -> list[GateResult]:
    """Every gate in order: its failures, or one line that it is passed. `passed()` tells whether all are."""
    failures = [*_every_request(draft), *_facts(draft), *_each_answer(draft), *_remedy(draft)]
    return _in_order(failures, TITLES)


def passed(results: Sequence[GateResult]) -> bool:
    """Whether the opinion can be signed."""
    return all(result.ok for result in results)


def is_step_without_result(text: str) -> bool:
    """Whether a conclusion only tells what is being done (GT-4). See the limits in the docstring of this module."""
    clauses = [clause for clause in re.split(r"[。；;！!，,\n]", text) if clause.strip()]
    steps = [bool(_STEP.search(clause)) for clause in clauses]
    decides = any(_RESULT.search(clause) and not step for clause, step in zip(clauses, steps, strict=True))
    return any(steps) and not decides


def check_review(draft: ReviewDraft) -> list[GateResult]:
    """The gates of a review or recheck opinion (D.9, F-18, F-19)."""
    name = "复核" if draft.is_recheck else "复查"
    failures = []
    if not draft.facts.strip():
        failures.append(GateResult("RV-1", False, "还没有写查明的事实，请补写。"))
    if draft.outcome is None:
        failures.append(GateResult("RV-2", False, f"请选择{name}决定：维持、变更，或者撤销并责令重新作出。"))
    if draft.outcome is ReviewOutcome.REVOKE and draft.redo_until_on is None:
        failures.append(GateResult("RV-2", False, "撤销原意见的，请写明原单位在哪一天以前重新作出。"))
    failures += [GateResult("RV-3", False, message) for message in _unfounded(draft.reasons, draft.basis)]
    failures += [GateResult("RV-4", False, message) for message in _undecided(draft.conclusion)]
    if draft.outcome is ReviewOutcome.CHANGE and not draft.not_worse:
        failures.append(GateResult("RV-5", False, f"请确认：变更没有使信访人的处境更不利。{name}不能加重。"))
    failures += _review_remedy(draft)
    return _in_order(failures, REVIEW_TITLES)


REVOKED_NOTE = "原意见因事实、证据或者依据有误被撤销的，重新作出的意见不能以同样的事实和理由，作出同样的结果。"


def repeated_after_revocation(revoked: Sequence[Answer], new: Sequence[Answer]) -> list[GateResult]:
    """The answers of a new opinion that repeat a revoked one: same outcome, same facts, same reasons (D.9)."""
    before = {answer.request_number: answer for answer in revoked}
    return [
        GateResult(
            "D.9",
            False,
            f"第{answer.request_number}项的结果、事实和理由与被撤销的意见相同。{REVOKED_NOTE}",
            answer.request_number,
        )
        for answer in new
        if answer.request_number in before and _says_the_same(before[answer.request_number], answer)
    ]


# ---- the gates one by one


def _every_request(draft: OpinionDraft) -> list[GateResult]:
    numbers = [number for number, _ in draft.requests]
    answered = Counter(answer.request_number for answer in draft.answers)
    failures = []
    if not numbers:
        failures.append(GateResult("GT-1", False, "本件还没有列出诉求，请先把诉求逐项列出。"))
    for number, text in draft.requests:
        if not answered[number]:
            short = text if len(text) <= 20 else text[:20] + "…"
            failures.append(GateResult("GT-1", False, f"第{number}项诉求（{short}）还没有答复，请补写。", number))
        elif answered[number] > 1:
            failures.append(
                GateResult("GT-1", False, f"第{number}项诉求有{answered[number]}个答复，请合并成一个。", number)
            )
    for number in sorted(set(answered) - set(numbers)):
        failures.append(GateResult("GT-1", False, f"没有第{number}项诉求，请删去这项答复或者更正序号。", number))
    return failures


def _facts(draft: OpinionDraft) -> list[GateResult]:
    failures = []
    if not draft.facts.strip():
        failures.append(GateResult("GT-2", False, "还没有写查明的事实，请补写：什么时间、什么地点、发生了什么。"))
    if not any(item.strip() for item in draft.evidence):
        failures.append(GateResult("GT-2", False, "还没有列证据，请至少列出一项，例如调查笔录、现场照片、书证。"))
    return failures


def _each_answer(draft: OpinionDraft) -> list[GateResult]:
    failures = []
    for answer in draft.answers:
        number = answer.request_number
        found = (
            *(("GT-3", message) for message in _unfounded(answer.reasons, answer.basis)),
            *(("GT-4", message) for message in _undecided(answer.conclusion)),
            *(("GT-5", message) for message in _without_outcome(answer)),
        )
        failures += [GateResult(gate, False, f"第{number}项：{message}", number) for gate, message in found]
    return failures


def _unfounded(reasons: str, basis: Sequence[Basis]) -> list[str]:
    messages = [] if reasons.strip() else ["还没有写理由，请说明为什么这样处理。"]
    if not basis:
        messages.append("还没有引用依据，请写明法律、法规、规章或者政策的名称和条款。")
    for one in basis:
        if not one.title.strip():
            messages.append("有一项依据没有写名称，请补写。")
        elif not one.article.strip():
            messages.append(f"依据{one.title}没有写条款，请补写，例如“第八条”。")
    return messages


def _undecided(conclusion: str) -> list[str]:
    if not conclusion.strip():
        return ["还没有写处理意见，请写明结果。"]
    if is_step_without_result(conclusion):
        return ["写的是正在做什么，没有写结果。请改写：支持还是不支持；由谁、在哪一天以前、做什么。"]
    return []


def _without_outcome(answer: Answer) -> list[str]:
    if answer.outcome is None:
        return ["请选择结论：支持、部分支持、解释说明，或者不予支持。"]
    if answer.outcome not in (Outcome.SUPPORT, Outcome.PARTLY):
        return []
    owed = (
        (answer.measure.strip(), "做什么"),
        (answer.by_whom.strip(), "由谁落实"),
        (answer.until_on, "在哪一天以前落实"),
    )
    missing = "、".join(label for value, label in owed if not value)
    return [f"支持的诉求要写明落实安排，还缺：{missing}。"] if missing else []


def _remedy(draft: OpinionDraft) -> list[GateResult]:
    return [GateResult("GT-6", False, message) for message in _remedy_gaps(draft, "复查")]


def _review_remedy(draft: ReviewDraft) -> list[GateResult]:
    # A recheck opinion is final: there is no organ to name.
    if draft.is_recheck:
        return []
    return [GateResult("RV-6", False, message) for message in _remedy_gaps(draft, "复核")]


def _remedy_gaps(draft: OpinionDraft | ReviewDraft, instance: str) -> list[str]:
    named = bool(draft.remedy_organ_name.strip())
    if draft.no_further_instance:
        return [f"既写了“没有上一级机关”，又写了{instance}机关，请核对机构资料。"] if named else []
    if not named:
        return [f"还没有确定{instance}机关。请管理员在机构资料中补上上一级机关、单位。"]
    if not draft.remedy_organ_address.strip():
        return [f"{instance}机关{draft.remedy_organ_name}没有地址。请管理员在机构资料中补上。"]
    return []


def _in_order(failures: Sequence[GateResult], titles: dict[str, str]) -> list[GateResult]:
    results = []
    for gate, title in titles.items():
        results += [f for f in failures if f.id == gate] or [GateResult(gate, True, f"{title}。")]
    return results


def _says_the_same(old: Answer, new: Answer) -> bool:
    flat = lambda text: re.sub(r"[\s\W]+", "", text)  # noqa: E731 - punctuation and blanks make no new reason
    return old.outcome == new.outcome and flat(old.facts) == flat(new.facts) and flat(old.reasons) == flat(new.reasons)
