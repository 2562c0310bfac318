"""Whose name is shown to whom: the one way from a matter to its petitioners' identity (B.3, C-01, C-12).

Pages show it masked, to everybody. The clear values leave through `access.reveal` only, which writes down who looked first; letters
that are addressed to the citizen name the citizen.
"""

from dataclasses import replace

from xinqiao.people.models import Identity
from xinqiao.rules import masking
from xinqiao.rules.confidentiality import TEXT_ACCESS, Access, identity_access
from xinqiao.rules.permissions import Reach
from xinqiao.rules.reveal import is_protected
from xinqiao.rules.stages import Kind

from .actors import Actor, Citizen
from .models import Matter

HIDDEN = Identity(name="（信访人身份由信访部门保密）")
ANONYMOUS = Identity(name="（匿名）")
_TELLING = ("id_number", "mobile", "phone", "email", "address")
_STRONGEST = (Access.NONE, Access.MASKED, Access.FULL)


def access(matter: Matter, actor: Actor) -> Access:
    """What `actor`, who may already open the matter, may know of the identity: full (with a reason), masked or nothing."""
    if isinstance(actor, Citizen):
        return Access.FULL
    return identity_access(actor.role_set, kind=_kind(matter), secrecy_requested=asked_for_secrecy(matter))


def text_access(matter: Matter, actor: Actor) -> Access:
    """What `actor`, who may already open the matter, may read of its text: in full, masked (B.3 "M"), or nothing."""
    if isinstance(actor, Citizen):
        return Access.FULL
    rows = [TEXT_ACCESS[role] for role in actor.role_set if role in TEXT_ACCESS]
    reach = "report_reach" if is_report(matter) else "reach"
    return max((row.access for row in rows if getattr(row, reach) is not Reach.NONE), key=_STRONGEST.index, default=Access.NONE)  # fmt: skip


def asked_for_secrecy(matter: Matter) -> bool:
    """B.3 "confidential identity": 要求保密, or anonymous with a contact that the office knows."""
    return matter.secrecy or matter.anonymous


def is_report(matter: Matter) -> bool:
    """检举控告, decided or still sealed because the citizen says so."""
    return _kind(matter) is Kind.REPORT


def protected(matter: Matter) -> bool:
    """保密身份: shown in full only with a second person (C-11)."""
    return is_protected(secrecy=matter.secrecy, anonymous=matter.anonymous, report=is_report(matter))


def identities(matter: Matter, actor: Actor) -> list[Identity]:
    """The petitioners as a page may show them before anybody asked to see more: masked at most. The main one first."""
    return shown([one.identity() for one in matter.petitioners], matter, access(matter, actor))


def shown(people: list[Identity], matter: Matter, seen: Access, *, fields: tuple[str, ...] = ()) -> list[Identity]:
    """The same from identities that were read already. `fields`: those opened by a recorded reveal, the others stay masked."""
    if seen is Access.FULL and fields and people:
        return [partly(person, fields) for person in people]
    if asked_for_secrecy(matter):
        return [ANONYMOUS if matter.anonymous else HIDDEN]
    if seen is Access.NONE:
        return [HIDDEN]
    return [person.masked() for person in people] or [ANONYMOUS]


def partly(person: Identity, fields: tuple[str, ...]) -> Identity:
    """`fields` in the clear, the rest masked."""
    return replace(person.masked(), **{name: getattr(person, name) for name in fields})


def without_identity(
    text: str, people: list[Identity], *, but: tuple[str, ...] = (), strict: bool = False, wholly: bool = False
) -> str:
    """A free text of this matter with everything masked that tells who the petitioner is, but for the opened fields (C-12).

    `strict`: every number that looks like somebody's is masked too, for readers who may never know the identity; `wholly`: nothing
    of it stays, for those who may not even see it masked.
    """
    names = () if "name" in but else tuple(person.name for person in people)
    values = tuple(getattr(person, one) for person in people for one in _TELLING if one not in but)
    if strict:
        return masking.mask_text(text, names=names, values=values, wholly=wholly)
    return masking.mask_known(text, names=names, values=values)


def data_without_identity(data, people: list[Identity]):
    """The data of a letter, down to every part, with what tells who the petitioner is masked: for previews."""
    if isinstance(data, dict):
        return {key: data_without_identity(value, people) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [data_without_identity(value, people) for value in data]
    return without_identity(data, people) if isinstance(data, str) else data


def addressee(matter: Matter, by: Actor) -> str:
    """The name on a letter to the citizen: nobody writes a name that the writer may not know (I-17, B.3)."""
    if access(matter, by) is not Access.FULL:
        return "信访人"
    return main_petitioner(matter).name or "信访人"


def main_petitioner(matter: Matter) -> Identity:
    """The main petitioner in the clear, for letters to the citizen only."""
    first = matter.petitioners.first()
    return first.identity() if first else ANONYMOUS


def _kind(matter: Matter) -> Kind | None:
    return Kind.REPORT if matter.sealed else (Kind(matter.kind) if matter.kind else None)
