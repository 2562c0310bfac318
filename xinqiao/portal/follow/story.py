"""办理经过: every step in the words of a citizen, newest first. One table; what is not in it is not told (B.3, C-01).

What only moves inside the offices (drafts, approvals, warnings, reports between organs) is in INSIDE, so that a new step
must be put in one of the two.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from xinqiao.documents.models import Document
from xinqiao.matters.models import Attachment, Event, Record
from xinqiao.rules.citizen_words import day
from xinqiao.rules.ledgers import TOLD_TO_CITIZEN
from xinqiao.rules.rating import RatingTarget, RatingValue
from xinqiao.rules.stages import Channel, ReferralKind, Route, Step

from .dossier import Dossier
from .due import PROMISES, WINDOWS


@dataclass(frozen=True)
class Line:
    """A heading and a sentence with {org} (who did it), {to}, and facts of the event. A sentence that lacks a field is left out."""

    heading: str
    sentence: str = ""
    only_with_record: bool = False  # told only when something was said to the citizen
    passing: bool = False  # the sentence is true only until the next thing happens


NO_NEED = "您不用重新提交。"
LINES: dict[Step, Line] = {
    Step.RECEIVE: Line("收到您的信访"),
    Step.IMPORT_HISTORY: Line("以前办理的信访，转到这里"),
    Step.REGISTER: Line("已经登记", "{org}登记。"),
    Step.CORRECT_REGISTRATION: Line("更正了登记的标题或地址", "您写的内容没有动。"),
    Step.JOIN_REPEAT: Line("并入先前的一件", "先前一件的编号：{joined_to}。"),
    Step.MERGE: Line("和反映同一问题的来件一起办理", "您的编号、告知、评价和申请复查的权利都不变。"),
    Step.UNMERGE: Line("恢复单独办理"),
    Step.SPLIT: Line("其中另一件事分开办理", "新的编号：{into}。查询码不变。"),
    Step.TRANSFER: Line("转给{to}", f"您反映的事归它管。{NO_NEED}"),
    Step.TRANSFER_DOWN: Line("转给{to}", f"您反映的事归它管。{NO_NEED}"),
    Step.ASSIGN: Line("交给{to}办理", f"办完以后，它要把结果报给{{org}}。{NO_NEED}"),
    Step.REPORT_UP: Line("报请党委、政府决定"),
    Step.RETURN_FROM_LEADERSHIP: Line("已有决定，正在确定由谁办"),
    Step.TRANSFER_POLITICAL_LEGAL: Line("转给{to}", "这类事按法律规定的程序办。"),
    Step.GUIDE: Line("请找{to}", "去哪里、带什么，写在告知单上。"),
    Step.TRANSFER_DISCIPLINE: Line("转给有权处理的机关", "您的信息会保密。"),
    Step.REPLY_DIRECTLY: Line("{org}答复您"),
    Step.FILE_WITHOUT_ACTION: Line("留存备查", "原因：{text}。"),
    Step.OBJECT_TO_FILING: Line("您不同意，重新看由谁办"),
    Step.REFUSE_AGAIN_AT_OFFICE: Line("不再受理", "原因写在告知书里。"),
    Step.ANSWER_OBJECTION_AGREE: Line("重新确定由谁办", f"收到的单位说明不归它管，信访部门核对后同意。{NO_NEED}"),
    Step.ANSWER_OBJECTION_REFUSE: Line("仍由原来的单位办"),
    Step.SIGN_IN: Line("{org}已经收到"),
    Step.RAISE_OBJECTION: Line("收到的单位说不归它管", "信访部门正在核对，会告诉您结果。", passing=True),
    Step.DISPUTE_JURISDICTION: Line("请上级确定由谁办"),
    Step.DECIDE_JURISDICTION: Line("确定由{to}办理", NO_NEED),
    Step.ACCEPT: Line("决定受理", "最晚{due_on}书面答复您。"),
    Step.ACCEPT_SIMPLE: Line("决定受理，简易办理", "最晚{due_on}答复您。"),
    Step.NOTIFY_ROUTE: Line("要走其他程序", "程序：{route}。怎么办，写在告知书里。"),
    Step.PASS_DOWN: Line("转给{to}", f"您反映的事由它直接管。{NO_NEED}"),
    Step.REFUSE: Line("没有受理", "原因：{text}。"),
    Step.REFUSE_AGAIN: Line("不再受理", "原因写在告知书里。"),
    Step.RECORD_SILENCE: Line("没有按时告诉您是否受理，对不起", "办理期限照样开始算，不会因此推后：最晚{due_on}书面答复您。"),
    Step.START_HANDLING: Line("确定了承办人", "承办人：{handler_name}。"),
    Step.RECORD_CONTACT: Line("{org}和您联系", only_with_record=True),
    Step.ASK_RECUSAL: Line("您申请承办人回避", "决定以前，这位承办人暂停办理。"),
    Step.DECIDE_RECUSAL: Line("回避有了决定", only_with_record=True),
    Step.PASS_SEALED: Line("密封送到上一级", "本地没有留下内容，也看不到您的信息。"),
    Step.SEAL_OFF_LINE: Line("转为线下办理", "内容不再在网上显示。"),
    Step.CONVERT_TO_ORDINARY: Line("改按普通程序办理", "情况比原来想的复杂，要多用一些时间。"),
    Step.EXTEND: Line("延长办理时间", "多用 {days} 天。新的答复日期：最晚{due_on}。原因：{reasons}。"),
    Step.ISSUE_OPINION: Line("作出书面答复", "正在送给您。收到以后请签收。", passing=True),
    Step.SERVE_OPINION: Line("书面答复送到", "送达日期：{served_on}。"),
    Step.SETTLE: Line("达成协议"),
    Step.RECORD_AGREEMENT_PERFORMED: Line("协议履行完毕"),
    Step.RECORD_AGREEMENT_BROKEN: Line("协议没有履行，继续办理"),
    Step.START_EXECUTION: Line("开始落实"),
    Step.REPORT_EXECUTION: Line("{org}报告已经落实", "请您看看是不是真的办好了。", passing=True),
    Step.CONFIRM_EXECUTION: Line("您确认已经落实"),
    Step.DISPUTE_EXECUTION: Line("您反映没有落实"),
    Step.ASK_SUPERVISION: Line("您要求督办", "信访部门核对后答复您。", passing=True),
    Step.ISSUE_SUPERVISION: Line("信访部门督办{to}", "要求它最晚{answer_by_on}答复。"),
    Step.DECLINE_SUPERVISION: Line("您要求督办，有了答复", only_with_record=True),
    Step.CLOSE_SUPERVISION: Line("督办有了结果"),
    Step.NOTE_LEDGER: Line("{doing}", "{to}负责，最晚{due_on}解决。", only_with_record=True),
    Step.REPLY_TO_SUGGESTION: Line("答复您的建议"),
    Step.REQUEST_REVIEW: Line("您申请复查", "由{organ_name}复查。"),
    Step.ACCEPT_REVIEW: Line("复查申请已经受理", "正在复查，30日内书面答复您。"),
    Step.FORWARD_REVIEW: Line("转给{to}复查", "申请日期不变。"),
    Step.REFUSE_REVIEW: Line("申请没有受理", "原因：{text}。"),
    Step.ISSUE_REVIEW_OPINION: Line("作出复查意见", "正在送给您。收到以后请签收。", passing=True),
    Step.SERVE_REVIEW_OPINION: Line("复查意见送到", "送达日期：{served_on}。"),
    Step.REQUEST_RECHECK: Line("您申请复核", "由{organ_name}复核。"),
    Step.REFUSE_RECHECK: Line("申请没有受理", "原因：{text}。"),
    Step.OPEN_HEARING: Line("决定开听证会", "听证的时间不算在复核期限里。"),
    Step.CLOSE_HEARING: Line("听证结束，继续复核"),
    Step.ISSUE_RECHECK_OPINION: Line("作出复核意见", "正在送给您。收到以后请签收。", passing=True),
    Step.SERVE_RECHECK_OPINION: Line("复核意见送到", "送达日期：{served_on}。"),
    Step.SUPPLEMENT: Line("您补充了材料"),
    Step.ASK_PROGRESS: Line("您问了进度"),
    Step.ANSWER_PROGRESS: Line("{org}回答您"),
    Step.RATE: Line("您评价了{target}"),
    Step.REQUEST_WITHDRAWAL: Line("您申请撤回", "24 小时后生效，在这之前可以取消。", passing=True),
    Step.CANCEL_WITHDRAWAL: Line("您取消了撤回，继续办理"),
    Step.COMPLETE_WITHDRAWAL: Line("撤回生效，停止办理"),
    Step.RESUME: Line("恢复办理"),
    Step.END_WINDOW: Line("办结"),
    Step.RECORD_OVERDUE: Line("没有按时办好，对不起", "原定最晚{due_on}{promise}。超期已经记录，上级会督促。"),
    Step.RECOMPUTE_LIMIT: Line("按公布的放假安排重新算期限", "新的日期：最晚{due_on}{promise}。"),
    Step.END_OTHER_ROUTE: Line("其他途径有了结果，这边办结"),
    Step.ARCHIVE: Line("已经归档"),
}  # fmt: skip

# Between organs and inside them; the citizen meets the result.
INSIDE = frozenset(
    {Step.CLASSIFY, Step.APPROVE_EXTRACT, Step.UNSEAL, Step.CLEAR_SUBORDINATE, Step.LIFT_CLEARANCE, Step.ALLOW_LATE_OBJECTION,
     Step.WITHDRAW_FROM_HANDLING, Step.REQUEST_EXTENSION, Step.DECLINE_EXTENSION, Step.SUBMIT_OPINION, Step.RETURN_OPINION, Step.CO_ANSWER,
     Step.DRAFT_COMPLETION, Step.REPORT_COMPLETION, Step.RETURN_COMPLETION, Step.APPROVE_COMPLETION, Step.RELAY_COMPLETION,
     Step.FLAG_URGENT, Step.SEND_URGENT, Step.RECORD_URGENT_SENDING, Step.CONTINUE_URGENT, Step.CLOSE_URGENT, Step.UNFLAG_URGENT, Step.ALARM_URGENT,
     Step.PROPOSE_SUPERVISION, Step.ANSWER_SUPERVISION, Step.RETURN_SUPERVISION, Step.WARN}
)  # fmt: skip
# Desks whose own steps the citizen does not read: a discipline organ is not named (C-01), a co-handler answers the lead unit.
QUIET_DESKS = frozenset({ReferralKind.DISCIPLINE, ReferralKind.CO_HANDLING})
BY_CITIZEN = frozenset(
    {"supplement", "question", "objection", "execution_dispute", "review_request", "recheck_request", "recusal"}
)


@dataclass(frozen=True)
class Say:
    """Words of somebody: the citizen's own, or what was said to the citizen."""

    who: str
    text: str
    phone: str = ""
    mine: bool = False


@dataclass
class Entry:
    """One point of the time line."""

    heading: str
    at: datetime
    text: str = ""
    beside: str = ""  # after the time: 网上提交
    says: list[Say] = field(default_factory=list)
    letters: list[Document] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)


def entries(dossier: Dossier) -> tuple[list[Entry], list[Document]]:
    """The time line, newest first, and the letters that belong to no point of it."""
    quiet = {desk.pk for desk in dossier.desks if desk.kind in QUIET_DESKS}
    unplaced = list(dossier.letters)
    told = [
        event
        for event in dossier.events
        if event.step in LINES and not (event.referral_id in quiet and event.actor_kind == "officer")
    ]
    made = [entry for event in told if (entry := _entry(dossier, event, unplaced, is_newest=event is told[-1]))]
    return made[::-1], unplaced


def _entry(dossier: Dossier, event: Event, unplaced: list[Document], *, is_newest: bool) -> Entry | None:
    line = LINES[Step(event.step)]
    said = [record for record in dossier.records if record.event_seq == event.seq]
    if line.only_with_record and not said:
        return None
    fields = _fields(dossier, event)
    if event.step in (Step.RECORD_OVERDUE, Step.RECOMPUTE_LIMIT) and not fields.get("promise"):
        return None  # an inner limit of the offices, such as signing in within a day
    if event.step == Step.RECOMPUTE_LIMIT and not event.facts.get("moved"):
        return None
    sentence = "" if line.passing and not is_newest else _fill(line.sentence, fields)
    entry = Entry(_fill(line.heading, fields), event.at, sentence)
    entry.says = [_say(dossier, record) for record in said if record.text]
    entry.letters = _take_letters(event, unplaced)
    if event.step == Step.RECEIVE:
        entry.beside = Channel(dossier.matter.channel).label
        entry.files = [one for one in dossier.attachments if one.event_seq is None]
    else:
        entry.files = [one for one in dossier.attachments if one.event_seq == event.seq]
    return entry


def _fields(dossier: Dossier, event: Event) -> dict[str, str]:
    facts = event.facts
    fields = {name: _as_words(value) for name, value in facts.items() if isinstance(value, (str, int))}
    fields["org"] = event.organisation.name if event.organisation else ""
    fields["to"] = facts.get("to_name", "")
    fields["promise"] = PROMISES.get(facts.get("term", "")) or WINDOWS.get(facts.get("term", ""), "")
    if event.step == Step.NOTIFY_ROUTE:
        fields["route"] = Route(facts["route"]).label if facts.get("route") in set(Route) else ""
    if event.step == Step.NOTE_LEDGER:
        fields["doing"] = TOLD_TO_CITIZEN.get(facts.get("doing", ""), "")
    if event.step == Step.RATE:
        fields["target"] = _rated(dossier, facts.get("target", ""))
    return fields


def _as_words(value: str | int) -> str:
    """Days as a person reads them; other text without the full stop that the sentence brings itself."""
    text = str(value).strip()
    try:
        return day(date.fromisoformat(text)) if len(text) == 10 else text.rstrip("。；;.")
    except ValueError:
        return text.rstrip("。；;.")


def _rated(dossier: Dossier, target: str) -> str:
    given = next((one for one in dossier.ratings if one.target == target), None)
    if given is None or target not in set(RatingTarget):
        return ""
    whom = "信访部门" if target == RatingTarget.OFFICE else "承办单位"
    return f"{whom}：{RatingValue(given.value).label}"


def _fill(template: str, fields: dict[str, str]) -> str:
    """Sentence by sentence; one that lacks a field is left out. Fields are put in once, so their own braces stay as they are."""
    kept = []
    for part in template.replace("。", "。\0").split("\0"):
        try:
            filled = part.format_map(_Filled(fields))
        except KeyError:
            continue
        kept.append(filled)
    return "".join(kept)


class _Filled(dict):
    """Fields that are there and not empty."""

    def __getitem__(self, name: str) -> str:
        value = super().get(name)
        if not value:
            raise KeyError(name)
        return value


def _say(dossier: Dossier, record: Record) -> Say:
    if record.sort in BY_CITIZEN:
        return Say("您", record.text, mine=True)
    if record.by is None:
        return Say("", record.text)
    organ = record.by.organisation
    handlers = {desk.handler_id for desk in dossier.desks}
    if record.by_id in handlers:  # whom the notice of acceptance names
        return Say(f"承办人 {record.by.user.name}", record.text, record.by.phone or organ.phone)
    return Say(organ.name, record.text, organ.phone)


# An opinion stands in the time line where it reached the citizen.
SERVED_LETTERS = {
    Step.SERVE_OPINION: "F-16",
    Step.SERVE_REVIEW_OPINION: "F-18",
    Step.SERVE_RECHECK_OPINION: "F-19",
}


def _take_letters(event: Event, unplaced: list[Document]) -> list[Document]:
    issued = event.facts.get("letters", {})
    served = SERVED_LETTERS.get(Step(event.step))
    mine = [
        one for one in unplaced if one.pk == event.document_id or (one.number and issued.get(one.kind) == one.number)
    ]
    if served:
        mine += [one for one in unplaced if one.kind == served and one not in mine]
    elif event.step in (Step.ISSUE_OPINION, Step.ISSUE_REVIEW_OPINION, Step.ISSUE_RECHECK_OPINION):
        return []  # it stands where it reached the citizen
    for one in mine:
        unplaced.remove(one)
    return mine
