"""What the worker does for hot issues by the clock: group the areas in which something new came, one after the other (H.3)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from xinqiao.organisations.models import Organisation
from xinqiao.rules.hot import AREAS_A_TURN, REGROUP_HOURS

from .. import is_on
from ..models import HotGrouping
from . import candidates, grouping


def keep(at: datetime, cluster: grouping.Cluster = grouping.by_text) -> int:
    """A turn of the worker: a few areas, those that waited longest first. Returns how many were grouped."""
    if not is_on():
        return 0
    done, today = 0, localdate(at)
    for area in waiting(at):
        grouping.keep(area, until=today, at=at, cluster=cluster)
        done += 1
        if done == AREAS_A_TURN:
            break
    return done


def waiting(at: datetime) -> Iterator[Organisation]:
    """Areas with a matter that was not looked at yet and whose last grouping is some hours ago; the longest ago first."""
    known = {row.area_id: row for row in HotGrouping.objects.all()}
    before = at - timedelta(hours=REGROUP_HOURS)
    due = [one for one in candidates.areas() if one.pk not in known or known[one.pk].grouped_at <= before]
    for area in sorted(
        due, key=lambda one: (known[one.pk].grouped_at.timestamp() if one.pk in known else 0.0, one.lft)
    ):
        row, newest = known.get(area.pk), grouping.newest(area, until=localdate(at))
        if newest > (row.newest_id if row else 0):
            yield area


def group_all(
    *, until: date, days: int, at: datetime, cluster: grouping.Cluster = grouping.by_text
) -> Iterator[tuple[Organisation, HotGrouping]]:
    """Every area with matters in a stretch of time, also a past one: for the command line."""
    for area in candidates.areas():
        if candidates.of_area(area, until - timedelta(days=days - 1), until).exists():
            yield area, grouping.keep(area, until=until, at=at, days=days, cluster=cluster)
