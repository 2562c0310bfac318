"""What is done with an item of a ledger: added, reported on, reported done, cancelled, sent back, opened again (A-33, A-37, G.4).

    item = items.add(sort=Sort.MEETINGS, source="meeting:7", problem=…, …, by=officer, at=now)

Each act asks the table of `rules/ledgers.py`, changes the item, and leaves its line in a chain (`trail`), all in one transaction. Lists,
pages and figures start from
`Item.objects.visible_to(officer)`; a hidden item raises Item.DoesNotExist, which a page turns into the 404 of everybody.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.matters.act import Conflict
from xinqiao.matters.actors import Actor, Citizen
from xinqiao.matters.intake import StoredFile
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.ledgers import (
    ACTS,
    LEDGERS,
    ActRow,
    Gate,
    Guarantee,
    ItemAct,
    ItemState,
    Progress,
    Side,
    Sort,
    find_act,
    reopen_until,
)
from xinqiao.rules.permissions import Action, Reach, allowed

from . import evidence as proofs
from . import trail, wanted
from .models import Campaign, Item

# How each field is named in the history.
FIELDS = {
    "problem": "问题", "place": "所在地方", "organisation": "责任单位", "officer": "责任人", "leader": "责任领导", "limit_on": "完成期限",
    "measure": "措施", "visits": "回访", **{one.value: one.label for one in (*Guarantee, *Gate)},
}  # fmt: skip


# ---- adding and changing ------------------------------------------------------------------------------------------------


@transaction.atomic
def add(
    *,
    sort: str,
    problem: str,
    place: Organisation,
    organisation: Organisation,
    limit_on: date,
    measure: str,
    by: Officer,
    at: datetime,
    officer: Officer | None = None,
    leader: Officer | None = None,
    matter_id: int | None = None,
    source: str = "",
    campaign: Campaign | None = None,
    details: dict | None = None,
    request=None,
) -> Item:
    """Put one line into a ledger that the organisation of `by` keeps.

    Raises StepRefused with what to do instead; MatterHidden where `by` may not open the matter.
    """
    ledger = LEDGERS[Sort(sort)]
    find_act(ItemAct.ADD, None, by.role_set, frozenset({Side.KEEPER}))
    matter = wanted.listable_matter(matter_id, by) if matter_id is not None else None
    if ledger.needs_matter and matter is None:
        raise wanted.refusal("这一本台账的每一项都是一件信访事项。请从信访件页面或者积案页面列入。", "no_matter")
    item = Item(
        sort=ledger.sort, problem=wanted.words(problem, "问题", "problem"), place=place, organisation=organisation, officer=officer, leader=leader,
        limit_on=limit_on, measure=wanted.words(measure, "措施", "measure"), office=by.organisation, matter=matter, source=source, campaign=campaign,
        details=details or {}, added_by=by, added_at=at,
    )  # fmt: skip
    wanted.require_limit(limit_on, localdate(at))
    wanted.require_people(item)
    if matter is not None and wanted.is_listed(item):
        raise wanted.refusal("这一件已经在这本台账里，责任单位也一样。请在那一项里办理。", "listed_already")
    item.save()
    trail.record(item, ItemAct.ADD, by=by, at=at, request=request)
    return item


@transaction.atomic
def edit(
    item_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str, request=None, **changes
) -> Item:
    """Change what the item says, with a reason; before and after stand in its history. `changes`: names of FIELDS."""
    item, _row = begin(ItemAct.EDIT, item_id, by=by, version=version)
    for name in ("problem", "measure"):
        if name in changes:
            changes[name] = wanted.words(changes[name], FIELDS[name], name)
    why = wanted.reason(reason, ItemAct.EDIT)
    if changes.get("limit_on", item.limit_on) != item.limit_on:
        wanted.require_limit(changes["limit_on"], localdate(at))
    differing = _apply(item, changes)
    if not differing:
        raise wanted.refusal("没有更改任何内容。", "nothing_changed")
    wanted.require_people(item)
    item.save()
    trail.record(item, ItemAct.EDIT, by=by, at=at, text=why, changes=differing, request=request)
    return item


@transaction.atomic
def name_person(
    item_id: int, *, by: Officer, at: datetime, officer: Officer, version: int | None = None, request=None
) -> Item:
    """The unit says who of its people is responsible."""
    item, _row = begin(ItemAct.NAME_PERSON, item_id, by=by, version=version)
    differing = _apply(item, {"officer": officer})
    if not differing:
        raise wanted.refusal("责任人没有变。", "nothing_changed")
    wanted.require_people(item)
    item.save()
    trail.record(item, ItemAct.NAME_PERSON, by=by, at=at, changes=differing, request=request)
    return item


# ---- reporting ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def report_progress(
    item_id: int,
    *,
    by: Officer,
    at: datetime,
    text: str,
    progress: str,
    version: int | None = None,
    files: Sequence[StoredFile] = (),
    letters: Sequence[int] = (),
    records: Sequence[int] = (),
    request=None,
) -> Item:
    """How far the measure is, in words; evidence may come with it."""
    item, _row = begin(ItemAct.REPORT_PROGRESS, item_id, by=by, version=version)
    said = wanted.words(text, "进展", "progress")
    if Progress(progress) is Progress.DONE:
        raise wanted.refusal("已经完成的，请用“报告办结”，附上凭证。", "done_elsewhere")
    item.progress = Progress(progress)
    entry = trail.record(
        item, ItemAct.REPORT_PROGRESS, by=by, at=at, text=said, progress=item.progress, request=request
    )
    proofs.keep(item, entry, by=by, at=at, files=files, letters=letters, records=records)
    item.save()
    return item


@transaction.atomic
def report_done(
    item_id: int,
    *,
    by: Officer,
    at: datetime,
    text: str,
    version: int | None = None,
    files: Sequence[StoredFile] = (),
    letters: Sequence[int] = (),
    records: Sequence[int] = (),
    request=None,
) -> Item:
    """The responsible side says that it is done, and shows it: at least one piece of evidence (A-33)."""
    item, row = begin(ItemAct.REPORT_DONE, item_id, by=by, version=version)
    said = wanted.reason(text, ItemAct.REPORT_DONE)
    wanted.require_sheet(item)
    item.done_by, item.done_at, item.progress = by, at, Progress.DONE
    _move(item, row)
    entry = trail.record(item, ItemAct.REPORT_DONE, by=by, at=at, text=said, progress=Progress.DONE, request=request)
    proofs.keep(item, entry, by=by, at=at, files=files, letters=letters, records=records)
    wanted.require_evidence(item)
    item.save()
    return item


# ---- checking -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def cancel(item_id: int, *, by: Officer, at: datetime, text: str, version: int | None = None, request=None) -> Item:
    """销号: a second person looked at the evidence and says what they saw (A-33, G.4 "paper closing")."""
    item, row = begin(ItemAct.CANCEL, item_id, by=by, version=version)
    said = wanted.reason(text, ItemAct.CANCEL)
    wanted.require_evidence(item)
    wanted.require_sheet(item)
    item.cancelled_by, item.cancelled_at = by, at
    _move(item, row)
    trail.record(item, ItemAct.CANCEL, by=by, at=at, text=said, request=request)
    item.save()
    return item


@transaction.atomic
def send_back(
    item_id: int,
    *,
    by: Officer,
    at: datetime,
    text: str,
    limit_on: date | None = None,
    version: int | None = None,
    request=None,
) -> Item:
    """It is not done yet: what is missing, and perhaps a new limit."""
    item, row = begin(ItemAct.SEND_BACK, item_id, by=by, version=version)
    return _open_again(item, row, by=by, at=at, text=text, limit_on=limit_on, request=request)


@transaction.atomic
def reopen(
    item_id: int, *, by: Officer, at: datetime, text: str, limit_on: date, version: int | None = None, request=None
) -> Item:
    """The supervising side finds that a cancelled item is not solved."""
    item, row = begin(ItemAct.REOPEN, item_id, by=by, version=version)
    item.reopened += 1
    return _open_again(item, row, by=by, at=at, text=text, limit_on=limit_on, request=request)


@transaction.atomic
def dispute(item_id: int, *, by: Citizen, at: datetime, text: str) -> Item:
    """The citizen says within 30 days that it is not solved: the item is open again, and the office is told (G.4)."""
    item = Item.objects.select_for_update(of=("self",)).get(pk=item_id, matter__in=Matter.objects.visible_to(by))
    row = find_act(ItemAct.DISPUTE, ItemState(item.state), by.role_set, frozenset({Side.CITIZEN}))
    last = reopen_until(localdate(item.cancelled_at))
    if localdate(at) > last:
        raise wanted.refusal(
            f"销号后30天内可以提出，{last.year}年{last.month}月{last.day}日已过。还没有解决的，请用“问问进度”或者“要求督办”。",
            "window_over",
        )
    item.reopened += 1
    return _open_again(item, row, by=by, at=at, text=text, limit_on=None)


# ---- who may ------------------------------------------------------------------------------------------------------------


def sides_of(item: Item, by: Officer) -> frozenset[Side]:
    """On which sides of an item this post stands. The keeper's is also whoever supervises the responsible organ from above."""
    sides = set()
    if by.pk in (item.officer_id, item.leader_id) or by.organisation_id == item.organisation_id:
        sides.add(Side.RESPONSIBLE)
    if by.organisation_id == item.office_id or _oversees(item, by):
        sides.add(Side.KEEPER)
    return frozenset(sides)


def may(item: Item, by: Officer) -> set[ItemAct]:
    """What this post may do with the item now: what the page offers. The act asks again."""
    state, sides = ItemState(item.state), sides_of(item, by)
    rows = [row for row in ACTS.values() if state in row.origins and row.roles & by.role_set and row.sides & sides]
    return {row.act for row in rows if not (row.second and is_first_person(item, by))}


def is_first_person(item: Item, by: Officer) -> bool:
    """Whether this very person, in whatever post, reported it done or is responsible for it."""
    first = [post for post in (item.done_by, item.officer) if post is not None]
    return any(post.user_id == by.user_id for post in first)


def _oversees(item: Item, by: Officer) -> bool:
    cell = allowed(by.role_set, "ledger", Action.APPROVE)
    if cell is None or cell.reach is not Reach.TERRITORY or item.organisation_id == by.organisation_id:
        return False
    first, last = by.scope
    return first <= item.organisation.lft <= last


def begin(act: ItemAct, item_id: int, *, by: Officer, version: int | None) -> tuple[Item, ActRow]:
    """Lock the item, check that the page was not stale, find the row that allows the act: how every act here begins.

    Raises Item.DoesNotExist, StepRefused.
    """
    Item.objects.visible_to(by).values_list("pk").get(pk=item_id)
    related = ("organisation", "officer__user", "leader__user", "done_by", "office", "matter")
    item = Item.objects.select_for_update(of=("self",)).select_related(*related).get(pk=item_id)
    if version is not None and version != item.version:
        raise Conflict("这一项刚刚有了变化。您写的内容没有丢，请看清现在的情况后再提交。", code="conflict")
    row = find_act(act, ItemState(item.state), by.role_set, sides_of(item, by))
    if row.second and is_first_person(item, by):
        raise wanted.refusal(
            f"“{act.label}”要由另一个人办理：您是责任人，或者办结是您报告的。请本单位其他有这个岗位的人核对。",
            "second_person",
        )
    return item, row


# ---- changing and recording ---------------------------------------------------------------------------------------------


def _apply(item: Item, changes: dict) -> dict[str, list[str]]:
    """Set the fields; returns before and after in words, of those that differ."""
    differing = {}
    for name, value in changes.items():
        before = getattr(item, name)
        if before != value:
            differing[name] = [in_words(before), in_words(value)]
            setattr(item, name, value)
    return differing


def in_words(value) -> str:
    """A value of a field as the history says it."""
    if value is None:
        return "没有"
    if isinstance(value, Officer):
        return value.user.name
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


def _move(item: Item, row: ActRow) -> None:
    if row.to is not None:
        item.state = row.to


def _open_again(
    item: Item, row: ActRow, *, by: Actor, at: datetime, text: str, limit_on: date | None, request=None
) -> Item:
    said = wanted.reason(text, row.act)
    if limit_on is not None:
        wanted.require_limit(limit_on, localdate(at))
        item.limit_on = limit_on
    item.progress = Progress.UNDER_WAY
    item.done_by = item.done_at = item.cancelled_by = item.cancelled_at = None
    _move(item, row)
    trail.record(item, row.act, by=by, at=at, text=said, progress=item.progress, request=request)
    item.save()
    return item
