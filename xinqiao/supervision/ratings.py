"""评价: windows that open, remind and close; ratings that look as if somebody else had given them (D.17, G.4).

Nobody sees a single rating before its window closes (RA-8): ratings are compared only when the windows of all of them are over.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from xinqiao import crypto
from xinqiao.integrity import audit
from xinqiao.matters.models import Event, Matter, Rating
from xinqiao.matters.steps.follow import OFFICE_DECISIONS, rated_organisation, rating_due, rating_facts
from xinqiao.organisations.models import Officer
from xinqiao.rules import rating
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.rating import ALIKE_RULES, Alike, AlikeState, RatingStatus, RatingTarget, RatingValue
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step
from xinqiao.rules.wording import readable

from .models import AlikeRatings, RatingTrace, RatingWindow

BATCH = 200
NOTE_LEAST = 10
OPENED_BY = {**dict.fromkeys(OFFICE_DECISIONS, RatingTarget.OFFICE), Step.SERVE_OPINION: RatingTarget.UNIT}
DEVICE_DIGITS = 10  # of a keyed digest: enough to compare a day's ratings of one organ


# ---- windows -----------------------------------------------------------------------------------------------------------


def open_window(event: Event) -> RatingWindow | None:
    """A reaction: what can be rated from now on, if it can be rated at all (RA-4, RA-6)."""
    matter, target = event.matter, OPENED_BY[Step(event.step)]
    if rating.why_not_ratable(rating_facts(matter)):
        return None
    organ, opened_on = rated_organisation(matter, target)
    if organ is None:
        return None
    days = {
        "opened_on": opened_on,
        "remind_on": opened_on + timedelta(days=rating.REMINDER_ON_DAY),
        "due_on": rating_due(opened_on),
    }
    row, _made = RatingWindow.objects.get_or_create(matter=matter, target=target, organisation=organ, defaults=days)
    return row


def to_remind(today: date) -> QuerySet[RatingWindow]:
    """Windows on their 20th day or later, of which nobody was reminded (RA-6)."""
    return RatingWindow.objects.filter(remind_on__lte=today, reminded_at=None, closed_at=None, due_on__gte=today)


def is_open_still(window: RatingWindow) -> bool:
    """Not rated yet, and still something that can be rated."""
    return not _is_rated(window) and not rating.why_not_ratable(rating_facts(window.matter))


def close_over(at: datetime) -> int:
    """Windows whose last day has passed get their status: rated, or overdue and not rated (RA-3, RA-9)."""
    today, closed = localdate(at), 0
    over = (
        RatingWindow.objects.filter(closed_at=None, due_on__lt=today).select_related("matter").order_by("due_on", "pk")
    )
    for window in over[:BATCH]:
        window.status = status(window.matter, window.target, today=today)
        window.closed_at = at
        window.save(update_fields=["status", "closed_at"])
        closed += 1
    return closed


def status(matter: Matter, target: str, *, today: date) -> RatingStatus:
    """Where the rating of one target stands (RA-3)."""
    organ, opened_on = rated_organisation(matter, target)
    rated = organ is not None and matter.ratings.filter(target=target, organisation=organ).exists()
    return rating.status_of(rated=rated, opened_on=opened_on, due_on=rating_due(opened_on), today=today)


def _is_rated(window: RatingWindow) -> bool:
    return Rating.objects.filter(
        matter_id=window.matter_id, target=window.target, organisation_id=window.organisation_id
    ).exists()


# ---- ratings that look alike (G.4) -------------------------------------------------------------------------------------


def note_trace(matter: Matter, target: str, *, address: str, browser: str, at: datetime) -> None:
    """When one rates: that it came from the same device as others of this organ today. No address is kept, nothing that says who."""
    organ, opened_on = rated_organisation(matter, target)
    due_on = rating_due(opened_on)
    if organ is None or due_on is None:
        return
    context = f"rating.device.{organ.pk}.{localdate(at).isoformat()}"  # of one organ and one day only
    device = crypto.blind_index(f"{address}\x00{browser}", context=context)[:DEVICE_DIGITS] if address else ""
    kept = {"device": device, "minute_at": at.replace(second=0, microsecond=0), "forget_on": due_on + timedelta(days=1)}
    RatingTrace.objects.get_or_create(matter=matter, target=target, organisation=organ, defaults=kept)


@transaction.atomic
def compare(at: datetime) -> int:
    """Look at the days of an organ whose windows have all closed, keep what looks alike, forget the traces. Returns how many were kept."""
    today, kept = localdate(at), 0
    ripe = RatingTrace.objects.filter(forget_on__lte=today).values_list("organisation_id", flat=True).distinct()
    for organisation_id in list(ripe[:BATCH]):
        rows = RatingTrace.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            organisation_id=organisation_id
        )
        days: dict[date, list[RatingTrace]] = defaultdict(list)
        for row in rows.select_related("organisation"):
            days[localdate(row.minute_at)].append(row)
        for day, traces in days.items():
            if all(
                trace.forget_on <= today for trace in traces
            ):  # RA-8: none of them is seen before its window is over
                kept += _keep_alike(day, traces, at=at)
                RatingTrace.objects.filter(pk__in=[trace.pk for trace in traces]).delete()
    return kept


def _keep_alike(day: date, traces: list[RatingTrace], *, at: datetime) -> int:
    top = {
        (row.matter_id, row.target)
        for row in Rating.objects.filter(matter__in=[t.matter_id for t in traces], value=RatingValue.SATISFIED)
    }
    keys = {Alike.DEVICE: lambda trace: trace.device, Alike.MINUTE: lambda trace: trace.minute_at}
    kept = 0
    for rule in ALIKE_RULES:
        groups: dict[object, list[RatingTrace]] = defaultdict(list)
        for trace in traces:
            if key := keys[rule.sort](trace):
                groups[key].append(trace)
        for alike in groups.values():
            if len(alike) >= rule.at_least and all((one.matter_id, one.target) in top for one in alike):
                AlikeRatings.objects.create(
                    organisation=alike[0].organisation, org_lft=alike[0].organisation.lft, sort=rule.sort, on=day,
                    count=len(alike), matter_ids=sorted({one.matter_id for one in alike}), found_at=at,
                )  # fmt: skip
                kept += 1
    return kept


def visible_to(officer: Officer) -> QuerySet[AlikeRatings]:
    """Of the organs below, for who supervises them: never the own organ's to judge itself."""
    if not allowed(officer.role_set, "alike_ratings", Action.READ):
        return AlikeRatings.objects.none()
    return AlikeRatings.objects.filter(org_lft__range=officer.scope)


@transaction.atomic
def decide(alike_id: int, *, confirmed: bool, note: str, by: Officer, at: datetime, request=None) -> AlikeRatings:
    """What the supervisor found: somebody rated for the citizens, or not. Raises DoesNotExist where hidden, StepRefused."""
    row = visible_to(by).select_for_update(of=("self",)).get(pk=alike_id)
    if row.organisation_id == by.organisation_id:
        raise StepRefused("这一项是对本单位的评价，请上级信访部门核对。", code="own")
    if len(readable(note)) < NOTE_LEAST:
        raise StepRefused(f"请写明核对了什么、结果怎样（至少{NOTE_LEAST}个字）。", code="note_missing")
    row.state = AlikeState.CONFIRMED if confirmed else AlikeState.EXPLAINED
    row.note, row.decided_by, row.decided_at = note.strip(), by, at
    row.save(update_fields=["state", "note", "decided_by", "decided_at"])
    detail = {"sort": row.sort, "state": row.state.value}
    audit.note(
        AuditKind.FINDING_DECIDED,
        officer=by,
        subject=f"alike:{row.pk}",
        reason=row.note,
        request=request,
        detail=detail,
    )
    return row
