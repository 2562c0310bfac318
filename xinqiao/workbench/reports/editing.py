"""Writing the title and one part, moving, adding and taking out parts. Whoever was slower sees both texts, and loses neither."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from xinqiao.reporting.reports import writing
from xinqiao.reporting.reports.models import Report
from xinqiao.rules import wording
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.reports import TEXT_AT_MOST, WRITABLE, PartKind

from ..acts.fields import OneLine
from ..door import officer_required
from .pages import found, seq_of

MOVES = ("up", "down", "remove")


class TextForm(forms.Form):
    """Words of a heading or a text."""

    text = forms.CharField(label=gettext_lazy("文字"), required=False, widget=forms.Textarea(attrs={"rows": 10}))

    def clean_text(self) -> str:
        try:
            return wording.clean(self.cleaned_data["text"], limit=TEXT_AT_MOST, field=_("文字"))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def said(self) -> dict:
        return {"text": self.cleaned_data["text"]}


class TableForm(forms.Form):
    """A table as lines: the first line is its head, cells are separated by a bar."""

    title = forms.CharField(label=gettext_lazy("表名"), required=False, max_length=100)
    cells = forms.CharField(
        label=gettext_lazy("表格"), required=False, widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("一行一行写，第一行是表头；各列之间用“|”隔开，从电子表格粘贴的也可以。"),
    )  # fmt: skip

    def clean_cells(self) -> list[list[str]]:
        try:
            typed = wording.clean(self.cleaned_data["cells"], limit=TEXT_AT_MOST, field=_("表格"))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        lines = [
            [cell.strip(" ") for cell in line.replace("\t", "|").replace("｜", "|").split("|")]
            for line in typed.splitlines()
            if line.strip()
        ]
        wrong = [place for place, line in enumerate(lines, start=1) if len(line) != len(lines[0])]
        if wrong:
            raise forms.ValidationError(
                _("第%(place)s行有%(n)s列，表头有%(head)s列，请改成一样多。")
                % {"place": wrong[0], "n": len(lines[wrong[0] - 1]), "head": len(lines[0])}
            )
        return lines

    def said(self) -> dict:
        lines = self.cleaned_data["cells"]
        return {"title": self.cleaned_data["title"], "columns": lines[0] if lines else [], "rows": lines[1:]}


class TitleForm(forms.Form):
    """What the report is called."""

    title = OneLine(limit="title", label=gettext_lazy("标题"), error_messages={"required": gettext_lazy("请写标题。")})


def as_lines(block: dict) -> str:
    """A table as it is typed."""
    rows = [block.get("columns", []), *block.get("rows", [])]
    return "\n".join(" | ".join(map(str, row)) for row in rows if row)


def _form(block: dict, data=None) -> forms.Form:
    if block["kind"] in (PartKind.TABLE, PartKind.CHART):
        return TableForm(data, initial={"title": block.get("title", ""), "cells": as_lines(block)})
    return TextForm(data, initial={"text": block.get("text", "")})


def _writable(request: HttpRequest, report_id: int) -> Report:
    """Raises Http404 for one of another office, or one that is written by somebody else."""
    report = found(request.officer, report_id)
    if report.office_id != request.officer.organisation_id or not writing.may_write(request.officer):
        raise Http404
    return report


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def part_page(request: HttpRequest, report_id: int, block: int) -> HttpResponse:
    """One part to write. Where somebody was faster, the page shows the newer text beside what was typed (409)."""
    report = _writable(request, report_id)
    part = next((one for one in report.blocks if one["id"] == block), None)
    if request.method == "GET" and (part is None or report.state not in WRITABLE):
        raise Http404
    gone = part is None
    part = part or {"kind": PartKind.TABLE if "cells" in request.POST else PartKind.TEXT, "id": block}
    form = _form(part, request.POST if request.method == "POST" else None)
    status, conflict = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                edit = writing.Edit("write", block, said=form.said())
                writing.change(
                    report.pk, edit, seq=seq_of(request), by=request.officer, at=timezone.now(), request=request
                )
            except StepRefused as refused:
                if refused.code == "conflict":
                    status, conflict = 409, refused.message
                    report.refresh_from_db()
                    part = next((one for one in report.blocks if one["id"] == block), part)
                else:
                    form.add_error(None, refused.message)
            else:
                messages.success(request, _("已保存。"))
                return redirect(f"{reverse('workbench:analysis_report', args=[report.pk])}#part-{block}")
    context = {
        "form": form, "report": report, "part": part, "kind": PartKind(part["kind"]), "conflict": conflict, "gone": gone,
        "newer": "" if not conflict or gone else (as_lines(part) if "columns" in part else part.get("text", "")),
    }  # fmt: skip
    return render(request, "workbench/reports/part.html", context, status=status)


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def title_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """The title to write, with the newer one beside it where somebody was faster (409)."""
    report = _writable(request, report_id)
    if request.method == "GET" and report.state not in WRITABLE:
        raise Http404
    posted = request.method == "POST"
    form = TitleForm(request.POST if posted else None, initial={"title": report.title})
    status, conflict = 422 if posted else 200, ""
    if posted and form.is_valid():
        try:
            said = {"by": request.officer, "at": timezone.now(), "request": request}
            writing.rename(report.pk, form.cleaned_data["title"], seq=seq_of(request), **said)
        except StepRefused as refused:
            if refused.code == "conflict":
                status, conflict = 409, refused.message
                report.refresh_from_db()
            else:
                form.add_error("title", refused.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("workbench:analysis_report", report.pk)
    gone = bool(conflict) and report.state not in WRITABLE
    context = {
        "form": form,
        "report": report,
        "kind": PartKind.HEADING,
        "conflict": conflict,
        "gone": gone,
        "newer": report.title,
    }
    return render(request, "workbench/reports/part.html", context, status=status)


@officer_required
@require_POST
def parts_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """Move, take out or add a part; a new one opens to be written."""
    report = _writable(request, report_id)
    do, block = request.POST.get("do", ""), request.POST.get("block", "")
    number = int(block) if block.isdecimal() and len(block) < 10 else 0
    kind = request.POST.get("kind", "")
    edit = (
        writing.Edit(do, number)
        if do in MOVES
        else writing.Edit("add", number, PartKind(kind) if kind in set(PartKind) else PartKind.TEXT)
    )
    try:
        changed = writing.change(
            report.pk, edit, seq=seq_of(request), by=request.officer, at=timezone.now(), request=request
        )
    except StepRefused as refused:
        messages.error(request, refused.message)
        return redirect("workbench:analysis_report", report.pk)
    if do in MOVES:
        return redirect(f"{reverse('workbench:analysis_report', args=[report.pk])}#part-{number}")
    return redirect("workbench:analysis_part", report.pk, changed.next_block - 1)
