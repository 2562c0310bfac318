"""Which bulk acts a list offers this officer: those that are possible for at least one of the petitions on the page."""

from collections.abc import Iterable

from xinqiao.bulk import taking
from xinqiao.organisations.models import Officer
from xinqiao.rules.bulk import BULK_ACTS, BulkAct
from xinqiao.rules.moves import MOVES
from xinqiao.rules.permissions import Action, allowed


def offered(officer: Officer, rows: Iterable[dict]) -> list[BulkAct]:
    """For rows of the queue (`stage`, `kind`, `organisation_id`, `unread`, `is_open`, `matter__stage`, `matter__sealed`).

    None: then the list has no check boxes. What a single petition then allows, its own step decides.
    """
    if not allowed(officer.role_set, "step", Action.WRITE):
        return []
    open_rows = [row for row in rows if not row["matter__sealed"]]
    acts = [act for act in BULK_ACTS.values() if taking.is_for(act, officer)]
    return [act for act in acts if any(_may_be(act, officer, row) for row in open_rows)]


def _may_be(act: BulkAct, officer: Officer, row: dict) -> bool:
    own = row["organisation_id"] == officer.organisation_id
    if act.step is None:
        return own and row["is_open"] and row["unread"]
    return any(
        move.step is act.step
        and move.roles & officer.role_set
        and (row["matter__stage"] if move.on == "matter" else row["stage"]) in move.origins
        and (move.on == "matter" or (own and (not move.desk_kinds or row["kind"] in move.desk_kinds)))
        for move in MOVES
    )
