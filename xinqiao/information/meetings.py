"""研判例会、联席会议: the record of a meeting, its agenda, what was decided; issued by a leader, then it does not change (A-10, A-48, A-53, H.1).

    meeting = record(said, by=officer, at=now)
    decide(meeting.pk, text=…, organisation=…, due_on=…, by=, at=)
    issue(meeting.pk, by=leader, at=)      the page then puts every decision into the ledger, in the same transaction

An agenda may point to petitions and to reports by number. What the writer may not open cannot be put on it, and a report on officials
(检举控告) by nobody (C-01): a record is read by many.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate

from xinqiao.days import begins_at
from xinqiao.integrity import audit
from xinqiao.matters.models import Accused, Matter, Referral
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import numbering
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.information import MATTER_NUMBER, MONTHLY_MEETING, MeetingKind, MeetingState, TopicSort, check_text
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind

from .models import Decision, InformationReport, Meeting, MeetingEvent, Topic

LONGEST_DAYS = 366  # for a task of a meeting (INF)
TOPICS_AT_MOST, DECISIONS_AT_MOST = 30, 50
_REPORT = re.compile(r"信息\s*(\d{4})-(\d{6,})")
_HOT = re.compile(r"^热点(?:问题)?[：:]\s*")


@dataclass(frozen=True)
class Said:
    """What the record says. `topics`: one a line, as typed."""

    kind: MeetingKind
    title: str
    held_at: datetime
    place: str
    chair: str
    members: str
    topics: tuple[str, ...]
    summary: str = ""


def may_write(officer: Officer) -> bool:
    return bool(allowed(officer.role_set, "meeting", Action.WRITE))


def may_issue(officer: Officer) -> bool:
    return bool(allowed(officer.role_set, "meeting", Action.APPROVE))


@transaction.atomic
def record(said: Said, *, by: Officer, at: datetime, request=None) -> Meeting:
    """A new record of the own unit. Raises StepRefused."""
    _require(may_write(by), "会议记录由本单位工作人员填写，请联系本单位管理员。", "wrong_role")
    meeting = Meeting(organisation=by.organisation, org_lft=by.organisation.lft, written_by=by)
    return _write(meeting, said, "record", by=by, at=at, request=request)


@transaction.atomic
def change(meeting_id: int, said: Said, *, by: Officer, at: datetime, seq: int | None = None, request=None) -> Meeting:
    """Change what is not issued yet; how it read before stays in its history."""
    return _write(_draft(meeting_id, by=by, seq=seq), said, "change", by=by, at=at, request=request)


def _write(meeting: Meeting, said: Said, act: str, *, by, at, request) -> Meeting:
    topics = list(read_topics(said.topics, by=by))
    _require(len(topics) <= TOPICS_AT_MOST, f"一次会议最多{TOPICS_AT_MOST}个议题。", "too_many")
    for name in ("kind", "held_at"):
        setattr(meeting, name, getattr(said, name))
    for name in ("title", "place", "chair", "members", "summary"):
        setattr(meeting, name, check_text(getattr(said, name)).text)
    meeting.seq += 1
    meeting.save()
    meeting.topics.all().delete()
    Topic.objects.bulk_create([Topic(meeting=meeting, **one) for one in topics])
    _note(meeting, act, by=by, at=at, request=request)
    return meeting


@transaction.atomic
def decide(meeting_id: int, *, text: str, organisation: Organisation, due_on: date, by: Officer, at: datetime,
           seq: int | None = None, request=None) -> Decision:  # fmt: skip
    """One more decision: who does what by when. Raises StepRefused."""
    meeting, today = _draft(meeting_id, by=by, seq=seq), localdate(at)
    _require(meeting.decisions.count() < DECISIONS_AT_MOST, f"一次会议最多{DECISIONS_AT_MOST}项议定事项。", "too_many")
    _require(
        today <= due_on <= today + timedelta(days=LONGEST_DAYS),
        "最晚日期请选今天以后、一年以内的一天。",
        "due_on_wrong",
    )
    meeting.seq += 1
    meeting.save(update_fields=["seq"])
    made = Decision.objects.create(
        meeting=meeting, text=check_text(text).text, organisation=organisation, due_on=due_on
    )
    _note(meeting, "decide", by=by, at=at, request=request)
    return made


@transaction.atomic
def drop(meeting_id: int, decision_id: int, *, by: Officer, at: datetime, request=None) -> None:
    """Take a decision out again that was put down wrongly, before the record is issued."""
    meeting = _draft(meeting_id, by=by, seq=None)
    meeting.decisions.get(pk=decision_id).delete()
    meeting.seq += 1
    meeting.save(update_fields=["seq"])
    _note(meeting, "drop", by=by, at=at, request=request)


@transaction.atomic
def issue(meeting_id: int, *, by: Officer, at: datetime, seq: int | None = None, request=None) -> Meeting:
    """Issue the minutes (印发): from now on the record does not change, and what was decided is followed up. Raises StepRefused."""
    meeting = _draft(meeting_id, by=by, seq=seq)
    _require(may_issue(by), "会议纪要由单位负责人印发。", "wrong_role")
    meeting.state, meeting.issued_by, meeting.issued_at = MeetingState.ISSUED, by, at
    meeting.seq += 1
    meeting.save()
    _note(meeting, "issue", by=by, at=at, request=request)
    return meeting


def keep_item(decision: Decision, item_id: int) -> None:
    """The number of the ledger item that a decision became."""
    decision.item_id = item_id
    decision.save(update_fields=["item_id"])


# ---- the agenda --------------------------------------------------------------------------------------------------------


def read_topics(lines: tuple[str, ...], *, by: Officer) -> Iterator[dict]:
    """Every line as a topic, with the petition or report it names. Raises StepRefused naming the line."""
    for place, line in enumerate(lines, start=1):
        text = check_text(line).text
        if found := _REPORT.search(line):
            yield {"sort": TopicSort.REPORT, "text": text, "number": _report(found, place, by)}
        elif found := MATTER_NUMBER.search(line):
            yield {"sort": TopicSort.MATTER, "text": text, "number": _matter(found[0], place, by)}
        elif _HOT.match(line):
            yield {"sort": TopicSort.HOT_ISSUE, "text": _HOT.sub("", text), "number": ""}
        else:
            yield {"sort": TopicSort.TOPIC, "text": text, "number": ""}


def _matter(typed: str, place: int, by: Officer) -> str:
    try:
        number = numbering.normalise_matter_number(typed)
    except ValueError as wrong:
        raise StepRefused(f"第{place}个议题：{wrong}", code="topic") from wrong
    open_ones = Matter.objects.visible_to(by).filter(number=number, sealed=False).exclude(kind=Kind.REPORT)
    found = open_ones.exclude(pk__in=Accused.objects.filter(matter__number=number).values("matter"))
    _require(found.exists(), f"第{place}个议题：没有找到这个编号的信访件，或者它不能列入议题。请核对编号。", "topic")
    return number


def _report(found: re.Match, place: int, by: Officer) -> str:
    seen = InformationReport.objects.visible_to(by).filter(pk=int(found[2]) if len(found[2]) < 19 else 0)
    report = seen.first()
    known = report is not None and str(report.written_at.year) == found[1]
    _require(known, f"第{place}个议题：没有找到这个编号的上报信息，请核对编号。", "topic")
    return report.number


# ---- beats -------------------------------------------------------------------------------------------------------------


def _draft(meeting_id: int, *, by: Officer, seq: int | None) -> Meeting:
    own = Meeting.objects.visible_to(by).filter(organisation_id=by.organisation_id)
    meeting = own.select_for_update(of=("self",)).select_related("organisation").get(pk=meeting_id)
    _require(may_write(by), "会议记录由本单位工作人员填写，请联系本单位管理员。", "wrong_role")
    _require(meeting.state == MeetingState.DRAFT, "这次会议的纪要已经印发，不能再改。", "issued")
    _require(seq in (None, meeting.seq), "这份记录刚刚有人改过，请看新的内容后再办。", "conflict")
    return meeting


def _note(meeting: Meeting, act: str, *, by: Officer, at: datetime, request) -> None:
    """All that the record says now, as one line that nobody can change; and an entry in the audit log."""
    said = {name: getattr(meeting, name) for name in ("kind", "title", "place", "chair", "members", "summary", "state")}
    said["held_at"] = meeting.held_at.isoformat()
    said["topics"] = list(meeting.topics.values("sort", "text", "number"))
    rows = meeting.decisions.values_list("text", "organisation_id", "due_on")
    said["decisions"] = [[text, unit, due_on.isoformat()] for text, unit, due_on in rows]
    MeetingEvent.objects.create(meeting=meeting, seq=meeting.seq, act=act, officer=by, at=at, said=said)
    audit.note(
        AuditKind.MEETING_RECORDED,
        officer=by,
        subject=f"meeting:{meeting.pk}",
        request=request,
        detail={"act": act, "seq": meeting.seq},
    )


def _require(holds: bool, words: str, code: str) -> None:
    if not holds:
        raise StepRefused(words, code=code)


# ---- the month that went by without one --------------------------------------------------------------------------------


def last_month(today: date) -> date:
    """The first day of the month that is over."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def without_one(today: date) -> QuerySet[Organisation]:
    """Organs that owe a meeting of analysis every month and have no record of one in the month that is over (A-48).

    Only those that had petitions before that month began: who starts with the platform is not told of what lies before it.
    """
    row, first, end = MONTHLY_MEETING, begins_at(last_month(today)), begins_at(today.replace(day=1))
    held = Meeting.objects.filter(organisation=OuterRef("pk"), kind=row.kind, held_at__gte=first, held_at__lt=end)
    began = Referral.objects.filter(org_lft=OuterRef("lft"), received_at__lt=first)
    owing = Organisation.objects.filter(line__in=row.lines, level__in=row.levels, active=True)
    return owing.filter(Exists(began), ~Exists(held)).order_by("lft")


def words_of_missing(today: date) -> str:
    """What is said of the month that went by."""
    month = last_month(today)
    return MONTHLY_MEETING.words.format(year=month.year, month=month.month)
