"""ONE table: what is proposed, by which function, on what it stands besides the text. A new sort of proposal is a row here.

python function   what it says of one text; pure of the desk: it changes nothing and is asked in the worker only
stands_on         what else decides the answer; the row is made anew when it changed
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from xinqiao.matters.models import Matter
from xinqiao.rules.proposals import Sort

from . import classifying, places, respondents, units
from .text import demands, signals
from .text.proposal import Candidate, Reading

RULES = "rules-2"  # version of what is proposed by rules and tables; raise it when they change, and what still waits is made anew


@dataclass(frozen=True)
class Proposer:
    """One row. `figures`: its values are a closed list that names nobody, so that the page about the effect may count them."""

    sort: Sort
    propose: Callable[[Reading, Matter], list[Candidate]]
    maker: Callable[[], str] = lambda: RULES
    stands_on: Callable[[Matter], tuple] = field(default=lambda matter: ())
    figures: bool = False


def _units(reading: Reading, matter: Matter) -> list[Candidate]:
    code = matter.content_class.code if matter.content_class else ""
    return units.propose_units(reading, code, matter.place, matter.received_by, matter_id=matter.pk)


def _places(reading: Reading, matter: Matter) -> list[Candidate]:
    return places.propose_places(reading, matter.received_by, place_detail=matter.place_detail)


PROPOSERS = (
    Proposer(Sort.CLASS, lambda reading, _: classifying.propose_class(reading), classifying.maker, figures=True),
    Proposer(Sort.KIND, lambda reading, _: signals.propose_kind(reading), figures=True),
    Proposer(Sort.PLACE, _places),
    Proposer(Sort.REQUESTS, lambda reading, _: demands.propose_demands(reading)),
    Proposer(Sort.LITIGATION, lambda reading, _: signals.propose_litigation(reading), figures=True),
    Proposer(Sort.URGENCY, lambda reading, _: signals.propose_urgency(reading), figures=True),
    Proposer(Sort.RESPONDENTS, lambda reading, matter: respondents.propose_respondents(reading, matter.received_by)),
    Proposer(Sort.UNIT, _units, stands_on=lambda matter: (matter.content_class_id, matter.place_id)),
)
