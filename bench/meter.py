"""What one call costs: statements, rows, CPU of this process, CPU of its PostgreSQL backend, wall time."""

import gc
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.db import connection

WARM_UP = 5
COUNTED = 3  # calls whose statements are counted: the most counts, because some things are looked up once in a while


@dataclass
class Cost:
    """Of one call: statements and rows that they returned, `bytes` of the answer, milliseconds of each of the calls."""

    group: str
    statements: int
    rows: int
    bytes: int
    web: list[float] = field(repr=False)
    database: list[float] = field(repr=False)
    wall: list[float] = field(repr=False)

    @property
    def cpu(self) -> list[float]:
        """Web and PostgreSQL together."""
        return [web + database for web, database in zip(self.web, self.database, strict=True)]

    def as_dict(self) -> dict:
        kept = {name: value for name, value in asdict(self).items() if not isinstance(value, list)}
        times = {"web_ms": self.web, "database_ms": self.database, "cpu_ms": self.cpu, "wall_ms": self.wall}
        return kept | {"calls": len(self.web)} | {name: spread(values) for name, values in times.items()}


def spread(values: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"p50": quantile(values, 0.5), "p95": quantile(values, 0.95)}


def quantile(values: list[float], share: float) -> float:
    """The smallest value that is not below `share` of all."""
    ordered = sorted(values)
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2) if ordered else 0.0


def cost(call: Callable[[], bytes], repeat: int, group: str = "") -> Cost:
    """`repeat` calls after a warm-up. The statements are counted in calls of their own, so that counting costs nothing where time is taken."""
    for _ in range(WARM_UP):
        answer = call()
    counts = [_counted(call) for _ in range(COUNTED)]
    gc.collect()
    found = Cost(group, max(count for count, _rows in counts), max(rows for _count, rows in counts), len(answer), [], [], [])
    for _ in range(repeat):
        backend, cpu, clock = backend_seconds(), time.process_time(), time.perf_counter()
        call()
        found.wall.append((time.perf_counter() - clock) * 1000)
        found.web.append((time.process_time() - cpu) * 1000)
        found.database.append((backend_seconds() - backend) * 1000)
    return found


def statements(call: Callable[[], object]) -> list[str]:
    """The SQL of one call, in order."""
    return [sql for sql, _rows in _noted(call)]


def _counted(call: Callable[[], object]) -> tuple[int, int]:
    noted = _noted(call)
    return len(noted), sum(rows for _sql, rows in noted)


def _noted(call: Callable[[], object]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []

    def note(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        found.append((sql, max(context["cursor"].rowcount, 0)))
        return answer

    with connection.execute_wrapper(note):
        call()
    return found


def backend_seconds() -> float:
    """CPU that the backend behind our connection has used so far. Linux only.

    `schedstat` counts nanoseconds; where the kernel lacks it, `stat` counts ticks of 10 ms, enough for many calls together.
    """
    connection.ensure_connection()
    folder = Path("/proc", str(connection.connection.info.backend_pid))
    try:
        return int((folder / "schedstat").read_text().split()[0]) / 1e9
    except FileNotFoundError:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100
