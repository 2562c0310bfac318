"""信息上报、排查、研判例会: what units tell upwards about matters, places and causes, never about persons (A-34 to A-36, A-48, G.4).

Sorts of report, how a report moves, which units screen how often, and what a meeting is, as tables. Standard library only.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from xinqiao.rules import masking, numbering
from xinqiao.rules.calendar import WorkCalendar
from xinqiao.rules.stages import Coded, Line, Role

# ---- reports -----------------------------------------------------------------------------------------------------------


class ReportKind(Coded):
    """What is reported (信息种类)."""

    DISPUTE = "dispute", "排查发现的矛盾纠纷", "A-12"
    POLICY_TREND = "policy_trend", "政策性、苗头性问题", "UR-7"
    SUDDEN = "sudden", "突发情况", "UR-7"
    WORK = "work", "工作信息", "H.5"
    ZERO = "zero", "零报告", "A-35"


@dataclass(frozen=True)
class KindRow:
    """One sort. `straight_up`: it does not wait for the own leader. `by_task`: made on the screening task, with one click."""

    kind: ReportKind
    hint: str
    straight_up: bool = False
    by_task: bool = False


KINDS: MappingProxyType[str, KindRow] = MappingProxyType(
    {
        row.kind: row
        for row in (
            KindRow(ReportKind.DISPUTE, "走访、排查时发现的，已经化解的和还没有化解的"),
            KindRow(ReportKind.POLICY_TREND, "同一类问题多起来了，或者政策执行中遇到的普遍困难"),
            KindRow(ReportKind.SUDDEN, "需要马上知道的。不等审批，直接报上级", straight_up=True),
            KindRow(ReportKind.WORK, "做法、进展、建议"),
            KindRow(ReportKind.ZERO, "排查后没有发现，在排查任务里一键报送", by_task=True),
        )
    }
)
WRITTEN_KINDS = tuple(kind for kind, row in KINDS.items() if not row.by_task)


class Cause(Coded):
    """Why it came to this: C.7 without anything that labels a person."""

    NOT_CARRIED_OUT = "not_carried_out", "政策落实不到位", "C.7"
    POLICY_GAP = "policy_gap", "政策不完善", "C.7"
    DECISION = "decision", "决策不当", "C.7"
    ADMINISTRATION = "administration", "行政行为或者不作为", "C.7"
    CONDUCT = "conduct", "干部作风", "C.7"
    PRIVATE = "private", "民事纠纷", "C.7"
    LEGACY = "legacy", "历史遗留", "C.7"
    MISUNDERSTANDING = "misunderstanding", "认识差异", "C.7"
    OTHER = "other", "其他", "C.7"


class ReportState(Coded):
    """Where a report stands."""

    DRAFT = "draft", "草稿", ""
    SUBMITTED = "submitted", "待本单位审批", ""
    SENT = "sent", "待签收", ""
    RECEIVED = "received", "已签收", ""
    PROPOSED = "proposed", "拟继续上报，待审批", ""
    SETTLED = "settled", "已了结", ""
    RETURNED = "returned", "已退回", ""


class ReportAct(Coded):
    """What is done with a report. Each is one line of its history."""

    WRITE = "write", "起草", ""
    CHANGE = "change", "修改", ""
    SUBMIT = "submit", "报送", ""
    TAKE_BACK = "take_back", "收回修改", ""
    APPROVE = "approve", "同意上报", ""
    REJECT = "reject", "不同意上报", ""
    RECEIVE = "receive", "签收", ""
    FORWARD = "forward", "继续上报", ""
    TO_CONFERENCE = "to_conference", "送联席会议办公室", "A-36"
    SETTLE = "settle", "了结", ""
    SEND_BACK = "send_back", "退回", ""


@dataclass(frozen=True)
class ReportMove:
    """Who may do what at which state. `side`: the unit that wrote it, or the one that has it now. `note`: what must be said."""

    act: ReportAct
    origins: tuple[ReportState, ...]
    side: str
    approves: bool = False
    note: str = ""


_S, _A = ReportState, ReportAct
AUTHOR, HOLDER = "author", "holder"
REPORT_MOVES = (
    ReportMove(_A.CHANGE, (_S.DRAFT, _S.RETURNED), AUTHOR),
    ReportMove(_A.SUBMIT, (_S.DRAFT, _S.RETURNED), AUTHOR),
    ReportMove(_A.TAKE_BACK, (_S.SUBMITTED,), AUTHOR),
    ReportMove(_A.APPROVE, (_S.SUBMITTED, _S.PROPOSED), HOLDER, approves=True),
    ReportMove(_A.REJECT, (_S.SUBMITTED, _S.PROPOSED), HOLDER, approves=True, note="为什么不上报、要改什么"),
    ReportMove(_A.RECEIVE, (_S.SENT,), HOLDER),
    ReportMove(_A.FORWARD, (_S.RECEIVED,), HOLDER),
    ReportMove(_A.TO_CONFERENCE, (_S.RECEIVED,), HOLDER),
    ReportMove(_A.SETTLE, (_S.RECEIVED,), HOLDER, note="怎么处理的、结果怎样"),
    ReportMove(_A.SEND_BACK, (_S.SENT, _S.RECEIVED), HOLDER, note="退回的理由、要补充什么"),
)
WAITS_FOR_HOLDER = frozenset({_S.SUBMITTED, _S.SENT, _S.RECEIVED, _S.PROPOSED})
NOT_YET_OUT = frozenset({_S.DRAFT, _S.SUBMITTED})  # nobody but the own unit reads it
NOTE_AT_LEAST = 5  # characters that somebody reads
# Posts that let a report of their unit go up; a unit without any reports straight to the one above.
APPROVERS = frozenset({Role.OFFICE_LEADER, Role.UNIT_LEADER, Role.JOINT_CONFERENCE})


def find_report_move(act: ReportAct, state: ReportState) -> ReportMove | None:
    """The row for this act at this state, or None."""
    return next((move for move in REPORT_MOVES if move.act is act and state in move.origins), None)


@dataclass(frozen=True)
class Checked:
    """A text without identity numbers and telephone numbers, and in which lines there were some."""

    text: str
    lines: tuple[int, ...]


# A number of a petition is nobody's telephone, also where it is written in groups.
MATTER_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{6} ?\d{8} ?[0-9A-Za-z]{4} ?[0-9A-Za-z](?![0-9A-Za-z])")


def check_text(text: str) -> Checked:
    """No person is reported: what looks like an ID number, a telephone or an e-mail address is found and masked (C-12, G.4)."""
    said, lines = text.splitlines(), []
    for number, line in enumerate(said):
        masked = _masked(line)
        if masked != line:
            lines.append(number + 1)
            said[number] = masked
    return Checked("\n".join(said), tuple(lines)) if lines else Checked(text, ())


def _masked(line: str) -> str:
    parts, end = [], 0
    for found in MATTER_NUMBER.finditer(line):
        if _is_matter_number(found[0]):
            parts += [masking.mask_text(line[end : found.start()]), found[0]]
            end = found.end()
    return "".join([*parts, masking.mask_text(line[end:])])


def _is_matter_number(typed: str) -> bool:
    try:
        return bool(numbering.normalise_matter_number(typed))
    except ValueError:
        return False


# ---- screening ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Schedule:
    """How often units of these levels and lines screen (排查). `parts`: first and last day in the month; 0 is its last day."""

    code: str
    name: str
    levels: tuple[int, ...]
    lines: tuple[Line, ...]
    parts: tuple[tuple[int, int], ...]
    basis: str

    def periods(self, since: date, until: date) -> Iterator[tuple[date, date]]:
        """Every period that began after `since` and not after `until`, in order: (first day, last day on which to report)."""
        month = since.replace(day=1)
        while month <= until:
            length = calendar.monthrange(month.year, month.month)[1]
            for first, last in self.parts:
                begins = month.replace(day=first)
                if since < begins <= until:
                    yield begins, month.replace(day=last or length)
            month += timedelta(days=length)

    def current(self, today: date) -> tuple[date, date]:
        """The period in which `today` lies."""
        return list(self.periods(today.replace(day=1) - timedelta(days=1), today))[-1]


_ORGANS = (Line.PETITION_OFFICE, Line.DEPARTMENT, Line.POLICE, Line.JUSTICE)
SCHEDULES: MappingProxyType[str, Schedule] = MappingProxyType(
    {
        row.code: row
        for row in (
            Schedule(
                "village", "村（社区）半月排查", (5,), (Line.VILLAGE,), ((1, 15), (16, 0)), "A-35: every half month"
            ),
            Schedule("township", "乡镇（街道）月排查", (4,), (Line.GOVERNMENT,), ((1, 0),), "A-35: every month"),
            Schedule(
                "organs",
                "县以上单位月排查",
                (1, 2, 3),
                _ORGANS,
                ((1, 0),),
                "A-34, A-35: every month, every department (INF)",
            ),
        )
    }
)
CATCH_UP_DAYS = 92  # a worker that stood still longer begins anew: nobody screens a season afterwards (INF)
LATE_ROUND_DAYS = 3  # a round that was made late leaves units this long


class TaskState(Coded):
    """Where the screening of one unit in one round stands."""

    OPEN = "open", "待报送", ""
    ZERO = "zero", "零报告", "A-35"
    REPORTED = "reported", "已报送", ""


# ---- meetings ----------------------------------------------------------------------------------------------------------


class MeetingKind(Coded):
    """H.1, A-48: once a month and before festivals; A-10, A-53: the joint conference of a level."""

    ANALYSIS = "analysis", "信访形势分析研判例会", "A-48"
    JOINT_CONFERENCE = "joint_conference", "信访工作联席会议", "A-53"
    DEPARTMENTS = "departments", "多部门会商", "A-61"


@dataclass(frozen=True)
class MonthlyMeeting:
    """Which organs hold a meeting every month, and what they are told when a month went by without one."""

    kind: MeetingKind
    lines: tuple[Line, ...]
    levels: tuple[int, ...]
    basis: str
    words: str


MONTHLY_MEETING = MonthlyMeeting(
    MeetingKind.ANALYSIS, (Line.PETITION_OFFICE,), (1, 2, 3), "A-48, H.1: every month; from the county upwards (INF)",
    "{year}年{month}月没有研判例会的记录。开过的请补记，没有开的请安排。",
)  # fmt: skip


class MeetingState(Coded):
    """Where the record of a meeting stands."""

    DRAFT = "draft", "正在记录", ""
    ISSUED = "issued", "已印发", ""


class TopicSort(Coded):
    """What stands on an agenda."""

    TOPIC = "topic", "议题", ""
    HOT_ISSUE = "hot_issue", "热点问题", "H.3"
    MATTER = "matter", "信访事项", ""
    REPORT = "report", "上报信息", ""


# ---- scheduled messages ------------------------------------------------------------------------------------------------


class Rhythm(Coded):
    """How often an officer wants to be reminded of what lies on the desk (汇总提醒)."""

    NEVER = "never", "不要", ""
    DAILY = "daily", "每个工作日", ""
    WEEKLY = "weekly", "每周第一个工作日", ""


@dataclass(frozen=True)
class QuietHours:
    """No scheduled message from `begins` to `ends` o'clock, nor on a day on which the office rests."""

    begins: int
    ends: int
    rest_days: bool

    def is_quiet(self, hour: int) -> bool:
        return hour >= self.begins or hour < self.ends


QUIET = QuietHours(22, 7, rest_days=True)  # INF


def next_roundup_on(rhythm: Rhythm, after: date, calendar_: WorkCalendar) -> date:
    """The next day on which one is told, later than `after`: a working day, or the first one of the next week."""
    monday = after + timedelta(days=7 - after.weekday())
    return calendar_.on_or_after(monday if rhythm is Rhythm.WEEKLY else after + timedelta(days=1))


ROUNDUP_HOUR = 8  # o'clock, on a working day: before the desk is opened
DUE_SOON_DAYS = 3


@dataclass(frozen=True)
class RoundupLine:
    """One figure: its words, and which posts are told it (all, where none are named)."""

    code: str
    words: str
    roles: frozenset[Role] = frozenset()
    territory: bool = False


_LEADERS = frozenset({Role.UNIT_LEADER, Role.OFFICE_LEADER})
ROUNDUP_LINES = (
    RoundupLine("overdue", "已超期{n}件"),
    RoundupLine("soon", "{days}天内到期{n}件"),
    RoundupLine("approval", "待审批{n}件", _LEADERS),
    RoundupLine(
        "information", "上报信息待办{n}份", frozenset({*_LEADERS, Role.UNIT_RECEIVER, Role.REGISTRAR, Role.TRIAGE})
    ),
    RoundupLine(
        "screening", "排查待报送{n}项", frozenset({*_LEADERS, Role.UNIT_RECEIVER, Role.VILLAGE_INFORMATION_OFFICER})
    ),
    RoundupLine("new", "新到{n}件"),
    RoundupLine("area_open", "辖区正在办理{n}件", frozenset({Role.OFFICE_LEADER, Role.SUPERVISOR}), territory=True),
    RoundupLine("area_overdue", "辖区已超期{n}件", frozenset({Role.OFFICE_LEADER, Role.SUPERVISOR}), territory=True),
)
COUNTED_AT_MOST = 1000  # a figure says 999+ rather than read a whole territory
ROUNDUPS_AT_ONCE = 200  # posts told in one turn of the worker
# Whoever has no other post is told of what lies on the own desk, not of the whole unit's.
ONLY_OWN = frozenset({Role.HANDLER, Role.MEDIATOR, Role.LEADER})


def roundup_words(figures: dict[str, int]) -> str:
    """已超期2件，3天内到期5件: figures only, none that is nought; "" where there is nothing to tell."""
    parts = [
        row.words.format(
            n=f"{COUNTED_AT_MOST - 1}+" if figures[row.code] >= COUNTED_AT_MOST else figures[row.code],
            days=DUE_SOON_DAYS,
        )
        for row in ROUNDUP_LINES
        if figures.get(row.code)
    ]
    return "，".join(parts)
