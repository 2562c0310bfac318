"""Figures for monitoring: their own port, names from closed lists, nothing when they are off."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest

from tests.world import World
from xinqiao import metrics
from xinqiao.cli import metrics as command
from xinqiao.jobs import duties, worker
from xinqiao.jobs.models import Duty, Worker

HOME = Path(__file__).resolve().parents[2]


@pytest.fixture
def counted(monkeypatch):
    """What this process counts in this test, as Prometheus reads it."""
    registry = CollectorRegistry()
    instruments = metrics.Instruments(registry)
    monkeypatch.setattr(metrics, "_instruments", lambda: instruments)
    return lambda: generate_latest(registry).decode()


def gauges() -> dict[str, float]:
    return {
        sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
        for family in command.gauges()
        for sample in family.samples
    }


class TestOff:
    def test_costs_nothing_and_needs_no_library(self):
        code = "import xinqiao.metrics as m, sys; m.job('duty', 'x', 'done'); sys.exit('prometheus_client' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], cwd=HOME, check=False).returncode == 0


@pytest.mark.django_db
class TestRequests:
    def test_are_counted_by_the_pattern_of_their_address(self, counted):
        world = World()
        matter = world.triaged()
        client = Client()
        client.force_login(world.li_triages.user)
        assert client.get(f"/desk/cases/{matter.number}/?q={matter.title}").status_code == 200
        told = counted()
        assert 'xinqiao_requests_total{method="GET",route="desk/cases/<number:number>/",status="200"} 1.0' in told
        for secret in (matter.number, matter.title, world.li_triages.user.name, matter.place.name):
            assert secret not in told
        assert 'xinqiao_request_sql_statements_sum{method="GET",route="desk/cases/<number:number>/"} 0.0' not in told
        assert 'xinqiao_request_cpu_seconds_count{method="GET",route="desk/cases/<number:number>/"} 1.0' in told

    def test_a_method_of_the_visitors_own_makes_no_new_line(self, counted):
        Client().generic("WANGXIAOMING", "/healthz")
        assert "WANGXIAOMING" not in counted() and 'method="other"' in counted()


    def test_a_page_does_not_fail_because_it_could_not_be_counted(self, monkeypatch):
        def full():
            raise OSError("no space left")

        monkeypatch.setattr(metrics, "_instruments", full)
        assert Client().get("/healthz").status_code == 200


@pytest.mark.django_db
class TestWork:
    def test_outcomes_of_duties_and_reactions(self, counted):
        World().file()
        worker.drain(timezone.now() + timedelta(seconds=5), name="test")
        duties._do(duties.Task("deadlines", timedelta(minutes=1), lambda at: 1 / 0), timezone.now())
        told = counted()
        assert 'xinqiao_jobs_total{kind="duty",name="deadlines",outcome="failed"} 1.0' in told
        assert 'xinqiao_jobs_total{kind="reaction",name="expand",outcome="done"}' in told


@pytest.mark.django_db
class TestGauges:
    def test_say_how_the_installation_is(self):
        now = timezone.now()
        World().file()
        Worker.objects.create(name="a", started_at=now, seen_at=now)
        Duty.objects.create(name="deadlines", next_at=now - timedelta(hours=1), done_at=now - timedelta(hours=2), error="X")
        found = gauges()
        assert (found["xinqiao_database_up"], found["xinqiao_workers"]) == (1, 1)
        assert (found["xinqiao_duty_late/deadlines"], found["xinqiao_duty_failed/deadlines"]) == (1, 1)
        assert found["xinqiao_queue_waiting/deliveries"] > 0
        assert found["xinqiao_counts_differing"] == 0 and found["xinqiao_migrations_pending"] == 0
        assert found["xinqiao_disk_free_bytes/data"] > 0
        assert 7000 < found["xinqiao_duty_done_seconds/deadlines"] < 8000

    def test_without_a_database_they_say_just_that(self, monkeypatch):
        from django.db import OperationalError

        def gone(at):
            raise OperationalError

        monkeypatch.setattr(command, "_standing", gone)
        assert gauges() == {"xinqiao_database_up": 0}


class TestCommand:
    def test_without_a_port_it_says_what_to_set(self, monkeypatch, capsys):
        monkeypatch.delenv(metrics.PORT, raising=False)
        assert command.run(None) == 2
        assert metrics.PORT in capsys.readouterr().err

    def test_on_a_port_of_its_own_on_this_machine_only(self, tmp_path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {
            "XINQIAO_VAR": str(tmp_path), "XINQIAO_METRICS_PORT": str(port), "PYTHONPATH": str(HOME),
            "DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/none",
        }  # fmt: skip
        process = subprocess.Popen([sys.executable, "-m", "xinqiao", "metrics"], env=environment)
        try:
            told = ""
            straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy this machine has
            for _ in range(600):
                try:
                    told = straight.open(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
                    break
                except OSError:
                    time.sleep(0.1)
            assert "xinqiao_database_up 0.0" in told, "it answers without a database too"
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
