"""What an office adds to a seeded matter, as beats: completion reports of assigned matters (SV-8), major and urgent information (UR-1 to UR-6)."""

from datetime import timedelta

from xinqiao.matters.steps import FUNCTIONS
from xinqiao.matters.steps.urgent import owed_outside, own_row
from xinqiao.rules.stages import Role, Step
from xinqiao.rules.urgent import UrgentGround

from .case import Case

REVIEW = "经审核，事实已经查清，诉求都有答复，处理符合规定，同意认定办结。"


def _in_danger(case: Case) -> bool:
    """Whether somebody may come to harm; the other urgent ones touch the daily life of many."""
    return "urgent" in case.petition.flags


def _said(case: Case) -> dict[str, str]:
    """The report in words that fit whatever happened: what, which demands, and what was done at once. Nobody is named."""
    if not _in_danger(case):
        return {
            "happened": f"{case.petition.title}，周围住户的日常生活都受影响。",
            "where": f"{case.town.government_of(case.petition.place).name}辖区",
            "since": "信访人当天反映，工作人员接到后马上核实",
            "demands": "；".join(case.petition.requests),
            "taken": "已经通知主管部门派人到现场核实，向住户说明情况。",
            "contact": "信访局值班室",
        }
    return {
        "happened": f"{case.petition.title}，信访人说现在还有危险。",
        "where": f"{case.town.government_of(case.petition.place).name}辖区",
        "since": "信访人当天反映，工作人员接到后马上核实",
        "demands": "；".join(case.petition.requests),
        "taken": "已经通知主管部门派人到现场，先把人转移到安全的地方，设置围挡。",
        "contact": "信访局值班室",
        "rescue": "已经拨打119，消防人员正在赶往现场。",
    }


def return_completion(case: Case) -> None:
    missing = "没有写明每项诉求怎样处理，也没有说明信访人是否收到答复。"
    post = case.at_office(Role.SUPERVISOR, Role.OFFICE_LEADER)
    case.take(Step.RETURN_COMPLETION, post, missing=missing, report_due_on=case.in_days(15))


def completion_again(case: Case) -> None:
    """补报: the head signs what was completed."""
    handling = "逐项答复了信访人的诉求：支持的写明了落实的日期，不支持的说明了依据；答复已经送达信访人。"
    case.take(Step.REPORT_COMPLETION, case.at_unit(Role.UNIT_LEADER), handling=handling)


def approve_completion(case: Case) -> None:
    case.take(Step.APPROVE_COMPLETION, case.at_office(Role.OFFICE_LEADER), opinion=REVIEW)


def assign_down(case: Case) -> None:
    """交办 to the petition office of the unit's own area, which assigns it on and reports with its own review on top."""
    to = case.town.petition_office(case.unit)
    case.remembered["assigned_by"] = case.office
    case.take(
        Step.ASSIGN, case.at_office(Role.OFFICE_LEADER), to=to, reason=f"事项发生在{to.parent.name}辖区，由{to.name}组织办理。",
        importance="涉及多户群众切身利益，需限期报结果", report_due_on=case.in_days(75),
    )  # fmt: skip
    case.office = to


def relay_completion(case: Case) -> None:
    case.take(Step.RELAY_COMPLETION, case.at_office(Role.OFFICE_LEADER), review=REVIEW)


def flag_urgent(case: Case) -> None:
    case.take(
        Step.FLAG_URGENT, case.at_office(Role.TRIAGE), ground=UrgentGround.LIFE if _in_danger(case) else UrgentGround.MANY,
        said=_said(case), affected=case.rng.randint(12, 60), danger_to_life=_in_danger(case), next_report_at=case.at + timedelta(hours=4),
    )  # fmt: skip


def alarm_urgent(case: Case) -> None:
    """Nobody sent it: the alarm of 30 minutes rang, as it would have by the clock."""
    row = own_row(case.matter, case.office)
    FUNCTIONS[Step.ALARM_URGENT](case.matter_id, at=max(case.at, row.alarm_at), report_id=row.pk)


def send_urgent(case: Case) -> None:
    case.take(Step.SEND_URGENT, case.at_office(Role.OFFICE_LEADER))


def record_urgent_sending(case: Case) -> None:
    """To the national administration, by the office's own way (UR-2)."""
    owed = owed_outside(case.matter, case.office).order_by("-addressee").first()
    how = "用值班电话报告，随后用专网传送，对方已登记"
    case.take(
        Step.RECORD_URGENT_SENDING, case.at_office(Role.OFFICE_LEADER), delivery_id=owed.pk, done_at=case.at, how=how
    )


def continue_urgent(case: Case) -> None:
    said = {**_said(case), "taken": "主管部门已经到现场处理，每天向住户通报进展。"}
    case.take(
        Step.CONTINUE_URGENT, case.at_office(Role.OFFICE_LEADER), said=said, affected=36, danger_to_life=False,
        next_report_at=case.at + timedelta(hours=24),
    )  # fmt: skip


def close_urgent(case: Case) -> None:
    case.take(
        Step.CLOSE_URGENT, case.at_office(Role.OFFICE_LEADER), outcome="主管部门已经到现场处理完毕，没有人员受伤。"
    )


def unflag_urgent(case: Case) -> None:
    reason = "到现场核实，没有危险，受影响的只有一户，已向信访人说明。"
    case.take(Step.UNFLAG_URGENT, case.at_office(Role.OFFICE_LEADER), reason=reason)


AT_ONCE = (flag_urgent, send_urgent, record_urgent_sending, close_urgent)
