"""The matter behind the page, and what lies below it: found for who may see it, read in one statement and four of its rows."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField, Model, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.http import Http404

from xinqiao.access import reading
from xinqiao.database.composed import Composed
from xinqiao.documents.models import Document, Status
from xinqiao.matters.models import (
    Attachment,
    Clock,
    Event,
    Matter,
    MatterNumber,
    Opinion,
    Rating,
    Record,
    Referral,
    Request,
    Submission,
    UrgentDelivery,
    UrgentReport,
)
from xinqiao.matters.models.opinion import ISSUED
from xinqiao.organisations import stand_in
from xinqiao.organisations.models import Officer


@dataclass(frozen=True)
class Said:
    """One record, with the name and the organisation of who made it."""

    id: int
    sort: str
    text: str
    data: dict
    at: datetime
    referral_id: int | None
    event_seq: int | None
    shown_to_citizen: bool
    by__user__name: str | None
    by__organisation_id: int | None


def find(officer: Officer, number: str, *, at: datetime) -> Matter:
    """Raises Http404 for a number that is not there, and for one that is not theirs to see: the same page."""
    active = officer.active and officer.user.is_active
    matter = (
        _found(frozenset(officer.roles)).first(number=number, at=at, **stand_in.numbers(officer)) if active else None
    )
    if matter is None:
        raise Http404
    for name in ("letter_rows", "opinion_rows", "record_rows", "urgent_rows"):
        setattr(matter, name, [_with_moments(row) for row in getattr(matter, name)])
    matter.letter_rows = [row for row in matter.letter_rows if row["status"] != Status.DRAFT]
    matter.opinion_rows = [row for row in matter.opinion_rows if row["state"] in ISSUED]
    return matter


def _rows(model: type[Model], *fields: str, order: str = "pk", **condition) -> RawSQL:
    """Rows below the matter as dicts, within the matter's own statement. It is written out here: to compose it takes longer than to ask it."""
    link = {"matter_id": OuterRef("pk"), **condition}
    rows = model.objects.filter(**link).order_by(order)
    found = ArraySubquery(rows.values(row=JSONObject(**{name: name for name in fields})))
    sql, values = Matter.objects.order_by().annotate(found=found).values("found").query.sql_with_params()
    end = f' AS "found" FROM "{Matter._meta.db_table}"'
    return RawSQL(sql.removeprefix("SELECT ").removesuffix(end), values, ArrayField(JSONField()))


@cache
def _below() -> dict[str, RawSQL]:
    """What is read with every matter. The same for everybody, so that it is composed once."""
    return {
        "request_rows": _rows(Request, "number", "text", order="number"),
        "file_rows": _rows(Attachment, "id", "submission_id", "event_seq", "original_name", "size_bytes", "note"),
        "letter_rows": _rows(Document, "id", "kind", "number", "title", "status", "issued_at"),
        "opinion_rows": _rows(
            Opinion, "instance", "state", "facts", "evidence", "answers", "body", "reasons", "outcome", "issued_at", "served_on",
            "organisation__name",
        ),
        "record_rows": _rows(
            Record, "id", "sort", "text", "data", "at", "referral_id", "event_seq", "shown_to_citizen", "by__user__name",
            "by__organisation_id",
        ),
        "urgent_rows": _rows(UrgentReport, "id", "organisation_id", "organisation__name", "org_lft", "state", "marked_at", "sent_at"),
        "urgent_owed": _rows(UrgentDelivery, "report__organisation_id", done_at=None),
        "rating_rows": _rows(Rating, "organisation_id", "target", "value", "reason", "text"),
    }  # fmt: skip


@lru_cache(maxsize=128)
def _found(roles: frozenset[str]) -> Composed:
    """The matter of a number, if a post of these roles may see it."""

    def query(number: str, at: datetime, **numbers: int) -> QuerySet:
        officer = stand_in.officer(roles, **numbers)
        found = MatterNumber.objects.filter(number=number).values("matter_id")
        matters = Matter.objects.visible_to(officer).filter(pk=Subquery(found))
        return matters.select_related("content_class__parent", "place", "unit", "received_by").annotate(
            **_below(), opened_lately=reading.opened_lately(officer, at)
        )[:1]

    return Composed(query, may_lack=stand_in.NUMBERS)


DESKS = Composed(
    lambda matter_id: (
        Referral.objects.filter(matter_id=matter_id)
        .select_related("organisation", "sender", "handler__user")
        .order_by("pk")
    )
)
CLOCKS = Composed(
    lambda matter_id: Clock.objects.filter(matter_id=matter_id).select_related("organisation").order_by("pk")
)
EVENTS = Composed(
    lambda matter_id: (
        Event.objects.filter(matter_id=matter_id).select_related("officer__user", "organisation").order_by("seq")
    )
)
SUBMISSIONS = Composed(lambda matter_id: Submission.objects.filter(matter_id=matter_id).order_by("pk"))


def of(matter: Matter, rows: Composed) -> list:
    """These rows of the matter, which they know."""
    found = rows(matter_id=matter.pk)
    for one in found:
        one.matter = matter
    return found


def _with_moments(row: dict) -> dict:
    """Moments and days come as text out of JSON."""
    for name, value in row.items():
        if value and (name == "at" or name.endswith("_at")):
            row[name] = datetime.fromisoformat(value)
        elif value and name.endswith("_on"):
            row[name] = date.fromisoformat(value)
    return row
