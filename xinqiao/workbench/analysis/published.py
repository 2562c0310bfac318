"""公开答复: what is prepared, waits, is public or was taken down; preparing one, reading it as the second person, taking it down (I-17)."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinqiao.access import reading
from xinqiao.analysis import published
from xinqiao.analysis.models import PublicAnswer
from xinqiao.organisations.models import Officer
from xinqiao.reporting.indicators import facts
from xinqiao.rules.refusals import StepRefused

from ..acts.fields import OneLine, Prose
from ..acts.situation import visible_matter
from ..door import officer_required

PAGE_ROWS = 30
STATES = {
    "draft": ("草稿", "idle"),
    "waiting": ("等审核", "warn"),
    "public": ("已公开", "ok"),
    "withdrawn": ("已撤下", "idle"),
}


class PublishedForm(forms.Form):
    """The words everybody reads."""

    title = OneLine(
        label=gettext_lazy("标题"), limit="work_unit", help_text=gettext_lazy("像平常问话一样写，最多60个字。")
    )
    question = Prose(label=gettext_lazy("问题"), limit="facts", rows=6)
    answer = Prose(label=gettext_lazy("答复"), limit="facts", rows=8)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="f-%s", label_suffix="", **kwargs)
        for field in self.fields.values():
            field.required = False  # a draft may be incomplete; handing in is checked

    def clean_title(self):
        title = self.cleaned_data["title"]
        if len(title) > 60:
            raise forms.ValidationError(_("标题最多60个字，现在有%(n)s个。") % {"n": len(title)})
        return title


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Those of the own office, the newest first, and matters whose citizen agreed and that are answered."""
    officer, after = request.officer, request.GET.get("after", "")
    found = (
        PublicAnswer.objects.visible_to(officer)
        .select_related("matter", "prepared_by__user")
        .defer("question", "answer", "tokens")
    )
    if after.isascii() and after.isdigit() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    rows = list(found.order_by("-pk")[: PAGE_ROWS + 1])
    shown = set(PublicAnswer.objects.public().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    context = {
        "rows": [_row(row, row.pk in shown) for row in rows[:PAGE_ROWS]],
        "next_url": f"?after={rows[PAGE_ROWS - 1].pk}" if len(rows) > PAGE_ROWS else "",
        "offered": published.to_prepare(officer) if not after else [],
        "today": localdate(),
    }
    return render(request, "workbench/analysis/published_list.html", context)


def _row(row: PublicAnswer, is_public: bool) -> dict:
    label, tone = STATES[row.state]
    gone = row.state == "public" and not is_public  # the matter is not what it was
    return {
        "url": reverse("workbench:published_one", args=[row.pk]),
        "title": row.title or _("（没有标题）"),
        "matter": row.matter,
        "state": _("不再公开") if gone or row.consent_withdrawn_at else label,
        "tone": "bad" if gone else tone,
        "by": row.prepared_by.user.name if row.prepared_by else "",
        "at": row.approved_at or row.prepared_at,
    }


@officer_required
@require_POST
def new_page(request: HttpRequest) -> HttpResponse:
    """Begin with a matter by its number (in the form: it is never part of the address)."""
    number = request.POST.get("matter", "").strip().replace("\x00", "")
    try:
        matter = visible_matter(request.officer, number)
    except Http404:
        messages.error(request, _("没有找到这个编号，请核对。"))
        return redirect("workbench:published")
    try:
        row = published.start(matter, by=request.officer, at=timezone.now())
    except StepRefused as refused:
        messages.error(request, refused.message)
        return redirect("workbench:published")
    return redirect("workbench:published_one", row.pk)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def one_page(request: HttpRequest, answer_id: int) -> HttpResponse:
    """The text to write, or to read and decide. Reading it beside the matter is reading the matter: on record first."""
    officer = request.officer
    row = PublicAnswer.objects.visible_to(officer).select_related("matter", "prepared_by__user", "approved_by__user", "place", "answered_by").filter(pk=answer_id).first() if answer_id < 2**63 else None  # fmt: skip
    if row is None:
        raise Http404
    row.matter.opened_lately = False
    reading.opened(request, row.matter)
    if request.method != "POST":
        return _show(
            request, row, PublishedForm(initial={"title": row.title, "question": row.question, "answer": row.answer})
        )
    return _act(request, row, officer, at=timezone.now())


def _act(request: HttpRequest, row: PublicAnswer, officer: Officer, *, at: datetime) -> HttpResponse:
    """Do what the button says; what is refused gives the page back with all that was typed."""
    wish, form = request.POST.get("do", "save"), PublishedForm(request.POST)
    if wish in ("save", "hand_in") and not form.is_valid():
        return _show(request, row, form, status=422)
    try:
        match wish:
            case "approve":
                published.approve(row, by=officer, at=at, revision=_revision(request), read=request.POST.get("read") == "on", request=request)  # fmt: skip
                facts.note(row.matter_id)
                messages.success(request, _("已经公开，任何人都可以看到。"))
            case "return":
                published.send_back(row, by=officer, note=request.POST.get("note", "").strip()[:200])
                messages.success(request, _("已经退回修改。"))
            case "withdraw":
                published.withdraw(
                    row, by=officer, at=at, reason=request.POST.get("reason", "").strip()[:200], request=request
                )
                facts.note(row.matter_id)
                messages.success(request, _("已经撤下，公开页面上看不到了。"))
            case "consent_back":
                how = request.POST.get("how", "").strip()[:200]
                published.take_back_consent_for(row, by=officer, at=at, how=how, request=request)
                facts.note(row.matter_id)
                messages.success(request, _("已经登记收回同意。文字已经清除，公开页面上看不到了。"))
            case _:
                row = published.save(row, by=officer, at=at, revision=_revision(request), **form.cleaned_data)
                if wish == "hand_in":
                    published.hand_in(row, by=officer, at=at)
                messages.success(request, _("已经提交审核。") if wish == "hand_in" else _("草稿已保存。"))
    except StepRefused as refused:
        row.refresh_from_db()
        return _show(request, row, form, status=409 if refused.code == "conflict" else 422, refused=refused.message)
    return redirect("workbench:published_one", row.pk)


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _show(
    request: HttpRequest, row: PublicAnswer, form: PublishedForm, *, status: int = 200, refused: str = ""
) -> HttpResponse:
    officer = request.officer
    label, tone = STATES[row.state]
    context = {
        "one": row,
        "matter": row.matter,
        "form": form,
        "refused": refused,
        "state": label,
        "tone": tone,
        "why_not": published.why_not(row.matter),
        "warnings": published.warnings(row),
        "may_approve": published.may_approve(officer) and row.state == "waiting",
        "is_own": row.prepared_by is not None and row.prepared_by.user_id == officer.user_id,
        "may_write": row.state in ("draft", "withdrawn", "waiting"),
        "today": localdate(),
    }
    return render(request, "workbench/analysis/published_one.html", context, status=status)
