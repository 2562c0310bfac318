"""Load the units of a region from one CSV or Excel file: found new ones, change those that differ.

导入机构。第一行是列名，中文或英文都可以：
  必须有：机构编号 key、名称 name、层级 level、条线 line、行政区划代码 division_code
  可以有：简称 short、上级机构编号 parent、条线上级编号 parent_line、地址 address、电话 phone、垂直管理 vertically_managed、
          还有上一级复查复核机关 further_instance、启用 active
有一行不对，就全部不写，并按行列出每一处错误。可以重复运行：没有变化的不动；表中没有的机构不动，也不会删除。
新机构排进机构树时如果空位不够，会重排一部分并同时改写在办件的记录；件多时请在夜间运行。

例 example:
  xinqiao import-organisations 机构.xlsx --dry-run
"""

import argparse
import json
import sys
from pathlib import Path

from xinqiao import cli, database

HELP = "导入机构 · load organisations from a CSV or Excel file"
SHOWN = 100  # faults and changes printed; --json has all
NOTED_AT_ONCE = 50  # changed units in one entry of the audit log


class WrongUse(Exception):
    """What was typed cannot be done; the message says what to type instead."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="CSV 或 .xlsx 文件，第一行是列名")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN,…",
        help="列名不同的，写明哪一列是什么，例如 key=代码",
    )
    parser.add_argument("--encoding", default="", metavar="NAME", help="文件的编码；默认自动识别")
    parser.add_argument("--dry-run", action="store_true", help="只检查，不保存")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def run(args: argparse.Namespace) -> int:
    """0 when the file is in the tree; 1 when rows are at fault and nothing was written; 2 for wrong use; 3 for the database."""
    with database.available():
        cli.start_django()
        from django.db import OperationalError

        from xinqiao.integrity.audit import AuditUnavailable
        from xinqiao.matters.table_files import TableUnreadable

        try:
            return _run(args)
        except (WrongUse, TableUnreadable) as error:
            print(error, file=sys.stderr)
            return cli.USAGE
        except (OperationalError, AuditUnavailable) as error:
            print(f"没有导入：数据库正忙或没有回答，请过一会儿再运行。{type(error).__name__}", file=sys.stderr)
            return cli.ENVIRONMENT


def _run(args: argparse.Namespace) -> int:
    from django.db import transaction

    from xinqiao.matters import tree_changes
    from xinqiao.organisations import importing

    rows = _rows(args)
    with transaction.atomic():
        importing.lock()
        plan = importing.Plan(rows)
        applied, desks = None, 0
        if not plan.faults and not args.dry_run and (plan.created or plan.changed):
            applied = plan.apply()
            desks = _rewrite_copies(applied.renumbered)
            tree_changes.owe_search(applied.moved)
            _note(plan, applied, args.file)
    if applied:
        desks += _rewrite_copies(applied.renumbered)
    _report(args, plan, len(applied.renumbered) if applied else 0, desks)
    return cli.FAILED if plan.faults else cli.OK


def _rewrite_copies(renumbered: list[int]) -> int:
    """Whatever repeats the place of a unit in the tree; returns how many desks differed."""
    from xinqiao.information import tree_changes as of_information
    from xinqiao.matters import tree_changes as of_matters
    from xinqiao.reporting import tree_changes as of_reports
    from xinqiao.supervision import tree_changes as of_supervision

    for one in (of_information, of_supervision, of_reports):
        one.rewrite_copies(renumbered)
    return of_matters.rewrite_copies(renumbered)


def _rows(args: argparse.Namespace) -> list[tuple[int, dict[str, str] | None]]:
    """(row number, cells by field). Raises WrongUse, TableUnreadable."""
    from xinqiao.matters.table_files import open_table, text_of
    from xinqiao.organisations import importing

    chosen = _chosen(args.map, importing.FIELDS)
    with open_table(
        Path(args.file), wanted=set(chosen.values()), encoding=args.encoding, hints=_names(importing)
    ) as table:
        columns = importing.columns_of(table.columns, chosen)
        missing = [f"{importing.FIELDS[name]}（{name}）" for name in importing.REQUIRED if name not in columns]
        if missing:
            known = "、".join(filter(None, table.columns))[:300]
            raise WrongUse(f"文件里没有这些列：{'、'.join(missing)}。文件的列有：{known}。列名不同的请用 --map 写明。")
        return [
            (
                number,
                {name: text_of(cells.get(column)) for name, column in columns.items()} if cells is not None else None,
            )
            for number, cells in table
        ]


def _names(importing) -> set[str]:
    return {*importing.FIELDS, *importing.FIELDS.values()}


def _chosen(given: list[str], fields: dict[str, str]) -> dict[str, str]:
    chosen = {}
    for part in filter(None, (part.strip() for text in given for part in text.split(","))):
        name, sign, column = (piece.strip() for piece in part.partition("="))
        if not sign or not column or name not in fields:
            raise WrongUse(f"看不懂 --map 中的“{part}”。请写成 key=列名 的样子；可用：{'、'.join(fields)}。")
        chosen[name] = column
    return chosen


def _note(plan, applied, file: str) -> None:
    """What was founded and changed, with the values before and after, in the audit log: in this very transaction."""
    from xinqiao.integrity import audit
    from xinqiao.rules.audit import AuditKind

    sums = {"created": len(plan.created), "changed": len(plan.changed), "renumbered": len(applied.renumbered)}
    audit.note(AuditKind.ORGANISATIONS_CHANGED, subject="organisations", detail={**sums, "by": "command"})
    for start in range(0, len(plan.changed), NOTED_AT_ONCE):
        changes = {change.key: change.values for change in plan.changed[start : start + NOTED_AT_ONCE]}
        audit.note(AuditKind.ORGANISATIONS_CHANGED, subject="organisations", detail={"changes": changes})


def _report(args: argparse.Namespace, plan, renumbered: int, desks: int) -> None:
    facts = {
        "file": args.file,
        "dry_run": args.dry_run,
        "written": not plan.faults and not args.dry_run,
        "rows": plan.rows,
        "created": len(plan.created),
        "changed": {change.key: change.values for change in plan.changed},
        "unchanged": plan.unchanged,
        "renumbered": renumbered,
        "desks_rewritten": desks,
        "faults": [fault._asdict() for fault in plan.faults],
    }
    if args.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    _say(facts)


def _say(facts: dict) -> None:
    if facts["faults"]:
        for fault in facts["faults"][:SHOWN]:
            print(f"第{fault['row']}行 {fault['message']}", file=sys.stderr)
        if len(facts["faults"]) > SHOWN:
            print(f"… 另有{len(facts['faults']) - SHOWN}处；用 --json 全部列出。", file=sys.stderr)
        print(f"共{len(facts['faults'])}处错误，没有导入任何机构。请改好表格后再运行。")
        return
    for key, values in list(facts["changed"].items())[:SHOWN]:
        print(f"  {key}：{'；'.join(_difference(name, *pair) for name, pair in values.items())}")
    will = "将新建" if facts["dry_run"] else "新建"
    print(
        f"读入{facts['rows']}个机构：{will}{facts['created']}，更改{len(facts['changed'])}，没有变化{facts['unchanged']}。"
    )
    if facts["renumbered"]:
        print(f"机构树重排了{facts['renumbered']}个机构，改写了{facts['desks_rewritten']}条在办记录。")
    if facts["dry_run"]:
        print("这是检查，没有保存任何内容。")


def _difference(name: str, before: object, after: object) -> str:
    from xinqiao.organisations.importing import FIELDS
    from xinqiao.rules.stages import LEVELS, Line

    words = {"level": LEVELS.get, "line": lambda value: Line(value).label}
    say = words.get(
        name, lambda value: {True: "是", False: "否"}.get(value, value) if isinstance(value, bool) else value
    )
    return f"{FIELDS[name]} {say(before) or '（空）'} → {say(after) or '（空）'}"
