"""How a matter counts by what came of it: settlement, repeats, review, execution, agreements, supervision (G.2)."""

from collections.abc import Iterator
from datetime import date

from django.utils.timezone import localdate

from xinqiao.matters.models import Opinion
from xinqiao.matters.models.opinion import GIVEN
from xinqiao.rules.document_contents import SUPPORTING
from xinqiao.rules.moves import CLOSED
from xinqiao.rules.patrol import Ground
from xinqiao.rules.stages import Kind, Outcome, ReviewOutcome, Step
from xinqiao.rules.supervision import SupervisionState

from .cases import Case, day_of
from .counting import OFFICE_DECISIONS, ONE_DAY, Counted, Later, first_answer, left_out, of_limits, yes

S = Step
TWELVE_MONTHS = 365  # days in which a revoked opinion takes the settlement back (G.2)
ENDINGS = (S.END_WINDOW, S.SERVE_RECHECK_OPINION, S.RECORD_AGREEMENT_PERFORMED)
REVIEWS = ("review", "recheck")


# ---- settlement ------------------------------------------------------------------------------------------------------------


def settlement(case: Case) -> Iterator[Counted]:
    """Of first petitions that were handled here and ended once; what is withdrawn, joined or diverted is no settlement (WD-7)."""
    closed = _closed(case)
    if closed is None or not case.is_first or case.matter.kind == Kind.SUGGESTION:
        return
    organ, day = closed
    contested = bool(case.attacked) or bool(case.taken(S.DISPUTE_EXECUTION, S.REQUEST_REVIEW))
    revoked = any(
        one.outcome == ReviewOutcome.REVOKE and one.served_on and (one.served_on - day).days <= TWELVE_MONTHS
        for one in case.opinions
    )
    yield yes("settled_once", organ, day, not contested and not revoked)
    yield yes("settled_first", organ, day, _is_settled(case, contested))


def _closed(case: Case) -> tuple[int, date] | None:
    """The organ that answered, and the day on which the matter ended first, whatever opened it again later."""
    answered = case.first(S.SERVE_OPINION, S.SETTLE)
    if answered is None:
        return None
    ended = [event for event in case.taken(*ENDINGS) if event.seq > answered.seq and event.from_stage != "withdrawn"]
    if not ended and case.matter.stage in CLOSED:
        ended = case.taken(S.CONFIRM_EXECUTION)
    return (answered.organisation_id, day_of(ended[0])) if ended else None


def _is_settled(case: Case, contested: bool) -> bool:
    """Supported and carried out, the agreement performed, or explained and not contested."""
    if case.taken(S.RECORD_AGREEMENT_PERFORMED):
        return not case.taken(S.DISPUTE_EXECUTION)
    opinion = _last_answer(case)
    outcomes = {one["outcome"] for one in opinion.answers} if opinion else set()
    if not outcomes or Outcome.NOT_SUPPORT in outcomes or contested:
        return False
    return bool(case.taken(S.REPORT_EXECUTION)) if outcomes & SUPPORTING else True


def _last_answer(case: Case) -> Opinion | None:
    served = [one for one in case.opinions if one.instance == "handling" and one.state == "served"]
    return max(served, key=lambda one: one.round, default=None)


def again(case: Case) -> Iterator[Counted]:
    """First petitions whose petitioner came again after the answer; without a person to recognise they are left out."""
    found = first_answer(case)
    if found is None or not case.is_first:
        return
    organ, day = found
    if not case.is_reachable:
        yield left_out("repeat_after_answer", organ, day)
        return
    yield yes("repeat_after_answer", organ, day, any(localdate(one) > day for one in case.later))


# ---- opinions --------------------------------------------------------------------------------------------------------------


def opinions(case: Case) -> Iterator[Counted | Later]:
    """Each handling opinion that was served: asked to be reviewed, revoked, disputed, carried out."""
    for one in case.opinions:
        if one.instance != "handling" or one.served_on is None:
            continue
        organ, day = one.organisation_id, one.served_on
        yield yes("review_requested", organ, day, one.pk in case.attacked)
        yield yes("revoked", organ, day, one.state == "revoked")
        if one.state == "served" and _supporting(one):
            yield yes("execution_disputed", organ, day, bool(case.taken(S.DISPUTE_EXECUTION)))
            yield from _executed(case, one)


def _supporting(opinion: Opinion) -> list[dict]:
    return [one for one in opinion.answers if one["outcome"] in SUPPORTING]


def _promised(opinion: Opinion) -> date | None:
    """The last day on which the opinion promises a measure."""
    days = [date.fromisoformat(one["until_on"]) for one in _supporting(opinion) if one.get("until_on")]
    return max(days, default=None)


def promised_until(case: Case) -> list[date]:
    """The days by which served opinions of a matter promised their measures."""
    served = [one for one in case.opinions if one.instance == "handling" and one.state == "served"]
    return [day for day in map(_promised, served) if day]


def _executed(case: Case, opinion: Opinion) -> Iterator[Counted | Later]:
    until = _promised(opinion)
    if until is None:
        return
    reported = [day_of(event) for event in case.taken(S.REPORT_EXECUTION) if event.referral_id == opinion.referral_id]
    done_on = min((day for day in reported if day >= opinion.served_on), default=None)
    if done_on and done_on <= until:
        yield yes("executed_in_time", opinion.organisation_id, done_on, True)
    elif done_on or until < case.today:
        yield yes("executed_in_time", opinion.organisation_id, until, False)
    else:
        yield Later(until + ONE_DAY)


def publication(case: Case) -> Iterator[Counted]:
    """The answer that everybody might read: at the petition office that decided last, the only one that can publish it (I-17, AR-5)."""
    matter, row = case.matter, case.published
    given = [one for one in case.opinions if one.instance == "handling" and one.state in GIVEN]
    office = [event.organisation_id for event in case.taken(*OFFICE_DECISIONS) if event.organisation_id]
    if not (given and office and matter.publish_consent and matter.is_closed) or matter.secrecy or matter.anonymous:
        return
    if row is not None and row.consent_withdrawn_at:
        return
    last = max(given, key=lambda one: (one.round, one.pk))
    day = last.served_on or localdate(last.issued_at)
    yield yes("published", office[-1], day, bool(row and row.approved_at and not row.withdrawn_at))


def review(case: Case) -> Iterator[Counted | Later]:
    """In time: the organ that reviews. Changed or revoked: the organ whose opinion it was."""
    yield from of_limits(case, "review_in_time", ("REVIEW_DEC30", "RECHECK_DEC30"))
    for one in case.opinions:
        if one.instance in REVIEWS and one.served_on:
            before = [other for other in case.opinions if other.instance == "handling" and other.pk < one.pk]
            if before:
                changed = one.outcome in (ReviewOutcome.CHANGE, ReviewOutcome.REVOKE)
                yield yes("review_changed", before[-1].organisation_id, one.served_on, changed)


def agreements(case: Case) -> Iterator[Counted]:
    for event in case.taken(S.RECORD_AGREEMENT_PERFORMED, S.RECORD_AGREEMENT_BROKEN):
        performed = event.step == S.RECORD_AGREEMENT_PERFORMED
        yield yes("agreement_performed", event.organisation_id, day_of(event), performed)


# ---- supervision -----------------------------------------------------------------------------------------------------------


def supervision(case: Case) -> Iterator[Counted | Later]:
    """Each letter of supervision, at the organ that was supervised; its answer by the day that the letter set."""
    for one in case.supervisions:
        if one.issued_at is None or one.organisation_id is None:
            continue
        organ, day = one.organisation_id, localdate(one.issued_at)
        yield Counted("supervised", organ, day, 1, 1)
        if one.ground in set(Ground):
            yield Counted(f"supervised_{one.ground}", organ, day, 1, 1)
        yield from _answered(case, one, organ)
        if one.state == SupervisionState.CLOSED and one.closed_at:
            closed_on = localdate(one.closed_at)
            if case.is_reachable:
                yield yes("repeat_supervised", organ, closed_on, any(localdate(at) > closed_on for at in case.later))
            else:
                yield left_out("repeat_supervised", organ, closed_on)


def _answered(case: Case, one, organ: int) -> Iterator[Counted | Later]:
    """An answer that was sent back counts by the day of the new letter (RETURN_SUPERVISION)."""
    waits = one.state == SupervisionState.ISSUED
    done_on = None if waits or one.answered_at is None else localdate(one.answered_at)
    if done_on and done_on <= one.answer_by_on:
        yield yes("supervision_in_time", organ, done_on, True)
    elif done_on or one.answer_by_on < case.today:
        yield yes("supervision_in_time", organ, one.answer_by_on, False)
    else:
        yield Later(one.answer_by_on + ONE_DAY)


FAMILIES = (settlement, again, opinions, publication, review, agreements, supervision)
