"""办理情况公开 (H.8): how an organ did in a finished quarter, in plain words; no ranking, no comparison, nothing that could point at a person.

Each organ is told with what lies on its own desk only: a sum with the organs below it would let the small figures of these be reckoned.
"""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.organisations.models import Organisation
from xinqiao.reporting.indicators import figures
from xinqiao.rules import indicators
from xinqiao.rules.indicators import Measure, Side
from xinqiao.rules.small_cells import AT_LEAST

QUARTERS = 8  # finished ones that can be chosen
HEADINGS = {Side.SPEED: "快不快", Side.QUALITY: "办得怎样", Side.VOICE: "群众怎么评价", Side.GUARD: "一并看"}


@require_safe
def choose_page(request: HttpRequest) -> HttpResponse:
    """The organs at the top of the tree; each page leads to those below it."""
    top = Organisation.objects.filter(parent=None, active=True).order_by("lft")
    return render(request, "portal/performance/choose.html", {"organs": [_link(one) for one in top]})


@require_safe
def organ_page(request: HttpRequest, key: str) -> HttpResponse:
    """`?quarter=2026-3`: one of the last eight finished quarters, else the last one."""
    organ = get_object_or_404(Organisation.objects.select_related("parent"), key=key, active=True)
    today = timezone.localdate()
    quarters = finished_quarters(today)
    start_on = {_code(one): one for one in quarters}.get(request.GET.get("quarter", ""), quarters[0])
    if request.GET.get("quarter") and _code(start_on) != request.GET["quarter"]:
        raise Http404
    found = figures.of(organ, start_on, end_of(start_on), indicators.PUBLIC, alone=True)
    below = Organisation.objects.filter(parent=organ, active=True).order_by("lft")
    context = {
        "organ": organ,
        "above": _link(organ.parent) if organ.parent else None,
        "organs": [_link(one) for one in below],
        "quarter": _words(start_on),
        "quarters": [(_words(one), f"?quarter={_code(one)}", one == start_on) for one in quarters],
        "groups": _groups(found),
        "at_least": AT_LEAST,
    }
    return render(request, "portal/performance/organ.html", context)


def finished_quarters(today: date) -> list[date]:
    """First days of the last finished quarters, the latest first."""
    first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    found = []
    for _turn in range(QUARTERS):
        first = (first - timedelta(days=1)).replace(day=1)
        first = first.replace(month=first.month - 2)
        found.append(first)
    return found


def end_of(start_on: date) -> date:
    month = start_on
    for _turn in range(3):
        month = figures.next_month(month)
    return month - timedelta(days=1)


def _groups(found: list[figures.Figure]) -> list[tuple[str, list[dict]]]:
    """In the order of the table, speed beside quality and the citizen's voice; what was not counted at all is left out."""
    told = [one for one in found if not one.is_empty]
    groups = [(HEADINGS[side], [_said(one) for one in told if one.indicator.side == side]) for side in Side]
    return [(heading, rows) for heading, rows in groups if rows]


def _said(figure: figures.Figure) -> dict:
    row = figure.indicator
    numerator, denominator, value = figure.told
    if figure.denominator is None:
        words = _("不足%(n)s件，不显示。") % {"n": AT_LEAST}
    elif row.measure is Measure.DAYS:
        words = _("%(n)s件，平均%(days)s。") % {"n": denominator, "days": value}
    elif figure.hidden:
        words = (
            _("一共%(all)s件，%(value)s。") % {"all": denominator, "value": value} if figure.bound else _("未显示。")
        )
    else:
        words = _("%(all)s件里有%(n)s件，%(value)s。") % {"all": denominator, "n": numerator, "value": value}
    return {
        "row": row,
        "question": row.plain,
        "words": words,
        "value": value,
        "note": figure.note,
        "hidden": figure.hidden,
    }


def _link(organ: Organisation) -> tuple[str, str]:
    return organ.name, reverse("portal:performance_of", args=[organ.key])


def _code(start_on: date) -> str:
    return f"{start_on.year}-{(start_on.month + 2) // 3}"


def _words(start_on: date) -> str:
    return f"{start_on.year}年第{'一二三四'[start_on.month // 3]}季度"
