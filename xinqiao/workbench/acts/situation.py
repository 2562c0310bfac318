"""What a step page stands on: the matter, the officer's desk, and the row of the move table - or why it is not possible now."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404
from django.utils import timezone
from django.utils.timezone import localdate

from xinqiao.matters.act import desk_and_move
from xinqiao.matters.models import Matter, MatterNumber, Referral
from xinqiao.organisations.models import Officer
from xinqiao.rules.moves import Move
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step


@dataclass
class Situation:
    """One officer before one step of one matter. `move` is None while the step is not possible; `refusal` says why."""

    step: Step
    matter: Matter
    officer: Officer
    at: datetime
    desk: Referral | None = None
    move: Move | None = None
    refusal: StepRefused | None = None

    @property
    def today(self) -> date:
        return localdate(self.at)


def visible_matter(officer: Officer, number: str) -> Matter:
    """The matter behind a number, for this officer. Hidden and missing are the same 404."""
    found = MatterNumber.objects.filter(number=number).values_list("matter_id", flat=True).first()
    matters = Matter.objects.visible_to(officer).filter(pk=found)
    matter = matters.select_related("content_class", "place", "unit", "received_by").first()
    if matter is None:
        raise Http404
    return matter


def situation_of(officer: Officer, number: str, step: Step) -> Situation:
    """Where this officer stands before `step`. Raises Http404 for a matter that is not theirs to see."""
    return situation_in(visible_matter(officer, number), officer, step)


def situation_in(matter: Matter, officer: Officer, step: Step) -> Situation:
    """The same for a matter that was found already."""
    found = Situation(step, matter, officer, timezone.now())
    try:
        found.desk, found.move = desk_and_move(step, matter, officer)
    except StepRefused as refusal:
        found.refusal = refusal
    return found
