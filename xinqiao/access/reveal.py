"""Showing a masked identity in full: the entry in the audit log first, the data afterwards (B.3, C-11, C-12).

    seen = reveal.look(request, matter, at=…)      what the page of this officer shows now; writes the record when it shows more
    reveal.open_for(request, matter, purpose=…, reason=…, at=…)   from now on, ten minutes, in this session, this post, this matter

Nothing is kept in an address or a cache; the session holds a purpose, a reason and an hour, never an identity.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from xinqiao import crypto
from xinqiao.integrity import audit
from xinqiao.matters import identities
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.people.models import Identity, Petitioner
from xinqiao.rules import reveal as rules
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.confidentiality import Access
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Coded

from .models import RequestState, RevealRequest

_SESSION, _CONTEXT = "revealed", "session.revealed"
AT_MOST = 20  # matters in one session


class Level(Coded):
    """What this officer may come to see of the identity in this matter."""

    NONE = "none", "不显示", "B.3"
    MASKED = "masked", "脱敏显示", "C-12"
    ALONE = "alone", "说明用途后查看", "C-11"
    TOGETHER = "together", "说明用途并经第二人同意后查看", "C-11"


@dataclass(frozen=True)
class Opening:
    """Why the identity stands open now, and until when."""

    purpose: str
    reason: str
    until: datetime
    request_id: int | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return rules.PURPOSES[self.purpose].fields

    @property
    def label(self) -> str:
        return rules.PURPOSES[self.purpose].label


@dataclass
class Seen:
    """The petitioners as this page shows them, and what may be done about it."""

    level: Level
    people: list[Identity]
    opening: Opening | None
    again: Opening | None  # the last purpose, for the button that opens once more
    _all: list[Identity]
    rows: list[Petitioner]  # as they are stored, for comparing by index
    secret: bool = False  # secrecy was asked for and nobody opened it: not even masked

    def text(self, text: str) -> str:
        """A text of the matter as this page shows it."""
        may_know = self.level in (Level.ALONE, Level.TOGETHER)
        opened = self.opening.fields if self.opening else ()
        none = self.level is Level.NONE
        return identities.without_identity(
            text, self._all, but=opened, strict=not may_know or self.secret, wholly=none or self.secret
        )

    @property
    def may_ask(self) -> bool:
        return self.level in (Level.ALONE, Level.TOGETHER) and bool(self._all)


def level(matter: Matter, officer: Officer) -> Level:
    """By the table alone; a person without contact has nothing to show."""
    match identities.access(matter, officer):
        case Access.NONE:
            return Level.NONE
        case Access.MASKED:
            return Level.MASKED
    if not allowed(officer.role_set, "reveal", Action.WRITE):
        return Level.MASKED
    return Level.TOGETHER if identities.protected(matter) else Level.ALONE


def look(request, matter: Matter, *, at: datetime, display: bool = True) -> Seen:
    """What the page shows of the identity. Whatever is shown in full was noted before; raises audit.AuditUnavailable.

    `display` False: only whether it is open, for pages that show nobody's identity.
    """
    officer, reach = request.officer, level(matter, request.officer)
    last = _last(request, matter)
    opening = last if last and at <= last.until and _still_allowed(matter, officer, reach, last, at) else None
    if opening and display:
        note(request, matter, opening)
    rows = list(matter.petitioners)
    people = [one.identity() for one in rows]
    seen = identities.access(matter, officer)
    shown = identities.shown(people, matter, seen, fields=opening.fields if opening else ())
    again = last if reach in (Level.ALONE, Level.TOGETHER) and not opening else None
    return Seen(
        reach, shown, opening, again, people, rows, secret=identities.asked_for_secrecy(matter) and opening is None
    )


def masked(matter: Matter, officer: Officer) -> Seen:
    """What a page shows that never shows more than masked data."""
    rows = list(matter.petitioners)
    people = [one.identity() for one in rows]
    shown = identities.shown(people, matter, identities.access(matter, officer))
    return Seen(level(matter, officer), shown, None, None, people, rows, secret=identities.asked_for_secrecy(matter))


def opening_of(request, matter: Matter, *, at: datetime) -> Opening | None:
    """Whether the identity stands open for this officer, without showing it."""
    last, officer = _last(request, matter), request.officer
    allowed_now = last and at <= last.until and _still_allowed(matter, officer, level(matter, officer), last, at)
    return last if allowed_now else None


def note(
    request, matter: Matter, opening: Opening, *, kind: AuditKind = AuditKind.READ_IDENTITY, subject: str = ""
) -> None:
    """Write down that this officer is about to be shown these fields, and what for."""
    audit.note(
        kind, officer=request.officer, matter_id=matter.pk, request=request, fields=",".join(opening.fields), reason=opening.reason,
        subject=subject or (f"reveal:{opening.request_id}" if opening.request_id else ""), detail={"purpose": opening.purpose},
    )  # fmt: skip


def open_for(request, matter: Matter, *, purpose: str, reason: str, at: datetime) -> bool:
    """Open the identity for this officer, post, session and matter. False when the level does not allow it (now).

    The caller has checked the reason and that the password was given again.
    """
    reach, granted = level(matter, request.officer), None
    if reach is Level.TOGETHER:
        granted = granted_request(matter, request.officer, at)
    if reach not in (Level.ALONE, Level.TOGETHER) or (reach is Level.TOGETHER and granted is None):
        return False
    until = at + timedelta(minutes=rules.OPEN_MINUTES)
    if granted:
        purpose, reason, until = granted.purpose, granted.reason, min(until, granted.open_until)
    _keep(request, matter, Opening(purpose, reason, until, granted.pk if granted else None))
    return True


def close(request, matter: Matter, *, at: datetime) -> None:
    """Mask it again before the ten minutes are over; what it was for stays, to open it once more."""
    openings = _openings(request)
    if kept := openings.get(_key(request, matter)):
        kept["until"] = (at - timedelta(seconds=1)).isoformat()
        request.session[_SESSION] = crypto.seal(json.dumps(openings, ensure_ascii=False), context=_CONTEXT)


def granted_request(matter: Matter, officer: Officer, at: datetime) -> RevealRequest | None:
    """The consent of a second person that holds now."""
    rows = RevealRequest.objects.filter(matter_id=matter.pk, officer=officer, state=RequestState.GRANTED)
    return rows.filter(open_until__gte=at).order_by("-open_until").first()


def _still_allowed(matter: Matter, officer: Officer, reach: Level, last: Opening, at: datetime) -> bool:
    """Rights may have changed since the button was pressed: secrecy asked for meanwhile, another second person needed."""
    if reach is Level.TOGETHER:
        return last.request_id is not None and granted_request(matter, officer, at) is not None
    return reach is Level.ALONE


def _key(request, matter: Matter) -> str:
    return f"{request.officer.pk}:{matter.pk}"


def _openings(request) -> dict[str, dict]:
    sealed = request.session.get(_SESSION, "")
    try:
        return json.loads(crypto.open_sealed(sealed, context=_CONTEXT)) if sealed else {}
    except (crypto.SealBroken, ValueError):
        return {}


def _last(request, matter: Matter) -> Opening | None:
    kept = _openings(request).get(_key(request, matter))
    if kept is None or kept["purpose"] not in rules.PURPOSES:
        return None
    return Opening(kept["purpose"], kept["reason"], datetime.fromisoformat(kept["until"]), kept["request"])


def _keep(request, matter: Matter, opening: Opening) -> None:
    kept = {
        "purpose": opening.purpose,
        "reason": opening.reason,
        "until": opening.until.isoformat(),
        "request": opening.request_id,
    }
    openings = {**_openings(request), _key(request, matter): kept}
    newest = dict(sorted(openings.items(), key=lambda row: row[1]["until"])[-AT_MOST:])
    request.session[_SESSION] = crypto.seal(json.dumps(newest, ensure_ascii=False), context=_CONTEXT)
