"""汇总提醒 by the clock: whose time has come is told once, however long nobody worked; never at night, never on a day of rest."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.information import roundup
from xinqiao.notifications import roundups
from xinqiao.rules.information import ROUNDUPS_AT_ONCE, Rhythm, roundup_words

SPANS = {Rhythm.DAILY: timedelta(days=1), Rhythm.WEEKLY: timedelta(days=7)}


def send(at: datetime) -> int:
    """Tell those that are due, so many in one turn. Returns how many."""
    if roundups.is_quiet(at):
        return 0
    count = 0
    while count < ROUNDUPS_AT_ONCE and _send_one(at):
        count += 1
    return count


@transaction.atomic
def _send_one(at: datetime) -> bool:
    """The figures, the messages and the next time commit together. Nothing to tell is told to nobody."""
    choice = roundups.take_due(at)
    if choice is None:
        return False
    officer = choice.officer
    if not (officer.active and officer.user.is_active):
        roundups.stop(choice)
        return True
    since = choice.sent_at or at - SPANS[Rhythm(choice.rhythm)]
    words = roundup_words(roundup.figures(officer, today=localdate(at), since=since))
    if words:
        roundups.tell(choice, words, at=at, today=localdate(at))
    return True
