"""ONE table: after which step, what else happens (decision of docs/architecture: the event is the outbox).

Every event owes `expand` from the transaction that made it. Expanding looks the step up here and owes each reaction by name, once per
event; each is then done, tried again or parked by itself, so that one failing gateway holds nothing else up.

A reaction gets ids only and reads the rest when it runs. What happened days before it was written down (a letter entered later, an
import, the seeded region) is told to nobody anew: its letters are drawn when somebody opens them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import localdate

from xinqiao import analysis
from xinqiao.analysis import proposals
from xinqiao.documents import letters
from xinqiao.matters.history import EXPAND
from xinqiao.matters.models import Delivery, Event, Matter
from xinqiao.notifications import inbox, messages, outgoing
from xinqiao.notifications.models import Channel
from xinqiao.people.models import Account, Identity
from xinqiao.reporting.indicators import facts as indicators
from xinqiao.rules.moves import MOVES
from xinqiao.rules.patrol import triggers_after
from xinqiao.rules.proposals import MADE_AFTER
from xinqiao.rules.stages import Kind, Stage, Step
from xinqiao.rules.terms import TERMS, Holder
from xinqiao.supervision import patrol, ratings

from . import audiences, queue, urgent_alarms

TOLD_LATE = timedelta(days=3)  # entered later than this: history, not news
DONE, SKIPPED = "done", "skipped"
URGENT, RATING = "urgent", "rating_window"
ANALYSE, SETTLE = "analyse", "settle_proposals"
TELL_CITIZEN, PRINT_LETTERS, BELL, PATROL = "tell_citizen", "print_letters", "bell", "patrol"


@dataclass(frozen=True)
class Bell:
    """A line behind the bell of officers: of which desks, for whom there, in which words (no content, secure-checklist 46)."""

    desk: str
    who: str
    text: str
    when: Callable[[Event], bool] = lambda _event: True
    urgent: bool = False


def _level(*levels: str) -> Callable[[Event], bool]:
    return lambda event: event.facts.get("level") in levels


def _moved(event: Event) -> bool:
    return bool(event.facts.get("moved"))


def _disputed(event: Event) -> bool:
    return event.facts.get("doing") == "dispute"


_ARRIVED = Bell("new", "next", "有新转来的信访件，请签收。")
_REVIEW = Bell("new", "next", "有新的复查、复核申请，请审查。")
_RECUSAL = (
    Bell("named", "leader", "有承办人的回避等您决定。", when=lambda event: not event.facts.get("of_head"), urgent=True),
    Bell("named", "above", "有单位负责人的回避，请报请决定。", when=lambda event: bool(event.facts.get("of_head")), urgent=True),
)
_NEAR = ("notice", "warning", "reminder_5")
_VERY_NEAR = ("severe", "last", "reminder_3", "reminder_1")

# Step -> bells, the more special one first: a person is told once of one event. What the citizen is told stands in the table of moves (Move.told); letters are drawn after every step that issues one.
BELLS: dict[Step, tuple[Bell, ...]] = {
    Step.RECEIVE: (Bell("new", "next", "有新收到的信访件，请登记。"),),
    Step.REGISTER: (Bell("own", "next", "有已登记的信访件，请甄别、办理。"),),
    Step.TRANSFER: (_ARRIVED,),
    Step.TRANSFER_DOWN: (_ARRIVED,),
    Step.ASSIGN: (Bell("new", "next", "有新交办的信访件，请签收。", urgent=True),),
    Step.PASS_DOWN: (_ARRIVED,),
    Step.TRANSFER_POLITICAL_LEGAL: (_ARRIVED,),
    Step.TRANSFER_DISCIPLINE: (Bell("new", "everybody", "有新移送的件，请查收。"),),
    Step.PASS_SEALED: (Bell("new", "everybody", "有新移送的件，请查收。", urgent=True),),
    Step.CLASSIFY: (Bell("own", "leader", "有信访件等第二人核对，请查看。", when=lambda event: bool(event.facts.get("unseal_reason"))),),
    Step.DECIDE_JURISDICTION: (_ARRIVED,),
    Step.RETURN_FROM_LEADERSHIP: (Bell("own", "next", "领导已批示，请继续办理。"),),
    Step.RAISE_OBJECTION: (Bell("sender", "next", "收件单位提出异议，请在2个工作日内答复。", urgent=True),),
    Step.ANSWER_OBJECTION_AGREE: (Bell("open", "next", "异议已同意，请重新确定承办单位。"),),
    Step.ANSWER_OBJECTION_REFUSE: (Bell("open", "next", "异议没有同意，请依法受理或告知。", urgent=True),),
    Step.ALLOW_LATE_OBJECTION: (Bell("named", "leader", "准许逾期提出异议，请尽快提出。", urgent=True),),
    Step.DISPUTE_JURISDICTION: (Bell("own", "leader", "受理单位有争议，请裁定。", urgent=True),),
    Step.OBJECT_TO_FILING: (Bell("open", "next", "信访人对答复或存查有不同意见，请重新看。"),),
    Step.SIGN_IN: (Bell("own", "next", "有已签收的信访件，请决定是否受理。"),),
    Step.ACCEPT: (Bell("own", "leader", "有新受理的信访件，请确定承办人。"),),
    Step.ACCEPT_SIMPLE: (Bell("own", "leader", "有新受理的信访件（简易办理），请确定承办人。"),),
    Step.START_HANDLING: (Bell("own", "handler", "有信访件确定由您承办，请尽快联系信访人。"),),
    Step.ASK_RECUSAL: _RECUSAL,
    Step.WITHDRAW_FROM_HANDLING: _RECUSAL,
    Step.DECIDE_RECUSAL: (Bell("lead", "handler", "回避已经决定，请查看现在由谁承办。"),),
    Step.REQUEST_EXTENSION: (Bell("own", "leader", "有延期申请，请审批。", urgent=True),),
    Step.EXTEND: (Bell("own", "handler", "延期已批准，请看新的期限。"),),
    Step.DECLINE_EXTENSION: (Bell("own", "handler", "延期没有批准，请按原来的期限办理。", urgent=True),),
    Step.SUBMIT_OPINION: (Bell("own", "leader", "有意见书等您审签。"),),
    Step.RETURN_OPINION: (Bell("own", "handler", "意见书被退回，请修改。"),),
    Step.ISSUE_OPINION: (Bell("own", "handler", "意见书已签发，请送达。"),),
    Step.CO_ANSWER: (Bell("lead", "next", "协办单位已交意见，请查看。"),),
    Step.ASK_SUPERVISION: (Bell("office_of", "overseers", "信访人要求督办，请核对。", urgent=True),),
    Step.PROPOSE_SUPERVISION: (Bell("office_of", "leader", "有督办函等您签发。", urgent=True),),
    Step.ISSUE_SUPERVISION: (
        Bell("unit_of", "leader", "收到督办函，请按期答复。", urgent=True),
        Bell("unit_of", "handler", "您承办的信访件被督办，请抓紧办理。", urgent=True),
    ),
    Step.ANSWER_SUPERVISION: (Bell("office_of", "overseers", "被督办单位已答复，请核对。"),),
    Step.RETURN_SUPERVISION: (Bell("unit_of", "leader", "督办答复被退回，请补充。", urgent=True),),
    Step.CLOSE_SUPERVISION: (Bell("unit_of", "leader", "督办已办结。"),),
    Step.NOTE_LEDGER: (
        Bell("office_of", "overseers", "信访人认为台账上的事没有解决，已重新列入。", when=_disputed, urgent=True),
        Bell("unit_of", "leader", "信访人认为台账上的事没有解决，请继续办理。", when=_disputed, urgent=True),
    ),
    Step.FLAG_URGENT: (Bell("unit_of", "leader", "有重大紧急信息等您签发报送。", urgent=True),),
    Step.DRAFT_COMPLETION: (Bell("own", "leader", "有办结报告等您签发。"),),
    Step.REPORT_COMPLETION: (Bell("office_of", "overseers", "交办件已报送办结报告，请审核。"),),
    Step.RELAY_COMPLETION: (Bell("office_of", "overseers", "交办件已报送办结报告，请审核。"),),
    Step.RETURN_COMPLETION: (
        Bell("unit_of", "handler", "办结报告被退回，请补充后重新报送。", urgent=True),
        Bell("unit_of", "leader", "办结报告被退回，请补充后重新报送。", urgent=True),
    ),
    Step.APPROVE_COMPLETION: (Bell("unit_of", "leader", "办结报告已审核认定办结。"),),
    Step.REQUEST_REVIEW: (_REVIEW,),
    Step.REQUEST_RECHECK: (_REVIEW,),
    Step.FORWARD_REVIEW: (_REVIEW,),
    Step.SERVE_REVIEW_OPINION: (Bell("open", "next", "复查意见已送达，请查看要不要重新办理。"),),
    Step.SERVE_RECHECK_OPINION: (Bell("open", "next", "复核意见已送达，请查看要不要重新办理。"),),
    Step.SUPPLEMENT: (Bell("open", "next", "信访人补充了材料，请查看。"),),
    Step.ASK_PROGRESS: (Bell("open", "next", "信访人询问进度，请答复。"),),
    Step.CONFIRM_EXECUTION: (Bell("lead", "next", "信访人确认已经落实。"),),
    Step.DISPUTE_EXECUTION: (
        Bell("open", "next", "信访人认为没有落实，请继续办理。", urgent=True),
        Bell("office", "leader", "信访人认为答复没有落实，请督促。", urgent=True),
    ),
    Step.REQUEST_WITHDRAWAL: (Bell("open", "next", "信访人申请撤回，24小时后生效。生效前请照常办理。"),),
    Step.CANCEL_WITHDRAWAL: (Bell("open", "next", "信访人取消了撤回，请继续办理。"),),
    Step.RESUME: (Bell("open", "next", "撤回的信访已经恢复，请继续办理。", urgent=True),),
    Step.WARN: (
        Bell("named", "handler", "有期限临近，请抓紧办理。", when=_level(*_NEAR)),
        Bell("named", "handler", "期限马上就到，请今天处理。", when=_level(*_VERY_NEAR), urgent=True),
        Bell("named", "leader", "本单位有期限马上就到的信访件，请督促。", when=_level(*_VERY_NEAR), urgent=True),
    ),
    Step.RECOMPUTE_LIMIT: (Bell("named", "handler", "期限因节假日安排公布有变动，请看新的日期。", when=_moved),),
    Step.RECORD_SILENCE: (
        Bell("silent", "leader", "本单位超过15日没有告知信访人，请督促。", urgent=True),
        Bell("silent", "above", "有单位超过15日没有告知信访人，请督办。", urgent=True),
        Bell("silent", "next", "已超过15日没有告知信访人，请马上告知是否受理。", urgent=True),
    ),
    Step.RECORD_OVERDUE: (
        Bell("named", "leader", "本单位有超期的信访件，请督促。", urgent=True),
        Bell("named", "above", "有单位超期未办，请督办。", urgent=True),
        Bell("named", "handler", "已超期。请今天办理。", urgent=True),
    ),
}

# What the citizen is told besides Move.told: a reminder, 3 working days before an own window closes, and a date that moved (DL-17).
WINDOW_REMINDERS = {
    "REVIEW_REQ30": "window_review",
    "RECHECK_REQ30": "window_recheck",
    "EXEC_CONFIRM15": "window_confirm",
    "WITHDRAW_RESUME30": "window_resume",
}
# Limits of the office that the citizen was told of; missing an inner target (签收、登记 …) is the office's own affair.
KNOWN_TO_CITIZEN = {
    "PO15",
    "UNIT15",
    "DIRECT15",
    "HANDLE60",
    "SIMPLE10WD",
    "SUGGESTION60",
    "REVIEW_DEC30",
    "RECHECK_DEC30",
}


def told_key(event: Event) -> str:
    """What the citizen is told after this event: a key of notifications/messages.py, or nothing."""
    step, facts = Step(event.step), event.facts
    if step is Step.WARN:
        term = TERMS.get(facts.get("term", ""))
        reminds = term and term.holder is Holder.CITIZEN and facts.get("level") == "reminder_3"
        return WINDOW_REMINDERS.get(term.code, "") if reminds else ""
    if step is Step.RECOMPUTE_LIMIT and not (
        _moved(event) and facts.get("term") in {*KNOWN_TO_CITIZEN, *WINDOW_REMINDERS}
    ):
        return ""
    if step is Step.RECORD_OVERDUE and facts.get("term") not in KNOWN_TO_CITIZEN:
        return ""
    rows = [move for move in MOVES if move.step is step]
    exact = [move for move in rows if not move.origins or event.from_stage in move.origins]
    return (exact or rows)[0].told if rows else ""


def reactions_to(event: Event) -> list[str]:
    """Names of everything owed after one event."""
    owed = []
    if told_key(event):
        owed.append(TELL_CITIZEN)
    if event.facts.get("letters"):
        owed.append(PRINT_LETTERS)
    if Step(event.step) in ratings.OPENED_BY:
        owed.append(RATING)
    if Step(event.step) in urgent_alarms.TOLD:
        owed.append(URGENT)
    if triggers_after(Step(event.step), event.facts.get("term", "")) or event.facts.get("finding"):
        owed.append(PATROL)
    if Step(event.step) in proposals.SETTLED_BY:  # also while analysis is off: what was proposed before is judged, or forgotten
        owed.append(SETTLE)
    if analysis.is_on() and Step(event.step) in MADE_AFTER:
        owed.append(ANALYSE)
    bells = BELLS.get(Step(event.step), ())
    return owed + [f"{BELL}:{number}" for number, bell in enumerate(bells) if bell.when(event)]


def react(delivery: Delivery, *, at: datetime) -> tuple[str, str]:
    """Do one reaction, inside the transaction that notes it as done. Returns (state, result)."""
    event = Event.objects.get(pk=delivery.event_id, matter_id=delivery.matter_id)
    name, _, number = delivery.reaction.partition(":")
    if name == EXPAND:
        return _expand(event, at=at)
    matter = Matter.objects.select_related("unit", "received_by").get(pk=delivery.matter_id)
    if name == TELL_CITIZEN:
        return _tell_citizen(event, matter, at=at)
    if name in BESIDE:
        return BESIDE[name](event, at)
    return _ring(event, matter, BELLS[Step(event.step)][int(number)], at=at)


# What else a reaction does, by its name: (event, at) -> (state, result).
BESIDE: dict[str, Callable[[Event, datetime], tuple[str, str]]] = {
    PRINT_LETTERS: lambda event, at: _print_letters(event),
    RATING: lambda event, at: (DONE, "open") if ratings.open_window(event) else (SKIPPED, "nothing that can be rated"),
    URGENT: lambda event, at: (DONE, f"{urgent_alarms.tell(event, at=at)}"),
    PATROL: lambda event, at: (DONE, f"{patrol.look(event, at=at)}"),
    ANALYSE: lambda event, at: _analyse(event, at=at),
    SETTLE: lambda event, at: (DONE, f"{proposals.settle(event)}"),
}


def _analyse(event: Event, *, at: datetime) -> tuple[str, str]:
    made = proposals.make(event.matter, at=at)
    return (DONE, ",".join(made)) if made else (SKIPPED, "nothing to propose, or decided already")


def _expand(event: Event, *, at: datetime) -> tuple[str, str]:
    indicators.note(event.matter_id)  # whatever happened, and however late it was entered
    late = event.recorded_at - event.at > TOLD_LATE  # history, not news: nobody is told, but a duty not done stays one
    owed = [name for name in reactions_to(event) if not late or name == PATROL]
    if late and not owed:
        return SKIPPED, "entered later: history, not news"
    queue.add(event.pk, event.matter_id, owed, at=at)
    return DONE, ",".join(owed)


# ---- the citizen -----------------------------------------------------------------------------------------------------


def _tell_citizen(event: Event, matter: Matter, *, at: datetime) -> tuple[str, str]:
    """SMS where there is a mobile, else e-mail; account users see it in the account. One message for each representative."""
    purpose = told_key(event)
    neutral = is_neutral(matter)
    text = messages.text_for(purpose, neutral=neutral)
    words = messages.compose(
        text,
        site=settings.XINQIAO_SITE_NAME,
        number=matter.number,
        unit="" if neutral else _unit_name(event, matter),
        due_on=_due_on(matter, text.terms or (event.facts.get("term", ""),)),
    )
    made = [
        outgoing.owe(
            channel,
            recipient,
            words,
            at=at,
            purpose=purpose,
            event_id=event.pk,
            matter_id=matter.pk,
            urgent=text.urgent,
        )
        for channel, recipient in sorted(recipients(matter))
    ]
    sent = [message.channel.value for message in made if message]
    return (DONE, ",".join(sent)) if sent else (SKIPPED, "no number or address, or none wanted")


def is_neutral(matter: Matter) -> bool:
    """Reports, and whoever asks for secrecy: the message names neither petition nor unit."""
    return matter.sealed or matter.secrecy or matter.kind == Kind.REPORT


def recipients(matter: Matter) -> set[tuple[Channel, str]]:
    if matter.anonymous:
        return set()
    people = [row.identity() for row in matter.petitioners if row.position == 1 or row.representative]
    found = {one for one in map(_way_to, people) if one}
    account = Account.objects.filter(pk=matter.account_id).first() if not found and matter.account_id else None
    return {(Channel.SMS, account.mobile)} if account else found


def _way_to(person: Identity) -> tuple[Channel, str] | None:
    if person.mobile:
        return Channel.SMS, person.mobile
    return (Channel.EMAIL, person.email) if person.email else None


def _unit_name(event: Event, matter: Matter) -> str:
    """The organisation the words are about: where it went, else who acted, else who has it now."""
    if event.facts.get("to_name"):
        return event.facts["to_name"]
    if event.organisation_id and event.from_stage not in (Stage.RECEIVED, Stage.TRIAGE):
        return event.organisation.name
    return matter.unit.name if matter.unit else ""


def _due_on(matter: Matter, terms: tuple[str, ...]):
    """The last day of the first limit that runs; None when it is over already (the message came late)."""
    running = matter.clocks.filter(term__in=terms, state="running", due_on__gte=localdate())
    return running.order_by("due_on").values_list("due_on", flat=True).first()


# ---- officers and letters --------------------------------------------------------------------------------------------


def _ring(event: Event, matter: Matter, bell: Bell, *, at: datetime) -> tuple[str, str]:
    officers = {}
    for desk in audiences.desks(event, matter, bell.desk):
        for one in audiences.people(event, matter, desk, bell.who):
            officers[one.pk] = one
    officers.pop(event.officer_id, None)  # whoever did it knows
    told = inbox.tell(officers.values(), bell.text, matter=matter, event_id=event.pk, at=at, urgent=bell.urgent)
    return (DONE, f"{told}") if told else (SKIPPED, "nobody to tell")


def _print_letters(event: Event) -> tuple[str, str]:
    """Draw the letters of this event ahead of time: who opens one does not wait, and it is proved that it can be drawn."""
    numbers, drawn = event.facts["letters"], 0
    for kind, number in numbers.items():
        for document in letters.versions(event.matter_id, kind):
            if document.number == number and document.issued_at == event.at:
                letters.render_pdf(document)
                drawn += 1
    return DONE, f"{drawn}"
