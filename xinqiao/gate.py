"""The gate before every address: one without a line in `rules/entrances.py` does not exist (secure-checklist 11).

Who may pass is asked where it is known who asks: of citizens and programs here, of officers in the workbench, after the log-in.
"""

import logging

from django.http import Http404

from xinqiao.rules.entrances import CALLERS, Entrance, entrance

logger = logging.getLogger("xinqiao.web")


class Gate:
    """Deny by default. The page for a refused address is the one for an address that does not exist."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Sets `request.entrance`. Raises Http404."""
        request.entrance = found = line_of(request.resolver_match)
        if found.who != "officer" and found.opens_to(CALLERS[found.who]) is None:
            logger.error("gate.refused", extra={"entrance": found.name})
            raise Http404


def line_of(match) -> Entrance:
    """The line of a resolved address. Raises Http404 where there is none: a page that nobody wrote down is nobody's."""
    found = entrance(match.view_name)
    if found is None:
        logger.error("gate.unknown", extra={"entrance": match.view_name or "unnamed"})
        raise Http404
    return found
