"""Fill a database with the matters of a plan: by two processes, in batches that are committed one by one, without indexes until the end.

Whatever breaks it off, the next call goes on: batches that are there are passed over, an index that is built is not built again. What is done
is kept in the schema `bench` of the same database, in the transaction that did it.
"""

import json
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from django.db import connection, transaction

from bench import synthetic
from bench.found import LIKENESS
from bench.found import TABLE as SEARCH
from bench.progress import Progress
from bench.settings import BUILDING
from bench.synthetic import Plan
from xinqiao import folders
from xinqiao.database import Address

PROCESSES = int(os.environ.get("XINQIAO_BENCH_PROCESSES") or min(os.cpu_count() or 2, 4))
KEPT_FREE = 8 << 30  # bytes of the disk that are never filled
SCHEMA = """
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.plan (plan jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS bench.batch (number integer PRIMARY KEY, matters integer NOT NULL);
CREATE TABLE IF NOT EXISTS bench.marks (matter_id bigint PRIMARY KEY, words tsvector NOT NULL);
CREATE TABLE IF NOT EXISTS bench.step (name text PRIMARY KEY, seconds real NOT NULL, done_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS bench.definition (position serial PRIMARY KEY, belongs text NOT NULL, name text NOT NULL, sort text NOT NULL, statement text NOT NULL);
"""
# Of the filled tables: every index and constraint that is not the primary key or a check.
DEFINITIONS = """
SELECT c.conrelid::regclass::text, c.conname, CASE c.contype WHEN 'f' THEN 'key' ELSE 'constraint' END,
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)),
    format('ALTER TABLE %%s DROP CONSTRAINT %%I', c.conrelid::regclass, c.conname)
FROM pg_constraint c WHERE c.conrelid::regclass::text = ANY(%(tables)s) AND c.contype IN ('f', 'u')
UNION ALL
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, 'index', pg_get_indexdef(i.indexrelid), format('DROP INDEX %%s', i.indexrelid::regclass)
FROM pg_index i WHERE i.indrelid::regclass::text = ANY(%(tables)s) AND NOT i.indisprimary
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype = 'u')
"""


class OtherPlan(Exception):
    """The database was begun with other options. The message is for the person at the terminal."""


class NoRoom(Exception):
    """The disk is too small. The message is for the person at the terminal."""


def run(plan: Plan) -> dict:
    """Make what is missing; returns seconds by step. As the owner of the tables, on a migrated database."""
    from bench import copies

    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
    plan = begun(plan)
    step("prepare", lambda: synthetic.prepare(plan))
    step("take indexes off", lambda: bare(tables()))
    step("rows", lambda: _fill(plan), in_transaction=False)
    step("copies", lambda: copies.grow(plan), in_transaction=False)
    step("sequences", synthetic.finish)
    step("indexes", dress, in_transaction=False)
    step("statistics", synthetic.analyze, in_transaction=False)
    return steps()


def begun(plan: Plan) -> Plan:
    """The plan that this database was begun with; raises OtherPlan when the wishes differ (but for the moment they were said)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT plan FROM bench.plan")
        row = cursor.fetchone()
        if row is None:
            cursor.execute("INSERT INTO bench.plan VALUES (%s)", [json.dumps(plan.as_dict())])
            return plan
    kept = Plan(**(json.loads(row[0]) if isinstance(row[0], str) else row[0]))
    wanted = Plan(**plan.as_dict() | {"at": kept.at})
    if wanted != kept:
        raise OtherPlan(f"这个测量库是按别的选项建的：{kept.as_dict()}。请用同样的选项，或加 --fresh 重建。\n"
                        f"This database was begun with other options: {kept.as_dict()}. Give the same ones, or --fresh.")  # fmt: skip
    return kept


# ---- steps -------------------------------------------------------------------------------------------------------------


def step(name: str, work: Callable[[], object], *, in_transaction: bool = True) -> None:
    """Do a step that is not done yet, and note it."""
    if name in steps():
        return
    began = time.monotonic()
    if in_transaction:
        with transaction.atomic():
            work()
            _note(name, began)
    else:
        work()
        _note(name, began)


def steps() -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, seconds FROM bench.step ORDER BY done_at")
        return {name: round(seconds, 1) for name, seconds in cursor.fetchall()}


def forget(*names: str) -> None:
    """Let these steps be done again."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bench.step WHERE name = ANY(%s)", [list(names)])


def _note(name: str, began: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench.step (name, seconds) VALUES (%s, %s)", [name, time.monotonic() - began])


# ---- rows --------------------------------------------------------------------------------------------------------------


def _fill(plan: Plan) -> None:
    """Let PROCESSES processes make the batches that are missing, and tell how far they are."""
    check_room(plan.matters * _bytes_of_each(plan), "filling")
    connection.close()
    children = {_start(plan, process) for process in range(PROCESSES)}
    failed = False
    with Progress("rows", plan.matters) as bar:
        while children:
            child, how = os.waitpid(-1, os.WNOHANG)
            children.discard(child)
            failed |= bool(child and how)
            bar.reach(_matters_there())
            time.sleep(0 if not children else 0.05 if plan.matters < 50_000 else 2)
    if failed or _matters_there() < plan.matters:
        raise RuntimeError("not all matters were made")


def _bytes_of_each(plan: Plan) -> int:
    """On the disk, indexes included; measured."""
    return 8_000 if plan.lean_from else 21_000


def _start(plan: Plan, process: int) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        _make_batches(plan, process)
        code = 0
    except NoRoom as problem:
        print(problem, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _make_batches(plan: Plan, process: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM bench.batch")
        done = {number for (number,) in cursor.fetchall()}
    missing = [number for number in plan.batches if number % PROCESSES == process and number not in done]
    if not missing:
        return
    filling = synthetic.Filling(plan, process, PROCESSES)
    for number in missing:
        with transaction.atomic():
            count = filling.batch(number)
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench.batch VALUES (%s, %s)", [number, count])
        check_room(0, "filling")


def _matters_there() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(matters), 0) FROM bench.batch")
        return cursor.fetchone()[0]


def check_room(wanted: int, doing: str) -> None:
    """Raises NoRoom unless `wanted` bytes fit on the disk and KEPT_FREE stay free."""
    free = shutil.disk_usage(Path(folders.var())).free
    if free < wanted + KEPT_FREE:
        need = (wanted + KEPT_FREE) >> 30
        raise NoRoom(f"磁盘空间不够：还有 {free >> 30} GB，需要 {need} GB。腾出空间后再运行，会从停下的地方接着做。\n"
                     f"Not enough room for {doing}: {free >> 30} GB free, {need} GB needed. Make room and run it again; it goes on.")  # fmt: skip


# ---- indexes -----------------------------------------------------------------------------------------------------------


def tables() -> list[str]:
    return [*(rows.table for rows in synthetic.Tables().all), SEARCH, LIKENESS]


def bare(names: list[str]) -> None:
    """Take indexes, constraints and triggers off these tables; what they were is kept for `dress`."""
    with connection.cursor() as cursor:
        cursor.execute(DEFINITIONS, {"tables": names})
        for belongs, name, sort, statement, drop in cursor.fetchall():
            cursor.execute("INSERT INTO bench.definition (belongs, name, sort, statement) VALUES (%s, %s, %s, %s)", [belongs, name, sort, statement])
            cursor.execute(drop)
        for name in names:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")


def is_bare() -> bool:
    """Whether tables are without their indexes now: a filling was broken off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('bench.definition')")
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM bench.definition)")
        return cursor.fetchone()[0]


def dress() -> None:
    """Build what `bare` has taken off: indexes two at a time, the longest first, then the keys. Goes on where it was broken off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, name, sort, statement FROM bench.definition ORDER BY statement LIKE '%USING gin%' DESC, position")
        waiting = cursor.fetchall()
    with Progress("indexes", len(waiting)) as bar:
        for sorts, at_once in (({"index", "constraint"}, 2), ({"key"}, 1)):
            with ThreadPoolExecutor(at_once) as workers:
                list(workers.map(lambda one: _build(one[0], one[3], bar), [one for one in waiting if one[2] in sorts]))
    with connection.cursor() as cursor:
        for name in tables():
            cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")


def _build(position: int, statement: str, bar: Progress) -> None:
    with psycopg.connect(**Address.parse(os.environ["DATABASE_URL"]).connection()) as session:
        for setting in BUILDING:
            session.execute(setting)
        session.execute(statement)
        session.execute("DELETE FROM bench.definition WHERE position = %s", [position])
    bar.add(1)
