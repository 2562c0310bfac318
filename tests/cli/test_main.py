"""The command line: every way to start and end it, with an exit code that means something."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import passable_folder
from xinqiao import cli
from xinqiao.cli import processes
from xinqiao.database.machine import is_postgres_of

HOME = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment():
    """Environment of a newcomer: a data directory of their own and a free port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "DATABASE_"))}
    with passable_folder() as folder:
        yield kept | {
            "XINQIAO_VAR": str(folder),
            "PORT": str(free_port()),
            "XINQIAO_INSECURE_HTTP": "1",
            "PYTHONPATH": str(HOME),
        }


@pytest.fixture
def start(environment):
    """Starts `xinqiao …` as a newcomer would; whatever a failed test leaves is ended."""
    started = []

    def begin(*arguments, **changes) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "xinqiao", *arguments],
            env=environment | changes,
            cwd=environment["XINQIAO_VAR"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        if not process.stdout.closed:
            process.communicate()


def read_until(process, words) -> str:
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"ended with {process.wait()} before {words!r}:\n{seen}")


def server_pid(environment) -> int:
    return int((Path(environment["XINQIAO_VAR"]) / "pg" / "postmaster.pid").read_text().split("\n")[0])


def gone(pid, environment) -> bool:
    data = Path(environment["XINQIAO_VAR"]) / "pg"
    for _ in range(600):
        if not is_postgres_of(pid, data):
            return True
        time.sleep(0.05)
    return False


class TestHelp:
    def test_overview_names_the_commands(self, capsys):
        assert cli.main(["--help"]) == cli.OK
        shown = capsys.readouterr().out
        assert "demo" in shown
        assert "130" in shown

    @pytest.mark.parametrize("name", sorted(cli.COMMANDS))
    def test_every_command_explains_itself(self, name, capsys):
        assert cli.main([name, "--help"]) == cli.OK
        assert "usage" in capsys.readouterr().out

    def test_wrong_use_is_2(self, capsys):
        assert cli.main(["serve", "--nonsense"]) == cli.USAGE
        assert cli.main(["no-such-command"]) == cli.USAGE
        assert cli.main([]) == cli.USAGE
        assert "no-such-command" in capsys.readouterr().err

    def test_a_deadline_is_computed_without_django(self):
        code = (
            "import sys; from xinqiao.cli import main; main(['deadline', '--help']); sys.exit('django' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, check=False).returncode == 0

    def test_djangos_own_commands_work(self, capsys):
        assert cli.main(["check"]) == cli.OK

    def test_commands_of_our_packages_are_found(self, environment):
        """In a fresh process, as typed: Django is not set up yet when the name is looked up."""
        ran = subprocess.run(
            [sys.executable, "-m", "xinqiao", "apiclient", "--help"],
            env=environment, cwd=HOME, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (ran.returncode, "create" in ran.stdout) == (cli.OK, True), ran.stderr


class TestPort:
    def test_a_port_in_use_is_named_before_anything_starts(self, start, environment):
        with socket.socket() as other:
            other.bind(("127.0.0.1", int(environment["PORT"])))
            other.listen()
            process = start("serve")
            shown = process.communicate()[0]
        assert process.returncode == cli.ENVIRONMENT
        assert environment["PORT"] in shown
        assert "已被其他程序占用" in shown
        assert not (Path(environment["XINQIAO_VAR"]) / "pg").exists()

    @pytest.mark.parametrize("raw", ["0", "65536", "８７６５", "web"])
    def test_nonsense_is_refused_in_words(self, raw, monkeypatch):
        monkeypatch.setenv("PORT", raw)
        with pytest.raises(processes.database.DatabaseTrouble, match="PORT"):
            processes.port()


class TestLife:
    def test_serve_from_first_start_to_the_end(self, start, environment):
        site = f"http://127.0.0.1:{environment['PORT']}"
        first = start("serve", "--migrate")
        read_until(first, "心桥已启动")
        pid = server_pid(environment)
        assert any(processes._answers(f"{site}/readyz") for _ in range(20)), "it may be slow on a busy machine, not silent"

        assert start("migrate", "--check").wait() == cli.OK, "a command beside it uses the running database"
        assert is_postgres_of(pid, Path(environment["XINQIAO_VAR"]) / "pg"), "and does not stop it"

        second = start("serve", PORT=str(free_port()))
        assert "已在使用这个数据目录" in second.communicate()[0]
        assert second.returncode == cli.ENVIRONMENT

        first.send_signal(signal.SIGTERM)
        assert first.wait() == cli.OK, "being asked to stop is the normal end"
        assert gone(pid, environment)
        assert not processes._answers(f"{site}/healthz")

        again = start("serve")
        read_until(again, "心桥已启动")
        pid = server_pid(environment)
        again.kill()
        if sys.platform.startswith("linux"):
            assert gone(pid, environment), "even kill -9 leaves no server behind"

        last = start("serve")
        read_until(last, "心桥已启动")
        last.send_signal(signal.SIGINT)
        assert last.wait() == cli.OK

    def test_serve_refuses_tables_of_another_version(self, start):
        process = start("serve")
        shown = process.communicate()[0]
        assert process.returncode == cli.ENVIRONMENT
        assert "xinqiao migrate" in shown


class TestLeftovers:
    def test_a_web_server_without_supervisor_is_ended_and_a_stranger_is_not(self, environment, monkeypatch):
        monkeypatch.setenv("XINQIAO_VAR", environment["XINQIAO_VAR"])
        monkeypatch.delenv("DATABASE_URL")
        sleep = "import time; time.sleep(60)"
        ours = subprocess.Popen([sys.executable, "-c", sleep, "granian"], start_new_session=True)
        stranger = subprocess.Popen([sys.executable, "-c", sleep, "editor"], start_new_session=True)
        try:
            processes._children_file().write_text(json.dumps([ours.pid, stranger.pid]))
            processes.end_leftovers()
            assert ours.wait(60) == -signal.SIGKILL
            assert stranger.poll() is None, "its number was given to another program"
        finally:
            for process in (ours, stranger):
                process.kill()
                process.wait()
