"""热点问题: the issues of the own area in a window, the hottest first; what rises just now; how far the matters have been grouped.

Issues may be put in order, for they are things to be solved; organs and persons stand in no order here (G.4).
"""

from datetime import timedelta

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.analysis import is_on
from xinqiao.analysis.hot import acts, figures
from xinqiao.analysis.hot.grouping import short
from xinqiao.analysis.models import HotGrouping, HotIssue, HotSurge
from xinqiao.organisations.models import Officer
from xinqiao.rules.hot import ARROWS, LEVELS, SCALES, SHOWN_AT_MOST, WINDOWS, IssueState
from xinqiao.rules.small_cells import shown
from xinqiao.ui import digits

from .. import keyset
from ..door import officer_required
from . import asked as asking
from .drawing import small

PAGE = 20
SURGES_AT_MOST = 5
TONES = {
    IssueState.PROPOSED: "warn", IssueState.CONFIRMED: "info", IssueState.CLOSED: "ok", IssueState.DISMISSED: "idle", IssueState.MERGED: "idle",
}  # fmt: skip


@officer_required
@require_safe
def board_page(request: HttpRequest) -> HttpResponse:
    """`?days=&until=&show=&class=&area=&page=`."""
    officer, asked = request.officer, asking.read(request.GET)
    seen = HotIssue.objects.visible_to(officer)
    here = figures.open_in(seen, asked.window)
    rows = here.filter(state__in=asking.SHOWS[asked.show][1]).select_related("area", "content_class")
    rows = rows.filter(content_class=asked.class_id) if asked.class_id else rows
    rows = rows.filter(area=asked.area_id) if asked.area_id else rows
    hottest = figures.hottest(rows.order_by("-last_on", "-pk")[:SHOWN_AT_MOST], asked.window)
    first = (max(1, digits.read(request.GET.get("page")) or 1) - 1) * PAGE
    works = acts.may_work(officer)
    shown_rows = hottest[first : first + PAGE]
    context = {
        "rows": [_row(issue, found, asked, works) for issue, found in shown_rows],
        "asked": asked, "works": works, "is_on": is_on(), "today": asked.today,
        "windows": [{"label": _("近%(days)s天") % {"days": days}, "url": _link(request, days=str(days)), "on": days == asked.window.days} for days in WINDOWS],
        "shows": [(key, label) for key, (label, _states) in asking.SHOWS.items() if works or key in ("open", "ended")],
        "classes": _choices(here, "content_class_id", "content_class__name"),
        "areas": _choices(here, "area_id", "area__name"),
        "narrowed": asked.show != "open" or asked.class_id or asked.area_id, "clear_url": _link(request, show="", area="", **{"class": ""}),
        "count": len(hottest), "first": first + 1, "last": first + len(shown_rows),
        "previous_url": _link(request, page=str(first // PAGE)) if first else "",
        "next_url": _link(request, page=str(first // PAGE + 2)) if first + PAGE < len(hottest) else "",
        "range": f"{first + 1}–{first + len(shown_rows)} / {len(hottest)}",
        "latest_url": _latest(request, seen) if not hottest and not asked.is_past else "",
        "surges": _surges(officer, works, asked), "groupings": _groupings(officer) if works else [],
        "scales": [(row.label, row.words()) for row in SCALES], "levels": [(least, word) for least, word in LEVELS],
    }  # fmt: skip
    return render(request, "workbench/hot/board.html", context)


def _row(issue: HotIssue, found: figures.Figures, asked: asking.Asked, works: bool) -> dict:
    inputs, heat, state = found.inputs, found.heat, IssueState(issue.state)
    return {
        "url": reverse("workbench:hot_issue", args=[issue.pk]) + asked.query,
        "name": issue.name, "state": state.label, "tone": TONES[state], "proposed": state is IssueState.PROPOSED,
        "class": issue.content_class.name if issue.content_class else "", "area": short(issue.area.name),
        "matters": found.matters if works else shown(found.matters), "counted": inputs.matters, "twice": works and inputs.matters < found.matters,
        "places": inputs.places, "days": inputs.days, "trend": found.trend, "arrow": ARROWS.get(found.trend, "arrow-right"),
        "before": inputs.before if works else shown(inputs.before), "heat": heat.word, "points": heat.points,
        "drawing": small(found.course()) if works else "",
    }  # fmt: skip


def _choices(rows, key: str, name: str) -> list[tuple[int, str]]:
    found = rows.order_by(key).exclude(**{key: None}).values_list(key, name).distinct()
    return [(pk, short(label)) for pk, label in found[:200]]


def _latest(request: HttpRequest, seen) -> str:
    """The last day on which there was something: for an office whose matters are history."""
    last = seen.aggregate(last=Max("last_on"))["last"]
    return _link(request, until=str(last), days="90") if last else ""


def _surges(officer: Officer, works: bool, asked: asking.Asked) -> list[dict]:
    """What rises, in the own area; also those of a past window."""
    if not works:
        return []
    rows = HotSurge.objects.filter(area__lft__range=officer.organisation.territory).select_related(
        "place", "content_class", "area", "issue"
    )
    begun = rows.filter(began_at__date__range=(asked.window.first, asked.window.until)).order_by(
        "over", "-began_at", "-pk"
    )
    return [
        {
            "what": [one.issue.name] if one.issue else [short(one.place.name), one.content_class.name], "hours": one.hours, "matters": one.matters,
            "usual": f"{one.usual:.1f}", "began_at": one.began_at, "over": one.over, "url": _matters_url(one),
        }
        for one in begun[:SURGES_AT_MOST]
    ]  # fmt: skip


def _matters_url(surge: HotSurge) -> str:
    if surge.issue:
        return reverse("workbench:hot_issue", args=[surge.issue_id])
    day = localdate(surge.began_at)
    first = day - timedelta(days=-(-surge.hours // 24))
    return f"{reverse('workbench:queue')}?shelf=area&unit={surge.area_id}&class={surge.content_class_id}&from={first}&to={day}"


def _groupings(officer: Officer) -> list[HotGrouping]:
    rows = HotGrouping.objects.filter(area__lft__range=officer.organisation.territory).select_related("area")
    return list(rows.order_by("-grouped_at")[:1])


def _link(request: HttpRequest, **changes: str) -> str:
    return keyset.with_choices(reverse("workbench:hot_issues"), request.GET, **{"page": "", **changes})
