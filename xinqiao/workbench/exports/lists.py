"""导出清单: from a list of the queue to a file; what is large is made by the worker and fetched once it is there (C-11)."""

from django.contrib import messages
from django.db import transaction
from django.db.models import F, Func
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.documents.tables import FORMATS
from xinqiao.exports import keeping, lists, making
from xinqiao.exports.models import Export, ExportKind, ExportState
from xinqiao.integrity import audit
from xinqiao.notifications import inbox
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import AT_ONCE_ROWS, KEPT_HOURS, MOST_ROWS, PENDING_AT_MOST, ListColumn

from ..door import officer_required
from ..pages import queue
from .forms import FetchForm, ListForm

SHOWN = 50  # exports on the page of one's own


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def list_page(request: HttpRequest) -> HttpResponse:
    """The list that was open, with purpose, columns and form; then the file, or the page that waits for it."""
    officer, now = request.officer, timezone.now()
    shelf, chosen, desks = queue.listed(request.GET, officer, localdate(now))
    found = lists.find(desks)
    form = ListForm(request.POST if request.method == "POST" else None, request=request, officer=officer)
    if request.method == "POST" and form.is_valid() and found.desk_ids and not found.more and _may_ask(form, found):
        narrowed = {name: value for name, value in chosen.items() if value and name != "words"}
        facts = {**narrowed, "shelf": shelf.key, "title": shelf.label, "filters": chosen["words"]}
        at_once = {"state": ExportState.MAKING, "begun_at": now, "told_at": now}
        export = making.ask(
            ExportKind.LIST, officer=officer, form=form.cleaned_data["form"], purpose=form.cleaned_data["purpose"],
            at=now, facts=facts, desk_ids=found.desk_ids, left_out=found.reports,
            columns=[column.value for column in ListColumn if column in form.cleaned_data["columns"]],
            **(at_once if _is_small(found) else {}),
        )  # fmt: skip
        return _answer(request, export, form)
    status = 422 if request.method == "POST" else 200
    return render(request, "workbench/exports/list.html", _context(request, form, shelf, chosen, found), status=status)


def _is_small(found: lists.Found) -> bool:
    return len(found.desk_ids) <= AT_ONCE_ROWS


def _may_ask(form: ListForm, found: lists.Found) -> bool:
    """A large list waits its turn, and nobody has more than a few of them in the making."""
    if _is_small(found) or making.pending(form.officer) < PENDING_AT_MOST:
        return True
    form.add_error(
        None, _("您已有%(n)s份导出还在生成。请等做好，或者在“我的导出”里取消，再来导出。") % {"n": PENDING_AT_MOST}
    )
    return False


def _answer(request: HttpRequest, export: Export, form: ListForm) -> HttpResponse:
    """A small list at once; a large one is asked for, and that is noted."""
    officer = request.officer
    if export.state == ExportState.WAITING:
        audit.note(
            AuditKind.EXPORT_ASKED, officer=officer, subject=str(export), reason=export.purpose, request=request,
            detail={"rows": len(export.desk_ids), "shelf": export.facts["shelf"], "form": export.form},
        )  # fmt: skip
        return redirect("workbench:export_progress", export.pk)
    try:
        made = making.make(export, at=timezone.now())
    except making.ExportRefused as refused:
        form.add_error("form", str(refused))
        shelf, chosen, desks = queue.listed(request.GET, officer, localdate())
        context = _context(request, form, shelf, chosen, lists.find(desks))
        return render(request, "workbench/exports/list.html", context, status=422)
    making.let_go(export, officer=officer, request=request, at=timezone.now())
    return file_response(export, made.content)


def _context(request: HttpRequest, form: ListForm, shelf, chosen: dict, found: lists.Found) -> dict:
    return {
        "form": form,
        "shelf": shelf,
        "filters": chosen["words"],
        "rows": len(found.desk_ids),
        "reports": found.reports,
        "too_many": found.more,
        "at_once": _is_small(found),
        "most": MOST_ROWS,
        "kept_hours": KEPT_HOURS,
        "back_url": f"{reverse('workbench:queue')}?{request.GET.urlencode()}",
    }


@officer_required
@require_safe
@never_cache
def own_exports(request: HttpRequest) -> HttpResponse:
    """The newest exports of this post: which are ready, which are gone."""
    found = Export.objects.filter(officer=request.officer).defer("desk_ids", "matter_ids").order_by("-pk")
    exports = found.annotate(total=Func(F("desk_ids"), function="cardinality"))[:SHOWN]
    return render(request, "workbench/exports/own.html", {"exports": exports, "kept_hours": KEPT_HOURS})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def progress_page(request: HttpRequest, export_id: int) -> HttpResponse:
    """How far one's own export is; sent as a form, the file itself. Another's export does not exist."""
    export = Export.objects.filter(pk=export_id, officer=request.officer).first()
    if export is None:
        raise Http404
    if request.method == "POST" and request.POST.get("do") == "cancel":
        return _cancelled(request, export)
    if not export.is_pending:
        inbox.mark_read(request.officer, at=timezone.now(), subject=str(export))
    form = FetchForm(request.POST if request.method == "POST" else None, request=request)
    if request.method == "POST" and may_fetch(export) and form.is_valid():
        return fetch(request, export)
    context = {
        "export": export,
        "form": form,
        "may_fetch": may_fetch(export),
        "kind": ExportKind(export.kind),
        "state": ExportState(export.state),
        "total": len(export.desk_ids),
        "may_cancel": _may_cancel(export),
        "ahead": Export.objects.filter(state__in=("waiting", "making"), pk__lt=export.pk).count() if export.is_pending else 0,
        "kept_hours": KEPT_HOURS,
        "once": export.kind == ExportKind.INSPECTION,
    }  # fmt: skip
    gone = request.method == "POST" and not may_fetch(export)
    return render(
        request, "workbench/exports/progress.html", context, status=410 if gone else 422 if form.errors else 200
    )


def _may_cancel(export: Export) -> bool:
    """Not what somebody else agreed to: that consent is for one file (C-10)."""
    return export.is_pending and export.kind != ExportKind.INSPECTION


def _cancelled(request: HttpRequest, export: Export) -> HttpResponse:
    if _may_cancel(export) and making.cancel(export):
        messages.success(request, _("已取消，没有文件留下。"))
    else:
        messages.info(request, _("已经做好或者已经结束，不用取消。"))
    return redirect("workbench:export_progress", export.pk)


def may_fetch(export: Export) -> bool:
    """A finished file within its time; data for an inspection organ only once (C-10)."""
    if not export.stored_name or not export.expires_at or export.expires_at <= timezone.now():
        return False
    once = export.kind == ExportKind.INSPECTION
    return export.state == ExportState.READY or (export.state == ExportState.FETCHED and not once)


def fetch(request: HttpRequest, export: Export) -> HttpResponse:
    """The kept file, after the record. Fetched once only, it is deleted before it leaves: a broken line means a new request."""
    try:
        content = keeping.open_kept(export)
    except keeping.FileGone:
        Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED, stored_name="", problem=making.GONE_WORDS)
        return redirect("workbench:export_progress", export.pk)
    with transaction.atomic():
        locked = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
        if not may_fetch(locked):  # fetched by the same person a moment ago, in another window
            return redirect("workbench:export_progress", export.pk)
        making.let_go(locked, officer=request.officer, request=request, at=timezone.now())
        if locked.kind == ExportKind.INSPECTION:
            Export.objects.filter(pk=locked.pk).update(stored_name="", expires_at=timezone.now())
    if locked.kind == ExportKind.INSPECTION:
        keeping.discard(locked)
    return file_response(locked, content)


def file_response(export: Export, content: bytes) -> HttpResponse:
    """The file as a download that no browser shows and no cache keeps."""
    name, media_type = file_name(export), FORMATS.get(export.form, ("", "application/zip"))[1]
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def file_name(export: Export) -> str:
    """清单-本单位全部-20260302-7.xlsx: says what it is and nobody's name."""
    extension = export.form if export.form in FORMATS else "zip"
    title = export.facts.get("title") or ExportKind(export.kind).label
    return f"{ExportKind(export.kind).label}-{title}-{localtime(export.asked_at):%Y%m%d}-{export.pk}.{extension}"
