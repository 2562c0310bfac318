"""What the opinion editor and the approval page show beside the text: check list, versions, what changed, the letter."""

import difflib
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.http import Http404

from xinqiao.analysis import answers
from xinqiao.matters import opinions
from xinqiao.matters.act import Act
from xinqiao.matters.models import Opinion
from xinqiao.matters.steps import handle, review
from xinqiao.organisations.models import Officer
from xinqiao.rules.permissions import Action, holders
from xinqiao.rules.stages import Role, Step

from . import preview
from .situation import Situation, situation_in, visible_matter

WRITERS = holders("draft", Action.WRITE)
LETTER_KINDS = {"handling": "F-16", "review": "F-18", "recheck": "F-19"}
OPEN = ("draft", "in_approval")
# The field to which a gate that is not passed leads; "{n}" is the number of the request.
FIELD_OF_GATE = {
    "GT-1": "a{n}", "GT-2": "f-facts", "GT-3": "f-a{n}_reasons", "GT-4": "f-a{n}_conclusion",
    "GT-5": "f-a{n}_outcome_group", "RV-1": "f-facts", "RV-2": "f-outcome_group", "RV-3": "f-reasons", "RV-4": "f-body",
    "RV-5": "f-not_worse",
}  # fmt: skip


@dataclass(frozen=True)
class CheckLine:
    """One line of the check list, with the place in the editor to go to."""

    ok: bool
    message: str
    anchor: str


def drafting(officer: Officer, number: str) -> Situation:
    """Where this officer would write: handling, review or recheck. `refusal` says why not now."""
    matter = visible_matter(officer, number)
    prefetch_related_objects([matter], "requests")  # check list, letter and panels all read them
    for step in opinions.SUBMITTED_BY.values():
        here = situation_in(matter, officer, step)
        if here.move:
            return here
    desk = matter.referrals.filter(organisation_id=officer.organisation_id).order_by("-is_open", "-pk").first()
    wanted = opinions.SUBMITTED_BY[opinions.instance_of(desk)] if desk else Step.SUBMIT_OPINION
    return situation_in(matter, officer, wanted)


def readable_draft(officer: Officer, number: str) -> tuple[Situation, Opinion]:
    """The draft that this officer may look at as a letter, written or not. Raises Http404 for everybody else."""
    matter = visible_matter(officer, number)
    if not officer.may(*WRITERS):
        raise Http404
    desks = matter.referrals.filter(organisation_id=officer.organisation_id).select_related("organisation", "sender")
    for desk in desks.order_by("-is_open", "-pk"):
        desk.matter = matter
        opinion = opinions.open_round(desk)
        here = situation_in(matter, officer, opinions.SUBMITTED_BY[opinion.instance])
        if opinion.state in OPEN and (opinion.pk or here.move):
            here.desk = desk
            return here, opinion
    raise Http404


def checks(here: Situation, opinion: Opinion) -> list[CheckLine]:
    """The check list (GT-1 to GT-5, RV-1 to RV-5), each line that is not met with the field to go to."""
    here.desk.matter = here.matter
    return [
        CheckLine(
            one.ok,
            one.message,
            "" if one.ok else FIELD_OF_GATE.get(one.id, "f-facts").format(n=one.request_number or ""),
        )
        for one in opinions.check(opinion, here.desk)
    ]


def letter_data(here: Situation, opinion: Opinion) -> tuple[str, dict]:
    """Kind and content of the letter, as far as it is written, for the preview."""
    stage = here.desk.stage
    act = Act(here.step, here.move, here.matter, here.desk, here.officer, here.at, here.at, stage, here.matter.stage)
    kind = LETTER_KINDS[opinion.instance]
    if opinion.instance != "handling":
        return kind, preview.for_reader(review.opinion_letter(act, opinion), here)
    data = handle.opinion_letter(act, opinion)
    if not here.officer.may(Role.UNIT_LEADER):
        data["signer"] = ""  # who signs is not decided by the handler
    return kind, preview.for_reader(data, here)


def versions(here: Situation, opinion: Opinion) -> list:
    """Every version sent for approval, newest first: who, when, the text."""
    found = here.matter.records.filter(sort="opinion_version", referral_id=here.desk.pk).select_related("by__user")
    return [row for row in found.order_by("-pk") if row.data.get("round") == opinion.round]


def changes(old: str, new: list[str]) -> list[tuple[str, str]]:
    """Lines that went ("-") and came ("+") between two versions."""
    lines = difflib.ndiff(old.splitlines(), new)
    return [(line[0], line[2:]) for line in lines if line[0] in "+-"]


def opinion_context(here: Situation) -> dict:
    """For the pages on which an opinion is sent, returned or signed."""
    desk = here.desk or _own_desk(here)
    opinion = opinions.current(desk) if desk else None
    if opinion is None or opinion.state not in OPEN:
        return {"opinion": None}
    prefetch_related_objects([here.matter], "requests")
    here = Situation(here.step, here.matter, here.officer, here.at, desk, here.move, here.refusal)
    kept = versions(here, opinion)
    before = kept[1] if opinion.state == "in_approval" and len(kept) > 1 else None
    return {
        "opinion": opinion,
        "opinion_title": opinions.TITLES[opinion.instance],
        "checks": checks(here, opinion),
        "answer_check": answers.check(here.matter, opinion, here.officer, today=here.today),
        "versions": kept,
        "changes": changes(before.text, opinions.as_lines(opinion)) if before else [],
        "before": before,
    }


def _own_desk(here: Situation):
    mine = here.matter.referrals.filter(organisation_id=here.officer.organisation_id)
    return mine.select_related("organisation").order_by("-is_open", "-pk").first()
