"""The bell for ledgers: whose turn it is, what is past its day (A-33). The words say what to do, never what the item is about."""

from datetime import datetime

from xinqiao.ledgers import overdue
from xinqiao.notifications import inbox


def ring(at: datetime) -> int:
    """Tell what is not told yet; returns how many lines were made or known already."""
    told = 0
    for rings in overdue.due(at):
        for one in rings:
            inbox.tell_own(one.officer, one.text, subject=one.subject, at=at)
        told += len(rings)
    return told
