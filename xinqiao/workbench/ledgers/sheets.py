"""包案责任表 四定四包: the form with its four guarantees and its gates, and the sheet on paper (A-37, LR-5, F-35)."""

from django import forms as fields
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.ledgers import items, sheet
from xinqiao.ledgers.models import Item
from xinqiao.matters.act import Conflict
from xinqiao.rules.ledgers import GUARANTEE_HINTS, Gate, Guarantee, ItemAct, Sort
from xinqiao.rules.refusals import StepRefused

from ..acts.fields import Day
from ..door import officer_required
from .forms import prose
from .pages import context_of, found, version_of


class SheetForm(fields.Form):
    """A field for each guarantee, one more visit, and the two gates."""

    use_required_attribute = False

    def __init__(self, *args, item: Item, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        for one in Guarantee:
            self.fields[one.value] = prose(
                "progress",
                label=one.label,
                help_text=GUARANTEE_HINTS[one],
                rows=3,
                required=False,
                initial=item.details.get(one.value, ""),
            )
        self.fields["visit_on"] = Day(label=_("回访日期"), required=False)
        self.fields["visit_text"] = prose(
            "progress",
            label=_("回访记录"),
            help_text=_("谁去的、谈了什么、有没有困难。每次加一条，以前的不能改。"),
            rows=2,
            required=False,
        )
        for gate in Gate:
            self.fields[gate.value] = fields.BooleanField(
                label=gate.label, required=False, initial=item.details.get(gate.value, False)
            )

    def facts(self) -> dict:
        said = self.cleaned_data
        return {
            "guarantees": {one.value: said[one.value] for one in Guarantee},
            "gates": {gate.value for gate in Gate if said[gate.value]},
            "visit_on": said["visit_on"],
            "visit_text": said["visit_text"],
        }


@officer_required
@require_http_methods(["GET", "POST"])
def sheet_page(request: HttpRequest, item_id: int) -> HttpResponse:
    """The sheet as a form; refused, it comes back with everything typed."""
    item, officer = _with_sheet(request, item_id), request.officer
    may, status = ItemAct.FILL_SHEET in items.may(item, officer), 200
    form = SheetForm(request.POST if request.method == "POST" else None, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            sheet.fill(
                item.pk, by=officer, at=timezone.now(), version=version_of(request), request=request, **form.facts()
            )
        except StepRefused as refused:
            form.add_error(None, refused.message)
            status = 409 if isinstance(refused, Conflict) else 422
        else:
            messages.success(request, _("包案责任表已保存。"))
            return redirect("workbench:ledger_sheet", item.pk)
    status = 422 if form.errors and status == 200 else status
    context = {
        **context_of(item, officer),
        "form": form if may or form.errors else None,
        "visits": item.details.get("visits", []),
    }
    return render(request, "workbench/ledgers/sheet.html", context, status=status)


@officer_required
@require_safe
def print_page(request: HttpRequest, item_id: int) -> HttpResponse:
    """The sheet on paper, with the places to sign."""
    item = _with_sheet(request, item_id)
    context = {
        **context_of(item, request.officer),
        "guarantees": [(one.label, item.details.get(one.value, "")) for one in Guarantee],
        "gates": [(gate.label, item.details.get(gate.value, False)) for gate in Gate],
        "visits": item.details.get("visits", []),
        "now": timezone.now(),
    }
    return render(request, "workbench/ledgers/sheet_print.html", context)


def _with_sheet(request: HttpRequest, item_id: int) -> Item:
    item = found(request.officer, item_id)
    if item.sort != Sort.LEADERS:
        raise Http404
    return item
