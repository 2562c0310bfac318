"""The unit decides within 15 days: 签收、异议、受理、告知途径、转下级、不予受理、不再受理 (D.4, R-23)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import deadlines, grounds, routes, simple_procedure
from xinqiao.rules.stages import Kind, Line, ReferralKind, Route, Stage, Step

from .. import clocks, letter_facts, policy
from ..act import REASON_AT_LEAST, Act, begin, finish, open_desk, refusal, too_short
from ..actors import SYSTEM
from ..models import Event, Matter, Referral
from .transfer import no_longer_accepted_letter, require_split, transfer_letters


@transaction.atomic
def sign_in(matter_id: int, *, by: Officer, at: datetime, version: int | None = None) -> Matter:
    """Sign for a matter that lies in the inbox. The 15 days run from its arrival there, not from now (T-20, B09)."""
    act = begin(Step.SIGN_IN, matter_id, by=by, at=at, version=version)
    act.desk.signed_in_at = at
    finish(act)
    return act.matter


@transaction.atomic
def raise_objection(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    reasons: str,
    competent_organ: str,
    basis: str,
) -> Matter:
    """Object to a transfer within 5 working days of its arrival, with detailed reasons (R-23(3), B06).

    Later only where the leader of the office that sent it has allowed it, once (T-24).
    """
    act = begin(Step.RAISE_OBJECTION, matter_id, by=by, at=at, version=version)
    in_time = is_in_time_to_object(act.desk, act.today)
    if not in_time and not may_object_late(act.desk, _objections(act.matter)):
        raise refusal(
            "异议要在收到之日起5个工作日内提出，现在已经过期。请依法受理或告知处理途径；"
            "确有特殊情况的，请转送的信访部门的负责人写明理由、准许后再提出。",
            "objection_late",
        )
    if too_short(reasons):
        raise refusal(f"请写明不属于本单位职权的具体理由（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    office_desk = _office_desk(act)
    office_desk.stage, office_desk.is_open, office_desk.unread = Stage.OBJECTED, True, True
    office_desk.save()
    act.target = office_desk
    letter = letter_facts.to_organ(
        act, office_desk.organisation, reasons=reasons, legal_basis=basis, competent_organ=competent_organ
    )
    late = {} if in_time else {"late": True}
    finish(act, letters={"F-12": letter}, facts={"reasons": reasons, "competent_organ": competent_organ, **late})
    return act.matter


def _office_desk(act: Act) -> Referral:
    desk = sending_office(act.desk, {row.pk: row for row in act.matter.referrals.select_related("organisation")})
    if desk is None:
        raise refusal(
            "这一件是直接向本系统提出的，没有转送的信访部门。请与上级主管单位协商，或告知信访人有权处理的机关。",
            "no_office",
        )
    return desk


def sending_office(desk: Referral, desks: dict[int, Referral]) -> Referral | None:
    """The desk of the petition office that sent it, through units that passed it down. `desks`: all of the matter, by pk."""
    found = desks.get(desk.sender_referral_id)
    while found and found.organisation.line != Line.PETITION_OFFICE:
        found = desks.get(found.sender_referral_id)
    return found


# ---- an objection after the five working days (T-24) ---------------------------------------------------------------------


@transaction.atomic
def allow_late_objection(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str
) -> Matter:
    """The leader of the office that sent it lets the unit object although the five working days are over, with a reason (T-24, B06).

    It is for one objection; the unit's 15 days run on.
    """
    act = begin(Step.ALLOW_LATE_OBJECTION, matter_id, by=by, at=at, version=version)
    desks = {row.pk: row for row in act.matter.referrals.select_related("organisation").order_by("pk")}
    desk = waiting_unit(act.desk, desks)
    if desk is None:
        raise refusal("收件单位已经受理、答复或者退回，没有可以准许的异议。请刷新页面。", "no_unit")
    if is_in_time_to_object(desk, act.today):
        raise refusal(f"{desk.organisation.name}还在5个工作日的期限内，可以直接提出异议，不用准许。", "still_in_time")
    if may_object_late(desk, _objections(act.matter)):
        raise refusal(f"已经准许过，正在等{desk.organisation.name}提出异议。", "allowed_already")
    if too_short(reason):
        raise refusal(f"请写明为什么准许逾期提出异议（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    desk.unread = True
    desk.save(update_fields=["unread"])
    finish(act, facts={"desk": desk.pk, "to_name": desk.organisation.name, "reason": reason.strip()})
    return act.matter


def waiting_unit(office_desk: Referral, desks: dict[int, Referral]) -> Referral | None:
    """The desk of the unit that `office_desk` sent the matter to and that has not decided yet."""
    for desk in reversed(list(desks.values())):
        undecided = desk.is_open and desk.stage in (Stage.AWAITING_SIGN_IN, Stage.SIGNED_IN)
        if undecided and desk.kind in (ReferralKind.TRANSFER, ReferralKind.ASSIGNMENT):
            sender = sending_office(desk, desks)
            if sender and sender.pk == office_desk.pk:
                return desk
    return None


def is_in_time_to_object(desk: Referral, today: date) -> bool:
    """Whether the five working days from the arrival still run, signed in or not (R-23(3), B09)."""
    return deadlines.objection_open(localdate(desk.received_at), today, pack=policy.pack())


def may_object_late(desk: Referral, events: Iterable[Event]) -> bool:
    """Whether a late objection of this desk was allowed and not raised yet. `events`: those of the matter, in order."""
    allowed = False
    for event in events:
        if event.step == Step.ALLOW_LATE_OBJECTION and event.facts.get("desk") == desk.pk:
            allowed = True
        elif event.step == Step.RAISE_OBJECTION and event.referral_id == desk.pk:
            allowed = False
    return allowed


def _objections(matter: Matter) -> Iterable[Event]:
    steps = (Step.ALLOW_LATE_OBJECTION, Step.RAISE_OBJECTION)
    return matter.events.filter(step__in=steps).order_by("seq")


# ---- accept, or not --------------------------------------------------------------------------------------------------------


@transaction.atomic
def accept(matter_id: int, *, by: Officer, at: datetime, version: int | None = None) -> Matter:
    """Accept, and start the 60 days of handling (R-23, R-34); a suggestion has a service target instead (R-29).

    After silence the 60 days run already, from the nominal 15th day (DL-06).
    """
    act = begin(Step.ACCEPT, matter_id, by=by, at=at, version=version)
    return _accepted(act, "ordinary")


@transaction.atomic
def accept_simple(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    may_be_refused: bool = False,
    in_statutory_procedure: bool = False,
    complex_matter: bool = False,
) -> Matter:
    """Accept under the simple procedure: 10 working days, never for what may be refused (D.6)."""
    act = begin(Step.ACCEPT_SIMPLE, matter_id, by=by, at=at, version=version)
    matter = act.matter
    if not policy.is_on("SIMPLE10WD"):
        raise refusal("本地区没有启用简易办理。请按普通程序受理。", "simple_off")
    simple_procedure.require(
        simple_procedure.SimpleFacts(
            is_first_petition=not matter.repeat,
            assigned_by_superior=act.desk.kind == ReferralKind.ASSIGNMENT,
            may_be_refused=may_be_refused,
            in_statutory_procedure=in_statutory_procedure,
            several_bodies=matter.referrals.filter(kind=ReferralKind.CO_HANDLING, is_open=True).exists(),
            is_joint_or_group=matter.joint or matter.group,
            is_major_or_complex=complex_matter,
        )
    )
    return _accepted(act, "simple")


def _accepted(act: Act, procedure: str) -> Matter:
    matter = act.matter
    matter.accepted_on, matter.procedure, matter.route = act.today, procedure, Route.PETITION
    term = next(code for code in act.move.starts if code in ("HANDLE60", "SIMPLE10WD", "SUGGESTION60"))
    already = clocks.running(matter, term, act.desk)
    due_on = already.due_on if already else policy.limit(term, act.today).due
    letters = {}
    if matter.contactable:  # R-23(2): no notice is owed where nobody can be reached
        letters["F-08"] = letter_facts.to_citizen(
            act,
            procedure=procedure,
            due_on=due_on.isoformat(),
            requests=letter_facts.requests(matter) or [{"number": 1, "text": matter.title}],
        )
    finish(act, letters=letters, facts={"procedure": procedure, "due_on": due_on})
    return matter


@transaction.atomic
def notify_route(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    route: Route,
    reasons: str,
    basis: str,
    opened_by_unit: bool,
    procedure_number: str = "",
    apply_to: str = "",
    apply_how: str = "",
    apply_until: str = "",
) -> Matter:
    """Tell the citizen that another legal procedure applies (R-31 (一) to (五)), opened by the unit where it can (RT-2)."""
    act = begin(Step.NOTIFY_ROUTE, matter_id, by=by, at=at, version=version)
    if route == Route.PETITION:
        raise refusal("第六条途径（信访程序）请用“受理”。", "petition_route")
    if too_short(reasons):
        raise refusal(f"请写明为什么适用这一途径（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    act.matter.route, act.matter.procedure = route, "other"
    letters = {}
    if act.matter.contactable:
        letters["F-09"] = letter_facts.to_citizen(
            act,
            route=route.value,
            reasons=reasons,
            legal_basis=basis or routes.ROUTES[route].legal_basis,
            opened_by_unit=opened_by_unit,
            procedure_number=procedure_number,
            apply_to=apply_to,
            apply_how=apply_how,
            apply_until=apply_until,
        )
    finish(act, letters=letters, facts={"route": route.value, "reasons": reasons, "opened_by_unit": opened_by_unit})
    return act.matter


@transaction.atomic
def pass_down(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, to: Organisation, reason: str
) -> Matter:
    """Pass to a lower organ of the own system that is competent (R-23(1), T-28)."""
    act = begin(Step.PASS_DOWN, matter_id, by=by, at=at, version=version)
    below = to.is_below(by.organisation) or to.parent_line_id == by.organisation_id
    if not below:
        raise refusal(f"{to.name}不是本系统的下级单位。不归本系统办的，请提出异议。", "not_below")
    if too_short(reason):
        raise refusal(f"请写明转送的理由（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    require_split(act.matter)
    kind = ReferralKind.TRANSFER
    act.target = open_desk(act, to, kind, Stage.AWAITING_SIGN_IN, instruction=reason)
    act.matter_stage = Stage.AWAITING_SIGN_IN
    deemed = clocks.running(act.matter, "HANDLE60", act.desk)
    if deemed:  # after silence the 60 days run already; passing it down wins no time (DL-06)
        clocks.start(act.matter, "HANDLE60", on=deemed.started_on, desk=act.target)
    letters = transfer_letters(act, to, reason, Route.PETITION)
    finish(act, letters=letters, facts={"to": to.key, "to_name": to.name, "reason": reason})
    return act.matter


@transaction.atomic
def refuse(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    ground: str,
    fields: dict[str, str],
    facts: str,
    where_to_turn: str,
) -> Matter:
    """Not accepted, on a ground of the closed list NA only, with the article and where to turn (R-23(1), D.10).

    `fields` fills the words in braces of the ground's notice (grounds.FIELDS).
    """
    act = begin(Step.REFUSE, matter_id, by=by, at=at, version=version)
    row = grounds.refusal_allowed(
        ground,
        filed_directly=act.desk.kind == ReferralKind.DIRECT,
        by_petition_office=by.organisation.line == Line.PETITION_OFFICE,
        pack=policy.pack(),
    )
    notice = grounds.notice_text(row, fields)
    letters = {}
    if act.matter.contactable:
        letters["F-10"] = letter_facts.to_citizen(
            act,
            ground=notice,
            legal_basis=row.article,
            facts=facts,
            where_to_turn=where_to_turn,
            complaint_to=f"{act.matter.received_by.name}（{act.matter.received_by.phone or letter_facts.PUBLISHED}）",
        )
    finish(act, letters=letters, facts={"ground": ground, "text": notice, "facts": facts, "turn_to": where_to_turn})
    return act.matter


@transaction.atomic
def refuse_again(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, checks: dict) -> Matter:
    """No longer accepted, at the unit (R-36(3), NL-1)."""
    act = begin(Step.REFUSE_AGAIN, matter_id, by=by, at=at, version=version)
    finish(act, letters={"F-11": no_longer_accepted_letter(act, checks)}, facts=checks)
    return act.matter


@transaction.atomic
def record_silence(matter_id: int, *, by=SYSTEM, at: datetime, desk_id: int) -> Matter:
    """The unit gave no notice within 15 days: recorded on day 16; the 60 days run from the nominal 15th day (T-32, DL-06)."""
    act = begin(Step.RECORD_SILENCE, matter_id, by=by, at=at)
    desk = act.matter.referrals.select_related("organisation").get(pk=desk_id)
    notice = act.matter.clocks.filter(referral_id=desk_id, term__in=("UNIT15", "DIRECT15")).order_by("-pk").first()
    notice.level, notice.next_warning_on = "overdue", None  # said once; the clock runs on until the unit answers, late
    notice.save(update_fields=["level", "next_warning_on"])
    act.target = desk
    if (
        act.matter.kind in (Kind.REQUEST, "")
        and not act.matter.sealed
        and desk.kind not in (ReferralKind.CO_HANDLING, ReferralKind.POLITICAL_LEGAL)
    ):
        act.start_on["HANDLE60"] = notice.nominal_on
    else:
        act.skip_clocks.add("HANDLE60")  # R-23(4): other rules for the rest
    finish(act, facts={"unit": desk.organisation.key, "due_on": notice.due_on, "term": notice.term})
    return act.matter
