"""`python -m bench.document [FOLDER]`: write the tables of docs/performance.md and the plots in docs/images from the kept results.

FOLDER holds the results (`var/bench`, or `$XINQIAO_VAR/bench`): every NUMBER.json in it, and verify.json when there is one. No figure in the tables is
typed by hand: what stands between two marks of the page is written anew each time.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import command
from bench.budgets import AT, BUDGETS, GROWTH_FROM, UNJUDGED, verdict
from bench.plot import Line, Panel, svg

OURS = Path(__file__).resolve().parents[1]
PAGE = OURS / "docs" / "performance.md"
IMAGES = OURS / "docs" / "images"
MARK = re.compile(r"(<!-- bench: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> int:
    """0 when written, 2 when there is no result."""
    parser = argparse.ArgumentParser(prog="python -m bench.document", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=None)
    args = parser.parse_args()
    results = read(args.folder or command.folder())
    if not results:
        print("no results: run xinqiao bench first", file=sys.stderr)
        return 2
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(MARK.sub(lambda mark: mark[1] + "\n" + PARTS[mark["name"]](results) + "\n\n" + mark[3], page), encoding="utf-8")
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures(results).items():
        (IMAGES / name).write_text(picture, encoding="utf-8")
    return 0


def read(folder: Path) -> list[dict]:
    """The kept results, the smallest size first."""
    files = [path for path in folder.glob("*.json") if path.stem.isdigit()]
    return sorted((json.loads(path.read_text(encoding="utf-8")) for path in files), key=lambda one: one["matters"])


# ---- tables --------------------------------------------------------------------------------------------------------------


def machines(results: list[dict]) -> str:
    rows = [["matters", "processor", "memory", "load before, after", "the same work before, after", "PostgreSQL", "Python", "commit"]]
    for one in results:
        facts = one["machine"]
        rows.append([
            f"{one['matters']:,}", f"{facts['processor']}, {facts['cores']} cores", f"{facts['memory_gb']} GB",
            f"{facts['load']}, {facts['load_after']}", f"{facts['work_ms']}, {facts['work_ms_after']} ms",
            one["database"].removeprefix("PostgreSQL "), facts["python"], facts["commit"],
        ])  # fmt: skip
    return _table(rows)


def groups(results: list[dict]) -> str:
    """Each budget, and what it came to at each size: median and 95th percentile of all calls of the group, then the dearest measurement."""
    rows = [["CPU ms, web + PostgreSQL", "budget", *(f"{one['matters']:,}: p50 / p95 (dearest)" for one in results), "growth 10,000 to 1,000,000"]]
    for group in (*BUDGETS, *UNJUDGED):
        label, wanted = (BUDGETS[group].label, _budget(group)) if group in BUDGETS else (UNJUDGED[group], "")
        cells = [_group_cell(one, group) for one in results]
        if any(cells):
            rows.append([label, wanted, *cells, _growth(results, group)])
    return _table(rows)


def _budget(group: str) -> str:
    budget = BUDGETS[group]
    more = f", {budget.statements} statements" if budget.statements else ""
    return f"≤ {budget.cpu_ms:.0f}{' (p95 of all)' if budget.together else ''}{more}"


def _group_cell(one: dict, group: str) -> str:
    times = one["together"].get(group)
    if not times:
        return ""
    dearest = max(cost["cpu_ms"]["p50"] for cost in one["costs"].values() if cost["group"] == group)
    return f"{times['p50']:.0f} / {times['p95']:.0f} ({dearest:.0f})"


def _growth(results: list[dict], group: str) -> str:
    sizes = {one["matters"]: one["together"].get(group) for one in results}
    small, large = sizes.get(GROWTH_FROM), sizes.get(AT)
    return f"{large['p50'] / small['p50']:.2f} ×" if small and large else ""


def faults(results: list[dict]) -> str:
    found = verdict(results)
    if not found:
        return "Every figure up to a million matters is within its budget, and nothing grows more than 1.5 times."
    return "\n".join(["Over the budget:", "", *(f"- {fault}" for fault in found)])


def details(results: list[dict]) -> str:
    """Every measurement: at each size web + PostgreSQL, and the statements of the largest."""
    rows = [["", "SQL", "rows", *(f"{one['matters']:,}: web + PG = **CPU** (p95), wall" for one in results)]]
    for name in dict.fromkeys(name for one in results for name in one["costs"]):
        costs = [one["costs"].get(name) for one in results]
        known = [cost for cost in costs if cost]
        rows.append([name, str(known[-1]["statements"]), str(known[-1]["rows"]), *map(_cost_cell, costs)])
    return _table(rows)


def _cost_cell(cost: dict | None) -> str:
    if not cost:
        return ""
    return (
        f"{cost['web_ms']['p50']:.0f} + {cost['database_ms']['p50']:.1f} = **{cost['cpu_ms']['p50']:.0f}** ({cost['cpu_ms']['p95']:.0f}), "
        f"{cost['wall_ms']['p50']:.0f}"
    )


def sizes(results: list[dict]) -> str:
    rows = [["", *(f"{one['matters']:,}" for one in results)]]
    rows.append(["database", *(f"{one['megabytes']:,} MB" for one in results)])
    rows.append(["open desks", *(f"{one['open_desks']:,}" for one in results)])
    names = sorted({name for one in results for name in one["tables"]}, key=lambda name: -_megabytes(results[-1]["tables"].get(name)))
    for name in names[:14]:
        rows.append([f"`{name}`: rows, table + index + toast MB", *(_table_cell(one["tables"].get(name)) for one in results)])
    return _table(rows)


def _megabytes(table: dict | None) -> int:
    return table["table_mb"] + table["index_mb"] + table["toast_mb"] if table else 0


def _table_cell(table: dict | None) -> str:
    return f"{table['rows']:,}, {table['table_mb']:,} + {table['index_mb']:,} + {table['toast_mb']:,}" if table else ""


def filled(results: list[dict]) -> str:
    """How long the filling took, by step."""
    names = list(dict.fromkeys(name for one in results for name in one["filled"]["seconds"]))
    rows = [["seconds", *(f"{one['matters']:,}" for one in results)]]
    rows += [[name, *(f"{one['filled']['seconds'].get(name, 0):,.0f}" for one in results)] for name in names]
    rows.append(["**altogether**", *(f"**{sum(one['filled']['seconds'].values()):,.0f}**" for one in results)])
    return _table(rows)


def crowds(results: list[dict]) -> str:
    rows = [["matters", "processes", "requests a second", "wall p50 / p95 ms", "list", "case", "search", "submission", "errors"]]
    for one in results:
        if crowd := one.get("concurrency"):
            waits = [_wait(crowd["groups"].get(name)) for name in ("list", "case", "search", "submission")]
            rows.append([f"{one['matters']:,}", str(crowd["processes"]), f"{crowd['requests_a_second']}", _wait(crowd), *waits,
                         str(sum(crowd["errors"].values()))])  # fmt: skip
    return _table(rows) if len(rows) > 1 else "Not measured."


def _wait(found: dict | None) -> str:
    return f"{found['wall_ms']['p50']:.0f} / {found['wall_ms']['p95']:.0f}" if found else ""


def chains(results: list[dict]) -> str:
    rows = [["matters", "events walked", "events a second of CPU", "broken"]]
    for one in results:
        if walked := one.get("verification"):
            rows.append([f"{one['matters']:,}", f"{walked['events']:,}", f"{walked['events_a_second']:,}", str(walked["broken"])])
    return _table(rows)


def _table(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


PARTS: dict[str, Callable[[list[dict]], str]] = {
    "machines": machines, "groups": groups, "faults": faults, "details": details, "sizes": sizes, "filled": filled, "crowds": crowds,
    "chains": chains,
}  # fmt: skip


# ---- plots ---------------------------------------------------------------------------------------------------------------


def pictures(results: list[dict]) -> dict[str, str]:
    cost = [Panel(budget.label, list(_cost_lines(results, group)), budget.cpu_ms) for group, budget in BUDGETS.items()]
    parts = [Panel(budget.label, list(_part_lines(results, group))) for group, budget in BUDGETS.items()]
    return {
        "cost.svg": svg([one for one in cost if one.lines], "ms", "CPU of one request, web and PostgreSQL together, by the number of matters"),
        "parts.svg": svg([one for one in parts if one.lines], "ms", "Median CPU of one request, by the number of matters: web and PostgreSQL apart"),
    }


def _cost_lines(results: list[dict], group: str) -> Iterator[Line]:
    for label, quantile in (("median of all calls", "p50"), ("95th percentile", "p95")):
        if points := [(one["matters"], one["together"][group][quantile]) for one in results if group in one["together"]]:
            yield Line(label, points)


def _part_lines(results: list[dict], group: str) -> Iterator[Line]:
    for label, part in (("web", "web_ms"), ("PostgreSQL", "database_ms")):
        if points := [(one["matters"], one["together"][group][part]["p50"]) for one in results if group in one["together"]]:
            yield Line(label, points)


if __name__ == "__main__":
    sys.exit(main())
