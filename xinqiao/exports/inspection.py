"""Data on leaders for inspection organs (向巡视巡察机构提供信息): R-41(2), C-10.

The discipline liaison of a petition office asks on behalf of the organ, the office's leader decides, nobody decides an own request;
the worker makes the file, it can be fetched once. Figures are those the leader who agreed may see, reports those the liaison may
see: nothing leaves that nobody in the office could open. No petitioner and no text is in any of it (B.3).
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.timezone import localdate

from xinqiao import crypto
from xinqiao.documents import tables
from xinqiao.integrity import audit
from xinqiao.matters.models import Accused, Matter, Referral
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import DECIDED_WITHIN_DAYS, InspectionItem
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Stage

from . import making
from .models import Export, ExportKind, ExportRequest, RequestState

CROWD = 5  # persons: a matter of so many is one to look at (R-20(3))


class DecisionRefused(Exception):
    """The request cannot be decided so; the message says why."""


def visible_to(officer: Officer) -> QuerySet[ExportRequest]:
    """The requests of the officer's own office, for who asks and who decides."""
    if not allowed(officer.role_set, "requested_export", Action.READ):
        return ExportRequest.objects.none()
    return ExportRequest.objects.filter(office=officer.organisation)


def ask(*, by: Officer, at: datetime, request=None, **said) -> ExportRequest:
    """File a request: organ, document_number, inspected, from_on, to_on, items, purpose. It lapses when nobody decides it."""
    with transaction.atomic():
        asked = ExportRequest.objects.create(
            office=by.organisation, asked_by=by, asked_at=at, lapses_at=at + timedelta(days=DECIDED_WITHIN_DAYS), **said
        )
        audit.note(
            AuditKind.EXPORT_ASKED, officer=by, subject=str(asked), reason=asked.purpose, request=request,
            detail={"items": asked.items, "inspected": asked.inspected_id, "from": asked.from_on, "to": asked.to_on},
        )  # fmt: skip
    return asked


def may_decide(asked: ExportRequest, officer: Officer, at: datetime) -> str:
    """Why this officer may not decide; empty when they may. The person counts, not the post."""
    if not allowed(officer.role_set, "requested_export", Action.APPROVE) or officer.organisation_id != asked.office_id:
        return "由本信访部门负责人审批。"
    if officer.user_id == asked.asked_by.user_id:
        return "不能审批自己提出的申请，请由其他负责人审批。"
    if state_at(asked, at) is not RequestState.ASKED:
        return "这份申请已经有结果，不能再审批。"
    return ""


def state_at(asked: ExportRequest, at: datetime) -> RequestState:
    """Where it stands now: one that nobody decided in time has lapsed, whether or not somebody wrote that down."""
    state = RequestState(asked.state)
    return RequestState.LAPSED if state is RequestState.ASKED and asked.lapses_at <= at else state


def decide(request_id: int, *, by: Officer, at: datetime, agrees: bool, reason: str, request=None) -> ExportRequest:
    """Agree or refuse, with a reason. Agreed, the file is made for who asked. Raises DecisionRefused."""
    with transaction.atomic():
        asked = visible_to(by).select_for_update(of=("self",)).select_related("asked_by").get(pk=request_id)
        if why := may_decide(asked, by, at):
            raise DecisionRefused(why)
        asked.state = RequestState.APPROVED if agrees else RequestState.REFUSED
        asked.decided_by, asked.decided_at, asked.decision_reason = by, at, reason
        if agrees:
            asked.export = _owe(asked, by, at)
        asked.save()
        audit.note(
            AuditKind.EXPORT_DECIDED, officer=by, subject=str(asked), reason=reason, request=request,
            detail={"agrees": agrees, "export": asked.export_id},
        )  # fmt: skip
    return asked


def _owe(asked: ExportRequest, by: Officer, at: datetime) -> Export:
    items = [item.value for item in InspectionItem if item.value in asked.items]
    return making.ask(
        ExportKind.INSPECTION, officer=asked.asked_by, form="zip", purpose=asked.purpose, at=at, columns=items,
        facts={"request": asked.pk, "title": asked.organ, "approver": by.pk},
    )  # fmt: skip


# --- the file ---------------------------------------------------------------------------------------------------------


def make_inspection(export: Export, at: datetime) -> making.Made:
    """One workbook for each item that was agreed to, in one archive."""
    asked = ExportRequest.objects.select_related(
        "inspected", "office", "decided_by__user", "decided_by__organisation"
    ).get(export=export)
    approver = asked.decided_by
    if not (approver.active and approver.user.is_active):
        raise making.ExportRefused("审批人的岗位已经停用，不能再按这次审批生成。请重新申请。")
    file, matter_ids, total = io.BytesIO(), set(), 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, item in enumerate((i for i in InspectionItem if i.value in asked.items), 1):
            columns, rows = ITEMS[item](asked, export.officer, approver, at)
            table = io.BytesIO()
            written = tables.write(
                table,
                "xlsx",
                columns,
                _remembering(rows, matter_ids),
                about=_about(export, asked, item, at),
                title=item.name,
            )
            archive.writestr(zipfile.ZipInfo(f"{number}-{item.label}.xlsx", tables.FIXED), table.getvalue())
            total += written.rows
    algorithm = crypto.preferred_digest()
    return making.Made(file.getvalue(), total, sorted(matter_ids), crypto.digest(file.getvalue(), algorithm), algorithm)


def _remembering(rows: Iterator[tuple[int | None, list]], matter_ids: set[int]) -> Iterator[list]:
    for matter_id, cells in rows:
        if matter_id:
            matter_ids.add(matter_id)
        yield cells


def _about(export: Export, asked: ExportRequest, item: InspectionItem, at: datetime) -> list[tuple[str, str]]:
    return [
        ("项目", f"{item.label}（《信访工作条例》第四十一条第二款）"),
        ("提供给", f"{asked.organ}（{asked.document_number}）"),
        ("被巡视巡察", asked.inspected.name),
        ("期间", f"{asked.from_on}至{asked.to_on}"),
        ("审批人", f"{asked.decided_by.organisation.name} {asked.decided_by.user.name}"),
        *making.about_lines(export, at),
    ]


def _leaders(asked: ExportRequest, liaison: Officer, approver: Officer, at: datetime):
    """Reports against the units inspected, as far as the liaison may open them; no reporter, no text."""
    named = Accused.objects.filter(organisation__lft__range=asked.inspected.interval)
    reports = Matter.objects.visible_to(liaison).filter(
        sealed=True, received_on__range=(asked.from_on, asked.to_on), pk__in=named.values("matter_id")
    )
    units: dict[int, list[str]] = {}
    for matter_id, name in named.filter(matter__in=reports).values_list("matter_id", "organisation__name"):
        units.setdefault(matter_id, []).append(name)
    found = reports.order_by("received_on", "pk").values_list(
        "pk", "number", "received_on", "content_class__name", "stage"
    )
    rows = (
        (pk, [number, day, "、".join(sorted(set(units.get(pk, ())))), content or "", Stage(stage).label])
        for pk, number, day, content, stage in found
    )
    return ["信访件编号", "收到日期", "被检举控告的单位", "内容分类", "阶段"], rows


def _responsibility(asked: ExportRequest, liaison: Officer, approver: Officer, at: datetime):
    """What each unit received, has done and is late with."""
    inside = {
        "organisation__lft__range": asked.inspected.interval,
        "matter__received_on__range": (asked.from_on, asked.to_on),
    }
    late = Q(is_open=True, due_on__lt=localdate(at))
    found = (
        Referral.objects.visible_to(approver).filter(**inside, matter__sealed=False).order_by()
        .values("organisation__lft", "organisation__name")
        .annotate(n=Count("pk"), accepted=Count("pk", filter=Q(matter__accepted_on__isnull=False)),
                  done=Count("pk", filter=Q(is_open=False)), late=Count("pk", filter=late))
        .order_by("organisation__lft")
    )  # fmt: skip
    rows = (
        (None, [r["organisation__name"], r["n"], r["accepted"], r["done"], r["n"] - r["done"], r["late"]])
        for r in found
    )
    return ["单位", "收到件数", "其中已受理", "已办结", "在办", "在办中超期"], rows


def _trends(asked: ExportRequest, liaison: Officer, approver: Officer, at: datetime):
    """Each class of content in the period, and in the one of the same length before it."""
    length = asked.to_on - asked.from_on + timedelta(days=1)
    now = _by_class(_inside(asked, approver, asked.from_on, asked.to_on))
    before = _by_class(_inside(asked, approver, asked.from_on - length, asked.to_on - length))
    ordered = sorted({*now, *before}, key=lambda name: (-now.get(name, (0, 0))[0], name))
    rows = (
        (None, [name, now.get(name, (0, 0))[0], before.get(name, (0, 0))[0],
                now.get(name, (0, 0))[0] - before.get(name, (0, 0))[0], now.get(name, (0, 0))[1]])
        for name in ordered
    )  # fmt: skip
    return ["内容分类", "本期件数", "上期件数", "增减", "本期人次"], rows


def _by_class(matters: QuerySet[Matter]) -> dict[str, tuple[int, int]]:
    rows = matters.order_by().values_list("content_class__name").annotate(Count("pk"), Sum("headcount"))
    return {name or "还没有分类": (number, people) for name, number, people in rows}


def _attention(asked: ExportRequest, liaison: Officer, approver: Officer, at: datetime):
    """Urgent matters, and those of several people."""
    many = Q(urgent=True) | Q(group=True) | Q(joint=True) | Q(headcount__gte=CROWD)
    found = _inside(asked, approver, asked.from_on, asked.to_on).filter(many).order_by("received_on", "pk")
    fields = (
        "pk",
        "number",
        "received_on",
        "content_class__name",
        "place__name",
        "unit__name",
        "stage",
        "headcount",
        "urgent",
        "group",
        "joint",
    )
    rows = (
        (row["pk"], [row["number"], row["received_on"], row["content_class__name"] or "", row["place__name"],
                     row["unit__name"] or "", Stage(row["stage"]).label, row["headcount"], _marks(row)])
        for row in found.values(*fields)
    )  # fmt: skip
    return ["信访件编号", "收到日期", "内容分类", "问题属地", "办理机关", "阶段", "人数", "情形"], rows


def _marks(row: dict) -> str:
    marks = (("urgent", "重大紧急"), ("group", "集体访"), ("joint", "联名"))
    return "、".join(label for field, label in marks if row[field]) or f"{row['headcount']}人"


def _inside(asked: ExportRequest, approver: Officer, from_on: date, to_on: date) -> QuerySet[Matter]:
    interval = asked.inspected.interval
    where = Q(place__lft__range=interval) | Q(unit__lft__range=interval)
    return Matter.objects.visible_to(approver).filter(where, sealed=False, received_on__range=(from_on, to_on))


ITEMS: dict[InspectionItem, Callable] = {
    InspectionItem.LEADERS: _leaders,
    InspectionItem.RESPONSIBILITY: _responsibility,
    InspectionItem.TRENDS: _trends,
    InspectionItem.ATTENTION: _attention,
}
making.MAKERS[ExportKind.INSPECTION] = make_inspection


def may_be_inspected(officer: Officer) -> QuerySet[Organisation]:
    """The areas and units of the office's own territory."""
    return Organisation.objects.filter(lft__range=officer.organisation.territory, active=True).order_by("lft")


def waiting(officer: Officer, at: datetime) -> QuerySet[ExportRequest]:
    """Requests that this officer could decide at that moment."""
    if not allowed(officer.role_set, "requested_export", Action.APPROVE):
        return ExportRequest.objects.none()
    found = visible_to(officer).filter(state=RequestState.ASKED, lapses_at__gt=at)
    return found.exclude(asked_by__user=officer.user_id)
