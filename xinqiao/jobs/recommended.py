"""Who is told of recommendations and measures, and when one is late: read from what is stored, each thing once (SV-4 to SV-6).

Every act marks its row `untold` in its own transaction; this duty rings the bell and takes the mark away. Whatever stood still in between,
the state that is then true is told once, and a last day that passed is found once for each round.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils.timezone import localdate

from xinqiao.integrity import audit
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules import measures as measure_rules
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.recommendations import REMIND_DAYS
from xinqiao.rules.recommendations import State as Recommended
from xinqiao.supervision import measures, recommendations
from xinqiao.supervision.models import Measure, Recommendation

MOST = 200  # rows in one turn
Taken = measure_rules.State


@dataclass(frozen=True)
class Bell:
    """Who is told in which state: of the `office` or the `organisation`, whoever passes `who`."""

    side: str
    who: Callable[[Officer], bool]
    text: str
    urgent: bool = False


def _heads(thing: str) -> Callable[[Officer], bool]:
    return lambda officer: bool(allowed(officer.role_set, thing, Action.APPROVE))


def _readers(thing: str) -> Callable[[Officer], bool]:
    return lambda officer: bool(allowed(officer.role_set, thing, Action.READ))


_drafters, _signers = recommendations.may_draft, recommendations.may_sign
BELLS: dict[str, tuple[Bell, ...]] = {
    Recommended.DRAFTED: (Bell("office", _drafters, "三项建议被负责人退回，请修改。"),),
    Recommended.SUBMITTED: (Bell("office", _signers, "有三项建议等您签发。", urgent=True),),
    Recommended.ISSUED: (
        Bell("organisation", _readers("recommendation"), "收到信访部门的建议，请按期书面反馈采纳情况。", urgent=True),
    ),
    Recommended.ANSWERED: (Bell("office", _drafters, "收到建议的采纳情况反馈，请核对。"),),
    Recommended.CLOSED: (Bell("organisation", _heads("recommendation"), "信访部门的建议已办结。"),),
}
RETURNED = Bell("organisation", _readers("recommendation"), "采纳情况反馈被退回，请补充。", urgent=True)
NEAR = Bell("organisation", _heads("recommendation"), "建议的反馈期限快到了，请抓紧。", urgent=True)
LATE = (
    Bell("organisation", _readers("recommendation"), "建议逾期没有反馈，请马上办理。", urgent=True),
    Bell("office", _drafters, "有建议逾期没有反馈，请督促。", urgent=True),
)
MEASURE_BELLS: dict[str, tuple[Bell, ...]] = {
    Taken.PROPOSED: (Bell("office", measures.may_decide, "有提请采取的措施等您登记决定。", urgent=True),),
    Taken.IN_FORCE: (
        Bell("organisation", _readers("measure"), "联席会议对本单位采取了措施，请查看并落实。", urgent=True),
    ),
    Taken.REPORTED: (Bell("office", measures.may_decide, "单位报告了落实情况，请核对。"),),
    Taken.LIFTED: (Bell("organisation", _readers("measure"), "对本单位采取的措施已经解除。"),),
}
MEASURE_LATE = (
    Bell("organisation", _readers("measure"), "措施的最后期限已过，请马上报告落实情况。", urgent=True),
    Bell("office", measures.may_decide, "有单位超过措施的最后期限，请督促。", urgent=True),
)


def is_waiting() -> bool:
    """Whether somebody has to be told of something."""
    return Recommendation.objects.filter(untold=True).exists() or Measure.objects.filter(untold=True).exists()


def tell(at: datetime) -> int:
    """Ring for what changed, for last days that are near, for those that passed. Returns how many rows it touched."""
    today = localdate(at)
    near = Recommendation.objects.filter(
        state=Recommended.ISSUED, feedback_by_on__lte=today + timedelta(days=REMIND_DAYS), reminded_at=None, late_at=None
    ).exclude(recommendations.late(today))  # fmt: skip
    late = Recommendation.objects.filter(recommendations.late(today), late_at=None)
    over = Measure.objects.filter(measures.late(today), late_at=None)
    return (
        _each(Recommendation.objects.filter(untold=True), _tell_state, at)
        + _each(Measure.objects.filter(untold=True), _tell_measure, at)
        + _each(late, _tell_late, at)
        + _each(near, _tell_near, at)
        + _each(over, _tell_over, at)
    )


def _each(rows: models.QuerySet, do: Callable, at: datetime) -> int:
    """Each row in its own transaction; one that another worker has, or that changed meanwhile, is left alone."""
    done = 0
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)[:MOST]):
        with transaction.atomic():
            row = (
                rows.select_for_update(of=("self",), skip_locked=True)
                .select_related("office", "organisation")
                .filter(pk=pk)
                .first()
            )
            if row is not None:
                do(row, at)
                done += 1
    return done


def _tell_state(row: Recommendation, at: datetime) -> None:
    again = row.state == Recommended.ISSUED and row.rounds > 1
    bells = (RETURNED,) if again else BELLS.get(row.state, ())
    _ring(row, bells, f"{row.state[:4]}{at:%y%m%d%H%M%S}", at)
    _mark(row, untold=False)


def _tell_near(row: Recommendation, at: datetime) -> None:
    _ring(row, (NEAR,), f"near{row.rounds}", at)
    _mark(row, reminded_at=at)


def _tell_late(row: Recommendation, at: datetime) -> None:
    _ring(row, LATE, f"late{row.rounds}", at)
    _mark(row, late_at=at)
    detail = {"state": "late", "organisation": row.organisation_id, "round": row.rounds}
    audit.note(AuditKind.RECOMMENDED, subject=str(row), detail=detail)


def _tell_measure(row: Measure, at: datetime) -> None:
    bells = MEASURE_BELLS.get(row.state, ())
    _ring(row, bells, f"{row.state[:4]}{at:%y%m%d%H%M%S}", at)
    _mark(row, untold=False)


def _tell_over(row: Measure, at: datetime) -> None:
    _ring(row, MEASURE_LATE, f"late{row.limit_on:%y%m%d}", at)
    _mark(row, late_at=at)


def _ring(row: Recommendation | Measure, bells: Iterable[Bell], what: str, at: datetime) -> None:
    """One line for each officer who may open the row."""
    for bell in bells:
        organ = getattr(row, f"{bell.side}_id")
        posts = Officer.objects.filter(organisation_id=organ, active=True, user__is_active=True)
        readers = [
            one
            for one in posts.select_related("user", "organisation")
            if bell.who(one) and type(row).objects.visible_to(one).filter(pk=row.pk).exists()
        ]
        inbox.tell_many(readers, bell.text, subject=f"{row}:{what}", at=at, urgent=bell.urgent)


def _mark(row: Recommendation | Measure, **changes) -> None:
    type(row).objects.filter(pk=row.pk).update(**changes)
