"""The queue: nothing owed is lost, nothing is done twice, whatever is killed (secure-checklist 25, 26)."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from tests.jobs.killed import wait_until_the_server_knows
from tests.world import World
from xinqiao.jobs import duties, queue, worker
from xinqiao.jobs.models import Duty, Worker
from xinqiao.matters.models import Delivery, Event, IdempotencyKey
from xinqiao.notifications import outgoing
from xinqiao.notifications.models import Message
from xinqiao.people.models import LoginCode
from xinqiao.portal.models import Draft


def owe(count=1, reaction="expand", at=None) -> list[Delivery]:
    """Rows of the queue that belong to no event: the queue itself does not care."""
    rows = [
        Delivery(event_id=n, matter_id=1, reaction=reaction, next_try_at=at or timezone.now()) for n in range(count)
    ]
    return Delivery.objects.bulk_create(rows)


def fine(_row):
    return "done", "ok"


@pytest.mark.django_db
class TestClaim:
    def test_a_claim_is_a_lease(self, settings):
        settings.XINQIAO_LEASE_SECONDS = 120
        (row,) = owe()
        now = timezone.now()
        assert queue.claim("a", at=now) == [row.pk]
        assert queue.claim("b", at=now + timedelta(seconds=119)) == []
        assert queue.claim("b", at=now + timedelta(seconds=121)) == [row.pk]

    def test_who_lost_the_lease_does_nothing(self):
        (row,) = owe()
        now = timezone.now()
        queue.claim("a", at=now)
        queue.claim("b", at=now + timedelta(hours=1))
        assert not queue.work_off(row.pk, "a", fine, at=now)
        assert queue.work_off(row.pk, "b", fine, at=now)

    def test_the_oldest_comes_first_in_small_batches(self):
        now = timezone.now()
        late = owe(3, "x", now)
        early = owe(queue.BATCH, "y", now - timedelta(hours=1))
        assert set(queue.claim("a", at=now)) == {row.pk for row in early}
        assert set(queue.claim("a", at=now)) == {row.pk for row in late}


@pytest.mark.django_db
class TestWorkOff:
    def test_a_failure_waits_longer_each_time_and_is_parked_with_an_alarm(self, caplog):
        (row,) = owe()
        now, pauses = timezone.now(), []

        def broken(_row):
            raise ValueError("王秀兰 13800138000")

        for _ in range(queue.TRIES):
            queue.claim("a", at=now)
            assert not queue.work_off(row.pk, "a", broken, at=now)
            row.refresh_from_db()
            pauses.append(row.next_try_at - now)
            now = row.next_try_at
        assert pauses == sorted(pauses) and pauses[0] == queue.FIRST_PAUSE
        assert (row.state, row.attempts, row.error) == ("failed", queue.TRIES, "ValueError")
        assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["delivery.failed"]
        assert queue.claim("a", at=now + timedelta(days=9)) == []
        queue.retry(row, at=now)
        assert queue.claim("a", at=now) == [row.pk]

    def test_what_a_failed_reaction_changed_is_undone(self):
        (row,) = owe()
        queue.claim("a", at=timezone.now())

        def half(_row):
            Duty.objects.create(name="half", next_at=timezone.now())
            raise OperationalError

        queue.work_off(row.pk, "a", half, at=timezone.now())
        assert not Duty.objects.filter(name="half").exists()

    def test_what_kills_its_worker_every_time_is_parked_and_its_neighbours_are_not(self):
        bad, good = owe(2)
        now = timezone.now()
        for _ in range(queue.TRIES + 1):
            queue.claim("a", at=now)
            queue._count_try(bad.pk, "a")  # and here the worker dies
            now += timedelta(hours=1)
        queue.claim("b", at=now)
        assert not queue.work_off(bad.pk, "b", fine, at=now)
        assert queue.work_off(good.pk, "b", fine, at=now)
        bad.refresh_from_db()
        assert bad.state == "failed"


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_four_workers_share_the_work_and_do_each_piece_once(self):
        owe(100)
        done, lock = [], threading.Lock()

        def do(row):
            with lock:
                done.append(row.pk)
            return "done", ""

        def work(number):
            try:
                now = timezone.now() + timedelta(seconds=5)
                while ids := queue.claim(f"w{number}", at=now):
                    for pk in ids:
                        queue.work_off(pk, f"w{number}", do, at=now)
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert sorted(done) == sorted(Delivery.objects.values_list("pk", flat=True)) and len(done) == 100

    def test_a_slow_piece_is_not_taken_over_while_it_is_worked_on(self, settings):
        settings.XINQIAO_LEASE_SECONDS = 0
        (row,) = owe()
        now, began, go_on = timezone.now(), threading.Event(), threading.Event()

        def slow(_row):
            began.set()
            go_on.wait(300)
            return "done", ""

        def first():
            try:
                return queue.work_off(row.pk, "a", slow, at=now)
            finally:
                connection.close()

        queue.claim("a", at=now)
        with ThreadPoolExecutor(1) as pool:
            one = pool.submit(first)
            try:
                assert began.wait(300)
                assert queue.claim("b", at=now + timedelta(hours=1)) == []
            finally:
                go_on.set()
            assert one.result()

    def test_stops_when_asked_and_says_it_is_gone(self):
        stop = threading.Event()

        def run():
            try:
                worker.run_forever(stop, name="short")
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        for _ in range(600):
            if worker.alive(timezone.now()):
                break
            time.sleep(0.05)
        assert worker.alive(timezone.now()) == 1
        stop.set()
        thread.join(300)
        assert not thread.is_alive() and not Worker.objects.exists()

    def test_survives_a_database_that_does_not_answer_for_a_while(self, monkeypatch):
        stop, calls = threading.Event(), []

        def pass_(_at, **_rest):
            calls.append(1)
            if len(calls) == 1:
                raise OperationalError("gone")
            stop.set()
            return 0

        monkeypatch.setattr(worker, "run_once", pass_)
        monkeypatch.setattr(worker, "TROUBLE_SECONDS", 0)
        worker.run_forever(stop, name="patient")
        assert len(calls) == 2


CHILD = """
import os, sys, threading
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
from django.db import connection
connection.settings_dict["NAME"] = os.environ["TEST_DATABASE"]
from xinqiao.jobs import reactions, worker
done = 0
real = reactions.react
def react(row, *, at):
    global done
    done += 1
    if done == int(os.environ["STOP_AT"]):
        print("in the middle", connection.connection.info.backend_pid, flush=True)
        threading.Event().wait()
    return real(row, at=at)
reactions.react = react
worker.run_forever(threading.Event(), name="victim")
"""


@pytest.mark.django_db(transaction=True)
class TestKilled:
    def test_kill_9_in_the_middle_of_a_batch_loses_nothing(self, settings, tmp_path):
        """A real process, killed while it works; another takes over when the lease ends, and each person is told once."""
        world = World()
        settings.XINQIAO_LEASE_SECONDS = 1
        today = timezone.localtime().strftime("%Y-%m-%d %H:%M")
        receipts = [world.file(today) for _ in range(6)]
        self.kill_in_the_middle()
        held = Delivery.objects.filter(state="claimed", claimed_by="victim")
        assert held.exists(), "the victim held leases when it died"
        assert Delivery.objects.filter(reaction="expand", state="done").exists(), "and had finished some"

        worker.drain(timezone.now() + timedelta(seconds=5), name="heir")

        assert not Delivery.objects.exclude(state__in=("done", "skipped")).exists()
        for receipt in receipts:
            event = Event.objects.get(matter_id=receipt.matter_id)
            assert Delivery.objects.filter(event_id=event.pk, reaction="tell_citizen", state="done").count() == 1
            assert Message.objects.filter(matter_id=receipt.matter_id).count() == 1

    @staticmethod
    def kill_in_the_middle():
        entry = connection.settings_dict
        environment = {
            **os.environ,
            "DATABASE_URL": f"postgresql://{entry['USER']}:{entry['PASSWORD']}@{entry['HOST'] or '127.0.0.1'}:{entry['PORT']}/{entry['NAME']}",
            "TEST_DATABASE": entry["NAME"],
            "STOP_AT": "4",
            "XINQIAO_LEASE_SECONDS": "1",
        }
        if str(entry["HOST"]).startswith("/"):
            environment["DATABASE_URL"] = os.environ["DATABASE_URL"]
        with subprocess.Popen(
            [sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE, text=True
        ) as victim:
            *said, backend = victim.stdout.readline().split()
            assert said == ["in", "the", "middle"]
            victim.send_signal(signal.SIGKILL)
            assert victim.wait(60) == -signal.SIGKILL
        wait_until_the_server_knows(int(backend))


@pytest.mark.django_db
class TestDuties:
    def test_due_is_decided_from_what_is_stored(self):
        now = timezone.now()
        duties.run_due(now)
        first = Duty.objects.get(name="deadlines")
        assert first.next_at == now + timedelta(minutes=1)
        duties.run_due(now + timedelta(seconds=30))
        assert Duty.objects.get(name="deadlines").done_at == now
        duties.run_due(now + timedelta(days=10))
        assert Duty.objects.get(name="deadlines").done_at == now + timedelta(days=10)

    def test_a_failing_duty_is_noted_and_does_not_stop_the_others(self, monkeypatch):
        def broken(_at):
            raise RuntimeError

        rows = (duties.Task("a", timedelta(minutes=1), broken), duties.Task("b", timedelta(minutes=1), lambda _at: 3))
        monkeypatch.setattr(duties, "TASKS", rows)
        assert duties.run_due(timezone.now()) == 3
        assert Duty.objects.get(name="a").error == "RuntimeError" and Duty.objects.get(name="a").done_at is None

    def test_forgets_what_nobody_may_need(self):
        now = timezone.now()
        for days in (1, 31):
            Draft.objects.create(token_hash=f"{days}", created_at=now, updated_at=now - timedelta(days=days))
        LoginCode.objects.create(mobile_index="m", session_key="s", code_hash="h", expires_at=now - timedelta(days=2))
        LoginCode.objects.create(mobile_index="m", session_key="t", code_hash="h", expires_at=now)
        IdempotencyKey.objects.create(
            client="c", key="old", request_hash="", response="x", created_at=now - timedelta(days=8)
        )
        IdempotencyKey.objects.create(client="c", key="new", request_hash="", response="x", created_at=now)
        message = outgoing.send_sms("13800138000", "您好", at=now - timedelta(days=200), purpose="received")
        duties.forget(now)
        assert LoginCode.objects.get().session_key == "t"
        answers = dict(IdempotencyKey.objects.values_list("key", "response"))
        assert answers == {"old": "", "new": "x"}, "the key stays, the query code goes"
        assert Draft.objects.get().token_hash == "1"
        message.refresh_from_db()
        assert message.sealed_recipient == message.sealed_text == "" and message.recipient_masked


def test_the_lease_is_two_minutes_unless_said_otherwise():
    assert settings.XINQIAO_LEASE_SECONDS == 2 * 60
