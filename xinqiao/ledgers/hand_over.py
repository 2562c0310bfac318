"""新官要理旧账: a leader leaves, and what they answered for goes to another, on a list that both sign (A-30).

Nothing is handed to nobody: the receiver is at work and may answer for it; what is still a leaver's when the post closes stays on the
page until somebody took it over. Where the leaver cannot sign any more, a witness of the office signs with a reason (监交).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from xinqiao.integrity import audit
from xinqiao.matters.actors import SYSTEM
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.ledgers import LEDGERS, SIGNERS, ItemAct, Sort
from xinqiao.rules.stages import Role

from . import items, trail, wanted
from .models import HandOver, HandOverLine, Item

RECEIVERS = frozenset({Role.LEADER, Role.UNIT_LEADER, Role.OFFICE_LEADER})


def visible_to(officer: Officer) -> QuerySet[HandOver]:
    """The hand-overs of the own office, and those that one signs."""
    return HandOver.objects.filter(Q(office=officer.organisation) | Q(leaver=officer) | Q(receiver=officer))


def open_items(leaver: Officer, seen_by: Officer) -> QuerySet[Item]:
    """What this leader answers for and that is not cancelled, as far as `seen_by` may see it."""
    return Item.objects.visible_to(seen_by).open().filter(leader=leaver)


def left_alone(seen_by: Officer) -> QuerySet[Item]:
    """Open items whose leader is no longer at work: somebody has to take them over."""
    gone = Q(leader__active=False) | Q(leader__user__is_active=False)
    return Item.objects.visible_to(seen_by).open().filter(gone)


@transaction.atomic
def make(
    *, leaver: Officer, receiver: Officer, item_ids: Sequence[int], by: Officer, at: datetime, note: str = ""
) -> HandOver:
    """A list of these items, for both to sign. Nothing changes hands before. Raises StepRefused."""
    if not by.role_set & SIGNERS:
        raise wanted.refusal("交接清单由信访部门负责人、督查专员、联席办或者单位负责人制作。", "wrong_role")
    if leaver.pk == receiver.pk or leaver.user_id == receiver.user_id:
        raise wanted.refusal("移交人和接收人是同一个人。请重新选择接收人。", "same_person")
    if not (receiver.active and receiver.user.is_active and receiver.role_set & RECEIVERS):
        raise wanted.refusal("接收人应是在岗的领导或者单位负责人。没有人接收的，不能移交。", "no_receiver")
    chosen = list(open_items(leaver, by).filter(pk__in=item_ids))
    if not chosen or len(chosen) != len(set(item_ids)):
        raise wanted.refusal("有的事项已经不由这位领导负责，或者没有选择。请重新选择。", "items")
    if any(item.officer_id == receiver.pk and LEDGERS[Sort(item.sort)].needs_leader for item in chosen):
        raise wanted.refusal(
            "有的包案事项的承办人就是接收人。责任领导和责任人应是两个人，请重新选择接收人。", "same_person"
        )
    if waiting := HandOverLine.objects.filter(item__in=chosen, hand_over__in=_unfinished()).first():
        raise wanted.refusal(
            f"有的事项已经在另一份没有签完的交接清单里（第{waiting.hand_over_id}号）。", "listed_already"
        )
    row = HandOver.objects.create(
        leaver=leaver, receiver=receiver, office=by.organisation, note=note.strip(), made_by=by, made_at=at
    )
    HandOverLine.objects.bulk_create([HandOverLine(hand_over=row, item=item) for item in chosen])
    return row


@transaction.atomic
def sign(hand_over_id: int, *, by: Officer, at: datetime, reason: str = "", request=None) -> HandOver:
    """The leaver's signature, the receiver's, or with a reason the witness's for a leaver who cannot sign. The second one hands over.

    Raises StepRefused; HandOver.DoesNotExist where it is hidden.
    """
    row = (
        visible_to(by)
        .select_for_update(of=("self",))
        .select_related("leaver__user", "receiver__user")
        .get(pk=hand_over_id)
    )
    if row.is_done or row.withdrawn_at:
        raise wanted.refusal("这份清单已经签完或者已经收回。", "over")
    if by.user_id == row.receiver.user_id and row.receiver_signed_at is None:
        row.receiver_signed_at = at
    elif by.user_id == row.leaver.user_id and row.leaver_signed_at is None:
        row.leaver_signed_at = at
    elif row.leaver_signed_at is None and _may_witness(row, by):
        row.leaver_signed_at, row.witness = at, by
        row.witness_reason = wanted.reason(reason, ItemAct.HAND_OVER)
    else:
        raise wanted.refusal("这份清单由移交人和接收人签字，您已经签过，或者不用您签。", "not_to_sign")
    row.save()
    audit.note(
        AuditKind.LEDGER,
        officer=by,
        subject=str(row),
        reason=row.witness_reason[:200],
        request=request,
        detail=_detail(row),
    )
    if row.is_done:
        _hand_over(row, at=at, request=request)
    return row


@transaction.atomic
def withdraw(hand_over_id: int, *, by: Officer, at: datetime) -> HandOver:
    """Take back a list that is not signed by both: nothing changed hands."""
    row = visible_to(by).select_for_update(of=("self",)).get(pk=hand_over_id)
    if row.is_done or row.withdrawn_at or row.office_id != by.organisation_id or not by.role_set & SIGNERS:
        raise wanted.refusal("只有制作清单的单位可以收回，而且要在双方签完以前。", "over")
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    return row


def may_sign(row: HandOver, by: Officer) -> str:
    """As whom this post signs now: receiver, leaver, witness, or nobody."""
    if row.is_done or row.withdrawn_at:
        return ""
    if by.user_id == row.receiver.user_id and row.receiver_signed_at is None:
        return "receiver"
    if by.user_id == row.leaver.user_id and row.leaver_signed_at is None:
        return "leaver"
    return "witness" if row.leaver_signed_at is None and _may_witness(row, by) else ""


def _may_witness(row: HandOver, by: Officer) -> bool:
    """Somebody of the office, neither of the two; only for a leaver whose post is closed."""
    gone = not (row.leaver.active and row.leaver.user.is_active)
    two = {row.leaver.user_id, row.receiver.user_id}
    return gone and by.organisation_id == row.office_id and bool(by.role_set & SIGNERS) and by.user_id not in two


def _hand_over(row: HandOver, *, at: datetime, request=None) -> None:
    """Both have signed: every item on the list that is still the leaver's gets its new leader."""
    if not (row.receiver.active and row.receiver.user.is_active):
        raise wanted.refusal("接收人已经不在岗。没有人接收的，不能移交，请另做一份清单。", "no_receiver")
    chosen = Item.objects.select_for_update(of=("self",)).filter(hand_over_lines__hand_over=row, leader=row.leaver)
    for item in chosen.select_related("organisation", "office", "leader__user"):
        changes = {"leader": [items.in_words(row.leaver), items.in_words(row.receiver)]}
        item.leader = row.receiver
        trail.record(
            item,
            ItemAct.HAND_OVER,
            by=SYSTEM,
            at=at,
            text=f"交接清单第{row.pk}号，双方已签字。",
            changes=changes,
            request=request,
        )
        item.save(update_fields=["leader"])


def _detail(row: HandOver) -> dict:
    ids = list(row.lines.order_by("item_id").values_list("item_id", flat=True))
    return {
        "act": ItemAct.HAND_OVER.value,
        "items": ids,
        "leaver": row.leaver_id,
        "receiver": row.receiver_id,
        "done": row.is_done,
    }


def _unfinished() -> QuerySet[HandOver]:
    return HandOver.objects.filter(withdrawn_at=None).filter(Q(leaver_signed_at=None) | Q(receiver_signed_at=None))
