"""Every time limit (期限) of the procedure as one row: length, unit, start, article (domain spec E.1, D.3 to D.9, D.16, D.17).

The day of the event is day 0 and is not counted. How a row becomes a date is in `deadlines.py`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """In what a limit is counted. “日” in the Regulation is a calendar day; it writes “工作日” where it means one (DL-03)."""

    CALENDAR = "calendar"
    WORKING = "working"


class Holder(StrEnum):
    """Whose limit it is: an office's duty, a citizen's window, or a day on which something takes effect by itself."""

    OFFICE = "office"
    CITIZEN = "citizen"
    EVENT = "event"


@dataclass(frozen=True)
class Term:
    """One time limit. `days` is counted in `unit` from `starts` (day 0).

    `evidence`: LAW = read in a law, PRACTICE = read in a lower text, INF = our own choice, which no text orders.
    `switchable`: the offices of a region may do without it (0.2).
    """

    code: str
    name: str
    days: int
    unit: Unit
    starts: str
    article: str
    evidence: str
    holder: Holder
    switchable: bool = False

    def __str__(self) -> str:
        return self.code

    @property
    def length(self) -> str:
        """15日, 5个工作日."""
        return length(self.days, self.unit)

    @property
    def citation(self) -> str:
        """The source as a page cites it: without the id of the row in our own tables, which tells a reader nothing."""
        return _OWN_ID.sub("", self.article)


_OWN_ID = re.compile(r" [A-Z]{1,2}-\d+$")


def length(days: int, unit: Unit) -> str:
    """A number of days as the Regulation writes it."""
    return f"{days}个工作日" if unit is Unit.WORKING else f"{days}日"


# Held by an office, but a right, not a duty: when its last day passes nobody is late (R-23(3)).
RIGHTS = frozenset({"OBJ5WD"})
# Their length stands in the letter that starts them; the row says what it is when the letter says nothing.
SET_BY_LETTER = frozenset({"ASSIGN_N", "SUPERVISE15"})
# Owed whatever becomes of the desk or the matter: they end only when they are done.
OUTLIVE_THE_DESK = frozenset({"SUPERVISE15", "SUPERVISE_ASKED5WD"})


class UnknownTerm(LookupError):
    """No time limit has this code. The message lists those that there are."""

    def __init__(self, code: str):
        self.code = code
        self.message = f"没有“{code}”这一期限。可用的期限代码：{'、'.join(TERMS)}。"
        super().__init__(self.message)


def find(code: "str | Term") -> Term:
    """The term with this code, in whatever case it is written. Raises UnknownTerm."""
    try:
        return TERMS[str(code).upper()]
    except KeyError:
        raise UnknownTerm(str(code)) from None


CAL, WD = Unit.CALENDAR, Unit.WORKING
OFFICE, CITIZEN, EVENT = Holder.OFFICE, Holder.CITIZEN, Holder.EVENT
REGULATION = "信访工作条例"
SIMPLE = "信访事项简易办理办法（试行）（国信发〔2016〕8号）"
OWN = "本系统默认规则"

_ROWS = (
    # E.1: intake and acceptance
    Term("PO15", "转送、交办", 15, CAL, "信访部门收到之日", f"{REGULATION}第二十二条第一款", "LAW", OFFICE),
    Term("UNIT15", "转送、交办件受理告知", 15, CAL, "本单位收到之日", f"{REGULATION}第二十三条第三款", "LAW", OFFICE),
    Term("DIRECT15", "直接提出件受理告知", 15, CAL, "收到之日", f"{REGULATION}第二十三条第二款", "LAW", OFFICE),
    Term("OBJ5WD", "转送、交办异议", 5, WD, "本单位收到之日", f"{REGULATION}第二十三条第三款", "LAW", OFFICE),
    # E.1: handling
    Term("HANDLE60", "办理", 60, CAL, "受理之日", f"{REGULATION}第三十四条", "LAW", OFFICE),
    Term("EXT30", "延长办理期限", 30, CAL, "受理之日", f"{REGULATION}第三十四条", "LAW", OFFICE),
    # E.1: review and recheck
    Term("REVIEW_REQ30", "请求复查", 30, CAL, "收到书面答复之日", f"{REGULATION}第三十五条", "LAW", CITIZEN),
    Term("REVIEW_DEC30", "复查", 30, CAL, "收到复查请求之日", f"{REGULATION}第三十五条", "LAW", OFFICE),
    Term("RECHECK_REQ30", "请求复核", 30, CAL, "收到复查意见之日", f"{REGULATION}第三十六条第一款", "LAW", CITIZEN),
    Term("RECHECK_DEC30", "复核", 30, CAL, "收到复核请求之日", f"{REGULATION}第三十六条第一款、第二款", "LAW", OFFICE),
    # E.1: assignment; the letter may set another length
    Term("ASSIGN_N", "交办反馈", 60, CAL, "交办函发出之日", f"{REGULATION}第二十二条第一款第三项", "LAW", OFFICE),
    # E.1: simple procedure (简易办理); switchable because it is not sure that the text of 2016 is still in force (J.2 Q4)
    Term("SIMPLE3WD", "简易办理受理", 3, WD, "收到之日", SIMPLE, "PRACTICE", OFFICE, switchable=True),
    Term("SIMPLE10WD", "简易办理答复", 10, WD, "受理之日", SIMPLE, "PRACTICE", OFFICE, switchable=True),
    Term("RELAY1WD", "简易办理逐级转送", 1, WD, "本级收到之日", SIMPLE, "PRACTICE", OFFICE, switchable=True),
    # E.1: other procedures
    Term(
        "DISC_NAMED15WD",
        "实名检举控告受理告知",
        15,
        WD,
        "收到之日",
        "纪检监察机关处理检举控告工作规则",
        "PRACTICE",
        OFFICE,
    ),
    Term(
        "SUGG_FEEDBACK30",
        "反馈改进工作、完善政策建议的采纳情况",
        30,
        CAL,
        "收到建议之日",
        "地方信访规定",
        "PRACTICE",
        OFFICE,
    ),
    Term("MED_CONFIRM30", "共同申请司法确认", 30, CAL, "调解协议生效之日", "人民调解法第三十三条", "LAW", CITIZEN),
    Term("PUBLIC_NOTICE30", "公告送达", 30, CAL, "发出公告之日", "参照民事诉讼法第九十五条", "LAW", EVENT),
    # D.3 and D.4: registration and the unit
    Term("REGISTER1WD", "登记", 1, WD, "收到之日", f"{OWN} T-02", "INF", OFFICE),
    Term("SIGN_IN1WD", "签收", 1, WD, "送达本单位之日", f"{OWN} T-20", "INF", OFFICE),
    Term("OBJ_ANSWER2WD", "答复异议", 2, WD, "收到异议之日", f"{OWN} T-22", "INF", OFFICE),
    Term("JURISDICTION5WD", "协商受理单位", 5, WD, "开始协商之日", f"{OWN} J-01", "INF", OFFICE),
    # B.4: reports that belong above, recusal
    Term(
        "SEALED5WD",
        "检举控告密封上送",
        5,
        WD,
        "收到之日",
        "纪检监察机关处理检举控告工作规则第十五条、第十六条",
        "PRACTICE",
        OFFICE,
    ),
    Term("RECUSAL3WD", "决定是否回避", 3, WD, "提出回避之日", f"{OWN} C-05", "INF", OFFICE),
    # D.7 and D.7b: handling
    Term("CONTACT5WD", "首次联系信访人", 5, WD, "受理之日", f"{OWN} T-41", "INF", OFFICE),
    Term("SERVE5WD", "送达意见书", 5, WD, "意见书签发之日", f"{OWN} T-45", "INF", OFFICE),
    Term("EXEC_CONFIRM15", "确认落实情况", 15, CAL, "收到落实情况报告之日", f"{OWN} T-48", "INF", CITIZEN),
    Term("SUGGESTION60", "答复建议", 60, CAL, "受理之日", f"{OWN} T-61", "INF", OFFICE),
    # D.9: review and recheck
    Term("REVIEW_ACCEPT3WD", "复查、复核受理审查", 3, WD, "收到请求之日", "地方复查复核规定 T-51", "PRACTICE", OFFICE),
    Term(
        "REVIEW_REFUSE15",
        "复查、复核不予受理告知",
        15,
        CAL,
        "收到请求之日",
        "地方复查复核规定 T-52",
        "PRACTICE",
        OFFICE,
    ),
    Term("FILE5WD", "提交原办理案卷", 5, WD, "收到调卷通知之日", f"{OWN} T-53", "INF", OFFICE),
    # D.13: supervision
    Term("SUPERVISE15", "答复督办", 15, CAL, "督办函发出之日", f"{OWN} SV-2", "INF", OFFICE),
    Term("SUPERVISE_ASKED5WD", "答复督办请求", 5, WD, "信访人要求督办之日", f"{OWN} SV-9", "INF", OFFICE),
    # D.16 and D.17: the citizen
    Term("WITHDRAW_RESUME30", "撤回后恢复办理", 30, CAL, "撤回之日", f"{OWN} WD-5", "INF", CITIZEN),
    Term("RATING30", "评价", 30, CAL, "可以评价之日", f"{OWN} RA-6", "INF", CITIZEN),
)

TERMS: dict[str, Term] = {term.code: term for term in _ROWS}

# How the 15 days of PO15 are shared along the levels (DL-15): 国家, 省, 市, 县.
RELAY_SHARES = ((0, "国家", 5), (1, "自治区（省）", 3), (2, "地区（市、州）", 3), (3, "县（市、区）", 4))
