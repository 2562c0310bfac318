"""系统建议 while an officer types at a registration window: what the machine reads in the words so far, and earlier matters that may be the same.

Asked by a script after a pause, by POST, so that no word stands in an address or a log. The answer is a piece of the page. Nothing is
kept: PostgreSQL itself refuses to write while it is made. Class, kind and urgency are decided later and are there to be read; place,
address and requests have a button that fills one field (PIPL 24, secure-checklist 47). Without the script the window works the same.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao import analysis
from xinqiao.analysis import classifying, places, same
from xinqiao.analysis.text import demands, signals
from xinqiao.analysis.text.proposal import Candidate, Reading
from xinqiao.organisations.models import Officer
from xinqiao.people import limits
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.proposals import READ_AT_MOST, SHOWN_AT_MOST, WORDS_AT_MOST, Sort
from xinqiao.rules.rate_limits import WINDOW_PROPOSALS
from xinqiao.rules.stages import Kind

from .. import channels
from .. import places as typed_places
from ..door import officer_required
from .panel import label_words, sure_words
from .same_words import why

CHARACTERS_AT_LEAST = 12  # of the text: fewer say nothing yet
LINE_AT_MOST = 200  # of the title and the address
EACH_AT_MOST = 3
DECIDED_LATER = frozenset({Sort.KIND, Sort.URGENCY, Sort.CLASS})


@dataclass(frozen=True)
class Choice:
    """One value. `value` goes into the field when somebody presses; "" where there is nothing to fill in."""

    label: str
    sure: str = ""
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    value: str = ""


@dataclass(frozen=True)
class Group:
    """The values of one sort. `field`: the form's field they may be put into; `adds`: as a line more, not in the place of what stands there."""

    key: str
    label: str
    choices: tuple[Choice, ...]
    field: str = ""
    adds: bool = False
    hint: str = ""


@officer_required
@require_POST
def proposals_page(request: HttpRequest, channel: str) -> HttpResponse:
    """A piece of the window's page. Hidden from whoever may not register, and when analysis is off."""
    if not analysis.is_on() or channel not in channels.WINDOWS or not channels.may_register(request.officer):
        raise Http404
    at = timezone.now()
    if limits.wait(f"window-proposals:{request.officer.user_id}", WINDOW_PROPOSALS, at=at):
        return HttpResponse(status=429)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        context = _read(request, at)
        return render(request, "workbench/analysis/at_window.html", context)


def _read(request: HttpRequest, at: datetime) -> dict:
    """What is said so far, and what the machine makes of it."""
    said = {name: _sent(request, name, LINE_AT_MOST) for name in ("title", "place", "place_detail")}
    content = _sent(request, "content", READ_AT_MOST)
    requests = [line.strip() for line in _sent(request, "requests", READ_AT_MOST).splitlines() if line.strip()]
    if len(content.strip()) < CHARACTERS_AT_LEAST:
        return {}
    reading = Reading(said["title"], content, None, tuple(requests))
    kinds = signals.propose_kind(reading)
    accuses = any(one.value == Kind.REPORT for one in kinds[: SHOWN_AT_MOST[Sort.KIND]])
    groups = _groups(reading, kinds, request.officer, said)
    compares = not accuses and allowed(request.officer.role_set, "same_matter", Action.READ)
    earlier = _earlier(said["title"], content, request.officer, at) if compares else []
    return {
        "groups": [one for one in groups if one.choices],
        "note": "" if classifying.active() else _("分类模型还没有训练，内容分类只按关键词提出。"),
        "accuses": accuses,
        "earlier": earlier,
        "summary": _summary(len(earlier)),
    }


def _summary(earlier: int) -> str:
    """What stands right below the text, where the officer looks."""
    said = _("系统读了您写的内容，建议在下面。")
    return said + _("可能是同一事项的有%(n)s件。") % {"n": earlier} if earlier else said


def _sent(request: HttpRequest, name: str, most: int) -> str:
    return request.POST.get(name, "").replace("\x00", "")[:most]


def _groups(reading: Reading, kinds: list[Candidate], officer: Officer, said: dict) -> list[Group]:
    office = officer.organisation
    found = {
        Sort.KIND: kinds,
        Sort.URGENCY: signals.propose_urgency(reading),
        Sort.CLASS: classifying.propose_class(reading),
        Sort.PLACE: places.propose_places(reading, office, place_detail=said["place_detail"]),
        Sort.REQUESTS: demands.propose_demands(reading),
    }
    address = _address(places.propose_place_detail(reading, office), said["place_detail"])
    return [
        *(_later(sort, found[sort]) for sort in Sort if sort in DECIDED_LATER),
        Group("place", Sort.PLACE.label, _places(found[Sort.PLACE]), "place"),
        Group("place_detail", _("详细地址"), address, "place_detail"),
        Group("requests", Sort.REQUESTS.label, _lines(found[Sort.REQUESTS]), "requests", adds=True),
    ]


def _later(sort: Sort, found: list[Candidate]) -> Group:
    """To be read only: decided when the matter is looked at (甄别)."""
    hint = _("先拨打110、119、120，再登记。") if sort is Sort.URGENCY else ""
    choices = tuple(_choice(one, sort) for one in found[: SHOWN_AT_MOST.get(sort, EACH_AT_MOST)] if one.why)
    return Group(sort.value, sort.label, choices, hint=hint)


def _choice(one: Candidate, sort: Sort, value: str = "") -> Choice:
    heaviest = sorted((reason for reason in one.why if reason.words), key=lambda reason: -reason.weight)
    words = tuple(dict.fromkeys(reason.words for reason in heaviest))[:WORDS_AT_MOST]
    notes = tuple(dict.fromkeys(reason.note for reason in one.why if reason.note))
    return Choice(label_words(one, sort), sure_words(one), words, notes, value)


def _places(found: list[Candidate]) -> tuple[Choice, ...]:
    few = [one for one in found[: SHOWN_AT_MOST[Sort.PLACE]] if one.why]
    return tuple(_choice(one, Sort.PLACE, typed_places.path_of(int(one.value))) for one in few)


def _address(found: list[Candidate], typed: str) -> tuple[Choice, ...]:
    return tuple(Choice(one.label, value=one.value) for one in found if one.value != typed.strip())


def _lines(found: list[Candidate]) -> tuple[Choice, ...]:
    """Each line is its own ground; those that stand in the form already are not among them."""
    return tuple(Choice(one.value, value=one.value) for one in found)


def _earlier(title: str, content: str, officer: Officer, at: datetime) -> list[tuple]:
    """Each with why, as beside a case; who wants to read it opens it, and that is on record (LG-6)."""
    found = same.earlier_than_typed(title, content, officer, at=at)
    return [(one.matter, why(one), one.words) for one in found]
