"""A "not found" below a matter is written down, whether the matter is hidden or missing (secure-checklist 54, C-01).

Both do the same work and give the same page: nothing in the answer or its time tells one from the other.
"""

from functools import wraps

from django.http import Http404
from django.urls import URLPattern

from xinqiao.access import reading

NAMING = frozenset(
    {"number", "document_id", "attachment_id", "request_id"}
)  # parts of an address that lead to a matter


def noted(pattern: URLPattern) -> URLPattern:
    """The same address; when it answers "not found" to an officer, the attempt is on record before the answer leaves."""
    view = pattern.callback

    @wraps(view)
    def watched(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Http404:
            named = {name: value for name, value in kwargs.items() if name in NAMING}
            if named and getattr(request, "officer", None) is not None:
                reading.refused(request, **named)
            raise

    pattern.callback = watched
    return pattern
