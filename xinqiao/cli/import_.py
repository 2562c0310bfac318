"""Load petitions of another system, with the answers they were given, from a CSV or Excel file.

导入其他系统的信访件和答复。可以重复运行：已经导入的行不会再存一次。中途停下（断电、被终止）后再运行同一条命令，会从停下的地方接着导入。

例 example:
  xinqiao import 留言.csv --source 领导留言板 --map title=标题,content=内容,received=留言时间,reply=答复,replied=答复时间,number=编号

已有答复的存为“历史件”；没有答复的登记到信访部门，由人接着办。旧件不起算期限，不发通知。检索索引边导入边补建，新的件在前；用 --no-index-now 留给后台任务补建。
"""

import argparse
import contextlib
import csv
import getpass
import json
import os
import sys
import time
from pathlib import Path

from xinqiao import cli, database, folders
from xinqiao.cli import indexing

HELP = "导入其他系统的信访件 · load petitions from a CSV or Excel file"
SHOWN_REASONS = 20
FIELDS = ("title", "content", "received", "reply", "replied", "number", "name", "mobile", "address", "place_detail")
FORMULA_SIGNS = "=+-@\t\r＝＋－＠"


class WrongUse(Exception):
    """What was typed cannot be done; the message says what to type instead."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="CSV 或 .xlsx 文件，第一行是列名")
    parser.add_argument(
        "--source", required=True, metavar="NAME", help="来源的名称，例如 领导留言板；重复运行时要写得一样"
    )
    parser.add_argument(
        "--map",
        required=True,
        action="append",
        metavar="FIELD=COLUMN,…",
        help=f"哪一列是什么。可用：{'、'.join(FIELDS)}；content 和 received 必须有。可以写多次",
    )
    parser.add_argument("--office", metavar="KEY", help="登记到哪个信访部门（机构编号）；默认是层级最高的一个")
    parser.add_argument("--channel", default="web", metavar="CODE", help="信访形式，默认 web")
    parser.add_argument("--purpose", default="other", metavar="CODE", help="信访目的，默认 other")
    parser.add_argument(
        "--encoding", default="", metavar="NAME", help="文件的编码；默认自动识别 UTF-8、GB18030、UTF-16"
    )
    parser.add_argument("--dry-run", action="store_true", help="只检查，不保存")
    parser.add_argument("--rejects", metavar="FILE", help="没有存的行写到这个 CSV；默认写到数据目录的 imports/ 下")
    parser.add_argument(
        "--index-now",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="边导入边补建检索索引（每多一个核另用一个进程，最多三个），不等后台任务；可以中断，剩下的由后台任务补建",
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def run(args: argparse.Namespace) -> int:
    """0 when every row is stored or known, 1 when some were rejected or the file broke off, 2 for wrong use, 3 for the database."""
    try:
        mapping = read_mapping(args.map)
        if not 1 <= len(args.source.strip()) <= 60:
            raise WrongUse("--source 应为1到60个字。")
    except WrongUse as error:
        return _complain(str(error), cli.USAGE)
    with database.available():
        cli.start_django()
        with indexing.beside(indexing.room()) if args.index_now and not args.dry_run else contextlib.nullcontext():
            return _run(args, mapping)


def read_mapping(given: list[str]) -> dict[str, str]:
    """{field: column} from `title=标题,content=内容` (once or several times). Raises WrongUse."""
    mapping: dict[str, str] = {}
    for part in filter(None, (part.strip() for text in given for part in text.split(","))):
        field, sign, column = (piece.strip() for piece in part.partition("="))
        if not sign or not column:
            raise WrongUse(f"看不懂 --map 中的“{part}”。请写成 content=内容列名 的样子。")
        if field not in FIELDS:
            raise WrongUse(f"--map 中没有“{field}”这一项。可用：{'、'.join(FIELDS)}。")
        if field in mapping:
            raise WrongUse(f"--map 中“{field}”写了两次。")
        mapping[field] = column
    missing = [field for field in ("content", "received") if field not in mapping]
    if missing:
        raise WrongUse(f"--map 中还缺：{'、'.join(missing)}。例如 --map content=内容,received=时间")
    if "replied" in mapping and "reply" not in mapping:
        raise WrongUse("--map 中写了 replied（答复时间），还要写 reply（答复）。")
    return mapping


def _run(args: argparse.Namespace, mapping: dict[str, str]) -> int:
    from django.db import InterfaceError, OperationalError
    from django.utils import timezone

    from xinqiao.matters import import_runs
    from xinqiao.matters.steps.receive import IntakeClosed
    from xinqiao.matters.table_files import TableUnreadable, open_table

    path = Path(args.file)
    try:
        settings = _settings(args, mapping)
        with open_table(path, wanted=set(mapping.values()), encoding=args.encoding) as table:
            with _Rejects(args, table.columns) as rejects, _Bar(table) as bar:
                steps = {"now": timezone.now, "reject": rejects.add, "progress": bar.show}
                if args.dry_run:
                    record, sums = None, import_runs.rehearse(table, settings, **steps)
                else:
                    steps |= {"kept": rejects.kept, "resumed": rejects.resume}
                    record, sums = import_runs.run(path, table, settings, who=_who(), **steps)
            _report(args, table, sums, rejects, record)
    except (WrongUse, TableUnreadable) as error:
        return _complain(str(error), cli.USAGE)
    except import_runs.ImportElsewhere as error:
        return _complain(str(error), cli.FAILED)
    except (OperationalError, InterfaceError) as error:
        return _complain(
            f"数据库中断了或没有回答（{type(error).__name__}）。前面的行已经存好；恢复后再运行同一条命令，会接着导入。",
            cli.ENVIRONMENT,
        )
    except KeyboardInterrupt:
        print("已停下。前面的行已经存好；再运行同一条命令，会从停下的地方接着导入。", file=sys.stderr)
        raise
    except IntakeClosed as closed:
        return _complain(f"数据库现在不能可靠保存，没有导入。{closed}", cli.ENVIRONMENT)
    if args.index_now and not args.dry_run:
        _index(sums.stored, quiet=args.json)
    return cli.FAILED if sums.rejected or sums.problem or not sums.agree else cli.OK


def _index(stored: int, *, quiet: bool) -> None:
    """Make the entries that are owed still, beside the worker and the other processes: as many as were stored, not what else may be owed."""
    from tqdm import tqdm

    from xinqiao.matters import entries

    made = 0
    try:
        with tqdm(unit="件", desc="补建检索索引", disable=quiet or None) as bar:
            while made < stored and (batch := entries.make_due()):
                made += len(batch)
                bar.update(len(batch))
    except KeyboardInterrupt:
        print("已停下。各件都已存好；还没有补建的检索索引由后台任务补建。", file=sys.stderr)
        raise


def _settings(args: argparse.Namespace, mapping: dict[str, str]):
    from xinqiao.matters import importing
    from xinqiao.organisations.models import Organisation
    from xinqiao.rules.stages import Channel, Line, Purpose

    if args.office:
        office = Organisation.objects.filter(key=args.office, active=True).select_related("parent").first()
        if office is None or office.line != Line.PETITION_OFFICE:
            raise WrongUse(f"没有编号为“{args.office}”的信访部门。请核对 --office。")
    else:
        office = importing.default_office()
        if office is None:
            raise WrongUse("还没有信访部门。请先建立机构（演示可用 xinqiao seed），再导入。")
    try:
        channel, purpose = Channel(args.channel), Purpose(args.purpose)
    except ValueError as error:
        allowed = Channel if args.channel not in list(Channel) else Purpose
        raise WrongUse(f"{error.args[0]}。可用：{'、'.join(one.value for one in allowed)}。") from None
    return importing.Settings(args.source.strip(), office, mapping, channel, purpose)


class _Rejects:
    """The rows that were not stored, each with its number, code and reason, in a file that only its owner may read.

    A run that goes on cuts the file back to where its last batch ended, and writes on: no row is in it twice, none is missing.
    """

    def __init__(self, args: argparse.Namespace, columns: list[str]):
        self.path = Path(args.rejects).absolute() if args.rejects else None
        self.default = not args.rejects and not args.dry_run
        self.columns, self.first, self.file, self.writer = columns, [], None, None

    def __enter__(self) -> "_Rejects":
        if self.path:
            self._open()
        return self

    def __exit__(self, *_error) -> None:
        if self.writer is None and self.file:  # nothing was rejected: the file says so
            self._begin()
        if self.file:
            self.file.close()

    def add(self, number: int, code: str, reason: str, cells: dict | None) -> None:
        if len(self.first) < SHOWN_REASONS:
            self.first.append({"row": number, "code": code, "reason": reason})
        if self.writer is None and (self.file or self.default):
            self._begin()
        if self.writer:
            values = [_harmless(cells.get(column, "")) if cells else "" for column in self.columns]
            self.writer.writerow([number, code, reason, *values])

    def kept(self) -> tuple[str, int]:
        """(the file, its size) once all that was added lies on the disk."""
        if self.writer is None:
            return "", 0
        self.file.flush()
        os.fsync(self.file.fileno())
        return str(self.path), os.fstat(self.file.fileno()).st_size

    def resume(self, record) -> None:
        """Go on with the file of a run that was broken off, unless another one was named or it is gone."""
        if record.position:
            _tell(f"上次导入到第{record.position}行停下了，现在接着导入。")
        if not record.rejects_bytes:
            return
        before = Path(record.rejects_file)
        if before != (self.path or before) or not before.is_file() or before.stat().st_size < record.rejects_bytes:
            _tell(f"前面没有存的行记在：{before}")
            return
        if self.file is None:
            self.path = before
            self._open()
        self.file.truncate(record.rejects_bytes)
        self.file.seek(record.rejects_bytes)
        self.writer = csv.writer(self.file)

    def _open(self) -> None:
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise WrongUse(f"写不了文件“{self.path}”：{error.strerror}。请核对 --rejects。") from None
        self.file = os.fdopen(descriptor, "w", encoding="utf-8", newline="", errors="replace")

    def _begin(self) -> None:
        """An empty file with the names of the columns; spreadsheets know it for UTF-8 by its first character."""
        if self.file is None:
            self.path = _default_path()
            self._open()
        self.file.truncate(0)
        self.file.write("\ufeff")
        self.writer = csv.writer(self.file)
        self.writer.writerow(["行号", "原因代码", "原因", *self.columns])


def _tell(message: str) -> None:
    """A line above the progress bar."""
    from tqdm import tqdm

    tqdm.write(message, file=sys.stderr)


def _default_path() -> Path:
    from django.utils import timezone

    folder = folders.var() / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"rejects-{timezone.localtime():%Y%m%d-%H%M%S}-{os.getpid()}.csv"


def _harmless(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] and text[0] in FORMULA_SIGNS else text


class _Bar:
    """A progress bar where somebody watches: by bytes of a CSV file, by rows of an Excel sheet; rows a second, and the time left."""

    def __init__(self, table):
        from tqdm import tqdm

        self.table, self.by_bytes = table, table.kind == "csv"
        self.began, self.first = time.monotonic(), True
        unit = {"unit": "B", "unit_scale": True} if self.by_bytes else {"unit": "行"}
        self.bar = tqdm(
            total=table.total, desc="导入", disable=None, **unit,
            bar_format="{desc} {percentage:3.0f}%|{bar}| 已用{elapsed} 还要{remaining}{postfix}" if table.total else None,
        )  # fmt: skip

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_error) -> None:
        self.bar.close()

    def show(self, sums) -> None:
        place = self.table.position() if self.by_bytes else sums.position
        if self.first and sums.before:  # what an earlier process did says nothing of the pace of this one
            self.bar.initial = self.bar.n = self.bar.last_print_n = place
        self.first = False
        pace = (sums.rows_in - sums.before) / max(time.monotonic() - self.began, 0.001)
        self.bar.set_postfix_str(
            f"每秒{pace:,.0f}行 存入{sums.stored} 已有{sums.known} 未存{sums.rejected}", refresh=False
        )
        self.bar.update(max(place - self.bar.n, 0))


def _report(args: argparse.Namespace, table, sums, rejects: _Rejects, record) -> None:
    facts = {
        "run": record.pk if record else None,
        "dry_run": args.dry_run,
        "file": args.file,
        "file_digest": record.file_digest if record else None,
        "source": args.source.strip(),
        "office": record.office.key if record else None,
        "encoding": table.encoding or None,
        "rows_in": sums.rows_in,
        "stored": sums.stored,
        "known": sums.known,
        "rejected": sums.rejected,
        "blank": table.blank,
        "noted": sums.noted,
        "sums_agree": sums.agree,
        "done_before": sums.before,
        "reasons": dict(sums.reasons),
        "first_rejected": rejects.first,
        "rejects_file": str(rejects.path) if rejects.path else None,
        "problem": sums.problem or None,
    }
    if args.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    _say(facts)


def _say(facts: dict) -> None:
    for one in facts["first_rejected"]:
        print(f"第{one['row']}行 [{one['code']}] {one['reason']}", file=sys.stderr)
    if facts["rejected"] > len(facts["first_rejected"]):
        print(f"… 另有{facts['rejected'] - len(facts['first_rejected'])}行没有存，见下面的文件。", file=sys.stderr)
    verb = "可以存入" if facts["dry_run"] else "存入"
    agree = "相符" if facts["sums_agree"] else "不相符！请告诉管理员"
    print(
        f"读入{facts['rows_in']}行 = {verb}{facts['stored']} + 已有{facts['known']} + 没有存{facts['rejected']}（核对：{agree}）"
    )
    if facts["noted"]:
        print(f"其中{facts['noted']}行存入时有说明（去掉了不能保存的字符，或标题过长），写在各件的办理记录里。")
    if facts["rejects_file"]:
        print(f"没有存的行和原因：{facts['rejects_file']}")
    if facts["problem"]:
        print(f"没有读完：{facts['problem']} 前面的行已处理；改好文件后再运行一次，已存的不会重复。", file=sys.stderr)
    if facts["dry_run"]:
        print("这是检查，没有保存任何内容。")


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user of this number
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def _complain(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status
