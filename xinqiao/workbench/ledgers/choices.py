"""What a list of items was narrowed to, read from the address; what is not known is left out, never an error."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from xinqiao.ledgers.models import Item
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.ledgers import LEDGERS, ItemState, Sort
from xinqiao.ui import digits

from .. import keyset

SOONEST = keyset.Order("limit", "", "limit_on", date)
MANY = 300  # items of a list
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

    def counts(self, seen: "list[Group]") -> dict[str, int]:
        """How many stand in each state."""
        sums = Counter()
        for one in seen:
            if self._holds(one):
                sums[one.state] += one.number
                sums["overdue"] += one.late
        return {name: sums[name] for name in (*(state.value for state in ItemState), "overdue")}

    def is_walked(self, seen: "list[Group]") -> bool:
        """Whether so many of the open items belong to the list that a page of them soon comes along the index of their limits."""
        belong = sum(one.number for one in seen if self._holds(one) and one.state != ItemState.CANCELLED)
        return self.state == "" and belong > MANY

    def _holds(self, one: "Group") -> bool:
        wanted = (
            (self.sort, one.sort),
            (self.unit, one.unit),
            (self.leader, one.leader),
            (self.campaign, one.campaign),
        )
        return all(asked == has for asked, has in wanted if asked)

    def words(self, seen: QuerySet[Item]) -> str:
        """The choices as one line, for the head of a print and of a file; nobody is named who stands in none of the items seen."""
        parts = [self.sort.label if self.sort else _("全部台账")]
        parts.append({"": _("没有销号的"), "overdue": _("超过期限的"), **dict(ItemState.choices())}[self.state])
        parts += [dict(named(seen)).get(key, "") for key, named in ((self.unit, units), (self.leader, leaders)) if key]
        return "、".join(str(part) for part in parts if part)


class Group(NamedTuple):
    """Items that are alike in all that a list can be narrowed by: how many, and how many of them are past their day."""

    sort: str
    unit: int
    leader: int | None
    campaign: int | None
    state: str
    number: int
    late: int


def groups(seen: QuerySet[Item], today: date) -> list[Group]:
    """All items that somebody may see, in one statement: what may be opened is decided once for tabs and choices together."""
    late = Count("pk", filter=Q(state=ItemState.OPEN, limit_on__lt=today))
    rows = seen.order_by().values_list("sort", "organisation_id", "leader_id", "campaign_id", "state")
    return [Group(*row) for row in rows.annotate(number=Count("pk"), late=late)]


def read(asked: QueryDict) -> Choices:
    """`?sort=&state=&unit=&leader=&campaign=`."""
    sort, state = asked.get("sort", ""), asked.get("state", "")
    return Choices(
        Sort(sort) if sort in set(Sort) else None,
        state if state in {*ItemState, "overdue"} else "",
        *(digits.read(asked.get(name)) for name in ("unit", "leader", "campaign")),
    )


def units(items: "QuerySet[Item] | list[Group]") -> list[tuple[int, str]]:
    """The units that stand in these ledgers, in the order of the tree."""
    ids = {one.unit for one in items} if isinstance(items, list) else items.order_by().values("organisation_id")
    return list(Organisation.objects.filter(pk__in=ids).order_by("lft").values_list("pk", "name")[:OFFERED_AT_MOST])


def leaders(items: "QuerySet[Item] | list[Group]") -> list[tuple[int, str]]:
    """The leaders that stand in these ledgers."""
    if isinstance(items, list):
        ids = {one.leader for one in items} - {None}
    else:
        ids = items.filter(leader__isnull=False).order_by().values("leader_id")
    rows = Officer.objects.filter(pk__in=ids).select_related("user", "organisation").order_by("organisation__lft", "pk")
    return [(row.pk, f"{row.user.name}（{row.organisation.name}）") for row in rows[:OFFERED_AT_MOST]]
