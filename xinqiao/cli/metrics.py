"""Give out the figures for monitoring (Prometheus) on a port of their own; `xinqiao serve` starts this by itself.

监测数据。端口由 XINQIAO_METRICS_PORT 指定，默认只在本机（XINQIAO_METRICS_HOST，127.0.0.1）提供。
"""

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator

import psutil

from xinqiao import cli, database, folders, metrics
from xinqiao.cli.web_server import number

HELP = "提供监测数据 · give out figures for Prometheus"
FOLD_SECONDS = 3600
_OF_A_PROCESS = re.compile(r"(counter|histogram)_([1-9][0-9]*)\.db")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: where it listens is in the environment."""


def run(args: argparse.Namespace) -> int:
    """0 when asked to stop, 2 without XINQIAO_METRICS_PORT, 3 when the port is taken."""
    if not metrics.switched_on():
        print(f"请用 {metrics.PORT} 指定端口。Set {metrics.PORT} to a port.", file=sys.stderr)
        return cli.USAGE
    host, port = os.environ.get("XINQIAO_METRICS_HOST") or "127.0.0.1", number(metrics.PORT, 0, least=1)
    stop = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    folders.make()
    folders.ensure_secret_key()
    cli.start_django()
    everything = Everything()
    _listen(host, port, everything)
    while not stop.wait(FOLD_SECONDS):
        everything.fold()
    return cli.OK


def _listen(host: str, port: int, everything: "Everything") -> None:
    from prometheus_client import CollectorRegistry, start_http_server

    registry = CollectorRegistry()
    registry.register(everything)
    try:
        start_http_server(port, host, registry)
    except OSError as error:
        raise database.DatabaseTrouble(
            f"无法在 {host}:{port} 上提供监测数据：{error.strerror}。Cannot listen on {host}:{port}."
        ) from None


class Everything:
    """What all processes of this machine counted, and how the installation is at this moment; one look at a time."""

    def __init__(self):
        from prometheus_client import CollectorRegistry
        from prometheus_client.multiprocess import MultiProcessCollector

        metrics.folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        self._counted = MultiProcessCollector(CollectorRegistry(), path=str(metrics.folder()))
        self._lock = threading.Lock()
        self.fold()

    def collect(self) -> Iterator:
        """Every figure there is; Prometheus asks for this."""
        from django.db import connections

        with self._lock:
            try:
                yield from [*self._counted.collect(), *gauges()]
            finally:
                connections.close_all()  # each request for figures comes in a thread of its own

    def describe(self) -> list:
        """Nothing: asking would cost a look at the database at the start."""
        return []

    def fold(self) -> None:
        """Add the figures of processes that have ended into one file, so that a year of restarts leaves no heap of them."""
        from prometheus_client.mmap_dict import MmapedDict

        with self._lock:
            for path in sorted(metrics.folder().iterdir()):
                found = _OF_A_PROCESS.fullmatch(path.name)
                if found is None or psutil.pid_exists(int(found[2])):
                    continue
                aside = path.rename(path.with_suffix(".folding"))  # whatever happens now, nothing is counted twice
                kept = MmapedDict(str(metrics.folder() / f"{found[1]}_0.db"))
                for key, value, moment, _position in MmapedDict.read_all_values_from_file(str(aside)):
                    kept.write_value(key, kept.read_value(key)[0] + value, moment)
                kept.close()
                aside.unlink()


def gauges() -> Iterator:
    """How the installation is (`jobs.condition`): names from our own lists, and numbers. Without the database only that it is gone."""
    from django.db import DatabaseError, InterfaceError
    from django.utils import timezone
    from prometheus_client.core import GaugeMetricFamily as Gauge

    up = 1
    try:
        found = list(_standing(timezone.now()))
    except (DatabaseError, InterfaceError):
        up, found = 0, []
    yield Gauge("xinqiao_database_up", "Whether the database answers", value=up)
    for name, words, label, values in found:
        family = Gauge(f"xinqiao_{name}", words, labels=[label] if label else [])
        for key, value in values.items():
            family.add_metric([key] if label else [], value)
        yield family


def _standing(at) -> Iterator[tuple[str, str, str, dict[str, float]]]:
    """Name, words, label, and a value for each of the label's words ("" where there is no label)."""
    from xinqiao.jobs import condition, worker
    from xinqiao.matters import counted
    from xinqiao.reporting.indicators import facts as indicators

    def ago(moment) -> float:
        return max(0.0, (at - moment).total_seconds()) if moment else 0.0

    duties, queues, sealed = condition.duty_lines(at), condition.queues(at), condition.checkpoint_line(at)
    yield "workers", "Workers seen within 45 seconds", "", {"": worker.alive(at)}
    yield "queue_waiting", "Owed now, counted up to 10,000", "queue", {one.name: one.waiting for one in queues}
    yield "queue_oldest_seconds", "How long the oldest is owed", "queue", {one.name: ago(one.since) for one in queues}
    yield "duty_late", "1: should have been done 10 minutes ago", "duty", {one.name: int(one.late) for one in duties}
    yield "duty_failed", "1: failed the last time", "duty", {one.name: int(bool(one.error)) for one in duties}
    yield "duty_done_seconds", "Since it was last done", "duty", {one.name: ago(one.done_at) for one in duties if one.done_at}
    if sealed.made_at:
        yield "checkpoint_age_seconds", "Since the newest checkpoint", "", {"": ago(sealed.made_at)}
    yield "checkpoint_waiting_seconds", "How long rows wait for a checkpoint", "", {"": ago(sealed.waiting_since)}
    yield "checkpoint_folders_missing", "Folders outside that cannot be written", "", {
        "": sum(not fit for _name, fit in sealed.folders)
    }  # fmt: skip
    yield "counts_differing", "Figures of the statistics that are wrong", "", {"": counted.differing()}
    yield "indicators_differing", "Figures of the indicators that were wrong and are mended", "", {"": indicators.differing()}
    yield "migrations_pending", "Changes of the tables to be made", "", {"": condition.pending_migrations()}
    yield "disk_free_bytes", "Free space", "disk", {one.name: one.free for one in condition.disks()}
    yield "database_connections", "Connections to our database", "state", condition.connections_open()
    if copy := condition.replica():
        yield "replica_usable", "1: reports read the replica", "", {"": int(not copy.why)}
        if copy.seconds is not None:
            yield "replica_lag_seconds", "How far it is behind", "", {"": copy.seconds}
