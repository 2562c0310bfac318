"""联席会议的督促措施: talk, notification, listing, ordered correction (R-38, R-39(3), SV-6), one row for each.

They press an organ to do what it owes. They are no punishment of persons, stand in no order of merit, and end when the work is done.
"""

from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.stages import Coded
from xinqiao.rules.wording import readable

WORDS_AT_LEAST = 10
LONGEST_DAYS = 180  # from the decision to the limit (INF)


class Sort(Coded):
    """What the joint conference may do."""

    TALK = "talk", "约谈", "R-39(3)"
    NOTIFICATION = "notification", "通报", "R-39(3)"
    LISTING = "listing", "挂牌督办", "R-39(3)"
    CORRECTION = "correction", "责令限期整改", "R-39(3)"


class State(Coded):
    """Where a measure stands."""

    PROPOSED = "proposed", "等待决定", ""
    IN_FORCE = "in_force", "正在执行", ""
    REPORTED = "reported", "单位已报告，待核对", ""
    LIFTED = "lifted", "已解除", ""
    DROPPED = "dropped", "不采取", ""


@dataclass(frozen=True)
class Row:
    """One sort: its letter, whether it needs a last day, what its end is called, and what to write."""

    sort: Sort
    letter: str  # title of F-38
    basis: str
    limited: bool
    ended: str
    demand_hint: str


BASIS = "信访工作条例第三十九条第三款"
OPEN = frozenset({State.PROPOSED, State.IN_FORCE, State.REPORTED})
_ROWS = (
    Row(Sort.TALK, "约谈通知书", BASIS, False, "约谈已完成", "约谈谁（写职务）、时间、地点、要说明的问题。"),
    Row(Sort.NOTIFICATION, "情况通报", BASIS, False, "通报已处理", "通报什么问题、在什么范围通报、要求做什么。"),
    Row(Sort.LISTING, "挂牌督办决定书", BASIS, True, "已摘牌", "办到什么程度可以摘牌，由谁验收。"),
    Row(Sort.CORRECTION, "责令限期整改通知书", BASIS, True, "整改已完成", "整改哪几项，每一项做到什么程度。"),
)
MEASURES: MappingProxyType[Sort, Row] = MappingProxyType({row.sort: row for row in _ROWS})

LABELS = MappingProxyType({"facts": "问题和事实", "demand": "要求", "grounds": "责任情形", "limit_on": "最后期限"})


def faults(sort: Sort, given) -> dict[str, str]:
    """{field: what is missing, for the reader}."""
    found = {}
    for name in ("facts", "demand"):
        if len(readable(given.get(name) or "")) < WORDS_AT_LEAST:
            found[name] = f"请把“{LABELS[name]}”写具体（至少{WORDS_AT_LEAST}个字）。"
    if not given.get("grounds"):
        found["grounds"] = "请至少选择一种责任情形，措施要有依据。"
    if MEASURES[sort].limited and not given.get("limit_on"):
        found["limit_on"] = f"{sort.label}要有最后期限，请填写。"
    return found
