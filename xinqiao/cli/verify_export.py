"""Check an exported audit log: signature, digest, row count, and every row against its own digest.

核对导出的安全审计日志：签名、摘要、行数，以及每条记录与它自己的摘要。不需要数据库。
"""

import argparse
import sys
from pathlib import Path

from xinqiao import cli

HELP = "核对导出的审计日志没有被改动 · check an exported audit log"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="导出的 zip 文件 · the exported zip")
    parser.add_argument(
        "--keys",
        type=Path,
        help="公钥所在文件夹，默认用本系统的 · folder of public keys (*.public.json), ours by default",
    )


def run(args: argparse.Namespace) -> int:
    """0 when everything fits; 1 when something was changed; 2 when there is no such file."""
    cli.start_django()
    from xinqiao.crypto import signing
    from xinqiao.exports import audit_log

    try:
        content = args.file.read_bytes()
    except OSError as error:
        print(f"打不开文件“{args.file}”：{error.strerror}。The file cannot be opened.", file=sys.stderr)
        return cli.USAGE
    faults = audit_log.faults(content, signing.read_public(args.keys) if args.keys else signing.known())
    for fault in faults[:50]:
        print(fault)
    print("有问题，这份日志不可信。Not as it was exported." if faults else "一致：没有被改动。As it was exported.")
    return cli.FAILED if faults else cli.OK
