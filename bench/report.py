"""The results as a table for a terminal."""

from bench.budgets import AT, BUDGETS, verdict


def table(results: list[dict]) -> str:
    """One line for each measurement and size, then what is over its budget."""
    lines = [f"{'':52} {'matters':>10} {'SQL':>4} {'rows':>5} {'web ms':>7} {'PG ms':>6} {'CPU ms':>7} {'p95':>6} {'wall':>6} {'p95':>6}"]
    names = dict.fromkeys(name for one in results for name in one["costs"])
    for name in names:
        lines += [_line(name, one["matters"], one["costs"][name]) for one in results if name in one["costs"]]
    for one in results:
        lines += _below(one)
    found = verdict(results)
    judged = any(one["matters"] <= AT for one in results)
    lines += ["", *(f"OVER  {fault}" for fault in found)] if found else ["", "everything within its budget"] if judged else []
    return "\n".join(lines)


def _line(name: str, matters: int, cost: dict) -> str:
    return (
        f"{name:52.52} {matters:>10,} {cost['statements']:>4} {cost['rows']:>5} {cost['web_ms']['p50']:>7.1f} {cost['database_ms']['p50']:>6.1f} "
        f"{cost['cpu_ms']['p50']:>7.1f} {cost['cpu_ms']['p95']:>6.1f} {cost['wall_ms']['p50']:>6.0f} {cost['wall_ms']['p95']:>6.0f}"
    )


def _below(one: dict) -> list[str]:
    """What belongs to a size as a whole."""
    lines = ["", f"{one['matters']:,} matters, {one['megabytes']:,} MB"]
    for group, budget in BUDGETS.items():
        if group in one["together"]:
            times = one["together"][group]
            lines.append(f"  {budget.label:26} p50 {times['p50']:>6.1f}  p95 {times['p95']:>6.1f}  budget {budget.cpu_ms:.0f} ms CPU")
    if "verification" in one:
        lines.append(f"  event chains: {one['verification']['events_a_second']:,} events a second of CPU, {one['verification']['broken']} broken")
    if crowd := one.get("concurrency"):
        lines.append(
            f"  {crowd['processes']} at once: {crowd['requests_a_second']} requests a second, wall p50 {crowd['wall_ms']['p50']:.0f} ms, "
            f"p95 {crowd['wall_ms']['p95']:.0f} ms, {sum(crowd['errors'].values())} errors"
        )
    lines += [f"  not measured: {name}: {why.splitlines()[0] if why else ''}" for name, why in one["skipped"].items()]
    return lines
