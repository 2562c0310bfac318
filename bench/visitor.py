"""Somebody at a browser, without the network: requests go through the real WSGI application with all its middleware."""

import http.cookies
import io
import re
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from xinqiao.wsgi import application

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM_SECRET = "measuringmeasuringmeasuringmeasu"  # as long as Django's own


class Unexpected(Exception):
    """A page that should be measured answered something else."""


class Visitor:
    """Keeps cookies between requests."""

    def __init__(self, source: str = "127.0.0.1"):
        self.source = source
        self.cookies: dict[str, str] = {}
        self.location = ""

    def sign_in(self, user) -> None:
        """Give this visitor a session of `user`, as the log-in page does."""
        request = HttpRequest()
        request.session = SessionStore()
        request.META["REMOTE_ADDR"] = "127.0.0.1"
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        request.session.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key

    def get(self, path: str, *, expect: int = 200, **headers: str) -> bytes:
        return self._ask("GET", path, b"", "", expect, headers)

    def post(self, path: str, data: dict, *, expect: int = 302, **headers: str) -> bytes:
        body = urlencode(data, doseq=True).encode()
        return self._ask("POST", path, body, "application/x-www-form-urlencoded", expect, headers)

    def post_json(self, path: str, body: bytes, *, expect: int = 201, **headers: str) -> bytes:
        return self._ask("POST", path, body, "application/json", expect, headers)

    def trust_forms(self) -> None:
        """As after opening a form: the browser has the cookie that the token of a form must belong to."""
        self.cookies[settings.CSRF_COOKIE_NAME] = FORM_SECRET

    def post_form(self, path: str, data: dict, *, expect: int = 302) -> bytes:
        """Send a form that was opened before (`trust_forms`)."""
        return self.post(path, {**data, "csrfmiddlewaretoken": FORM_SECRET}, expect=expect)

    def submit(self, path: str, data: dict, *, expect: int = 302) -> bytes:
        """Open the form and send it, with the token that stands in it."""
        token = TOKEN.search(self.get(path))
        return self.post(path, {**data, "csrfmiddlewaretoken": token.group(1).decode()}, expect=expect)

    def _ask(self, method: str, path: str, body: bytes, kind: str, expect: int, headers: dict[str, str]) -> bytes:
        where = urlsplit(path)
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": where.path,
            "QUERY_STRING": where.query,
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.source,
            "HTTP_HOST": "127.0.0.1",
            "HTTP_ACCEPT_LANGUAGE": "zh-CN",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return self._answer(environ, expect)

    def _answer(self, environ: dict, expect: int) -> bytes:
        told: list = []
        answer = application(environ, lambda status, headers: told.extend((status, headers)))
        content = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        status, headers = told
        for name, value in headers:
            if name.lower() == "set-cookie":
                self.cookies |= {key: crumb.value for key, crumb in http.cookies.SimpleCookie(value).items()}
            elif name.lower() == "location":
                self.location = value
        if not status.startswith(str(expect)):
            asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            raise Unexpected(
                f"{asked}: {status}, not {expect} {self.location}\n{content[:2000].decode(errors='replace')}"
            )
        return content
