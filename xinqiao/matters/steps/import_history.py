"""导入历史件: petitions that another system received, and often answered, before this one was there (R-21(2)).

They are kept whole, each with one event that says where it came from and what the source stated about time. No limit starts to
run: the days had passed, or run, in another system, and nobody here may be late because of them. No message is sent and no
reaction is owed: nobody shall be told today about an answer of years ago.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError, connection, transaction

from xinqiao import crypto, database
from xinqiao.counts import deltas
from xinqiao.counts.cells import UNDECIDED, Cell
from xinqiao.database import copying
from xinqiao.database.clock import database_now
from xinqiao.people.models import Petitioner
from xinqiao.rules import numbering
from xinqiao.rules.moves import ENDED, MOVES, Move
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Purpose, ReferralKind, Stage, Step
from xinqiao.search.models import EntryDue

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
    """Store a batch in one transaction; rows that are stored already stay as they are.

    When the database refuses the batch, its halves are tried, and theirs, until the rows it refuses stand alone: one bad row costs a
    few attempts, and no other row. Raises IntakeClosed when the database does not keep what it is given.
    """
    if problem := database.durability_problem():
        raise IntakeClosed(problem)
    outcome = Outcome()
    fresh, again = judge(rows, settings, outcome)
    with transaction.atomic():
        _store_or_halve(fresh, settings, outcome, by=by, at=at)
    if again:  # the same row twice in one batch: now the first one is stored
        judge(again, settings, outcome)
    return outcome


def judge(rows: list[Row], settings: Settings, outcome: Outcome) -> tuple[list[Row], list[Row]]:
    """(rows that are new, rows that repeat one of them). Known and changed ones go into `outcome`."""
    known = _known(settings.source, [row.fingerprint for row in rows])
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


def _known(source: str, fingerprints: list[str]) -> dict[str, int]:
    """Which of these rows are stored already, and as which matter."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fingerprint, matter_id FROM matters_importedrow WHERE source = %s AND fingerprint = ANY(%s)",
            [source, fingerprints],
        )
        return dict(cursor.fetchall())


def _stored_contents(matter_ids) -> tuple[dict[int, str], set[int]]:
    """The content hash of each matter, and which of them came with a reply."""
    hashes = dict(Submission.objects.filter(matter__in=matter_ids).values_list("matter_id", "content_hash"))
    answered = set(Record.objects.filter(matter__in=matter_ids, sort=REPLY).values_list("matter_id", flat=True))
    return hashes, answered


def _store_or_halve(rows: list[Row], settings: Settings, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():  # a savepoint: what was refused leaves nothing behind
            _store(rows, settings, by=by, at=at)
        outcome.stored += rows
    except (DataError, IntegrityError, numbering.NumbersUsedUp) as error:
        if len(rows) == 1:
            _refuse(rows[0], settings, outcome, error)
            return
        half = len(rows) // 2
        _store_or_halve(rows[:half], settings, outcome, by=by, at=at)
        _store_or_halve(rows[half:], settings, outcome, by=by, at=at)


def _refuse(row: Row, settings: Settings, outcome: Outcome, error: Exception) -> None:
    if isinstance(error, numbering.NumbersUsedUp):
        outcome.rejected.append(
            (row, "day_full", f"这一天的编号用完了（一天最多{numbering.LAST_SEQUENCE}件）。请核对收到时间。")
        )
        return
    judged = Outcome()
    if judge([row], settings, judged)[0]:
        outcome.rejected.append((row, "database", "数据库没有接受这一行，请把这一行交给管理员查看。"))
    outcome.known += judged.known  # another import of the same source was faster
    outcome.rejected += judged.rejected


@dataclass
class _Batch:
    """What is the same for all rows of a batch, and the tables that fill up with them."""

    settings: Settings
    at: datetime
    recorded_at: datetime
    moves: dict[Stage, Move]
    matters: copying.Rows = field(default_factory=lambda: copying.Rows(Matter))
    numbers: copying.Rows = field(default_factory=lambda: copying.Rows(MatterNumber))
    desks: copying.Rows = field(default_factory=lambda: copying.Rows(Referral))
    submissions: copying.Rows = field(default_factory=lambda: copying.Rows(Submission))
    events: copying.Rows = field(default_factory=lambda: copying.Rows(Event))
    records: copying.Rows = field(default_factory=lambda: copying.Rows(Record))
    petitioners: copying.Rows = field(default_factory=lambda: copying.Rows(Petitioner))
    imported: copying.Rows = field(default_factory=lambda: copying.Rows(ImportedRow))
    entries_due: copying.Rows = field(default_factory=lambda: copying.Rows(EntryDue))
    cells: list[Cell] = field(default_factory=list)

    def write(self) -> None:
        copying.write(
            self.matters, self.numbers, self.desks, self.submissions, self.events, self.records, self.petitioners, self.imported,
            self.entries_due,
        )  # fmt: skip
        deltas.add((cell, self.settings.office.lft, 1) for cell in self.cells)


def _store(rows: list[Row], settings: Settings, *, by: Actor, at: datetime) -> None:
    """Everything that belongs to the rows, one COPY for each table; the caller's transaction holds all of it or nothing.

    The entries of the search are owed from the same transaction (`EntryDue`): whatever ends this process, the worker makes them.
    """
    if not rows:
        return
    moves = {stage: _move(stage, by) for stage in {_stage(row) for row in rows}}
    batch = _Batch(settings, at, database_now(), moves)
    division = settings.office.division_code[:6]
    for row, number in zip(rows, _numbers(division, rows), strict=True):
        _add(batch, row, number, by)
    batch.write()


def _stage(row: Row) -> Stage:
    return Stage.ENDED_IMPORTED if row.reply else Stage.REGISTERED


def _add(batch: _Batch, row: Row, number: str, by: Actor) -> None:
    """One row, unfolded into the rows of each table."""
    stage = _stage(row)
    keys = {"matter_id": batch.matters.reserve(), "referral_id": batch.desks.reserve()}
    submission_id, (digest, algorithm) = batch.submissions.reserve(), content_hash(row.intake)
    event = history.columns(
        keys["matter_id"],
        Step.IMPORT_HISTORY,
        by=by,
        at=batch.at,
        recorded_at=batch.recorded_at,
        facts=_facts(row, submission_id, digest, algorithm),
        to_stage=batch.moves[stage].to,
        referral_id=keys["referral_id"],
    )
    batch.events.add(**event)
    _add_matter(batch, row, number, stage, event, keys)
    _add_desk(batch, row, number, stage, keys)
    _add_submission(batch, row, submission_id, digest, algorithm, keys["matter_id"])
    _add_reply(batch, row, event, keys)
    for position, person in enumerate(row.intake.people, 1):
        batch.petitioners.add(matter_id=keys["matter_id"], position=position, **Petitioner.columns_of(person.identity))
    batch.imported.add(source=batch.settings.source, fingerprint=row.fingerprint, matter_id=keys["matter_id"])
    batch.entries_due.add(matter_id=keys["matter_id"], received_at=row.received_at)


def _add_matter(batch: _Batch, row: Row, number: str, stage: Stage, event: dict, keys: dict) -> None:
    intake, office = row.intake, batch.settings.office
    sealed = _is_sealed(row)
    main = intake.people[0].identity if intake.people else None
    batch.matters.add(
        id=keys["matter_id"],
        number=number,
        stage=stage.value,
        purpose=intake.purpose.value,
        channel=intake.channel.value,
        title=intake.title,
        place_id=intake.place.pk,
        place_detail=intake.place_detail,
        received_at=row.received_at,
        received_on=row.received_at.date(),
        received_by_id=office.pk,
        registered_at=batch.at,
        unit_id=office.pk,
        unit_since=batch.at,
        anonymous=intake.anonymous,
        contactable=intake.contactable,
        sealed=sealed,
        petitioner_name=Petitioner.mask(main.name) if main and not sealed else "",
        source=batch.settings.source,
        source_number=intake.source_number,
        version=1,
        event_count=event["seq"],
        chain_head=event["hash"],
    )
    batch.numbers.add(number=number, matter_id=keys["matter_id"])
    month = row.received_at.date().replace(day=1)
    batch.cells.append(Cell(office.pk, stage.value, "", UNDECIDED, intake.channel.value, month, sealed))


def _is_sealed(row: Row) -> bool:
    return row.intake.purpose is Purpose.ACCUSE


def _add_desk(batch: _Batch, row: Row, number: str, stage: Stage, keys: dict) -> None:
    office, is_open = batch.settings.office, stage == Stage.REGISTERED
    batch.desks.add(
        id=keys["referral_id"],
        matter_id=keys["matter_id"],
        kind=ReferralKind.INTAKE.value,
        organisation_id=office.pk,
        org_lft=office.lft,
        stage=stage.value,
        received_at=batch.at,
        is_open=is_open,
        closed_at=None if is_open else batch.at,
        unread=is_open,
        number_order=numbering.place_in_order(number),
        sealed=_is_sealed(row),
        to_archive=stage in ENDED,
    )


def _add_submission(batch: _Batch, row: Row, key: int, digest: str, algorithm: str, matter_id: int) -> None:
    intake = row.intake
    batch.submissions.add(
        id=key,
        matter_id=matter_id,
        channel=intake.channel.value,
        title=intake.title,
        content=intake.content,
        petition_on=intake.petition_on,
        received_at=row.received_at,
        received_by_id=batch.settings.office.pk,
        stated_by=intake.stated_by,
        content_hash=digest,
        hash_algorithm=algorithm,
    )


def _add_reply(batch: _Batch, row: Row, event: dict, keys: dict) -> None:
    """The answer that was given elsewhere, kept with its own time where the source states one."""
    if not row.reply:
        return
    stated = {"source": row.intake.source, "time_stated": row.replied_at is not None}
    batch.records.add(
        **keys,
        event_seq=event["seq"],
        sort=REPLY,
        text=row.reply,
        data=copying.as_json(stated),
        at=row.replied_at or row.received_at,
        shown_to_citizen=True,
    )


def _facts(row: Row, submission_id: int, digest: str, algorithm: str) -> dict:
    """What the event says: the times as the source stated them, beside the event's own, which nobody can choose."""
    facts = {
        "submission": submission_id,
        "content_hash": digest,
        "hash_algorithm": algorithm,
        "source": row.intake.source,
        "source_number": row.intake.source_number,
        "row": row.number,
        "received_as_stated": row.received_at.isoformat(),
        "clocks": NO_CLOCK,
    }
    if row.reply:
        facts["replied_as_stated"] = row.replied_at.isoformat() if row.replied_at else None
        facts["reply_hash"] = crypto.digest(row.reply.encode(), algorithm)
    return facts | ({"notes": row.notes} if row.notes else {})


def _move(stage: Stage, by: Actor) -> Move:
    """The row of the table that leads to `stage`. Raises StepRefused for those who may not import."""
    for move in MOVES:
        if move.step is Step.IMPORT_HISTORY and move.to == stage and move.roles & by.role_set:
            return move
    raise StepRefused("历史件只能用 xinqiao import 导入。", code="wrong_role")


def _numbers(division: str, rows: list[Row]) -> list[str]:
    """Numbers of the days on which the source received them, after those already given for these days.

    The counters stay locked until the transaction ends, but nobody waits: today's is not among them, save for today's rows.
    """
    days = [row.received_at.date() for row in rows]
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
