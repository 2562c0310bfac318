"""谁负责、到哪一天: what the ledgers say of a matter, as its citizen reads it (A-33)."""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from xinqiao.ledgers.models import Item
from xinqiao.matters.models import Matter
from xinqiao.rules.ledgers import LEDGERS, ItemState, Progress, reopen_until

HIDDEN = [row.sort.value for row in LEDGERS.values() if row.restricted]


@dataclass(frozen=True)
class Card:
    """One item as the citizen reads it: who answers for it, until when, how far it is."""

    item: Item
    today: date

    @property
    def is_open(self) -> bool:
        return self.item.state != ItemState.CANCELLED

    @property
    def is_late(self) -> bool:
        return self.item.state == ItemState.OPEN and self.item.limit_on < self.today

    @property
    def progress(self) -> str:
        return (
            "单位说办好了，正在由另一个人核对"
            if self.item.state == ItemState.REPORTED
            else Progress(self.item.progress).label
        )

    @property
    def until(self) -> date | None:
        """The last day on which it can be opened again; None when it is open, or that day is over."""
        if self.is_open:
            return None
        last = reopen_until(localdate(self.item.cancelled_at))
        return last if self.today <= last else None


def cards(matter: Matter, today: date) -> list[Card]:
    """The items about this matter, open ones first; none about a report (C-01)."""
    related = ("organisation", "officer__user")
    rows = (
        Item.objects.listable()
        .filter(matter=matter)
        .exclude(sort__in=HIDDEN)
        .select_related(*related)
        .order_by("-state", "limit_on", "pk")
    )
    found = [Card(row, today) for row in rows]
    return sorted((card for card in found if card.is_open or card.until), key=lambda card: not card.is_open)
