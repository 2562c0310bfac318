"""Many at once: processes that send the same mix of requests through the WSGI application, each with its own connection, as the workers of the web
server do. Without the network, so that what is measured is the program and its database."""

import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connections

from bench import asked, meter
from bench.visitor import Unexpected
from xinqiao.workbench import shelves

SECONDS = 20
WARM_UP = 3
# Out of a hundred requests of a working day: lists most of all, one petition comes in for many that are read.
MIX = {"list": 45, "case": 25, "search": 12, "counts": 3, "portal": 10, "submission": 5}


def run(processes: int, *, seconds: int = SECONDS) -> dict:
    """Requests a second and their wall times, by group and altogether."""
    connections.close_all()
    with TemporaryDirectory() as folder:
        start_at = time.time() + 20 + processes  # when all have prepared their requests
        children = [_start(Path(folder), number, start_at, seconds) for number in range(processes)]
        failed = sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children)
        parts = [json.loads(path.read_text()) for path in Path(folder).glob("*.json")]
    walls, errors = defaultdict(list), Counter()
    for part in parts:
        errors.update(part["errors"])
        for group, values in part["walls"].items():
            walls[group] += values
    everything = [value for values in walls.values() for value in values]
    return {
        "processes": processes,
        "failed_processes": failed,
        "seconds": seconds,
        "requests": len(everything),
        "requests_a_second": round(len(everything) / seconds, 1),
        "wall_ms": meter.spread(everything),
        "groups": {group: {"requests": len(values), "wall_ms": meter.spread(values)} for group, values in sorted(walls.items())},
        "errors": dict(errors),
    }


def _start(folder: Path, number: int, start_at: float, seconds: int) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        random.seed(number)
        told = _work(start_at, seconds)
        (folder / f"{number}.json").write_text(json.dumps(told))
        code = 0
    finally:
        os._exit(code)


def _work(start_at: float, seconds: int) -> dict:
    calls = {group: [prepare() for prepare in found] for group, found in _calls().items()}
    for found in calls.values():
        for call in found[:WARM_UP]:
            call()
    walls, errors = defaultdict(list), Counter()
    groups, weights = list(MIX), list(MIX.values())
    time.sleep(max(start_at - time.time(), 0))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        group = random.choices(groups, weights)[0]
        began = time.perf_counter()
        try:
            random.choice(calls[group])()
        except Unexpected as wrong:
            errors[str(wrong).splitlines()[0]] += 1
            continue
        walls[group].append((time.perf_counter() - began) * 1000)
    return {"walls": walls, "errors": errors}


def _calls() -> dict[str, list[Callable[[], asked.Call]]]:
    """The requests of the mix, as they are prepared in each process."""
    found = defaultdict(list)
    for group, name, prepare in _wanted():
        if group in MIX and "step alone" not in name and "last page" not in name:
            found[group].append(prepare)
    return found


def _wanted() -> Iterator[asked.Measurement]:
    posts = {who: asked.officer_of(*post) for who, post in asked.OFFICERS.items()}
    for group, name, prepare in asked.everything():
        if group != "list":
            yield group, name, prepare
    for who, officer in posts.items():
        for shelf in shelves.shelves_of(officer)[:4]:
            yield "list", f"{who}, {shelf.key}", partial(asked._page, officer, asked._queue(shelf=shelf.key))
