"""Whose name is shown to whom: the one way from a matter to its petitioners' identity (B.3, C-01, C-12)."""

from xinqiao.people.models import Identity
from xinqiao.rules.confidentiality import Access, identity_access
from xinqiao.rules.stages import Kind

from .actors import Actor, Citizen
from .models import Matter

HIDDEN = Identity(name="（信访人身份由信访部门保密）")
ANONYMOUS = Identity(name="（匿名）")


def access(matter: Matter, actor: Actor) -> Access:
    """Full, masked or none, for an actor who may already open the matter."""
    kind = Kind.REPORT if matter.sealed else (Kind(matter.kind) if matter.kind else None)
    if isinstance(actor, Citizen):
        return Access.FULL
    return identity_access(actor.role_set, kind=kind, secrecy_requested=matter.secrecy)


def identities(matter: Matter, actor: Actor) -> list[Identity]:
    """The petitioners of a matter as far as `actor` may know them; the main one first."""
    seen = access(matter, actor)
    people = [petitioner.identity() for petitioner in matter.petitioners] if seen is not Access.NONE else []
    if seen is Access.NONE:
        return [HIDDEN]
    if not people:
        return [ANONYMOUS]
    return people if seen is Access.FULL else [person.masked() for person in people]


def addressee(matter: Matter, by: Actor) -> str:
    """The name on a letter to the citizen: nobody writes a name that the writer may not know (I-17, B.3)."""
    if access(matter, by) is not Access.FULL:
        return "信访人"
    return main_petitioner(matter).name or "信访人"


def main_petitioner(matter: Matter) -> Identity:
    """The main petitioner in the clear, for letters to the citizen only."""
    first = matter.petitioners.first()
    return first.identity() if first else ANONYMOUS
