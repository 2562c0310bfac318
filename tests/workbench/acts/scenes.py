"""For every step of an officer: a matter at the stage where it is possible, who may take it, and who may not."""

from dataclasses import dataclass

from tests.matters.ways import REPORT, flagged, sent_urgently
from tests.world import World, at
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.organisations.tree import review_organs
from xinqiao.rules.stages import Kind, Role, Route, Step


def written_opinion() -> dict:
    """A complete handling opinion as it is typed into the editor."""
    return {
        "facts": "2026年3月10日现场查看，3号楼顶层5户漏水。", "evidence": "现场检查记录\n照片6张", "body": "",
        "a1_outcome": "support", "a1_facts": "屋面防水层施工有缺陷。", "a1_reasons": "屋面防水的保修期为五年。",
        "a1_title_0": "房屋建筑工程质量保修办法", "a1_article_0": "第七条", "a1_title_1": "", "a1_article_1": "",
        "a1_conclusion": "决定支持您的诉求，由开发企业更换防水层。", "a1_measure": "更换3号楼屋面防水层",
        "a1_by_whom": "临江市宏远房地产公司", "a1_until_on": "2027-06-30",
        "a2_outcome": "not_support", "a2_facts": "家具损失没有票据。", "a2_reasons": "属于民事赔偿争议。",
        "a2_title_0": "中华人民共和国民法典", "a2_article_0": "第一千一百六十五条", "a2_conclusion": "不予支持。您可以向人民法院起诉。",
        "a2_measure": "", "a2_by_whom": "", "a2_until_on": "",
    }  # fmt: skip


@dataclass
class Scene:
    """`wrong`: a colleague who sees the matter but has not the role."""

    matter: Matter
    officer: Officer
    wrong: Officer


def proof(day: str) -> dict:
    return {"signed_on": at(day).date(), "signed_by": "王秀兰", "relation": "self"}


class Scenes:
    def __init__(self, world: World):
        self.world = world
        self.auditor_like = world.officer("fang", "方收文", world.housing, Role.UNIT_RECEIVER, title="收文")
        self.handler_at_office = world.officer("ke", "柯办信", world.office, Role.HANDLER)
        self.reviewer_colleague = world.officer("bai", "白领导", world.government, Role.LEADER)
        self.joint = world.officer("lian", "连联席", world.office, Role.JOINT_CONFERENCE)

    def at(self, step: Step) -> Scene:
        matter_id, officer, wrong = getattr(self, step.value)()
        return Scene(Matter.objects.get(pk=matter_id), officer, wrong)

    # ---- the petition office

    def _filed(self, **more):
        return self.world.file("2026-03-02", **more).matter_id

    def _triaged(self, **more):
        return self.world.triaged("2026-03-02", **more).pk

    def register(self):
        return self._filed(), self.world.tang_registers, self.world.wang_leads_office

    def correct_registration(self):
        return self._triaged(), self.world.tang_registers, self.world.wang_leads_office

    def classify(self):
        return self._triaged(), self.world.li_triages, self.world.tang_registers

    def join_repeat(self):
        return self._triaged(), self.world.tang_registers, self.world.wang_leads_office

    def merge(self):
        return self._triaged(), self.world.li_triages, self.world.wang_leads_office

    def unmerge(self):
        first, second = self._triaged(), self._triaged()
        self.world.take(Step.MERGE, second, self.world.li_triages, "2026-03-02", lead_id=first)
        return second, self.world.li_triages, self.world.wang_leads_office

    def split(self):
        return self._triaged(), self.world.li_triages, self.world.wang_leads_office

    def transfer(self):
        return self._triaged(), self.world.li_triages, self.world.tang_registers

    transfer_down = transfer_political_legal = reply_directly = transfer

    def assign(self):
        return self._triaged(), self.world.wang_leads_office, self.world.li_triages

    report_up = file_without_action = refuse_again_at_office = assign

    def return_from_leadership(self):
        pk = self._triaged()
        self.world.take(
            Step.REPORT_UP,
            pk,
            self.world.wang_leads_office,
            "2026-03-03",
            proposal="漏水涉及全楼三十户，建议由政府协调。",
        )
        return pk, self.world.li_triages, self.world.tang_registers

    def guide(self):
        return self._triaged(), self.world.li_triages, self.world.wang_leads_office

    def transfer_discipline(self):
        return self._triaged(kind=Kind.REPORT), self.world.dai_liaises, self.world.wang_leads_office

    def _part(self):
        whole = self.world.triaged("2026-03-02", also_reports=True).pk
        part = self.world.take(
            Step.SPLIT, whole, self.world.li_triages, "2026-03-02", title="房屋维修", extract="住户要求处理顶层渗水。",
            requests=["修屋顶"], kind=Kind.REQUEST,
        )  # fmt: skip
        return part.matter_id

    def approve_extract(self):
        return self._part(), self.world.wang_leads_office, self.world.tang_registers

    def unseal(self):
        pk = self._filed(purpose="accuse")
        self.world.take(Step.REGISTER, pk, self.world.tang_registers, "2026-03-02")
        self.world.take(
            Step.CLASSIFY, pk, self.world.li_triages, "2026-03-02", kind=Kind.REQUEST, content_class=self.world.housing_class,
            requests=["修好屋顶"], unseal_reason="信里只说房屋漏水，没有检举任何人。",
        )  # fmt: skip
        return pk, self.world.wang_leads_office, self.world.dai_liaises

    def pass_sealed(self):
        return self._triaged(kind=Kind.REPORT, purpose="accuse"), self.world.dai_liaises, self.handler_at_office

    def seal_off_line(self):
        return self._triaged(), self.world.li_triages, self.world.tang_registers

    def _against_housing(self):
        respondent = {"unit": self.world.housing.name, "organisation_id": self.world.housing.pk}
        return self._triaged(kind=Kind.REPORT, purpose="accuse", respondent=respondent)

    def clear_subordinate(self):
        return self._against_housing(), self.world.dai_liaises, self.world.li_triages

    def lift_clearance(self):
        pk = self._against_housing()
        self.world.take(
            Step.CLEAR_SUBORDINATE, pk, self.world.dai_liaises, "2026-03-03", organisation=self.world.housing_station,
            reason="由监督站协助核对图纸，不告知来源。",
        )  # fmt: skip
        return pk, self.world.dai_liaises, self.world.li_triages

    def withdraw_from_handling(self):
        return self.world.in_handling("2026-03-02").pk, self.world.xu_handles, self.auditor_like

    def decide_recusal(self):
        pk = self.world.in_handling("2026-03-02").pk
        self.world.take(Step.ASK_RECUSAL, pk, Citizen(matter_id=pk), "2026-03-20", reason="承办人徐某是开发公司经理的弟弟。")
        return pk, self.world.zhou_leads_unit, self.auditor_like

    # ---- supervision

    def _proposed(self):
        pk = self.world.in_handling("2026-03-02").pk
        facts = {"to": self.world.housing, "ground": "not_handled", "broken": "承诺上门查看，一个月没有去。", "demand": "三日内上门查看并告知。",
                 "improvement": "建立承诺事项清单，到期提醒。", "answer_by_on": at("2026-04-15").date()}  # fmt: skip
        self.world.take(Step.PROPOSE_SUPERVISION, pk, self.world.sun_supervises, "2026-04-01", **facts)
        return pk

    def _answered(self):
        pk = self._proposed()
        self.world.take(Step.ISSUE_SUPERVISION, pk, self.world.wang_leads_office, "2026-04-01")
        self.world.take(Step.ANSWER_SUPERVISION, pk, self.world.zhou_leads_unit, "2026-04-02", text="已经上门查看，四月底前修好。")
        return pk

    def propose_supervision(self):
        return self.world.in_handling("2026-03-02").pk, self.world.sun_supervises, self.world.tang_registers

    def issue_supervision(self):
        return self._proposed(), self.world.wang_leads_office, self.world.sun_supervises

    def decline_supervision(self):
        return self._proposed(), self.world.sun_supervises, self.world.tang_registers

    def answer_supervision(self):
        pk = self._proposed()
        self.world.take(Step.ISSUE_SUPERVISION, pk, self.world.wang_leads_office, "2026-04-01")
        return pk, self.world.zhou_leads_unit, self.auditor_like

    def return_supervision(self):
        return self._answered(), self.world.sun_supervises, self.world.tang_registers

    def close_supervision(self):
        return self._answered(), self.world.wang_leads_office, self.world.tang_registers

    def _objected(self):
        pk = self.world.signed_in("2026-03-02").pk
        self.world.take(
            Step.RAISE_OBJECTION, pk, self.world.zhou_leads_unit, "2026-03-03",
            reasons="该小区由青石县住建局监管", competent_organ="青石县住建局", basis="三定方案",
        )  # fmt: skip
        return pk

    def answer_objection_agree(self):
        return self._objected(), self.world.li_triages, self.world.tang_registers

    answer_objection_refuse = dispute_jurisdiction = answer_objection_agree

    def allow_late_objection(self):
        return self._signed_in(), self.world.wang_leads_office, self.world.tang_registers

    def decide_jurisdiction(self):
        pk = self._objected()
        self.world.take(
            Step.DISPUTE_JURISDICTION, pk, self.world.li_triages, "2026-03-04", opinion="应由地区住建局办理"
        )
        return pk, self.world.wang_leads_office, self.world.li_triages

    # ---- the unit

    def sign_in(self):
        pk = self._triaged()
        self.world.take(
            Step.TRANSFER,
            pk,
            self.world.li_triages,
            "2026-03-02",
            to=self.world.housing,
            reason="房屋质量监管属于住建部门职责",
        )
        return pk, self.world.qian_receives, self._supervisor_there()

    def _supervisor_there(self):
        return self.world.officer("du", "杜督查", self.world.housing, Role.SUPERVISOR)

    def _signed_in(self, **more):
        return self.world.signed_in("2026-03-02", **more).pk

    def raise_objection(self):
        return self._signed_in(), self.world.zhou_leads_unit, self.world.qian_receives

    def accept(self):
        return self._signed_in(), self.world.zhou_leads_unit, self.world.qian_receives

    accept_simple = notify_route = refuse = refuse_again = accept

    def pass_down(self):
        return self._signed_in(), self.world.zhou_leads_unit, self._supervisor_there()

    def start_handling(self):
        pk = self._signed_in()
        self.world.take(Step.ACCEPT, pk, self.world.zhou_leads_unit, "2026-03-02")
        return pk, self.world.zhou_leads_unit, self.world.qian_receives

    def _handling(self, **more):
        return self.world.in_handling("2026-03-02", **more).pk

    def record_contact(self):
        return self._handling(), self.world.xu_handles, self.world.qian_receives

    settle = record_contact

    def request_extension(self):
        return self._handling(), self.world.xu_handles, self.world.zhou_leads_unit

    def extend(self):
        pk = self._handling()
        self.world.take(
            Step.REQUEST_EXTENSION, pk, self.world.xu_handles, "2026-03-10", days=20, reasons="需要委托专业机构检测"
        )
        return pk, self.world.zhou_leads_unit, self.world.xu_handles

    decline_extension = extend

    def convert_to_ordinary(self):
        pk = self._signed_in()
        self.world.take(Step.ACCEPT_SIMPLE, pk, self.world.zhou_leads_unit, "2026-03-02")
        return pk, self.world.zhou_leads_unit, self.world.xu_handles

    def submit_opinion(self):
        matter = self.world.in_handling("2026-03-02")
        self.world.draft(matter, "2026-03-20")
        return matter.pk, self.world.xu_handles, self.world.qian_receives

    def issue_opinion(self):
        pk, _officer, _wrong = self.submit_opinion()
        self.world.take(Step.SUBMIT_OPINION, pk, self.world.xu_handles, "2026-03-21")
        return pk, self.world.zhou_leads_unit, self.world.xu_handles

    return_opinion = issue_opinion

    def serve_opinion(self):
        pk, _officer, _wrong = self.issue_opinion()
        self.world.take(Step.ISSUE_OPINION, pk, self.world.zhou_leads_unit, "2026-03-22")
        return pk, self.world.xu_handles, self.world.qian_receives

    def co_answer(self):
        pk = self._triaged()
        gu = self.world.gu_at_environment
        self.world.take(
            Step.TRANSFER, pk, self.world.li_triages, "2026-03-02", to=self.world.housing,
            reason="房屋质量监管属于住建部门职责", co_handlers=[self.world.environment],
        )  # fmt: skip
        self.world.take(Step.SIGN_IN, pk, gu, "2026-03-03")
        return pk, gu, self.world.officer("gui", "桂收文", self.world.environment, Role.UNIT_RECEIVER)

    def _settled(self):
        pk = self._handling()
        self.world.take(
            Step.SETTLE, pk, self.world.xu_handles, "2026-03-20", sort="和解", dispute="漏水损失的数额有争议",
            parties=[{"name": "王秀兰"}, {"name": "宏远房地产公司"}], terms=["公司赔偿2300元"], performance="2026年4月1日前支付",
            effective_on=at("2026-03-20").date(),
        )  # fmt: skip
        return pk

    def record_agreement_performed(self):
        return self._settled(), self.world.xu_handles, self.world.qian_receives

    record_agreement_broken = record_agreement_performed

    def _served(self):
        return self.world.served("2026-03-02").pk

    def start_execution(self):
        return self._served(), self.world.xu_handles, self.world.qian_receives

    def report_execution(self):
        pk = self._served()
        self.world.take(Step.START_EXECUTION, pk, self.world.xu_handles, "2026-04-03", plan="更换防水层，6月30日前完成")
        return pk, self.world.xu_handles, self.world.qian_receives

    def reply_to_suggestion(self):
        pk = self._signed_in(kind=Kind.SUGGESTION)
        self.world.take(Step.ACCEPT, pk, self.world.xu_handles, "2026-03-03")
        return pk, self.world.zhou_leads_unit, self.world.xu_handles

    # ---- major and urgent: an archivist sees the matter and takes no step in it

    def _urgent(self, prepare):
        pk = prepare(self.world)
        return pk, self.world.wang_leads_office, self.world.he_archives

    def flag_urgent(self):
        return self.world.in_handling("2026-03-02").pk, self.world.xu_handles, self.world.he_archives

    def send_urgent(self):
        return flagged(self.world), self.world.zhou_leads_unit, self.world.xu_handles

    def unflag_urgent(self):
        return flagged(self.world), self.world.zhou_leads_unit, self.world.xu_handles

    def record_urgent_sending(self):
        return self._urgent(sent_urgently)

    def continue_urgent(self):
        return self._urgent(sent_urgently)

    def close_urgent(self):
        return self._urgent(sent_urgently)

    def draft_completion(self):
        pk = self._route_told()
        return pk, self.world.xu_handles, self.world.qian_receives

    def report_completion(self):
        return self._drafted_report(), self.world.zhou_leads_unit, self.world.qian_receives

    def return_completion(self):
        return self._reported(), self.world.sun_supervises, self.world.tang_registers

    def approve_completion(self):
        return self._reported(), self.world.wang_leads_office, self.world.tang_registers

    def relay_completion(self):
        world, pk = self.world, self._triaged()
        given = {"to": world.county_office, "reason": "房屋质量监管属于县里职责范围", "importance": "涉及三十户", "report_due_on": at("2026-05-30").date()}
        world.take(Step.ASSIGN, pk, world.wang_leads_office, "2026-03-02", **given)
        guide = {"to": world.county_gov, "basis": "信访工作条例第二十条", "bring": "身份证"}
        world.take(Step.GUIDE, pk, world.feng_in_county, "2026-03-02", **guide)
        return pk, world.feng_in_county, world.officer("jing", "景登记", world.county_office, Role.REGISTRAR)

    def _drafted_report(self):
        pk = self._route_told()
        self.world.take(Step.DRAFT_COMPLETION, pk, self.world.xu_handles, "2026-03-05", **REPORT)
        return pk

    def _reported(self):
        pk = self._drafted_report()
        self.world.take(Step.REPORT_COMPLETION, pk, self.world.zhou_leads_unit, "2026-03-05")
        return pk

    def _route_told(self):
        pk = self._triaged()
        world = self.world
        world.take(
            Step.ASSIGN, pk, world.wang_leads_office, "2026-03-02", to=world.housing, reason="房屋质量监管属于住建部门职责",
            importance="涉及三十户", report_due_on=at("2026-05-30").date(),
        )  # fmt: skip
        world.take(Step.SIGN_IN, pk, world.qian_receives, "2026-03-02")
        world.take(
            Step.NOTIFY_ROUTE, pk, world.zhou_leads_unit, "2026-03-04", route=Route.ARBITRATION, reasons="属于劳动争议，应当先申请仲裁",
            basis="", opened_by_unit=False, apply_to="劳动人事争议仲裁委员会",
            apply_how="带身份证和劳动合同", apply_until="一年之内",
        )  # fmt: skip
        return pk

    # ---- review and recheck

    def _review_requested(self):
        pk = self._served()
        self.world.take(
            Step.REQUEST_REVIEW, pk, Citizen(matter_id=pk), "2026-04-20", organ_id=self.world.government.pk,
            request="撤销原意见", facts="没有赔家具",
        )  # fmt: skip
        return pk

    def refuse_review(self):
        return self._review_requested(), self.world.shen_reviews, self._colleague_of(self.world.government)

    def _colleague_of(self, organisation):
        return self.world.officer(f"c{organisation.pk}", "贾督查", organisation, Role.SUPERVISOR)

    accept_review = forward_review = refuse_review

    def _draft_review(self, pk, officer, day):
        self.world.draft(
            Matter.objects.get(pk=pk), day, by=officer, facts="查明的事实与原意见一致。", reasons="原意见认定事实清楚。",
            basis=[{"title": "信访工作条例", "article": "第三十五条"}], body="维持原意见。", outcome="uphold", not_worse=True,
            answers=[],
        )  # fmt: skip

    def issue_review_opinion(self):
        pk, officer, wrong = self.refuse_review()
        self._draft_review(pk, officer, "2026-05-06")
        return pk, officer, wrong

    def serve_review_opinion(self):
        pk, officer, wrong = self.issue_review_opinion()
        self.world.take(Step.ISSUE_REVIEW_OPINION, pk, officer, "2026-05-06")
        return pk, officer, wrong

    def request_review(self):
        return self._served(), self.world.tang_registers, self.world.sun_supervises

    def request_recheck(self):
        pk, officer, _wrong = self.serve_review_opinion()
        self.world.take(
            Step.SERVE_REVIEW_OPINION, pk, officer, "2026-05-07", manner="in_person", proof=proof("2026-05-07")
        )
        return pk, self.world.tang_registers, self.world.sun_supervises

    def _recheck_requested(self):
        pk, officer, _wrong = self.serve_review_opinion()
        self.world.take(
            Step.SERVE_REVIEW_OPINION, pk, officer, "2026-05-07", manner="in_person", proof=proof("2026-05-07")
        )
        organ = review_organs(self.world.government)[0]
        self.world.take(
            Step.REQUEST_RECHECK,
            pk,
            Citizen(matter_id=pk),
            "2026-05-20",
            organ_id=organ.organ_id,
            request="重新调查",
            facts="",
        )
        return pk

    def refuse_recheck(self):
        return self._recheck_requested(), self.world.jiang_rechecks, self._colleague_of(self.world.region_gov)

    open_hearing = refuse_recheck

    def close_hearing(self):
        pk, officer, wrong = self.refuse_recheck()
        self.world.take(
            Step.OPEN_HEARING, pk, officer, "2026-05-22", held_on=at("2026-06-01").date(), place="听证室", host="罗主持"
        )
        return pk, officer, wrong

    def issue_recheck_opinion(self):
        pk, officer, wrong = self.refuse_recheck()
        self._draft_review(pk, officer, "2026-06-01")
        return pk, officer, wrong

    def serve_recheck_opinion(self):
        pk, officer, wrong = self.issue_recheck_opinion()
        self.world.take(Step.ISSUE_RECHECK_OPINION, pk, officer, "2026-06-02")
        return pk, officer, wrong

    # ---- beside, and the end

    def answer_progress(self):
        pk = self._handling()
        self.world.take(Step.ASK_PROGRESS, pk, Citizen(matter_id=pk), "2026-03-20", text="现在办到哪里了？")
        return pk, self.world.xu_handles, self._supervisor_there()

    def end_other_route(self):
        pk = self._signed_in()
        self.world.take(
            Step.NOTIFY_ROUTE, pk, self.world.zhou_leads_unit, "2026-03-04", route=Route.ARBITRATION,
            reasons="属于劳动争议，应当先申请仲裁", basis="", opened_by_unit=False, apply_to="劳动人事争议仲裁委员会",
            apply_how="带身份证和劳动合同", apply_until="一年之内",
        )  # fmt: skip
        return pk, self.world.zhou_leads_unit, self._supervisor_there()

    def archive(self):
        pk, _officer, _wrong = self.serve_recheck_opinion()
        self.world.take(
            Step.SERVE_RECHECK_OPINION,
            pk,
            self.world.jiang_rechecks,
            "2026-06-03",
            manner="in_person",
            proof=proof("2026-06-03"),
        )
        return pk, self.world.he_archives, self.world.wang_leads_office
