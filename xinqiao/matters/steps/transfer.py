"""转送、交办、引导、回复、存查: what a petition office decides within 15 days (D.3, R-22), and its answer to objections (T-22, T-23)."""

from datetime import date, datetime

from django.db import transaction

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import grounds
from xinqiao.rules.stages import Kind, Line, ReferralKind, Route, Stage, Step

from .. import clocks, letter_facts, policy
from ..act import REASON_AT_LEAST, Act, begin, finish, open_desk, out_of_choice, refusal, set_desk_stage, too_short
from ..models import Matter, Referral

# Reasons for which a submission may be kept on file without action (T-12); no other is offered.
FILING_REASONS = {
    "thanks": "感谢、表扬，没有需要办理的事",
    "duplicate": "与已办理的信访件内容相同，没有新内容",
    "unreadable": "字迹或内容无法辨认，且联系不上信访人",
    "empty": "没有具体内容，且联系不上信访人",
}
LAW_LINES = {Line.COURT, Line.PROCURATORATE, Line.POLICE, Line.JUSTICE}


@transaction.atomic
def transfer(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    to: Organisation,
    reason: str,
    co_handlers: list[Organisation] = (),
    proposed_route: str = Route.PETITION,
    instruction: str = "",
) -> Matter:
    """Transfer to an organ or department of the own level (R-22(1)(一))."""
    act = begin(Step.TRANSFER, matter_id, by=by, at=at, version=version)
    return _send(act, to, reason, co_handlers, proposed_route, instruction)


@transaction.atomic
def transfer_down(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    to: Organisation,
    reason: str,
    co_handlers: list[Organisation] = (),
    proposed_route: str = Route.PETITION,
    instruction: str = "",
) -> Matter:
    """Transfer to a lower organ, or relay to its petition office (R-22(1)(二), T-15)."""
    act = begin(Step.TRANSFER_DOWN, matter_id, by=by, at=at, version=version)
    if to.level <= by.organisation.level:
        raise refusal(f"{to.name}不是下级机关，请用“转送”。", "not_lower")
    return _send(act, to, reason, co_handlers, proposed_route, instruction)


@transaction.atomic
def assign(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    to: Organisation,
    reason: str,
    importance: str,
    report_due_on: date,
    proposed_route: str = Route.PETITION,
    instruction: str = "",
) -> Matter:
    """Assign an important matter with a date for the report on its result (R-22(1)(三)); the office waits for the report."""
    act = begin(Step.ASSIGN, matter_id, by=by, at=at, version=version)
    clocks.require_date_after(report_due_on, act.today, "反馈结果的日期")
    if not importance.strip():
        raise refusal("请写明为什么要交办（重要在哪里）。", "importance_missing")
    _check_target(act, to)
    if to.line == Line.PETITION_OFFICE:
        desk = _assign_to_office(act, to, instruction, proposed_route, report_due_on)
    else:
        desk = _unit_desk(act, to, ReferralKind.ASSIGNMENT, instruction, proposed_route, report_due_on=report_due_on)
    clocks.start(act.matter, "ASSIGN_N", on=act.today, desk=act.desk, days=(report_due_on - act.today).days)
    act.skip_clocks.add("ASSIGN_N")  # it runs on the own desk: the office waits
    act.matter_stage = desk.stage
    more = {
        "importance": importance,
        "due_on": report_due_on.isoformat(),
        "report_form": "书面报告调查核实情况、处理结果和信访人意见，由单位负责人签发并加盖公章",
    }
    finish(
        act, letters=transfer_letters(act, to, reason, proposed_route, kind="F-04", **more), facts=_facts(to, reason)
    )
    return act.matter


@transaction.atomic
def report_up(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, proposal: str) -> Matter:
    """Report a serious or urgent matter with a proposal to the own committee and government (R-22(1)(一))."""
    act = begin(Step.REPORT_UP, matter_id, by=by, at=at, version=version)
    if too_short(proposal):
        raise refusal(f"请写明情况和建议（至少{REASON_AT_LEAST}个字）。", "proposal_missing")
    finish(act, facts={"proposal": proposal})
    return act.matter


@transaction.atomic
def return_from_leadership(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, decision: str
) -> Matter:
    """The leadership has decided: the matter comes back to triage with its instruction."""
    act = begin(Step.RETURN_FROM_LEADERSHIP, matter_id, by=by, at=at, version=version)
    finish(act, facts={"decision": decision})
    return act.matter


@transaction.atomic
def transfer_political_legal(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, to: Organisation, reason: str
) -> Matter:
    """Transfer a letter on litigation to the political-legal organ of the same level (R-22(2), T-08)."""
    act = begin(Step.TRANSFER_POLITICAL_LEGAL, matter_id, by=by, at=at, version=version)
    if Line(to.line) not in LAW_LINES:
        raise refusal("涉法涉诉的事项只能转给法院、检察院、公安或司法行政机关。请重新选择。", "not_law_organ")
    _check_target(act, to)
    open_desk(act, to, ReferralKind.POLITICAL_LEGAL, Stage.AWAITING_SIGN_IN, lead=False, instruction=reason)
    act.matter.litigation, act.matter.route = True, Route.JUDICIAL
    act.matter.unit, act.matter.unit_since, act.matter_stage = to, at, Stage.GUIDED
    finish(act, letters=transfer_letters(act, to, reason, Route.JUDICIAL), facts=_facts(to, reason))
    return act.matter


@transaction.atomic
def guide(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    to: Organisation,
    basis: str,
    bring: str,
) -> Matter:
    """Guide a visitor whose matter belongs to the political-legal organs; the visit stays registered (R-20(2), R-22(2), T-09)."""
    act = begin(Step.GUIDE, matter_id, by=by, at=at, version=version)
    act.matter.litigation, act.matter.route = True, Route.JUDICIAL
    hours = (to.public_info or {}).get("reception_time") or "工作日办公时间"
    slip = letter_facts.to_citizen(
        act,
        competent_organ=to.name,
        legal_basis=basis,
        contact_address=to.address or letter_facts.PUBLISHED,
        opening_hours=hours,
        documents_to_bring=bring,
        receiving_phone=to.phone,
    )
    finish(act, letters={"F-06": slip}, facts=_facts(to, basis))
    return act.matter


@transaction.atomic
def reply_directly(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, text: str) -> Matter:
    """Answer a question or thanks from public information (T-11). The citizen may disagree once, which returns it to triage."""
    act = begin(Step.REPLY_DIRECTLY, matter_id, by=by, at=at, version=version)
    if too_short(text):
        raise refusal("请把答复写完整，让信访人看得明白。", "reply_missing")
    _record(act, "reply", text)
    finish(act, facts={"text": text})
    return act.matter


@transaction.atomic
def file_without_action(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str
) -> Matter:
    """Keep on file without action, for the listed reasons only; the citizen is told and may object once (T-12)."""
    act = begin(Step.FILE_WITHOUT_ACTION, matter_id, by=by, at=at, version=version)
    if reason not in FILING_REASONS:
        raise refusal("只能按列明的原因存查。请选择一项，或改为转送、回复。", "filing_reason")
    _record(act, "filing", FILING_REASONS[reason])
    finish(act, facts={"reason": reason, "text": FILING_REASONS[reason]})
    return act.matter


@transaction.atomic
def refuse_again_at_office(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, checks: dict
) -> Matter:
    """No longer accepted, at the petition office (R-36(3), NL-1)."""
    act = begin(Step.REFUSE_AGAIN_AT_OFFICE, matter_id, by=by, at=at, version=version)
    finish(act, letters={"F-11": no_longer_accepted_letter(act, checks)}, facts=checks)
    return act.matter


def no_longer_accepted_letter(act: Act, given: dict) -> dict:
    """F-11 after the test NL-1 (grounds.no_longer_accepted_checks): both comparisons, no new fact, a second person's word."""
    grounds.require_checks(given, by=act.by.user.name)
    grounds.refusal_allowed(
        "NL-1",
        filed_directly=False,
        by_petition_office=act.by.organisation.line == Line.PETITION_OFFICE,
        pack=policy.pack(),
    )
    return letter_facts.to_citizen(
        act,
        recheck_number=given["opinion_number"],
        recheck_served_on=str(given["served_on"]),
        comparison_facts=given["facts_compared"],
        comparison_reasons=given["reasons_compared"],
        help_contact=f"{act.by.organisation.name}（{act.by.organisation.phone or letter_facts.PUBLISHED}）",
    )


# ---- objections and jurisdiction ----------------------------------------------------------------------------------


@transaction.atomic
def answer_objection_agree(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str
) -> Matter:
    """The unit is right: the material comes back and triage begins again; the 15 days count from the first receipt (DL-15)."""
    act = begin(Step.ANSWER_OBJECTION_AGREE, matter_id, by=by, at=at, version=version)
    unit_desk = _objecting_desk(act)
    _take_back(act, unit_desk)
    act.matter.unit, act.matter.unit_since, act.matter_stage = by.organisation, at, Stage.TRIAGE
    clocks.start(act.matter, "PO15", on=act.matter.received_on, desk=act.desk)
    finish(act, letters={"F-13": _objection_answer(act, unit_desk, "同意", reason)}, facts={"reason": reason})
    return act.matter


@transaction.atomic
def answer_objection_refuse(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str
) -> Matter:
    """The unit is competent: it keeps the matter, and its 15 days run on from the first receipt (T-23)."""
    act = begin(Step.ANSWER_OBJECTION_REFUSE, matter_id, by=by, at=at, version=version)
    unit_desk = _objecting_desk(act)
    _give_back(act, unit_desk)
    finish(act, letters={"F-13": _objection_answer(act, unit_desk, "不同意", reason)}, facts={"reason": reason})
    return act.matter


@transaction.atomic
def dispute_jurisdiction(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, opinion: str
) -> Matter:
    """Put a dispute over competence before the common superior or the joint conference (R-24(1), J-02)."""
    act = begin(Step.DISPUTE_JURISDICTION, matter_id, by=by, at=at, version=version)
    finish(act, facts={"opinion": opinion})
    return act.matter


@transaction.atomic
def decide_jurisdiction(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, to: Organisation, reason: str
) -> Matter:
    """The dispute is decided: the named organ handles it. The organ first addressed keeps its desk if it is the one (J-02)."""
    act = begin(Step.DECIDE_JURISDICTION, matter_id, by=by, at=at, version=version)
    unit_desk = _objecting_desk(act)
    if unit_desk.organisation_id == to.pk:
        act.skip_clocks.update(act.move.starts)
        _give_back(act, unit_desk)
        finish(act, facts=_facts(to, reason))
        return act.matter
    _take_back(act, unit_desk)
    return _send(act, to, reason, (), Route.PETITION, "按管辖裁定办理")


# ---- shared -------------------------------------------------------------------------------------------------------


def _send(act: Act, to: Organisation, reason: str, co_handlers, proposed_route: str, instruction: str) -> Matter:
    if too_short(reason):
        raise refusal(f"请写明为什么归{to.name}办（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    _check_target(act, to)
    if to.line == Line.PETITION_OFFICE:
        return _relay(act, to, reason, instruction)
    desk = _unit_desk(act, to, ReferralKind.TRANSFER, instruction, proposed_route)
    act.matter_stage = desk.stage
    for helper in co_handlers:
        _check_target(act, helper)
        side = open_desk(
            act, helper, ReferralKind.CO_HANDLING, Stage.AWAITING_SIGN_IN, lead=False, instruction=instruction
        )
        clocks.start(act.matter, "UNIT15", on=act.today, desk=side)
    letters = transfer_letters(act, to, reason, proposed_route) if act.move.documents else {}
    finish(act, letters=letters, facts=_facts(to, reason, co_handlers=[one.key for one in co_handlers]))
    return act.matter


def _relay(act: Act, to: Organisation, reason: str, instruction: str) -> Matter:
    """To a lower petition office: it triages in its turn, and PO15 counts from the first registration for the chain (DL-15)."""
    desk = open_desk(act, to, ReferralKind.TRANSFER, Stage.TRIAGE, instruction=instruction)
    act.to, act.matter_stage, act.target = Stage.RELAYED, Stage.TRIAGE, desk
    act.skip_clocks.update(act.move.starts)
    letters = transfer_letters(act, to, reason, Route.PETITION)
    finish(act, letters=letters, facts=_facts(to, reason))
    clocks.start(act.matter, "PO15", on=act.matter.received_on, desk=desk)
    clocks.refresh_desks(act.matter)
    act.matter.save(update_fields=["due_on", "due_term"])
    return act.matter


def _assign_to_office(act: Act, to: Organisation, instruction: str, route: str, report_due_on: date) -> Referral:
    """To a lower petition office: it triages and passes on in its turn, and reports with its own review on top (SV-8, DL-15)."""
    more = {"instruction": instruction.strip(), "proposed_route": route, "report_due_on": report_due_on}
    desk = open_desk(act, to, ReferralKind.ASSIGNMENT, Stage.TRIAGE, **more)
    act.target = desk
    act.skip_clocks.update(act.move.starts)
    clocks.start(act.matter, "PO15", on=act.matter.received_on, desk=desk)
    return desk


def _check_target(act: Act, to: Organisation) -> None:
    require_split(act.matter)
    if to.pk == act.by.organisation_id:
        raise refusal("不能转给本单位自己，请重新选择。", "same_unit")
    low, high = act.by.organisation.territory
    inside = low <= to.lft <= high
    petition_office_above = to.line == Line.PETITION_OFFICE and to.lft < act.by.organisation.lft <= to.territory_rgt
    # open_desk says the same of the accused set, in the same words (C-01)
    if not to.active or not (inside or petition_office_above):
        raise out_of_choice(to)


def require_split(matter: Matter) -> None:
    """C-03: what mixes a request with a report goes out only as the two matters it was split into, with an approved extract."""
    if matter.mixed and matter.kind != Kind.REPORT:
        raise refusal(
            "这一件里既有诉求又有检举控告，不能整件转出。请先“分案”：把诉求写成摘要分出一件转送，原件按检举控告办理。", "mixed"
        )
    if matter.extract_by:
        raise refusal("分出的摘要还没有经第二人核准，不能转出。请另一位甄别人员或负责人先“核准摘要”。", "extract_waiting")
    if matter.unseal_by:
        raise refusal("这一件改为其他类别还没有经第二人同意，不能转出。请另一位甄别人员或负责人先决定。", "unseal_waiting")


def _unit_desk(act: Act, to: Organisation, kind: ReferralKind, instruction: str, route: str, **more) -> Referral:
    desk = open_desk(
        act, to, kind, Stage.AWAITING_SIGN_IN, instruction=instruction.strip(), proposed_route=route, **more
    )
    act.target = desk
    return desk


def transfer_letters(act: Act, to: Organisation, reason: str, route: str, kind: str = "F-03", **more) -> dict:
    """The letter to the receiving organ, and the one that tells the citizen where it went (F-03 or F-04, F-07)."""
    notify_by = policy.limit("UNIT15", act.today).due
    object_by = policy.limit("OBJ5WD", act.today).due
    letters = {
        kind: letter_facts.to_organ(
            act,
            to,
            competence_reason=reason,
            route=route,
            notify_by_on=notify_by.isoformat(),
            object_by_on=object_by.isoformat(),
            **more,
        )
    }
    if act.matter.contactable:
        letters["F-07"] = letter_facts.to_citizen(
            act,
            receiving_org=to.name,
            transferred_on=act.today.isoformat(),
            receiving_phone=to.phone or letter_facts.PUBLISHED,
            notify_by_on=notify_by.isoformat(),
        )
    return letters


def _objecting_desk(act: Act) -> Referral:
    desk = act.matter.referrals.filter(stage__in=[Stage.OBJECTED]).exclude(pk=act.desk.pk).order_by("-pk").first()
    if desk is None:
        raise refusal("没有等待答复的异议。请刷新页面。", "no_objection")
    return desk


def _take_back(act: Act, unit_desk: Referral) -> None:
    """The material comes back: no limit runs for the unit any more, and the office does not wait for a report of it (DL-19)."""
    set_desk_stage(unit_desk, Stage.RETURNED, at=act.at)
    unit_desk.save()
    clocks.cancel(act.matter.clocks.filter(referral_id=unit_desk.pk), on=act.today)
    clocks.cancel(act.matter.clocks.filter(term="ASSIGN_N", referral_id=act.desk.pk), on=act.today)


def _give_back(act: Act, unit_desk: Referral) -> None:
    set_desk_stage(unit_desk, Stage.SIGNED_IN, at=act.at)
    unit_desk.unread = True
    unit_desk.save()
    act.matter_stage = Stage.SIGNED_IN
    if clocks.running(act.matter, "ASSIGN_N", act.desk):
        act.to = Stage.ASSIGNED


def _objection_answer(act: Act, unit_desk: Referral, decision: str, reason: str) -> dict:
    if too_short(reason):
        raise refusal(f"请写明{decision}的理由（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    return letter_facts.to_organ(act, unit_desk.organisation, decision=decision, reasons=reason)


def _facts(to: Organisation, reason: str, **more) -> dict:
    return {"to": to.key, "to_name": to.name, "reason": reason, **more}


def _record(act: Act, sort: str, text: str) -> None:
    act.matter.records.create(
        referral_id=act.desk.pk,
        event_seq=act.matter.event_count + 1,
        sort=sort,
        text=text,
        by=act.by,
        at=act.at,
        shown_to_citizen=True,
    )
