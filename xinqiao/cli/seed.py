"""Fill an empty database with the fictional region of the demonstration: organs, officers and matters, made by the real steps.

生成虚构的演示地区。只写入空数据库；同一个种子数生成同样的内容。不要在正式使用的数据库上运行；
没有设置 XINQIAO_DEMO、而且要求 HTTPS 的地方会被拒绝，因为演示账号的密码是公开的。
"""

import argparse
import json
import sys

from xinqiao import cli, database

HELP = "生成演示地区 · fill an empty database with a fictional region"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, help="number the region is made from (1)")
    parser.add_argument("--count", type=int, default=300, help="how many matters (300)")
    parser.add_argument("--if-empty", action="store_true", help="exit 0 and change nothing if the database is in use")
    parser.add_argument("--json", action="store_true", help="print what was made, and the log-ins, as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when the region was made (or was there, with --if-empty), 1 when the database is in use, 2 for a wrong count."""
    if not 1 <= args.count <= 10_000:
        print("--count 应在1到10000之间。--count must be 1 to 10000.", file=sys.stderr)
        return cli.USAGE
    with database.available():
        cli.start_django()
        if _would_open_a_real_door():
            print(
                "演示账号的密码是公开的，这里不是演示环境，没有生成。要生成演示地区，请设置 XINQIAO_DEMO=1。\n"
                "The log-ins of the fictional region have a published password; refused outside a demonstration (XINQIAO_DEMO=1).",
                file=sys.stderr,
            )
            return cli.FAILED
        from xinqiao import seed
        from xinqiao.seed.program import AlreadySeeded

        try:
            made = seed.run(seed=args.seed, count=args.count, progress=not args.json)
        except AlreadySeeded as already:
            print(f"{already} The database is in use; nothing was changed.", file=sys.stderr)
            if args.json and args.if_empty:
                print(json.dumps({"matters": 0}))
            return cli.OK if args.if_empty else cli.FAILED
        _report(made, seed.logins(), args.json)
    return cli.OK


def _would_open_a_real_door() -> bool:
    """Whether this is no demonstration and no test machine: there must be no default accounts there (checklist 52)."""
    from django.conf import settings

    return not (settings.XINQIAO_DEMO or settings.XINQIAO_INSECURE_HTTP)


def _report(made: dict, logins: list[dict], as_json: bool) -> None:
    if as_json:
        print(json.dumps({**made, "logins": logins}, ensure_ascii=False))
        return
    print(f"已生成：机构 {made['organisations']} 个，工作人员 {made['officers']} 人，信访件 {made['matters']} 件。")
    for login in logins:
        print("  " + "  ".join(map(str, login.values())))
