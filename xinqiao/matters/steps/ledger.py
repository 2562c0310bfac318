"""台账记录: what a ledger does with an item about a matter, as one line of that matter's history (A-33).

The ledgers decide who may (rules/ledgers.py): somebody responsible for an item need not have a desk in the matter. So the line is written
by the platform, with the officer in its facts, where the chain holds them; the citizen's own line is the citizen's. It runs beside the
matter, and changes neither stage nor limits.
"""

from datetime import datetime

from django.db import transaction

from xinqiao.rules.stages import Step

from ..act import begin, finish, refusal
from ..actors import Actor
from ..models import Event
from .handle import add_record

SORT = "ledger"


@transaction.atomic
def note_ledger(
    matter_id: int,
    *,
    by: Actor,
    at: datetime,
    item: int,
    doing: str,
    text: str = "",
    shown: bool = False,
    facts: dict | None = None,
) -> Event:
    """One line: which item, what was done (`doing`, a code of ItemAct), and words. `shown`: the citizen reads heading and words.

    Raises MatterHidden, and StepRefused for a report or a matter that names somebody who must not know (C-01).
    """
    act = begin(Step.NOTE_LEDGER, matter_id, by=by, at=at)
    if act.matter.sealed or act.matter.has_accused:
        raise refusal("这一件按规定不列入台账。", "not_listed")
    if text or shown:
        add_record(act, SORT, text, data={"item": item, "doing": doing}, shown=shown)
    return finish(act, facts={"item": item, "doing": doing, **(facts or {})})
