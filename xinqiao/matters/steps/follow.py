"""What the citizen does while following a matter: 补充、询问、评价、撤回、确认落实、不同意存查 (DU-3, D.16, D.17)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import rating, wording
from xinqiao.rules.deadlines import Level
from xinqiao.rules.stages import Kind, Outcome, ReferralKind, Role, Route, Stage, Step

from .. import clocks, identities, letter_facts, policy
from ..act import Act, begin, finish, refusal
from ..actors import SYSTEM, Citizen
from ..intake import StoredFile
from ..models import Matter, Opinion, Rating, Record, Referral, Withdrawal
from .receive import add_attachments

COOLING_OFF = timedelta(hours=24)  # WD-3


@transaction.atomic
def supplement(matter_id: int, *, by: Citizen, at: datetime, text: str, files: tuple[StoredFile, ...] = ()) -> Matter:
    """Add facts or files; the handler is told, no clock starts anew (DU-3, B10)."""
    act = begin(Step.SUPPLEMENT, matter_id, by=by, at=at)
    cleaned = _clean(text, "content", "补充的内容")
    if not cleaned and not files:
        raise refusal("请写下要补充的内容，或添加文件。", "empty")
    _say(act, "supplement", cleaned, data={"files": len(files)})
    add_attachments(act.matter, files, at=at, event_seq=act.matter.event_count + 1)
    finish(act, facts={"files": [file.digest for file in files]})
    _mark_unread(act.matter)
    return act.matter


@transaction.atomic
def ask_progress(matter_id: int, *, by: Citizen, at: datetime, text: str) -> Matter:
    """Ask how it stands; whoever has the matter now answers on the page."""
    act = begin(Step.ASK_PROGRESS, matter_id, by=by, at=at)
    cleaned = _clean(text, "question", "问题")
    if not cleaned:
        raise refusal("请写下您想问的话。", "empty")
    _say(act, "question", cleaned)
    finish(act)
    _mark_unread(act.matter)
    return act.matter


@transaction.atomic
def answer_progress(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, question_id: int, text: str
) -> Matter:
    """Answer a question of the citizen, in plain words, on the tracking page."""
    act = begin(Step.ANSWER_PROGRESS, matter_id, by=by, at=at)
    question = act.matter.records.filter(pk=question_id, sort="question").first()
    if question is None or act.matter.records.filter(sort="answer", data__question=question_id).exists():
        raise refusal("这个问题已经有人答复了。请刷新页面。", "answered")
    cleaned = _clean(text, "question", "答复")
    if not cleaned:
        raise refusal("请写下答复。", "empty")
    _say(act, "answer", cleaned, data={"question": question_id}, by=by)
    finish(act, facts={"question": question_id})
    return act.matter


@transaction.atomic
def rate(
    matter_id: int, *, by: Citizen, at: datetime, target: str, value: str, reason: str = "", text: str = ""
) -> Rating:
    """Rate the petition office or the unit, once each (RA-1, RA-2). Nobody can do it for the citizen (RA-8)."""
    act = begin(Step.RATE, matter_id, by=by, at=at)
    organisation, opened_on = rated_organisation(act.matter, target)
    given = act.matter.ratings.filter(target=target, organisation=organisation).exists()
    rating.require_ratable(
        rating_facts(act.matter),
        role=Role.CITIZEN,
        status=rating.RatingStatus.RATED if given else rating.RatingStatus.NOT_RATED,
        opened_on=opened_on,
        due_on=rating_due(opened_on),
        today=act.today,
    )
    try:
        rating.check_rating(value, reason)
    except ValueError as error:
        raise refusal(str(error), "rating") from error
    made = Rating.objects.create(
        matter=act.matter,
        target=target,
        organisation=organisation,
        value=value,
        reason=reason,
        text=_clean(text, "comment", "评价"),
        rated_at=at,
    )
    # The value stays out of the history that officers read before the window closes (RA-8).
    finish(act, facts={"target": target})
    return made


def rating_facts(matter: Matter) -> rating.RatingFacts:
    """What decides whether this matter can be rated (RA-4)."""
    beside = matter.referrals.filter(kind=ReferralKind.POLITICAL_LEGAL).exists()
    return rating.RatingFacts(
        is_first_petition=not matter.repeat,
        kind=Kind(matter.kind) if matter.kind else None,
        route=Route(matter.route) if matter.route else None,
        to_other_powers=beside,
    )


def rated_organisation(matter: Matter, target: str) -> tuple[Organisation | None, date | None]:
    """Who is rated, and since when: the office once it has decided (RA-6), the unit once its opinion is served."""
    if target == rating.RatingTarget.OFFICE:
        decided = matter.events.filter(step__in=OFFICE_DECISIONS).select_related("organisation").order_by("seq").first()
        return (decided.organisation, localdate(decided.at)) if decided else (None, None)
    served = matter.opinions.filter(instance="handling", served_on__isnull=False).select_related("organisation")
    last = served.order_by("-round").first()
    return (last.organisation, last.served_on) if last else (None, None)


OFFICE_DECISIONS = (
    Step.TRANSFER, Step.TRANSFER_DOWN, Step.ASSIGN, Step.REPLY_DIRECTLY, Step.GUIDE, Step.FILE_WITHOUT_ACTION,
)  # fmt: skip


def rating_due(opened_on: date | None) -> date | None:
    """The last day for a rating (RA-6)."""
    return policy.limit(rating.TERM, opened_on).due if opened_on else None


# ---- withdrawal (D.16) ------------------------------------------------------------------------------------------------


@transaction.atomic
def request_withdrawal(
    matter_id: int, *, by: Citizen, at: datetime, free_will: bool, promise_or_threat: str, reason: str = ""
) -> Withdrawal:
    """Wish to withdraw: asks for free will, promises and threats; takes effect after 24 hours (WD-1 to WD-3)."""
    act = begin(Step.REQUEST_WITHDRAWAL, matter_id, by=by, at=at)
    if act.matter.withdrawals.filter(state="waiting").exists():
        raise refusal("您已经申请撤回，24小时后生效。改变主意的话可以取消。", "waiting")
    if not free_will:
        raise refusal("撤回要出于您本人的意愿。如果有人要求您撤回，请不要撤回，并告诉我们。", "not_free")
    wish = Withdrawal.objects.create(
        matter=act.matter,
        requested_at=at,
        effective_at=at + COOLING_OFF,
        answers={"free_will": True, "promise_or_threat": promise_or_threat, "reason": reason},
    )
    letter = letter_facts.to_citizen(
        act,
        addressee=(act.matter.unit or act.matter.received_by).name,
        applicant=identities.main_petitioner(act.matter).name or "信访人",
        free_will=True,
        promise_or_threat=promise_or_threat or "没有",
        reasons=reason,
        applied_on=act.today.isoformat(),
    )
    finish(act, letters={"F-30": letter}, facts={"effective_at": wish.effective_at})
    _mark_unread(act.matter)
    return wish


@transaction.atomic
def cancel_withdrawal(matter_id: int, *, by: Citizen, at: datetime) -> Matter:
    """Changed my mind within 24 hours: everything goes on."""
    act = begin(Step.CANCEL_WITHDRAWAL, matter_id, by=by, at=at)
    wish = act.matter.withdrawals.filter(state="waiting").first()
    if wish is None:
        raise refusal("没有等待生效的撤回申请。", "none_waiting")
    wish.state = "cancelled"
    wish.save(update_fields=["state"])
    finish(act)
    return act.matter


@transaction.atomic
def complete_withdrawal(matter_id: int, *, by=SYSTEM, at: datetime) -> Matter:
    """24 hours have passed: the matter rests; its clocks stand still and can be resumed for 30 days (WD-3, WD-5)."""
    act = begin(Step.COMPLETE_WITHDRAWAL, matter_id, by=by, at=at)
    wish = act.matter.withdrawals.filter(state="waiting").order_by("pk").first()
    if wish is None or wish.effective_at > at:
        raise refusal("撤回还没有到生效的时间。", "too_early")
    wish.state = "effective"
    wish.save(update_fields=["state"])
    act.matter.stage_before = act.matter.stage
    act.matter.clocks.filter(state="running").update(state="paused", next_warning_on=None)
    act.matter.referrals.filter(is_open=True).update(is_open=False, closed_at=at, unread=True)
    finish(act)
    return act.matter


@transaction.atomic
def resume(matter_id: int, *, by: Citizen, at: datetime) -> Matter:
    """Take the withdrawal back within 30 days: the matter goes on where it stood, with its clock (WD-5)."""
    act = begin(Step.RESUME, matter_id, by=by, at=at)
    wish = act.matter.withdrawals.filter(state="effective").order_by("-pk").first()
    act.to = Stage(act.matter.stage_before)
    act.matter.stage_before = ""
    act.matter.withdrawals.filter(pk=wish.pk).update(state="resumed")
    act.matter.referrals.filter(closed_at=wish_closed_at(act.matter)).update(is_open=True, closed_at=None, unread=True)
    for clock in act.matter.clocks.filter(state="paused"):
        clock.state = "running"
        # What fell due meanwhile is looked at tonight; what was said to be overdue before is not said again.
        if clock.level != Level.OVERDUE:
            clock.next_warning_on = clocks.next_warning(clocks.as_deadline(clock), after=act.today) or act.today
        clock.save(update_fields=["state", "next_warning_on"])
    act.clocks_changed = True
    finish(act)
    return act.matter


def wish_closed_at(matter: Matter) -> datetime:
    """When the withdrawal closed the desks: the moment of its event."""
    return matter.events.filter(step=Step.COMPLETE_WITHDRAWAL).order_by("-seq").values_list("at", flat=True)[0]


# ---- after the answer ---------------------------------------------------------------------------------------------------


@transaction.atomic
def object_to_filing(matter_id: int, *, by: Citizen, at: datetime, text: str) -> Matter:
    """Disagree with a direct reply or with keeping it on file, once: it goes back to triage (T-11, T-12)."""
    act = begin(Step.OBJECT_TO_FILING, matter_id, by=by, at=at)
    if act.matter.filing_objected:
        raise refusal("您已经提出过一次不同意见。有新的情况请重新提交。", "once")
    answered = act.matter.referrals.filter(stage=act.matter.stage)
    desk = answered.select_related("organisation").order_by("-pk").first()
    desk.stage, desk.is_open, desk.closed_at, desk.unread = Stage.TRIAGE, True, None, True
    desk.save()
    act.matter.filing_objected, act.target = True, desk
    _say(act, "objection", _clean(text, "question", "不同意的理由"))
    finish(act)
    return act.matter


@transaction.atomic
def confirm_execution(matter_id: int, *, by: Citizen, at: datetime) -> Matter:
    """Yes, it was carried out. Where no window of the citizen is open any more, the matter ends with that."""
    act = begin(Step.CONFIRM_EXECUTION, matter_id, by=by, at=at)
    _stop_everywhere(act, "EXEC_CONFIRM15")
    if not act.matter.clocks.filter(term="REVIEW_REQ30", state="running").exists():
        act.matter_stage = Stage.ENDED_WINDOW
    finish(act)
    return act.matter


@transaction.atomic
def dispute_execution(matter_id: int, *, by: Citizen, at: datetime, text: str) -> Matter:
    """No, it was not: an execution complaint, not a repeat (DU-5, R-40(1)). The desk opens again."""
    act = begin(Step.DISPUTE_EXECUTION, matter_id, by=by, at=at)
    desk = promising_desk(act.matter)
    if desk is None:
        raise refusal("没有需要落实的意见。", "nothing_to_execute")
    _stop_everywhere(act, "EXEC_CONFIRM15")
    desk.stage, desk.is_open, desk.closed_at, desk.unread = Stage.EXECUTING, True, None, True
    desk.save()
    act.matter.unit, act.matter.unit_since = desk.organisation, at
    _say(act, "execution_dispute", _clean(text, "question", "没有落实的情况"))
    finish(act, facts={"execution_complaint": True})
    return act.matter


def promising_desk(matter: Matter) -> Referral | None:
    """Whose promise the citizen may hold it to: the desk of the agreement, or of the served opinion that supports a request (DU-5)."""
    desks = matter.referrals.select_related("organisation")
    settled = desks.filter(stage=Stage.ENDED_AGREEMENT).order_by("-pk").first()
    opinion = matter.opinions.filter(instance="handling", state="served").order_by("-round").first()
    return settled or (desks.filter(pk=opinion.referral_id).first() if opinion and supports(opinion) else None)


def supports(opinion: Opinion) -> bool:
    """Whether the opinion supports a request, at least partly, so that there is something to carry out (R-32(2))."""
    return any(one["outcome"] in (Outcome.SUPPORT, Outcome.PARTLY) for one in opinion.answers)


def _stop_everywhere(act: Act, term: str) -> None:
    clocks.stop(act.matter, term, on=act.today)


def _clean(text: str, limit: str, label: str) -> str:
    try:
        return wording.clean(text, limit=wording.LIMITS[limit], field=label).strip()
    except ValueError as error:
        raise refusal(str(error), "text") from error


def _say(act: Act, sort: str, text: str, *, data: dict | None = None, by: Officer | None = None) -> Record:
    return act.matter.records.create(
        referral_id=act.desk.pk if act.desk else None,
        event_seq=act.matter.event_count + 1,
        sort=sort,
        text=text,
        data=data or {},
        by=by,
        at=act.at,
        shown_to_citizen=True,
    )


def _mark_unread(matter: Matter) -> None:
    Referral.objects.filter(matter=matter, is_open=True).update(unread=True)
