"""One size: its own PostgreSQL, filled if it is not, then measured. Called by `python -m bench`."""

import argparse
import json
import os
import shutil
import sys
import time
import traceback
from pathlib import Path

from xinqiao import database, folders

OWNER = "xinqiao_owner"


def main() -> int:
    """Write the results to the file named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("matters", type=int)
    parser.add_argument("result", type=Path)
    parser.add_argument("--repeat", type=int, default=40)
    parser.add_argument("--only", default="")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    if args.fresh:
        shutil.rmtree(folders.var(), ignore_errors=True)
    folders.make()
    folders.ensure_secret_key()
    os.environ["DJANGO_SETTINGS_MODULE"] = "xinqiao.settings"
    server = database.Embedded()
    server.start()
    try:
        mark = folders.var() / "filled.json"
        _as_owner(server, args.matters, mark)
        return _measure(server, args, json.loads(mark.read_text(encoding="utf-8")))
    finally:
        server.stop()


def _as_owner(server: database.Embedded, matters: int, mark: Path) -> None:
    """Migrate, and fill if that is not done, in a child process: this process is the application."""
    if not mark.exists():
        server.empty_database()
    if os.fork() == 0:
        code = 1
        try:
            _migrate_and_fill(server, matters, mark)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    if os.wait()[1]:
        raise SystemExit("the database could not be filled")


def _migrate_and_fill(server: database.Embedded, matters: int, mark: Path) -> None:
    import django
    from django.core.management import call_command

    os.environ["DATABASE_URL"] = server.address(OWNER).url
    os.environ["XINQIAO_STATEMENT_TIMEOUT_MS"] = "0"
    django.setup()
    from django.conf import settings

    from bench import synthetic

    call_command("migrate", interactive=False, verbosity=0)
    if not mark.exists():
        mark.write_text(json.dumps(_fill(matters)), encoding="utf-8")
    synthetic.index()
    synthetic.analyze()
    database.grant(server.address(OWNER), "xinqiao_app", settings.XINQIAO_APPEND_ONLY)


def _fill(matters: int) -> dict:
    from django.utils import timezone
    from tqdm import tqdm

    from bench import synthetic

    started, cpu = time.monotonic(), time.process_time()
    with tqdm(total=matters, unit="matter", disable=not sys.stderr.isatty()) as bar:
        synthetic.fill(matters, at=timezone.now(), progress=bar.update)
    return {"seconds": round(time.monotonic() - started, 1), "python_seconds": round(time.process_time() - cpu, 1)}


def _measure(server: database.Embedded, args: argparse.Namespace, filled: dict) -> int:
    import django

    os.environ["DATABASE_URL"] = server.address().url
    os.environ["XINQIAO_CONN_MAX_AGE"] = "86400"  # one backend for the whole run: its CPU time is what we read
    django.setup()
    from bench import measure

    results = measure.run(args.matters, repeat=args.repeat, only=args.only, profile=args.profile)
    args.result.write_text(json.dumps(results | {"filled": filled}, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
