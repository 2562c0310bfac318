"""Which officers a reaction speaks to: the desks an event concerns, and the people there whose turn it is."""

from collections.abc import Iterable

from xinqiao.matters.models import Event, Matter, Referral
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import petition_office_for
from xinqiao.rules.moves import steps_from
from xinqiao.rules.stages import Kind, Line, ReferralKind, Role, Stage

LEADERS = frozenset({Role.UNIT_LEADER, Role.OFFICE_LEADER})
OVERSEERS = frozenset({Role.OFFICE_LEADER, Role.SUPERVISOR})


def desks(event: Event, matter: Matter, which: str) -> list[Referral]:
    """The desks an event concerns. `named`: the one a limit belongs to; `new`: those it opened; `open`: every open one;
    `office_of`, `unit_of`: of who supervises and who is supervised, where an office may have no desk of its own."""
    rows = matter.referrals.select_related("organisation", "sender")
    match which:
        case "open":
            found = rows.filter(is_open=True)
        case "new":
            found = rows.filter(is_open=True, received_at=event.at)
        case "own":
            found = rows.filter(pk=event.referral_id)
        case "office":
            found = rows.filter(kind=ReferralKind.INTAKE)
        case "lead":
            found = rows.filter(is_open=True, lead=True).exclude(kind=ReferralKind.CO_HANDLING)
        case "sender":
            own = rows.filter(pk=event.referral_id).values("sender_referral_id")
            found = rows.filter(pk__in=own)
        case "named":
            found = rows.filter(pk=event.facts.get("desk")) if event.facts.get("desk") else rows.none()
        case "office_of" | "unit_of":
            key = event.facts.get(which.removesuffix("_of")) or event.organisation.key
            own = rows.filter(organisation__key=key).order_by("-is_open", "-pk").first()
            return [own or Referral(matter=matter, organisation=Organisation.objects.get(key=key))]
        case "silent":
            found = rows.filter(is_open=True, organisation__key=event.facts.get("unit", ""))
    return list(found.order_by("pk"))


def people(event: Event, matter: Matter, desk: Referral, who: str) -> list[Officer]:
    """The officers of one desk. `next`: whoever can take the next step (the handler alone, once there is one and the step is
    theirs); `handler`; `leader`; `everybody` (of those who may open it, as always); `above`: the offices that watch over this organisation (T-58)."""
    if who == "above":
        return _at(overseers_of(desk), OVERSEERS)
    everybody = _at([desk.organisation], None)
    if who == "everybody":
        return everybody
    leaders = [one for one in everybody if one.role_set & LEADERS]
    handler = [one for one in everybody if one.pk == desk.handler_id]
    if who == "overseers":
        return [one for one in everybody if one.role_set & OVERSEERS]
    if who == "leader":
        return leaders
    able = [one for one in everybody if _may_act(one, desk, matter)]
    if who == "handler":
        return handler or able
    return handler if handler and handler[0] in able else able


def overseers_of(desk: Referral) -> list[Organisation]:
    """The petition office that sent the matter or that looks over the organisation; for such an office the one above it."""
    organisation = desk.organisation
    if organisation.line == Line.PETITION_OFFICE:
        return [organisation.parent_line] if organisation.parent_line else []
    found = {}
    for office in (desk.sender, petition_office_for(organisation)):
        if office is not None and office.line == Line.PETITION_OFFICE:
            found[office.pk] = office
    return list(found.values())


def _may_act(officer: Officer, desk: Referral, matter: Matter) -> bool:
    kind = Kind(matter.kind) if matter.kind else None
    moves = steps_from(Stage(desk.stage), officer.role_set, on="desk", desk_kind=ReferralKind(desk.kind), kind=kind)
    return any(not move.quiet for move in moves)


def _at(organisations: Iterable[Organisation], roles: frozenset[Role] | None) -> list[Officer]:
    rows = Officer.objects.filter(organisation__in=list(organisations), active=True, user__is_active=True)
    found = rows.select_related("user", "organisation").order_by("pk")
    return [one for one in found if roles is None or one.role_set & roles]
