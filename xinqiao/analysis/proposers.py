"""ONE table: what the worker proposes, and by which function. A new sort of proposal is a row here.

A function says something of one text; it changes nothing and is asked in the worker only. Competent units (Sort.UNIT) are not here: what
speaks for them depends on which precedents the officer may see, so the page asks (`proposals.units_for`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from xinqiao.matters.models import Matter
from xinqiao.rules.proposals import Sort

from . import classifying, places, respondents
from .text import demands, signals
from .text.proposal import Candidate, Reading

RULES = "rules-2"  # version of what is proposed by rules and tables; raise it when they change, and what still waits is made anew


@dataclass(frozen=True)
class Proposer:
    """One row. `figures`: its values are a closed list that names nobody, so that the page about the effect may count them."""

    sort: Sort
    propose: Callable[[Reading, Matter], list[Candidate]]
    maker: Callable[[], str] = lambda: RULES
    figures: bool = False


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
)
