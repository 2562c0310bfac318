"""`python -m bench`: fill a database for each size, measure, say what is over the budget.

Each size has a data directory, a PostgreSQL and keys of its own below `var/bench/`, never those of the product; a size
that is filled already is measured again without filling. Results are kept as `var/bench/NUMBER.json`.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

SIZES = (1_000, 100_000)
OURS = Path(__file__).resolve().parents[1]


def main() -> int:
    """0 when every figure is within its budget, 1 when one is not, 3 when a measurement failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--matters", type=int, action="append", metavar="N", help="a size; may be given several times")
    parser.add_argument("--repeat", type=int, default=40, metavar="N", help="requests measured for each page (40)")
    parser.add_argument("--only", metavar="TEXT", help="only measurements whose name contains TEXT")
    parser.add_argument("--fresh", action="store_true", help="fill anew, for example after the tables have changed")
    parser.add_argument("--profile", action="store_true", help="print where the Python time goes")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    args = parser.parse_args()
    results = []
    for size in sorted(args.matters or SIZES):
        found = _measure(size, args)
        if found is None:
            return 3
        results.append(found)
    from bench import report

    print(json.dumps(results, ensure_ascii=False, indent=1) if args.json else report.table(results))
    return 0 if report.all_within_budget(results) else 1


def _measure(size: int, args: argparse.Namespace) -> dict | None:
    """Measure one size in a process of its own: the settings name one database only."""
    folder = Path(os.environ.get("XINQIAO_VAR") or "var").absolute() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "DATABASE_"))}
    environment |= {"XINQIAO_VAR": str(folder / str(size)), "XINQIAO_INSECURE_HTTP": "1", "XINQIAO_LOG_LEVEL": "ERROR"}
    environment["XINQIAO_SECOND_FACTOR"] = "optional"  # the pages behind the log-in are measured
    result = folder / f"{size}.json"
    result.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.one", str(size), str(result), f"--repeat={args.repeat}"]
    command += [f"--only={args.only}"] * bool(args.only) + ["--fresh"] * args.fresh + ["--profile"] * args.profile
    done = subprocess.run(command, env=environment, cwd=OURS, stdout=sys.stderr, check=False)
    return json.loads(result.read_text(encoding="utf-8")) if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
