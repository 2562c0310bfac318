"""Signals in a text: what kind of matter it is, whether it is urgent, whether it belongs to courts and prosecutors."""

from .proposal import Candidate, Reading


def propose_kind(reading: Reading) -> list[Candidate]:
    """`rules.stages.Kind` values, the likeliest first (C.4)."""
    return []


def propose_urgency(reading: Reading) -> list[Candidate]:
    """`rules.urgent.UrgentGround` values for which the text gives words; none is the rule (D.12, UR-7)."""
    return []


def propose_litigation(reading: Reading) -> list[Candidate]:
    """"yes" where a court, a prosecutor or the police already has the case (涉法涉诉), "no" where somebody only speaks of going there."""
    return []
