"""Letters between offices: transfer, assignment, sealed list, objection, its answer, supervision, completion report; and where it went."""

from xinqiao.documents.blocks import (
    BLANK,
    day,
    entries,
    free_part,
    heading,
    numbered,
    paragraphs,
    say,
    sentence,
    signatures,
    table,
)
from xinqiao.rules.document_contents import OBJECTION_CLAUSE


def transfer_letter(data: dict) -> list[dict]:
    """F-03 转送函 (R-22, R-23)."""
    opening = f"现将{_whose(data)}信访事项转送你单位，请依照《信访工作条例》及时办理。"
    demands = [
        f"请于{say(data, 'notify_by_on')}前（自收到之日起15日内）决定是否受理或者适用何种途径处理，并书面告知信访人。",
        OBJECTION_CLAUSE.format(object_by_on=say(data, "object_by_on")),
    ]
    return [*paragraphs(opening), *_situation(data), *_competence(data, "转送"), *_demands(data, demands)]


def assignment_letter(data: dict) -> list[dict]:
    """F-04 交办函 (R-22(1)(三)): a transfer with a reason, a date and a form for the result."""
    opening = f"现将{_whose(data)}信访事项交你单位办理，请依照《信访工作条例》认真办理，并按期报送结果。"
    demands = [
        f"请于{say(data, 'notify_by_on')}前（自收到之日起15日内）决定是否受理或者适用何种途径处理，并书面告知信访人。",
        f"请于{say(data, 'due_on')}前报送办理结果。{sentence(say(data, 'report_form'))}",
        OBJECTION_CLAUSE.format(object_by_on=say(data, "object_by_on")),
    ]
    reason = paragraphs(f"交办原因：{sentence(say(data, 'importance'))}")
    return [*paragraphs(opening), *_situation(data), *_competence(data, "交办"), *reason, *_demands(data, demands)]


def _whose(data: dict) -> str:
    petitioner = f"{data['petitioner']}反映的" if data.get("petitioner") else ""
    return f"{petitioner}“{say(data, 'matter_title')}”（信访件编号：{say(data, 'matter_number')}）"


def _situation(data: dict) -> list[dict]:
    blocks = [heading(1, "基本情况")]
    blocks += paragraphs(
        f"信访人于{say(data, 'petition_date')}提出，本机关于{say(data, 'received_on')}收到。{sender_chain(data)}"
    )
    blocks += paragraphs(data.get("summary"))
    if data.get("requests"):
        blocks += [*paragraphs("信访人的诉求："), *numbered(data["requests"])]
    return blocks


def sender_chain(data: dict) -> str:
    """转交经过, each leg with its organ and day."""
    legs = [leg for leg in entries(data.get("sender_chain")) if isinstance(leg, dict)]
    if not legs:
        return ""
    said = "，".join(f"{leg.get('organisation') or BLANK}（{day(leg.get('on'))}）" for leg in legs)
    return f"转交经过：{said}。"


def _competence(data: dict, act: str) -> list[dict]:
    blocks = [heading(2, f"{act}理由和途径建议"), *paragraphs(sentence(say(data, "competence_reason")))]
    blocks += paragraphs(f"建议处理途径：{sentence(say(data, 'route'))}具体途径由你单位依法确定。")
    for key in ("reasons", "legal_basis"):
        if data.get(key):
            blocks += paragraphs(sentence(say(data, key)))
    return blocks


def _demands(data: dict, demands: list[str]) -> list[dict]:
    secrecy = say(data, "secrecy")
    if secrecy not in (BLANK, "无"):
        demands = [*demands, f"密级和保密要求：{sentence(secrecy)}"]
    else:
        demands = [*demands, "请依法保护信访人的个人信息，不得将信访材料转给被反映的人员或者单位。"]
    blocks = [heading(3, "办理要求"), *numbered(demands)]
    return [*blocks, *free_part(data)]


def sealed_list(data: dict) -> list[dict]:
    """F-05 移送清单 (R-22(2), R-30): numbers, days and pages; the content stays sealed."""
    items = [item for item in entries(data.get("transfer_items")) if isinstance(item, dict)]
    pages = sum(item["pages"] for item in items if isinstance(item.get("pages"), int))
    rows = [
        [at, item.get("matter_number", ""), day(item.get("received_on")), item.get("pages", "")]
        for at, item in enumerate(items, start=1)
    ]
    return [
        *paragraphs(
            f"现将下列信访件密封移送，共{len(items)}件、{pages}页，请查收。信访件内容见密封原件，本清单不载明内容。"
        ),
        table(["序号", "信访件编号", "收到日期", "页数"], rows),
        *paragraphs("请清点后在回执上签字，并退回本机关。"),
        signatures("移送人", "接收人"),
    ]


def objection(data: dict) -> list[dict]:
    """F-12 异议函 (R-23(3))."""
    number = data.get("document_number") or ""
    return [
        *paragraphs(
            f"你单位{number}转送（交办）的“{say(data, 'matter_title')}”信访事项（信访件编号：{say(data, 'matter_number')}），"
            f"我单位于{say(data, 'received_on')}收到。经核实，该事项不属于我单位职权范围，现提出异议。"
        ),
        heading(1, "理由和依据"),
        *paragraphs(say(data, "reasons")),
        *paragraphs(f"依据：{sentence(say(data, 'legal_basis'))}"),
        heading(2, "有权处理的机关"),
        *paragraphs(f"我单位认为，该事项应当由{say(data, 'competent_organ')}办理。"),
        *free_part(data),
        *paragraphs("请予审核。所附材料一并退还。"),
    ]


def objection_answer(data: dict) -> list[dict]:
    """F-13 异议审核意见 (R-23(3))."""
    agreed = data.get("decision") in ("agree", "agreed", True, "同意")
    decision = say(data, "decision") if not isinstance(data.get("decision"), bool) else ("同意" if agreed else "不同意")
    number = f"（{data['document_number']}）" if data.get("document_number") else ""
    blocks = paragraphs(
        f"你单位关于“{say(data, 'matter_title')}”信访事项（信访件编号：{say(data, 'matter_number')}）的异议函{number}，"
        f"本机关于{say(data, 'received_on')}收到。经审核，现答复如下："
    )
    blocks += [heading(1, "审核意见"), *paragraphs(f"{decision}你单位提出的异议。")]
    blocks += [heading(2, "理由"), *paragraphs(say(data, "reasons"))]
    if data.get("legal_basis"):
        blocks += paragraphs(f"依据：{sentence(say(data, 'legal_basis'))}")
    if agreed and data.get("competent_organ"):
        blocks += paragraphs(f"该事项由本机关另行转送{data['competent_organ']}办理。")
    if not agreed:
        by = f"，于{say(data, 'notify_by_on')}前告知信访人" if data.get("notify_by_on") else ""
        blocks += paragraphs(f"请你单位自收到本意见之日起依法办理{by}，不得再次退回。")
    return [*blocks, *free_part(data)]


def destination_notice(data: dict) -> list[dict]:
    """F-07 转送（交办）去向告知书 (R-23(1))."""
    blocks = paragraphs(
        f"您反映的“{say(data, 'matter_title')}”信访事项（信访件编号：{say(data, 'matter_number')}），"
        f"本机关于{say(data, 'received_on')}收到，已于{say(data, 'transferred_on')}转送{say(data, 'receiving_org')}办理。"
    )
    blocks += paragraphs(
        f"{say(data, 'receiving_org')}将于{say(data, 'notify_by_on')}前告知您是否受理或者适用何种途径处理，联系电话：{say(data, 'receiving_phone')}。"
    )
    if data.get("due_on"):
        blocks += paragraphs(f"预计于{say(data, 'due_on')}前答复您。")
    return [*blocks, *free_part(data), *paragraphs("您可以凭信访件编号和查询码查询办理情况。特此告知。")]


def supervision_letter(data: dict) -> list[dict]:
    """F-26 督办函 (R-40(1), SV-2, SV-3)."""
    opening = (
        f"你单位承办的{_whose(data)}信访事项，经核查存在以下问题。依据{say(data, 'legal_basis')}，现予督办。"
    )
    blocks = [*paragraphs(opening), heading(1, "存在的问题"), *paragraphs(say(data, "rule_broken"))]
    blocks += [heading(2, "督办要求"), *paragraphs(say(data, "demand"))]
    blocks += paragraphs(f"请于{say(data, 'due_on')}前书面答复办理情况和结果。")
    blocks += [heading(3, "改进工作的建议"), *paragraphs(say(data, "improvement"))]
    return [*blocks, *free_part(data), *paragraphs("特此函告。")]


def completion_report(data: dict) -> list[dict]:
    """F-29 办结报告 (SV-8)."""
    blocks = paragraphs(
        f"你单位{say(data, 'assignment_number')}交办的{data.get('petitioner') or BLANK}反映的“{say(data, 'matter_title')}”"
        f"信访事项（信访件编号：{say(data, 'matter_number')}），已办理完毕。现将有关情况报告如下："
    )
    if data.get("review"):
        blocks += [*paragraphs(f"本机关审核意见：{sentence(say(data, 'review'))}承办单位报告的情况如下：")]
    blocks += [heading(1, "反映的主要问题和诉求"), *paragraphs(say(data, "problem")), *numbered(data.get("requests"))]
    blocks += [heading(2, "调查核实情况"), *paragraphs(say(data, "facts"))]
    blocks += [heading(3, "处理情况"), *paragraphs(say(data, "handling"))]
    if data.get("legal_basis"):
        blocks += paragraphs(f"处理依据：{sentence(say(data, 'legal_basis'))}")
    if data.get("effect"):
        blocks += [heading(4, "落实效果"), *paragraphs(say(data, "effect"))]
    return [*blocks, *free_part(data), *paragraphs(f"签发人：{say(data, 'signer')}"), *paragraphs("专此报告。")]


def urgent_report(data: dict) -> list[dict]:
    """F-32 重大紧急信访信息专报、续报、终报 (UR-5): what, where, when, how many; never who."""
    blocks = paragraphs(
        f"依据{say(data, 'legal_basis')}，现将一件重大、紧急信访信息（信访件编号：{say(data, 'matter_number')}）报告如下："
    )
    rows = (
        ("情况", "happened"), ("地点", "where"), ("时间", "since"), ("涉及人数", "affected"), ("人身危险", "life_danger"),
        ("已经联系的救助力量", "rescue"), ("诉求", "demands"), ("已经采取的措施", "taken"), ("下一次续报", "next_report"),
        ("联系人和电话", "contact"),
    )  # fmt: skip
    for place, (title, key) in enumerate((row for row in rows if row[1] != "rescue" or data.get("rescue")), start=1):
        blocks += [heading(place, title), *paragraphs(say(data, key))]
    if data.get("outside"):
        blocks += paragraphs(f"同时用其他方式报送：{say(data, 'outside')}。")
    return [*blocks, *free_part(data), *paragraphs(f"签发人：{say(data, 'signer')}"), *paragraphs("特此报告。")]
