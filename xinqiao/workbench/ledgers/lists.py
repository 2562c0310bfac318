"""台账: the list with every column of H.2, its print and its file. All three show the same rows of `visible_to`."""

from datetime import date

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.exports import ledgers as ledger_files
from xinqiao.exports import making
from xinqiao.exports.models import ExportKind, ExportState
from xinqiao.ledgers.models import Evidence, Item
from xinqiao.organisations.models import Officer
from xinqiao.rules.ledgers import KEEPERS, LEDGERS, ItemState, Progress, Sort
from xinqiao.rules.permissions import Action, allowed

from .. import keyset
from ..door import officer_required
from ..exports.lists import file_response
from ..statistics.forms import TableForm
from . import choices

ROWS_AT_MOST = 2_000  # of a print or a file: a ledger is read, not mined
COLUMNS = (
    "sort", "problem", "measure", "place__name", "organisation__name", "officer__user__name", "leader__user__name", "limit_on", "state",
    "progress", "cancelled_at", "cancelled_by__user__name", "reopened", "added_at", "matter_id",
)  # fmt: skip
TONES = {ItemState.OPEN: "info", ItemState.REPORTED: "warn", ItemState.CANCELLED: "ok"}
HEADS = (
    "台账",
    "问题",
    "所在地方",
    "责任单位",
    "责任人",
    "责任领导",
    "完成期限",
    "措施",
    "进展",
    "凭证（份）",
    "状态",
    "销号日期",
    "销号人",
)


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """`?sort=&state=&unit=&leader=` and a position."""
    officer, today = request.officer, localdate()
    chosen, seen = choices.read(request.GET), Item.objects.visible_to(officer)
    groups, adds = choices.groups(seen, today), may_add(officer, chosen.sort)
    found = keyset.page(
        chosen.narrow(seen, today),
        choices.SOONEST,
        COLUMNS,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        plenty=chosen.is_walked(groups),
    )
    context = {
        "chosen": chosen,
        "title": chosen.title(seen),
        "rows": with_evidence([shown(row, today) for row in found.rows]),
        "tabs": _tabs(request, chosen, groups),
        "sorts": Sort.choices(),
        "units": choices.units(groups),
        "leaders": choices.leaders(groups),
        "narrowed": bool(chosen.unit or chosen.leader or chosen.sort or chosen.campaign),
        "clear_url": reverse("workbench:ledgers"),
        "may_add": adds,
        "new_url": f"{reverse('workbench:ledger_new')}{f'?sort={chosen.sort}' if chosen.sort else ''}" if adds else "",
        "print_url": link(request, "ledger_print"),
        "export_url": link(request, "ledger_export") if allowed(officer.role_set, "ledger", Action.EXPORT) else "",
        "previous_url": link(request, before=found.before) if found.before else "",
        "next_url": link(request, after=found.after) if found.after else "",
        "today": today,
    }
    return render(request, "workbench/ledgers/list.html", context)


@officer_required
@require_safe
def print_page(request: HttpRequest) -> HttpResponse:
    """Every row of the choice on paper, each column of H.2 by itself."""
    today, chosen = localdate(), choices.read(request.GET)
    rows, seen = all_rows(request.officer, chosen, today), Item.objects.visible_to(request.officer)
    context = {
        "title": chosen.title(seen), "words": chosen.words(seen), "rows": rows, "heads": HEADS, "today": today, "cut": len(rows) == ROWS_AT_MOST, "most": ROWS_AT_MOST,
        "cells": [cells(row) for row in rows], "back_url": link(request), "now": timezone.now(),
    }  # fmt: skip
    return render(request, "workbench/ledgers/print.html", context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def export_page(request: HttpRequest) -> HttpResponse:
    """The rows of the choice as a file, for a purpose; the record stands before it leaves (C-11)."""
    officer, today, chosen = request.officer, localdate(), choices.read(request.GET)
    rows, seen = all_rows(officer, chosen, today), Item.objects.visible_to(officer)
    form = TableForm(request.POST if request.method == "POST" else None, request=request)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        export = making.ask(
            ExportKind.LEDGER, officer=officer, form=form.cleaned_data["form"], purpose=form.cleaned_data["purpose"], at=now, begun_at=now,
            columns=list(HEADS), state=ExportState.MAKING, facts={"title": chosen.sort.label if chosen.sort else ExportKind.LEDGER.label, "table": chosen.sort or "all"},
        )  # fmt: skip
        made = ledger_files.make(
            export, [cells(row) for row in rows], [row["matter_id"] for row in rows], words=chosen.words(seen), at=now
        )
        making.let_go(export, officer=officer, request=request, at=timezone.now())
        return file_response(export, made.content)
    context = {
        "form": form,
        "title": chosen.title(seen),
        "words": chosen.words(seen),
        "rows": len(rows),
        "back_url": link(request),
        "cut": len(rows) == ROWS_AT_MOST,
    }
    return render(request, "workbench/ledgers/export.html", context, status=422 if form.errors else 200)


def may_add(officer: Officer, sort: Sort | None) -> bool:
    """Whether the page offers to add a line: a post that keeps ledgers, in a ledger that is kept by hand."""
    return bool(officer.role_set & KEEPERS) and (sort is None or LEDGERS[sort].by_hand)


def all_rows(officer: Officer, chosen: choices.Choices, today: date) -> list[dict]:
    """Every row of a choice, soonest first."""
    rows = choices.SOONEST.sorted(chosen.narrow(Item.objects.visible_to(officer), today)).values("pk", *COLUMNS)
    return with_evidence([shown(row, today) for row in rows[:ROWS_AT_MOST]])


def shown(row: dict, today: date) -> dict:
    """One item as lists show it."""
    state = ItemState(row["state"])
    progress = Progress(row["progress"])
    return {
        **row,
        "url": reverse("workbench:ledger_item", args=[row["pk"]]),
        "sort": Sort(row["sort"]).label,
        "person": row["officer__user__name"] or _("待单位确定"),
        "leader": row["leader__user__name"] or "",
        "state": state.label,
        "tone": TONES[state],
        "is_open": state is not ItemState.CANCELLED,
        "late": state is ItemState.OPEN and row["limit_on"] < today,
        "progress": progress.label,
        "percent": progress.percent,
        "cancelled_on": localdate(row["cancelled_at"]) if row["cancelled_at"] else None,
    }


def with_evidence(rows: list[dict]) -> list[dict]:
    """The rows, each with how many pieces of evidence it has."""
    counted: QuerySet = (
        Evidence.objects.filter(item__in=[row["pk"] for row in rows])
        .order_by()
        .values_list("item")
        .annotate(Count("pk"))
    )
    number = dict(counted)
    return [{**row, "evidence": number.get(row["pk"], 0)} for row in rows]


def cells(row: dict) -> list:
    """One row of the print and of the file, in the order of HEADS."""
    return [
        row["sort"], row["problem"], row["place__name"], row["organisation__name"], row["person"], row["leader"], row["limit_on"],
        row["measure"], row["progress"], row["evidence"], row["state"], row["cancelled_on"], row["cancelled_by__user__name"] or "",
    ]  # fmt: skip


def _tabs(request: HttpRequest, chosen: choices.Choices, groups: list[choices.Group]) -> list[dict]:
    counts = chosen.counts(groups)
    named = (("", _("没有销号"), counts["open"] + counts["reported"]), ("overdue", _("超过期限"), counts["overdue"]),
             ("reported", _("等待核对"), counts["reported"]), ("cancelled", _("已经销号"), counts["cancelled"]))  # fmt: skip
    return [
        {
            "label": label,
            "count": count,
            "url": link(request, state=key),
            "on": chosen.state == key,
            "bad": key == "overdue" and count,
        }
        for key, label, count in named
    ]


def link(request: HttpRequest, page: str = "ledgers", **changes: str) -> str:
    """A page of the ledgers with the choices of this one, some changed."""
    return keyset.with_choices(reverse(f"workbench:{page}"), request.GET, **changes)
