"""Behind a pooler of transactions: what must not rely on a session, tried with the real PgBouncer where it is installed."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from tests.world import World
from xinqiao import database
from xinqiao.database import Address, BadAddress, Limits
from xinqiao.database.machine import server_user
from xinqiao.jobs import proof, worker
from xinqiao.matters.models import Delivery, Event

HOME = Path(__file__).resolve().parents[2]
POOLED = {
    "XINQIAO_POOLING": "transaction",
    "DATABASE_URL": "postgresql://app:x@pooler:6432/petitions",
    "XINQIAO_DIRECT_DATABASE_URL": "postgresql://app:x@database:5432/petitions?sslmode=require",
}


class TestAddresses:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch):
        for name, value in POOLED.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("XINQIAO_OWNER_DATABASE_URL", raising=False)
        monkeypatch.setattr(database, "_serves_pages", False)

    def test_only_pages_go_through_the_pooler(self):
        assert (database.address_of_application().host, database.is_pooled()) == ("database", False)
        assert database.address_of_owner().host == "database"
        database.serve_pages()
        assert (database.address_of_application().host, database.is_pooled()) == ("pooler", True)

    def test_the_web_server_says_what_it_is(self):
        code = "import xinqiao.wsgi; from django.conf import settings; print(settings.DATABASES['default'])"
        ran = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONPATH": str(HOME)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "'HOST': 'pooler'" in ran.stdout and "'DISABLE_SERVER_SIDE_CURSORS': True" in ran.stdout

    def test_without_a_direct_address_nothing_starts(self, monkeypatch):
        monkeypatch.delenv("XINQIAO_DIRECT_DATABASE_URL")
        with pytest.raises(BadAddress, match="XINQIAO_DIRECT_DATABASE_URL"):
            database.is_pooled()

    def test_a_mode_we_do_not_know_is_refused(self, monkeypatch):
        monkeypatch.setenv("XINQIAO_POOLING", "statement")
        with pytest.raises(BadAddress, match="XINQIAO_POOLING"):
            database.is_pooled()

    def test_without_a_pooler_one_address_is_enough(self, monkeypatch):
        monkeypatch.delenv("XINQIAO_POOLING")
        monkeypatch.delenv("XINQIAO_DIRECT_DATABASE_URL")
        assert (database.address_of_application().host, database.is_pooled()) == ("pooler", False)

    def test_nothing_is_said_for_a_session(self):
        entry = Address.parse("postgresql://u@h/n?sslmode=require").django(limits=Limits(), keep_seconds=60, pooled=True)
        assert entry["OPTIONS"] == {"connect_timeout": "10", "sslmode": "require", "prepare_threshold": None}
        assert entry["DISABLE_SERVER_SIDE_CURSORS"] is True


@pytest.fixture(scope="module")
def pgbouncer(postgres_server, tmp_path_factory):
    """`begin(database)` starts PgBouncer in front of the tests' server, three connections for all; ended with the module."""
    program = shutil.which("pgbouncer") or next((p for p in ("/usr/sbin/pgbouncer",) if os.access(p, os.X_OK)), None)
    if program is None:
        pytest.skip("no PgBouncer found; install the package pgbouncer")
    running = []
    folder = postgres_server.sockets.parent / "pooler"  # where the server's user may pass
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)

    def begin(name: str) -> Address:
        server = postgres_server.address("xinqiao_app", name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        (folder / "users.txt").write_text(f'"{server.user}" "{server.password}"\n')
        (folder / "pooler.ini").write_text(
            f"[databases]\n{name} = host={server.host} port=5432 dbname={name}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = scram-sha-256\nauth_file = {folder / 'users.txt'}\n"
            "pool_mode = transaction\ndefault_pool_size = 3\nlog_connections = 0\nlog_disconnections = 0\n"
        )
        user = server_user()
        who = {} if user is None else {"user": user, "group": user, "extra_groups": [], "cwd": "/"}
        process = subprocess.Popen([program, "-q", str(folder / "pooler.ini")], **who, start_new_session=True)
        running.append(process)
        address = Address(server.user, server.password, "127.0.0.1", port, name)
        database.wait_for_answer(address, seconds=60)
        return address

    yield begin
    for process in running:
        process.terminate()
        process.wait(60)


@pytest.fixture
def pooled(pgbouncer, transactional_db, monkeypatch):
    """Django's connections of this test go through the pooler; the limits stand at the role, as `migrate` writes them."""
    entry = connection.settings_dict
    direct = Address(entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"])
    Limits(statement_ms=14_000).keep(direct)
    before = dict(entry)
    through = pgbouncer(entry["NAME"]).django(limits=Limits(), keep_seconds=60, pooled=True)
    connection.close()
    entry.update(through)
    yield direct
    connections.close_all()
    entry.clear()
    entry.update(before)
    with psycopg.connect(**direct.connection(), autocommit=True) as raw:
        for name in Limits().settings():
            raw.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{direct.name}" RESET {name}')


def page(address: str) -> int:
    try:
        return Client().get(address).status_code
    finally:
        connections.close_all()


class TestThroughPgBouncer:
    def test_the_limits_hold_all_the_same(self, pooled):
        with connection.cursor() as cursor:
            for name, value in (("statement_timeout", "14s"), ("max_parallel_workers_per_gather", "0"), ("jit", "off")):
                cursor.execute(f"SHOW {name}")
                assert cursor.fetchone()[0] == value, name
            cursor.execute("SHOW TimeZone")
            assert cursor.fetchone()[0] == "UTC"

    def test_a_direct_connection_start_is_what_it_refuses(self, pooled):
        """Why the limits are not said at the start: the pooler answers such a connection with an error."""
        entry = connection.settings_dict
        with pytest.raises((OperationalError, psycopg.OperationalError)):
            psycopg.connect(
                user=entry["USER"], password=entry["PASSWORD"], host=entry["HOST"], port=entry["PORT"],
                dbname=entry["NAME"], options=Limits().as_options(),
            ).close()  # fmt: skip

    def test_a_long_list_is_read_although_the_connection_changes(self, pooled):
        World().triaged()
        rows = Event.objects.order_by("pk").iterator(chunk_size=1)
        first = next(rows)
        taken, done = threading.Event(), threading.Event()

        def others() -> None:  # they take the connection that was ours a moment ago
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                taken.set()
                done.wait(60)
            connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(others)
            try:
                assert taken.wait(60)
                rest = list(rows)
            finally:
                done.set()
        assert rest and first.pk < rest[0].pk

    def test_the_whole_way_of_a_petition(self, pooled):
        world = World()
        matters = [world.triaged(), world.triaged()]
        with ThreadPoolExecutor(6) as people:
            answers = list(people.map(page, ["/", "/track/", "/readyz", "/desk/login/"] * 6))
        assert set(answers) == {200}, "twenty-four at once through three connections"

        client = Client()
        client.force_login(world.li_triages.user)
        assert client.get("/desk/").status_code == 200
        assert client.get(f"/desk/cases/{matters[0].number}/").status_code == 200

        worker.drain(timezone.now() + timedelta(seconds=5), name="test")
        assert not Delivery.objects.filter(state__in=("pending", "claimed")).exists()
        with proof.one_moment():
            assert list(proof.walk()) == [], "verified through the pooler too"

    def test_the_lock_of_a_transaction_holds_and_goes(self, pooled):
        """Log-ins and the audit log use locks that end with their transaction; none is left at a connection of the pool."""
        world = World()
        for _ in range(4):
            answer = Client().post("/desk/login/", {"username": world.li_triages.user.username, "password": "wrong"})
            assert answer.status_code == 422
        with psycopg.connect(**pooled.connection()) as raw:
            held = raw.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()[0]
        assert held == 0
