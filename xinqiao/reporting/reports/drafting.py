"""A report is drafted section by section: each commits with how far it is, and is there for good when the worker dies behind it.

ask(…)                   a row; the worker does the rest
draft_waiting(at)        a few sections of whatever waits; called by the clock
"""

import logging
from datetime import date, datetime

from django.db import InterfaceError, OperationalError, transaction
from django.utils.timezone import localdate

from xinqiao.integrity import audit
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.reports import PERIOD_DAYS, ROWS, TRIES, ReportSort, ReportState

from . import sections
from .figures import Area, Period
from .models import Report, Version

logger = logging.getLogger("xinqiao.reporting")
BATCH = 8  # sections in one pass
BROKEN = "起草时出现故障，请重新起草；还是不行的，请联系系统管理员。"


def ask(
    sort: ReportSort, *, title: str, start_on: date, end_on: date, by: Officer, at: datetime, campaign_id: int | None = None, request=None
) -> Report:  # fmt: skip
    """A new report about whole months, of the area of the own office. Raises StepRefused."""
    cell = allowed(by.role_set, "analysis", Action.WRITE)
    if cell is None:
        raise StepRefused("报告由信访部门起草，请联系本单位管理员。", code="wrong_role")
    if not (start_on <= end_on and (end_on - start_on).days <= PERIOD_DAYS):
        raise StepRefused("请选起止月份：起始月份不晚于终止月份，最长一年。", code="period")
    if start_on > localdate(at):
        raise StepRefused("起始月份还没有到，请选已经开始的月份。", code="period")
    about = by.organisation.territory
    with transaction.atomic():
        report = Report.objects.create(
            sort=sort, office=by.organisation, about_lft=about[0], about_rgt=about[1], title=title, start_on=start_on, end_on=end_on,
            campaign_id=campaign_id, written_by=by, asked_at=at,
        )  # fmt: skip
        audit.note(
            AuditKind.REPORT_WRITTEN,
            officer=by,
            subject=str(report),
            request=request,
            detail={"act": "ask", "sort": str(sort)},
        )
    return report


def draft_waiting(at: datetime) -> int:
    """Go on with the reports that wait. Returns how many sections were written."""
    done = 0
    while done < BATCH and (report_id := _next(at)) is not None:
        try:
            _write_one(report_id, at)
        except (OperationalError, InterfaceError):
            raise  # the database is away: it waits as it is
        except Exception:
            logger.exception("report.failed", extra={"report": report_id})
        done += 1
    return done


def is_waiting() -> bool:
    """Whether there is something to draft: then the worker does not rest."""
    return Report.objects.filter(state=ReportState.DRAFTING).exists()


def again(report: Report) -> None:
    """Begin a report anew that could not be drafted."""
    Report.objects.filter(pk=report.pk, state=ReportState.FAILED).update(
        state=ReportState.DRAFTING, attempts=0, done_sections=0, blocks=[], next_block=1, problem=""
    )


def _next(at: datetime) -> int | None:
    """The report that comes first. The try is counted before it is made: what takes its worker down again and again is given up."""
    with transaction.atomic():
        waiting = Report.objects.filter(state=ReportState.DRAFTING).order_by("done_sections", "pk")
        report = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if report is None:
            return None
        if report.attempts >= TRIES:
            report.state, report.problem = ReportState.FAILED, BROKEN
            report.save(update_fields=["state", "problem"])
            inbox.tell_own(report.written_by, "您要的报告没有起草成，请看原因。", subject=f"{report}:failed", at=at)
            return _next(at)
        report.attempts += 1
        report.save(update_fields=["attempts"])
    return report.pk


@transaction.atomic
def _write_one(report_id: int, at: datetime) -> None:
    """The next section, or the end of the draft."""
    drafting = Report.objects.filter(pk=report_id, state=ReportState.DRAFTING)
    report = drafting.select_for_update(of=("self",)).select_related("office", "written_by__user").first()
    if report is None:
        return
    codes = ROWS[ReportSort(report.sort)].sections
    if report.done_sections < len(codes):
        area = Area(
            report.about, Period(report.start_on.replace(day=1), report.end_on.replace(day=1)), today=localdate(at)
        )
        keep(report, sections.make(codes[report.done_sections], sections.Draft(report, area)))
        report.done_sections += 1
        report.attempts = 0
    if report.done_sections == len(codes):
        report.state, report.seq = ReportState.DRAFT, 1
        Version.objects.create(report=report, seq=1, act="draft", officer=None, at=at, said={"blocks": report.blocks})
        inbox.tell_own(report.written_by, "您要的报告起草好了，请修改。", subject=f"{report}:drafted", at=at)
    report.save()


def keep(report: Report, blocks: list[dict]) -> None:
    """Put blocks at the end, each with a number of its own."""
    for block in blocks:
        report.blocks.append(block | {"id": report.next_block})
        report.next_block += 1
