"""Who may see whose name, and who may never know that a matter exists: B.3, B.4 (C-01, C-02), R-30(3), R-46(五).

Pure tables and arithmetic. The query that every list starts from (`visible_to`) and every reveal read them; no page
decides by itself. A role that has no row sees nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from xinqiao.rules.permissions import Action, Cell, Reach, cell
from xinqiao.rules.stages import Kind, Role


class Access(StrEnum):
    """How much of a field is shown. Ordered from nothing to everything."""

    NONE = "none"
    MASKED = "masked"
    FULL = "full"


_ORDER = (Access.NONE, Access.MASKED, Access.FULL)


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


def _access(cell: Cell | None) -> Access:
    """How much a cell shows. Writing alone shows nothing: what was written once is not read again (B.3 "W once")."""
    if cell is None or not cell.lets(Action.READ_MASKED):
        return Access.FULL if cell and cell.lets(Action.REVEAL) else Access.NONE
    return Access.FULL if cell.lets(Action.READ) else Access.MASKED


def _reach(cell: Cell | None) -> Reach:
    """Which matters a cell opens; who may only count (B.3 "counts only") opens none."""
    opens = cell and (cell.lets(Action.READ_MASKED) or cell.lets(Action.WRITE))
    return cell.reach if opens else Reach.NONE


# Views of the one table: rows identity, secret_identity, report_identity of `permissions.py` …
IDENTITY_ACCESS = MappingProxyType(
    {
        role: IdentityAccess(*(_access(cell(role, row)) for row in ("identity", "secret_identity", "report_identity")))
        for role in Role
    }
)

# … and its rows text and report.
TEXT_ACCESS = MappingProxyType(
    {
        role: TextAccess(
            max(_access(cell(role, "text")), _access(cell(role, "report")), key=_ORDER.index),
            _reach(cell(role, "text")),
            _reach(cell(role, "report")),
        )
        for role in Role
    }
)

# Roles that see the subtree of the government they serve; all others only what lies on the desk of their own
# organisation. B.3 gives SUP "org+sub"; POL signs supervision letters to the units below and needs the same (INF).
TERRITORY_ROLES = frozenset(role for role, row in TEXT_ACCESS.items() if row.reach is Reach.TERRITORY)


REPORT_TITLE = "检举控告件（标题和内容打开材料后查看）"


def listed_title(title: str, *, sealed: bool) -> str:
    """The title in lists, page heads and bells: that of a report is its first words, read by opening it, on record (B.3, C-11)."""
    return REPORT_TITLE if sealed else title


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
