"""The web server as it is started for an office: settings, fifty at once, a slow one when it is told to stop."""

import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from django.http import HttpResponse, UnreadablePostError
from django.test import Client, override_settings
from django.urls import path

from xinqiao import database, errors, measuring, metrics
from xinqiao.cli import processes
from xinqiao.cli.metrics import Everything
from xinqiao.cli.web_server import WebServer

HOME = Path(__file__).resolve().parents[2]


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


class TestSettings:
    def test_two_processes_of_four_threads(self, monkeypatch):
        for name in ("XINQIAO_WORKERS", "XINQIAO_THREADS", "XINQIAO_CONNECTIONS"):
            monkeypatch.delenv(name, raising=False)
        command = WebServer.from_environment().command(host="127.0.0.1", port=8765)
        assert (option(command, "--workers"), option(command, "--blocking-threads")) == ("2", "4")
        assert option(command, "--interface") == "wsgi"
        assert option(command, "--backpressure") == "256", "what comes beyond waits in the system's queue"
        assert option(command, "--workers-lifetime") == "86400", "a process that grows is replaced"
        assert option(command, "--workers-kill-timeout") == "30", "a request that hangs does not keep the stop waiting"

    def test_the_operator_decides(self, monkeypatch):
        monkeypatch.setenv("XINQIAO_WORKERS", "8")
        monkeypatch.setenv("XINQIAO_WORKER_LIFETIME", "0")
        server = WebServer.from_environment(threads=6)
        assert (server.workers, server.threads) == (8, 6)
        assert "--workers-lifetime" not in server.command(host="::1", port=1)

    @pytest.mark.parametrize(
        ("name", "raw"),
        [("XINQIAO_WORKERS", "0"), ("XINQIAO_THREADS", "four"), ("XINQIAO_WORKER_LIFETIME", "5"), ("XINQIAO_STOP_SECONDS", "-1")],
    )  # fmt: skip
    def test_nonsense_is_refused_in_words(self, monkeypatch, name, raw):
        monkeypatch.setenv(name, raw)
        with pytest.raises(database.DatabaseTrouble, match=name):
            WebServer.from_environment()


class TestExposure:
    @pytest.mark.parametrize(
        ("host", "proxies", "exposed", "why"),
        [
            ("", "", False, "this machine only"),
            ("0.0.0.0", "", True, "everybody reaches it"),
            ("10.0.0.7", "1", False, "a proxy on another machine"),
        ],
    )
    def test_is_noticed(self, monkeypatch, host, proxies, exposed, why):
        monkeypatch.setenv("XINQIAO_HOST", host)
        monkeypatch.setenv("XINQIAO_TRUSTED_PROXIES", proxies)
        assert processes.is_exposed() is exposed, why


APPLICATION = """
import os, threading, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.settings")
from django.core.wsgi import get_wsgi_application
site = get_wsgi_application()

def application(environ, start):
    if environ["PATH_INFO"] == "/slow":
        folder = os.environ["XINQIAO_VAR"]
        open(os.path.join(folder, f"begun-{os.getpid()}-{threading.get_ident()}"), "w").close()
        while not os.path.exists(os.path.join(folder, "go on")):
            time.sleep(0.02)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"answered"]
    return site(environ, start)
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """`begin()` starts the server's own command line with one slow address beside ours; what it left is ended."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "slow_site.py").write_text(APPLICATION)
    started = []

    def begin(**changes) -> tuple[subprocess.Popen, int]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = WebServer(threads=2).command(host="127.0.0.1", port=port)
        process = subprocess.Popen(
            [*command[:-1], "slow_site:application"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": f"{HOME}{os.pathsep}{folder}", "XINQIAO_VAR": str(folder)} | changes,
            start_new_session=True,
        )
        started.append(process)
        for _ in range(1200):
            try:
                if ask(port, "/healthz")[0] == 200:
                    return process, port
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    begin.folder = folder
    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask(port: int, address: str, sent=lambda: None) -> tuple[int, bytes]:
    """The answer; `sent` is called once the question has gone out."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", address, headers={"Connection": "close"})
        sent()
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class TestServer:
    """One server for its whole life, as starting one takes the longest."""

    def test_from_the_first_request_to_the_last(self, served, monkeypatch):
        monkeypatch.setenv("XINQIAO_VAR", str(served.folder))
        process, port = served(XINQIAO_METRICS_PORT="1")
        with ThreadPoolExecutor(50) as people:
            answers = list(people.map(lambda _: ask(port, "/healthz")[0], range(50)))
        assert answers == [200] * 50, "more at once than there are threads: they wait, nobody is refused"

        assert ask(port, "/no-such-page?name=13800138000")[0] == 404

        answers, knocked = [], threading.Semaphore(0)
        slow = partial(ask, port, "/slow", knocked.release)
        asking = [threading.Thread(target=lambda: answers.append(slow())) for _ in range(3)]
        for one in asking:
            one.start()
        for _ in asking:
            assert knocked.acquire(timeout=60)
        for _ in range(1200):  # until two threads are at it; the third has knocked
            if len(list(served.folder.glob("begun-*"))) >= 2:
                break
            time.sleep(0.05)
        time.sleep(0.5)  # the server has taken what lay at its door
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        (served.folder / "go on").touch()
        for one in asking:
            one.join()
        assert answers == [(200, b"answered")] * 3, "what runs when it is told to stop is answered"
        assert process.wait(60) == 0, "being told to stop is the normal end"
        with pytest.raises(OSError):
            ask(port, "/healthz")
        self.what_both_processes_counted()

    def what_both_processes_counted(self):
        """Asked when they have ended: their files are folded into one, and nothing is lost."""
        everything = Everything()
        assert sorted(path.name for path in metrics.folder().iterdir()) == ["counter_0.db", "histogram_0.db"]
        found = [sample for family in everything._counted.collect() for sample in family.samples]
        asked = [one for one in found if one.name == "xinqiao_requests_total"]
        counted = {(one.labels["route"], one.labels["status"]): one.value for one in asked}
        assert counted.pop(("healthz", "200")) >= 51
        assert counted == {("(none)", "404"): 1}, "an address nobody has is not written down"
        assert {name for one in found for name in one.labels} == {"route", "method", "status", "le"}
        everything.fold()
        again = [sample for family in everything._counted.collect() for sample in family.samples]
        assert sorted(map(str, again)) == sorted(map(str, found))


def ask_forever(request):
    from django.db import connection

    watch = connection.execute_wrappers[-1]
    watch._began -= 3600  # an hour has gone
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("done")


def broken_line(request):
    raise UnreadablePostError("the line broke")


class Urls:
    urlpatterns = (path("forever", ask_forever, name="healthz"), path("line", broken_line, name="readyz"))
    handler500 = staticmethod(errors.server_error)


@pytest.mark.django_db
class TestBounds:
    @override_settings(ROOT_URLCONF=Urls)
    def test_a_request_that_asks_the_database_without_end_is_ended(self, caplog):
        answer = Client(raise_request_exception=False).get("/forever?name=王小明")
        assert answer.status_code == 504
        assert "用时太长" in answer.content.decode()
        assert "王小明" not in caplog.text

    @override_settings(ROOT_URLCONF=Urls)
    def test_a_line_that_broke_is_no_failure_of_ours(self, caplog):
        answer = Client(raise_request_exception=False).post("/line", {"a": "1"})
        assert answer.status_code == 408
        assert not [record for record in caplog.records if hasattr(record, "incident")]

    def test_waiting_for_the_visitor_is_not_counted(self, rf):
        watch = measuring.Watch(rf.post("/"), 1000)
        watch._began -= 5000
        watch._body.waited = 4990
        assert watch(lambda *given: "rows", "SELECT 1", (), False, {}) == "rows"
        watch._body.waited = 0
        with pytest.raises(measuring.RequestTooLong):
            watch(lambda *given: "rows", "SELECT 1", (), False, {})

    def test_the_time_of_reading_is_waiting(self, rf):
        request = rf.post("/", {"a": "x" * 50})
        watch = measuring.Watch(request, 1)
        assert request.POST["a"] == "x" * 50
        assert watch._body.waited > 0

    def test_a_statement_has_an_end(self, db):
        from django.conf import settings

        assert "statement_timeout=15000" in settings.DATABASES["default"]["OPTIONS"]["options"]
        assert settings.DATABASES["default"]["CONN_MAX_AGE"] == 600
        assert settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] is True


