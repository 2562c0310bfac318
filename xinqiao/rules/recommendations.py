"""三项建议: what a petition office may recommend, to whom, and what it must say (R-40(1) to (4), SV-4, SV-5).

One row for each of the three. A recommendation proposes; the organ to which it is addressed decides and must say in writing whether it
adopted it. It rests on matters and on the conduct of organs, never on a person who petitions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.stages import Coded, Line
from xinqiao.rules.wording import readable

FEEDBACK_TERM = "SUGG_FEEDBACK30"  # row of `terms.py`
SHORTEST_DAYS, LONGEST_DAYS, USUAL_DAYS = 5, 90, 30  # for the feedback; the Regulation sets none (SV-5, INF)
REMIND_DAYS = 5  # before the last day (INF)
MOST_MATTERS = 50  # in one recommendation (INF)
WORDS_AT_LEAST = 10  # characters of each text: what another person can check


class Sort(Coded):
    """The three recommendations (三项建议)."""

    IMPROVE = "improve", "改进工作", "R-40(1)"
    POLICY = "policy", "完善政策", "R-40(2)"
    ACCOUNT = "account", "追究责任", "R-40(3)"


class Addressee(Coded):
    """To which organ a sort may go."""

    SUPERVISED = "supervised", "本地区的机关、单位", "R-40(1)"
    OWN_LEVEL = "own_level", "本级党委、政府", "R-40(2)"
    CADRE_COMPETENCE = "cadre_competence", "有管理权限的机关", "R-40(3)"


class State(Coded):
    """Where a recommendation stands."""

    DRAFTED = "drafted", "草稿", ""
    SUBMITTED = "submitted", "等待签发", ""
    ISSUED = "issued", "等待反馈", "R-40(4)"
    ANSWERED = "answered", "已反馈，待核对", "R-40(4)"
    CLOSED = "closed", "已办结", ""
    DROPPED = "dropped", "不再提出", ""


class Adoption(Coded):
    """What the addressed organ made of it: SV-5."""

    ADOPTED = "adopted", "采纳", ""
    PARTLY = "partly", "部分采纳", ""
    NOT_ADOPTED = "not_adopted", "没有采纳", ""


OPEN = frozenset({State.DRAFTED, State.SUBMITTED, State.ISSUED, State.ANSWERED})
UNSENT = frozenset({State.DRAFTED, State.SUBMITTED, State.DROPPED})  # nobody outside the office knows of these
# Who manages cadres and answers for discipline: the committee and its organs (干部管理权限).
COMPETENT_LINES = frozenset({Line.COMMITTEE, Line.DISCIPLINE, Line.PERSONNEL})
OWN_LEVEL_LINES = frozenset({Line.COMMITTEE, Line.GOVERNMENT})

LABELS = MappingProxyType(
    {
        "organisation": "送给哪个机关、单位",
        "concerned": "建议对哪个单位追究责任",
        "grounds": "责任情形",
        "consequence": "造成的严重后果",
        "provision": "要完善的政策、规定",
        "facts": "事实",
        "proposal": "建议",
        "matters": "依据的信访事项",
    }
)


@dataclass(frozen=True)
class Recommendation:
    """One sort: to whom it goes, what it must say beyond facts and proposal, and on which paragraph it rests."""

    sort: Sort
    to: Addressee
    basis: str
    needs: tuple[str, ...]
    proposal_hint: str
    facts_hint: str

    def uses(self, field: str) -> bool:
        """Whether this sort has the field at all."""
        return field in self.needs or field not in ("concerned", "grounds", "consequence", "provision")


_SAID = ("organisation", "facts", "proposal")
RECOMMENDATIONS: MappingProxyType[Sort, Recommendation] = MappingProxyType(
    {
        row.sort: row
        for row in (
            Recommendation(
                Sort.IMPROVE, Addressee.SUPERVISED, "信访工作条例第四十条第一款", (*_SAID, "matters"),
                "改什么做法、怎样避免再发生、做到什么程度。",
                "哪些做法不符合规定，有哪些信访事项可以证明。",
            ),
            Recommendation(
                Sort.POLICY, Addressee.OWN_LEVEL, "信访工作条例第四十条第二款", (*_SAID, "provision"),
                "建议怎样修改、补充或者废止，为什么这样能减少矛盾。",
                "群众反映集中在哪里，现行规定有什么不足，涉及多大范围。",
            ),
            Recommendation(
                Sort.ACCOUNT, Addressee.CADRE_COMPETENCE, "信访工作条例第四十条第三款",
                (*_SAID, "matters", "concerned", "grounds", "consequence"),
                "建议依规依纪依法核实什么、处理什么。是否追究由有管理权限的机关决定。",
                "谁应当做什么、实际做了什么、有什么材料可以证明。",
            ),
        )
    }
)  # fmt: skip


def faults(sort: Sort, given: Mapping) -> dict[str, str]:
    """{field: what is missing, for the reader}. `given`: field of LABELS → text, or how many were chosen."""
    row = RECOMMENDATIONS[sort]
    found = {}
    for name, label in LABELS.items():
        value = given.get(name)
        if name in row.needs and not value:
            found[name] = f"请填写“{label}”。"
        elif isinstance(value, str) and value and row.uses(name) and len(readable(value)) < WORDS_AT_LEAST:
            found[name] = f"请把“{label}”写具体（至少{WORDS_AT_LEAST}个字）。"
    if sort is Sort.ACCOUNT and not given.get("consequence"):
        found["consequence"] = "追究责任只能针对造成严重后果的。请写明什么后果，或者改提改进工作的建议。"
    return found


def feedback_faults(adoption: Adoption, given: Mapping) -> dict[str, str]:
    """{field: what is missing} in a feedback: measures where it is adopted, reasons where it is not or in part (SV-5)."""
    found = {}
    if adoption is not Adoption.NOT_ADOPTED:
        if len(readable(given.get("measures") or "")) < WORDS_AT_LEAST:
            found["measures"] = f"请写明采取了、准备采取什么措施（至少{WORDS_AT_LEAST}个字）。"
        if not given.get("done_by_on"):
            found["done_by_on"] = "请填写完成或者预计完成的日期。"
    if adoption is not Adoption.ADOPTED and len(readable(given.get("reasons") or "")) < WORDS_AT_LEAST:
        found["reasons"] = f"没有采纳的，请写明理由（至少{WORDS_AT_LEAST}个字）。"
    return found
