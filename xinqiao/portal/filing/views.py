"""The pages of the filing. Whatever is sent is kept first and checked afterwards: nothing typed is ever lost."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinqiao.matters.files import EXTENSIONS, FileRefused
from xinqiao.matters.intake import IntakeInvalid
from xinqiao.matters.steps.receive import IntakeClosed, office_for
from xinqiao.people import accounts
from xinqiao.portal import drafts, sources
from xinqiao.rules import deadlines, routes
from xinqiao.rules.refusals import StepRefused
from xinqiao.ui import digits

from . import choices, hints, sending, summary
from .pages import PAGES, Page, asked, first_incomplete, neighbours, step_of

CHECK = "check"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Before the first question: what is needed, what happens with it; or go on with what was begun."""
    at = timezone.now()
    draft = _open_draft(request)
    if request.method == "POST":
        if sources.is_too_fast(request, sources.BEGIN, at=at):
            return _wait(request)
        if draft is None:
            drafts.begin(request, at=at, shared=request.POST.get("shared") == "on")
        return drafts.hand_out(request, redirect("portal:file", "kind"))
    return render(request, "portal/filing/new.html", {"draft": draft, "go_on": go_on_url(draft) if draft else ""})


def go_on_url(draft) -> str:
    """Where to take up a draft again: at the first page that is not finished."""
    kept = drafts.texts(draft)
    page = first_incomplete(kept)
    return reverse("portal:file", args=[page.slug]) if page else reverse("portal:check")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One question."""
    here = PAGES.get(slug)
    if here is None:
        raise Http404
    draft = drafts.current(request)
    if draft is not None and draft.sent_at:
        return redirect("portal:receipt")
    if request.method == "POST":
        return drafts.hand_out(request, _take(request, here, draft))
    if draft is None:
        return redirect("portal:new")
    kept = drafts.texts(draft)
    return _show(request, here, draft, kept, here.make_form(kept))


def _take(request: HttpRequest, here: Page, draft) -> HttpResponse:
    """Keep what was sent; then do the small act of a button, or check and go on."""
    at = timezone.now()
    if sources.is_too_fast(request, sources.SAVE, at=at):
        return _wait(request)
    draft = draft or drafts.begin(request, at=at)
    typed = choices.typed(here.slug, request.POST)
    act = "into" if "into" in request.POST else request.POST.get("act", "")
    typed = choices.change(here.slug, typed, act)
    kept = drafts.save(draft, here.slug, typed, at=at)
    refused = _take_files(request, draft, act, at=at) if here.slug == "files" else []
    if act == "later":
        return redirect("portal:saved")
    if act and not refused:
        return redirect(_url(here, request) + choices.anchor(here.slug, act))
    form = here.make_form(kept, typed)
    if refused:
        form.add_error(None, refused)
    if not form.is_valid():
        return _show(request, here, draft, kept, form, status=422)
    return redirect(_after(here, kept, to_check=request.POST.get("from") == CHECK))


def _take_files(request: HttpRequest, draft, act: str, *, at) -> list[str]:
    """Files that came with the form (without JavaScript), and those that were removed. Returns what was refused, and why."""
    listed = _numbers(request.POST.getlist("listed"))
    sent = _numbers(request.POST.getlist("attachments"))
    if act.startswith("remove-"):
        drafts.remove_files(draft, _numbers([act.removeprefix("remove-")]))
    # uploaded by the script since the page was made, and removed there again
    gone = {number for number, _stored in drafts.stored_files(draft)} - listed - sent
    drafts.remove_files(draft, gone)
    refused, uploads = [], request.FILES.getlist("file")
    for position, uploaded in enumerate(uploads):
        try:
            drafts.add_file(draft, uploaded, at=at)
        except drafts.TooManyFiles:
            rest = len(uploads) - position
            refused.append(
                _("最多传 %(most)s 个文件，从“%(name)s”起的 %(rest)s 个没有收下。请先移除几个，或者提交后再补充材料。")
                % {"most": drafts.FILES_AT_MOST, "name": uploaded.name[:60], "rest": rest}
            )
            break
        except FileRefused as refusal:
            refused.append(f"“{uploaded.name[:60]}”没有收下：{refusal.message}")
    return refused


def _numbers(values) -> set[int]:
    return {key for value in values if (key := digits.read(value)) is not None}


def _after(here: Page, kept: dict, *, to_check: bool) -> str:
    if to_check:
        missing = first_incomplete(kept)
        return f"{reverse('portal:file', args=[missing.slug])}?from={CHECK}" if missing else reverse("portal:check")
    following = neighbours(here.slug, kept)[1]
    if here.slug == "elsewhere" and routes.suggest(kept.get("elsewhere", {})):
        return reverse("portal:suggested")
    return reverse("portal:file", args=[following.slug]) if following else reverse("portal:check")


def _url(here: Page, request: HttpRequest) -> str:
    asked_from = request.POST.get("from") or request.GET.get("from")
    return reverse("portal:file", args=[here.slug]) + (f"?from={CHECK}" if asked_from == CHECK else "")


def _show(request: HttpRequest, here: Page, draft, kept: dict, form, status: int = 200) -> HttpResponse:
    step, total = step_of(here.slug, kept)
    before = neighbours(here.slug, kept)[0]
    from_check = (request.POST.get("from") or request.GET.get("from")) == CHECK
    if from_check:
        back = reverse("portal:check")
    else:
        back = reverse("portal:file", args=[before.slug]) if before else reverse("portal:new")
    context = {
        "page": here, "form": form, "draft": draft, "step": step, "total": total, "back": back,
        "from_check": from_check, "autosave": reverse("portal:autosave", args=[here.slug]),
        **choices.context(here.slug, form, kept, request.GET),
    }  # fmt: skip
    if here.slug == "requests":
        context |= hints.beside(kept)
    if here.slug == "files":
        context |= {"stored": _stored(draft), "accept": ",".join(f".{one}" for one in EXTENSIONS),
                    "most": drafts.FILES_AT_MOST}  # fmt: skip
    return render(request, here.template, context, status=status)


def _stored(draft) -> list[dict]:
    return [
        {
            "id": number,
            "name": one.original_name,
            "kind": one.original_name.rpartition(".")[2].upper()[:4],
            "size": one.size_bytes,
        }
        for number, one in drafts.stored_files(draft)
    ]


@require_POST
def autosave(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the page while it is being written. Answers with the time of day, for the stamp beside the field."""
    at = timezone.now()
    draft = drafts.current(request)
    if slug not in PAGES or (draft is not None and draft.sent_at):
        return JsonResponse({"error": _("这份草稿已经提交了。")}, status=409)
    if sources.is_too_fast(request, sources.SAVE, at=at):
        return JsonResponse({"error": _("保存得太快了。")}, status=429)
    draft = draft or drafts.begin(request, at=at)
    drafts.save(draft, slug, choices.typed(slug, request.POST), at=at)
    return drafts.hand_out(request, JsonResponse({"saved_at": f"{timezone.localtime(at):%H:%M}"}))


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """One file, sent by the script as soon as it was chosen."""
    at = timezone.now()
    draft = _open_draft(request)
    if sources.is_too_fast(request, sources.UPLOAD, at=at):
        return JsonResponse({"error": _("传得太快了，请过两分钟再点“重试”")}, status=429)
    if "file" not in request.FILES:
        return JsonResponse({"error": _("没有收到文件，请重新选择")}, status=400)
    draft = draft or drafts.begin(request, at=at)
    try:
        kept = drafts.add_file(draft, request.FILES["file"], at=at)
    except FileRefused as refusal:
        return drafts.hand_out(request, JsonResponse({"error": refusal.message, "code": refusal.code}, status=422))
    return drafts.hand_out(request, JsonResponse({"id": kept.pk}))


@require_safe
def suggested(request: HttpRequest) -> HttpResponse:
    """Where else to turn, with telephone numbers. It never blocks: the way on is the first button (D.8)."""
    draft = _open_draft(request)
    if draft is None:
        return redirect("portal:new")
    kept = drafts.texts(draft)
    found = routes.suggest(kept.get("elsewhere", {}))
    if not found:
        return redirect("portal:file", "elsewhere")
    step, total = step_of("elsewhere", kept)
    return render(request, "portal/filing/suggested.html", {"suggestions": found, "step": step, "total": total})


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Everything once more, who gets it, and the button that sends it."""
    draft = drafts.current(request)
    if draft is None:
        return redirect("portal:new")
    if draft.sent_at:
        return redirect("portal:receipt")
    if request.method == "POST":
        return _send(request, draft)
    missing = first_incomplete(drafts.texts(draft))
    if missing is not None:
        messages.info(request, _("还差这一页没有写完，写好就可以检查和提交。"))
        return redirect(f"{reverse('portal:file', args=[missing.slug])}?from={CHECK}")
    return _show_check(request, draft)


def _send(request: HttpRequest, draft) -> HttpResponse:
    at = timezone.now()
    if sources.is_too_fast(request, sources.SEND, at=at):
        return _wait(request)
    missing = first_incomplete(drafts.texts(draft))
    if missing is not None and not type(draft).objects.filter(pk=draft.pk, sent_at__isnull=False).exists():
        return _show_check(request, draft, [_("“%(page)s”这一页还没有写完。") % {"page": missing.heading}], status=422)
    try:
        sending.send(draft, account_id=accounts.current_id(request), at=at)
    except IntakeInvalid as invalid:
        return _show_check(request, draft, list(invalid.errors.values()), status=422)
    except StepRefused as refusal:
        return _show_check(request, draft, [refusal.message], status=422)
    except IntakeClosed:
        return _later(render(request, "portal/filing/closed.html", status=503), seconds=300)
    return redirect("portal:receipt")


def _show_check(request: HttpRequest, draft, errors=(), status: int = 200) -> HttpResponse:
    kept = drafts.texts(draft)
    try:
        office = office_for(sending.to_intake(draft, account_id=None, today=timezone.localdate()))
    except (IntakeInvalid, StepRefused):
        office = None
    total = len(asked(kept)) + 1
    context = {
        "groups": summary.groups(kept, drafts.stored_files(draft)), "office": office, "errors": errors,
        "due_on": deadlines.compute("PO15", timezone.localdate()).due,
        "step": total, "total": total, "back": reverse("portal:file", args=["wishes"]),
    }  # fmt: skip
    return render(request, "portal/filing/check.html", context, status=status)


@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """Put away for later: how to come back, and until when."""
    draft = _open_draft(request)
    if draft is None:
        return redirect("portal:new")
    until = timezone.localdate(draft.updated_at) + timedelta(days=drafts.KEPT_DAYS)
    return render(request, "portal/filing/saved.html", {"draft": draft, "go_on": go_on_url(draft), "until": until})


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away, after asking."""
    draft = _open_draft(request)
    if draft is None:
        return redirect("portal:home")
    if request.method == "POST":
        drafts.discard(draft)
        messages.success(request, _("草稿已经删除，传上来的文件也删除了。"))
        response = redirect("portal:home")
        response.delete_cookie(drafts.COOKIE, samesite="Lax")
        return response
    context = {
        "heading": _("删除没写完的信访？"),
        "text": _("写过的内容和传上来的文件都会删除，不能恢复。已经提交的信访不受影响。"),
        "action": _("删除草稿"),
        "danger": True,
        "back_url": reverse("portal:new"),
    }
    return render(request, "ui/confirm.html", context)


def _open_draft(request: HttpRequest):
    """The draft of this browser that is not sent yet."""
    draft = drafts.current(request)
    return None if draft is None or draft.sent_at else draft


def _wait(request: HttpRequest) -> HttpResponse:
    page = render(request, "portal/filing/wait.html", {"minutes": sources.MINUTES}, status=429)
    return _later(page, seconds=sources.MINUTES * 60)


def _later(response: HttpResponse, *, seconds: int) -> HttpResponse:
    response.headers["Retry-After"] = str(seconds)
    return response
