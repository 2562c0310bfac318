"""台账: what is to be done by whom until when, and who may say that it is done (A-33, A-37, A-38, H.2; guards of G.4).

Standard library only. The sorts of ledgers, the states of an item and who may take which act are tables; nobody decides by themselves.
An item is cancelled (销号) only with evidence, by a second person of the supervising side, and opens again when the citizen it is about
says within 30 days that it is not so. Volumes are nobody's target: no column counts petitions, visits or people.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Coded, Role

REOPEN_DAYS = 30  # calendar days after the cancellation in which the citizen may open it again (G.4)
REASON_AT_LEAST = 10  # characters that can be read: what another person can check
BACKLOG_MONTHS = 12  # INF (G.1, Q25): open or unsettled more than this after the first registration
LIMITS = MappingProxyType({"problem": 500, "measure": 1_000, "progress": 2_000})


class Sort(Coded):
    """The ledgers of H.2, and the two that other work keeps: tasks of meetings (A-48) and targets of campaigns (A-55)."""

    MATTERS = "matters", "信访事项", "H.2"
    DISPUTES = "disputes", "矛盾纠纷", "A-35"
    BACKLOG = "backlog", "信访积案", "G.1"
    LEADERS = "leaders", "领导包案", "A-37"
    SUPERVISION = "supervision", "督查督办", "H.2"
    RISK = "risk", "风险评估", "A-51"
    CLUES = "clues", "线索移交", "A-57"
    ASSISTANCE = "assistance", "帮扶救助", "A-44"
    MEETINGS = "meetings", "会议议定事项", "A-48"
    CAMPAIGNS = "campaigns", "攻坚任务", "A-55"


@dataclass(frozen=True)
class Ledger:
    """One sort of ledger. `restricted`: seen only by the office that keeps it and the organ that has to act (A-57)."""

    sort: Sort
    about: str  # what stands in it, for the page
    example: str  # how a problem is written down
    needs_matter: bool = False
    needs_person: bool = True
    needs_leader: bool = False
    restricted: bool = False
    by_hand: bool = True  # whether the page offers to add a line; others come from their own pages


_LEDGERS = (
    Ledger(Sort.MATTERS, "要盯着办完的信访事项", "3号楼屋面漏水，维修没有完成"),
    Ledger(Sort.DISPUTES, "排查出来的矛盾纠纷：村（社区）每半月、乡镇以上每月排查一次", "两户因宅基地界线争执，村委会调解一次没有谈成"),
    Ledger(Sort.BACKLOG, f"第一次登记以后{BACKLOG_MONTHS}个月还没有办结、没有化解的事项", "2019年征地补偿差额没有兑付", needs_matter=True),
    Ledger(Sort.LEADERS, "由领导包案的事项：定任务、定领导、定承办人、定完成日期", "小区供热管网改造", needs_leader=True, needs_matter=True),
    Ledger(Sort.SUPERVISION, "督查督办中发现、需要持续整改的问题", "答复没有写明复查机关，要求补正并培训"),
    Ledger(Sort.RISK, "重大事项社会稳定风险评估提出的防范措施", "片区改造补偿标准公示不充分，补开听证会"),
    Ledger(Sort.CLUES, "移交有权机关的线索：只记件数、日期和回执，不写内容和人名", "移交线索3件", restricted=True),
    Ledger(Sort.ASSISTANCE, "问题已经解决、生活仍有困难的帮扶；不能解决的，说明后帮扶", "冬季取暖困难，协调临时救助"),
    Ledger(Sort.MEETINGS, "会议议定、要有人落实的事项", "住建局牵头，拿出屋面维修统一方案", needs_person=False, by_hand=False),
    Ledger(Sort.CAMPAIGNS, "攻坚行动的任务清单", "拖欠工程款，督促建设单位结清", needs_person=False, by_hand=False),
)  # fmt: skip
LEDGERS: MappingProxyType[Sort, Ledger] = MappingProxyType({row.sort: row for row in _LEDGERS})


class ItemState(Coded):
    """Where an item stands."""

    OPEN = "open", "办理中", "A-33"
    REPORTED = "reported", "已报办结、待核对", "A-33"
    CANCELLED = "cancelled", "已销号", "A-33"


class Progress(Coded):
    """How far the measure is, in words that can be checked; `code` is how much of the bar that fills."""

    NOT_BEGUN = "not_begun", "还没有开始", "0"
    FACTS = "facts", "正在核实情况", "20"
    PLAN = "plan", "措施已经定下", "40"
    UNDER_WAY = "under_way", "正在落实", "60"
    ALMOST = "almost", "基本完成", "80"
    DONE = "done", "已经完成", "100"

    @property
    def percent(self) -> int:
        return int(self.code)


class ItemAct(Coded):
    """What somebody does to an item. Each leaves one line of its history that nobody can change."""

    ADD = "add", "列入台账", "A-33"
    EDIT = "edit", "更改", "A-33"
    NAME_PERSON = "name_person", "确定责任人", "A-37"
    REPORT_PROGRESS = "report_progress", "报告进展", "A-33"
    REPORT_DONE = "report_done", "报告办结", "A-33"
    SEND_BACK = "send_back", "退回继续办理", "A-33"
    CANCEL = "cancel", "核对销号", "A-33"
    REOPEN = "reopen", "重新列入", "A-33"
    DISPUTE = "dispute", "信访人认为没有解决", "G.4"
    FILL_SHEET = "fill_sheet", "填写包案责任表", "A-37"
    HAND_OVER = "hand_over", "变更责任领导", "A-30"
    ALARM = "alarm", "超过期限", "A-33"


class Side(Coded):
    """From which side of an item somebody acts. The keeper's side is the office that keeps the ledger, and whoever supervises the organ."""

    KEEPER = "keeper", "台账管理单位", ""
    RESPONSIBLE = "responsible", "责任单位", ""
    CITIZEN = "citizen", "信访人", ""
    SYSTEM = "system", "系统", ""


@dataclass(frozen=True)
class ActRow:
    """Who may take an act, when, and where it leads. `second`: never whoever reported it done or is responsible for it."""

    act: ItemAct
    origins: frozenset[ItemState]
    to: ItemState | None
    sides: frozenset[Side]
    roles: frozenset[Role]
    needs_reason: bool = False
    needs_evidence: bool = False
    second: bool = False
    basis: str = "A-33"


R, S, A = Role, ItemState, ItemAct
KEEPERS = frozenset(
    {R.SUPERVISOR, R.OFFICE_LEADER, R.TRIAGE, R.JOINT_CONFERENCE, R.UNIT_LEADER, R.JUDICIAL_LIAISON, R.VILLAGE_INFORMATION_OFFICER}
)  # fmt: skip
# Whoever answers for the work of others: the signature under a cancelled item is theirs.
SIGNERS = frozenset({R.SUPERVISOR, R.OFFICE_LEADER, R.JOINT_CONFERENCE, R.UNIT_LEADER})
WORKERS = frozenset(
    {R.UNIT_RECEIVER, R.HANDLER, R.UNIT_LEADER, R.LEADER, R.OFFICE_LEADER, R.SUPERVISOR, R.TRIAGE, R.JOINT_CONFERENCE,
     R.VILLAGE_INFORMATION_OFFICER, R.JUDICIAL_LIAISON}
)  # fmt: skip
CITIZENS, PROGRAM = frozenset({R.CITIZEN}), frozenset({R.SYSTEM})
KEEPER, RESPONSIBLE = frozenset({Side.KEEPER}), frozenset({Side.RESPONSIBLE})

_ACTS = (
    ActRow(A.ADD, frozenset(), S.OPEN, KEEPER, KEEPERS),
    ActRow(A.EDIT, frozenset({S.OPEN}), None, KEEPER, KEEPERS, needs_reason=True),
    ActRow(A.NAME_PERSON, frozenset({S.OPEN}), None, KEEPER | RESPONSIBLE, SIGNERS, basis="A-37"),
    ActRow(A.REPORT_PROGRESS, frozenset({S.OPEN}), None, KEEPER | RESPONSIBLE, WORKERS),
    ActRow(A.REPORT_DONE, frozenset({S.OPEN}), S.REPORTED, RESPONSIBLE, WORKERS, needs_reason=True, needs_evidence=True),
    ActRow(A.SEND_BACK, frozenset({S.REPORTED}), S.OPEN, KEEPER, SIGNERS, needs_reason=True, second=True),
    ActRow(A.CANCEL, frozenset({S.REPORTED}), S.CANCELLED, KEEPER, SIGNERS, needs_reason=True, needs_evidence=True, second=True),
    ActRow(A.REOPEN, frozenset({S.CANCELLED}), S.OPEN, KEEPER, SIGNERS, needs_reason=True),
    ActRow(A.DISPUTE, frozenset({S.CANCELLED}), S.OPEN, frozenset({Side.CITIZEN}), CITIZENS, needs_reason=True, basis="A-33, G.4"),
    ActRow(A.FILL_SHEET, frozenset({S.OPEN}), None, KEEPER | RESPONSIBLE, WORKERS, basis="A-37, LR-5"),
    ActRow(A.HAND_OVER, frozenset({S.OPEN, S.REPORTED}), None, frozenset({Side.SYSTEM}), PROGRAM, basis="A-30"),
    ActRow(A.ALARM, frozenset({S.OPEN}), None, frozenset({Side.SYSTEM}), PROGRAM),
)  # fmt: skip
ACTS: MappingProxyType[ItemAct, ActRow] = MappingProxyType({row.act: row for row in _ACTS})
# Acts after which somebody has to know that it is their turn.
TOLD = frozenset({A.ADD, A.NAME_PERSON, A.REPORT_DONE, A.SEND_BACK, A.REOPEN, A.DISPUTE, A.HAND_OVER})
# What the citizen reads on the own page: that it is on a list, that it is said to be done, and what they do themselves.
TOLD_TO_CITIZEN: MappingProxyType[str, str] = MappingProxyType(
    {
        A.ADD: "列入台账，专人负责",
        A.CANCEL: "核对后认为已经解决",
        A.REOPEN: "重新列入台账",
        A.DISPUTE: "您认为没有解决，重新列入台账",
    }
)


def find_act(act: ItemAct, state: ItemState | None, roles: frozenset[Role], sides: frozenset[Side]) -> ActRow:
    """The row that allows `act` now. Raises StepRefused that says what is in the way: the state, the side or the role."""
    row = ACTS[act]
    if row.origins and state not in row.origins:
        wanted = "、".join(one.label for one in ItemState if one in row.origins)
        raise StepRefused(
            f"现在不能“{act.label}”：这一项{state.label}，要在“{wanted}”时才能办。请刷新页面看现在的情况。",
            code="wrong_state",
        )
    if not row.sides & sides:
        whose = "、".join(side.label for side in Side if side in row.sides)
        raise StepRefused(f"“{act.label}”由{whose}办理。请联系{whose}。", code="wrong_side")
    if not row.roles & roles:
        wanted = "、".join(sorted(role.label for role in row.roles))
        raise StepRefused(f"“{act.label}”需要由{wanted}办理。请联系本单位有这个岗位的人。", code="wrong_role")
    return row


def reopen_until(cancelled_on: date) -> date:
    """The last day on which the citizen may open it again."""
    return cancelled_on + timedelta(days=REOPEN_DAYS)


# ---- responsibility sheet 四定四包 (A-37, LR-5, F-35) -------------------------------------------------------------------


class Guarantee(Coded):
    """The four guarantees. ▲ The fourth of the seed (包息诉罢访) is kept only as explaining and caring afterwards, with the notes of the
    visits: no promise to stop petitioning exists here, and whether somebody files again is never looked at (G.4)."""

    INVESTIGATION = "investigation", "包调查核实", "A-37"
    HANDLING = "handling", "包处理落实", "A-37"
    GUIDANCE = "guidance", "包解释疏导", "A-37"
    AFTER_CARE = "after_care", "包回访帮扶（已解释、已回访）", "A-37, G.4"


# What each guarantee asks for, as the form says it.
GUARANTEE_HINTS = MappingProxyType(
    {
        Guarantee.INVESTIGATION: "查清了什么，看了哪些材料，到没到现场",
        Guarantee.HANDLING: "采取了什么措施，落实到哪一步，凭证在哪里",
        Guarantee.GUIDANCE: "向信访人说明了哪些政策和法律，信访人怎么说",
        Guarantee.AFTER_CARE: "哪一天回访、谁去的、生活有没有困难、帮了什么。不得要求信访人承诺不再信访",
    }
)


class Gate(Coded):
    """No closing while unclear, none while unsolved (问题不查清不放过、问题不解决不撤案)."""

    FACTS_CLEAR = "facts_clear", "事实已经查清", "A-37"
    MEASURE_DONE = "measure_done", "措施已经落实", "A-37"


# Words of a promise that nobody may be asked for: a guarantee with them is not stored.
_PROMISES = ("息访", "罢访", "息诉", "不再上访", "不再信访", "停访", "不上访", "不再走访")


def promise_in(text: str) -> str:
    """The word of a promise to stop petitioning in `text`, or empty (G.4: no document for it, in no field)."""
    return next((word for word in _PROMISES if word in text), "")


# ---- campaigns (A-55) ---------------------------------------------------------------------------------------------------

COMMAND = frozenset({R.SUPERVISOR, R.OFFICE_LEADER, R.JOINT_CONFERENCE})  # who runs a campaign and inspects
ROUND_DAYS = 15  # an inspection every half month
ROUNDS_AT_MOST = 60
ANSWERS_AFTER = 2  # criticisms in a row after which the unit answers to the command
ANSWER_DAYS = 10  # INF: how long it has for that answer


class Verdict(Coded):
    """What a round says of the work of one unit. Never of how many petitioned there (G.4)."""

    PRAISE = "praise", "表扬", "A-55"
    NOTED = "noted", "一般", "A-55"
    CRITICISM = "criticism", "批评", "A-55"


def round_days(begins_on: date, ends_on: date) -> list[date]:
    """The days on which the rounds fall due: every fifteenth, counted from the beginning, none after the end."""
    days = [begins_on + timedelta(days=ROUND_DAYS * number) for number in range(1, ROUNDS_AT_MOST + 1)]
    return [day for day in days if day <= ends_on]


def criticisms_in_a_row(verdicts: list[Verdict]) -> int:
    """How many criticisms stand at the end of the verdicts of one unit, the oldest first; a round that did not look there is not in it."""
    count = 0
    for verdict in reversed(verdicts):
        if verdict is not Verdict.CRITICISM:
            break
        count += 1
    return count
