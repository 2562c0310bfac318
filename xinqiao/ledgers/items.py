"""What is done with an item of a ledger: added, reported on, reported done, cancelled, sent back, opened again (A-33, A-37, G.4).

    item = items.add(sort=Sort.MEETINGS, source="meeting:7", problem=…, …, by=officer, at=now)

Each act asks the table of `rules/ledgers.py`, changes the item, and leaves one `Entry` that nobody can change. It is chained as well:
an act on an item about a matter becomes an event of that matter (`Step.NOTE_LEDGER`), where the citizen reads it and the matter's chain
holds it; any other becomes an entry of the audit log. Both commit with the act or not at all. Lists, pages and figures start from
`Item.objects.visible_to(officer)`; a hidden item raises Item.DoesNotExist, which a page turns into the 404 of everybody.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.integrity import audit
from xinqiao.matters import steps
from xinqiao.matters.act import Conflict, MatterHidden
from xinqiao.matters.actors import SYSTEM, Actor, Citizen
from xinqiao.matters.intake import StoredFile
from xinqiao.matters.models import Accused, Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import wording
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.ledgers import (
    ACTS,
    LEDGERS,
    LIMITS,
    REASON_AT_LEAST,
    TOLD_TO_CITIZEN,
    ActRow,
    Guarantee,
    ItemAct,
    ItemState,
    Progress,
    Side,
    Sort,
    find_act,
    promise_in,
    reopen_until,
)
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step

from . import evidence as proofs
from .models import Campaign, Entry, Item

LONGEST_DAYS = 3 * 366  # for a limit: what is further off is nobody's task yet (INF)
# How each field is named in the history.
FIELDS = {
    "problem": "问题", "place": "所在地方", "organisation": "责任单位", "officer": "责任人", "leader": "责任领导", "limit_on": "完成期限",
    "measure": "措施",
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
    matter = _listable(matter_id, by) if matter_id is not None else None
    if ledger.needs_matter and matter is None:
        raise _refusal("这一本台账的每一项都是一件信访事项。请从信访件页面或者积案页面列入。", "no_matter")
    item = Item(
        sort=ledger.sort, problem=_words(problem, "问题", "problem"), place=place, organisation=organisation, officer=officer, leader=leader,
        limit_on=limit_on, measure=_words(measure, "措施", "measure"), office=by.organisation, matter=matter, source=source, campaign=campaign,
        details=details or {}, added_by=by, added_at=at,
    )  # fmt: skip
    _require_limit(limit_on, localdate(at))
    _require_people(item)
    if matter is not None and _is_listed(item):
        raise _refusal("这一件已经在这本台账里，责任单位也一样。请在那一项里办理。", "listed_already")
    item.save()
    _record(item, ItemAct.ADD, by=by, at=at, request=request)
    return item


@transaction.atomic
def edit(
    item_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str, request=None, **changes
) -> Item:
    """Change what the item says, with a reason; before and after stand in its history. `changes`: names of FIELDS."""
    item, _row = _begin(ItemAct.EDIT, item_id, by=by, version=version)
    for name in ("problem", "measure"):
        if name in changes:
            changes[name] = _words(changes[name], FIELDS[name], name)
    why = _reason(reason, ItemAct.EDIT)
    if changes.get("limit_on", item.limit_on) != item.limit_on:
        _require_limit(changes["limit_on"], localdate(at))
    differing = _apply(item, changes)
    if not differing:
        raise _refusal("没有更改任何内容。", "nothing_changed")
    _require_people(item)
    item.save()
    _record(item, ItemAct.EDIT, by=by, at=at, text=why, changes=differing, request=request)
    return item


@transaction.atomic
def name_person(
    item_id: int, *, by: Officer, at: datetime, officer: Officer, version: int | None = None, request=None
) -> Item:
    """The unit says who of its people is responsible."""
    item, _row = _begin(ItemAct.NAME_PERSON, item_id, by=by, version=version)
    differing = _apply(item, {"officer": officer})
    if not differing:
        raise _refusal("责任人没有变。", "nothing_changed")
    _require_people(item)
    item.save()
    _record(item, ItemAct.NAME_PERSON, by=by, at=at, changes=differing, request=request)
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
    item, _row = _begin(ItemAct.REPORT_PROGRESS, item_id, by=by, version=version)
    words = _words(text, "进展", "progress")
    if Progress(progress) is Progress.DONE:
        raise _refusal("已经完成的，请用“报告办结”，附上凭证。", "done_elsewhere")
    item.progress = Progress(progress)
    entry = _record(item, ItemAct.REPORT_PROGRESS, by=by, at=at, text=words, progress=item.progress, request=request)
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
    item, row = _begin(ItemAct.REPORT_DONE, item_id, by=by, version=version)
    words = _reason(text, ItemAct.REPORT_DONE)
    _require_sheet(item)
    item.done_by, item.done_at, item.progress = by, at, Progress.DONE
    _move(item, row)
    entry = _record(item, ItemAct.REPORT_DONE, by=by, at=at, text=words, progress=Progress.DONE, request=request)
    proofs.keep(item, entry, by=by, at=at, files=files, letters=letters, records=records)
    _require_evidence(item)
    item.save()
    return item


# ---- checking -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def cancel(item_id: int, *, by: Officer, at: datetime, text: str, version: int | None = None, request=None) -> Item:
    """销号: a second person looked at the evidence and says what they saw (A-33, G.4 "paper closing")."""
    item, row = _begin(ItemAct.CANCEL, item_id, by=by, version=version)
    words = _reason(text, ItemAct.CANCEL)
    _require_evidence(item)
    _require_sheet(item)
    item.cancelled_by, item.cancelled_at = by, at
    _move(item, row)
    _record(item, ItemAct.CANCEL, by=by, at=at, text=words, request=request)
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
    item, row = _begin(ItemAct.SEND_BACK, item_id, by=by, version=version)
    return _open_again(item, row, by=by, at=at, text=text, limit_on=limit_on, request=request)


@transaction.atomic
def reopen(
    item_id: int, *, by: Officer, at: datetime, text: str, limit_on: date, version: int | None = None, request=None
) -> Item:
    """The supervising side finds that a cancelled item is not solved."""
    item, row = _begin(ItemAct.REOPEN, item_id, by=by, version=version)
    item.reopened += 1
    return _open_again(item, row, by=by, at=at, text=text, limit_on=limit_on, request=request)


@transaction.atomic
def dispute(item_id: int, *, by: Citizen, at: datetime, text: str) -> Item:
    """The citizen says within 30 days that it is not solved: the item is open again, and the office is told (G.4)."""
    item = Item.objects.select_for_update(of=("self",)).get(pk=item_id, matter__in=Matter.objects.visible_to(by))
    row = find_act(ItemAct.DISPUTE, ItemState(item.state), by.role_set, frozenset({Side.CITIZEN}))
    last = reopen_until(localdate(item.cancelled_at))
    if localdate(at) > last:
        raise _refusal(
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


def _begin(act: ItemAct, item_id: int, *, by: Officer, version: int | None) -> tuple[Item, ActRow]:
    """Lock the item, check that the page was not stale, find the row that allows the act. Raises Item.DoesNotExist, StepRefused."""
    Item.objects.visible_to(by).values_list("pk").get(pk=item_id)
    related = ("organisation", "officer__user", "leader__user", "done_by", "office", "matter")
    item = Item.objects.select_for_update(of=("self",)).select_related(*related).get(pk=item_id)
    if version is not None and version != item.version:
        raise Conflict("这一项刚刚有了变化。您写的内容没有丢，请看清现在的情况后再提交。", code="conflict")
    row = find_act(act, ItemState(item.state), by.role_set, sides_of(item, by))
    if row.second and is_first_person(item, by):
        raise _refusal(
            f"“{act.label}”要由另一个人办理：您是责任人，或者办结是您报告的。请本单位其他有这个岗位的人核对。",
            "second_person",
        )
    return item, row


# ---- what has to be there -----------------------------------------------------------------------------------------------


def _listable(matter_id: int, by: Officer) -> Matter:
    """The matter, if `by` may open it and it may stand in a ledger (C-01). Raises MatterHidden, StepRefused."""
    matter = Matter.objects.visible_to(by).filter(pk=matter_id).first()
    if matter is None:
        raise MatterHidden
    if matter.sealed or Accused.objects.filter(matter=matter).exists():
        raise _refusal("这一件按规定不列入台账。", "not_listed")
    return matter


def _is_listed(item: Item) -> bool:
    return Item.objects.open().filter(sort=item.sort, matter=item.matter, organisation=item.organisation).exists()


def _require_limit(limit_on: date, today: date) -> None:
    if not today <= limit_on <= today + timedelta(days=LONGEST_DAYS):
        raise _refusal("完成期限请填今天或者以后的一天，最远三年。", "limit")


def _require_people(item: Item) -> None:
    """Nobody is nobody (A-30): a person of the responsible organ, a leader where the ledger asks for one, both at work."""
    ledger = LEDGERS[Sort(item.sort)]
    if item.officer is None and ledger.needs_person:
        raise _refusal("请选择责任人。没有责任人的事不能列入台账。", "no_person")
    if item.leader is None and ledger.needs_leader:
        raise _refusal("请选择责任领导。领导包案不能没有领导。", "no_leader")
    if item.officer is not None and (item.officer.organisation_id != item.organisation_id or not item.officer.active):
        raise _refusal("责任人应是责任单位在岗的人。请重新选择。", "not_their_person")
    if item.leader is not None and not item.leader.active:
        raise _refusal("责任领导已经不在这个岗位。请重新选择。", "leader_gone")
    if item.leader is not None and item.leader_id == item.officer_id and ledger.needs_leader:
        raise _refusal("责任领导和责任人应是两个人。请重新选择。", "same_person")


def _require_evidence(item: Item) -> None:
    if not item.evidence.exists():
        raise _refusal(
            "请附上办结的凭证：文件、文书或者办理记录，至少一样。没有凭证不能报告办结，也不能销号。", "no_evidence"
        )


def _require_sheet(item: Item) -> None:
    """A case in charge of a leader ends when the facts are clear, the measure is done and each guarantee says what was done (A-37)."""
    if item.sort != Sort.LEADERS:
        return
    sheet = item.details
    missing = [one.label for one in Guarantee if len(wording.readable(sheet.get(one, ""))) < REASON_AT_LEAST]
    if missing:
        raise _refusal(f"请先填好包案责任表：{'、'.join(missing)}。", "sheet_missing")
    if not (sheet.get("facts_clear") and sheet.get("measure_done")):
        raise _refusal("事实没有查清、措施没有落实的，不能办结。请在包案责任表里确认。", "gate")


def _words(text: str, field: str, limit: str) -> str:
    try:
        cleaned = wording.clean(text or "", limit=LIMITS[limit], field=field)
    except ValueError as error:
        raise _refusal(str(error), limit) from error
    if not cleaned:
        raise _refusal(f"请填写{field}。", limit)
    if word := promise_in(cleaned):
        raise _refusal(
            f"{field}里不能写“{word}”：不得要求信访人承诺不再信访，也不以此作为办结。请写做了什么、解决了什么。", limit
        )
    return cleaned


def _reason(text: str, act: ItemAct) -> str:
    words = _words(text, "情况说明", "progress")
    if len(wording.readable(words)) < REASON_AT_LEAST:
        raise _refusal(f"请把“{act.label}”的情况写具体（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    return words


def _refusal(message: str, code: str) -> StepRefused:
    return StepRefused(message, code=code)


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
    words = _reason(text, row.act)
    if limit_on is not None:
        _require_limit(limit_on, localdate(at))
        item.limit_on = limit_on
    item.progress = Progress.UNDER_WAY
    item.done_by = item.done_at = item.cancelled_by = item.cancelled_at = None
    _move(item, row)
    _record(item, row.act, by=by, at=at, text=words, progress=item.progress, request=request)
    item.save()
    return item


def _record(
    item: Item,
    act: ItemAct,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    progress: str = "",
    changes: dict | None = None,
    request=None,
) -> Entry:
    """The line of the history, and its place in a chain: of the matter, or of the audit log."""
    item.entry_count, item.version = item.entry_count + 1, item.version + 1
    officer = by if isinstance(by, Officer) else None
    entry = Entry.objects.create(
        item=item, matter_id=item.matter_id, seq=item.entry_count, act=act, at=at, by=officer,
        organisation=officer.organisation if officer else None, text=text, progress=progress, changes=changes or {},
    )  # fmt: skip
    Item.objects.filter(pk=item.pk).update(entry_count=item.entry_count, version=item.version)
    if item.matter_id is not None:
        _note_in_matter(item, entry, by=by, at=at)
    elif officer is not None:
        audit.note(
            AuditKind.LEDGER, officer=officer, subject=str(item), reason=text[:200], request=request,
            detail={"act": act.value, "entry": entry.seq, "sort": item.sort, "state": item.state, "changed": sorted(changes or {})},
        )  # fmt: skip
    return entry


def _note_in_matter(item: Item, entry: Entry, *, by: Actor, at: datetime) -> None:
    """The citizen reads that it is on a list and until when, that it was checked, and the own words; the rest is between organs."""
    act, facts = ItemAct(entry.act), {"entry": entry.seq, "sort": item.sort, "state": item.state}
    facts |= {"office": item.office.key, "unit": item.organisation.key}
    if isinstance(by, Officer):
        facts |= {"officer": by.pk, "officer_name": by.user.name, "organ_name": by.organisation.name}
    if act in (ItemAct.ADD, ItemAct.REOPEN):
        facts |= {"to_name": item.organisation.name, "due_on": item.limit_on.isoformat()}
    shown = act in TOLD_TO_CITIZEN
    words = entry.text if act in (ItemAct.CANCEL, ItemAct.DISPUTE) else ""
    steps.FUNCTIONS[Step.NOTE_LEDGER](
        item.matter_id, by=by if isinstance(by, Citizen) else SYSTEM, at=at, item=item.pk, doing=act.value, text=words, shown=shown, facts=facts,
    )  # fmt: skip
