"""`python -m bench.verify`: how fast `xinqiao verify` goes, checkpoints and a copy outside included, and in how much memory.

A database of its own in `var/bench/verify-N/`, filled by COPY (about ten events a matter), all of it anchored, then checked in a fresh process.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import time
from pathlib import Path

PARTS = ("events", "audit", "submissions", "documents", "numbers")


def main() -> int:
    """0 when nothing was found and the rate is at least the one asked for, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.verify", description=__doc__)
    parser.add_argument("--matters", type=int, default=25_000)
    parser.add_argument("--least", type=int, default=20_000, metavar="N", help="rows a second (20,000)")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    folder = Path(os.environ.get("XINQIAO_VAR") or "var").absolute() / "bench" / f"verify-{args.matters}"
    if args.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith(("XINQIAO_", "DATABASE_"))]:
        del os.environ[name]
    os.environ |= {"XINQIAO_VAR": str(folder), "XINQIAO_INSECURE_HTTP": "1", "XINQIAO_LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "xinqiao.settings"
    from bench.one import as_owner, serving
    from xinqiao import folders

    folders.make()
    folders.ensure_secret_key()
    with serving() as server:
        mark = folders.var() / "filled.json"
        if not mark.exists() and as_owner(server, lambda: _fill(args.matters, mark)):
            return 1
        os.environ["DATABASE_URL"] = server.address().url
        _in_child(_anchor)
        return _in_child(_verify, args)


def _fill(matters: int, mark: Path) -> None:
    """With its triggers: every row owes its place in a checkpoint, as in an office."""
    from datetime import UTC, datetime

    from bench import synthetic

    at = datetime.now(UTC)
    synthetic.fill(matters, at=at)
    synthetic.analyze()
    mark.write_text(json.dumps({"matters": matters, "at": at.isoformat()}), encoding="utf-8")


def _in_child(work, *values) -> int:
    """A process of its own: what it needs at most is then its own."""
    if os.fork() == 0:
        code = 1
        try:
            code = work(*values)
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.wait()[1])


def _anchor() -> int:
    import django

    django.setup()
    from django.utils import timezone

    from xinqiao.jobs import anchored_rows

    began, rows = time.monotonic(), 0
    while made := anchored_rows.anchor(timezone.now()):
        rows += made
    seconds = time.monotonic() - began
    if rows:
        print(json.dumps({"anchored": rows, "seconds": round(seconds, 1), "rows_per_second": round(rows / seconds)}))
    return 0


def _verify(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.db import connection

    from xinqiao.integrity import places
    from xinqiao.jobs import proof

    if args.profile:
        import cProfile

        profile = cProfile.Profile()
        profile.enable()
    seen, at, laps = {}, time.monotonic(), {}

    def told(part, rows):
        seen[part] = rows
        laps[part] = time.monotonic()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    began, cpu, server_cpu = at, time.process_time(), _cpu_of(backend)
    check = proof.Proof(places.chosen())
    with proof.one_moment():
        found = list(check.walk(told))
    seconds, cpu, server_cpu = time.monotonic() - began, time.process_time() - cpu, _cpu_of(backend) - server_cpu
    if args.profile:
        profile.disable()
        import pstats

        pstats.Stats(profile).sort_stats("tottime").print_stats(18)
    rows, parts = sum(seen[part] for part in PARTS), {}
    for part, ended in sorted(laps.items(), key=lambda lap: lap[1]):
        parts[part], began = round(ended - began, 2), ended
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({
        "rows": rows, "anchored": seen["anchored"], "findings": len(found), "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds), "events_per_second": round(seen["events"] / seconds),
        "python_cpu_seconds": round(cpu, 2), "postgres_cpu_seconds": round(server_cpu, 2), "peak_megabytes": peak, "seconds_of_parts": parts, "checked": seen,
    }, indent=1))  # fmt: skip
    for finding in found[:5]:
        print(finding)
    return 0 if not found and rows / seconds >= args.least else 1


def _cpu_of(process: int) -> float:
    """Seconds of CPU that the backend of our connection has used (Linux)."""
    parts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
