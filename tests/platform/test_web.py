"""What every answer carries, what failures look like, and what the log says about them."""

import json
import logging
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from xinqiao import errors, health, middleware
from xinqiao.api import problems
from xinqiao.database import durability
from xinqiao.integrity import audit
from xinqiao.jobs import condition
from xinqiao.jobs.models import Duty, Worker
from xinqiao.logs import JsonLine
from xinqiao.search.models import EntryDue


def broken(request):
    raise ValueError("王小明 13800138000")


class TestUrls:
    urlpatterns = (path("broken", broken, name="healthz"),)  # a name with a row: the gate lets nothing else pass
    handler500 = staticmethod(errors.server_error)


@pytest.mark.django_db
class TestHealth:
    def test_alive_and_ready(self, client):
        durability.forget()
        assert client.get("/healthz").json() == {"status": "alive"}
        answer = client.get("/readyz")
        assert answer.status_code == 200, answer.content
        assert answer.json()["checks"] == {"database": True, "clock": True, "writable": True, "durable": True}

    def test_not_ready_when_confirmed_petitions_could_be_lost(self, client, monkeypatch):
        monkeypatch.setattr(health.database, "durability_problem", lambda: "fsync=off")
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["durable"] is False

    def test_not_ready_when_the_database_only_reads(self, client):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["writable"]) == (503, False)

    def test_not_ready_when_the_clocks_differ(self, client, monkeypatch):
        ahead = health.timezone.now() + timedelta(seconds=health.CLOCK_SECONDS + 60)
        monkeypatch.setattr(health.timezone, "now", lambda: ahead)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["clock"]) == (503, False)

    def test_not_ready_without_a_database(self, client, monkeypatch):
        class Gone:
            def cursor(self):
                raise DatabaseError

        monkeypatch.setattr(health, "connection", Gone())
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["database"]) == (503, False)


    def test_one_look_serves_all_who_ask(self, client, settings, monkeypatch):
        settings.XINQIAO_HEALTH_SECONDS = 60
        looks = []
        monkeypatch.setattr(health, "_last", None)
        monkeypatch.setattr(health, "_look", lambda: looks.append(1) or ({"status": "ready"}, True))
        for _ in range(5):
            assert client.get("/readyz").json() == {"status": "ready"}
        assert len(looks) == 1

    def test_what_must_be_mended_soon_is_told_and_stops_no_petition(self, client, monkeypatch, caplog):
        now = health.timezone.now()
        Duty.objects.create(name="deadlines", next_at=now - timedelta(hours=1))
        Duty.objects.create(name="forget", next_at=now, error="ValueError")
        EntryDue.objects.create(matter_id=7, received_at=now)
        monkeypatch.setattr(condition, "pending_migrations", lambda: 2)
        monkeypatch.setattr(condition, "disks", lambda: [condition.DiskLine("data", 1, 100, True)])
        monkeypatch.setattr(health, "_logged", {})
        with caplog.at_level(logging.WARNING, logger="xinqiao.health"):
            for _ in range(2):
                answer = client.get("/readyz")
        assert answer.status_code == 200
        told = answer.json()["warnings"]
        assert set(told) >= {"worker", "duties", "duties_failed", "search", "migrations", "disk"}
        assert "deadlines" in told["duties"] and "forget" in told["duties_failed"] and "data" in told["disk"]
        lines = [record for record in caplog.records if record.getMessage() == "condition"]
        assert len(lines) == len(told), "once when it begins"
        Worker.objects.create(name="a", started_at=now, seen_at=now)
        assert "worker" not in client.get("/readyz").json()["warnings"]


class TestHeaders:
    def test_strict_policy_and_no_copy_in_any_cache(self, client):
        answer = client.get("/healthz")
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert "geolocation=()" in answer["Permissions-Policy"]

    def test_a_stricter_policy_of_a_view_is_kept(self):
        wrapped = middleware.SafeHeaders(lambda _: HttpResponse(headers={"Content-Security-Policy": "sandbox"}))
        assert wrapped(RequestFactory().get("/"))["Content-Security-Policy"] == "sandbox"

    @pytest.mark.parametrize(
        ("forwarded", "proxies", "seen", "why"),
        [
            ("", 0, "10.0.0.9", "nobody in between"),
            ("1.2.3.4", 0, "10.0.0.9", "a visitor's invention"),
            ("1.2.3.4, 203.0.113.7", 1, "203.0.113.7", "only what our own proxy wrote"),
            ("203.0.113.7", 2, "10.0.0.9", "fewer entries than proxies: believed by nobody"),
            ("203.0.113.7, nonsense", 1, "", "not an address"),
        ],
    )
    def test_client_address(self, forwarded, proxies, seen, why):
        request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": forwarded})
        assert middleware.client_address(request, proxies) == seen, why

    def test_an_outsized_request_is_refused_before_it_is_read(self, client):
        answer = client.generic("POST", "/healthz", b"", CONTENT_LENGTH=str(10**12))
        assert answer.status_code == 413
        assert "材料太大" in answer.content.decode()


class TestErrors:
    def test_a_foreign_host_name_is_one_quiet_line(self, caplog):
        with caplog.at_level(logging.INFO):
            assert Client().get("/", HTTP_HOST="evil.example").status_code == 400
        lines = [JsonLine().format(record) for record in caplog.records]
        assert len(lines) == 1, lines
        told = json.loads(lines[0])
        assert (told["level"], told["message"]) == ("WARNING", "DisallowedHost")
        assert "where" not in told and "evil" not in lines[0]

    @pytest.mark.django_db
    def test_missing_page_is_chinese_and_says_what_to_do(self, client):
        answer = client.get("/no-such-page")
        assert answer.status_code == 404
        assert "没有找到" in answer.content.decode()

    def test_an_address_for_buttons_only_says_so(self, client):
        answer = client.get("/track/leave/")
        assert answer.status_code == 405 and answer["Allow"] == "POST"
        assert "这个网址不能直接打开" in answer.content.decode()

    def test_search_engines_stay_out_of_petitions(self, client):
        said = client.get("/robots.txt").content.decode()
        assert {"Disallow: /matters/", "Disallow: /desk/", "Disallow: /receipt/"} <= set(said.splitlines())

    @override_settings(ROOT_URLCONF=TestUrls)
    def test_a_failure_shows_an_incident_number_and_nothing_else(self, caplog):
        answer = Client(raise_request_exception=False).get("/broken?name=王小明")
        text = answer.content.decode()
        incident = next(record.incident for record in caplog.records if hasattr(record, "incident"))
        assert answer.status_code == 500
        assert incident in text
        assert "王小明" not in text
        lines = "\n".join(JsonLine().format(record) for record in caplog.records)
        assert incident in lines
        for canary in ("王小明", "13800138000"):
            assert canary not in lines, "ids only in the log"

    def test_broken_error_pages_end_in_the_plain_page(self, monkeypatch):
        def fail(request):
            raise RuntimeError

        answer = middleware.LastResort(fail)(RequestFactory().get("/"))
        assert answer.status_code == 500
        assert "故障编号" in answer.content.decode()


def half_shown(request):
    raise audit.AuditUnavailable("DatabaseError")


class UnrecordedUrls:
    urlpatterns = (path("half-shown", half_shown, name="healthz"), path("quiet", lambda request: HttpResponse("13800138000"), name="readyz"))
    handler500 = staticmethod(errors.server_error)


def gate_without_record(get_response):
    """Stands for a gate above the views that notes a refusal."""

    def gate(request):
        get_response(request)
        raise audit.AuditUnavailable("DatabaseError")

    return gate


class TestNoRecordNoData:
    """C-11, secure-checklist 17: what cannot be noted is not shown."""

    @override_settings(ROOT_URLCONF=UnrecordedUrls)
    def test_a_page_says_so_in_plain_words(self, client):
        answer = client.get("/half-shown?name=王小明")
        assert answer.status_code == 503 and answer["Retry-After"] == "60"
        assert "没有能记下这次查看，所以不能显示" in answer.content.decode()
        assert "请稍后再试" in answer.content.decode() and "王小明" not in answer.content.decode()

    @override_settings(
        ROOT_URLCONF=UnrecordedUrls, MIDDLEWARE=[*settings.MIDDLEWARE, f"{__name__}.gate_without_record"]
    )
    def test_nothing_of_a_finished_answer_leaves(self):
        answer = Client(raise_request_exception=False).get("/quiet")
        assert answer.status_code == 503
        assert "13800138000" not in answer.content.decode()

    def test_above_all_middleware_too(self, rf):
        def fail(request):
            raise audit.AuditUnavailable("DatabaseError")

        assert middleware.LastResort(fail)(rf.get("/")).status_code == 503

    def test_a_program_gets_a_problem(self):
        told = problems.TRANSLATIONS[audit.AuditUnavailable](audit.AuditUnavailable("DatabaseError"))
        answer = problems.answer(told)
        assert (answer.status_code, json.loads(answer.content)["code"]) == (503, "unrecorded")
        assert answer["Retry-After"] == "60"


class TestLog:
    def test_one_line_whatever_the_message_holds(self):
        record = logging.makeLogRecord({"name": "xinqiao.web", "msg": "a\nb %s", "args": ("c",), "delivery_id": 7})
        line = JsonLine().format(record)
        assert "\n" not in line
        assert json.loads(line)["message"] == "a\nb c"
        assert json.loads(line)["delivery_id"] == 7

    def test_arguments_of_other_libraries_are_not_written(self):
        record = logging.makeLogRecord({"name": "django.db", "msg": "(%s) %s", "args": (1, "SELECT '王小明'")})
        assert "王小明" not in JsonLine().format(record)


class TestSettings:
    def test_check_deploy_is_content(self, monkeypatch):
        monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)  # set by the browser tests only
        with override_settings(
            SESSION_COOKIE_SECURE=True,
            CSRF_COOKIE_SECURE=True,
            SECURE_SSL_REDIRECT=True,
            SECURE_HSTS_SECONDS=31536000,
            SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
            DEBUG=False,
        ):
            call_command("check", deploy=True, fail_level="WARNING")
