"""What the ledgers say of a petition, beside it on its page; and the way to list it, for who keeps ledgers (A-33)."""

from django.urls import reverse
from django.utils.timezone import localdate

from xinqiao.ledgers.models import Item
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Step

from .lists import COLUMNS, may_add, shown

NOTED = Step.NOTE_LEDGER.label


def of_case(matter: Matter, entries: list, officer: Officer) -> dict:
    """`ledger`: the items of this petition that the officer may see; `ledger_url`: where to add one. Asked only where the history has one."""
    noted = not matter.sealed and any(entry.title == NOTED for entry in entries)
    rows = (
        Item.objects.visible_to(officer).filter(matter=matter).order_by("limit_on", "pk").values("pk", *COLUMNS)
        if noted
        else ()
    )
    url = (
        f"{reverse('workbench:ledger_new')}?number={matter.number}"
        if may_add(officer, None) and not matter.sealed
        else ""
    )
    return {"ledger": [shown(row, localdate()) for row in rows], "ledger_url": url}
