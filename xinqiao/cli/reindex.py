"""Make the entries of the search anew: those that are missing or of an older version, the newest matters first.

补建检索索引。可以随时中断，再运行时从没有做完的地方接着做；导入的历史件平时由后台任务自动补建。
"""

import argparse
import sys

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
        from django.utils.timezone import localdate

        from xinqiao.matters import entries

        seen = made = 0
        for seen, made, at in entries.make_again(only_missing=args.missing, everything=args.all):
            print(f"\r已查看{seen}件，补建{made}件，做到{localdate(at)} ", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        print(f"完成：查看{seen}件，补建{made}件。")
    return cli.OK
