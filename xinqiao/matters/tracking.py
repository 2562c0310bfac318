"""查询: number and query code open one matter; nobody can try them out (R-21(2), secure-checklist 49).

The tracking page and the programme interface share one count of guesses for each source.
"""

from datetime import datetime

from django.utils.timezone import localdate

from xinqiao import crypto
from xinqiao.people.limits import allow
from xinqiao.rules import citizen_words, numbering
from xinqiao.rules.moves import MOVES
from xinqiao.rules.stages import Role, Stage

from .models import Event, Matter, MatterNumber

GUESSES_A_MINUTE = 20
# What the citizen reads in the history: what was told, and what the citizen did.
SHOWN_STEPS = {move.step for move in MOVES if move.told or move.roles == {Role.CITIZEN}}


def may_guess(source: str, *, at: datetime) -> bool:
    """Count one try from `source` (an address; IPv6 by its /64) and say whether it may be looked at."""
    return allow(f"track:{source}", limit=GUESSES_A_MINUTE, at=at)


def find(number: str, code: str) -> Matter | None:
    """The matter that `number` and `code` open, else None, after the same time, whether the number or the code was wrong."""
    try:
        number = numbering.normalise_matter_number(number)
        code = numbering.normalise_query_code(code)
    except ValueError:
        number = code = ""
    named = MatterNumber.objects.filter(number=number).first()
    matter = Matter.objects.select_related("unit").filter(pk=named.matter_id).first() if named else None
    matches = crypto.slow_hash_matches(code, matter.query_code_hash if matter else "")
    return matter if matches else None


def told(matter: Matter) -> citizen_words.Told:
    """What the citizen reads about the matter now."""
    return citizen_words.tell(
        Stage(matter.stage),
        unit=matter.unit.name if matter.unit else "",
        on=localdate(_entered(matter)),
        due_on=matter.due_on,
    )


def since(matter: Matter):
    """The day on which the matter came into its present stage."""
    return localdate(_entered(matter))


def shown_events(matter: Matter) -> list[Event]:
    """The history as the citizen sees it, the newest last."""
    return list(matter.events.filter(step__in=SHOWN_STEPS).select_related("organisation").order_by("seq"))


def _entered(matter: Matter) -> datetime:
    into = matter.events.filter(to_stage=matter.stage).exclude(from_stage=matter.stage).order_by("-seq").first()
    return into.at if into else matter.received_at
