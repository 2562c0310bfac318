"""The list of reports, a new one, one of them with its parts, and its files."""

from datetime import datetime

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.integrity import audit
from xinqiao.ledgers.campaigns import visible_to as campaigns_of
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.reporting.reports import drafting, printed, writing
from xinqiao.reporting.reports.figures import Period, shifted
from xinqiao.reporting.reports.models import Report
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.reports import ROWS, SECTIONS, WRITABLE, PartKind, ReportSort, ReportState, missing, sections_of

from .. import keyset
from ..acts.fields import OneLine
from ..door import officer_required
from ..listing import Listing
from ..statistics import choices
from ..statistics.tables import Row, Table

NEWEST = keyset.Order("asked", "", "asked_at", datetime, descending=True)
COLUMNS = ("sort", "title", "number", "asked_at", "issued_at", "state", "office__name", "office_id")
TYPES = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
TONES = {"draft": "warn", "submitted": "info", "issued": "ok", "drafting": "info", "failed": "bad", "dropped": "idle"}
S = ReportState


def found(officer: Officer, report_id: int) -> Report:
    """Raises Http404 for what is hidden and what is not, alike."""
    related = ("office", "written_by__user", "issued_by__user", "submitted_by__user")
    report = Report.objects.visible_to(officer).select_related(*related).filter(pk=report_id).first()
    if report is None:
        raise Http404
    return report


def seq_of(request: HttpRequest) -> int | None:
    typed = request.POST.get("seq", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


@officer_required
@require_safe
@never_cache
def list_page(request: HttpRequest) -> HttpResponse:
    """`?show=own|came&sort=` and a position."""
    officer = request.officer
    writes = writing.may_write(officer)
    show = request.GET.get("show", "")
    show = show if show in ("own", "came") else ("own" if writes else "came")
    rows = Report.objects.visible_to(officer)
    rows = (
        rows.filter(office=officer.organisation_id) if show == "own" else rows.exclude(office=officer.organisation_id)
    )
    sort = request.GET.get("sort", "")
    rows = rows.filter(sort=sort) if sort in set(ReportSort) else rows
    here = Listing(request, reverse("workbench:reports"))
    page = here.page(rows, NEWEST, COLUMNS)
    context = {
        "rows": [_row(row) for row in page.rows],
        "tabs": here.tabs((("own", _("本单位的")), ("came", _("发来的"))), show),
        "sorts": ReportSort.choices(), "sort": sort, "show": show, "writes": writes,
        **here.turning(page),
        "today": localdate(),
    }  # fmt: skip
    return render(request, "workbench/reports/list.html", context)


def _row(row: dict) -> dict:
    return {
        "url": reverse("workbench:analysis_report", args=[row["pk"]]), "title": row["title"], "sort": ReportSort(row["sort"]).label,
        "number": row["number"], "office": row["office__name"], "at": row["issued_at"] or row["asked_at"],
        "state": S(row["state"]).label, "tone": TONES[row["state"]],
    }  # fmt: skip


class NewForm(forms.Form):
    """Which report, about which months."""

    sort = forms.ChoiceField(
        label=gettext_lazy("写什么"), choices=ReportSort.choices(), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择写什么。")},
    )  # fmt: skip
    first = forms.CharField(
        label=gettext_lazy("从哪个月"),
        help_text=gettext_lazy("例：2026-03"),
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-03"}),
    )
    last = forms.CharField(
        label=gettext_lazy("到哪个月"), required=False, help_text=gettext_lazy("月报、季报、年报可以不填"),
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-03"}),
    )  # fmt: skip
    title = OneLine(
        limit="title", label=gettext_lazy("标题"), required=False, help_text=gettext_lazy("不填的，按种类和月份写")
    )
    campaign = forms.ChoiceField(
        label=gettext_lazy("哪个攻坚行动"), required=False, help_text=gettext_lazy("只用于督查通报")
    )

    def __init__(self, *args, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sort"].option_hints = {
            row.sort.value: "、".join(SECTIONS[code].title for code in row.sections) for row in ROWS.values()
        }
        own = campaigns_of(officer).filter(office=officer.organisation_id).order_by("-pk")[:30]
        self.fields["campaign"].choices = [("", _("全部")), *((str(one.pk), one.name) for one in own)]
        if len(self.fields["campaign"].choices) == 1:
            del self.fields["campaign"]

    def _read(self, name: str):
        typed = self.cleaned_data.get(name, "")
        month = choices.month_of(typed)
        if typed and month is None:
            raise forms.ValidationError(_("请把月份写成“2026-03”这样。"))
        return month

    def clean_first(self):
        return self._read("first")

    def clean_last(self):
        return self._read("last")

    def period(self) -> Period:
        """The months that the sort asks for: one, the quarter or year that the first lies in, or those that were typed."""
        first, last = self.cleaned_data["first"], self.cleaned_data.get("last")
        match ROWS[ReportSort(self.cleaned_data["sort"])].span:
            case "month":
                return Period(first, first)
            case "quarter":
                first = first.replace(month=(first.month - 1) // 3 * 3 + 1)
                return Period(first, shifted(first, 2))
            case "year":
                return Period(first.replace(month=1), first.replace(month=12))
        return Period(first, last or first)


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def new_page(request: HttpRequest) -> HttpResponse:
    """`?sort=&from=2026-03` to begin with."""
    if not writing.may_write(request.officer):
        raise Http404
    before = shifted(localdate().replace(day=1), -1)
    initial = {
        "sort": request.GET.get("sort", ReportSort.MONTHLY.value),
        "first": request.GET.get("from") or f"{before:%Y-%m}",
    }
    form = NewForm(request.POST if request.method == "POST" else None, officer=request.officer, initial=initial)
    if request.method == "POST" and form.is_valid():
        said, period = form.cleaned_data, form.period()
        sort = ReportSort(said["sort"])
        title = said["title"] or f"{period.words()}{sort.label}"
        try:
            report = drafting.ask(
                sort, title=title, start_on=period.start_on, end_on=period.end_on, by=request.officer, at=timezone.now(),
                campaign_id=int(said["campaign"]) if said.get("campaign") else None, request=request,
            )  # fmt: skip
        except StepRefused as refused:
            form.add_error("first" if refused.code == "period" else None, refused.message)
        else:
            return redirect("workbench:analysis_report", report.pk)
    return render(request, "workbench/reports/new.html", {"form": form}, status=422 if form.errors else 200)


@officer_required
@require_safe
@never_cache
def report_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """How far the draft is; then its parts, with what may be done to each; the issued one to read."""
    officer, report = request.officer, found(request.officer, report_id)
    inbox.mark_read(officer, at=timezone.now(), subject=str(report))
    own = report.office_id == officer.organisation_id
    writes = own and writing.may_write(officer) and report.state in WRITABLE
    if report.state == S.ISSUED and not own:
        writing.opened(report, officer, at=timezone.now())
    sort = ReportSort(report.sort)
    context = {
        "report": report, "sort": sort, "state": S(report.state), "tone": TONES[report.state],
        "period": Period(report.start_on, report.end_on.replace(day=1)).words(),
        "total": len(ROWS[sort].sections), "pending": report.state == S.DRAFTING,
        "blocks": [shown(one) for one in report.blocks], "writes": writes, "own": own,
        "issues": own and writing.may_issue(officer) and report.state == S.SUBMITTED,
        "submits": writes and report.state == S.DRAFT,
        "missing": missing(sort, writing.filled(report)) if writes else [],
        "sections": sections_of(sort), "kinds": PartKind.choices(),
        "copies": report.copies.select_related("organisation").order_by("organisation__lft") if own else [],
        "versions": report.versions.select_related("officer__user").order_by("-seq")[:20] if own else [],
        "recommend_url": reverse("workbench:recommendation_draft", args=["policy"]) if sort is ReportSort.PROPOSAL and own else "",
        "can_export": False, "today": localdate(),
    }  # fmt: skip
    return render(request, "workbench/reports/report.html", context)


def shown(block: dict) -> dict:
    """A block as the page draws it: plots by the same drawing as the statistics, with the table in it."""
    row = SECTIONS.get(block["section"])
    drawn = None
    if block["kind"] == PartKind.CHART and len(block.get("columns", [])) > 1:
        rows = [
            Row(line[0].strip("　"), line[1], more=tuple(line[2:]), inner=line[0].startswith("　"))
            for line in block["rows"]
        ]
        key = "months" if block.get("standing") else f"part{block['id']}"
        drawn = Table(key, block.get("title") or _("图"), block["columns"][0], rows, tuple(block["columns"][1:]))
    return {
        **block,
        "drawn": drawn,
        "empty": not writing.words_of(block).strip(),
        "hint": row.shows if row else "",
        "basis": row.basis if row else "",
    }


@officer_required
@require_safe
@never_cache
def file(request: HttpRequest, report_id: int, form: str) -> HttpResponse:
    """PDF or Word; a draft is marked as one. The record stands before the file leaves (C-11)."""
    report = found(request.officer, report_id)
    if form not in TYPES or report.state in (S.DRAFTING, S.FAILED, S.DROPPED):
        raise Http404
    content = (printed.pdf if form == "pdf" else printed.docx)(report)
    audit.note(
        AuditKind.EXPORTED,
        officer=request.officer,
        subject=str(report),
        request=request,
        reason=report.title,
        detail={"form": form, "seq": report.seq},
    )
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="report-{report.pk}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
