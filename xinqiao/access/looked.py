"""谁看过我的信访件: what the citizen is told of who looked (LG-6, PIPL 44, 45).

Told: organisation, post, what was looked at, what for, when. Not told: the name of the officer, the words of the reason (they may name
others), and how a discipline organ works on a report, which could harm a lawful investigation.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils.timezone import localdate

from xinqiao.integrity.models import AuditEntry
from xinqiao.matters import identities
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Organisation
from xinqiao.rules.audit import TOLD_TO_CITIZEN, AuditKind
from xinqiao.rules.reveal import FIELDS, PURPOSES
from xinqiao.rules.stages import Line, Role

AT_MOST = 500  # entries, the newest
# What was looked at, in the citizen's words.
_WORDS = {
    AuditKind.OPENED_FILE: "打开了信访件",
    AuditKind.READ_REPORT: "看了您写的材料",
    AuditKind.READ_IDENTITY: "看了您的身份信息",
    AuditKind.READ_LETTER: "打开了这一件的文书",
    AuditKind.READ_ATTACHMENT: "打开了您交的材料",
    AuditKind.REVEAL_ASKED: "申请看您的身份信息",
    AuditKind.EXPORTED: "导出了信访件的信息",
}


@dataclass
class Look:
    """One sort of look of one post on one day, with the times."""

    organisation: str
    post: str
    what: str
    why: str
    times: list[datetime] = field(default_factory=list)


def days(matter: Matter, *, exports: Sequence[str] = ()) -> list[tuple[date, list[Look]]]:
    """Newest day first; equal looks of one day together. `exports`: the files that the matter was in, as the log names them."""
    entries = list(_told(matter, exports).order_by("-id")[:AT_MOST])
    organisations = Organisation.objects.in_bulk({one.organisation_id for one in entries} - {None})
    grouped: dict[date, dict[tuple, Look]] = {}
    for entry in entries:
        organisation = organisations.get(entry.organisation_id)
        look = _look(entry, organisation)
        key = (look.organisation, look.post, look.what, look.why)
        grouped.setdefault(localdate(entry.at), {}).setdefault(key, look).times.append(entry.at)
    return [(day, list(looks.values())) for day, looks in grouped.items()]


def withholds(matter: Matter) -> bool:
    """Whether something may be left out on purpose: reports, whose handling by a discipline organ is not shown."""
    return identities.is_report(matter)


def _told(matter: Matter, exports: Sequence[str]):
    own = Q(matter_id=matter.pk, kind__in=TOLD_TO_CITIZEN)
    if withholds(matter):
        entries = AuditEntry.objects.filter(own)
        discipline = Organisation.objects.filter(line=Line.DISCIPLINE).values("pk")
        return entries.exclude(organisation_id__in=discipline)
    left = Q(kind=AuditKind.EXPORTED, subject__in=exports) if exports else Q(pk__in=())
    return AuditEntry.objects.filter(own | left)


def _look(entry: AuditEntry, organisation: Organisation | None) -> Look:
    return Look(
        organisation=organisation.name if organisation else "有权限的业务系统",
        post="、".join(Role(role).label for role in entry.roles.split(",") if role in set(Role)),
        what=_WORDS[AuditKind(entry.kind)] + _fields(entry),
        why=_why(entry),
    )


def _fields(entry: AuditEntry) -> str:
    if entry.kind not in (AuditKind.READ_IDENTITY, AuditKind.REVEAL_ASKED):
        return ""
    named = [FIELDS[one] for one in entry.fields.split(",") if one in FIELDS]
    return f"（{'、'.join(named)}）" if named else ""


def _why(entry: AuditEntry) -> str:
    """The purpose as one of ours; the officer's own words stay in the log."""
    try:
        purpose = json.loads(entry.detail_text).get("purpose", "")
    except ValueError:
        return ""
    return PURPOSES[purpose].label if purpose in PURPOSES else ""
