"""Every answer of every address carries the safe headers: pages, refusals, errors, static files, downloads (checklist 4, 5, 6, 38)."""

import os
import re
import secrets
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import get_resolver, path
from django.utils import timezone

from tests.world import World
from xinqiao import errors, middleware
from xinqiao.matters import files
from xinqiao.matters.models import Attachment

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SAMPLES = {"int": "1", "slug": "x", "uuid": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "path": "x"}
HTTPS = {
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31536000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "XINQIAO_INSECURE_HTTP": False,
}


def addresses(patterns=None, before="/") -> list[str]:
    """One address for every pattern of the resolver, with made-up values."""
    found = []
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = re.sub(r"<(?:(\w+):)?\w+>", lambda part: SAMPLES.get(part[1] or "", "x"), str(one.pattern))
        route = re.sub(r"[\^$\\]|\(\?P<\w+>[^)]*\)|\(\?:[^)]*\)\?", "", route)
        if hasattr(one, "url_patterns"):
            found += addresses(one.url_patterns, before + route)
        else:
            found.append(before + route)
    return found


def troubles(answer, address: str) -> list[str]:
    """What is missing on one answer."""
    wrong = [f"{name}: {answer.get(name)!r}" for name, value in EVERYWHERE.items() if answer.get(name) != value]
    policy = answer.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy or "http" in policy:
        wrong.append(f"Content-Security-Policy: {policy!r}")
    kept_public = address.startswith(settings.STATIC_URL) or address == "/favicon.ico"
    if not kept_public and "no-store" not in answer.get("Cache-Control", ""):
        wrong.append(f"Cache-Control: {answer.get('Cache-Control')!r}")
    if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        body = answer.content.decode()
        if re.search(r"<script(?![^>]*\ssrc=)[^>]*>\s*\S|<style|\sstyle=|\son[a-z]+=[\"']", body):
            wrong.append("inline script or style")
    return [f"{address} ({answer.status_code}): {one}" for one in wrong]


@pytest.fixture
def world(db):
    return World()


class TestEveryAddress:
    @pytest.mark.parametrize(("who", "method"), [("anonymous", "get"), ("leader", "get"), ("officer", "post")])
    def test_whoever_asks(self, world, who, method):
        client = Client(raise_request_exception=False)
        if who != "anonymous":
            client.force_login((world.li_triages if who == "officer" else world.zhou_leads_unit).user)
        asked = addresses()
        assert len(asked) > 60
        answers = {address: getattr(client, method)(address) for address in asked}
        assert [one for address, answer in answers.items() for one in troubles(answer, address)] == []
        broken = [address for address, answer in answers.items() if answer.status_code >= 500 and address != "/readyz"]
        assert broken == [], "nonsense in an address is never our failure"


class TestEveryKindOfAnswer:
    def test_refusals_and_errors(self, world, client):
        def fail(request):
            raise ValueError

        class Urls:
            urlpatterns = (path("broken", fail, name="healthz"),)
            handler500 = staticmethod(errors.server_error)

        quiet = Client(raise_request_exception=False)
        answers = {
            "/no-such-page": client.get("/no-such-page"),
            "/desk/no-such-page": client.get("/desk/no-such-page"),
            "/track/leave/": client.get("/track/leave/"),
            "/ outsized": client.generic("POST", "/track/", b"", CONTENT_LENGTH=str(10**12)),
            "/ bad host": client.get("/", HTTP_HOST="evil.example"),
            "/ forged form": Client(enforce_csrf_checks=True).post("/track/", {"number": "1"}),
            "/ too much text": client.post("/track/", {"number": "x" * (3 * 1024 * 1024)}),
            "/ too many fields": client.post("/track/", {f"f{n}": "x" for n in range(600)}),
            "/api/v1/nothing": client.get("/api/v1/nothing"),
        }
        with override_settings(ROOT_URLCONF=Urls):
            answers["/broken"] = quiet.get("/broken")
        assert [answers[name].status_code for name in ("/no-such-page", "/track/leave/", "/ outsized", "/broken")] == [
            404,
            405,
            413,
            500,
        ]
        assert (answers["/ bad host"].status_code, answers["/ forged form"].status_code) == (400, 403)
        assert [answers[name].status_code for name in ("/ too much text", "/ too many fields")] == [413, 413]
        assert "作为附件上传" in answers["/ too much text"].content.decode()
        assert [one for name, answer in answers.items() for one in troubles(answer, name)] == []

    def test_too_many_tries(self, world, client, monkeypatch):
        now = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: now)  # all within one minute
        for _ in range(21):
            answer = client.post("/track/", {"number": "990100202603020001V", "code": "0" * 16})
        assert answer.status_code == 429
        assert troubles(answer, "/track/") == []

    def test_the_last_resort(self, rf):
        def fail(request):
            raise RuntimeError

        answer = middleware.SafeHeaders(middleware.LastResort(fail))(rf.get("/"))
        assert answer.status_code == 500 and troubles(answer, "/") == []

    @pytest.mark.parametrize("name", ["ui/tokens.css", "ui/logo.svg"])
    def test_static_files(self, client, name):
        answer = client.get(settings.STATIC_URL + name)
        assert answer.status_code == 200
        assert troubles(answer, settings.STATIC_URL + name) == []

    def test_a_download_is_boxed_in(self, world, tmp_path, rf, monkeypatch):
        monkeypatch.setattr(settings, "XINQIAO_FILES", tmp_path)
        stored = files.store(b"letter", name="a.txt")
        answer = middleware.SafeHeaders(lambda _: files.response(Attachment(**_fields(stored))))(rf.get("/"))
        assert answer["Content-Security-Policy"].startswith("sandbox") and troubles(answer, "/x") == []

    def test_the_icon_browsers_ask_for(self, client):
        answer = client.get("/favicon.ico")
        assert answer.status_code == 301 and client.get(answer.url).status_code == 200


@pytest.mark.django_db
class TestOverHttps:
    """What only holds with certificates."""

    def test_cookies_belong_to_this_host_alone(self, client):
        with override_settings(**HTTPS):
            answer = Client().get("/track/", secure=True)
        assert answer.cookies
        for name, cookie in answer.cookies.items():
            assert name.startswith("__Host-"), name
            assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"
            assert cookie["path"] == "/" and not cookie["domain"]
        assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"

    def test_plain_http_is_led_to_https(self, client):
        with override_settings(**HTTPS):
            answer = client.get("/track/")
        assert (answer.status_code, answer.url) == (301, "https://testserver/track/")

    def test_what_django_checks_before_going_live(self, tmp_path):
        """In a process of its own, with the environment of a real office."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "DJANGO_"))}
        office = {
            "XINQIAO_VAR": str(tmp_path),
            "XINQIAO_SECRET_KEY": secrets.token_urlsafe(64),
            "XINQIAO_PUBLIC_URL": "https://xinfang.example.gov.cn",
            "XINQIAO_ALLOWED_HOSTS": "xinfang.example.gov.cn",
            "XINQIAO_TRUSTED_PROXIES": "1",
            "DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/none",
        }
        command = [sys.executable, "-m", "xinqiao", "check", "--deploy", "--fail-level", "WARNING"]
        ran = subprocess.run(
            command, env=kept | office, cwd=settings.BASE_DIR.parent, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.django_db
class TestLeadingAway:
    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "http:evil.example",
            "javascript:alert(1)",
            "\t//evil.example",
            "%2f%2fevil.example",
        ],
    )
    def test_no_form_leads_to_another_site(self, client, target):
        for address, field in (("/ui/large-print/", "next"), ("/desk/login/", "next")):
            answer = client.post(f"{address}?{field}={target}", {field: target, "on": "1"})
            assert "evil" not in answer.get("Location", "").replace("%2f%2fevil.example", ""), address

    @pytest.mark.parametrize(
        "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example:80", ""]
    )
    def test_a_foreign_host_name_is_not_answered(self, client, host):
        if host:
            assert client.get("/", HTTP_HOST=host).status_code == 400
        assert "evil.example" not in client.get("/", HTTP_X_FORWARDED_HOST="evil.example").content.decode()


def _fields(stored) -> dict:
    names = {field.attname for field in Attachment._meta.concrete_fields}
    return {name: value for name, value in stored.__dict__.items() if name in names}
