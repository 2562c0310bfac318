"""办结报告: the result of an assigned matter is reported, signed, approved or sent back, and passed on upwards (SV-8, R-22(1)(三)).

The handler writes it, the head of the unit signs it, the office that assigned the matter approves it. It runs beside the main line; the
office's desk stays open until it has approved. What each report must say stands in rules/completion.py.
"""

from datetime import date, datetime

from django.db import transaction

from xinqiao.documents import letters as official_letters
from xinqiao.organisations.models import Officer
from xinqiao.rules import completion, wording
from xinqiao.rules.completion import ReportState as State
from xinqiao.rules.document_contents import DOCUMENTS
from xinqiao.rules.moves import BEFORE_SERVED
from xinqiao.rules.stages import ServiceManner, Step

from .. import clocks, letter_facts, opinions
from ..act import Act, begin, finish, refusal
from ..models import CompletionReport, Matter, Referral

# Letters that answer the petitioner, and the step that proves how one was handed over.
ANSWERS = ("F-16", "F-36", "F-25", "F-09", "F-10", "F-11")


@transaction.atomic
def draft_completion(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    problem: str,
    facts: str,
    handling: str,
    answer_note: str = "",
) -> Matter:
    """The handler writes the report and puts it before the head of the unit."""
    act = begin(Step.DRAFT_COMPLETION, matter_id, by=by, at=at, version=version)
    row = _report_to_write(act)
    row.said = _said(row, problem=problem, facts=facts, handling=handling, answer_note=answer_note)
    _require_complete(act, row)
    row.state, row.drafted_by, row.drafted_at = State.DRAFTED, by, at
    row.save()
    finish(act, facts=_facts(row))
    return act.matter


@transaction.atomic
def report_completion(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    problem: str = "",
    facts: str = "",
    handling: str = "",
    answer_note: str = "",
) -> Matter:
    """The head of the unit signs and sends it (F-29). What is left blank stays as it was drafted. The day of the assignment stops."""
    act = begin(Step.REPORT_COMPLETION, matter_id, by=by, at=at, version=version)
    row = _report_to_write(act)
    row.said = _said(row, problem=problem, facts=facts, handling=handling, answer_note=answer_note)
    _send(act, row, Step.REPORT_COMPLETION)
    return act.matter


@transaction.atomic
def relay_completion(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    review: str,
    problem: str = "",
    facts: str = "",
    handling: str = "",
    answer_note: str = "",
) -> Matter:
    """The petition office in between passes the report on with its own review on top (审核报告), once it approved the one below."""
    act = begin(Step.RELAY_COMPLETION, matter_id, by=by, at=at, version=version)
    row, below = _report_to_write(act), report_from_below(act.desk)
    if below and below.state != State.APPROVED:
        raise refusal("承办单位的办结报告还没有审核认定。请先审核，再转报。", "below_waits")
    row.relayed_id, row.review = (below.pk if below else None), _words(review, "审核意见")
    given = _said(row, problem=problem, facts=facts, handling=handling, answer_note=answer_note)
    row.said = {**(below.said if below else {}), **{key: value for key, value in given.items() if value}}
    _send(act, row, Step.RELAY_COMPLETION)
    return act.matter


@transaction.atomic
def return_completion(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, missing: str, report_due_on: date
) -> Matter:
    """The report does not do: what is missing, and the new day for it, which runs as the first one did."""
    act = begin(Step.RETURN_COMPLETION, matter_id, by=by, at=at, version=version)
    row = report_from_below(act.desk)
    again = row and row.state == State.APPROVED and _is_sent_back(act.desk)  # the level above sent our own one back
    if row is None or not (row.state == State.REPORTED or again):
        raise refusal("这里没有等您审核的办结报告。可能已经有人办了，请刷新页面。", "no_report")
    clocks.require_date_after(report_due_on, act.today, "重新报送的日期")
    row.state, row.decision, row.decided_by, row.decided_at = State.RETURNED, _words(missing, "还缺什么"), by, at
    row.rounds += 1
    row.save()
    Referral.objects.filter(matter=act.matter, pk=row.referral_id).update(report_due_on=report_due_on, unread=True)
    act.days["ASSIGN_N"] = (report_due_on - act.today).days
    finish(act, facts={**_facts(row), "missing": row.decision, "answer_by_on": report_due_on.isoformat()})
    return act.matter


@transaction.atomic
def approve_completion(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, opinion: str = ""
) -> Matter:
    """审核认定办结: the office has read the report and takes the assignment as done; its desk asks nothing more."""
    act = begin(Step.APPROVE_COMPLETION, matter_id, by=by, at=at, version=version)
    row = report_from_below(act.desk)
    if row is None or row.state != State.REPORTED:
        raise refusal("这里没有等您审核的办结报告。可能已经有人办了，请刷新页面。", "no_report")
    row.state, row.decided_by, row.decided_at = State.APPROVED, by, at
    row.decision = _clean(opinion, "审核意见")
    row.save()
    finish(act, facts={**_facts(row), "opinion_text": row.decision})
    return act.matter


# ---- what pages ask --------------------------------------------------------------------------------------------------


def report_from_below(desk: Referral | None) -> CompletionReport | None:
    """The newest report that this office's desk waits for or got."""
    if desk is None:
        return None
    rows = CompletionReport.objects.filter(matter_id=desk.matter_id, office_referral_id=desk.pk)
    return rows.exclude(state=State.DRAFTED).select_related("organisation").order_by("-pk").first()


def own_report(desk: Referral | None) -> CompletionReport | None:
    """The report that this desk writes or wrote."""
    rows = CompletionReport.objects.filter(matter_id=desk.matter_id, referral_id=desk.pk) if desk else None
    return rows.first() if rows is not None else None


def answers_of(matter: Matter, organisation_id: int) -> list[str]:
    """The answers to the petitioner that were signed for, each with number, manner and day: the enclosure of the report."""
    served = matter.events.filter(step=Step.SERVE_OPINION, organisation_id=organisation_id).order_by("-seq").first()
    found = []
    for kind in ANSWERS:
        for document in official_letters.versions(matter.pk, kind):
            if document.organisation_id != organisation_id or document.status != "issued":
                continue
            how = _service(served.facts) if served and kind == "F-16" else ""
            if how:
                found.append(f"{DOCUMENTS[kind].title}（{document.number}），{how}")
    return found[-1:]


def suggested(matter: Matter, desk: Referral | None) -> dict[str, str]:
    """What the platform can put into an empty form: the petition's own words and the facts of the opinion."""
    opinion = opinions.current(desk) if desk else None
    requests = "；".join(row["text"] for row in letter_facts.requests(matter))
    return {"problem": f"{matter.title}。{requests}", "facts": opinion.facts if opinion else ""}


# ---- what they share -------------------------------------------------------------------------------------------------


def _report_to_write(act: Act) -> CompletionReport:
    """The report of this desk, made with its first draft. Raises StepRefused where none is owed or it is out of hand."""
    if act.matter.stage in BEFORE_SERVED and act.step is not Step.RELAY_COMPLETION:
        raise refusal("这一件还没有结果。送达意见书或者告知信访人以后，再报送办结报告。", "no_result")
    row = own_report(act.desk)
    if row is not None and row.state not in completion.WITH_REPORTER:
        raise refusal("已经报送过办结报告，正在等交办机关审核或者已经认定。", "reported_already")
    office = act.matter.referrals.select_related("organisation").filter(pk=act.desk.sender_referral_id).first()
    if office is None or clocks.running(act.matter, completion.TERM, office) is None:
        raise refusal("没有等待报送的办结报告，或者已经报送过。", "no_report_due")
    return row or CompletionReport(
        matter=act.matter,
        referral_id=act.desk.pk,
        organisation=act.desk.organisation,
        office_referral_id=office.pk,
        office=office.organisation,
    )


def _send(act: Act, row: CompletionReport, step: Step) -> None:
    _require_complete(act, row)
    row.state, row.signed_by, row.reported_at = State.REPORTED, act.by, act.at
    office = act.matter.referrals.get(pk=row.office_referral_id)
    clocks.stop(act.matter, completion.TERM, on=act.today, desk=office)
    office.unread = True
    office.save(update_fields=["unread"])
    act.clocks_changed = True
    row.save()
    event = finish(act, letters={"F-29": letter(act, row)}, facts=_facts(row))
    row.document_id = event.document_id
    row.save(update_fields=["document_id"])


def letter(act: Act, row: CompletionReport) -> dict:
    """F-29 as it would be signed by `act.by` today."""
    matter, handler = act.matter, act.desk.handler or act.by
    reporter = act.desk.organisation_id
    below = CompletionReport.objects.filter(matter=matter, pk=row.relayed_id).first() if row.relayed_id else None
    answers = answers_of(matter, below.organisation_id if below else reporter)
    note = row.said.get("answer_note", "")
    assigned = [one for one in official_letters.versions(matter.pk, "F-04") if one.organisation_id == row.office_id]
    relayed = [f"{below.organisation.name}办结报告"] if below else []
    return letter_facts.to_organ(
        act,
        row.office,
        assignment_number=assigned[-1].number if assigned else "（口头交办）",
        problem=row.said["problem"],
        facts=row.said["facts"],
        handling=row.said["handling"],
        signer=act.by.user.name,
        handler_name=handler.user.name,
        handler_phone=handler.phone or act.desk.organisation.phone or letter_facts.PUBLISHED,
        requests=letter_facts.requests(matter) or [{"number": 1, "text": matter.title}],
        enclosures=[*relayed, *answers, *([f"关于告知信访人情况的说明：{note}"] if note else [])],
        **({"review": row.review} if row.review else {}),
    )


def _require_complete(act: Act, row: CompletionReport) -> None:
    below = CompletionReport.objects.filter(matter=act.matter, pk=row.relayed_id).first() if row.relayed_id else None
    answers = answers_of(act.matter, below.organisation_id if below else act.desk.organisation_id)
    lacking = completion.missing(row.said, answers=answers, answer_note=row.said.get("answer_note", ""))
    if lacking:
        raise refusal("".join(lacking), "report_incomplete")


def _is_sent_back(desk: Referral) -> bool:
    own = own_report(desk)
    return own is not None and own.state == State.RETURNED


def _said(row: CompletionReport, **given: str) -> dict[str, str]:
    cleaned = {key: _clean(value, key, limit="facts") for key, value in given.items()}
    return {**row.said, **{key: value for key, value in cleaned.items() if value}}


def _service(facts: dict) -> str:
    """直接送达，2026年4月2日，信访人签收 - or which other manner; never who signed."""
    if not facts.get("manner") or not facts.get("served_on"):
        return ""
    manner, day = ServiceManner(facts["manner"]), date.fromisoformat(str(facts["served_on"])[:10])
    signed = "有信访人签收的凭证" if manner in completion.SIGNED_BY_PETITIONER else "有送达凭证"
    return f"{day:%Y年%-m月%-d日}{manner.label}，{signed}"


def _facts(row: CompletionReport) -> dict:
    return {"report": row.pk, "office": row.office.key, "unit": row.organisation.key, "to_name": row.office.name}


def _words(text: str, field: str) -> str:
    cleaned = _clean(text, field)
    if len(wording.readable(cleaned)) < completion.LEAST:
        raise refusal(f"请把“{field}”写具体（至少{completion.LEAST}个字）。", "words_missing")
    return cleaned


def _clean(text: str, field: str, limit: str = "reason") -> str:
    try:
        return wording.clean(text, limit=wording.LIMITS[limit], field=field).strip()
    except ValueError as error:
        raise refusal(str(error), "text") from error
