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


def compose(matter: Matter, step: Step, **what) -> Event:
    """The next event of the chain, not written yet. Moves the chain head. `what`: the other arguments of `columns`."""
    said = columns(matter.pk, step, seq=matter.event_count + 1, previous_hash=matter.chain_head, **what)
    said.pop("matter_id")
    event = Event(matter=matter, **said)
    matter.event_count, matter.chain_head = event.seq, event.hash
    return event


def columns(
    matter_id: int,
    step: Step,
    *,
    by: Actor,
    at: datetime,
    recorded_at: datetime,
    facts: dict,
    seq: int = 1,
    previous_hash: str = "",
    from_stage: Stage | str = "",
    to_stage: Stage | str = "",
    referral_id: int | None = None,
    document_id: int | None = None,
) -> dict[str, object]:
    """All columns of an event with its hash, for those who write thousands at once; `seq` and `previous_hash` say where in the chain."""
    is_officer = actor_kind(by) == "officer"
    said = {
        "matter_id": matter_id,
        "seq": seq,
        "step": str(step),
        "from_stage": str(from_stage),
        "to_stage": str(to_stage),
        "referral_id": referral_id,
        "actor_kind": actor_kind(by),
        "officer_id": by.pk if is_officer else None,
        "organisation_id": by.organisation_id if is_officer else None,
        "at": at,
        "recorded_at": recorded_at,
        "facts_text": json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str),
        "document_id": document_id,
        "algorithm": crypto.preferred_digest(),
        "previous_hash": previous_hash,
    }
    return said | {"hash": crypto.digest(encode_all(map(said.__getitem__, FIELDS)), said["algorithm"])}


def event_hash(event: Event) -> str:
    """Hex digest of all columns of one event, its predecessor's hash among them."""
    return crypto.digest(encode_all(_columns(event)), event.algorithm)


def broken_links(events: Iterable[Event]) -> Iterable[tuple[Event, str]]:
    """Walk events ordered by (matter_id, seq); yields each event that does not fit, with the reason. Constant memory."""
    return chains.broken_links(events, attrgetter("matter_id"), event_hash)


_columns = attrgetter(*FIELDS)
