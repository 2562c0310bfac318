"""Do the work that follows the events: messages, letters, due dates, indexes. Stops cleanly on Ctrl-C or SIGTERM.

处理后台任务；可以同时运行多个。
"""

import argparse
import importlib.util
import signal
import sys
import threading

from xinqiao import cli, database

HELP = "处理后台任务 · do the background work"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: what to do is in the database."""


def run(args: argparse.Namespace) -> int:
    """0 when asked to stop."""
    if not is_there():
        print("此版本没有后台任务。This version has no background work.", file=sys.stderr)
        return cli.USAGE
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with database.available():
        cli.start_django()
        from xinqiao.jobs.worker import run_forever

        run_forever(stop)
    return cli.OK


def is_there() -> bool:
    """Whether this version has a worker."""
    return importlib.util.find_spec("xinqiao.jobs.worker") is not None
