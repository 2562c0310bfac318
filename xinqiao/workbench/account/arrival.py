"""From the right password to the first page: is a second step due, what does one see on arriving, which browser is known."""

import secrets
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao import crypto
from xinqiao.organisations.models import User
from xinqiao.ui.day_words import moment_words

from .. import door
from . import factors

PENDING, PENDING_SECONDS = "second_step", 5 * 60  # between password and second step
DEVICE_SALT, DEVICE_SECONDS = "workbench.device", 180 * 24 * 60 * 60


def after_first_step(
    request: HttpRequest, user: User, *, means: str, at: datetime, factor: str = "", wanted: str = ""
) -> HttpResponse:
    """In, or to the second step where the user has one. `factor`: what was already proved (by a passkey, by the organ's service)."""
    wanted = wanted or door.safe_next(request)
    if factor or not factors.has_any(user):
        return arrive(request, user, means=means, factor=factor, at=at, wanted=wanted)
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "at": int(at.timestamp()),
        "means": means,
        "mark": user.get_session_auth_hash()[:20],
        "next": wanted,
    }
    return redirect("workbench:second_step")


def pending(request: HttpRequest, *, at: datetime) -> tuple[User, dict] | None:
    """Who gave the right password in this browser within the last five minutes, and how; None otherwise."""
    facts = request.session.get(PENDING)
    if not facts or not 0 <= at.timestamp() - facts["at"] <= PENDING_SECONDS:
        return None
    user = User.objects.filter(pk=facts["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash()[:20] != facts["mark"] or not door.active_posts(user):
        return None
    return user, facts


def arrive(request: HttpRequest, user: User, *, means: str, factor: str, at: datetime, wanted: str) -> HttpResponse:
    """Open the session, say when this log-in was last used, and remember the browser."""
    post = door.active_posts(user)[0]
    last, failed = user.last_login, User.objects.values_list("failed_tries", flat=True).get(pk=user.pk)
    request.session.pop(PENDING, None)
    door.sign_in(request, user, post, at=at, means=means, factor=factor)
    _tell(request, last, failed)
    if wanted == reverse("workbench:queue"):
        wanted = door.home(post)
    response = redirect(wanted)
    _remember_device(response, user)
    return response


def _tell(request: HttpRequest, last: datetime | None, failed: int) -> None:
    if last is None and not failed:
        return
    when = _("上次登录：%(when)s。") % {"when": moment_words(last, localdate())} if last else _("这是您第一次登录。")
    if failed:
        words = _("其间有 %(count)s 次登录失败。如果不是您本人，请尽快修改密码并告诉本单位管理员。") % {"count": failed}
        messages.warning(request, when + words)
    else:
        messages.info(request, when + _("其间没有失败的登录。"))


# --- A browser that this user signed in with before -------------------------------------------------------------------


def known_device(request: HttpRequest, username: str) -> str:
    """The mark of this browser if `username` signed in with it before, else "". It opens nothing; it only has a count of its own."""
    try:
        name, mark = signing.loads(request.COOKIES.get(_cookie(), ""), salt=DEVICE_SALT, max_age=DEVICE_SECONDS).split(
            "."
        )
    except (signing.BadSignature, ValueError, AttributeError):
        return ""
    return mark if name == _index(username) else ""


def _remember_device(response: HttpResponse, user: User) -> None:
    value = signing.dumps(f"{_index(user.username)}.{secrets.token_hex(8)}", salt=DEVICE_SALT)
    response.set_cookie(
        _cookie(), value, max_age=DEVICE_SECONDS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def _cookie() -> str:
    return f"{settings.SESSION_COOKIE_NAME}-device"  # with it comes the prefix `__Host-` over HTTPS


def _index(username: str) -> str:
    return crypto.blind_index(username.lower(), context="device")[:24]
