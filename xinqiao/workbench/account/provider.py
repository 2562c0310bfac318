"""本单位自己的统一身份认证 (OIDC): allauth's client, our rules. It says who somebody is; it never makes a user.

The user must exist here, be active and hold a post. The signature of every token is checked against the service's published keys.
A second factor is still asked, unless the operator says with which words of `amr` or `acr` the service tells that it asked one.
"""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.integrity import audit
from xinqiao.organisations.models import User
from xinqiao.rules.audit import AuditKind

from .. import door
from . import arrival

PROVIDER_ID, NEXT = "organ", "provider_next"
LONGEST_NAME = 60  # characters of a user name


def name() -> str:
    """What stands on the button; "" when no service is configured."""
    return settings.XINQIAO_OIDC_NAME if settings.XINQIAO_OIDC_ISSUER and settings.XINQIAO_OIDC_CLIENT_ID else ""


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """To the log-in page of the organ's service, with state and PKCE. A link: our policy lets no form lead elsewhere."""
    request.session[NEXT] = door.safe_next(request)
    return _run(request, OAuth2LoginView)


@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """From the service: who is it? Ends in the second step, in the workbench, or at the log-in with what was wrong."""
    return _run(request, OAuth2CallbackView)


def _run(request: HttpRequest, view) -> HttpResponse:
    if not name():
        raise Http404
    try:
        return view.adapter_view(Service(request, PROVIDER_ID))(request)
    except (ImmediateHttpResponse, OAuth2Error, OSError, ValueError, LookupError, TypeError) as error:
        # The service does not answer, or answers what nobody can read (requests' errors are OSError).
        return error.response if isinstance(error, ImmediateHttpResponse) else _refuse(request, "unreachable", None)


class Service(OpenIDConnectOAuth2Adapter):
    """The service as allauth's client sees it."""

    def get_provider(self):
        provider = super().get_provider()
        provider.oauth2_adapter_class = Service
        return provider

    def get_callback_url(self, request, app) -> str:
        return settings.XINQIAO_PUBLIC_URL + reverse("workbench:provider_back")  # never from the request (checklist 2)

    def _decode_id_token(self, app, id_token: str) -> dict:
        """The token as data, its signature, issuer, audience and time checked, however it came."""
        return jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=settings.XINQIAO_OIDC_ISSUER,
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )


class Adapter(DefaultSocialAccountAdapter):
    """Which service there is, and what happens when somebody comes back from it."""

    def list_apps(self, request, provider=None, client_id=None) -> list[SocialApp]:
        if not name() or provider not in (None, PROVIDER_ID, "openid_connect"):
            return []
        app = SocialApp(
            provider="openid_connect", provider_id=PROVIDER_ID, name=name(),
            client_id=settings.XINQIAO_OIDC_CLIENT_ID, secret=settings.XINQIAO_OIDC_CLIENT_SECRET,
            settings={"server_url": settings.XINQIAO_OIDC_ISSUER, "oauth_pkce_enabled": True, "fetch_userinfo": False},
        )  # fmt: skip
        return [app]

    def is_open_for_signup(self, request, sociallogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the user by the claim; whatever happens, allauth's own log-in and sign-up are not reached."""
        claims = sociallogin.account.extra_data.get("id_token") or {}
        raise ImmediateHttpResponse(_admit(request, claims))

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None) -> None:
        raise ImmediateHttpResponse(_refuse(request, "not_confirmed", None))


def _admit(request: HttpRequest, claims: dict) -> HttpResponse:
    username = claims.get(settings.XINQIAO_OIDC_USERNAME_CLAIM)
    readable = isinstance(username, str) and 0 < len(username) <= LONGEST_NAME and "\x00" not in username
    user = User.objects.filter(username=username).first() if readable else None
    if user is None or not user.is_active or not door.active_posts(user):
        return _refuse(request, "no_user", user)
    wanted = door.safe_path(request, request.session.pop(NEXT, ""))
    factor = "provider" if _asked_second_factor(claims) else ""
    return arrival.after_first_step(request, user, means="provider", factor=factor, at=timezone.now(), wanted=wanted)


def _asked_second_factor(claims: dict) -> bool:
    """Whether the service says, in words the operator trusts, that it asked a second factor."""
    methods = claims.get("amr") if isinstance(claims.get("amr"), list) else []
    said = {word for word in [*methods, claims.get("acr")] if isinstance(word, str)}
    return bool(said & {word.strip() for word in settings.XINQIAO_OIDC_SECOND_FACTOR})


def _refuse(request: HttpRequest, why: str, user: User | None) -> HttpResponse:
    audit.note(
        AuditKind.SIGN_IN_FAILED,
        user_id=user.pk if user else None,
        request=request,
        detail={"stage": "provider", "why": why},
    )
    words = {
        "no_user": _("统一身份认证已通过，但这里没有您的账号，或者账号已停用。请联系本单位系统管理员。"),
        "unreachable": _("现在连不上统一身份认证。请稍后再试，或用密码登录。"),
    }
    messages.error(request, words.get(why, _("统一身份认证没有完成。请再试一次，或用密码登录。")))
    return redirect("workbench:login")
