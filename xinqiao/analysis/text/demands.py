"""Requests (诉求): which sentences of a text ask for something, in the citizen's own words, each with its place in the text."""

from .proposal import Candidate, Reading


def propose_demands(reading: Reading) -> list[Candidate]:
    """One candidate for each request, in the order of the text; `value` is the line as it would stand in the form."""
    return []
