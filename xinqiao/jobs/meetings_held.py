"""The monthly meeting of analysis (研判例会): who lets a month go by without one is told once, as the rule wants one every month (A-48)."""

from datetime import datetime

from django.utils.timezone import localdate

from xinqiao.information import meetings
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules.permissions import Action, holders


def remind(at: datetime) -> int:
    """Tell the heads of the organs that have no record of the month that is over; each post once a month. Returns how many it reached."""
    today = localdate(at)
    roles = [role.value for role in holders("meeting", Action.APPROVE)]
    posts = Officer.objects.filter(
        organisation__in=meetings.without_one(today), active=True, user__is_active=True, roles__overlap=roles
    )
    subject = f"meeting_month:{meetings.last_month(today):%Y-%m}"
    return inbox.tell_many(posts.order_by("pk"), meetings.words_of_missing(today), subject=subject, at=at)
