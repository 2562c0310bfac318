"""What happens to every request: safe headers, the true client address, and one last-resort answer."""

import contextlib
import ipaddress
import logging

from django.conf import settings
from django.db import DataError
from django.http import HttpResponseNotAllowed

from xinqiao import errors
from xinqiao.matters.files import FileHeld

logger = logging.getLogger("xinqiao.web")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


class LastResort:
    """Turns any error that nobody caught into the plain page with an incident number; refuses outsized requests."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            return self._answer(request)
        except Exception as error:  # the errors below this point include those of our own error pages
            return errors.unrecorded(request) if errors.is_unrecorded(error) else errors.plain_server_error(request)

    def _answer(self, request):
        if not request.path_info.startswith("/api/"):  # a program is told what is wrong with its query (422)
            request.META["QUERY_STRING"] = _without_nul(request.META.get("QUERY_STRING", ""))
        if _length(request) > settings.XINQIAO_REQUEST_BYTES:
            response = errors.too_large(request)
        else:
            response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response = errors.not_allowed(request, response)
        if response.status_code >= 400:
            _let_finish(request)
        return response

    def process_exception(self, request, exception):
        """What a view could not write into the audit log it must not show, not even a part of it; nor a file not scanned.

        What cannot be stored at all is the sender's mistake and no failure of ours.
        """
        if errors.is_unrecorded(exception):
            return errors.unrecorded(request)
        if isinstance(exception, DataError) and _holds_nul(request):
            return errors.bad_request(request)
        return errors.file_held(request, exception) if isinstance(exception, FileHeld) else None


class SafeHeaders:
    """Sets the headers a view did not choose itself, on every answer without exception, those of last resort included.

    A page about a person is never kept by a browser or proxy.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.headers.setdefault(
                "Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
            )
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class ClientAddress:
    """Sets `request.client_address`: the address our outermost trusted proxy saw, else the one that connected.

    The left end of X-Forwarded-For is written by the visitor; only as many entries as we have proxies are believed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.client_address = client_address(request, settings.XINQIAO_TRUSTED_PROXIES)
        return self.get_response(request)


def client_address(request, proxies: int) -> str:
    """The address of the visitor as text; "" if there is none (a Unix socket)."""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    candidate = seen[-proxies] if 0 < proxies <= len(seen) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(candidate))
    except ValueError:
        return ""


def _without_nul(query: str) -> str:
    """The query of an address without %00: no column of text holds that character, and no page has to think of it."""
    while "%00" in query:  # taking one out can make another
        query = query.replace("%00", "")
    return query


def _holds_nul(request) -> bool:
    """Whether a form sent the character zero, which no column of text takes. Forms say so at its field; this is for what has none."""
    return any("\x00" in value for _name, values in request.POST.lists() for value in values)


def _let_finish(request) -> None:
    """Read what is still coming: a browser that is cut off while it sends shows a broken connection, not our words."""
    left = 2 * settings.XINQIAO_REQUEST_BYTES
    with contextlib.suppress(Exception):  # the sender may be gone
        while left > 0 and (part := request._stream.read(64 * 1024)):
            left -= len(part)


def _length(request) -> int:
    raw = request.META.get("CONTENT_LENGTH") or "0"
    return int(raw) if raw.isascii() and raw.isdigit() else 0
