"""重大紧急信访: what is reported at once, to whom, in which words, and when somebody is reminded (UR-1 to UR-7, R-25, R-46(四)).

The Regulation names no list of cases and no figure for “及时”; the grounds and the alarm times are our own rows (INF). Only what happens and
how many are affected is said: never who, and the number of people alone is no ground. Reporting is never a measure of order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from xinqiao.rules.stages import Coded, Line, Role, Step
from xinqiao.rules.wording import readable

LEAST = 6  # characters that can be read, of each part of the form that somebody writes
BASIS = "信访工作条例第二十五条"


class UrgentGround(Coded):
    """Why it is major or urgent: UR-1, UR-7. Group size alone is not among them."""

    LIFE = "life", "有人身危险", "UR-6"
    SUDDEN = "sudden", "突发事件、安全事故", "UR-7 (P18)"
    SPREADING = "spreading", "问题正在扩大，可能造成社会影响", "R-25(1)"
    MANY = "many", "涉及面广、关系多数群众的基本生活", "UR-7 (P18)"
    POLICY = "policy", "政策执行中带普遍性的新情况", "UR-7 (P18)"
    PUBLIC_SAFETY = "public_safety", "危及公共安全、公共卫生、生态环境", "R-25(1)"


class UrgentState(Coded):
    """Where one urgent report stands."""

    MARKED = "marked", "已标记，待填写", "UR-3"
    WRITTEN = "written", "已填写，待签发报送", "UR-3"
    SENT = "sent", "已报送，持续续报", "UR-5"
    CLOSED = "closed", "已结束", "UR-5"
    NOT_URGENT = "not_urgent", "经核实不属于重大紧急", "R-46(四)"


OPEN = frozenset({UrgentState.MARKED, UrgentState.WRITTEN, UrgentState.SENT})
NOT_SENT = frozenset({UrgentState.MARKED, UrgentState.WRITTEN})


@dataclass(frozen=True)
class Part:
    """One part of the form: UR-5."""

    key: str  # of document_contents.KEYS
    name: str
    hint: str
    needed: bool = True


PARTS = (
    Part("happened", "发生了什么", "一句话说清楚事情和现在的情况。"),
    Part("where", "在哪里", "地点写到街道、村或者单位。"),
    Part("since", "什么时候", "什么时候发生、什么时候知道的。"),
    Part("demands", "诉求", "群众要求解决什么。"),
    Part("taken", "已经采取的措施", "谁到了现场、做了什么；还没有的写明正在做什么。"),
    Part("contact", "联系人和电话", "上级随时能找到的值班人员和电话。"),
)

# Danger to somebody's life: help first, paper afterwards (UR-6).
RESCUE_FIRST = "有人身危险的，请先拨打110、119、120，或者请最近的人员到场救助，再填写这张表。"
CARE_NOTE = "救助和安抚优先。报送是为了帮助人，不是对信访人采取措施的依据。"
NO_NAMES = "只写人数和情况，不写任何人的姓名、身份证号、住址和电话。"
RESCUE = Part("rescue", "已经联系的救助力量", "什么时候联系了谁（110、119、120、医院、社区），现在怎样。")


@dataclass(frozen=True)
class Addressee:
    """Somebody who must have the report. `inside`: an organ on this platform, found in the tree; otherwise it is sent by other means."""

    key: str
    name: str
    basis: str
    inside: bool = True
    lines: tuple[Line, ...] = ()
    petition_office_only: bool = False  # owed by petition offices (R-25(2))


ADDRESSEES = (
    Addressee("own_leadership", "本级党委、政府", f"{BASIS}第一款", lines=(Line.COMMITTEE, Line.GOVERNMENT)),
    Addressee(
        "department", "主管部门", f"{BASIS}第一款", lines=(Line.DEPARTMENT, Line.PARTY, Line.POLICE, Line.JUSTICE)
    ),
    Addressee("joint_conference", "本级信访工作联席会议办公室", f"{BASIS}第一款", lines=(Line.JOINT_CONFERENCE,)),
    Addressee(
        "office_above", "上一级信访部门", f"{BASIS}第二款", lines=(Line.PETITION_OFFICE,), petition_office_only=True
    ),
    Addressee("national", "国家信访局", f"{BASIS}第二款", inside=False, petition_office_only=True),
)
BY_KEY: MappingProxyType[str, Addressee] = MappingProxyType({row.key: row for row in ADDRESSEES})
OUTSIDE_NOTE = "不在本平台上，请用值班电话、机要或者专网报送，报送后在这里登记时间和方式。"


@dataclass(frozen=True)
class Alarm:
    """It is marked and not sent: after so many minutes these are told (UR-3)."""

    minutes: int
    role: Role
    words: str


ALARMS = (
    Alarm(30, Role.OFFICE_LEADER, "重大紧急信息标记30分钟还没有报送，请马上处理。"),
    Alarm(60, Role.LEADER, "重大紧急信息标记60分钟还没有报送，请督促。"),
)
NOT_CONTINUED = "重大紧急信息到了续报时间还没有续报，请马上续报；情况已经结束的，请做终报。"  # UR-5
SENT_WITHIN = timedelta(minutes=60)  # UR-3

# Where it stands after each of its steps.
STATE_AFTER = MappingProxyType(
    {
        Step.FLAG_URGENT: UrgentState.WRITTEN,
        Step.SEND_URGENT: UrgentState.SENT,
        Step.CONTINUE_URGENT: UrgentState.SENT,
        Step.CLOSE_URGENT: UrgentState.CLOSED,
        Step.UNFLAG_URGENT: UrgentState.NOT_URGENT,
    }
)


def missing(said: Mapping[str, str], *, danger_to_life: bool) -> list[str]:
    """What the form still lacks, in words for the person who fills it in."""
    asked = (RESCUE, *PARTS) if danger_to_life else PARTS
    return [f"请填写“{row.name}”。" for row in asked if len(readable(str(said.get(row.key, "")))) < LEAST]


def next_alarm(marked_at: datetime, rung: int) -> datetime | None:
    """When the next alarm is due after `rung` of them rang; None after the last."""
    return marked_at + timedelta(minutes=ALARMS[rung].minutes) if rung < len(ALARMS) else None


def owed_to(is_petition_office: bool) -> tuple[Addressee, ...]:
    """Everybody who must have the report of such an organ (R-25(1), R-25(2))."""
    return tuple(row for row in ADDRESSEES if is_petition_office or not row.petition_office_only)
