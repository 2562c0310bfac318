"""Changing a report, handing it in, issuing it (H.5). Every act keeps the version that it made; an older page is told, and loses nothing.

change(report_id, Edit(…), seq=…, by=, at=)       one block: write, add, move, take out
rename(report_id, title, seq=…, by=, at=)         its title
submit · send_back · issue(…, copies=…) · drop
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from xinqiao import crypto
from xinqiao.integrity import audit
from xinqiao.matters.models import Accused, Matter
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import numbering
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.information import MATTER_NUMBER
from xinqiao.rules.permissions import Action, allowed, holders
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.reports import (
    COLUMNS_AT_MOST,
    COPIES_AT_MOST,
    PARTS_AT_MOST,
    ROWS,
    ROWS_AT_MOST,
    TEXT_AT_MOST,
    WRITABLE,
    PartKind,
    ReportSort,
    ReportState,
    identity_lines,
    missing,
    number,
)
from xinqiao.rules.stages import Kind
from xinqiao.rules.wording import LIMITS

from .models import Copy, Report, Version

TITLE_AT_MOST = LIMITS["title"]
NAME_AT_LEAST = 2  # characters of a name that is looked for


@dataclass(frozen=True)
class Edit:
    """`do`: write, add, up, down, remove. `block`: which one; for `add` the one behind which it comes (0: at the end)."""

    do: str
    block: int = 0
    kind: PartKind = PartKind.TEXT
    said: dict = field(default_factory=dict)


def may_write(officer: Officer) -> bool:
    return bool(allowed(officer.role_set, "analysis", Action.WRITE))


def may_issue(officer: Officer) -> bool:
    return bool(allowed(officer.role_set, "analysis", Action.APPROVE))


@transaction.atomic
def change(report_id: int, edit: Edit, *, seq: int | None, by: Officer, at: datetime, request=None) -> Report:
    """One change of one block. Raises StepRefused: `conflict` where somebody was faster."""
    report = _locked(report_id, by, seq, *WRITABLE)
    _check_said(edit.said)
    place = next((n for n, one in enumerate(report.blocks) if one["id"] == edit.block), None)
    _require(place is not None or edit.do == "add", "这一部分已经被删去，请看新的内容。", "conflict")
    match edit.do:
        case "write":
            block = report.blocks[place]
            shown = {"columns", "rows"} if block["kind"] in (PartKind.TABLE, PartKind.CHART) else set()
            report.blocks[place] = block | {
                name: edit.said[name] for name in ("text", "title", *shown) if name in edit.said
            }
        case "add":
            _require(len(report.blocks) < PARTS_AT_MOST, f"一份报告最多{PARTS_AT_MOST}个部分。", "too_many")
            place = len(report.blocks) - 1 if place is None else place
            section = report.blocks[place]["section"] if report.blocks else ""
            new = {"kind": edit.kind, "section": section, "id": report.next_block} | _empty(edit.kind) | edit.said
            report.blocks.insert(place + 1, new)
            report.next_block += 1
        case "up" | "down":
            other = place + (1 if edit.do == "down" else -1)
            if 0 <= other < len(report.blocks):
                report.blocks[place], report.blocks[other] = report.blocks[other], report.blocks[place]
        case "remove":
            del report.blocks[place]
    if report.state == ReportState.SUBMITTED:
        report.state = ReportState.DRAFT  # what was handed in was another text
    return _kept(report, edit.do, by=by, at=at, request=request)


@transaction.atomic
def rename(report_id: int, title: str, *, seq: int | None, by: Officer, at: datetime, request=None) -> Report:
    """Another title. Raises StepRefused: `conflict` where somebody was faster."""
    report = _locked(report_id, by, seq, *WRITABLE)
    _require(bool(title.strip()), "请写标题。", "title")
    _require(len(title) <= TITLE_AT_MOST, f"标题最多{TITLE_AT_MOST}个字，现在有{len(title)}个字。", "title")
    _check_said({"title": title})
    report.title = title
    report.state = ReportState.DRAFT  # what was handed in bore another title
    return _kept(report, "rename", by=by, at=at, request=request)


@transaction.atomic
def submit(report_id: int, *, seq: int | None = None, by: Officer, at: datetime, request=None) -> Report:
    """Hand it to the leader of the office. Raises StepRefused where something is missing or somebody is named."""
    report = _locked(report_id, by, seq, ReportState.DRAFT)
    report.matter_ids = _checked(report, by)
    report.state, report.submitted_by, report.return_note = ReportState.SUBMITTED, by, ""
    _kept(report, "submit", by=by, at=at, request=request)
    _tell(report.office, Action.APPROVE, "有报告等您签发。", report, by=by, at=at)
    return report


@transaction.atomic
def send_back(report_id: int, *, note: str, seq: int | None = None, by: Officer, at: datetime, request=None) -> Report:
    report = _locked(report_id, by, seq, ReportState.SUBMITTED)
    _require(may_issue(by), "由信访部门负责人退回。", "wrong_role")
    _check_said({"text": note})
    report.state, report.return_note = ReportState.DRAFT, note[:500]
    _kept(report, "send_back", by=by, at=at, request=request)
    inbox.tell_own(report.written_by, "报告被退回，请看意见，修改后再送。", subject=f"{report}:{report.seq}", at=at)
    return report


@transaction.atomic
def issue(
    report_id: int, *, copies: Iterable[Organisation] = (), seq: int | None = None, by: Officer, at: datetime, request=None
) -> Report:  # fmt: skip
    """Number and freeze it, give it to the organs on the list and ring their bells. Raises StepRefused."""
    report = _locked(report_id, by, seq, ReportState.SUBMITTED)
    _require(may_issue(by), "报告由信访部门负责人签发。", "wrong_role")
    report.matter_ids = _checked(report, by)
    organs = list(dict.fromkeys(copies))
    _require(len(organs) <= COPIES_AT_MOST, f"发送范围最多{COPIES_AT_MOST}个机关、单位。", "too_many")
    report.year = localdate(at).year
    Organisation.objects.select_for_update().get(pk=report.office_id)  # numbers of one office one after the other
    series = Report.objects.filter(office=report.office, year=report.year, sort__in=_series(report))
    report.serial = (series.aggregate(last=Max("serial"))["last"] or 0) + 1
    report.number = number(ReportSort(report.sort), report.office.short, report.year, report.serial)
    report.state, report.issued_by, report.issued_at = ReportState.ISSUED, by, at
    report.digest = crypto.digest(json.dumps(report.blocks, ensure_ascii=False, sort_keys=True).encode(), "sm3")
    _kept(report, "issue", by=by, at=at, request=request)
    Copy.objects.bulk_create([Copy(report=report, organisation=one) for one in organs])
    for one in organs:
        _tell(one, Action.READ, "收到一份信访情况报告，请阅。", report, by=by, at=at)
    return report


@transaction.atomic
def drop(report_id: int, *, seq: int | None = None, by: Officer, at: datetime, request=None) -> Report:
    """Give up what is not issued. Its versions stay."""
    report = _locked(report_id, by, seq, *WRITABLE, ReportState.FAILED, ReportState.DRAFTING)
    report.state = ReportState.DROPPED
    return _kept(report, "drop", by=by, at=at, request=request)


def opened(report: Report, officer: Officer, *, at: datetime) -> None:
    """The first time that an organ on the list reads it."""
    Copy.objects.filter(report=report, organisation=officer.organisation_id, opened_at=None).update(
        opened_at=at, opened_by=officer
    )


# ---- checks ----------------------------------------------------------------------------------------------------------------


def words_of(block: dict) -> str:
    """All that one block says."""
    cells = [cell for row in [block.get("columns", []), *block.get("rows", [])] for cell in row]
    return "\n".join([block.get("title", ""), block.get("text", ""), *map(str, cells)])


def filled(report: Report) -> set[str]:
    """The sections in which something is written beside the heading."""
    return {one["section"] for one in report.blocks if one["kind"] != PartKind.HEADING and words_of(one).strip()}


def _checked(report: Report, by: Officer) -> list[int]:
    """Complete, and nobody is named. The matters whose numbers stand in it."""
    empty = missing(ReportSort(report.sort), filled(report))
    _require(not empty, f"还没有写：{'、'.join(row.title for row in empty)}。请写好再送。", "incomplete")
    everything = "\n".join([report.title, *map(words_of, report.blocks)])
    for words in (report.title, *map(words_of, report.blocks)):
        _require(not identity_lines(words), "报告里有像证件号、电话或者邮箱的内容，请删去。", "identity")
    matters = _named_matters(everything, by)
    for matter in matters:
        names = [person.identity().name for person in matter.petitioners]
        named = any(len(name) >= NAME_AT_LEAST and name in everything for name in names if name)
        _require(not named, f"报告里有信访件{matter.number}的信访人姓名，请删去。", "identity")
    return [one.pk for one in matters]


def _named_matters(text: str, by: Officer) -> list[Matter]:
    """The matters whose numbers stand in the text. What may not be told, or is a report on officials, is refused (C-01)."""
    numbers = []
    for found in MATTER_NUMBER.finditer(text):
        try:
            numbers.append(numbering.normalise_matter_number(found[0]))
        except ValueError:
            continue
    seen = Matter.objects.visible_to(by).filter(number__in=numbers, sealed=False).exclude(kind=Kind.REPORT)
    matters = list(seen.exclude(pk__in=Accused.objects.filter(matter__number__in=numbers).values("matter")))
    hidden = set(numbers) - {one.number for one in matters}
    _require(
        not hidden, f"没有找到编号为{'、'.join(sorted(hidden)[:3])}的信访件，或者它不能写进报告。请核对编号。", "matter"
    )
    return matters


def _check_said(said: dict) -> None:
    for name in ("text", "title"):
        value = said.get(name, "")
        _require(len(value) <= TEXT_AT_MOST, f"一个部分最多{TEXT_AT_MOST}个字，现在有{len(value)}个字。", "too_long")
    rows = [said.get("columns", []), *said.get("rows", [])]
    _require(len(rows) <= ROWS_AT_MOST + 1, f"一张表最多{ROWS_AT_MOST}行。", "too_long")
    _require(max(map(len, rows)) <= COLUMNS_AT_MOST, f"一张表最多{COLUMNS_AT_MOST}列。", "too_long")
    lines = identity_lines(words_of(said))
    _require(not lines, "有像证件号、电话或者邮箱的内容。报告不写个人信息，请删去再保存。", "identity")


# ---- beats -----------------------------------------------------------------------------------------------------------------


def _series(report: Report) -> list[str]:
    """Sorts that share one series of numbers."""
    name = ROWS[ReportSort(report.sort)].name
    return [row.sort for row in ROWS.values() if row.name == name]


def _empty(kind: PartKind) -> dict:
    if kind in (PartKind.TABLE, PartKind.CHART):
        return {"title": "", "columns": [], "rows": [], "standing": False}
    return {"text": ""}


def _locked(report_id: int, by: Officer, seq: int | None, *states: ReportState) -> Report:
    own = Report.objects.visible_to(by).filter(office=by.organisation_id)
    report = own.select_for_update(of=("self",)).select_related("office", "written_by__user").get(pk=report_id)
    _require(may_write(by), "报告由信访部门起草，请联系本单位管理员。", "wrong_role")
    _require(report.state in states, "这份报告现在不能这样办，请看新的状态。", "conflict")
    _require(seq in (None, report.seq), "这份报告刚刚有人改过，请看新的内容后再办。", "conflict")
    return report


def _kept(report: Report, act: str, *, by: Officer, at: datetime, request) -> Report:
    report.seq += 1
    report.save()
    said = {"title": report.title, "state": report.state, "blocks": report.blocks, "number": report.number}
    Version.objects.create(report=report, seq=report.seq, act=act, officer=by, at=at, said=said)
    audit.note(
        AuditKind.REPORT_WRITTEN,
        officer=by,
        subject=str(report),
        request=request,
        detail={"act": act, "seq": report.seq},
    )
    return report


def _tell(organ: Organisation, action: Action, words: str, report: Report, *, by: Officer, at: datetime) -> None:
    roles = [role.value for role in holders("analysis", action)]
    posts = Officer.objects.filter(organisation=organ, active=True, user__is_active=True, roles__overlap=roles)
    inbox.tell_many(list(posts.exclude(pk=by.pk)), words, subject=f"{report}:{report.seq}", at=at)


def _require(holds: bool, words: str, code: str) -> None:
    if not holds:
        raise StepRefused(words, code=code)
