"""The entry of a matter in the search: which words and marks it has, and that it changes together with the matter.

`keep` runs at the end of every step, in its transaction: it makes the whole entry anew after a step that touches a text, only the marks
when a desk, the kind or the like has changed, and writes nothing otherwise. What is imported gets its entry from the worker (`make_due`).

A report (检举控告) has marks of its own, which no reader of petitions asks for (C-01); a text that was taken off line (C-15) is not here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import BigIntegerField, Q, Value
from django.utils import timezone
from django.utils.timezone import localdate

from xinqiao.people.models import Identity, Petitioner
from xinqiao.rules.moves import CLOSED
from xinqiao.rules.stages import Stage, Step
from xinqiao.search import entries, marks
from xinqiao.search.entries import Entry
from xinqiao.search.models import EntryDue, SearchEntry

from .identities import without_identity
from .models import Matter, Opinion, Record, Referral, Request, Submission

BATCH = 200
# Steps that change what is searched; a new one that adds a text goes here (tests/search compares every entry after whole stories).
TEXT_STEPS = frozenset(
    {
        Step.RECEIVE, Step.CORRECT_REGISTRATION, Step.CLASSIFY, Step.SPLIT, Step.UNSEAL, Step.SEAL_OFF_LINE, Step.SUPPLEMENT,
        Step.OBJECT_TO_FILING, Step.DISPUTE_EXECUTION, Step.REQUEST_REVIEW, Step.REQUEST_RECHECK,
        Step.ISSUE_OPINION, Step.ISSUE_REVIEW_OPINION, Step.ISSUE_RECHECK_OPINION, Step.IMPORT_HISTORY,
    }
)  # fmt: skip
ISSUED = ("issued", "served", "revoked")
# Sorts of Record that are searched: what the citizen said later, and the answer that an imported petition was given.
SAID, REPLY = ("supplement", "objection", "execution_dispute", "review_request", "recheck_request"), "reply"

S = Stage
GROUPS = {
    "intake": ("登记、甄别", (S.RECEIVED, S.REGISTERED, S.TRIAGE, S.REPORTED_UP, S.OBJECTED, S.JURISDICTION_DISPUTED)),
    "handling": ("转送、办理", ()),  # whatever is in no other group
    "review": ("复查、复核", (S.REVIEW_REQUESTED, S.REVIEW_SERVED, S.RECHECK_REQUESTED, S.RECHECK_HEARING, S.RECHECK_SERVED)),
    "closed": ("已办结", tuple(CLOSED)),
}  # fmt: skip
_GROUP_OF = {stage: group for group, (_label, stages) in GROUPS.items() for stage in stages}


def group_of(stage: str) -> str:
    return _GROUP_OF.get(Stage(stage), "handling")


# ---- kept with the matter ----------------------------------------------------------------------------------------------


def keep(matter: Matter, step: Step) -> None:
    """The entry after this step. Three statements when nothing about it has changed."""
    if step not in TEXT_STEPS:
        found = SearchEntry.objects.filter(pk=matter.pk).values("petition", "answer", "marks").first()
        now = _marks([matter])[matter.pk]
        if found and found["marks"] == marks.digest(now):
            return
        if found:
            entries.write([Entry(matter.pk, matter.received_at, found["petition"], found["answer"], now)])
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


@transaction.atomic
def make_due(*, most: int = BATCH) -> int:
    """Make up to `most` entries that are owed, the newest matters first; returns how many. Several workers may do it at once."""
    due = EntryDue.objects.select_for_update(skip_locked=True).order_by("-received_at")
    ids = list(due.values_list("pk", flat=True)[:most])
    # Locked: a step that is being taken just now would write its entry before ours, from what we cannot see yet.
    made = make(Matter.objects.filter(pk__in=ids).select_for_update(of=("self",)).order_by("pk"))
    EntryDue.objects.filter(pk__in=ids).delete()
    return made


FILL_BATCHES = 20  # a turn of the worker: a few seconds, then others have theirs


def fill(at: datetime) -> int:
    """The worker's duty: make what is owed, batch by batch; returns how many."""
    made = 0
    for _turn in range(FILL_BATCHES):
        batch = make_due()
        made += batch
        if not batch:
            break
    return made


def make_again(*, only_missing: bool = False, everything: bool = False, before: datetime | None = None) -> Iterator[tuple[int, int, datetime]]:
    """Make the entries that are missing or of an older version (`everything`: all), newest matters first, a batch at a time.

    Yields (looked at, made, received at of the last one) after each batch. Broken off and started again it passes over what is done.
    """
    seen = made = 0
    at, last = before or timezone.now() + timedelta(days=1), 0
    while True:
        beyond = Q(received_at__lt=at) | Q(received_at=at, pk__lt=last)
        rows = list(Matter.objects.filter(beyond).order_by("-received_at", "-pk").values_list("pk", "received_at")[: BATCH * 5])
        if not rows:
            return
        last, at = rows[-1]
        ids = [pk for pk, _at in rows]
        kept = SearchEntry.objects.filter(pk__in=ids)
        done = set() if everything else set((kept if only_missing else kept.filter(version=entries.VERSION)).values_list("pk", flat=True))
        wanted = [pk for pk in ids if pk not in done]
        for start in range(0, len(wanted), BATCH):
            with transaction.atomic():
                chosen = wanted[start : start + BATCH]
                made += make(Matter.objects.filter(pk__in=chosen).select_for_update(of=("self",)).order_by("pk"))
                EntryDue.objects.filter(pk__in=chosen).delete()
        seen += len(rows)
        yield seen, made, at


# ---- the texts ---------------------------------------------------------------------------------------------------------


def _petitions(matters: list[Matter]) -> dict[int, list[str]]:
    """Title first, then number and place, then what was said, a line or more each."""
    ids = [matter.pk for matter in matters]
    places = dict(Matter.objects.filter(pk__in=ids).values_list("pk", "place__name"))
    lines = {one.pk: [one.title, f"{one.number} {places[one.pk]}{one.place_detail}"] for one in matters}
    said = Submission.objects.filter(matter__in=ids).order_by("matter_id", "pk")
    for pk, title, content, reasons in said.values_list("matter_id", "title", "content", "reasons"):
        lines[pk] += [*([title] if title != lines[pk][0] else []), content, reasons]
    for pk, text in Request.objects.filter(matter__in=ids).order_by("matter_id", "number").values_list("matter_id", "text"):
        lines[pk].append(text)
    later = Record.objects.filter(matter__in=ids, sort__in=SAID).order_by("matter_id", "pk")
    for pk, text in later.values_list("matter_id", "text"):
        lines[pk].append(text)
    return lines


def _answers(matters: list[Matter]) -> dict[int, list[str]]:
    ids, lines = [matter.pk for matter in matters], defaultdict(list)
    issued = Opinion.objects.filter(matter__in=ids, state__in=ISSUED).order_by("matter_id", "pk")
    for pk, *texts, evidence, basis, answers in issued.values_list(
        "matter_id", "facts", "reasons", "body", "evidence", "basis", "answers"
    ):
        lines[pk] += [*texts, *_texts(evidence), *_texts(basis), *_texts(answers)]
    replies = Record.objects.filter(matter__in=ids, sort=REPLY).order_by("matter_id", "pk")
    for pk, text in replies.values_list("matter_id", "text"):
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
    for row in Petitioner.objects.filter(matter_id__in=ids):
        found[row.matter_id].append(row.identity())
    return found


# ---- the marks ---------------------------------------------------------------------------------------------------------


def _marks(matters: list[Matter]) -> dict[int, frozenset[str]]:
    by_id = {matter.pk: matter for matter in matters}
    desks = Referral.objects.filter(matter__in=by_id).values_list("matter_id", "organisation_id", "handler_id")
    registrars = Submission.objects.filter(matter__in=by_id, registrar__isnull=False)
    nowhere = Value(None, output_field=BigIntegerField())
    rows = list(desks.order_by().union(registrars.order_by().values_list("matter_id", nowhere, "registrar_id")))
    above = _above({organisation for _pk, organisation, _officer in rows} - {None})
    found = {pk: _own_marks(matter) for pk, matter in by_id.items()}
    for pk, organisation, officer in rows:
        if by_id[pk].sealed:
            found[pk] |= {f"s:{organisation}"} if organisation else set()
            continue
        if organisation:
            found[pk] |= {f"d:{organisation}", *(f"o:{one}" for one in above[organisation])}
        if officer:
            found[pk].add(f"h:{officer}")
    return {pk: frozenset(one) for pk, one in found.items()}


def _own_marks(matter: Matter) -> set[str]:
    what = {f"k:{matter.kind or 'undecided'}", f"c:{matter.channel}", f"g:{group_of(matter.stage)}"}
    what |= {f"a:{matter.content_class_id}"} if matter.content_class_id else set()
    return what | marks.day_marks(localdate(matter.received_at))


def _above(organisations: set[int]) -> dict[int, set[int]]:
    """For each organisation itself and all above it: a walk up by the key, four short steps."""
    found = defaultdict(set)
    if not organisations:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE up(start, id, parent_id) AS ("
            "SELECT id, id, parent_id FROM organisations_organisation WHERE id = ANY(%s) UNION ALL "
            "SELECT up.start, above.id, above.parent_id FROM up JOIN organisations_organisation above ON above.id = up.parent_id"
            ") SELECT start, id FROM up",
            [list(organisations)],
        )
        for start, one in cursor.fetchall():
            found[start].add(one)
    return found
