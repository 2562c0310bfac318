"""三项建议 at work: drafted, put before the head of the office, signed, answered in writing, checked (R-40, SV-4, SV-5).

Each act locks the row, says who may and when, and is on record. Raises StepRefused with what to do instead, and
Recommendation.DoesNotExist where it is hidden. Who is asked next is told by the worker (`untold`), so that nothing is lost.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from xinqiao.documents import letters
from xinqiao.integrity import audit
from xinqiao.matters import policy
from xinqiao.matters.models import Matter, MatterNumber, Supervision
from xinqiao.matters.secrecy import shut_out_of
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import liability
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.numbering import normalise_matter_number, print_matter_number
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.recommendations import (
    COMPETENT_LINES,
    FEEDBACK_TERM,
    LONGEST_DAYS,
    MOST_MATTERS,
    OPEN,
    OWN_LEVEL_LINES,
    RECOMMENDATIONS,
    SHORTEST_DAYS,
    WORDS_AT_LEAST,
    Addressee,
    Adoption,
    Sort,
    State,
    faults,
    feedback_faults,
)
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line
from xinqiao.rules.wording import readable

from .models import Feedback, Finding, Recommendation

THING = "recommendation"
LETTER, FEEDBACK_LETTER = "F-27", "F-28"


@dataclass(frozen=True)
class Draft:
    """What a recommendation says before it is signed. `numbers`: of the matters it relies on, as they were typed."""

    sort: Sort
    organisation: Organisation | None = None
    concerned: Organisation | None = None
    grounds: tuple[str, ...] = ()
    consequence: str = ""
    provision: str = ""
    facts: str = ""
    proposal: str = ""
    numbers: tuple[str, ...] = ()
    supervision: Supervision | None = None
    finding: Finding | None = None


class Incomplete(StepRefused):
    """Something is missing; `fields`: {field: message} for the form."""

    def __init__(self, fields: dict[str, str]):
        super().__init__(next(iter(fields.values())), code="incomplete")
        self.fields = fields


# ---- who may -----------------------------------------------------------------------------------------------------------


def may_draft(officer: Officer) -> bool:
    """Whether this post drafts recommendations: of a petition office, with the letter W for what is its office's own."""
    cell = allowed(officer.role_set, THING, Action.WRITE)
    return officer.organisation.line == Line.PETITION_OFFICE and cell is not None and cell.reach is not Reach.COMPETENT


def may_sign(officer: Officer) -> bool:
    """Whether this post signs for its office (F-27: 信访部门负责人): its letter A reaches over the territory."""
    cell = allowed(officer.role_set, THING, Action.APPROVE)
    return officer.organisation.line == Line.PETITION_OFFICE and cell is not None and cell.reach is Reach.TERRITORY


def addressees(officer: Officer, sort: Sort) -> QuerySet[Organisation]:
    """The organs to which the office of this post may send one of this sort (SV-4)."""
    office, organs = officer.organisation, Organisation.objects.filter(active=True).exclude(pk=officer.organisation_id)
    low, high = office.territory
    match RECOMMENDATIONS[sort].to:
        case Addressee.SUPERVISED:
            return organs.filter(lft__range=(low, high)).exclude(pk=office.parent_id)
        case Addressee.OWN_LEVEL:
            own = Q(pk=office.parent_id) | Q(parent=office.parent_id, level=office.level)
            return organs.filter(own, line__in=OWN_LEVEL_LINES)
        case Addressee.CADRE_COMPETENCE:
            governs = Organisation.objects.filter(pk=OuterRef("parent_id"), lft__lte=low, rgt__gte=low)
            return organs.filter(Exists(governs) | Q(lft__range=(low, high)), line__in=COMPETENT_LINES)


def responsible(officer: Officer) -> QuerySet[Organisation]:
    """The organs whose responsibility the office may put into question: of its own territory, never itself."""
    low, high = officer.organisation.territory
    return Organisation.objects.filter(active=True, lft__range=(low, high)).exclude(pk=officer.organisation_id)


# ---- draft, submit, sign -------------------------------------------------------------------------------------------------


@transaction.atomic
def save(
    draft: Draft, *, by: Officer, at: datetime, recommendation_id: int | None = None, request=None
) -> Recommendation:
    """Write down a draft, new or again. It may still lack content; what cannot be used at all is refused."""
    if not may_draft(by):
        raise StepRefused("三项建议由信访部门的督查专员、甄别人员或者负责人起草。", code="wrong_role")
    matters = relied_on(draft.numbers, draft.organisation, by)
    row = _locked(recommendation_id, by, State.DRAFTED) if recommendation_id else _new(draft, by, at)
    _require_reachable(draft, by)
    row.sort = draft.sort
    for name in ("organisation", "concerned", "consequence", "provision", "facts", "proposal"):
        setattr(row, name, getattr(draft, name))
    row.grounds = [code for code in draft.grounds if code in liability.LIABILITIES]
    row.save()
    row.matters.set(matters)
    if not recommendation_id:
        _note(row, by, request, state=State.DRAFTED)
    return row


def _new(draft: Draft, by: Officer, at: datetime) -> Recommendation:
    same = Recommendation.objects.filter(office=by.organisation, sort=draft.sort, state__in=OPEN)
    about = {name: getattr(draft, name) for name in ("supervision", "finding") if getattr(draft, name)}
    if about and same.filter(**about).exists():
        raise StepRefused(f"已经就这一项起草过{draft.sort.label}的建议，还没有办结。请在那一份里办理。", code="twice")
    return Recommendation(office=by.organisation, drafted_by=by, drafted_at=at, **about)


@transaction.atomic
def submit(recommendation_id: int, *, by: Officer, at: datetime, request=None) -> Recommendation:
    """Put it before the head of the office. Raises Incomplete naming everything that it lacks."""
    row = _locked(recommendation_id, by, State.DRAFTED)
    if not may_draft(by):
        raise StepRefused("三项建议由信访部门起草。", code="wrong_role")
    _require_complete(row)
    return _moved(row, State.SUBMITTED, by, request, submitted_at=at, untold=True)


@transaction.atomic
def send_back(recommendation_id: int, *, note: str, by: Officer, at: datetime, request=None) -> Recommendation:
    """The head wants it otherwise: a draft again, with what to change."""
    row = _locked(recommendation_id, by, State.SUBMITTED)
    _require_signer(by)
    return _moved(row, State.DRAFTED, by, request, leader_note=_words(note, "要修改什么"), untold=True)


@transaction.atomic
def drop(recommendation_id: int, *, note: str, by: Officer, at: datetime, request=None) -> Recommendation:
    """Not to be made after all, with a reason. The draft stays on record."""
    row = _locked(recommendation_id, by, State.DRAFTED, State.SUBMITTED)
    if row.state == State.SUBMITTED:
        _require_signer(by)
    elif not may_draft(by):
        raise StepRefused("由起草的信访部门决定。", code="wrong_role")
    said = {"outcome": _words(note, "不再提出的理由"), "closed_by": by, "closed_at": at}
    return _moved(row, State.DROPPED, by, request, **said)


@transaction.atomic
def sign(
    recommendation_id: int, *, by: Officer, at: datetime, feedback_by_on: date | None = None, request=None
) -> Recommendation:
    """The letter F-27 goes out, the day for the feedback begins to run (SV-5: 30 days unless the letter sets another)."""
    row = _locked(recommendation_id, by, State.SUBMITTED)
    _require_signer(by)
    _require_complete(row)
    row.feedback_by_on = _due(feedback_by_on, localdate(at))
    row.signed_by, row.issued_at = by, at
    Organisation.objects.select_for_update(no_key=True).get(pk=row.office_id)  # one letter of this office at a time
    document = letters.make(
        LETTER, matter_id=letters.NO_MATTER, organisation_id=row.office_id, org_short=row.office.short, data=letter(row, by, at),
        at=at, by_id=by.pk, visible_to_citizen=False,
    )  # fmt: skip
    return _moved(row, State.ISSUED, by, request, document_id=document.pk, untold=True)


def letter(row: Recommendation, by: Officer, at: datetime) -> dict:
    """What F-27 says, as it would be signed by `by`. Matters are named by number and day, never by who petitions."""
    matters = row.matters.order_by("received_on", "pk")
    return {
        **_head(row.office, by, at),
        "recommendation": row.get_sort_display(),
        "addressee": row.organisation.name if row.organisation else "",
        "facts": row.facts,
        "relied_on": [
            {"number": print_matter_number(one.number), "received_on": one.received_on.isoformat()} for one in matters
        ],
        "concerned": row.concerned.name if row.concerned else "",
        "grounds": liability.said(row.grounds),
        "consequence": row.consequence,
        "provision": row.provision,
        "improvement": row.proposal,
        "legal_basis": row.row.basis,
        "due_on": (row.feedback_by_on or policy.limit(FEEDBACK_TERM, localdate(at)).due).isoformat(),
        "signer": by.user.name,
    }


# ---- feedback ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What the addressed organ says of it."""

    adoption: Adoption
    measures: str = ""
    done_by_on: date | None = None
    reasons: str = ""


@transaction.atomic
def answer(recommendation_id: int, said: Answer, *, by: Officer, at: datetime, request=None) -> Feedback:
    """Prepare the feedback, or sign it where this post is the organ's head; signed, the letter F-28 goes back (R-40(4))."""
    row = _locked(recommendation_id, by, State.ISSUED)
    if row.organisation_id != by.organisation_id:
        raise StepRefused("由收到建议的机关、单位反馈。", code="wrong_organ")
    if not allowed(by.role_set, THING, Action.WRITE) and not signs_feedback(by):
        raise StepRefused("由本单位承办人起草、负责人签发反馈。", code="wrong_role")
    given = {"measures": said.measures, "done_by_on": said.done_by_on, "reasons": said.reasons}
    if wrong := feedback_faults(said.adoption, given):
        raise Incomplete(wrong)
    feedback = row.feedback.filter(round=row.rounds).first() or Feedback(recommendation=row, round=row.rounds)
    feedback.adoption = said.adoption
    for name, value in given.items():
        setattr(feedback, name, value)
    if not feedback.pk or not signs_feedback(by):
        feedback.written_by, feedback.written_at = by, at
    if signs_feedback(by):
        feedback.signed_by, feedback.signed_at = by, at
        feedback.document_id = _feedback_letter(row, feedback, by, at).pk
    feedback.save()
    if feedback.signed_at:
        _moved(row, State.ANSWERED, by, request, untold=True)
    else:
        _note(row, by, request, state="feedback_prepared")
    return feedback


def signs_feedback(officer: Officer) -> bool:
    """Whether this post answers for its organ (F-28: 收文机关负责人)."""
    return bool(allowed(officer.role_set, THING, Action.APPROVE))


def _feedback_letter(row: Recommendation, said: Feedback, by: Officer, at: datetime):
    organ, sent = row.organisation, letters.by_id(row.document_id, matter_id=letters.NO_MATTER)
    Organisation.objects.select_for_update(no_key=True).get(pk=organ.pk)
    data = {
        **_head(organ, by, at), "addressee": row.office.name, "recommendation": row.get_sort_display(),
        "document_number": sent.number, "received_on": localdate(row.issued_at).isoformat(), "adoption": Adoption(said.adoption).label,
        "measures": said.measures, "done_by_on": said.done_by_on.isoformat() if said.done_by_on else "", "reasons": said.reasons,
        "legal_basis": "信访工作条例第四十条第四款", "signer": by.user.name,
    }  # fmt: skip
    return letters.make(
        FEEDBACK_LETTER, matter_id=letters.NO_MATTER, organisation_id=organ.pk, org_short=organ.short, data=data, at=at, by_id=by.pk,
        visible_to_citizen=False,
    )  # fmt: skip


@transaction.atomic
def send_feedback_back(
    recommendation_id: int, *, reason: str, feedback_by_on: date | None, by: Officer, at: datetime, request=None
) -> Recommendation:
    """The feedback does not do: what is missing, and a new day. The earlier one stays as it was given."""
    row = _locked(recommendation_id, by, State.ANSWERED)
    _require_office(row, by)
    said = row.feedback.get(round=row.rounds)
    said.returned_by, said.returned_at, said.return_reason = by, at, _words(reason, "还缺什么")
    said.save(update_fields=["returned_by", "returned_at", "return_reason"])
    row.rounds += 1
    new = {"feedback_by_on": _due(feedback_by_on, localdate(at)), "reminded_at": None, "late_at": None, "untold": True}
    return _moved(row, State.ISSUED, by, request, **new)


@transaction.atomic
def close(recommendation_id: int, *, outcome: str, by: Officer, at: datetime, request=None) -> Recommendation:
    """Checked: what came of it."""
    row = _locked(recommendation_id, by, State.ANSWERED)
    _require_office(row, by)
    said = {"outcome": _words(outcome, "核对结果"), "closed_by": by, "closed_at": at, "untold": True}
    return _moved(row, State.CLOSED, by, request, **said)


# ---- what they share -----------------------------------------------------------------------------------------------------


def waiting(officer: Officer) -> QuerySet[Recommendation]:
    """Those in which something is asked of this post now."""
    seen, organ = Recommendation.objects.visible_to(officer), officer.organisation_id
    asked = Q(pk__in=())
    if may_draft(officer):
        asked |= Q(office=organ, state__in=(State.DRAFTED, State.ANSWERED))
    if may_sign(officer):
        asked |= Q(office=organ, state=State.SUBMITTED)
    if signs_feedback(officer) or allowed(officer.role_set, THING, Action.WRITE):
        asked |= Q(organisation=organ, state=State.ISSUED)
    return seen.filter(asked)


@dataclass(frozen=True)
class Tally:
    """What became of the recommendations of one sort: each stands in one place. `late`: of those that wait."""

    issued: int
    adopted: int
    partly: int
    not_adopted: int
    waiting: int
    late: int


def tally(office: Organisation, from_on: date, to_on: date, *, on: date) -> dict[Sort, Tally]:
    """Of the recommendations that this office signed in the period: how the last feedback answered them (R-41(1), H.4).

    What rests on a report or on a matter with an accused set is left out, as in every figure (C-01).
    """
    signed = Recommendation.objects.listable().filter(office=office, issued_at__date__range=(from_on, to_on))
    last = Feedback.objects.filter(recommendation=OuterRef("pk"), signed_at__isnull=False, returned_at=None).order_by(
        "-round"
    )
    rows = signed.annotate(said=Subquery(last.values("adoption")[:1])).values_list("sort", "said", "feedback_by_on")
    found = {}
    for sort in Sort:
        said = [(adoption, due) for one, adoption, due in rows if one == sort]
        count = Counter(adoption for adoption, _due in said)
        overdue = sum(adoption is None and due < on for adoption, due in said)
        found[sort] = Tally(len(said), *(count[one.value] for one in Adoption), count[None], overdue)
    return found


def late(on: date) -> Q:
    """The condition of those whose feedback is over its last day."""
    return Q(state=State.ISSUED, feedback_by_on__lt=on)


def _locked(recommendation_id: int, by: Officer, *states: State) -> Recommendation:
    """The row, visible to this officer, in one of these states; locked until the transaction ends."""
    found = Recommendation.objects.visible_to(by).select_for_update(of=("self",))
    row = found.select_related("office", "organisation", "concerned").get(pk=recommendation_id)
    if row.state not in states:
        raise StepRefused(f"这份建议现在是“{row.get_state_display()}”，不能这样办理。请刷新页面。", code="stale")
    if by.organisation_id not in (row.office_id, row.organisation_id):
        raise StepRefused("由起草的信访部门或者收到建议的单位办理。", code="wrong_organ")
    return row


def relied_on(numbers: Iterable[str], organ: Organisation | None, by: Officer) -> list[Matter]:
    """The matters of these numbers that may be told to `organ`. Reports are never relied on; hidden reads as missing (C-01)."""
    wanted, wrong = [], []
    for typed in numbers:
        try:
            wanted.append(normalise_matter_number(typed))
        except ValueError:
            wrong.append(typed)
    ids = dict(MatterNumber.objects.filter(number__in=wanted).values_list("number", "matter_id"))
    found = {one.number: one for one in Matter.objects.visible_to(by).filter(pk__in=ids.values(), sealed=False)}
    wrong += [number for number in wanted if number not in found]
    if wrong:
        raise Incomplete(
            {"numbers": f"没有找到编号为{'、'.join(wrong[:3])}的信访件，或者它不能写进建议书。请核对编号。"}
        )
    if len(found) > MOST_MATTERS:
        raise Incomplete({"numbers": f"最多写{MOST_MATTERS}件，现在有{len(found)}件。请选有代表性的。"})
    if organ is not None and shut_out_of([one.pk for one in found.values()], organ):
        raise Incomplete({"numbers": "有的信访件不能让收文机关知悉。请去掉，或者送给别的机关。"})
    return list(found.values())


def _require_reachable(draft: Draft, by: Officer) -> None:
    """To whom it may go by the table."""
    organ, sort = draft.organisation, draft.sort
    if organ is not None and not addressees(by, sort).filter(pk=organ.pk).exists():
        raise Incomplete({"organisation": f"{sort.label}的建议只能送给{RECOMMENDATIONS[sort].to.label}。请重新选择。"})
    if draft.concerned is not None and not responsible(by).filter(pk=draft.concerned.pk).exists():
        raise Incomplete({"concerned": "只能建议对本地区的机关、单位追究责任。请重新选择。"})
    if sort is Sort.ACCOUNT and organ and draft.concerned and not _is_competent(organ, draft.concerned):
        raise Incomplete({"organisation": f"{organ.name}对{draft.concerned.name}没有管理权限。请选择上一级的机关。"})


def _is_competent(organ: Organisation, concerned: Organisation) -> bool:
    """Whether the organ's own government stands above the organ concerned; never the organ itself or one below it."""
    above = organ.parent
    return (
        above is not None and above.lft < concerned.lft <= above.rgt and not concerned.lft <= organ.lft <= concerned.rgt
    )


def _require_complete(row: Recommendation) -> None:
    given = {
        name: getattr(row, name)
        for name in ("organisation", "concerned", "grounds", "consequence", "provision", "facts", "proposal")
    }
    matters = list(row.matters.all())
    if wrong := faults(Sort(row.sort), {**given, "matters": len(matters)}):
        raise Incomplete({("numbers" if name == "matters" else name): words for name, words in wrong.items()})
    if any(one.sealed for one in matters) or shut_out_of([one.pk for one in matters], row.organisation):
        raise Incomplete({"numbers": "有的信访件现在不能写进建议书。请去掉后再办理。"})


def _require_signer(by: Officer) -> None:
    if not may_sign(by):
        raise StepRefused("由信访部门负责人签发、退回。", code="wrong_role")


def _require_office(row: Recommendation, by: Officer) -> None:
    if row.office_id != by.organisation_id or not may_draft(by):
        raise StepRefused("由提出建议的信访部门核对。", code="wrong_role")


def _due(wanted: date | None, today: date) -> date:
    due = wanted or policy.limit(FEEDBACK_TERM, today).due
    if not SHORTEST_DAYS <= (due - today).days <= LONGEST_DAYS and wanted:
        raise Incomplete({"feedback_by_on": f"反馈日期要在{SHORTEST_DAYS}天到{LONGEST_DAYS}天之间。请重新填写。"})
    return due


def _words(text: str, name: str) -> str:
    if len(readable(text or "")) < WORDS_AT_LEAST:
        raise StepRefused(f"请把“{name}”写具体（至少{WORDS_AT_LEAST}个字）。", code="words_missing")
    return text.strip()


def _head(organ: Organisation, by: Officer, at: datetime) -> dict:
    """Head of a letter of an organ that is about no single matter."""
    return {
        "org_name": organ.name, "org_short": organ.short, "issued_on": localdate(at).isoformat(), "handler_name": by.user.name,
        "handler_phone": by.phone or organ.phone, "contact_address": organ.address,
    }  # fmt: skip


def _moved(row: Recommendation, state: State, by: Officer, request, **changes) -> Recommendation:
    for name, value in {**changes, "state": state}.items():
        setattr(row, name, value)
    row.save()
    _note(row, by, request, state=state)
    return row


def _note(row: Recommendation, by: Officer, request, *, state: str) -> None:
    detail = {"sort": row.sort, "state": str(state), "organisation": row.organisation_id, "round": row.rounds}
    audit.note(AuditKind.RECOMMENDED, officer=by, subject=str(row), request=request, detail=detail)
