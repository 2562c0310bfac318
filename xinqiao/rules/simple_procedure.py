"""The simple procedure (简易办理): D.6, from 信访事项简易办理办法（试行）(国信发〔2016〕8号) articles 4 to 6.

The competent organ decides. Whether the text of 2016 is still in force is open (J.2 Q4): a region can switch it off.
"""

from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Outcome

ARTICLE = "《信访事项简易办理办法（试行）》（国信发〔2016〕8号）"

# Article 4: one of these is enough. The officer ticks which one.
SUITABLE = MappingProxyType(
    {
        "clear": "事实清楚、责任明确、争议不大、易于解决",
        "answer_at_once": "提出咨询、意见建议或者表示感谢，可以即时答复",
        "daily_life": "涉及群众日常生产生活、时效性强，应当即时处理",
        "promised": "有关机关、单位已有明确承诺或者结论",
        "other": "其他可以简易办理的",
    }
)

# Limits by step; lengths are the rows of `terms.py`.
LIMITS = MappingProxyType({"relay": "RELAY1WD", "accept": "SIMPLE3WD", "answer": "SIMPLE10WD"})


@dataclass(frozen=True)
class SimpleFacts:
    """What decides whether a matter may be handled simply. `suitable`: a key of SUITABLE."""

    is_first_petition: bool
    suitable: str = "clear"
    assigned_by_superior: bool = False
    may_be_refused: bool = False
    in_statutory_procedure: bool = False
    several_bodies: bool = False
    is_joint_or_group: bool = False
    is_major_or_complex: bool = False


# Article 5: any one of these stands against it. In the order of the text.
EXCLUSIONS = MappingProxyType(
    {
        "assigned_by_superior": "上级信访部门或者机关、单位交办的，不能简易办理。",
        "may_be_refused": "诉求可能不予支持的，不能简易办理。",
        "in_statutory_procedure": "已经或者依法应当通过法定行政程序等途径办理的，不能简易办理。",
        "several_bodies": "涉及多个责任主体的，不能简易办理。",
        "is_joint_or_group": "联名信访、集体访，不能简易办理。",
        "is_major_or_complex": "重大、复杂、疑难的，不能简易办理。",
    }
)

USE_ORDINARY = "请按普通程序受理，60日内办理。"


def check(facts: SimpleFacts) -> list[str]:
    """The reasons why the simple procedure may not be used; empty: it may."""
    reasons = [] if facts.is_first_petition else ["不是初次信访，不能简易办理。"]
    if facts.suitable not in SUITABLE:
        reasons.append("请选择为什么适合简易办理。")
    return reasons + [reason for name, reason in EXCLUSIONS.items() if getattr(facts, name)]


def require(facts: SimpleFacts) -> None:
    """Raise StepRefused with every reason when the simple procedure may not be used."""
    reasons = check(facts)
    if reasons:
        raise StepRefused("".join(reasons) + USE_ORDINARY, code="not_simple")


def require_supportive(outcomes: list[Outcome]) -> None:
    """Raise StepRefused when an answer does not support a request: the matter must go over to the ordinary procedure.

    The 60 days then count from the original acceptance (D.6, B13).
    """
    if any(outcome in (Outcome.NOT_SUPPORT, Outcome.PARTLY, Outcome.EXPLAIN) for outcome in outcomes):
        raise StepRefused(
            "有诉求没有得到支持，不能按简易办理办结。请先转为普通程序并告知信访人，60日仍从原受理之日算起。",
            code="convert_first",
        )
