"""On what was measured: a figure without its machine says nothing."""

import os
import platform
import statistics
import subprocess
import time
from pathlib import Path

OURS = Path(__file__).resolve().parents[1]


def facts() -> dict:
    """Processor, memory, kernel, Python, load, and which version of the program."""
    return {
        "processor": _line("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(int((_line("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1024 / 1024),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "work_ms": work_ms(),
        "load": round(os.getloadavg()[0], 1),
        "commit": _commit(),
    }


def work_ms() -> float:
    """CPU of one and the same piece of work: twice as much as on another day says that others shared the processor's caches and threads, and
    that every figure measured then is as much too high."""
    taken = []
    for _ in range(5):
        began, text = time.process_time(), ""
        for number in range(40_000):
            text = f"{number}{text[:40]}".translate({48: 49})
        taken.append((time.process_time() - began) * 1000)
    return round(statistics.median(taken), 1)


def _line(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _commit() -> str:
    try:
        done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=OURS, capture_output=True, text=True, check=False)
    except OSError:
        return ""  # a machine without git
    return done.stdout.strip()
