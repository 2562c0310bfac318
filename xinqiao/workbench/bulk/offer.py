"""Which bulk acts a list offers this officer: those that are possible for at least one of the petitions on the page."""

from collections.abc import Iterable

from xinqiao.bulk import taking
from xinqiao.organisations.models import Officer
from xinqiao.rules.bulk import BULK_ACTS, BulkAct
from xinqiao.rules.moves import Move
from xinqiao.rules.permissions import Action, allowed


def offered(officer: Officer, rows: Iterable[dict]) -> list[BulkAct]:
    """For rows of the queue (`stage`, `kind`, `organisation_id`, `unread`, `is_open`, `matter__stage`, `matter__sealed`).

    None: then the list has no check boxes. What a single petition then allows, its own step decides.
    """
    if not allowed(officer.role_set, "step", Action.WRITE):
        return []
    rows = [row for row in rows if not row["matter__sealed"]]
    return [act for act in BULK_ACTS.values() if _is_possible(act, officer, rows)]


def _is_possible(act: BulkAct, officer: Officer, rows: list[dict]) -> bool:
    if act.step is None:
        return any(_is_own(row, officer) and row["is_open"] and row["unread"] for row in rows)
    moves = taking.moves_for(act, officer)
    return bool(moves) and any(_fits(move, row, officer) for row in rows for move in moves)


def _is_own(row: dict, officer: Officer) -> bool:
    return row["organisation_id"] == officer.organisation_id


def _fits(move: Move, row: dict, officer: Officer) -> bool:
    if move.on == "matter":
        return row["matter__stage"] in move.origins
    if not _is_own(row, officer) or row["stage"] not in move.origins:
        return False
    return not move.desk_kinds or row["kind"] in move.desk_kinds
