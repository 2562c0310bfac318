"""What an analyst makes of an issue: confirm, name, add, take out, split, merge, dismiss, close, write the sheet, send (H.3).

Each act locks the issue, says who may and when, and is a line of its history. Raises StepRefused with what to do instead, and
HotIssue.DoesNotExist where it is hidden. None of it touches a matter.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao import crypto
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.people.models import Petitioner
from xinqiao.rules import numbering
from xinqiao.rules.hot import (
    MEMBERS_AT_MOST,
    OPEN,
    POSSIBLE,
    SHEET,
    WORDS_AT_LEAST,
    Act,
    IssueState,
    Target,
    sheet_faults,
)
from xinqiao.rules.information import check_text
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.wording import readable

from ..models import HotAct, HotIssue, HotMember
from . import trail
from .candidates import countable
from .grouping import settle

NAME_AT_MOST = 60


def may_work(officer: Officer) -> bool:
    """Whether this post decides on issues: its letter W reaches over the territory."""
    cell = allowed(officer.role_set, "hot_issue", Action.WRITE)
    return cell is not None and cell.reach is Reach.TERRITORY


def may_give(officer: Officer) -> bool:
    """Whether this post gives an issue to an organ outside the office."""
    return bool(allowed(officer.role_set, "hot_issue", Action.APPROVE))


def possible(issue: HotIssue, officer: Officer) -> tuple[Act, ...]:
    """What this post may do with it now."""
    if not may_work(officer) or not _in_area(issue, officer):
        return ()
    return POSSIBLE[IssueState(issue.state)]


def members(issue: HotIssue, officer: Officer, *, likely: bool | None = None):
    """The matters of an issue that this post may open, the newest first."""
    rows = HotMember.objects.filter(countable("matter__"), issue=issue, removed_at=None)
    rows = rows if likely is None else rows.filter(likely=likely)
    return rows.filter(matter__in=Matter.objects.visible_to(officer)).order_by("-matter__received_at", "-matter_id")


# ---- acts ------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm(
    issue_id: int, *, name: str, by: Officer, at: datetime, version: int | None = None, request=None
) -> HotIssue:
    """A person says that these matters are one issue."""
    issue = _locked(issue_id, Act.CONFIRM, by, version)
    issue.name, issue.state, issue.confirmed_by, issue.confirmed_at = _name(name), IssueState.CONFIRMED, by, at
    return _done(issue, Act.CONFIRM, by, at, request, said={"name": issue.name})


@transaction.atomic
def rename(
    issue_id: int, *, name: str, by: Officer, at: datetime, version: int | None = None, request=None
) -> HotIssue:
    issue = _locked(issue_id, Act.NAME, by, version)
    before, issue.name = issue.name, _name(name)
    return _done(issue, Act.NAME, by, at, request, said={"before": before, "name": issue.name})


@transaction.atomic
def add(
    issue_id: int, *, numbers: Iterable[str], by: Officer, at: datetime, version: int | None = None, request=None
) -> HotIssue:
    """Put matters in by their numbers, also such as were taken out before. What the writer may not open, and a report, cannot be put in."""
    issue = _locked(issue_id, Act.ADD, by, version)
    found = _by_numbers(numbers, issue, by)
    _require(
        issue.members.filter(removed_at=None).count() + len(found) <= MEMBERS_AT_MOST,
        f"一个问题最多{MEMBERS_AT_MOST}件。",
        "too_many",
    )
    _put_in(issue, [one.pk for one in found], by=by, at=at)
    return _done(issue, Act.ADD, by, at, request, said={"matters": [one.pk for one in found]})


@transaction.atomic
def accept(
    issue_id: int, *, matter_ids: Iterable[int], by: Officer, at: datetime, version: int | None = None, request=None
) -> HotIssue:
    """Agree to matters that the machine found for a confirmed issue."""
    issue = _locked(issue_id, Act.ACCEPT, by, version)
    rows = _chosen(issue, matter_ids, by).filter(likely=True)
    ids = list(rows.values_list("matter_id", flat=True))
    _require(bool(ids), "请至少选一件。", "none_chosen")
    HotMember.objects.filter(issue=issue, matter__in=ids).update(likely=False, by=by)
    settle(issue)
    return _done(issue, Act.ACCEPT, by, at, request, said={"matters": ids})


@transaction.atomic
def remove(
    issue_id: int,
    *,
    matter_ids: Iterable[int],
    reason: str,
    by: Officer,
    at: datetime,
    version: int | None = None,
    request=None,
) -> HotIssue:
    """Take matters out, with the reason: the machine never puts them in again."""
    issue = _locked(issue_id, Act.REMOVE, by, version)
    said = _words(reason, "移出的理由")[:200]
    ids = list(_chosen(issue, matter_ids, by).values_list("matter_id", flat=True))
    _require(bool(ids), "请至少选一件。", "none_chosen")
    _require(_left(issue, ids) > 0, "全部移出就不再是一个问题了。请改用“不作为热点”。", "none_left")
    _take_out(issue, ids, said, by=by, at=at)
    return _done(issue, Act.REMOVE, by, at, request, text=said, said={"matters": ids})


@transaction.atomic
def split(
    issue_id: int,
    *,
    matter_ids: Iterable[int],
    name: str,
    by: Officer,
    at: datetime,
    version: int | None = None,
    request=None,
) -> HotIssue:
    """Make another issue of some of its matters. Returns the new one, which stands where this one stands."""
    issue = _locked(issue_id, Act.SPLIT, by, version)
    ids = list(_chosen(issue, matter_ids, by).values_list("matter_id", flat=True))
    _require(bool(ids), "请至少选一件拆出去。", "none_chosen")
    _require(_left(issue, ids) > 0, "至少要留下一件。要换名称，请用“改名”。", "none_left")
    new = HotIssue.objects.create(
        area=issue.area, name=_name(name), state=issue.state, content_class=issue.content_class, place=issue.place, first_on=issue.first_on,
        last_on=issue.last_on, made_at=at, made_by=by, split_from=issue,
        confirmed_by=by if issue.confirmed_at else None, confirmed_at=at if issue.confirmed_at else None,
    )  # fmt: skip
    _take_out(issue, ids, f"拆分到“{new.name}”"[:200], by=by, at=at)
    _put_in(new, ids, by=by, at=at)
    _done(issue, Act.SPLIT, by, at, request, said={"matters": ids, "into": new.pk})
    return _done(new, Act.SPLIT, by, at, request, said={"matters": ids, "from": issue.pk, "name": new.name})


@transaction.atomic
def merge(
    issue_id: int, *, into_id: int, by: Officer, at: datetime, version: int | None = None, request=None
) -> HotIssue:
    """All matters of this issue go to another one of the same or a wider area; this one ends. Returns the other one."""
    _require(issue_id != into_id, "请选择另一个问题。", "itself")
    first, second = sorted((issue_id, into_id))
    for pk in (first, second):  # always in this order: two who merge each other's wait for nobody
        HotIssue.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    issue = _locked(issue_id, Act.MERGE, by, version)
    into = HotIssue.objects.visible_to(by).select_related("area").filter(pk=into_id, state__in=sorted(OPEN)).first()
    _require(
        into is not None and bool(possible(into, by)), "没有找到要并入的问题，或者它已经了结。请重新选择。", "no_issue"
    )
    if not into.area.lft <= issue.area.lft <= into.area.rgt:
        _require(
            issue.area.lft <= into.area.lft <= issue.area.rgt, "这两个问题在两个地方，请在上一级归并。", "other_area"
        )
        into.area = issue.area  # the wider one holds all of its matters
    ids = list(issue.members.filter(removed_at=None, likely=False).values_list("matter_id", flat=True))
    _require(
        into.members.filter(removed_at=None).count() + len(ids) <= MEMBERS_AT_MOST,
        f"一个问题最多{MEMBERS_AT_MOST}件。",
        "too_many",
    )
    _put_in(into, ids, by=by, at=at)
    issue.state, issue.merged_into, issue.ended_at = IssueState.MERGED, into, at
    _done(issue, Act.MERGE, by, at, request, said={"into": into.pk, "matters": ids})
    return _done(into, Act.MERGE, by, at, request, said={"from": issue.pk, "matters": ids})


@transaction.atomic
def dismiss(
    issue_id: int, *, reason: str, by: Officer, at: datetime, version: int | None = None, request=None
) -> HotIssue:
    """No hot issue after all, with a reason. The matters are handled as before."""
    return _end(issue_id, Act.DISMISS, IssueState.DISMISSED, reason, "不作为热点的理由", by, at, version, request)


@transaction.atomic
def close(
    issue_id: int, *, reason: str, by: Officer, at: datetime, version: int | None = None, request=None
) -> HotIssue:
    """What stood behind it is solved: how."""
    return _end(issue_id, Act.CLOSE, IssueState.CLOSED, reason, "怎样解决的", by, at, version, request)


@transaction.atomic
def reopen(
    issue_id: int, *, reason: str, by: Officer, at: datetime, version: int | None = None, request=None
) -> HotIssue:
    """Look at it again."""
    issue = _locked(issue_id, Act.REOPEN, by, version)
    said = _words(reason, "重新研判的理由")
    issue.state, issue.ended_at = (IssueState.CONFIRMED if issue.confirmed_at else IssueState.PROPOSED), None
    return _done(issue, Act.REOPEN, by, at, request, text=said)


# ---- the sheet -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def write_sheet(
    issue_id: int, *, facts: str, cause: str, law: str, options: str, lead: Organisation | None, by: Officer, at: datetime,
    version: int | None = None, request=None,
) -> HotIssue:  # fmt: skip
    """What the hot-issue sheet says; it may still lack something. Nobody is named: numbers of persons and names of petitioners are refused."""
    issue = _locked(issue_id, Act.SHEET, by, version)
    said = {"facts": facts, "cause": cause, "law": law, "options": options}
    for name, text in said.items():
        setattr(issue, name, _nameless(text, SHEET[name], issue))
    if lead is not None and issue.lead_id != lead.pk:
        issue.given_at = None  # it was given to another organ
    issue.lead = lead
    return _done(issue, Act.SHEET, by, at, request, said={**said, "lead": lead.pk if lead else None})


@transaction.atomic
def send(
    issue_id: int, *, target: Target, subject: str = "", by: Officer, at: datetime, note: str = "", request=None
) -> HotIssue:
    """The issue goes on: to a meeting, as a recommendation, as a reminder, to the leading unit. The sheet is complete, else it is refused."""
    issue = _locked(issue_id, Act.SEND, by, None)
    require_complete(issue)
    if target is Target.LEAD:
        _require(may_give(by), "由信访部门负责人交牵头单位。", "wrong_role")
        issue.given_at = at
    said = {"target": target.label, "lead": issue.lead_id, "on": localdate(at).isoformat()}
    return _done(issue, Act.SEND, by, at, request, text=note, said=said, target=target, subject=subject)


def require_complete(issue: HotIssue) -> None:
    """Raises StepRefused naming the first thing that the sheet lacks."""
    wrong = sheet_faults({**{name: getattr(issue, name) for name in SHEET if name != "lead"}, "lead": issue.lead_id})
    _require(not wrong, next(iter(wrong.values()), "") + "先填好专报单再送出。", "incomplete")


def sent(issue: HotIssue) -> list[HotAct]:
    """Where it went, the newest first."""
    return list(issue.acts.filter(act=Act.SEND).select_related("by__user").order_by("-seq"))


# ---- beats -----------------------------------------------------------------------------------------------------------------


def _in_area(issue: HotIssue, officer: Officer) -> bool:
    first, last = officer.organisation.territory
    return first <= issue.area.lft <= last


def _locked(issue_id: int, act: Act, by: Officer, version: int | None) -> HotIssue:
    issue = HotIssue.objects.visible_to(by).select_for_update(of=("self",)).select_related("area").get(pk=issue_id)
    _require(
        may_work(by) and _in_area(issue, by),
        "热点问题由本地区信访部门的分析研判人员、督查专员或者负责人办理。",
        "wrong_role",
    )
    state = IssueState(issue.state)
    _require(act in POSSIBLE[state], f"这个问题现在是“{state.label}”，不能这样办。请刷新页面。", "stale")
    _require(version in (None, issue.version), "这个问题刚刚有变动，请看新的内容后再办。", "conflict")
    return issue


def _done(issue: HotIssue, act: Act, by: Officer, at: datetime, request, **line) -> HotIssue:
    issue.save()
    trail.record(issue, act, by=by, at=at, request=request, **line)
    return issue


def _end(issue_id, act, state, reason, label, by, at, version, request) -> HotIssue:
    issue = _locked(issue_id, act, by, version)
    said = _words(reason, label)
    issue.state, issue.ended_at = state, at
    return _done(issue, act, by, at, request, text=said)


def _chosen(issue: HotIssue, matter_ids: Iterable[int], by: Officer):
    return members(issue, by).filter(matter__in=list(matter_ids)).order_by()


def _left(issue: HotIssue, ids: Iterable[int]) -> int:
    return issue.members.filter(removed_at=None).exclude(matter__in=list(ids)).count()


def _take_out(issue: HotIssue, ids: list[int], reason: str, *, by: Officer, at: datetime) -> None:
    issue.members.filter(matter__in=ids).update(removed_at=at, removed_by=by, removed_reason=reason)
    settle(issue)


def _put_in(issue: HotIssue, ids: list[int], *, by: Officer, at: datetime) -> None:
    back = {"removed_at": None, "removed_by": None, "removed_reason": "", "by": by, "since": at, "likely": False}
    known = set(issue.members.filter(matter__in=ids).values_list("matter_id", flat=True))
    issue.members.filter(matter__in=known).update(**back)
    HotMember.objects.bulk_create(
        [HotMember(issue=issue, matter_id=pk, since=at, by=by) for pk in ids if pk not in known]
    )
    settle(issue)


def _by_numbers(numbers: Iterable[str], issue: HotIssue, by: Officer) -> list[Matter]:
    """Matters by typed numbers; a report, what is sealed or hidden is not found (C-01)."""
    found = []
    for typed in numbers:
        try:
            number = numbering.normalise_matter_number(typed)
        except ValueError as wrong:
            raise StepRefused(str(wrong), code="number") from wrong
        seen = Matter.objects.visible_to(by).filter(countable(), number=number).first()
        _require(seen is not None, f"没有找到编号为{typed}的信访件，或者它不能列入热点问题。请核对编号。", "number")
        found.append(seen)
    _require(bool(found), "请填写至少一个信访件编号。", "number")
    first, last = issue.area.interval
    here = Matter.objects.visible_to(by).filter(
        pk__in=[one.pk for one in found], referrals__org_lft__range=(first, last)
    )
    _require(
        here.distinct().count() == len({one.pk for one in found}),
        f"有的信访件不在{issue.area.name}办理，请在上一级归并。",
        "number",
    )
    return found


def _nameless(text: str, label: str, issue: HotIssue) -> str:
    """Free of what tells who somebody is: numbers, and the names of those who wrote the matters of the issue."""
    checked = check_text(text or "")
    _require(not checked.lines, f"“{label}”里有像证件号、电话或者邮箱的内容，请删去。专报单不写个人信息。", "identity")
    named = text and any(len(name) > 1 and name in text for name in _names(issue))
    _require(not named, f"“{label}”里有信访人的姓名，请删去。专报单不写个人信息。", "identity")
    return (text or "").strip()


def _names(issue: HotIssue) -> set[str]:
    """Of those who wrote its matters: compared with, shown to nobody."""
    ids = issue.members.filter(removed_at=None).values("matter_id")
    sealed = Petitioner.objects.filter(matter_id__in=ids).exclude(sealed_name="").values_list("sealed_name", flat=True)
    return {crypto.open_sealed(one, context="petitioner.name") for one in sealed}


def _name(text: str) -> str:
    checked = check_text((text or "").strip())
    _require(bool(readable(text or "")), "请写名称。", "name")
    _require(len(checked.text) <= NAME_AT_MOST, f"名称最多{NAME_AT_MOST}个字。", "name")
    _require(not checked.lines, "名称里有像证件号、电话的内容，请删去。", "identity")
    return checked.text


def _words(text: str, label: str) -> str:
    _require(
        len(readable(text or "")) >= WORDS_AT_LEAST,
        f"请把“{label}”写具体（至少{WORDS_AT_LEAST}个字）。",
        "words_missing",
    )
    checked = check_text(text)
    _require(not checked.lines, f"“{label}”里有像证件号、电话的内容，请删去。", "identity")
    return checked.text.strip()


def _require(holds: bool, words: str, code: str) -> None:
    if not holds:
        raise StepRefused(words, code=code)
