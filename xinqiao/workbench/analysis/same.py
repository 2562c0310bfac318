"""同一事项核对: earlier matters that may be the same, each beside this one, and what the officer decides of them (DU-1, DU-2).

To join or to merge is a step of its own, linked here when it is open; a verdict joins nothing and can be taken back (DU-7).
"""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from xinqiao.access import reading
from xinqiao.analysis import same
from xinqiao.analysis.same import Earlier
from xinqiao.matters.act import desk_and_move
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.sameness import LISTED_AT_MOST, Verdict
from xinqiao.rules.stages import Kind, Step
from xinqiao.search import highlight, likeness
from xinqiao.search.models import SearchEntry
from xinqiao.search.words import Term

from .. import case_file
from ..door import officer_required
from ..places import place_of
from .same_words import why

TEXT_AT_MOST = 1200  # characters of the own text
REASON_AT_MOST = 200
JOINS = (Step.JOIN_REPEAT, Step.MERGE)
DONE = {
    Verdict.SAME: gettext_lazy("已记下：是同一事项。两件仍然分别办理；要并入的，请用“重复件并入”或者“并案”。"),
    Verdict.NOT_SAME: gettext_lazy("已记下：不是同一事项。以后不再提示这一对。"),
    Verdict.OPEN: gettext_lazy("已撤销原来的认定。"),
}


@dataclass(frozen=True)
class Beside:
    """A candidate as it stands on the page. `facts`: what is compared, each as (name, here, there, whether they differ); `piece`: the words
    around the first that both have, as among the hits of a search. Who wants to read all opens it, and that is on record (LG-6)."""

    found: Earlier
    facts: tuple[tuple[str, str, str, bool], ...]
    why: tuple[str, ...]
    piece: SafeString

    @property
    def matter(self) -> Matter:
        return self.found.matter

    @property
    def verdict(self) -> Verdict | None:
        return Verdict(self.found.link.verdict) if self.found.link else None

    @property
    def decided(self) -> Verdict | None:
        return self.verdict if self.verdict != Verdict.OPEN else None


@officer_required
@require_http_methods(["GET", "POST"])
def same_page(request: HttpRequest, number: str) -> HttpResponse:
    """Of a report or a sealed matter there is no such page: nothing is compared with them (C-01)."""
    matter = case_file.find(request.officer, number, at=timezone.now())
    if matter.sealed or matter.kind == Kind.REPORT:
        raise Http404
    if request.method == "POST":
        return _decide(request, matter)
    reading.opened(request, matter)
    found = same.earlier(matter, request.officer, LISTED_AT_MOST, denied=True)
    own = SearchEntry.objects.filter(pk=matter.pk).values_list("petition", flat=True).first() or ""
    words = sorted({word for one in found for word in (*one.places, *one.bodies, *one.words)})
    context = {
        "matter": matter, "rows": [_beside(one, matter) for one in found if not one.is_denied], "text": _text(own, words),
        "denied": [_beside(one, matter) for one in found if one.is_denied], "joins": _joins(matter, request.officer),
        "verdicts": {one.name: one.value for one in Verdict}, "reason_at_most": REASON_AT_MOST,
    }  # fmt: skip
    return render(request, "workbench/analysis/same.html", context)


def _decide(request: HttpRequest, matter: Matter) -> HttpResponse:
    other = _other(request.officer, request.POST.get("other", ""))
    try:
        verdict = Verdict(request.POST.get("verdict", ""))
        reason = request.POST.get("reason", "").replace("\x00", "")[:REASON_AT_MOST]
        same.decide(matter, other, verdict, by=request.officer, at=timezone.now(), reason=reason)
    except ValueError:
        raise Http404 from None
    messages.success(request, DONE[verdict])
    return redirect("workbench:same_matter", number=matter.number)


def _other(officer: Officer, key: str) -> Matter:
    """The other matter of the pair. Hidden and missing are the same 404."""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise Http404
    found = Matter.objects.visible_to(officer).filter(pk=int(key), sealed=False).first()
    if found is None:
        raise Http404
    return found


def _joins(matter: Matter, officer: Officer) -> list[tuple[str, str]]:
    """The steps that join, where they are open to this officer: label, address."""
    found = []
    for step in JOINS:
        try:
            desk_and_move(step, matter, officer)
        except StepRefused:
            continue
        found.append((step.label, reverse("workbench:step", args=(matter.number, step.value))))
    return found


def _beside(one: Earlier, matter: Matter) -> Beside:
    other = one.matter
    rows = (
        (_("具体地点"), place_of(matter), place_of(other)),
        (_("内容分类"), str(matter.content_class or ""), str(other.content_class or "")),
        (_("承办单位"), _name(matter.unit), _name(other.unit)),
    )
    facts = tuple((name, here or _("还没有"), there or _("还没有"), here != there) for name, here, there in rows)
    words = tuple(map(Term, [*one.places, *one.bodies, *one.words]))
    return Beside(one, facts, why(one), highlight.piece(_said(one.text), words) if words else SafeString(""))


def _name(organisation) -> str:
    return organisation.name if organisation else ""


def _said(entry: str) -> str:
    """What was said below the title, as the search keeps it: without identity, in one spelling."""
    return likeness.said(entry).partition("\n")[2]


def _text(entry: str, words: list[str]) -> SafeString:
    """The beginning of the own text, with the words that others share marked. Its opening is on record, that of the others is not (LG-6)."""
    text = _said(entry)[:TEXT_AT_MOST]
    return highlight.marked(text, tuple(map(Term, words))) if words else format_html("{}", text)
