"""How often an officer's password or second factor may be guessed: counted first, given back when it was right (checklist 48, 49).

    guesses = tries.password(username, request)
    if not guesses.allow(at=now): …too often, nothing was looked at…
    if right: guesses.forgive(at=now)

Counting first keeps many tries at once from slipping through together; giving back keeps an office that signs in a hundred
times a morning from running into the limit. Nothing is ever locked: whoever waits some minutes may try again, and a browser
that this user signed in with before has a count of its own, which no outsider can use up.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.http import HttpRequest

from xinqiao import crypto
from xinqiao.integrity import audit
from xinqiao.people.limits import allow
from xinqiao.people.models import Attempt

# (wrong tries, minutes). One person mistypes a few times; one source may be a whole office behind one address.
BY_NAME_AND_SOURCE, BY_NAME, BY_SOURCE = (8, 5), (30, 5), (60, 5)
BY_DEVICE = (8, 5)  # a browser that the user signed in with before
CONFIRMATION = (8, 5)  # the password again, in an open session
# Six digits, three of a million right at any moment: 60 guesses a day find one with 0.02 %.
FACTOR = ((6, 5), (20, 60), (60, 24 * 60))


@dataclass(frozen=True)
class Tries:
    """Limits that one try counts against: (key, tries, minutes)."""

    limits: tuple[tuple[str, int, int], ...]

    def allow(self, *, at: datetime) -> bool:
        """Count one try; False when any limit is used up. Call it before anything slow, outside a transaction."""
        within = [allow(key, limit=tries, minutes=minutes, at=at) for key, tries, minutes in self.limits]
        return all(within)  # each limit has counted this try, also behind the first that is used up

    def first_refusal(self, *, at: datetime) -> bool:
        """Whether this is the first refusal in five minutes: the audit log is told once, and cannot be flooded."""
        return allow(f"{self.limits[0][0]}!", limit=1, minutes=5, at=at)

    def forgive(self, *, at: datetime) -> None:
        """The try was right: it does not count."""
        keys = {key for key, _, _ in self.limits}
        minute = int(at.timestamp() // 60)
        Attempt.objects.filter(key__in=keys, minute=minute, count__gt=0).update(count=F("count") - 1)


def password(username: str, request: HttpRequest, *, device: str = "") -> Tries:
    """Tries of a log-in. `device`: the mark of a browser that this user signed in with before, "" for any other."""
    if device:
        return Tries((_row(f"desk.device:{device}", BY_DEVICE),))
    name = crypto.blind_index(username.lower(), context="login")[:32]  # the limiter's table names nobody
    place = source(request)
    return Tries(
        (
            _row(f"desk.both:{name}:{place}", BY_NAME_AND_SOURCE),
            _row(f"desk.name:{name}", BY_NAME),
            _row(f"desk.from:{place}", BY_SOURCE),
        )
    )


def confirmation(user_id: int) -> Tries:
    """Tries of the password in an open session."""
    return Tries((_row(f"desk.confirm:{user_id}", CONFIRMATION),))


def factor(user_id: int) -> Tries:
    """Tries of the second factor, after the right password."""
    return Tries(tuple(_row(f"desk.factor{minutes}:{user_id}", (tries, minutes)) for tries, minutes in FACTOR))


def passkey(request: HttpRequest) -> Tries:
    """Tries of a passkey in place of a password, from one source: each costs a look-up and a signature check."""
    return Tries((_row(f"desk.passkey:{source(request)}", BY_SOURCE),))


def source(request: HttpRequest) -> str:
    """The same mark of the visitor's address as in the audit log, shortened."""
    return audit.source(request)[:32] or "unknown"


def _row(key: str, limit: tuple[int, int]) -> tuple[str, int, int]:
    return (key, *limit)
