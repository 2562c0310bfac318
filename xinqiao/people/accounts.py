"""Citizens' accounts (群众账号): in by mobile number and a six-digit code, out after 30 idle minutes. Nobody needs one (I-16).

    code = ask_code(request.session, mobile, at=at)      # the caller sends it; raises CodeWait
    account = enter(request.session, typed, at=at)       # raises CodeWrong
    current(request)                                      # the Account of this browser, or None

A number that has no account and one that has are answered alike: the account is made when its first code is right.
"""

import hmac
import json
import math
import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from xinqiao import crypto
from xinqiao.rules import rate_limits

from .models import Account, LoginCode

IDLE = timedelta(minutes=30)
CODE_LASTS = timedelta(seconds=rate_limits.CODE_TRIES.seconds)
TRIES = rate_limits.CODE_TRIES.most
SENDS = tuple((limit.most, timedelta(seconds=limit.seconds)) for limit in rate_limits.SMS_CODE)  # per number
_ACCOUNT, _ASKED, _OVER, _SEALED = "account", "login_code", "account_over", "session.account"
_NOTE_EVERY = timedelta(minutes=1)  # how exactly the last use is known: a session is not written on every page


class CodeWait(Exception):
    """Too many codes were sent to this number. `seconds`: when the next one may be asked for."""

    def __init__(self, seconds: int):
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class CodeWrong(Exception):
    """The code does not fit. `left`: how many tries are left; 0: the code is used up or too old, a new one is needed."""

    def __init__(self, left: int):
        super().__init__(f"{left} tries left")
        self.left = left


def ask_code(session, mobile: str, *, at: datetime) -> str:
    """A fresh code for a canonical mobile number, good in this browser only. The one before it is void.

    Raises CodeWait. At most 1 a minute, 5 an hour, 10 a day for one number, whoever asks (issue 3, section 4).
    """
    indexes = crypto.blind_indexes(mobile, context="mobile")
    binding, code = secrets.token_hex(16), f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        _one_at_a_time(indexes[-1])  # the oldest key's, which is the same before and after a rotation
        wait = _seconds_to_wait(indexes, at=at)
        if wait:
            raise CodeWait(wait)
        LoginCode.objects.filter(session_key=_asked(session).get("binding", ""), used=False).update(used=True)
        LoginCode.objects.create(
            mobile_index=indexes[0],
            session_key=binding,
            code_hash=_hashes(code, binding)[0],
            expires_at=at + CODE_LASTS,
        )
    session[_ASKED] = _seal({"binding": binding, "mobile": mobile})
    return code


def asked_mobile(session) -> str:
    """The number to which this browser asked a code to be sent, or empty."""
    return _asked(session).get("mobile", "")


def enter(session, typed: str, *, at: datetime) -> Account:
    """Log in with the code; the session gets a new key. Raises CodeWrong."""
    asked = _asked(session)
    left = _try(asked.get("binding", ""), typed, at=at)
    if left is not None:
        raise CodeWrong(left)
    account = _account_of(asked["mobile"], at=at)
    account.last_login_at = at
    account.save(update_fields=["last_login_at"])
    session.cycle_key()  # a key somebody planted before the log-in is worth nothing afterwards
    session.pop(_ASKED, None)
    session.pop(_OVER, None)
    session[_ACCOUNT] = _seal({"id": account.pk, "seen": at.timestamp()})
    return account


def current(request: HttpRequest) -> Account | None:
    """The account of this browser; None without one, or after 30 minutes without a page."""
    number = current_id(request)
    return Account.objects.filter(pk=number).first() if number else None


def current_id(request: HttpRequest) -> int | None:
    """The same without a look into the database."""
    at = timezone.now()
    held = _open(request.session.get(_ACCOUNT, ""))
    if not held:
        return None
    idle = at.timestamp() - held["seen"]
    if idle > IDLE.total_seconds():
        del request.session[_ACCOUNT]
        request.session[_OVER] = True
        return None
    if idle > _NOTE_EVERY.total_seconds():
        request.session[_ACCOUNT] = _seal({**held, "seen": at.timestamp()})
    return held["id"]


def is_over(request: HttpRequest) -> bool:
    """Whether this browser was logged in until it did nothing for 30 minutes; pages then ask to log in again."""
    return current_id(request) is None and request.session.get(_OVER, False)


def leave(session) -> None:
    """Log out. The session key changes, so that a copy of the old cookie opens nothing."""
    session.pop(_ACCOUNT, None)
    session.pop(_ASKED, None)
    session.pop(_OVER, None)
    session.cycle_key()


def forget_before(at: datetime) -> int:
    """Drop codes older than the longest limit that counts them; called by the worker."""
    return LoginCode.objects.filter(expires_at__lt=at - timedelta(days=1)).delete()[0]


# --- inside -----------------------------------------------------------------------------------------------------------


def _account_of(mobile: str, *, at: datetime) -> Account:
    """The account of a canonical number, made if there is none; during a rotation it may lie under an older index key."""
    indexes = crypto.blind_indexes(mobile, context="mobile")
    with transaction.atomic():
        _one_at_a_time(indexes[-1])
        found = Account.objects.filter(mobile_index__in=indexes).order_by("pk").first()
        return found or Account.objects.create(
            mobile_index=indexes[0], sealed_mobile=crypto.seal(mobile, context="account.mobile"), created_at=at
        )


def _one_at_a_time(index: str) -> None:
    """Two requests for one number wait for each other, so that the limits count right."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"login:{index}"])


def _seconds_to_wait(indexes: list[str], *, at: datetime) -> int:
    """Until the next code may be sent to this number; 0: now."""
    longest = max(span for _most, span in SENDS)
    sent = [
        expires - CODE_LASTS
        for expires in LoginCode.objects.filter(mobile_index__in=indexes, expires_at__gt=at - longest + CODE_LASTS)
        .order_by("-expires_at")
        .values_list("expires_at", flat=True)
    ]
    waits = [0.0]
    for most, span in SENDS:
        within = [moment for moment in sent if moment > at - span]
        if len(within) >= most:
            waits.append((within[most - 1] + span - at).total_seconds())
    return math.ceil(max(waits))


def _try(binding: str, typed: str, *, at: datetime) -> int | None:
    """None when the code is right (and now used), else how many tries are left. Every try is counted before it is judged."""
    with transaction.atomic():
        row = (
            LoginCode.objects.select_for_update()
            .filter(session_key=binding, used=False, expires_at__gt=at, tries__lt=TRIES)
            .first()
            if binding
            else None
        )
        stored = row.code_hash if row else ""
        right = any(hmac.compare_digest(made, stored) for made in _hashes(typed, binding))
        if row is None:
            return 0
        row.tries += 1
        row.used = right
        row.save(update_fields=["tries", "used"])
        return None if right else TRIES - row.tries


def _hashes(code: str, binding: str) -> list[str]:
    # Six digits are soon tried out, so the key outside the database makes the hash, and the browser's own secret is in it.
    return crypto.blind_indexes(f"{binding}:{code}", context="login_code")


def _asked(session) -> dict:
    return _open(session.get(_ASKED, "")) or {}


def _seal(held: dict) -> str:
    return crypto.seal(json.dumps(held), context=_SEALED)


def _open(sealed: str) -> dict | None:
    try:
        return json.loads(crypto.open_sealed(sealed, context=_SEALED)) if sealed else None
    except crypto.SealBroken:
        return None  # the key was changed: log in again
