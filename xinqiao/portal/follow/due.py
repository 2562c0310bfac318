"""The last day that the page counts down to, in words: by when, who acts, how many days are left, what it means to be late."""

from dataclasses import dataclass
from datetime import date

from xinqiao.matters.models import Clock
from xinqiao.rules import explanations
from xinqiao.rules.terms import Holder, Unit, find

from .dossier import Dossier

# What the office owes the citizen by the last day of each limit; limits not listed run inside the offices.
PROMISES = {
    "PO15": "告诉您交给谁办",
    "UNIT15": "告诉您是否受理",
    "DIRECT15": "告诉您是否受理",
    "HANDLE60": "书面答复您",
    "SIMPLE10WD": "答复您",
    "SUGGESTION60": "答复您的建议",
    "REVIEW_DEC30": "书面答复您的复查申请",
    "RECHECK_DEC30": "书面答复您的复核申请",
}
# What the citizen may do until the last day.
WINDOWS = {
    "REVIEW_REQ30": "可以申请复查",
    "RECHECK_REQ30": "可以申请复核",
    "EXEC_CONFIRM15": "告诉我们落实了没有",
    "WITHDRAW_RESUME30": "可以恢复办理",
    "RATING30": "可以评价",
}
_OVER = {
    "running": "正在计算",
    "met": "按期完成",
    "late": "超期完成",
    "cancelled": "不再计算",
    "lapsed": "期限已过",
    "paused": "暂停计算",
}


@dataclass(frozen=True)
class Due:
    """One limit as the citizen reads it."""

    clock: Clock
    words: str  # 书面答复您
    name: str  # 办理
    length: str  # 60日
    used: int
    total: int
    left: int  # days until the last one; negative: late
    is_ours: bool  # the office owes it
    state: str

    @property
    def due_on(self) -> date:
        return self.clock.due_on

    @property
    def is_late(self) -> bool:
        return self.is_ours and self.left < 0

    @property
    def left_words(self) -> str:
        if self.left < 0:
            return f"超过 {-self.left} 天" if self.is_ours else "已经过期"
        return f"还有 {self.left} 天" if self.left else "今天是最后一天"

    @property
    def bar_label(self) -> str:
        return f"{self.name}期限已过 {self.used} 天，共 {self.total} 天"

    @property
    def explanation(self) -> str:
        """Without the day that offices aim at for themselves: it is not promised to anybody."""
        return explanations.for_citizen(self.clock.explanation)


def shown(dossier: Dossier) -> Due | None:
    """The one on top of the page."""
    return describe(dossier.counted, dossier.today) if dossier.counted else None


def all_of(dossier: Dossier) -> list[Due]:
    """Every limit that concerns the citizen, the newest first, for “怎么算的”."""
    told = [clock for clock in dossier.clocks if clock.term in PROMISES or clock.term in WINDOWS]
    return [describe(clock, dossier.today) for clock in reversed(told)]


def describe(clock: Clock, today: date) -> Due:
    """One limit in the words of the citizen; `used`, `total` and `left` in calendar days, `left` below 0 when it is over."""
    term = find(clock.term)
    total = max((clock.due_on - clock.started_on).days, 1)
    used = min(max((today - clock.started_on).days, 0), total)
    return Due(
        clock=clock,
        words=PROMISES.get(clock.term) or WINDOWS.get(clock.term, ""),
        name=term.name,
        length=f"{total}天" if term.unit is Unit.CALENDAR else term.length,
        used=used,
        total=total,
        left=(clock.due_on - today).days,
        is_ours=term.holder is Holder.OFFICE,
        state=_OVER.get(clock.state, ""),
    )
