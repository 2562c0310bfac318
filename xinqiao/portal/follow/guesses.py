"""How often number and query code may be tried: 20 in any minute from one source, fewer while many sources guess wrong; never a lock.

The count is shared with the programme interface (matters/tracking.py). A right code always opens, as soon as the wait is over.
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


def seconds_to_wait(request: HttpRequest, *, at: datetime) -> int:
    """Count one try: 0 when it may be looked at, else how long to wait."""
    return tracking.seconds_to_wait(source(request), at=at)


def note_wrong(*, at: datetime) -> None:
    """A number and a code that did not fit."""
    tracking.note_wrong(at=at)
