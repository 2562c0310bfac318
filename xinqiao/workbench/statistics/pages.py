"""The page, and the file of one of its tables. Both tell the same figures, made by the same function."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.counts import reading
from xinqiao.exports import making, statistics
from xinqiao.exports.models import ExportKind, ExportState
from xinqiao.matters import counted
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.small_cells import AT_LEAST, shown
from xinqiao.rules.stages import Channel

from .. import keyset
from ..door import officer_required
from ..exports.lists import file_response
from ..pages.queue import select
from . import choices, scope, tables
from .forms import TableForm


class Asked:
    """What one address of the page asks for, and the figures for it."""

    def __init__(self, request: HttpRequest):
        self.request, self.today = request, localdate()
        self.choices = choices.read(request.GET, self.today)
        self.scope = scope.scope_of(request.officer, request.GET.get("unit", ""))
        self.figures = reading.read(self.scope.head, self.choices.first, self.choices.last, **self._narrowed())
        self.queue, self.bare = reverse("workbench:queue"), self.here(unit="")
        self.sheet = tables.sheet(self.figures, self.scope, self.link, self.down)

    def _narrowed(self) -> dict:
        kind = (
            {"kind": "" if self.choices.kind == choices.UNDECIDED else self.choices.kind} if self.choices.kind else {}
        )
        return kind | ({"channel": self.choices.channel} if self.choices.channel else {})

    def link(self, *, unit=None, first=None, last=None, **more) -> str:
        """The list of exactly what a figure counts; empty where this post opens no such list."""
        if not self.scope.lists:
            return ""
        first, last = (
            max(first or self.choices.first, self.choices.first),
            min(last or self.choices.last, self.choices.last),
        )
        query = {
            "shelf": self.scope.lists, "unit": unit or self.scope.head.org_id, "kind": self.choices.kind,
            "channel": self.choices.channel, "from": "" if first == choices.EARLIEST else first,
            "to": choices.month_after(last) - choices.ONE_DAY, **more,
        }  # fmt: skip
        # Codes, numbers and days only: nothing that an address would have to quote.
        return f"{self.queue}?" + "&".join([f"{name}={value}" for name, value in query.items() if value])

    def down(self, unit: int) -> str:
        return f"{self.bare}{'&' if '?' in self.bare else '?'}unit={unit}"

    def here(self, page: str = "statistics", **changes: str) -> str:
        """This page, or its export, with some choices changed."""
        return keyset.with_choices(reverse(f"workbench:{page}"), self.request.GET, **changes)


@officer_required
@require_safe
@never_cache
def statistics_page(request: HttpRequest) -> HttpResponse:
    """`?period=&from=&to=&unit=&kind=&channel=`; a unit outside the scope of the post is a 404."""
    asked = Asked(request)
    chosen, place = asked.choices, asked.scope
    context = {
        "name": place.name,
        "above": [(one.name, asked.here(unit=str(one.pk))) for one in place.above],
        "words": chosen.words(),
        "chosen": chosen,
        "sheet": asked.sheet,
        "empty": not asked.figures.total,
        "few": 0 < asked.figures.total < AT_LEAST,
        "list_url": asked.link(),
        "filters": _filters(chosen),
        "unit": request.GET.get("unit", ""),
        "clear_url": asked.here(kind="", channel=""),
        "can_export": bool(allowed(request.officer.role_set, "statistics", Action.EXPORT)),
        "export_url": asked.here("statistics_export"),
        "differing": counted.differing(),
        "reports": shown(reading.reports(chosen.first, chosen.last)) if scope.counts_reports(request.officer) else "",
        "at_least": AT_LEAST,
        "alone": place.head.alone,
        "today": asked.today,
    }
    return render(request, "workbench/statistics/page.html", context)


def _filters(chosen: choices.Choices) -> list[SafeString]:
    return [
        select("period", _("月份"), "", tuple(choices.period_names()), chosen.period),
        select("kind", _("事项类别"), _("全部类别"), tuple(choices.kinds()), chosen.kind),
        select("channel", _("信访形式"), _("全部形式"), tuple(Channel.choices()), chosen.channel),
    ]


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def export_page(request: HttpRequest) -> HttpResponse:
    """One table as it is shown, small cells withheld, for a purpose; the record stands before the file leaves (C-11)."""
    asked = Asked(request)
    table = asked.sheet.find(request.GET.get("table", ""))
    if table is None or asked.figures.total < AT_LEAST:
        raise Http404
    form = TableForm(request.POST if request.method == "POST" else None, request=request)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        title = f"{asked.scope.name} {table.title}"
        export = making.ask(
            ExportKind.STATISTICS, officer=request.officer, form=form.cleaned_data["form"], at=now, begun_at=now,
            purpose=form.cleaned_data["purpose"], columns=[table.head, *table.columns], state=ExportState.MAKING,
            facts={"title": title, "filters": asked.choices.words(), "table": table.key, statistics.CELLS: table.cells},
        )  # fmt: skip
        made = making.make(export, at=now)
        making.let_go(export, officer=request.officer, request=request, at=timezone.now())
        return file_response(export, made.content)
    context = {
        "form": form, "table": table, "name": asked.scope.name, "words": asked.choices.words(),
        "back_url": asked.here(table=""), "at_least": AT_LEAST,
    }  # fmt: skip
    return render(request, "workbench/statistics/export.html", context, status=422 if form.errors else 200)
