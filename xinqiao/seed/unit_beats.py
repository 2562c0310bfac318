"""What happens at the competent unit, as beats of a seeded matter: D.4 to D.7."""

from xinqiao.matters import opinions
from xinqiao.organisations.models import Organisation
from xinqiao.rules.calendar import WorkCalendar
from xinqiao.rules.stages import Outcome, Role, Route, ServiceManner, Stage, Step

from .case import HANDLERS, Case, basis_of
from .office_beats import finished_checks
from .petitions import Answer

EVIDENCE = (
    "现场查看记录和照片", "信访人陈述笔录", "有关单位的书面说明", "调取的合同、票据复印件", "业务系统查询结果", "走访邻里记录",
    "检测机构出具的报告", "会议纪要和公示材料",
)  # fmt: skip
EXTENSION_DAYS = (15, 20, 30)
WITHIN_DAYS = 60  # at least, of what takes longer than a week: most of it is then carried out in time
A_WEEK = 7


def sign_in(case: Case) -> None:
    case.take(Step.SIGN_IN, case.at_unit(Role.UNIT_RECEIVER))


def helper_signs_in(case: Case) -> None:
    case.take(Step.SIGN_IN, case.town.officer(case.remembered["helper"], Role.UNIT_RECEIVER))


def helper_answers(case: Case) -> None:
    """协办单位答复."""
    text = "经核查，我单位职责范围内没有发现违规情形，有关登记资料已提供给主办单位。"
    case.take(Step.CO_ANSWER, case.town.officer(case.remembered["helper"], *HANDLERS), text=text)


def object_(case: Case) -> None:
    """提出异议 within five working days, naming who is competent."""
    other = competent_instead(case)
    case.remembered["competent"] = other
    case.take(
        Step.RAISE_OBJECTION,
        case.at_unit(Role.UNIT_LEADER),
        reasons=case.petition.objection or "该事项的监管职责在另一单位，本单位没有相应职权。",
        competent_organ=other.name,
        basis="本单位职能配置、内设机构和人员编制规定",
    )


def competent_instead(case: Case) -> Organisation:
    """Another organ in the office's area that could have the competence."""
    area = case.town.data.organisations[case.office.key].area
    keys = [f"{area}-{slug}" for slug in ("gov", "urban", "civil", "land")]
    return next(case.town.organs[key] for key in keys if key in case.town.organs and key != case.unit.key)


def accept(case: Case) -> None:
    case.take(Step.ACCEPT, case.at_unit(*HANDLERS))


def accept_simple(case: Case) -> None:
    case.take(Step.ACCEPT_SIMPLE, case.at_unit(Role.UNIT_LEADER))


def notify_route(case: Case) -> None:
    """告知处理途径 (一) to (五): opened by the unit where it can."""
    petition, opened = case.petition, case.petition.route in (Route.ADMINISTRATIVE, Route.DUTY_TO_ACT)
    answer = petition.answers[0]
    laws = "；".join(f"《{row['title']}》{row['article']}" for row in basis_of(answer.legal_basis))
    where = {
        Route.JUDICIAL: ("有管辖权的人民法院", "递交起诉状和证据", "法律规定的诉讼时效内"),
        Route.ARBITRATION: ("劳动人事争议仲裁委员会", "书面申请", "知道权利被侵害之日起一年内"),
        Route.PARTY_APPEAL: ("原作出决定的组织人事部门", "书面申请复审", "按规定的期限"),
    }.get(petition.route, ("", "", ""))
    case.take(
        Step.NOTIFY_ROUTE,
        case.at_unit(Role.UNIT_LEADER),
        route=petition.route,
        reasons=answer.reasons,
        basis=laws,
        opened_by_unit=opened,
        procedure_number=f"{case.unit.short}〔{case.today.year}〕{case.rng.randint(10, 300)}号" if opened else "",
        apply_to=where[0],
        apply_how=where[1],
        apply_until=where[2],
    )


def end_other_route(case: Case) -> None:
    """其他途径有了结果: the matter closes here (RT-4)."""
    results = {
        Route.JUDICIAL: "人民法院已经立案受理，信访人按诉讼程序主张权利。",
        Route.ARBITRATION: "劳动人事争议仲裁委员会已经作出裁决，裁决书已送达双方。",
        Route.PARTY_APPEAL: "组织人事部门已经作出复审决定，并当面告知本人。",
        Route.ADMINISTRATIVE: "行政程序已经办结，决定书已送达申请人，并告知了复议、诉讼的权利。",
    }
    result = results.get(case.petition.route, "已经依法履行职责并作出处理决定，结果已书面告知信访人。")
    case.take(Step.END_OTHER_ROUTE, case.at_unit(*HANDLERS), result=result)


def pass_down(case: Case) -> None:
    """转送下级: to the organ of the same line in the county."""
    below = case.remembered["below"]
    case.take(
        Step.PASS_DOWN, case.at_unit(Role.UNIT_RECEIVER), to=below, reason=f"属于{below.name}管理权限，转由其直接办理。"
    )
    case.unit = below


def refuse_pending(case: Case) -> None:
    """不予受理 NA-1: the unit below is handling it within its time."""
    fields = {"organ": "县（市）主管部门", "date": _zh(case, -20), "due": _zh(case, 40)}
    _refuse(
        case,
        "NA-1",
        fields,
        "经查询信息系统，同一事项由县（市）主管部门受理，正在规定期限内。",
        "请等待办理单位的书面答复",
    )


def refuse_not_ours(case: Case) -> None:
    """不予受理 NA-2: the citizen came here directly, and it belongs elsewhere."""
    other = competent_instead(case)
    fields = {"organ": other.name, "address": other.address, "phone": other.phone}
    facts = "您反映的事项由另一机关管理，本单位及下级单位没有这项职权。"
    _refuse(case, "NA-2", fields, facts, f"{other.name}（{other.address}）")


def refuse_litigation(case: Case) -> None:
    """不予受理 NA-4: it belongs before the court."""
    area = case.town.data.organisations[case.unit.key].area
    court = case.town.organs.get(f"{area}-court") or case.town.organs["lanjiang-court"]
    fields = {"organ": court.name, "procedure": "民事诉讼", "address": court.address, "phone": court.phone}
    _refuse(case, "NA-4", fields, case.petition.facts, f"{court.name}（{court.address}）")


def _refuse(case: Case, ground: str, fields: dict, facts: str, where: str) -> None:
    by = case.at_unit(Role.UNIT_LEADER)
    case.take(Step.REFUSE, by, ground=ground, fields=fields, facts=facts, where_to_turn=where)


def _zh(case: Case, days: int) -> str:
    day = case.in_days(days)
    return f"{day.year}年{day.month}月{day.day}日"


def refuse_again(case: Case) -> None:
    case.take(Step.REFUSE_AGAIN, case.at_unit(Role.UNIT_LEADER), checks=finished_checks(case))


def start(case: Case) -> None:
    """确定承办人, who declares to have no interest."""
    case.handler = case.at_unit(Role.HANDLER)
    case.take(Step.START_HANDLING, case.at_unit(*HANDLERS), handler=case.handler, no_interest=True)


def contact(case: Case) -> None:
    """听取陈述: the handler speaks with the petitioner; half of the records are shown to the citizen."""
    manner = case.rng.choice(["phone", "visit", "on_site"])
    text = (
        case.petition.talk_record or "电话联系信访人，听取诉求和理由，核实了时间、地点和相关材料，约定有进展及时告知。"
    )
    shown = case.rng.random() < 0.5
    case.take(
        Step.RECORD_CONTACT, case.handler or case.at_unit(*HANDLERS), manner=manner, text=text, shown_to_citizen=shown
    )


def convert(case: Case) -> None:
    case.take(
        Step.CONVERT_TO_ORDINARY,
        case.at_unit(Role.UNIT_LEADER),
        reason="核实中发现需要委托鉴定，十个工作日内不能办结。",
    )


def ask_extension(case: Case) -> None:
    case.remembered["extension"] = {
        "days": case.rng.choice(EXTENSION_DAYS),
        "reasons": f"{case.petition.extension_reason or '需要委托专业机构鉴定后才能认定。'}六十日内不能办结。",
    }
    case.take(Step.REQUEST_EXTENSION, case.handler, **case.remembered["extension"])


def extend(case: Case) -> None:
    case.take(Step.EXTEND, case.at_unit(Role.UNIT_LEADER), **case.remembered["extension"])


def decline_extension(case: Case) -> None:
    case.take(
        Step.DECLINE_EXTENSION, case.at_unit(Role.UNIT_LEADER), reason="事实已经基本查清，请在原期限内答复信访人。"
    )


def draft(case: Case) -> None:
    """Only write; the opinion is not sent to the leader yet."""
    opinions.save_draft(case.matter_id, by=case.handler, at=case.at, **_content(case))


def submit(case: Case) -> None:
    draft(case)
    case.take(Step.SUBMIT_OPINION, case.handler)


def _content(case: Case) -> dict:
    again = "（经重新调查，补充核实了计算依据和有关人员的陈述。）" if case.round > 1 else ""
    calendar = WorkCalendar.default()
    answers = []
    for number, one in enumerate(case.petition.answers, 1):
        owes = one.outcome in (Outcome.SUPPORT, Outcome.PARTLY) and one.execution
        until = calendar.on_or_after(case.in_days(_promised_days(one))).isoformat() if owes else ""
        answers.append(
            opinions.answer(
                number,
                outcome=one.outcome.value,
                facts=one.facts + again,
                reasons=one.reasons + again,
                basis=basis_of(one.legal_basis),
                conclusion=one.conclusion,
                measure=one.execution.what if owes else "",
                by_whom=one.execution.who if owes else "",
                until_on=until,
            )
        )
    evidence = sorted(case.rng.sample(EVIDENCE, 3))
    return {"facts": case.petition.facts + again, "evidence": evidence, "answers": answers}


def _promised_days(answer: Answer) -> int:
    """Calendar days from the opinion until it is carried out. A promise of a week stays one, and is kept late as a rule."""
    days = answer.execution.days
    return days if days <= A_WEEK else max(days, WITHIN_DAYS)


def return_opinion(case: Case) -> None:
    notes = ["第一项的理由写得太简单，请说明标准从哪里来。", "请把落实的时间写具体。", "请补充信访人的意见。"]
    case.take(Step.RETURN_OPINION, case.at_unit(Role.UNIT_LEADER), note=case.rng.choice(notes))


def resubmit(case: Case) -> None:
    draft(case)
    case.take(Step.SUBMIT_OPINION, case.handler)


def issue(case: Case) -> None:
    case.take(Step.ISSUE_OPINION, case.at_unit(Role.UNIT_LEADER))


def serve(case: Case) -> None:
    manner, proof = proof_of_service(case)
    case.take(Step.SERVE_OPINION, case.handler, manner=manner, proof=proof)


def proof_of_service(case: Case) -> tuple[ServiceManner, dict]:
    """How it reached the citizen, and what proves it."""
    name, today = case.petition.petitioners[0].name, case.today
    manners = [ServiceManner.IN_PERSON] * 5 + [ServiceManner.POST] * 3 + [ServiceManner.LEFT]
    if case.matter.electronic_service:
        manners += [ServiceManner.ELECTRONIC] * 4
    manner = case.rng.choice(manners)
    proofs = {
        ServiceManner.IN_PERSON: {"signed_on": today, "signed_by": name, "relation": "self"},
        ServiceManner.POST: {
            "tracking_number": f"EZ{case.rng.randint(10**8, 10**9 - 1)}CN", "receipt_on": today, "signed_by": name,
        },
        ServiceManner.LEFT: {
            "left_on": today, "refusal_reason": "信访人看过后不愿签字", "witness_one": "社区网格员", "witness_two": "村（居）委会委员",
        },
        ServiceManner.ELECTRONIC: {
            "consented_on": case.matter.received_on, "address": case.petition.petitioners[0].phone, "arrived_on": today,
        },
    }  # fmt: skip
    return manner, proofs[manner]


def execute(case: Case) -> None:
    answer = next(one for one in case.petition.answers if one.execution)
    done = answer.execution
    case.take(
        Step.START_EXECUTION, case.handler, plan=f"{done.what}，由{done.who}负责，{_promised_days(answer)}日内完成。"
    )


def executed(case: Case) -> None:
    done = next(one.execution for one in case.petition.answers if one.execution)
    text = f"{done.what}已经完成，有验收（支付）凭证在卷，{case.today.month}月{case.today.day}日已告知信访人。"
    case.take(Step.REPORT_EXECUTION, case.handler, text=text)


def carry_out(case: Case) -> None:
    """落实, where the opinion that was served promises something."""
    owes = any(one.execution and one.outcome in (Outcome.SUPPORT, Outcome.PARTLY) for one in case.petition.answers)
    case.remembered["carries_out"] = owes and case.matter.referrals.filter(stage=Stage.OPINION_SERVED).exists()
    if case.remembered["carries_out"]:
        execute(case)


def carried_out(case: Case) -> None:
    if case.remembered["carries_out"]:
        executed(case)


def settle(case: Case) -> None:
    name = case.petition.petitioners[0].name
    other = case.petition.respondent.name if case.petition.respondent else "有关单位"
    mediated = case.rng.random() < 0.5
    case.take(
        Step.SETTLE,
        case.handler,
        sort="调解" if mediated else "和解",
        parties=[{"name": name}, {"name": other}],
        dispute=f"关于“{case.petition.title}”的争议",
        terms=[
            f"{other}在三十日内完成：{case.petition.requests[0].removeprefix('要求').removeprefix('请')}",
            "双方对其他事项没有争议",
        ],
        performance="三十日内一次履行，由承办单位到场见证",
        effective_on=case.today,
        mediator="人民调解委员会" if mediated else "",
    )


def performed(case: Case) -> None:
    case.take(
        Step.RECORD_AGREEMENT_PERFORMED, case.handler, proof="协议约定的事项已经全部履行，信访人签收，照片和收条在卷。"
    )


def broken(case: Case) -> None:
    case.take(Step.RECORD_AGREEMENT_BROKEN, case.handler, reason="约定的期限已过，对方没有履行，也没有说明原因。")


def reply_to_suggestion(case: Case) -> None:
    answer = case.petition.answers[0]
    words = {Outcome.SUPPORT: "采纳", Outcome.PARTLY: "部分采纳"}
    case.take(
        Step.REPLY_TO_SUGGESTION,
        case.at_unit(Role.UNIT_LEADER),
        decision=words.get(answer.outcome, "暂不采纳"),
        reasons=f"{answer.facts}{answer.reasons}",
        effect=answer.conclusion,
    )


def completion(case: Case) -> None:
    """办结报告: written by the handler, signed by the head, for the office that assigned the matter."""
    said = {
        "problem": f"信访人反映：{case.matter.title}。",
        "facts": "承办人到现场查看，调取了有关档案和凭证，分别听取了信访人和有关单位的陈述。",
        "handling": "已经逐项查清并出具处理意见书，依法送达信访人，支持的诉求正在落实。",
    }
    case.take(Step.DRAFT_COMPLETION, case.handler, **said)
    case.take(Step.REPORT_COMPLETION, case.at_unit(Role.UNIT_LEADER))


def archive(case: Case) -> None:
    case.take(Step.ARCHIVE, case.town.officer(case.office, Role.ARCHIVIST))
