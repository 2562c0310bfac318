"""What an administrator of the database could do to the past, and that every one of it is found and named (LG-1, checklist 28).

One town, written once; every case is done as the owner of the tables with triggers off, inside a transaction that is taken back.
"""

import json
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from tests.world import World, at
from xinqiao import crypto
from xinqiao.crypto import signing
from xinqiao.crypto.canonical import encode_all
from xinqiao.documents import letters
from xinqiao.documents.models import Document, Status
from xinqiao.integrity import audit, checkpoints, places
from xinqiao.integrity.checkpoints import Statement
from xinqiao.integrity.models import AuditEntry, Checkpoint
from xinqiao.jobs import anchored_rows, proof
from xinqiao.matters import files, history
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Attachment, Event, Matter, Submission
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.stages import Kind, Step

pytestmark = pytest.mark.django_db
EVENT, SUBMISSION, AUDIT = "matters_event", "matters_submission", "integrity_auditentry"
LETTER, FILE, CHECKPOINT = "documents_document", "matters_attachment", "integrity_checkpoint"
RECORD, RATING, SERVICE = "matters_record", "matters_rating", "matters_service"


@dataclass
class Town:
    """Rows to be tampered with, three checkpoints over them, and the folder outside that knows these."""

    folder: Path
    served: Matter
    photographed: Matter
    third: Matter
    report: Matter
    secret: Matter
    letter: Document
    void: Document
    entry: AuditEntry

    @property
    def names(self) -> dict:
        """What statements below call by name."""
        event = Event.objects.filter(matter=self.served, seq=3).get()
        return {
            "matter": self.served.pk, "other": self.photographed.pk, "third": self.third.pk, "report": self.report.pk, "event": event.pk,
            "submission": Submission.objects.get(matter=self.served).pk, "letter": self.letter.pk, "void": self.void.pk,
            "entry": self.entry.pk, "chain": self.entry.chain, "file": Attachment.objects.get(matter=self.photographed).pk,
            "last": Event.objects.filter(matter=self.served).count(), "number": self.third.number,
            "checkpoint": Checkpoint.objects.get(number=2).pk, "record": self.served.records.get(sort="question").pk,
            "rating": self.served.ratings.get().pk, "service": self.served.services.get().pk,
            "opinion": self.served.opinions.get().pk, "secret": self.secret.pk,
        }  # fmt: skip


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker, postgres_server, tmp_path_factory):
    """Committed by the owner of the tables, with all triggers on; gone after this module."""
    entry = connection.settings_dict
    application = {"USER": entry["USER"], "PASSWORD": entry["PASSWORD"]}
    owner = postgres_server.address("xinqiao_owner", entry["NAME"])
    with django_db_blocker.unblock():
        connection.close()
        entry.update(USER=owner.user, PASSWORD=owner.password)
        try:
            yield _build(tmp_path_factory.mktemp("outside"))
        finally:
            call_command("flush", interactive=False, verbosity=0)
            connection.close()
            entry.update(application)


def _build(folder: Path) -> Town:
    world = World()
    served = world.served()
    citizen = Citizen(matter_id=served.pk)
    world.take(Step.ASK_PROGRESS, served.pk, citizen, "2026-04-02", text="屋面什么时候修好？")
    world.take(Step.RATE, served.pk, citizen, "2026-04-03", target="unit", value="dissatisfied", reason="too_slow", text="没有人来看过。")
    entry = audit.note(AuditKind.READ_IDENTITY, officer=world.li_triages, matter_id=served.pk, reason="电话联系信访人")
    _anchor(folder)
    photo = files.store("雨天漏水的记录，三次报修。".encode(), name="记录.txt")
    photographed = world.triaged("2026-03-03", attachments=[photo])
    for reason in ("核对材料", "再次核对"):
        audit.note(AuditKind.OPENED_FILE, officer=world.li_triages, matter_id=photographed.pk, reason=reason)
    issued = list(Document.objects.filter(status=Status.ISSUED, matter_id=served.pk).order_by("pk"))
    letters.void(issued[0], at=at("2026-04-03"), reason="日期写错，另行出具")
    report = world.triaged("2026-02-27", kind=Kind.REPORT)
    secret = world.triaged("2026-02-26", secrecy=True)
    _anchor(folder)
    third = world.triaged("2026-03-04")
    audit.note(AuditKind.EXPORTED, officer=world.li_triages, subject="export:1")
    _anchor(folder)
    letter = next(one for one in issued[1:] if one.number)
    return Town(folder, served, photographed, third, report, secret, letter, Document.objects.get(pk=issued[0].pk), entry)


def _anchor(folder: Path) -> None:
    assert checkpoints.make(anchored_rows.proved_hashes) is not None
    places._copy_to(folder)


@contextmanager
def tampering():
    """Triggers off, everything taken back afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def run(sql: str, names: dict) -> None:
    with connection.cursor() as cursor:
        for statement in filter(None, map(str.strip, sql.split(";"))):
            cursor.execute(statement, names)
            assert cursor.rowcount != 0, f"the test itself changed nothing: {statement}"


def findings(folder: Path | None = None, **options) -> list[proof.Finding]:
    return list(proof.Proof([folder] if folder else [], **options).walk())


def said(found) -> str:
    return "\n".join(f"{one.table} {one.id} {one.matter_id} {one.seq} {one.reason}" for one in found)


class TestUntouched:
    def test_has_nothing_to_say(self, town):
        check = proof.Proof([town.folder], files=True)
        assert said(check.walk()) == ""
        assert check.window["rows"] == 0 and check.window["last_checkpoint"] == 3
        assert check.places == [{"folder": str(town.folder), "checkpoints": 3, "missing": 0}]

    def test_what_is_not_anchored_yet_is_the_window_and_no_finding(self, town):
        with transaction.atomic():
            audit.note(AuditKind.SIGNED_IN, user_id=1)
            check = proof.Proof([town.folder])
            assert said(check.walk()) == ""
            assert check.window["rows"] == 1 and check.window["since"]
            transaction.set_rollback(True)


# ---- one column of one row ---------------------------------------------------------------------------------------------

CHANGED = {  # by the type that PostgreSQL names
    "bigint": "coalesce({0}, 0) + 1000003", "integer": "coalesce({0}, 0) + 70", "smallint": "coalesce({0}, 0) + 1",
    "character varying": "CASE WHEN coalesce({0}, '') = '' THEN 'x' ELSE reverse({0}) END",
    "text": "CASE WHEN coalesce({0}, '') = '' THEN 'x' ELSE reverse({0}) END",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 microsecond'", "date": "{0} + 1", "boolean": "NOT {0}",
    "jsonb": """'["x"]'::jsonb""", "bytea": "set_byte({0}, 5, (get_byte({0}, 5) + 1) %% 256)", "ARRAY": "array_reverse({0})",
}  # fmt: skip
NOT_COVERED = {
    (LETTER, "pdf_path"): "where the printed copy lies; `verify --files` compares it with its digest",
    (LETTER, "pdf_digest"): "the same",
    (LETTER, "voided_at"): "says nothing of a letter that is not void; covered where it is",
    (LETTER, "void_reason"): "the same",
    (LETTER, "year"): "",
    (CHECKPOINT, "id"): "its number counts",
}
COLUMNS = [
    (EVENT, "event"), (SUBMISSION, "submission"), (AUDIT, "entry"), (LETTER, "letter"), (FILE, "file"), (CHECKPOINT, "checkpoint"),
    (RECORD, "record"), (RATING, "rating"), (SERVICE, "service"),
]  # fmt: skip


def columns_of(table: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
            [table],
        )
        return [row for row in cursor.fetchall() if (table, row[0]) not in NOT_COVERED or row[0] == "year"]


class TestOneColumn:
    @pytest.mark.parametrize(("table", "row"), COLUMNS)
    def test_every_column_of_a_row_is_covered(self, town, table, row):
        names, missed = town.names, []
        for column, kind in columns_of(table):
            change = "ARRAY[9]::bigint[]" if kind == "ARRAY" else CHANGED[kind].format(column)
            with tampering():
                run(f"UPDATE {table} SET {column} = {change} WHERE id = %({row})s", names)
                found = findings()
                if not any(one.table == table and one.id in (names[row], names[row] + 1000003) for one in found):
                    missed.append(f"{column}: {said(found)}")
        assert not missed, "\n".join(missed)

    @pytest.mark.parametrize(
        "change",
        ["status = 'issued'", "voided_at = voided_at - interval '1 day'", "void_reason = 'x'", "status = 'draft'"],
    )
    def test_a_void_letter_stays_void_as_it_was_declared(self, town, change):
        with tampering():
            run(f"UPDATE {LETTER} SET {change} WHERE id = %(void)s", town.names)
            assert (LETTER, town.void.pk) in {(one.table, one.id) for one in findings()}


# ---- rows removed, added, exchanged -------------------------------------------------------------------------------------

# (what is done, table and words of one finding, names of the row that must be named)
ROWS = [
    ("DELETE FROM matters_event WHERE matter_id = %(matter)s AND seq = 1", EVENT, "a row is missing", "head of a history"),
    ("DELETE FROM matters_event WHERE matter_id = %(matter)s AND seq = 4", EVENT, "a row is missing", "middle"),
    ("DELETE FROM matters_event WHERE matter_id = %(matter)s AND seq = %(last)s", EVENT, "the end is cut off", "tail"),
    ("DELETE FROM matters_event WHERE matter_id = %(matter)s AND seq >= 5", EVENT, "the row is gone", "long tail"),
    ("DELETE FROM matters_event WHERE matter_id = %(third)s", "matters_matter", "no history", "a whole history"),
    ("DELETE FROM matters_event", EVENT, "the row is gone", "every history"),
    (
        "DELETE FROM matters_event WHERE matter_id = %(matter)s AND seq = %(last)s;"
        "UPDATE matters_matter SET event_count = e.seq, chain_head = e.hash FROM matters_event e"
        " WHERE matters_matter.id = %(matter)s AND e.matter_id = %(matter)s AND e.seq = %(last)s - 1",
        EVENT, "the row is gone", "the tail, and the matter says so too",
    ),
    ("DELETE FROM matters_matter WHERE id = %(third)s", "matters_matter", "matter of this history is gone", "a matter alone"),
    ("UPDATE matters_matter SET event_count = event_count + 1 WHERE id = %(matter)s", EVENT, "cut off", "the count"),
    ("UPDATE matters_matter SET chain_head = reverse(chain_head) WHERE id = %(matter)s", EVENT, "does not end where", "the head"),
    (
        "UPDATE matters_event SET seq = -1 WHERE matter_id = %(matter)s AND seq = 3;"
        "UPDATE matters_event SET seq = 3 WHERE matter_id = %(matter)s AND seq = 4;"
        "UPDATE matters_event SET seq = 4 WHERE matter_id = %(matter)s AND seq = -1",
        EVENT, "does not follow", "two events change places",
    ),
    (
        "UPDATE matters_event SET id = -1 WHERE id = %(event)s; UPDATE matters_event SET id = %(event)s WHERE id = %(event)s + 1;"
        "UPDATE matters_event SET id = %(event)s + 1 WHERE id = -1",
        EVENT, "not what it was when it was anchored", "two events change their ids",
    ),
    (
        "UPDATE matters_event SET matter_id = %(other)s, seq = 90 WHERE id = %(event)s",
        EVENT, "expected seq", "an event moves to another matter",
    ),
    (
        "INSERT INTO matters_event (matter_id, seq, step, from_stage, to_stage, actor_kind, at, recorded_at, facts_text, previous_hash, hash, algorithm)"
        " SELECT matter_id, seq + 1, 'archive', to_stage, to_stage, actor_kind, at, recorded_at, facts_text, hash, reverse(hash), algorithm"
        " FROM matters_event WHERE matter_id = %(matter)s AND seq = %(last)s",
        EVENT, "no checkpoint holds this row", "an event is added past the program",
    ),
    (
        "INSERT INTO integrity_auditentry (chain, seq, at, kind, roles, subject, fields, reason, device, source, detail_text, algorithm, previous_hash, hash)"
        " SELECT -77, 1, at, kind, roles, subject, fields, reason, device, source, detail_text, algorithm, '', hash"
        " FROM integrity_auditentry WHERE id = %(entry)s",
        AUDIT, "no checkpoint holds this row", "an audit entry is added",
    ),
    ("DELETE FROM integrity_auditentry WHERE chain = %(chain)s AND seq = 1", AUDIT, "a row is missing", "head of the log"),
    ("DELETE FROM integrity_auditentry WHERE chain = %(chain)s AND seq = 2", AUDIT, "a row is missing", "middle of the log"),
    ("DELETE FROM integrity_auditentry WHERE chain = %(chain)s AND seq >= 3", AUDIT, "the end is cut off", "tail of the log"),
    (
        "DELETE FROM integrity_auditentry WHERE chain = %(chain)s; DELETE FROM integrity_auditchain WHERE chain = %(chain)s",
        AUDIT, "the row is gone", "the whole log of an office, its end too",
    ),
    ("DELETE FROM integrity_auditchain WHERE chain = %(chain)s", AUDIT, "nobody remembers", "the end of the log"),
    ("UPDATE integrity_auditchain SET last_seq = last_seq - 1 WHERE chain = %(chain)s", AUDIT, "does not end where", "its count"),
    ("DELETE FROM matters_submission WHERE id = %(submission)s", SUBMISSION, "submission of this receipt is gone", "a letter"),
    (
        "UPDATE matters_submission SET matter_id = %(third)s WHERE id = %(submission)s",
        SUBMISSION, "not what it was", "a submission moves to another matter",
    ),
    (
        "UPDATE matters_submission SET id = -1 WHERE id = %(submission)s;"
        "UPDATE matters_submission SET id = %(submission)s WHERE matter_id = %(third)s;"
        "UPDATE matters_submission SET id = -2 WHERE id = -1",
        SUBMISSION, "not what it was", "two submissions change places",
    ),
    (
        "INSERT INTO matters_submission (matter_id, channel, title, content, reasons, requests, respondent, channel_facts, petition_on,"
        " received_at, received_by_id, stated_by, content_hash, hash_algorithm)"
        " SELECT matter_id, channel, title, content, reasons, requests, respondent, channel_facts, petition_on, received_at,"
        " received_by_id, stated_by, content_hash, hash_algorithm FROM matters_submission WHERE id = %(submission)s",
        SUBMISSION, "no checkpoint holds this row", "a submission is added",
    ),
    ("DELETE FROM documents_document WHERE id = %(letter)s", LETTER, "the row is gone", "an issued letter"),
    (
        "DELETE FROM documents_document WHERE id = %(letter)s", "documents_documentseries", "numbers were given",
        "its number is missed too",
    ),
    ("UPDATE documents_documentseries SET last = last + 1", "documents_documentseries", "numbers were given", "a series"),
    ("DELETE FROM documents_documentseries", "documents_documentseries", "nobody remembers", "all series"),
    ("DELETE FROM documents_documentcode WHERE document_id = %(letter)s", "documents_documentcode", "does not lead", "a code"),
    (
        "UPDATE documents_document SET matter_id = %(third)s WHERE id = %(letter)s",
        LETTER, "not what it was", "a letter moves to another matter",
    ),
    ("UPDATE matters_matter SET sealed = false WHERE id = %(report)s", "matters_matter", "not under seal any more", "a report is opened"),
    ("UPDATE matters_matter SET secrecy = false WHERE id = %(secret)s", "matters_matter", "not what it was", "who asked for secrecy has none"),
    ("UPDATE matters_matter SET received_on = received_on - 20 WHERE id = %(third)s", "matters_matter", "day of receipt", "the day alone"),
    ("UPDATE matters_opinion SET answers = '[]' WHERE id = %(opinion)s", "matters_opinion", "not what it was", "what an organ answered"),
    ("UPDATE matters_opinion SET state = 'draft' WHERE id = %(opinion)s; DELETE FROM matters_opinion WHERE id = %(opinion)s",
     "matters_opinion", "the row is gone", "an issued opinion"),
    ("UPDATE matters_rating SET value = 'satisfied', text = '' WHERE id = %(rating)s", RATING, "not what it was", "what a citizen thinks"),
    ("DELETE FROM matters_rating", RATING, "the row is gone", "every rating"),
    ("DELETE FROM matters_record WHERE id = %(record)s", RECORD, "the row is gone", "a question that was asked"),
    ("UPDATE matters_record SET at = at - interval '9 days' WHERE id = %(record)s", RECORD, "not what it was", "when it was asked"),
    ("UPDATE matters_record SET matter_id = %(third)s WHERE id = %(record)s", RECORD, "not what it was", "it moves to another matter"),
    ("UPDATE matters_service SET effective_on = effective_on - 40", SERVICE, "not what it was", "the day from which a citizen's window runs"),
    (
        "INSERT INTO matters_record (matter_id, sort, text, data, at, shown_to_citizen)"
        " SELECT matter_id, 'contact', '已电话答复', '{}', at, true FROM matters_record WHERE id = %(record)s",
        RECORD, "no checkpoint holds this row", "a talk that nobody had",
    ),
    ("DELETE FROM matters_attachment WHERE id = %(file)s", FILE, "the row is gone", "an attachment"),
    ("UPDATE matters_attachment SET matter_id = %(third)s WHERE id = %(file)s", FILE, "not what it was", "moved"),
    ("DELETE FROM matters_matternumber WHERE number = %(number)s", "matters_matternumber", "number of this matter is gone", "a number"),
    (
        "UPDATE matters_matternumber SET matter_id = %(other)s WHERE number = %(number)s",
        "matters_matternumber", "does not lead to its matter", "a number leads to another matter",
    ),
    (
        "UPDATE matters_matter SET number = '99010020260304999X' WHERE id = %(third)s;"
        "UPDATE matters_matternumber SET number = '99010020260304999X' WHERE number = %(number)s",
        "matters_matter", "the receipt bears the number", "a matter gets another number",
    ),
    ("UPDATE matters_numberseries SET last = last - 1", "matters_numberseries", "numbers were given", "the count of a day"),
    ("DELETE FROM matters_numberseries", "matters_numberseries", "numbers were given", "the counts of all days"),
    (
        "UPDATE matters_matter SET received_at = received_at - interval '9 days' WHERE id = %(third)s",
        "matters_matter", "day of receipt", "the day of receipt",
    ),
    ("DELETE FROM integrity_checkpoint WHERE number = 1", CHECKPOINT, "are gone", "the first checkpoint"),
    ("DELETE FROM integrity_checkpoint WHERE number = 2", CHECKPOINT, "checkpoints 2 to 2 are gone", "one between"),
    ("DELETE FROM integrity_checkpoint WHERE number = 3", EVENT, "no checkpoint holds this row", "the last one"),
    ("DELETE FROM integrity_checkpoint", EVENT, "no checkpoint holds this row", "all of them"),
    (
        "UPDATE integrity_checkpoint SET number = 9 WHERE number = 2; UPDATE integrity_checkpoint SET number = 2 WHERE number = 3;"
        "UPDATE integrity_checkpoint SET number = 3 WHERE number = 9",
        CHECKPOINT, "does not follow the checkpoint before it", "two checkpoints change places",
    ),
]  # fmt: skip


class TestRows:
    @pytest.mark.parametrize(("sql", "table", "words", "what"), ROWS, ids=[row[3] for row in ROWS])
    def test_is_found(self, town, sql, table, words, what):
        with tampering():
            run(sql, town.names)
            found = findings()
        assert any(one.table == table and words in one.reason for one in found), said(found)


# ---- by somebody who knows the code -------------------------------------------------------------------------------------


def rechain(matter_id: int) -> None:
    """Make a history fit together again after a change, as this program would."""
    head, last = "", None
    for event in Event.objects.filter(matter_id=matter_id).order_by("seq"):
        event.previous_hash = head
        event.hash = head = history.event_hash(event)
        Event.objects.filter(pk=event.pk).update(previous_hash=event.previous_hash, hash=event.hash)
        last = event
    Matter.objects.filter(pk=matter_id).update(event_count=last.seq, chain_head=head)


def reanchor(*, keys: Path | None = None) -> None:
    """Make all checkpoints anew over what is there now; with a key of one's own, or with the real one."""
    Checkpoint.objects.all()._raw_delete("default")
    with connection.cursor() as cursor:
        for source in anchored_rows.SOURCES.values():
            cursor.execute(
                f"INSERT INTO integrity_unanchored (source, row_id) SELECT %s, id FROM {source.table} WHERE {source.owed}",
                [source.name],
            )
    with override_settings(XINQIAO_KEYS=str(keys)) if keys else transaction.atomic():
        for _ in range(3):
            checkpoints.make(anchored_rows.proved_hashes, most=40)
        while checkpoints.make(anchored_rows.proved_hashes):
            pass


def rewrite_event(town: Town) -> None:
    event = Event.objects.get(matter=town.served, seq=3)
    Event.objects.filter(pk=event.pk).update(facts_text='{"reason":"别的理由"}', recorded_at=event.recorded_at)
    rechain(town.served.pk)


def rewrite_letter_of_citizen(town: Town) -> None:
    one = Submission.objects.get(matter=town.third)
    made = crypto.digest(
        encode_all((one.title, "都好", one.reasons, len(one.requests), *one.requests)), one.hash_algorithm
    )
    Submission.objects.filter(pk=one.pk).update(content="都好", content_hash=made)
    receipt = Event.objects.get(matter=town.third, step=Step.RECEIVE)
    text = json.dumps(
        {**receipt.facts, "content_hash": made}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    Event.objects.filter(pk=receipt.pk).update(facts_text=text)
    rechain(town.third.pk)


def rewrite_issued_letter(town: Town) -> None:
    letter = Document.objects.get(pk=town.letter.pk)
    letter.title = "关于不予受理的告知书"
    letter.data_digest = letters.archive.digest_of_document(letter)[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE documents_document SET title = %s, data_digest = %s WHERE id = %s",
            [letter.title, letter.data_digest, letter.pk],
        )


def rewrite_log(town: Town) -> None:
    AuditEntry.objects.filter(pk=town.entry.pk).update(reason="例行检查")
    head = ""
    for entry in AuditEntry.objects.filter(chain=town.entry.chain).order_by("seq"):
        entry.previous_hash = head
        entry.hash = head = audit.entry_hash(entry)
        AuditEntry.objects.filter(pk=entry.pk).update(previous_hash=entry.previous_hash, hash=entry.hash)
    audit.AuditChain.objects.filter(pk=town.entry.chain).update(head=head)


def remove_matter(town: Town) -> None:
    """The last matter of its day, with everything that knew it, the counts set back."""
    pk = town.third.pk
    run(
        "DELETE FROM matters_event WHERE matter_id = %(third)s; DELETE FROM matters_submission WHERE matter_id = %(third)s;"
        "DELETE FROM matters_matternumber WHERE matter_id = %(third)s; DELETE FROM matters_matter WHERE id = %(third)s;"
        "DELETE FROM matters_numberseries WHERE series = left(%(number)s, 14)",
        {"third": pk, "number": town.third.number},
    )
    Document.objects.filter(matter_id=pk)._raw_delete("default")


# (what is done, a table that must be named)
REWRITTEN = [
    (rewrite_event, EVENT), (rewrite_letter_of_citizen, EVENT), (rewrite_letter_of_citizen, SUBMISSION),
    (rewrite_issued_letter, LETTER), (rewrite_log, AUDIT), (remove_matter, EVENT), (remove_matter, SUBMISSION),
]  # fmt: skip


class TestKnowingTheCode:
    @pytest.mark.parametrize(("change", "table"), REWRITTEN)
    def test_what_was_computed_anew_differs_from_its_checkpoint(self, town, change: Callable, table):
        with tampering():
            change(town)
            found = findings()
        assert any(one.table == table for one in found), said(found)

    @pytest.mark.parametrize(("change", "table"), REWRITTEN)
    def test_checkpoints_made_anew_by_somebody_without_the_key_are_not_signed(self, town, change, table, tmp_path):
        with tampering():
            change(town)
            reanchor(keys=tmp_path)
            alone, beside = findings(), findings(town.folder)
        assert any(one.table == CHECKPOINT and "not in the folder of the keys" in one.reason for one in alone), said(
            alone
        )
        assert any(one.table == table for one in beside), "the folder outside names the row: " + said(beside)

    @pytest.mark.parametrize(("change", "table"), REWRITTEN)
    def test_with_the_key_the_folder_outside_still_knows_better(self, town, change, table):
        with tampering():
            change(town)
            reanchor()
            assert said(findings()) == "", "inside nothing is left to see: that is why there is an outside"
            found = findings(town.folder)
        assert any("another one than in the database" in one.reason for one in found)
        assert any(one.table == table for one in found), said(found)

    def test_an_older_copy_of_the_database(self, town):
        """Everything as it was at the second checkpoint: whole in itself."""
        with tampering():
            remove_matter(town)
            run(
                "DELETE FROM integrity_auditentry WHERE chain = %(chain)s AND seq = 4;"
                "UPDATE integrity_auditchain SET last_seq = 3, head = e.hash FROM integrity_auditentry e"
                " WHERE integrity_auditchain.chain = %(chain)s AND e.chain = %(chain)s AND e.seq = 3;"
                "DELETE FROM integrity_checkpoint WHERE number = 3",
                {"chain": town.entry.chain},
            )
            alone, found = findings(), findings(town.folder)
        assert said(alone) == ""
        assert any("checkpoint 3" in one.reason and "older copy" in one.reason for one in found), said(found)
        gone = {(one.table, one.id) for one in found if "the row is gone" in one.reason}
        assert {(EVENT, pk) for pk in Event.objects.filter(matter=town.third).values_list("pk", flat=True)} <= gone

    def test_the_worker_refuses_to_write_behind_another_past(self, town, tmp_path):
        copy = Path(shutil.copytree(town.folder, tmp_path / "copy"))
        with tampering():
            run("DELETE FROM integrity_checkpoint WHERE number = 3", {})
            with pytest.raises(places.PlaceTrouble, match="旧的副本"):
                places._copy_to(copy)


# ---- the folder outside, signatures, keys ------------------------------------------------------------------------------


@pytest.fixture
def outside(town, tmp_path):
    return Path(shutil.copytree(town.folder, tmp_path / "outside"))


def _lines(folder: Path) -> tuple[Path, list[str]]:
    path = next(folder.glob("checkpoints-*.jsonl"))
    return path, path.read_text(encoding="utf-8").splitlines()


def _edit(number: int, **changes):
    def change(folder: Path) -> None:
        path, lines = _lines(folder)
        lines[number - 1] = json.dumps({**json.loads(lines[number - 1]), **changes})
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return change


def _forge(folder: Path) -> None:
    """A new root, signed by a key of one's own, whose public half is put beside it."""
    path, lines = _lines(folder)
    said_there = json.loads(lines[2])
    with override_settings(XINQIAO_KEYS=str(folder / "mine")):
        key = signing.current()
        forged = Statement.from_dict({**said_there, "root": "0" * 64, "key_id": key.public.key_id})
        lines[2] = json.dumps({**said_there, **forged.as_dict(), "signature": key.sign(forged.signed_bytes)})
    places.keep_keys(folder, {key.public.key_id: key.public})
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rewrite(edit):
    def change(folder: Path) -> None:
        path, lines = _lines(folder)
        path.write_text(edit(lines), encoding="utf-8")

    return change


OUTSIDE = [
    (_edit(2, root="0" * 64), "another one than in the database", "a root"),
    (_edit(2, made_at="2020-01-01T00:00:00.000000Z"), "another one than in the database", "a time"),
    (_edit(1, leaf_count=1), "another one than in the database", "a count"),
    (_edit(3, signature="00" * 64), "changed or forged", "a signature"),
    (_edit(3, previous_digest=""), "changed or forged", "what it continues"),
    (_edit(3, key_id="0" * 16), "not in the folder of the keys", "the name of the key"),
    (_forge, "not in the folder of the keys", "a forged one with a key of one's own"),
    (_rewrite(lambda lines: "\n".join(lines[:2]) + "\n"), "checkpoint 3 is not here", "the last line"),
    (_rewrite(lambda lines: "\n".join([lines[0], lines[2]]) + "\n"), "checkpoint 2 is not here", "a line between"),
    (_rewrite(lambda lines: "\n".join(lines)[:-200]), "checkpoint 3 is not here", "the end of the file"),
    (
        _rewrite(lambda lines: "\n".join([lines[1], lines[0], lines[2]]) + "\n"),
        "out of order",
        "two lines change places",
    ),
    (_rewrite(lambda lines: "\n".join([*lines, lines[2]]) + "\n"), "stands here twice", "a line twice"),
    (_rewrite(lambda lines: "\n".join([*lines, "garbage"]) + "\n"), "unreadable line", "garbage at the end"),
    (_rewrite(lambda lines: ""), "checkpoint 1 is not here", "everything"),
]


class TestOutside:
    @pytest.mark.parametrize(("change", "words", "what"), OUTSIDE, ids=[row[2] for row in OUTSIDE])
    def test_a_changed_copy_is_found(self, town, outside, change, words, what):
        change(outside)
        with transaction.atomic():
            found = findings(outside)
        assert any(words in one.reason for one in found), said(found)

    def test_a_line_cut_off_by_a_crash_and_written_again_is_no_finding(self, town, outside):
        path, lines = _lines(outside)
        path.write_text("\n".join([lines[0], lines[1], lines[2][:100], lines[2]]) + "\n", encoding="utf-8")
        with transaction.atomic():
            assert said(findings(outside)) == ""

    def test_without_the_public_key_nothing_is_signed(self, town, outside, tmp_path):
        with override_settings(XINQIAO_KEYS=str(tmp_path / "none")), transaction.atomic():
            found = findings(outside)
        assert any("not in the folder of the keys" in one.reason for one in found)

    def test_another_key_under_the_same_name_is_no_key(self, town, outside, tmp_path):
        mine = tmp_path / "keys"
        with override_settings(XINQIAO_KEYS=str(mine)):
            signing.rotate()
            real = Checkpoint.objects.values_list("key_id", flat=True)[0] if town else ""
            path = next((mine / "signing").glob("*.public.json"))
            path.rename(path.with_name(f"{real}.public.json"))
            with transaction.atomic():
                found = findings(outside)
        assert any(one.table == CHECKPOINT and "key" in one.reason for one in found)

    def test_a_folder_that_is_not_there_cannot_be_compared(self, town, tmp_path):
        with pytest.raises(proof.PlaceUnreadable):
            proof.Proof([tmp_path / "unmounted"])


class TestFiles:
    def test_a_changed_attachment(self, town):
        row = Attachment.objects.get(matter=town.photographed)
        path = next(Path(settings.XINQIAO_FILES).rglob(row.stored_name))
        kept = path.read_bytes()
        try:
            path.chmod(0o600)
            path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
            with transaction.atomic():
                assert (FILE, row.pk) in {(one.table, one.id) for one in findings(files=True)}
            path.unlink()
            with transaction.atomic():
                assert "the file is not on the disk" in said(findings(files=True))
        finally:
            path.write_bytes(kept)


class TestTriggers:
    @pytest.mark.parametrize(
        ("trigger", "table"),
        [("event_owes_anchor", EVENT), ("submission_owes_anchor", SUBMISSION), ("audit_owes_anchor", AUDIT)],
    )
    def test_rows_written_while_a_trigger_is_off_are_found(self, town, trigger, table):
        with transaction.atomic():
            run(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}", {})
            World.file(_people(), "2026-03-05")
            audit.note(AuditKind.SIGNED_IN, user_id=5)
            found = findings()
            transaction.set_rollback(True)
        assert any(one.table == table and "no checkpoint holds this row" in one.reason for one in found), said(found)

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE documents_document SET title = 'x' WHERE id = %(letter)s",
            "UPDATE documents_document SET status = 'draft' WHERE id = %(letter)s",
            "UPDATE documents_document SET status = 'issued' WHERE id = %(void)s",
            "UPDATE documents_document SET data = text WHERE id = %(letter)s",
            "UPDATE documents_document SET visible_to_citizen = NOT visible_to_citizen WHERE id = %(letter)s",
            "DELETE FROM documents_document WHERE id = %(letter)s",
            "TRUNCATE documents_document CASCADE",
            "UPDATE matters_attachment SET note = 'x'",
            "UPDATE matters_rating SET value = 'satisfied'",
            "UPDATE matters_opinion SET answers = '[]' WHERE id = %(opinion)s",
            "UPDATE matters_opinion SET state = 'draft' WHERE id = %(opinion)s",
            "DELETE FROM matters_opinion WHERE id = %(opinion)s",
            "DELETE FROM matters_record",
            "UPDATE matters_service SET effective_on = effective_on - 40",
            "TRUNCATE matters_record",
            "DELETE FROM integrity_checkpoint",
            "UPDATE integrity_checkpoint SET root = ''",
            "TRUNCATE integrity_checkpoint",
            "TRUNCATE matters_attachment",
        ],
    )
    def test_the_database_refuses_even_its_owner(self, town, sql):
        from django.db import DatabaseError

        with pytest.raises(DatabaseError), transaction.atomic():
            run(sql, town.names)

    def test_the_printed_copy_of_a_letter_may_be_kept(self, town):
        with transaction.atomic():
            run("UPDATE documents_document SET pdf_path = 'a/b', pdf_digest = 'x' WHERE id = %(letter)s", town.names)
            transaction.set_rollback(True)


def _people():
    """The town again, as World knows it, without making it twice."""
    from xinqiao.organisations.models import Organisation

    world = World.__new__(World)
    world.government = Organisation.objects.get(key="pref-gov")
    return world


class TestEveryHistory:
    """Tables that are only added to, of whatever part of the program: a new one cannot be forgotten."""

    def test_is_anchored(self):
        assert {*settings.XINQIAO_APPEND_ONLY} - {one.table for one in anchored_rows.SOURCES.values()} == {CHECKPOINT}

    def test_is_closed_to_the_application_and_owes_its_anchor(self, db):
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgrelid::regclass::text, tgname, encode(tgargs, 'escape') FROM pg_trigger WHERE NOT tgisinternal")
            triggers = cursor.fetchall()
            cursor.execute(
                "SELECT name, has_table_privilege('xinqiao_app', name, 'UPDATE') OR has_table_privilege('xinqiao_app', name, 'DELETE')"
                " OR has_table_privilege('xinqiao_app', name, 'TRUNCATE') FROM unnest(%s::text[]) AS name",
                [settings.XINQIAO_APPEND_ONLY],
            )
            assert [name for name, may in cursor.fetchall() if may] == []
        assert {table for table, name, _ in triggers if name.endswith("_append_only")} == {*settings.XINQIAO_APPEND_ONLY}
        for table in settings.XINQIAO_APPEND_ONLY:
            own = [name for found, name, _ in triggers if found == table]
            assert any(name.endswith("_append_only") for name in own) and any(name.endswith("_no_truncate") for name in own), table
        owing = {(table, said.removesuffix("\\000")) for table, name, said in triggers if name.endswith("_owes_anchor")}
        assert {(one.table, one.name) for one in anchored_rows.SOURCES.values() if one.digest and one.owed == "TRUE"} <= owing

    def test_every_column_of_what_is_written_once_counts(self, db):
        for source in (one for one in anchored_rows.SOURCES.values() if one.digest and one.owed == "TRUE"):
            columns = {name for name, _ in columns_of(source.table)} - {"id"}
            assert columns - set(source.columns) <= WHEN_IT_WAS_NAMED, source.name


WHEN_IT_WAS_NAMED = {"org_lft", "org_rgt"}  # of the accused: who is kept out is read from the tree itself
