"""Why may I see this (为什么我能看), for every officer who may; who may see this matter (谁能看这一件), for those who watch over it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinqiao.access import explain

from ..acts.situation import visible_matter
from ..door import officer_required


@officer_required
@require_safe
def why_page(request: HttpRequest, number: str) -> HttpResponse:
    """Which line of the permission table opens this matter to this post, what of it may be seen, and what not."""
    matter = visible_matter(request.officer, number)
    context = {"matter": matter, "why": explain.why(matter, request.officer)}
    return render(request, "workbench/why.html", context)


@officer_required
@require_safe
def readers_page(request: HttpRequest, number: str) -> HttpResponse:
    """Every organisation and post that may open this matter now, and who did."""
    matter = visible_matter(request.officer, number)
    readers = explain.readers(matter)
    for one in readers:
        one.role_labels = [role.label for role in sorted(one.role_set, key=lambda role: role.code)]
    context = {
        "matter": matter,
        "groups": explain.by_organisation(readers),
        "count": len(readers),
        "opened": explain.opened_by(matter, request.officer),
        "shut_out": explain.shut_out(matter, request.officer),
    }
    return render(request, "workbench/readers.html", context)
