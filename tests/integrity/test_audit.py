"""The audit log: chained, append-only, and no record means no data (C-11, LG-1)."""

import copy

import pytest
from django.db import DatabaseError, connection, transaction

from tests.world import World
from xinqiao.integrity import audit
from xinqiao.integrity.models import AuditEntry
from xinqiao.rules.audit import TOLD_TO_CITIZEN, AuditKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return World()


class TestNote:
    def test_entries_of_one_organisation_follow_each_other(self, world):
        first = audit.note(AuditKind.OPENED_FILE, officer=world.li_triages, matter_id=1)
        second = audit.note(AuditKind.READ_IDENTITY, officer=world.tang_registers, matter_id=1, reason="电话联系信访人")
        elsewhere = audit.note(AuditKind.OPENED_FILE, officer=world.xu_handles, matter_id=1)
        assert (first.seq, second.seq, elsewhere.seq) == (1, 2, 1)
        assert second.previous_hash == first.hash and elsewhere.previous_hash == ""

    def test_what_is_stored_is_what_was_hashed(self, world):
        made = audit.note(AuditKind.EXPORTED, officer=world.li_triages, subject="export:1", detail={"rows": 3, "为何": "核对"})
        assert audit.entry_hash(AuditEntry.objects.get(pk=made.pk)) == made.hash

    @pytest.mark.parametrize("column", [name for name in audit.FIELDS if name not in ("at", "algorithm")])
    def test_a_change_of_any_column_shows(self, world, column):
        entry = copy.copy(audit.note(AuditKind.OPENED_FILE, officer=world.li_triages, matter_id=1))
        setattr(entry, column, f"{getattr(entry, column)}7")
        assert audit.entry_hash(entry) != entry.hash

    @pytest.mark.parametrize("statement", ["UPDATE integrity_auditentry SET reason = 'x'", "DELETE FROM integrity_auditentry"])
    def test_the_application_cannot_change_it(self, world, statement):
        audit.note(AuditKind.OPENED_FILE, officer=world.li_triages)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_without_a_record_it_says_so(self, world, monkeypatch):
        monkeypatch.setattr(audit, "_append", lambda _entry: (_ for _ in ()).throw(DatabaseError("down")))
        with pytest.raises(audit.AuditUnavailable):
            audit.note(AuditKind.READ_IDENTITY, officer=world.li_triages)


class TestKinds:
    def test_the_citizen_hears_of_reading_not_of_passwords(self):
        assert AuditKind.READ_IDENTITY in TOLD_TO_CITIZEN
        assert AuditKind.SIGNED_IN not in TOLD_TO_CITIZEN


class TestNoteEach:
    def test_an_entry_for_each_matter_in_one_chain(self, world):
        before = audit.note(AuditKind.SIGNED_IN, officer=world.dai_liaises)
        first, second = audit.note_each(AuditKind.FOUND_REPORT, [7, 8], officer=world.dai_liaises, subject="search")
        assert (first.matter_id, second.matter_id) == (7, 8)
        assert (first.previous_hash, second.previous_hash) == (before.hash, first.hash)
        assert audit.note(AuditKind.SIGNED_OUT, officer=world.dai_liaises).seq == second.seq + 1

    def test_all_or_none(self, world, monkeypatch):
        monkeypatch.setattr(audit, "entry_hash", lambda entry: "x" * (65 if entry.matter_id == 8 else 64))
        with pytest.raises(audit.AuditUnavailable):
            audit.note_each(AuditKind.FOUND_REPORT, [7, 8], officer=world.dai_liaises)
        assert not AuditEntry.objects.filter(kind=AuditKind.FOUND_REPORT).exists()
