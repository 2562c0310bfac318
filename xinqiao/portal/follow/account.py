"""群众账号: in by a code sent to the mobile phone; the list of one's matters. Filing and following need none (I-16)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter
from xinqiao.notifications import outgoing
from xinqiao.notifications.models import State
from xinqiao.people import accounts
from xinqiao.portal import sources
from xinqiao.rules import identity, masking, wording
from xinqiao.rules.citizen_words import tell
from xinqiao.rules.stages import Stage

from . import proof, track
from .matter import put_into_account

CODES = ("login_code", 20)  # of one source in two minutes, to whatever numbers
TRIES = ("login_try", 40)
LISTED = 50


class MobileForm(forms.Form):
    mobile = forms.CharField(
        label="手机号", max_length=60, error_messages={"required": "请填写手机号。"},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "class": "short"}),
        help_text="我们发一个 6 位验证码到这个手机。没有注册过也可以。",
    )  # fmt: skip

    def clean_mobile(self) -> str:
        try:
            canonical = identity.check_phone(self.cleaned_data["mobile"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if not identity.is_mobile(canonical):
            raise forms.ValidationError(_("验证码只能发到手机。请填写手机号，例如 13812345678。"))
        return canonical


class CodeForm(forms.Form):
    code = forms.CharField(
        label="验证码", max_length=40, error_messages={"required": "请填写短信里的 6 位验证码。"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        digits = "".join(wording.halfwidth(self.cleaned_data["code"]).split())
        if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
            raise forms.ValidationError(_("验证码是 6 位数字，请对照短信核对。"))
        return digits


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My matters, the newest first."""
    account = accounts.current(request)
    if account is None:
        return redirect("portal:login")
    mine = Matter.objects.visible_to(Citizen(account_id=account.pk)).order_by("-received_at", "-pk")
    rows = [(matter, tell(Stage(matter.stage)).headline) for matter in mine[:LISTED]]
    context = {"rows": rows, "mobile": masking.mask_phone(account.mobile), "most": LISTED}
    return render(request, "portal/follow/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Ask for a code. Numbers with and without an account are answered alike."""
    if request.method != "POST" and accounts.current_id(request):
        return redirect("portal:account")
    form = MobileForm(request.POST or None)
    at = timezone.now()
    if form.is_bound and sources.is_too_fast(request, CODES, at=at):
        return track.wait(request, form, 60, "portal/follow/login.html")
    if form.is_valid():
        problem = _send(request, form.cleaned_data["mobile"], at=at)
        if not problem:
            return redirect("portal:code")
        form.add_error("mobile", problem)
    return render(request, "portal/follow/login.html", {"form": form}, status=422 if form.errors else 200)


def _send(request: HttpRequest, mobile: str, *, at) -> str:
    """Send a code; returns what to tell if none went out."""
    try:
        code = accounts.ask_code(request.session, mobile, at=at)
    except accounts.CodeWait as wait:
        return _("验证码发得太勤了。请过%(time)s再试；也可以用编号和查询码查看。") % {"time": _duration(wait.seconds)}
    sent = outgoing.send_sms(mobile, outgoing.login_code_text(code), at=at, purpose="login_code")
    if sent.state in (State.FAILED, State.NOT_CONFIGURED):
        return _("短信暂时发不出去，不是您的错。请过几分钟再试；也可以用编号和查询码查看。")
    return ""


def _duration(seconds: int) -> str:
    if seconds <= 90:
        return _(" %(n)s 秒") % {"n": seconds}
    minutes = -(-seconds // 60)
    return _(" %(n)s 分钟") % {"n": minutes} if minutes < 90 else _(" %(n)s 小时") % {"n": -(-minutes // 60)}


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Enter the code that was sent."""
    mobile = accounts.asked_mobile(request.session)
    if not mobile:
        return redirect("portal:login")
    form = CodeForm(request.POST or None)
    at = timezone.now()
    if form.is_bound and sources.is_too_fast(request, TRIES, at=at):
        return track.wait(request, form, 60, "portal/follow/code.html")
    if form.is_valid():
        try:
            accounts.enter(request.session, form.cleaned_data["code"], at=at)
        except accounts.CodeWrong as wrong:
            form.add_error("code", _wrong_words(wrong.left))
        else:
            messages.success(request, _("已经登录。"))
            return redirect(proof.waiting_path(request) or "portal:account")
    context = {"form": form, "mobile": masking.mask_phone(mobile)}
    return render(request, "portal/follow/code.html", context, status=422 if form.errors else 200)


def _wrong_words(left: int) -> str:
    if left:
        return _("验证码不对，还可以试 %(left)s 次。") % {"left": left}
    return _("这个验证码已经不能用了。请重新获取一个。")


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """Put a matter into the account by number and query code."""
    account = accounts.current(request)
    if account is None:
        return redirect("portal:login")
    form = track.TrackForm(request.POST or None)
    if form.is_valid():
        matter, refused = track.prove(request, form)
        if refused:
            return refused
        if matter:
            proof.add(request, matter.pk, at=timezone.now())
            put_into_account(request, matter, account)
            return redirect("portal:account")
    return render(request, "portal/follow/claim.html", {"form": form}, status=422 if form.errors else 200)
