"""What one call costs: statements, CPU of this process, CPU of its PostgreSQL backend, wall time."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import connection

WARM_UP = 5


@dataclass(frozen=True)
class Cost:
    """Of one call: statements a count, CPU and wall in milliseconds, `bytes` of the answer."""

    statements: int
    web_ms: float
    database_ms: float
    wall_ms: float
    bytes: int

    @property
    def cpu_ms(self) -> float:
        return self.web_ms + self.database_ms

    def as_dict(self) -> dict:
        return asdict(self) | {"cpu_ms": round(self.cpu_ms, 2)}


def cost(call: Callable[[], bytes], repeat: int) -> Cost:
    """Median of `repeat` calls after a warm-up; the backend's CPU is the mean of the whole batch.

    The statements are counted in calls of their own, so that counting costs nothing where time is taken.
    """
    for _ in range(WARM_UP):
        answer = call()
    counts = [_statements(call) for _ in range(3)]
    gc.collect()
    web, wall, backend = [], [], _backend_seconds()
    for _ in range(repeat):
        cpu, clock = time.process_time(), time.perf_counter()
        call()
        web.append(time.process_time() - cpu)
        wall.append(time.perf_counter() - clock)
    database = (_backend_seconds() - backend) / repeat
    return Cost(
        statements=max(counts),
        web_ms=round(statistics.median(web) * 1000, 2),
        database_ms=round(database * 1000, 2),
        wall_ms=round(statistics.median(wall) * 1000, 2),
        bytes=len(answer),
    )


def statements(call: Callable[[], object]) -> list[str]:
    """The SQL of one call, in order."""
    found: list[str] = []

    def note(execute, sql, params, many, context):
        found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        call()
    return found


def _statements(call: Callable[[], object]) -> int:
    return len(statements(call))


def _backend_seconds() -> float:
    """CPU that the backend behind our connection has used so far. Linux only.

    `schedstat` counts nanoseconds; where the kernel lacks it, `stat` counts ticks of 10 ms, enough for a batch.
    """
    connection.ensure_connection()
    folder = Path("/proc", str(connection.connection.info.backend_pid))
    try:
        return int((folder / "schedstat").read_text().split()[0]) / 1e9
    except FileNotFoundError:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100
