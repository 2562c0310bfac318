"""Persons and units complained of (被反映人、单位), matched with organs and officers: proposals for the accused set (C-01)."""

from xinqiao.organisations.models import Organisation

from .text.proposal import Candidate, Reading


def propose_respondents(reading: Reading, within: Organisation | None = None) -> list[Candidate]:
    """`value` is "organisation:PK" or "officer:PK" where the tree of `within`'s territory has exactly that one, else "unit" or "person"
    and the words of the text are in `label`."""
    return []
