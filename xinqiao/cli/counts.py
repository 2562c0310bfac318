"""Compare the figures of the statistics with the matters themselves, or make them anew from them.

核对或者重做统计数字。核对和重做时照常办件，不用停机；后台任务每天夜里自己核对一次，有不一致的在日志和 /readyz 中报警。
"""

import argparse

from xinqiao import cli, database

HELP = "核对、重做统计数字 · check or rebuild the figures of the statistics"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="和信访件逐格核对；不一致的列出来，退出码为1")
    what.add_argument("--rebuild", action="store_true", help="从信访件重做全部统计数字")


def run(args: argparse.Namespace) -> int:
    """0 when every figure is right or was made anew, 1 when some differ."""
    with database.available():
        cli.start_django()
        from django.utils import timezone

        from xinqiao.matters import counted

        if args.rebuild:
            print(f"完成：重做了{counted.rebuild(at=timezone.now())}格统计数字。")
            return cli.OK
        number, found = counted.check(at=timezone.now())
    for one in found:
        print(one)
    if number:
        print(
            f"有{number}个数字和信访件不一致（以上最多列出{len(found)}个）。请运行 xinqiao counts --rebuild 重做，并查看日志。"
        )
        return cli.FAILED
    print("统计数字和信访件一致。")
    return cli.OK
