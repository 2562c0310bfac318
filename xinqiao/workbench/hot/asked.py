"""What an address of a hot issue asks for: the window, also a past one, and which issues."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404, QueryDict
from django.utils.timezone import localdate

from xinqiao.analysis.hot.figures import Window
from xinqiao.analysis.models import HotIssue
from xinqiao.organisations.models import Officer
from xinqiao.rules.hot import OPEN, USUAL_WINDOW, WINDOWS, IssueState
from xinqiao.ui import digits

SHOWS = {
    "open": ("全部", tuple(sorted(OPEN))),
    "proposed": (IssueState.PROPOSED.label, (IssueState.PROPOSED,)),
    "confirmed": (IssueState.CONFIRMED.label, (IssueState.CONFIRMED,)),
    "ended": ("已了结、不作为热点", (IssueState.CLOSED, IssueState.DISMISSED)),
}
RELATED = ("area", "content_class", "place", "respondent", "lead", "confirmed_by__user", "merged_into", "split_from")


@dataclass(frozen=True)
class Asked:
    """`?days=30&until=2019-12-31&show=&class=&area=`; what is not known is left out, never an error."""

    window: Window
    show: str
    class_id: int | None
    area_id: int | None
    today: date

    @property
    def is_past(self) -> bool:
        return self.window.until != self.today

    @property
    def query(self) -> str:
        """The window, for links to an issue: the same days there as on the board."""
        return f"?days={self.window.days}" + (f"&until={self.window.until}" if self.is_past else "")


def read(given: QueryDict) -> Asked:
    today = localdate()
    days = digits.read(given.get("days"))
    show = given.get("show", "")
    return Asked(
        Window(_until(given.get("until", ""), today), days if days in WINDOWS else USUAL_WINDOW),
        show if show in SHOWS else "open", digits.read(given.get("class")), digits.read(given.get("area")), today,
    )  # fmt: skip


def found(officer: Officer, issue_id: int) -> HotIssue:
    """Raises Http404 for what is hidden and what is not, alike."""
    issue = HotIssue.objects.visible_to(officer).select_related(*RELATED).filter(pk=issue_id).first()
    if issue is None:
        raise Http404
    return issue


def _until(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if date(1990, 1, 1) <= day <= today else today
