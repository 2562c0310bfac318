"""The results as a table, and whether they keep within the budget (issue 2: 15 statements; 60 ms a page, 40 ms a submission)."""

STATEMENTS = 15
PAGE_MS, SUBMISSION_MS = 60.0, 40.0
GROWTH = 1.5  # the largest size against the smallest; small differences below 3 ms are noise
NOISE_MS = 3.0


def budget_of(name: str) -> float:
    """CPU milliseconds, web and PostgreSQL together."""
    return SUBMISSION_MS if name.startswith("submission") else PAGE_MS


def faults(name: str, cost: dict) -> list[str]:
    """What is over the budget. A submission is bounded by its time alone."""
    found = []
    if cost["statements"] > STATEMENTS and not name.startswith("submission"):
        found.append(f"{cost['statements']} statements")
    if cost["cpu_ms"] > budget_of(name):
        found.append(f"{cost['cpu_ms']:.0f} ms")
    return found


def all_within_budget(results: list[dict]) -> bool:
    """Whether no figure is over. Growth is told in the table, not judged: one page more or less of noise would decide."""
    return not any(faults(name, cost) for one in results for name, cost in one["costs"].items())


def table(results: list[dict]) -> str:
    """One line for each measurement and size."""
    lines = [f"{'':38} {'matters':>8} {'SQL':>4} {'web ms':>7} {'PG ms':>6} {'CPU ms':>7} {'wall':>6} {'kB':>5}"]
    for name in results[-1]["costs"]:
        for one in results:
            cost = one["costs"].get(name)
            if cost:
                over = " ".join(faults(name, cost))
                lines.append(
                    f"{name:38} {one['matters']:>8,} {cost['statements']:>4} {cost['web_ms']:>7.1f} {cost['database_ms']:>6.1f} "
                    f"{cost['cpu_ms']:>7.1f} {cost['wall_ms']:>6.0f} {cost['bytes'] / 1024:>5.0f} {'OVER: ' + over if over else 'ok'}"
                )
    lines += [f"{name} grows more than {GROWTH} times" for name in _grown(results)]
    for one in results:
        if one["skipped"]:
            lines.append(
                f"not measured at {one['matters']:,}: " + "; ".join(f"{k} ({v})" for k, v in one["skipped"].items())
            )
    return "\n".join(lines)


def _grown(results: list[dict]) -> list[str]:
    first, last = results[0]["costs"], results[-1]["costs"]
    return [
        name
        for name in last
        if name in first
        and last[name]["cpu_ms"] > max(first[name]["cpu_ms"] * GROWTH, first[name]["cpu_ms"] + NOISE_MS)
    ]
