"""我的登录: own sessions at other devices, own password."""

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinqiao.integrity import audit
from xinqiao.organisations import rights
from xinqiao.organisations.models import SignIn
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.three_administrators import SessionEnd

from .. import door, tries
from ..confirmation import password_field
from . import devices, factors


@door.officer_required
@require_safe
def account_page(request: HttpRequest) -> HttpResponse:
    """Factors, open sessions, and the last ten log-ins."""
    user, now = request.user, timezone.now()
    context = {
        "factors": devices.factor_lines(user),
        "codes_left": factors.recovery_codes_left(user),
        "sessions": devices.session_lines(
            user, now, current=request.session.get(door.SIGN_IN), source=tries.source(request)
        ),
        "history": devices.history_lines(user, now),
        "has_password": user.has_usable_password(),
        "passkeys": factors.passkeys_possible(request),
    }
    return render(request, "workbench/account/account.html", context)


@door.officer_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """退出其他设备: all sessions but this one, or one of them."""
    current, wanted = request.session.get(door.SIGN_IN), request.POST.get("session", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        rows = SignIn.objects.filter(pk=int(wanted), user=request.user, ended_at=None).exclude(pk=current)
        count = rows.update(ended_at=timezone.now(), ended_why=SessionEnd.BY_OWNER)
        if count:
            audit.note(
                AuditKind.SESSION_ENDED,
                officer=request.officer,
                request=request,
                detail={"why": "by_owner", "count": 1},
            )
    else:
        count = door.end_sessions(request, request.user, SessionEnd.BY_OWNER, but=current)
    messages.success(request, _("已退出。") if count else _("没有其他设备在用您的账号。"))
    return redirect("workbench:account")


class PasswordForm(forms.Form):
    current = password_field(gettext_lazy("现在的密码"))
    new = password_field(
        gettext_lazy("新密码"), gettext_lazy("至少10个字符，不要用姓名、用户名或常见的密码。"), new=True
    )
    again = password_field(gettext_lazy("再输一次新密码"), new=True)

    def __init__(self, *args, request: HttpRequest, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        if request.user.one_time_until is not None:
            self.fields["current"].label = _("发给您的一次性密码")

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("两次输入的新密码不一样。请重新输入。"))
        elif cleaned["new"] == cleaned["current"]:
            self.add_error("new", _("新密码和现在的一样。请换一个。"))
        else:
            try:
                password_validation.validate_password(cleaned["new"], self.request.user)
            except ValidationError as fault:
                self.add_error("new", fault)
        if not self.errors and not door.confirm(self.request, cleaned["current"]):
            self.add_error("current", _("现在的密码不对，没有修改。连续输错的，请等5分钟再试。"))
        return cleaned


@sensitive_post_parameters()
@door.signed_in
@require_http_methods(["GET", "POST"])
def password_page(request: HttpRequest) -> HttpResponse:
    """Change the own password; a one-time password must be changed before anything else. The other sessions end."""
    if not request.user.has_usable_password():
        messages.info(request, _("您用统一身份认证登录，这里没有密码可改。"))
        return redirect("workbench:account")
    form = PasswordForm(request.POST or None, request=request)
    forced = request.user.one_time_until is not None
    if form.is_valid():
        current = request.session.get(door.SIGN_IN)
        with transaction.atomic():
            audit.note(AuditKind.PASSWORD_CHANGED, officer=request.officer, request=request, detail={"by": "owner"})
            rights.set_own_password(request.user, form.cleaned_data["new"], at=timezone.now(), but=current)
        update_session_auth_hash(request, request.user)
        messages.success(request, _("密码已修改。其他设备上的登录已全部退出。"))
        return redirect(door.safe_next(request) if forced else "workbench:account")
    context = {"form": form, "forced": forced, "next": door.safe_next(request)}
    return render(request, "workbench/account/password.html", context, status=422 if form.errors else 200)
