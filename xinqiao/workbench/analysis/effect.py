"""系统建议的效果: how often people decided as the machine had proposed, for the analyst, the supervisor and the system administrator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xinqiao import analysis
from xinqiao.analysis import effect
from xinqiao.rules.proposals import EFFECT_AT_MOST, EFFECT_DAYS, Verdict
from xinqiao.rules.small_cells import AT_LEAST

from ..door import officer_required


@officer_required
@require_safe
def effect_page(request: HttpRequest) -> HttpResponse:
    """One table for each sort and version of the machine; no list of matters, officers or organs behind it."""
    context = {
        "effect": effect.of_the_last_year(timezone.now()), "verdicts": [verdict.label for verdict in Verdict], "is_on": analysis.is_on(),
        "days": EFFECT_DAYS, "most": EFFECT_AT_MOST, "at_least": AT_LEAST,
    }  # fmt: skip
    return render(request, "workbench/analysis/effect.html", context)
