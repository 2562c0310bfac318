"""How often number and query code may be tried: 20 a minute from one source, fewer while many sources guess wrong; never a lock.

The count is shared with the programme interface (matters/tracking.py). A right code always opens, as soon as the minute is over.
"""

import ipaddress
from datetime import datetime

from django.http import HttpRequest

from xinqiao.matters import tracking
from xinqiao.people import limits

# When this many codes were wrong within a minute, from anywhere, somebody is trying them out with many addresses.
WRONG_EVERYWHERE = 600
WHILE_BRAKED = 3  # tries a minute from one source, until it is calm again
FROM_NOWHERE = 20 * tracking.GUESSES_A_MINUTE  # behind a socket without addresses everybody is one source
_NOBODY, _WRONG, _BRAKED = "track.nobody", "track.wrong", "track.braked"


def source(request: HttpRequest) -> str:
    """The address of the visitor; an IPv6 one by its /64, which one visitor owns as a whole. Empty: not known."""
    try:
        parsed = ipaddress.ip_address(getattr(request, "client_address", ""))
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def allowed(request: HttpRequest, *, at: datetime) -> bool:
    """Count one try and say whether it may be looked at."""
    who = source(request)
    if not (tracking.may_guess(who, at=at) if who else limits.allow(_NOBODY, limit=FROM_NOWHERE, at=at)):
        return False
    if limits.tried(_WRONG, at=at) < WRONG_EVERYWHERE:
        return True
    return limits.allow(f"{_BRAKED}:{who}", limit=WHILE_BRAKED, at=at)


def note_wrong(*, at: datetime) -> None:
    """A number and a code that did not fit."""
    limits.allow(_WRONG, limit=WRONG_EVERYWHERE, at=at)


def seconds_to_wait(at: datetime) -> int:
    """Until the next minute begins, in which tries are counted anew."""
    return 60 - int(at.timestamp()) % 60
