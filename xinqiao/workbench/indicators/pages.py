"""The pages: the set, one indicator with its units and months, the matters behind it, and a file of what was shown."""

from collections.abc import Mapping
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.exports import making
from xinqiao.exports.models import ExportKind, ExportState
from xinqiao.matters import policy
from xinqiao.organisations.models import Organisation
from xinqiao.reporting.indicators import facts, figures
from xinqiao.rules import indicators
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.indicators import Indicator, Measure, Side
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.small_cells import AT_LEAST
from xinqiao.rules.stages import Stage

from .. import keyset
from ..door import officer_required
from ..exports.lists import file_response
from ..statistics import choices, scope
from ..statistics.forms import TableForm
from . import tables

NEWEST = keyset.Order("received", "", "received_at", datetime, descending=True)
COLUMNS = ("number", "title", "sealed", "stage", "received_on", "unit__name")
FIVE = "five"


class Asked:
    """What an address asks for: whose figures, of which months, in which arrangement. Raises Http404 outside the post's scope."""

    def __init__(self, request: HttpRequest, row: Indicator | None = None):
        self.request, self.row, self.today = request, row, localdate()
        self.choices = choices.read(request.GET, self.today)
        self.scope = scope.scope_of(request.officer, request.GET.get("unit", ""))
        head = self.scope.head
        self.span = (head.lft, head.lft if head.alone else head.rgt)
        self.start_on = self.choices.first
        self.end_on = choices.month_after(self.choices.last) - choices.ONE_DAY
        self.five = request.GET.get("view") == FIVE

    def figures(self) -> dict[str, figures.Figure]:
        return {one.code: one for one in figures.of(self.span, self.start_on, self.end_on)}

    def here(self, page: str, *args: str, **changes: str) -> str:
        """One of these pages with the same choices, some changed."""
        plain = {"code": "", "table": "", "part": ""}
        return keyset.with_choices(reverse(f"workbench:{page}", args=args), self.request.GET, **{**plain, **changes})

    def link(self, code: str) -> str:
        return self.here("indicator", code)

    def sections(self) -> list[tables.Section]:
        return tables.sections(self.figures(), self.link, five=self.five)

    def units(self) -> "tables.counted.Table | None":
        """None where there is nothing below."""
        if self.scope.head.alone or not self.scope.children:
            return None
        whole = self.scope.organisation or Organisation(pk=0, lft=self.span[0], rgt=self.span[1])
        rows = figures.by_unit(self.row.code, whole, self.start_on, self.end_on, self.scope.children)
        return tables.units(rows, self.row, lambda unit: self.here("indicator", self.row.code, unit=str(unit)))

    def months(self) -> "tables.counted.Table":
        return tables.months(figures.by_month(self.row.code, self.span, self.start_on, self.end_on), self.row)

    def table(self, key: str) -> "tables.counted.Table":
        """The table of a file. Raises Http404 for one that is not on the page."""
        if self.row is None:
            return tables.of_all(self.sections())
        found = {"units": self.units, "months": self.months}.get(key, lambda: None)()
        if found is None or not found.rows:
            raise Http404
        return found

    def frame(self) -> dict:
        """What all the pages have around them."""
        page = ("indicator", self.row.code) if self.row else ("indicators",)
        return {
            "name": self.scope.name,
            "above": [(one.name, self.here(*page, unit=str(one.pk))) for one in self.scope.above],
            "chosen": self.choices,
            "words": self.choices.words(),
            "periods": choices.period_names(),
            "unit": self.request.GET.get("unit", ""),
            "five": self.five,
            "differing": facts.differing(),
            "can_export": bool(allowed(self.request.officer.role_set, "statistics", Action.EXPORT)),
            "at_least": AT_LEAST,
            "today": self.today,
        }


@officer_required
@require_safe
@never_cache
def indicators_page(request: HttpRequest) -> HttpResponse:
    """`?period=&from=&to=&unit=&view=`; a unit outside the scope of the post is a 404."""
    asked = Asked(request)
    context = asked.frame() | {
        "sections": asked.sections(),
        "views": [
            (_("快慢、质量、评价"), asked.here("indicators", view=""), not asked.five),
            (_("五个法治化"), asked.here("indicators", view=FIVE), asked.five),
        ],
        "export_url": asked.here("indicators_export"),
    }
    return render(request, "workbench/indicators/page.html", context)


@officer_required
@require_safe
@never_cache
def indicator_page(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator: its definition, what stands beside it, unit by unit, month by month."""
    asked = Asked(request, _found(code))
    every = asked.figures()
    context = asked.frame() | {
        "row": asked.row,
        "figure": every[code],
        "counts": asked.row.measure is Measure.COUNT,
        "behind": _behind(asked),
        "product": _product_form(asked.row, every),
        "beside": tables.beside(code, every, asked.link),
        "tables": [one for one in (asked.units(), asked.months()) if one and one.rows],
        "back_url": asked.here("indicators"),
        "export_url": asked.here("indicators_export", code=code),
    }
    return render(request, "workbench/indicators/indicator.html", context)


def _product_form(row: Indicator, every: Mapping[str, figures.Figure]) -> dict | None:
    """G.3: what a region's own formula gives, explained, where its pack demands it and nothing of it is withheld."""
    target = row.code.removeprefix("satisfied_")
    if not policy.is_on("G-3") or row.code not in ("satisfied_office", "satisfied_unit"):
        return None
    due, rated, satisfied = (
        every[f"rated_{target}"].denominator,
        every[f"rated_{target}"].numerator,
        every[row.code].numerator,
    )
    if None in (due, rated, satisfied):
        return None
    value = indicators.product_form(due=due, rated=rated, satisfied=satisfied)
    return (
        {"value": figures.percent(value), "formula": indicators.PRODUCT_FORM, "warning": indicators.PRODUCT_WARNING}
        if due
        else None
    )


def _found(code: str) -> Indicator:
    row = indicators.INDICATORS.get(code)
    if row is None or row.missing:
        raise Http404
    return row


# ---- the matters behind a figure -----------------------------------------------------------------------------------------------

PART_WORDS: Mapping[str, str] = {
    figures.NUMERATOR: "分子里的",
    figures.REST: "不在分子里的",
    figures.ALL: "分母里的",
    figures.EXCLUDED: "不计入的",
}


def _behind(asked: Asked) -> list[tuple[str, str]]:
    """(words, address) of the lists behind a figure, for posts that open petitions as far as they are counted here."""
    if not _may_go_down(asked):
        return []
    parts = (figures.NUMERATOR, figures.REST, figures.EXCLUDED) if asked.row.measure is Measure.RATE else (figures.ALL,)
    return [(PART_WORDS[part], asked.here("indicator_matters", asked.row.code, part=part)) for part in parts]


def _may_go_down(asked: Asked) -> bool:
    """Ratings one by one are for those who may read them, after the window (RA-8); others see them added up."""
    roles = asked.request.officer.role_set
    reads_ratings = allowed(roles, "rating", Action.READ_MASKED) or allowed(roles, "rating", Action.READ)
    return bool(asked.scope.lists and (asked.row.side is not Side.VOICE or reads_ratings))


@officer_required
@require_safe
@never_cache
def matters_page(request: HttpRequest, code: str) -> HttpResponse:
    """The matters that this post may open, of those that a figure counts; newest first, by position."""
    asked = Asked(request, _found(code))
    if not _may_go_down(asked):
        raise Http404
    part = request.GET.get("part", figures.ALL)
    part = part if part in figures.PARTS else figures.ALL
    rows = figures.behind(code, asked.span, asked.start_on, asked.end_on, officer=request.officer, part=part)
    page = keyset.page(rows, NEWEST, COLUMNS, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = asked.frame() | {
        "row": asked.row,
        "part": PART_WORDS[part],
        "rows": [_listed(row) for row in page.rows],
        "back_url": asked.link(code),
        "previous_url": asked.here("indicator_matters", code, part=part, before=page.before) if page.before else "",
        "next_url": asked.here("indicator_matters", code, part=part, after=page.after) if page.after else "",
    }
    return render(request, "workbench/indicators/matters.html", context)


def _listed(row: Mapping) -> dict:
    return {
        "number": row["number"],
        "title": listed_title(row["title"], sealed=row["sealed"]),
        "stage": Stage(row["stage"]),
        "received_on": row["received_on"],
        "unit": row["unit__name"] or "",
        "url": reverse("workbench:case", args=[row["number"]]),
    }


# ---- a file --------------------------------------------------------------------------------------------------------------------


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def export_page(request: HttpRequest) -> HttpResponse:
    """One table as it is shown, for a purpose; the record stands before the file leaves (C-11)."""
    code = request.GET.get("code", "")
    asked = Asked(request, _found(code) if code else None)
    table = asked.table(request.GET.get("table", ""))
    title = f"{asked.row.name} {table.title}" if asked.row else table.title
    form = TableForm(request.POST if request.method == "POST" else None, request=request)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        meaning = (
            f"分子：{asked.row.numerator}。分母：{asked.row.denominator}。不计入：{asked.row.exclusions or '无'}。"
            if asked.row
            else ""
        )
        export = making.ask(
            ExportKind.STATISTICS, officer=request.officer, form=form.cleaned_data["form"], at=now, begun_at=now,
            purpose=form.cleaned_data["purpose"], columns=[table.head, *table.columns], state=ExportState.MAKING,
            facts={"title": f"{asked.scope.name} {title}", "filters": asked.choices.words(), "table": table.key, "cells": table.cells,
                   "meaning": f"{meaning}不含检举控告件和限制知悉的件；期限没有到的不计入。"},
        )  # fmt: skip
        made = making.make(export, at=now)
        making.let_go(export, officer=request.officer, request=request, at=timezone.now())
        return file_response(export, made.content)
    back = asked.link(code) if code else asked.here("indicators")
    context = {
        "form": form, "table": table, "title": title, "name": asked.scope.name, "words": asked.choices.words(), "back_url": back,
        "at_least": AT_LEAST,
    }  # fmt: skip
    return render(request, "workbench/indicators/export.html", context, status=422 if form.errors else 200)
