"""登录第二步: a code of the app, a recovery code, or a passkey; and the passkey alone in place of password and code."""

import json

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from xinqiao.integrity import audit
from xinqiao.organisations.models import User
from xinqiao.rules.audit import AuditKind

from .. import door, tries
from . import arrival, factors

LONGEST_CREDENTIAL = 20_000  # characters of what a browser answers for a passkey


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("验证码"), max_length=40,
        help_text=gettext_lazy("输入验证器应用上的6位数字；手机不在身边的，输入一个10位恢复码。"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
        error_messages={"required": gettext_lazy("请输入验证码。"), "max_length": gettext_lazy("验证码没有这么长，请核对。")},
    )  # fmt: skip


@sensitive_post_parameters("code", "credential")
@require_http_methods(["GET", "POST"])
def second_step_page(request: HttpRequest) -> HttpResponse:
    """Open the session after the right second factor. `?passkey` answers what the browser needs for one (JSON)."""
    now = timezone.now()
    found = arrival.pending(request, at=now)
    if found is None:
        messages.info(request, _("登录没有完成，或者间隔太久。请从头再登录一次。"))
        return redirect("workbench:login")
    user, facts = found
    if "passkey" in request.GET:
        return JsonResponse(factors.begin_passkey_use(user))
    form = CodeForm(request.POST if request.method == "POST" and "credential" not in request.POST else None)
    if request.method == "POST" and ("credential" in request.POST or form.is_valid()):
        guesses = tries.factor(user.pk)
        if not guesses.allow(at=now):
            if guesses.first_refusal(at=now):
                note_failure(request, user, "factor", "too_often")
            return _show(
                request, user, form, _("试的次数太多了，请等几分钟再试。丢失手机的，请联系安全管理员重置。"), status=429
            )
        factor = _factor_of(request, user, form, now)
        if factor:
            guesses.forgive(at=now)
            wanted = door.safe_path(request, facts["next"])
            return arrival.arrive(request, user, means=facts["means"], factor=factor, at=now, wanted=wanted)
        note_failure(request, user, "factor", "wrong")
        return _show(request, user, form, _("验证码不对，或者已经用过。请等应用显示新的数字再输入。"), status=422)
    return _show(request, user, form, "", status=422 if form.errors else 200)


@sensitive_post_parameters("credential")
@require_http_methods(["GET", "POST"])
def passkey_login(request: HttpRequest) -> HttpResponse:
    """GET: what the browser needs for any passkey of this site (JSON). POST: its answer opens the session; finger, face or PIN was asked."""
    if not factors.passkeys_possible(request):
        raise Http404
    if request.method == "GET":
        return JsonResponse(factors.begin_passkey_use())
    now = timezone.now()
    place = tries.passkey(request)
    user = factors.use_passkey(credential_of(request), at=now) if place.allow(at=now) else None
    if user is None or not user.is_active or not door.active_posts(user):
        audit.note(
            AuditKind.SIGN_IN_FAILED,
            user_id=user.pk if user else None,
            request=request,
            detail={"stage": "passkey", "why": "wrong"},
        )
        messages.error(request, _("没有认出这个通行密钥，或者账号已停用。请用密码登录，或联系本单位管理员。"))
        return redirect("workbench:login")
    place.forgive(at=now)
    return arrival.after_first_step(request, user, means="passkey", factor=factors.PASSKEY, at=now)


def credential_of(request: HttpRequest) -> dict:
    """What the browser answered; {} when it cannot be read."""
    raw = request.POST.get("credential", "")
    try:
        answer = json.loads(raw) if len(raw) <= LONGEST_CREDENTIAL else {}
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def note_failure(request: HttpRequest, user: User, stage: str, why: str) -> None:
    """Count and note a wrong second step."""
    User.objects.filter(pk=user.pk).update(failed_tries=F("failed_tries") + 1)
    audit.note(AuditKind.SIGN_IN_FAILED, user_id=user.pk, request=request, detail={"stage": stage, "why": why})


def _factor_of(request: HttpRequest, user: User, form: CodeForm, now) -> str:
    if "credential" in request.POST:
        return factors.PASSKEY if factors.use_passkey(credential_of(request), of=user, at=now) else ""
    return factors.check_code(user, form.cleaned_data["code"], at=now)


def _show(request: HttpRequest, user: User, form: CodeForm, trouble: str, *, status: int) -> HttpResponse:
    if trouble:
        if not form.is_bound:
            form = CodeForm({})
            form.full_clean()
            form.errors.clear()
        form.add_error("code", trouble)
    context = {
        "form": form,
        "has_app": factors.has(user, factors.Type.TOTP),
        "has_passkey": factors.passkeys_possible(request) and factors.has(user, factors.Type.WEBAUTHN),
    }
    return render(request, "workbench/account/second_step.html", context, status=status)
