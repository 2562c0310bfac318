"""How a matter counts by what the citizen said (D.17): after the window has closed, so that no figure tells a single rating before (RA-8)."""

from collections.abc import Iterator
from datetime import date

from django.utils.timezone import localdate

from xinqiao.matters.steps.follow import OFFICE_DECISIONS, rating_due
from xinqiao.rules import rating
from xinqiao.rules.rating import RatingTarget, RatingValue
from xinqiao.rules.stages import Kind, ReferralKind, Route

from .cases import Case, day_of
from .counting import ONE_DAY, Counted, Later, left_out, yes

VALUES = (("satisfied", "_fully", RatingValue.SATISFIED), ("satisfied", "_basically", RatingValue.BASICALLY_SATISFIED),
          ("dissatisfied", "", RatingValue.DISSATISFIED))  # fmt: skip


def ratings(case: Case) -> Iterator[Counted | Later]:
    """How the matter counts in satisfaction: on the last day of the window, never earlier (RA-8), silence in no rate (RA-9)."""
    for target in RatingTarget:
        organ, opened_on = _rated(case, target)
        due_on = rating_due(opened_on)
        if due_on is None or organ is None:
            continue
        code = f"rated_{target.value}"
        if due_on >= case.today:
            yield Later(due_on + ONE_DAY)
        elif not case.is_reachable or rating.why_not_ratable(_facts(case)):
            yield left_out(code, organ, due_on)
        else:
            yield from _of_target(case, target.value, organ, due_on)


def _of_target(case: Case, target: str, organ: int, due_on: date) -> Iterator[Counted]:
    """Silence is neither satisfied nor dissatisfied (RA-9, G.3): it stands in no denominator but that of the participation."""
    given = [
        one for one in case.ratings if one.target == target and one.organisation_id == organ and _in_time(one, due_on)
    ]
    yield yes(f"rated_{target}", organ, due_on, bool(given))
    for one in given[:1]:
        yield yes(f"satisfied_{target}", organ, due_on, one.value != RatingValue.DISSATISFIED)
        for word, part, value in VALUES:
            yield yes(f"{word}_{target}{part}", organ, due_on, one.value == value)


def _in_time(one, due_on: date) -> bool:
    return localdate(one.rated_at) <= due_on


def _rated(case: Case, target: str) -> tuple[int | None, date | None]:
    """As `follow.rated_organisation`, of a case that is read already."""
    if target == RatingTarget.OFFICE:
        event = case.first(*OFFICE_DECISIONS)
        return (event.organisation_id, day_of(event)) if event else (None, None)
    served = [one for one in case.opinions if one.instance == "handling" and one.served_on]
    last = max(served, key=lambda one: one.round, default=None)
    return (last.organisation_id, last.served_on) if last else (None, None)


def _facts(case: Case) -> rating.RatingFacts:
    matter = case.matter
    return rating.RatingFacts(
        is_first_petition=case.is_first,
        kind=Kind(matter.kind) if matter.kind else None,
        route=Route(matter.route) if matter.route else None,
        to_other_powers=any(desk.kind == ReferralKind.POLITICAL_LEGAL for desk in case.desks.values()),
    )


FAMILIES = (ratings,)
