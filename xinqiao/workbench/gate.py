"""Whether the post of this session has a cell for the page it asks for: B.3, asked of the one table for every page of the workbench."""

from django.http import Http404, HttpRequest

from xinqiao.organisations.models import Officer
from xinqiao.rules.entrances import Entrance


def check(request: HttpRequest) -> None:
    """Raises Http404 for a page that is not for this post: hidden and missing look the same, also whole pages."""
    line = getattr(request, "entrance", None)
    if line is None or line.who != "officer" or not admits(line, request.officer):
        raise Http404


def admits(line: Entrance, officer: Officer) -> bool:
    """Whether one of the officer's roles has a cell for this entrance."""
    return line.opens_to(officer.role_set) is not None
