"""办理: handler and recusal, contact, extension, opinion, service, execution, mediation (D.7, R-31 to R-34)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.documents import letters as official_letters
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import review_organs
from xinqiao.rules import deadlines, document_contents, gates, service, simple_procedure
from xinqiao.rules.stages import Outcome, Role, ServiceManner, Stage, Step

from .. import clocks, letter_facts, opinions, policy
from ..act import REASON_AT_LEAST, Act, begin, finish, refusal, too_short
from ..intake import StoredFile
from ..models import Clock, Matter, Opinion
from .receive import add_attachments


@transaction.atomic
def start_handling(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, handler: Officer, no_interest: bool
) -> Matter:
    """Name the handler (承办人), who declares to have no interest in the matter or the petitioner (C-05, R-28(3))."""
    act = begin(Step.START_HANDLING, matter_id, by=by, at=at, version=version)
    if handler.organisation_id != by.organisation_id or not handler.may(Role.HANDLER) or not handler.active:
        raise refusal("承办人应是本单位在岗的承办人员。请重新选择。", "not_our_handler")
    if not no_interest:
        raise refusal("承办人与信访人或事项有利害关系的应当回避。请改选承办人，或确认没有利害关系。", "recusal")
    act.desk.handler, act.desk.recusal_declared_at = handler, at
    finish(act, facts={"handler": handler.pk, "handler_name": handler.user.name, "no_interest": True})
    return act.matter


@transaction.atomic
def record_contact(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    manner: str,
    text: str,
    shown_to_citizen: bool = False,
) -> Matter:
    """Note that the petitioner was heard (R-31(六)): by phone, at a visit, on the spot. What is shown to the citizen is said so."""
    act = begin(Step.RECORD_CONTACT, matter_id, by=by, at=at)
    if too_short(text):
        raise refusal("请写下信访人说了什么、核实了什么。", "contact_empty")
    add_record(act, "contact", text, data={"manner": manner}, shown=shown_to_citizen)
    finish(act, facts={"manner": manner, "shown_to_citizen": shown_to_citizen})
    return act.matter


def add_record(act: Act, sort: str, text: str, *, data: dict | None = None, shown: bool = False):
    """A record that belongs to the event now being made."""
    return act.matter.records.create(
        referral_id=act.desk.pk if act.desk else None,
        event_seq=act.matter.event_count + 1,
        sort=sort,
        text=text.strip(),
        data=data or {},
        by=act.by if isinstance(act.by, Officer) else None,
        at=act.at,
        shown_to_citizen=shown,
    )


# ---- extension ------------------------------------------------------------------------------------------------------


@transaction.atomic
def request_extension(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, days: int, reasons: str
) -> Matter:
    """Ask the unit's leader for up to 30 days more (R-34)."""
    act = begin(Step.REQUEST_EXTENSION, matter_id, by=by, at=at, version=version)
    _check_extension(act, days)
    if too_short(reasons):
        raise refusal(f"请写明为什么复杂、还要做什么（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    act.desk.extension = {"days": days, "reasons": reasons.strip(), "by": by.pk, "by_name": by.user.name}
    finish(act, facts={"days": days, "reasons": reasons})
    return act.matter


@transaction.atomic
def extend(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, days: int, reasons: str) -> Matter:
    """Approve the extension: once, at most 30 days, on or before the first last day; the citizen is told why (R-34, DL-08)."""
    act = begin(Step.EXTEND, matter_id, by=by, at=at, version=version)
    clock = _check_extension(act, days)
    old_due = clock.due_on
    clocks.recompute(clock, extend_days=days)
    act.clocks_changed = True
    act.matter.extended_days, act.desk.extension = days, None
    letter = letter_facts.to_citizen(
        act,
        old_due_on=old_due.isoformat(),
        due_on=clock.due_on.isoformat(),
        extension_days=days,
        reasons=reasons,
        approver=by.user.name,
    )
    letters = {"F-14": letter} if act.matter.contactable else {}
    finish(
        act, letters=letters, facts={"days": days, "reasons": reasons, "due_on": clock.due_on, "old_due_on": old_due}
    )
    return act.matter


def _check_extension(act: Act, days: int) -> Clock:
    clock = clocks.running(act.matter, "HANDLE60", act.desk)
    if clock is None:
        raise refusal("只有普通程序的60日办理期限可以延长；简易办理请先转为普通程序。", "no_term")
    deadlines.check_extension(
        clocks.as_deadline(clock), days, act.today, act.matter.extended_days > 0, pack=policy.pack()
    )
    return clock


@transaction.atomic
def decline_extension(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str) -> Matter:
    """The leader does not approve: the 60 days stand."""
    act = begin(Step.DECLINE_EXTENSION, matter_id, by=by, at=at, version=version)
    if not act.desk.extension:
        raise refusal("没有等待批准的延期申请。", "no_request")
    act.desk.extension = None
    finish(act, facts={"reason": reason})
    return act.matter


@transaction.atomic
def convert_to_ordinary(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str
) -> Matter:
    """From the simple to the ordinary procedure; the 60 days count from the original acceptance (D.6, B13)."""
    act = begin(Step.CONVERT_TO_ORDINARY, matter_id, by=by, at=at, version=version)
    if act.matter.procedure != "simple":
        raise refusal("这一件已经是普通程序。", "ordinary_already")
    if too_short(reason):
        raise refusal(f"请写明转为普通程序的理由（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    clocks.cancel(act.matter.clocks.filter(term="SIMPLE10WD", referral_id=act.desk.pk), on=act.today)
    act.matter.procedure = "ordinary"
    act.start_on["HANDLE60"] = act.matter.accepted_on
    finish(act, facts={"reason": reason})
    return act.matter


# ---- the opinion ----------------------------------------------------------------------------------------------------


@transaction.atomic
def submit_opinion(matter_id: int, *, by: Officer, at: datetime, version: int | None = None) -> Matter:
    """Send the draft to the unit's leader; every gate GT-1 to GT-6 must be passed."""
    act = begin(Step.SUBMIT_OPINION, matter_id, by=by, at=at, version=version)
    opinion = _opinion(act, "draft")
    opinions.require_passed(opinion, act.desk)
    _not_the_same_again(opinion)
    opinion.state, opinion.return_note = "in_approval", ""
    opinion.save()
    text = "\n".join(opinions.as_lines(opinion))  # so that the leader sees what changed since the last return
    add_record(act, "opinion_version", text, data={"round": opinion.round, "revision": opinion.revision})
    finish(act, facts={"opinion": opinion.pk, "round": opinion.round})
    return act.matter


@transaction.atomic
def return_opinion(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, note: str) -> Matter:
    """Send the draft back with what is to be changed."""
    act = begin(Step.RETURN_OPINION, matter_id, by=by, at=at, version=version)
    if not note.strip():
        raise refusal("请写明要修改什么。", "note_missing")
    opinion = _opinion(act, "in_approval")
    opinion.state, opinion.return_note = "draft", note.strip()
    opinion.save()
    act.to = Stage.EXTENDED if act.matter.extended_days else Stage.HANDLING
    finish(act, facts={"note": note})
    return act.matter


@transaction.atomic
def issue_opinion(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, remedy_organ: Organisation | None = None
) -> Matter:
    """Sign the handling opinion F-16 (R-32). The review organ comes from the tree; where two may review, the citizen chooses."""
    act = begin(Step.ISSUE_OPINION, matter_id, by=by, at=at, version=version)
    opinion = _opinion(act, "in_approval")
    opinions.require_passed(opinion, act.desk)
    if act.matter.procedure == "simple":
        simple_procedure.require_supportive([Outcome(one["outcome"]) for one in opinion.answers])
    opinion.state, opinion.signed_by, opinion.issued_at, opinion.remedy_organ = "issued", by, at, remedy_organ
    opinion.save()  # before the end of the step, which makes it searchable
    event = finish(
        act, letters={"F-16": opinion_letter(act, opinion)}, facts={"opinion": opinion.pk, "round": opinion.round}
    )
    opinion.document_id = event.document_id
    opinion.save(update_fields=["document_id"])
    return act.matter


def opinion_letter(act: Act, opinion: Opinion) -> dict:
    """F-16 as it would be signed by `act.by` today; of an unfinished draft too, for the preview beside the text."""
    return letter_facts.to_citizen(
        act,
        facts=opinion.facts,
        evidence=opinion.evidence,
        answers=letter_facts.opinion_answers(opinion),
        body=[line for line in opinion.body.splitlines() if line.strip()],
        procedure=act.matter.procedure,
        signer=act.by.user.name,
        enclosures=[],
        review_documents=document_contents.REVIEW_DOCUMENTS.format(opinion="本处理意见书"),
        **letter_facts.remedy(act.by.organisation),
    )


def _opinion(act: Act, state: str) -> Opinion:
    opinion = opinions.current(act.desk)
    if opinion is None or opinion.state != state:
        raise refusal("还没有起草意见书。请先在“起草意见书”中写好并保存。", "no_opinion")
    return opinion


def _not_the_same_again(opinion: Opinion) -> None:
    """After a revocation the new opinion must not repeat the same result on the same facts and reasons (D.9)."""
    if opinion.round == 1:
        return
    before = Opinion.objects.filter(
        matter=opinion.matter, referral_id=opinion.referral_id, round=opinion.round - 1
    ).first()
    if before is None or before.state != "revoked":
        return
    results = gates.repeated_after_revocation(
        [opinions.as_gate_answer(one) for one in before.answers],
        [opinions.as_gate_answer(one) for one in opinion.answers],
    )
    problems = [result.message for result in results if not result.ok]
    if problems:
        raise refusal("；".join(problems), "same_again")


@transaction.atomic
def serve_opinion(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    manner: ServiceManner,
    proof: dict,
    files: tuple[StoredFile, ...] = (),
) -> Matter:
    """Record the service of the opinion, with proof (F.2). The citizen's 30 days run from the day it was received (R-35, DL-14)."""
    act = begin(Step.SERVE_OPINION, matter_id, by=by, at=at, version=version)
    opinion = _opinion(act, "issued")
    served_on = serve(act, opinion, manner, proof, files)
    if not _has_remedy(act):
        act.skip_clocks.add("REVIEW_REQ30")  # B08: without a remedy clause the window does not start
    act.start_on = {"REVIEW_REQ30": served_on, "RATING30": act.today}
    finish(
        act,
        letters={"F-21": service_form(act, opinion, manner, proof, served_on, "F-16")},
        facts=service_facts(manner, served_on),
    )
    return act.matter


def _has_remedy(act: Act) -> bool:
    return bool(review_organs(act.by.organisation))


def serve(act: Act, opinion: Opinion, manner: ServiceManner, proof: dict, files) -> date:
    """Check the proof, keep it, mark the opinion as served; returns the day from which it counts."""
    if manner == ServiceManner.ELECTRONIC and not act.matter.electronic_service:
        raise refusal(
            "信访人没有同意电子送达，不能用电子方式送达意见书。请当面或邮寄送达，或先取得同意。", "no_consent"
        )
    served_on = service.effective_on(manner, proof, today=act.today)
    if served_on is None:
        raise refusal("还没有到达信访人：请收到回执或送达记录后再登记，复查期限从收到之日算起。", "on_its_way")
    issued_on = localdate(opinion.issued_at)
    if served_on < issued_on:  # a mistyped month would take days off the citizen's 30
        raise refusal(
            f"文书{issued_on.month}月{issued_on.day}日才签发，不可能在此以前送达。请核对凭证上的日期。", "served_before_issue"
        )
    # A day to come is possible only for a public notice; the duty itself is done on the day of the notice.
    act.stop_on = min(served_on, act.today)
    act.matter.services.create(
        document_id=opinion.document_id,
        opinion_id=opinion.pk,
        manner=manner,
        effective_on=served_on,
        proof={key: str(value) for key, value in proof.items()},
        recorded_by=act.by,
        recorded_at=act.at,
    )
    add_attachments(act.matter, files, at=act.at, event_seq=act.matter.event_count + 1, from_citizen=False)
    opinion.state, opinion.served_on = "served", served_on
    opinion.save()
    return served_on


def service_form(
    act: Act, opinion: Opinion, manner: ServiceManner, proof: dict, served_on: date, document_kind: str
) -> dict:
    """F-21 送达回证."""
    document = official_letters.by_id(opinion.document_id, matter_id=act.matter.pk)
    witnesses = [str(proof[name]) for name in ("witness_one", "witness_two") if proof.get(name)]
    relation = str(proof.get("relation") or "")
    by_another = relation != "self"  # the addressee signs in a row of their own
    return letter_facts.to_citizen(
        act,
        document_title=document_contents.title_of(document_kind, {}),
        document_number=document.number,
        recipient=letter_facts.to_citizen(act)["addressee"],
        manner=ServiceManner(manner).label,
        place=proof.get("place") or proof.get("address") or proof.get("organ") or "信访人住所或约定地点",
        served_on=served_on.isoformat(),
        server=act.by.user.name,
        signed_by=str(proof.get("signed_by") or "") if by_another else "",
        relation=dict(service.RECIPIENTS).get(relation, relation) if by_another else "",
        refusal_reason=str(proof.get("refusal_reason") or ""),
        witnesses=witnesses,
    )


def service_facts(manner: ServiceManner, served_on: date) -> dict:
    return {"manner": ServiceManner(manner).value, "served_on": served_on}


# ---- co-handlers, suggestions, execution, mediation, completion report ------------------------------------------------


@transaction.atomic
def co_answer(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, text: str) -> Matter:
    """A co-handler answers the lead (J-04)."""
    act = begin(Step.CO_ANSWER, matter_id, by=by, at=at, version=version)
    if too_short(text):
        raise refusal("请写明本单位的意见和依据。", "answer_missing")
    add_record(act, "co_answer", text)
    finish(act, facts={"text": text})
    return act.matter


@transaction.atomic
def reply_to_suggestion(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    decision: str,
    reasons: str,
    effect: str = "",
) -> Matter:
    """Tell the citizen whether a suggestion is adopted, partly or not, and why (R-29(1))."""
    act = begin(Step.REPLY_TO_SUGGESTION, matter_id, by=by, at=at, version=version)
    if too_short(reasons):
        raise refusal(f"请写明理由（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    letters = {}
    if act.matter.contactable:
        letters["F-36"] = letter_facts.to_citizen(act, decision=decision, reasons=reasons, effect=effect)
    finish(act, letters=letters, facts={"decision": decision, "reasons": reasons})
    return act.matter


@transaction.atomic
def start_execution(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, plan: str) -> Matter:
    """Carry out what the opinion supports (R-32(2), T-47)."""
    act = begin(Step.START_EXECUTION, matter_id, by=by, at=at, version=version)
    opinion = _opinion(act, "served")
    if not any(one["outcome"] in (Outcome.SUPPORT, Outcome.PARTLY) for one in opinion.answers):
        raise refusal("意见书没有支持的诉求，不需要落实。", "nothing_to_execute")
    add_record(act, "execution", plan, shown=True)
    finish(act, facts={"plan": plan})
    return act.matter


@transaction.atomic
def report_execution(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    text: str,
    files: tuple[StoredFile, ...] = (),
) -> Matter:
    """Report that it is carried out, with what proves it; the citizen is asked and has 15 days (T-48)."""
    act = begin(Step.REPORT_EXECUTION, matter_id, by=by, at=at, version=version)
    if too_short(text):
        raise refusal("请写明做了什么、何时完成、有什么凭证。", "proof_missing")
    add_record(act, "execution", text, shown=True)
    add_attachments(act.matter, files, at=at, event_seq=act.matter.event_count + 1, from_citizen=False)
    finish(act, facts={"text": text})
    return act.matter


@transaction.atomic
def settle(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    sort: str,
    parties: list[dict],
    dispute: str,
    terms: list[str],
    performance: str,
    effective_on: date,
    mediator: str = "",
) -> Matter:
    """A mediation or conciliation agreement F-25 (R-33, MD-1 to MD-7). It may not contain a promise to stop petitioning."""
    act = begin(Step.SETTLE, matter_id, by=by, at=at, version=version)
    confirm_by = policy.limit("MED_CONFIRM30", effective_on).due
    data = letter_facts.to_citizen(
        act,
        agreement_kind=sort,
        parties=parties,
        facts=dispute,
        dispute=dispute,
        terms=terms,
        performance=performance,
        effective_on=effective_on.isoformat(),
        confirm_by_on=confirm_by.isoformat(),
        mediator=mediator,
        copies=len(parties) + 1,
    )
    problems = document_contents.faults("F-25", data)
    if problems:
        raise refusal("；".join(problems), "waiver")
    act.start_on["MED_CONFIRM30"] = effective_on
    add_record(act, "agreement", "\n".join(terms), data={"performance": performance, "sort": sort}, shown=True)
    finish(act, letters={"F-25": data}, facts={"sort": sort, "effective_on": effective_on})
    return act.matter


@transaction.atomic
def record_agreement_performed(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, proof: str
) -> Matter:
    """The agreement is performed: the matter ends (T3)."""
    act = begin(Step.RECORD_AGREEMENT_PERFORMED, matter_id, by=by, at=at, version=version)
    if too_short(proof):
        raise refusal("请写明怎样履行完毕、有什么凭证。", "proof_missing")
    add_record(act, "agreement", proof, shown=True)
    finish(act, facts={"proof": proof})
    return act.matter


@transaction.atomic
def record_agreement_broken(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str
) -> Matter:
    """The agreement is not performed: handling goes on, the 60 days still from acceptance (MD-5, MD-6)."""
    act = begin(Step.RECORD_AGREEMENT_BROKEN, matter_id, by=by, at=at, version=version)
    act.start_on["HANDLE60"] = act.matter.accepted_on
    again = clocks.running(act.matter, "ASSIGN_N", act.desk)
    if again:  # after a revocation the day that the review organ set is the limit; the 60 days are over and were answered
        act.skip_clocks.add("HANDLE60")
    finish(act, facts={"reason": reason})
    if act.matter.extended_days and not again:
        clock = clocks.running(act.matter, "HANDLE60", act.desk)
        clocks.recompute(clock, extend_days=act.matter.extended_days)
        clocks.refresh_desks(act.matter)
        act.matter.save(update_fields=["due_on", "due_term"])
    return act.matter
