"""The history in words: one table from step to sentences. A sentence whose facts are missing is left out, never shown with a gap."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from xinqiao.matters.models import Event
from xinqiao.matters.steps.transfer import FILING_REASONS
from xinqiao.rules.ledgers import ItemAct
from xinqiao.rules.patrol import Ground
from xinqiao.rules.rating import RatingTarget
from xinqiao.rules.stages import Channel, Kind, Outcome, ReviewOutcome, Route, ServiceManner, Step
from xinqiao.rules.terms import TERMS
from xinqiao.rules.urgent import UrgentGround

_WARNED = {"notice": "过半", "warning": "过四分之三", "severe": "将满", "overdue": "已超期"}


def _day(value: str) -> str:
    day = date.fromisoformat(str(value)[:10])
    return f"{day.year}年{day.month}月{day.day}日"


def _label(*lists) -> Callable[[str], str]:
    def label(value: str) -> str:
        return next((one(value).label for one in lists if value in set(one)), str(value))

    return label


# How one fact is said; every other fact is said as it is stored.
FACTS: Mapping[str, Callable] = {
    "due_on": _day, "old_due_on": _day, "due_before": _day, "served_on": _day, "held_on": _day, "effective_on": _day,
    "effective_at": _day, "answer_by_on": _day, "ground": _label(Ground), "urgent_ground": _label(UrgentGround), "to_names": "、".join, "owed_outside": "、".join, "doing": _label(ItemAct),
    "kind": _label(Kind), "outcome": _label(Outcome, ReviewOutcome), "manner": _label(ServiceManner),
    "route": _label(Route), "channel": _label(Channel), "target": _label(RatingTarget),
    "term": lambda code: TERMS[code].name if code in TERMS else str(code),
    "level": lambda level: _WARNED.get(level, ""),
    "procedure": lambda value: {"simple": "简易办理", "ordinary": "普通程序"}.get(value, ""),
    "agree": lambda yes: "同意。" if yes else "不同意。",
    "granted": lambda yes: "同意回避。" if yes else "没有同意回避。",
    "handed_on": _day,
    "requests": "；".join,
    "repeat": lambda yes: "同一信访人以前提出过，请核对是否同一事项。" if yes else "",
    "basis": lambda value: value if isinstance(value, str) else "",
}  # fmt: skip

_SENT = ("转给{to_name}。", "理由：{reason}")
_REFUSED = ("{text}。", "{facts}", "可以：{turn_to}")
WORDS: Mapping[Step, tuple[str, ...]] = {
    Step.RECEIVE: ("形式：{channel}。",),
    Step.REGISTER: ("{repeat}",),
    Step.CLASSIFY: ("类别：{kind}。", "诉求：{requests}", "改为非检举控告的理由：{unseal_reason}"),
    Step.APPROVE_EXTRACT: ("{agree}", "{reason}"),
    Step.UNSEAL: ("{agree}", "理由：{reason}"),
    Step.PASS_SEALED: ("密封上送，共{pages}页。",),
    Step.SEAL_OFF_LINE: ("{handed_on}移交线下办理。",),
    Step.ASK_RECUSAL: (),
    Step.WITHDRAW_FROM_HANDLING: (),
    Step.DECIDE_RECUSAL: ("{granted}", "新的承办人：{handler_name}。", "决定人：{leader}。", "理由：{reason}"),
    Step.CORRECT_REGISTRATION: ("理由：{reason}",),
    Step.JOIN_REPEAT: ("并入先件{joined_to}。",),
    Step.MERGE: ("主件：{lead}。",),
    Step.UNMERGE: ("理由：{reason}",),
    Step.SPLIT: ("分出{into}。",),
    Step.TRANSFER: _SENT,
    Step.TRANSFER_DOWN: _SENT,
    Step.ASSIGN: _SENT,
    Step.TRANSFER_POLITICAL_LEGAL: _SENT,
    Step.PASS_DOWN: _SENT,
    Step.FORWARD_REVIEW: _SENT,
    Step.DECIDE_JURISDICTION: _SENT,
    Step.GUIDE: ("请信访人到{to_name}。", "依据：{reason}"),
    Step.TRANSFER_DISCIPLINE: ("密封移送，共{pages}页。",),
    Step.REPORT_UP: ("拟办意见：{proposal}",),
    Step.RETURN_FROM_LEADERSHIP: ("批示：{decision}",),
    Step.REPLY_DIRECTLY: ("{text}",),
    Step.FILE_WITHOUT_ACTION: ("原因：{text}。",),
    Step.RAISE_OBJECTION: ("理由：{reasons}", "认为归{competent_organ}办。"),
    Step.ALLOW_LATE_OBJECTION: ("准许{to_name}逾期提出异议。", "理由：{reason}"),
    Step.ANSWER_OBJECTION_AGREE: ("理由：{reason}",),
    Step.ANSWER_OBJECTION_REFUSE: ("理由：{reason}",),
    Step.DISPUTE_JURISDICTION: ("{opinion}",),
    Step.ACCEPT: ("最晚{due_on}答复。",),
    Step.ACCEPT_SIMPLE: ("最晚{due_on}答复。",),
    Step.NOTIFY_ROUTE: ("途径：{route}。", "{reasons}"),
    Step.REFUSE: _REFUSED,
    Step.REFUSE_REVIEW: ("{text}。", "{facts}"),
    Step.ASK_SUPERVISION: (),
    Step.PROPOSE_SUPERVISION: ("问题：{ground}。",),
    Step.ISSUE_SUPERVISION: ("督办{to_name}。", "最晚{answer_by_on}答复。"),
    Step.DECLINE_SUPERVISION: (),
    Step.ANSWER_SUPERVISION: (),
    Step.RETURN_SUPERVISION: ("还缺：{reason}", "最晚{answer_by_on}再答复。"),
    Step.CLOSE_SUPERVISION: (),
    Step.NOTE_LEDGER: ("{doing}。", "{organ_name} {officer_name}。", "最晚{due_on}完成。"),
    Step.RECORD_SILENCE: ("{due_on}前没有告知是否受理。办理期限照常起算。",),
    Step.START_HANDLING: ("承办人{handler_name}，已声明没有利害关系。",),
    Step.RECORD_CONTACT: (),
    Step.CONVERT_TO_ORDINARY: ("理由：{reason}",),
    Step.REQUEST_EXTENSION: ("申请延长{days}日。", "理由：{reasons}"),
    Step.EXTEND: ("延长{days}日，到{due_on}。", "理由：{reasons}"),
    Step.DECLINE_EXTENSION: ("理由：{reason}",),
    Step.RETURN_OPINION: ("{note}",),
    Step.SERVE_OPINION: ("{manner}，{served_on}送达。",),
    Step.SERVE_REVIEW_OPINION: ("{manner}，{served_on}送达。",),
    Step.SERVE_RECHECK_OPINION: ("{manner}，{served_on}送达。",),
    Step.REPLY_TO_SUGGESTION: ("{decision}。", "{reasons}"),
    Step.RECORD_AGREEMENT_BROKEN: ("{reason}",),
    Step.REQUEST_REVIEW: ("向{organ_name}请求复查{against}。",),
    Step.REQUEST_RECHECK: ("向{organ_name}请求复核{against}。",),
    Step.ISSUE_REVIEW_OPINION: ("结论：{outcome}。",),
    Step.ISSUE_RECHECK_OPINION: ("结论：{outcome}。",),
    Step.OPEN_HEARING: ("{held_on}在{place}听证，主持人{host}。",),
    Step.CLOSE_HEARING: ("听证用时{days}日不计入期限，新的期限{due_on}。",),
    Step.REQUEST_WITHDRAWAL: ("{effective_at}生效，之前可以取消。",),
    Step.RATE: ("已评价{target}，内容在评价期结束后可以查看。",),
    Step.WARN: ("{term}期限{level}，{due_on}到期。",),
    Step.RECORD_OVERDUE: ("{term}期限{due_on}已过。",),
    Step.RECOMPUTE_LIMIT: ("{term}期限由{due_before}改为{due_on}。",),
    Step.FLAG_URGENT: ("原因：{urgent_ground}。",),
    Step.SEND_URGENT: ("报给{to_names}。", "还要线下报送：{owed_outside}。"),
    Step.RECORD_URGENT_SENDING: ("已用其他方式报给{to_name}。", "{how}"),
    Step.CONTINUE_URGENT: ("续报给{to_names}。", "还要线下报送：{owed_outside}。"),
    Step.CLOSE_URGENT: ("终报给{to_names}。", "还要线下报送：{owed_outside}。"),
    Step.UNFLAG_URGENT: ("{reason}",),
    Step.ALARM_URGENT: ("标记{minutes}分钟还没有报送。",),
    Step.DRAFT_COMPLETION: (),
    Step.REPORT_COMPLETION: ("报给{to_name}。", "{handling}"),
    Step.RETURN_COMPLETION: ("还缺：{missing}", "最晚{answer_by_on}重新报送。"),
    Step.APPROVE_COMPLETION: ("{opinion_text}",),
    Step.RELAY_COMPLETION: ("报给{to_name}。",),
    Step.END_OTHER_ROUTE: ("结果：{result}",),
}
# Their words are in the record beside the event.
WORDS = {**WORDS, Step.SUPPLEMENT: (), Step.ASK_PROGRESS: (), Step.ANSWER_PROGRESS: ()}
_NAMES = re.compile(r"\{(\w+)\}")


def sentences(event: Event) -> list[str]:
    """What happened, besides the name of the step."""
    facts = said(event.facts)
    lines = WORDS.get(Step(event.step), ())
    return [line.format_map(facts) for line in lines if all(facts.get(name) for name in _NAMES.findall(line))]


def said(facts: dict) -> dict[str, str]:
    """Every fact as words; what cannot be said is empty."""
    return {name: _one(name, value) for name, value in facts.items()}


def _one(name: str, value) -> str:
    if value in (None, "", [], {}):
        return ""
    if name == "reason" and value in FILING_REASONS:
        return FILING_REASONS[value]
    try:
        return str(FACTS[name](value)) if name in FACTS else str(value)
    except (KeyError, TypeError, ValueError):
        return ""
