"""One matter as the case page shows it to one officer: read in a dozen statements, hidden parts left out here (B.3, RA-8).

The page first finds the matter, writes down that it is opened, and only then reads it (`pages/case.py`).
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, lru_cache

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.http import Http404
from django.utils.timezone import localdate

from xinqiao.access import reading
from xinqiao.access.reveal import Seen
from xinqiao.analysis import same
from xinqiao.database.composed import Composed
from xinqiao.documents.models import Document, Status
from xinqiao.matters import clocks, identities
from xinqiao.matters.models import (
    Attachment,
    Clock,
    Event,
    Matter,
    MatterNumber,
    Opinion,
    Rating,
    Record,
    Referral,
    Request,
    Submission,
    UrgentDelivery,
    UrgentReport,
)
from xinqiao.matters.steps import accept, recuse
from xinqiao.matters.steps.follow import OFFICE_DECISIONS, rating_due
from xinqiao.matters.steps.register import candidates
from xinqiao.organisations import stand_in
from xinqiao.organisations.models import Officer
from xinqiao.people.models import Identity, Petitioner
from xinqiao.rules import rating
from xinqiao.rules.completion import STATE_AFTER as REPORT_AFTER
from xinqiao.rules.confidentiality import Access
from xinqiao.rules.masking import mask_name
from xinqiao.rules.moves import DESK_DONE
from xinqiao.rules.permissions import Action, Reach, allowed, holders
from xinqiao.rules.stages import Channel, Outcome, ReviewOutcome, Stage, Step
from xinqiao.rules.supervision import STATE_AFTER
from xinqiao.rules.terms import TERMS, Holder
from xinqiao.rules.urgent import OPEN as URGENT_OPEN

from . import channels, history_words, standing
from .pages.notes import SORT as NOTE
from .pages.papers import may_read

REGISTERING = (Stage.RECEIVED, Stage.REGISTERED, Stage.TRIAGE)
# B.3 row "rating"; what others see are counts, elsewhere.
RATING_READERS = holders("rating", Action.READ_MASKED)
RATING_OVERSEERS = holders("rating", Action.READ_MASKED, Reach.TERRITORY)
ANSWERS = {**{one.value: one.label for one in Outcome}, **{one.value: one.label for one in ReviewOutcome}}
LONG = 240  # characters: a longer text is folded in the history
INSTANCES = {"handling": "处理意见", "review": "复查意见", "recheck": "复核意见"}


@dataclass
class Entry:
    """One line of the history: an event with its sentences, texts and letters, or a note."""

    at: datetime
    who: str
    title: str
    lines: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    long_texts: list[str] = field(default_factory=list)
    letters: list[dict] = field(default_factory=list)
    files: list[dict] = field(default_factory=list)
    is_note: bool = False
    from_citizen: bool = False
    shown: bool = False


@dataclass(frozen=True)
class Said:
    """One record, with the name and the organisation of who made it."""

    id: int
    sort: str
    text: str
    data: dict
    at: datetime
    referral_id: int | None
    event_seq: int | None
    shown_to_citizen: bool
    by__user__name: str | None
    by__organisation_id: int | None


@dataclass
class CaseFile:
    """Everything on the page."""

    matter: Matter
    title: str
    desks: list[Referral]
    own_desk: Referral | None
    seen: Seen
    text_closed: bool  # the text of a report waits behind 打开材料
    text_masked: bool
    opens_files: bool
    writes_notes: bool
    requests: list[dict]
    submissions: list[dict]
    clocks: list[dict]
    shown_clock: dict | None
    letters: list[dict]
    opinions: list[dict]
    entries: list[Entry]
    ratings: list[dict]
    ratings_wait: bool
    related: list[dict]
    standing: standing.Standing
    urgent: list[dict]

    @property
    def people(self) -> list[Identity]:
        return self.seen.people

    @property
    def running(self) -> list[dict]:
        return [clock for clock in self.clocks if clock["live"]]

    @property
    def past(self) -> list[dict]:
        return [clock for clock in self.clocks if not clock["live"]]


def read(officer: Officer, matter: Matter, seen: Seen, *, today: date, text_open: bool = False) -> CaseFile:
    """The page of a matter that `find` gave. `seen`: what it shows of the identity. `text_open`: 打开材料 was pressed (reports)."""
    closed = identities.is_report(matter) and not text_open
    masked = identities.text_access(matter, officer) is not Access.FULL
    desks = _of(matter, _DESKS)
    for desk in desks:  # what an office wrote to the next one speaks of the petition
        desk.instruction = "" if closed else seen.text(desk.instruction)
    own = [desk for desk in desks if desk.organisation_id == officer.organisation_id]
    running = _of(matter, _CLOCKS)
    events = _of(matter, _EVENTS)
    records = [Said(**row) for row in matter.record_rows]
    facts = standing.Situation(
        supported=_is_supported(matter),
        asked=_is_asked(records),
        heard=_heard(records),
        archive_waits=_archive_waits(matter, desks, running),
        examined=_is_examined(running),
        recusal=recuse.is_waiting(records),
        **_objecting(desks, own, events, today),
        **_supervised(events, desks, officer),
        reports=_reported(events, officer),
        **_urgent_facts(matter, officer),
        cleared=matter.sealed and matter.clearances.filter(lifted_at=None).exists(),
    )
    shown = _shown_clock(running, own)
    ratings, ratings_wait = _ratings(matter, events, officer, today)
    return CaseFile(
        matter=matter,
        title=matter.listed_title if closed else seen.text(matter.title),
        desks=desks,
        own_desk=next((desk for desk in reversed(own) if desk.is_open), own[-1] if own else None),
        seen=seen,
        text_closed=closed,
        text_masked=masked,
        opens_files=bool(allowed(officer.role_set, "attachment", Action.READ)) and not closed,
        writes_notes=bool(allowed(officer.role_set, "note", Action.WRITE)),
        requests=[] if closed else [{**row, "text": seen.text(row["text"])} for row in matter.request_rows],
        submissions=[] if closed else _submissions(matter, seen, masked=masked),
        clocks=[_clock(one, today) for one in sorted(running, key=_clock_order)],
        shown_clock=_clock(shown, today) if shown else None,
        letters=[_letter(row, matter, officer) for row in matter.letter_rows],
        opinions=_opinions(matter, seen, officer),
        entries=_history(matter, events, records, officer, seen, closed=closed),
        ratings=[{**one, "text": seen.text(one["text"])} for one in ratings],
        ratings_wait=ratings_wait,
        related=_related(matter, officer, seen.rows),
        standing=standing.standing(matter, desks, officer, facts=facts),
        urgent=_urgent_seen(matter, officer),
    )


# ---- reading --------------------------------------------------------------------------------------------------------


def _rows(model: type[Model], *fields: str, order: str = "pk", **condition) -> RawSQL:
    """Rows below the matter as dicts, within the matter's own statement. It is written out here: to compose it takes longer than to ask it."""
    link = {"matter_id": OuterRef("pk"), **condition}
    rows = model.objects.filter(**link).order_by(order)
    found = ArraySubquery(rows.values(row=JSONObject(**{name: name for name in fields})))
    sql, values = Matter.objects.order_by().annotate(found=found).values("found").query.sql_with_params()
    end = f' AS "found" FROM "{Matter._meta.db_table}"'
    return RawSQL(sql.removeprefix("SELECT ").removesuffix(end), values, ArrayField(JSONField()))


@cache
def _below() -> dict[str, RawSQL]:
    """What is read with every matter. The same for everybody, so that it is composed once."""
    return {
        "request_rows": _rows(Request, "number", "text", order="number"),
        "file_rows": _rows(Attachment, "id", "submission_id", "event_seq", "original_name", "size_bytes", "note"),
        "letter_rows": _rows(Document, "id", "kind", "number", "title", "status", "issued_at"),
        "opinion_rows": _rows(
            Opinion, "instance", "state", "facts", "evidence", "answers", "body", "reasons", "outcome", "issued_at", "served_on",
            "organisation__name",
        ),
        "record_rows": _rows(
            Record, "id", "sort", "text", "data", "at", "referral_id", "event_seq", "shown_to_citizen", "by__user__name",
            "by__organisation_id",
        ),
        "urgent_rows": _rows(UrgentReport, "id", "organisation_id", "organisation__name", "org_lft", "state", "marked_at", "sent_at"),
        "urgent_owed": _rows(UrgentDelivery, "report__organisation_id", done_at=None),
        "rating_rows": _rows(Rating, "organisation_id", "target", "value", "reason", "text"),
    }  # fmt: skip


def find(officer: Officer, number: str, *, at: datetime) -> Matter:
    """Raises Http404 for a number that is not there, and for one that is not theirs to see: the same page."""
    active = officer.active and officer.user.is_active
    matter = (
        _found(frozenset(officer.roles)).first(number=number, at=at, **stand_in.numbers(officer)) if active else None
    )
    if matter is None:
        raise Http404
    for name in ("letter_rows", "opinion_rows", "record_rows", "urgent_rows"):
        setattr(matter, name, [_with_moments(row) for row in getattr(matter, name)])
    matter.letter_rows = [row for row in matter.letter_rows if row["status"] != Status.DRAFT]
    matter.opinion_rows = [row for row in matter.opinion_rows if row["state"] in ("issued", "served", "revoked")]
    return matter


@lru_cache(maxsize=128)
def _found(roles: frozenset[str]) -> Composed:
    """The matter of a number, if a post of these roles may see it."""

    def query(number: str, at: datetime, **numbers: int) -> QuerySet:
        officer = stand_in.officer(roles, **numbers)
        found = MatterNumber.objects.filter(number=number).values("matter_id")
        matters = Matter.objects.visible_to(officer).filter(pk=Subquery(found))
        return matters.select_related("content_class__parent", "place", "unit", "received_by").annotate(
            **_below(), opened_lately=reading.opened_lately(officer, at)
        )[:1]

    return Composed(query, may_lack=stand_in.NUMBERS)


_DESKS = Composed(
    lambda matter_id: (
        Referral.objects.filter(matter_id=matter_id)
        .select_related("organisation", "sender", "handler__user")
        .order_by("pk")
    )
)
_CLOCKS = Composed(
    lambda matter_id: Clock.objects.filter(matter_id=matter_id).select_related("organisation").order_by("pk")
)
_EVENTS = Composed(
    lambda matter_id: (
        Event.objects.filter(matter_id=matter_id).select_related("officer__user", "organisation").order_by("seq")
    )
)
_SUBMISSIONS = Composed(lambda matter_id: Submission.objects.filter(matter_id=matter_id).order_by("pk"))


def _of(matter: Matter, rows: Composed) -> list:
    """These rows of the matter, which they know."""
    found = rows(matter_id=matter.pk)
    for one in found:
        one.matter = matter
    return found


def _with_moments(row: dict) -> dict:
    """Moments and days come as text out of JSON."""
    for name, value in row.items():
        if value and (name == "at" or name.endswith("_at")):
            row[name] = datetime.fromisoformat(value)
        elif value and name.endswith("_on"):
            row[name] = date.fromisoformat(value)
    return row


def _supervised(events: list[Event], desks: list[Referral], officer: Officer) -> dict:
    """Which supervisions of this matter ask something of this office or organ, and whether a new one may begin (SV-2)."""
    rows: dict[int, dict] = {}
    for event in events:
        if event.step in STATE_AFTER:
            facts = event.facts
            rows.setdefault(facts["supervision"], {}).update(
                {name: facts[name] for name in ("office", "unit") if name in facts}, state=STATE_AFTER[event.step]
            )
    own = officer.organisation.key
    sides = (("office", "office"), ("unit", "organisation"))
    asked = {(row["state"], side) for row in rows.values() for name, side in sides if row.get(name) == own}
    first, last = officer.scope
    below = any(first <= desk.org_lft <= last and desk.organisation_id != officer.organisation_id for desk in desks)
    return {"supervisable": below and not desks[0].sealed, "supervisions": frozenset(asked)}


def _reported(events: list[Event], officer: Officer) -> frozenset[tuple[str, str]]:
    """Where the completion reports stand that this organ writes or waits for (SV-8)."""
    rows = {event.facts["report"]: event for event in events if event.step in REPORT_AFTER and "report" in event.facts}
    own, sides = officer.organisation.key, (("office", "office"), ("unit", "organisation"))
    return frozenset(
        (REPORT_AFTER[event.step], side)
        for event in rows.values()
        for name, side in sides
        if event.facts.get(name) == own
    )


def _urgent_facts(matter: Matter, officer: Officer) -> dict:
    """Where the own organ's urgent report stands, and whether one may be begun (UR-1)."""
    own = [
        row
        for row in matter.urgent_rows
        if row["organisation_id"] == officer.organisation_id and row["state"] in URGENT_OPEN
    ]
    owed = any(row["report__organisation_id"] == officer.organisation_id for row in matter.urgent_owed)
    possible = not matter.sealed and not matter.is_closed and matter.stage != Stage.WITHDRAWN
    return {"urgent": own[-1]["state"] if own else "", "urgent_owed": owed, "urgent_possible": possible}


def _urgent_seen(matter: Matter, officer: Officer) -> list[dict]:
    """Urgent reports of the own organ, and of the organs below for who supervises them: those that open (supervision/urgent.py)."""
    cell = allowed(officer.role_set, "urgent_report", Action.READ)
    if not cell or matter.sealed:
        return []
    first, last = (
        officer.scope if cell.reach is Reach.TERRITORY else (officer.organisation.lft, officer.organisation.lft)
    )
    return [row for row in matter.urgent_rows if first <= row["org_lft"] <= last]


def _is_supported(matter: Matter) -> bool:
    served = [row for row in matter.opinion_rows if row["state"] == "served" and row["instance"] == "handling"]
    return any(
        answer.get("outcome") in (Outcome.SUPPORT, Outcome.PARTLY) for row in served for answer in row["answers"]
    )


def _is_asked(records: list[Said]) -> bool:
    answered = {record.data.get("question") for record in records if record.sort == "answer"}
    return any(record.sort == "question" and record.id not in answered for record in records)


def _heard(records: list[Said]) -> frozenset[int]:
    return frozenset(record.referral_id for record in records if record.sort == "hearing")


def _archive_waits(matter: Matter, desks: list[Referral], running: list[Clock]) -> str:
    """Why the file cannot be closed yet; "" when it can, or is closed."""
    left = [desk.organisation.name for desk in desks if desk.is_open and desk.stage not in DESK_DONE]
    if left:
        return f"还不能归档：{'、'.join(left)}还没有办完。"
    last = max((one.due_on for one in running if one.state == "running" and one.holder == Holder.CITIZEN), default=None)
    return f"还不能归档：信访人的期限到{last.month}月{last.day}日。" if last and matter.stage != Stage.ARCHIVED else ""


def _objecting(desks: list[Referral], own: list[Referral], events: list[Event], today: date) -> dict[str, bool]:
    """Whether this unit may still object to the transfer, and whether this office may let another object late (T-21, T-24)."""
    in_order = sorted(events, key=lambda event: event.seq)

    def may(desk: Referral) -> bool:
        return accept.is_in_time_to_object(desk, today) or accept.may_object_late(desk, in_order)

    mine = [desk for desk in own if desk.is_open and desk.stage == Stage.SIGNED_IN]
    by_pk = {desk.pk: desk for desk in sorted(desks, key=lambda desk: desk.pk)}
    sent = [desk for desk in own if desk.stage in (Stage.TRANSFERRED, Stage.ASSIGNED)]
    units = [unit for unit in (accept.waiting_unit(desk, by_pk) for desk in sent) if unit]
    return {"objects": all(may(desk) for desk in mine), "late": any(not may(unit) for unit in units)}


def _is_examined(running: list[Clock]) -> bool:
    return not any(clock.term == "REVIEW_ACCEPT3WD" and clock.state in LIVE for clock in running)


# ---- parts ----------------------------------------------------------------------------------------------------------


def _submissions(matter: Matter, seen: Seen, *, masked: bool) -> list[dict]:
    """`masked`: for readers of statistics the person complained of is masked too (B.3 "M")."""
    made = []
    for one in _of(matter, _SUBMISSIONS):
        said = {**one.respondent, **({"name": mask_name(one.respondent.get("name", ""))} if masked else {})}
        against = "、".join(said[name] for name in ("unit", "name", "post") if said.get(name))
        facts = channels.shown_facts(one.channel, one.channel_facts, personal=seen.opening is not None)
        made.append(
            {
                "channel": Channel(one.channel).label,
                "content": seen.text(one.content),
                "reasons": seen.text(one.reasons),
                "against": against,
                "files": [file for file in matter.file_rows if file["submission_id"] == one.pk],
                "facts": [(label, seen.text(value)) for label, value in facts],
            }
        )
    return made


def _clock_order(clock: Clock) -> tuple:
    return (clock.state not in LIVE, clock.due_on, clock.pk)


def _shown_clock(running: list[Clock], own: list[Referral]) -> Clock | None:
    """What counts down on top: the nearest limit of the own desk, else the one the citizen waits for."""
    live = sorted((one for one in running if one.state in LIVE), key=lambda one: one.due_on)
    desks = {desk.pk for desk in own if desk.is_open}
    mine = [one for one in live if one.referral_id in desks and one.holder == Holder.OFFICE]
    by_term = {one.term: one for one in reversed(live)}
    return mine[0] if mine else next((by_term[term] for term in clocks.SHOWN_FIRST if term in by_term), None)


LIVE = ("running", "paused")
STATES = {
    "running": "",
    "paused": "暂停",
    "met": "按期完成",
    "late": "超期完成",
    "cancelled": "不再需要",
    "lapsed": "期满",
}
_TONES = {"met": "ok", "late": "bad"}


def _clock(clock: Clock, today: date) -> dict:
    total = max((clock.due_on - clock.started_on).days, 1)
    used = min(max((today - clock.started_on).days, 0), total)
    left = (clock.due_on - today).days
    term = TERMS.get(clock.term)
    return {
        "name": term.name if term else clock.term,
        "article": term.citation if term else "",
        "sort": "法定期限" if term and term.evidence == "LAW" else "工作期限",
        "holder": "信访人" if clock.holder == Holder.CITIZEN else clock.organisation.name if clock.organisation else "",
        "started_on": clock.started_on,
        "due_on": clock.due_on,
        "office_target_on": clock.office_target_on if clock.office_target_on != clock.due_on else None,
        "explanation": clock.explanation,
        "provisional": clock.provisional,
        "running": clock.state == "running",
        "live": clock.state in LIVE,
        "elapsed": clock.holder == Holder.CITIZEN and left < 0,  # a window of the citizen closes, it is never overdue
        "state": STATES.get(clock.state, clock.state),
        "tone": _TONES.get(clock.state, "idle"),
        "ended_on": clock.ended_on,
        "level": clock.level,
        "total": total,
        "used": used,
        "left": left,
        "look": _look(clock, left),
    }


def _look(clock: Clock, left: int) -> str:
    if clock.holder == Holder.CITIZEN:
        return ""
    if left < 0:
        return "bad"
    return "warn" if left <= 3 or clock.level in ("warning", "severe") else ""


def _letter(row: dict, matter: Matter, officer: Officer) -> dict:
    return {**row, "void": row["status"] == Status.VOID, "open": may_read(row["kind"], matter, officer)}


def _opinions(matter: Matter, seen: Seen, officer: Officer) -> list[dict]:
    """Issued opinions, for posts that read them (B.3 row "handling opinion"; an analyst has counts only)."""
    if not allowed(officer.role_set, "opinion", Action.READ):
        return []
    return [
        _opinion({**row, "facts": seen.text(row["facts"]), "body": seen.text(row["body"])}, seen)
        for row in matter.opinion_rows
    ]


def _opinion(row: dict, seen: Seen) -> dict:
    answers = [
        {
            **one,
            "label": ANSWERS.get(one.get("outcome", ""), ""),
            "conclusion": seen.text(one.get("conclusion", "")),
        }
        for one in row["answers"]
    ]
    label = ANSWERS.get(row["outcome"], "")
    return {
        **row,
        "name": INSTANCES.get(row["instance"], ""),
        "answers": answers,
        "label": label,
        "revoked": row["state"] == "revoked",
    }


def _ratings(matter: Matter, events: list[Event], officer: Officer, today: date) -> tuple[list[dict], bool]:
    """(ratings that this officer may read, whether one still waits for its window to close). RA-8: nobody sees one before."""
    if not officer.role_set & RATING_READERS:
        return [], False
    readable = [row for row in matter.rating_rows if _concerns(row, officer)]
    closed = [row for row in readable if _window_is_over(row, matter, events, today)]
    shown = [
        {
            "target": rating.RatingTarget(row["target"]).label,
            "value": rating.RatingValue(row["value"]).label,
            "reason": rating.DissatisfactionReason(row["reason"]).label if row["reason"] else "",
            "text": row["text"],
        }
        for row in closed
    ]
    return shown, len(closed) < len(readable)


def _concerns(row: dict, officer: Officer) -> bool:
    """The petition office reads what is said of it and of the units; a unit what is said of itself."""
    return row["organisation_id"] == officer.organisation_id or officer.may(*RATING_OVERSEERS)


def _window_is_over(row: dict, matter: Matter, events: list[Event], today: date) -> bool:
    if row["target"] == rating.RatingTarget.OFFICE:
        opened_on = next((localdate(event.at) for event in events if event.step in OFFICE_DECISIONS), None)
    else:
        served = [one["served_on"] for one in matter.opinion_rows if one["instance"] == "handling" and one["served_on"]]
        opened_on = max(served, default=None)
    due_on = rating_due(opened_on)
    return due_on is not None and today > due_on


def _related(matter: Matter, officer: Officer, people: list[Petitioner]) -> list[dict]:
    """Matters joined, merged or split from this one; while registering, earlier ones of the same person to compare (DU-1)."""
    if matter.stage in REGISTERING and not (matter.joined_to or matter.split_from):
        found = [("先前提出的", one) for one in candidates(matter, officer, people=people)]
        known = {one.pk for _relation_of, one in found}
        likely = same.earlier(matter, officer, person=False)
        found += [
            ("同一事项" if one.is_agreed else "可能相同", one.matter) for one in likely if one.matter.pk not in known
        ]
    else:
        rows = _linked(frozenset(officer.roles))(
            matter_id=matter.pk,
            joined_to=matter.joined_to or 0,
            split_from=matter.split_from or 0,
            **stand_in.numbers(officer),
        )
        found = [(_relation(matter, one), one) for one in rows]
    return [{"relation": relation, "matter": one} for relation, one in found]


@lru_cache(maxsize=128)
def _linked(roles: frozenset[str]) -> Composed:
    """The matters joined to, merged with or split from one, as a post of these roles may see them."""

    def query(matter_id: int, joined_to: int, split_from: int, **numbers: int) -> QuerySet:
        linked = Q(pk=joined_to) | Q(pk=split_from) | Q(joined_to=matter_id) | Q(split_from=matter_id)
        rows = Matter.objects.visible_to(stand_in.officer(roles, **numbers)).filter(linked).exclude(pk=matter_id)
        return rows.select_related("unit").order_by("pk")[:50]

    return Composed(query, may_lack=stand_in.NUMBERS)


def _relation(matter: Matter, other: Matter) -> str:
    if other.pk == matter.joined_to:
        return "已并入" if matter.stage == Stage.ENDED_JOINED else "主件"
    if other.pk == matter.split_from:
        return "分自"
    if other.joined_to == matter.pk:
        return "并入本件" if other.stage == Stage.ENDED_JOINED else "并案"
    return "分出"


# ---- the history ----------------------------------------------------------------------------------------------------


def _history(
    matter: Matter, events: list[Event], records: list[Said], officer: Officer, seen: Seen, *, closed: bool
) -> list[Entry]:
    """Newest first. Notes are for colleagues of the same organisation. `closed`: the words of a report are not opened yet."""
    records = [] if closed else [replace(one, text=seen.text(one.text)) for one in records]
    texts: dict[int, list[Said]] = {}
    for record in records:
        if record.event_seq and not _is_others_draft(record, officer):
            texts.setdefault(record.event_seq, []).append(record)
    entries = [_entry(event, texts.get(event.seq, []), matter, officer, seen, closed=closed) for event in events]
    entries += [
        Entry(record.at, record.by__user__name or "", "内部备注", texts=[record.text], is_note=True)
        for record in records
        if record.sort == NOTE and record.by__organisation_id == officer.organisation_id
    ]
    return sorted(entries, key=lambda entry: entry.at)[::-1]  # of one moment the later first


def _is_others_draft(record: Said, officer: Officer) -> bool:
    """Versions of an opinion are working papers of their organisation; others read it when it is issued (B.3)."""
    return record.sort == "opinion_version" and record.by__organisation_id != officer.organisation_id


def _entry(event: Event, records: list[Said], matter: Matter, officer: Officer, seen: Seen, *, closed: bool) -> Entry:
    named = event.facts.get("letters") or {}
    letters = [
        _letter(row, matter, officer)
        for row in matter.letter_rows
        if row["issued_at"] == event.at and named.get(row["kind"]) == row["number"]
    ]
    files = [file for file in matter.file_rows if file["event_seq"] == event.seq and not file["submission_id"]]
    return Entry(
        at=event.at,
        who=_who(event),
        title=Step(event.step).label,
        lines=[] if closed else [seen.text(line) for line in history_words.sentences(event)],
        texts=[record.text for record in records if record.text and len(record.text) <= LONG],
        long_texts=[record.text for record in records if len(record.text) > LONG],
        letters=letters,
        files=[] if closed else files,
        from_citizen=event.actor_kind == "citizen",
        shown=any(record.shown_to_citizen for record in records),
    )


def _who(event: Event) -> str:
    if event.officer:
        return f"{event.organisation.name} {event.officer.user.name}"
    return {"citizen": "信访人", "system": "系统"}.get(event.actor_kind, "")
