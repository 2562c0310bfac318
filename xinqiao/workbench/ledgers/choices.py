"""What a list of items was narrowed to, read from the address; what is not known is left out, never an error."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from xinqiao.ledgers.models import Item
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.ledgers import LEDGERS, ItemState, Sort

from .. import keyset

SOONEST = keyset.Order("limit", "", "limit_on", date)
OFFERED_AT_MOST = 200  # units, or leaders, in one choice


@dataclass(frozen=True)
class Choices:
    """Which ledger, in which state, of whom."""

    sort: Sort | None
    state: str  # a state, `overdue`, or empty: what is not cancelled
    unit: int | None
    leader: int | None
    campaign: int | None

    def title(self, seen: QuerySet[Item]) -> str:
        """The name of the list: that of the campaign, of the ledger, or of all."""
        if self.campaign:
            shown = seen.filter(campaign=self.campaign).values_list("campaign__name", flat=True)
            return shown.first() or _("台账")
        return _("%(name)s台账") % {"name": self.sort.label} if self.sort else _("台账")

    @property
    def about(self) -> str:
        return LEDGERS[self.sort].about if self.sort else _("要解决的问题：谁负责、到哪一天、办到哪一步")

    def narrow(self, items: QuerySet[Item], today: date) -> QuerySet[Item]:
        """The items that are asked for."""
        rows = self._of(items)
        if self.state == "overdue":
            return rows.filter(state=ItemState.OPEN, limit_on__lt=today)
        return rows.filter(state=self.state) if self.state else rows.exclude(state=ItemState.CANCELLED)

    def _of(self, items: QuerySet[Item]) -> QuerySet[Item]:
        named = {
            "sort": self.sort,
            "organisation_id": self.unit,
            "leader_id": self.leader,
            "campaign_id": self.campaign,
        }
        return items.filter(**{name: value for name, value in named.items() if value})

    def counts(self, items: QuerySet[Item], today: date) -> dict[str, int]:
        """How many stand in each state, in one statement."""
        late = Q(state=ItemState.OPEN, limit_on__lt=today)
        wanted = {state.value: Count("pk", filter=Q(state=state)) for state in ItemState} | {
            "overdue": Count("pk", filter=late)
        }
        return self._of(items).order_by().aggregate(**wanted)

    def words(self, seen: QuerySet[Item]) -> str:
        """The choices as one line, for the head of a print and of a file; nobody is named who stands in none of the items seen."""
        parts = [self.sort.label if self.sort else _("全部台账")]
        parts.append({"": _("没有销号的"), "overdue": _("超过期限的"), **dict(ItemState.choices())}[self.state])
        parts += [dict(named(seen)).get(key, "") for key, named in ((self.unit, units), (self.leader, leaders)) if key]
        return "、".join(str(part) for part in parts if part)


def read(asked: QueryDict) -> Choices:
    """`?sort=&state=&unit=&leader=&campaign=`."""
    sort, state = asked.get("sort", ""), asked.get("state", "")
    return Choices(
        Sort(sort) if sort in set(Sort) else None,
        state if state in {*ItemState, "overdue"} else "",
        *(number(asked.get(name, "")) for name in ("unit", "leader", "campaign")),
    )


def number(text: str) -> int | None:
    """A key as it came in an address, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def units(items: QuerySet[Item]) -> list[tuple[int, str]]:
    """The units that stand in these ledgers, in the order of the tree."""
    ids = items.order_by().values("organisation_id")
    return list(Organisation.objects.filter(pk__in=ids).order_by("lft").values_list("pk", "name")[:OFFERED_AT_MOST])


def leaders(items: QuerySet[Item]) -> list[tuple[int, str]]:
    """The leaders that stand in these ledgers."""
    ids = items.filter(leader__isnull=False).order_by().values("leader_id")
    rows = Officer.objects.filter(pk__in=ids).select_related("user", "organisation").order_by("organisation__lft", "pk")
    return [(row.pk, f"{row.user.name}（{row.organisation.name}）") for row in rows[:OFFERED_AT_MOST]]
