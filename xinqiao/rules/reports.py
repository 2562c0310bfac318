"""Reports (报告): which sorts there are, what each must contain, and on which rule each part rests (H.1, H.3 to H.6, R-41(1)).

A report is drafted from figures, written by an officer, let go by the leader of the petition office, then numbered and frozen. It speaks of
matters, places, causes and the work of organs, never of a person; reports on officials (检举控告) are in no figure (C-01).
"""

from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.information import check_text
from xinqiao.rules.small_cells import AT_LEAST
from xinqiao.rules.stages import Coded

PARTS_AT_MOST = 120  # of one report
TEXT_AT_MOST = 20_000  # characters of one part; of the whole it is the parts together
ROWS_AT_MOST, COLUMNS_AT_MOST = 200, 8  # of one table that is written by hand; more columns do not fit on the paper
COPIES_AT_MOST = 300  # organs on one distribution list
PERIOD_DAYS = 366  # of one report
TRIES = 5  # how often one part may take its worker down before the report is given up
TOP = 8  # classes that are told of first
MONTHS = 12  # months side by side
LIST_AT_MOST = 60  # lines of one drafted table


class ReportSort(Coded):
    """What is written. `code`: the rule of the specification."""

    MONTHLY = "monthly", "月度信访形势分析", "H.1"
    QUARTERLY = "quarterly", "季度信访形势分析", "H.1"
    SPECIAL = "special", "专题信访形势分析", "H.1"
    ANNUAL = "annual", "信访情况年度报告", "H.4"
    INFORMATION = "information", "信访信息", "H.5"
    SPECIAL_BRIEF = "special_brief", "信访专报", "H.5"
    BRIEF = "brief", "信访简报", "H.5"
    INSPECTION = "inspection", "督查通报", "H.5"
    PROPOSAL = "proposal", "源头治理建议", "H.6"


class ReportState(Coded):
    """Where a report stands."""

    DRAFTING = "drafting", "正在起草", ""
    DRAFT = "draft", "草稿", ""
    SUBMITTED = "submitted", "等待签发", ""
    ISSUED = "issued", "已印发", ""
    DROPPED = "dropped", "已作废", ""
    FAILED = "failed", "没有起草成", ""


class PartKind(Coded):
    """Of what a report is made."""

    HEADING = "heading", "标题", ""
    TEXT = "text", "文字", ""
    TABLE = "table", "表格", ""
    CHART = "chart", "图和表", ""


WRITABLE = frozenset({ReportState.DRAFT, ReportState.SUBMITTED})


@dataclass(frozen=True)
class Section:
    """One part of a report. `shows`: what is in it, in words; `basis`: the rule that asks for it; `written`: nobody but the writer knows it."""

    code: str
    title: str
    shows: str
    basis: str
    written: bool = False


def _section(code: str, title: str, shows: str, basis: str, *, written: bool = False) -> tuple[str, Section]:
    return code, Section(code, title, shows, basis, written)


SECTIONS = MappingProxyType(dict([
    _section("volume", "总体情况", "收到、办结、在办的件数，和上一时期、上年同期比较；初次、重复，集体访", "R-41(1)(一), H.1"),
    _section("course", "各月情况", "逐月收到的件数", "H.1"),
    _section("channels", "信访形式", "来信、来访、网上等各多少件，和上一时期、上年同期比较", "H.1"),
    _section("kinds", "事项类别", "建议意见、申诉求决各多少件", "H.1"),
    _section("fields", "涉及领域", "内容分类三级各多少件，增减多少", "R-41(1)(一), H.1"),
    _section("places", "各地反映什么事", "各地、各单位的主要问题，按机构顺序，不排名", "H.1, G.4"),
    _section("levels", "办理层级", "中央、省、市、县、乡各级办理多少件", "H.1"),
    _section("organs", "被反映较多的机关、单位", f"{AT_LEAST}件以上的机关、单位和所反映的事，按机构顺序", "R-41(1)(一)"),
    _section("time", "受理办理时限", "及时受理、按期告知、按期答复的分子、分母和比率，平均日数", "H.1, G.2"),
    _section("overdue", "超期未办结", "各单位超过期限没有办结的件数", "H.1"),
    _section("transfer", "转送、交办", "转送、交办和途径分类的件数、比率", "R-41(1)(二)"),
    _section("supervision", "督办", "督办的件数、情形和答复", "R-41(1)(二), H.1"),
    _section("review", "复查复核", "申请、改变、按期的件数、比率", "H.1"),
    _section("execution", "落实情况", "支持诉求的意见、协议落实的件数、比率", "H.1"),
    _section("voice", "群众评价", "参评率、满意率，对信访部门和承办单位分开", "H.1, G.2"),
    _section("recommendations", "三项建议及采纳", "改进工作、完善政策、追究责任的建议提出、采纳多少项", "R-41(1)(三)"),
    _section("measures", "约谈、通报、挂牌", "联席会议采取的措施", "R-39(3)"),
    _section("hot", "热点问题和建议", "增长较多的问题，原因和建议", "H.1, H.3"),
    _section("source", "需要从源头治理的问题", "复查复核改变、支持诉求较多的事项：涉及哪个规定、哪种做法、多少件", "H.6"),
    _section("proposal", "建议", "建议怎样修改规定、改进做法，由谁牵头", "H.6", written=True),
    _section("law", "法律政策依据", "涉及的法律、法规、政策条文", "H.3", written=True),
    _section("round", "督查情况", "攻坚行动各轮督查的事实，进度", "H.5, A-55"),
    _section("verdicts", "表扬和批评", "对工作的评价，连续受到批评的次数", "H.5, A-55"),
    _section("situation", "基本情况", "什么时候、什么地方、什么事", "H.5", written=True),
    _section("done", "已经做的工作", "已采取的措施和效果", "H.5", written=True),
    _section("next", "下一步打算", "谁在什么时候做什么", "H.5", written=True),
    _section("outlook", "形势判断", "下一时期要注意什么", "H.1", written=True),
    _section("other", "其他应当报告的事项", "其他需要报告的", "R-41(1)(四)", written=True),
]))  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One sort: `name` for its number (文号), its sections in order, whether its period is the month, the quarter or the year it falls in.

    `mandatory`: sections that may not be empty when it is issued.
    """

    sort: ReportSort
    name: str
    span: str
    sections: tuple[str, ...]
    mandatory: tuple[str, ...]
    basis: str


_ANALYSIS = (
    "volume", "course", "channels", "kinds", "fields", "places", "levels", "time", "overdue", "review", "execution", "voice",
    "supervision", "hot", "outlook",
)  # fmt: skip
# R-41(1): four items, each with the sections that say it.
ANNUAL_CONTENTS = MappingProxyType({
    "（一）信访事项的数据统计、信访事项涉及领域以及被投诉较多的机关、单位": ("volume", "fields", "organs"),
    "（二）党委和政府信访部门转送、交办、督办情况": ("transfer", "supervision"),
    "（三）党委和政府信访部门提出改进工作、完善政策、追究责任建议以及被采纳情况": ("recommendations",),
    "（四）其他应当报告的事项": ("other",),
})  # fmt: skip
_R41 = tuple(code for codes in ANNUAL_CONTENTS.values() for code in codes)

S = ReportSort
ROWS = MappingProxyType({
    row.sort: row
    for row in (
        Row(S.MONTHLY, "析", "month", _ANALYSIS, ("volume", "fields", "time", "hot"), "H.1, R-14(1)(四)"),
        Row(S.QUARTERLY, "析", "quarter", _ANALYSIS, ("volume", "fields", "time", "hot", "outlook"), "H.1, R-14(1)(四)"),
        Row(S.SPECIAL, "析", "free", ("situation", "volume", "course", "fields", "places", "time", "hot", "outlook"),
            ("situation", "volume", "outlook"), "H.1: 节日、重要时期以前"),
        Row(S.ANNUAL, "年报", "year",
            ("volume", "course", "channels", "fields", "organs", "transfer", "time", "supervision", "review", "voice", "recommendations",
             "measures", "other"), _R41, "R-41(1), F-39"),
        Row(S.INFORMATION, "信息", "free", ("situation", "done", "next"), ("situation",), "H.5"),
        Row(S.SPECIAL_BRIEF, "专报", "free", ("situation", "volume", "fields", "hot", "next"), ("situation", "next"), "H.5"),
        Row(S.BRIEF, "简报", "month", ("volume", "course", "fields", "time", "done"), ("volume",), "H.5"),
        Row(S.INSPECTION, "督通", "free", ("round", "verdicts", "overdue", "next"), ("round", "next"), "H.5, A-55"),
        Row(S.PROPOSAL, "源建", "quarter", ("source", "fields", "law", "proposal"), ("source", "law", "proposal"), "H.6, R-40(2)"),
    )
})  # fmt: skip


def sections_of(sort: ReportSort) -> list[Section]:
    """The parts of one sort, in the order in which they are read."""
    return [SECTIONS[code] for code in ROWS[sort].sections]


def missing(sort: ReportSort, filled: set[str]) -> list[Section]:
    """What may not be empty and is; `filled`: codes of the sections in which something is written."""
    return [SECTIONS[code] for code in ROWS[sort].mandatory if code not in filled]


def number(sort: ReportSort, short: str, year: int, serial: int) -> str:
    """临信析〔2026〕3号. `short`: of the office, as in its document numbers."""
    return f"{short}{ROWS[sort].name}〔{year}〕{serial}号"


def growth(now: int | None, before: int | None) -> str:
    """How much more or fewer than before, in words. None, or too few to compare, is said as such: a share of few tells little (C-14)."""
    if now is None or before is None:
        return "数字小，不比较"
    if not before:
        return "新增" if now else "持平"
    if now == before:
        return "持平"
    return f"{'升' if now > before else '降'}{abs(now - before) / before:.1%}"


def identity_lines(text: str) -> tuple[int, ...]:
    """The lines in which something looks like an ID number, a telephone or an address of e-mail (H.5 "no identities")."""
    return check_text(text).lines
