"""What may help before sending (先看看别人问过的): below the questions, on a page that is passed anyway; nothing waits for it.

No page more, no click more. Whoever accuses somebody is shown nothing: such a text is compared with none.
"""

import logging

from django.db import DatabaseError, transaction

from xinqiao.analysis import answered, is_on

from .pages import is_report

logger = logging.getLogger("xinqiao.portal")
READ_AT_MOST = 4000  # characters of the story that are compared


def beside(kept: dict) -> dict:
    """`alike`: published questions near to what was written; `elsewhere`: where else to turn for it. Empty when it cannot be known."""
    story = str(kept.get("story", {}).get("content", ""))[:READ_AT_MOST]
    if not story.strip() or is_report(kept):
        return {}
    found = {"elsewhere": answered.elsewhere(story, kept.get("elsewhere", {}))}
    if is_on():
        try:
            with transaction.atomic():
                found["alike"] = answered.like(story)
        except DatabaseError:  # filing goes on without it
            logger.warning("published answers could not be compared")
    return found
