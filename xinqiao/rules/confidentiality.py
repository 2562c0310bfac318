"""Who may see whose name, and who may never know that a matter exists: B.3, B.4 (C-01, C-02), R-30(3), R-46(五).

Pure tables and arithmetic. The query that every list starts from (`visible_to`) and every reveal read them; no page
decides by itself. A role that has no row sees nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from xinqiao.rules.stages import Kind, Role


class Access(StrEnum):
    """How much of a field is shown. Ordered from nothing to everything."""

    NONE = "none"
    MASKED = "masked"
    FULL = "full"


class Reach(StrEnum):
    """Which matters a role may open: B.3 (own, org, sub, assigned …)."""

    NONE = "none"
    OWN = "own"  # the citizen's own matters
    WHILE_REGISTERING = "while_registering"  # only until the registration is finished
    ASSIGNED = "assigned"  # only matters given to this very person
    SEALED_LIST = "sealed_list"  # numbers, dates and receiver; the text after opening the seal
    COMPETENT = "competent"  # only if the own organisation is the competent organ, and never if accused
    ORGANISATION = "organisation"  # matters on the desk of the own organisation
    TERRITORY = "territory"  # these, and those of every organisation below the own government


@dataclass(frozen=True)
class IdentityAccess:
    """What a role sees of the petitioner's name, document, telephone and address, among the matters it may open.

    `normal`: as a rule. `secret`: the petitioner asked for secrecy or is anonymous (要求保密、匿名).
    `report`: the matter is of kind 检举控告.
    """

    normal: Access
    secret: Access
    report: Access


@dataclass(frozen=True)
class TextAccess:
    """What a role sees of submissions and attachments: `reach` for requests and suggestions, else `report_reach`."""

    access: Access
    reach: Reach
    report_reach: Reach


_N, _M, _F = Access.NONE, Access.MASKED, Access.FULL

# B.3 rows "petitioner identity" and "confidential identity". The column `report` is the row "submission of kind
# 检举控告" applied to identity: who may read the text only in part sees the name masked (INF, the stricter reading).
# Roles that B.3 does not list (VIO, JCO, MED, ARC, SEC) get the least their work needs (INF).
IDENTITY_ACCESS = MappingProxyType(
    {
        Role.CITIZEN: IdentityAccess(_F, _F, _F),  # own data only, see TEXT_ACCESS
        Role.VILLAGE_INFORMATION_OFFICER: IdentityAccess(_M, _N, _N),
        Role.REGISTRAR: IdentityAccess(_F, _N, _N),  # writes a confidential identity once, never reads it again
        Role.TRIAGE: IdentityAccess(_F, _N, _M),
        Role.OFFICE_LEADER: IdentityAccess(_F, _N, _M),
        Role.SUPERVISOR: IdentityAccess(_M, _N, _N),
        Role.UNIT_RECEIVER: IdentityAccess(_F, _N, _F),
        Role.HANDLER: IdentityAccess(_F, _N, _F),
        Role.UNIT_LEADER: IdentityAccess(_F, _N, _F),
        Role.REVIEWER: IdentityAccess(_F, _N, _F),
        Role.LEADER: IdentityAccess(_M, _N, _N),
        Role.JOINT_CONFERENCE: IdentityAccess(_M, _N, _N),
        Role.MEDIATOR: IdentityAccess(_M, _N, _N),
        Role.DISCIPLINE_LIAISON: IdentityAccess(_F, _F, _F),  # the confidential one with a written reason
        Role.JUDICIAL_LIAISON: IdentityAccess(_M, _N, _N),
        Role.PERSONNEL_LIAISON: IdentityAccess(_N, _N, _N),  # reads the sealed digest of C-09, no file
        Role.ANALYST: IdentityAccess(_N, _N, _N),
        Role.ARCHIVIST: IdentityAccess(_M, _N, _N),
        Role.SYSTEM_ADMINISTRATOR: IdentityAccess(_N, _N, _N),
        Role.SECURITY_ADMINISTRATOR: IdentityAccess(_N, _N, _N),
        Role.AUDITOR: IdentityAccess(_N, _N, _N),
        Role.SYSTEM: IdentityAccess(_N, _N, _N),
    }
)

TEXT_ACCESS = MappingProxyType(
    {
        Role.CITIZEN: TextAccess(_F, Reach.OWN, Reach.OWN),
        Role.VILLAGE_INFORMATION_OFFICER: TextAccess(_F, Reach.ASSIGNED, Reach.WHILE_REGISTERING),
        Role.REGISTRAR: TextAccess(_F, Reach.ORGANISATION, Reach.WHILE_REGISTERING),
        Role.TRIAGE: TextAccess(_F, Reach.ORGANISATION, Reach.ASSIGNED),
        Role.OFFICE_LEADER: TextAccess(_F, Reach.TERRITORY, Reach.SEALED_LIST),
        Role.SUPERVISOR: TextAccess(_F, Reach.TERRITORY, Reach.NONE),
        Role.UNIT_RECEIVER: TextAccess(_F, Reach.ORGANISATION, Reach.COMPETENT),
        Role.HANDLER: TextAccess(_F, Reach.ORGANISATION, Reach.COMPETENT),
        Role.UNIT_LEADER: TextAccess(_F, Reach.ORGANISATION, Reach.COMPETENT),
        Role.REVIEWER: TextAccess(_F, Reach.ORGANISATION, Reach.COMPETENT),
        Role.LEADER: TextAccess(_F, Reach.ASSIGNED, Reach.ASSIGNED),
        Role.JOINT_CONFERENCE: TextAccess(_F, Reach.ORGANISATION, Reach.NONE),
        Role.MEDIATOR: TextAccess(_F, Reach.ASSIGNED, Reach.NONE),
        Role.DISCIPLINE_LIAISON: TextAccess(_F, Reach.NONE, Reach.ORGANISATION),
        Role.JUDICIAL_LIAISON: TextAccess(_F, Reach.ORGANISATION, Reach.NONE),
        Role.PERSONNEL_LIAISON: TextAccess(_N, Reach.NONE, Reach.NONE),
        Role.ANALYST: TextAccess(_M, Reach.TERRITORY, Reach.NONE),  # of reports: counts only
        Role.ARCHIVIST: TextAccess(_F, Reach.ORGANISATION, Reach.NONE),
        Role.SYSTEM_ADMINISTRATOR: TextAccess(_N, Reach.NONE, Reach.NONE),
        Role.SECURITY_ADMINISTRATOR: TextAccess(_N, Reach.NONE, Reach.NONE),
        Role.AUDITOR: TextAccess(_N, Reach.NONE, Reach.NONE),
        Role.SYSTEM: TextAccess(_N, Reach.NONE, Reach.NONE),
    }
)

# Roles that see the subtree of the government they serve; all others only what lies on the desk of their own
# organisation. B.3 gives SUP "org+sub"; POL signs supervision letters to the units below and needs the same (INF).
TERRITORY_ROLES = frozenset(role for role, row in TEXT_ACCESS.items() if row.reach is Reach.TERRITORY)

# Roles that may read a confidential identity only after writing down why (B.3 "R with reason", C-11).
REASON_NEEDED_ROLES = frozenset({Role.DISCIPLINE_LIAISON})

_ORDER = (Access.NONE, Access.MASKED, Access.FULL)


def identity_access(
    roles: Iterable[Role], *, kind: Kind | None, secrecy_requested: bool, in_accused_set: bool = False
) -> Access:
    """What somebody with these roles sees of the petitioner's identity in a matter that they may open.

    Of several roles the one that sees most counts; of two reasons for secrecy the stricter one. Someone in the accused
    set of a report sees nothing, whatever their roles (C-01). While the kind is not decided (None) it counts as normal.
    """
    if kind == Kind.REPORT and in_accused_set:
        return Access.NONE
    return max((_of_one_role(role, kind, secrecy_requested) for role in roles), key=_ORDER.index, default=Access.NONE)


def _of_one_role(role: Role, kind: Kind | None, secrecy_requested: bool) -> Access:
    row = IDENTITY_ACCESS.get(role)
    if row is None:
        return Access.NONE
    seen = [row.normal]
    if kind == Kind.REPORT:
        seen.append(row.report)
    if secrecy_requested:
        seen.append(row.secret)
    # the stricter reason counts; a unit that handles a report openly made sees the name, as it has to answer
    return min(seen, key=_ORDER.index)


@dataclass(frozen=True)
class Interval:
    """The place of an organisation in the tree: everything below it lies between `lft` and `rgt`."""

    lft: int
    rgt: int

    def contains(self, other: "Interval") -> bool:
        return self.lft <= other.lft and other.rgt <= self.rgt


def is_in_accused_set(
    organisation: Interval, accused: Collection[Interval], *, cleared: Collection[Interval] = ()
) -> bool:
    """Whether an organisation is accused in a report, or stands below one that is (C-01, C-02).

    Its members may not learn that the matter exists: no list, search hit, count, message, export; by number a 404.
    `cleared`: subordinate organisations that the discipline liaison cleared with a reason (C-02); what stands below
    a cleared one is cleared with it. The accused organisation itself cannot be cleared, nor one that is accused in
    its own right.
    """
    for one in accused:
        if not one.contains(organisation):
            continue
        if one == organisation:
            return True
        if not any(one != free and one.contains(free) and free.contains(organisation) for free in cleared):
            return True
    return False
