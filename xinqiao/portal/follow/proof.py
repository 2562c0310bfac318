"""Which matters this browser may open: proved by number and query code, kept sealed in the session for 30 idle minutes.

A matter that was not proved, is somebody else's, or does not exist is the same 404.
"""

import json
from datetime import datetime, timedelta

from django.http import Http404, HttpRequest
from django.utils import timezone

from xinqiao import crypto
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter, MatterNumber
from xinqiao.people import accounts
from xinqiao.rules import numbering

IDLE = timedelta(minutes=30)
AT_MOST = 20  # matters in one session
NOTHING = -1  # no matter has it: what is missing is looked for as long as what is somebody else's
_PROVED, _TYPED = "proved", "typed"
_NOTE_EVERY = timedelta(minutes=1)


class TimedOut(Exception):
    """This browser could open it, but did nothing for 30 minutes: prove it again, by number and code or by logging in.

    After an account has timed out, every number leads here, known or not: nothing can be learnt from it.
    """

    def __init__(self, matter_id: int | None, *, account: bool = False):
        super().__init__(matter_id)
        self.matter_id, self.account = matter_id, account


def add(request: HttpRequest, matter_id: int, *, at: datetime) -> None:
    """Remember that number and code were right. The session gets a new key."""
    proved = {**_proved(request), str(matter_id): at.timestamp()}
    request.session.cycle_key()
    _keep(request, proved)


def forget(request: HttpRequest) -> None:
    """Close everything that was opened here, for those who share a computer."""
    request.session.pop(_PROVED, None)
    request.session.pop(_TYPED, None)


def has_any(request: HttpRequest) -> bool:
    return bool(_proved(request))


def citizen(request: HttpRequest, matter_id: int | None = None) -> Citizen:
    """The actor for steps: this matter, and the account if one is logged in."""
    return Citizen(matter_id=matter_id, account_id=accounts.current_id(request))


def open_matter(request: HttpRequest, number: str) -> tuple[Matter, Citizen]:
    """The matter behind a number in the address. Raises Http404, or TimedOut."""
    at = timezone.now()
    try:
        named = MatterNumber.objects.filter(number=numbering.normalise_matter_number(number)).first()
    except ValueError:
        named = None
    matter_id = named.matter_id if named else NOTHING
    account_id = accounts.current_id(request)
    seen = Matter.objects.select_related("unit", "received_by", "place")
    proved = _proved(request)
    last = proved.get(str(matter_id))
    fresh = last is not None and at.timestamp() - last <= IDLE.total_seconds()
    actor = Citizen(matter_id=matter_id if fresh else None, account_id=account_id)
    matter = seen.visible_to(actor).filter(pk=matter_id).first() or _part_of_proved(seen, matter_id, proved, at)
    if matter is None:
        if last is not None:
            raise TimedOut(matter_id)
        raise TimedOut(named.matter_id if named else None, account=True) if accounts.is_over(request) else Http404
    if fresh and at.timestamp() - last > _NOTE_EVERY.total_seconds():
        _keep(request, {**proved, str(matter.pk): at.timestamp()})
    return matter, Citizen(matter_id=matter.pk, account_id=account_id)


def _part_of_proved(seen, matter_id: int, proved: dict, at: datetime) -> Matter | None:
    """A matter that was split from a proved one has the same petitioner and the same query code (T-14)."""
    fresh = {int(key) for key, last in proved.items() if at.timestamp() - last <= IDLE.total_seconds()}
    if not fresh:
        return None
    return seen.visible_to(Citizen(matter_id=matter_id)).filter(pk=matter_id, split_from__in=fresh).first()


# ---- what was typed when the time ran out ------------------------------------------------------------------------------


def keep_typed(request: HttpRequest, matter_id: int) -> None:
    """Keep the texts of a form that came too late; they are shown again once the matter is proved again. Files are not kept."""
    typed = {name: request.POST.getlist(name) for name in request.POST if name not in ("csrfmiddlewaretoken", "once")}
    request.session[_TYPED] = _seal({"matter": matter_id, "path": request.path, "typed": typed})


def waiting_path(request: HttpRequest, matter_id: int | None = None) -> str:
    """The page whose form is waiting, of this matter or of any; or empty."""
    kept = _open(request.session.get(_TYPED, ""))
    return kept["path"] if kept and matter_id in (kept["matter"], None) else ""


def take_typed(request: HttpRequest, matter_id: int) -> dict[str, list[str]]:
    """What was typed on this very page, once; else nothing."""
    if waiting_path(request, matter_id) != request.path:
        return {}
    return _open(request.session.pop(_TYPED))["typed"]


def _proved(request: HttpRequest) -> dict[str, float]:
    return _open(request.session.get(_PROVED, "")) or {}


def _keep(request: HttpRequest, proved: dict[str, float]) -> None:
    newest = sorted(proved.items(), key=lambda row: -row[1])[:AT_MOST]
    request.session[_PROVED] = _seal(dict(newest))


def _seal(value) -> str:
    return crypto.seal(json.dumps(value, ensure_ascii=False), context="session.proved")


def _open(sealed: str):
    try:
        return json.loads(crypto.open_sealed(sealed, context="session.proved")) if sealed else None
    except crypto.SealBroken:
        return None
