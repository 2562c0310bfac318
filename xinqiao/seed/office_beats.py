"""What happens at the petition office, as beats of a seeded matter: each function takes one real step of D.3."""

from dataclasses import replace

from xinqiao.matters import intake, steps
from xinqiao.matters.actors import Citizen
from xinqiao.rules.stages import Channel, Kind, Line, Purpose, Role, Step

from . import attachments, oversight_beats
from .case import Case

ORAL = {Channel.VISIT, Channel.PHONE, Channel.OUTREACH, Channel.LEADER_RECEPTION}
BY_THE_CITIZEN = {Channel.WEB, Channel.LEADER_MAILBOX}
TRIAGERS = (Role.TRIAGE, Role.OFFICE_LEADER)
REPORT_BACK_DAYS = 60

# What is not a report in a report, and who looks after it (C-03): written anew, without a word on the person.
PARTS = {
    "report-teacher-gift": (
        "请公平安排班级座位",
        "信访人反映孩子所在班级的座位长期不轮换，希望学校按身高和视力公平安排，并让家长看得到安排办法。",
        "请学校公平安排座位，公开安排办法",
        "gov",
    ),
    "report-land-official": (
        "请依法查处村口耕地上的违法建房",
        "信访人反映村口耕地上有人未经批准建房，希望依法查处并恢复耕种。",
        "请依法查处违法占地建房，恢复耕地",
        "gov",
    ),
    "report-civil-relief": (
        "请公开救灾物资发放名册",
        "信访人反映受灾后没有看到救灾物资发放名册，希望公开发放的标准、名单和数量。",
        "请公开救灾物资的发放标准、名单和数量",
        "civil",
    ),
}


def receive(case: Case) -> None:
    """收件: online by the citizen, otherwise written down by whoever takes the letter, the call, the visit."""
    by = Citizen() if case.petition.channel in BY_THE_CITIZEN else case.at_office(Role.REGISTRAR)
    _file(case, by)


def receive_at_unit(case: Case) -> None:
    """直接提出: the citizen goes to the competent unit itself (R-23(2))."""
    _file(case, case.at_unit(Role.UNIT_RECEIVER))


def _file(case: Case, by) -> None:
    clean = intake.clean({**raw(case), "attachments": attachments.some(case)}, today=case.today)
    case.receipt = steps.receive.receive(clean, by=by, at=case.at)
    case.matter_id = case.receipt.matter_id


def raw(case: Case) -> dict:
    """The form as it was filled in."""
    petition, online = case.petition, case.petition.channel in BY_THE_CITIZEN
    place = case.town.government_of(petition.place)
    if online:  # the citizen chose the area whose office now has it
        place = case.office.parent
    return {
        "purpose": petition.purpose,
        "channel": petition.channel,
        "title": petition.title,
        "content": petition.content,
        "requests": petition.requests,
        "place": place,
        "place_detail": petition.address if petition.kind is Kind.REQUEST else "",
        "people": [] if petition.anonymous else _people(case),
        "anonymous": petition.anonymous,
        "secrecy": petition.secrecy_request,
        "publish_consent": case.rng.random() < 0.3,
        "electronic_service": online or case.rng.random() < 0.3,
        "headcount": petition.headcount,
        "joint": len(petition.petitioners) > 1,
        "respondent": _respondent(case),
        "channel_facts": channel_facts(case),
        "stated_by": "citizen" if online else "officer",
    }


def _people(case: Case) -> list[dict]:
    several = len(case.petition.petitioners) > 1
    gives_number = case.petition.channel in (Channel.WEB, Channel.VISIT)
    return [
        {
            "name": person.name,
            "mobile": person.phone,
            "id_number": person.id_number if gives_number and position == 0 else "",
            "address": case.petition.address if position == 0 else "",
            "representative": several,
        }
        for position, person in enumerate(case.petition.petitioners)
    ]


def _respondent(case: Case) -> dict:
    named = case.petition.respondent
    if named is None:
        return {}
    organ = case.town.organs.get(named.organisation) if named.organisation else None
    unit = organ.name if organ else ""
    return {"name": named.name, "unit": unit, "post": named.post, "organisation_id": organ.pk if organ else None}


def channel_facts(case: Case) -> dict:
    """What C.1 keeps beside the text for each channel."""
    rng, phone, day = case.rng, case.petition.petitioners[0].phone, case.today.isoformat()
    facts = {
        Channel.LETTER: {"postmark_on": day, "pages": rng.randint(1, 6), "addressee": "信访局"},
        Channel.VISIT: {"window": f"{rng.randint(1, 6)}号窗口", "ticket": f"A{rng.randint(1, 90):03d}"},
        Channel.WEB: {"terminal": rng.choice(["手机", "手机", "电脑"])},
        Channel.PHONE: {"calling_number": phone},
        Channel.SMS: {"number": phone},
        Channel.FAX: {"pages": rng.randint(1, 4)},
        Channel.LEADER_MAILBOX: {"addressee": "书记、专员信箱"},
        Channel.OPINION_BOX: {"box": f"{rng.randint(1, 9)}号意见箱"},
        Channel.LEADER_RECEPTION: {"leader": "值班领导", "decision": "请信访局登记后转有权处理的单位"},
        Channel.OUTREACH: {"sub_type": "带案下访"},
        Channel.AGENT: {"village": case.town.data.areas[case.petition.place].name},
        Channel.MEDIA: {
            "system": "12345政务服务便民热线",
            "original_number": f"RX{case.at:%y%m%d}{rng.randint(1, 999):04d}",
        },
        Channel.OTHER_ORGAN: {"organ": "妇女联合会", "document": "来函转交"},
    }
    found = facts[case.petition.channel]
    return {} if case.petition.anonymous and phone in map(str, found.values()) else found


def register(case: Case) -> None:
    role = Role.REGISTRAR if case.office.line == Line.PETITION_OFFICE else Role.UNIT_RECEIVER
    case.take(Step.REGISTER, case.at_office(role), read_back=case.petition.channel in ORAL)


def register_at_unit(case: Case) -> None:
    case.take(Step.REGISTER, case.at_unit(Role.UNIT_RECEIVER), read_back=case.petition.channel in ORAL)


def classify(case: Case, **more) -> None:
    """甄别: kind, class, place, requests, accused."""
    case.take(Step.CLASSIFY, case.at_office(Role.TRIAGE), **_class_facts(case), **more)
    told_apart = any(name.endswith("_urgent") for name, _at in case.beats)
    if "urgent" in case.petition.flags and case.petition.kind is not Kind.REPORT and not told_apart:
        for one in oversight_beats.AT_ONCE:  # what is marked in triage is sent within minutes (UR-3)
            one(case)


def classify_at_unit(case: Case) -> None:
    case.take(Step.CLASSIFY, case.at_unit(Role.UNIT_RECEIVER), **_class_facts(case))


def _class_facts(case: Case) -> dict:
    petition = case.petition
    accused = petition.respondent.organisation if petition.kind is Kind.REPORT else None
    return {
        "kind": petition.kind,
        "content_class": case.town.classes[petition.content_class],
        "place": case.town.government_of(petition.place),
        "requests": list(petition.requests),
        "accused": [case.town.organs[accused]] if accused else [],
        "litigation": petition.way in ("political_legal", "guide"),
        "urgent": "urgent" in petition.flags,
    }


def correct(case: Case) -> None:
    """更正登记: an address that was misheard."""
    reason = "回访时信访人补充了门牌号，原登记的地址不完整。"
    detail = f"{case.petition.address}（临街一侧）"
    case.take(Step.CORRECT_REGISTRATION, case.at_office(Role.REGISTRAR), reason=reason, place_detail=detail)


def reason(case: Case) -> str:
    """Why it goes to this unit."""
    return f"来件反映{case.petition.content_class[-1]}问题，按照职责分工属于{case.unit.name}职权范围。"


def transfer(case: Case) -> None:
    _send(case)


def co_transfer(case: Case) -> None:
    """转送 with a second unit that helps (协办)."""
    areas = [case.town.data.organisations[one.key].area for one in (case.unit, case.office)]  # a township has no bureaus
    helpers = [f"{area}-{slug}" for area in areas for slug in ("civil", "urban", "land", "housing")]
    helper = next(case.town.organs[key] for key in helpers if key in case.town.organs and key != case.unit.key)
    case.remembered["helper"] = helper
    _send(case, co_handlers=[helper])


def _send(case: Case, **more) -> None:
    down = case.unit.level > case.office.level
    step = Step.TRANSFER_DOWN if down else Step.TRANSFER
    instruction = case.rng.choice(["请依法按程序办理，按期告知并答复信访人。", "请及时核实办理，并做好政策解释。", ""])
    case.take(step, case.at_office(*TRIAGERS), to=case.unit, reason=reason(case), instruction=instruction, **more)


def relay(case: Case) -> None:
    """To the petition office of the unit's own area, below or above, which triages in its turn (T-15)."""
    to = case.town.petition_office(case.unit)
    step = Step.TRANSFER_DOWN if to.level > case.office.level else Step.TRANSFER
    case.take(
        step, case.at_office(*TRIAGERS), to=to, reason=f"事项发生在{to.parent.name}辖区，由{to.name}就地受理转办。"
    )
    case.office = to


def assign(case: Case) -> None:
    """交办 with a date for the report on the result."""
    case.take(
        Step.ASSIGN,
        case.at_office(Role.OFFICE_LEADER),
        to=case.unit,
        reason=reason(case),
        importance=case.rng.choice(
            ["涉及多户群众切身利益，需限期报结果", "领导阅批，要求查清并反馈", "信访人生活困难，急需解决"]
        ),
        report_due_on=case.in_days(REPORT_BACK_DAYS),
    )


def report_up(case: Case) -> None:
    proposal = "事项涉及多个部门、多户群众，建议由政府分管领导召集有关部门研究，明确牵头单位。"
    case.take(Step.REPORT_UP, case.at_office(Role.OFFICE_LEADER), proposal=proposal)


def return_up(case: Case) -> None:
    decision = f"请{case.unit.name}牵头办理，有关部门配合，一个月内报结果。"
    case.take(Step.RETURN_FROM_LEADERSHIP, case.at_office(*TRIAGERS), decision=decision)


def political(case: Case) -> None:
    why = "来信反映的事项已经进入或者依法应当进入司法程序，转政法机关依法处理。"
    case.take(Step.TRANSFER_POLITICAL_LEGAL, case.at_office(Role.TRIAGE), to=case.unit, reason=why)


def guide(case: Case) -> None:
    case.take(
        Step.GUIDE,
        case.at_office(Role.REGISTRAR),
        to=case.unit,
        basis="《信访工作条例》第二十条第二款、第二十二条第二款",
        bring="身份证件、裁判文书或者受理通知书、与请求有关的证据",
    )


def discipline(case: Case) -> None:
    pages = case.rng.randint(1, 8)
    case.take(Step.TRANSFER_DISCIPLINE, case.at_office(Role.DISCIPLINE_LIAISON), to=case.unit, pages=pages)


def reply(case: Case) -> None:
    case.take(Step.REPLY_DIRECTLY, case.at_office(Role.TRIAGE), text=case.petition.reply)


def file(case: Case) -> None:
    """存查: thanks ask for no action."""
    case.take(Step.FILE_WITHOUT_ACTION, case.at_office(Role.OFFICE_LEADER), reason="thanks")


def refuse_again_at_office(case: Case) -> None:
    case.take(Step.REFUSE_AGAIN_AT_OFFICE, case.at_office(Role.OFFICE_LEADER), checks=finished_checks(case))


def finished_checks(case: Case) -> dict:
    """The tick list of NL-1: the same matter went through all three instances two years ago."""
    year = case.today.year - 2
    number = case.receipt.number
    return {
        "matter_number": f"{number[:6]}{year}{number[10:14]}0012",
        "opinion_number": f"云复核〔{year}〕{case.rng.randint(3, 40)}号",
        "served_on": f"{year}-11-{case.rng.randint(10, 28)}",
        "facts_compared": "这次反映的事实，复核时已经逐项查明，没有不同。",
        "reasons_compared": "这次提出的理由与复核申请书相同，复核意见已经逐项答复。",
        "nothing_new": True,
        "second_person": "科室负责人（已核对案卷）",
    }


def agree(case: Case) -> None:
    """同意异议: it comes back, and goes to whom the unit named."""
    case.take(
        Step.ANSWER_OBJECTION_AGREE, case.at_office(*TRIAGERS), reason="经核对职责清单，异议成立，同意退回重新转送。"
    )
    case.unit = case.remembered["competent"]


def disagree(case: Case) -> None:
    why = "经核对三定规定和权责清单，该事项由你单位负责，不同意退回，请依法办理。"
    case.take(Step.ANSWER_OBJECTION_REFUSE, case.at_office(*TRIAGERS), reason=why)


def dispute(case: Case) -> None:
    opinion = "两家单位都认为不属于本单位职权，协商没有一致，提请裁定管辖。"
    case.take(Step.DISPUTE_JURISDICTION, case.at_office(*TRIAGERS), opinion=opinion)


def decide(case: Case) -> None:
    """裁定管辖: the other unit has to take it."""
    case.unit = case.remembered["competent"]
    why = f"经共同的上级机关裁定，由{case.unit.name}办理，其他单位配合。"
    case.take(Step.DECIDE_JURISDICTION, case.at_office(Role.OFFICE_LEADER), to=case.unit, reason=why)


def join(case: Case) -> None:
    """重复件并入: the earlier matter is still being handled."""
    case.take(Step.JOIN_REPEAT, case.at_office(Role.REGISTRAR), earlier_id=case.host.matter_id)


def merge(case: Case) -> None:
    case.take(Step.MERGE, case.at_office(Role.TRIAGE), lead_id=case.host.matter_id)


def unmerge(case: Case) -> None:
    case.take(Step.UNMERGE, case.at_office(Role.TRIAGE), reason="核对后发现两件不是同一栋楼，分别办理。")


def split(case: Case) -> None:
    """分案: what is no report goes its own way (C-03)."""
    title, extract, wish, _ = PARTS[case.petition.key]
    case.remembered["part"] = case.take(
        Step.SPLIT, case.at_office(Role.TRIAGE), title=title, extract=extract, requests=[wish], kind=Kind.REQUEST
    )


def other_part(case: Case) -> None:
    """From here on the story is that of the part that was split off, which its office registers."""
    title, extract, wish, slug = PARTS[case.petition.key]
    case.receipt = case.remembered["part"]
    area = case.town.data.organisations[case.office.key].area
    case.matter_id, case.unit = case.receipt.matter_id, case.town.organs[f"{area}-{slug}"]
    case.petition = replace(
        case.petition,
        kind=Kind.REQUEST,
        purpose=Purpose.SOLVE,
        title=title,
        content=extract,
        requests=(wish,),
        respondent=None,
    )
    if case.matter.extract_by:  # the leader reads what will go out, not who wrote it (C-03)
        case.take(Step.APPROVE_EXTRACT, case.at_office(Role.OFFICE_LEADER), agree=True)
    register(case)
