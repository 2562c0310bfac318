"""包案责任表 四定四包: what is fixed, what is guaranteed, and the visits afterwards (A-37, LR-5, F-35).

Fixed are task, leader, handler and day: the fields of the item itself. The guarantees are words about what was done; none of them is a
promise of the petitioner, and none is measured by whether somebody petitions again (G.4).
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.organisations.models import Officer
from xinqiao.rules.ledgers import Gate, Guarantee, ItemAct, Sort

from . import items, trail, wanted
from .models import Item


@transaction.atomic
def fill(
    item_id: int,
    *,
    by: Officer,
    at: datetime,
    guarantees: dict[str, str],
    gates: set[str],
    visit_on: date | None = None,
    visit_text: str = "",
    version: int | None = None,
    request=None,
) -> Item:
    """Write down what was done for each guarantee, which gate is passed, and one more visit. Earlier words stay in the history.

    Raises StepRefused; Item.DoesNotExist where it is hidden.
    """
    item, _row = items.begin(ItemAct.FILL_SHEET, item_id, by=by, version=version)
    if item.sort != Sort.LEADERS:
        raise wanted.refusal("只有领导包案的事项有包案责任表。", "no_sheet")
    before, said = dict(item.details), dict(item.details)
    for one in Guarantee:
        text = guarantees.get(one, "")
        said[one.value] = wanted.words(text, one.label, "progress") if text.strip() else ""
    said |= {gate.value: gate in gates for gate in Gate}
    if visit_text.strip() or visit_on:
        said["visits"] = [*before.get("visits", ()), _visit(visit_on, visit_text, by=by, today=localdate(at))]
    changes = {
        name: [_say(before.get(name, _empty(value))), _say(value)]
        for name, value in said.items()
        if value != before.get(name, _empty(value))
    }
    if not changes:
        raise wanted.refusal("没有更改任何内容。", "nothing_changed")
    item.details = said
    trail.record(item, ItemAct.FILL_SHEET, by=by, at=at, changes=changes, request=request)
    item.save()
    return item


def _visit(on: date | None, text: str, *, by: Officer, today: date) -> dict:
    if on is None or on > today:
        raise wanted.refusal("请填写回访是哪一天，不能是以后的日子。", "visit_on")
    return {
        "on": on.isoformat(),
        "text": wanted.words(text, "回访记录", "progress"),
        "by": by.user.name,
        "organ": by.organisation.name,
    }


def _empty(value):
    return False if isinstance(value, bool) else [] if isinstance(value, list) else ""


def _say(value) -> str:
    """A part of the sheet as the history says it; of the visits the last one."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return f"{value[-1]['on']} {value[-1]['text']}" if value else "没有"
    return value or "没有"
