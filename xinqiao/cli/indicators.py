"""Compare the indicators with the matters they are made of, or make them anew.

核对或者重做指标。核对和重做时照常办件，不用停机；后台任务每天夜里自己核对一部分，有不一致的改正，并在日志和 /readyz 中报警。
"""

import argparse

from xinqiao import cli, database

HELP = "核对、重做指标 · check or rebuild the indicators"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="和全部信访件核对；不一致的改正，退出码为1")
    what.add_argument("--rebuild", action="store_true", help="从信访件重做全部指标")


def run(args: argparse.Namespace) -> int:
    """0 when every figure is right or was made anew, 1 when some differed."""
    with database.available():
        cli.start_django()
        from django.utils import timezone

        from xinqiao.reporting.indicators import facts

        now = timezone.now()
        if args.rebuild:
            print(f"完成：从{facts.rebuild(today=timezone.localdate(now))}件信访件重做了指标。")
            return cli.OK
        wrong = facts.check_all(at=now)
    if wrong:
        print(f"有{wrong}处和信访件不一致，已经改正。请查看日志，并把日志交给维护人员。")
        return cli.FAILED
    print("指标和信访件一致。")
    return cli.OK
