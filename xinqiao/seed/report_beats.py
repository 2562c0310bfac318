"""检举控告、回避、反映打击报复, as beats of a seeded matter: who may know of it, who may not work on it (C-01 to C-15)."""

from dataclasses import replace

from xinqiao.matters.steps import retaliation
from xinqiao.matters.steps.reports import sealed_receivers
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import Kind, Line, Purpose, Role, Step

from . import office_beats
from .case import HANDLERS, Case

RECUSAL_REASONS = (
    "承办人是对方单位负责人的亲属，怕不能公正处理，请换一位。",
    "承办人以前经手过我这件事，当时就没有答复，请换人办理。",
)


# ---- whom it is against, and past whom it goes ---------------------------------------------------------------------------


def receive_naming(case: Case) -> None:
    """The report says by name and post whom it is against: somebody with a log-in here (C-01)."""
    organ = case.town.organs[case.petition.respondent.organisation]
    accused = case.town.officer(organ, *HANDLERS)
    named = replace(case.petition.respondent, name=accused.user.name, post=accused.title)
    case.petition = replace(case.petition, respondent=named)
    office_beats.receive(case)


def receive_passed_on(case: Case) -> None:
    """Against a discipline organ: it goes up sealed to the next one at the moment it is received (C-08)."""
    receive_naming(case)
    case.unit = case.matter.unit


def pass_up(case: Case) -> None:
    """密封上送: the official belongs under the discipline organ above."""
    receivers = [organ for organ in sealed_receivers(case.matter, case.office) if organ.line == Line.DISCIPLINE]
    by = case.at_office(Role.DISCIPLINE_LIAISON)
    case.take(Step.PASS_SEALED, by, to=receivers[0], against="higher", pages=case.rng.randint(1, 5))
    case.unit = receivers[0]


def seal_off_line(case: Case) -> None:
    """转线下办理: the text may hold what does not belong on the platform (C-15)."""
    case.take(
        Step.SEAL_OFF_LINE,
        case.at_office(Role.OFFICE_LEADER),
        receiver=f"{case.office.name}保密工作人员",
        handed_on=case.today,
        reason="来件附有不宜在本平台保存的材料，按保密规定转为线下办理。",
    )


# ---- who may know of it ----------------------------------------------------------------------------------------------------


def clear(case: Case) -> None:
    """允许下级单位知悉: one below the accused organ hands over what only it has (C-02)."""
    why = "只请它提供名册和账目的复印件，经办人与被反映人没有隶属以外的关系，已当面提出保密要求。"
    case.take(Step.CLEAR_SUBORDINATE, case.at_unit(Role.DISCIPLINE_LIAISON), organisation=below(case), reason=why)


def lift_clearance(case: Case) -> None:
    why = "需要的名册和账目已经全部取得，不再需要它参与。"
    case.take(Step.LIFT_CLEARANCE, case.at_unit(Role.DISCIPLINE_LIAISON), organisation=below(case), reason=why)


def below(case: Case) -> Organisation:
    """An organ under the accused one."""
    accused = case.town.organs[case.petition.respondent.organisation]
    found = [organ for organ in case.town.organs.values() if organ.is_below(accused)]
    return next((organ for organ in found if organ.line == Line.VILLAGE), found[0])


def receive_as_accusation(case: Case) -> None:
    """The citizen ticked 检举控告 for what is a request, and named nobody."""
    request = case.petition
    case.petition = replace(request, purpose=Purpose.ACCUSE, respondent=None)
    office_beats.receive(case)
    case.petition = replace(request, respondent=None)


def propose_unsealing(case: Case) -> None:
    """甄别 as a request, with the reason that a second person reads (B.3)."""
    office_beats.classify(case, unseal_reason="通读全文，没有反映任何人违纪违法，只是要求解决具体困难。")


def unseal(case: Case) -> None:
    """Another person in the office agrees that more may read it."""
    why = "已核对原文，确实没有检举控告的内容，同意按申诉求决办理。"
    case.take(Step.UNSEAL, case.at_office(Role.OFFICE_LEADER), agree=True, reason=why)


# ---- recusal -------------------------------------------------------------------------------------------------------------------


def ask_recusal(case: Case) -> None:
    """The citizen asks that the handler leave the matter (C-05)."""
    case.take(Step.ASK_RECUSAL, case.citizen, reason=case.rng.choice(RECUSAL_REASONS))


def withdraw_self(case: Case) -> None:
    """自行回避: the handler says it."""
    case.take(
        Step.WITHDRAW_FROM_HANDLING, case.handler, reason="信访人是我爱人的表兄，依照规定应当回避，请另行安排承办人。"
    )


def grant_recusal(case: Case) -> None:
    """同意回避: a colleague goes on."""
    case.handler = next(
        officer for officer in handlers(case.town, case.unit) if officer.user_id != case.handler.user_id
    )
    _decide(case, granted=True, reason="情况属实，换由另一位同志承办，办理期限不变。")


def refuse_recusal(case: Case) -> None:
    _decide(case, granted=False, reason="经核实，承办人与对方没有亲属或者利害关系，此前也没有经手过这件事。")


def _decide(case: Case, *, granted: bool, reason: str) -> None:
    facts = {"handler": case.handler, "no_interest": True} if granted else {}
    case.take(
        Step.DECIDE_RECUSAL, case.town.officer(case.unit, Role.UNIT_LEADER), granted=granted, reason=reason, **facts
    )


def handlers(town, unit: Organisation) -> list[Officer]:
    """Who could handle a matter at `unit`."""
    return [officer for officer in town.posts.get(unit.key, ()) if officer.may(Role.HANDLER)]


# ---- retaliation ------------------------------------------------------------------------------------------------------------------


def complain(case: Case) -> None:
    """反映打击报复: from here on the story is that of the complaint, one level up (C-06)."""
    text = "我反映问题以后，有人到我家里说再告就停掉我的摊位，第二天就有人来量尺寸、开罚单。请查清是谁安排的。"
    case.receipt = retaliation.complain(
        case.matter_id, by=case.citizen, at=case.at, text=text, unit=case.unit.name, key=f"seed-{case.receipt.number}"
    )
    case.matter_id = case.receipt.matter_id
    case.office = case.town.organs_by_id[case.matter.received_by_id]
    case.petition = replace(
        case.petition, kind=Kind.REPORT, purpose=Purpose.ACCUSE, title=retaliation.TITLE, content=text, requests=()
    )


def discipline_signs_in(case: Case) -> None:
    """The discipline organ beside the office knows of it too."""
    desk = case.matter.referrals.filter(organisation__line=Line.DISCIPLINE).select_related("organisation").get()
    case.take(Step.SIGN_IN, case.town.officer(desk.organisation, Role.DISCIPLINE_LIAISON))


# ---- a late objection ------------------------------------------------------------------------------------------------------------


def allow_late_objection(case: Case) -> None:
    """The five working days are over; the office's leader lets the unit object all the same (T-24)."""
    why = "权责清单上月调整，该事项已划转其他部门，单位收到时清单尚未公布。"
    case.take(Step.ALLOW_LATE_OBJECTION, case.at_office(Role.OFFICE_LEADER), reason=why)
