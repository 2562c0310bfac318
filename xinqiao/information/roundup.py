"""汇总提醒: the figures that one post is told of its desk and its area. Numbers only; what the post may not open is in none of them (C-01)."""

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from xinqiao.matters.models import Referral
from xinqiao.organisations.models import Officer
from xinqiao.rules.information import (
    COUNTED_AT_MOST,
    DUE_SOON_DAYS,
    ONLY_OWN,
    ROUNDUP_LINES,
    ReportState,
    RoundupLine,
    TaskState,
)
from xinqiao.rules.stages import Stage

from . import reports
from .models import InformationReport, Task


def figures(officer: Officer, *, today: date, since: datetime) -> dict[str, int]:
    """By code of `ROUNDUP_LINES`, those that are this post's; each counted to COUNTED_AT_MOST. `since`: what "new" means."""
    rows = [row for row in ROUNDUP_LINES if not row.roles or row.roles & officer.role_set]
    return {row.code: _asked(row, officer, today, since)[:COUNTED_AT_MOST].count() for row in rows}


def _asked(row: RoundupLine, officer: Officer, today: date, since: datetime) -> QuerySet:
    if row.territory:
        return _area(officer, today)[row.code]
    if row.code == "information":
        return _information(officer)
    if row.code == "screening":
        own = Task.objects.filter(organisation_id=officer.organisation_id)
        return own.filter(state=TaskState.OPEN, round__due_on__gte=today - timedelta(days=31))
    return _desks(officer, today, since)[row.code]


def _desks(officer: Officer, today: date, since: datetime) -> dict[str, QuerySet]:
    """Open desks of the own unit, of the own person where the post is a handler's alone."""
    own = Referral.objects.visible_to(officer).filter(organisation_id=officer.organisation_id, is_open=True)
    if officer.role_set <= ONLY_OWN:
        own = own.filter(handler=officer)
    own = own.order_by()
    return {
        "overdue": own.filter(due_on__lt=today),
        "soon": own.filter(due_on__range=(today, today + timedelta(days=DUE_SOON_DAYS))),
        "approval": own.filter(Q(stage=Stage.IN_APPROVAL) | Q(extension__isnull=False)),
        "new": own.filter(received_at__gte=since),
    }


def _area(officer: Officer, today: date) -> dict[str, QuerySet]:
    """Open desks of the territory without reports: a figure beside a list would tell of them (C-01)."""
    area = Referral.objects.visible_to(officer).filter(org_lft__range=officer.scope, is_open=True, sealed=False)
    return {"area_open": area.order_by(), "area_overdue": area.filter(due_on__lt=today).order_by()}


def _information(officer: Officer) -> QuerySet:
    states = {ReportState.SENT, ReportState.RECEIVED, ReportState.RETURNED}
    if reports.may_approve(officer):
        states |= {ReportState.SUBMITTED, ReportState.PROPOSED}
    return InformationReport.objects.visible_to(officer).filter(
        holder_id=officer.organisation_id, state__in=sorted(states)
    )
