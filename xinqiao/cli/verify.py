"""Prove that nothing was changed afterwards: histories, audit log, submissions, letters, numbers, checkpoints.

核对办理记录、审计日志、信访件、文书、编号、密封和存证点是否被改动过：逐行重算，内存占用不随数量增长。
数据库以外的存证副本（--checkpoints）能发现删掉的尾部、恢复的旧库和整体重算。
"""

import argparse
import contextlib
import json
import sys
import time
from pathlib import Path

from xinqiao import cli, database

HELP = "核对没有东西被改动过 · prove that nothing was changed"
SHOWN = 50  # broken rows named; all are counted
LATE_MINUTES = 10  # rows that wait longer for a checkpoint mean that no worker makes them


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoints", type=Path, action="append", metavar="DIR",
        help="存证副本的文件夹，可以写几次；不写就用 XINQIAO_CHECKPOINTS · copies of the checkpoints",
    )  # fmt: skip
    parser.add_argument("--files", action="store_true", help="附件、台账凭证和文书的文件也核对 · the stored files too")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 · print JSON")
    parser.add_argument(
        "--all", action="store_true", help=f"列出全部问题，不只前{SHOWN}条；打开每份文书、验证每个签名 · name every broken row; open every letter"
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """0 when everything fits; 1 when a row was changed, removed or added; 2 when the checkpoints cannot be read; 3 without a database."""
    with database.available():
        cli.start_django()
        from django.db import DatabaseError

        from xinqiao.jobs import proof

        try:
            report = _walk(proof, args, bar=sys.stderr.isatty() and not args.json)
        except DatabaseError as error:
            print(
                f"数据库没有回答，核对没有完成。The database did not answer: {type(error).__name__}.", file=sys.stderr
            )
            return cli.ENVIRONMENT
        _note(report)
    _say(report, as_json=args.json)
    if report["broken_count"]:
        return cli.FAILED
    return cli.USAGE if report["checkpoints_unreadable"] else cli.OK


def _walk(proof, args: argparse.Namespace, *, bar: bool) -> dict:
    began, seen, broken, count = time.monotonic(), {}, [], 0
    check, unreadable = _open(proof, args)
    keep = None if args.all else SHOWN
    with proof.one_moment():
        total = proof.estimate() if bar else 0
        for finding in check.walk(lambda part, rows: seen.__setitem__(part, rows) or (bar and _bar(seen, total))):
            count += 1
            if keep is None or len(broken) < keep:
                broken.append(finding)
    if bar:
        print(file=sys.stderr)
    return {
        "checked": seen,
        "broken_count": count,
        "broken": [finding.as_dict() for finding in broken],
        "not_anchored": check.window,
        "places": check.places,
        "checkpoints_unreadable": unreadable,
        "seconds": round(time.monotonic() - began, 2),
    }


def _open(proof, args: argparse.Namespace):
    """The check with the places that were named, or those of the setting; and why these could not be read."""
    from xinqiao.integrity import checkpoints, places

    options = {"files": args.files, "each": args.all}
    folders = args.checkpoints or places.chosen()
    if not args.checkpoints and checkpoints.latest() is None:
        folders = [folder for folder in folders if folder.is_dir()]  # a new installation has none yet
    try:
        return proof.Proof(folders, **options), ""
    except proof.PlaceUnreadable as error:
        return proof.Proof(**options), str(error)


def _note(report: dict) -> None:
    """That it was checked belongs in the audit log; a copy that cannot be written is checked all the same."""
    from xinqiao.integrity import audit
    from xinqiao.rules.audit import AuditKind

    with contextlib.suppress(audit.AuditUnavailable):
        counts = {**report["checked"], "broken": report["broken_count"]}
        audit.note(AuditKind.VERIFIED, detail=counts)


def _bar(seen: dict[str, int], total: int) -> None:
    done = sum(rows for part, rows in seen.items() if part != "anchored")
    share = min(done / total, 1) if total else 1
    print(f"\r[{'#' * int(share * 40):40}] {done:,} 行", end="", file=sys.stderr, flush=True)


def _say(report: dict, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
        return
    rows = "，".join(f"{part} {number:,}" for part, number in report["checked"].items())
    print(f"已核对 checked: {rows}（{report['seconds']} 秒）")
    _say_window(report["not_anchored"])
    for place in report["places"]:
        print(f"存证副本 copy: {place['folder']}，{place['checkpoints']:,} 个存证点")
    if report["checkpoints_unreadable"]:
        print(f"存证副本读不出，只核对了数据库 checkpoints cannot be read: {report['checkpoints_unreadable']}")
    elif not report["places"]:
        print("没有存证副本可对照，恢复的旧库发现不了。No copy of the checkpoints was compared.")
    if not report["broken_count"]:
        print("没有发现改动。Nothing was changed.")
        return
    print(f"发现 {report['broken_count']} 处问题 rows that do not fit:")
    for one in report["broken"]:
        print(f"  {_where(one)}：{one['reason']}")
    if report["broken_count"] > len(report["broken"]):
        print(f"  … 另有 {report['broken_count'] - len(report['broken'])} 处；用 --all 全部列出。")


def _where(one: dict) -> str:
    row = f" #{one['id']}" if one["id"] is not None else ""
    beside = [f"信访事项 {one['matter_id']}"] * (one["matter_id"] is not None)
    beside += [f"第 {one['seq']} 条"] * (one["seq"] is not None)
    return f"{one['table']}{row}" + (f"（{'，'.join(beside)}）" if beside else "")


def _say_window(window: dict) -> None:
    last = (
        f"存证点 {window['last_checkpoint']}（{window['last_made_at']}）"
        if window["last_checkpoint"]
        else "还没有存证点"
    )
    if not window["rows"]:
        print(f"全部已存证 all anchored: {last}")
        return
    print(f"尚未存证 not anchored yet: {window['rows']:,} 行，最早 {window['since']}；{last}")
    from datetime import UTC, datetime

    if (datetime.now(UTC) - datetime.fromisoformat(window["since"])).total_seconds() > LATE_MINUTES * 60:
        print("  等得太久：存证没有在进行，请看 worker 是否在运行。No worker makes checkpoints; is it running?")
