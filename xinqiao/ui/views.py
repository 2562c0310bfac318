"""The switch for 大字版 (large print), and the gallery of components for developers."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from xinqiao.ui import gallery_samples
from xinqiao.ui.context import LARGE_PRINT_COOKIE

ONE_YEAR = 365 * 24 * 60 * 60  # seconds


@require_POST
def set_large_print(request: HttpRequest) -> HttpResponse:
    """Remember the wish in a cookie of this browser and go back. Nobody has to sign in for it, nothing is stored here."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    if request.POST.get("on") == "1":
        response.set_cookie(
            LARGE_PRINT_COOKIE, "1", max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie(LARGE_PRINT_COOKIE, samesite="Lax")
    return response


def gallery(request: HttpRequest, look: str) -> HttpResponse:
    """Every component in one look. Only where nobody's real petition is: while developing, or in the demonstration."""
    if not (settings.DEBUG or settings.XINQIAO_DEMO):
        raise Http404
    return render(request, f"ui/gallery/{look}.html", gallery_samples.samples(request.GET.get("errors") == "1"))


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for a picture of the site without being told."""
    answer = HttpResponsePermanentRedirect(static("ui/logo.svg"))
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer
