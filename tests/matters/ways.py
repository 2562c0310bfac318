"""How a matter comes to each step of the move table: what is done before, who takes the step, with what it is called.

`WAYS` has a row for each step; tests/matters/test_moves.py takes every one of them. A preparation is called with the world and returns
the matter's id.
"""

from dataclasses import dataclass, field

from tests.world import at
from xinqiao.matters.actors import SYSTEM, Citizen
from xinqiao.matters.models import Matter
from xinqiao.matters.steps import urgent
from xinqiao.organisations.tree import review_organs
from xinqiao.rules.stages import Kind, Route, Step

REASON = "按照职责分工，这件事归这个部门办理。"
IN_PERSON = {"signed_on": at("2026-04-02").date(), "signed_by": "王秀兰", "relation": "self"}
IN_PERSON_LATER = {**IN_PERSON, "signed_on": at("2026-04-03").date()}
CHECKS = {
    "matter_number": "99010020250101000X", "opinion_number": "云复核〔2025〕3号", "served_on": "2025-06-01",
    "facts_compared": "两次反映的都是同一屋顶漏水。", "reasons_compared": "理由相同。", "nothing_new": True,
    "second_person": "唐登记",
}  # fmt: skip


@dataclass
class Way:
    """How a matter comes to the step: `prepare` returns its id; `by` names the actor in the world, `facts` the arguments."""

    prepare: object
    by: str
    facts: object = field(default=lambda world, matter: {})
    when: str = "2026-04-03"


def citizen_of(matter_id: int) -> Citizen:
    return Citizen(matter_id=matter_id)


def _after(world, prepare, step, by, facts_of=lambda world, matter: {}):
    matter_id = prepare(world)
    matter = Matter.objects.get(pk=matter_id)
    world.take(step, matter_id, getattr(world, by), "2026-03-02", **facts_of(world, matter))
    return matter_id


def received(world):
    return world.file().matter_id


def received_at_unit(world):
    return world.file(by=world.qian_receives).matter_id


def registered(world):
    matter_id = received(world)
    world.take(Step.REGISTER, matter_id, world.tang_registers, "2026-03-02")
    return matter_id


def triaged(world, **changes):
    return world.triaged(**changes).pk


def a_report(world):
    return world.triaged(kind=Kind.REPORT, purpose="accuse").pk


def against_housing(world):
    return world.triaged(
        kind=Kind.REPORT,
        purpose="accuse",
        respondent={"unit": "临江地区住房和城乡建设局", "organisation_id": world.housing.pk},
    ).pk


def unsealing_proposed(world):
    matter_id = world.file(purpose="accuse").matter_id
    world.take(Step.REGISTER, matter_id, world.tang_registers, "2026-03-02")
    world.take(
        Step.CLASSIFY, matter_id, world.li_triages, "2026-03-02", kind=Kind.REQUEST, content_class=world.housing_class,
        requests=["修好屋顶"], unseal_reason="信里只说房屋漏水，没有检举任何人。",
    )  # fmt: skip
    return matter_id


def extract_waits(world):
    whole = world.triaged(also_reports=True).pk
    part = world.take(
        Step.SPLIT, whole, world.li_triages, "2026-03-02", title="房屋维修", extract="住户要求处理顶层渗水。", requests=["修屋顶"],
        kind=Kind.REQUEST,
    )  # fmt: skip
    return part.matter_id


def recusal_asked(world):
    matter_id = in_handling(world)
    world.take(
        Step.ASK_RECUSAL,
        matter_id,
        Citizen(matter_id=matter_id),
        "2026-03-20",
        reason="承办人徐某是开发公司经理的弟弟。",
    )
    return matter_id


def transferred(world):
    matter_id = triaged(world)
    world.take(Step.TRANSFER, matter_id, world.li_triages, "2026-03-02", to=world.housing, reason=REASON)
    return matter_id


def signed_in(world, **changes):
    return world.signed_in(**changes).pk


def assigned(world):
    matter_id = triaged(world)
    world.take(
        Step.ASSIGN, matter_id, world.wang_leads_office, "2026-03-02", to=world.housing, reason=REASON,
        importance="涉及多户群众居住安全", report_due_on=at("2026-05-01").date(),
    )  # fmt: skip
    world.take(Step.SIGN_IN, matter_id, world.qian_receives, "2026-03-02")
    return matter_id


def objected(world):
    matter_id = signed_in(world)
    world.take(
        Step.RAISE_OBJECTION, matter_id, world.zhou_leads_unit, "2026-03-04",
        reasons="房屋在保修期内由县住建局监管，不属于本局职权。", competent_organ="青石县住房和城乡建设局", basis="地方分工规定",
    )  # fmt: skip
    return matter_id


def disputed(world):
    matter_id = objected(world)
    world.take(Step.DISPUTE_JURISDICTION, matter_id, world.li_triages, "2026-03-05", opinion="两家都说不归自己管")
    return matter_id


def accepted(world):
    matter_id = signed_in(world)
    world.take(Step.ACCEPT, matter_id, world.xu_handles, "2026-03-02")
    return matter_id


def accepted_simple(world):
    matter_id = signed_in(world)
    world.take(Step.ACCEPT_SIMPLE, matter_id, world.zhou_leads_unit, "2026-03-02")
    return matter_id


def suggestion(world):
    matter_id = signed_in(world, kind=Kind.SUGGESTION, purpose="suggest")
    world.take(Step.ACCEPT, matter_id, world.xu_handles, "2026-03-02")
    return matter_id


def in_handling(world):
    return world.in_handling().pk


def extension_asked(world):
    matter_id = in_handling(world)
    ask = {"days": 20, "reasons": "需要委托机构鉴定渗漏原因，时间较长。"}
    world.take(Step.REQUEST_EXTENSION, matter_id, world.xu_handles, "2026-03-20", **ask)
    return matter_id


def drafted(world):
    matter = world.in_handling()
    world.draft(matter, "2026-04-01")
    return matter.pk


def in_approval(world):
    matter_id = drafted(world)
    world.take(Step.SUBMIT_OPINION, matter_id, world.xu_handles, "2026-04-01")
    return matter_id


def issued(world):
    matter_id = in_approval(world)
    world.take(Step.ISSUE_OPINION, matter_id, world.zhou_leads_unit, "2026-04-01")
    return matter_id


def served(world):
    return world.served().pk


def served_assigned(world):
    matter_id = assigned(world)
    world.take(Step.ACCEPT, matter_id, world.xu_handles, "2026-03-02")
    handler = {"handler": world.xu_handles, "no_interest": True}
    world.take(Step.START_HANDLING, matter_id, world.zhou_leads_unit, "2026-03-02", **handler)
    world.draft(Matter.objects.get(pk=matter_id), "2026-04-01")
    world.take(Step.SUBMIT_OPINION, matter_id, world.xu_handles, "2026-04-01")
    world.take(Step.ISSUE_OPINION, matter_id, world.zhou_leads_unit, "2026-04-01")
    world.take(Step.SERVE_OPINION, matter_id, world.xu_handles, "2026-04-02", manner="in_person", proof=IN_PERSON)
    return matter_id


REPORT = {
    "problem": "新房屋顶漏水，三次报修没有人处理。", "facts": "现场查看，屋面防水层开裂，属于保修范围。",
    "handling": "已出具意见并送达，要求开发公司五月底前修好。", "answer_note": "信访人当面签收了意见书，签收单附后。",
}  # fmt: skip


def report_drafted(world):
    return _after(world, served_assigned, Step.DRAFT_COMPLETION, "xu_handles", lambda w, m: REPORT)


def reported(world):
    return _after(world, report_drafted, Step.REPORT_COMPLETION, "zhou_leads_unit")


def relayable(world):
    """The region's office assigned it to the county's, which guided the petitioner and reports that."""
    matter_id = triaged(world)
    given = {
        "to": world.county_office,
        "reason": REASON,
        "importance": "涉及多户群众居住安全",
        "report_due_on": at("2026-05-01").date(),
    }
    world.take(Step.ASSIGN, matter_id, world.wang_leads_office, "2026-03-02", **given)
    guide = {"to": world.county_gov, "basis": "信访工作条例第二十条", "bring": "身份证"}
    world.take(Step.GUIDE, matter_id, world.feng_in_county, "2026-03-02", **guide)
    return matter_id


URGENT = {
    "said": {
        "happened": "住宅楼山墙开裂，住户已经撤到楼下。", "where": "和平路12号院3号楼", "since": "今天早上八点发现",
        "demands": "安排临时住处，鉴定房屋", "taken": "街道已经安排体育馆暂住", "contact": "值班室 0990-5550123", "rescue": "八点十分拨打119，消防已到场",
    },
    "affected": 36, "danger_to_life": True, "next_report_at": at("2026-03-20 14:00"),
}  # fmt: skip


def flagged(world):
    matter_id = in_handling(world)
    world.take(Step.FLAG_URGENT, matter_id, world.xu_handles, "2026-03-20", ground="life", **URGENT)
    return matter_id


def sent_urgently(world):
    """By the petition office, which owes a copy to the national administration by other means."""
    matter_id = in_handling(world)
    world.take(Step.FLAG_URGENT, matter_id, world.li_triages, "2026-03-20", ground="life", **URGENT)
    world.take(Step.SEND_URGENT, matter_id, world.wang_leads_office, "2026-03-20 10:20")
    return matter_id


def one_outside(world, matter):
    owed = urgent.owed_outside(matter, world.office).first()
    return {"delivery_id": owed.pk, "done_at": at("2026-03-20 10:30"), "how": "值班电话报告，接收编号118"}


def executing(world):
    matter_id = served(world)
    world.take(Step.START_EXECUTION, matter_id, world.xu_handles, "2026-04-02", plan="四月底前进场维修屋面")
    return matter_id


def executed(world):
    matter_id = executing(world)
    world.take(Step.REPORT_EXECUTION, matter_id, world.xu_handles, "2026-04-02", text="屋面防水层已经更换并试水验收。")
    return matter_id


def mediated(world):
    matter_id = in_handling(world)
    world.take(Step.SETTLE, matter_id, world.xu_handles, "2026-04-01", **settlement(world, None))
    return matter_id


def settlement(world, matter):
    return {
        "sort": "和解", "parties": [{"name": "王秀兰"}, {"name": "宏远房地产公司"}], "dispute": "屋顶漏水的维修和赔偿",
        "terms": ["公司在五月底前修好屋面", "公司赔偿家具损失2000元"], "performance": "五月底前一次付清",
        "effective_on": at("2026-04-01").date(),
    }  # fmt: skip


def review_requested(world):
    matter_id = served(world)
    world.take(Step.REQUEST_REVIEW, matter_id, citizen_of(matter_id), "2026-04-03", **review(world, None))
    return matter_id


def review(world, matter):
    return {"organ_id": world.government.pk, "request": "撤销原意见，重新处理", "facts": "家具确实泡坏了"}


def review_drafted(world):
    matter_id = review_requested(world)
    draft_review(world, matter_id, world.shen_reviews, "复查", "第三十五条")
    return matter_id


def draft_review(world, matter_id, by, name, article):
    world.draft(
        Matter.objects.get(pk=matter_id), "2026-04-03", by=by, facts=f"{name}查明的事实与原意见一致。", answers=[],
        reasons="原意见认定事实清楚，依据正确。", basis=[{"title": "信访工作条例", "article": article}],
        body="维持原意见。", outcome="uphold", not_worse=True,
    )  # fmt: skip


def review_issued(world):
    matter_id = review_drafted(world)
    world.take(Step.ISSUE_REVIEW_OPINION, matter_id, world.shen_reviews, "2026-04-03")
    return matter_id


def review_served(world):
    matter_id = review_issued(world)
    proof = {**IN_PERSON, "signed_on": at("2026-04-03").date()}
    world.take(Step.SERVE_REVIEW_OPINION, matter_id, world.shen_reviews, "2026-04-03", manner="in_person", proof=proof)
    return matter_id


def recheck(world, matter):
    return {"organ_id": review_organs(world.government)[0].organ_id, "request": "重新调查", "facts": "家具损失没有查"}


def recheck_requested(world):
    matter_id = review_served(world)
    world.take(Step.REQUEST_RECHECK, matter_id, citizen_of(matter_id), "2026-04-03", **recheck(world, None))
    return matter_id


def hearing(world):
    matter_id = recheck_requested(world)
    world.take(Step.OPEN_HEARING, matter_id, world.jiang_rechecks, "2026-04-03", **hearing_facts(world, None))
    return matter_id


def hearing_facts(world, matter):
    return {"held_on": at("2026-04-13").date(), "place": "自治区信访局听证室", "host": "罗主持"}


def recheck_drafted(world):
    matter_id = recheck_requested(world)
    draft_review(world, matter_id, world.jiang_rechecks, "复核", "第三十六条")
    return matter_id


def recheck_issued(world):
    matter_id = recheck_drafted(world)
    world.take(Step.ISSUE_RECHECK_OPINION, matter_id, world.jiang_rechecks, "2026-04-03")
    return matter_id


def filed(world):
    matter_id = triaged(world)
    world.take(Step.FILE_WITHOUT_ACTION, matter_id, world.wang_leads_office, "2026-03-02", reason="thanks")
    return matter_id


def reported_up(world):
    matter_id = triaged(world)
    world.take(
        Step.REPORT_UP, matter_id, world.wang_leads_office, "2026-03-02", proposal="建议由行署领导召集有关部门研究。"
    )
    return matter_id


def withdrawal_wished(world):
    matter_id = signed_in(world)
    answers = {"free_will": True, "promise_or_threat": "没有"}
    world.take(Step.REQUEST_WITHDRAWAL, matter_id, citizen_of(matter_id), "2026-03-03", **answers)
    return matter_id


def withdrawn(world):
    matter_id = withdrawal_wished(world)
    world.take(Step.COMPLETE_WITHDRAWAL, matter_id, SYSTEM, "2026-03-05")
    return matter_id


def ended(world):
    matter_id = served(world)
    world.take(Step.END_WINDOW, matter_id, SYSTEM, "2026-05-10")
    Matter.objects.get(pk=matter_id).clocks.filter(state="running").update(state="lapsed")
    return matter_id


def asked(world):
    matter_id = in_handling(world)
    world.take(Step.ASK_PROGRESS, matter_id, citizen_of(matter_id), "2026-03-20", text="什么时候来修？")
    return matter_id


def co_handling(world):
    matter_id = triaged(world)
    world.take(
        Step.TRANSFER, matter_id, world.li_triages, "2026-03-02", to=world.housing, reason=REASON,
        co_handlers=[world.environment],
    )  # fmt: skip
    world.take(Step.SIGN_IN, matter_id, world.gu_at_environment, "2026-03-02")
    return matter_id


def silent_clock(world, matter):
    return {"desk_id": matter.referrals.get(organisation=world.housing).pk}


def any_clock(world, matter):
    return {"clock_id": matter.clocks.filter(state="running").first().pk}


def facts(**values):
    return lambda world, matter: values


def proposal(world, matter):
    return {
        "to": world.housing, "ground": "not_handled", "means": "letter", "broken": "承诺上门查看，一个月没有去，没有联系信访人。",
        "demand": "三日内上门查看，书面告知信访人安排。", "improvement": "建立承诺事项清单，到期提醒承办人。",
        "answer_by_on": at("2026-04-15").date(),
    }  # fmt: skip


def supervision_proposed(world):
    matter_id = in_handling(world)
    world.take(Step.PROPOSE_SUPERVISION, matter_id, world.sun_supervises, "2026-04-01", **proposal(world, None))
    return matter_id


def supervised(world):
    matter_id = supervision_proposed(world)
    world.take(Step.ISSUE_SUPERVISION, matter_id, world.wang_leads_office, "2026-04-01")
    return matter_id


def supervision_answered(world):
    matter_id = supervised(world)
    world.take(
        Step.ANSWER_SUPERVISION, matter_id, world.zhou_leads_unit, "2026-04-02", text="已经上门查看，四月底前修好屋顶。"
    )
    return matter_id


WAYS: dict[tuple, Way] = {
    (Step.REGISTER, "office"): Way(received, "tang_registers"),
    (Step.REGISTER, "unit"): Way(received_at_unit, "qian_receives"),
    (Step.CORRECT_REGISTRATION,): Way(registered, "tang_registers", facts(reason="门牌号录错了，应为12号院", title="新标题")),
    (Step.CLASSIFY, "office"): Way(
        registered, "li_triages",
        lambda w, m: {"kind": Kind.REQUEST, "content_class": w.housing_class, "requests": ["修好屋顶"]},
    ),
    (Step.CLASSIFY, "unit"): Way(
        lambda w: _after(w, received_at_unit, Step.REGISTER, "qian_receives"), "qian_receives",
        lambda w, m: {"kind": Kind.REQUEST, "content_class": w.housing_class, "requests": ["修好屋顶"]},
    ),
    (Step.JOIN_REPEAT,): Way(registered, "tang_registers", lambda w, m: {"earlier_id": signed_in(w)}),
    (Step.MERGE,): Way(triaged, "li_triages", lambda w, m: {"lead_id": signed_in(w)}),
    (Step.UNMERGE,): Way(
        lambda w: _after(w, triaged, Step.MERGE, "li_triages", lambda w, m: {"lead_id": signed_in(w)}), "li_triages",
        facts(reason="不是同一件事"),
    ),
    (Step.SPLIT,): Way(
        triaged, "li_triages", facts(title="家具赔偿", extract="家具被泡坏。", requests=["赔家具"], kind=Kind.REQUEST)
    ),
    (Step.APPROVE_EXTRACT,): Way(extract_waits, "wang_leads_office", facts(agree=True)),
    (Step.UNSEAL,): Way(unsealing_proposed, "wang_leads_office", facts(agree=True, reason="实为催要房屋维修，没有检举任何人。")),
    (Step.PASS_SEALED,): Way(
        lambda w: w.file(purpose="accuse").matter_id, "dai_liaises", lambda w, m: {"to": w.region_discipline, "against": "higher"}
    ),
    (Step.PASS_SEALED, "petition office"): Way(
        a_report, "dai_liaises", lambda w, m: {"to": w.region_office, "against": "higher"}
    ),
    (Step.SEAL_OFF_LINE,): Way(
        registered, "li_triages",
        facts(receiver="本局保密室", handed_on=at("2026-04-01").date(), reason="来件附有标注密级的文件复印件。"),
    ),
    (Step.CLEAR_SUBORDINATE,): Way(against_housing, "dai_liaises", lambda w, m: {"organisation": w.housing_station, "reason": REASON}),
    (Step.LIFT_CLEARANCE,): Way(
        lambda w: _after(w, against_housing, Step.CLEAR_SUBORDINATE, "dai_liaises",
                         lambda w, m: {"organisation": w.housing_station, "reason": REASON}),
        "dai_liaises", lambda w, m: {"organisation": w.housing_station, "reason": REASON},
    ),
    (Step.ASK_RECUSAL,): Way(in_handling, "citizen", facts(reason="承办人徐某是开发公司经理的弟弟。")),
    (Step.WITHDRAW_FROM_HANDLING,): Way(in_handling, "xu_handles", facts(reason="信访人是我的近亲属，应当回避。")),
    (Step.DECIDE_RECUSAL,): Way(recusal_asked, "zhou_leads_unit", facts(granted=False, reason="经核实，没有亲属关系。")),
    (Step.TRANSFER,): Way(triaged, "li_triages", lambda w, m: {"to": w.housing, "reason": REASON}),
    (Step.TRANSFER_DOWN,): Way(triaged, "li_triages", lambda w, m: {"to": w.county_housing, "reason": REASON}),
    (Step.ASSIGN,): Way(
        triaged, "wang_leads_office",
        lambda w, m: {"to": w.housing, "reason": REASON, "importance": "涉及居住安全", "report_due_on": at("2026-06-01").date()},
    ),
    (Step.REPORT_UP,): Way(triaged, "wang_leads_office", facts(proposal="建议由行署领导召集有关部门研究。")),
    (Step.RETURN_FROM_LEADERSHIP,): Way(reported_up, "li_triages", facts(decision="由住建局牵头办理")),
    (Step.TRANSFER_POLITICAL_LEGAL,): Way(triaged, "li_triages", lambda w, m: {"to": w.court, "reason": REASON}),
    (Step.GUIDE,): Way(
        triaged, "tang_registers", lambda w, m: {"to": w.court, "basis": "信访工作条例第二十条", "bring": "身份证、判决书"}
    ),
    (Step.TRANSFER_DISCIPLINE,): Way(a_report, "dai_liaises", lambda w, m: {"to": w.discipline}),
    (Step.REPLY_DIRECTLY,): Way(triaged, "li_triages", facts(text="公租房申请请到街道窗口办理，带好身份证。")),
    (Step.FILE_WITHOUT_ACTION,): Way(triaged, "wang_leads_office", facts(reason="thanks")),
    (Step.OBJECT_TO_FILING,): Way(filed, "citizen", facts(text="我不是来感谢的，房子还在漏。")),
    (Step.REFUSE_AGAIN_AT_OFFICE,): Way(triaged, "wang_leads_office", facts(checks=CHECKS)),
    (Step.ANSWER_OBJECTION_AGREE,): Way(objected, "li_triages", facts(reason="经核实属于县住建局职权，同意退回。"), "2026-03-05"),
    (Step.ANSWER_OBJECTION_REFUSE,): Way(objected, "li_triages", facts(reason="房屋质量监督由地区局负责，不同意退回。"), "2026-03-05"),
    (Step.DISPUTE_JURISDICTION,): Way(objected, "li_triages", facts(opinion="两家都说不归自己管"), "2026-03-05"),
    (Step.DECIDE_JURISDICTION,): Way(
        disputed, "wang_leads_office", lambda w, m: {"to": w.environment, "reason": REASON}, "2026-03-06"
    ),
    (Step.SIGN_IN, "unit"): Way(transferred, "qian_receives"),
    (Step.SIGN_IN, "discipline"): Way(
        lambda w: _after(w, a_report, Step.TRANSFER_DISCIPLINE, "dai_liaises", lambda w, m: {"to": w.discipline}),
        "yang_at_discipline",
    ),
    (Step.RAISE_OBJECTION,): Way(
        signed_in, "zhou_leads_unit",
        facts(reasons="房屋在保修期内由县局监管，不属于本局。", competent_organ="青石县住建局", basis="分工规定"), "2026-03-05",
    ),
    (Step.ALLOW_LATE_OBJECTION,): Way(
        signed_in, "wang_leads_office", facts(reason="分工清单上周才公布，单位收到时还不知道。"), "2026-03-10"
    ),
    (Step.ACCEPT, "request"): Way(signed_in, "xu_handles", when="2026-03-05"),
    (Step.ACCEPT, "suggestion"): Way(
        lambda w: signed_in(w, kind=Kind.SUGGESTION, purpose="suggest"), "xu_handles", when="2026-03-05"
    ),
    (Step.ACCEPT_SIMPLE,): Way(signed_in, "zhou_leads_unit", when="2026-03-04"),
    (Step.NOTIFY_ROUTE,): Way(
        signed_in, "zhou_leads_unit",
        facts(route=Route.ARBITRATION, reasons="双方是劳动关系争议，应当先申请仲裁。", basis="", opened_by_unit=False,
              apply_to="劳动人事争议仲裁委员会", apply_how="书面申请", apply_until="一年内"), "2026-03-05",
    ),
    (Step.PASS_DOWN,): Way(signed_in, "qian_receives", lambda w, m: {"to": w.county_housing, "reason": REASON}, "2026-03-05"),
    (Step.REFUSE,): Way(
        signed_in, "zhou_leads_unit",
        facts(ground="NA-1", fields={"organ": "青石县住建局", "date": "2026年2月1日", "due": "2026年4月2日"},
              facts="同一事项县局正在办理。", where_to_turn="请等待县局答复"), "2026-03-05",
    ),
    (Step.REFUSE_AGAIN,): Way(signed_in, "zhou_leads_unit", facts(checks=CHECKS), "2026-03-05"),
    (Step.RECORD_SILENCE,): Way(signed_in, "SYSTEM", silent_clock),
    (Step.START_HANDLING,): Way(
        accepted, "zhou_leads_unit", lambda w, m: {"handler": w.xu_handles, "no_interest": True}
    ),
    (Step.RECORD_CONTACT,): Way(in_handling, "xu_handles", facts(manner="phone", text="电话联系王秀兰，约定周三上门查看。")),
    (Step.CONVERT_TO_ORDINARY,): Way(accepted_simple, "zhou_leads_unit", facts(reason="需要鉴定，十个工作日办不完。")),
    (Step.REQUEST_EXTENSION,): Way(in_handling, "xu_handles", facts(days=20, reasons="需要委托机构鉴定渗漏原因。")),
    (Step.EXTEND,): Way(extension_asked, "zhou_leads_unit", facts(days=20, reasons="需要委托机构鉴定渗漏原因。")),
    (Step.DECLINE_EXTENSION,): Way(extension_asked, "zhou_leads_unit", facts(reason="情况不复杂，请按期办理")),
    (Step.SUBMIT_OPINION,): Way(drafted, "xu_handles"),
    (Step.RETURN_OPINION,): Way(in_approval, "zhou_leads_unit", facts(note="第二项请写清理由")),
    (Step.ISSUE_OPINION,): Way(in_approval, "zhou_leads_unit"),
    (Step.SERVE_OPINION,): Way(issued, "xu_handles", facts(manner="in_person", proof=IN_PERSON)),
    (Step.CO_ANSWER,): Way(co_handling, "gu_at_environment", facts(text="我局核查没有发现环境方面的问题。")),
    (Step.SETTLE,): Way(in_handling, "xu_handles", settlement),
    (Step.RECORD_AGREEMENT_PERFORMED,): Way(mediated, "xu_handles", facts(proof="屋面已修好，赔偿款已付，有收条。")),
    (Step.RECORD_AGREEMENT_BROKEN,): Way(mediated, "xu_handles", facts(reason="公司到期没有付款")),
    (Step.START_EXECUTION,): Way(served, "xu_handles", facts(plan="四月底前进场维修屋面")),
    (Step.REPORT_EXECUTION,): Way(executing, "xu_handles", facts(text="屋面防水层已经更换并试水验收。")),
    (Step.CONFIRM_EXECUTION,): Way(executed, "citizen"),
    (Step.DISPUTE_EXECUTION,): Way(executed, "citizen", facts(text="只补了一块，雨天还漏。")),
    (Step.REPLY_TO_SUGGESTION,): Way(suggestion, "zhou_leads_unit", facts(decision="部分采纳", reasons="已列入明年改造项目清单。")),
    (Step.FLAG_URGENT,): Way(in_handling, "xu_handles", facts(ground="life", **URGENT), "2026-03-20"),
    (Step.SEND_URGENT,): Way(flagged, "zhou_leads_unit", when="2026-03-20 10:20"),
    (Step.RECORD_URGENT_SENDING,): Way(sent_urgently, "wang_leads_office", one_outside, "2026-03-20 10:40"),
    (Step.CONTINUE_URGENT,): Way(sent_urgently, "wang_leads_office", facts(**URGENT), "2026-03-20 11:00"),
    (Step.CLOSE_URGENT,): Way(sent_urgently, "wang_leads_office", facts(outcome="住户已经安置，墙体加固完毕。"), "2026-03-20 20:00"),
    (Step.UNFLAG_URGENT,): Way(flagged, "zhou_leads_unit", facts(reason="到场核实，是旧裂缝，没有人身危险。"), "2026-03-20 10:20"),
    (Step.ALARM_URGENT,): Way(flagged, "SYSTEM", when="2026-03-20 10:31"),
    (Step.DRAFT_COMPLETION,): Way(served_assigned, "xu_handles", facts(**REPORT)),
    (Step.REPORT_COMPLETION,): Way(report_drafted, "zhou_leads_unit"),
    (Step.RETURN_COMPLETION,): Way(
        reported, "sun_supervises", facts(missing="没有写明第二项诉求怎样处理。", report_due_on=at("2026-04-20").date())
    ),
    (Step.APPROVE_COMPLETION,): Way(reported, "wang_leads_office"),
    (Step.RELAY_COMPLETION,): Way(relayable, "feng_in_county", facts(review="经审核，事实清楚，处理恰当，同意认定办结。", **REPORT)),
    (Step.REQUEST_REVIEW,): Way(served, "citizen", review),
    (Step.ACCEPT_REVIEW,): Way(review_requested, "shen_reviews"),
    (Step.FORWARD_REVIEW,): Way(
        review_requested, "shen_reviews", lambda w, m: {"to": w.region_housing, "reason": "申请人选择向自治区厅申请"}
    ),
    (Step.REFUSE_REVIEW,): Way(review_requested, "shen_reviews", facts(ground="pending", facts="同一事项法院正在审理。")),
    (Step.ISSUE_REVIEW_OPINION,): Way(review_drafted, "shen_reviews"),
    (Step.SERVE_REVIEW_OPINION,): Way(review_issued, "shen_reviews", facts(manner="in_person", proof=IN_PERSON_LATER)),
    (Step.REQUEST_RECHECK,): Way(review_served, "citizen", recheck),
    (Step.REFUSE_RECHECK,): Way(recheck_requested, "jiang_rechecks", facts(ground="pending", facts="同一事项法院正在审理。")),
    (Step.OPEN_HEARING,): Way(recheck_requested, "jiang_rechecks", hearing_facts),
    (Step.CLOSE_HEARING,): Way(hearing, "jiang_rechecks", facts(conclusion="听证认为原意见事实清楚。"), "2026-04-14"),
    (Step.ISSUE_RECHECK_OPINION,): Way(recheck_drafted, "jiang_rechecks"),
    (Step.SERVE_RECHECK_OPINION,): Way(recheck_issued, "jiang_rechecks", facts(manner="in_person", proof=IN_PERSON_LATER)),
    (Step.SUPPLEMENT,): Way(in_handling, "citizen", facts(text="又拍了两张照片。")),
    (Step.ASK_PROGRESS,): Way(in_handling, "citizen", facts(text="什么时候来修？")),
    (Step.ANSWER_PROGRESS,): Way(
        asked, "xu_handles", lambda w, m: {"question_id": m.records.get(sort="question").pk, "text": "周三上午去。"}
    ),
    (Step.RATE,): Way(signed_in, "citizen", facts(target="office", value="satisfied"), "2026-03-05"),
    (Step.REQUEST_WITHDRAWAL,): Way(signed_in, "citizen", facts(free_will=True, promise_or_threat="没有")),
    (Step.CANCEL_WITHDRAWAL,): Way(withdrawal_wished, "citizen", when="2026-03-03"),
    (Step.COMPLETE_WITHDRAWAL,): Way(withdrawal_wished, "SYSTEM", when="2026-03-05"),
    (Step.RESUME,): Way(withdrawn, "citizen", when="2026-03-10"),
    (Step.END_WINDOW, "review"): Way(served, "SYSTEM", when="2026-05-10"),
    (Step.END_WINDOW, "withdrawn"): Way(withdrawn, "SYSTEM", when="2026-04-20"),
    (Step.END_OTHER_ROUTE,): Way(
        lambda w: _after(w, triaged, Step.TRANSFER_POLITICAL_LEGAL, "li_triages", lambda w, m: {"to": w.court, "reason": REASON}),
        "li_triages", facts(result="法院已经立案，将依法审理判决。"), "2026-06-10",
    ),
    (Step.ASK_SUPERVISION,): Way(in_handling, "citizen", facts(text="单位答应上门，过了一个月没有人来。")),
    (Step.PROPOSE_SUPERVISION,): Way(in_handling, "sun_supervises", proposal),
    (Step.ISSUE_SUPERVISION,): Way(supervision_proposed, "wang_leads_office"),
    (Step.DECLINE_SUPERVISION,): Way(supervision_proposed, "wang_leads_office", facts(reason="单位昨天已经书面告知，不用再督办。")),
    (Step.ANSWER_SUPERVISION,): Way(supervised, "zhou_leads_unit", facts(text="已经上门查看，四月底前修好屋顶。")),
    (Step.RETURN_SUPERVISION,): Way(
        supervision_answered, "sun_supervises", facts(reason="没有说清楚为什么拖了一个月。", answer_by_on=at("2026-04-20").date())
    ),
    (Step.CLOSE_SUPERVISION,): Way(supervision_answered, "sun_supervises", facts(outcome="单位已经上门维修，信访人确认。")),
    (Step.RECORD_OVERDUE,): Way(in_handling, "SYSTEM", any_clock, "2026-06-01"),
    (Step.WARN,): Way(in_handling, "SYSTEM", lambda w, m: {**any_clock(w, m), "level": "notice"}),
    (Step.RECOMPUTE_LIMIT,): Way(in_handling, "SYSTEM", any_clock),
    (Step.ARCHIVE,): Way(ended, "he_archives", when="2026-06-10"),
}  # fmt: skip


def by_preparation() -> list[tuple]:
    """(preparation, key) of every way, those with the same preparation next to each other: it is then made once."""
    order = list(dict.fromkeys(way.prepare for way in WAYS.values()))
    return sorted(((way.prepare, key) for key, way in WAYS.items()), key=lambda row: order.index(row[0]))


def actor(world, name, matter_id):
    return {"citizen": citizen_of(matter_id), "SYSTEM": SYSTEM}.get(name) or getattr(world, name)
