"""Screening by the clock: rounds are made, and what is late is told once to the unit and once to the level above (A-35).

Both read what is stored: a worker that stood still makes the same rounds and tells the same people, each once.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from xinqiao.information import reports, screening
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.permissions import Action, holders

OWN = "{name}已过最晚报送日期，还没有报送。请今天补报，没有发现的报零报告。"
BELOW = "{name}：所属{n}个单位没有按期报送，请督促。"


def make_rounds(at: datetime) -> int:
    """Every round that is due by the calendar and does not stand yet."""
    return screening.make_rounds(at)


def alert(at: datetime) -> int:
    """Tell of every round that is over. Returns how many officers were told."""
    told = 0
    while (more := _alert_one(at)) is not None:
        told += more
    return told


@transaction.atomic
def _alert_one(at: datetime) -> int | None:
    """One round: the mark that it was told and the lines behind the bells commit together."""
    late = screening.take_overdue(at)
    if late is None:
        return None
    subject, name = f"screening:{late.round.pk}", late.round.name[:40]
    writers = _officers(late.organisations, Action.WRITE)
    told = inbox.tell_many(
        [one for posts in writers.values() for one in posts], OWN.format(name=name), subject=subject, at=at, urgent=True
    )
    below = defaultdict(int)
    for unit in late.organisations:
        if (over := reports.above(unit)) is not None:
            below[over] += 1
    overseers = _officers(below, Action.WRITE)
    for over, number in below.items():
        words = BELOW.format(name=name, n=number)
        told += inbox.tell_many(overseers[over.pk], words, subject=f"{subject}:below", at=at)
    return told


def _officers(units: Iterable[Organisation], action: Action) -> dict[int, list[Officer]]:
    """Active posts of these units that have to do with screening, by unit; one statement."""
    roles = [role.value for role in holders("screening", action)]
    posts = Officer.objects.filter(
        organisation__in=[unit.pk for unit in units], active=True, user__is_active=True, roles__overlap=roles
    )
    found = defaultdict(list)
    for one in posts.order_by("pk"):
        found[one.organisation_id].append(one)
    return found
