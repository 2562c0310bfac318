"""What the matter's course so far lets this office do next: the facts by which `standing` offers steps."""

from datetime import date

from xinqiao.matters.models import Clock, Event, Matter, Referral
from xinqiao.matters.steps import accept, recuse
from xinqiao.organisations.models import Officer
from xinqiao.rules.completion import STATE_AFTER as REPORT_AFTER
from xinqiao.rules.moves import DESK_DONE
from xinqiao.rules.stages import Outcome, Stage
from xinqiao.rules.supervision import STATE_AFTER
from xinqiao.rules.terms import Holder
from xinqiao.rules.urgent import OPEN as URGENT_OPEN

from .. import standing
from .found import Said
from .limits import LIVE


def situation(
    matter: Matter,
    officer: Officer,
    *,
    desks: list[Referral],
    clocks: list[Clock],
    events: list[Event],
    records: list[Said],
    today: date,
) -> standing.Situation:
    """All of them, from rows that the page has read anyway."""
    own = [desk for desk in desks if desk.organisation_id == officer.organisation_id]
    return standing.Situation(
        supported=_is_supported(matter),
        asked=_is_asked(records),
        heard=_heard(records),
        archive_waits=_archive_waits(matter, desks, clocks),
        examined=_is_examined(clocks),
        recusal=recuse.is_waiting(records),
        **_objecting(desks, own, events, today),
        **_supervised(events, desks, officer),
        reports=_reported(events, officer),
        **_urgent_facts(matter, officer),
        cleared=matter.sealed and matter.clearances.filter(lifted_at=None).exists(),
    )


def _supervised(events: list[Event], desks: list[Referral], officer: Officer) -> dict:
    """Which supervisions of this matter ask something of this office or organ, and whether a new one may begin (SV-2)."""
    rows: dict[int, dict] = {}
    for event in events:
        if event.step in STATE_AFTER:
            facts = event.facts
            rows.setdefault(facts["supervision"], {}).update(
                {name: facts[name] for name in ("office", "unit") if name in facts}, state=STATE_AFTER[event.step]
            )
    own = officer.organisation.key
    sides = (("office", "office"), ("unit", "organisation"))
    asked = {(row["state"], side) for row in rows.values() for name, side in sides if row.get(name) == own}
    first, last = officer.scope
    below = any(first <= desk.org_lft <= last and desk.organisation_id != officer.organisation_id for desk in desks)
    return {"supervisable": below and not desks[0].sealed, "supervisions": frozenset(asked)}


def _reported(events: list[Event], officer: Officer) -> frozenset[tuple[str, str]]:
    """Where the completion reports stand that this organ writes or waits for (SV-8)."""
    rows = {event.facts["report"]: event for event in events if event.step in REPORT_AFTER and "report" in event.facts}
    own, sides = officer.organisation.key, (("office", "office"), ("unit", "organisation"))
    return frozenset(
        (REPORT_AFTER[event.step], side)
        for event in rows.values()
        for name, side in sides
        if event.facts.get(name) == own
    )


def _urgent_facts(matter: Matter, officer: Officer) -> dict:
    """Where the own organ's urgent report stands, and whether one may be begun (UR-1)."""
    own = [
        row
        for row in matter.urgent_rows
        if row["organisation_id"] == officer.organisation_id and row["state"] in URGENT_OPEN
    ]
    owed = any(row["report__organisation_id"] == officer.organisation_id for row in matter.urgent_owed)
    possible = not matter.sealed and not matter.is_closed and matter.stage != Stage.WITHDRAWN
    return {"urgent": own[-1]["state"] if own else "", "urgent_owed": owed, "urgent_possible": possible}


def _is_supported(matter: Matter) -> bool:
    served = [row for row in matter.opinion_rows if row["state"] == "served" and row["instance"] == "handling"]
    return any(
        answer.get("outcome") in (Outcome.SUPPORT, Outcome.PARTLY) for row in served for answer in row["answers"]
    )


def _is_asked(records: list[Said]) -> bool:
    answered = {record.data.get("question") for record in records if record.sort == "answer"}
    return any(record.sort == "question" and record.id not in answered for record in records)


def _heard(records: list[Said]) -> frozenset[int]:
    return frozenset(record.referral_id for record in records if record.sort == "hearing")


def _archive_waits(matter: Matter, desks: list[Referral], running: list[Clock]) -> str:
    """Why the file cannot be closed yet; "" when it can, or is closed."""
    left = [desk.organisation.name for desk in desks if desk.is_open and desk.stage not in DESK_DONE]
    if left:
        return f"还不能归档：{'、'.join(left)}还没有办完。"
    last = max((one.due_on for one in running if one.state == "running" and one.holder == Holder.CITIZEN), default=None)
    return f"还不能归档：信访人的期限到{last.month}月{last.day}日。" if last and matter.stage != Stage.ARCHIVED else ""


def _objecting(desks: list[Referral], own: list[Referral], events: list[Event], today: date) -> dict[str, bool]:
    """Whether this unit may still object to the transfer, and whether this office may let another object late (T-21, T-24)."""
    in_order = sorted(events, key=lambda event: event.seq)

    def may(desk: Referral) -> bool:
        return accept.is_in_time_to_object(desk, today) or accept.may_object_late(desk, in_order)

    mine = [desk for desk in own if desk.is_open and desk.stage == Stage.SIGNED_IN]
    by_pk = {desk.pk: desk for desk in sorted(desks, key=lambda desk: desk.pk)}
    sent = [desk for desk in own if desk.stage in (Stage.TRANSFERRED, Stage.ASSIGNED)]
    units = [unit for unit in (accept.waiting_unit(desk, by_pk) for desk in sent) if unit]
    return {"objects": all(may(desk) for desk in mine), "late": any(not may(unit) for unit in units)}


def _is_examined(running: list[Clock]) -> bool:
    return not any(clock.term == "REVIEW_ACCEPT3WD" and clock.state in LIVE for clock in running)
