"""The list, the search and one page of published answers. No log-in, nothing is kept of who reads what."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.analysis import answered
from xinqiao.rules.wording import LIMITS
from xinqiao.ui import digits


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """`?q=` words, `?after=` where the page begins; what cannot be read is left out, never an error."""
    words = request.GET.get("q", "").replace("\x00", " ").strip()[: LIMITS["search"]]
    after = digits.read(request.GET.get("after", ""))
    page = answered.search(words, after=after) if words else answered.newest(after=after)
    context = {"rows": page.rows, "words": words, "after": page.after, "is_first": after is None}
    return render(request, "portal/answered/list.html", context)


@require_safe
def one_page(request: HttpRequest, answer_id: int) -> HttpResponse:
    """One question with its answer; one that is not public is a 404 like one that never was."""
    found = answered.one(answer_id) if answer_id < 2**63 else None
    if found is None:
        raise Http404(_("没有找到这份公开答复。"))
    return render(request, "portal/answered/one.html", {"one": found})
