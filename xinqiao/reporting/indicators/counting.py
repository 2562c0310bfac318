"""How one matter counts in each indicator (rules/indicators.py): pure functions of what happened, one for each family of G.2.

    count(case)  →  (facts, the next day on which they change although nothing happens)

A limit that was met puts the matter into its period on that day, a missed one on its last day. What is not due yet is in no figure.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.timezone import localdate

from xinqiao.matters.models import Clock
from xinqiao.rules.stages import Channel, Kind, ReferralKind, Route, Step

from .cases import Case, day_of

S = Step
ONE_DAY = timedelta(days=1)
BESIDE = (ReferralKind.CO_HANDLING, ReferralKind.POLITICAL_LEGAL, ReferralKind.DISCIPLINE)
OFFICE_DECISIONS = (
    S.TRANSFER, S.TRANSFER_DOWN, S.ASSIGN, S.TRANSFER_POLITICAL_LEGAL, S.GUIDE, S.REPLY_DIRECTLY, S.FILE_WITHOUT_ACTION, S.REFUSE_AGAIN_AT_OFFICE,
)  # fmt: skip
NOTICES = (S.ACCEPT, S.ACCEPT_SIMPLE, S.NOTIFY_ROUTE, S.REFUSE, S.REFUSE_AGAIN)
ACCEPTED = (S.ACCEPT, S.ACCEPT_SIMPLE)
ANSWERS = (S.SERVE_OPINION, S.REPLY_TO_SUGGESTION, S.SETTLE)
ONLINE = (Channel.WEB,)


class Counted(NamedTuple):
    """One row of `models.Fact` without its matter."""

    code: str
    organisation_id: int
    day: date
    denominator: int = 1
    numerator: int = 0
    days: int = 0
    excluded: int = 0


class Later(NamedTuple):
    """Not decided yet: it is on this day, if nothing happens before."""

    look_on: date


def yes(code: str, organisation_id: int, day: date, hit: bool, days: int = 0) -> Counted:
    return Counted(code, organisation_id, day, 1, int(hit), days)


def left_out(code: str, organisation_id: int, day: date) -> Counted:
    """Known, and in neither numerator nor denominator: told as "excluded" beside the figure."""
    return Counted(code, organisation_id, day, denominator=0, excluded=1)


def count(case: Case) -> tuple[list[Counted], date | None]:
    """All facts of one matter as of `case.today`, in a fixed order, and the next day to look again."""
    from . import counting_results, counting_voice  # they use the names above

    if case.protected:
        return [], None
    facts, days = [], []
    for family in (*FAMILIES, *counting_results.FAMILIES, *counting_voice.FAMILIES):
        for found in family(case):
            if isinstance(found, Later):
                days.append(found.look_on)
            elif found.organisation_id:
                facts.append(found)
    return sorted(facts), min((day for day in days if day > case.today), default=None)


# ---- limits ----------------------------------------------------------------------------------------------------------------


class Kept(NamedTuple):
    """What became of a limit: in time or not, and the day that counts. `on` None: not due yet."""

    in_time: bool
    on: date | None
    look_on: date | None = None


def kept(clock: Clock, case: Case) -> Kept | None:
    """None where the duty fell away before it was due: nobody met it and nobody missed it."""
    if clock.state == "met":
        return Kept(True, clock.ended_on)
    if clock.state == "late":
        return Kept(False, clock.due_on)
    if clock.state == "running":
        ran_to, open_still = case.today, True
    elif clock.state == "paused":  # withdrawn: the limit stood still from that day
        stopped = case.taken(S.COMPLETE_WITHDRAWAL)
        ran_to, open_still = day_of(stopped[-1]) if stopped else case.today, False
    else:
        ran_to, open_still = clock.ended_on, False
    if ran_to and ran_to > clock.due_on:
        return Kept(False, clock.due_on)
    return Kept(True, None, clock.due_on + ONE_DAY) if open_still else None


def of_limits(case: Case, code: str, terms: Iterable[str]) -> Iterator[Counted | Later]:
    """One fact for each organ that had such a limit: in time only where it missed none, decided only where none runs."""
    by_organ: dict[int, list[Kept]] = {}
    for clock in case.clocks:
        desk = case.desks.get(clock.referral_id)
        if clock.term not in terms or desk is None or desk.kind in BESIDE:
            continue
        if (how := kept(clock, case)) is not None:
            by_organ.setdefault(desk.organisation_id, []).append(how)
    for organ, found in by_organ.items():
        waiting = [one.look_on for one in found if one.on is None]
        missed = [one.on for one in found if one.on and not one.in_time]
        if missed:
            yield yes(code, organ, max(missed), False)
        elif waiting:
            yield Later(min(waiting))
        else:
            yield yes(code, organ, max(one.on for one in found), True)


def transfer(case: Case) -> Iterator[Counted | Later]:
    yield from of_limits(case, "transfer_in_time", ("PO15",))
    decided = case.first(*OFFICE_DECISIONS)
    if decided and decided.organisation_id and not case.is_imported:  # its days ran in another system
        days = (day_of(decided) - case.matter.received_on).days
        yield from _mean(case, "days_to_transfer", decided.organisation_id, day_of(decided), days)


def notice(case: Case) -> Iterator[Counted | Later]:
    """A unit that cannot reach anybody owes no notice (R-23(2))."""
    for found in of_limits(case, "notice_in_time", ("UNIT15", "DIRECT15")):
        unreachable = isinstance(found, Counted) and not case.is_reachable
        yield left_out(found.code, found.organisation_id, found.day) if unreachable else found
    for told in case.taken(*NOTICES):
        desk = case.desks.get(told.referral_id)
        if desk and desk.kind not in BESIDE:
            days = (day_of(told) - localdate(desk.received_at)).days
            yield from _mean(case, "days_to_notice", desk.organisation_id, day_of(told), days)


def answer(case: Case) -> Iterator[Counted | Later]:
    yield from of_limits(case, "answer_in_time", ("HANDLE60", "SIMPLE10WD", "SUGGESTION60"))
    accepted, answered = case.first(*ACCEPTED), first_answer(case)
    if accepted and answered:
        organ, day = answered
        yield from _mean(case, "days_to_answer", organ, day, (day - day_of(accepted)).days)


def first_answer(case: Case) -> tuple[int, date] | None:
    """Who answered first, and on which day the citizen had it."""
    event = case.first(*ANSWERS)
    if event is None:
        return None
    served_on = event.facts.get("served_on") if event.step == S.SERVE_OPINION else None
    return event.organisation_id, date.fromisoformat(served_on) if served_on else day_of(event)


def _mean(case: Case, code: str, organ: int, day: date, days: int) -> Iterator[Counted]:
    yield Counted(code, organ, day, 1, 0, days)
    if case.is_first:
        yield Counted(f"{code}_first", organ, day, 1, 0, days)


# ---- what was decided --------------------------------------------------------------------------------------------------------


def accepted(case: Case) -> Iterator[Counted | Later]:
    """Extension, conversion, withdrawal: of what was accepted, on the day it was."""
    event = case.first(*ACCEPTED)
    if event is None:
        return
    organ, day = event.organisation_id, day_of(event)
    gone = case.taken(S.COMPLETE_WITHDRAWAL, S.RESUME)
    yield yes(
        "withdrawn", organ, day, bool(gone) and gone[-1].step == S.COMPLETE_WITHDRAWAL and gone[-1].seq > event.seq
    )
    if case.matter.kind == Kind.SUGGESTION:
        return
    yield yes("extended", organ, day, bool(case.taken(S.EXTEND)))
    if event.step == S.ACCEPT_SIMPLE:
        yield yes("converted", organ, day, bool(case.taken(S.CONVERT_TO_ORDINARY)))
    if case.is_first:
        yield from _contacted(case, organ, day)


def _contacted(case: Case, organ: int, day: date) -> Iterator[Counted | Later]:
    """Heard before the opinion; decided once somebody was heard, the five days are over, or the opinion is out."""
    if not case.is_reachable:
        yield left_out("contacted", organ, day)
        return
    opinion = case.first(S.ISSUE_OPINION, S.SETTLE)
    heard = any(event for event in case.taken(S.RECORD_CONTACT) if opinion is None or event.seq < opinion.seq)
    limit = next((clock for clock in case.clocks if clock.term == "CONTACT5WD"), None)
    if heard or opinion or limit is None or limit.due_on < case.today:
        yield yes("contacted", organ, day, heard)
    elif limit.state == "running":
        yield Later(limit.due_on + ONE_DAY)


def refusal(case: Case) -> Iterator[Counted]:
    for told in case.taken(*NOTICES, S.REFUSE_AGAIN_AT_OFFICE):
        refused = told.step in (S.REFUSE, S.REFUSE_AGAIN, S.REFUSE_AGAIN_AT_OFFICE)
        yield yes("refused", told.organisation_id, day_of(told), refused)


def route(case: Case) -> Iterator[Counted]:
    """The route that was decided last (R-31); of a diverted one, whether its result is known."""
    decided = case.taken(*ACCEPTED, S.NOTIFY_ROUTE, S.GUIDE, S.TRANSFER_POLITICAL_LEGAL)
    if not decided or case.matter.kind == Kind.SUGGESTION:
        return
    event = decided[-1]
    chosen = _route_of(event)
    for one in Route:
        yield yes(f"route_{one.value}", event.organisation_id, day_of(event), one == chosen)
    if chosen != Route.PETITION:
        yield yes("diverted_known", event.organisation_id, day_of(event), bool(case.taken(S.END_OTHER_ROUTE)))


def _route_of(event) -> str:
    if event.step in ACCEPTED:
        return Route.PETITION
    return event.facts["route"] if event.step == S.NOTIFY_ROUTE else Route.JUDICIAL


def filed(case: Case) -> Iterator[Counted]:
    """Of all that was registered: what came online, what was a repeat and why. Of an import nobody judged whether it was one."""
    matter = case.matter
    if matter.registered_at is None:
        return
    organ, day = matter.received_by_id, matter.received_on
    yield yes("online_share", organ, day, matter.channel in ONLINE)
    if case.is_imported:
        return
    yield yes("repeat_filed", organ, day, matter.repeat)
    if not matter.repeat:
        return
    reason = _why_again(case) if case.earlier else None
    for code in ("repeat_overdue", "repeat_not_executed", "repeat_disagreement", "repeat_unknown"):
        yield left_out(code, organ, day) if reason is None else yes(code, organ, day, code == reason)


def _why_again(case: Case) -> str:
    """What the record of the earlier matter shows of the day on which the person came again."""
    from .counting_results import promised_until

    before, on = case.earlier, case.matter.received_on
    limits = [clock for clock in before.clocks if clock.term != "CONTACT5WD"]
    if any(clock.due_on < on and (clock.ended_on or date.max) > clock.due_on for clock in limits if _is_due(clock)):
        return "repeat_overdue"
    disputed = any(day_of(event) <= on for event in before.taken(S.DISPUTE_EXECUTION))
    reported = [day_of(event) for event in before.taken(S.REPORT_EXECUTION)]
    broken = [until for until in promised_until(before) if until < on and not any(day <= until for day in reported)]
    if disputed or broken:
        return "repeat_not_executed"
    answered = any(day_of(event) <= on for event in before.taken(*ANSWERS, S.REPLY_DIRECTLY))
    return "repeat_disagreement" if answered else "repeat_unknown"


def _is_due(clock: Clock) -> bool:
    return clock.state in ("running", "late", "cancelled", "lapsed")


FAMILIES = (transfer, notice, answer, accepted, refusal, route, filed)
