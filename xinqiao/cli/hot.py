"""Put the matters of a stretch of time into groups, also of a past one.

把一段时间的信访件归类，找出热点问题。后台任务每几小时自己归类一次；这条命令用来补做，或者看过去的某一段时间。可以重复运行：已有的问题保持不变，只补新的。

例 example:
  xinqiao hot --until 2019-12-31 --days 180
"""

import argparse
import datetime
import time

from xinqiao import cli, database

HELP = "归类热点问题 · group like matters into hot issues"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--until", type=datetime.date.fromisoformat, metavar="DAY", help="到哪一天，例如 2019-12-31；默认今天"
    )
    parser.add_argument("--days", type=int, default=180, metavar="N", help="往前多少天，默认180")


def run(args: argparse.Namespace) -> int:
    """0 when every area was grouped, 2 for a stretch of time that is none."""
    if not 1 <= args.days <= 366:
        print("天数请填1到366。")
        return cli.USAGE
    with database.available():
        cli.start_django()
        from django.utils import timezone

        from xinqiao.analysis.hot import duty
        from xinqiao.analysis.models import HotIssue

        now = timezone.now()
        until, began = args.until or timezone.localdate(now), time.perf_counter()
        for area, row in duty.group_all(until=until, days=args.days, at=now):
            left_out = f"，另有{row.left_out}件较早的没有比较" if row.left_out else ""
            print(
                f"{area.name}：比较{row.candidates}件，归成{row.groups}组{left_out}，{time.perf_counter() - began:.1f}秒",
                flush=True,
            )
        print(f"现有热点问题（含系统建议）{HotIssue.objects.count()}个。请到“热点问题”页面核实。")
    return cli.OK
