"""The bell for a surge (A-66): the leaders and analysts of the petition offices that look over it, once for each surge, without content."""

from datetime import datetime

from xinqiao.analysis import is_on
from xinqiao.analysis.hot import surges
from xinqiao.analysis.models import HotSurge
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules.hot import SURGE_ROLES, SURGE_WORDS
from xinqiao.rules.stages import Line


def watch(at: datetime) -> int:
    """Note what rises, tell of what began. Returns how many lines were made."""
    return sum(_tell(one, at) for one in surges.watch(at)) if is_on() else 0


def _tell(surge: HotSurge, at: datetime) -> int:
    roles = [role.value for role in SURGE_ROLES]
    posts = Officer.objects.filter(
        organisation__line=Line.PETITION_OFFICE, organisation__territory_lft__lte=surge.area.lft,
        organisation__territory_rgt__gte=surge.area.lft, active=True, user__is_active=True, roles__overlap=roles,
    )  # fmt: skip
    return inbox.tell_many(list(posts), SURGE_WORDS, subject=str(surge), at=at, urgent=True)
