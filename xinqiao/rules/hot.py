"""Hot issues (热点问题, 同类项合并): when matters of one sort become one, how hot it is, what may be done with it (H.3, A-43, A-66, DU-7).

Heat speaks of matters, places and days, never of persons: it is the sum of four numbers, each read off a table of steps.

    heat = points(matters) + points(places) + points(days) + points(growth)                    0 to 100

* matters   how many, those of one voice once: of one person, one account or one same text ("同一人、同一份材料计1次");
* places    in how many places (问题属地) they are; what came from another system without a place is in none;
* days      on how many different days they came;
* growth    matters in this window ÷ matters in as many days before (nought counts as one), where it is at least `GROWN_BY` more.

Heat puts issues in order, for they are things to be solved. It never puts organs or persons in order (G.4), and merging like matters joins no
cases: each citizen gets an own answer (DU-7). All figures are our choice (INF) unless said otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.stages import Coded, Role
from xinqiao.rules.wording import readable

WINDOWS = (7, 30, 90)  # days that the board can look back (INF)
USUAL_WINDOW = 30
LONGEST_WINDOW = 90
GROUPED_DAYS = (
    2 * LONGEST_WINDOW
)  # days of matters that are put into groups: the longest window and the one that it is compared with
ISSUE_AT_LEAST = 5  # voices: fewer is no issue, and its number could not be told outside the office (C-14)
CANDIDATES_AT_MOST = 5000  # of one area in one window, the newest first: what one turn of the worker can compare
AREA_LEVELS = (2, 3)  # prefecture and county: whose matters are put into groups
MEMBERS_AT_MOST = 2000  # of one issue: more is a field of work, no issue
NAME_WORDS = 2  # words of the texts in a proposed name
NAME_SHARE = 0.4  # a word stands in at least this share of the texts …
NAME_VOICES = ISSUE_AT_LEAST  # … and of so many voices, so that it is nobody's own
# Tried on six months of real messages: below 0.33 other places of the same complaint came in, above 0.4 half of the same one stayed out.
CENTRE_OF = 10  # texts whose middle is known well enough to gather others
NEAR_CENTRE = 0.35  # of the middle that a text says, so that it is of the same sort
COPY = 0.75  # of the middle: a copy, kept apart because it is about another place
EXCERPTS, EXCERPT_LENGTH = 3, 140
WORDS_AT_LEAST = 10  # characters of each text: what another person can check
SHOWN_AT_MOST = 300  # issues of one board
REGROUP_HOURS = 6  # between two groupings of one area (INF)
AREAS_A_TURN = 3  # of the worker: other duties wait no longer than these take
GROWN_BY = 3  # matters more than before: below this it is chance


class IssueState(Coded):
    """Where an issue stands."""

    PROPOSED = "proposed", "系统建议，等待核实", "H.3"
    CONFIRMED = "confirmed", "已确认", "H.3"
    DISMISSED = "dismissed", "不作为热点", ""
    CLOSED = "closed", "已了结", ""
    MERGED = "merged", "已并入另一个问题", ""


OPEN = frozenset({IssueState.PROPOSED, IssueState.CONFIRMED})
SHARED = frozenset(
    {IssueState.CONFIRMED, IssueState.CLOSED}
)  # what somebody vouched for: readable without the letter W


class Act(Coded):
    """What is done with an issue; each is a line of its history."""

    PROPOSE = "propose", "系统归类", ""
    CONFIRM = "confirm", "确认", ""
    NAME = "name", "改名", ""
    ADD = "add", "加入信访件", ""
    ACCEPT = "accept", "同意系统建议加入", ""
    REMOVE = "remove", "移出信访件", ""
    SPLIT = "split", "拆分", ""
    MERGE = "merge", "合并", ""
    DISMISS = "dismiss", "不作为热点", ""
    REOPEN = "reopen", "重新研判", ""
    CLOSE = "close", "了结", ""
    SHEET = "sheet", "填写专报单", ""
    SEND = "send", "送出", ""


class Target(Coded):
    """To what an issue can lead: H.3."""

    CONFERENCE = "conference", "联席会议、研判例会议题", "A-53"
    POLICY = "policy", "完善政策建议", "SV-5"
    RISK = "risk", "风险评估提醒", "A-51"
    LEAD = "lead", "牵头单位", "H.3"


# What may be done in which state.
POSSIBLE: MappingProxyType[IssueState, tuple[Act, ...]] = MappingProxyType(
    {
        IssueState.PROPOSED: (Act.CONFIRM, Act.NAME, Act.ADD, Act.REMOVE, Act.SPLIT, Act.MERGE, Act.DISMISS),
        IssueState.CONFIRMED: (Act.SHEET, Act.SEND, Act.NAME, Act.ADD, Act.ACCEPT, Act.REMOVE, Act.SPLIT, Act.MERGE, Act.CLOSE, Act.DISMISS),
        IssueState.DISMISSED: (Act.REOPEN,),
        IssueState.CLOSED: (Act.REOPEN,),
        IssueState.MERGED: (),
    }
)  # fmt: skip

SHEET = MappingProxyType(
    {
        "facts": "情况",
        "cause": "原因分析",
        "law": "法律政策依据",
        "options": "处理建议",
        "lead": "建议牵头单位",
    }
)


def sheet_faults(given: Mapping) -> dict[str, str]:
    """{field: what is missing, for the reader} of a hot-issue sheet before it goes out."""
    found = {}
    for name, label in SHEET.items():
        value = given.get(name)
        if not value:
            found[name] = f"请填写“{label}”。"
        elif isinstance(value, str) and len(readable(value)) < WORDS_AT_LEAST:
            found[name] = f"请把“{label}”写具体（至少{WORDS_AT_LEAST}个字）。"
    return found


# ---- heat ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """One part of heat: how it is called, from which value how many points, and the source of the row."""

    key: str
    label: str
    steps: tuple[tuple[float, int], ...]
    source: str = "INF"

    def points(self, value: float) -> int:
        return max((points for least, points in self.steps if value >= least), default=0)

    def words(self) -> str:
        return "，".join(f"{least:g}以上{points}分" for least, points in self.steps)


SCALES = (
    Scale("matters", "件数", ((3, 5), (5, 12), (10, 20), (20, 28), (40, 34), (80, 40))),
    Scale("places", "涉及地方", ((1, 4), (2, 10), (3, 14), (5, 20))),
    Scale("days", "分布天数", ((2, 4), (3, 7), (5, 10), (10, 15))),
    Scale("growth", "比上一时段的倍数", ((1.25, 6), (1.5, 12), (2, 18), (3, 25))),
)


@dataclass(frozen=True)
class Inputs:
    """What heat is made of. `matters` and `before`: voices in the window, and in as many days before it."""

    matters: int
    places: int
    days: int
    before: int

    @property
    def growth(self) -> float:
        """How many times as many as before; 0 where the difference is chance."""
        return self.matters / max(self.before, 1) if self.matters - self.before >= GROWN_BY else 0.0

    def value(self, key: str) -> float:
        return getattr(self, key)


@dataclass(frozen=True)
class Heat:
    """Points of 0 to 100 with the parts that they are the sum of: (label, value, points)."""

    points: int
    parts: tuple[tuple[str, str, int], ...]

    @property
    def word(self) -> str:
        return next(word for least, word in LEVELS if self.points >= least)


LEVELS = ((75, "很热"), (55, "较热"), (30, "需要关注"), (0, "平稳"))


def heat(inputs: Inputs) -> Heat:
    """How hot an issue is. An issue without a matter in the window has none."""
    if not inputs.matters:
        return Heat(0, tuple((row.label, "0", 0) for row in SCALES))
    parts = tuple((row.label, f"{inputs.value(row.key):.3g}", row.points(inputs.value(row.key))) for row in SCALES)
    return Heat(sum(points for _label, _value, points in parts), parts)


def trend(now: int, before: int) -> str:
    """How it moves, in words: this window against as many days before."""
    if not now:
        return "没有新增" if before else "没有"
    if not before:
        return "新出现"
    if now - before >= GROWN_BY and now >= 2 * before:
        return "明显上升"
    if now > before:
        return "上升"
    return "下降" if now < before else "持平"


ARROWS = MappingProxyType(
    {"新出现": "arrow-up", "明显上升": "arrow-up", "上升": "arrow-up", "下降": "arrow-down", "没有新增": "arrow-down"}
)


# ---- surges --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Surge:
    """More of one class in one place within so many hours than is usual there (A-66). `times` the usual number, and never below `at_least`."""

    hours: int
    at_least: int
    times: float
    source: str = "INF"

    def is_one(self, matters: int, usual: float) -> bool:
        """`usual`: voices in as many hours, by the mean of `USUAL_DAYS` before."""
        return matters >= self.at_least and matters >= self.times * usual


SURGES = (Surge(24, 5, 4.0), Surge(72, 8, 3.0))
USUAL_DAYS = 28
SURGE_QUIET_HOURS = (
    72  # a surge is over when the threshold was not reached for so long: only then another one can begin
)
SURGE_ROLES = (Role.OFFICE_LEADER, Role.ANALYST)  # who is told
SURGE_WORDS = "有一类问题的信访件短时间明显增多，请查看热点问题。"


# ---- groups --------------------------------------------------------------------------------------------------------------

SAME_AT_LEAST = 2  # matters that a group and an issue share, so that they are the same issue …
SAME_SHARE = 0.3  # … and this share of the smaller of both
KNOWN_SHARE = 0.5  # of a group that was dismissed or closed before: it is not proposed again


def is_same(shared: int, group: int, issue: int) -> bool:
    """Whether a group found now is an issue that is kept already."""
    return shared >= SAME_AT_LEAST and shared >= SAME_SHARE * min(group, issue)
