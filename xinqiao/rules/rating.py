"""Rating by the citizen (满意度评价): D.17, RA-1 to RA-9.

The petition office and the competent unit are rated apart (RA-1), once each. Silence is neither satisfied nor
dissatisfied (RA-9, G.3). Nobody rates for the citizen, nobody sees a rating before the window is over (RA-8).
"""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Coded, Kind, Role, Route, Step

TERM = "RATING30"  # row of `terms.py`: 30 days; the length of the national rule is not known (J.2 Q3)
REMINDER_ON_DAY = 20  # RA-6


class RatingTarget(Coded):
    """Who is rated: RA-1."""

    OFFICE = "office", "信访部门", "PO"
    UNIT = "unit", "有权处理的机关、单位", "UNIT"


class RatingValue(Coded):
    """What the citizen says: RA-2. The codes are those of older systems."""

    SATISFIED = "satisfied", "满意", "0"
    BASICALLY_SATISFIED = "basically_satisfied", "基本满意", "1"
    DISSATISFIED = "dissatisfied", "不满意", "3"


class RatingStatus(Coded):
    """Where a rating stands: RA-3. The codes are those of older systems."""

    WAITING = "waiting", "待评价", "0"
    NOT_RATED = "not_rated", "未评价", "1"
    RATED = "rated", "已评价", "2"
    OVERDUE_NOT_RATED = "overdue_not_rated", "超期未评价", "3"


class DissatisfactionReason(Coded):
    """Why somebody is dissatisfied. Some reasons are a ground for supervision (SV-1)."""

    NOT_ANSWERED = "not_answered", "没有答复我的诉求", ""
    FACTS_WRONG = "facts_wrong", "事实没有查清", ""
    NOT_CARRIED_OUT = "not_carried_out", "答应的事没有落实", ""
    RESULT = "result", "不同意处理结果", ""
    TOO_SLOW = "too_slow", "办得太慢，没有按期答复", ""
    NOT_CONTACTED = "not_contacted", "没有人联系我、听我说明", ""
    ATTITUDE = "attitude", "工作人员态度不好", ""
    PASSED_AROUND = "passed_around", "推来推去，没有人管", ""
    OTHER = "other", "其他", ""


# SV-1: dissatisfied with one of these makes a proposal for supervision.
SUPERVISION_REASONS = frozenset(
    {DissatisfactionReason.NOT_ANSWERED, DissatisfactionReason.FACTS_WRONG, DissatisfactionReason.NOT_CARRIED_OUT}
)

class Alike(Coded):
    """How ratings of one organ look as if somebody else had given them: G.4. Of the organ, never of a citizen."""

    DEVICE = "device", "同一台设备连续给出满意评价", "G.4"
    MINUTE = "minute", "同一分钟内集中给出满意评价", "G.4"


class AlikeState(Coded):
    """What a supervisor says to it."""

    NEW = "new", "待核对", ""
    CONFIRMED = "confirmed", "有代替、要求评价的情况", ""
    EXPLAINED = "explained", "核对后没有问题", ""


@dataclass(frozen=True)
class AlikeRule:
    """From how many ratings, all of the top mark, it is brought before a supervisor, and what that person checks. INF."""

    sort: Alike
    at_least: int
    question: str


ALIKE_RULES = (
    AlikeRule(Alike.DEVICE, 3, "有没有工作人员代替信访人评价，或者拿着一台手机请人当场评价？"),
    AlikeRule(Alike.MINUTE, 4, "有没有集中组织评价？服务窗口当时发生了什么？"),
)
TRACE_BASIS = "只用来核对有没有人代替信访人评价；不记网络地址，不认人；评价期结束、核对以后删除。"

# What stands open for somebody who is not satisfied, the best fitting door first; a page shows those that are open now.
DOORS: MappingProxyType[DissatisfactionReason, tuple[Step, ...]] = MappingProxyType(
    {
        DissatisfactionReason.RESULT: (Step.REQUEST_REVIEW, Step.REQUEST_RECHECK, Step.OBJECT_TO_FILING),
        DissatisfactionReason.FACTS_WRONG: (Step.REQUEST_REVIEW, Step.REQUEST_RECHECK, Step.SUPPLEMENT, Step.ASK_SUPERVISION),
        DissatisfactionReason.NOT_ANSWERED: (Step.ASK_SUPERVISION, Step.REQUEST_REVIEW, Step.REQUEST_RECHECK, Step.OBJECT_TO_FILING),
        DissatisfactionReason.NOT_CARRIED_OUT: (Step.DISPUTE_EXECUTION, Step.ASK_SUPERVISION),
        DissatisfactionReason.TOO_SLOW: (Step.ASK_SUPERVISION, Step.ASK_PROGRESS),
        DissatisfactionReason.NOT_CONTACTED: (Step.ASK_SUPERVISION, Step.ASK_PROGRESS, Step.SUPPLEMENT),
        DissatisfactionReason.ATTITUDE: (Step.ASK_SUPERVISION,),
        DissatisfactionReason.PASSED_AROUND: (Step.ASK_SUPERVISION, Step.ASK_PROGRESS),
        DissatisfactionReason.OTHER: (Step.REQUEST_REVIEW, Step.REQUEST_RECHECK, Step.ASK_SUPERVISION, Step.SUPPLEMENT),
    }
)
# The right door for each reason in words, said above them.
NEXT_DOORS = MappingProxyType(
    {
        DissatisfactionReason.RESULT: "不同意结果，可以在期限内申请复查或复核，不收费。",
        DissatisfactionReason.NOT_CARRIED_OUT: "答应的事没有落实，可以告诉我们，我们去督办。",
        DissatisfactionReason.NOT_ANSWERED: "没有答复的诉求，信访部门会核对并督促补答。",
        DissatisfactionReason.TOO_SLOW: "没有按期答复，可以要求信访部门督办。",
        DissatisfactionReason.PASSED_AROUND: "没有人管，可以要求信访部门督办，由它确定谁来办。",
        DissatisfactionReason.NOT_CONTACTED: "没有听您说明情况，可以要求信访部门督办。",
        DissatisfactionReason.FACTS_WRONG: "可以补充证据；不同意结果的，也可以在期限内申请复查。",
    }
)


@dataclass(frozen=True)
class RatingFacts:
    """What decides whether a matter can be rated."""

    is_first_petition: bool
    kind: Kind | None = None
    route: Route | None = None
    to_other_powers: bool = False  # belongs to congress, court or prosecution
    unfit_for_publication: bool = False  # secrets, privacy


def why_not_ratable(facts: RatingFacts) -> str:
    """The reason why there is no rating in this matter (RA-4), or an empty text when there is one."""
    if not facts.is_first_petition:
        return "只有初次信访参加评价。您的意见可以写在补充材料里。"
    if facts.to_other_powers:
        return "属于人大、法院、检察院职权的事项，不参加信访评价。"
    if facts.route in (Route.JUDICIAL, Route.ARBITRATION, Route.ADMINISTRATIVE):
        return "通过诉讼、仲裁、行政复议等途径解决的事项，不参加信访评价。"
    if facts.kind == Kind.REPORT or facts.unfit_for_publication:
        return "这类事项需要保密，不参加信访评价。"
    return ""


def require_ratable(
    facts: RatingFacts, *, role: Role, status: RatingStatus, opened_on: date | None, due_on: date | None, today: date
) -> None:
    """Raise StepRefused unless this person may rate now: the citizen, once for each target, within the window (RA-6)."""
    if role != Role.CITIZEN:
        raise StepRefused("只有信访人本人可以评价，工作人员不能代为评价。", code="citizen_only")
    reason = why_not_ratable(facts)
    if reason:
        raise StepRefused(reason, code="not_ratable")
    if status == RatingStatus.RATED:
        raise StepRefused("您已经评价过了，谢谢。", code="already_rated")
    if opened_on is None or today < opened_on:
        raise StepRefused("现在还不能评价。收到答复以后，我们会请您评价。", code="not_open")
    if due_on is not None and today > due_on:
        raise StepRefused(
            f"评价已于{due_on.year}年{due_on.month}月{due_on.day}日截止。有意见仍然可以告诉我们。", code="window_over"
        )


def check_rating(value: str, reason: str = "") -> None:
    """Raise ValueError when a rating is not complete: 不满意 needs a reason from the list (RA-2)."""
    if value not in set(RatingValue):
        raise ValueError("请选择满意、基本满意或者不满意。")
    if value == RatingValue.DISSATISFIED and reason not in set(DissatisfactionReason):
        raise ValueError("请选择不满意的原因，方便我们改进。")


def status_of(*, rated: bool, opened_on: date | None, due_on: date | None, today: date) -> RatingStatus:
    """Where a rating stands (RA-3). Silence after the window is 超期未评价: neither satisfied nor dissatisfied (RA-9)."""
    if rated:
        return RatingStatus.RATED
    if opened_on is None or today < opened_on:
        return RatingStatus.WAITING
    return RatingStatus.OVERDUE_NOT_RATED if due_on is not None and today > due_on else RatingStatus.NOT_RATED


def counts_for_rate(status: RatingStatus) -> bool:
    """Whether a matter stands in the numerator or denominator of the satisfaction rate: only if rated (RA-9, B20)."""
    return status == RatingStatus.RATED
