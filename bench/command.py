"""`xinqiao bench`: fill a database of synthetic matters for each size, measure what people wait for, and say what is over its budget.

Each size has a data directory, a PostgreSQL and keys of its own below `var/bench/` (or `$XINQIAO_VAR/bench/`), never those of the program; a size
that is filled already is measured again without filling, one that was broken off goes on. Results are kept as `var/bench/NUMBER.json`, the
documentation is made from them by `python -m bench.document`.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

SIZES = (10_000, 100_000)
OURS = Path(__file__).resolve().parents[1]
OVER, USAGE, FAILED = 1, 2, 3


def run(args: argparse.Namespace) -> int:
    """The exit code of `xinqiao bench` (xinqiao/cli/bench.py)."""
    results = []
    for size in sorted(set(args.matters or SIZES)):
        code, found = _measure(size, args)
        if code:
            return code
        results += [found] if found else []
    if not results:
        return 0
    from bench import budgets, report

    over = budgets.verdict(results)
    print(json.dumps({"results": results, "over": over}, ensure_ascii=False, indent=1) if args.json else report.table(results))
    return OVER if over else 0


def folder() -> Path:
    """Where databases and results are."""
    return Path(os.environ.get("XINQIAO_VAR") or "var").absolute() / "bench"


def _measure(size: int, args: argparse.Namespace) -> tuple[int, dict | None]:
    """Measure one size in a process of its own: the settings name one database only. (exit code, results)"""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "DATABASE_"))}
    environment |= {name: value for name, value in os.environ.items() if name.startswith("XINQIAO_BENCH_")}
    environment |= {"XINQIAO_VAR": str(place / str(size)), "XINQIAO_INSECURE_HTTP": "1", "XINQIAO_LOG_LEVEL": "ERROR"}
    environment["XINQIAO_SECOND_FACTOR"] = "optional"  # the pages behind the log-in are measured
    kept = place / f"{size}.json"
    result = place / f"{size}.partial.json"
    result.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.one", str(size), str(result), f"--repeat={args.repeat}", f"--concurrency={args.concurrency}"]
    command += [f"--units={args.units}", f"--months={args.months}", f"--open={args.open}"]
    command += [f"--only={args.only}"] * bool(args.only) + ["--fresh"] * args.fresh + ["--profile"] * args.profile + ["--fill-only"] * args.fill_only
    code = subprocess.run(command, env=environment, cwd=OURS, stdout=sys.stderr, check=False).returncode
    if code or args.fill_only:
        return (code if code in (0, USAGE) else FAILED), None
    found = json.loads(result.read_text(encoding="utf-8"))
    if not args.only:
        result.replace(kept)
    return 0, found
