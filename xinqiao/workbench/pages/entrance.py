"""登录、退出、切换岗位: limits first, then the slow password check; one answer for whatever was wrong (secure-checklist 48)."""

from datetime import datetime

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from xinqiao import crypto
from xinqiao.integrity import audit
from xinqiao.organisations.models import User
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.three_administrators import SessionEnd
from xinqiao.rules.wording import halfwidth

from .. import door, tries
from ..account import arrival, factors, provider
from ..confirmation import password_field


class LoginForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("用户名"), max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username webauthn", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("请输入用户名。"), "max_length": gettext_lazy("用户名没有这么长，请核对。")},
    )  # fmt: skip
    password = password_field(gettext_lazy("密码"))


@sensitive_post_parameters("password")
@sensitive_variables("form")
@require_http_methods(["GET", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """Show the log-in; lead a right password with at least one active post to the second step, or in."""
    form = LoginForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _try(request, form)
        if answer:
            return answer
    return show(request, form)


def show(request: HttpRequest, form: LoginForm | None = None) -> HttpResponse:
    """The page, with what was wrong."""
    form = LoginForm() if form is None else form
    status = 429 if getattr(form, "too_often", False) else 422 if form.errors else 200
    context = {
        "form": form,
        "next": door.safe_next(request),
        "passkeys": factors.passkeys_possible(request),
        "provider": provider.name(),
        "demo_logins": _demo_logins() if settings.XINQIAO_DEMO else [],
    }
    return render(request, "workbench/login.html", context, status=status)


def _demo_logins() -> list[dict]:
    """What may be typed here, one log-in per role: only in a demonstration, and only over the region that was made for it here."""
    from xinqiao.seed import demo_logins

    return demo_logins.officers() if demo_logins.kept() else []


def _try(request: HttpRequest, form: LoginForm) -> HttpResponse | None:
    now, username = timezone.now(), canonical(form.cleaned_data["username"])
    guesses = tries.password(username, request, device=arrival.known_device(request, username))
    if not guesses.allow(at=now):
        if guesses.first_refusal(at=now):
            _note_failure(request, username, "too_often")
        form.too_often = True
        form.add_error(None, _("试的次数太多了，请等5分钟再试。忘记密码的，请联系本单位管理员。"))
        return None
    user = authenticate(request, username=username, password=form.cleaned_data["password"])
    posts = door.active_posts(user) if user else []
    if not posts or _is_stale(user, now):
        _note_failure(request, username, "wrong")
        form.add_error(None, _("用户名或密码不对，或者账号已停用。请核对后再试，或联系本单位管理员。"))
        return None
    guesses.forgive(at=now)
    return arrival.after_first_step(request, user, means="password", at=now)


def _is_stale(user: User, now: datetime) -> bool:
    """Whether this is a one-time password that was left lying too long."""
    return user.one_time_until is not None and user.one_time_until < now


def _note_failure(request: HttpRequest, username: str, why: str) -> None:
    """Count and note it, by the same path for known and unknown names. What was typed may be a password: only its index is kept."""
    User.objects.filter(username=username).update(failed_tries=F("failed_tries") + 1)
    user_id = User.objects.filter(username=username).values_list("pk", flat=True).first()
    name = crypto.blind_index(username.lower(), context="login")[:16]
    audit.note(
        AuditKind.SIGN_IN_FAILED,
        user_id=user_id,
        request=request,
        detail={"stage": "password", "why": why, "name": name},
    )


def canonical(username: str) -> str:
    """What was typed as it is stored: full width undone, no blanks around. Capital letters count."""
    return halfwidth(username).strip()


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """End the session."""
    door.sign_out(request, SessionEnd.SIGNED_OUT)
    messages.success(request, _("您已退出。"))
    return redirect("workbench:login")


@require_POST
@door.officer_required
def switch_post(request: HttpRequest) -> HttpResponse:
    """Go on in another of one's own active posts; anything else changes nothing."""
    wanted = request.POST.get("post", "")
    post = next((post for post in request.posts if str(post.pk) == wanted), None)
    if post is None:
        messages.error(request, _("没有这个岗位，或者已经停用。"))
        post = request.officer
    elif post.pk != request.officer.pk:
        door.take_post(request, post)
        messages.success(
            request, _("已切换到%(where)s。") % {"where": f"{post.organisation.name} {post.title}".strip()}
        )
    return redirect(door.home(post))
