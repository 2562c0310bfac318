"""Add the fixture for trying who sees what to an empty or demonstration database; log-ins, query codes and addresses go to a file.

为权限测试写入两个虚构地区、各种岗位的账号和各类信访件；账号、查询码、网址写入一个只有您能读的文件。不要在正式使用的数据库上运行。
"""

import argparse
import json
import sys
from pathlib import Path

from xinqiao import cli, database, folders

HELP = "写入权限测试数据 · add identities and objects for access tests"
FILE = "authz.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="FILE", type=Path, help=f"where to write the JSON ($XINQIAO_VAR/{FILE})")
    parser.add_argument("--force", action="store_true", help="also where XINQIAO_DEMO is not set")


def run(args: argparse.Namespace) -> int:
    """0 when it was made, 1 when the fixture does not belong into this database."""
    with database.available():
        cli.start_django()
        from django.utils import timezone

        from xinqiao.seed import authz

        try:
            made = authz.run(at=timezone.now(), force=args.force)
        except authz.NotHere as refusal:
            print(refusal, file=sys.stderr)
            return cli.FAILED
    out = args.out or folders.var() / FILE
    folders.write_secret(out, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    print(f"已写入：身份 {len(made['identities'])} 个，信访件 {len(made['matters'])} 件。账号和查询码在 {out}。")
    return cli.OK
