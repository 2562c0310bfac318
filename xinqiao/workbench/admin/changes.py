"""Asking for a change, deciding it, handing out a one-time password, resetting a second factor. Each act is in the audit log."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from xinqiao.integrity import audit
from xinqiao.organisations import rights
from xinqiao.organisations.models import Officer, Organisation, RightsRequest, User
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.three_administrators import AT_ONCE, WHO_DECIDES, RightsChange, SessionEnd

from .. import door
from ..account import factors
from . import forms, lists, words

ASKED_ABOUT = {
    RightsChange.DISABLE_USER: "停用后立即生效，这个人的登录全部退出；安全管理员随后审核，不同意的恢复。",
    RightsChange.ENABLE_USER: "安全管理员同意后生效。",
    RightsChange.RESET_PASSWORD: "安全管理员同意后，由您生成一次性密码交给本人。",
    RightsChange.DISABLE_POST: "停用后立即生效，这个人的登录全部退出；安全管理员随后审核，不同意的恢复。",
}


def _form_page(
    request: HttpRequest,
    form,
    heading: str,
    *,
    text: str = "",
    action: str,
    back: User | None = None,
    danger: bool = False,
) -> HttpResponse:
    back_to = reverse("workbench:admin_user", args=[back.pk]) if back else reverse("workbench:admin")
    context = {"form": form, "heading": heading, "text": text, "action": action, "back_to": back_to, "danger": danger}
    if "organisation" in form.fields:
        context["organisations"] = (
            Organisation.objects.filter(active=True).order_by("lft").values_list("name", flat=True)[:500]
        )
    return render(request, "workbench/admin/form.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, form, ask) -> HttpResponse | None:
    """Run `ask` and note it; None when the rules refuse, with the reason on the form."""
    try:
        with transaction.atomic():
            found: RightsRequest = ask()
            detail = {
                "change": found.change,
                "user": found.user_id,
                "post": found.post_id,
                "roles": found.after.get("roles", []),
            }
            _note(request, AuditKind.RIGHTS_ASKED, found, reason=found.reason, detail=detail)
    except rights.RightsRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    at_once = found.change in AT_ONCE
    messages.success(
        request, _("已经停用，等待安全管理员审核。") if at_once else _("申请已提交，安全管理员同意后生效。")
    )
    return redirect("workbench:rights_request", found.pk)


@sensitive_post_parameters("password")
@door.officer_required
@require_http_methods(["GET", "POST"])
def ask_for_user(request: HttpRequest) -> HttpResponse:
    """新建用户."""
    form = forms.UserForm(request.POST or None, request=request)
    if form.is_valid():
        facts = form.cleaned_data
        answer = _asked(
            request, form,
            lambda: rights.ask_for_user(
                facts["username"], facts["name"], form.post_facts(), reason=facts["reason"], by=request.officer, at=timezone.now()
            ),
        )  # fmt: skip
        if answer:
            return answer
    text = _("提交后由安全管理员审批。同意后，由您生成一次性密码交给本人。")
    return _form_page(request, form, _("新建用户"), text=text, action=_("提交审批"))


@sensitive_post_parameters("password")
@door.officer_required
@require_http_methods(["GET", "POST"])
def ask_for_post(request: HttpRequest, user_id: int) -> HttpResponse:
    """增加岗位."""
    user = _somebody_else(request, user_id)
    form = forms.PostForm(request.POST or None, request=request)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        answer = _asked(
            request, form,
            lambda: rights.ask_for_post(user, form.post_facts(), reason=reason, by=request.officer, at=timezone.now()),
        )  # fmt: skip
        if answer:
            return answer
    heading = _("给%(name)s增加岗位") % {"name": user.name}
    return _form_page(request, form, heading, text=_("安全管理员同意后生效。"), action=_("提交审批"), back=user)


@sensitive_post_parameters("password")
@door.officer_required
@require_http_methods(["GET", "POST"])
def ask_to_change(request: HttpRequest, user_id: int, post_id: int) -> HttpResponse:
    """变更岗位."""
    user = _somebody_else(request, user_id)
    post = get_object_or_404(Officer.objects.select_related("organisation", "user"), pk=post_id, user=user, active=True)
    initial = {"title": post.title, "roles": post.roles, "phone": post.phone}
    form = forms.RolesForm(request.POST or None, request=request, initial=initial)
    if form.is_valid():
        facts = form.cleaned_data
        answer = _asked(
            request, form,
            lambda: rights.ask_to_change(
                post, title=facts["title"], roles=form.chosen_roles(), phone=facts["phone"], reason=facts["reason"],
                by=request.officer, at=timezone.now(),
            ),
        )  # fmt: skip
        if answer:
            return answer
    heading = _("变更%(name)s在%(where)s的岗位") % {"name": user.name, "where": post.organisation.name}
    text = _("安全管理员同意后生效，到时这个人的登录全部退出。")
    return _form_page(request, form, heading, text=text, action=_("提交审批"), back=user)


@sensitive_post_parameters("password")
@door.officer_required
@require_http_methods(["GET", "POST"])
def ask_about(request: HttpRequest, user_id: int, change: str) -> HttpResponse:
    """停用、启用、重置密码; `?post=` names the post for 停用岗位."""
    user, asked = _somebody_else(request, user_id), RightsChange._value2member_map_.get(change)
    if asked not in ASKED_ABOUT:
        raise Http404
    post = _post_named(request, user) if asked is RightsChange.DISABLE_POST else None
    form = forms.ReasonForm(request.POST or None, request=request)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        answer = _asked(
            request, form,
            lambda: rights.ask_about(asked, user, post=post, reason=reason, by=request.officer, at=timezone.now()),
        )  # fmt: skip
        if answer:
            return answer
    whom = f"{user.name}（{words.post_words(post)}）" if post else user.name
    danger = asked in AT_ONCE
    action = asked.label if danger else _("提交审批")
    return _form_page(
        request, form, f"{asked.label}：{whom}", text=ASKED_ABOUT[asked], action=action, back=user, danger=danger
    )


@door.officer_required
@require_http_methods(["GET"])
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request: what was, what is to be, who asked, who decided; and what one may do with it."""
    return _show(request, lists.request_or_404(request_id))


@sensitive_post_parameters("password")
@door.officer_required
@require_POST
def decide_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """同意、不同意: by a security administrator, never one's own matter."""
    asked = lists.request_or_404(request_id)
    form = forms.DecisionForm(request.POST, request=request)
    if form.is_valid():
        approve, reason = form.cleaned_data["decision"] == "approve", form.cleaned_data["reason"]
        try:
            with transaction.atomic():
                decided = rights.decide(asked.pk, approve=approve, reason=reason, by=request.officer, at=timezone.now())
                detail = {
                    "change": decided.change,
                    "user": decided.user_id,
                    "post": decided.post_id,
                    "approved": approve,
                }
                _note(request, AuditKind.RIGHTS_DECIDED, decided, reason=reason, detail=detail)
        except rights.RightsRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, _("已同意，变更已生效。") if approve else _("已退回，没有变更。"))
            return redirect("workbench:rights_request", asked.pk)
    return _show(request, asked, decision=form)


@door.officer_required
@require_POST
def withdraw_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take one's own request back."""
    asked = lists.request_or_404(request_id)
    try:
        with transaction.atomic():
            rights.withdraw(asked.pk, by=request.officer, at=timezone.now())
            _note(request, AuditKind.RIGHTS_DECIDED, asked, detail={"change": asked.change, "withdrawn": True})
    except rights.RightsRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("申请已撤回。"))
    return redirect("workbench:rights_request", asked.pk)


@sensitive_post_parameters("password")
@door.officer_required
@require_POST
def issue_password(request: HttpRequest, request_id: int) -> HttpResponse:
    """The one-time password, shown on this answer and never again."""
    asked = lists.request_or_404(request_id)
    form = forms.PasswordOnlyForm(request.POST, request=request)
    if not form.is_valid():
        return _show(request, asked, password=form)
    try:
        with transaction.atomic():
            password = rights.issue_password(asked.pk, by=request.officer, at=timezone.now())
            _note(request, AuditKind.PASSWORD_CHANGED, asked, detail={"by": "administrator", "user": asked.user_id})
    except rights.RightsRefused as refusal:
        messages.error(request, refusal.message)
        return redirect("workbench:rights_request", asked.pk)
    user = User.objects.get(pk=asked.user_id)
    return render(request, "workbench/admin/one_time.html", {"user_shown": user, "one_time": password, "asked": asked})


@sensitive_post_parameters("password")
@door.officer_required
@require_http_methods(["GET", "POST"])
def reset_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """重置第二步验证: by the security administrator, with a reason; the user sets up a new one at the next log-in."""
    user = _somebody_else(request, user_id)
    form = forms.ReasonForm(request.POST or None, request=request)
    if form.is_valid():
        with transaction.atomic():
            count, reason = factors.forget_all(user), form.cleaned_data["reason"]
            rights.end_rights(user, SessionEnd.FACTOR_CHANGED, at=timezone.now())
            detail = {"what": "reset", "user": user.pk, "count": count}
            audit.note(
                AuditKind.FACTOR_CHANGED,
                officer=request.officer,
                subject=f"user:{user.pk}",
                reason=reason,
                request=request,
                detail=detail,
            )
        messages.success(request, _("已重置。这个人的登录已全部退出，下次登录时重新设置。"))
        return redirect("workbench:admin_user", user.pk)
    text = _("请先当面或通过单位确认是本人。重置后，原来的应用、通行密钥和恢复码都不能再用。")
    heading = _("重置%(name)s的第二步验证") % {"name": user.name}
    return _form_page(request, form, heading, text=text, action=_("重置"), back=user, danger=True)


@door.officer_required
@require_POST
def end_sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    """End every session of a user, by the security administrator."""
    user = _somebody_else(request, user_id)
    count = door.end_sessions(request, user, SessionEnd.RIGHTS_CHANGED)
    messages.success(request, _("已结束 %(count)s 个登录。") % {"count": count})
    return redirect("workbench:admin_user", user.pk)


def _show(request: HttpRequest, asked: RightsRequest, *, decision=None, password=None) -> HttpResponse:
    officer = request.officer
    waiting = asked.state == RightsRequest.State.WAITING
    may_decide = waiting and rights.may_decide(asked, officer)
    may_issue = rights.gives_password(asked) and officer.may(rights.WHO_ASKS) and officer.user_id != asked.user_id
    context = {
        "line": words.request_line(asked),
        "asked": asked,
        "rows": words.differences(asked),
        "decision": (decision or forms.DecisionForm(request=request)) if may_decide else None,
        "password": (password or forms.PasswordOnlyForm(request=request)) if may_issue else None,
        "may_withdraw": waiting and asked.asked_by_id == officer.user_id and asked.change not in AT_ONCE,
        "own": waiting and officer.may(WHO_DECIDES) and not may_decide,
        "form": decision or password,
    }
    wrong = any(form is not None and form.errors for form in (decision, password))
    return render(request, "workbench/admin/request.html", context, status=422 if wrong else 200)


def _somebody_else(request: HttpRequest, user_id: int) -> User:
    """The user; one's own rights are for others to change."""
    if user_id == request.officer.user_id:
        raise Http404
    return get_object_or_404(User, pk=user_id)


def _post_named(request: HttpRequest, user: User) -> Officer:
    wanted = request.GET.get("post", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        raise Http404
    return get_object_or_404(
        Officer.objects.select_related("organisation", "user"), pk=int(wanted), user=user, active=True
    )


def _note(request: HttpRequest, kind: AuditKind, asked: RightsRequest, *, reason: str = "", detail: dict) -> None:
    audit.note(
        kind, officer=request.officer, subject=f"rights:{asked.pk}", reason=reason, request=request, detail=detail
    )
