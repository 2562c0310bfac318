"""Prove that nothing was changed afterwards: history chains, submissions, letters, numbers.

核对办理记录、信访件、文书和编号是否被改动过：逐行重算，内存占用不随数量增长。
"""

import argparse
import json
import sys
import time

from xinqiao import cli, database

HELP = "核对办理记录没有被改动 · prove that the history was not changed"
SHOWN = 50  # broken rows named; all are counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 · print JSON")
    parser.add_argument("--all", action="store_true", help=f"列出全部问题，不只前{SHOWN}条 · name every broken row")


def run(args: argparse.Namespace) -> int:
    """0 when everything fits; 1 when a row was changed, removed or added; 3 when the database does not answer."""
    with database.available():
        cli.start_django()
        from django.db import DatabaseError

        from xinqiao.jobs import proof

        try:
            report = _walk(proof, bar=sys.stderr.isatty() and not args.json, keep=None if args.all else SHOWN)
        except DatabaseError as error:
            print(
                f"数据库没有回答，核对没有完成。The database did not answer: {type(error).__name__}.", file=sys.stderr
            )
            return cli.ENVIRONMENT
    _say(report, as_json=args.json)
    return cli.FAILED if report["broken_count"] else cli.OK


def _walk(proof, *, bar: bool, keep: int | None) -> dict:
    began, seen, broken, count = time.monotonic(), {}, [], 0
    with proof.one_moment():
        total = proof.estimate() if bar else 0
        for finding in proof.walk(lambda part, rows: seen.__setitem__(part, rows) or (bar and _bar(seen, total))):
            count += 1
            if keep is None or len(broken) < keep:
                broken.append(finding)
    if bar:
        print(file=sys.stderr)
    return {
        "checked": seen,
        "broken_count": count,
        "broken": [finding.as_dict() for finding in broken],
        "seconds": round(time.monotonic() - began, 2),
    }


def _bar(seen: dict[str, int], total: int) -> None:
    done = sum(seen.values())
    share = min(done / total, 1) if total else 1
    print(f"\r[{'#' * int(share * 40):40}] {done:,} 行", end="", file=sys.stderr, flush=True)


def _say(report: dict, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
        return
    rows = "，".join(f"{part} {number:,}" for part, number in report["checked"].items())
    print(f"已核对 checked: {rows}（{report['seconds']} 秒）")
    if not report["broken_count"]:
        print("没有发现改动。Nothing was changed.")
        return
    print(f"发现 {report['broken_count']} 处问题 rows that do not fit:")
    for one in report["broken"]:
        print(f"  {one['table']} #{one['id']}（信访事项 {one['matter_id']}，第 {one['seq']} 条）：{one['reason']}")
    if report["broken_count"] > len(report["broken"]):
        print(f"  … 另有 {report['broken_count'] - len(report['broken'])} 处；用 --all 全部列出。")
