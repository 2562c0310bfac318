"""约谈、通报、挂牌督办、责令限期整改 at work: proposed, decided by the joint conference, reported on, lifted with evidence (SV-6).

The office of the conference, or the petition office that serves as it, enters what the conference decided and when. Raises StepRefused
with what to do instead, and Measure.DoesNotExist where it is hidden.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.documents import letters
from xinqiao.integrity import audit
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import liability
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.measures import LONGEST_DAYS, WORDS_AT_LEAST, Sort, State, faults
from xinqiao.rules.numbering import print_matter_number
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line
from xinqiao.rules.wording import readable

from . import recommendations
from .models import Measure, Recommendation
from .recommendations import Incomplete

THING = "measure"
LETTER = "F-38"
OFFICES = frozenset({Line.PETITION_OFFICE, Line.JOINT_CONFERENCE})


@dataclass(frozen=True)
class Proposal:
    """What is proposed. `numbers`: of the matters relied on, as they were typed; there may be none."""

    sort: Sort
    organisation: Organisation | None
    grounds: tuple[str, ...] = ()
    facts: str = ""
    demand: str = ""
    limit_on: date | None = None
    numbers: tuple[str, ...] = ()
    recommendation: Recommendation | None = None


def may_propose(officer: Officer) -> bool:
    """Whether this post proposes measures: its letter W reaches over the territory of a petition office or the conference."""
    return officer.organisation.line in OFFICES and _reaches_over(officer, Action.WRITE)


def may_decide(officer: Officer) -> bool:
    """Whether this post enters what the conference decided, and lifts it."""
    return officer.organisation.line in OFFICES and _reaches_over(officer, Action.APPROVE)


def _reaches_over(officer: Officer, action: Action) -> bool:
    cell = allowed(officer.role_set, THING, action)
    return cell is not None and cell.reach is Reach.TERRITORY


@transaction.atomic
def propose(said: Proposal, *, by: Officer, at: datetime, measure_id: int | None = None, request=None) -> Measure:
    """Put a measure before the conference, or change what was put before it. Raises Incomplete naming what it lacks."""
    if not may_propose(by):
        raise StepRefused("措施由信访部门或者联席会议办公室提出。", code="wrong_role")
    matters = recommendations.relied_on(said.numbers, said.organisation, by)
    given = {"facts": said.facts, "demand": said.demand, "grounds": said.grounds, "limit_on": said.limit_on}
    wrong = faults(said.sort, given)
    if said.organisation is None or not recommendations.responsible(by).filter(pk=said.organisation.pk).exists():
        wrong = {"organisation": "请选择本地区的一个机关、单位。", **wrong}
    if wrong:
        raise Incomplete(wrong)
    _require_limit(said.limit_on, localdate(at))
    row = (
        _locked(measure_id, by, State.PROPOSED)
        if measure_id
        else Measure(office=by.organisation, proposed_by=by, proposed_at=at)
    )
    row.sort, row.organisation, row.recommendation = (
        said.sort,
        said.organisation,
        said.recommendation or row.recommendation,
    )
    row.grounds = [code for code in said.grounds if code in liability.LIABILITIES]
    row.facts, row.demand, row.limit_on, row.untold = said.facts, said.demand, said.limit_on, True
    row.save()
    row.matters.set(matters)
    _note(row, by, request)
    return row


@transaction.atomic
def decide(
    measure_id: int, *, agrees: bool, body: str, decided_on: date, note: str, by: Officer, at: datetime, request=None
) -> Measure:
    """Enter what the conference decided: the letter F-38 goes out, or it is not done, with a reason."""
    row = _locked(measure_id, by, State.PROPOSED)
    if not may_decide(by):
        raise StepRefused("由信访部门负责人或者联席会议办公室登记决定。", code="wrong_role")
    today = localdate(at)
    if not readable(body or ""):
        raise Incomplete({"body": "请写明由哪次会议或者哪位负责人决定。"})
    if not proposed_day(row) <= decided_on <= today:
        raise Incomplete({"decided_on": "决定日期不能早于提出那一天，也不能晚于今天。"})
    row.body, row.decided_by, row.decided_on, row.decided_at = body.strip(), by, decided_on, at
    if not agrees:
        row.decision_note = _words(note, "不采取的理由")
        return _moved(row, State.DROPPED, by, request)
    _require_limit(row.limit_on, today)
    Organisation.objects.select_for_update(no_key=True).get(pk=row.office_id)  # one letter of this office at a time
    document = letters.make(
        LETTER, matter_id=letters.NO_MATTER, organisation_id=row.office_id, org_short=row.office.short, data=letter(row, by, at),
        at=at, by_id=by.pk, visible_to_citizen=False,
    )  # fmt: skip
    row.document_id = document.pk
    return _moved(row, State.IN_FORCE, by, request)


def proposed_day(row: Measure) -> date:
    """The day on which it was put before the conference; nothing was decided before."""
    return localdate(row.proposed_at)


def letter(row: Measure, by: Officer, at: datetime) -> dict:
    """What F-38 says. Matters are named by number and day, never by who petitions."""
    matters = row.matters.order_by("received_on", "pk")
    return {
        "org_name": row.office.name, "org_short": row.office.short, "issued_on": localdate(at).isoformat(),
        "handler_name": by.user.name, "handler_phone": by.phone or row.office.phone, "contact_address": row.office.address,
        "measure": row.row.letter, "addressee": row.organisation.name, "facts": row.facts, "grounds": liability.said(row.grounds),
        "demand": row.demand, "due_on": row.limit_on.isoformat() if row.limit_on else "", "body_decided": row.body,
        "relied_on": [{"number": print_matter_number(one.number), "received_on": one.received_on.isoformat()} for one in matters],
        "legal_basis": row.row.basis, "signer": by.user.name,
    }  # fmt: skip


@transaction.atomic
def report(measure_id: int, *, result: str, by: Officer, at: datetime, request=None) -> Measure:
    """The organ says what it did."""
    row = _locked(measure_id, by, State.IN_FORCE)
    if row.organisation_id != by.organisation_id or not allowed(by.role_set, THING, Action.WRITE):
        raise StepRefused("由被采取措施的单位报告结果。", code="wrong_organ")
    row.result, row.reported_by, row.reported_at = _words(result, "落实情况"), by, at
    return _moved(row, State.REPORTED, by, request)


@transaction.atomic
def keep_in_force(
    measure_id: int, *, note: str, limit_on: date | None, by: Officer, at: datetime, request=None
) -> Measure:
    """What was reported does not do: it stays in force, with what is missing."""
    row = _locked(measure_id, by, State.REPORTED)
    _require_decider(row, by)
    _require_limit(limit_on, localdate(at))
    row.decision_note, row.limit_on, row.late_at = _words(note, "还缺什么"), limit_on or row.limit_on, None
    return _moved(row, State.IN_FORCE, by, request)


@transaction.atomic
def lift(measure_id: int, *, evidence: str, by: Officer, at: datetime, request=None) -> Measure:
    """It ends: by whom, on which evidence."""
    row = _locked(measure_id, by, State.IN_FORCE, State.REPORTED)
    _require_decider(row, by)
    row.evidence, row.lifted_by, row.lifted_at = _words(evidence, "凭什么解除"), by, at
    return _moved(row, State.LIFTED, by, request)


def waiting(officer: Officer) -> QuerySet[Measure]:
    """Those in which something is asked of this post now."""
    asked, organ = Q(pk__in=()), officer.organisation_id
    if may_decide(officer):
        asked |= Q(office=organ, state__in=(State.PROPOSED, State.REPORTED))
    if allowed(officer.role_set, THING, Action.WRITE):
        asked |= Q(organisation=organ, state=State.IN_FORCE)
    return Measure.objects.visible_to(officer).filter(asked)


def late(on: date) -> Q:
    """The condition of those over their limit."""
    return Q(state=State.IN_FORCE, limit_on__lt=on)


def _locked(measure_id: int, by: Officer, *states: State) -> Measure:
    found = Measure.objects.visible_to(by).select_for_update(of=("self",))
    row = found.select_related("office", "organisation").get(pk=measure_id)
    if row.state not in states:
        raise StepRefused(f"这项措施现在是“{row.get_state_display()}”，不能这样办理。请刷新页面。", code="stale")
    if by.organisation_id not in (row.office_id, row.organisation_id):
        raise StepRefused("由采取措施的机关或者被采取措施的单位办理。", code="wrong_organ")
    return row


def _require_decider(row: Measure, by: Officer) -> None:
    if row.office_id != by.organisation_id or not may_decide(by):
        raise StepRefused("由采取措施的信访部门负责人、联席会议办公室核对。", code="wrong_role")


def _require_limit(limit_on: date | None, today: date) -> None:
    if limit_on and not today <= limit_on <= today + timedelta(days=LONGEST_DAYS):
        raise Incomplete({"limit_on": f"最后期限请填今天以后{LONGEST_DAYS}天以内的一天。"})


def _words(text: str, name: str) -> str:
    if len(readable(text or "")) < WORDS_AT_LEAST:
        raise StepRefused(f"请把“{name}”写具体（至少{WORDS_AT_LEAST}个字）。", code="words_missing")
    return text.strip()


def _moved(row: Measure, state: State, by: Officer, request) -> Measure:
    row.state, row.untold = state, True
    row.save()
    _note(row, by, request)
    return row


def _note(row: Measure, by: Officer, request) -> None:
    detail = {"sort": row.sort, "state": str(row.state), "organisation": row.organisation_id}
    audit.note(AuditKind.MEASURE_TAKEN, officer=by, subject=str(row), request=request, detail=detail)
