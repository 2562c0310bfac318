"""Checkpoints: look at them, make one now, copy those of another installation, change the signing key.

存证点：查看、立即做一个、取另一套系统的副本、更换签名密钥。

  xinqiao checkpoints                         the newest ones, what waits, the folders outside
  xinqiao checkpoints now                     anchor what waits and copy it outside, at once
  xinqiao checkpoints pull https://HOST DIR   keep a copy of another installation's checkpoints (run it by cron)
  xinqiao checkpoints key                     the public key, to be published and kept elsewhere
  xinqiao checkpoints new-key                 sign with a new key from now on
"""

import argparse
import json
import sys
from pathlib import Path

from xinqiao import cli, database

HELP = "存证点 · signed checkpoints"
SHOWN = 10
ACTIONS = ("list", "now", "pull", "key", "new-key")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=ACTIONS, default="list", help="list now pull key new-key")
    parser.add_argument("url", nargs="?", help="pull: 网址 · address of the other installation")
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="pull: 存到哪里 · where the copy is kept")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 · print JSON")


def run(args: argparse.Namespace) -> int:
    """0 done; 1 a folder cannot be written, or the other side's past has changed; 2 wrong use; 3 no database or no answer."""
    if (args.action == "pull") != bool(args.url and args.folder):
        print("用法 usage: xinqiao checkpoints pull https://HOST DIR", file=sys.stderr)
        return cli.USAGE
    if args.action == "pull":
        return _pull(args)
    with database.available():
        cli.start_django()
        return {"list": _list, "now": _now, "key": _key, "new-key": _new_key}[args.action](args)


def _list(args: argparse.Namespace) -> int:
    from xinqiao.integrity import checkpoints, places
    from xinqiao.integrity.models import Checkpoint

    newest = [
        checkpoints.Statement.of(row).as_dict()
        for row in Checkpoint.objects.order_by("-number").defer("row_ids", "leaves")[:SHOWN]
    ]
    outside = {str(folder): places.newest_of(folder) for folder in places.chosen()}
    waiting = checkpoints.waiting()
    if args.json:
        print(json.dumps({"checkpoints": newest, "waiting": waiting, "places": outside}, ensure_ascii=False))
        return cli.OK
    for one in newest:
        print(f"{one['number']:>8}  {one['made_at'][:19]}Z  {one['leaf_count']:>6} 行  {one['root']}  {one['key_id']}")
    print(f"等待存证 waiting: {waiting:,} 行")
    for folder, number in outside.items():
        print(
            f"副本 copy: {folder}  {'读不出 cannot be read' if number is None else f'到第 {number} 号 up to {number}'}"
        )
    return cli.OK


def _now(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinqiao.crypto.signing import SigningUnavailable
    from xinqiao.integrity.places import PlaceTrouble
    from xinqiao.jobs import anchored_rows

    anchored = 0
    try:
        while made := anchored_rows.anchor(timezone.now()):
            anchored += made
    except (PlaceTrouble, SigningUnavailable) as trouble:
        print(f"存证点没有全部写出 not all written: {trouble}", file=sys.stderr)
        return cli.FAILED
    print(json.dumps({"anchored": anchored}) if args.json else f"已存证 anchored: {anchored:,} 行")
    return cli.OK


def _key(args: argparse.Namespace) -> int:
    from xinqiao.crypto import signing

    print(json.dumps(signing.current().public.as_dict()))
    return cli.OK


def _new_key(args: argparse.Namespace) -> int:
    from xinqiao.crypto import signing
    from xinqiao.integrity import audit
    from xinqiao.rules.audit import AuditKind

    old, key = signing.current().public.key_id, signing.rotate().public
    audit.note(AuditKind.KEY_CHANGED, subject=f"signing:{key.key_id}", detail={"before": old, "now": key.key_id})
    print(json.dumps(key.as_dict()))
    print("请把新的公钥公布出去，并另行保存。Publish the new public key and keep it elsewhere.", file=sys.stderr)
    return cli.OK


# ---- another installation's checkpoints ---------------------------------------------------------------------------------


def _pull(args: argparse.Namespace) -> int:
    import os
    import secrets

    os.environ.setdefault("XINQIAO_SECRET_KEY", secrets.token_urlsafe(64))
    cli.start_django()
    from xinqiao.integrity import pulling

    try:
        taken, last = pulling.pull(args.url, args.folder)
    except pulling.AnotherPast as changed:
        print(f"对方的存证点和以前的副本不符：{changed} The other side's past has changed.", file=sys.stderr)
        return cli.FAILED
    except (pulling.Unreachable, OSError) as error:
        print(f"没有取到 not fetched: {error}", file=sys.stderr)
        return cli.ENVIRONMENT
    print(
        json.dumps({"taken": taken, "last": last})
        if args.json
        else f"新取 {taken} 个，到第 {last} 号 taken {taken}, up to {last}"
    )
    return cli.OK
