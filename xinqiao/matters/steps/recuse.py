"""回避: somebody who has an interest leaves the matter; the citizen asks, or the officer says so; the head decides (C-05, R-28(3))."""

from datetime import datetime

from django.db import transaction

from xinqiao.organisations.models import Officer
from xinqiao.organisations.tree import petition_office_for
from xinqiao.rules import wording
from xinqiao.rules.moves import WITH_HANDLER
from xinqiao.rules.stages import Role, Step

from .. import clocks
from ..act import REASON_AT_LEAST, Act, begin, finish, refusal, too_short
from ..actors import Citizen
from ..models import Matter, Referral
from ..secrecy import Recusal, recusal_in_the_way
from .handle import add_record

TERM = "RECUSAL3WD"


def handled_desk(matter: Matter) -> Referral | None:
    """The desk whose handler works on the matter now."""
    desks = matter.referrals.filter(is_open=True, handler__isnull=False, stage__in=WITH_HANDLER)
    return desks.select_related("organisation", "handler__user", "sender").order_by("-lead", "-pk").first()


@transaction.atomic
def ask_recusal(matter_id: int, *, by: Citizen, at: datetime, reason: str) -> Matter:
    """The citizen asks that the handler leave the matter, with a reason; the handler's work rests until it is decided."""
    act = begin(Step.ASK_RECUSAL, matter_id, by=by, at=at)
    desk = handled_desk(act.matter)
    if desk is None:
        raise refusal("现在还没有确定承办人。确定以后，您可以申请他（她）回避。", "no_handler")
    _ask(act, desk, desk.handler, _clean(reason), by_citizen=True)
    return act.matter


@transaction.atomic
def withdraw_from_handling(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str
) -> Matter:
    """The handler says by themself that they have an interest (R-28(3))."""
    act = begin(Step.WITHDRAW_FROM_HANDLING, matter_id, by=by, at=at, version=version)
    if act.desk.handler_id is None or act.desk.handler.user_id != by.user_id:
        raise refusal("只有这一件的承办人本人可以自行回避。", "not_handler")
    _ask(act, act.desk, act.desk.handler, _clean(reason), by_citizen=False)
    return act.matter


def _clean(reason: str) -> str:
    try:
        cleaned = wording.clean(reason, limit=wording.LIMITS["reason"], field="回避的理由").strip()
    except ValueError as error:
        raise refusal(str(error), "text") from error
    if too_short(cleaned):
        raise refusal(
            f"请写明回避的理由（至少{REASON_AT_LEAST}个字），例如是对方的亲属，或者与这件事有利害关系。",
            "reason_missing",
        )
    return cleaned


def _ask(act: Act, desk: Referral, handler: Officer, reason: str, *, by_citizen: bool) -> None:
    asked = act.matter.recusals.filter(officer__user_id=handler.user_id)
    if asked.filter(state="waiting").exists():
        raise refusal("已经提出过回避，正在等待决定。决定后会告诉您。", "waiting")
    if by_citizen and asked.filter(state="refused", by_citizen=True).count() >= 2:
        raise refusal("同一承办人的回避已经决定过两次。有新的情况，请在“补充材料”里写明。", "decided_already")
    row = Recusal.objects.create(
        matter=act.matter, referral_id=desk.pk, officer=handler, by_citizen=by_citizen, reason=reason, asked_at=act.at
    )
    add_record(act, "recusal", reason, data={"recusal": row.pk}, shown=by_citizen)
    act.target = desk
    finish(act, facts={"recusal": row.pk, "by_citizen": by_citizen, "of_head": is_head(handler), "desk": desk.pk})


def is_head(handler: Officer) -> bool:
    """Whose own recusal somebody above must decide."""
    return handler.may(Role.UNIT_LEADER)


def waiting(matter: Matter) -> Recusal | None:
    """The recusal that waits for a decision."""
    rows = matter.recusals.filter(state="waiting").select_related("officer__user", "officer__organisation")
    return rows.order_by("pk").first()


def may_decide(row: Recusal, officer: Officer, desk: Referral) -> bool:
    """The unit's head; for the head the petition office over the unit, which writes down what the organ's leader decided (C-05)."""
    if officer.user_id == row.officer.user_id:
        return False
    if not is_head(row.officer):
        return officer.organisation_id == desk.organisation_id and officer.may(Role.UNIT_LEADER)
    over = petition_office_for(desk.organisation)
    offices = {desk.sender_id, over.pk if over else None}
    return officer.may(Role.OFFICE_LEADER) and officer.organisation_id in offices


@transaction.atomic
def decide_recusal(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    granted: bool,
    reason: str,
    handler: Officer | None = None,
    no_interest: bool = False,
    leader: str = "",
) -> Matter:
    """Grant it and name another handler, or refuse it; in both cases with a reason that the citizen reads."""
    act = begin(Step.DECIDE_RECUSAL, matter_id, by=by, at=at, version=version)
    row = waiting(act.matter)
    if row is None:
        raise refusal("没有等待决定的回避。请刷新页面。", "nothing_waiting")
    desk = act.matter.referrals.select_related("organisation", "sender").get(pk=row.referral_id)
    if not may_decide(row, by, desk):
        raise refusal(
            "承办人的回避由本单位负责人决定；申请负责人回避的，由转办的信访部门报请该单位的上级领导决定。",
            "not_the_head",
        )
    if too_short(reason):
        raise refusal(f"请写明决定的理由（至少{REASON_AT_LEAST}个字），信访人会看到。", "reason_missing")
    if is_head(row.officer) and not leader.strip():
        raise refusal("申请负责人回避的，请写明由哪位领导决定。", "leader_missing")
    if granted:
        _replace(desk, row.officer, handler, no_interest, at=at)
    row.state, row.answer = ("granted" if granted else "refused"), reason.strip()
    row.decided_by, row.decided_at = by, at
    row.save()
    _answer(act, desk, row, granted)
    clocks.stop(act.matter, TERM, on=act.today, desk=desk)
    facts = {"granted": granted, "reason": reason, "leader": leader.strip(), "desk": desk.pk}
    finish(act, facts={**facts, "handler_name": handler.user.name if granted else ""})
    return act.matter


def _replace(desk: Referral, old: Officer, new: Officer | None, no_interest: bool, *, at: datetime) -> None:
    if new is None or new.organisation_id != desk.organisation_id or not new.may(Role.HANDLER) or not new.active:
        raise refusal("同意回避的，请选择本单位另一位在岗的承办人员。", "not_our_handler")
    if new.user_id == old.user_id or recusal_in_the_way(desk.matter_id, new):
        raise refusal("新的承办人不能是回避的人，也不能是先前在这一件中回避过的人。请另选一位。", "same_handler")
    if not no_interest:
        raise refusal("请新的承办人确认与信访人、与这件事没有利害关系。", "recusal")
    desk.handler, desk.recusal_declared_at, desk.unread = new, at, True
    desk.save(update_fields=["handler", "recusal_declared_at", "unread"])


def _answer(act: Act, desk: Referral, row: Recusal, granted: bool) -> None:
    """What the citizen reads: the decision and why. An officer's own withdrawal is told too, without its reason."""
    words = "同意回避，已经换了承办人。" if granted else "没有同意回避，由原来的承办人继续办理。"
    text = f"{words}理由：{row.answer}" if row.by_citizen else words
    shown = row.by_citizen or granted
    add_record(act, "recusal_answer", text, data={"recusal": row.pk, "desk": desk.pk}, shown=shown)


def is_waiting(records) -> bool:
    """Whether a wish among these records has no answer yet: for pages that have them loaded (sort, data)."""
    answered = {one.data.get("recusal") for one in records if one.sort == "recusal_answer"}
    return any(one.sort == "recusal" and one.data.get("recusal") not in answered for one in records)
