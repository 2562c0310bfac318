"""The door of the workbench: who is signed in, in which post, and for how long (secure-checklist 48, 51).

    @officer_required
    def page(request, …): request.officer     # the post, with `user` and `organisation` loaded

A session ends after 30 minutes without a page and after 12 hours in any case; a disabled user or post ends it at once.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from xinqiao.integrity import audit
from xinqiao.organisations.models import Officer, User
from xinqiao.rules.audit import AuditKind

from . import gate, tries

IDLE_SECONDS, LONGEST_SECONDS = 30 * 60, 12 * 60 * 60
SEEN_EVERY_SECONDS = 60  # the session is written at most once a minute, not with every page
CONFIRMED_SECONDS = 10 * 60  # how long a password given again holds for grave acts (reveal, export, rights)
POST, SIGNED_IN_AT, SEEN_AT, CONFIRMED_AT = "officer_id", "signed_in_at", "seen_at", "confirmed_at"


def officer_required(view: Callable) -> Callable:
    """Only for officers: sets `request.officer` and `request.posts` (all active posts of the user), else leads to the log-in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not _admit(request, timezone.now()):
            return to_login(request)
        gate.check(request)
        return view(request, *args, **kwargs)

    return guarded


def sign_in(request: HttpRequest, user: User, post: Officer, *, at: datetime) -> None:
    """Open a session of `user` in `post` under a new key."""
    login(request, user)
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(at.timestamp())
    request.session[POST] = post.pk


def take_post(request: HttpRequest, post: Officer) -> None:
    """Go on in another post of the same user, under a new key: other rights, other session."""
    request.session.cycle_key()
    request.session[POST] = post.pk


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the password was given again in this session within the last ten minutes (checklist 51)."""
    confirmed = request.session.get(CONFIRMED_AT, 0)
    return 0 <= timezone.now().timestamp() - confirmed < CONFIRMED_SECONDS


def confirm(request: HttpRequest, password: str) -> bool:
    """Check the password given again; a right one holds for ten minutes. A wrong one, or one too many, is noted."""
    now, guesses = timezone.now(), tries.confirmation(request.user.pk)
    if not guesses.allow(at=now):
        _note_unconfirmed(request, "too_often")
        return False
    if not request.user.check_password(password):
        _note_unconfirmed(request, "wrong_password")
        return False
    guesses.forgive(at=now)
    request.session[CONFIRMED_AT] = now.timestamp()
    return True


def _note_unconfirmed(request: HttpRequest, why: str) -> None:
    officer = getattr(request, "officer", None)
    detail = {"stage": "confirmation", "why": why}
    audit.note(AuditKind.SIGN_IN_FAILED, officer=officer, user_id=request.user.pk, request=request, detail=detail)


def active_posts(user: User) -> list[Officer]:
    """The posts a user may work in now, the oldest first."""
    return list(Officer.objects.filter(user=user, active=True).select_related("user", "organisation").order_by("pk"))


def to_login(request: HttpRequest) -> HttpResponseRedirect:
    """To the log-in, and back to this page afterwards. A form that was being sent is opened again, not sent."""
    query = QueryDict(mutable=True)
    query[REDIRECT_FIELD_NAME] = request.get_full_path()
    return HttpResponseRedirect(f"{reverse('workbench:login')}?{query.urlencode(safe='/')}")


def safe_next(request: HttpRequest) -> str:
    """Where to go after the log-in: only to a page of the workbench on this very site."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    home = reverse("workbench:queue")
    return wanted if own and wanted.startswith(home) else home


def _admit(request: HttpRequest, now: datetime) -> bool:
    if not request.user.is_authenticated:
        return False
    if _is_over(request, int(now.timestamp())):
        logout(request)
        messages.info(request, _("您离开的时间较长，为了安全已退出，请重新登录。"))
        return False
    posts = active_posts(request.user)
    if not posts:
        logout(request)
        return False
    chosen = request.session.get(POST)
    request.posts = posts
    request.officer = next((post for post in posts if post.pk == chosen), posts[0])
    if request.officer.pk != chosen:
        request.session[POST] = request.officer.pk  # the post of this session was disabled: go on in one that is not
    return True


def _is_over(request: HttpRequest, now: int) -> bool:
    session = request.session
    began, seen = session.setdefault(SIGNED_IN_AT, now), session.setdefault(SEEN_AT, now)
    if now - began > LONGEST_SECONDS or now - seen > IDLE_SECONDS:
        return True
    if now - seen >= SEEN_EVERY_SECONDS:
        session[SEEN_AT] = now
    return False
