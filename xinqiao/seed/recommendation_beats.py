"""What the petition offices of the demonstration recommended, and what the joint conference did: drawn from the supervisions that there are (SV-4 to SV-6)."""

from datetime import datetime, time, timedelta

from django.utils.timezone import localdate

from xinqiao.matters.models import Supervision
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import liability
from xinqiao.rules.measures import Sort as MeasureSort
from xinqiao.rules.patrol import Ground
from xinqiao.rules.recommendations import Adoption, Sort
from xinqiao.rules.stages import Role
from xinqiao.supervision import measures, recommendations
from xinqiao.supervision.models import Recommendation

from .timetable import SHANGHAI

POLICY = ("住宅专项维修资金使用办法关于应急使用的规定", "房屋漏水的信访集中反映：维修资金应急使用要等业主大会表决，雨季来不及维修。",
          "建议增加应急使用程序：经街道、住建部门现场确认危及安全的，可以先维修、后公示。")  # fmt: skip
MEASURES = "指定专人当日登记、告知，每周核对一次期限，月底向负责人报告。"
REASONS = "增加编制要由机构编制部门批准，暂由办公室统一负责。"
CHECKED = "到单位看过登记簿，当日登记、按期告知，没有再发生。"
BODY = "信访工作联席会议全体会议"


def recommend(horizon: datetime) -> int:
    """One recommendation from each of the first supervisions, each at another point of its way. Returns how many."""
    rows = Supervision.objects.filter(issued_at__isnull=False, answered_at__isnull=False).select_related(
        "office", "organisation", "matter"
    )
    ways = (_closed, _waiting, _late_and_listed, _answered, _submitted, _drafted)
    found = [
        row
        for row in rows.order_by("pk")
        if _post(row.office, Role.SUPERVISOR) and _post(row.organisation, Role.UNIT_LEADER)
    ]
    for row, way in zip(found, ways, strict=False):
        way(row, horizon)
    if found:
        _policy(found[0].office, horizon)
    return Recommendation.objects.count()


def _closed(row: Supervision, horizon: datetime) -> None:
    one = _issued(row, horizon, days_ago=40)
    _answer(one, horizon, days_ago=25, adoption=Adoption.ADOPTED)
    recommendations.close(one.pk, outcome=CHECKED, by=_post(one.office, Role.SUPERVISOR), at=_at(horizon, 20))


def _waiting(row: Supervision, horizon: datetime) -> None:
    _issued(row, horizon, days_ago=6)


def _late_and_listed(row: Supervision, horizon: datetime) -> None:
    one = _issued(row, horizon, days_ago=45)
    said = measures.Proposal(
        MeasureSort.LISTING, one.organisation, ("R-45(3)",), f"建议{one.organisation.name}改进工作，到期没有反馈，问题还在发生。\n{one.facts}",
        one.proposal, localdate(horizon) + timedelta(days=30), recommendation=one,
    )  # fmt: skip
    made = measures.propose(said, by=_post(one.office, Role.SUPERVISOR), at=_at(horizon, 5))
    day = _at(horizon, 3)
    measures.decide(
        made.pk,
        agrees=True,
        body=BODY,
        decided_on=localdate(day),
        note="",
        by=_post(one.office, Role.OFFICE_LEADER),
        at=day,
    )


def _answered(row: Supervision, horizon: datetime) -> None:
    _answer(_issued(row, horizon, days_ago=20), horizon, days_ago=2, adoption=Adoption.PARTLY)


def _submitted(row: Supervision, horizon: datetime) -> None:
    """To pursue accountability, where an organ with the competence is in the tree; waits for the signature."""
    supervisor = _post(row.office, Role.SUPERVISOR)
    organs = recommendations.addressees(supervisor, Sort.ACCOUNT).order_by("-level", "lft")
    to = next((one for one in organs if one.parent and one.parent.lft < row.organisation.lft <= one.parent.rgt), None)
    if to is None or to == row.organisation:
        return
    draft = recommendations.Draft(
        Sort.ACCOUNT, to, row.organisation, (liability.LIKELY[Ground(row.ground)],), "漏水没有及时维修，顶棚坠落，一名住户受伤。", "", row.broken,
        "建议依规依纪依法核实有关人员的责任。", _number(row), row,
    )  # fmt: skip
    _submit(draft, supervisor, _at(horizon, 1))


def _drafted(row: Supervision, horizon: datetime) -> None:
    recommendations.save(_improve(row), by=_post(row.office, Role.SUPERVISOR), at=_at(horizon, 1))


def _policy(office: Organisation, horizon: datetime) -> None:
    supervisor = _post(office, Role.SUPERVISOR)
    to = recommendations.addressees(supervisor, Sort.POLICY).first()
    if to is not None:
        provision, facts, proposal = POLICY
        _sign(
            _submit(
                recommendations.Draft(Sort.POLICY, to, provision=provision, facts=facts, proposal=proposal),
                supervisor,
                _at(horizon, 12),
            ),
            _at(horizon, 11),
        )


def _issued(row: Supervision, horizon: datetime, *, days_ago: int) -> Recommendation:
    return _sign(
        _submit(_improve(row), _post(row.office, Role.SUPERVISOR), _at(horizon, days_ago)), _at(horizon, days_ago - 1)
    )


def _improve(row: Supervision) -> recommendations.Draft:
    return recommendations.Draft(
        Sort.IMPROVE,
        row.organisation,
        facts=row.broken,
        proposal=row.improvement,
        numbers=_number(row),
        supervision=row,
    )


def _submit(draft: recommendations.Draft, by: Officer, at: datetime) -> Recommendation:
    made = recommendations.save(draft, by=by, at=at)
    return recommendations.submit(made.pk, by=by, at=at)


def _sign(made: Recommendation, at: datetime) -> Recommendation:
    return recommendations.sign(made.pk, by=_post(made.office, Role.OFFICE_LEADER), at=at)


def _answer(made: Recommendation, horizon: datetime, *, days_ago: int, adoption: Adoption) -> None:
    day = _at(horizon, days_ago)
    said = recommendations.Answer(
        adoption, MEASURES, localdate(day) + timedelta(days=20), "" if adoption is Adoption.ADOPTED else REASONS
    )
    recommendations.answer(made.pk, said, by=_post(made.organisation, Role.UNIT_LEADER), at=day)


def _number(row: Supervision) -> tuple[str, ...]:
    return () if row.matter.sealed else (row.matter.number,)


def _post(organ: Organisation, role: Role) -> Officer | None:
    posts = Officer.objects.filter(organisation=organ, roles__contains=[role.value], active=True).order_by("pk")
    return posts.select_related("user", "organisation").first()


def _at(horizon: datetime, days_ago: int) -> datetime:
    return datetime.combine(localdate(horizon) - timedelta(days=days_ago), time(10, 30), SHANGHAI)
