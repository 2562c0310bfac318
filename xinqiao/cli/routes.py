"""`xinqiao routes`: every page, API operation, export, job and message with its row of the permission table.

An address without a row is listed too, marked 拒绝: the program answers 404 there. No database is needed.
"""

import sys

from xinqiao.rules.entrances import CALLERS, ENTRANCES, Entrance
from xinqiao.rules.permissions import COLUMNS
from xinqiao.rules.stages import Role

from . import tables

HELP = "打印每个网址、接口、任务、消息各对应权限表的哪一行"
OK, FOUND = 0, 1
NO_ROW = "拒绝（没有登记）"


def add_arguments(parser) -> None:
    """Declare the arguments on an argparse parser."""
    tables.add_format(parser)


def run(args) -> int:
    """0 = every address has its row; 1 = some have none."""
    from xinqiao import folders
    from xinqiao.cli import start_django

    folders.make()
    folders.ensure_secret_key()
    start_django()
    made = rows()
    sys.stdout.write(tables.written(made, args.format))
    return FOUND if any(row["asks"] == NO_ROW for row in made) else OK


def rows() -> list[dict]:
    """One row for each name; jobs and messages have no address."""
    patterns = dict(addresses())
    return [_row(name, patterns.get(name, ""), ENTRANCES.get(name)) for name in {**ENTRANCES, **patterns}]


def addresses(resolver=None, spaces: tuple = (), before: str = "") -> list[tuple[str, str]]:
    """(name with its name spaces, pattern) of every address of the program."""
    from django.urls import get_resolver

    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = before + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            found += addresses(entry, (*spaces, entry.namespace) if entry.namespace else spaces, pattern)
        else:
            found.append((":".join([*spaces, entry.name or "unnamed"]), "/" + pattern))
    return found


def _row(name: str, address: str, line: Entrance | None) -> dict:
    if line is None:
        return {"name": name, "address": address, "asks": NO_ROW, "who": "", "opens_to": "", "scope": "", "basis": ""}
    callers = CALLERS.get(line.who) or [role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)]
    codes = [code for code, caller in COLUMNS.items() if caller in callers and line.opens_to([caller])]
    return {
        "name": name,
        "address": address,
        "asks": " or ".join(f"{thing} {action.code}" for thing, action in line.asks),
        "who": line.who,
        "opens_to": " ".join(codes),
        "scope": line.scope,
        "basis": line.basis,
    }
