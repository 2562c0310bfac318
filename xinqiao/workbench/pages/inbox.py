"""提醒: what came since one looked, behind the bell. Opening the page marks all lines as read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xinqiao.notifications import inbox

from ..door import officer_required


@officer_required
@require_safe
def messages_page(request: HttpRequest) -> HttpResponse:
    """The newest fifty lines of this post; those that were new are marked once more."""
    lines = inbox.recent(request.officer)
    response = render(request, "workbench/messages.html", {"lines": lines})
    inbox.mark_read(request.officer, at=timezone.now(), message_ids=[line.pk for line in lines if line.read_at is None])
    return response
