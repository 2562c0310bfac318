"""反映打击报复 (C-06, R-18(4), R-46(六)): a new sealed report one level up, of which those complained of and the earlier handler know nothing.

The earlier matter is not touched: no event, no link, no count in its file says that its citizen complained.
"""

from datetime import datetime

from django.db import transaction

from xinqiao.organisations.models import Organisation
from xinqiao.organisations.tree import line_organ_of, petition_office_above, petition_office_for
from xinqiao.rules.numbering import place_in_order
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Channel, Line, Purpose, ReferralKind, Stage

from ..act import MatterHidden
from ..actors import Citizen
from ..against import Against, against_of
from ..intake import Intake, Person, StoredFile
from ..models import Matter, Referral, RetaliationLink
from ..secrecy import is_shut_out
from .receive import Receipt, receive_once

TITLE = "反映因信访受到打击报复"


@transaction.atomic
def complain(
    matter_id: int,
    *,
    by: Citizen,
    at: datetime,
    text: str,
    name: str = "",
    unit: str = "",
    files: tuple[StoredFile, ...] = (),
    key: str,
) -> Receipt:
    """File it at the next higher petition office, tell the discipline organ beside that office by a desk of its own.

    Kept out, besides whom the citizen names: the organisation that has or had the earlier matter, and everybody who handled it there.
    `key`: the same key again gives the same receipt. Raises MatterHidden, StepRefused.
    """
    earlier = Matter.objects.visible_to(by).select_related("unit", "received_by", "place").filter(pk=matter_id).first()
    if earlier is None:
        raise MatterHidden
    made = _intake(earlier, text, name, unit, files)
    against = _against(earlier, made)
    office = _office_above(earlier, against)
    receipt, is_new = receive_once(
        made, client="retaliation", key=key, fingerprint=key, by=by, at=at, office=office, against=against
    )
    if is_new:
        RetaliationLink.objects.create(matter_id=receipt.matter_id, earlier_id=earlier.pk)
        _tell_discipline(Matter.objects.get(pk=receipt.matter_id), office, at=at)
    return receipt


def _intake(earlier: Matter, text: str, name: str, unit: str, files) -> Intake:
    return Intake(
        purpose=Purpose.ACCUSE,
        channel=Channel.WEB,
        title=TITLE,
        content=text.strip(),
        place=earlier.place,
        people=tuple(Person(row.identity(), row.representative, row.agent) for row in earlier.petitioners),
        anonymous=earlier.anonymous,
        secrecy=True,
        electronic_service=earlier.electronic_service,
        respondent={key: value for key, value in (("name", name.strip()), ("unit", unit.strip())) if value},
        channel_facts={"earlier_number": earlier.number},
        attachments=tuple(files),
        account_id=earlier.account_id,
    )


def _against(earlier: Matter, made: Intake) -> Against:
    said = against_of(made)
    desks = earlier.referrals.exclude(organisation__line=Line.DISCIPLINE).select_related(
        "organisation", "handler__user"
    )
    desks = [desk for desk in desks if desk.organisation_id == earlier.unit_id or desk.handler_id]
    units = {desk.organisation_id: desk.organisation for desk in desks}
    handlers = {desk.handler.user_id: desk.handler.user for desk in desks if desk.handler}
    return Against(
        organisations=(*said.organisations, *units.values()),
        users=(*said.users, *handlers.values()),
        people=said.people,
        unit_words=said.unit_words,
        person_words=said.person_words,
    )


def _office_above(earlier: Matter, against: Against) -> Organisation:
    """The petition office above the one that first received the matter, and above everybody complained of."""
    home = (
        earlier.received_by if earlier.received_by.line == Line.PETITION_OFFICE else petition_office_for(earlier.place)
    )
    office = petition_office_above(home) or home
    while office and against.touches(office):
        office = petition_office_above(office)
    if office is None:
        words = "这里没有可以接收的上一级信访部门。请向上一级纪检监察机关当面、来信或者打电话反映。"
        raise StepRefused(words, code="no_office")
    return office


def _tell_discipline(matter: Matter, office: Organisation, *, at: datetime) -> None:
    """A desk beside the petition office's, so that two organs know (C-06): none alone can let it rest."""
    organ = line_organ_of(office.parent, Line.DISCIPLINE) if office.parent else None
    if organ is None or is_shut_out(matter.pk, organ):
        return
    if matter.referrals.filter(organisation=organ).exists():
        return
    Referral.objects.create(
        matter=matter, kind=ReferralKind.DISCIPLINE, organisation=organ, org_lft=organ.lft, lead=False,
        stage=Stage.AWAITING_SIGN_IN, received_at=at, number_order=place_in_order(matter.number), sealed=matter.sealed,
    )  # fmt: skip
