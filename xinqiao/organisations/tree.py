"""The organisation tree: numbering, the petition office of a place, the organ one level up."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Max

from xinqiao.database.composed import Composed
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


def settle(everyone: list[Organisation], loose: set[int]) -> list[Organisation]:
    """Give those of `everyone` that are new or hang elsewhere now (`loose`, by key) a place below their parents, in memory.

    They go behind their parent's other children where there is room; else the smallest area above that has room is numbered anew.
    Returns all whose numbers changed; `save_places` writes them.
    """
    before = {org.pk: _places(org) for org in everyone}
    below, by_id = _below(everyone), {org.pk: org for org in everyone}
    loose = {org.pk for pk in loose for org in _with_all_below(by_id[pk], below)}
    tops = defaultdict(list)  # parent that stands → those that come under it
    for pk in loose:
        if by_id[pk].parent_id not in loose:
            tops[by_id[pk].parent_id].append(by_id[pk])
    for parent_id, children in tops.items():
        if not any(child.pk in loose for child in children):
            continue  # an area above was numbered anew, and they with it
        placed = _put_behind(by_id.get(parent_id), sorted(children, key=_in_order), everyone, below, loose)
        loose -= {org.pk for org in placed or _spread(by_id[parent_id], everyone, by_id, below)}
    _look_over(everyone, by_id)
    return [org for org in everyone if _places(org) != before[org.pk]]


def _put_behind(parent, children: list, everyone: list, below: dict, loose: set[int]) -> list[Organisation]:
    """Into the free numbers at the end of the parent's interval, whole new trees behind all that stand. Returns whom; none without room."""
    placed = [org for child in children for org in _with_all_below(child, below)]
    if parent is None:
        last, step = max((org.rgt for org in everyone if org.pk not in loose), default=0), GAP
    else:
        last = max((child.rgt for child in below[parent.pk] if child.pk not in loose), default=parent.lft)
        step = min(GAP, (parent.rgt - last - 1) // (2 * len(placed)))
    if not step:
        return []
    _lay(children, below, start=last, step=step)
    return placed


def _spread(org: Organisation | None, everyone: list, by_id: dict, below: dict) -> list[Organisation]:
    """Number all below `org` anew, or below the nearest one above it that has room for them, at last the whole forest; returns whom."""
    while org is not None:
        inside = _with_all_below(org, below)[1:]
        step = min(GAP, (org.rgt - org.lft - 1) // (2 * len(inside)))
        if step > 1:  # some room is left for the next ones
            _lay(sorted(below[org.pk], key=_in_order), below, start=org.lft, step=step)
            return inside
        org = by_id.get(org.parent_id)
    _lay(sorted(below[None], key=_in_order), below, start=0, step=GAP)
    return everyone


def _with_all_below(org: Organisation, below: dict) -> list[Organisation]:
    found = [org]
    for one in found:
        found.extend(below.get(one.pk, ()))
    return found


def _in_order(org: Organisation) -> tuple:
    return (org.level, org.line, org.key)


def _places(org: Organisation) -> tuple[int, ...]:
    return (org.lft, org.rgt, org.territory_lft, org.territory_rgt)


def _below(everyone: list[Organisation]) -> dict[int | None, list[Organisation]]:
    children: dict[int | None, list[Organisation]] = {}
    for org in everyone:
        children.setdefault(org.parent_id, []).append(org)
    return children


def _number(everyone: list[Organisation], *, after: int = 0) -> None:
    children = _below(everyone)
    _lay(children.get(None, []), children, start=after, step=GAP)
    _look_over(everyone, {org.pk: org for org in everyone})
    save_places(everyone)


def _lay(roots: list[Organisation], children: dict, *, start: int, step: int) -> int:
    """Nested intervals for these and all below them, from `start` upwards; returns the last number given."""
    counter = start
    stack: list[tuple[Organisation, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        org, left_done = stack.pop()
        counter += step
        if left_done:
            org.rgt = counter
            continue
        org.lft = counter
        stack.append((org, True))
        stack.extend((child, False) for child in sorted(children.get(org.pk, ()), key=_in_order, reverse=True))
    return counter


def _look_over(everyone: list[Organisation], by_id: dict) -> None:
    for org in everyone:
        looks_over = by_id.get(org.parent_id) if org.line in OVERSEES_PARENT else org
        org.territory_lft, org.territory_rgt = (looks_over or org).interval


def save_places(organisations: list[Organisation]) -> None:
    """Write the numbers of these organisations: one statement, however many."""
    columns = zip(*((org.pk, *_places(org)) for org in organisations), strict=True) if organisations else ()
    if values := [list(column) for column in columns]:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE organisations_organisation o SET lft = v.lft, rgt = v.rgt, territory_lft = v.low, territory_rgt = v.high "
                "FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[]) v (id, lft, rgt, low, high) WHERE o.id = v.id",
                values,
            )


# Organs that work for the whole area of their government or committee, not only for themselves.
OVERSEES_PARENT = {Line.PETITION_OFFICE, Line.JOINT_CONFERENCE}


_ABOVE = Composed(lambda lft, rgt: Organisation.objects.filter(lft__lte=lft, rgt__gte=rgt).order_by("lft"))
_OFFICE = Composed(
    lambda lft, rgt: Organisation.objects.filter(
        parent__lft__lte=lft, parent__rgt__gte=rgt, line=Line.PETITION_OFFICE, active=True
    ).order_by("-parent__lft", "-pk")[:1]
)


def ancestors(org: Organisation) -> list[Organisation]:
    """From the root down to `org` itself."""
    return _ABOVE(lft=org.lft, rgt=org.rgt)


def petition_office_for(place: Organisation) -> Organisation | None:
    """The petition office (信访部门) that registers for `place`: of its own government, else of the nearest one above."""
    return _OFFICE.first(lft=place.lft, rgt=place.rgt)


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


@transaction.atomic
def rewrite_copies(tables: Iterable[str], organisations: list[int]) -> int:
    """Give the rows of these units the numbers that the units have now; returns how many differed. `tables`: with `organisation_id`, `org_lft`."""
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table in tables if organisations else ():
            cursor.execute(
                f"UPDATE {table} row SET org_lft = unit.lft FROM organisations_organisation unit"
                " WHERE unit.id = row.organisation_id AND unit.id = ANY(%s) AND row.org_lft <> unit.lft",
                [organisations],
            )
            changed += cursor.rowcount
    return changed
