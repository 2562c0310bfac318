"""用户 and 变更申请: who is there, and what waits for a decision."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xinqiao.matters import counted
from xinqiao.organisations import rights
from xinqiao.organisations.models import Officer, Organisation, RightsRequest, SignIn, User
from xinqiao.rules.stages import Role
from xinqiao.rules.three_administrators import WHO_ASKS, WHO_DECIDES
from xinqiao.rules.wording import halfwidth

from .. import door
from ..account import devices, factors
from . import words

ROWS = 30
SHOWN = {
    "": Q(),
    "off": Q(is_active=False),
    "no_factor": Q(is_active=True, has_factor=False),
    "admins": Q(administers=True),
}
STATES = {"waiting": "待审批", "": "全部", "approved": "已同意", "refused": "未同意"}


@door.officer_required
@require_safe
def users_page(request: HttpRequest) -> HttpResponse:
    """`?q=` a name, a user name, an organisation; `?only=` one of SHOWN; thirty at a time."""
    asked = halfwidth(request.GET.get("q", "")).replace("\x00", "").strip()[:60]
    only = request.GET.get("only", "")
    only = only if only in SHOWN else ""
    found = _found(asked).filter(SHOWN[only]).order_by("name", "pk")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "asked": asked,
        "only": only,
        "chips": [("", "全部"), ("admins", "三员"), ("no_factor", "没有第二步验证"), ("off", "已停用")],
        "may_ask": request.officer.may(WHO_ASKS),
        "differing": counted.differing(),
        "lines": [_user_line(user) for user in page],
    }
    return render(request, "workbench/admin/users.html", context)


def _found(asked: str):
    posts = Officer.objects.filter(user=OuterRef("pk"), active=True)
    factor = factors.Authenticator.objects.filter(
        user=OuterRef("pk"), type__in=(factors.Type.TOTP, factors.Type.WEBAUTHN)
    )
    roles = [role.value for role in words.ADMINISTRATORS]
    users = User.objects.annotate(
        has_factor=Exists(factor), administers=Exists(posts.filter(roles__overlap=roles))
    ).prefetch_related(Prefetch("posts", Officer.objects.select_related("organisation").order_by("pk")))
    if not asked:
        return users
    organs = Organisation.objects.filter(Q(name__icontains=asked) | Q(short=asked) | Q(key=asked)).values("pk")
    at_organ = Exists(Officer.objects.filter(user=OuterRef("pk"), organisation__in=organs))
    return users.filter(Q(name__icontains=asked) | Q(username__icontains=asked) | at_organ)


def _user_line(user: User) -> dict:
    posts = [post for post in user.posts.all() if post.active]
    return {"user": user, "posts": [words.post_words(post) for post in posts[:3]], "more": max(0, len(posts) - 3)}


@door.officer_required
@require_safe
def user_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Posts, factors, sessions and requests of one user; what may be asked or done depends on one's own post."""
    user = get_object_or_404(User, pk=user_id)
    now = timezone.now()
    myself = user.pk == request.officer.user_id
    context = {
        "user_shown": user,
        "posts": [(post, words.role_words(post.roles)) for post in _posts(user)],
        "factors": devices.factor_lines(user),
        "codes_left": factors.recovery_codes_left(user),
        "sessions": devices.session_lines(user, now, current=None, source=""),
        "history": devices.history_lines(user, now),
        "requests": [words.request_line(one) for one in _requests().filter(user=user)[:10]],
        "may_ask": request.officer.may(WHO_ASKS) and not myself,
        "may_end": request.officer.may(WHO_DECIDES) and not myself,
        "myself": myself,
        "last_sign_in": SignIn.objects.filter(user=user).order_by("-began_at").first(),
    }
    return render(request, "workbench/admin/user.html", context)


def _posts(user: User) -> list[Officer]:
    return list(Officer.objects.filter(user=user).select_related("organisation").order_by("-active", "pk"))


@door.officer_required
@require_safe
def requests_page(request: HttpRequest) -> HttpResponse:
    """`?state=`: what waits, first; the others to look up."""
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    rows = _requests().filter(state=state) if state else _requests()
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [words.request_line(one) for one in page],
        "states": STATES.items(),
        "state": state,
        "decides": request.officer.may(WHO_DECIDES),
    }
    return render(request, "workbench/admin/requests.html", context)


def _requests():
    return RightsRequest.objects.select_related("user", "asked_by", "decided_by").order_by("-asked_at", "-pk")


def request_or_404(request_id: int) -> RightsRequest:
    """The request with its people."""
    found = _requests().filter(pk=request_id).first()
    if found is None:
        raise Http404
    return found


def waiting_count(officer: Officer) -> int:
    """What waits for this post: decisions for SEC, one-time passwords to hand out for SYS."""
    if officer.may(WHO_DECIDES):
        return RightsRequest.objects.filter(state=RightsRequest.State.WAITING).exclude(user=officer.user_id).count()
    if officer.may(Role.SYSTEM_ADMINISTRATOR):
        approved = RightsRequest.objects.filter(state=RightsRequest.State.APPROVED, password_issued_at=None)
        return sum(rights.gives_password(one) for one in approved.filter(change__in=words.GIVES_PASSWORD))
    return 0
