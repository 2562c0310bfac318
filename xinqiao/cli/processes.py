"""Web server, worker and database as one household: started together, restarted when one dies, stopped together."""

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from xinqiao import database, folders, metrics
from xinqiao.cli import worker
from xinqiao.cli.web_server import WebServer
from xinqiao.database.machine import die_with_parent

HOST, PORT = "127.0.0.1", "8765"
READY_SECONDS = 60
PORT_SECONDS = 5
STOP_SECONDS = 30  # of a worker in the middle of a piece of work
DEATHS_ALLOWED = 5  # in one minute; after that something is wrong that a restart does not mend


class PortInUse(database.DatabaseTrouble):
    """Another program listens on our port."""

    def __init__(self, host: str, port: int):
        super().__init__(
            f"端口 {port} 已被其他程序占用。请停止该程序，或换一个端口，例如：PORT={port + 1} make demo\n"
            f"Port {port} on {host} is in use. Stop that program, or choose another: PORT={port + 1} make demo"
        )


def host() -> str:
    """The address to listen on: XINQIAO_HOST, default this machine only."""
    return os.environ.get("XINQIAO_HOST") or HOST


def is_exposed() -> bool:
    """Whether others reach the web server itself, with no proxy of ours in front that collects what they send."""
    return host() not in (HOST, "::1", "localhost") and os.environ.get("XINQIAO_TRUSTED_PROXIES", "0").strip() in ("", "0")


def port() -> int:
    """The port to listen on: PORT, default 8765. Raises DatabaseTrouble when it is no port."""
    raw = os.environ.get("PORT") or PORT
    if not (raw.isascii() and raw.isdigit() and 0 < int(raw) < 65536):
        raise database.DatabaseTrouble(f"PORT 应为 1 到 65535 的数字。PORT must be 1 to 65535, not {raw!r}.")
    return int(raw)


def end_leftovers() -> None:
    """End the web server and worker of a supervisor that was killed; a running one keeps its own.

    On Linux the kernel has told them to end already, but a web server in the middle of starting takes its time.
    """
    if database.is_outside() or database.Embedded().has_supervisor():
        return
    with contextlib.suppress(FileNotFoundError, ValueError):
        for group in json.loads(_children_file().read_text(encoding="utf-8")):
            for process in psutil.process_iter():
                with contextlib.suppress(psutil.Error, ProcessLookupError):
                    if os.getpgid(process.pid) == group and {"granian", "xinqiao"} & set(process.cmdline()):
                        process.kill()


def _children_file() -> Path:
    """Numbers of the process groups we started, for the supervisor that comes after a crash."""
    return folders.var() / "children.json"


def require_free_port() -> None:
    """Raises PortInUse before anything is started.

    Waits a little first: the web server of a supervisor that was just killed needs a moment to end.
    """
    end_leftovers()
    end = time.monotonic() + PORT_SECONDS
    while _port_is_taken():
        if time.monotonic() > end:
            raise PortInUse(host(), port())
        time.sleep(0.1)


def _port_is_taken() -> bool:
    family = socket.AF_INET6 if ":" in host() else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
        try:
            probe.bind((host(), port()))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise database.DatabaseTrouble(
                f"无法在 {host()}:{port()} 上监听：{error.strerror}。Cannot listen on {host()}:{port()}."
            ) from None
    return False


class Child:
    """One process of the household."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], stop_seconds: int = STOP_SECONDS):
        self.name = name
        self.command = command
        self.environment = environment
        self.stop_seconds = stop_seconds
        self.deaths: list[float] = []
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """In a session of its own: Ctrl-C reaches the supervisor only, which stops everything in order."""
        self.process = subprocess.Popen(
            self.command, env=self.environment, start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM)
        )

    def revive(self) -> bool:
        """Start it again if it has ended; says whether it had. Raises DatabaseTrouble when it keeps dying."""
        if self.process is None or self.process.poll() is None:
            return False
        now = time.monotonic()
        self.deaths = [moment for moment in self.deaths if now - moment < 60] + [now]
        if len(self.deaths) > DEATHS_ALLOWED:
            raise database.DatabaseTrouble(
                f"{self.name} 反复退出（退出码 {self.process.returncode}），已停止。请查看上面的记录。\n"
                f"{self.name} keeps ending (exit code {self.process.returncode}). See the lines above."
            )
        self._end_session()
        print(f"{self.name} 意外退出，正在重新启动。{self.name} ended; starting it again.", file=sys.stderr)
        self.start()
        return True

    def ask_to_end(self) -> None:
        """Tell it to finish what it is doing and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Wait for its end, having asked, then insist; the whole session, so that no grandchild keeps the port."""
        if self.process is None:
            return
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            print(f"{self.name} 没有按时结束，已强行停止。{self.name} did not end in time.", file=sys.stderr)
            self.process.kill()
            self.process.wait()
        self._end_session()
        self.process = None

    def _end_session(self) -> None:
        """End what a killed process left: a web server's own workers would keep the port."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


class Household:
    """The supervisor. `with Household() as house:` owns the database; leaving the block stops everything."""

    def __init__(self):
        self.server = None if database.is_outside() else database.Embedded()
        self.children: list[Child] = []
        self.environment = dict(os.environ)

    def __enter__(self) -> "Household":
        listen_for_the_end()
        folders.make()
        folders.ensure_secret_key()
        try:
            self._open_database()
        except BaseException:
            self.__exit__()
            raise
        home = str(Path(__file__).resolve().parents[2])
        self.environment["PYTHONPATH"] = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
        self.environment["DJANGO_SETTINGS_MODULE"] = "xinqiao.settings"
        return self

    def _open_database(self) -> None:
        if self.server is not None:
            self.server.start()
            self.environment["DATABASE_URL"] = self.server.address().url
            self.environment["XINQIAO_OWNER_DATABASE_URL"] = self.server.address("xinqiao_owner").url
        else:
            database.wait_for_answer(database.address_of_application(), seconds=10)
        database.warn_if_not_durable(lambda problem: print(problem, file=sys.stderr))

    def __exit__(self, *_) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave a server behind
        for child in self.children:
            child.ask_to_end()
        for child in self.children:
            child.stop()
        if self.server is not None and self.server.is_ours():
            _children_file().unlink(missing_ok=True)
            self.server.stop()

    def command(self, *arguments: str, capture: bool = False) -> subprocess.CompletedProcess:
        """Run one `xinqiao` command to its end in this environment."""
        return subprocess.run(
            [sys.executable, "-m", "xinqiao", *arguments],
            env=self.environment,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
            stdout=subprocess.PIPE if capture else None,
            text=True,
            check=False,
        )

    def add_web(self, server: WebServer) -> None:
        """The web server."""
        self._add("网站 web", server.command(host=host(), port=port()), stop_seconds=server.stop_seconds + 5)

    def add_worker(self) -> None:
        """The background work, if this version has any."""
        if worker.is_there():
            self._add("后台任务 worker", [sys.executable, "-m", "xinqiao", "worker"])
        else:
            print("此版本没有后台任务，只启动网站。This version has no background work.", file=sys.stderr)

    def add_metrics(self) -> None:
        """The figures for monitoring, where the operator wants them (XINQIAO_METRICS_PORT)."""
        if metrics.switched_on():
            self._add("监测 metrics", [sys.executable, "-m", "xinqiao", "metrics"])

    def wait_until_ready(self) -> None:
        """Until the site answers. Raises DatabaseTrouble if it does not."""
        end = time.monotonic() + READY_SECONDS
        while not _answers(f"http://{_for_link(host())}:{port()}/healthz"):
            self._look_after()
            if time.monotonic() > end:
                raise database.DatabaseTrouble("网站没有响应。The site does not answer.")
            time.sleep(0.1)

    def live(self) -> None:
        """Look after everything until somebody ends it with Ctrl-C or SIGTERM."""
        while True:
            self._look_after()
            time.sleep(0.5)

    def _add(self, name: str, command: list[str], *, stop_seconds: int = STOP_SECONDS) -> None:
        child = Child(name, command, self.environment, stop_seconds)
        self.children.append(child)
        child.start()
        self._note_children()

    def _note_children(self) -> None:
        if self.server is None:
            return  # several servers may share an outside database and this folder
        groups = [child.process.pid for child in self.children if child.process is not None]
        _children_file().write_text(json.dumps(groups), encoding="utf-8")

    def _look_after(self) -> None:
        if self.server is not None and not self.server.alive():
            print("数据库意外停止，正在重新启动。The database ended; starting it again.", file=sys.stderr)
            self.server.restart()
        for child in self.children:
            if child.revive():
                self._note_children()


def listen_for_the_end() -> None:
    """SIGTERM and a closed terminal end the program the same way as Ctrl-C."""

    def end(number, frame):
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def run(work: Callable[[], None]) -> int:
    """Run a household; being asked to stop is its normal end."""
    try:
        work()
    except KeyboardInterrupt:
        print("\n已停止。Stopped.")
    return 0


def _for_link(address: str) -> str:
    if address in ("0.0.0.0", "::"):
        return HOST
    return f"[{address}]" if ":" in address else address


def site_address() -> str:
    """The address to print: by name where it is this machine, because browsers make passkeys for names only."""
    place = _for_link(host())
    return f"http://{'localhost' if place == HOST else place}:{port()}/"


def _answers(url: str) -> bool:
    request = urllib.request.Request(url, headers={"Host": "127.0.0.1"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True  # it answers, if only that this host name is not ours
    except OSError:
        return False
