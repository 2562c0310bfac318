"""The bell for ledgers: whose turn it is, what is past its day (A-33), which round of inspection is due (A-55).

The words say what to do, never what an item is about.
"""

from datetime import datetime

from django.utils.timezone import localdate

from xinqiao.ledgers import campaigns, overdue
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules.ledgers import COMMAND


def ring(at: datetime) -> int:
    """Tell what is not told yet; returns how many lines were made or known already."""
    told = 0
    for rings in overdue.due(at):
        for one in rings:
            inbox.tell_own(one.officer, one.text, subject=one.subject, at=at)
        told += len(rings)
    return told + _rounds(at)


def _rounds(at: datetime) -> int:
    """Each round once, to the command of its campaign."""
    told = 0
    for row in campaigns.due_rounds(localdate(at)).filter(told=False)[: overdue.BATCH]:
        for one in Officer.objects.filter(organisation=row.campaign.office, active=True, user__is_active=True):
            if one.role_set & COMMAND:
                inbox.tell_own(
                    one, "攻坚行动有一轮督查到日子了，请安排。", subject=f"{row.campaign}:{row.number}", at=at
                )
                told += 1
        row.told = True
        row.save(update_fields=["told"])
    return told
