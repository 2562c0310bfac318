"""The decisions: handling opinion, review opinion, recheck opinion, refusal of either, reply to a suggestion."""

from xinqiao.documents.blocks import (
    day,
    entries,
    free_part,
    heading,
    item_text,
    law_text,
    numbered,
    paragraphs,
    say,
    sentence,
    subheading,
    word,
)
from xinqiao.documents.texts.transfer import sender_chain
from xinqiao.rules.document_contents import remedy_text
from xinqiao.rules.stages import ReviewOutcome


def handling_opinion(data: dict) -> list[dict]:
    """F-16 处理意见书 (R-32(1)): request, facts and reasons, opinion and its legal basis; then the remedy."""
    blocks = paragraphs(
        f"您于{say(data, 'petition_date')}提出的“{say(data, 'matter_title')}”信访事项（信访件编号：{say(data, 'matter_number')}），"
        f"本机关于{say(data, 'received_on')}收到，于{say(data, 'accepted_on')}受理。{sender_chain(data)}经调查核实，现答复如下："
    )
    blocks += [heading(1, "信访诉求"), *numbered(data.get("requests"))]
    blocks += [
        heading(2, "查明的事实"),
        *paragraphs(say(data, "facts")),
        *_evidence(data),
        *paragraphs(data.get("reasons")),
    ]
    blocks.append(heading(3, "处理意见和依据"))
    for position, answer in enumerate(entries(data.get("answers")), start=1):
        blocks += _answer(answer if isinstance(answer, dict) else {"conclusion": answer}, position, data)
    if data.get("execution"):
        blocks += paragraphs(f"落实安排：{sentence(say(data, 'execution'))}")
    blocks += free_part(data)
    return [*blocks, heading(4, "复查权利告知"), *paragraphs(remedy_text("F-16", data))]


def _evidence(data: dict) -> list[dict]:
    evidence = data.get("evidence")
    if not evidence:
        return []
    if isinstance(evidence, str):
        return paragraphs(f"以上事实有下列证据证明：{sentence(evidence)}")
    return paragraphs(f"以上事实有下列证据证明：{sentence('；'.join(item_text(entry) for entry in entries(evidence)))}")


def _answer(answer: dict, position: int, data: dict) -> list[dict]:
    label = answer.get("outcome_label") or word("outcome", answer.get("outcome") or "")
    number = answer.get("number", position)
    blocks = [subheading(f"（第{number}项）{answer.get('request') or _request(data, number)}".rstrip())]
    for key in ("facts", "reasons"):
        blocks += paragraphs(answer.get(key))
    conclusion = answer.get("conclusion")  # a draft may still lack it
    blocks += paragraphs(f"处理意见：{label}。{sentence(conclusion) if conclusion else ''}")
    blocks += paragraphs(f"依据：{sentence(law_text(answer.get('basis')))}")
    if answer.get("measure"):
        parts = {"what": answer["measure"], "who": answer.get("by_whom"), "due_on": answer.get("until_on")}
        blocks += paragraphs(f"落实安排：{sentence(_execution(parts))}")
    elif answer.get("execution"):
        blocks += paragraphs(f"落实安排：{sentence(_execution(answer['execution']))}")
    return blocks


def _request(data: dict, number) -> str:
    """The words of the request that an answer of this number belongs to."""
    for position, request in enumerate(entries(data.get("requests")), start=1):
        own = request.get("number", position) if isinstance(request, dict) else position
        if str(own) == str(number):
            return item_text(request)
    return ""


def _execution(execution) -> str:
    """what, who, until when: as text, or as {what, who, due_on}."""
    if not isinstance(execution, dict):
        return item_text(execution)
    due_on = day(execution.get("due_on")) if execution.get("due_on") else ""
    parts = [
        execution.get("what"),
        f"由{execution['who']}负责" if execution.get("who") else "",
        f"{due_on}前完成" if due_on else "",
    ]
    return "，".join(str(part) for part in parts if part)


def review_opinion(data: dict) -> list[dict]:
    """F-18 复查意见书 (R-35)."""
    return _second_opinion(data, "复查", "F-18", "复核权利告知")


def recheck_opinion(data: dict) -> list[dict]:
    """F-19 复核意见书 (R-36): final, and what remains possible."""
    return _second_opinion(data, "复核", "F-19", "终结告知")


def _second_opinion(data: dict, instance: str, document_id: str, remedy_title: str) -> list[dict]:
    issued = f"{day(data['opinion_issued_on'])}作出的" if data.get("opinion_issued_on") else ""
    blocks = paragraphs(f"申请人：{say(data, 'applicant')}")
    blocks += paragraphs(f"被申请机关：{say(data, 'respondent_org')}")
    blocks += paragraphs(
        f"申请人因“{say(data, 'matter_title')}”信访事项（信访件编号：{say(data, 'matter_number')}），不服被申请机关{issued}"
        f"意见书（{say(data, 'opinion_number')}），于{say(data, 'applied_on')}提出{instance}请求。经审查，现作出如下意见："
    )
    blocks += [heading(1, f"{instance}请求"), *paragraphs(say(data, "review_request"))]
    blocks += [
        heading(2, "查明的事实"),
        *paragraphs(say(data, "facts")),
        *_evidence(data),
        *paragraphs(data.get("reasons")),
    ]
    position = 3
    if data.get("hearing"):
        blocks += [heading(position, "听证情况"), *paragraphs(say(data, "hearing"))]
        position += 1
    blocks.append(heading(position, f"{instance}意见和依据"))
    blocks += paragraphs(f"依据：{sentence(law_text(data.get('legal_basis')))}")
    blocks += paragraphs(f"{instance}意见：{_decision(data)}。{sentence(say(data, 'conclusion'))}")
    if data.get("redo_by_on"):
        blocks += paragraphs(
            f"请{say(data, 'respondent_org')}于{day(data['redo_by_on'])}前重新作出意见；原意见因事实、证据或者依据错误被撤销的，"
            "不得以同一事实和理由作出相同的意见。"
        )
    blocks += free_part(data)
    return [*blocks, heading(position + 1, remedy_title), *paragraphs(remedy_text(document_id, data))]


def _decision(data: dict) -> str:
    decision = str(data.get("decision") or "")
    label = ReviewOutcome(decision).label if decision in {o.value for o in ReviewOutcome} else decision
    return {"维持": "维持原意见", "变更": "变更原意见", "撤销并责令重新作出": "撤销原意见，责令重新作出"}.get(
        label, label
    )


def review_refusal(data: dict) -> list[dict]:
    """F-20 复查（复核）不予受理告知书 (P7f)."""
    instance = say(data, "instance")
    return [
        *paragraphs(
            f"您于{say(data, 'applied_on')}就“{say(data, 'matter_title')}”信访事项（信访件编号：{say(data, 'matter_number')}），"
            f"对{say(data, 'respondent_org')}作出的意见书（{say(data, 'opinion_number')}）提出{instance}请求。"
            f"经审查，不符合{instance}条件，决定不予受理。"
        ),
        heading(1, "不予受理的情形和依据"),
        *paragraphs(sentence(say(data, "ground"))),
        *paragraphs(f"依据：{sentence(law_text(data.get('legal_basis')))}"),
        heading(2, "事实和理由"),
        *paragraphs(say(data, "facts")),
        *paragraphs(data.get("reasons")),
        heading(3, "您可以怎样做"),
        *(paragraphs(f"该事项请向{data['where_to_turn']}提出。") if data.get("where_to_turn") else []),
        *paragraphs(remedy_text("F-20", data)),
        *free_part(data),
        *paragraphs("特此告知。"),
    ]


def suggestion_reply(data: dict) -> list[dict]:
    """F-36 建议答复函 (R-29): adopted, partly or not, and why."""
    decision = {"partly": "部分采纳"}.get(str(data.get("decision")), say(data, "decision"))
    blocks = paragraphs(
        f"您于{say(data, 'petition_date')}提出的“{say(data, 'matter_title')}”建议（信访件编号：{say(data, 'matter_number')}），"
        f"本机关于{say(data, 'received_on')}收到。感谢您对我们工作的关心和支持。经认真研究，现答复如下："
    )
    if data.get("requests"):
        blocks += [*paragraphs("您的建议："), *numbered(data["requests"])]
    blocks += [
        heading(1, "研究结论"),
        *paragraphs(f"{decision}您的建议。"),
        heading(2, "理由"),
        *paragraphs(say(data, "reasons")),
    ]
    for key in ("legal_basis", "execution", "effect"):
        if data.get(key):
            name = {"legal_basis": "依据", "execution": "落实安排", "effect": "落实效果"}[key]
            blocks += paragraphs(f"{name}：{sentence(say(data, key))}")
    return [*blocks, *free_part(data), *paragraphs("欢迎您继续提出宝贵意见。")]
