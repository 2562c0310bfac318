"""The one line every step ends with: one event, chained to the one before (LG-1, architecture 7).

The hash covers every column of the row in a canonical encoding: each field as `length:bytes`, in the order of FIELDS, so that no
two different rows share an encoding. The facts are hashed as the very text that is stored.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

from xinqiao import crypto
from xinqiao.crypto.canonical import encode_all
from xinqiao.integrity import chains
from xinqiao.rules.stages import Stage, Step

from .actors import Actor, actor_kind
from .models import Delivery, Event, Matter

EXPAND = "expand"  # the first reaction to every event: look up jobs/reactions.py
FIELDS = (
    "matter_id", "seq", "step", "from_stage", "to_stage", "referral_id", "actor_kind", "officer_id", "organisation_id",
    "at", "recorded_at", "facts_text", "document_id", "algorithm", "previous_hash",
)  # fmt: skip


def record(matter: Matter, step: Step, *, recorded_at: datetime, **what) -> Event:
    """Write the event and owe its reactions, in the caller's transaction. Moves the matter's chain head; the caller saves it.

    `what`: the other arguments of `compose`.
    """
    event = compose(matter, step, recorded_at=recorded_at, **what)
    event.save(force_insert=True)
    Delivery.objects.create(event_id=event.pk, matter_id=matter.pk, reaction=EXPAND, next_try_at=recorded_at)
    return event


def compose(
    matter: Matter,
    step: Step,
    *,
    by: Actor,
    at: datetime,
    recorded_at: datetime,
    facts: dict,
    from_stage: Stage | str = "",
    to_stage: Stage | str = "",
    referral_id: int | None = None,
    document_id: int | None = None,
) -> Event:
    """The next event of the chain, not written yet: for those who write many at once. Moves the chain head."""
    is_officer = actor_kind(by) == "officer"
    event = Event(
        matter=matter,
        seq=matter.event_count + 1,
        step=step,
        from_stage=from_stage,
        to_stage=to_stage,
        referral_id=referral_id,
        actor_kind=actor_kind(by),
        officer_id=by.pk if is_officer else None,
        organisation_id=by.organisation_id if is_officer else None,
        at=at,
        recorded_at=recorded_at,
        facts_text=json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str),
        document_id=document_id,
        previous_hash=matter.chain_head,
        algorithm=crypto.preferred_digest(),
    )
    event.hash = event_hash(event)
    matter.event_count, matter.chain_head = event.seq, event.hash
    return event


def event_hash(event: Event) -> str:
    """Hex digest of all columns of one event, its predecessor's hash among them."""
    return crypto.digest(encode_all(_columns(event)), event.algorithm)


def broken_links(events: Iterable[Event]) -> Iterable[tuple[Event, str]]:
    """Walk events ordered by (matter_id, seq); yields each event that does not fit, with the reason. Constant memory."""
    return chains.broken_links(events, attrgetter("matter_id"), event_hash)


_columns = attrgetter(*FIELDS)
