"""The hot issues of an area in a period, as a report and the page of a month tell them: what an analyst confirmed, without small figures (H.1, H.3)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from xinqiao.analysis.hot import figures
from xinqiao.analysis.models import HotIssue
from xinqiao.rules.hot import SHARED
from xinqiao.rules.small_cells import shown

LOOKED_AT = 100  # confirmed issues of a period


@dataclass(frozen=True)
class Told:
    """One issue: how many matters, as it may be told, in how many places, how it moves, and what the sheet proposes."""

    issue: HotIssue
    matters: str
    places: int
    trend: str

    @property
    def words(self) -> str:
        more = (
            f"，涉及{self.places}个地方，{self.trend}" if self.matters.isdecimal() else ""
        )  # few matters: nothing that tells more of them
        return f"{self.matters}件{more}"


def confirmed(
    about: tuple[int, int], first: date, last: date, *, most: int, among: QuerySet[HotIssue] | None = None
) -> list[Told]:
    """Those with a matter in these days (of `among`: what a reader may open), the hottest first: issues may be put in order, organs never (G.4)."""
    window = figures.Window(last, (last - first).days + 1)
    among = HotIssue.objects.all() if among is None else among
    rows = figures.open_in(among.filter(state__in=sorted(SHARED), area__lft__range=about), window)
    found = figures.hottest(rows.select_related("area", "lead").order_by("-last_on", "-pk")[:LOOKED_AT], window)
    return [Told(issue, shown(one.matters), one.inputs.places, one.trend) for issue, one in found[:most]]
