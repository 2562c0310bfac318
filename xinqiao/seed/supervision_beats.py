"""What supervision adds to a seeded matter, as beats: D.13. The unit let its limit pass; the petition office sees to it (SV-1 to SV-9)."""

from xinqiao.rules.deadlines import compute
from xinqiao.rules.patrol import Ground
from xinqiao.rules.stages import Role, Step
from xinqiao.rules.supervision import ANSWER_DAYS, Means

from .case import Case


def ask_supervision(case: Case) -> None:
    """信访人要求督办."""
    case.take(Step.ASK_SUPERVISION, case.citizen, text="单位答应过两天上门，到现在没有人来，电话也没有人接。")


def propose_supervision(case: Case) -> None:
    case.take(
        Step.PROPOSE_SUPERVISION,
        case.at_office(Role.SUPERVISOR),
        to=case.unit,
        ground=Ground.NOT_HANDLED,
        means=case.rng.choice([Means.LETTER, Means.ONLINE, Means.PHONE]),
        broken="超过规定的期限没有答复信访人，也没有办理延长期限的手续。",
        demand="查明没有按期办理的原因，尽快作出处理意见并送达信访人。",
        improvement="建立到期提醒和请假交接制度，承办人不在岗时由他人接办。",
        answer_by_on=compute(ANSWER_DAYS, case.today).due,
    )


def issue_supervision(case: Case) -> None:
    case.take(Step.ISSUE_SUPERVISION, case.at_office(Role.OFFICE_LEADER))


def decline_supervision(case: Case) -> None:
    reason = "单位已经联系信访人并约定上门时间，还在规定的期限内，先请单位按期办理。"
    case.take(Step.DECLINE_SUPERVISION, case.at_office(Role.SUPERVISOR), reason=reason)


def answer_supervision(case: Case) -> None:
    text = "经查，承办人外出期间没有交接。已经重新确定承办人，本周内上门核实并作出处理意见。"
    case.take(Step.ANSWER_SUPERVISION, case.at_unit(Role.UNIT_LEADER), text=text)


def return_supervision(case: Case) -> None:
    case.take(
        Step.RETURN_SUPERVISION,
        case.at_office(Role.SUPERVISOR),
        reason="没有写明作出处理意见的具体日期，也没有附上门核实的记录。",
        answer_by_on=case.in_days(10),
    )


def close_supervision(case: Case) -> None:
    outcome = "单位已经上门核实并向信访人说明了办理进度，处理意见将按承诺的日期送达。"
    case.take(Step.CLOSE_SUPERVISION, case.at_office(Role.SUPERVISOR), outcome=outcome)
