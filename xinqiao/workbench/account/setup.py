"""设置第二步验证: an app, passkeys, recovery codes; the first one right after the log-in, later ones after the password again."""

import segno
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao import crypto
from xinqiao.integrity import audit
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.three_administrators import SessionEnd

from .. import door
from ..confirmation import PasswordAgain
from . import devices, factors
from .second_step import credential_of

SECRET = "new_app_secret"  # sealed in the session until a code proves that the app has it


class ConfirmForm(PasswordAgain, forms.Form):
    """Nothing but the password, where it is due."""


class FirstFactor(PasswordAgain):
    """As PasswordAgain, but for whom the organ's service signed in and who has nothing yet to confirm with."""

    def __init__(self, *args, request: HttpRequest, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        if not request.user.has_usable_password() and not factors.has_any(request.user):
            self.fields.pop("password", None)


class AppForm(FirstFactor, forms.Form):
    code = forms.CharField(
        label=gettext_lazy("应用上显示的6位数字"), max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("请输入应用上显示的6位数字。"), "max_length": gettext_lazy("应为6位数字，请核对。")},
    )  # fmt: skip


class PasskeyForm(FirstFactor, forms.Form):
    name = forms.CharField(
        label=gettext_lazy("给它起个名字"), max_length=30, initial=gettext_lazy("办公电脑"),
        help_text=gettext_lazy("例如“办公电脑”“手机”“备用钥匙”，以后好认。"),
        error_messages={"required": gettext_lazy("请起个名字。"), "max_length": gettext_lazy("名字最多30个字。")},
    )  # fmt: skip


@door.signed_in
@require_safe
def factors_page(request: HttpRequest) -> HttpResponse:
    """Which second step to set up; where one is required, the only page until that is done."""
    context = {
        "forced": door.needs_factor(request) and not factors.has_any(request.user),
        "factors": devices.factor_lines(request.user),
        "passkeys": factors.passkeys_possible(request),
    }
    return render(request, "workbench/account/factors.html", context)


@sensitive_post_parameters()
@door.signed_in
@require_http_methods(["GET", "POST"])
def add_app(request: HttpRequest) -> HttpResponse:
    """QR code and the first code. An app set up before is replaced."""
    _must_have_own_password(request)
    secret = _secret_of(request)
    form = AppForm(request.POST or None, request=request)
    if form.is_valid():
        if factors.add_app(request.user, secret, form.cleaned_data["code"], at=timezone.now()):
            del request.session[SECRET]
            return _after_adding(request, factors.TOTP)
        form.add_error("code", _("数字不对。请等应用显示新的数字再输入；总是不对的，请检查手机的时间是否自动设置。"))
    picture = segno.make(factors.app_address(request.user, secret), error="m", micro=False)
    context = {
        "form": form,
        "qr": mark_safe(picture.svg_inline(scale=5, border=2, omitsize=True)),  # made here, from letters and digits
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "replaces": factors.has(request.user, factors.Type.TOTP),
    }
    return render(request, "workbench/account/app.html", context, status=422 if form.errors else 200)


def _secret_of(request: HttpRequest) -> str:
    """The same secret each time the page is shown, so that a scanned code stays right."""
    try:
        return crypto.open_sealed(request.session[SECRET], context=SECRET)
    except (KeyError, crypto.SealBroken):
        secret = factors.new_secret()
        request.session[SECRET] = crypto.seal(secret, context=SECRET)
        return secret


@sensitive_post_parameters()
@door.signed_in
@require_http_methods(["GET", "POST"])
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Make a passkey with this device. `?options` answers what the browser needs (JSON)."""
    _must_have_own_password(request)
    if not factors.passkeys_possible(request):
        raise Http404
    if "options" in request.GET:
        return JsonResponse(factors.begin_passkey(request.user))
    form = PasskeyForm(request.POST or None, request=request)
    if form.is_valid():
        if factors.add_passkey(request.user, form.cleaned_data["name"], credential_of(request)):
            return _after_adding(request, factors.PASSKEY)
        form.add_error(None, _("没有建成通行密钥。请再试一次，在浏览器弹出的窗口里按提示操作。"))
    return render(request, "workbench/account/passkey.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters()
@door.officer_required
@require_http_methods(["GET", "POST"])
def remove_factor(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Remove one; where a second step is required, not the last one."""
    found = next((one for one in factors.of(request.user) if one.pk == factor_id), None)
    if found is None:
        raise Http404
    form = ConfirmForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_valid():
        if door.needs_factor_always() and len(factors.of(request.user)) == 1:
            form.add_error(None, _("这是您唯一的第二步验证，不能删除。请先设置另一种。"))
        else:
            with transaction.atomic():
                _note(request, "removed", found.type)
                found.delete()
                if not factors.has_any(request.user):
                    factors.forget_recovery_codes(request.user)
            door.end_sessions(request, request.user, SessionEnd.FACTOR_CHANGED, but=request.session.get(door.SIGN_IN))
            messages.success(request, _("已删除。其他设备上的登录已全部退出。"))
            return redirect("workbench:account")
    name = next(line for line in devices.factor_lines(request.user) if line.pk == factor_id)
    context = {
        "form": form,
        "heading": _("删除%(kind)s？") % {"kind": f"{name.kind} {name.name}".strip()},
        "text": _("删除后，它不能再用来登录。"),
        "action": _("删除"),
        "danger": True,
    }
    return render(request, "workbench/account/confirm.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@door.officer_required
@require_http_methods(["GET", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown once; the old ones are void."""
    if not factors.has_any(request.user):
        return redirect("workbench:factors")
    form = ConfirmForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_valid():
        return _show_codes(request)
    context = {
        "form": form,
        "heading": _("重新生成恢复码？"),
        "text": _("以前的恢复码会全部作废。新的只显示一次，请准备好打印或抄写。"),
        "action": _("生成新的恢复码"),
    }
    return render(request, "workbench/account/confirm.html", context, status=422 if form.errors else 200)


def _after_adding(request: HttpRequest, kind: str) -> HttpResponse:
    """Note it, end the other sessions, and show recovery codes after the first factor."""
    _note(request, "added", kind)
    request.session[door.FACTOR] = request.session.get(door.FACTOR) or kind
    request.session.cycle_key()
    door.end_sessions(request, request.user, SessionEnd.FACTOR_CHANGED, but=request.session.get(door.SIGN_IN))
    messages.success(request, _("第二步验证已设置好。以后登录时会用到。"))
    if factors.has(request.user, factors.Type.RECOVERY_CODES):
        return redirect("workbench:account")
    return _show_codes(request)


def _show_codes(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        _note(request, "new_codes", factors.RECOVERY)
        codes = factors.new_recovery_codes(request.user)
    return render(request, "workbench/account/codes.html", {"codes": [f"{code[:5]} {code[5:]}" for code in codes]})


def _must_have_own_password(request: HttpRequest) -> None:
    """A factor set up by whoever holds the one-time password would be that person's."""
    if request.user.one_time_until is not None:
        raise Http404


def _note(request: HttpRequest, what: str, kind: str) -> None:
    audit.note(
        AuditKind.FACTOR_CHANGED, officer=request.officer, request=request, detail={"what": what, "kind": str(kind)}
    )
