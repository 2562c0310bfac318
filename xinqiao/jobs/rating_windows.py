"""评价期: the reminder on day 20, the end of the window, and the look at ratings that are alike (RA-3, RA-6, G.4). From stored state."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.notifications import messages, outgoing
from xinqiao.supervision import ratings
from xinqiao.supervision.models import RatingWindow

from . import reactions

PURPOSE = "rating_reminder"
BATCH = 200


def keep(at: datetime) -> int:
    """Remind, close, compare; each window is reminded of once, however often this runs."""
    waiting = list(ratings.to_remind(localdate(at)).order_by("remind_on", "pk").values_list("pk", flat=True)[:BATCH])
    reminded = sum(_remind(window_id, at) for window_id in waiting)
    return reminded + ratings.close_over(at) + ratings.compare(at)


@transaction.atomic
def _remind(window_id: int, at: datetime) -> int:
    rows = RatingWindow.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=window_id, reminded_at=None)
    window = rows.select_related("matter", "organisation").first()
    if window is None:  # another worker has it
        return 0
    window.reminded_at = at
    window.save(update_fields=["reminded_at"])
    return _tell(window, at) if ratings.is_open_still(window) else 0


def _tell(window: RatingWindow, at: datetime) -> int:
    """One message to each who is told of this matter; how somebody should rate is never said (RA-8)."""
    matter = window.matter
    neutral = reactions.is_neutral(matter)
    text = messages.text_for(PURPOSE, neutral=neutral)
    unit = "" if neutral else window.organisation.name
    words = messages.compose(
        text, site=settings.XINQIAO_SITE_NAME, number=matter.number, unit=unit, due_on=window.due_on
    )
    ways = sorted(reactions.recipients(matter))
    sent = [outgoing.owe(way, whom, words, at=at, purpose=PURPOSE, matter_id=matter.pk) for way, whom in ways]
    return len([one for one in sent if one])
