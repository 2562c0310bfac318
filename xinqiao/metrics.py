"""Figures for the operators' monitoring (Prometheus): counted by every process of this machine in files below `XINQIAO_VAR/metrics`, and
given out by `xinqiao metrics` on a port of their own. Off, and free of cost, without XINQIAO_METRICS_PORT.

No label holds a person, a number, a query string or an organisation: routes, methods, states and names from our own closed lists only.
"""

import functools
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from xinqiao import folders

logger = logging.getLogger("xinqiao.metrics")

PORT, FOLDER = "XINQIAO_METRICS_PORT", "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)
STATEMENTS = (0, 2, 5, 8, 12, 20, 40, 80, 160, 320)


def switched_on() -> bool:
    """Whether this installation counts."""
    return bool(os.environ.get(PORT, "").strip())


def folder() -> Path:
    """Where the processes of this machine leave their figures."""
    return folders.var() / "metrics"


class Instruments:
    """What is counted. `registry` is given by tests; a server's processes count in files."""

    def __init__(self, registry=None):
        from prometheus_client import REGISTRY, Counter, Histogram

        registry = registry or REGISTRY
        count = functools.partial(Counter, registry=registry)
        measure = functools.partial(Histogram, registry=registry)
        self.requests = count("xinqiao_requests", "Requests answered", ["route", "method", "status"])
        by = ["route", "method"]
        self.seconds = measure("xinqiao_request_seconds", "Time of a request", by, buckets=SECONDS)
        self.cpu = measure("xinqiao_request_cpu_seconds", "Processor time of a request", by, buckets=SECONDS)
        self.sql = measure("xinqiao_request_sql_seconds", "Time waited for the database", by, buckets=SECONDS)
        self.statements = measure("xinqiao_request_sql_statements", "SQL statements", by, buckets=STATEMENTS)
        self.jobs = count("xinqiao_jobs", "Pieces of background work", ["kind", "name", "outcome"])
        self.duty_seconds = measure("xinqiao_duty_seconds", "Time of a duty", ["name"], buckets=SECONDS)
        self.replica_refused = count("xinqiao_replica_refused", "Looks at the replica that ended at the primary", ["why"])


_lock = threading.Lock()
_made: Instruments | None = None


def _instruments() -> Instruments | None:
    """Those of this process, made by the first who counts."""
    global _made
    if _made is None and switched_on():
        with _lock:
            if _made is None:
                # Read by the library when it is first imported: from then on values live in files, one set for each process.
                os.environ.setdefault(FOLDER, str(folder()))
                Path(os.environ[FOLDER]).mkdir(parents=True, exist_ok=True, mode=0o700)
                _made = Instruments()
    return _made


def _told(count: Callable) -> Callable:
    """No page and no work fails because it could not be counted: the disk of the figures may be full."""

    @functools.wraps(count)
    def quietly(*args, **kwargs) -> None:
        try:
            count(*args, **kwargs)
        except Exception as error:
            logger.warning("metrics.not_counted", extra={"error": type(error).__name__})

    return quietly


@_told
def request(
    *, route: str, method: str, status: int, seconds: float, cpu_seconds: float, statements: int, sql_seconds: float
) -> None:
    """One request was answered."""
    if told := _instruments():
        told.requests.labels(route, method, str(status)).inc()
        told.seconds.labels(route, method).observe(seconds)
        told.cpu.labels(route, method).observe(cpu_seconds)
        told.sql.labels(route, method).observe(sql_seconds)
        told.statements.labels(route, method).observe(statements)


@_told
def job(kind: str, name: str, outcome: str) -> None:
    """A piece of background work ended: kind `reaction`, `duty` or `message`; outcome `done`, `again` or `failed`."""
    if told := _instruments():
        told.jobs.labels(kind, name, outcome).inc()


@_told
def duty(name: str, outcome: str, seconds: float) -> None:
    """A duty was done, or failed."""
    if told := _instruments():
        told.jobs.labels("duty", name, outcome).inc()
        told.duty_seconds.labels(name).observe(seconds)


@_told
def replica_refused(why: str) -> None:
    """A page that may read the replica read the primary: it is `behind`, `gone`, or no replica (`primary`)."""
    if told := _instruments():
        told.replica_refused.labels(why).inc()
