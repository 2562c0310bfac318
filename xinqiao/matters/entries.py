"""The entry of a matter in the search: which words and marks it has, and that it changes together with the matter.

`keep` runs at the end of every step, in its transaction: it makes the whole entry anew after a step that touches a text, only the marks
when a desk, the kind or the like has changed, and writes nothing otherwise. What is imported, or moved with its organisation, is owed
(`owe_organisations`, `search.entries.owe`) and gets its entry from the worker (`fill`) or from `xinqiao reindex` (`make_again`).

A report (检举控告) has marks of its own, which no reader of petitions asks for (C-01); a text that was taken off line (C-15) is not here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet
from django.utils.timezone import localdate

from xinqiao.database.composed import Composed
from xinqiao.people.models import Identity, Petitioner
from xinqiao.rules.moves import CLOSED
from xinqiao.rules.stages import Stage, Step
from xinqiao.search import entries, marks
from xinqiao.search.entries import Entry
from xinqiao.search.models import EntryDue, SearchEntry

from .identities import without_identity
from .models import Matter, Opinion, Record, Request, Submission
from .models.opinion import ISSUED

BATCH = 500  # entries of one transaction: half a second
# Steps that change what is searched; a new one that adds a text goes here (tests/search compares every entry after whole stories).
TEXT_STEPS = frozenset(
    {
        Step.RECEIVE, Step.CORRECT_REGISTRATION, Step.CLASSIFY, Step.SPLIT, Step.UNSEAL, Step.SEAL_OFF_LINE, Step.SUPPLEMENT,
        Step.REPLY_DIRECTLY, Step.OBJECT_TO_FILING, Step.DISPUTE_EXECUTION, Step.REQUEST_REVIEW, Step.REQUEST_RECHECK,
        Step.ISSUE_OPINION, Step.ISSUE_REVIEW_OPINION, Step.ISSUE_RECHECK_OPINION, Step.IMPORT_HISTORY,
    }
)  # fmt: skip
# Sorts of Record that are searched: what the citizen said later, and the answer that an imported petition was given.
SAID, REPLY = ("supplement", "objection", "execution_dispute", "review_request", "recheck_request"), "reply"

UNDECIDED = "undecided"  # the kind of what has none yet

S = Stage
GROUPS = {
    "intake": ("登记、甄别", (S.RECEIVED, S.REGISTERED, S.TRIAGE, S.REPORTED_UP, S.OBJECTED, S.JURISDICTION_DISPUTED)),
    "handling": ("转送、办理", ()),  # whatever is in no other group
    "review": ("复查、复核", (S.REVIEW_REQUESTED, S.REVIEW_SERVED, S.RECHECK_REQUESTED, S.RECHECK_HEARING, S.RECHECK_SERVED)),
    "closed": ("已办结", tuple(sorted(CLOSED))),
}  # fmt: skip
_GROUP_OF = {stage: group for group, (_label, stages) in GROUPS.items() for stage in stages}


def group_of(stage: str) -> str:
    return _GROUP_OF.get(Stage(stage), "handling")


# ---- kept with the matter ----------------------------------------------------------------------------------------------


def keep(matter: Matter, step: Step) -> None:
    """The entry after this step. Two statements when nothing about it has changed."""
    if step not in TEXT_STEPS:
        kept = SearchEntry.objects.filter(pk=matter.pk)
        before, now = kept.values_list("marks", "version").first(), _marks([matter])[matter.pk]
        if before == (marks.digest(now), entries.VERSION):
            return
        if before and before[1] == entries.VERSION:
            petition, answer = kept.values_list("petition", "answer").get()
            entries.write([Entry(matter.pk, matter.received_at, petition, answer, now)], texts=False)
            return
    make([matter])


def make(matters: Iterable[Matter]) -> int:
    """Make whole entries of these matters, a statement for each table; returns how many."""
    matters = list(matters)
    if not matters:
        return 0
    petitions, answers, found = _petitions(matters), _answers(matters), _marks(matters)
    people = _people([matter.pk for matter in matters])
    made = []
    for matter in matters:
        known = people[matter.pk]
        texts = (petitions[matter.pk], answers[matter.pk]) if matter.stage != S.OFF_LINE else ([matter.number], [])
        petition, answer = (without_identity("\n".join(lines), known, strict=True, wholly=True) for lines in texts)
        made.append(Entry(matter.pk, matter.received_at, petition, answer, found[matter.pk]))
    return entries.write(made)


# ---- made later ----------------------------------------------------------------------------------------------------------


class Progress(NamedTuple):
    """How far a back-fill is: entries made, entries owed still, and the day of receipt of the last one."""

    made: int
    left: int
    at: datetime


@transaction.atomic
def make_due(*, most: int = BATCH) -> list[datetime]:
    """Make up to `most` entries that are owed, the newest matters first; returns when those were received. Several may do it at once.

    A matter in which a step is being taken just now stays owed: we do not see yet what that step writes.
    """
    due = EntryDue.objects.select_for_update(skip_locked=True).order_by("-received_at")
    ids = list(due.values_list("pk", flat=True)[:most])
    if (
        len(ids) == BATCH
    ):  # while more follow, the index takes a longer list at once: half the work for each entry; the last batch empties it
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL gin_pending_list_limit = '2MB'")
    matters = list(
        Matter.objects.filter(pk__among=ids).select_for_update(of=("self",), skip_locked=True).order_by("pk")
    )
    make(matters)
    gone = (
        set(ids) - set(Matter.objects.filter(pk__among=ids).values_list("pk", flat=True))
        if len(matters) < len(ids)
        else set()
    )
    EntryDue.objects.filter(pk__among=[*gone, *(matter.pk for matter in matters)]).delete()
    return [matter.received_at for matter in matters]


FILL_BATCHES = 10  # a turn of the worker: a few seconds, then others have theirs


def fill(at: datetime) -> int:
    """The worker's duty: make what is owed, batch by batch; returns how many."""
    made = 0
    for _turn in range(FILL_BATCHES):
        batch = len(make_due())
        made += batch
        if batch < BATCH:
            break
    return made


def some_due() -> bool:
    """Whether any are owed: then the next turn comes at once, and nobody waits for the end of what was imported."""
    return EntryDue.objects.exists()


def make_again(*, only_missing: bool = False, everything: bool = False) -> Iterator[Progress]:
    """Make the entries that are missing or of an older version (`everything`: all), newest matters first, a batch at a time.

    All are owed first, so that it can be broken off and started again, and several processes and the worker share what is left.
    """
    owe_again(only_missing=only_missing, everything=everything)
    left, made = EntryDue.objects.count(), 0
    while batch := make_due():
        made, left = made + len(batch), max(left - len(batch), 0)
        yield Progress(made, left, batch[-1])


OWED_AT_ONCE = 50_000  # matters looked at in one statement


def owe_again(*, only_missing: bool = False, everything: bool = False) -> None:
    """Owe the entries that are missing or of an older version, or all of them."""
    made = "false" if everything else "e.matter_id IS NOT NULL" if only_missing else "e.version = %(version)s"
    ends = Matter.objects.aggregate(first=Min("pk"), last=Max("pk"))
    for start in range(ends["first"] or 0, (ends["last"] or -1) + 1, OWED_AT_ONCE):
        _owe(
            "SELECT m.id, m.received_at FROM matters_matter m LEFT JOIN search_searchentry e ON e.matter_id = m.id"
            f" WHERE m.id BETWEEN %(start)s AND %(end)s AND ({made}) IS NOT TRUE",
            {"start": start, "end": start + OWED_AT_ONCE - 1, "version": entries.VERSION},
        )


def owe_organisations(organisations: Iterable[int]) -> int:
    """These organisations, with all below them, have another place in the tree now: owe the entries of every matter that lies, or
    lay, with them. Returns how many. Until they are made the old marks stand; what may be opened is decided anew each time."""
    return _owe(
        "SELECT id, received_at FROM matters_matter WHERE id IN (SELECT r.matter_id FROM organisations_organisation top"
        " JOIN organisations_organisation o ON o.lft BETWEEN top.lft AND top.rgt"
        " JOIN matters_referral r ON r.organisation_id = o.id WHERE top.id = ANY(%(organisations)s))",
        {"organisations": list(organisations)},
    )


def _owe(matters: str, values: dict) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO search_entrydue (matter_id, received_at) {matters} ON CONFLICT DO NOTHING", values)
        return cursor.rowcount


# ---- the texts ---------------------------------------------------------------------------------------------------------


# Asked with every step that changes a text.
_PLACE_NAMES = Composed(lambda ids: Matter.objects.filter(pk__among=ids).order_by().values_list("pk", "place__name"))
_SUBMISSIONS = Composed(
    lambda ids: (
        Submission.objects.filter(matter__pk__among=ids)
        .order_by("matter_id", "pk")
        .values_list("matter_id", "title", "content", "reasons")
    )
)
_REQUESTS = Composed(
    lambda ids: (
        Request.objects.filter(matter__pk__among=ids).order_by("matter_id", "number").values_list("matter_id", "text")
    )
)
_SAID_LATER = Composed(lambda ids: _records(ids, sort__in=SAID))
_REPLIES = Composed(lambda ids: _records(ids, sort=REPLY))
_OPINIONS = Composed(
    lambda ids: (
        Opinion.objects.filter(matter__pk__among=ids, state__in=ISSUED)
        .order_by("matter_id", "pk")
        .values_list("matter_id", "facts", "reasons", "body", "evidence", "basis", "answers")
    )
)
_PEOPLE = Composed(lambda ids: Petitioner.objects.filter(matter_id__among=ids))


def _records(ids: list[int], **sorts) -> QuerySet:
    rows = Record.objects.filter(matter__pk__among=ids, **sorts)
    return rows.order_by("matter_id", "pk").values_list("matter_id", "text")


def _petitions(matters: list[Matter]) -> dict[int, list[str]]:
    """Title first, then number and place, then what was said, a line or more each."""
    ids = [matter.pk for matter in matters]
    places = dict(_PLACE_NAMES(ids=ids))
    lines = {one.pk: [one.title, f"{one.number} {places[one.pk]}{one.place_detail}"] for one in matters}
    for pk, title, content, reasons in _SUBMISSIONS(ids=ids):
        lines[pk] += [*([title] if title != lines[pk][0] else []), content, reasons]
    for pk, text in _REQUESTS(ids=ids):
        lines[pk].append(text)
    for pk, text in _SAID_LATER(ids=ids):
        lines[pk].append(text)
    return lines


def _answers(matters: list[Matter]) -> dict[int, list[str]]:
    ids, lines = [matter.pk for matter in matters], defaultdict(list)
    for pk, *texts, evidence, basis, answers in _OPINIONS(ids=ids):
        lines[pk] += [*texts, *_texts(evidence), *_texts(basis), *_texts(answers)]
    for pk, text in _REPLIES(ids=ids):
        lines[pk].append(text)
    return lines


def _texts(value) -> Iterable[str]:
    """The sentences of a list of lines or of dicts; codes and keys are no text."""
    for one in value or ():
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from (text for name, text in one.items() if isinstance(text, str) and name != "outcome")


def _people(ids: list[int]) -> dict[int, list[Identity]]:
    """Who must not be found by words: nothing that tells who they are stays in the texts, for any reader (C-12)."""
    found = defaultdict(list)
    for row in _PEOPLE(ids=ids):
        found[row.matter_id].append(row.identity())
    return found


# ---- the marks ---------------------------------------------------------------------------------------------------------

_PLACES = """
WITH RECURSIVE desk AS MATERIALIZED (
    SELECT matter_id, organisation_id, handler_id, stage FROM matters_referral WHERE matter_id = ANY(%(ids)s)
), up(id, above) AS (
    SELECT DISTINCT organisation_id, organisation_id FROM desk
    UNION ALL SELECT up.id, o.parent_id FROM up JOIN organisations_organisation o ON o.id = up.above WHERE o.parent_id IS NOT NULL
)
SELECT 'desk', matter_id, organisation_id, handler_id, stage FROM desk
UNION SELECT 'registrar', matter_id, NULL, registrar_id, NULL FROM matters_submission
    WHERE matter_id = ANY(%(ids)s) AND registrar_id IS NOT NULL
UNION ALL SELECT 'above', NULL, id, above, NULL FROM up
"""


def _marks(matters: list[Matter]) -> dict[int, frozenset[str]]:
    """What `marks_of` makes of where each matter lies, lay, and who registered it: one statement."""
    desks, officers, above = defaultdict(set), defaultdict(set), defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"ids": [matter.pk for matter in matters]})
        for sort, matter_id, organisation, one, stage in cursor.fetchall():
            if sort == "above":
                above[organisation].add(one)
                continue
            if organisation:
                desks[matter_id].add((organisation, stage))
            if one:
                officers[matter_id].add(one)
    return {matter.pk: marks_of(matter, desks[matter.pk], officers[matter.pk], above) for matter in matters}


def marks_of(
    matter: Matter, desks: Iterable[tuple[int, str]], officers: Iterable[int], above: dict[int, Iterable[int]]
) -> frozenset[str]:
    """The marks of a matter that lies, or lay, on the desks of these organisations (with their stages) and was given to these officers.

    `above`: of each organisation itself and all above it.
    """
    found = {f"k:{matter.kind or UNDECIDED}", f"c:{matter.channel}", f"g:{group_of(matter.stage)}"}
    found |= {f"a:{matter.content_class_id}"} if matter.content_class_id else set()
    found |= marks.day_marks(localdate(matter.received_at))
    if matter.sealed:
        return frozenset(found | {f"{_SEALED.get(stage, 's')}:{organisation}" for organisation, stage in desks})
    for organisation, _stage in desks:
        found |= {f"d:{organisation}", *(f"o:{one}" for one in above[organisation])}
    return frozenset(found | {f"h:{officer}" for officer in officers})


# What an office gave away it finds no more; what it passed to the discipline organ, only whoever follows it there (C-08, C-15).
_SEALED = {S.SENT_TO_DISCIPLINE: "p", S.PASSED_SEALED: "x", S.OFF_LINE: "x"}
