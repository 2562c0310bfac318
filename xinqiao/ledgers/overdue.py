"""Whose turn it is, and what is past its day: told once each, read from what is stored (a worker that stood still tells it later)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import localdate

from xinqiao.matters.actors import SYSTEM
from xinqiao.organisations.models import Officer
from xinqiao.rules.ledgers import SIGNERS, ItemAct, ItemState

from . import items, trail
from .models import Item

BATCH = 200


@dataclass(frozen=True)
class Ring:
    """One line behind the bell: for whom, in which words (never what the item says), named so that it comes once."""

    officer: Officer
    text: str
    subject: str


def due(at: datetime) -> Iterator[list[Ring]]:
    """What has to be told now, item by item; each is noted as told in its own transaction, which also takes the caller's messages."""
    late = Q(state=ItemState.OPEN, limit_on__lt=localdate(at)) & (Q(alarmed_for=None) | ~Q(alarmed_for=F("limit_on")))
    waiting = Item.objects.listable().filter(Q(untold=True) | late).order_by("pk").values_list("pk", flat=True)
    for pk in list(waiting[:BATCH]):
        with transaction.atomic():
            yield _one(pk, at)


def _one(item_id: int, at: datetime) -> list[Ring]:
    related = (
        "officer__user",
        "officer__organisation",
        "leader__user",
        "leader__organisation",
        "organisation",
        "office",
    )
    rows = Item.objects.listable().filter(pk=item_id).select_related(*related)
    item = rows.select_for_update(of=("self",), skip_locked=True).first()
    if item is None:
        return []
    rings = []
    if item.untold:
        rings += _turn(item)
        item.untold = False
    if item.state == ItemState.OPEN and item.limit_on < localdate(at) and item.alarmed_for != item.limit_on:
        trail.record(item, ItemAct.ALARM, by=SYSTEM, at=at)
        item.alarmed_for = item.limit_on
        who = {*_named(item), *_keepers(item)}
        rings += [Ring(one, "台账有一项超过了完成期限，请今天处理。", f"{item}:{item.limit_on}") for one in who]
    item.save(update_fields=["untold", "alarmed_for"])
    return [ring for ring in rings if Item.objects.visible_to(ring.officer).filter(pk=item.pk).exists()]


def _turn(item: Item) -> list[Ring]:
    """Who has to act after what was done last."""
    subject = f"{item}:{item.entry_count}"
    if item.state == ItemState.REPORTED:
        first = (one for one in _keepers(item) if not items.is_first_person(item, one))
        return [Ring(one, "台账有一项已报办结，请核对凭证后销号。", subject) for one in first]
    if item.state == ItemState.OPEN:
        words = "台账有一项重新列入，请继续办理。" if item.reopened else "台账有一项由您负责，请看要求和期限。"
        who = _named(item) or _leaders_of_unit(item)
        return [Ring(one, words, subject) for one in who]
    return []


def _named(item: Item) -> list[Officer]:
    return [one for one in (item.officer, item.leader) if one is not None and one.active]


def _leaders_of_unit(item: Item) -> list[Officer]:
    return [one for one in _at(item.organisation_id) if one.role_set & SIGNERS]


def _keepers(item: Item) -> list[Officer]:
    return [one for one in _at(item.office_id) if one.role_set & SIGNERS]


def _at(organisation_id: int) -> list[Officer]:
    rows = Officer.objects.filter(organisation_id=organisation_id, active=True, user__is_active=True)
    return list(rows.select_related("user", "organisation").order_by("pk"))
