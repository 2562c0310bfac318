"""The organisation tree: numbering, the petition office of a place, the organ one level up."""

from django.db import transaction
from django.db.models import Max

from xinqiao.rules.review_organ import Candidate, OrgFacts, candidates
from xinqiao.rules.stages import Line

from .models import Organisation

GAP = 10  # room for organs founded later, so that copies of `lft` on desks stay right


@transaction.atomic
def renumber() -> int:
    """Give every organisation its nested interval and territory; returns how many there are.

    Only for a tree whose `lft` has not been copied to desks yet (seed, first import). A live tree needs the job that
    rewrites the copies too (architecture 3).
    """
    everyone = list(Organisation.objects.order_by("level", "line", "key"))
    _number(everyone)
    return len(everyone)


@transaction.atomic
def place_new(organisations: list[Organisation]) -> None:
    """Number whole new trees behind all that stand: for organisations of which no ancestor is in the tree already."""
    last = Organisation.objects.aggregate(last=Max("rgt"))["last"] or 0
    _number(sorted(organisations, key=lambda org: (org.level, org.line, org.key)), after=last)


def _number(everyone: list[Organisation], *, after: int = 0) -> None:
    children: dict[int | None, list[Organisation]] = {}
    by_id = {org.pk: org for org in everyone}
    for org in everyone:
        children.setdefault(org.parent_id, []).append(org)
    counter = after
    stack: list[tuple[Organisation, bool]] = [(root, False) for root in reversed(children.get(None, []))]
    while stack:
        org, left_done = stack.pop()
        counter += GAP
        if left_done:
            org.rgt = counter
            continue
        org.lft = counter
        stack.append((org, True))
        stack.extend((child, False) for child in reversed(children.get(org.pk, [])))
    for org in everyone:
        looks_over = by_id.get(org.parent_id) if org.line in OVERSEES_PARENT else org
        org.territory_lft, org.territory_rgt = (looks_over or org).interval
    Organisation.objects.bulk_update(everyone, ["lft", "rgt", "territory_lft", "territory_rgt"], batch_size=500)


# Organs that work for the whole area of their government or committee, not only for themselves.
OVERSEES_PARENT = {Line.PETITION_OFFICE, Line.JOINT_CONFERENCE}


def ancestors(org: Organisation) -> list[Organisation]:
    """From the root down to `org` itself."""
    return list(Organisation.objects.filter(lft__lte=org.lft, rgt__gte=org.rgt).order_by("lft"))


def petition_office_for(place: Organisation) -> Organisation | None:
    """The petition office (信访部门) that registers for `place`: of its own government, else of the nearest one above."""
    chain = [org.pk for org in ancestors(place)]
    offices = {
        office.parent_id: office
        for office in Organisation.objects.filter(parent_id__in=chain, line=Line.PETITION_OFFICE, active=True)
    }
    return next((offices[pk] for pk in reversed(chain) if pk in offices), None)


def line_organ_of(government: Organisation, line: Line) -> Organisation | None:
    """The organ of a line that works for this government: its petition office, its discipline organ …"""
    return Organisation.objects.filter(parent=government, line=line, active=True).order_by("lft").first()


def petition_office_above(office: Organisation) -> Organisation | None:
    """The next higher petition office: of the government above the one that `office` works for."""
    above = office.parent.parent if office.parent else None
    return petition_office_for(above) if above else None


def review_organs(org: Organisation) -> list[Candidate]:
    """The organs one level up that may review a decision of `org` (D.9), from the tree, never typed by hand."""
    return candidates(_facts(org))


def _facts(org: Organisation, depth: int = 3) -> OrgFacts:
    """What the rule needs to know; three hops upward answer review and recheck."""
    return OrgFacts(
        id=org.pk,
        name=org.name,
        line=Line(org.line),
        level=org.level,
        government=_facts(org.parent, depth - 1) if depth and org.parent else None,
        line_superior=_facts(org.parent_line, depth - 1) if depth and org.parent_line else None,
        vertically_managed=org.vertically_managed,
        further_instance=org.further_instance,
    )
