"""`xinqiao permissions`: the permission matrix by which the program decides; no database is needed."""

import sys

from xinqiao.rules.permissions import COLUMNS, NOBODY, ROWS

from . import tables

HELP = "打印权限表：什么岗位对什么对象可以做什么，依据哪一条"
OK = 0
_CODES = {caller: code for code, caller in COLUMNS.items()}


def add_arguments(parser) -> None:
    """Declare the arguments on an argparse parser."""
    tables.add_format(parser)


def run(args) -> int:
    """0 = printed."""
    sys.stdout.write(tables.written(rows(), args.format))
    return OK


def rows() -> list[dict]:
    """One row for each object: its cells by the codes of B.2, and what they rest on."""
    return [
        {
            "object": row.name,
            **{_CODES[caller]: str(cell) if cell else NOBODY for caller, cell in row.cells.items()},
            "basis": row.basis,
        }
        for row in ROWS.values()
    ]
