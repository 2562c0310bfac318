"""How often number and query code may be tried: 20 a minute from one source, fewer while many sources guess wrong; never a lock.

The count is shared with the programme interface (matters/tracking.py). A right code always opens, as soon as the minute is over.
"""

import ipaddress
from datetime import datetime

from django.http import HttpRequest

from xinqiao.matters import tracking


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
    return tracking.may_guess(who, at=at) and not tracking.is_braked(who, at=at)


def note_wrong(*, at: datetime) -> None:
    """A number and a code that did not fit."""
    tracking.note_wrong(at=at)


def seconds_to_wait(at: datetime) -> int:
    """Until the next minute begins, in which tries are counted anew."""
    return 60 - int(at.timestamp()) % 60
