"""Surge alarm (A-66): a class in a place, or a confirmed issue, of which much more comes within a day or three than is usual. About matters and
places, never persons. What the machine proposes for a confirmed issue counts here too: that much is new in it is what is to be told.

One row from the beginning of a surge until it is over, and one bell for it (`jobs/hot_issues.py`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Organisation
from xinqiao.rules.hot import AREA_LEVELS, SURGE_QUIET_HOURS, SURGES, USUAL_DAYS, IssueState, Surge
from xinqiao.rules.stages import Line

from ..models import HotIssue, HotMember, HotSurge
from .candidates import countable
from .voices import voices


@dataclass(frozen=True)
class Risen:
    """What rose, and how much: a class in a place, or an issue."""

    place_id: int | None
    class_id: int | None
    row: Surge
    matters: int
    usual: float
    desks: tuple[int, int] = (0, 0)  # between which places of the tree the matters lie
    issue: HotIssue | None = None

    @property
    def key(self) -> tuple:
        return self.place_id, self.class_id, self.issue.pk if self.issue else None


def watch(at: datetime) -> list[HotSurge]:
    """Note what rises now; returns the surges that began just now."""
    began = []
    with transaction.atomic():
        open_ones = HotSurge.objects.select_for_update().filter(over=False)
        running = {(one.place_id, one.content_class_id, one.issue_id): one for one in open_ones}
        for one in [*risen(at), *issues_risen(at)]:
            known = running.get(one.key)
            if known is None:
                began.append(_begin(one, at))
            else:
                known.matters, known.seen_at = max(known.matters, one.matters), at
                known.save(update_fields=["matters", "seen_at"])
        quiet = at - timedelta(hours=SURGE_QUIET_HOURS)
        HotSurge.objects.filter(over=False, seen_at__lt=quiet).update(over=True)
    return began


def risen(at: datetime) -> list[Risen]:
    """Each class and place over a threshold at this moment, by the first row of the table that it passes."""
    longest = max(row.hours for row in SURGES)
    rows = _rows(at - timedelta(hours=longest), at)
    found: dict[tuple[int, int], Risen] = {}
    for row in SURGES:
        since = at - timedelta(hours=row.hours)
        for (place_id, class_id), here in rows.items():
            ids = [pk for pk, moment, _lft in here if moment > since]
            if len(ids) < row.at_least or (place_id, class_id) in found:
                continue
            count = len(set(voices(ids).values()))
            usual = _usual(place_id, class_id, since, row.hours)
            if row.is_one(count, usual):
                desks = [lft for _pk, moment, lft in here if moment > since]
                found[place_id, class_id] = Risen(place_id, class_id, row, count, usual, (min(desks), max(desks)))
    return list(found.values())


def issues_risen(at: datetime) -> list[Risen]:
    """Each confirmed issue over a threshold at this moment, by the first row of the table that it passes."""
    first = at - timedelta(days=USUAL_DAYS, hours=max(row.hours for row in SURGES))
    members = HotMember.objects.filter(
        countable("matter__"), issue__state=IssueState.CONFIRMED, removed_at=None,
        matter__received_at__gt=first, matter__received_at__lte=at,
    )  # fmt: skip
    came: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for issue_id, moment, voice, pk in members.values_list("issue", "matter__received_at", "voice", "matter"):
        came[issue_id].append((moment, voice or -pk))
    issues = HotIssue.objects.select_related("area").in_bulk(came)
    found = (_issue_risen(issues[pk], rows, at) for pk, rows in came.items())
    return [one for one in found if one]


def _issue_risen(issue: HotIssue, rows: list[tuple[datetime, int]], at: datetime) -> Risen | None:
    for row in SURGES:
        since = at - timedelta(hours=row.hours)
        begin = since - timedelta(days=USUAL_DAYS)
        count = len({voice for moment, voice in rows if moment > since})
        usual = _mean(len({voice for moment, voice in rows if begin < moment <= since}), row.hours)
        if row.is_one(count, usual):
            return Risen(None, None, row, count, usual, issue=issue)
    return None


def _rows(first: datetime, last: datetime) -> dict[tuple[int, int], list[tuple[int, datetime, int]]]:
    found = defaultdict(list)
    recent = Matter.objects.filter(
        countable(), received_at__gt=first, received_at__lte=last, content_class__isnull=False
    )
    columns = ("pk", "place_id", "content_class_id", "received_at", "unit__lft", "received_by__lft")
    for pk, place_id, class_id, moment, lft, received_lft in recent.values_list(*columns):
        found[place_id, class_id].append((pk, moment, received_lft if lft is None else lft))
    return found


def _usual(place_id: int, class_id: int, until: datetime, hours: int) -> float:
    """Voices in as many hours, by the mean of the days before."""
    before = Matter.objects.filter(
        countable(),
        place=place_id,
        content_class=class_id,
        received_at__gt=until - timedelta(days=USUAL_DAYS),
        received_at__lte=until,
    )
    return _mean(len(set(voices(before.values_list("pk", flat=True)).values())), hours)


def _mean(count: int, hours: int) -> float:
    """Of what came in the days before, as much as falls upon so many hours."""
    return count * hours / (USUAL_DAYS * 24)


def _begin(one: Risen, at: datetime) -> HotSurge:
    return HotSurge.objects.create(
        area=one.issue.area if one.issue else _area(*one.desks), place_id=one.place_id, content_class_id=one.class_id, issue=one.issue, hours=one.row.hours, matters=one.matters,
        usual=one.usual, began_at=at, seen_at=at,
    )  # fmt: skip


def _area(first: int, last: int) -> Organisation:
    """The narrowest government on whose desks all of them lie: whoever looks over it may open each."""
    holding = Organisation.objects.filter(
        active=True, line=Line.GOVERNMENT, level__lte=max(AREA_LEVELS), lft__lte=first, rgt__gte=last
    )
    return holding.order_by("-lft").first() or Organisation.objects.order_by("lft").first()
