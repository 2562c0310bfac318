"""One size: its own PostgreSQL, filled if it is not, brought up to date, then measured. Called by `xinqiao bench`, in a process of its own."""

import argparse
import contextlib
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from xinqiao import database, folders

OWNER = "xinqiao_owner"
FAILED, USAGE = 3, 2


def main() -> int:
    """Write the results to the file named on the command line."""
    args = _parser().parse_args()
    if args.fresh:
        shutil.rmtree(folders.var(), ignore_errors=True)
    folders.make()
    folders.ensure_secret_key()
    os.environ["DJANGO_SETTINGS_MODULE"] = "xinqiao.settings"
    filled = folders.var() / "filled.json"
    if not filled.exists():
        from bench.settings import FILLING

        with serving(FILLING) as server:
            code = as_owner(server, lambda: _fill(args, filled))
        if code:
            return code
        os.sync()  # written without waiting for the disk; measured is what lies on it
    if args.fill_only:
        return 0
    with serving() as server:
        return as_owner(server, _bring_up_to_date) or _measure(server, args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("matters", type=int)
    parser.add_argument("result", type=Path)
    parser.add_argument("--repeat", type=int, default=40)
    parser.add_argument("--only", default="")
    parser.add_argument("--concurrency", type=int, default=0)
    parser.add_argument("--units", type=int, default=0)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--open", type=float, default=0.10)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--fill-only", action="store_true")
    return parser


@contextlib.contextmanager
def serving(options: dict[str, str] | None = None) -> Iterator[database.Embedded]:
    """The server of this data directory, for as long as the block lasts; what it wrote is on the disk afterwards."""
    from xinqiao.database import embedded

    embedded.START_SECONDS = embedded.STOP_SECONDS = 900  # after a break it reads gigabytes of log before it answers
    server = database.Embedded(options)
    server.start()
    try:
        yield server
    finally:
        if options and server.alive():
            with contextlib.suppress(Exception), server._superuser() as session:
                session.execute("CHECKPOINT")
        server.stop()


def as_owner(server: database.Embedded, work: Callable[[], object]) -> int:
    """Do `work` with Django set up for the owner of the tables, in a child process: this process is the application."""
    sys.stdout.flush()
    if os.fork() == 0:
        code = FAILED
        try:
            code = _in_owners_django(server, work)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.wait()[1])


def _in_owners_django(server: database.Embedded, work: Callable[[], object]) -> int:
    import django
    from django.core.management import call_command

    os.environ["DATABASE_URL"] = server.address(OWNER).url
    os.environ["XINQIAO_STATEMENT_TIMEOUT_MS"] = os.environ["XINQIAO_LOCK_TIMEOUT_MS"] = "0"
    django.setup()
    from django.conf import settings

    from bench import filling

    try:
        if not filling.is_bare():  # a migration expects the indexes that were taken off; it runs when they are back
            call_command("migrate", interactive=False, verbosity=0)
        work()
        call_command("migrate", interactive=False, verbosity=0)
    except (filling.OtherPlan, filling.NoRoom) as problem:
        print(problem, file=sys.stderr)
        return USAGE if isinstance(problem, filling.OtherPlan) else FAILED
    database.grant(server.address(OWNER), "xinqiao_app", settings.XINQIAO_APPEND_ONLY)
    return 0


def _fill(args: argparse.Namespace, mark: Path) -> None:
    """Fill, or go on filling."""
    from bench import copies, filling

    at = datetime.now(UTC).isoformat()
    plan = copies.plan_of(args.matters, at=at, units=args.units, months=args.months, open_share=args.open)
    seconds = filling.run(plan)
    mark.write_text(json.dumps({"seconds": seconds} | plan.as_dict()), encoding="utf-8")


def _bring_up_to_date() -> None:
    """What a newer version of the program keeps beside the matters."""
    from bench import upkeep

    upkeep.run()


def _measure(server: database.Embedded, args: argparse.Namespace) -> int:
    import django

    os.environ["DATABASE_URL"] = server.address().url
    os.environ["XINQIAO_CONN_MAX_AGE"] = "86400"  # one backend for the whole run: its CPU time is what we read
    django.setup()
    from bench import measure

    filled = json.loads((folders.var() / "filled.json").read_text(encoding="utf-8"))
    results = measure.run(args.matters, repeat=args.repeat, only=args.only, profile=args.profile)
    if args.concurrency:
        from bench import crowd

        results["concurrency"] = crowd.run(args.concurrency)
    args.result.write_text(json.dumps(results | {"filled": filled}, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
