"""The receipt as a file that proves itself: what is stored now, what the history noted, the path to a signed root (LG-1, I-15)."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Subquery
from django.http import HttpResponse
from django.utils.timezone import localtime

from xinqiao.crypto import signing
from xinqiao.integrity import checkpoints, merkle, receipts
from xinqiao.integrity.checkpoints import Statement
from xinqiao.integrity.models import Checkpoint
from xinqiao.matters.models import Event, Matter, Submission
from xinqiao.rules.stages import Step

NOTED = (Step.RECEIVE, Step.IMPORT_HISTORY)


@dataclass(frozen=True)
class Line:
    """The small line on the page of a matter: sealed in which checkpoint, and whether what is stored is what was filed."""

    number: int | None
    made_at: datetime | None
    unchanged: bool


def line_of(events: list[Event]) -> Line | None:
    """From the events that the page has read already; one statement. None for a part of a matter that was split."""
    noted = _noted(events)
    if noted is None:
        return None
    event, facts = noted
    row = _holding(event.pk)
    found = Submission.objects.filter(pk=facts["submission"], matter_id=event.matter_id).annotate(
        checkpoint=Subquery(row.values("number")[:1]), sealed_at=Subquery(row.values("made_at")[:1])
    )
    submission = found.defer("respondent", "channel_facts").first()
    if submission is None:
        return Line(None, None, unchanged=False)
    return Line(
        submission.checkpoint, submission.sealed_at, unchanged=_content_hash(submission) == facts["content_hash"]
    )


def receipt_of(matter: Matter) -> dict | None:
    """The receipt file of a matter, made from what is stored now; None where the matter has no receipt of its own."""
    noted = _noted(Event.objects.filter(matter_id=matter.pk, step__in=NOTED).order_by("seq")[:1])
    if noted is None:
        return None
    event, facts = noted
    submission = Submission.objects.filter(pk=facts["submission"], matter_id=matter.pk).first()
    if submission is None:
        return None
    moment = event.at if event.step == Step.RECEIVE else submission.received_at
    return {
        "format": receipts.FORMAT,
        "number": matter.number,
        "received_at": localtime(moment).isoformat(),
        "office": facts.get("office") or matter.received_by.name,
        "content_hash": facts["content_hash"],
        "hash_algorithm": submission.hash_algorithm,
        "text": _text(submission),
        "event": {
            "id": event.pk,
            "hash": event.hash,
            "fields": receipts.event_fields([(name, getattr(event, name)) for name in receipts.EVENT_FIELDS]),
        },
        "seal": _seal(event.pk),
    }


def as_download(receipt: dict) -> HttpResponse:
    """The file, readable by people too: indented, not escaped."""
    body = json.dumps(receipt, ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="xinfang-{receipt["number"]}.json"'
    return response


def differs_from_stored(receipt: dict) -> bool:
    """Whether the database knows this receipt otherwise, or no more. Asked only for receipts that prove themselves."""
    event = Event.objects.filter(pk=receipt["event"]["id"]).first()
    if event is None or event.hash != receipt["event"]["hash"]:
        return True
    matter = Matter.objects.filter(pk=event.matter_id, number=receipt["number"]).first()
    now = receipt_of(matter) if matter else None
    return now is None or any(now[name] != receipt[name] for name in ("content_hash", "text", "office", "event"))


def groups(root: str) -> list[str]:
    """A root in fours, for reading aloud."""
    return [root[start : start + 4] for start in range(0, len(root), 4)]


def _noted(events) -> tuple[Event, dict] | None:
    for event in events:
        if event.step in NOTED:
            try:
                facts = event.facts
            except ValueError:
                return None
            return (event, facts) if "submission" in facts and "content_hash" in facts else None
    return None


def _holding(event_id: int):
    near = Checkpoint.objects.filter(first_event__lte=event_id, last_event__gte=event_id, row_ids__contains=[event_id])
    return near.order_by("last_event")


def _text(submission: Submission) -> dict:
    return {
        "title": submission.title,
        "content": submission.content,
        "reasons": submission.reasons,
        "requests": list(submission.requests),
    }


def _content_hash(submission: Submission) -> str:
    try:
        return receipts.content_hash(_text(submission), submission.hash_algorithm)
    except (ValueError, TypeError):
        return ""


def _seal(event_id: int) -> dict | None:
    row = checkpoints.of_event(event_id)
    if row is None:
        return None
    leaves, index = checkpoints.split_leaves(row.leaves), checkpoints.events_of(row).index(event_id)
    key = signing.known().get(row.key_id)
    if key is None:
        return None
    steps = merkle.path(leaves, index, merkle.hasher(row.digest_algorithm))
    return {
        "index": index,
        "path": [one.hex() for one in steps],
        "checkpoint": Statement.of(row).as_dict(),
        "public_key": key.as_dict(),
    }
