"""重大紧急: which reports an officer may see, and how long each has waited (UR-1 to UR-5)."""

from datetime import datetime

from django.db.models import Q, QuerySet

from xinqiao.matters.models import Matter, UrgentDelivery, UrgentReport
from xinqiao.matters.steps.urgent import RECEIVING
from xinqiao.organisations.models import Officer
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.urgent import NOT_SENT, OPEN, SENT_WITHIN
from xinqiao.rules.urgent import UrgentState as State


def visible_to(officer: Officer) -> QuerySet[UrgentReport]:
    """Of the own organ, of the organs below for who supervises them (in matters that may be opened), and what was sent to the own organ.

    Nothing of a matter that was sealed since: a report (检举控告) is in no list (C-01).
    """
    cell = allowed(officer.role_set, "urgent_report", Action.READ)
    if not cell:
        return UrgentReport.objects.none()
    first, last = (
        officer.scope if cell.reach is Reach.TERRITORY else (officer.organisation.lft, officer.organisation.lft)
    )
    rows = UrgentReport.objects.filter(matter__sealed=False)
    own = rows.filter(org_lft__range=(first, last))
    mine = Q(pk__in=own, matter__in=Matter.objects.visible_to(officer).filter(pk__in=own.values("matter")))
    return rows.filter(mine | Q(pk__in=sent_to(officer).values("report")))


def sent_to(officer: Officer) -> QuerySet[UrgentDelivery]:
    """What reached the own organ on the platform, for the posts that receive such reports there."""
    if not officer.may(*RECEIVING):
        return UrgentDelivery.objects.none()
    return UrgentDelivery.objects.filter(
        organisation_id=officer.organisation_id, done_at__isnull=False, matter__sealed=False
    )


def open_report(officer: Officer, report_id: int, *, at: datetime) -> UrgentReport | None:
    """One report; what was sent to the own organ is noted as read, once."""
    found = visible_to(officer).select_related("organisation", "matter", "marked_by__user", "signed_by__user")
    report = found.filter(pk=report_id).first()
    if report is not None:
        sent_to(officer).filter(report=report, read_at=None).update(read_at=at)
    return report


def waiting(officer: Officer) -> QuerySet[UrgentReport]:
    """Not sent yet, owed outside, late with the continued report - of the own organ; not read yet - of what came to it."""
    own = Q(organisation_id=officer.organisation_id) & (
        Q(state__in=NOT_SENT) | Q(state=State.SENT) | Q(deliveries__done_at__isnull=True, deliveries__isnull=False)
    )
    unread = Q(pk__in=sent_to(officer).filter(read_at=None).values("report"))
    return visible_to(officer).filter(own | unread).distinct()


def timer(report: UrgentReport, at: datetime) -> tuple[str, datetime | None]:
    """How it stands with time, in words, and the moment that a page may count from (None: nothing runs)."""
    if report.state in NOT_SENT:
        return f"标记后已过{minutes(at - report.marked_at)}，还没有报送", report.marked_at
    if report.state in OPEN and report.next_report_at:
        left = report.next_report_at - at
        if left.total_seconds() >= 0:
            return f"距下一次续报还有{minutes(left)}", report.next_report_at
        return f"续报时间已过{minutes(-left)}", report.next_report_at
    if report.sent_at:
        return f"标记后{minutes(report.sent_at - report.marked_at)}报送", None
    return "", None


def was_late(report: UrgentReport) -> bool:
    """Sent more than 60 minutes after the mark (UR-3): said as a fact of the report, never added up by person."""
    return report.sent_at is not None and report.sent_at - report.marked_at > SENT_WITHIN


def minutes(span) -> str:
    """35分钟, 2小时5分钟, 3天4小时."""
    total = max(int(span.total_seconds() // 60), 0)
    days, rest = divmod(total, 1440)
    hours, mins = divmod(rest, 60)
    if days:
        return f"{days}天{hours}小时"
    return f"{hours}小时{mins}分钟" if hours else f"{mins}分钟"
