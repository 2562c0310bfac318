"""提醒: what came since one looked, behind the bell. Opening the page marks all lines as read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from xinqiao.notifications import inbox

from ..door import officer_required

# What a line may be about besides a matter, and its page.
OWN_PAGES = {
    "urgent": "workbench:urgent_report",
    "export": "workbench:export_progress",
    "digest": "workbench:digest",
    "ledger": "workbench:ledger_item",
    "campaign": "workbench:campaign",
    "information": "workbench:information_report",
    "recommendation": "workbench:recommendation",
    "measure": "workbench:measure",
    "report": "workbench:analysis_report",
}
# … and lines that lead to a list of one's own.
OWN_LISTS = {"screening": "workbench:screening", "roundup": "workbench:queue", "meeting_month": "workbench:meetings"}


@officer_required
@require_safe
def messages_page(request: HttpRequest) -> HttpResponse:
    """The newest fifty lines of this post; those that were new are marked once more."""
    lines = inbox.recent(request.officer)
    for line in lines:
        line.url = _own_page(line.subject)
    response = render(request, "workbench/messages.html", {"lines": lines})
    inbox.mark_read(request.officer, at=timezone.now(), message_ids=[line.pk for line in lines if line.read_at is None])
    return response


def _own_page(subject: str) -> str:
    """The page of `export:7`, of `information:7:3` (its third event); "" for a line about a matter."""
    sort, number, *_event = [*subject.split(":"), ""]
    if sort in OWN_LISTS:
        return reverse(OWN_LISTS[sort])
    return reverse(OWN_PAGES[sort], args=[int(number)]) if sort in OWN_PAGES else ""
