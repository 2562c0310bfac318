"""What the citizen was answered, and what the citizen thinks of it: opinions and ratings, for who may read them (B.3, RA-8)."""

from datetime import date

from django.utils.timezone import localdate

from xinqiao.access.reveal import Seen
from xinqiao.matters.models import Event, Matter
from xinqiao.matters.steps.follow import OFFICE_DECISIONS, rating_due
from xinqiao.organisations.models import Officer
from xinqiao.rules import rating
from xinqiao.rules.permissions import Action, Reach, allowed, holders
from xinqiao.rules.stages import Outcome, ReviewOutcome

# B.3 row "rating"; what others see are counts, elsewhere.
RATING_READERS = holders("rating", Action.READ_MASKED)
RATING_OVERSEERS = holders("rating", Action.READ_MASKED, Reach.TERRITORY)
ANSWERS = {**{one.value: one.label for one in Outcome}, **{one.value: one.label for one in ReviewOutcome}}
INSTANCES = {"handling": "处理意见", "review": "复查意见", "recheck": "复核意见"}


def opinions(matter: Matter, seen: Seen, officer: Officer) -> list[dict]:
    """Issued opinions, for posts that read them (B.3 row "handling opinion"; an analyst has counts only)."""
    if not allowed(officer.role_set, "opinion", Action.READ):
        return []
    return [
        _opinion({**row, "facts": seen.text(row["facts"]), "body": seen.text(row["body"])}, seen)
        for row in matter.opinion_rows
    ]


def _opinion(row: dict, seen: Seen) -> dict:
    answers = [
        {
            **one,
            "label": ANSWERS.get(one.get("outcome", ""), ""),
            "conclusion": seen.text(one.get("conclusion", "")),
        }
        for one in row["answers"]
    ]
    label = ANSWERS.get(row["outcome"], "")
    return {
        **row,
        "name": INSTANCES.get(row["instance"], ""),
        "answers": answers,
        "label": label,
        "revoked": row["state"] == "revoked",
    }


def ratings(matter: Matter, events: list[Event], officer: Officer, today: date) -> tuple[list[dict], bool]:
    """(ratings that this officer may read, whether one still waits for its window to close). RA-8: nobody sees one before."""
    if not officer.role_set & RATING_READERS:
        return [], False
    readable = [row for row in matter.rating_rows if _concerns(row, officer)]
    closed = [row for row in readable if _window_is_over(row, matter, events, today)]
    shown = [
        {
            "target": rating.RatingTarget(row["target"]).label,
            "value": rating.RatingValue(row["value"]).label,
            "reason": rating.DissatisfactionReason(row["reason"]).label if row["reason"] else "",
            "text": row["text"],
        }
        for row in closed
    ]
    return shown, len(closed) < len(readable)


def _concerns(row: dict, officer: Officer) -> bool:
    """The petition office reads what is said of it and of the units; a unit what is said of itself."""
    return row["organisation_id"] == officer.organisation_id or officer.may(*RATING_OVERSEERS)


def _window_is_over(row: dict, matter: Matter, events: list[Event], today: date) -> bool:
    if row["target"] == rating.RatingTarget.OFFICE:
        opened_on = next((localdate(event.at) for event in events if event.step in OFFICE_DECISIONS), None)
    else:
        served = [one["served_on"] for one in matter.opinion_rows if one["instance"] == "handling" and one["served_on"]]
        opened_on = max(served, default=None)
    due_on = rating_due(opened_on)
    return due_on is not None and today > due_on
