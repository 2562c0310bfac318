"""Put the matters of an area into groups, and keep each group as an issue (H.3).

    keep(area, until=today, at=now)       propose what is new, add to what is known

An issue keeps its identity: a group that shares enough matters with an issue is that issue. What somebody took out stays out; to an issue
that an analyst confirmed new matters are only proposed; what was dismissed is not proposed again. A matter is in one open issue of an area.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from xinqiao.matters.models import Submission
from xinqiao.organisations.models import ContentClass, Organisation
from xinqiao.rules.hot import (
    GROUPED_DAYS,
    ISSUE_AT_LEAST,
    KNOWN_SHARE,
    MEMBERS_AT_MOST,
    OPEN,
    Act,
    IssueState,
    is_same,
)
from xinqiao.rules.stages import Line

from ..models import HotGrouping, HotIssue, HotMember
from . import candidates, trail
from .candidates import Text
from .centre import Words, name
from .voices import voices

Cluster = Callable[[list[Text]], list[int]]


@dataclass
class Known:
    """An issue as a grouping finds it: its matters of the window, and those that were taken out or belong to something settled."""

    issue: HotIssue
    active: set[int] = field(default_factory=set)
    by_machine: set[int] = field(default_factory=set)
    out: set[int] = field(default_factory=set)  # taken out by somebody
    left: set[int] = field(default_factory=set)  # left out by the machine itself: may come back


def by_text(texts: list[Text]) -> list[int]:
    """A number for each text, the same for those on the same matter: the grouping of `analysis.text`, in the order of time."""
    from xinqiao.analysis.text import grouping
    from xinqiao.analysis.text.sameness import Message

    order = sorted(range(len(texts)), key=lambda n: (texts[n].at, texts[n].matter_id))
    said = [
        Message(texts[n].matter_id, texts[n].title, f"{texts[n].body}\n{texts[n].place_detail}", texts[n].at)
        for n in order
    ]
    labels = dict(zip(order, grouping.clusters(said), strict=True))
    return [labels[n] for n in range(len(texts))]


def keep(
    area: Organisation, *, until: date, at: datetime, days: int = GROUPED_DAYS, cluster: Cluster = by_text
) -> HotGrouping:
    """Group the matters that came to `area` in the `days` up to `until`. Returns how far it came."""
    texts, left_out = candidates.texts(area, until - timedelta(days=days - 1), until)
    words = Words({one.matter_id: f"{one.title}\n{one.body}" for one in texts})
    groups = _groups(area, texts, cluster, words) if len(texts) >= ISSUE_AT_LEAST else []
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=area.pk)  # one grouping of an area at a time
        kept = _keep_groups(area, groups, {one.matter_id: one for one in texts}, words, at=at)
        row, _made = HotGrouping.objects.update_or_create(
            area=area,
            defaults={
                "until_on": until, "newest_id": max((one.matter_id for one in texts), default=0), "grouped_at": at,
                "candidates": len(texts), "groups": kept, "left_out": left_out,
            },
        )  # fmt: skip
    return row


def newest(area: Organisation, *, until: date) -> int:
    """The last matter of the window: whether there is something new to group."""
    found = candidates.of_area(area, until - timedelta(days=GROUPED_DAYS - 1), until)
    return found.order_by().aggregate(last=Max("pk"))["last"] or 0


def _groups(area: Organisation, texts: list[Text], cluster: Cluster, words: Words) -> list[set[int]]:
    """Groups of enough voices, the largest first; in a prefecture only those that no single county holds."""
    below = _areas_below(area)
    found, where = defaultdict(set), {}
    for one, label in zip(texts, cluster(texts), strict=True):
        found[label].add(one.matter_id)
        where[one.matter_id] = next((first for first, last in below if first <= one.lft <= last), None)
    large = [ids for ids in words.gathered(list(found.values())) if ISSUE_AT_LEAST <= len(ids) <= MEMBERS_AT_MOST]
    here = [ids for ids in large if None in (held := {where[pk] for pk in ids}) or len(held) > 1]
    return sorted((ids for ids in here if _voices_of(ids) >= ISSUE_AT_LEAST), key=lambda ids: (-len(ids), min(ids)))


def _voices_of(ids: set[int]) -> int:
    return len(set(voices(ids).values()))


def _areas_below(area: Organisation) -> list[tuple[int, int]]:
    rows = Organisation.objects.filter(line=Line.GOVERNMENT, level=area.level + 1, lft__gt=area.lft, lft__lte=area.rgt)
    return [one.interval for one in rows] if area.level == 2 else []


# ---- groups and issues -----------------------------------------------------------------------------------------------------


def _keep_groups(
    area: Organisation, groups: list[set[int]], texts: dict[int, Text], words: Words | None, *, at: datetime
) -> int:
    known = _known(area, texts)
    open_ones = [one for one in known if one.issue.state in OPEN]
    busy = {pk for one in open_ones for pk in one.active}
    kept, pairs = 0, _pairs(groups, open_ones)
    for place, ids in enumerate(groups):
        if place in pairs:
            one = pairs[place]
            elsewhere = busy - one.active - _taken_over(one, ids, open_ones, pairs.values(), at=at)
            _add(one, ids - elsewhere, words, at=at)
            kept += 1
        elif _propose(area, ids - busy, ids, known, texts, words, at=at):
            kept += 1
    return kept


def _known(area: Organisation, texts: dict[int, Text]) -> list[Known]:
    rows = HotMember.objects.filter(issue__area=area, matter__in=texts).select_related("issue")
    found: dict[int, Known] = {}
    for row in rows:
        one = found.setdefault(row.issue_id, Known(row.issue))
        if row.removed_at is None:
            one.active.add(row.matter_id)
            if row.by_id is None:
                one.by_machine.add(row.matter_id)
        else:
            (one.out if row.removed_by_id else one.left).add(row.matter_id)
    return list(found.values())


def _pairs(groups: list[set[int]], issues: list[Known]) -> dict[int, Known]:
    """{place of the group: the issue that it is}, the greatest overlap first; each group and each issue once."""
    shared = [
        (len(ids & one.active), place, one)
        for place, ids in enumerate(groups)
        for one in issues
        if is_same(len(ids & one.active), len(ids), len(one.active))
    ]
    found: dict[int, Known] = {}
    for _count, place, one in sorted(shared, key=lambda pair: (-pair[0], pair[1], pair[2].issue.pk)):
        if place not in found and one not in found.values():
            found[place] = one
    return found


def _taken_over(one: Known, ids: set[int], open_ones: list[Known], kept: Iterable[Known], *, at: datetime) -> set[int]:
    """Matters of other issues that grew into this one. Only what the machine put together and nobody touched ends so."""
    kept, gone = list(kept), set()
    for other in open_ones:
        alone = (
            other not in kept
            and other.active
            and other.active <= other.by_machine
            and other.issue.state == IssueState.PROPOSED
        )
        if (
            alone
            and len(other.active & ids) >= KNOWN_SHARE * len(other.active)
            and not other.issue.acts.exclude(by=None).exists()
        ):
            other.issue.state, other.issue.merged_into, other.issue.ended_at = IssueState.MERGED, one.issue, at
            other.issue.save()
            trail.record(
                other.issue, Act.MERGE, by=None, at=at, said={"into": one.issue.pk, "matters": sorted(other.active)}
            )
            gone |= other.active
    return gone


def _add(one: Known, ids: set[int], words: Words, *, at: datetime) -> None:
    """What is new in an issue that exists. What the machine alone put together follows the texts; what a person decided stays."""
    issue, fresh = one.issue, ids - one.active - one.out
    proposed = issue.state == IssueState.PROPOSED
    gone = (one.by_machine - ids) if proposed else set()
    if not fresh and not gone:
        return
    HotMember.objects.filter(issue=issue, matter__in=fresh & one.left).update(
        removed_at=None, removed_reason="", since=at, likely=not proposed
    )
    HotMember.objects.bulk_create(
        [HotMember(issue=issue, matter_id=pk, since=at, likely=not proposed) for pk in sorted(fresh - one.left)]
    )
    HotMember.objects.filter(issue=issue, matter__in=gone).update(removed_at=at, removed_reason="重新归类")
    settle(issue, words)
    trail.record(
        issue, Act.PROPOSE, by=None, at=at, said={"added": sorted(fresh), "left": sorted(gone), "likely": not proposed}
    )


def _propose(
    area: Organisation,
    ids: set[int],
    group: set[int],
    known: list[Known],
    texts: dict[int, Text],
    words: Words,
    *,
    at: datetime,
) -> bool:
    """A new issue, unless it is one that was dismissed or settled before."""
    dismissed = {pk for one in known if one.issue.state == IssueState.DISMISSED for pk in one.active}
    settled = {pk for one in known if one.issue.state not in OPEN for pk in one.active}
    fresh = ids - settled
    if len(group & dismissed) >= KNOWN_SHARE * len(group) or len(fresh) < ISSUE_AT_LEAST:
        return False
    numbers = voices(fresh)
    if len(set(numbers.values())) < ISSUE_AT_LEAST:
        return False
    rows = [texts[pk] for pk in sorted(fresh)]
    place, class_id = _most(one.place_id for one in rows), _most(one.class_id for one in rows)
    place_name = next((one.place for one in rows if one.place_id == place), "")
    class_name = ContentClass.objects.filter(pk=class_id).values_list("name", flat=True).first() or ""
    issue = HotIssue.objects.create(
        area=area, name=name(short(place_name) if place != area.pk else "", class_name, words.shared(fresh, numbers)), content_class_id=class_id, place_id=place,
        respondent_id=_respondent(fresh), first_on=min(one.on for one in rows), last_on=max(one.on for one in rows), made_at=at,
    )  # fmt: skip
    HotMember.objects.bulk_create([HotMember(issue=issue, matter_id=pk, since=at) for pk in sorted(fresh)])
    settle(issue, words)
    trail.record(issue, Act.PROPOSE, by=None, at=at, said={"added": sorted(fresh), "name": issue.name})
    return True


def settle(issue: HotIssue, words: Words | None = None) -> None:
    """Number the voices of an issue, find its middle and its days anew: after every change of its matters."""
    rows = list(
        issue.members.filter(removed_at=None)
        .select_related("matter")
        .only("matter__received_on", "matter__title", "issue")
    )
    ids = [row.matter_id for row in rows]
    numbers = voices(ids)
    if words is None:
        said = candidates.bodies(ids)
        words = Words({row.matter_id: f"{row.matter.title}\n{said.get(row.matter_id, '')}" for row in rows})
    near = words.nearness(ids)
    for row in rows:
        row.voice, row.nearness = numbers[row.matter_id], near.get(row.matter_id, 0.0)
    HotMember.objects.bulk_update(rows, ["voice", "nearness"], batch_size=500)
    if rows:
        issue.first_on, issue.last_on = (
            min(row.matter.received_on for row in rows),
            max(row.matter.received_on for row in rows),
        )
        issue.save(update_fields=["first_on", "last_on"])


def short(place: str) -> str:
    """乡镇人民政府 as people call it."""
    for end in ("人民政府", "村民委员会", "居民委员会", "办事处", "行政公署"):
        place = place.removesuffix(end)
    return place


def _most(values: Iterable[int | None]) -> int | None:
    """The value of at least half of them."""
    every = list(values)
    value, count = Counter(every).most_common(1)[0] if every else (None, 0)
    return value if count * 2 >= len(every) else None


def _respondent(ids: set[int]) -> int | None:
    """The organ that at least half of them are about, where those who filed picked it from the list."""
    said = Submission.objects.filter(matter__in=sorted(ids)).order_by("matter_id", "pk").distinct("matter_id")
    named = [one.respondent.get("organisation_id") for one in said]
    found = _most(named)
    return found if isinstance(found, int) and Organisation.objects.filter(pk=found).exists() else None
