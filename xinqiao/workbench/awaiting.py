"""What waits for a post beside the petitions on its desk: reports, recommendations, supervisions and what else is signed, answered or decided.

Counted with the list 待我办理, where an officer looks first, in the statement that counts the list anyway.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from xinqiao.analysis.models import PublicAnswer
from xinqiao.analysis.published import may_approve
from xinqiao.organisations.models import Officer
from xinqiao.reporting.reports.models import Report
from xinqiao.reporting.reports.writing import may_issue
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.reports import ReportState
from xinqiao.supervision import measures, recommendations, urgent

from . import shelves, tally
from .information import reports as information
from .supervision import completion, letters


@dataclass(frozen=True)
class Awaited:
    """One sort of it: the page where it stands, its name in the table of permissions, and the rows that ask something of a post."""

    page: str
    label: str
    thing: str
    rows: Callable[[Officer], QuerySet]
    query: str = ""

    def __call__(self, officer: Officer, _at: datetime) -> QuerySet:
        return self.rows(officer)


def _to_issue(officer: Officer) -> QuerySet[Report]:
    """Reports that were handed in and wait for who issues them."""
    rows = Report.objects.visible_to(officer).filter(office=officer.organisation_id, state=ReportState.SUBMITTED)
    return rows if may_issue(officer) else rows.none()


def _to_publish(officer: Officer) -> QuerySet[PublicAnswer]:
    """Public answers that wait for the second person."""
    rows = PublicAnswer.objects.visible_to(officer).filter(
        handed_in_at__isnull=False, approved_at=None, withdrawn_at=None
    )
    rows = rows.filter(consent_withdrawn_at=None).exclude(prepared_by__user=officer.user_id)
    return rows if may_approve(officer) else rows.none()


ROWS = (
    Awaited("urgent_list", "重大紧急", "urgent_report", urgent.waiting),
    Awaited("supervisions", "督办", "supervision", letters.waiting),
    Awaited("completions", "办结报告", "transfer", completion.waiting),
    Awaited("recommendations", "建议", "recommendation", recommendations.waiting),
    Awaited("measures", "措施", "measure", measures.waiting),
    Awaited("information", "信息上报", "information", information.waiting),
    Awaited("reports", "报告待签发", "analysis", _to_issue, "?show=own"),
    Awaited("published", "公开答复待审核", "public_answer", _to_publish),
)
BY_PAGE = {one.page: one for one in ROWS}
SHELVES = frozenset(
    {"todo", "approval"}
)  # lists beside which it stands, and beside the first list of whoever has none of them


def asked_beside(shelf: str, officer: Officer) -> dict[str, tally.Rows]:
    """The rows to count for this post beside a list, by page."""
    own = [one.key for one in shelves.shelves_of(officer)]
    return asked_of(officer) if shelf in SHELVES or own[:1] == [shelf] else {}


def asked_of(officer: Officer) -> dict[str, tally.Rows]:
    """The rows to count for this post, by page."""
    return {one.page: one for one in ROWS if allowed(officer.role_set, one.thing, Action.READ)}


def links(counts: Mapping[str, int]) -> list[dict]:
    """Where something waits: what, how much, and its page."""
    return [
        {
            "label": one.label,
            "count": tally.shown_count(counts[one.page]),
            "url": reverse(f"workbench:{one.page}") + one.query,
        }
        for one in ROWS
        if counts.get(one.page)
    ]
