"""登录、退出、切换岗位: limits first, then the slow password check; one answer for whatever was wrong (secure-checklist 48)."""

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from xinqiao.rules.wording import halfwidth

from .. import door, tries
from ..confirmation import LONGEST_PASSWORD


class LoginForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("用户名"), max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("请输入用户名。"), "max_length": gettext_lazy("用户名没有这么长，请核对。")},
    )  # fmt: skip
    password = forms.CharField(
        label=gettext_lazy("密码"), strip=False, max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": gettext_lazy("请输入密码。"), "max_length": gettext_lazy("密码没有这么长，请核对。")},
    )  # fmt: skip


@sensitive_post_parameters("password")
@sensitive_variables("form")
@require_http_methods(["GET", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """Show the log-in; open a session for a right password and at least one active post."""
    form = LoginForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _try(request, form)
        if answer:
            return answer
    status = 429 if getattr(form, "too_often", False) else 422 if form.errors else 200
    return render(request, "workbench/login.html", {"form": form, "next": door.safe_next(request)}, status=status)


def _try(request: HttpRequest, form: LoginForm) -> HttpResponse | None:
    now, username = timezone.now(), canonical(form.cleaned_data["username"])
    guesses = tries.password(username, request)
    if not guesses.allow(at=now):
        form.too_often = True
        form.add_error(None, _("试的次数太多了，请等5分钟再试。忘记密码的，请联系本单位管理员。"))
        return None
    user = authenticate(request, username=username, password=form.cleaned_data["password"])
    posts = door.active_posts(user) if user else []
    if not posts:
        form.add_error(None, _("用户名或密码不对，或者账号已停用。请核对后再试，或联系本单位管理员。"))
        return None
    guesses.forgive(at=now)
    door.sign_in(request, user, posts[0], at=now)
    return redirect(door.safe_next(request))


def canonical(username: str) -> str:
    """What was typed as it is stored: full width undone, no blanks around. Capital letters count."""
    return halfwidth(username).strip()


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
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
    elif post.pk != request.officer.pk:
        door.take_post(request, post)
        messages.success(
            request, _("已切换到%(where)s。") % {"where": f"{post.organisation.name} {post.title}".strip()}
        )
    return redirect("workbench:queue")
