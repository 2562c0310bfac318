"""导入历史件: petitions that another system received, and often answered, before this one was there (R-21(2)).

They are kept whole, each with one event that says where it came from and what the source stated about time. No limit starts to
run: the days had passed, or run, in another system, and nobody here may be late because of them. No message is sent and no
reaction is owed: nobody shall be told today about an answer of years ago.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError, connection, transaction
from django.utils.timezone import localdate, localtime

from xinqiao import crypto, database
from xinqiao.database.clock import database_now
from xinqiao.people.models import Petitioner
from xinqiao.rules import numbering
from xinqiao.rules.moves import MOVES
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Purpose, ReferralKind, Stage, Step
from xinqiao.search import entries as search_entries

from .. import history
from ..actors import SYSTEM, Actor
from ..importing import Row, Settings
from ..models import Event, ImportedRow, Matter, MatterNumber, Record, Referral, Submission
from .receive import IntakeClosed, content_hash

NO_CLOCK = "imported history: no limit runs here"
REPLY = "reply"


@dataclass
class Outcome:
    """Where the rows of one batch went."""

    stored: list[Row] = field(default_factory=list)
    known: list[Row] = field(default_factory=list)
    rejected: list[tuple[Row, str, str]] = field(default_factory=list)  # row, code, reason


def import_history(rows: list[Row], settings: Settings, *, by: Actor = SYSTEM, at: datetime) -> Outcome:
    """Store a batch (at most importing.BATCH rows) in one transaction; rows that are stored already stay as they are.

    When the database refuses the batch, each row is tried alone. Raises IntakeClosed when the database does not keep what it is given.
    """
    if problem := database.durability_problem():
        raise IntakeClosed(problem)
    outcome = Outcome()
    fresh, again = judge(rows, settings, outcome)
    try:
        with transaction.atomic():
            _store(fresh, settings, by=by, at=at)
        outcome.stored += fresh
    except (DataError, IntegrityError):
        _store_one_by_one(fresh, settings, outcome, by=by, at=at)
    if again:  # the same row twice in one batch: now the first one is stored
        judge(again, settings, outcome)
    return outcome


def judge(rows: list[Row], settings: Settings, outcome: Outcome) -> tuple[list[Row], list[Row]]:
    """(rows that are new, rows that repeat one of them). Known and changed ones go into `outcome`."""
    found = ImportedRow.objects.filter(source=settings.source, fingerprint__in=[row.fingerprint for row in rows])
    known = dict(found.values_list("fingerprint", "matter_id"))
    hashes, answered = _stored_contents(known.values())
    fresh, again, seen = [], [], set()
    for row in rows:
        matter_id = known.get(row.fingerprint)
        if matter_id is None:
            (again if row.fingerprint in seen else fresh).append(row)
            seen.add(row.fingerprint)
        elif hashes.get(matter_id) != content_hash(row.intake)[0]:
            outcome.rejected.append((row, "changed", "原系统编号已经导入过，但内容不同。已存的没有改动，请核对。"))
        elif row.reply and matter_id not in answered:
            outcome.rejected.append((row, "reply_later", "这一件导入时还没有答复，现在有了。请在平台上办理这一件。"))
        else:
            outcome.known.append(row)
    return fresh, again


def _stored_contents(matter_ids) -> tuple[dict[int, str], set[int]]:
    """The content hash of each matter, and which of them came with a reply."""
    hashes = dict(Submission.objects.filter(matter__in=matter_ids).values_list("matter_id", "content_hash"))
    answered = set(Record.objects.filter(matter__in=matter_ids, sort=REPLY).values_list("matter_id", flat=True))
    return hashes, answered


def _store_one_by_one(rows: list[Row], settings: Settings, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    for row in rows:
        try:
            with transaction.atomic():
                _store([row], settings, by=by, at=at)
            outcome.stored.append(row)
        except IntegrityError:
            judged = Outcome()
            if judge([row], settings, judged)[0]:
                outcome.rejected.append((row, "database", "数据库没有接受这一行，请把这一行交给管理员查看。"))
            outcome.known += judged.known  # another import of the same source was faster
            outcome.rejected += judged.rejected
        except DataError:
            outcome.rejected.append((row, "database", "数据库没有接受这一行，请把这一行交给管理员查看。"))


def _store(rows: list[Row], settings: Settings, *, by: Actor, at: datetime) -> None:
    """Everything that belongs to the rows, a statement for each table; the caller's transaction holds all of it or nothing."""
    if not rows:
        return
    division = settings.office.division_code[:6]
    numbers = _numbers(division, rows)
    matter_ids, desk_ids, submission_ids = (_new_ids(model, len(rows)) for model in (Matter, Referral, Submission))
    recorded_at = database_now()
    made = {model: [] for model in (Matter, MatterNumber, Referral, Submission, Event, Record, Petitioner, ImportedRow)}
    for row, number, matter_id, desk_id, submission_id in zip(
        rows, numbers, matter_ids, desk_ids, submission_ids, strict=True
    ):
        matter = _matter(row, settings, number, at=at)
        matter.pk = matter_id
        desk = _desk(matter, settings, at=at)
        desk.pk = desk_id
        submission = _submission(row, matter, settings)
        submission.pk = submission_id
        event = history.compose(
            matter,
            Step.IMPORT_HISTORY,
            by=by,
            at=at,
            recorded_at=recorded_at,
            facts=_facts(row, submission),
            to_stage=_move(matter.stage, by).to,
            referral_id=desk_id,
        )
        made[Matter].append(matter)
        made[MatterNumber].append(MatterNumber(number=number, matter_id=matter_id))
        made[Referral].append(desk)
        made[Submission].append(submission)
        made[Event].append(event)
        made[Record] += _reply(row, matter, desk)
        made[Petitioner] += _people(row, matter)
        made[ImportedRow].append(ImportedRow(source=settings.source, fingerprint=row.fingerprint, matter_id=matter_id))
    for model, objects in made.items():
        model.objects.bulk_create(objects)
    search_entries.owe((matter.pk, matter.received_at) for matter in made[Matter])


def _matter(row: Row, settings: Settings, number: str, *, at: datetime) -> Matter:
    intake = row.intake
    sealed = intake.purpose is Purpose.ACCUSE
    main = intake.people[0].identity if intake.people else None
    return Matter(
        number=number,
        stage=Stage.ENDED_IMPORTED if row.reply else Stage.REGISTERED,
        purpose=intake.purpose,
        channel=intake.channel,
        title=intake.title,
        place=intake.place,
        place_detail=intake.place_detail,
        received_at=row.received_at,
        received_on=localdate(row.received_at),
        received_by=settings.office,
        registered_at=at,
        unit=settings.office,
        unit_since=at,
        anonymous=intake.anonymous,
        contactable=intake.contactable,
        sealed=sealed,
        petitioner_name=Petitioner.mask(main.name) if main and not sealed else "",
        source=settings.source,
        source_number=intake.source_number,
        version=1,
    )


def _desk(matter: Matter, settings: Settings, *, at: datetime) -> Referral:
    is_open = matter.stage == Stage.REGISTERED
    return Referral(
        matter=matter,
        kind=ReferralKind.INTAKE,
        organisation=settings.office,
        org_lft=settings.office.lft,
        stage=matter.stage,
        received_at=at,
        is_open=is_open,
        closed_at=None if is_open else at,
        unread=is_open,
    )


def _submission(row: Row, matter: Matter, settings: Settings) -> Submission:
    digest, algorithm = content_hash(row.intake)
    return Submission(
        matter=matter,
        channel=row.intake.channel,
        title=row.intake.title,
        content=row.intake.content,
        petition_on=row.intake.petition_on,
        received_at=row.received_at,
        received_by=settings.office,
        stated_by=row.intake.stated_by,
        content_hash=digest,
        hash_algorithm=algorithm,
    )


def _facts(row: Row, submission: Submission) -> dict:
    """What the event says: the times as the source stated them, beside the event's own, which nobody can choose."""
    facts = {
        "submission": submission.pk,
        "content_hash": submission.content_hash,
        "hash_algorithm": submission.hash_algorithm,
        "source": row.intake.source,
        "source_number": row.intake.source_number,
        "row": row.number,
        "received_as_stated": localtime(row.received_at).isoformat(),
        "clocks": NO_CLOCK,
    }
    if row.reply:
        facts["replied_as_stated"] = localtime(row.replied_at).isoformat() if row.replied_at else None
        facts["reply_hash"] = crypto.digest(row.reply.encode(), submission.hash_algorithm)
    return facts | ({"notes": row.notes} if row.notes else {})


def _reply(row: Row, matter: Matter, desk: Referral) -> list[Record]:
    """The answer that was given elsewhere, kept with its own time where the source states one."""
    if not row.reply:
        return []
    stated = {"source": row.intake.source, "time_stated": row.replied_at is not None}
    return [
        Record(
            matter=matter,
            referral_id=desk.pk,
            event_seq=matter.event_count,
            sort=REPLY,
            text=row.reply,
            data=stated,
            at=row.replied_at or row.received_at,
            shown_to_citizen=True,
        )
    ]


def _people(row: Row, matter: Matter) -> list[Petitioner]:
    people = []
    for position, person in enumerate(row.intake.people, 1):
        petitioner = Petitioner(matter_id=matter.pk, position=position)
        petitioner.set_identity(person.identity)
        people.append(petitioner)
    return people


def _move(stage: str, by: Actor):
    """The row of the table that leads to `stage`. Raises StepRefused for those who may not import."""
    for move in MOVES:
        if move.step is Step.IMPORT_HISTORY and move.to == stage and move.roles & by.role_set:
            return move
    raise StepRefused("历史件只能用 xinqiao import 导入。", code="wrong_role")


def _numbers(division: str, rows: list[Row]) -> list[str]:
    """Numbers of the days on which the source received them, after those already given for these days.

    The counters stay locked until the transaction ends, but nobody waits: today's is not among them, save for today's rows.
    """
    days = [localdate(row.received_at) for row in rows]
    wanted = sorted(Counter(f"{division}{day:%Y%m%d}" for day in days).items())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO matters_numberseries (series, last) SELECT * FROM unnest(%s::text[], %s::int[]) "
            "ON CONFLICT (series) DO UPDATE SET last = matters_numberseries.last + excluded.last RETURNING series, last",
            [[series for series, _ in wanted], [count for _, count in wanted]],
        )
        last = dict(cursor.fetchall())
    next_in = {series: last[series] - count for series, count in wanted}
    numbers = []
    for day in days:
        series = f"{division}{day:%Y%m%d}"
        next_in[series] += 1
        numbers.append(numbering.make_matter_number(division, day, next_in[series]))
    return numbers


def _new_ids(model, count: int) -> list[int]:
    """Keys given out beforehand: the event's hash covers the keys of the rows it speaks of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [found for (found,) in cursor.fetchall()]
