"""The door of the workbench: who is signed in, in which post, and for how long (secure-checklist 48, 51).

    @officer_required
    def page(request, …): request.officer     # the post, with `user` and `organisation` loaded

A session ends after 30 minutes without a page and after 12 hours in any case, and at once when the user is disabled, when any
post of the user changes, when the password changes or the second factor is reset: it keeps a mark of the rights it began with.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout, user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from xinqiao.database.composed import Composed
from xinqiao.integrity import audit
from xinqiao.organisations import rights
from xinqiao.organisations.models import Officer, SignIn, User
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.stages import Role
from xinqiao.rules.three_administrators import ADMINISTRATORS, SessionEnd

from . import gate, tries

IDLE_SECONDS, LONGEST_SECONDS = 30 * 60, 12 * 60 * 60
SEEN_EVERY_SECONDS = 60  # the session is written at most once a minute, not with every page
KEPT_DAYS = 180  # how long a user sees old log-ins; the audit log keeps its own
CONFIRMED_SECONDS = 10 * 60  # how long a password given again holds for grave acts (reveal, export, rights)
POST, SIGNED_IN_AT, SEEN_AT, CONFIRMED_AT = "officer_id", "signed_in_at", "seen_at", "confirmed_at"
SIGN_IN, RIGHTS, FACTOR = "sign_in", "rights", "factor"
BACKEND = "django.contrib.auth.backends.ModelBackend"
logger = logging.getLogger("xinqiao.door")
# Asked with every page.
_posts_of = Composed(
    lambda user_id: (
        Officer.objects.filter(user_id=user_id, active=True).select_related("user", "organisation").order_by("pk")
    )
)
_sign_in_of = Composed(lambda pk, user_id: SignIn.objects.filter(pk=pk, user_id=user_id))


def officer_required(view: Callable) -> Callable:
    """Only for officers: sets `request.officer` and `request.posts` (all active posts of the user), else leads to the log-in.

    An officer who still has to change a one-time password, or to set up a second factor, is led there and nowhere else.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        answer = _refusal(request, timezone.now()) or _first_duty(request)
        if answer:
            return answer
        gate.check(request)
        return view(request, *args, **kwargs)

    return guarded


def signed_in(view: Callable) -> Callable:
    """As `officer_required`, also for somebody who has yet to change the password or to set up a factor."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        answer = _refusal(request, timezone.now())
        if answer:
            return answer
        gate.check(request)
        return view(request, *args, **kwargs)

    return guarded


def sign_in(
    request: HttpRequest, user: User, post: Officer, *, at: datetime, means: str = "password", factor: str = ""
) -> None:
    """Open a session of `user` in `post` under a new key. `factor`: what was asked beside the password, if anything.

    The entry in the audit log comes first: no record, no session.
    """
    audit.note(AuditKind.SIGNED_IN, officer=post, request=request, detail={"means": means, "factor": factor})
    request.sign_in_facts = {"means": means, "factor": factor}
    login(request, user, backend=BACKEND)
    User.objects.filter(pk=user.pk).update(failed_tries=0)
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(at.timestamp())
    request.session[POST] = post.pk


def begin_session(sender, request: HttpRequest, user: User, **_ignored) -> None:
    """Every session gets its row and its mark of rights, whatever opened it (signal `user_logged_in`)."""
    if not isinstance(user, User):
        return
    now = timezone.now()
    facts = getattr(request, "sign_in_facts", {"means": "password", "factor": ""})
    SignIn.objects.filter(user=user, began_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    row = SignIn.objects.create(
        user=user, began_at=now, seen_at=now, device=audit.device(request), source=tries.source(request), **facts
    )
    session = request.session
    session[SIGN_IN], session[RIGHTS], session[FACTOR] = (
        row.pk,
        _mark_of_rights(user, active_posts(user)),
        facts["factor"],
    )
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(now.timestamp())


user_logged_in.connect(begin_session, dispatch_uid="xinqiao.workbench.door")


def sign_out(request: HttpRequest, why: SessionEnd) -> None:
    """End this session, its row, and say so in the audit log. Who wants to leave leaves, also when that cannot be noted."""
    user = request.user
    if user.is_authenticated:
        kind = AuditKind.SIGNED_OUT if why is SessionEnd.SIGNED_OUT else AuditKind.SESSION_ENDED
        post = Officer.objects.filter(pk=request.session.get(POST), user=user).first()
        try:
            audit.note(kind, officer=post, user_id=user.pk, request=request, detail={"why": why.value})
        except audit.AuditUnavailable:
            logger.exception("door.sign_out_not_noted")
        SignIn.objects.filter(pk=request.session.get(SIGN_IN), ended_at=None).update(
            ended_at=timezone.now(), ended_why=why
        )
    logout(request)


def take_post(request: HttpRequest, post: Officer) -> None:
    """Go on in another post of the same user, under a new key: other rights, other session."""
    request.session.cycle_key()
    request.session[POST] = post.pk
    request.session.pop(CONFIRMED_AT, None)


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the password was given again in this session within the last ten minutes (checklist 51)."""
    confirmed = request.session.get(CONFIRMED_AT, 0)
    return 0 <= timezone.now().timestamp() - confirmed < CONFIRMED_SECONDS


def confirm(request: HttpRequest, password: str) -> bool:
    """Check the password given again; a right one holds for ten minutes. A wrong one, or one too many, is noted.

    A user without a password of ours (log-in by the organ's own service) gives a code of the second factor in its place.
    """
    from .account import factors

    now, guesses = timezone.now(), tries.confirmation(request.user.pk)
    if not guesses.allow(at=now):
        if guesses.first_refusal(at=now):
            _note_unconfirmed(request, "too_often")
        return False
    user = request.user
    right = user.check_password(password) if user.has_usable_password() else factors.check_code(user, password, at=now)
    if not right:
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
    return _posts_of(user_id=user.pk)


def home(post: Officer) -> str:
    """The first page of a post: the queue, or for an administrator, who reads no petition, the administrator's own page."""
    if post.may(Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR):
        return reverse("workbench:admin")
    if post.may(Role.AUDITOR):
        try:
            return reverse("workbench:audit")
        except NoReverseMatch:
            return reverse("workbench:account")
    return reverse("workbench:queue")


def administers(post: Officer) -> bool:
    """Whether the post is one of the three administrators' (三员)."""
    return bool(post.role_set & ADMINISTRATORS)


def to_login(request: HttpRequest) -> HttpResponseRedirect:
    """To the log-in, and back to this page afterwards. A form that was being sent is opened again, not sent."""
    return HttpResponseRedirect(with_next("workbench:login", request.get_full_path()))


def with_next(name: str, path: str) -> str:
    """The address of the page `name` that leads on to `path`."""
    query = QueryDict(mutable=True)
    query[REDIRECT_FIELD_NAME] = path
    return f"{reverse(name)}?{query.urlencode(safe='/')}"


def safe_next(request: HttpRequest) -> str:
    """Where to go after the log-in: only to a page of the workbench on this very site."""
    return safe_path(request, request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or "")


def safe_path(request: HttpRequest, wanted: str) -> str:
    """`wanted` if it is a page of the workbench, else the queue."""
    own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    queue = reverse("workbench:queue")
    return wanted if own and wanted.startswith(queue) else queue


def needs_factor(request: HttpRequest) -> bool:
    """Whether this session may do nothing yet but set up a second factor."""
    return needs_factor_always() and not request.session.get(FACTOR)


def needs_factor_always() -> bool:
    """Whether every officer must have a second factor here (XINQIAO_SECOND_FACTOR)."""
    return settings.XINQIAO_SECOND_FACTOR == "required"


def _first_duty(request: HttpRequest) -> HttpResponse | None:
    """What comes before everything else: an own password, then a second factor."""
    if request.user.one_time_until is not None:
        return HttpResponseRedirect(with_next("workbench:password", request.get_full_path()))
    if needs_factor(request):
        return HttpResponseRedirect(with_next("workbench:factors", request.get_full_path()))
    if administers(request.officer) and request.path == reverse("workbench:queue"):
        return HttpResponseRedirect(home(request.officer))  # who administers reads no petition, and has no queue
    return None


def _refusal(request: HttpRequest, now: datetime) -> HttpResponse | None:
    """Sets `request.officer`, `request.posts`; an answer when there is no session or it is over."""
    if not request.user.is_authenticated:
        return to_login(request)
    posts = active_posts(request.user)
    why = _end_of(request, posts, now)
    if why:
        sign_out(request, why)
        messages.info(request, _words_for(why))
        return to_login(request)
    chosen = request.session.get(POST)
    request.posts = posts
    request.officer = next((post for post in posts if post.pk == chosen), posts[0])
    if request.officer.pk != chosen:
        request.session[POST] = request.officer.pk
    return None


def _end_of(request: HttpRequest, posts: list[Officer], now: datetime) -> SessionEnd | None:
    """Why the session is over, if it is."""
    session = request.session
    row = _sign_in_of.first(pk=session.get(SIGN_IN) or 0, user_id=request.user.pk)
    if row is None or row.ended_at:
        return SessionEnd(row.ended_why) if row and row.ended_why else SessionEnd.BY_OWNER
    if not posts:
        return SessionEnd.DISABLED
    if session.get(RIGHTS) != _mark_of_rights(request.user, posts):
        return SessionEnd.RIGHTS_CHANGED
    seconds, began, seen = int(now.timestamp()), session.get(SIGNED_IN_AT, 0), session.get(SEEN_AT, 0)
    if seconds - began > LONGEST_SECONDS:
        return SessionEnd.TOO_LONG
    if seconds - seen > IDLE_SECONDS:
        return SessionEnd.IDLE
    if seconds - seen >= SEEN_EVERY_SECONDS:
        session[SEEN_AT] = seconds
        SignIn.objects.filter(pk=row.pk).update(seen_at=now)
    return None


def _words_for(why: SessionEnd) -> str:
    return {
        SessionEnd.IDLE: _("您离开的时间较长，为了安全已退出，请重新登录。"),
        SessionEnd.TOO_LONG: _("您登录已满12小时，为了安全已退出，请重新登录。"),
        SessionEnd.DISABLED: _("您的账号或岗位已停用。如有疑问，请联系本单位管理员。"),
        SessionEnd.RIGHTS_CHANGED: _("您的岗位或权限有变动，请重新登录。"),
        SessionEnd.PASSWORD_CHANGED: _("密码已经改过，请用新密码重新登录。"),
        SessionEnd.FACTOR_CHANGED: _("第二步验证已经重置，请重新登录。"),
    }.get(why, _("您已在其他设备上结束了这次登录，请重新登录。"))


def _mark_of_rights(user: User, posts: list[Officer]) -> str:
    """Changes with the version of the user and with every organisation, role, opening and closing of a post.

    Computed from the posts themselves, so that no way of changing them can forget to end the sessions.
    """
    facts = [(post.pk, post.organisation_id, sorted(post.roles)) for post in posts]
    return f"{user.rights_version}.{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"


def end_sessions(request: HttpRequest, user: User, why: SessionEnd, *, but: int | None = None) -> int:
    """End the sessions of `user` at every device, but for the row `but`; returns how many were open."""
    count = rights.end_sessions(user, why, at=timezone.now(), but=but)
    if count:
        detail = {"why": why.value, "count": count}
        officer = getattr(request, "officer", None)
        audit.note(
            AuditKind.SESSION_ENDED,
            officer=officer,
            user_id=user.pk,
            subject=f"user:{user.pk}",
            request=request,
            detail=detail,
        )
    return count
