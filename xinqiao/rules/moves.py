"""The procedure as one table: which step leads from where to where, for whom, with which clocks and letters.

Rows follow the tables D.3 to D.10, D.11 (DU-1 to DU-6) and D.16 of the domain spec. A step is taken either on a *desk*
(the referral, 一程, of the actor's organisation) or on the *matter* (by the citizen or by the system). `find_move` is the
only question that steps ask; the tests loop over the table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .refusals import StepRefused
from .stages import Kind, ReferralKind, Role, Stage, Step

S, R = Stage, Role


@dataclass(frozen=True)
class Move:
    """One row of the procedure. `to=None` keeps the stage; `quiet` steps never make another person's page stale."""

    step: Step
    origins: frozenset[Stage]
    to: Stage | None
    roles: frozenset[Role]
    article: str
    on: str = "desk"  # "desk" or "matter"
    precondition: str = ""
    stops: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    desk_kinds: frozenset[ReferralKind] = frozenset()  # empty: any
    kinds: frozenset[Kind] = frozenset()  # empty: any
    approval: bool = False  # the signature of a leader (审批, "A" in B.3)
    quiet: bool = False
    told: str = ""  # what the citizen is told: key of notifications/messages.py, empty: nothing


def _row(step, origins, to, roles, article, **rest) -> Move:
    as_set = lambda value: frozenset((value,)) if isinstance(value, str) else frozenset(value)  # noqa: E731
    for name in ("desk_kinds", "kinds"):
        rest[name] = as_set(rest.get(name, ()))
    return Move(step, as_set(origins), to, as_set(roles), article, **rest)


CITIZEN = R.CITIZEN
OFFICE = (R.REGISTRAR, R.TRIAGE)
TRIAGERS = (R.TRIAGE, R.OFFICE_LEADER)
OVERSEERS = (R.SUPERVISOR, R.OFFICE_LEADER)
UNIT = (R.UNIT_RECEIVER, R.HANDLER, R.UNIT_LEADER)
HANDLERS = (R.HANDLER, R.UNIT_LEADER)
OWN_DESK = (ReferralKind.INTAKE, ReferralKind.TRANSFER, ReferralKind.ASSIGNMENT)
UNIT_DESKS = (ReferralKind.TRANSFER, ReferralKind.ASSIGNMENT, ReferralKind.DIRECT)
TRIAGE_STAGES = (S.REGISTERED, S.TRIAGE)
ACCEPTED = (S.ACCEPTED, S.ACCEPTED_SIMPLE)
IN_HANDLING = (S.HANDLING, S.EXTENDED)
BEFORE_SERVED = (
    S.RECEIVED, S.REGISTERED, S.TRIAGE, S.TRANSFERRED, S.ASSIGNED, S.REPORTED_UP, S.AWAITING_SIGN_IN, S.SIGNED_IN,
    S.OBJECTED, S.JURISDICTION_DISPUTED, S.ACCEPTED, S.ACCEPTED_SIMPLE, S.PASSED_DOWN, S.HANDLING, S.EXTENDED,
    S.IN_APPROVAL, S.OPINION_ISSUED,
)  # fmt: skip
OPEN_FOR_CITIZEN = BEFORE_SERVED + (
    S.DIRECT_REPLIED, S.GUIDED, S.SENT_TO_DISCIPLINE, S.PASSED_SEALED, S.FILED, S.OTHER_ROUTE, S.NOT_ACCEPTED, S.OPINION_SERVED,
    S.MEDIATED, S.EXECUTING, S.EXECUTED, S.REVIEW_REQUESTED, S.REVIEW_REFUSED, S.REVIEW_SERVED, S.RECHECK_REQUESTED,
    S.RECHECK_HEARING, S.REVIEW_ISSUED, S.RECHECK_ISSUED,
)  # fmt: skip
# A handler is at work, so one may be asked to leave it (C-05).
WITH_HANDLER = (*IN_HANDLING, S.IN_APPROVAL)
# Where a report may lie while it is decided who may know of it (C-02).
REPORT_STAGES = (*TRIAGE_STAGES, S.SENT_TO_DISCIPLINE, S.AWAITING_SIGN_IN, S.SIGNED_IN, S.TRANSFERRED, S.ASSIGNED)
ENDED = (
    S.ENDED_WINDOW, S.ENDED_RECHECK, S.ENDED_AGREEMENT, S.ENDED_OTHER_ROUTE, S.ENDED_WITHDRAWN, S.ENDED_SUGGESTION,
    S.ENDED_SIMPLE, S.ENDED_JOINED, S.ENDED_IMPORTED,
)  # fmt: skip
# Answered without an opinion: the file may be closed when the citizen has had time to disagree.
ANSWERED_OTHERWISE = (S.DIRECT_REPLIED, S.FILED, S.NOT_ACCEPTED, S.NO_LONGER_ACCEPTED, S.REVIEW_REFUSED)
CLOSED = frozenset(ENDED) | {S.ARCHIVED}
BEFORE_ARCHIVE = tuple(stage for stage in S if stage not in (S.ARCHIVED, S.OFF_LINE))
HEADS = (R.OFFICE_LEADER, R.UNIT_LEADER)
# The result of an assigned matter is known, so that the unit, or the petition office it was assigned to, can report it (SV-8).
REPORTABLE = (
    S.OPINION_SERVED, S.EXECUTING, S.EXECUTED, S.OTHER_ROUTE, S.NOT_ACCEPTED, S.NO_LONGER_ACCEPTED, S.PASSED_DOWN,
    S.ENDED_AGREEMENT, S.ENDED_SUGGESTION, S.ENDED_OTHER_ROUTE, S.DESK_CLOSED,
)  # fmt: skip
RELAYABLE = (S.TRANSFERRED, S.RELAYED, S.DIRECT_REPLIED, S.GUIDED, S.FILED, S.NO_LONGER_ACCEPTED, S.DESK_CLOSED)
# A desk in one of these stages asks nothing more of its organisation.
DESK_DONE = CLOSED | {
    S.TRANSFERRED, S.DIRECT_REPLIED, S.GUIDED, S.SENT_TO_DISCIPLINE, S.FILED, S.OTHER_ROUTE, S.NOT_ACCEPTED,
    S.PASSED_SEALED, S.OFF_LINE, S.NO_LONGER_ACCEPTED, S.PASSED_DOWN, S.RETURNED, S.RELAYED, S.CO_ANSWERED, S.DESK_CLOSED, S.REVIEW_REFUSED,
    S.REVIEW_SERVED, S.WITHDRAWN,
}  # fmt: skip

MOVES: tuple[Move, ...] = (
    # ---- D.3 registration and the petition office -------------------------------------------------------------
    _row(Step.RECEIVE, (), S.RECEIVED, (CITIZEN, *OFFICE, R.UNIT_RECEIVER, R.VILLAGE_INFORMATION_OFFICER, R.SYSTEM),
         "R-17(1)", on="matter", starts=("PO15", "REGISTER1WD"), documents=("F-02",), told="received"),
    _row(Step.IMPORT_HISTORY, (), S.REGISTERED, (R.SYSTEM,), "R-21(2)", on="matter",
         precondition="来自其他系统，尚未答复；旧件不起算期限"),
    _row(Step.IMPORT_HISTORY, (), S.ENDED_IMPORTED, (R.SYSTEM,), "R-21(2)", on="matter",
         precondition="来自其他系统，导入时已有答复"),
    _row(Step.REGISTER, S.RECEIVED, S.REGISTERED, OFFICE, "R-22(1)", desk_kinds=OWN_DESK, stops=("REGISTER1WD",),
         documents=("F-01",), precondition="DU-1: 判重已看", told="registered"),
    _row(Step.REGISTER, S.RECEIVED, S.SIGNED_IN, UNIT, "R-23(1)", desk_kinds=ReferralKind.DIRECT,
         stops=("REGISTER1WD",), documents=("F-01",), precondition="T-31: 直接向本单位提出", told="registered"),
    _row(Step.CORRECT_REGISTRATION, (*TRIAGE_STAGES, S.SIGNED_IN), None, (*OFFICE, R.UNIT_RECEIVER), "R-22(1)",
         precondition="写明更正理由"),
    _row(Step.CLASSIFY, TRIAGE_STAGES, S.TRIAGE, R.TRIAGE, "R-22(1)", desk_kinds=OWN_DESK, precondition="C-03, C-04"),
    _row(Step.CLASSIFY, S.SIGNED_IN, None, UNIT, "R-23(1)", desk_kinds=ReferralKind.DIRECT),
    _row(Step.JOIN_REPEAT, (S.RECEIVED, *TRIAGE_STAGES), S.ENDED_JOINED, OFFICE, "R-19(3)",
         precondition="DU-3: 先件正在办理", stops=("PO15", "REGISTER1WD"), told="joined"),
    _row(Step.MERGE, S.TRIAGE, None, R.TRIAGE, "DU-6", precondition="由人判断，机器不并案"),
    _row(Step.UNMERGE, S.TRIAGE, None, R.TRIAGE, "DU-6"),
    _row(Step.SPLIT, TRIAGE_STAGES, S.TRIAGE, R.TRIAGE, "C-03, T-14", precondition="C-03", told="split"),
    _row(Step.APPROVE_EXTRACT, (S.RECEIVED, *TRIAGE_STAGES), None, TRIAGERS, "C-03", desk_kinds=OWN_DESK, approval=True,
         precondition="由写摘要以外的人核对"),
    _row(Step.UNSEAL, S.TRIAGE, None, TRIAGERS, "B.3, R-30(3)", desk_kinds=OWN_DESK, approval=True,
         precondition="由提出改类以外的人决定"),
    _row(Step.PASS_SEALED, (S.RECEIVED, *TRIAGE_STAGES, S.AWAITING_SIGN_IN, S.SIGNED_IN), S.PASSED_SEALED,
         (*OFFICE, R.OFFICE_LEADER, R.DISCIPLINE_LIAISON, R.SYSTEM), "C-08 (P9-15), R-30(3)",
         stops=("SEALED5WD", "PO15", "REGISTER1WD", "SIGN_IN1WD"), documents=("F-05",),
         precondition="检举控告涉及本级纪检监察机关负责人、属于上级管辖，或者涉及本部门", told="sent_on"),
    _row(Step.SEAL_OFF_LINE, (S.RECEIVED, *TRIAGE_STAGES, S.SIGNED_IN), S.OFF_LINE,
         (*TRIAGERS, R.DISCIPLINE_LIAISON), "C-15（保守国家秘密法）", stops=("PO15", "REGISTER1WD"),
         precondition="可能含有国家秘密", told="sent_on"),
    _row(Step.CLEAR_SUBORDINATE, REPORT_STAGES, None, R.DISCIPLINE_LIAISON, "C-02, R-30(3)",
         precondition="写明理由；被检举控告的单位本身不能放开"),
    _row(Step.LIFT_CLEARANCE, REPORT_STAGES, None, R.DISCIPLINE_LIAISON, "C-02, R-30(3)", precondition="写明理由"),
    _row(Step.TRANSFER, S.TRIAGE, S.TRANSFERRED, TRIAGERS, "R-22(1)(一)", desk_kinds=OWN_DESK, stops=("PO15",),
         starts=("UNIT15", "OBJ5WD", "SIGN_IN1WD"), documents=("F-03", "F-07"),
         precondition="已甄别；C-01: 不得转给被反映的单位", told="transferred"),
    _row(Step.TRANSFER_DOWN, S.TRIAGE, S.TRANSFERRED, TRIAGERS, "R-22(1)(二)", desk_kinds=OWN_DESK, stops=("PO15",),
         starts=("UNIT15", "OBJ5WD", "SIGN_IN1WD"), documents=("F-03", "F-07"),
         precondition="已甄别；收件单位属于下级", told="transferred"),
    _row(Step.ASSIGN, S.TRIAGE, S.ASSIGNED, R.OFFICE_LEADER, "R-22(1)(三)", desk_kinds=OWN_DESK, stops=("PO15",),
         starts=("UNIT15", "OBJ5WD", "SIGN_IN1WD", "ASSIGN_N"), documents=("F-04", "F-07"), approval=True,
         precondition="写明反馈日期", told="transferred"),
    _row(Step.REPORT_UP, S.TRIAGE, S.REPORTED_UP, R.OFFICE_LEADER, "R-22(1)(一)", desk_kinds=OWN_DESK,
         stops=("PO15",), approval=True, told="reported_up"),
    _row(Step.RETURN_FROM_LEADERSHIP, S.REPORTED_UP, S.TRIAGE, TRIAGERS, "R-22(1)(一)"),
    _row(Step.TRANSFER_POLITICAL_LEGAL, S.TRIAGE, S.GUIDED, R.TRIAGE, "R-22(2)", desk_kinds=OWN_DESK,
         stops=("PO15",), documents=("F-03", "F-07"), precondition="涉法涉诉", told="transferred"),
    _row(Step.GUIDE, TRIAGE_STAGES, S.GUIDED, OFFICE, "R-22(2), R-20(2)", stops=("PO15",), documents=("F-06",),
         desk_kinds=OWN_DESK, told="guided"),
    _row(Step.TRANSFER_DISCIPLINE, S.TRIAGE, S.SENT_TO_DISCIPLINE, R.DISCIPLINE_LIAISON, "R-22(2), R-30",
         desk_kinds=OWN_DESK, kinds=Kind.REPORT, stops=("PO15",), precondition="C-01, C-08", told="sent_on"),
    _row(Step.REPLY_DIRECTLY, S.TRIAGE, S.DIRECT_REPLIED, R.TRIAGE, "R-22", desk_kinds=OWN_DESK, stops=("PO15",),
         precondition="咨询、感谢或可据公开信息说明", told="replied"),
    _row(Step.FILE_WITHOUT_ACTION, S.TRIAGE, S.FILED, R.OFFICE_LEADER, "T-12", desk_kinds=OWN_DESK, stops=("PO15",),
         approval=True, precondition="只限列明的原因", told="filed"),
    _row(Step.OBJECT_TO_FILING, (S.FILED, S.DIRECT_REPLIED), S.TRIAGE, CITIZEN, "T-11, T-12", on="matter",
         precondition="只限一次", starts=("PO15",)),
    _row(Step.REFUSE_AGAIN_AT_OFFICE, S.TRIAGE, S.NO_LONGER_ACCEPTED, R.OFFICE_LEADER, "R-36(3)",
         desk_kinds=OWN_DESK, stops=("PO15",), documents=("F-11",), approval=True, precondition="NL-1",
         told="no_longer_accepted"),
    _row(Step.ANSWER_OBJECTION_AGREE, (S.OBJECTED, S.JURISDICTION_DISPUTED), S.TRIAGE, TRIAGERS, "R-23(3)",
         stops=("OBJ_ANSWER2WD",), documents=("F-13",), told="reassigned"),
    _row(Step.ANSWER_OBJECTION_REFUSE, (S.OBJECTED, S.JURISDICTION_DISPUTED), S.TRANSFERRED, TRIAGERS, "R-23(3)",
         stops=("OBJ_ANSWER2WD",), documents=("F-13",)),
    _row(Step.ALLOW_LATE_OBJECTION, (S.TRANSFERRED, S.ASSIGNED), None, R.OFFICE_LEADER, "T-24, R-23(3)", approval=True,
         desk_kinds=OWN_DESK, precondition="收件单位5个工作日的异议期限已过，写明理由"),
    _row(Step.DISPUTE_JURISDICTION, S.OBJECTED, S.JURISDICTION_DISPUTED, TRIAGERS, "R-24(1)",
         stops=("OBJ_ANSWER2WD",), starts=("JURISDICTION5WD",)),
    _row(Step.DECIDE_JURISDICTION, S.JURISDICTION_DISPUTED, S.TRANSFERRED, (R.OFFICE_LEADER, R.JOINT_CONFERENCE),
         "R-24(1)", approval=True, stops=("JURISDICTION5WD",), starts=("UNIT15", "OBJ5WD", "SIGN_IN1WD"),
         documents=("F-03",), told="transferred"),
    # ---- D.4 the unit decides ---------------------------------------------------------------------------------
    _row(Step.SIGN_IN, S.AWAITING_SIGN_IN, S.SIGNED_IN, UNIT, "R-23(3)", stops=("SIGN_IN1WD",), told="signed_in"),
    _row(Step.SIGN_IN, S.AWAITING_SIGN_IN, S.SIGNED_IN, R.DISCIPLINE_LIAISON, "R-22(2)", stops=("SIGN_IN1WD",),
         desk_kinds=ReferralKind.DISCIPLINE, precondition="T-63: 只记日期"),
    _row(Step.RAISE_OBJECTION, S.SIGNED_IN, S.OBJECTED, R.UNIT_LEADER, "R-23(3)", approval=True,
         desk_kinds=(ReferralKind.TRANSFER, ReferralKind.ASSIGNMENT), starts=("OBJ_ANSWER2WD",), stops=("OBJ5WD",),
         documents=("F-12",), precondition="收到之日起5个工作日内"),
    _row(Step.ACCEPT, S.SIGNED_IN, S.ACCEPTED, HANDLERS, "R-23", desk_kinds=UNIT_DESKS,
         stops=("UNIT15", "DIRECT15", "OBJ5WD"), starts=("HANDLE60", "CONTACT5WD"), documents=("F-08",),
         kinds=(Kind.REQUEST, Kind.REPORT), precondition="属于本单位职权，走第六条途径", told="accepted"),
    _row(Step.ACCEPT, S.SIGNED_IN, S.ACCEPTED, HANDLERS, "R-23, R-29", desk_kinds=UNIT_DESKS, kinds=Kind.SUGGESTION,
         stops=("UNIT15", "DIRECT15", "OBJ5WD"), starts=("SUGGESTION60",), documents=("F-08",), told="accepted"),
    _row(Step.ACCEPT_SIMPLE, S.SIGNED_IN, S.ACCEPTED_SIMPLE, R.UNIT_LEADER, "D.6 (P1-6)", approval=True,
         desk_kinds=UNIT_DESKS, stops=("UNIT15", "DIRECT15", "OBJ5WD"), starts=("SIMPLE10WD", "CONTACT5WD"),
         kinds=Kind.REQUEST, documents=("F-08",), precondition="D.6: 没有排除情形", told="accepted"),
    _row(Step.NOTIFY_ROUTE, S.SIGNED_IN, S.OTHER_ROUTE, R.UNIT_LEADER, "R-23, R-31", approval=True,
         desk_kinds=UNIT_DESKS,
         stops=("UNIT15", "DIRECT15", "OBJ5WD"), documents=("F-09",), told="other_route"),
    _row(Step.PASS_DOWN, S.SIGNED_IN, S.PASSED_DOWN, (R.UNIT_RECEIVER, R.UNIT_LEADER), "R-23(1)",
         desk_kinds=UNIT_DESKS, stops=("UNIT15", "DIRECT15", "OBJ5WD"), starts=("UNIT15", "OBJ5WD", "SIGN_IN1WD"),
         documents=("F-03", "F-07"), precondition="属于本系统下级", told="transferred"),
    _row(Step.REFUSE, S.SIGNED_IN, S.NOT_ACCEPTED, R.UNIT_LEADER, "R-23(1)", desk_kinds=UNIT_DESKS, approval=True,
         stops=("UNIT15", "DIRECT15", "OBJ5WD"), documents=("F-10",), precondition="NA-1 至 NA-5", told="not_accepted"),
    _row(Step.REFUSE_AGAIN, S.SIGNED_IN, S.NO_LONGER_ACCEPTED, R.UNIT_LEADER, "R-36(3)", desk_kinds=UNIT_DESKS,
         approval=True, stops=("UNIT15", "DIRECT15", "OBJ5WD"), documents=("F-11",), precondition="NL-1",
         told="no_longer_accepted"),
    _row(Step.RECORD_SILENCE, tuple(S), None, R.SYSTEM, "R-44(三), DL-06", on="matter", starts=("HANDLE60",),
         quiet=True, precondition="第15日已过，没有告知", told="silence"),
    # ---- D.7 handling ------------------------------------------------------------------------------------------
    _row(Step.START_HANDLING, ACCEPTED, S.HANDLING, HANDLERS, "R-28(3)", precondition="C-05: 承办人作出回避声明",
         told="handling"),
    _row(Step.RECORD_CONTACT, (*ACCEPTED, *IN_HANDLING, S.IN_APPROVAL, S.OPINION_ISSUED), None, HANDLERS, "R-31(六)",
         stops=("CONTACT5WD",), quiet=True),
    _row(Step.ASK_RECUSAL, WITH_HANDLER, None, CITIZEN, "R-28(3)", on="matter", starts=("RECUSAL3WD",),
         precondition="C-05: 已经确定承办人，写明理由"),
    _row(Step.WITHDRAW_FROM_HANDLING, WITH_HANDLER, None, HANDLERS, "R-28(3)", starts=("RECUSAL3WD",),
         precondition="C-05: 承办人本人提出，写明理由"),
    _row(Step.DECIDE_RECUSAL, WITH_HANDLER, None, (R.UNIT_LEADER, R.OFFICE_LEADER), "R-28(3)", on="matter",
         approval=True, stops=("RECUSAL3WD",), told="recusal_decided",
         precondition="C-05: 由本单位负责人决定；申请负责人回避的，由转办的信访部门负责人决定"),
    _row(Step.CONVERT_TO_ORDINARY, (S.ACCEPTED_SIMPLE, S.HANDLING), S.HANDLING, R.UNIT_LEADER, "D.6", approval=True,
         stops=("SIMPLE10WD",), starts=("HANDLE60",), precondition="简易办理中，写明理由", told="converted"),
    _row(Step.REQUEST_EXTENSION, S.HANDLING, None, R.HANDLER, "R-34", precondition="情况复杂，写明理由"),
    _row(Step.EXTEND, S.HANDLING, S.EXTENDED, R.UNIT_LEADER, "R-34", approval=True, documents=("F-14",),
         precondition="期限届满前；不超过30日；只限一次", told="extended"),
    _row(Step.DECLINE_EXTENSION, S.HANDLING, None, R.UNIT_LEADER, "R-34", approval=True, precondition="已有延期申请"),
    _row(Step.SUBMIT_OPINION, IN_HANDLING, S.IN_APPROVAL, HANDLERS, "R-32",
         kinds=(Kind.REQUEST, Kind.REPORT), precondition="GT-1 至 GT-6"),
    _row(Step.RETURN_OPINION, S.IN_APPROVAL, S.HANDLING, R.UNIT_LEADER, "R-32", approval=True),
    _row(Step.ISSUE_OPINION, S.IN_APPROVAL, S.OPINION_ISSUED, R.UNIT_LEADER, "R-32, R-34", approval=True,
         starts=("SERVE5WD",), documents=("F-16",), precondition="GT-1 至 GT-6"),
    _row(Step.SERVE_OPINION, S.OPINION_ISSUED, S.OPINION_SERVED, HANDLERS, "R-35", documents=("F-21",),
         stops=("SERVE5WD", "HANDLE60", "SIMPLE10WD", "CONTACT5WD", "ASSIGN_N"), starts=("REVIEW_REQ30", "RATING30"),
         precondition="有送达凭证", told="answered"),
    _row(Step.CO_ANSWER, S.SIGNED_IN, S.CO_ANSWERED, HANDLERS, "J-04", desk_kinds=ReferralKind.CO_HANDLING,
         stops=("UNIT15",)),
    _row(Step.SETTLE, IN_HANDLING, S.MEDIATED, (R.HANDLER, R.MEDIATOR), "R-33", documents=("F-25",),
         stops=("HANDLE60", "SIMPLE10WD", "CONTACT5WD"), starts=("MED_CONFIRM30",), precondition="MD-1 自愿；MD-7 不得放弃信访权利",
         told="settled"),
    _row(Step.RECORD_AGREEMENT_PERFORMED, S.MEDIATED, S.ENDED_AGREEMENT, HANDLERS, "R-33", told="closed",
         stops=("MED_CONFIRM30",)),
    _row(Step.RECORD_AGREEMENT_BROKEN, S.MEDIATED, S.HANDLING, HANDLERS, "MD-6", stops=("MED_CONFIRM30",),
         starts=("HANDLE60",), told="handling"),
    _row(Step.START_EXECUTION, S.OPINION_SERVED, S.EXECUTING, HANDLERS, "R-32(2)",
         precondition="意见书支持或部分支持", told="executing"),
    _row(Step.REPORT_EXECUTION, S.EXECUTING, S.EXECUTED, HANDLERS, "R-32(2)", starts=("EXEC_CONFIRM15",),
         precondition="有落实凭证", told="executed"),
    _row(Step.CONFIRM_EXECUTION, S.EXECUTED, None, CITIZEN, "T-48", on="matter", stops=("EXEC_CONFIRM15",)),
    _row(Step.DISPUTE_EXECUTION,
         (S.EXECUTING, S.EXECUTED, S.REVIEW_REFUSED, S.ENDED_WINDOW, S.ENDED_RECHECK, S.ENDED_AGREEMENT), S.EXECUTING, CITIZEN,
         "R-40(1), R-42(四)", on="matter", precondition="DU-5: 有支持的诉求或协议", stops=("EXEC_CONFIRM15",)),
    _row(Step.REPLY_TO_SUGGESTION, (S.ACCEPTED, S.HANDLING), S.ENDED_SUGGESTION, R.UNIT_LEADER, "R-29(1)", approval=True,
         kinds=Kind.SUGGESTION, stops=("SUGGESTION60",), documents=("F-36",), told="answered_suggestion"),
    _row(Step.DRAFT_COMPLETION, REPORTABLE, None, HANDLERS, "R-22(1)(三)", desk_kinds=ReferralKind.ASSIGNMENT, quiet=True,
         precondition="SV-8: 已有结果"),
    _row(Step.REPORT_COMPLETION, REPORTABLE, None, R.UNIT_LEADER, "R-22(1)(三)", desk_kinds=ReferralKind.ASSIGNMENT,
         documents=("F-29",), quiet=True, approval=True, precondition="SV-8: 已有结果"),
    _row(Step.RETURN_COMPLETION, (S.ASSIGNED, S.TRANSFERRED), S.ASSIGNED, OVERSEERS, "R-22(1)(三)", desk_kinds=OWN_DESK,
         quiet=True, starts=("ASSIGN_N",), precondition="SV-8: 写明还缺什么"),
    _row(Step.APPROVE_COMPLETION, S.ASSIGNED, S.TRANSFERRED, R.OFFICE_LEADER, "R-22(1)(三)", desk_kinds=OWN_DESK,
         quiet=True, approval=True, precondition="SV-8: 收到办结报告"),
    _row(Step.RELAY_COMPLETION, RELAYABLE, None, R.OFFICE_LEADER, "R-22(1)(三)", desk_kinds=ReferralKind.ASSIGNMENT,
         documents=("F-29",), quiet=True, approval=True, precondition="SV-8: 附审核意见"),
    # ---- D.13 supervision: beside the main line, whatever the stage ---------------------------------------------
    _row(Step.ASK_SUPERVISION, (*OPEN_FOR_CITIZEN, *ENDED), None, CITIZEN, "R-40(1), SV-9", on="matter", quiet=True,
         told="supervision_asked"),
    _row(Step.PROPOSE_SUPERVISION, tuple(S), None, OVERSEERS, "R-40(1)", on="matter", quiet=True, precondition="SV-3: 同时提出改进工作的建议"),
    _row(Step.ISSUE_SUPERVISION, tuple(S), None, R.OFFICE_LEADER, "R-40(1)", on="matter", quiet=True, approval=True,
         documents=("F-26",), told="supervised"),
    _row(Step.DECLINE_SUPERVISION, tuple(S), None, OVERSEERS, "SV-9", on="matter", quiet=True, precondition="写明理由",
         told="supervision_declined"),
    _row(Step.ANSWER_SUPERVISION, tuple(S), None, (R.UNIT_LEADER, R.OFFICE_LEADER), "R-40(1)", on="matter", quiet=True),
    _row(Step.RETURN_SUPERVISION, tuple(S), None, OVERSEERS, "R-40(1)", on="matter", quiet=True, precondition="写明还缺什么"),
    _row(Step.CLOSE_SUPERVISION, tuple(S), None, OVERSEERS, "R-40(1)", on="matter", quiet=True, told="supervision_closed"),
    _row(Step.NOTE_LEDGER, tuple(S), None, (CITIZEN, R.SYSTEM), "A-33", on="matter", quiet=True,
         precondition="谁可以办，由台账规则决定；检举控告不列入台账"),
    # ---- D.12 major and urgent: beside the main line, whatever the stage -----------------------------------------
    _row(Step.FLAG_URGENT, BEFORE_ARCHIVE, None, (*OFFICE, R.OFFICE_LEADER, R.SUPERVISOR, *UNIT, R.REVIEWER), "R-25(1)",
         on="matter", quiet=True, precondition="UR-6: 有人身危险的，先联系救助"),
    _row(Step.SEND_URGENT, BEFORE_ARCHIVE, None, HEADS, "R-25", on="matter", quiet=True, approval=True, documents=("F-32",),
         precondition="UR-5: 写明时间、地点、情况、人数、措施"),
    _row(Step.RECORD_URGENT_SENDING, tuple(S), None, (*OFFICE, R.UNIT_RECEIVER, *HEADS), "R-25(2)", on="matter", quiet=True,
         precondition="UR-2: 已经用其他方式报送"),
    _row(Step.CONTINUE_URGENT, tuple(S), None, HEADS, "R-25", on="matter", quiet=True, approval=True, documents=("F-32",)),
    _row(Step.CLOSE_URGENT, tuple(S), None, HEADS, "R-25", on="matter", quiet=True, approval=True, documents=("F-32",)),
    _row(Step.UNFLAG_URGENT, tuple(S), None, HEADS, "R-46(四)", on="matter", quiet=True, approval=True,
         precondition="UR-4: 还没有报送；写明怎样核实的"),
    _row(Step.ALARM_URGENT, tuple(S), None, R.SYSTEM, "R-25(1)", on="matter", quiet=True, precondition="UR-3"),
    # ---- D.9 review and recheck --------------------------------------------------------------------------------
    _row(Step.REQUEST_REVIEW, (S.OPINION_SERVED, S.EXECUTING, S.EXECUTED, S.ENDED_WINDOW, S.ENDED_SIMPLE),
         S.REVIEW_REQUESTED, (CITIZEN, *OFFICE, R.UNIT_RECEIVER), "R-35",
         on="matter", stops=("REVIEW_REQ30",), starts=("REVIEW_DEC30", "REVIEW_ACCEPT3WD"),
         documents=("F-17",), told="review_received"),
    _row(Step.ACCEPT_REVIEW, S.REVIEW_REQUESTED, None, R.REVIEWER, "T-51 (P7b-43)", desk_kinds=ReferralKind.REVIEW,
         stops=("REVIEW_ACCEPT3WD",), quiet=True, precondition="属于本机关复查，在期限内", told="review_accepted"),
    _row(Step.FORWARD_REVIEW, S.REVIEW_REQUESTED, S.RELAYED, R.REVIEWER, "T-51", desk_kinds=ReferralKind.REVIEW,
         stops=("REVIEW_DEC30", "REVIEW_ACCEPT3WD"), starts=("REVIEW_DEC30", "REVIEW_ACCEPT3WD"),
         told="transferred"),
    _row(Step.REFUSE_REVIEW, S.REVIEW_REQUESTED, S.REVIEW_REFUSED, R.REVIEWER, "T-52 (P7f)", documents=("F-20",),
         desk_kinds=ReferralKind.REVIEW, stops=("REVIEW_DEC30", "REVIEW_ACCEPT3WD"), precondition="NA-3",
         told="review_refused"),
    _row(Step.ISSUE_REVIEW_OPINION, S.REVIEW_REQUESTED, S.REVIEW_ISSUED, R.REVIEWER, "R-35", documents=("F-18",),
         desk_kinds=ReferralKind.REVIEW, stops=("REVIEW_ACCEPT3WD",)),
    _row(Step.SERVE_REVIEW_OPINION, S.REVIEW_ISSUED, S.REVIEW_SERVED, R.REVIEWER, "R-35, R-36(1)",
         documents=("F-21",), desk_kinds=ReferralKind.REVIEW, stops=("REVIEW_DEC30",), starts=("RECHECK_REQ30",),
         told="review_answered"),
    _row(Step.REQUEST_RECHECK, (S.REVIEW_SERVED, S.ENDED_WINDOW), S.RECHECK_REQUESTED,
         (CITIZEN, *OFFICE, R.UNIT_RECEIVER), "R-36(1)", on="matter",
         stops=("RECHECK_REQ30",), starts=("RECHECK_DEC30",), documents=("F-17",), told="recheck_received"),
    _row(Step.REFUSE_RECHECK, S.RECHECK_REQUESTED, S.REVIEW_REFUSED, R.REVIEWER, "T-52", documents=("F-20",),
         desk_kinds=ReferralKind.RECHECK, stops=("RECHECK_DEC30",), precondition="NA-3", told="review_refused"),
    _row(Step.OPEN_HEARING, S.RECHECK_REQUESTED, S.RECHECK_HEARING, R.REVIEWER, "R-36(2)",
         desk_kinds=ReferralKind.RECHECK, precondition="HG-4: 提前7日通知", told="hearing"),
    _row(Step.CLOSE_HEARING, S.RECHECK_HEARING, S.RECHECK_REQUESTED, R.REVIEWER, "R-36(2), DL-09",
         desk_kinds=ReferralKind.RECHECK, told="hearing_over"),
    _row(Step.ISSUE_RECHECK_OPINION, S.RECHECK_REQUESTED, S.RECHECK_ISSUED, R.REVIEWER, "R-36(1)",
         desk_kinds=ReferralKind.RECHECK, documents=("F-19",)),
    _row(Step.SERVE_RECHECK_OPINION, S.RECHECK_ISSUED, S.ENDED_RECHECK, R.REVIEWER, "R-36(1)", documents=("F-21",),
         desk_kinds=ReferralKind.RECHECK, stops=("RECHECK_DEC30",), told="recheck_answered"),
    # ---- the citizen at any time -------------------------------------------------------------------------------
    _row(Step.SUPPLEMENT, OPEN_FOR_CITIZEN, None, CITIZEN, "DU-3", on="matter", quiet=True),
    _row(Step.ASK_PROGRESS, OPEN_FOR_CITIZEN, None, CITIZEN, "R-21(2)", on="matter", quiet=True),
    _row(Step.ANSWER_PROGRESS, tuple(S), None, (*OFFICE, *UNIT, R.OFFICE_LEADER, R.REVIEWER), "R-21(2)", quiet=True,
         told="progress_answered"),
    _row(Step.RATE, (*OPEN_FOR_CITIZEN, *ENDED, S.NO_LONGER_ACCEPTED), None, CITIZEN, "R-21(2), D.17", on="matter",
         quiet=True, precondition="RA-2, RA-6"),
    _row(Step.REQUEST_WITHDRAWAL, BEFORE_SERVED, None, CITIZEN, "WD-1", on="matter", quiet=True,
         precondition="WD-2: 自愿、无承诺或威胁", documents=("F-30",), told="withdrawal_requested"),
    _row(Step.CANCEL_WITHDRAWAL, BEFORE_SERVED, None, CITIZEN, "WD-3", on="matter", quiet=True,
         precondition="24小时冷静期内"),
    _row(Step.COMPLETE_WITHDRAWAL, BEFORE_SERVED, S.WITHDRAWN, R.SYSTEM, "WD-3", on="matter",
         starts=("WITHDRAW_RESUME30",), told="withdrawn"),
    _row(Step.RESUME, S.WITHDRAWN, S.HANDLING, CITIZEN, "WD-5", on="matter", stops=("WITHDRAW_RESUME30",),
         precondition="撤回后30日内；回到撤回前的阶段", told="resumed"),
    # ---- the system, and the end -------------------------------------------------------------------------------
    _row(Step.END_WINDOW, (S.OPINION_SERVED, S.EXECUTED, S.REVIEW_SERVED), S.ENDED_WINDOW, R.SYSTEM, "R-35, R-36",
         on="matter", stops=("REVIEW_REQ30", "RECHECK_REQ30", "EXEC_CONFIRM15"), told="closed"),
    _row(Step.END_WINDOW, S.WITHDRAWN, S.ENDED_WITHDRAWN, R.SYSTEM, "WD-5", on="matter", told="closed",
         stops=("WITHDRAW_RESUME30",)),
    _row(Step.END_OTHER_ROUTE, (S.OTHER_ROUTE, S.GUIDED), S.ENDED_OTHER_ROUTE, (*UNIT, *OFFICE), "R-31",
         precondition="RT-4: 其他途径的结果已经知道", told="closed"),
    _row(Step.RECORD_OVERDUE, tuple(S), None, R.SYSTEM, "R-43, R-44, R-45(一)", on="matter", quiet=True, told="overdue"),
    _row(Step.WARN, tuple(S), None, R.SYSTEM, "DL-20", on="matter", quiet=True),
    _row(Step.RECOMPUTE_LIMIT, tuple(S), None, R.SYSTEM, "DL-17, DL-19", on="matter", quiet=True,
         precondition="放假安排公布后，暂定期限重新计算", told="limit_moved"),
    _row(Step.ARCHIVE, (*ENDED, *ANSWERED_OTHERWISE), S.ARCHIVED, R.ARCHIVIST, "AR-1", on="matter", precondition="AR-1"),
)  # fmt: skip


def find_move(
    step: Step,
    stage: Stage,
    roles: Iterable[Role],
    *,
    desk_kind: ReferralKind | None = None,
    kind: Kind | None = None,
) -> Move:
    """The row that allows `step` now. Raises StepRefused that says what is in the way: the stage, the desk or the role.

    `kind` is the kind of the matter (None: not decided yet, which only rows without `kinds` allow).
    """
    roles = frozenset(roles)
    rows = [move for move in MOVES if move.step == step]
    right_stage = [m for m in rows if stage in m.origins or not m.origins]
    if not right_stage:
        raise StepRefused(
            f"现在不能“{step.label}”：本件正处在“{Stage(stage).label}”阶段。请刷新页面，查看现在可以做的事。",
            code="wrong_stage",
        )
    right_desk = [m for m in right_stage if not m.desk_kinds or desk_kind in m.desk_kinds]
    if not right_desk:
        raise StepRefused(f"本单位在这一件中的身份不能“{step.label}”。请由主办单位或信访部门办理。", code="wrong_desk")
    right_kind = [m for m in right_desk if not m.kinds or kind in m.kinds]
    if not right_kind:
        wanted = "、".join(sorted({k.label for m in right_desk for k in m.kinds}))
        raise StepRefused(f"“{step.label}”只用于{wanted}。请先确认本件的类别。", code="wrong_kind")
    for move in right_kind:
        if move.roles & roles:
            return move
    wanted = "、".join(sorted(role.label for role in right_kind[0].roles))
    raise StepRefused(f"“{step.label}”需要由{wanted}办理。请联系本单位的{wanted}，或请管理员核对您的岗位。", code="wrong_role")


def steps_from(stage: Stage, roles: Iterable[Role], *, on: str, desk_kind=None, kind=None) -> list[Move]:
    """Every row that `roles` could take now, in the order of the law: what a page offers as buttons."""
    roles = frozenset(roles)
    return [
        move
        for move in MOVES
        if move.on == on
        and stage in move.origins
        and move.roles & roles
        and (not move.desk_kinds or desk_kind in move.desk_kinds)
        and (not move.kinds or kind in move.kinds)
    ]
