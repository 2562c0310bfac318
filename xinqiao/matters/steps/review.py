"""复查、复核: the second and the last instance (D.9, R-35, R-36), with the hearing that stops the clock (HG, DL-09)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.documents import letters as official_letters
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import review_organs
from xinqiao.rules import document_contents
from xinqiao.rules.citizen_words import day
from xinqiao.rules.stages import ReferralKind, ReviewOutcome, ServiceManner, Stage, Step

from .. import clocks, identities, letter_facts, opinions
from ..act import REASON_AT_LEAST, Act, begin, close_desks, finish, open_desk, refusal, set_desk_stage, too_short
from ..actors import Citizen
from ..models import Clock, Matter, Opinion, Referral
from .handle import add_record, serve, service_facts, service_form

HEARING_NOTICE_DAYS = 7  # HG-4 (P15a)


@transaction.atomic
def request_review(
    matter_id: int,
    *,
    by: Citizen | Officer,
    at: datetime,
    version: int | None = None,
    organ_id: int,
    request: str,
    facts: str,
    late_reason: str = "",
    posted_on: date | None = None,
) -> Matter:
    """Ask the organ one level up to review the handling opinion, within 30 days of its receipt (R-35, T-50).

    A late request needs a reason; whether it is a good cause is for the review organ to decide (D.9). An officer registers what came
    by letter or at a window: `posted_on`, the postmark, decides whether it is in time, its arrival starts the 30 days (DL-12, V31).
    """
    act = begin(Step.REQUEST_REVIEW, matter_id, by=by, at=at, version=version)
    return _request(act, "handling", "REVIEW_REQ30", ReferralKind.REVIEW, organ_id, request, facts, late_reason, posted_on)


@transaction.atomic
def request_recheck(
    matter_id: int,
    *,
    by: Citizen | Officer,
    at: datetime,
    version: int | None = None,
    organ_id: int,
    request: str,
    facts: str,
    late_reason: str = "",
    posted_on: date | None = None,
) -> Matter:
    """Ask for the recheck, the last instance, within 30 days of the review opinion (R-36(1), T-54)."""
    act = begin(Step.REQUEST_RECHECK, matter_id, by=by, at=at, version=version)
    return _request(act, "review", "RECHECK_REQ30", ReferralKind.RECHECK, organ_id, request, facts, late_reason, posted_on)


def served_opinion(matter: Matter, instance: str) -> Opinion | None:
    """The opinion of an instance that was served last: what a review or recheck is asked against."""
    found = matter.opinions.filter(instance=instance, state="served")
    return found.select_related("organisation").order_by("-round").first()


def _request(
    act: Act, instance: str, window: str, kind: ReferralKind, organ_id, request, facts, late_reason, posted_on
) -> Matter:
    matter = act.matter
    opinion = served_opinion(matter, instance)
    if opinion is None:
        raise refusal("还没有可以申请的意见书。", "no_opinion")
    if matter.opinions.filter(instance=kind.value, state="served", pk__gt=opinion.pk).exists():
        raise refusal("这份意见书已经复查（复核）过了，不能再次申请。", "reviewed_already")
    organs = {one.organ_id: one for one in review_organs(opinion.organisation)}
    if organ_id not in organs:
        names = "、".join(one.name for one in organs.values()) or "（没有上一级机关）"
        raise refusal(f"请从有权受理的机关中选择：{names}。", "wrong_organ")
    if not request.strip():
        raise refusal("请写下您的请求，例如：撤销原意见，重新处理。", "request_missing")
    filed_on = posted_on or act.today
    if not opinion.served_on <= filed_on <= act.today:
        raise refusal("寄出（提交）的日期应在收到意见书之后、今天以前。请核对邮戳。", "posted_on")
    act.stop_on = filed_on
    last_day = matter.clocks.filter(term=window).order_by("-pk").first()
    if last_day and filed_on > last_day.due_on and not late_reason.strip():
        raise refusal("已经超过30日。如果有不可抗力等正当理由，请写明理由，由复查（复核）机关决定。", "late_reason")
    organ = Organisation.objects.get(pk=organ_id)
    is_review = kind == ReferralKind.REVIEW
    stage = Stage.REVIEW_REQUESTED if is_review else Stage.RECHECK_REQUESTED
    act.target = open_desk(act, organ, kind, stage, sender_referral=opinion.referral_id)
    document = official_letters.by_id(opinion.document_id, matter_id=matter.pk)
    who = identities.main_petitioner(matter)
    letter = letter_facts.to_citizen(
        act,
        instance="复查" if is_review else "复核",
        addressee=organ.name,
        applicant=who.name or "信访人",
        applicant_phone=who.mobile or who.phone or "（未留电话）",
        applicant_address=who.address,
        respondent_org=opinion.organisation.name,
        opinion_number=document.number,
        opinion_received_on=opinion.served_on.isoformat(),
        review_request=request,
        facts=facts or "见原信访材料",
        applied_on=filed_on.isoformat(),
        enclosures=[],
        org_name=organ.name,
    )
    matter.records.create(
        referral_id=act.target.pk,
        event_seq=matter.event_count + 1,
        sort="review_request" if is_review else "recheck_request",
        text=request.strip(),
        data={"facts": facts, "late_reason": late_reason, "against": opinion.pk, "posted_on": str(posted_on or "")},
        at=act.at,
        shown_to_citizen=True,
    )
    told = {"organ": organ.key, "organ_name": organ.name, "against": document.number, "posted_on": posted_on}
    finish(act, letters={"F-17": letter}, facts=told)
    return matter


@transaction.atomic
def accept_review(matter_id: int, *, by: Officer, at: datetime, version: int | None = None) -> Matter:
    """The request is in order and comes to the right organ: it is accepted, and the citizen is told (T-51)."""
    act = begin(Step.ACCEPT_REVIEW, matter_id, by=by, at=at, version=version)
    if clocks.running(act.matter, "REVIEW_ACCEPT3WD", act.desk) is None:
        raise refusal("这份复查申请已经受理。请起草复查意见书。", "accepted_already")
    finish(act)
    return act.matter


@transaction.atomic
def forward_review(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, to: Organisation, reason: str
) -> Matter:
    """Forward a request that came to the wrong organ; the date of the first filing counts (T-51)."""
    act = begin(Step.FORWARD_REVIEW, matter_id, by=by, at=at, version=version)
    opinion = served_opinion(act.matter, "handling")
    if to.pk not in {one.organ_id for one in review_organs(opinion.organisation)}:
        raise refusal(f"{to.name}不是这份意见书的复查机关。请重新选择。", "wrong_organ")
    clock = clocks.running(act.matter, "REVIEW_DEC30", act.desk)
    act.target = open_desk(act, to, ReferralKind.REVIEW, Stage.REVIEW_REQUESTED, sender_referral=opinion.referral_id)
    act.matter_stage = Stage.REVIEW_REQUESTED
    act.start_on["REVIEW_DEC30"] = clock.started_on if clock else act.today
    finish(act, facts={"to": to.key, "to_name": to.name, "reason": reason})
    return act.matter


@transaction.atomic
def refuse_review(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, ground: str, facts: str
) -> Matter:
    """Not accepted for review: not an opinion of the petition procedure, late without good cause, pending elsewhere (T-52)."""
    act = begin(Step.REFUSE_REVIEW, matter_id, by=by, at=at, version=version)
    return _refuse(act, "handling", "复查", ground, facts)


@transaction.atomic
def refuse_recheck(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, ground: str, facts: str
) -> Matter:
    """Not accepted for recheck (T-52)."""
    act = begin(Step.REFUSE_RECHECK, matter_id, by=by, at=at, version=version)
    return _refuse(act, "review", "复核", ground, facts)


# Why a request for review or recheck is not accepted (T-52, NA-3; P7f).
REVIEW_GROUNDS = {
    "not_petition_opinion": "申请的对象不是信访处理（复查）意见，应当按其他法定程序提出",
    "late": "超过30日期限，且没有正当理由",
    "pending": "同一事项正在复查、复核或者其他法定程序中",
    "final": "已经作出复核意见",
}


def _refuse(act: Act, against: str, instance: str, ground: str, facts: str) -> Matter:
    if ground not in REVIEW_GROUNDS:
        raise refusal("只能按列明的理由不予受理。请选择一项。", "ground")
    if too_short(facts):
        raise refusal(f"请写明事实（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    opinion = served_opinion(act.matter, against)
    document = official_letters.by_id(opinion.document_id, matter_id=act.matter.pk)
    above = review_organs(act.by.organisation)
    letter = letter_facts.to_citizen(
        act,
        instance=instance,
        applied_on=localdate(act.desk.received_at).isoformat(),
        respondent_org=opinion.organisation.name,
        opinion_number=document.number,
        ground=REVIEW_GROUNDS[ground],
        legal_basis="《信访工作条例》第三十五条、第三十六条",
        facts=facts,
        complaint_to=above[0].name if above else act.matter.received_by.name,
    )
    finish(act, letters={"F-20": letter}, facts={"ground": ground, "text": REVIEW_GROUNDS[ground], "facts": facts})
    close_desks(act)  # the opinion stands: nobody owes anything but to carry it out
    clocks.refresh_desks(act.matter)
    act.matter.save(update_fields=["due_on", "due_term"])
    return act.matter


@transaction.atomic
def issue_review_opinion(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, signer: str = ""
) -> Matter:
    """Issue the review opinion F-18: uphold, change, or revoke with a date for a new opinion (R-35)."""
    act = begin(Step.ISSUE_REVIEW_OPINION, matter_id, by=by, at=at, version=version)
    return _issue(act, "F-18", signer)


@transaction.atomic
def issue_recheck_opinion(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, signer: str = ""
) -> Matter:
    """Issue the recheck opinion F-19: the last of the petition procedure (R-36(1))."""
    act = begin(Step.ISSUE_RECHECK_OPINION, matter_id, by=by, at=at, version=version)
    return _issue(act, "F-19", signer)


def _issue(act: Act, kind: str, signer: str) -> Matter:
    opinion = opinions.current(act.desk)
    if opinion is None or opinion.state != "draft":
        raise refusal("还没有起草意见书。请先写好并保存。", "no_opinion")
    opinions.require_passed(opinion, act.desk)
    letter = opinion_letter(act, opinion, signer)
    opinion.state, opinion.signed_by, opinion.issued_at = "issued", act.by, act.at
    opinion.save()  # before the end of the step, which makes it searchable
    event = finish(act, letters={kind: letter}, facts={"opinion": opinion.pk, "outcome": opinion.outcome})
    opinion.document_id = event.document_id
    opinion.save(update_fields=["document_id"])
    return act.matter


def opinion_letter(act: Act, opinion: Opinion, signer: str = "") -> dict:
    """F-18 or F-19 as it would be issued today; of an unfinished draft too, for the preview beside the text."""
    is_recheck = opinion.instance == "recheck"
    request = act.matter.records.filter(referral_id=act.desk.pk, sort__in=("review_request", "recheck_request")).first()
    attacked = served_opinion(act.matter, "review" if is_recheck else "handling")
    document = official_letters.by_id(attacked.document_id, matter_id=act.matter.pk)
    hearing = act.matter.records.filter(referral_id=act.desk.pk, sort="hearing").order_by("-pk").first()
    return letter_facts.to_citizen(
        act,
        applicant=identities.addressee(act.matter, act.by),
        respondent_org=attacked.organisation.name,
        opinion_number=document.number,
        opinion_issued_on=document.data.get("issued_on", ""),
        applied_on=localdate(act.desk.received_at).isoformat(),
        review_request=request.text if request else "撤销原意见，重新处理",
        facts=opinion.facts,
        reasons=opinion.reasons,
        decision=opinion.outcome,
        legal_basis="；".join(f"《{row['title'].strip('《》')}》{row['article']}" for row in opinion.basis),
        conclusion=opinion.body,
        redo_by_on=letter_facts.iso(opinion.redo_by_on),
        signer=signer or act.by.user.name,
        hearing=hearing.text if hearing else "",
        enclosures=[],
        review_documents=document_contents.REVIEW_DOCUMENTS.format(opinion="本复查意见书"),
        **(letter_facts.remedy(act.by.organisation) if not is_recheck else {}),
    )


@transaction.atomic
def serve_review_opinion(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    manner: ServiceManner,
    proof: dict,
    files=(),
) -> Matter:
    """Serve the review opinion; the 30 days for a recheck run from its receipt. A revocation sends the matter back (D.9)."""
    act = begin(Step.SERVE_REVIEW_OPINION, matter_id, by=by, at=at, version=version)
    opinion = _issued(act)
    served_on = serve(act, opinion, manner, proof, files)
    act.start_on["RECHECK_REQ30"] = served_on
    if opinion.outcome == ReviewOutcome.REVOKE:
        act.skip_clocks.add("RECHECK_REQ30")  # the new opinion opens its own windows
        _send_back(act, opinion)
    elif not review_organs(by.organisation):
        act.skip_clocks.add("RECHECK_REQ30")
    finish(
        act,
        letters={"F-21": service_form(act, opinion, manner, proof, served_on, "F-18")},
        facts=service_facts(manner, served_on),
    )
    return act.matter


@transaction.atomic
def serve_recheck_opinion(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    manner: ServiceManner,
    proof: dict,
    files=(),
) -> Matter:
    """Serve the recheck opinion: the petition procedure is over (T2), what remains possible stands in the letter."""
    act = begin(Step.SERVE_RECHECK_OPINION, matter_id, by=by, at=at, version=version)
    opinion = _issued(act)
    served_on = serve(act, opinion, manner, proof, files)
    if opinion.outcome == ReviewOutcome.REVOKE:
        act.to = Stage.DESK_CLOSED
        _send_back(act, opinion)
    letter = service_form(act, opinion, manner, proof, served_on, "F-19")
    finish(act, letters={"F-21": letter}, facts=service_facts(manner, served_on))
    return act.matter


def _issued(act: Act) -> Opinion:
    opinion = opinions.current(act.desk)
    if opinion is None or opinion.state != "issued":
        raise refusal("还没有可以送达的意见书。", "no_opinion")
    return opinion


def _send_back(act: Act, opinion: Opinion) -> None:
    """Revoked: the unit whose opinion it was makes a new one by the date set; new opinion, new windows."""
    first = act.matter.opinions.filter(instance="handling").order_by("-round").first()
    act.matter.opinions.filter(pk=first.pk).update(state="revoked")
    desk = Referral.objects.select_related("organisation").get(matter=act.matter, pk=first.referral_id)
    set_desk_stage(desk, Stage.HANDLING, at=act.at)
    desk.unread = True
    desk.save()
    act.matter.unit, act.matter.unit_since, act.matter_stage = desk.organisation, act.at, Stage.HANDLING
    days = max((opinion.redo_by_on - act.today).days, 1)
    clocks.start(act.matter, "ASSIGN_N", on=act.today, desk=desk, days=days)


# ---- hearing --------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_hearing(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, held_on: date, place: str, host: str
) -> Matter:
    """Decide on a hearing in the recheck: notice today, at least 7 days ahead; the 30 days stand still (R-36(2), HG-2, HG-4)."""
    act = begin(Step.OPEN_HEARING, matter_id, by=by, at=at, version=version)
    if held_on < act.today + timedelta(days=HEARING_NOTICE_DAYS):
        raise refusal(
            f"听证要提前{HEARING_NOTICE_DAYS}日通知信访人，请把日期定在{HEARING_NOTICE_DAYS}日以后。", "hearing_notice"
        )
    if not place.strip() or not host.strip():
        raise refusal("请写明听证的地点和主持人。", "hearing_place")
    if act.matter.records.filter(referral_id=act.desk.pk, sort="hearing").exists():
        raise refusal("这次复核已经听证过。听证的时间只扣除一次，请作出复核意见。", "heard_already")  # HG-3
    text = f"听证定于{day(held_on)}在{place}举行，主持人{host}。"
    add_record(
        act, "hearing", text, data={"noticed_on": act.today.isoformat(), "held_on": held_on.isoformat()}, shown=True
    )
    act.matter.clocks.filter(term="RECHECK_DEC30", referral_id=act.desk.pk, state="running").update(
        state="paused", next_warning_on=None
    )
    act.clocks_changed = True
    finish(act, facts={"held_on": held_on, "place": place, "host": host})
    return act.matter


@transaction.atomic
def close_hearing(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, conclusion: str) -> Matter:
    """The conclusion is signed: the days from the notice to now are taken out of the 30 (HG-3, DL-09)."""
    act = begin(Step.CLOSE_HEARING, matter_id, by=by, at=at, version=version)
    if too_short(conclusion):
        raise refusal("请写明听证结论。", "conclusion_missing")
    opened = act.matter.records.filter(referral_id=act.desk.pk, sort="hearing").order_by("-pk").first()
    noticed_on = date.fromisoformat(opened.data["noticed_on"])
    add_record(
        act,
        "hearing",
        conclusion,
        data={"noticed_on": str(noticed_on), "concluded_on": act.today.isoformat()},
        shown=True,
    )
    clock = Clock.objects.get(matter=act.matter, term="RECHECK_DEC30", referral_id=act.desk.pk, state="paused")
    clock.state = "running"
    clocks.recompute(clock, hearing=(noticed_on, act.today))
    act.clocks_changed = True
    finish(act, facts={"days": (act.today - noticed_on).days, "due_on": clock.due_on, "conclusion": conclusion})
    return act.matter
