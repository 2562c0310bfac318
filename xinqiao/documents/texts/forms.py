"""Tables and papers to sign: registration, approval of an extension, request for review, proof of service, agreements."""

from xinqiao.documents.blocks import (
    BLANK,
    day,
    entries,
    grid,
    heading,
    item_text,
    numbered,
    paragraphs,
    plain,
    say,
    sentence,
    signatures,
    table,
)
from xinqiao.rules.document_contents import COOLING_OFF


def registration_form(data: dict) -> list[dict]:
    """F-01 信访事项登记表 (R-19, R-22, R-23; the fields of C.2)."""
    blocks = [
        grid(
            ("信访件编号", say(data, "matter_number"), "信访形式", say(data, "channel")),
            ("信访日期", say(data, "petition_date"), "收到日期", say(data, "received_on")),
            ("登记机关", say(data, "org_name"), "登记日期", say(data, "registered_on")),
            ("登记人", say(data, "registrar"), "信访人数", _headcount(data)),
        ),
        plain("信访人"),
        table(["姓名", "证件号码", "联系电话", "住址"], [_person(entry) for entry in entries(data.get("petitioners"))]),
        plain("信访事项"),
        grid(
            ("标题", _optional(data, "matter_title")),
            ("问题属地", say(data, "matter_place")),
            ("被反映的人或单位", _optional(data, "respondents")),
            ("事实和理由", "\n".join(filter(None, [say(data, "facts"), str(data.get("reasons") or "")]))),
            ("诉求", "\n".join(block["text"] for block in numbered(data.get("requests")))),
            ("附件", "；".join(map(item_text, entries(data.get("enclosures")))) or "无"),
        ),
        grid(
            ("事项类别", _optional(data, "kind"), "信访目的", _optional(data, "purpose")),
            (
                "内容分类",
                _optional(data, "content_class"),
                "匿名 / 联名",
                f"{_yes(data, 'anonymous')} / {_yes(data, 'joint')}",
            ),
            ("同意公开", _yes(data, "publish_consent"), "要求保密", _yes(data, "secrecy_request")),
            ("语言、无障碍需求", _optional(data, "needs")),
        ),
    ]
    if data.get("oral"):
        blocks += paragraphs(f"本信访事项系口头提出。宣读确认：{sentence(say(data, 'read_back'))}")
        blocks.append(signatures("信访人", "登记人"))
    return blocks


def _headcount(data: dict) -> str:
    involved = f"（涉及{data['involved']}人）" if data.get("involved") else ""
    return f"{say(data, 'headcount')}人{involved}"


def _person(entry) -> list[str]:
    if not isinstance(entry, dict):
        return [str(entry), "", "", ""]
    return [str(entry.get(key) or "—") for key in ("name", "id_number", "phone", "address")]


def _optional(data: dict, key: str) -> str:
    said = say(data, key)
    return "—" if said == BLANK else said


def _yes(data: dict, key: str) -> str:
    value = data.get(key)
    return ("是" if value else "否") if not isinstance(value, str) else value


def extension_approval(data: dict) -> list[dict]:
    """F-14a 延期审批表 (R-34)."""
    return [
        grid(
            ("信访件编号", say(data, "matter_number"), "承办人", say(data, "handler_name")),
            ("信访事项", say(data, "matter_title")),
            ("信访人", _optional(data, "petitioner")),
            ("受理日期", say(data, "accepted_on"), "原期限届满日", say(data, "old_due_on")),
            ("延长天数", f"{say(data, 'extension_days')}日", "新期限届满日", say(data, "due_on")),
            ("办理情况", _optional(data, "handling")),
            ("情况复杂、需要延期的理由", say(data, "reasons")),
            ("审批意见", f"同意延长办理期限。\n批准人：{say(data, 'approver')}\n{say(data, 'approved_on')}"),
        ),
        plain("依据：《信访工作条例》第三十四条。延长期限不得超过三十日，只延长一次，并应当告知信访人延期理由。"),
    ]


def review_request(data: dict) -> list[dict]:
    """F-17 复查（复核）申请书 (R-35, R-36)."""
    instance = say(data, "instance")
    return [
        plain(f"{say(data, 'addressee')}："),
        grid(
            ("申请人", say(data, "applicant"), "联系电话", say(data, "applicant_phone")),
            ("住址", _optional(data, "applicant_address")),
            ("被申请机关", say(data, "respondent_org")),
            ("原意见书文号", say(data, "opinion_number"), "收到日期", say(data, "opinion_received_on")),
            ("信访件编号", _optional(data, "matter_number")),
        ),
        heading(1, f"{instance}请求"),
        *paragraphs(say(data, "review_request")),
        heading(2, "事实和理由"),
        *paragraphs(say(data, "facts")),
        *paragraphs(data.get("reasons")),
        *paragraphs(f"附件：{'；'.join(map(item_text, entries(data.get('enclosures')))) or '无'}"),
        signatures("申请人"),
        plain(f"申请日期：{say(data, 'applied_on')}"),
    ]


def proof_of_service(data: dict) -> list[dict]:
    """F-21 送达回证 (F.2)."""
    rows = [
        ("信访件编号", say(data, "matter_number")),
        ("送达文书", say(data, "document_title"), "文号", say(data, "document_number")),
        ("受送达人", say(data, "recipient"), "送达方式", say(data, "manner")),
        ("送达地点", say(data, "place")),
        ("送达日期", say(data, "served_on"), "送达人", say(data, "server")),
        ("受送达人签名或者捺印", "\n\n\n　　　　年　　月　　日"),
        ("代收人签名", data.get("signed_by") or " ", "与受送达人的关系", data.get("relation") or " "),
        ("拒收事由", data.get("refusal_reason") or "—"),
        ("见证人", _witnesses(data)),
        ("备注", data.get("reasons") or "—"),
    ]
    return [
        grid(*rows),
        plain("受送达人拒绝签收的，由送达人记明拒收事由和日期，由两名见证人签名或者附照片、录像。"),
    ]


def _witnesses(data: dict) -> str:
    return "；".join(map(item_text, entries(data.get("witnesses")))) or "—"


def agreement(data: dict) -> list[dict]:
    """F-25 调解（和解）协议书 (R-33; People's Mediation Law 29, 33; MD-1 to MD-7)."""
    mediated = data.get("agreement_kind") == "调解"
    parties = entries(data.get("parties"))
    blocks = [grid(*(("当事人", item_text(party)) for party in parties))]
    blocks += [grid(("信访件编号", say(data, "matter_number"), "主持机关", say(data, "org_name")))]
    blocks += [heading(1, "主要事实"), *paragraphs(say(data, "facts"))]
    blocks += [heading(2, "争议事项"), *paragraphs(say(data, "dispute")), heading(3, "协议内容")]
    blocks += numbered(data.get("terms"))
    blocks += [heading(4, "履行方式和期限"), *paragraphs(say(data, "performance"))]
    blocks += [heading(5, "效力"), *paragraphs(_effect(data, mediated))]
    people = [*(str(party.get("name")) if isinstance(party, dict) else str(party) for party in parties)]
    return [*blocks, signatures(*people, *([f"调解人（{say(data, 'mediator')}）"] if mediated else []))]


def _effect(data: dict, mediated: bool) -> str:
    copies = f"本协议一式{data['copies']}份，当事人各执一份。" if data.get("copies") else ""
    text = f"本协议自{say(data, 'effective_on')}起生效，双方应当按照约定履行。{copies}协议未履行的，信访事项继续办理，也可以依法提起诉讼。"
    if mediated:
        until = f"（{day(data['confirm_by_on'])}前）" if data.get("confirm_by_on") else ""
        text += f"双方当事人可以自协议生效之日起三十日内{until}共同向人民法院申请司法确认。"
    return text


def withdrawal(data: dict) -> list[dict]:
    """F-30 撤回申请 (WD-1 to WD-6)."""
    rows = [
        ("申请人", say(data, "applicant"), "信访件编号", say(data, "matter_number")),
        ("信访事项", say(data, "matter_title")),
        ("联系电话", _optional(data, "applicant_phone"), "住址", _optional(data, "applicant_address")),
        ("撤回是否出于自愿", say(data, "free_will")),
        ("是否有人许诺或者施加压力", say(data, "promise_or_threat")),
        ("撤回原因（可以不填）", _optional(data, "reasons")),
    ]
    if data.get("entered_by_staff"):
        rows.append(("工作人员代录，回访核实人", say(data, "called_back_by")))
    return [
        plain(f"{say(data, 'addressee')}："),
        *paragraphs("本人申请撤回下列信访事项。"),
        grid(*rows),
        *paragraphs(COOLING_OFF),
        signatures("申请人"),
        plain(f"申请日期：{say(data, 'applied_on')}"),
    ]


def authority(data: dict) -> list[dict]:
    """F-31 授权委托书、代表推选书 (R-20(3); P7b-28)."""
    representative = "代表" in str(data.get("authority_kind") or "")
    giver, taker = ("推选人", "代表人") if representative else ("委托人", "受托人")
    act = "推选下列人员作为代表" if representative else "委托下列人员作为代理人"
    matter = f"就“{data['matter_title']}”信访事项" if data.get("matter_title") else ""
    head = ["姓名", "证件号码", "联系电话", "住址"]
    return [
        plain(f"{say(data, 'addressee')}："),
        *paragraphs(f"{matter}，{act}，权限范围和有效期见下表。".lstrip("，")),
        plain(giver),
        table(head, [_person(entry) for entry in entries(data.get("principals"))]),
        plain(taker),
        table(head, [_person(entry) for entry in entries(data.get("agents"))]),
        grid(
            ("权限范围", say(data, "scope")),
            ("有效期", f"{day(data.get('valid_from'))}至{day(data.get('valid_until'))}"),
        ),
        *(paragraphs("走访反映共同信访事项的，代表不超过五人。") if representative else []),
        signatures(f"{giver}（签名）", f"{taker}（签名）"),
        plain(f"日期：{say(data, 'applied_on')}"),
    ]
