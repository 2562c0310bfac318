"""All that a matter's facts are made of, read for many matters in a few statements."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils.timezone import localdate

from xinqiao.analysis.models import PublicAnswer
from xinqiao.matters.models import Accused, Clock, Event, Matter, Opinion, Rating, Record, Referral, Supervision
from xinqiao.people.models import Petitioner
from xinqiao.rules.stages import Kind, Step

S = Step
# Steps that make a matter count somewhere, or count otherwise.
TELLING = (
    S.RECEIVE, S.IMPORT_HISTORY, S.REGISTER, S.JOIN_REPEAT, S.TRANSFER, S.TRANSFER_DOWN, S.ASSIGN, S.TRANSFER_POLITICAL_LEGAL, S.GUIDE,
    S.REPLY_DIRECTLY, S.FILE_WITHOUT_ACTION, S.REFUSE_AGAIN_AT_OFFICE, S.ACCEPT, S.ACCEPT_SIMPLE, S.NOTIFY_ROUTE, S.PASS_DOWN, S.REFUSE,
    S.REFUSE_AGAIN, S.RECORD_CONTACT, S.CONVERT_TO_ORDINARY, S.EXTEND, S.ISSUE_OPINION, S.SERVE_OPINION, S.REPLY_TO_SUGGESTION, S.SETTLE,
    S.RECORD_AGREEMENT_PERFORMED, S.RECORD_AGREEMENT_BROKEN, S.REPORT_EXECUTION, S.CONFIRM_EXECUTION, S.DISPUTE_EXECUTION,
    S.REQUEST_REVIEW, S.SERVE_REVIEW_OPINION, S.SERVE_RECHECK_OPINION, S.COMPLETE_WITHDRAWAL, S.RESUME, S.END_WINDOW, S.END_OTHER_ROUTE,
)  # fmt: skip
LIMITS = (
    "PO15",
    "UNIT15",
    "DIRECT15",
    "HANDLE60",
    "SIMPLE10WD",
    "SUGGESTION60",
    "REVIEW_DEC30",
    "RECHECK_DEC30",
    "CONTACT5WD",
)
PUBLISHED = ("approved_at", "withdrawn_at", "consent_withdrawn_at")


@dataclass
class Case:
    """One matter and what happened to it, in the order in which it happened. `today`: days after it are not known yet.

    `earlier`, `later`: what else the same person filed, when this one or the other one is marked as a repeat.
    """

    matter: Matter
    today: date
    protected: bool = False
    desks: dict[int, Referral] = field(default_factory=dict)
    clocks: list[Clock] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    supervisions: list[Supervision] = field(default_factory=list)
    published: PublicAnswer | None = None
    attacked: set[int] = field(default_factory=set)  # opinions against which a review was asked
    later: list[datetime] = field(default_factory=list)
    earlier: "Case | None" = None

    def taken(self, *steps: Step) -> list[Event]:
        return [event for event in self.events if event.step in steps]

    def first(self, *steps: Step) -> Event | None:
        return next((event for event in self.events if event.step in steps), None)

    @property
    def is_imported(self) -> bool:
        return self.first(S.IMPORT_HISTORY) is not None

    @property
    def is_first(self) -> bool:
        return not self.matter.repeat

    @property
    def is_reachable(self) -> bool:
        return self.matter.contactable and not self.matter.anonymous


def day_of(event: Event) -> date:
    return localdate(event.at)


def load(matter_ids: Iterable[int], *, today: date, with_earlier: bool = True) -> dict[int, Case]:
    """The cases of these matters, by id. Reports and what names an accused are `protected`: nothing of them is read on."""
    matters = Matter.objects.filter(pk__in=list(matter_ids))
    cases = {matter.pk: Case(matter, today) for matter in matters}
    _find_protected(cases)
    open_ones = {pk: case for pk, case in cases.items() if not case.protected}
    _fill(open_ones)
    _find_others_of_same_person(open_ones, with_earlier=with_earlier)
    return cases


def _find_protected(cases: dict[int, Case]) -> None:
    """C-01, as `counted.cell_of`: sealed, decided to be a report, or with somebody in its accused set."""
    named = set(Accused.objects.filter(matter__in=list(cases)).values_list("matter_id", flat=True))
    for pk, case in cases.items():
        case.protected = case.matter.sealed or case.matter.kind == Kind.REPORT or pk in named


def _fill(cases: dict[int, Case]) -> None:
    ids = list(cases)
    if not ids:
        return
    for desk in Referral.objects.filter(matter__in=ids).order_by("pk"):
        cases[desk.matter_id].desks[desk.pk] = desk
    many: tuple[tuple[str, Iterable], ...] = (
        ("clocks", Clock.objects.filter(matter__in=ids, term__in=LIMITS).order_by("pk")),
        ("events", Event.objects.filter(matter__in=ids, step__in=TELLING).order_by("matter_id", "seq")),
        ("opinions", Opinion.objects.filter(matter__in=ids).order_by("pk")),
        ("ratings", Rating.objects.filter(matter__in=ids).order_by("pk")),
        ("supervisions", Supervision.objects.filter(matter__in=ids).order_by("pk")),
    )
    for name, rows in many:
        for row in rows:
            getattr(cases[row.matter_id], name).append(row)
    for made in PublicAnswer.objects.filter(matter__in=ids).only("matter_id", *PUBLISHED):
        cases[made.matter_id].published = made
    asked = Record.objects.filter(matter__in=ids, sort__in=("review_request", "recheck_request"))
    for matter_id, data in asked.values_list("matter_id", "data"):
        cases[matter_id].attacked.add(data.get("against"))


# ---- the same person, by matters: nobody is counted (G.4) -----------------------------------------------------------------


def _find_others_of_same_person(cases: dict[int, Case], *, with_earlier: bool) -> None:
    same = _same_person(cases)
    others = {pk for found in same.values() for pk in found}
    rows = {row["pk"]: row for row in _plain(others | set(cases))}
    earlier = {}
    for pk, case in cases.items():
        own = rows[pk]["received_at"]
        known = [rows[one] for one in same.get(pk, ()) if one in rows]
        case.later = sorted(row["received_at"] for row in known if row["repeat"] and row["received_at"] > own)
        if case.matter.repeat and with_earlier:
            before = [row for row in known if row["received_at"] < own]
            last = case.matter.joined_to or max(before, key=_when, default={"pk": None})["pk"]
            earlier |= {pk: last} if last else {}
    loaded = load(set(earlier.values()), today=date.max, with_earlier=False) if earlier else {}
    for pk, last in earlier.items():
        found = loaded.get(last)
        cases[pk].earlier = None if found is None or found.protected else found


_when: Callable[[dict], tuple] = lambda row: (row["received_at"], row["pk"])  # noqa: E731


def _plain(ids: set[int]):
    return Matter.objects.filter(pk__in=ids, sealed=False).values("pk", "received_at", "repeat")


def _same_person(cases: dict[int, Case]) -> dict[int, set[int]]:
    """Matter → other matters with the same blind index of a mobile or an ID number (DU-2)."""
    people = Petitioner.objects.filter(matter_id__in=list(cases)).values_list("matter_id", "mobile_index", "id_index")
    wanted = defaultdict(set)
    for matter_id, mobile, number in people:
        for index in filter(None, (mobile, number)):
            wanted[index].add(matter_id)
    found = defaultdict(set)
    if not wanted:
        return found
    indexes = list(wanted)
    rows = Petitioner.objects.filter(Q(mobile_index__in=indexes) | Q(id_index__in=indexes))
    for other, mobile, number in rows.values_list("matter_id", "mobile_index", "id_index"):
        for index in filter(None, (mobile, number)):
            for matter_id in wanted.get(index, ()):
                if other != matter_id:
                    found[matter_id].add(other)
    return found


def earlier_to_look_at(matter_ids: Iterable[int]) -> set[int]:
    """Matters whose facts change because these repeats came: the earlier ones of the same person."""
    if not (ids := list(matter_ids)):
        return set()
    repeats = Matter.objects.filter(pk__in=ids, repeat=True, sealed=False)
    cases = {matter.pk: Case(matter, date.max) for matter in repeats}
    return {one for others in _same_person(cases).values() for one in others} - set(cases)
