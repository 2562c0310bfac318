"""The embedded PostgreSQL: one supervisor, closed to others, back after every kind of crash."""

import json
import os
import signal
import stat

import psycopg
import pytest

from tests.conftest import passable_folder
from xinqiao import database, folders
from xinqiao.database import durability, embedded
from xinqiao.database.machine import is_postgres_of


@pytest.fixture
def cluster(monkeypatch):
    """A data directory of its own and a server that is started by the test."""
    with passable_folder() as folder:
        monkeypatch.setenv("XINQIAO_VAR", str(folder))
        monkeypatch.delenv("DATABASE_URL")
        server = database.Embedded(sync=False)
        yield server
        server.stop()


def pid_of(server) -> int:
    return int((server.data / "postmaster.pid").read_text().split("\n")[0])


class TestLife:
    def test_starts_closed_and_comes_back_after_every_crash(self, cluster):
        cluster.start()
        with psycopg.connect(**cluster.address().connection()) as connection:
            superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]
            assert superuser is False, "the application is not the superuser"
        assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE((folders.keys() / "database.json").stat().st_mode) == 0o600

        # the server is killed, and its number now belongs to a stranger: this test
        os.kill(pid_of(cluster), signal.SIGKILL)
        cluster.process.wait()
        (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n\n\n\nready\n")
        cluster.restart()
        assert cluster.alive()

        # the supervisor is killed: its lock is gone, its server is not
        orphan = pid_of(cluster)
        cluster._lock.close()
        heir = database.Embedded(sync=False)
        heir.start()
        try:
            cluster.process.wait(60)
            assert pid_of(heir) != orphan
            with psycopg.connect(**heir.address().connection()) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        finally:
            last = pid_of(heir)
            heir.stop()
        assert not is_postgres_of(last, heir.data), "nothing is left behind"

        # the password file of another installation
        (folders.keys() / "database.json").write_text(
            json.dumps(dict.fromkeys(("postgres", "xinqiao_owner", "xinqiao_app"), "other"))
        )
        with pytest.raises(database.DatabaseTrouble, match="密码不符"):
            heir.start()
        assert not heir.alive()

    def test_a_first_start_that_broke_off_is_begun_again(self, cluster):
        (folders.var() / "pg.new").mkdir()
        (folders.var() / "pg.new" / "half").touch()
        cluster.start()
        assert cluster.alive()
        assert not (folders.var() / "pg.new").exists()

    def test_nobody_enters_without_the_password(self, postgres_server):
        where = postgres_server.address().connection() | {"password": "guess"}
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**where)

    def test_a_second_supervisor_is_refused_in_words(self, postgres_server):
        second = database.Embedded()
        with pytest.raises(database.AlreadyRunning, match=str(os.getpid())):
            second.start()
        assert postgres_server.alive(), "the refused one stops nothing"

    @pytest.mark.parametrize("content", [{"PG_VERSION": "nonsense"}, {"something": "else"}])
    def test_a_broken_data_directory_is_told_in_both_languages(self, cluster, content):
        folders.make()
        cluster.data.mkdir(mode=0o700)
        for name, text in content.items():
            (cluster.data / name).write_text(text)
        with pytest.raises(database.DatabaseTrouble, match="数据库无法启动") as trouble:
            cluster.start()
        assert "The database does not start" in str(trouble.value)
        assert str(cluster.data) in str(trouble.value)
        for name in content:
            assert (cluster.data / name).exists(), "what is there is never deleted"

    def test_a_long_path_gets_a_short_socket_folder(self, monkeypatch):
        monkeypatch.setenv("XINQIAO_VAR", "/" + "信访" * 40)
        assert len(os.fsencode(database.Embedded().sockets / ".s.PGSQL.5432")) <= embedded.SOCKET_LIMIT


class TestDurability:
    @pytest.mark.parametrize(
        ("change", "safe", "why"),
        [
            ({}, True, "the defaults"),
            ({"synchronous_commit": "local"}, True, "on this disk, not yet on the standby"),
            ({"fsync": "off"}, False, "a power cut loses what was confirmed"),
            ({"full_page_writes": "off"}, False, "a torn page cannot be mended"),
            ({"data_sync_retry": "on"}, False, "a failed write to disk would be taken for done"),
            ({"synchronous_commit": "off"}, False, "the last half second may be lost"),
        ],
    )
    def test_unsafe_settings_are_named(self, change, safe, why):
        found = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_sync_retry": "off"} | change
        problem = durability.problem_of(found)
        assert (problem is None) is safe, why
        assert all(f"{name}={value}" in problem for name, value in change.items()) if not safe else True

    @pytest.mark.django_db
    def test_the_answer_follows_the_database(self, monkeypatch):
        from django.db import connection

        monkeypatch.setattr(durability, "KEPT_SECONDS", 3600)
        durability.forget()
        assert database.durability_problem() is None
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        assert database.durability_problem() is None, "kept for a while"
        durability.forget()
        assert "synchronous_commit=off" in database.durability_problem()
        durability.forget()


class TestRights:
    def test_the_application_adds_to_history_and_cannot_change_it(self, postgres_server):
        owner = postgres_server.address("xinqiao_owner")
        with psycopg.connect(**owner.connection()) as connection:
            connection.execute("CREATE TABLE rights_event (id bigserial, fact text)")
            connection.execute("CREATE TABLE rights_matter (id bigserial, fact text)")
        database.grant(owner, "xinqiao_app", ["rights_event", "not_there_yet"])

        with psycopg.connect(**postgres_server.address().connection(), autocommit=True) as connection:
            for table in ("rights_event", "rights_matter"):
                connection.execute(f"INSERT INTO {table} (fact) VALUES ('a')")
                assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
            connection.execute("UPDATE rights_matter SET fact = 'b'")
            for forbidden in (
                "UPDATE rights_event SET fact = 'b'",
                "DELETE FROM rights_event",
                "TRUNCATE rights_event",
                "TRUNCATE rights_matter",
                "DROP TABLE rights_matter",
                "CREATE TABLE rights_more (id int)",
                "SELECT setval('rights_event_id_seq', 1)",  # every new row of the history would collide
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(forbidden)


class TestGround:
    """What the tests themselves stand on."""

    @pytest.mark.django_db
    def test_tests_work_as_the_application(self):
        from django.db import ProgrammingError, connection, transaction

        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("xinqiao_app",)
            for forbidden in ("UPDATE matters_event SET id = id", "DELETE FROM matters_submission"):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    cursor.execute(forbidden)

    @pytest.mark.django_db(transaction=True)
    def test_what_a_test_commits_is_gone_afterwards(self):
        from xinqiao.organisations.models import User

        assert not User.objects.filter(username="left-behind").exists()
        User.objects.create(username="left-behind", name="x")

    test_and_again = test_what_a_test_commits_is_gone_afterwards
