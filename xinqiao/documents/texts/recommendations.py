"""F-27, F-28, F-38: what an office recommends, what it hears back, what the joint conference decided (R-39(3), R-40)."""

from xinqiao.documents.blocks import free_part, heading, paragraphs, plain, say, sentence

_OPENINGS = {
    "改进工作": "我单位在办理和督查信访事项中发现，你单位的有关工作需要改进。",
    "完善政策": "我单位在办理和分析信访事项中发现，有的政策、规定需要完善。",
    "追究责任": "我单位在办理和督查信访事项中发现，有关单位和人员有应当追究责任的情形，并且造成了严重后果。",
}


def recommendation(data: dict) -> list[dict]:
    """F-27 改进工作、完善政策、追究责任建议书 (R-40(1) to (3), SV-4)."""
    opening = _OPENINGS.get(str(data.get("recommendation")), "")
    parts: list[tuple[str, list[dict]]] = []
    if data.get("provision"):
        parts.append(("需要完善的政策、规定", paragraphs(say(data, "provision"))))
    if data.get("concerned"):
        parts.append(("责任单位", paragraphs(say(data, "concerned"))))
    parts.append(("事实", paragraphs(say(data, "facts"))))
    if data.get("grounds"):
        parts.append(("责任情形", _lines(data["grounds"])))
    if data.get("consequence"):
        parts.append(("造成的严重后果", paragraphs(say(data, "consequence"))))
    if data.get("relied_on"):
        parts.append(("依据的信访事项", _matters(data["relied_on"])))
    parts.append(("建议", paragraphs(say(data, "improvement"))))
    blocks = paragraphs(f"{opening}依据{say(data, 'legal_basis')}，提出如下建议。")
    for position, (title, inside) in enumerate(parts, start=1):
        blocks += [heading(position, title), *inside]
    blocks += paragraphs(f"请认真研究，于{say(data, 'due_on')}前书面反馈采纳情况。没有采纳或者部分采纳的，请说明理由。")
    return [*blocks, *free_part(data), *paragraphs(f"签发人：{say(data, 'signer')}")]


def feedback(data: dict) -> list[dict]:
    """F-28 采纳情况反馈 (R-40(4), SV-5)."""
    blocks = paragraphs(
        f"你单位《{say(data, 'recommendation')}建议书》（{say(data, 'document_number')}），我单位于{say(data, 'received_on')}收到。"
        f"依据{say(data, 'legal_basis')}，现将采纳情况反馈如下："
    )
    parts = [("采纳情况", paragraphs(sentence(say(data, "adoption"))))]
    if data.get("measures"):
        when = f"完成（预计完成）日期：{say(data, 'done_by_on')}。"
        parts.append(("措施", [*paragraphs(say(data, "measures")), *paragraphs(when)]))
    if data.get("reasons"):
        parts.append(("没有采纳的内容和理由", paragraphs(say(data, "reasons"))))
    for position, (title, inside) in enumerate(parts, start=1):
        blocks += [heading(position, title), *inside]
    return [*blocks, *free_part(data), *paragraphs(f"签发人：{say(data, 'signer')}"), *paragraphs("特此反馈。")]


def measure(data: dict) -> list[dict]:
    """F-38 约谈通知书、情况通报、挂牌督办决定书、责令限期整改通知书 (R-39(3), SV-6)."""
    blocks = paragraphs(f"依据{say(data, 'legal_basis')}，经{say(data, 'body_decided')}决定，现将有关事项通知如下。")
    parts = [("问题和事实", paragraphs(say(data, "facts"))), ("责任情形", _lines(data.get("grounds") or []))]
    if data.get("relied_on"):
        parts.append(("依据的信访事项", _matters(data["relied_on"])))
    limit = paragraphs(f"最后期限：{say(data, 'due_on')}。") if data.get("due_on") else []
    parts.append(("要求", [*paragraphs(say(data, "demand")), *limit]))
    for position, (title, inside) in enumerate(parts, start=1):
        blocks += [heading(position, title), *inside]
    return [*blocks, *free_part(data)]


def _matters(rows: list[dict]) -> list[dict]:
    """Numbers and days: no letter of these says who petitions."""
    return [
        plain(f"{position}．{row['number']}（{say(row, 'received_on')}收到）") for position, row in enumerate(rows, 1)
    ]


def _lines(words: list[str]) -> list[dict]:
    return [block for one in words for block in paragraphs(sentence(one))]
