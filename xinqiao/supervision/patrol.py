"""The patrol at work: after an event it looks at once or notes a day to look; what it finds is kept once (SV-1).

    look(event)   a reaction to the event: finds, or keeps a `Watch`
    keep_watch()  a duty of the worker: looks at what was noted for today or earlier

Both read what is stored. A worker that stood still for a day finds the same as one that never did, each thing once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.documents import letters
from xinqiao.matters.models import Event, Matter, Opinion, Rating
from xinqiao.matters.steps.follow import rated_organisation, rating_due
from xinqiao.organisations.models import Organisation
from xinqiao.rules.document_contents import SUPPORTING
from xinqiao.rules.patrol import TRIGGERS, Trigger, triggers_after
from xinqiao.rules.rating import SUPERVISION_REASONS, RatingValue
from xinqiao.rules.stages import ReferralKind, ReviewOutcome, Stage, Step

from .models import Finding, FindingState, Watch

BATCH = 200


@dataclass(frozen=True)
class Seen:
    """Something to look at: `subject` names it within the matter, `check_on` is the day from which it would be wrong."""

    subject: str
    check_on: date


@dataclass(frozen=True)
class Wrong:
    """What is wrong: whose duty it was, and since when it is not done."""

    organisation: Organisation | None
    since_on: date


def look(event: Event, *, at: datetime) -> int:
    """Look at what this event sets off. Returns how many findings it made."""
    found, facts = 0, event.facts
    if event.step == Step.ISSUE_SUPERVISION and facts.get("finding"):
        Finding.objects.filter(pk=facts["finding"], matter_id=event.matter_id).update(state=FindingState.SUPERVISED)
    for trigger in triggers_after(Step(event.step), facts.get("term", "")):
        for seen in SUBJECTS[trigger.code](event, trigger):
            if seen.check_on <= localdate(at):
                found += _judge(trigger, event.matter_id, seen.subject, seen.check_on, at=at)
            else:
                Watch.objects.get_or_create(
                    matter_id=event.matter_id,
                    trigger=trigger.code,
                    subject=seen.subject,
                    defaults={"check_on": seen.check_on},
                )
    return found


def keep_watch(at: datetime) -> int:
    """Look at everything that was noted for today or earlier. Returns how many findings it made."""
    found, last = 0, (date.min, 0)
    while rows := _due(localdate(at), *last):
        for row in rows:
            found += _look_again(row.pk, at=at)
        last = rows[-1].check_on, rows[-1].pk
    return found


def _due(today: date, day: date, pk: int) -> list[Watch]:
    due = Watch.objects.filter(check_on__lte=today).order_by("check_on", "pk")
    return list((due.filter(check_on=day, pk__gt=pk) | due.filter(check_on__gt=day))[:BATCH])


@transaction.atomic
def _look_again(watch_id: int, *, at: datetime) -> int:
    watch = Watch.objects.select_for_update(skip_locked=True).filter(pk=watch_id).first()
    if watch is None:  # another worker has it
        return 0
    found = _judge(TRIGGERS[watch.trigger], watch.matter_id, watch.subject, watch.check_on, at=at)
    watch.delete()
    return found


def _judge(trigger: Trigger, matter_id: int, subject: str, since_on: date, *, at: datetime) -> int:
    """Keep a finding if it is still so. The same one is kept once."""
    matter = Matter.objects.select_related("unit", "received_by").get(pk=matter_id)
    wrong = CHECKS[trigger.code](matter, subject, since_on)
    if wrong is None:
        return 0
    organ = wrong.organisation or matter.unit or matter.received_by
    _, made = Finding.objects.get_or_create(
        matter=matter,
        trigger=trigger.code,
        subject=subject,
        defaults={
            "organisation": organ,
            "org_lft": organ.lft,
            "since_on": wrong.since_on,
            "found_at": at,
        },
    )
    return int(made)


# ---- what an event gives to look at ------------------------------------------------------------------------------------


def _the_limit(event: Event, trigger: Trigger) -> Iterable[Seen]:
    """The clock that ran out: found from the day after its last day."""
    facts = event.facts
    clock = event.matter.clocks.filter(pk=facts["clock"]) if "clock" in facts else _silent_clock(event)
    yield from (Seen(f"clock:{row.pk}", row.due_on + timedelta(days=1)) for row in clock)


def _silent_clock(event: Event):
    """RECORD_SILENCE names the unit and the limit, of which there is one on its desk at a time."""
    facts = event.facts
    clocks = event.matter.clocks.filter(term=facts["term"], organisation__key=facts["unit"], due_on=facts["due_on"])
    return clocks.order_by("-pk")[:1]


def _the_event(event: Event, trigger: Trigger) -> Iterable[Seen]:
    yield Seen(f"event:{event.seq}", localdate(event.at) + timedelta(days=trigger.wait_days))


def _the_opinion(event: Event, trigger: Trigger) -> Iterable[Seen]:
    if opinion := event.facts.get("opinion"):
        yield Seen(f"opinion:{opinion}", localdate(event.at) + timedelta(days=trigger.wait_days))


def _what_was_promised(event: Event, trigger: Trigger) -> Iterable[Seen]:
    """Each request that the served opinion supports, on the day after the one by which it promises the measure."""
    served = event.matter.opinions.filter(instance="handling", state="served", referral_id=event.referral_id)
    opinion = served.order_by("-round").first()
    for answer in opinion.answers if opinion else ():
        if answer["outcome"] in SUPPORTING and answer.get("until_on"):
            subject = f"opinion:{opinion.pk}:{answer['number']}"
            yield Seen(subject, date.fromisoformat(answer["until_on"]) + timedelta(days=1))


def _the_rating(event: Event, trigger: Trigger) -> Iterable[Seen]:
    """Not before its window has closed: nobody sees a single rating earlier, the patrol neither (RA-8)."""
    target = event.facts["target"]
    opened_on = rated_organisation(event.matter, target)[1]
    if due_on := rating_due(opened_on):
        yield Seen(f"rating:{target}", due_on + timedelta(days=1))


# ---- whether it is (still) wrong ---------------------------------------------------------------------------------------


def _ran_out(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    clock = matter.clocks.select_related("organisation").get(pk=_number(subject))
    return Wrong(clock.organisation, since_on) if clock.state in ("running", "late") else None


def _not_reported(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    """The day of an assignment runs on the desk of the office that waits; the duty is the organ's that was assigned the matter (SV-8)."""
    clock = matter.clocks.select_related("organisation").get(pk=_number(subject))
    if clock.state not in ("running", "late"):
        return None
    owed = matter.referrals.filter(sender_referral_id=clock.referral_id, kind=ReferralKind.ASSIGNMENT)
    desk = owed.select_related("organisation").order_by("-pk").first()
    return Wrong(desk.organisation if desk else clock.organisation, since_on)


def _still_not_accepted(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    event = matter.events.get(seq=_number(subject))
    waiting = matter.referrals.filter(stage=Stage.SIGNED_IN, is_open=True, sender_referral_id=event.referral_id)
    desk = waiting.select_related("organisation").first()
    return Wrong(desk.organisation, since_on) if desk else None


def _not_told_of_extension(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    event = matter.events.select_related("organisation").get(seq=_number(subject))
    told = "F-14" in event.facts.get("letters", {})
    return Wrong(event.organisation, since_on) if not told and matter.contactable else None


def _still_unserved(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    opinion = _opinion(matter, subject)
    return Wrong(opinion.organisation, since_on) if opinion.state == "issued" else None


def _without_remedy(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    opinion = _opinion(matter, subject)
    data = letters.by_id(opinion.document_id, matter_id=matter.pk).data
    return (
        None if data.get("review_organs") or data.get("no_further_instance") else Wrong(opinion.organisation, since_on)
    )


def _revoked_twice(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    """The unit whose opinions were revoked, now and before."""
    if _opinion(matter, subject).outcome != ReviewOutcome.REVOKE:
        return None
    revoked = matter.opinions.exclude(instance="handling").filter(outcome=ReviewOutcome.REVOKE, issued_at__isnull=False)
    last = matter.opinions.filter(instance="handling").select_related("organisation").order_by("-round").first()
    return Wrong(last.organisation, since_on) if revoked.count() > 1 and last else None


def _promise_open(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    opinion = _opinion(matter, subject)
    if opinion.state != "served":  # revoked or changed meanwhile
        return None
    done = matter.events.filter(step=Step.REPORT_EXECUTION, referral_id=opinion.referral_id).exists()
    return None if done else Wrong(opinion.organisation, since_on)


def _dissatisfied(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    rating = Rating.objects.filter(matter=matter, target=subject.split(":")[1]).select_related("organisation").first()
    if rating is None or rating.value != RatingValue.DISSATISFIED or rating.reason not in SUPERVISION_REASONS:
        return None
    return Wrong(rating.organisation, localdate(rating.rated_at))


def _as_it_stands(matter: Matter, subject: str, since_on: date) -> Wrong | None:
    return Wrong(None, since_on)


def _opinion(matter: Matter, subject: str) -> Opinion:
    return matter.opinions.select_related("organisation").get(pk=_number(subject))


def _number(subject: str) -> int:
    return int(subject.split(":")[1])


SUBJECTS: dict[str, Callable[[Event, Trigger], Iterable[Seen]]] = {
    "no_transfer": _the_limit,
    "no_sign_in": _the_limit,
    "no_notice": _the_limit,
    "refused_objection_rests": _the_event,
    "answer_overdue": _the_limit,
    "review_overdue": _the_limit,
    "report_overdue": _the_limit,
    "supervision_unanswered": _the_limit,
    "wish_unanswered": _the_limit,
    "extended_unsaid": _the_event,
    "opinion_unserved": _the_opinion,
    "no_remedy": _the_opinion,
    "revoked_again": _the_opinion,
    "dissatisfied": _the_rating,
    "execution_overdue": _what_was_promised,
    "execution_disputed": _the_event,
    "agreement_broken": _the_event,
}
CHECKS: dict[str, Callable[[Matter, str, date], Wrong | None]] = {
    "no_transfer": _ran_out,
    "no_sign_in": _ran_out,
    "no_notice": _ran_out,
    "refused_objection_rests": _still_not_accepted,
    "answer_overdue": _ran_out,
    "review_overdue": _ran_out,
    "report_overdue": _not_reported,
    "supervision_unanswered": _ran_out,
    "wish_unanswered": _ran_out,
    "extended_unsaid": _not_told_of_extension,
    "opinion_unserved": _still_unserved,
    "no_remedy": _without_remedy,
    "revoked_again": _revoked_twice,
    "dissatisfied": _dissatisfied,
    "execution_overdue": _promise_open,
    "execution_disputed": _as_it_stands,
    "agreement_broken": _as_it_stands,
}
