"""信息上报: the list, one report with its history and versions, writing and changing it (A-36)."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.information import reports, screening
from xinqiao.information.models import InformationReport, Task, reach_of
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.entrances import entrance
from xinqiao.rules.information import (
    AUTHOR,
    NOT_YET_OUT,
    WRITTEN_KINDS,
    Cause,
    ReportAct,
    ReportKind,
    ReportState,
)
from xinqiao.rules.ledgers import KEEPERS, Sort
from xinqiao.rules.refusals import StepRefused
from xinqiao.ui import digits

from .. import keyset
from ..door import officer_required
from ..listing import Listing
from .forms import ReportForm
from .tell import tell

NEWEST = keyset.Order("moved", "", "moved_at", datetime, descending=True)
COLUMNS = (
    "kind",
    "state",
    "title",
    "written_at",
    "moved_at",
    "organisation__name",
    "holder__name",
    "organisation_id",
    "seq",
)
TONES = {
    ReportState.DRAFT: "idle", ReportState.SUBMITTED: "warn", ReportState.SENT: "info", ReportState.RECEIVED: "info",
    ReportState.PROPOSED: "warn", ReportState.SETTLED: "ok", ReportState.RETURNED: "bad",
}  # fmt: skip
S = ReportState
YEARS = range(2000, 2201)


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """`?show=turn|own|came|area&kind=&unit=&year=` and a position; what is not known is left out, never an error."""
    officer = request.officer
    tabs = _tabs(officer)
    show = request.GET.get("show") if request.GET.get("show") in tabs else "turn"
    kind = request.GET.get("kind") if request.GET.get("kind") in WRITTEN_KINDS else ""
    rows = tabs[show][1](officer)
    rows = rows.filter(kind=kind) if kind else rows
    place, year = _place(request, officer) if show == "area" else None, digits.read(request.GET.get("year"))
    rows = rows.filter(org_lft__range=place.interval) if place else rows
    rows = rows.filter(written_at__year=year) if year and year in YEARS else rows
    here = Listing(request, reverse("workbench:information"))
    page = here.page(rows, NEWEST, COLUMNS)
    context = {
        "rows": [_row(row, officer) for row in page.rows],
        "tabs": here.tabs([(key, label) for key, (label, _rows) in tabs.items()], show),
        "show": show,
        "kinds": [(one.value, one.label) for one in WRITTEN_KINDS],
        "kind": kind,
        "narrowed": " ".join(filter(None, (place and place.name, year and year in YEARS and f"{year}年"))),
        "clear_url": here(unit="", year=""),
        "may_write": reports.may_write(officer),
        **here.turning(page),
        "today": localdate(),
    }
    return render(request, "workbench/information/reports.html", context)


def _place(request: HttpRequest, officer: Officer) -> Organisation | None:
    """The unit named in the address, where it lies in the own area."""
    place = Organisation.objects.filter(pk=digits.read(request.GET.get("unit")) or 0).first()
    reach = reach_of(officer, "information")
    return place if place and reach[0] <= place.lft <= reach[1] else None


def _tabs(officer: Officer) -> dict:
    tabs = {
        "turn": (_("等我办理"), waiting),
        "own": (_("本单位报送的"), lambda one: _seen(one).filter(organisation_id=one.organisation_id)),
        "came": (_("下级报来的"), _came),
    }
    first, last = reach_of(officer, "information")
    if first != last:
        tabs["area"] = (_("所辖单位报送的"), lambda one: _sent(one).filter(org_lft__range=(first, last)))
    return tabs


def waiting(officer: Officer):
    """Those in which something is asked of this post: to let go up, to sign in, to decide on, to mend."""
    states = {S.SENT, S.RECEIVED, S.RETURNED}
    if reports.may_approve(officer):
        states |= {S.SUBMITTED, S.PROPOSED}
    if not reports.may_write(officer):
        return InformationReport.objects.none()
    return _seen(officer).filter(holder_id=officer.organisation_id, state__in=sorted(states))


def _seen(officer: Officer):
    return InformationReport.objects.visible_to(officer)


def _sent(officer: Officer):
    return _seen(officer).exclude(state__in=sorted(NOT_YET_OUT))


def _came(officer: Officer):
    return _sent(officer).filter(events__to_organisation_id=officer.organisation_id).exclude(
        organisation_id=officer.organisation_id
    ).distinct()  # fmt: skip


def _row(row: dict, officer: Officer) -> dict:
    return {
        "url": reverse("workbench:information_report", args=[row["pk"]]),
        "title": row["title"],
        "kind": ReportKind(row["kind"]).label,
        "urgent": row["kind"] == ReportKind.SUDDEN and row["state"] in (S.SENT, S.RECEIVED),
        "number": f"信息{row['written_at'].year}-{row['pk']:06d}",
        "organisation": row["organisation__name"],
        "holder": row["holder__name"],
        "moved_at": row["moved_at"],
        "state": S(row["state"]).label,
        "tone": TONES[row["state"]],
    }


@officer_required
@require_safe
def report_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """What it says, where it is, what may be done now, its history and earlier versions."""
    officer, report = request.officer, found(request.officer, report_id)
    context = {
        "report": report,
        "kind": ReportKind(report.kind),
        "state": S(report.state),
        "tone": TONES[report.state],
        "cause": Cause(report.cause).label if report.cause else "",
        "moves": [_move(move, report) for move in reports.possible(report, officer) if _offered(move, report)],
        "above": reports.above(report.holder),
        "history": [
            _line(event)
            for event in report.events.select_related("officer__user", "organisation", "to_organisation").order_by(
                "seq"
            )
        ],
        "versions": _earlier(report),
        "urgent_url": urgent_url(officer) if report.kind == ReportKind.SUDDEN else "",
        "ledger_url": _ledger_url(report, officer),
        "today": localdate(),
    }
    return render(request, "workbench/information/report.html", context)


def _offered(move, report: InformationReport) -> bool:
    """Left out where there is nobody to send it to."""
    if move.act is ReportAct.FORWARD:
        return reports.above(report.holder) is not None
    if move.act is ReportAct.TO_CONFERENCE:
        conference = reports.conference_of(report.holder)
        return conference is not None and conference.pk != report.holder_id
    return True


def _ledger_url(report: InformationReport, officer: Officer) -> str:
    """Where a dispute that came here is put into the ledger of disputes, with who is responsible and until when (A-35)."""
    keeps = report.holder_id == officer.organisation_id and officer.role_set & KEEPERS
    wanted = report.kind == ReportKind.DISPUTE and report.state == S.RECEIVED
    return f"{reverse('workbench:ledger_new')}?sort={Sort.DISPUTES}" if keeps and wanted else ""


def _move(move, report: InformationReport) -> dict:
    edits = move.act is ReportAct.CHANGE
    args = [report.pk] if edits else [report.pk, move.act.value]
    return {
        "act": move.act,
        "url": reverse(f"workbench:information_{'edit' if edits else 'act'}", args=args),
        "asks": edits or bool(move.note),
        "own": move.side == AUTHOR,
        "danger": move.act in (ReportAct.REJECT, ReportAct.SEND_BACK),
    }


def _line(event) -> dict:
    return {
        "act": ReportAct(event.act).label,
        "who": event.officer.user.name,
        "unit": event.organisation.name,
        "to": event.to_organisation.name if event.to_organisation else "",
        "note": event.note,
        "version": event.version,
        "at": event.at,
    }


def _earlier(report: InformationReport) -> list[dict]:
    rows = report.versions.select_related("officer__user").filter(version__lt=report.version).order_by("-version")
    return [{"version": row.version, "said": row.said, "who": row.officer.user.name, "at": row.at} for row in rows]


def found(officer: Officer, report_id: int) -> InformationReport:
    """Raises Http404 for what is hidden and what is not, alike."""
    related = ("organisation__parent", "holder__parent", "author__user", "task__round")
    report = _seen(officer).select_related(*related).filter(pk=report_id).first()
    if report is None:
        raise Http404
    return report


@officer_required
@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """`?task=` of the own unit: what a screening found. 报送 hands it in at once, 存草稿 keeps it."""
    officer, task = request.officer, _task(request)
    initial = {
        "kind": ReportKind.DISPUTE if task else request.GET.get("kind", ""),
        "happened_on": localdate() if task else None,
    }
    form = ReportForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            report = reports.write(
                form.said(), by=officer, at=timezone.now(), task_id=task.pk if task else None, request=request
            )
        except StepRefused as refused:
            form.add_error(None, refused.message)
        else:
            return _kept(request, report)
    return _form(request, form, {"task": task})


@officer_required
@require_http_methods(["GET", "POST"])
def edit_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """The next version of a draft, or of what came back."""
    officer, report = request.officer, found(request.officer, report_id)
    if not any(move.act is ReportAct.CHANGE for move in reports.possible(report, officer)):
        raise Http404
    initial = {name: getattr(report, name) for name in ReportForm.base_fields if hasattr(report, name)}
    form = ReportForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changed = reports.change(
                report.pk,
                form.said(),
                by=officer,
                at=timezone.now(),
                seq=digits.read(request.POST.get("seq")),
                request=request,
            )
        except StepRefused as refused:
            form.add_error(None, refused.message)
        else:
            return _kept(request, changed)
    returned = report.events.filter(act=ReportAct.SEND_BACK).order_by("-seq").first()
    return _form(
        request,
        form,
        {"report": report, "task": report.task, "returned": returned if report.state == S.RETURNED else None},
    )


def _kept(request: HttpRequest, report: InformationReport) -> HttpResponse:
    """Handed in where that was asked for. What was typed is kept in any case."""
    if request.POST.get("then") == "submit":
        now = timezone.now()
        try:
            sent = reports.act(ReportAct.SUBMIT, report.pk, by=request.officer, at=now, request=request)
            tell(sent, by=request.officer, at=now)
            messages.success(request, sent_words(sent))
        except StepRefused as refused:
            messages.error(request, _("已存为草稿，没有报送：%(why)s") % {"why": refused.message})
    else:
        messages.success(request, _("草稿已保存。报送以前只有本单位看得到。"))
    return redirect("workbench:information_report", report.pk)


def sent_words(report: InformationReport) -> str:
    """Where it is now, in one sentence."""
    return {
        S.DRAFT: _("已收回，可以修改。"),
        S.SUBMITTED: _("已提交，等本单位负责人审批。"),
        S.PROPOSED: _("已提交，等本单位负责人审批。"),
        S.SENT: _("已报送%(unit)s。"),
        S.RECEIVED: _("已签收，在%(unit)s办理。"),
        S.SETTLED: _("已了结。"),
        S.RETURNED: _("已退回%(unit)s。"),
    }[S(report.state)] % {"unit": report.holder.name}


def _form(request: HttpRequest, form: ReportForm, more: dict) -> HttpResponse:
    to = reports.above(request.officer.organisation)
    context = {"form": form, "to": to, "urgent_url": urgent_url(request.officer), **more}
    return render(request, "workbench/information/form.html", context, status=422 if form.errors else 200)


def _task(request: HttpRequest) -> Task | None:
    """The screening that is answered: of the own unit, else a 404."""
    asked = request.GET.get("task", "")
    if not asked:
        return None
    task = screening.own_tasks(request.officer).filter(pk=digits.read(asked) or 0).first()
    if task is None:
        raise Http404
    return task


def urgent_url(officer: Officer) -> str:
    """The path for urgent and major matters (UR-1), for posts that have it."""
    line = entrance("workbench:urgent_list")
    return reverse(line.name) if line and line.opens_to(officer.role_set) else ""
