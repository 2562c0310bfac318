"""What one officer can do with a matter now, what comes first, and who must act when it is somebody else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from xinqiao.matters.models import Matter, Referral
from xinqiao.organisations.models import Officer
from xinqiao.rules.completion import ReportState as Report
from xinqiao.rules.moves import CLOSED, DESK_DONE, MOVES, Move, steps_from
from xinqiao.rules.stages import Kind, ReferralKind, Role, Stage, Step
from xinqiao.rules.supervision import SupervisionState as State
from xinqiao.rules.urgent import UrgentState as Urgent

from .acts.consequences import short_article
from .acts.table import ACTS
from .duties import Duty, duties_of

# Steps that begin with a text: the button leads to the editor, and from there to the step.
WRITTEN = {
    Step.SUBMIT_OPINION: "起草处理意见书",
    Step.ISSUE_REVIEW_OPINION: "起草复查意见书",
    Step.ISSUE_RECHECK_OPINION: "起草复核意见书",
}
LABELS = {
    **WRITTEN,
    Step.CLASSIFY: "甄别",
    Step.ANSWER_OBJECTION_AGREE: "同意异议，收回",
    Step.ANSWER_OBJECTION_REFUSE: "不同意异议",
    Step.START_HANDLING: "确定承办人",
    Step.RECORD_CONTACT: "记录联系信访人",
    Step.SERVE_OPINION: "登记送达",
    Step.SERVE_REVIEW_OPINION: "登记送达",
    Step.SERVE_RECHECK_OPINION: "登记送达",
    Step.CLOSE_HEARING: "登记听证结论",
    Step.END_OTHER_ROUTE: "登记其他途径的结果",
    Step.REFUSE_AGAIN_AT_OFFICE: "不再受理",
}
# What the key R reaches on a case page: the matter goes to somebody else, or back. The first of them that is possible.
REFER = (
    Step.TRANSFER, Step.TRANSFER_DOWN, Step.TRANSFER_DISCIPLINE, Step.PASS_DOWN, Step.RETURN_OPINION, Step.RAISE_OBJECTION,
    Step.ANSWER_OBJECTION_AGREE, Step.FORWARD_REVIEW,
)  # fmt: skip
# Whose move it is when no office has to act.
CITIZENS_TURN = {
    Stage.OPINION_SERVED: "等待信访人：收到意见书后可以请求复查。",
    Stage.REVIEW_SERVED: "等待信访人：收到复查意见后可以请求复核。",
    Stage.EXECUTED: "等待信访人确认是否落实。",
    Stage.MEDIATED: "等待协议履行。",
    Stage.WITHDRAWN: "信访人已撤回，30日内可以恢复。",
    Stage.FILED: "已存查，信访人有异议的会重新甄别。",
    Stage.DIRECT_REPLIED: "已直接回复，信访人有异议的会重新甄别。",
    Stage.ASSIGNED: "等待承办单位反馈结果。",
}


@dataclass(frozen=True)
class Action:
    """One button. `why` says what the law asks before it."""

    step: Step
    label: str
    url: str
    article: str = ""
    why: str = ""
    approval: bool = False
    keys: str = ""


@dataclass
class Standing:
    """`main`: what is due from this officer; `sentence`: whose turn it is, in one line."""

    sentence: str = ""
    mine: bool = False
    main: Action | None = None
    second: list[Action] = field(default_factory=list)
    approvals: list[Action] = field(default_factory=list)

    @property
    def has_actions(self) -> bool:
        return bool(self.main or self.second or self.approvals)


def standing(matter: Matter, desks: list[Referral], officer: Officer, *, facts: "Situation") -> Standing:
    """For `desks`, all desks of the matter, those of the officer's organisation among them."""
    own = [desk for desk in desks if desk.organisation_id == officer.organisation_id]
    moves = _moves(matter, own, officer, facts)
    duty = _duty_of_mine(matter, own, officer, moves, facts)
    keys = _keys(moves, duty.step if duty else None)
    actions = {step: _action(matter, move, keys.get(step, "")) for step, move in moves.items()}
    main = actions.pop(duty.step, None) if duty else None
    made = Standing(mine=bool(main), main=main)
    made.approvals = [action for action in actions.values() if action.approval]
    made.second = [action for action in actions.values() if not action.approval]
    waits = facts.archive_waits if officer.may(Role.ARCHIVIST) and matter.stage in CLOSED else ""
    made.sentence = f"请您{main.label}。" if main else waits or _whose_turn(matter, desks, facts)
    return made


@dataclass(frozen=True)
class Situation:
    """What the stage does not tell, read once by the page."""

    supported: bool = False  # an opinion was served that supports something
    asked: bool = False  # the citizen asked and nobody answered yet
    heard: frozenset[int] = frozenset()  # desks whose hearing was held: one a recheck (HG-3)
    archive_waits: str = ""  # what is still open in a matter that ended (AR-1); for the archivist
    cleared: bool = False  # a subordinate of the accused unit was let in (C-02)
    recusal: bool = False  # somebody should leave the matter, and nobody has decided yet (C-05)
    objects: bool = True  # the unit may still object, in time or allowed to be late (T-21, T-24)
    late: bool = False  # the unit has it undecided, and its time to object is over (T-24)
    examined: bool = True  # the request for review was accepted: nothing runs for that any more
    supervisable: bool = False  # an organ below has or had it, that this office may supervise (SV-2)
    urgent: str = ""  # where the own organ's urgent report stands; "" where there is none (UR-1)
    urgent_owed: bool = False  # one of its rounds must be sent by other means, and that is not recorded (UR-2)
    urgent_possible: bool = True
    reports: frozenset[tuple[str, str]] = frozenset()  # the same of completion reports: "office" assigned, "organisation" reports (SV-8)
    supervisions: frozenset[tuple[str, str]] = frozenset()  # (state, "office" or "organisation" where that is one's own)


def _moves(matter: Matter, own: list[Referral], officer: Officer, facts: Situation) -> dict[Step, Move]:
    """Every step this officer could take now that has a page, in the order of the law."""
    kind = Kind(matter.kind) if matter.kind else None
    found: dict[Step, Move] = {}
    for desk in sorted(own, key=lambda desk: (not desk.is_open, -desk.pk)):
        if not desk.is_open and desk.stage not in DESK_DONE:
            continue  # set aside by a withdrawal: it waits in its stage, nothing can be done
        rows = steps_from(Stage(desk.stage), officer.role_set, on="desk", desk_kind=ReferralKind(desk.kind), kind=kind)
        for move in rows:
            if move.step in ACTS and _makes_sense(move.step, matter, desk, facts):
                found.setdefault(move.step, move)
    for move in steps_from(Stage(matter.stage), officer.role_set, on="matter", kind=kind):
        if move.step in ACTS and (move.step not in ON_THE_MATTER or ON_THE_MATTER[move.step](facts)):
            found.setdefault(move.step, move)
    order = {move.step: place for place, move in reversed(list(enumerate(MOVES)))}
    return dict(sorted(found.items(), key=lambda item: order[item[0]]))


# The same for steps on the matter as a whole: what the page knows of them.
ON_THE_MATTER: dict[Step, Callable[[Situation], object]] = {
    Step.ARCHIVE: lambda facts: not facts.archive_waits,
    Step.DECIDE_RECUSAL: lambda facts: facts.recusal,
    Step.FLAG_URGENT: lambda facts: facts.urgent_possible and facts.urgent in ("", Urgent.MARKED),
    Step.SEND_URGENT: lambda facts: facts.urgent == Urgent.WRITTEN,
    Step.CONTINUE_URGENT: lambda facts: facts.urgent == Urgent.SENT,
    Step.CLOSE_URGENT: lambda facts: facts.urgent == Urgent.SENT,
    Step.UNFLAG_URGENT: lambda facts: facts.urgent in (Urgent.MARKED, Urgent.WRITTEN),
    Step.RECORD_URGENT_SENDING: lambda facts: facts.urgent_owed,
    Step.PROPOSE_SUPERVISION: lambda facts: facts.supervisable,
    Step.ISSUE_SUPERVISION: lambda facts: (State.PROPOSED, "office") in facts.supervisions,
    Step.DECLINE_SUPERVISION: lambda facts: {(State.ASKED, "office"), (State.PROPOSED, "office")} & facts.supervisions,
    Step.ANSWER_SUPERVISION: lambda facts: (State.ISSUED, "organisation") in facts.supervisions,
    Step.RETURN_SUPERVISION: lambda facts: (State.ANSWERED, "office") in facts.supervisions,
    Step.CLOSE_SUPERVISION: lambda facts: (State.ANSWERED, "office") in facts.supervisions,
}


# Left out where the rules would refuse for a reason that the page knows already: (matter, desk, facts) -> worth a button.
SENSIBLE: dict[Step, Callable[[Matter, Referral, Situation], bool]] = {
    Step.EXTEND: lambda matter, desk, facts: bool(desk.extension),
    Step.DECLINE_EXTENSION: lambda matter, desk, facts: bool(desk.extension),
    Step.REQUEST_EXTENSION: lambda matter, desk, facts: not desk.extension and not matter.extended_days,
    Step.UNMERGE: lambda matter, desk, facts: bool(matter.joined_to),
    Step.MERGE: lambda matter, desk, facts: not matter.joined_to,
    Step.JOIN_REPEAT: lambda matter, desk, facts: not matter.joined_to,
    Step.ANSWER_PROGRESS: lambda matter, desk, facts: facts.asked and desk.is_open,
    Step.START_EXECUTION: lambda matter, desk, facts: facts.supported,
    Step.OPEN_HEARING: lambda matter, desk, facts: desk.pk not in facts.heard,
    Step.ACCEPT_REVIEW: lambda matter, desk, facts: not facts.examined,
    Step.APPROVE_EXTRACT: lambda matter, desk, facts: bool(matter.extract_by),
    Step.RAISE_OBJECTION: lambda matter, desk, facts: facts.objects,
    Step.ALLOW_LATE_OBJECTION: lambda matter, desk, facts: facts.late,
    Step.UNSEAL: lambda matter, desk, facts: bool(matter.unseal_by),
    Step.PASS_SEALED: lambda matter, desk, facts: matter.sealed,
    Step.LIFT_CLEARANCE: lambda matter, desk, facts: facts.cleared,
    Step.WITHDRAW_FROM_HANDLING: lambda matter, desk, facts: bool(desk.handler_id) and not facts.recusal,
    Step.CONVERT_TO_ORDINARY: lambda matter, desk, facts: matter.procedure == "simple",
    Step.DRAFT_COMPLETION: lambda matter, desk, facts: _writes_report(facts),
    Step.REPORT_COMPLETION: lambda matter, desk, facts: _writes_report(facts),
    Step.RELAY_COMPLETION: lambda matter, desk, facts: _writes_report(facts),
    Step.RETURN_COMPLETION: lambda matter, desk, facts: (Report.REPORTED, "office") in facts.reports or _sent_back(facts),
    Step.APPROVE_COMPLETION: lambda matter, desk, facts: (Report.REPORTED, "office") in facts.reports,
}


def _writes_report(facts: Situation) -> bool:
    """Its report is not with the office that assigned it: not begun, drafted, or sent back."""
    return not {(state, "organisation") for state in (Report.REPORTED, Report.APPROVED)} & facts.reports


def _sent_back(facts: Situation) -> bool:
    """The level above returned what this office had approved and relayed."""
    return {(Report.RETURNED, "organisation"), (Report.APPROVED, "office")} <= facts.reports


def _makes_sense(step: Step, matter: Matter, desk: Referral, facts: Situation) -> bool:
    return step not in SENSIBLE or SENSIBLE[step](matter, desk, facts)


def _duty_of_mine(matter, own, officer, moves, facts) -> Duty | None:
    for desk in own:
        for duty in duties_of(desk.stage, desk.kind, matter.kind):
            theirs = duty.personal and desk.handler_id not in (None, officer.pk)
            if duty.step in moves and duty.roles & officer.role_set and not theirs and _holds(duty, desk, facts):
                return duty
    return None


def _holds(duty: Duty, desk: Referral, facts: Situation) -> bool:
    return {
        "": True,
        "extension_wanted": bool(desk.extension),
        "supported": facts.supported,
        "unexamined": not facts.examined,
    }[duty.when]


def _whose_turn(matter: Matter, desks: list[Referral], facts: Situation) -> str:
    if matter.stage in CLOSED:
        return "这一件已经办结，只能查看。"
    open_desks = [desk for desk in desks if desk.is_open]
    for desk in sorted(open_desks, key=lambda desk: (desk.organisation_id != matter.unit_id, not desk.lead, -desk.pk)):
        duty = next((one for one in duties_of(desk.stage, desk.kind, matter.kind) if _holds(one, desk, facts)), None)
        if duty:
            who = desk.handler.user.name if duty.personal and desk.handler else _posts(duty)
            return f"现在由{desk.organisation.name}{who}办理：{label_of(duty.step)}。"
    return CITIZENS_TURN.get(Stage(matter.stage), "现在没有等待本单位办理的事。")


def _posts(duty: Duty) -> str:
    return "、".join(sorted(role.label for role in duty.roles))


def label_of(step: Step) -> str:
    """What the button says."""
    return LABELS.get(step, step.label.partition("（")[0] if step not in _TWINS else step.label)


_TWINS = {Step.ACCEPT, Step.ACCEPT_SIMPLE}


def _keys(moves: Iterable[Step], main: Step | None) -> dict[Step, str]:
    """The letters of the keyboard: A for what is due, R for the way to somebody else; one step may have both."""
    refer = next((step for step in REFER if step in moves), None)
    return {main: "a r" if main == refer else "a", **({refer: "r"} if refer and refer != main else {})}


def _action(matter: Matter, move: Move, keys: str = "") -> Action:
    name = "workbench:opinion" if move.step in WRITTEN else "workbench:step"
    args = [matter.number] if move.step in WRITTEN else [matter.number, move.step.value]
    article = short_article(move.article)
    label = label_of(move.step)
    return Action(move.step, label, reverse(name, args=args), article, move.precondition, move.approval, keys)
