"""Whose figures a post may see: the cell `statistics` of the permission matrix, as a place in the tree (B.3)."""

from dataclasses import dataclass, field

from django.http import Http404

from xinqiao.counts.folding import EVERYTHING
from xinqiao.counts.reading import Head
from xinqiao.database.composed import Composed
from xinqiao.matters import counted
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.stages import Role


@dataclass(frozen=True)
class Scope:
    """`above`: the way from the widest organisation this post may see down to the one shown. `lists`: the shelf that holds the
    petitions behind the figures, empty for posts that count where they open nothing."""

    head: Head
    name: str
    organisation: Organisation | None
    children: list[Organisation]
    above: list[Organisation] = field(default_factory=list)
    lists: str = ""


_CHILDREN = Composed(
    lambda parent_id: Organisation.objects.filter(parent_id=parent_id).only("pk", "name", "lft", "rgt").order_by("lft")
)
_AT = Composed(lambda lft: Organisation.objects.filter(lft=lft))


def scope_of(officer: Officer, asked: str) -> Scope:
    """The organisation named in the address, else the widest one. Raises Http404 for one outside the scope, as for one that is not."""
    cell = allowed(officer.role_set, "statistics", Action.COUNT)
    if cell is None:
        raise Http404
    if cell.reach is Reach.ORGANISATION:
        own = officer.organisation
        if asked not in ("", str(own.pk)):
            raise Http404
        head = Head(own.pk, *own.interval, alone=True, wide=counted.keeps_own(own))
        return Scope(head, own.name, own, [], [own], lists=_lists(officer, "all"))
    top = _top(officer, cell.reach)
    shown = _asked(asked, top) or top
    if shown is None:
        roots = list(Organisation.objects.filter(parent=None).order_by("lft"))
        last = max((one.rgt for one in roots), default=0)
        return Scope(_head(EVERYTHING, 0, last, roots, wide=True), "全部机关", None, roots)
    children = _CHILDREN(parent_id=shown.pk)
    head = _head(shown.pk, *shown.interval, children, wide=counted.is_wide(shown))
    lists = _lists(officer, "area") if cell.reach is Reach.TERRITORY else ""
    return Scope(head, shown.name, shown, children, _way(top, shown), lists)


def _head(org_id: int, lft: int, rgt: int, children: list[Organisation], *, wide: bool) -> Head:
    return Head(org_id, lft, rgt, [(one.pk, one.lft, one.rgt) for one in children], wide=wide)


def _top(officer: Officer, reach: Reach) -> Organisation | None:
    """The widest organisation of this post; None for everything, where that has several roots."""
    if reach is Reach.TERRITORY:
        first, _last = officer.organisation.territory
        return _AT(lft=first)[0]
    roots = list(Organisation.objects.filter(parent=None)[:2])
    return roots[0] if len(roots) == 1 else None


def _asked(asked: str, top: Organisation | None) -> Organisation | None:
    if not asked:
        return None
    found = Organisation.objects.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 16 else None
    if found is None or (top and not top.lft <= found.lft <= top.rgt):
        raise Http404
    return found


def _way(top: Organisation | None, shown: Organisation) -> list[Organisation]:
    if top and top.pk == shown.pk:
        return [shown]
    above = (
        Organisation.objects.filter(lft__lte=shown.lft, rgt__gte=shown.rgt).only("pk", "name", "lft").order_by("lft")
    )
    return [one for one in above if top is None or one.lft >= top.lft]


def _lists(officer: Officer, shelf: str) -> str:
    """Whoever opens petitions as far as they are counted here may go from a figure to its list."""
    reads = allowed(officer.role_set, "text", Action.READ_MASKED)
    wanted = {"all": (Reach.ORGANISATION, Reach.TERRITORY), "area": (Reach.TERRITORY,)}[shelf]
    return shelf if reads and reads.reach in wanted else ""


def counts_reports(officer: Officer) -> bool:
    """Whether the post is told how many reports there are in all: B.3 gives ANA "counts only", everywhere and nothing more."""
    cell = allowed(officer.role_set & {Role.ANALYST}, "report", Action.COUNT)
    return cell is not None and cell.reach is Reach.EVERYWHERE
