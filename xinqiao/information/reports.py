"""A report on its way up: written, let go by the own leader, signed in above, sent further, settled or sent back (A-36).

    write(said, by=officer, at=now)                  a draft, version 1
    change(report_id, said, by=, at=, seq=)          the next version of what is still one's own
    act(ReportAct.SUBMIT, report_id, by=, at=, seq=, note="")

Every act takes the report's lock, asks the table of moves, and leaves one line in its history and one in the audit log, all in one
transaction. `seq` is the number of the last event that the page showed: whoever saw an older state is told so.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from xinqiao.integrity import audit
from xinqiao.organisations import tree
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.information import (
    APPROVERS,
    AUTHOR,
    KINDS,
    NOTE_AT_LEAST,
    ReportAct,
    ReportKind,
    ReportMove,
    ReportState,
    check_text,
    find_report_move,
)
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line
from xinqiao.rules.wording import readable

from . import screening
from .models import SAID, InformationReport, ReportEvent, ReportVersion, Task

A, S = ReportAct, ReportState
CHECKED = ("title", "text", "measures", "place")


@dataclass(frozen=True)
class Said:
    """What a report says. Nothing in it names a person."""

    kind: ReportKind
    title: str
    text: str
    measures: str = ""
    place: str = ""
    cause: str = ""
    happened_on: date | None = None

    def masked(self) -> "Said":
        """The same without what looks like an ID number or a telephone: nothing else is ever stored."""
        clean = {name: check_text(getattr(self, name)).text for name in CHECKED}
        return Said(**{**vars(self), **clean})

    def plain(self) -> dict:
        return {**vars(self), "kind": str(self.kind), "happened_on": self.happened_on and self.happened_on.isoformat()}


def may_write(officer: Officer) -> bool:
    return bool(allowed(officer.role_set, "information", Action.WRITE))


def may_approve(officer: Officer) -> bool:
    return bool(allowed(officer.role_set, "information", Action.APPROVE))


def above(organisation: Organisation) -> Organisation | None:
    """Where reports of this unit go: a village to its township (its petition office where it has one), an organ to the petition office of
    its place, an office to the next higher one."""
    if organisation.line == Line.VILLAGE:
        township = organisation.parent if organisation.parent and organisation.parent.active else None
        return township and (tree.line_organ_of(township, Line.PETITION_OFFICE) or township)
    if organisation.line == Line.PETITION_OFFICE:
        return tree.petition_office_above(organisation)
    if organisation.line == Line.JOINT_CONFERENCE:
        return conference_of(organisation.parent) if organisation.parent else None
    return tree.petition_office_for(organisation)


def conference_of(organisation: Organisation) -> Organisation | None:
    """The office of the joint conference (联席办) of the government that this organ works for: important information goes there too (A-36)."""
    government = organisation.parent
    return tree.line_organ_of(government, Line.JOINT_CONFERENCE) if government else None


def approver_exists(organisation: Organisation) -> bool:
    """Whether somebody in the unit lets reports go up; a village often has only its information officer."""
    roles = [role.value for role in APPROVERS]
    posts = Officer.objects.filter(organisation=organisation, active=True, user__is_active=True, roles__overlap=roles)
    return posts.exists()


@transaction.atomic
def write(said: Said, *, by: Officer, at: datetime, task_id: int | None = None, request=None) -> InformationReport:
    """A new draft of the own unit. `task_id`: the screening in which it was found. Raises StepRefused."""
    if not may_write(by):
        raise StepRefused("您的岗位不能报送信息，请联系本单位管理员。", code="wrong_role")
    if KINDS[said.kind].by_task:
        raise StepRefused("零报告请在排查任务里报送。", code="zero_by_task")
    task = Task.objects.filter(pk=task_id, organisation_id=by.organisation_id).first() if task_id else None
    report = InformationReport(
        organisation=by.organisation, org_lft=by.organisation.lft, author=by, holder=by.organisation, task=task,
        written_at=at, moved_at=at, **_stored(said),
    )  # fmt: skip
    report.save()
    _keep_version(report, said, by=by, at=at)
    _record(report, A.WRITE, S.DRAFT, by=by, at=at, request=request)
    return report


@transaction.atomic
def change(
    report_id: int, said: Said, *, by: Officer, at: datetime, seq: int | None = None, request=None
) -> InformationReport:
    """The next version of a draft or of what came back; earlier ones stay. Raises StepRefused."""
    report = _locked(report_id, by=by, seq=seq)
    _asked(report, A.CHANGE, by)
    for name, value in _stored(said).items():
        setattr(report, name, value)
    report.version += 1
    _keep_version(report, said, by=by, at=at)
    _record(report, A.CHANGE, S(report.state), by=by, at=at, request=request)
    return report


@transaction.atomic
def act(
    what: ReportAct, report_id: int, *, by: Officer, at: datetime, seq: int | None = None, note: str = "", request=None
) -> InformationReport:
    """One act of the table but writing. Raises InformationReport.DoesNotExist where it is hidden, StepRefused with what to do."""
    report = _locked(report_id, by=by, seq=seq)
    move = _asked(report, what, by)
    note = check_text(note.strip()).text
    if move.note and len(readable(note)) < NOTE_AT_LEAST:
        raise StepRefused(f"请写明{move.note}（至少{NOTE_AT_LEAST}个字）。", code="note_missing")
    _ACTS[what](report, by=by, at=at, note=note, request=request)
    return report


def possible(report: InformationReport, officer: Officer) -> list[ReportMove]:
    """What this post may do with the report now, in the order of the table."""
    found = (find_report_move(what, S(report.state)) for what in A)
    return [move for move in found if move and _is_theirs(move, report, officer)]


# ---- the acts ----------------------------------------------------------------------------------------------------------


def _submit(report, *, by, at, note, request) -> None:
    """To the own leader; straight up where the unit has none, where it cannot wait, or where the leader wrote it."""
    if report.task_id:
        screening.note_reported(report.task_id, report_id=report.pk, by=by, at=at, request=request)
    if KINDS[report.kind].straight_up:
        _send_up(report, A.SUBMIT, by=by, at=at, note=note or "紧急，不等审批", request=request)
    elif not approver_exists(report.organisation):
        _send_up(report, A.SUBMIT, by=by, at=at, note=note or "本单位没有审批岗位，直接报上级", request=request)
    else:
        _record(report, A.SUBMIT, S.SUBMITTED, by=by, at=at, note=note, request=request)
        if may_approve(by):
            _send_up(report, A.APPROVE, by=by, at=at, request=request)


def _take_back(report, **facts) -> None:
    _record(report, A.TAKE_BACK, S.DRAFT, **facts)


def _approve(report, **facts) -> None:
    _send_up(report, A.APPROVE, **facts)


def _reject(report, **facts) -> None:
    """Back to whoever wants it sent: the writer, or the desk above that proposed to send it further."""
    _record(report, A.REJECT, S.RETURNED if report.state == S.SUBMITTED else S.RECEIVED, **facts)


def _receive(report, **facts) -> None:
    _record(report, A.RECEIVE, S.RECEIVED, **facts)


def _forward(report, *, by, **facts) -> None:
    if above(report.holder) is None:
        raise StepRefused("上面没有可以接收的单位，请在本单位了结。", code="nobody_above")
    if may_approve(by) or not approver_exists(report.holder):
        _send_up(report, A.FORWARD, by=by, **facts)
    else:
        _record(report, A.FORWARD, S.PROPOSED, by=by, **facts)


def _to_conference(report, **facts) -> None:
    to = conference_of(report.holder)
    if to is None or to.pk == report.holder_id:
        raise StepRefused("本级没有启用的联席会议办公室。", code="no_conference")
    _record(report, A.TO_CONFERENCE, S.SENT, to=to, **facts)


def _settle(report, **facts) -> None:
    _record(report, A.SETTLE, S.SETTLED, **facts)


def _send_back(report, **facts) -> None:
    """To the unit that sent it here: the one that wrote it may change it, one in between decides again."""
    came = report.events.filter(to_organisation_id=report.holder_id).exclude(act=A.SEND_BACK)
    sender = came.order_by("-seq").first().organisation
    own = sender.pk == report.organisation_id
    _record(report, A.SEND_BACK, S.RETURNED if own else S.RECEIVED, to=sender, **facts)


def _send_up(report, what, *, by, at, note="", request=None) -> None:
    """To the unit above; at the top of the tree it stays, as if it had been received."""
    to = above(report.holder)
    _record(report, what, S.SENT if to else S.RECEIVED, by=by, at=at, note=note, to=to, request=request)


_ACTS = {
    A.SUBMIT: _submit, A.TAKE_BACK: _take_back, A.APPROVE: _approve, A.REJECT: _reject, A.RECEIVE: _receive,
    A.FORWARD: _forward, A.TO_CONFERENCE: _to_conference, A.SETTLE: _settle, A.SEND_BACK: _send_back,
}  # fmt: skip


# ---- beats of every act ------------------------------------------------------------------------------------------------


def _locked(report_id: int, *, by: Officer, seq: int | None) -> InformationReport:
    seen = InformationReport.objects.visible_to(by).select_related("organisation__parent", "holder__parent")
    report = seen.select_for_update(of=("self",)).get(pk=report_id)
    if seq is not None and seq != report.seq:
        raise StepRefused("这份信息刚刚有了变化，请看新的情况后再办。", code="conflict")
    return report


def _asked(report: InformationReport, what: ReportAct, by: Officer) -> ReportMove:
    move = find_report_move(what, S(report.state))
    if move is None:
        raise StepRefused(f"现在是“{S(report.state).label}”，不能{what.label}。", code="wrong_state")
    if not _is_theirs(move, report, by):
        raise StepRefused("这一步由现在的承办单位、有审批岗位的人办理。", code="wrong_role")
    return move


def _is_theirs(move: ReportMove, report: InformationReport, by: Officer) -> bool:
    side = report.organisation_id if move.side == AUTHOR else report.holder_id
    return side == by.organisation_id and (may_approve(by) if move.approves else may_write(by))


def _record(report, what, state, *, by, at, note="", to=None, request=None) -> None:
    """The new state, one line of history, one entry of the audit log."""
    report.state, report.seq, report.moved_at = state, report.seq + 1, at
    if to is not None:
        report.holder = to
    report.save()
    ReportEvent.objects.create(
        report=report, seq=report.seq, act=what, state=state, officer=by, organisation=by.organisation,
        to_organisation=to, note=note, version=report.version, at=at,
    )  # fmt: skip
    detail = {"act": what.value, "state": state.value, "kind": str(report.kind), "version": report.version}
    audit.note(
        AuditKind.INFORMATION_REPORTED, officer=by, subject=f"information:{report.pk}", request=request, detail=detail
    )


def _keep_version(report: InformationReport, said: Said, *, by: Officer, at: datetime) -> None:
    kept = said.masked().plain()
    ReportVersion.objects.create(report=report, version=report.version, said=kept, officer=by, at=at)


def _stored(said: Said) -> dict:
    clean = said.masked()
    return {name: getattr(clean, name) for name in SAID}
