"""Check a citizen's receipt file offline: no database, no network.

核对回执文件：文字、收件记录、存证路径、签名，一步一行。不用数据库，也不用联网。
公钥从机关网站的“存证”页（/proof/）抄录或下载；存证副本用 xinqiao checkpoints pull 取得。
"""

import argparse
import json
import os
import secrets
import sys
from pathlib import Path

from xinqiao import cli

HELP = "离线核对回执文件 · check a receipt file offline"
MARKS = {True: "✓", False: "✗", None: "?"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="回执文件（.json）· the receipt")
    parser.add_argument("--key", type=Path, metavar="FILE", help="机关公布的公钥文件 · the public key, from the office")
    parser.add_argument("--checkpoints", type=Path, metavar="DIR", help="存证副本的文件夹 · a copy of the checkpoints")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 · print JSON")


def run(args: argparse.Namespace) -> int:
    """0 proved; 1 something was changed or forged; 2 it cannot be decided (wrong file, no key, not sealed yet)."""
    os.environ.setdefault(
        "XINQIAO_SECRET_KEY", secrets.token_urlsafe(64)
    )  # the settings ask for one; nothing is signed
    cli.start_django()
    from xinqiao.integrity import receipts

    try:
        said = receipts.read(_bytes(args.file, receipts.LARGEST))
        keys, find = _trusted(args)
    except (OSError, ValueError, receipts.ReceiptUnreadable) as error:
        print(error, file=sys.stderr)
        return cli.USAGE
    answer = receipts.check(said, keys=keys, find=find)
    code = cli.FAILED if answer.broken else cli.OK if answer.proved else cli.USAGE
    _say(answer, said, code, as_json=args.json)
    return code


def _bytes(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most + 1)


def _trusted(args: argparse.Namespace):
    """The keys that are trusted: the file named, else those beside the copy, else those of this installation; and the copy."""
    from xinqiao.crypto import signing
    from xinqiao.integrity import places

    find = None
    if args.checkpoints:
        if not args.checkpoints.is_dir():
            raise ValueError(f"没有这个文件夹 no such folder: {args.checkpoints}")
        find = lambda number: places.find(args.checkpoints, number)  # noqa: E731
    if args.key:
        try:
            key = signing.PublicKey.from_dict(json.loads(args.key.read_text(encoding="utf-8")))
        except ValueError as error:
            raise ValueError(f"这不是公钥文件 not a public key: {args.key}") from error
        return {key.key_id: key}, find
    if args.checkpoints:
        return signing.read_public(args.checkpoints / "keys"), find
    return signing.known() or None, find


def _say(answer, said: dict, code: int, *, as_json: bool) -> None:
    verdict = {
        cli.OK: "结论：回执成立，内容没有改动。The receipt is proved.",
        cli.FAILED: "结论：回执不成立，内容或记录被改过。The receipt is broken.",
        cli.USAGE: "结论：还不能断定，请看带“?”的一行。It cannot be decided yet, see the line with a question mark.",
    }[code]
    if as_json:
        lines = [
            {"name": line.name, "good": line.good, "zh": line.chinese, "en": line.english} for line in answer.lines
        ]
        print(json.dumps({"number": said["number"], "verdict": code, "lines": lines}, ensure_ascii=False))
        return
    print(f"回执 receipt: {said['number']}，{said['office']}，{said['received_at']}")
    for line in answer.lines:
        print(f"  {MARKS[line.good]} {line.chinese}\n    {line.english}")
    print(verdict)
