"""Taking one act on several petitions: each is its own step in its own transaction, as if it were the only one.

    batch = ask(act, officer=…, key=…, chosen=[(matter_id, version), …], facts={…}, at=…)
    take(batch, officer=…, at=…)          # goes on where it stopped; twice is as good as once

Rights, versions and rules are those of the single step: nothing is asked or spared here that the step does not ask.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction

from xinqiao.matters import steps
from xinqiao.matters.act import Conflict, MatterHidden
from xinqiao.matters.models import Matter, Referral
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.bulk import AT_ONCE, BULK_ACTS, KEPT_DAYS, REPORT_WORDS, BulkAct
from xinqiao.rules.moves import MOVES, Move
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind

from .models import Batch, BatchItem, ItemState

logger = logging.getLogger("xinqiao.bulk")
BROKEN = "办理时出现故障，这一件没有变化。请单独办理这一件；还是不行的，请联系系统管理员。"
NO_DESK = "这一件不在本单位，没有未读标记。"
FORGET_BATCH = 500


class TooMany(ValueError):
    """More petitions than one go may hold."""


# The rows of the law for each act: asked for every row of every list, so read once.
MOVES_OF = {act.name: tuple(move for move in MOVES if move.step is act.step) for act in BULK_ACTS.values()}


def moves_for(act: BulkAct, officer: Officer) -> list[Move]:
    """The rows by which one of the officer's roles may take this act."""
    roles = officer.role_set
    return [move for move in MOVES_OF[act.name] if move.roles & roles]


def is_for(act: BulkAct, officer: Officer) -> bool:
    """Whether this officer may take the act on some petition."""
    return act.step is None or bool(moves_for(act, officer))


def ask(
    act: BulkAct,
    *,
    officer: Officer,
    key: str,
    chosen: Sequence[tuple[int, int]],
    hidden: int = 0,
    facts: dict,
    back: str = "",
    at: datetime,
) -> Batch:
    """The batch of this page; the one that exists already when the page was sent before. `hidden`: how many were not found."""
    if not 0 < len(chosen) + hidden <= AT_ONCE:
        raise TooMany(len(chosen) + hidden)
    with transaction.atomic():
        first = {"act": act.name, "facts": facts, "back": back, "asked_at": at}
        batch, is_new = Batch.objects.get_or_create(officer=officer, key=key, defaults=first)
        if is_new:
            rows = [
                BatchItem(batch=batch, position=n, matter_id=matter_id, version=version)
                for n, (matter_id, version) in enumerate(dict(chosen).items())
            ]
            rows += [
                BatchItem(batch=batch, position=len(rows) + n, state=ItemState.HIDDEN, done_at=at)
                for n in range(hidden)
            ]
            BatchItem.objects.bulk_create(rows)
    return batch


def take(batch: Batch, *, officer: Officer, at: datetime, enough: Callable[[], bool] = lambda: False) -> int:
    """Take the act on every petition of the batch that still waits, until it is `enough` for one request. Returns how many were tried."""
    facts, tried = _as_arguments(batch.facts), 0
    for item_id in list(batch.items.filter(state=ItemState.WAITING).values_list("pk", flat=True)):
        if enough():
            break
        tried += _take_one(item_id, batch.row, facts, officer, at)
    return tried


def forget_before(at: datetime) -> int:
    """Drop the pages of results that are old; the history of each petition keeps what was done."""
    old = Batch.objects.filter(asked_at__lt=at - timedelta(days=KEPT_DAYS))
    return Batch.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:FORGET_BATCH])).delete()[0]


def _take_one(item_id: int, act: BulkAct, facts: dict, officer: Officer, at: datetime) -> bool:
    """The act and the note that it was taken commit together; whoever has the row takes it, and nobody else."""
    with transaction.atomic():
        waiting = BatchItem.objects.filter(pk=item_id, state=ItemState.WAITING)
        item = waiting.select_for_update(skip_locked=True).first()
        if item is None:
            return False
        item.state, item.message = _outcome(item, act, facts, officer, at)
        if item.state == ItemState.HIDDEN:
            item.matter_id = None  # the page of the result must not tell one that is hidden from one that never was
        item.done_at = at
        item.save(update_fields=["state", "message", "matter_id", "done_at"])
    return True


def _outcome(item: BatchItem, act: BulkAct, facts: dict, officer: Officer, at: datetime) -> tuple[ItemState, str]:
    try:
        with transaction.atomic():
            _do(item, act, facts, officer, at)
    except MatterHidden:
        return ItemState.HIDDEN, ""
    except Conflict as refused:
        return ItemState.CONFLICT, refused.message[:500]
    except StepRefused as refused:
        return ItemState.REFUSED, refused.message[:500]
    except (OperationalError, InterfaceError):
        raise  # the database is away: what waits still waits
    except Exception:
        logger.exception("bulk.failed", extra={"batch": item.batch_id, "position": item.position})
        return ItemState.FAILED, BROKEN
    return ItemState.DONE, ""


def _do(item: BatchItem, act: BulkAct, facts: dict, officer: Officer, at: datetime) -> None:
    found = Matter.objects.visible_to(officer).filter(pk=item.matter_id).values("sealed", "kind").first()
    if found is None:
        raise MatterHidden
    if found["sealed"] or found["kind"] == Kind.REPORT:
        raise StepRefused(REPORT_WORDS, code="report")
    if act.step is None:
        _mark_read(item.matter_id, officer)
    else:
        steps.FUNCTIONS[act.step](item.matter_id, by=officer, at=at, version=item.version, **facts)


def _mark_read(matter_id: int, officer: Officer) -> None:
    """As opening the page does: the mark of the own organisation goes, the petition stays as it is."""
    own = Referral.objects.filter(matter_id=matter_id, organisation_id=officer.organisation_id)
    if not own.update(unread=False):
        raise StepRefused(NO_DESK, code="no_desk")


def _as_arguments(facts: dict) -> dict:
    """What the steps take for what was kept of the form."""
    made = dict(facts)
    if "to" in made:
        made["to"] = Organisation.objects.get(pk=made["to"])
    if "handler" in made:
        made["handler"] = Officer.objects.select_related("user", "organisation").get(pk=made["handler"])
    return made


def as_kept(facts: dict) -> dict:
    """Facts of a form as they are kept: objects by their ids."""
    return {name: getattr(value, "pk", value) for name, value in facts.items()}


def marked_read(batch: Batch) -> Iterable[int]:
    """The petitions whose mark of something new is gone with this batch."""
    if batch.row.step is not None:
        return ()
    return batch.items.filter(state=ItemState.DONE).values_list("matter_id", flat=True)
