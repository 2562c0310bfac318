"""Place of the matter (问题属地): mentions in a text, resolved against the tree of organisations (I-18)."""

from xinqiao.organisations.models import Organisation

from .text.proposal import Candidate, Reading


def propose_places(reading: Reading, received_by: Organisation | None = None) -> list[Candidate]:
    """Governments and villages (value: pk of the Organisation, as text) that the text speaks of, the likeliest first."""
    return []


def propose_place_detail(reading: Reading) -> list[Candidate]:
    """The address below the place (详细地址), as written; at most one."""
    return []
