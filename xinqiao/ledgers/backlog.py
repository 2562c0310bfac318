"""积案: petitions that are open or unsettled more than 12 months after their first registration (G.1, INF), as a view, and into the ledger.

Read from the open desks in the order of their numbers, which begin with the day: the oldest come first off an index, whatever the size
of the house. It is a stock to be worked off by solving, never a target by volume (G.4).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import TruncMonth

from xinqiao.matters.models import Accused, Referral
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.ledgers import BACKLOG_MONTHS, Sort
from xinqiao.rules.numbering import first_place_of
from xinqiao.rules.stages import Role

from . import items, wanted
from .models import Item


def cutoff(today: date) -> date:
    """The first day of registration that is no backlog yet: what was registered before it is."""
    year, month = divmod(today.year * 12 + today.month - 1 - BACKLOG_MONTHS, 12)
    return date(year, month + 1, min(today.day, 28))


def desks(officer: Officer, today: date) -> QuerySet[Referral]:
    """One desk for each backlog matter that this post may list: that of the organ that has it now. Without reports (C-01)."""
    open_ones = Referral.objects.visible_to(officer).filter(
        is_open=True, sealed=False, matter__sealed=False, number_order__gt=0, number_order__lt=first_place_of(cutoff(today)), lead=True,
        organisation_id=F("matter__unit_id"),
    )  # fmt: skip
    return open_ones.exclude(Exists(Accused.objects.filter(matter=OuterRef("matter_id"))))


def not_listed(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    """Of these, the matters that stand in no open line of the backlog ledger."""
    listed = Item.objects.open().filter(sort=Sort.BACKLOG, matter=OuterRef("matter_id"))
    return rows.exclude(Exists(listed))


@dataclass(frozen=True)
class Month:
    """How many matters of the stock crossed the line in this month: they were registered twelve months earlier."""

    month: date
    number: int


def flow(rows: QuerySet[Referral]) -> list[Month]:
    """The stock by the month in which each became backlog, the newest first: is it old, or is it still coming in."""
    counted = (
        rows.order_by().annotate(month=TruncMonth("matter__received_on")).values("month").annotate(number=Count("pk"))
    )
    found = [Month(_later(row["month"]), row["number"]) for row in counted if row["month"]]
    return sorted(found, key=lambda one: one.month, reverse=True)


def _later(month: date) -> date:
    year, number = divmod(month.year * 12 + month.month - 1 + BACKLOG_MONTHS, 12)
    return date(year, number + 1, 1)


def person_for(desk: Referral) -> Officer | None:
    """Who answers for it: the handler, else the unit's leader."""
    if desk.handler is not None and desk.handler.active:
        return desk.handler
    rows = (
        Officer.objects.filter(organisation=desk.organisation, active=True, user__is_active=True)
        .select_related("user")
        .order_by("pk")
    )
    return next((one for one in rows if one.may(Role.UNIT_LEADER, Role.OFFICE_LEADER)), None)


def put_in(
    desk: Referral,
    *,
    problem: str,
    measure: str,
    limit_on: date,
    by: Officer,
    at: datetime,
    leader: Officer | None = None,
    place: Organisation | None = None,
    request=None,
) -> Item:
    """One matter of the backlog as a line of its ledger. `problem`: in words that name nobody. Raises StepRefused, MatterHidden."""
    person = person_for(desk)
    if person is None:
        raise wanted.refusal(f"{desk.organisation.name}还没有在岗的承办人或者负责人，不能确定责任人。", "no_person")
    return items.add(
        sort=Sort.BACKLOG, problem=problem, measure=measure, limit_on=limit_on, place=place or desk.matter.place, organisation=desk.organisation,
        officer=person, leader=leader, matter_id=desk.matter_id, by=by, at=at, source="backlog", request=request,
    )  # fmt: skip
