"""检举控告: to the discipline organ, sealed past the lower level, off line, and who of the accused unit's organs may know (C-01 to C-15)."""

from datetime import date, datetime

from django.db import transaction

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import line_organ_of
from xinqiao.rules.stages import Line, ReferralKind, Stage, Step

from .. import clocks, letter_facts
from ..act import REASON_AT_LEAST, Act, begin, finish, open_desk, out_of_choice, refusal, release, too_short
from ..actors import Actor, System
from ..against import Against
from ..models import Matter
from ..secrecy import Clearance, add_accused, is_shut_out, keep_entry
from .receive import discipline_organ_beside
from .transfer import _check_target

# Why a report is not for this level: it says whom it is against, and so who is kept out from now on (C-08).
AGAINST = {
    "discipline": "反映本级纪检监察机关或者它的负责人",
    "higher": "按干部管理权限，属于上级纪检监察机关管辖",
    "own_office": "反映本部门的负责人、工作人员，或者本级党委、政府",
}


@transaction.atomic
def transfer_discipline(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, to: Organisation, pages: int = 1
) -> Matter:
    """Send a report to the competent discipline organ, sealed: the list names number, date and pages, never content (T-10).

    From here on the office keeps the entry of its register; only the liaison, who follows it, can still open it (B.3, T-63).
    """
    act = begin(Step.TRANSFER_DISCIPLINE, matter_id, by=by, at=at, version=version)
    if to.line != Line.DISCIPLINE:
        raise refusal("检举控告按干部管理权限移送纪检监察机关。请选择纪检监察机关。", "not_discipline")
    _check_target(act, to)
    desk = open_desk(act, to, ReferralKind.DISCIPLINE, Stage.AWAITING_SIGN_IN, lead=False)
    act.matter_stage = Stage.SENT_TO_DISCIPLINE
    keep_entry(act.matter, by.organisation, "discipline", to.name, at=at, on=act.today, desk_id=desk.pk)
    finish(act, letters={"F-05": _sealed_list(act, to, pages)}, facts={"pages": pages})
    return act.matter


def _sealed_list(act: Act, to: Organisation, pages: int) -> dict:
    item = {"matter_number": act.matter.number, "received_on": act.matter.received_on.isoformat(), "pages": pages}
    letter = {**letter_facts.to_organ(act, to), "transfer_items": [item]}
    for told_elsewhere in ("matter_title", "requests", "petitioner", "enclosures"):
        letter.pop(told_elsewhere, None)
    return letter


# ---- sealed past the lower level (C-08) -------------------------------------------------------------------------------


def sealed_receivers(matter: Matter, organisation: Organisation) -> list[Organisation]:
    """Where a report may go past `organisation`: discipline organs of the levels above, the nearest first, then petition offices."""
    place = organisation.parent or organisation
    found: dict[int, Organisation] = {}
    for line in (Line.DISCIPLINE, Line.PETITION_OFFICE):
        above = place.parent
        while above is not None:
            organ = line_organ_of(above, line)
            if organ and not is_shut_out(matter.pk, organ):
                found[organ.pk] = organ
            above = above.parent
    return list(found.values())


@transaction.atomic
def pass_sealed(
    matter_id: int,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    to: Organisation,
    against: str,
    pages: int = 1,
) -> Matter:
    """Pass a report to the level above without reading on: within 5 working days, no copy, no excerpt (C-08, P9 15, 16).

    This level keeps number, date and receiver; its officers cannot open the matter any more, whatever their post.
    """
    act = begin(Step.PASS_SEALED, matter_id, by=by, at=at, version=version)
    matter, here = act.matter, by.organisation or act.matter.received_by
    if not matter.sealed:
        raise refusal("只有检举控告可以密封上送。请先甄别为检举控告类。", "not_a_report")
    if against not in AGAINST:
        raise refusal("请选择为什么要密封上送。", "against_missing")
    _name_who_is_passed_by(matter, here, against)
    if isinstance(by, Officer) and to not in sealed_receivers(matter, here):
        raise out_of_choice(to)
    clocks.start(matter, "SEALED5WD", on=matter.received_on, desk=act.desk)
    below = matter.referrals.select_related("organisation").order_by("pk")
    leaving = {desk.organisation_id: desk for desk in below}
    receiver = _desk_above(act, to, sender_referral=below[0].pk)
    for desk in leaving.values():
        keep_entry(matter, desk.organisation, "upward", to.name, at=at, on=act.today, desk_id=receiver.pk)
    _close_below(act, receiver)
    matter.unit, matter.unit_since = to, at
    finish(act, letters={"F-05": _sealed_list(act, to, pages)}, facts={"against": against, "pages": pages})
    return matter


def _name_who_is_passed_by(matter: Matter, here: Organisation, against: str) -> None:
    government = here.parent or here
    if against == "discipline" and (organ := line_organ_of(government, Line.DISCIPLINE)):
        add_accused(matter, organisations=[organ])
    if against == "own_office":
        add_accused(matter, organisations=[here])


def _desk_above(act: Act, to: Organisation, *, sender_referral: int):
    """The discipline organ signs in; a petition office registers or triages in its turn, within the 15 days from the first receipt."""
    if to.line == Line.DISCIPLINE:
        act.matter_stage = Stage.PASSED_SEALED
        return open_desk(
            act, to, ReferralKind.DISCIPLINE, Stage.AWAITING_SIGN_IN, lead=False, sender_referral=sender_referral
        )
    stage = Stage.TRIAGE if act.matter.registered_at else Stage.RECEIVED
    act.matter_stage = stage
    desk = open_desk(act, to, ReferralKind.TRANSFER, stage, sender_referral=sender_referral)
    act.skip_clocks.add("PO15")
    clocks.start(act.matter, "PO15", on=act.matter.received_on, desk=desk)
    act.clocks_changed = True
    return desk


def _close_below(act: Act, receiver) -> None:
    """Every desk but the new one is closed to its organisation, with the limits on it."""
    others = act.matter.referrals.exclude(pk=receiver.pk)
    others.update(stage=Stage.PASSED_SEALED, is_open=False, closed_at=act.at, unread=False)
    mine = act.desk.pk if act.desk else None
    release(act, referral_id__in=others.exclude(pk=mine).values("pk"))
    act.clocks_changed = True


# ---- off line (C-15) ----------------------------------------------------------------------------------------------------


@transaction.atomic
def seal_off_line(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    receiver: str,
    handed_on: date,
    reason: str,
) -> Matter:
    """Take a text that may hold a state secret off the platform: nobody is shown it any more, only where it went (C-15)."""
    act = begin(Step.SEAL_OFF_LINE, matter_id, by=by, at=at, version=version)
    if not receiver.strip():
        raise refusal("请写明封存后的材料交给了谁保管、办理。", "receiver_missing")
    if too_short(reason):
        raise refusal(f"请写明为什么要转为线下办理（至少{REASON_AT_LEAST}个字，不要写涉密内容）。", "reason_missing")
    if not act.matter.received_on <= handed_on <= act.today:
        raise refusal("移交的日期应在收到以后、今天以前。请核对。", "handed_on")
    matter = act.matter
    desks = matter.referrals.select_related("organisation")
    for organisation in {desk.organisation_id: desk.organisation for desk in desks}.values():
        keep_entry(matter, organisation, "off_line", receiver.strip(), at=at, on=handed_on)
    desks.exclude(pk=act.desk.pk).update(stage=Stage.OFF_LINE, is_open=False, closed_at=at, unread=False)
    clocks.cancel(matter.clocks.exclude(referral_id=act.desk.pk), on=act.today)
    matter.sealed, matter.petitioner_name, matter.title = True, "", "（已转为线下办理）"
    act.matter_stage = Stage.OFF_LINE
    finish(act, facts={"handed_on": handed_on})
    return matter


# ---- who of the accused unit's organs may know (C-02) ---------------------------------------------------------------------


@transaction.atomic
def clear_subordinate(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, organisation: Organisation, reason: str
) -> Matter:
    """Let one subordinate organisation of the accused one take part, with a reason; never the accused one itself (C-02)."""
    act = begin(Step.CLEAR_SUBORDINATE, matter_id, by=by, at=at, version=version)
    if too_short(reason):
        raise refusal(f"请写明为什么可以让它知悉（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    if not is_shut_out(matter_id, organisation):
        raise refusal(f"{organisation.name}本来就不在回避的范围里，不用放开。", "not_shut_out")
    row = Clearance.objects.create(matter=act.matter, organisation=organisation, by=by, at=at, reason=reason.strip())
    if is_shut_out(matter_id, organisation):
        raise refusal(
            "被检举控告的单位本身，和它的负责人现在任职的单位，不能放开。请选择它的下级单位。", "accused_itself"
        )
    finish(act, facts={"clearance": row.pk})
    return act.matter


@transaction.atomic
def lift_clearance(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, organisation: Organisation, reason: str
) -> Matter:
    """Take a clearance back: the organisation knows nothing of the matter from now on."""
    act = begin(Step.LIFT_CLEARANCE, matter_id, by=by, at=at, version=version)
    if too_short(reason):
        raise refusal(f"请写明撤销的理由（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    row = act.matter.clearances.filter(organisation=organisation, lifted_at=None).first()
    if row is None:
        raise refusal("没有放开过这个单位，不用撤销。", "not_cleared")
    row.lifted_at = at
    row.save(update_fields=["lifted_at"])
    finish(act, facts={"clearance": row.pk})
    return act.matter


# ---- at intake ------------------------------------------------------------------------------------------------------------


def pass_on_unread(matter: Matter, against: Against, *, at: datetime, by: System) -> bool:
    """C-08 at intake: before anybody here can open it, an accusation against a discipline organ or its people goes up to the next one;
    one against the highest petition office goes to the discipline organ beside it."""
    here = matter.received_by
    if against.touches(here) and (beside := discipline_organ_beside(here, against)):
        pass_sealed(matter.pk, by=by, at=at, to=beside, against="own_office")
        return True
    accused = matter.accused.select_related("organisation")
    if not any(row.organisation and row.organisation.line == Line.DISCIPLINE for row in accused):
        return False
    organs = [organ for organ in sealed_receivers(matter, here) if organ.line == Line.DISCIPLINE]
    if organs:
        pass_sealed(matter.pk, by=by, at=at, to=organs[0], against="discipline")
    return bool(organs)
