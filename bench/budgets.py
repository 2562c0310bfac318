"""What pages may cost at a million matters, with scope applied: CPU of web and PostgreSQL together (issue 4)."""

from dataclasses import dataclass

AT = 1_000_000  # the size that the budgets are made for; smaller ones are judged by them too
GROWTH = 1.5  # times, from 10,000 matters to AT
GROWTH_FROM = 10_000
NOISE_MS = 2.0  # a difference below this is none


@dataclass(frozen=True)
class Budget:
    """For each measurement of a group. `quantile`: of its calls; `together`: of all calls of the group."""

    label: str
    cpu_ms: float
    statements: int | None = None
    quantile: str = "p50"
    together: bool = False


BUDGETS = {
    "list": Budget("list page", 40, statements=12),
    "case": Budget("case page", 50),
    "search": Budget("search", 60, quantile="p95", together=True),
    "counts": Budget("counts", 25),
    "submission": Budget("submission", 40),
    "alike": Budget("near-duplicate look-up", 60),
}
# Measured, without a budget at a million; of the pages of leaders and supervisors 60 ms and 15 statements are asked at 100,000.
UNJUDGED = {"person": "person look-up", "step": "one step", "portal": "tracking page", "oversight": "pages of leaders and supervisors"}


def over(costs: dict[str, dict], together: dict[str, dict]) -> list[str]:
    """A sentence for each figure that is over. `together`: quantiles of all calls of a group."""
    found = []
    for name, cost in costs.items():
        budget = BUDGETS.get(cost["group"])
        if budget is None:
            continue
        if budget.statements is not None and cost["statements"] > budget.statements:
            found.append(f"{name}: {cost['statements']} statements, not {budget.statements}")
        if not budget.together and cost["cpu_ms"][budget.quantile] > budget.cpu_ms:
            found.append(f"{name}: {cost['cpu_ms'][budget.quantile]:.0f} ms CPU, not {budget.cpu_ms:.0f}")
    for group, times in together.items():
        budget = BUDGETS.get(group)
        if budget and budget.together and times[budget.quantile] > budget.cpu_ms:
            found.append(f"{budget.label}, all: {times[budget.quantile]:.0f} ms CPU {budget.quantile}, not {budget.cpu_ms:.0f}")
    return found


def grown(results: list[dict]) -> list[str]:
    """A sentence for each measurement that costs more than GROWTH times as much at AT as at GROWTH_FROM, when both were measured."""
    sizes = {one["matters"]: one["costs"] for one in results}
    small, large = sizes.get(GROWTH_FROM), sizes.get(AT)
    if not small or not large:
        return []
    found = []
    for name in large:
        if name not in small or large[name]["group"] not in BUDGETS:
            continue
        before, after = small[name]["cpu_ms"]["p50"], large[name]["cpu_ms"]["p50"]
        if after > max(before * GROWTH, before + NOISE_MS):
            found.append(f"{name}: {after / before:.1f} times as much at {AT:,} as at {GROWTH_FROM:,} ({before:.1f} to {after:.1f} ms)")
    return found


def verdict(results: list[dict]) -> list[str]:
    """Everything that is over, at the sizes for which the budgets are made, and what grows."""
    found = [f"{one['matters']:,}: {fault}" for one in results if one["matters"] <= AT for fault in over(one["costs"], one["together"])]
    return [*found, *grown(results)]
