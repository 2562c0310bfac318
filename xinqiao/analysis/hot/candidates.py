"""Which matters may be seen together, and whose desk makes the area of an issue.

A report on officials, what is sealed, mixed and not split yet, moved off line, or names somebody who must not learn of it, is in no group
and no figure, for anybody (C-01): also when it becomes so later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from xinqiao.days import begins_at
from xinqiao.matters.models import Accused, Matter, Submission
from xinqiao.organisations.models import Organisation
from xinqiao.rules.hot import AREA_LEVELS, CANDIDATES_AT_MOST
from xinqiao.rules.stages import Kind, Line, Stage


@dataclass(frozen=True)
class Text:
    """One candidate as it is compared: what was written, when, about which place and class, and on which desk it lies (`lft`)."""

    matter_id: int
    title: str
    body: str
    at: datetime
    on: date
    place_id: int | None  # None: nobody knows
    place: str
    place_detail: str
    class_id: int | None
    lft: int


def countable(to_matter: str = "") -> Q:
    """The condition of a matter that may be in a group and in a figure. `to_matter`: the way to it, as `matter__`."""
    path = to_matter.removesuffix("__") or "pk"
    fields = {f"{to_matter}sealed": False, f"{to_matter}mixed": False, f"{to_matter}extract_by__isnull": True}
    named = Exists(Accused.objects.filter(matter=OuterRef(path)))
    return (
        Q(**fields) & ~Q(**{f"{to_matter}kind": Kind.REPORT}) & ~Q(**{f"{to_matter}stage": Stage.OFF_LINE}) & ~Q(named)
    )


def place_unknown(to_matter: str = "") -> Q:
    """The condition of a matter of which nobody knows where it happened: it came from another system, which said no place, so that the area
    of the office stands in for it, and nobody has decided about it since."""
    said = Submission.objects.filter(matter=OuterRef(to_matter.removesuffix("__") or "pk"), stated_by="import")
    stands_in = Coalesce(F(f"{to_matter}received_by__parent_id"), F(f"{to_matter}received_by_id"))
    fields = {f"{to_matter}kind": "", f"{to_matter}place_detail": "", f"{to_matter}place_id": stands_in}
    return Q(**fields) & Q(Exists(said))


def areas() -> QuerySet[Organisation]:
    """Prefectures and counties, whose matters are put into groups."""
    return Organisation.objects.filter(active=True, line=Line.GOVERNMENT, level__in=AREA_LEVELS).order_by("lft")


def of_area(area: Organisation, first: date, last: date) -> QuerySet[Matter]:
    """The countable matters that came in these days and lie on a desk within the area: whoever looks over it may open each."""
    here = Q(unit__lft__range=area.interval) | Q(unit=None, received_by__lft__range=area.interval)
    found = Matter.objects.filter(
        countable(), here, received_at__gte=begins_at(first), received_at__lt=begins_at(last + timedelta(days=1))
    )
    return found.order_by("-received_at", "-pk")


def texts(area: Organisation, first: date, last: date) -> tuple[list[Text], int]:
    """(the newest candidates, how many older ones were left out)."""
    rows = of_area(area, first, last)
    columns = (
        "pk",
        "title",
        "received_at",
        "received_on",
        "place_id",
        "place__name",
        "place_detail",
        "content_class_id",
        "unit__lft",
        "received_by__lft",
    )
    found = list(rows.values_list(*columns)[:CANDIDATES_AT_MOST])
    left_out = rows.count() - len(found) if len(found) == CANDIDATES_AT_MOST else 0
    ids = [row[0] for row in found]
    said, nowhere = bodies(ids), set(Matter.objects.filter(place_unknown(), pk__in=ids).values_list("pk", flat=True))
    return [
        Text(
            pk,
            title,
            said.get(pk, ""),
            moment,
            on,
            None if pk in nowhere else place_id,
            "" if pk in nowhere else place,
            detail,
            class_id,
            received_lft if lft is None else lft,
        )
        for pk, title, moment, on, place_id, place, detail, class_id, lft, received_lft in found
    ], left_out


def bodies(matter_ids: Iterable[int]) -> dict[int, str]:
    """What the citizen wrote first, of each matter."""
    said = Submission.objects.filter(matter__in=list(matter_ids)).order_by("matter_id", "pk").distinct("matter_id")
    return dict(said.values_list("matter_id", "content"))
