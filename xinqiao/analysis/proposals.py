"""Making proposals after the event, giving them to whoever may read the text, and noting what a person decided (系统建议).

Made in the worker, never while a citizen waits: `make` after a matter was received, registered, supplemented or classified (jobs/reactions),
`make_missing` for what came in another way. Nothing here changes a matter.
"""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from xinqiao import crypto
from xinqiao.matters import identities
from xinqiao.matters.models import Event, Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.proposals import CANDIDATES_AT_MOST, CLASSIFIED_BY, READ_AT_MOST, SENT_BY, WAITING, Sort, judge
from xinqiao.rules.stages import Stage, Step

from . import is_on, units
from .models import Proposal
from .proposers import PROPOSERS, RULES, Proposer
from .text.proposal import Candidate, Reading, Reason

logger = logging.getLogger("xinqiao.analysis")

BATCH = 40  # matters that one turn of the worker makes up for
LEFT_TO_EVENTS = timedelta(minutes=5)  # what came just now has a reaction of its own
NOTHING_READ = ""  # hash of a row whose text could not be read: the next event tries again


# ---- making ----------------------------------------------------------------------------------------------------------


def reading_of(matter: Matter) -> Reading:
    """The text of a matter as it came, with what was added since; bounded, whatever its length."""
    first = matter.submissions.order_by("pk").first()
    if first is None:
        return Reading(matter.title, "")
    added = matter.records.filter(sort="supplement").order_by("pk").values_list("text", flat=True)
    body = "\n".join(filter(None, (first.content, first.reasons, *added)))[:READ_AT_MOST]
    return Reading(first.title, body, first.petition_on, tuple(str(one) for one in first.requests or ()))


def make(matter: Matter, *, at: datetime) -> list[Sort]:
    """Propose what is not proposed yet, and anew what stands on another text or version. Returns the sorts that were written.

    A sort that fails takes no other with it: it is logged, stays empty, and is tried again after the next event.
    """
    if not is_on() or not _is_waiting(matter):
        return []
    reading = reading_of(matter)
    known = {row.sort: row for row in Proposal.objects.filter(matter=matter).defer("candidates")}
    return [one.sort for one in PROPOSERS if _make_one(one, matter, reading, known.get(one.sort), at=at)]


def _is_waiting(matter: Matter) -> bool:
    """Whether somebody still has to decide: at the petition office, or at a unit to which the citizen turned directly."""
    return matter.stage in WAITING or (matter.stage == Stage.SIGNED_IN and matter.content_class_id is None)


def _make_one(proposer: Proposer, matter: Matter, reading: Reading, old: Proposal | None, *, at: datetime) -> bool:
    if old and old.verdict:  # somebody has decided: what was proposed then stays
        return False
    maker = proposer.maker()
    read = _hash(reading, maker)
    if old and old.text_hash == read:
        return False
    try:
        with transaction.atomic():
            found = list(proposer.propose(reading, matter))[:CANDIDATES_AT_MOST]
    except Exception:
        logger.exception("proposal.failed", extra={"sort": proposer.sort.value, "matter_id": matter.pk})
        found, read = [], NOTHING_READ
    closed = proposer.figures and found and not matter.sealed
    said = {
        "candidates": [asdict(one) for one in found], "first": found[0].value[:60] if closed else "", "maker": maker[:60],
        "text_hash": read, "made_at": at, "verdict": "", "decided_at": None,
    }  # fmt: skip
    Proposal.objects.update_or_create(matter=matter, sort=proposer.sort, defaults=said)
    return True


def _hash(reading: Reading, *more) -> str:
    return crypto.digest(json.dumps([asdict(reading), *more], ensure_ascii=False, default=str).encode())


def make_missing(at: datetime) -> int:
    """Matters that wait for somebody and have none: imported ones, those from before analysis was switched on; and anew with each version
    of the classifier. Newest first."""
    if not is_on():
        return 0
    newest = PROPOSERS[0]
    known = Proposal.objects.filter(matter=OuterRef("pk"), sort=newest.sort)
    without = ~Exists(known.filter(Q(maker=newest.maker()) | ~Q(verdict="")))
    waiting = Matter.objects.filter(without, stage__in=sorted(WAITING), received_at__lt=at - LEFT_TO_EVENTS)
    waiting = waiting.select_related("content_class", "place", "received_by")
    rows = list(waiting.order_by("-pk")[:BATCH])
    for matter in rows:
        with transaction.atomic():
            make(matter, at=at)
    _more["missing"] = len(rows) == BATCH
    return len(rows)


def more_are_missing() -> bool:
    """Whether the last turn of this worker left some over, so that the next one need not wait."""
    return _more["missing"]


_more = {"missing": False}


# ---- giving ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """The proposals of one sort for one matter, as they may be shown to the officer who asked."""

    sort: Sort
    candidates: tuple[Candidate, ...]
    maker: str
    made_at: datetime


def of(matter: Matter, officer: Officer, *, at: datetime | None = None) -> dict[Sort, Shown]:
    """What is proposed for a matter, for an officer who may read its text; nothing for anybody else (C-01, C-11).

    `at`: with the competent units, which are asked now. A sort without candidates was asked and has none; one that failed is not there. Units that must not learn of it are in no list. That the text of a report was opened on record is for the page to see to.
    """
    if not is_on() or not Matter.objects.visible_to(officer).filter(pk=matter.pk).exists():
        return {}
    thing = "report" if identities.is_report(matter) else "text"
    if not allowed(officer.role_set, thing, Action.READ_MASKED):
        return {}
    rows = Proposal.objects.filter(matter=matter).exclude(text_hash=NOTHING_READ)
    found = {Sort(row.sort): Shown(Sort(row.sort), _candidates(row), row.maker, row.made_at) for row in rows}
    shown = {one.sort: found[one.sort] for one in PROPOSERS if one.sort in found}
    if at:
        shown[Sort.UNIT] = Shown(Sort.UNIT, tuple(units_for(matter, officer)), RULES, at)
    return shown


def units_for(matter: Matter, officer: Officer) -> list[Candidate]:
    """Who is competent, with the precedents that this officer may see: asked while the page is made, once for each matter in hand."""
    kept = matter.__dict__.setdefault("competent_units", {})
    if officer.pk not in kept:
        code = matter.content_class.code if matter.content_class else ""
        kept[officer.pk] = units.propose_units(
            reading_of(matter), code, matter.place, officer.organisation, officer, matter_id=matter.pk
        )
    return kept[officer.pk]


def _candidates(row: Proposal) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(one["value"], one["label"], one["confidence"], tuple(Reason(**why) for why in one["why"]))
        for one in row.candidates
    )


# ---- what became of them ---------------------------------------------------------------------------------------------


def settle(event: Event) -> int:
    """Note what was decided at this step beside what was proposed. Returns how many proposals are judged by it.

    What is sealed from now on keeps no value in the clear; of what was moved off line or passed on sealed nothing is kept at all.
    """
    matter, step = event.matter, Step(event.step)
    rows = Proposal.objects.filter(matter=matter)
    if step in FORGOTTEN_AFTER:
        return rows.delete()[0]
    if matter.sealed:
        rows.exclude(first="").update(first="")
    if step in SENT_BY:
        return _settle_unit(matter, event)
    judged, decided = 0, _decided(matter, event)
    for row in rows.filter(sort__in=decided):
        values = [one["value"] for one in row.candidates]
        if not values:
            continue
        if row.sort == Sort.URGENCY and matter.urgent:  # at this step it is only said that it is urgent, not why
            decided[Sort.URGENCY] = values
        verdict = judge(values, decided[row.sort], several=row.sort == Sort.REQUESTS)
        judged += rows.filter(pk=row.pk).update(verdict=verdict, decided_at=event.at)
    return judged


def _settle_unit(matter: Matter, event: Event) -> int:
    """Units are kept when somebody has decided: as they were shown to whoever sent the matter, with that officer's precedents."""
    found = units_for(matter, event.officer)[:CANDIDATES_AT_MOST] if is_on() and event.officer else []
    if not found:
        return 0
    to = Organisation.objects.filter(key=event.facts.get("to", "")).values_list("pk", flat=True)
    said = {
        "candidates": [asdict(one) for one in found], "first": "", "maker": RULES, "text_hash": _hash(reading_of(matter), RULES),
        "made_at": event.at, "verdict": judge([one.value for one in found], [str(pk) for pk in to]), "decided_at": event.at,
    }  # fmt: skip
    Proposal.objects.update_or_create(matter=matter, sort=Sort.UNIT, defaults=said)
    return 1


FORGOTTEN_AFTER = frozenset({Step.PASS_SEALED, Step.SEAL_OFF_LINE})
SETTLED_BY = CLASSIFIED_BY | SENT_BY | FORGOTTEN_AFTER


def _decided(matter: Matter, event: Event) -> dict[str, list[str]]:
    """What a person decided at this step, by sort, in the values of the proposers."""
    return {
        Sort.CLASS: [matter.content_class.code] if matter.content_class else [],
        Sort.KIND: [matter.kind],
        Sort.PLACE: [str(matter.place_id)],
        Sort.REQUESTS: list(matter.requests.values_list("text", flat=True)),
        Sort.LITIGATION: ["yes" if matter.litigation else "no"],
        Sort.URGENCY: ["no"],
    }
