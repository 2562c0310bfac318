"""Make the first of the three administrators (三员) and print a one-time password. Refused once there is one.

建立第一个系统、安全或审计管理员，打印一次性密码（7天内有效，第一次登录必须改掉）。每种只能这样建立一次，以后由系统管理员申请、
安全管理员审批。还没有任何机构时，用 --organisation-name 建立第一个。

例 example:
  xinqiao first-administrator --role system --username liu.sys --name 刘某 --organisation lanjiang-petition
  xinqiao first-administrator --role security --username chen.sec --name 陈某 --organisation lanjiang-petition
  xinqiao first-administrator --role audit --username zhou.aud --name 周某 --organisation lanjiang-petition
"""

import argparse
import json
import re
import sys

from xinqiao import cli, database

HELP = "建立第一个管理员 · make the first system, security or audit administrator"
ROLES = {"system": "system_administrator", "security": "security_administrator", "audit": "auditor"}
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
DIVISION = re.compile(r"[0-9]{6,12}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", required=True, choices=sorted(ROLES), help="哪一种管理员 which of the three")
    parser.add_argument("--username", required=True, help="用户名，小写字母开头 lower-case log-in name")
    parser.add_argument("--name", required=True, help="姓名 the person's name")
    parser.add_argument("--organisation", required=True, metavar="KEY", help="机构编号 key of the organisation")
    parser.add_argument(
        "--organisation-name", help="还没有机构时：名称（与印章一致） makes the first organisation, a petition office"
    )
    parser.add_argument("--organisation-short", default="信", help="简称（文号用） its short name, for letter numbers")
    parser.add_argument(
        "--level", type=int, choices=range(5), default=3, help="层级 its level, 0 state to 4 township (3)"
    )
    parser.add_argument("--division-code", default="", help="行政区划代码 its division code, 6 to 12 digits")
    parser.add_argument("--json", action="store_true", help="print user name and one-time password as JSON")


def run(args: argparse.Namespace) -> int:
    """0 with the password printed, 1 when there is one already or the name is taken, 2 for wrong use."""
    if not USERNAME.fullmatch(args.username) or not 1 <= len(args.name.strip()) <= 50:
        print(
            "用户名应以小写字母开头，3到40个字母、数字、点或横线；姓名1到50个字。\n--username or --name is not usable.",
            file=sys.stderr,
        )
        return cli.USAGE
    with database.available():
        cli.start_django()
        from xinqiao.organisations.rights import RightsRefused

        try:
            post, password = _make(args)
        except RightsRefused as refusal:
            print(f"{refusal.message}\nRefused; nothing was changed.", file=sys.stderr)
            return cli.FAILED
    _say(args, post, password)
    return cli.OK


def _make(args: argparse.Namespace):
    from django.db import transaction
    from django.utils import timezone

    from xinqiao.integrity import audit
    from xinqiao.organisations import rights
    from xinqiao.rules.audit import AuditKind
    from xinqiao.rules.stages import Role

    with transaction.atomic():
        post, password = rights.first_administrator(
            Role(ROLES[args.role]), args.username, args.name.strip(), _organisation(args), at=timezone.now()
        )
        detail = {"change": "first_administrator", "by": "command", "user": post.user_id}
        audit.note(AuditKind.RIGHTS_DECIDED, officer=post, subject=f"user:{post.user_id}", detail=detail)
    return post, password


def _organisation(args: argparse.Namespace):
    """The organisation named, or, in an empty database, a petition office made for it."""
    from xinqiao.organisations import tree
    from xinqiao.organisations.models import Organisation
    from xinqiao.organisations.rights import RightsRefused
    from xinqiao.rules.stages import Line

    found = Organisation.objects.filter(key=args.organisation, active=True).first()
    if found:
        return found
    if Organisation.objects.exists():
        raise RightsRefused(f"没有编号为 {args.organisation} 的机构。请核对编号。")
    if not args.organisation_name or not DIVISION.fullmatch(args.division_code):
        raise RightsRefused(
            "还没有任何机构。请加上 --organisation-name 名称 和 --division-code 行政区划代码，建立第一个。"
        )
    Organisation.objects.create(
        key=args.organisation, name=args.organisation_name, short=args.organisation_short, level=args.level,
        line=Line.PETITION_OFFICE, division_code=args.division_code,
    )  # fmt: skip
    tree.renumber()
    return Organisation.objects.get(key=args.organisation)


def _say(args: argparse.Namespace, post, password: str) -> None:
    if args.json:
        print(
            json.dumps(
                {"username": post.user.username, "role": args.role, "one_time_password": password}, ensure_ascii=False
            )
        )
        return
    print(
        f"已建立{post.title}：{post.user.username}（{post.user.name}，{post.organisation.name}）\n"
        f"一次性密码 one-time password: {password}\n"
        "只显示这一次，7天内有效，第一次登录必须改掉。Shown once; valid for 7 days; must be changed at the first log-in."
    )
