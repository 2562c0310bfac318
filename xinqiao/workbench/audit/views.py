"""安全审计日志: list, one entry, signed export. Every look at it stands in it (LG-4)."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.exports import audit_log, making
from xinqiao.exports.models import ExportKind, ExportState
from xinqiao.integrity import audit
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import MatterNumber
from xinqiao.organisations.models import Officer, Organisation, User
from xinqiao.rules.audit import AuditKind, group_of
from xinqiao.rules.exports import AT_ONCE_ROWS, KEPT_HOURS, LOG_MOST_ROWS
from xinqiao.rules.stages import Role

from .. import keyset
from ..door import officer_required
from ..exports.lists import file_response
from ..listing import Listing
from .forms import LogForm, WantedForm

NEWEST = keyset.Order("newest", "", "id", int, descending=True)
COLUMNS = (
    "id",
    "at",
    "kind",
    "user_id",
    "officer_id",
    "organisation_id",
    "matter_id",
    "subject",
    "source",
    "reason",
    "chain",
    "seq",
)
SUBJECTS = {
    "alike": "评价核对", "answer": "公开答复", "audit": "审计记录", "batch": "批量办理", "campaign": "攻坚行动", "classifier": "分类模型版本",
    "digest": "干部情况通报", "draft": "模型草稿", "export": "导出", "export-request": "巡视巡察数据", "file": "材料", "finding": "巡查发现",
    "handover": "领导交接", "hot": "热点问题", "information": "上报信息", "key": "字段密钥", "ledger": "台账条目", "letter": "文书",
    "measure": "联席会议措施", "meeting": "会议", "recommendation": "三项建议", "report": "报告", "rights": "变更申请", "round": "攻坚督查",
    "sample": "抽查", "signing": "签名密钥", "surge": "热点上升", "task": "排查任务", "urgent": "重大紧急", "user": "用户",
}  # fmt: skip
TONES = {"refused": "warn", "export": "info", "reveal": "info"}


@officer_required
@require_safe
@never_cache
def log_page(request: HttpRequest) -> HttpResponse:
    """The entries of a period, newest first, and how many a day; the looking itself is noted first."""
    form = WantedForm(request.GET, auditor=request.officer)
    wanted = form.wanted()
    entries = audit_log.narrowed(request.officer, wanted)
    audit.note(
        AuditKind.AUDIT_READ, officer=request.officer, subject="audit:list", request=request, detail=_looked(wanted)
    )
    here = Listing(request, reverse("workbench:audit"))
    page = here.page(entries, NEWEST, COLUMNS)
    context = {
        "form": form,
        "rows": _rows(page.rows),
        "strips": audit_log.strips(entries, wanted),
        "strip_width": audit_log.width(wanted),
        "strip_height": audit_log.HEIGHT,
        "from_on": wanted.from_on,
        "to_on": wanted.to_on,
        "narrowed": any(request.GET.get(name) for name in ("kind", "organisation", "user", "matter")),
        "chosen_kind": wanted.kind,
        "kind_links": {strip: here(kind="" if wanted.kind == strip else strip) for strip in _strip_keys()},
        **here.turning(page),
        "export_url": f"{reverse('workbench:audit_export')}?{request.GET.urlencode()}",
        "today": wanted.to_on,
    }
    return render(request, "workbench/audit/list.html", context)


def _strip_keys() -> list[str]:
    return [*audit_log.GROUPS, audit_log.OTHER_GROUP[0]]


def _looked(wanted: audit_log.Wanted) -> dict:
    """What was looked for, in ids: the number of a matter is left out, it may be one the auditor cannot know."""
    return {name: value for name, value in wanted.as_facts().items() if value and name != "matter"}


def _rows(found: list[dict]) -> list[dict]:
    organs = _named(Organisation, "name", {row["organisation_id"] for row in found})
    users = _named(User, "name", {row["user_id"] for row in found})
    numbers = _numbers({row["matter_id"] for row in found})
    return [
        {
            **row,
            "kind_label": AuditKind(row["kind"]).label,
            "tone": TONES.get(group_of(row["kind"]), "idle"),
            "organisation": organs.get(row["organisation_id"], ""),
            "user": users.get(row["user_id"], _nobody(row["source"]) if row["user_id"] is None else ""),
            "subject": subject_words(row["subject"]),
            "number": numbers.get(row["matter_id"], ""),
        }
        for row in found
    ]


def _nobody(source: str) -> str:
    """Who did it when nobody was signed in: a visitor comes from an address, the worker from none."""
    return _("未登录") if source else _("系统")


def subject_words(subject: str) -> str:
    """ledger:15 → 台账条目 15. What has no word stays as it was written."""
    sort, found, number = subject.partition(":")
    return f"{SUBJECTS[sort]} {number}" if found and sort in SUBJECTS else subject


def _named(model, field: str, ids: set) -> dict[int, str]:
    return dict(model.objects.filter(pk__in=ids - {None}).order_by().values_list("pk", field))


def _numbers(ids: set) -> dict[int, str]:
    return dict(
        MatterNumber.objects.filter(matter_id__in=ids - {None}).order_by("-number").values_list("matter_id", "number")
    )


@officer_required
@require_safe
@never_cache
def entry_page(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry with all it says, and whether its own digest still fits."""
    entry: AuditEntry | None = audit_log.entries_for(request.officer).filter(pk=entry_id).first()
    if entry is None:
        raise Http404
    audit.note(AuditKind.AUDIT_READ, officer=request.officer, subject=f"audit:{entry.pk}", request=request)
    post = Officer.objects.filter(pk=entry.officer_id).select_related("user", "organisation").first()
    context = {
        "entry": entry,
        "subject": subject_words(entry.subject),
        "nobody": _nobody(entry.source),
        "kind": AuditKind(entry.kind),
        "user": User.objects.filter(pk=entry.user_id).first(),
        "post": post,
        "organisation": Organisation.objects.filter(pk=entry.organisation_id).first(),
        "roles": "、".join(Role(role).label for role in entry.roles.split(",") if role in set(Role)),
        "number": _numbers({entry.matter_id}).get(entry.matter_id, ""),
        "detail": json.loads(entry.detail_text or "{}"),
        "fits": audit.entry_hash(entry) == entry.hash,
    }
    return render(request, "workbench/audit/entry.html", context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@officer_required
@never_cache
def export_page(request: HttpRequest) -> HttpResponse:
    """What is shown, as a signed file (LG-5): small ones at once, large ones by the worker."""
    officer, now = request.officer, timezone.now()
    filters = WantedForm(request.GET, auditor=officer)
    wanted = filters.wanted()
    total = audit_log.narrowed(officer, wanted).count()
    form = LogForm(request.POST if request.method == "POST" else None, request=request)
    if request.method == "POST" and 0 < total <= LOG_MOST_ROWS and form.is_valid():
        at_once = total <= AT_ONCE_ROWS
        export = making.ask(
            ExportKind.AUDIT, officer=officer, form=form.cleaned_data["form"], purpose=form.cleaned_data["purpose"], at=now,
            columns=list(audit_log.ENTRY_FIELDS), begun_at=now, told_at=now if at_once else None,
            state=ExportState.MAKING if at_once else ExportState.WAITING,
            facts={"title": f"{wanted.from_on}—{wanted.to_on}", "wanted": wanted.as_facts(), **_looked(wanted)},
        )  # fmt: skip
        if at_once:
            made = making.make(export, at=now)
            making.let_go(export, officer=officer, request=request, at=timezone.now())
            return file_response(export, made.content)
        audit.note(AuditKind.EXPORT_ASKED, officer=officer, subject=str(export), reason=export.purpose, request=request)
        return redirect("workbench:export_progress", export.pk)
    context = {
        "form": form, "total": total, "most": LOG_MOST_ROWS, "too_many": total > LOG_MOST_ROWS, "wanted": wanted,
        "at_once": total <= AT_ONCE_ROWS, "kept_hours": KEPT_HOURS, "narrowed": filters.errors,
        "back_url": f"{reverse('workbench:audit')}?{request.GET.urlencode()}",
    }  # fmt: skip
    return render(request, "workbench/audit/export.html", context, status=422 if request.method == "POST" else 200)
