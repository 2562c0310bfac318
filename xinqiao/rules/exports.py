"""What may leave the house as a table, how much of it, and who says yes: C-09, C-10, C-11 (R-30(2), R-41(2); secure-checklist 41).

Standard library only. Closed lists: what has no row here is not exported.
"""

from xinqiao.rules import wording
from xinqiao.rules.stages import Coded

AT_ONCE_ROWS = 500  # up to here the file comes with the answer; more is made by the worker, part by part
PENDING_AT_MOST = 3  # files that one post may have the worker make at the same time
MOST_ROWS = 20_000  # rows of one export: a working list, not a copy of the register (C-11)
LOG_MOST_ROWS = 50_000  # entries of one export of the audit log
KEPT_HOURS = 24  # how long a finished file waits to be fetched, sealed; then it is deleted
PURPOSE_AT_LEAST = 10  # characters of a purpose, without spaces (C-11 "typed reason")
PURPOSE_AT_MOST = 200
DECIDED_WITHIN_DAYS = 15  # a request that nobody decided lapses (INF)
MAKING_MINUTES = 15  # a file that is made in one piece and that a vanished process left is begun anew after this
TRIES = 5  # how often one part may take its worker down before the whole is given up


class ListColumn(Coded):
    """A column of an exported list, all of them things that the list itself shows. `code`: `default`, or why it is not."""

    NUMBER = "number", "信访件编号", "default"
    KIND = "kind", "事项类别", "default"
    CHANNEL = "channel", "信访形式", "default"
    CONTENT_CLASS = "content_class", "内容分类", "default"
    PLACE = "place", "问题属地", "default"
    RECEIVED_ON = "received_on", "收到日期", "default"
    ACCEPTED_ON = "accepted_on", "受理日期", "default"
    UNIT = "unit", "办理机关", "default"
    STAGE = "stage", "阶段", "default"
    DUE_ON = "due_on", "期限", "default"
    OVERDUE_DAYS = "overdue_days", "超期天数", "default"
    HEADCOUNT = "headcount", "信访人数", "default"
    HANDLER = "handler", "承办人", "工作人员姓名"
    TITLE = "title", "标题", "标题是信访人写的，可能提到人名"
    PETITIONER = "petitioner", "信访人（已脱敏）", "只有姓，例如“王**”"

    @property
    def is_default(self) -> bool:
        return self.code == "default"


class InspectionItem(Coded):
    """What a petition office gives inspection organs (巡视巡察机构) when asked: the four items of R-41(2). Nothing else leaves this way."""

    LEADERS = "leaders", "领导班子及其成员和下一级主要负责人有关信访举报", "R-41(2)(一)"
    RESPONSIBILITY = "responsibility", "落实信访工作责任制情况", "R-41(2)(二)"
    TRENDS = "trends", "具有苗头性、倾向性的重要信访问题", "R-41(2)(三)"
    ATTENTION = "attention", "需要巡视巡察工作关注的重要信访事项", "R-41(2)(四)"


# What stands in the file for each item, so that whoever decides knows it before deciding. No petitioner is named in any of them (B.3).
INSPECTION_CONTENT = {
    InspectionItem.LEADERS: "编号、收到日期、被检举控告的单位、分类和阶段；不含举报人、举报内容",
    InspectionItem.RESPONSIBILITY: "各单位收到、受理、办结、在办和超期的件数",
    InspectionItem.TRENDS: "各内容分类的件数，与上一个同样长的时期比较",
    InspectionItem.ATTENTION: "重大紧急、集体、联名事项的编号、分类、属地、办理机关和阶段；不含信访人",
}


class Rank(Coded):
    """The rank of the cadre that a petition speaks of, for the competence of cadre management (干部管理权限, R-30(2))."""

    UNKNOWN = "unknown", "未记载", ""
    PREFECTURE = "prefecture", "厅局级", ""
    COUNTY = "county", "县处级", ""
    TOWNSHIP = "township", "乡科级", ""
    STAFF = "staff", "科员及以下", ""


def purpose_error(text: str) -> str:
    """Why a purpose is not enough, in words for whoever typed it; empty when it is."""
    written = wording.readable(text)
    if len(written) < PURPOSE_AT_LEAST:
        return f"请写明用途，至少{PURPOSE_AT_LEAST}个字：给谁、做什么用。已写{len(written)}个字。"
    if len(text) > PURPOSE_AT_MOST:
        return f"用途最多{PURPOSE_AT_MOST}个字，现在有{len(text)}个字。请写短一些。"
    return ""
