"""Sealed digests for personnel organs (涉及干部的信访情况通报): R-30(2), C-09.

The discipline liaison of a petition office compiles which reports are about cadres, by number, day, unit, rank, class and stage;
never by whom. The office's leader agrees, another person; then the personnel organ reads it here and signs for it. An organ that is
itself accused, or stands below one that is, never receives that row: asked when it is compiled, delivered and opened.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from xinqiao.integrity import audit
from xinqiao.matters.models import Accused, Matter
from xinqiao.matters.secrecy import shut_out, shut_out_of
from xinqiao.organisations import tree
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import Rank
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Line, Stage

from .models import Digest, DigestState

MOST_ROWS = 200
SENT = (DigestState.DELIVERED, DigestState.ACKNOWLEDGED)


class DigestRefused(Exception):
    """It cannot be done so; the message says why and what to do."""


@dataclass(frozen=True)
class DigestLine:
    """One row of a digest, as it is sealed."""

    matter_id: int
    number: str
    received_on: str
    units: str
    rank: str
    content_class: str
    stage: str
    serious: bool = False


def visible_to(officer: Officer) -> QuerySet[Digest]:
    """Digests of the own office for who compiles and decides; those delivered to the own organ for the liaison to personnel."""
    if allowed(officer.role_set, "digest", Action.WRITE) or allowed(officer.role_set, "digest", Action.APPROVE):
        return Digest.objects.filter(office=officer.organisation)
    if allowed(officer.role_set, "digest", Action.READ):
        return Digest.objects.filter(recipient=officer.organisation, state__in=SENT)
    return Digest.objects.none()


def recipients(officer: Officer) -> QuerySet[Organisation]:
    """The personnel organs of the own government and of those above it: competence follows the cadre's rank (干部管理权限)."""
    above = [one.pk for one in tree.ancestors(officer.organisation)]
    return Organisation.objects.filter(line=Line.PERSONNEL, active=True, parent__in=above).order_by("-level", "lft")


def candidates(officer: Officer, recipient: Organisation, from_on: date, to_on: date) -> tuple[list[DigestLine], int]:
    """(reports of the period that the recipient may be told and was not told yet, how many it may not be told)."""
    told = {
        pk
        for ids in Digest.objects.filter(recipient=recipient)
        .exclude(state=DigestState.REFUSED)
        .values_list("matter_ids", flat=True)
        for pk in ids
    }
    reports = Matter.objects.visible_to(officer).filter(sealed=True, received_on__range=(from_on, to_on))
    rows = reports.select_related("content_class").order_by("received_on", "pk")[: MOST_ROWS + len(told)]
    found = [matter for matter in rows if matter.pk not in told]
    hidden = shut_out_of([matter.pk for matter in found], recipient)
    kept = [matter for matter in found if matter.pk not in hidden]
    units = _units([matter.pk for matter in kept])
    return [_line(matter, units) for matter in kept[:MOST_ROWS]], len(found) - len(kept)


def _line(matter: Matter, units: dict[int, str]) -> DigestLine:
    return DigestLine(
        matter.pk, matter.number, matter.received_on.isoformat(), units.get(matter.pk, "未载明单位"), Rank.UNKNOWN,
        matter.content_class.name if matter.content_class else "", Stage(matter.stage).label,
    )  # fmt: skip


def _units(matter_ids: list[int]) -> dict[int, str]:
    names: dict[int, set[str]] = {}
    rows = Accused.objects.filter(matter_id__in=matter_ids, organisation__isnull=False)
    for matter_id, name in rows.values_list("matter_id", "organisation__name"):
        names.setdefault(matter_id, set()).add(name)
    return {matter_id: "、".join(sorted(found)) for matter_id, found in names.items()}


def compile_for(
    recipient: Organisation,
    chosen: dict[int, tuple[Rank, bool]],
    *,
    title: str,
    from_on: date,
    to_on: date,
    by: Officer,
    at: datetime,
    request=None,
) -> Digest:
    """Put the chosen reports (matter id: rank, serious) into a digest that waits for the leader. Raises DigestRefused."""
    offered, _withheld = candidates(by, recipient, from_on, to_on)
    lines = [
        DigestLine(**{**asdict(line), "rank": chosen[line.matter_id][0].value, "serious": chosen[line.matter_id][1]})
        for line in offered if line.matter_id in chosen
    ]  # fmt: skip
    if not lines:
        raise DigestRefused("请至少选一件。")
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=by.organisation_id)  # numbers without a gap or a double
        made = Digest.objects.create(
            office=by.organisation, recipient=recipient, number=_next_number(by.organisation, at), title=title,
            rows=[asdict(line) for line in lines], row_count=len(lines), matter_ids=[line.matter_id for line in lines],
            prepared_by=by, prepared_at=at,
        )  # fmt: skip
        audit.note(
            AuditKind.EXPORT_ASKED, officer=by, subject=str(made), reason=title, request=request,
            detail={"rows": len(lines), "recipient": recipient.pk},
        )  # fmt: skip
    return made


def _next_number(office: Organisation, at: datetime) -> str:
    year = localdate(at).year  # of our calendar: the first hours of a year are still the old one in UTC
    count = Digest.objects.filter(office=office, prepared_at__year=year).count()
    return f"{office.short}干情〔{year}〕{count + 1}号"


def may_decide(digest: Digest, officer: Officer) -> str:
    """Why this officer may not decide; empty when they may."""
    if not allowed(officer.role_set, "digest", Action.APPROVE) or officer.organisation_id != digest.office_id:
        return "由本信访部门负责人审批。"
    if officer.user_id == digest.prepared_by.user_id:
        return "不能审批自己编写的通报，请由其他负责人审批。"
    if digest.state != DigestState.ASKED:
        return "这份通报已经有结果，不能再审批。"
    return ""


def decide(digest_id: int, *, by: Officer, at: datetime, agrees: bool, reason: str, request=None) -> Digest:
    """Agree, and it is delivered at once; or refuse, with a reason. What the organ may no longer be told is taken out."""
    with transaction.atomic():
        digest = (
            visible_to(by).select_for_update(of=("self",)).select_related("prepared_by", "recipient").get(pk=digest_id)
        )
        if why := may_decide(digest, by):
            raise DigestRefused(why)
        digest.state = DigestState.DELIVERED if agrees else DigestState.REFUSED
        digest.decided_by, digest.decided_at, digest.decision_reason = by, at, reason
        if agrees:
            hidden = shut_out_of(digest.matter_ids, digest.recipient)
            digest.rows = [row for row in digest.rows if row["matter_id"] not in hidden]
            digest.matter_ids, digest.row_count = [row["matter_id"] for row in digest.rows], len(digest.rows)
            if not digest.rows:
                raise DigestRefused("这些信访件现在都不能告知该机关，没有送达。请不同意，并由联络人员重新编写。")
        digest.save()
        audit.note(
            AuditKind.EXPORT_DECIDED, officer=by, subject=str(digest), reason=reason, request=request,
            detail={"agrees": agrees, "rows": digest.row_count, "recipient": digest.recipient_id},
        )  # fmt: skip
    return digest


def read(digest: Digest, *, by: Officer, request=None) -> list[dict]:
    """The rows, for somebody who may open the digest; the opening is noted first. Who is accused meanwhile no longer finds the row."""
    audit.note(
        AuditKind.DIGEST_READ,
        officer=by,
        subject=str(digest),
        fields="digest",
        request=request,
        detail={"rows": digest.row_count},
    )
    hidden = _hidden(digest.matter_ids, by)
    return [{**row, "rank_label": Rank(row["rank"]).label} for row in digest.rows if row["matter_id"] not in hidden]


def _hidden(matter_ids: Iterable[int], officer: Officer) -> set[int]:
    return set(Matter.objects.filter(shut_out(officer, "pk"), pk__in=matter_ids).values_list("pk", flat=True))


def acknowledge(digest_id: int, *, by: Officer, at: datetime, request=None) -> Digest:
    """The personnel organ signs for it; twice is as good as once. Raises DigestRefused for anybody else."""
    with transaction.atomic():
        digest = visible_to(by).select_for_update(of=("self",)).get(pk=digest_id)
        if digest.recipient_id != by.organisation_id or digest.state not in SENT:
            raise DigestRefused("由收到通报的组织（人事）部门签收。")
        if digest.state == DigestState.DELIVERED:
            digest.state, digest.acknowledged_by, digest.acknowledged_at = DigestState.ACKNOWLEDGED, by, at
            digest.save(update_fields=["state", "acknowledged_by", "acknowledged_at"])
            audit.note(AuditKind.DIGEST_READ, officer=by, subject=str(digest), fields="acknowledged", request=request)
    return digest


def readers(digest: Digest) -> list[Officer]:
    """Who can open and sign for it at the organ that received it."""
    posts = Officer.objects.filter(organisation_id=digest.recipient_id, active=True, user__is_active=True)
    return [
        one for one in posts.select_related("user", "organisation") if visible_to(one).filter(pk=digest.pk).exists()
    ]


def waiting(officer: Officer, at: datetime) -> QuerySet[Digest]:
    """What waits for this officer: to be signed for, or to be decided."""
    found = visible_to(officer)
    if allowed(officer.role_set, "digest", Action.APPROVE):
        return found.filter(state=DigestState.ASKED).exclude(prepared_by__user=officer.user_id)
    if allowed(officer.role_set, "digest", Action.WRITE):
        return found.none()
    return found.filter(state=DigestState.DELIVERED)
