"""Notices to the citizen before and during handling: accepted, other route, refused, no longer accepted, extended."""

from xinqiao.documents.blocks import free_part, heading, numbered, paragraphs, say, sentence
from xinqiao.documents.texts.transfer import sender_chain
from xinqiao.rules.document_contents import EXTENSION_CLAUSE, RIGHTS_ON_ACCEPTANCE, STILL_POSSIBLE, remedy_text


def _about(data: dict) -> str:
    return (
        f"您于{say(data, 'petition_date')}提出的“{say(data, 'matter_title')}”信访事项"
        f"（信访件编号：{say(data, 'matter_number')}），本机关于{say(data, 'received_on')}收到。"
    )


def acceptance_notice(data: dict) -> list[dict]:
    """F-08 受理告知书 (R-23, R-34, R-44(三))."""
    return [
        *paragraphs(
            f"{_about(data)}{sender_chain(data)}经审查，属于本机关职权范围，决定自{say(data, 'accepted_on')}起予以受理。"
        ),
        heading(1, "受理的诉求"),
        *numbered(data.get("requests")),
        heading(2, "办理程序和期限"),
        *paragraphs(
            f"本信访事项适用{say(data, 'procedure')}办理，承办人{say(data, 'handler_name')}，联系电话{say(data, 'handler_phone')}。"
            f"本机关将于{say(data, 'due_on')}前作出处理意见并书面答复您。"
        ),
        *paragraphs(EXTENSION_CLAUSE),
        heading(3, "您的权利"),
        *numbered(data.get("rights") or RIGHTS_ON_ACCEPTANCE),
        *free_part(data),
        *paragraphs("特此告知。"),
    ]


def route_notice(data: dict) -> list[dict]:
    """F-09 处理途径和程序告知书 (R-23, R-31)."""
    blocks = paragraphs(f"{_about(data)}经审查，该事项应当通过{say(data, 'route')}处理，现将有关途径和程序告知如下：")
    blocks += [heading(1, "理由和依据"), *paragraphs(sentence(say(data, "reasons")))]
    blocks += [*paragraphs(f"依据：{sentence(say(data, 'legal_basis'))}"), heading(2, "程序的启动")]
    if data.get("opened_by_unit") is True:
        blocks += paragraphs(f"本机关已经依职权启动该程序，编号为{say(data, 'procedure_number')}，您无需另行申请。")
    else:
        blocks += paragraphs(
            f"该程序依法需要由您本人提出申请。受理机关：{say(data, 'apply_to')}；"
            f"申请方式：{say(data, 'apply_how')}；申请期限：{sentence(day_or_text(data, 'apply_until'))}"
        )
    if data.get("due_on"):
        blocks += paragraphs(f"该程序的办理期限至{say(data, 'due_on')}。")
    blocks += [heading(3, "该程序中的救济"), *paragraphs(remedy_text("F-09", data))]
    return [*blocks, *free_part(data), *paragraphs("特此告知。")]


def day_or_text(data: dict, key: str) -> str:
    """A day in words, or the text that describes a period."""
    return say({"any_on": data.get(key)}, "any_on")


def refusal_notice(data: dict) -> list[dict]:
    """F-10 不予受理告知书 (R-23, R-44)."""
    return [
        *paragraphs(f"{_about(data)}经审查，决定不予受理，现告知如下："),
        heading(1, "不予受理的情形和依据"),
        *paragraphs(sentence(say(data, "ground"))),
        *paragraphs(f"依据：{sentence(say(data, 'legal_basis'))}"),
        heading(2, "事实和理由"),
        *paragraphs(say(data, "facts")),
        *paragraphs(data.get("reasons")),
        heading(3, "您可以怎样做"),
        *paragraphs(f"该事项请向{say(data, 'where_to_turn')}提出。"),
        *paragraphs(remedy_text("F-10", data)),
        *free_part(data),
        *paragraphs("特此告知。"),
    ]


def no_longer_accepted_notice(data: dict) -> list[dict]:
    """F-11 不再受理告知书 (R-36(3), R-37(3))."""
    return [
        *paragraphs(
            f"{_about(data)}经核对，该事项已由复核意见书（{say(data, 'recheck_number')}）作出终结意见，"
            f"并于{say(data, 'recheck_served_on')}送达。您仍以同一事实和理由提出，依照《信访工作条例》第三十六条第三款，不再受理。"
        ),
        heading(1, "事实和理由的比对"),
        *paragraphs(f"事实：{sentence(say(data, 'comparison_facts'))}"),
        *paragraphs(f"理由：{sentence(say(data, 'comparison_reasons'))}"),
        heading(2, "您仍可以怎样做"),
        *paragraphs(STILL_POSSIBLE),
        *paragraphs(f"咨询和帮扶联系方式：{sentence(say(data, 'help_contact'))}"),
        *free_part(data),
        *paragraphs("特此告知。"),
    ]


def extension_notice(data: dict) -> list[dict]:
    """F-14 延期告知书 (R-34)."""
    return [
        *paragraphs(
            f"您反映的“{say(data, 'matter_title')}”信访事项（信访件编号：{say(data, 'matter_number')}），"
            f"本机关于{say(data, 'accepted_on')}受理，办理期限至{say(data, 'old_due_on')}届满。"
        ),
        *paragraphs(
            f"因情况复杂，依照《信访工作条例》第三十四条，经本机关负责人批准，办理期限延长{say(data, 'extension_days')}日，"
            f"至{say(data, 'due_on')}届满。"
        ),
        *paragraphs(f"延期理由：{sentence(say(data, 'reasons'))}"),
        *free_part(data),
        *paragraphs("本机关将在新的期限届满前书面答复您。办理期限只延长一次。特此告知。"),
    ]
