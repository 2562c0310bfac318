"""Make the entries of the search anew: those that are missing or of an older version, the newest matters first.

补建检索索引。可以随时中断，再运行时从没有做完的地方接着做；可以同时运行两个，各做各的；导入的历史件平时由后台任务自动补建。
"""

import argparse
import sys
import time
from datetime import timedelta

from xinqiao import cli, database

HELP = "补建检索索引 · make the search index anew"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--missing", action="store_true", help="只补还没有的")
    which.add_argument("--all", action="store_true", help="全部重做，包括已经是最新的")


def run(args: argparse.Namespace) -> int:
    """0 when done; the progress goes to standard error."""
    with database.available():
        cli.start_django()
        from xinqiao.matters import entries
        from xinqiao.search import likeness

        made, begun = 0, time.monotonic()
        print("正在清点……", end="", file=sys.stderr, flush=True)
        for progress in entries.make_again(only_missing=args.missing, everything=args.all):
            made = progress.made
            print(f"\r{_line(progress, time.monotonic() - begun)}  ", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        alike = sum(likeness.make_missing())
        print(f"完成：补建{made}件。" + (f"补建相似比对{alike}件。" if alike else ""))
    return cli.OK


def _line(progress, seconds: float) -> str:
    """How far it is, and how long it will take at this pace."""
    pace = progress.made / max(seconds, 0.001)
    left = timedelta(seconds=round(progress.left / max(pace, 0.001)))
    return f"已补建{progress.made}件，还有{progress.left}件，每秒{pace:.0f}件，大约还要{left}"
