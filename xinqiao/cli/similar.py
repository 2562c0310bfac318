"""For each message of a file, the earlier ones that may be on the same matter, the likeliest first.

文件为 UTF-8 的 CSV，第一行是列名，要有 msg_id、title、body、time 四列。结果为 query_id, rank, msg_id, score：score 越大越可能是同一事项。
The same code as at intake, without the database. Only messages sent before are listed; those of the very same second are not.
"""

import argparse
import csv
import sys
from datetime import datetime
from pathlib import Path

from xinqiao import cli

HELP = "找出文件里反映同一事项的在先信件 · earlier messages on the same matter"
NEEDED = ("msg_id", "title", "body", "time")


class BadFile(Exception):
    """What is wrong with a file of messages, in a sentence."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_files(parser, "RANKED.csv")
    parser.add_argument("--most", type=int, default=20, help="每封信最多列出几封（默认20）")


def add_files(parser: argparse.ArgumentParser, result: str) -> None:
    parser.add_argument("file", metavar="FILE.csv", help="信件")
    parser.add_argument("--out", required=True, metavar=result, help="结果写到哪里")


def run(args: argparse.Namespace) -> int:
    """0 when written; 2 for a file that cannot be read."""
    from xinqiao.analysis.text import sameness

    messages = read_or_say(args.file)
    if messages is None:
        return cli.USAGE
    rows = (
        (message.id, rank, other.id, f"{same.odds:.3f}")
        for message, found in sameness.ranked(messages, max(args.most, 1))
        for rank, (other, same) in enumerate(found, 1)
    )
    write(args.out, ("query_id", "rank", "msg_id", "score"), rows)
    return cli.OK


def read_or_say(path: str) -> list | None:
    """The messages of a file; None, with a sentence to the person at the terminal, when it is none."""
    try:
        return read(Path(path))
    except (BadFile, OSError, UnicodeDecodeError, csv.Error) as error:
        print(f"不能读取 {path}：{error}", file=sys.stderr)
        return None


def read(path: Path) -> list:
    """Messages as `sameness` takes them. Raises BadFile."""
    from xinqiao.analysis.text.sameness import Message

    csv.field_size_limit(2**31 - 1)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file)
        missing = [name for name in NEEDED if name not in (lines.fieldnames or ())]
        if missing:
            raise BadFile(f"缺少列 {'、'.join(missing)}。第一行要写列名：{'、'.join(NEEDED)}。")
        return [
            Message(line["msg_id"], line["title"] or "", line["body"] or "", _moment(line["time"], lines.line_num))
            for line in lines
        ]


def _moment(text: str | None, line: int) -> datetime:
    written = (text or "").strip().replace("/", "-").replace("T", " ")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(written, form)
        except ValueError:
            continue
    raise BadFile(f"第{line}行的时间“{text}”看不懂，请写成 2019-08-23 14:05:00。")


def write(path: str, names: tuple[str, ...], rows) -> None:
    """Write the table; rows as they come."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(names)
        table.writerows(rows)
