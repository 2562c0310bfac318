"""Bring the tables up to this version, as their owner, and give the application its rights.

更新数据库结构。连接：XINQIAO_OWNER_DATABASE_URL，否则 XINQIAO_DIRECT_DATABASE_URL、DATABASE_URL，否则内置数据库。可以反复运行。
"""

import argparse
import json
import os
import sys

from xinqiao import cli, database
from xinqiao.cli.web_server import number

HELP = "更新数据库结构 · bring the tables up to this version"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app", nargs="?", help="one application only")
    parser.add_argument("migration", nargs="?", help="go to this migration (needs APP); `zero` takes all back")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if something is to do")
    parser.add_argument("--quiet", action="store_true", help="say nothing when nothing is to do")
    parser.add_argument("--json", action="store_true", help="print what was to do as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when the tables fit this version (now), 1 with --check when they do not."""
    with database.available():
        owner, application = database.address_of_owner(), database.address_of_application()
        limits = _limits()
        os.environ["DATABASE_URL"] = os.environ["XINQIAO_DIRECT_DATABASE_URL"] = owner.url  # the owner; it serves nobody
        os.environ.setdefault("XINQIAO_STATEMENT_TIMEOUT_MS", "0")  # a new index may take its time
        cli.start_django()
        pending = [] if args.app else pending_migrations()
        if not args.check:
            _apply(args, pending)
            if owner.user != application.user:
                _grant(owner, application.user)
            if limits:
                limits.keep(application)
        _report(args, pending)
    return cli.FAILED if args.check and pending else cli.OK


def _limits() -> database.Limits | None:
    """The limits that pages cannot set themselves, because a pooler stands between (`XINQIAO_POOLING=transaction`)."""
    database.is_pooled()  # says what is missing
    if os.environ.get("XINQIAO_POOLING", "").strip().lower() != "transaction":
        return None
    plain = database.Limits()
    return database.Limits(
        statement_ms=number("XINQIAO_STATEMENT_TIMEOUT_MS", plain.statement_ms, least=0),
        lock_ms=number("XINQIAO_LOCK_TIMEOUT_MS", plain.lock_ms, least=0),
    )


def pending_migrations() -> list[str]:
    """Names of the migrations that this version has and the database has not."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _apply(args: argparse.Namespace, pending: list[str]) -> None:
    from django.core.management import call_command

    if not (pending or args.app):
        return
    target = [part for part in (args.app, args.migration) if part]
    call_command("migrate", *target, interactive=False, verbosity=0 if args.json or args.quiet else 1)


def _grant(owner: database.Address, role: str) -> None:
    from django.conf import settings

    database.grant(owner, role, settings.XINQIAO_APPEND_ONLY)


def _report(args: argparse.Namespace, pending: list[str]) -> None:
    if args.json:
        print(json.dumps({"pending" if args.check else "applied": pending}))
    elif args.check and pending:
        print("数据库结构需要更新，请运行 xinqiao migrate。To do: " + ", ".join(pending), file=sys.stderr)
    elif not args.quiet:
        print("数据库结构已是最新。The tables fit this version.")
