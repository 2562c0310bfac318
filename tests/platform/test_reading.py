"""Statistics and exports read a real streaming replica of the tests' server; everything else, and everybody when it fails, the primary."""

import os
import shutil
import subprocess
import time

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection, connections, transaction

from tests.world import World
from xinqiao import database
from xinqiao.database import Address, Limits, reading
from xinqiao.database.embedded import SUPERUSER
from xinqiao.database.machine import die_with_parent, server_user
from xinqiao.integrity import audit
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Matter
from xinqiao.rules.audit import AuditKind

pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")


class Standby:
    """A copy made by pg_basebackup that follows the tests' server."""

    def __init__(self, server):
        self.server = server
        self.folder = server.data.with_name("replica")
        self.folder.mkdir()
        user = server_user()
        self.who = {} if user is None else {"user": user, "group": user, "extra_groups": [], "cwd": "/"}
        if user is not None:
            shutil.chown(self.folder, user)
        primary = server.address(SUPERUSER, "postgres")
        self.run(
            "pg_basebackup", "-h", primary.host, "-U", primary.user, "-D", self.folder / "pg", "-X", "stream", "-R", "-c", "fast",
            env=os.environ | {"PGPASSWORD": primary.password},
        )  # fmt: skip
        self.process = None
        self.start()

    def run(self, program, *arguments, **more) -> None:
        subprocess.run([database.binaries() / program, *arguments], **self.who, **more, check=True, capture_output=True)

    def start(self) -> None:
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}", "-c", "hot_standby=on"]
        self.process = subprocess.Popen(
            [database.binaries() / "postgres", "-D", self.folder / "pg", *options],
            **self.who, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent(),
        )  # fmt: skip
        database.wait_for_answer(self.address(SUPERUSER, "postgres"), seconds=120)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(2)
            self.process.wait(120)

    def address(self, role: str, name: str) -> Address:
        there = self.server.address(role, name)
        return Address(there.user, there.password, str(self.folder), "", name)

    def command(self, statement: str) -> None:
        with psycopg.connect(**self.address(SUPERUSER, "postgres").connection(), autocommit=True) as raw:
            raw.execute(statement)


@pytest.fixture(scope="module")
def standby(django_db_setup, django_db_blocker, postgres_server):
    made = Standby(postgres_server)
    yield made
    made.stop()
    shutil.rmtree(made.folder, ignore_errors=True)


@pytest.fixture
def replica(standby, transactional_db, settings):
    """The program has a replica for the time of this test; it need not be waited for."""
    entry = connection.settings_dict
    address = standby.address("xinqiao_app", entry["NAME"])
    plain = {name: entry[name] for name in ("ATOMIC_REQUESTS", "AUTOCOMMIT", "TIME_ZONE", "TEST")}
    configured = plain | address.django(limits=Limits(), keep_seconds=60, read_only=True)
    settings.DATABASES = {**django_settings.DATABASES, "replica": configured}
    settings.XINQIAO_REPLICA_LAG_SECONDS = 30
    connections.settings["replica"] = configured
    reached = connections["replica"]
    # pytest-django knows this alias from no setting and would not let it connect.
    reached.ensure_connection = lambda: reached.connection or _connect(reached)
    reading.forget()
    yield standby
    connections["replica"].close()
    del connections["replica"], connections.settings["replica"]
    reading.forget()


def _connect(wrapper) -> None:
    with wrapper.wrap_database_errors:
        wrapper.connect()


def reads_replica() -> bool:
    with reading.connection().cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        return cursor.fetchone()[0]


def follow(standby) -> None:
    """Wait until the replica has replayed everything written so far."""
    for _ in range(600):
        reading.forget()
        if reading.standing().seconds == 0:
            return
        time.sleep(0.05)
    raise AssertionError("the replica does not follow")


class TestReading:
    def test_only_what_asks_for_it_reads_the_replica(self, replica):
        matter = World().triaged()
        follow(replica)
        assert Matter.objects.get().pk == matter.pk and not reads_replica()
        with reading.replica() as fit:
            assert fit and reads_replica()
            found = Matter.objects.get(pk=matter.pk)
        assert found._state.db == "replica" and not reads_replica()
        assert found.place._state.db == "default", "what follows later comes from the primary"

    def test_nothing_is_ever_written_there(self, replica):
        World().triaged()
        follow(replica)
        with reading.replica():
            found = Matter.objects.get()
            found.title = "换了标题"
            found.save(update_fields=["title"])
            audit.note(AuditKind.EXPORTED, subject="export:1", reason="统计")
            with pytest.raises(Exception, match="read-only"), reading.connection().cursor() as cursor:
                cursor.execute("DELETE FROM matters_delivery")
        assert Matter.objects.get().title == "换了标题"
        assert AuditEntry.objects.filter(kind=AuditKind.EXPORTED).count() == 1

    def test_a_transaction_sees_its_own_rows(self, replica):
        World().triaged()
        follow(replica)
        with reading.replica(), transaction.atomic():
            Matter.objects.update(title="新")
            assert Matter.objects.get().title == "新" and not reads_replica()

    def test_work_beside_a_transaction_may_read_it(self, replica):
        World()
        follow(replica)
        with transaction.atomic():
            assert reading.from_replica(reads_replica, aside=True)() is True
            assert reading.from_replica(reads_replica)() is False

    def test_one_that_is_behind_is_left_alone(self, replica, settings, monkeypatch):
        settings.XINQIAO_REPLICA_LAG_SECONDS = 0
        told = []
        monkeypatch.setattr(reading.metrics, "replica_refused", told.append)
        world = World()
        follow(replica)
        replica.command("SELECT pg_wal_replay_pause()")
        try:
            world.triaged()
            reading.forget()
            with reading.replica() as fit:
                assert not fit and Matter.objects.count() == 1, "what was done just now is there"
            assert told == ["behind"] and reading.standing().seconds > 0
        finally:
            replica.command("SELECT pg_wal_replay_resume()")

    def test_one_that_goes_in_the_middle_costs_one_more_reading(self, replica):
        World().triaged()
        follow(replica)
        looks = []

        @reading.from_replica
        def report() -> int:
            looks.append(reads_replica())
            if looks == [True]:
                replica.stop()
            return Matter.objects.count()

        try:
            assert report() == 1 and looks == [True, False]
            assert report() == 1 and looks == [True, False, False], "and is not asked again for a while"
            reading.forget()
            assert report() == 1 and reading.standing().why == "gone"
        finally:
            replica.start()

    def test_a_failure_of_the_primary_is_not_hidden(self, replica, monkeypatch):
        calls = []
        monkeypatch.setattr(reading, "_is_fit", lambda: False)

        @reading.from_replica
        def broken():
            calls.append(1)
            raise OperationalError

        with pytest.raises(OperationalError):
            broken()
        assert calls == [1]


@pytest.mark.django_db
class TestWithoutReplica:
    def test_everything_reads_the_primary(self):
        with reading.replica() as fit:
            assert not fit and not reads_replica()

    def test_an_address_that_is_no_replica_is_left_alone(self, transactional_db, settings):
        """A replica that somebody promoted, or the primary's own address by mistake."""
        settings.DATABASES = {**django_settings.DATABASES, "replica": connection.settings_dict}
        connections["replica"] = connection
        reading.forget()
        try:
            with reading.replica() as fit:
                assert not fit
            assert reading.standing().why == "primary"
        finally:
            del connections["replica"]
            reading.forget()
