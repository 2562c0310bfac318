"""Measure this version on this machine with invented petitions: lists, case page, search, counts, submission, verification.

测量性能：为每个件数另建一个数据库，填入虚构的信访件，测量各页面的耗时，并指出超出预算的。不动正在使用的数据。
需要源代码目录中的 bench/；数据放在 var/bench/（或 XINQIAO_VAR/bench/），填到一半可以中断，再运行时接着填。
"""

import argparse
import sys
from pathlib import Path

import xinqiao
from xinqiao import cli

HELP = "性能测量 · measure with N invented matters"
ROOT = Path(xinqiao.__file__).resolve().parents[1]
MOST_UNITS = 10_000
MISSING = (
    "性能测量需要源代码目录中的 bench/，安装包里没有。请在源代码目录中运行。\n"
    "Measuring needs the folder bench/ of the source code, which an installed package does not have. Run it in a checkout."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--matters", type=_count, action="append", metavar="N", help="件数，可以写几次（10,000 和 100,000）")
    parser.add_argument("--concurrency", type=int, default=0, metavar="C", help="再测量 C 个进程同时访问")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
    parser.add_argument("--only", metavar="TEXT", default="", help="只测量名称中有 TEXT 的；已存的结果不变")
    parser.add_argument("--repeat", type=_count, default=40, metavar="N", help="每项测量的次数（40）")
    parser.add_argument("--units", type=_units, default=0, metavar="U", help=f"承办单位数，最多 {MOST_UNITS:,}（虚构地区原有的）")
    parser.add_argument("--months", type=_count, default=24, metavar="M", help="信访件分布在最近几个月（24）")
    parser.add_argument("--open", type=_share, default=0.10, metavar="SHARE", help="在办件的比例（0.10；200万件以上为 0.02）")
    parser.add_argument("--fresh", action="store_true", help="重新填充")
    parser.add_argument("--fill-only", action="store_true", help="只填充，以后再测量")
    parser.add_argument("--profile", action="store_true", help="输出 Python 的耗时分布")


def run(args: argparse.Namespace) -> int:
    """0 when every figure is within its budget, 1 when one is not, 2 for other options than a database was begun with, 3 when it failed."""
    if not (ROOT / "bench" / "command.py").is_file():
        print(MISSING, file=sys.stderr)
        return cli.USAGE
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from bench import command

    return command.run(args)


def _count(text: str) -> int:
    count = int(text.replace(",", "").replace("_", ""))
    if count < 1:
        raise argparse.ArgumentTypeError("应大于0")
    return count


def _units(text: str) -> int:
    count = _count(text)
    if count > MOST_UNITS:
        raise argparse.ArgumentTypeError(f"最多 {MOST_UNITS}")
    return count


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError("应大于0，不超过1")
    return share
