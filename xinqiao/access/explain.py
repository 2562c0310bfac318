"""Why may I see this (为什么我能看), and who may see this matter (谁能看这一件).

Both ask `visible_to` itself, once for each role or officer in question: what is explained cannot differ from what happens.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, Value

from xinqiao.integrity.models import AuditEntry
from xinqiao.matters import identities
from xinqiao.matters.models import Matter, Referral, Submission
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.audit import TOLD_TO_CITIZEN, AuditKind
from xinqiao.rules.confidentiality import TERRITORY_ROLES, Access
from xinqiao.rules.permissions import ROWS, Action, Reach, allowed, cell
from xinqiao.rules.stages import Line, Role

from .reveal import Level, level

_AT_ONCE = 40  # officers asked about in one statement

REACH_WORDS = {
    Reach.OWN: "本人的信访件",
    Reach.WHILE_REGISTERING: "只在登记期间",
    Reach.ASSIGNED: "只看交给本人的",
    Reach.SEALED_LIST: "本单位收到的，材料须打开查看",
    Reach.COMPETENT: "本单位有权处理、且不在被检举范围内的",
    Reach.ORGANISATION: "在本单位办理过的",
    Reach.TERRITORY: "本级和下级单位办理的",
    Reach.EVERYWHERE: "全部",
}


@dataclass(frozen=True)
class Ground:
    """One role of the post that opens this matter, and by which line of the table."""

    role: Role
    row: str
    cell: str
    reach: str
    basis: str


@dataclass(frozen=True)
class Right:
    """One part of the file: what of it, in words, and the line of the table."""

    part: str
    words: str
    yes: bool
    basis: str


@dataclass
class Why:
    """The page "why may I see this"."""

    grounds: list[Ground]
    facts: list[str]
    rights: list[Right]


def why(matter: Matter, officer: Officer) -> Why:
    """For an officer who may open the matter."""
    row = "report" if identities.is_report(matter) else "text"
    grounds = [_ground(role, row) for role in sorted(officer.role_set) if _opens(matter, officer, role)]
    return Why(grounds, _facts(matter, officer), _rights(matter, officer))


def _opens(matter: Matter, officer: Officer, role: Role) -> bool:
    """Whether this role alone would open the matter: asked of the rule itself, for a post that has nothing else."""
    alone = copy(officer)
    alone.roles = [role.value]
    return Matter.objects.visible_to(alone).filter(pk=matter.pk).exists()


def _ground(role: Role, row: str) -> Ground:
    found = cell(role, row) or cell(role, "case")
    return Ground(role, row, str(found or "-"), REACH_WORDS.get(found.reach, "") if found else "", ROWS[row].basis)


def _facts(matter: Matter, officer: Officer) -> list[str]:
    """What in the matter leads to this post."""
    desks = list(Referral.objects.filter(matter=matter).select_related("organisation").order_by("pk"))
    own = [desk for desk in desks if desk.organisation_id == officer.organisation_id]
    first, last = officer.scope
    below = {desk.organisation.name for desk in desks if first <= desk.org_lft <= last and desk not in own}
    facts = []
    if own:
        open_now = any(desk.is_open for desk in own)
        facts.append("这一件现在由您单位办理。" if open_now else "这一件在您单位办理过。")
    if any(desk.handler_id == officer.pk for desk in own):
        facts.append("您是这一件的承办人。")
    if Submission.objects.filter(matter=matter, registrar=officer).exists():
        facts.append("这一件由您登记。")
    if below:
        facts.append(f"{'、'.join(sorted(below))}在您单位督查、指导的范围内。")
    return facts


def _rights(matter: Matter, officer: Officer) -> list[Right]:
    roles, report = officer.role_set, identities.is_report(matter)
    text = identities.text_access(matter, officer)
    seen = level(matter, officer)
    attachments = bool(allowed(roles, "attachment", Action.READ))
    letters = bool(allowed(roles, "letter", Action.READ))
    identity_row = (
        "secret_identity" if identities.asked_for_secrecy(matter) else "report_identity" if report else "identity"
    )
    return [
        Right("信访内容", _TEXT_WORDS[text, report], text is not Access.NONE, f"权限表 {'report' if report else 'text'}；B.3"),
        Right("信访人身份", _IDENTITY_WORDS[seen], seen is not Level.NONE, f"权限表 {identity_row}；B.3, C-11, C-12"),
        Right("材料（附件）", "可以打开，每次打开都有记录。" if attachments else "不能打开。", attachments, "权限表 attachment；B.3"),
        Right("文书", _letter_words(letters, seen), letters, "权限表 letter；I-17"),
        Right("处理意见", "可以查看。" if allowed(roles, "opinion", Action.READ) else "不能查看。",
              bool(allowed(roles, "opinion", Action.READ)), "权限表 opinion；B.3"),
        Right("内部备注", "只看本单位写的。" if allowed(roles, "note", Action.READ) else "不能查看。",
              bool(allowed(roles, "note", Action.READ)), "权限表 note"),
        Right("办理", "轮到您的岗位时可以办理，具体见信访件页上的按钮。" if allowed(roles, "step", Action.WRITE) else "只能查看，不能办理。",
              bool(allowed(roles, "step", Action.WRITE)), "权限表 step；办理步骤表"),
    ]  # fmt: skip


_TEXT_WORDS = {
    (Access.FULL, False): "可以查看。其中信访人的姓名、电话、证件号码隐去，说明用途后显示。",
    (Access.MASKED, False): "只看隐去姓名、电话、证件号码的内容。",
    (Access.NONE, False): "不能查看。",
    (Access.FULL, True): "点“打开材料”后查看，每次打开都有记录。",
    (Access.MASKED, True): "只看隐去姓名、电话、证件号码的内容。",
    (Access.NONE, True): "不能查看。",
}
_IDENTITY_WORDS = {
    Level.NONE: "不显示。",
    Level.MASKED: "只看脱敏后的，例如“张*”、手机前三位和后两位。",
    Level.ALONE: "平时脱敏显示。说明用途、再输一次密码后可以查看，每次查看都有记录。",
    Level.TOGETHER: "属于保密身份。说明用途，经本单位另一位负责人或者对接人同意后，才能在限定时间内查看。",
}


def _letter_words(letters: bool, seen: Level) -> str:
    if not letters:
        return "不能打开。"
    if seen in (Level.NONE, Level.MASKED):
        return "可以打开没有信访人姓名的文书。"
    return "可以打开。登记表、申请书载有完整身份，要先“查看完整信息”。"


# ---- who may see this matter ------------------------------------------------------------------------------------------


@dataclass
class Readers:
    """Those of one organisation who may open the matter now."""

    organisation: Organisation
    officers: list[Officer] = field(default_factory=list)


def readers(matter: Matter) -> list[Officer]:
    """Every active officer who may open the matter now, by the rule that opens it."""
    found: set[int] = set()
    asked = list(_candidates(matter))
    for start in range(0, len(asked), _AT_ONCE):
        found |= set(_who_of(matter, asked[start : start + _AT_ONCE]))
    return [one for one in asked if one.pk in found]


def _candidates(matter: Matter):
    """Those whom a desk, a territory or an own registration could lead to this matter; the rule then decides on each."""
    desks = Referral.objects.filter(matter=matter)
    first, last = OuterRef("organisation__territory_lft"), OuterRef("organisation__territory_rgt")
    over = Exists(desks.filter(org_lft__gte=first, org_lft__lte=last))
    may = (
        Q(organisation__in=desks.values("organisation"))
        | Q(pk__in=desks.filter(handler__isnull=False).values("handler"))
        | Q(pk__in=Submission.objects.filter(matter=matter, registrar__isnull=False).values("registrar"))
        | Q(over, roles__overlap=[role.value for role in TERRITORY_ROLES])
    )
    rows = Officer.objects.filter(may, active=True, user__is_active=True)
    return rows.select_related("user", "organisation").order_by("organisation__lft", "pk")


def _who_of(matter: Matter, officers: Iterable[Officer]) -> list[int]:
    parts = [
        Matter.objects.visible_to(one)
        .filter(pk=matter.pk)
        .order_by()
        .annotate(who=Value(one.pk))
        .values_list("who", flat=True)
        for one in officers
    ]
    first, *rest = parts
    return list(first.union(*rest, all=True)) if rest else list(first)


def by_organisation(officers: list[Officer]) -> list[Readers]:
    """The same by organisation, in the order of the tree."""
    grouped: dict[int, Readers] = {}
    for one in officers:
        grouped.setdefault(one.organisation_id, Readers(one.organisation)).officers.append(one)
    return list(grouped.values())


@dataclass(frozen=True)
class Reading:
    """Who opened it so far: one officer, how often, when last."""

    officer: Officer
    times: int
    last_at: object
    identity: bool


def opened_by(matter: Matter, viewer: Officer) -> list[Reading]:
    """Who opened the file until now. Nobody reads the record of the own looking (LG-4); a discipline organ's stays with it (LG-6)."""
    entries = AuditEntry.objects.filter(matter_id=matter.pk, kind__in=TOLD_TO_CITIZEN, officer_id__isnull=False)
    rows = list(entries.exclude(user_id=viewer.user_id).order_by("id").values_list("officer_id", "at", "kind"))
    officers = Officer.objects.select_related("user", "organisation").in_bulk({row[0] for row in rows})
    if identities.is_report(matter):
        officers = {
            pk: one
            for pk, one in officers.items()
            if one.organisation.line != Line.DISCIPLINE or one.organisation_id == viewer.organisation_id
        }
    made = []
    for pk, officer in officers.items():
        own = [row for row in rows if row[0] == pk]
        made.append(
            Reading(officer, len(own), own[-1][1], any(kind == AuditKind.READ_IDENTITY for _pk, _at, kind in own))
        )
    return sorted(made, key=lambda one: one.last_at, reverse=True)


def shut_out(matter: Matter, viewer: Officer) -> list[str]:
    """The organisations of the accused set, for those alone who may know it: the liaison to the discipline organs (C-01)."""
    if Role.DISCIPLINE_LIAISON not in viewer.role_set:
        return []
    return [row.organisation.name for row in matter.accused.select_related("organisation") if row.organisation]
