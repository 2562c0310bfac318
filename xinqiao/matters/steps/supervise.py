"""督办: an organ is asked in writing to do what it owes in one matter, by a day, and answers (R-40(1), SV-2, SV-3, SV-9).

Proposed by the supervisor (督查专员), signed by the head of the petition office, answered by the head of the unit, closed by whoever
supervises. It runs beside the matter and changes neither its stage nor its limits; it outlives the matter's end.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import petition_office_for
from xinqiao.rules import wording
from xinqiao.rules.patrol import Ground
from xinqiao.rules.stages import Line, Step
from xinqiao.rules.supervision import (
    ANSWER_DAYS,
    ASKED_TERM,
    LONGEST_DAYS,
    OPEN,
    SHORTEST_DAYS,
    Means,
    SupervisionState,
)

from .. import clocks, letter_facts
from ..act import REASON_AT_LEAST, Act, begin, finish, refusal, too_short
from ..actors import Citizen
from ..models import Matter, Referral, Supervision
from .handle import add_record

SORT = "supervision"
State = SupervisionState


@transaction.atomic
def ask_supervision(matter_id: int, *, by: Citizen, at: datetime, text: str) -> Matter:
    """The citizen asks that the organ be supervised; the petition office answers within 5 working days (SV-9)."""
    act = begin(Step.ASK_SUPERVISION, matter_id, by=by, at=at)
    _require_open(act.matter)
    words = _words(text, "要求督办的事")
    if act.matter.supervisions.filter(state=State.ASKED).exists():
        raise refusal("您已经要求督办，我们正在核对。结果会显示在这一页。", "waiting")
    row = act.matter.supervisions.create(
        office=_office_of(act.matter), organisation=act.matter.unit, state=State.ASKED, asked_text=words, asked_at=at
    )
    clocks.start(act.matter, ASKED_TERM, on=act.today, desk=_desk_of(act.matter, row.office))
    act.clocks_changed = True
    add_record(act, SORT, words, data={"supervision": row.pk}, shown=True)
    finish(act, facts={"supervision": row.pk, "office": row.office.key})
    return act.matter


@transaction.atomic
def propose_supervision(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    to: Organisation,
    ground: str,
    means: str = Means.LETTER,
    broken: str,
    demand: str,
    improvement: str,
    answer_by_on: date,
    finding_id: int | None = None,
) -> Supervision:
    """Put a supervision before the head of the office. With it goes a proposal how to improve the work (SV-3).

    A citizen's wish that waits becomes this one. Raises StepRefused.
    """
    act = begin(Step.PROPOSE_SUPERVISION, matter_id, by=by, at=at, version=version)
    said = {
        "ground": Ground(ground),
        "means": Means(means),
        "broken": _words(broken, "没有做到什么"),
        "demand": _words(demand, "要求"),
        "improvement": _words(improvement, "改进工作的建议"),
    }
    _require_open(act.matter)
    _require_supervisable(act, to, answer_by_on)
    row = act.matter.supervisions.filter(state=State.ASKED).first() or Supervision(matter=act.matter)
    row.office, row.organisation, row.answer_by_on, row.finding_id = by.organisation, to, answer_by_on, finding_id
    row.proposed_by, row.proposed_at, row.state = by, at, State.PROPOSED
    for name, value in said.items():
        setattr(row, name, value)
    row.save()
    finish(act, facts={"supervision": row.pk, "unit": to.key, "ground": row.ground, "office": by.organisation.key})
    return row


@transaction.atomic
def issue_supervision(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, supervision_id: int | None = None
) -> Matter:
    """Sign it: the letter F-26 goes to the unit, its day begins to run, the citizen is told (SV-2)."""
    act = begin(Step.ISSUE_SUPERVISION, matter_id, by=by, at=at, version=version)
    row = _row(act, State.PROPOSED, supervision_id, office=by.organisation)
    _require_supervisable(act, row.organisation, row.answer_by_on, but=row)
    row.state, row.signed_by, row.issued_at = State.ISSUED, by, at
    _start(act, row)
    clocks.stop(act.matter, ASKED_TERM, on=act.today)
    event = finish(act, letters={"F-26": letter(act, row)}, facts=_facts(row))
    row.document_id = event.document_id
    row.save()
    return act.matter


def letter(act: Act, row: Supervision) -> dict:
    """F-26 as it would be signed by `act.by` today. It names the matter, not who petitions: supervisors know nobody's name (B.3)."""
    return letter_facts.to_organ(
        act,
        row.organisation,
        petitioner="",
        rule_broken=row.broken,
        demand=row.demand,
        improvement=row.improvement,
        due_on=row.answer_by_on.isoformat(),
        means=Means(row.means).label,
        signer=act.by.user.name,
        legal_basis="信访工作条例第四十条第一款",
        enclosures=[],
    )


@transaction.atomic
def decline_supervision(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    reason: str,
    supervision_id: int | None = None,
) -> Matter:
    """No supervision: with a reason, which the citizen who asked for it reads (SV-9)."""
    act = begin(Step.DECLINE_SUPERVISION, matter_id, by=by, at=at, version=version)
    row = _row(act, (State.ASKED, State.PROPOSED), supervision_id, office=by.organisation)
    row.state, row.closed_by, row.closed_at, row.outcome = State.DECLINED, by, at, _words(reason, "不予督办的理由")
    asked = row.asked_at is not None
    if asked:
        clocks.stop(act.matter, ASKED_TERM, on=act.today)
    add_record(act, SORT, row.outcome, data={"supervision": row.pk}, shown=asked)
    act.clocks_changed = True
    finish(act, facts={"supervision": row.pk, "asked": asked})
    row.save()
    return act.matter


@transaction.atomic
def answer_supervision(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    text: str,
    supervision_id: int | None = None,
) -> Matter:
    """The supervised organ says what it did and found."""
    act = begin(Step.ANSWER_SUPERVISION, matter_id, by=by, at=at, version=version)
    row = _row(act, State.ISSUED, supervision_id, organisation=by.organisation)
    row.state, row.answer, row.answered_by, row.answered_at = State.ANSWERED, _words(text, "答复"), by, at
    _stop(act, row)
    add_record(act, SORT, row.answer, data={"supervision": row.pk}, shown=False)
    finish(act, facts={"supervision": row.pk, "office": row.office.key})
    row.save()
    return act.matter


@transaction.atomic
def return_supervision(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    reason: str,
    answer_by_on: date,
    supervision_id: int | None = None,
) -> Matter:
    """The answer does not do: what is missing, and a new day for it."""
    act = begin(Step.RETURN_SUPERVISION, matter_id, by=by, at=at, version=version)
    row = _row(act, State.ANSWERED, supervision_id, office=by.organisation)
    _require_day(act, answer_by_on)
    words = _words(reason, "还缺什么")
    row.state, row.answer_by_on, row.rounds = State.ISSUED, answer_by_on, row.rounds + 1
    _start(act, row)
    add_record(act, SORT, words, data={"supervision": row.pk}, shown=False)
    finish(act, facts={**_facts(row), "reason": words})
    row.save()
    return act.matter


@transaction.atomic
def close_supervision(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    outcome: str,
    supervision_id: int | None = None,
) -> Matter:
    """Done: what came of it, in words that the citizen reads."""
    act = begin(Step.CLOSE_SUPERVISION, matter_id, by=by, at=at, version=version)
    row = _row(act, State.ANSWERED, supervision_id, office=by.organisation)
    row.state, row.closed_by, row.closed_at, row.outcome = State.CLOSED, by, at, _words(outcome, "督办结果")
    add_record(act, SORT, row.outcome, data={"supervision": row.pk}, shown=True)
    finish(act, facts={"supervision": row.pk, "unit": row.organisation.key})
    row.save()
    return act.matter


# ---- what they share ---------------------------------------------------------------------------------------------------


def waiting(matter: Matter, *states: SupervisionState, officer: Officer, of: str) -> list[Supervision]:
    """The supervisions in one of these states whose `of` (`office` or `organisation`) is this officer's."""
    rows = matter.supervisions.filter(state__in=states, **{of: officer.organisation_id})
    return list(rows.select_related("office", "organisation").order_by("pk"))


def supervisable(matter: Matter, officer: Officer) -> list[Organisation]:
    """Organs that have or had the matter, that this office may supervise: below the own government, never the own office (R-40)."""
    desks = matter.referrals.select_related("organisation").order_by("-is_open", "-lead", "-pk")
    first, last = officer.scope
    found = {desk.organisation_id: desk.organisation for desk in desks if first <= desk.org_lft <= last}
    found.pop(officer.organisation_id, None)
    return list(found.values())


def _require_open(matter: Matter) -> None:
    if matter.sealed:
        raise refusal("检举控告由有权机关按规定办理，不在这里督办。有新的情况，请补充材料。", "report")


def _require_supervisable(act: Act, to: Organisation, answer_by_on: date, but: Supervision | None = None) -> None:
    if to not in supervisable(act.matter, act.by):
        raise refusal("只能督办正在办理或者办理过这一件的下级机关、单位。本部门的问题请上级信访部门督办。", "not_supervisable")
    others = act.matter.supervisions.filter(organisation=to, state__in=OPEN - {State.ASKED})
    if others.exclude(pk=but.pk if but else None).exists():
        raise refusal(f"{to.name}的督办还没有办结，请先在那一项里办理。", "supervised_already")
    _require_day(act, answer_by_on)


def _require_day(act: Act, answer_by_on: date) -> None:
    days = (answer_by_on - act.today).days
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        first, last = (act.today + timedelta(days=n) for n in (SHORTEST_DAYS, LONGEST_DAYS))
        raise refusal(f"答复日期请填{first:%Y年%-m月%-d日}到{last:%Y年%-m月%-d日}之间的一天。", "answer_day")


def _row(act: Act, states, supervision_id: int | None, **whose) -> Supervision:
    """The supervision that the step is about: the one named, or the only one there is."""
    wanted = states if isinstance(states, tuple) else (states,)
    rows = act.matter.supervisions.filter(state__in=wanted, **whose).select_related("office", "organisation")
    found = list(rows.filter(pk=supervision_id) if supervision_id else rows.order_by("pk")[:2])
    if not found:
        raise refusal("这里没有等您办理的督办。可能已经有人办了，请刷新页面。", "no_supervision")
    if len(found) > 1:
        raise refusal("这一件有几项督办，请选择是哪一项。", "which_supervision")
    return found[0]


def _start(act: Act, row: Supervision) -> None:
    days = (row.answer_by_on - act.today).days
    clocks.start(act.matter, ANSWER_DAYS, on=act.today, desk=_desk_of(act.matter, row.organisation), days=days)
    act.clocks_changed = True


def _stop(act: Act, row: Supervision) -> None:
    clocks.stop(act.matter, ANSWER_DAYS, on=act.today, desk=_desk_of(act.matter, row.organisation))
    act.clocks_changed = True


def _desk_of(matter: Matter, organisation: Organisation) -> Referral | None:
    """The last desk of this organ: where its officers find the matter."""
    return matter.referrals.filter(organisation=organisation).order_by("-is_open", "-pk").first()


def _office_of(matter: Matter) -> Organisation:
    """Who looks over the organ that has the matter: the petition office beside its government, or the one above such an office."""
    organ = matter.unit or matter.received_by
    if organ.line == Line.PETITION_OFFICE:
        return organ.parent_line or organ
    return petition_office_for(organ) or matter.received_by


def _facts(row: Supervision) -> dict:
    about = {"supervision": row.pk, "unit": row.organisation.key, "to_name": row.organisation.name, "answer_by_on": row.answer_by_on}
    return about | ({"finding": row.finding_id} if row.finding_id else {})


def _words(text: str, field: str) -> str:
    try:
        cleaned = wording.clean(text, limit=wording.LIMITS["reason"], field=field).strip()
    except ValueError as error:
        raise refusal(str(error), "text") from error
    if too_short(cleaned):
        raise refusal(f"请把“{field}”写具体（至少{REASON_AT_LEAST}个字）。", "words_missing")
    return cleaned
