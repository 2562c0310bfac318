"""Measure everything that people wait for, each as the person who uses it: see `asked` for what that is."""

from collections import defaultdict
from collections.abc import Callable

from django.db import connection
from django.urls import NoReverseMatch

from bench import asked, machine, meter
from bench.visitor import Unexpected
from xinqiao.matters import history
from xinqiao.matters.models import Event

VERIFIED = 2_000  # matters whose chains are walked


def run(matters: int, *, repeat: int, only: str = "", profile: bool = False) -> dict:
    """Costs by name, quantiles of each group, and what could not be measured with the reason."""
    begun = machine.facts()
    costs, skipped = {}, {}
    for group, name, prepare in asked.everything():
        if only and only not in name:
            continue
        try:
            call = prepare()
            costs[name] = meter.cost(call, repeat, group)
        except (NoReverseMatch, Unexpected, LookupError) as missing:
            skipped[name] = str(missing)[:600]
            continue
        if profile:
            _profile(name, call, repeat)
    return {
        "matters": matters,
        "machine": begun | {"load_after": machine.facts()["load"], "work_ms_after": machine.work_ms()},
        "costs": {name: cost.as_dict() for name, cost in costs.items()},
        "together": _together(costs),
        "skipped": skipped,
        **({} if only else {"verification": verification()}),
        **database(),
    }


def _together(costs: dict[str, meter.Cost]) -> dict[str, dict]:
    """All calls of a group as one: CPU, and the parts of it."""
    groups = defaultdict(list)
    for cost in costs.values():
        groups[cost.group].append(cost)
    found = {}
    for group, members in groups.items():
        calls = {name: [value for one in members for value in getattr(one, name)] for name in ("cpu", "web", "database", "wall")}
        parts = {f"{name}_ms": meter.spread(calls[name]) for name in ("web", "database", "wall")}
        found[group] = meter.spread(calls["cpu"]) | parts | {"calls": len(calls["cpu"]), "measurements": len(members)}
    return found


def verification() -> dict:
    """How fast event chains are walked, in events a second of CPU. `python -m bench.verify` measures the whole proof with its checkpoints."""
    events = Event.objects.filter(matter_id__lte=VERIFIED).order_by("matter_id", "seq")
    count, found = events.count(), []

    def walk() -> bytes:
        found.extend(history.broken_links(events.iterator(chunk_size=2000)))
        return b""

    cost = meter.cost(walk, 1)
    return {"events": count, "broken": len(found), "cpu_ms": round(cost.cpu[0]), "events_a_second": round(count / cost.cpu[0] * 1000)}


def database() -> dict:
    """How large it is, table by table: rows as the planner counts them, megabytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) >> 20, version()")
        megabytes, version = cursor.fetchone()
        cursor.execute(
            "SELECT relname, greatest(reltuples, 0)::bigint, pg_relation_size(oid) >> 20, pg_indexes_size(oid) >> 20,"
            " (pg_total_relation_size(oid) - pg_relation_size(oid) - pg_indexes_size(oid)) >> 20"
            " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY pg_total_relation_size(oid) DESC LIMIT 24"
        )
        tables = {
            name: {"rows": rows, "table_mb": table, "index_mb": index, "toast_mb": toast}
            for name, rows, table, index, toast in cursor.fetchall()
        }
        cursor.execute("SELECT count(*) FROM matters_referral WHERE is_open")
        return {"megabytes": megabytes, "database": version.split(" on ")[0], "tables": tables, "open_desks": cursor.fetchone()[0]}


def _profile(name: str, call: Callable[[], bytes], repeat: int) -> None:
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(repeat):
        call()
    profiler.disable()
    print(f"--- {name}")
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)
