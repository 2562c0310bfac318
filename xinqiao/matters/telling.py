"""What the citizen is told about a matter now: words, last day, reason, from what happened (D.2, RA-7).

Which limit a sentence may name depends on the stage: several run at once, and the citizen's own window must never be
read as the office's duty.
"""

from collections.abc import Iterable
from datetime import date

from django.utils.timezone import localdate

from xinqiao.rules import citizen_words
from xinqiao.rules.stages import Outcome, Route, Stage, Step

from .models import Clock, Event, Matter, Opinion

_OFFICE = ("PO15", "DIRECT15")
_UNIT = ("UNIT15", "DIRECT15")
_HANDLING = ("HANDLE60", "SIMPLE10WD", "SUGGESTION60")
COUNTED = {
    **dict.fromkeys((Stage.RECEIVED, Stage.REGISTERED, Stage.TRIAGE), _OFFICE),
    **dict.fromkeys(
        (Stage.TRANSFERRED, Stage.ASSIGNED, Stage.AWAITING_SIGN_IN, Stage.SIGNED_IN, Stage.PASSED_DOWN, Stage.OBJECTED,
         Stage.JURISDICTION_DISPUTED, Stage.RETURNED, Stage.RELAYED),
        # silence on the 15th day starts the 60 days (DL-06); then these are what the citizen waits for
        (*_UNIT, "HANDLE60", *_OFFICE),
    ),
    **dict.fromkeys(
        (Stage.ACCEPTED, Stage.ACCEPTED_SIMPLE, Stage.HANDLING, Stage.EXTENDED, Stage.IN_APPROVAL, Stage.OPINION_ISSUED),
        _HANDLING,
    ),
    Stage.OPINION_SERVED: ("REVIEW_REQ30",),
    Stage.EXECUTED: ("EXEC_CONFIRM15",),
    Stage.WITHDRAWN: ("WITHDRAW_RESUME30",),
    Stage.REVIEW_REQUESTED: ("REVIEW_DEC30",),
    Stage.REVIEW_ISSUED: ("REVIEW_DEC30",),
    Stage.REVIEW_SERVED: ("RECHECK_REQ30",),
    Stage.RECHECK_REQUESTED: ("RECHECK_DEC30",),
    Stage.RECHECK_ISSUED: ("RECHECK_DEC30",),
}  # fmt: skip

# Which fact of the event that led here is the reason the citizen reads.
_REASONS = {
    Step.GUIDE: "reason",
    Step.TRANSFER_POLITICAL_LEGAL: "reason",
    Step.FILE_WITHOUT_ACTION: "text",
    Step.REFUSE: "text",
    Step.EXTEND: "reasons",
    Step.REFUSE_REVIEW: "text",
    Step.REFUSE_RECHECK: "text",
    Step.REFUSE_AGAIN: "opinion_number",
    Step.REFUSE_AGAIN_AT_OFFICE: "opinion_number",
}


def told(
    matter: Matter, *, events: Iterable[Event], clocks: Iterable[Clock], opinions: Iterable[Opinion] = ()
) -> citizen_words.Told:
    """The words for the present stage. `events` in the order of seq, `clocks` and `opinions` of this matter, all loaded."""
    entry = entered_by(matter, events)
    facts = entry.facts if entry else {}
    clock = counted(matter, clocks)
    due_on = clock.due_on if clock else _promised(matter, opinions)
    return citizen_words.tell(
        Stage(matter.stage),
        unit=_unit(matter, entry, facts),
        on=_day(facts.get("served_on")) or entered_on(matter, entry),
        due_on=due_on,
        reason=_reason(entry, facts),
    )


def counted(matter: Matter, clocks: Iterable[Clock]) -> Clock | None:
    """The running limit that the page counts down to in this stage."""
    running = {clock.term: clock for clock in clocks if clock.state == "running"}
    return next((running[term] for term in COUNTED.get(Stage(matter.stage), ()) if term in running), None)


def entered_by(matter: Matter, events: Iterable[Event]) -> Event | None:
    """The event that led into the present stage; where a desk's stage was another, the last event that moved anything."""
    moving = [event for event in events if event.to_stage != event.from_stage]
    into = [event for event in moving if event.to_stage == matter.stage]
    return (into or moving or [None])[-1]


def entered_on(matter: Matter, entry: Event | None) -> date:
    return localdate(entry.at) if entry else matter.received_on


def _unit(matter: Matter, entry: Event | None, facts: dict) -> str:
    """Who is named in the sentence. The one to whom it was guided or handed over is not the one who has the file."""
    if entry and entry.step in (Step.GUIDE, Step.TRANSFER_POLITICAL_LEGAL) and facts.get("to_name"):
        return facts["to_name"]
    return matter.unit.name if matter.unit else ""


def _reason(entry: Event | None, facts: dict) -> str:
    if entry is None:
        return ""
    if entry.step == Step.NOTIFY_ROUTE:
        return Route(facts["route"]).label if facts.get("route") in set(Route) else ""
    return str(facts.get(_REASONS.get(entry.step, ""), "") or "")


def _promised(matter: Matter, opinions: Iterable[Opinion]) -> date | None:
    """The last day on which the opinion promises something, while it is being carried out."""
    if matter.stage != Stage.EXECUTING:
        return None
    supported = (Outcome.SUPPORT, Outcome.PARTLY)
    days = [
        _day(answer.get("until_on"))
        for opinion in opinions
        if opinion.instance == "handling" and opinion.state == "served"
        for answer in opinion.answers
        if answer.get("outcome") in supported
    ]
    return max(filter(None, days), default=None)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None
