"""How fast one source may file: generous, delaying, never locking anybody out (secure-checklist 49)."""

import ipaddress
from datetime import datetime

from django.http import HttpRequest

from xinqiao import crypto
from xinqiao.people import limits

MINUTES = 2  # how long one has to wait at most
# A whole village may share one address with its telephone network.
BEGIN, SEND, UPLOAD, SAVE = ("begin", 120), ("send", 40), ("upload", 90), ("save", 1_200)


def is_too_fast(request: HttpRequest, what: tuple[str, int], *, at: datetime) -> bool:
    """Count one try of this source and say whether it has to wait a moment."""
    name, most = what
    source = _source(getattr(request, "client_address", ""))
    if not source:
        most *= 20  # behind a proxy that was not configured, everybody is one source
    key = f"portal.{name}:{crypto.blind_index(source or 'unknown', context='source')}"
    return not limits.allow(key, limit=most, at=at, minutes=MINUTES)


def _source(address: str) -> str:
    """An IPv6 visitor owns a whole /64: that is one source."""
    if not address:
        return ""
    parsed = ipaddress.ip_address(address)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if parsed.version == 6 else address
