"""The web server's own settings and its command line. It is granian's; any WSGI server can stand in for it.

Every request is done by one thread of one process; what comes while all are busy waits, first in the process, then in the system's queue.
"""

import os
import sys
from dataclasses import dataclass

from xinqiao import database

BACKLOG = 1024  # connections that the system keeps waiting for us
HEADER_MS = 30_000  # a connection that sends no request for so long is closed; a proxy's keep-alive must be shorter
BUFFER_BYTES = 64 * 1024  # of one request's headers


@dataclass(frozen=True)
class WebServer:
    """How many requests are done at once, how many may wait, and how long a process lives and may take to end."""

    workers: int = 2  # processes; XINQIAO_WORKERS
    threads: int = 4  # in each process; XINQIAO_THREADS
    connections: int = 256  # open in each process at once, idle ones included; more wait outside; XINQIAO_CONNECTIONS
    lifetime_seconds: int = 24 * 60 * 60  # then a fresh process takes over; 0: never; XINQIAO_WORKER_LIFETIME
    stop_seconds: int = 30  # how long running requests may take to end; XINQIAO_STOP_SECONDS

    @classmethod
    def from_environment(cls, *, workers: int | None = None, threads: int | None = None) -> "WebServer":
        """What the operator set; the arguments of the command line go first. Raises DatabaseTrouble on nonsense."""
        plain = cls()
        return cls(
            workers=workers or number("XINQIAO_WORKERS", plain.workers, least=1),
            threads=threads or number("XINQIAO_THREADS", plain.threads, least=1),
            connections=number("XINQIAO_CONNECTIONS", plain.connections, least=1),
            lifetime_seconds=number("XINQIAO_WORKER_LIFETIME", plain.lifetime_seconds, least=60, or_zero=True),
            stop_seconds=number("XINQIAO_STOP_SECONDS", plain.stop_seconds, least=1),
        )

    def command(self, *, host: str, port: int) -> list[str]:
        """What is started. Asked to stop (SIGTERM), it takes no new connection, ends the running requests and exits with 0."""
        told = {
            "--interface": "wsgi",
            "--http": "1",
            "--host": host,
            "--port": port,
            "--workers": self.workers,
            "--blocking-threads": self.threads,
            "--backlog": BACKLOG,
            "--backpressure": self.connections,
            "--http1-header-read-timeout": HEADER_MS,
            "--http1-buffer-size": BUFFER_BYTES,
            "--workers-kill-timeout": self.stop_seconds,
            "--log-level": "warning",
        }
        if self.lifetime_seconds:
            told["--workers-lifetime"] = self.lifetime_seconds
        pairs = [str(part) for pair in told.items() for part in pair]
        return [
            sys.executable, "-m", "granian", *pairs, "--no-ws", "--respawn-failed-workers", "xinqiao.wsgi:application",
        ]  # fmt: skip


def number(name: str, default: int, *, least: int, or_zero: bool = False) -> int:
    """A whole number from the environment. Raises DatabaseTrouble, whose text is for the person at the terminal."""
    raw = os.environ.get(name, "").strip() or str(default)
    if raw.isascii() and raw.isdigit() and (int(raw) >= least or (or_zero and int(raw) == 0)):
        return int(raw)
    also = "，或 0" if or_zero else ""
    raise database.DatabaseTrouble(
        f"{name} 应为不小于 {least} 的整数{also}。{name} must be a whole number of {least} or more, not {raw!r}."
    )
