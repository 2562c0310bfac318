"""`python -m bench.importing`: what an import of history, its search and 10,000 units cost in processor time, part by part.

A database of its own in `var/bench/import/`, made anew each time; the rows are our own sentences put together, six in ten with name, mobile
and address. PostgreSQL's share is that of the import's own session; one core does both, so rows a second are counted over their sum.

At the end the whole of it, as an office runs it: `xinqiao worker` is at work, `xinqiao import` reads the file, and the clock runs until no
entry of the search is owed any more.
"""

import argparse
import csv
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

FIELDS = {"number": "编号", "title": "标题", "content": "内容", "received": "时间", "reply": "答复", "replied": "答复时间",
          "name": "姓名", "mobile": "电话", "address": "住址"}  # fmt: skip
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """0 when rows and units are within the budget (`--least`, `--seconds`), else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--least", type=int, default=1_000, help="rows a second and core, without the search (1,000)")
    parser.add_argument("--seconds", type=float, default=60, help="of processor time for the units (60)")
    args = parser.parse_args()
    folder = Path(os.environ.get("XINQIAO_VAR") or "var").absolute() / "bench" / "import"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in [name for name in os.environ if name.startswith(("XINQIAO_", "DATABASE_"))]:
        del os.environ[name]
    os.environ |= {"XINQIAO_VAR": str(folder), "XINQIAO_INSECURE_HTTP": "1", "XINQIAO_LOG_LEVEL": "ERROR"}
    subprocess.run(
        [sys.executable, "-m", "xinqiao", "migrate"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.environ["DJANGO_SETTINGS_MODULE"] = "xinqiao.settings"
    from xinqiao import cli, database

    with database.available():
        cli.start_django()
        result = {"units": _units(args.units), "rows": _rows(args.rows, folder / "rows.csv"), "memory_mb": _memory()}
        result["end_to_end"] = _whole(folder / "rows.csv", worker=True)
        result["end_to_end_without_worker"] = _whole(folder / "rows.csv", worker=False)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    slow = result["rows"]["rows_per_second_and_core"] < args.least or result["units"]["cpu_seconds"] > args.seconds
    return 1 if slow else 0


class Costs:
    """Processor seconds of this process and of its PostgreSQL session, part by part."""

    def __init__(self):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.backend = cursor.fetchone()[0]
        self.parts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def now(self) -> tuple[float, float]:
        """PostgreSQL's clock ticks a hundred times a second: good enough for a sum over many."""
        fields = Path(f"/proc/{self.backend}/stat").read_text().rsplit(")", 1)[1].split()
        return time.process_time(), (int(fields[11]) + int(fields[12])) / TICKS

    def of(self, part: str, call: Callable) -> Callable:
        def measured(*values, **named):
            python, postgres = self.now()
            try:
                return call(*values, **named)
            finally:
                then = self.now()
                self.parts[part][0] += then[0] - python
                self.parts[part][1] += then[1] - postgres

        return measured

    def micros(self, rows: int) -> dict[str, dict[str, int]]:
        """Microseconds a row."""
        return {
            part: {"python": round(python / rows * 1e6), "postgres": round(postgres / rows * 1e6)}
            for part, (python, postgres) in self.parts.items()
        }


def _rows(count: int, path: Path) -> dict:
    from django.utils import timezone

    from xinqiao.matters import entries, import_runs, importing
    from xinqiao.matters.steps import import_history
    from xinqiao.matters.table_files import open_table

    _write_file(path, count)
    costs, settings = Costs(), importing.Settings("bench", importing.default_office(), FIELDS)
    # The outer parts hold the inner ones; what is not named in them is reading the file and the sums.
    importing.read_row = costs.of("clean and check", importing.read_row)
    import_history.judge = costs.of("look up known rows", import_history.judge)
    import_history._numbers = costs.of("numbers", import_history._numbers)
    import_history._Batch.write = costs.of("copy", import_history._Batch.write)
    import_history.import_history = costs.of(
        "store a batch (the three above, columns, hashes, sealing)", import_history.import_history
    )
    with open_table(path, wanted=set(FIELDS.values())) as table:
        run = costs.of("all", import_runs.run)
        _record, sums = run(path, table, settings, who="bench", now=timezone.now)
    search = min(count, 5_000)
    make = costs.of("search", entries.make_due)
    made = 0
    while made < search and (batch := make()):
        made += len(batch)
    python, postgres = costs.parts.pop("search")
    whole = sum(costs.parts["all"])
    return {
        "rows": sums.rows_in,
        "stored": sums.stored,
        "micros_a_row": costs.micros(count),
        "search_micros_an_entry": {"python": round(python / made * 1e6), "postgres": round(postgres / made * 1e6)},
        "rows_per_second_and_core": round(count / whole),
        "with_search": round(1 / (whole / count + (python + postgres) / made)),
    }


def _whole(path: Path, *, worker: bool) -> dict:
    """Rows stored and found by the search a second, by the clock, from the start of the command until no entry is owed."""
    from django.db import connection

    from bench import machine
    from xinqiao.matters import entries
    from xinqiao.search.models import EntryDue, SearchEntry

    while entries.make_due():
        pass
    program, quiet = [sys.executable, "-m", "xinqiao"], {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    beside = subprocess.Popen([*program, "worker"], **quiet) if worker else None
    time.sleep(5 if worker else 0)  # it has begun, and does what else is owed after the rows before
    before, load = SearchEntry.objects.count(), os.getloadavg()[0]
    server, duties, began = _server_seconds(), _seconds_of(beside.pid) if beside else 0.0, time.perf_counter()
    mapping = ",".join(f"{field}={column}" for field, column in FIELDS.items())
    command = [*program, "import", str(path), "--source", f"bench {began}", "--map", mapping]
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, **quiet)
    stored = time.perf_counter() - began
    while EntryDue.objects.exists():
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    duties = _seconds_of(beside.pid) - duties if beside else 0.0
    then, rows = resource.getrusage(resource.RUSAGE_CHILDREN), SearchEntry.objects.count() - before
    server, load_after, work = _server_seconds() - server, os.getloadavg()[0], machine.work_ms()
    if beside:
        beside.terminate()
        beside.wait()
    connection.close()
    return {
        "rows": rows,
        "command_seconds": round(stored, 1),
        "until_all_are_found": round(seconds, 1),
        "rows_per_second": round(rows / seconds),
        "cpu_micros_a_row": {
            "command": round((then.ru_utime + then.ru_stime - ours.ru_utime - ours.ru_stime) / rows * 1e6),
            "postgres": round(server / rows * 1e6),
            "worker": round(duties / rows * 1e6),
        },
        "load_before_and_after": [round(load, 1), round(load_after, 1)],
        "the_same_work_ms": work,
    }


def _seconds_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _server_seconds() -> float:
    """CPU of the whole PostgreSQL server so far, sessions that have ended too."""
    from xinqiao.database.embedded import Embedded

    postmaster = int((Embedded().data / "postmaster.pid").read_text().split()[0])
    spent = 0.0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended just now
            continue
        if int(folder.name) == postmaster:
            spent += sum(map(int, fields[11:15]))  # its own and that of its children that have ended
        elif int(fields[1]) == postmaster:
            spent += sum(map(int, fields[11:13]))
    return spent / TICKS


def _units(count: int) -> dict:
    from django.db import transaction

    from xinqiao.organisations import importing

    costs = Costs()

    @transaction.atomic
    def load() -> importing.Plan:
        plan = importing.Plan((row, unit) for row, unit in enumerate(_drawn_units(count), 2))
        plan.apply()
        return plan

    plan = costs.of("first", load)()
    again = costs.of("again", load)()
    assert not again.created and not again.changed
    seconds = {part: round(sum(spent), 2) for part, spent in costs.parts.items()}
    return {"units": len(plan.created), "cpu_seconds": seconds["first"], "cpu_seconds_again": seconds["again"]}


def _drawn_units(count: int) -> Iterator[dict[str, str]]:
    """A province with its petition office, then governments of three levels and what works for them."""
    governments = []
    for number in range(count):
        above = governments[min((number - 2) // 20, len(governments) - 1)] if governments and number > 1 else ("", 0)
        level = min(above[1] + 1, 5) if number else 1
        is_government = number == 0 or (number % 4 == 2 and level < 5)
        line = "government" if is_government else "petition_office" if number == 1 else "department"
        parent = above[0] if number > 1 else "u0" if number else ""
        level = 1 if number == 1 else level
        if is_government:
            governments.append((f"u{number}", level))
        yield {
            "key": f"u{number}", "name": f"第{number}号单位", "short": f"单{number}", "level": str(level), "line": line, "parent": parent,
            "division_code": f"99{number % 10_000:04}", "address": f"人民路{number}号", "phone": f"0990-{5_550_000 + number}",
        }  # fmt: skip


def _write_file(path: Path, count: int) -> None:
    from xinqiao.seed import region
    from xinqiao.seed.petitions import draw_petitions

    rng = Random(1)
    drawn = list(draw_petitions(Random(2), region.load(), 500))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS.values())
        for number in range(count):
            one, other = rng.choice(drawn), rng.choice(drawn)
            person = one.petitioners[0] if one.petitioners else None
            named = (person.name, person.phone, one.address[:200]) if person and rng.random() < 0.6 else ("", "", "")
            day = f"20{rng.randint(10, 24)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
            reply = (f"经调查，{other.content[:120]}已按规定办理。", f"{day} 16:00:00") if number % 5 < 2 else ("", "")
            writer.writerow(
                [f"B{number}", one.title[:100], f"{one.content}\n{other.content}", f"{day} 09:30:00", *reply, *named]
            )


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
