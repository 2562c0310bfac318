"""办结报告: what the report on an assigned matter says, and where one report stands (SV-8, R-22(1)(三); P5).

Whoever was assigned a matter (交办) reports its result in writing, signed by the head of the unit. The petition office that assigned it
approves the result (审核认定办结) or sends the report back with what is missing and a new day. A petition office in between passes the
report on with its own review (审核报告) on top.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.stages import Coded, ServiceManner, Step
from xinqiao.rules.wording import readable

TERM = "ASSIGN_N"  # row of `terms.py`; the letter sets its length
LEAST = 10  # characters that can be read


class ReportState(Coded):
    """Where one report stands."""

    DRAFTED = "drafted", "已拟写，待单位负责人签发", "SV-8"
    REPORTED = "reported", "已报送，待审核", "SV-8"
    RETURNED = "returned", "已退回，待补充", "SV-8"
    APPROVED = "approved", "已认定办结", "SV-8"


@dataclass(frozen=True)
class Content:
    """One thing that the report must say. `typed`: somebody writes it; the rest the platform knows and never asks for."""

    key: str  # of document_contents.KEYS
    name: str
    typed: bool = False
    hint: str = ""


CONTENTS = (
    Content("org_name", "报告单位"),
    Content("signer", "签发人（单位负责人）"),
    Content("matter_title", "标题"),
    Content("assignment_number", "交办文号"),
    Content("petitioner", "信访人"),
    Content("problem", "反映的主要问题", True, "信访人反映了什么事、什么时候发生的。"),
    Content("requests", "诉求"),
    Content("facts", "调查核实情况", True, "查了什么、有什么证据、查明了什么。"),
    Content("handling", "处理情况和结果", True, "每项诉求怎么处理的、依据是什么、落实了没有、信访人是什么意见。"),
    Content("issued_on", "成文日期和公章"),
    Content("handler_name", "承办人"),
    Content("handler_phone", "联系电话"),
    Content("enclosures", "附件：信访人签收的答复"),
)
TYPED = tuple(row for row in CONTENTS if row.typed)
# The document number (文号) is given when it is signed; nobody can leave it out.

# The petitioner's own signature is on the proof of service; otherwise the report says how the answer was made known.
SIGNED_BY_PETITIONER = frozenset({ServiceManner.IN_PERSON, ServiceManner.POST, ServiceManner.THROUGH_ORGAN})

# Where a report stands after each of its steps. A relayed report is a report of the office that relays it.
STATE_AFTER = MappingProxyType(
    {
        Step.DRAFT_COMPLETION: ReportState.DRAFTED,
        Step.REPORT_COMPLETION: ReportState.REPORTED,
        Step.RELAY_COMPLETION: ReportState.REPORTED,
        Step.RETURN_COMPLETION: ReportState.RETURNED,
        Step.APPROVE_COMPLETION: ReportState.APPROVED,
    }
)
# The one who reports has something to do.
WITH_REPORTER = frozenset({ReportState.DRAFTED, ReportState.RETURNED})


def missing(said: Mapping[str, str], *, answers: list[str], answer_note: str) -> list[str]:
    """What the report still lacks, in words for the person who writes it; nothing when it may be signed."""
    short = [row for row in TYPED if len(readable(str(said.get(row.key, "")))) < LEAST]
    lacking = [f"请把“{row.name}”写具体（至少{LEAST}个字）。" for row in short]
    if not answers and len(readable(answer_note)) < LEAST:
        lacking.append("没有信访人签收答复的记录。请写明怎样告知信访人的、为什么没有签收。")
    return lacking
