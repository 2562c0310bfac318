"""The command line: `xinqiao COMMAND …`, one module per command, imported only when asked for.

A command module has HELP (one line), `add_arguments(parser)` and `run(args) -> int`. What is not in the table goes to
Django's own commands. Exit codes: 0 done; 1 something was found or failed; 2 wrong use; 3 database or environment;
130 interrupted.
"""

import argparse
import importlib
import os
import sys
from types import ModuleType

OK, FAILED, USAGE, ENVIRONMENT, INTERRUPTED = 0, 1, 2, 3, 130

COMMANDS = {
    "demo": "xinqiao.cli.demo",
    "serve": "xinqiao.cli.serve",
    "worker": "xinqiao.cli.worker",
    "metrics": "xinqiao.cli.metrics",
    "migrate": "xinqiao.cli.migrate",
    "first-administrator": "xinqiao.cli.first_administrator",
    "seed": "xinqiao.cli.seed",
    "import": "xinqiao.cli.import_",
    "import-organisations": "xinqiao.cli.import_organisations",
    "deadline": "xinqiao.cli.deadline",
    "verify": "xinqiao.cli.verify",
    "verify-export": "xinqiao.cli.verify_export",
    "verify-receipt": "xinqiao.cli.verify_receipt",
    "checkpoints": "xinqiao.cli.checkpoints",
    "permissions": "xinqiao.cli.permissions",
    "routes": "xinqiao.cli.routes",
    "seed-authz": "xinqiao.cli.seed_authz",
    "rotate-keys": "xinqiao.cli.rotate_keys",
    "reindex": "xinqiao.cli.reindex",
    "counts": "xinqiao.cli.counts",
    "indicators": "xinqiao.cli.indicators",
    "hot": "xinqiao.cli.hot",
    "similar": "xinqiao.cli.similar",
    "cluster": "xinqiao.cli.cluster",
    "train": "xinqiao.cli.train",
    "classify": "xinqiao.cli.classify",
    "bench": "xinqiao.cli.bench",
}

# Django's commands that work without a database.
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "makemessages",
    "version",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code. Errors the operator can mend are one sentence, not a traceback."""
    argv = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.settings")
    try:
        if not argv or argv[0] in ("-h", "--help", "help"):
            print(overview())
            return OK if argv else USAGE
        if argv[0] in COMMANDS:
            return _run_ours(argv[0], argv[1:])
        return _run_djangos(argv)
    except KeyboardInterrupt:
        print("已中断。Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `xinqiao … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if not _is_for_the_operator(error):
            raise
        print(error, file=sys.stderr)
        return ENVIRONMENT


def overview() -> str:
    """The first page of help: every command with its line."""
    lines = ["心桥 Xinqiao", "", "用法 usage: xinqiao COMMAND [--help]", ""]
    for name in COMMANDS:
        module = _load(name)
        if module is not None:
            lines.append(f"  {name:14} {module.HELP}")
    lines += ["", "其他命令交给 Django 处理 (Django's commands work too), 例如 xinqiao shell、xinqiao check。"]
    lines += ["退出码 exit codes: 0 完成 · 1 有问题或失败 · 2 用法错误 · 3 数据库或环境 · 130 中断"]
    return "\n".join(lines)


def start_django() -> None:
    """Set Django up, once."""
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def _run_ours(name: str, rest: list[str]) -> int:
    module = _load(name)
    if module is None:
        print(f"此版本不含命令 {name}。This version has no command {name}.", file=sys.stderr)
        return USAGE
    parser = argparse.ArgumentParser(
        prog=f"xinqiao {name}",
        description=module.__doc__ or module.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="退出码 exit codes: 0 完成 · 1 有问题或失败 · 2 用法错误 · 3 数据库或环境 · 130 中断",
    )
    module.add_arguments(parser)
    try:
        args = parser.parse_args(rest)
    except SystemExit as end:  # argparse has printed the help (0) or what was wrong (2)
        return int(end.code or 0)
    return module.run(args)


def _load(name: str) -> ModuleType | None:
    """The module of a command; None if this version does not have it. Errors inside it are not hidden."""
    path = COMMANDS[name]
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name == path:
            return None
        raise


def _run_djangos(argv: list[str]) -> int:
    from django.core.management import execute_from_command_line, get_commands

    from xinqiao import database, folders

    folders.make()
    folders.ensure_secret_key()  # the settings, which name the packages with commands, refuse to load without one
    start_django()  # before that, Django knows only its own commands, not those of our packages
    if argv[0] not in {*get_commands(), "version", "--version"}:
        print(f"没有命令 {argv[0]}。No command {argv[0]}.\n\n{overview()}", file=sys.stderr)
        return USAGE
    try:
        if argv[0] in WITHOUT_DATABASE or "--help" in argv or "-h" in argv:
            execute_from_command_line(["xinqiao", *argv])
        else:
            with database.available():
                execute_from_command_line(["xinqiao", *argv])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    return OK


def _is_for_the_operator(error: Exception) -> bool:
    """Errors whose message was written for the person at the terminal."""
    from django.core.exceptions import ImproperlyConfigured

    from xinqiao.database import BadAddress, DatabaseTrouble

    return isinstance(error, DatabaseTrouble | BadAddress | ImproperlyConfigured | PermissionError)
