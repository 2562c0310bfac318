"""重大紧急: marked, written, signed and sent at once, continued until it is over (UR-1 to UR-6, R-25).

It runs beside the matter and changes neither its stage nor its limits. What leaves for other organs says what happens and how many are
affected, never who. The national administration is not on this platform: what is owed to it is kept as owed until an officer records
when and how it was sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import ancestors, petition_office_above
from xinqiao.rules import urgent, wording
from xinqiao.rules.masking import mask_text
from xinqiao.rules.stages import Line, Role, Step
from xinqiao.rules.urgent import UrgentGround
from xinqiao.rules.urgent import UrgentState as State

from .. import letter_facts
from ..act import Act, begin, finish, refusal
from ..actors import SYSTEM
from ..models import Matter, UrgentDelivery, UrgentReport
from ..secrecy import is_shut_out
from .handle import add_record

SORT = "urgent"
RECEIVING = (Role.LEADER, Role.OFFICE_LEADER, Role.UNIT_LEADER, Role.JOINT_CONFERENCE)
LATEST = timedelta(days=7)  # for the next continued report


@transaction.atomic
def flag_urgent(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    ground: str,
    said: dict[str, str],
    affected: int,
    danger_to_life: bool,
    next_report_at: datetime,
) -> UrgentReport:
    """Mark the matter and fill in the form; the alarm counts from the first mark, also that of triage (UR-3)."""
    act = begin(Step.FLAG_URGENT, matter_id, by=by, at=at, version=version)
    _require_open(act.matter)
    row = _open_row(act)
    if row and row.state != State.MARKED:
        raise refusal("这一件已经标记，请直接报送或者续报。", "flagged")
    row = row or mark(act.matter, by=by, at=at)
    row.ground, row.state = UrgentGround(ground), State.WRITTEN
    _fill(act, row, said, affected, danger_to_life, next_report_at)
    row.save()
    finish(act, facts={"urgent": row.pk, "urgent_ground": row.ground, "unit": row.organisation.key})
    return row


def mark(matter: Matter, *, by: Officer, at: datetime) -> UrgentReport:
    """The mark itself, from which the minutes count; one that is open stays as it is. Saves neither the matter nor an event."""
    matter.urgent = True
    row, _made = UrgentReport.objects.get_or_create(
        matter=matter,
        organisation=by.organisation,
        state__in=urgent.OPEN,
        defaults={
            "state": State.MARKED, "org_lft": by.organisation.lft, "marked_by": by, "marked_at": at,
            "alarm_at": urgent.next_alarm(at, 0),
        },
    )  # fmt: skip
    return row


@transaction.atomic
def send_urgent(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, department: Organisation | None = None
) -> Matter:
    """The head signs: the report goes to everybody who must have it; from now on the next report is waited for (UR-1, UR-2)."""
    act = begin(Step.SEND_URGENT, matter_id, by=by, at=at, version=version)
    row = _own(act, (State.WRITTEN,), "还没有填写，或者已经报送。请先填写“标记重大紧急”。")
    row.state, row.sent_at, row.alarm_at = State.SENT, at, row.next_report_at
    _deliver(act, row, "专报", department)
    return act.matter


@transaction.atomic
def continue_urgent(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    said: dict[str, str],
    affected: int,
    danger_to_life: bool,
    next_report_at: datetime,
) -> Matter:
    """续报: how it stands now, to the same organs (UR-5)."""
    act = begin(Step.CONTINUE_URGENT, matter_id, by=by, at=at, version=version)
    row = _own(act, (State.SENT,), "没有正在续报的重大紧急信息。")
    _fill(act, row, said, affected, danger_to_life, next_report_at)
    row.alarm_at = next_report_at
    _deliver(act, row, "续报")
    return act.matter


@transaction.atomic
def close_urgent(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, outcome: str) -> Matter:
    """终报: it is over; what came of it (UR-5)."""
    act = begin(Step.CLOSE_URGENT, matter_id, by=by, at=at, version=version)
    row = _own(act, (State.SENT,), "没有正在续报的重大紧急信息。")
    row.outcome = _words(act, outcome, "结果")
    row.said = {**row.said, "happened": row.outcome}
    row.state, row.closed_by, row.closed_at, row.next_report_at, row.alarm_at = State.CLOSED, by, at, None, None
    act.matter.urgent = False
    _deliver(act, row, "终报")
    return act.matter


@transaction.atomic
def unflag_urgent(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str) -> Matter:
    """Not urgent after all: the head says how that was checked; it stays on record, since hiding is punishable (UR-4, R-46(四))."""
    act = begin(Step.UNFLAG_URGENT, matter_id, by=by, at=at, version=version)
    row = _own(act, tuple(urgent.NOT_SENT), "已经报送的不能取消。情况结束的，请做终报。")
    row.outcome = _words(act, reason, "怎样核实的")
    row.state, row.closed_by, row.closed_at, row.alarm_at = State.NOT_URGENT, by, at, None
    row.save()
    act.matter.urgent = act.matter.urgent_reports.filter(state__in=urgent.OPEN).exists()
    finish(act, facts={"urgent": row.pk, "reason": row.outcome, "unit": row.organisation.key})
    return act.matter


@transaction.atomic
def record_urgent_sending(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    delivery_id: int,
    done_at: datetime,
    how: str,
) -> Matter:
    """What is owed outside the platform was sent: when and by which means (UR-2)."""
    act = begin(Step.RECORD_URGENT_SENDING, matter_id, by=by, at=at, version=version)
    row = owed_outside(act.matter, by.organisation).filter(pk=delivery_id).first()
    if row is None:
        raise refusal("没有等待登记的线下报送，或者已经登记过。", "nothing_owed")
    if not row.report.marked_at <= done_at <= at:
        raise refusal("报送时间应在标记之后、现在之前。请核对。", "bad_time")
    row.done_at, row.how, row.recorded_by = done_at, _words(act, how, "怎样报送的", check=False), by
    row.save(update_fields=["done_at", "how", "recorded_by"])
    about = {"urgent": row.report_id, "unit": row.report.organisation.key, "delivery": row.pk}
    finish(act, facts={**about, "to_name": row.name, "how": row.how})
    return act.matter


@transaction.atomic
def alarm_urgent(matter_id: int, *, by=SYSTEM, at: datetime, report_id: int | None = None) -> Matter:
    """It was marked and is not sent: the next alarm rings, once (UR-3)."""
    act = begin(Step.ALARM_URGENT, matter_id, by=by, at=at)
    waiting = act.matter.urgent_reports.filter(state__in=urgent.NOT_SENT, alarm_at__lte=at)
    row = (waiting.filter(pk=report_id) if report_id else waiting).select_related("organisation").first()
    if row is None:
        raise refusal("没有要提醒的重大紧急信息。", "no_alarm")
    alarm = urgent.ALARMS[row.rung]
    row.rung += 1
    row.alarm_at = urgent.next_alarm(row.marked_at, row.rung)
    row.save(update_fields=["rung", "alarm_at"])
    finish(act, facts={"urgent": row.pk, "unit": row.organisation.key, "minutes": alarm.minutes, "rung": row.rung})
    return act.matter


# ---- whom it goes to -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """One who must have the report: an organ on the platform, or a name outside it."""

    key: str
    name: str
    organ: Organisation | None = None


def places(matter: Matter, sender: Organisation, department: Organisation | None = None) -> list[Place]:
    """Everybody who must have the report of `sender`, each organ once. An organ where nobody could read it stands as one outside."""
    office = sender.line == Line.PETITION_OFFICE
    found: dict[str, Place] = {}
    for row in urgent.owed_to(office):
        organs = [one for one in _organs(row, matter, sender, department) if not is_shut_out(matter.pk, one)]
        for organ in organs:
            found.setdefault(organ.name, Place(row.key, organ.name, organ if _is_read(organ) else None))
        if not organs and row.key != "department" and not (row.key == "office_above" and sender.level <= 1):
            found.setdefault(row.name, Place(row.key, row.name))
    return list(found.values())


def _organs(row: urgent.Addressee, matter: Matter, sender: Organisation, department) -> list[Organisation]:
    if not row.inside:
        return []
    if row.key == "office_above":
        above = petition_office_above(sender)
        return [above] if above else []
    if row.key == "department":
        chosen = department or matter.unit
        fits = chosen is not None and chosen.pk != sender.pk and chosen.line in row.lines
        return [chosen] if fits else []
    government = _government_of(sender)
    if government is None:
        return []
    near = Q(parent=government) | Q(pk=government.pk)
    found = Organisation.objects.filter(near, line__in=row.lines, active=True, level=government.level).exclude(
        pk=sender.pk
    )
    return list(found.order_by("lft"))


def _government_of(sender: Organisation) -> Organisation | None:
    """The committee or government that the organ works for."""
    chain = [*ancestors(sender)]
    return next((one for one in reversed(chain) if one.line in (Line.GOVERNMENT, Line.COMMITTEE)), None)


def _is_read(organ: Organisation) -> bool:
    """Somebody there has a post that receives such reports."""
    posts = Officer.objects.filter(organisation=organ, active=True, user__is_active=True)
    return posts.filter(roles__overlap=[role.value for role in RECEIVING]).exists()


def owed_outside(matter: Matter, organisation: Organisation):
    """Deliveries of this organ's reports that must be sent by other means and are not recorded yet."""
    rows = UrgentDelivery.objects.filter(matter=matter, report__organisation=organisation, done_at=None)
    return rows.select_related("report__organisation").order_by("pk")


# ---- what they share -------------------------------------------------------------------------------------------------


def own_row(matter: Matter, organisation: Organisation) -> UrgentReport | None:
    """The open report of this organ in the matter."""
    return (
        matter.urgent_reports.filter(organisation=organisation, state__in=urgent.OPEN)
        .select_related("organisation")
        .first()
    )


def _open_row(act: Act) -> UrgentReport | None:
    return own_row(act.matter, act.by.organisation)


def _own(act: Act, states: tuple[State, ...], otherwise: str) -> UrgentReport:
    _require_open(act.matter)
    row = _open_row(act)
    if row is None or row.state not in states:
        raise refusal(otherwise, "not_now")
    return row


def _require_open(matter: Matter) -> None:
    if matter.sealed:
        raise refusal("检举控告的材料不在这里报送。请按密封移送的办法，当面或者用机要渠道报告有权机关。", "report")


def _fill(
    act: Act, row: UrgentReport, said: dict, affected: int, danger_to_life: bool, next_report_at: datetime
) -> None:
    parts = (urgent.RESCUE, *urgent.PARTS)
    row.said = {
        part.key: _words(act, said.get(part.key, ""), part.name, check=part.key != "contact", least=0) for part in parts
    }
    lacking = urgent.missing(row.said, danger_to_life=danger_to_life)
    if lacking:
        raise refusal("".join(lacking), "urgent_incomplete")
    if affected < 0:
        raise refusal("涉及人数请填数字，不清楚的先填估计数。", "affected")
    if not act.at < next_report_at <= act.at + LATEST:
        raise refusal("下一次续报的时间应在现在之后、7天之内。", "next_report")
    row.affected, row.danger_to_life, row.next_report_at = affected, danger_to_life, next_report_at


def _deliver(act: Act, row: UrgentReport, kind: str, department: Organisation | None = None) -> None:
    """One round: the letter, a line for each addressee, the words for the history."""
    row.rounds += 1
    row.signed_by = act.by
    before = UrgentDelivery.objects.filter(report=row, round=row.rounds - 1)
    known = next(
        (one.organisation for one in before.select_related("organisation") if one.addressee == "department"), None
    )
    to = places(act.matter, act.by.organisation, department or known)
    outside = [place.name for place in to if place.organ is None]
    row.save()
    UrgentDelivery.objects.bulk_create(
        UrgentDelivery(
            matter=act.matter, report=row, round=row.rounds, addressee=place.key, organisation=place.organ, name=place.name,
            done_at=act.at if place.organ else None,
        )
        for place in to
    )  # fmt: skip
    add_record(act, SORT, row.said["happened"], data={"urgent": row.pk, "round": row.rounds}, shown=False)
    inside = [place.name for place in to if place.organ]
    facts = {
        "urgent": row.pk,
        "round": row.rounds,
        "unit": row.organisation.key,
        "to_names": inside,
        "owed_outside": outside,
    }
    event = finish(act, letters={"F-32": letter(act, row, kind, to)}, facts=facts)
    row.document_id = event.document_id
    row.save(update_fields=["document_id"])


def letter(act: Act, row: UrgentReport, kind: str, to: list[Place]) -> dict:
    """F-32 as it would be signed by `act.by` now."""
    until = (
        f"{localtime(row.next_report_at):%Y年%-m月%-d日%H时%M分}" if row.next_report_at else "情况已经结束，不再续报"
    )
    outside = [place.name for place in to if place.organ is None]
    return letter_facts.without_persons(
        act,
        addressee="、".join(place.name for place in to),
        urgent_kind=kind,
        affected=f"{row.affected}人",
        life_danger="有" if row.danger_to_life else "没有发现",
        next_report=until,
        signer=act.by.user.name,
        legal_basis=urgent.BASIS,
        **{key: value for key, value in row.said.items() if value},
        **({"outside": "、".join(outside)} if outside else {}),
    )


def _words(act: Act, text: str, field: str, *, check: bool = True, least: int = urgent.LEAST) -> str:
    try:
        cleaned = wording.clean(text, limit=wording.LIMITS["reason"], field=field).strip()
    except ValueError as error:
        raise refusal(str(error), "text") from error
    if len(wording.readable(cleaned)) < least:
        raise refusal(f"请填写“{field}”（至少{least}个字）。", "words_missing")
    if check and _tells_who(act.matter, cleaned):
        raise refusal(f"“{field}”里有姓名、电话或者证件号。{urgent.NO_NAMES}", "names")
    return cleaned


def _tells_who(matter: Matter, text: str) -> bool:
    people = [row.identity() for row in matter.petitioners]
    return mask_text(text, names=tuple(one.name for one in people if one.name)) != text
