"""Keys change while people write: nothing is lost, everything opens, an old key goes only when nothing needs it (I.2, ADR 0005)."""

import shutil
import threading

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

from tests.world import World
from xinqiao import crypto
from xinqiao.cli import main, rotate_keys
from xinqiao.crypto import data_keys, keys, rotation
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters import secrecy
from xinqiao.matters.models import Matter, Submission
from xinqiao.matters.steps.register import earlier_of_same_person
from xinqiao.notifications import outgoing
from xinqiao.people import accounts
from xinqiao.people.models import Account, Identity, Petitioner
from xinqiao.rules.audit import AuditKind

ANNA = Identity(name="甄佳丽", id_number="11010519491231002X", mobile="13812345678", address="临江区幸福里3号楼")


@pytest.fixture
def own_keys(tmp_path, monkeypatch):
    """A copy of the keys of this run, so that its own stay as they are."""
    keys.newest("field"), keys.newest("index")
    folder = tmp_path / "keys"
    shutil.copytree(settings.XINQIAO_KEYS, folder)
    monkeypatch.setattr(settings, "XINQIAO_KEYS", folder)
    data_keys.forget()
    yield folder
    data_keys.forget()


def petitioner(identity: Identity = ANNA, matter_id: int = 1) -> Petitioner:
    made = Petitioner(matter_id=matter_id)
    made.set_identity(identity)
    made.save()
    return made


class TestKeyFiles:
    def test_the_newest_seals_and_the_older_ones_open(self, own_keys):
        before = crypto.seal("甄佳丽", context="x")
        assert keys.add("field") == 2
        after = crypto.seal("甄佳丽", context="x")
        assert (crypto.key_of(before), crypto.key_of(after)) == ("1", "2")
        assert crypto.open_sealed(before, context="x") == crypto.open_sealed(after, context="x") == "甄佳丽"

    def test_a_key_file_is_closed_to_others(self, own_keys):
        keys.add("field")
        assert (own_keys / "field.2.key").stat().st_mode & 0o077 == 0

    def test_a_retired_number_is_never_used_again(self, own_keys):
        keys.add("field")
        keys.retire("field", 1)
        assert keys.add("field") == 3

    def test_without_its_key_a_value_is_broken_not_empty(self, own_keys):
        sealed = crypto.seal("甄佳丽")
        keys.add("field")
        keys.retire("field", 1)
        with pytest.raises(crypto.SealBroken):
            crypto.open_sealed(sealed)

    def test_aes_where_the_library_has_no_sm4(self, own_keys, monkeypatch):
        monkeypatch.setattr(crypto, "preferred_cipher", lambda: "aesgcm")
        sealed = crypto.seal("甄佳丽", context="x")
        assert sealed.startswith("aesgcm$1$")
        monkeypatch.undo()
        assert crypto.open_sealed(sealed, context="x") == "甄佳丽"


@pytest.mark.django_db
class TestBlindIndexes:
    def test_looked_up_under_every_key_written_under_the_newest(self, own_keys):
        old = crypto.blind_index("13812345678", context="mobile")
        keys.add("index")
        assert crypto.blind_indexes("13812345678", context="mobile") == [
            crypto.blind_index("13812345678", context="mobile"),
            old,
        ]

    def test_an_account_is_found_before_its_index_was_made_anew(self, own_keys):
        account = Account.objects.create(
            mobile_index=crypto.blind_index("13812345678", context="mobile"),
            sealed_mobile=crypto.seal("13812345678", context="account.mobile"),
            created_at="2026-03-02T09:00+08:00",
        )
        keys.add("index")
        assert accounts._account_of("13812345678", at=account.created_at) == account

    def test_who_wants_no_messages_gets_none_after_a_rotation(self, own_keys, at):
        outgoing.opt_out("sms", "13812345678", at=at)
        keys.add("index")
        assert outgoing.owe("sms", "13812345678", "您有新的进展", at=at, purpose="progress") is None
        outgoing.opt_in("sms", "13812345678")
        assert outgoing.owe("sms", "13812345678", "您有新的进展", at=at, purpose="progress") is not None

    def test_repeated_petitions_are_recognised_across_keys(self, own_keys):
        world = World()
        first = world.file("2026-03-02")
        keys.add("index")
        second = Matter.objects.get(pk=world.file("2026-03-03").matter_id)
        assert [matter.pk for matter in earlier_of_same_person(second)] == [first.matter_id]


@pytest.mark.django_db(transaction=True)
class TestRotation:
    def test_all_is_sealed_anew_and_the_old_key_can_go(self, own_keys, capsys):
        world = World()
        matter = Matter.objects.get(pk=world.file().matter_id)
        frozen = raw("SELECT respondent, channel_facts FROM matters_submission")
        identity = matter.petitioners.get().identity()
        secrecy.add_accused(matter, people=["贾科长"])  # append-only: it must not hold the old key back
        assert main(["rotate-keys", "--index"]) == 0, capsys.readouterr()
        assert main(["rotate-keys", "--status"]) == 0
        assert main(["rotate-keys", "--retire", "1", "--now"]) == 0, capsys.readouterr()
        data_keys.forget()
        assert matter.petitioners.get().identity() == identity and matter.accused.get().person == "贾科长"
        assert raw("SELECT respondent, channel_facts FROM matters_submission") == frozen, "history is not rewritten"
        assert Submission.objects.get().respondent is not None, "and still opens"
        assert matter.petitioners.get().mobile_index == crypto.blind_index(identity.mobile, context="mobile")
        noted = AuditEntry.objects.filter(kind=AuditKind.KEY_CHANGED).order_by("pk")
        assert noted.count() == 3 and identity.name not in "".join(entry.detail_text for entry in noted)

    def test_a_key_that_is_needed_stays(self, own_keys, capsys):
        petitioner()
        keys.add("field")
        assert main(["rotate-keys", "--retire", "1", "--now"]) == 1
        assert "people_petitioner.sealed_name 1 个" in capsys.readouterr().err
        assert 1 in keys.every("field")

    def test_a_column_that_nobody_registered_keeps_the_key(self, own_keys, capsys, monkeypatch):
        petitioner()
        known = tuple(table for table in rotate_keys.sealed_tables() if table.table != "people_petitioner")
        monkeypatch.setattr(rotate_keys, "sealed_tables", lambda: known)
        main(["rotate-keys"])
        assert main(["rotate-keys", "--retire", "1", "--now"]) == 1
        assert "people_petitioner" in capsys.readouterr().err

    def test_a_value_inside_json_keeps_the_key_too(self, own_keys, capsys):
        world = World()
        matter = Matter.objects.get(pk=world.file().matter_id)
        matter.records.create(sort="note", data={"kept": crypto.seal("甄佳丽")}, at=matter.received_at)
        assert main(["rotate-keys"]) == 0
        assert main(["rotate-keys", "--retire", "1", "--now"]) == 1
        assert "matters_record.data 1 个" in capsys.readouterr().err

    def test_a_fresh_key_waits_a_day_for_sessions(self, own_keys, capsys):
        keys.add("field")
        assert main(["rotate-keys", "--retire", "1"]) == 1
        assert "小时" in capsys.readouterr().err

    def test_interrupted_it_goes_on(self, own_keys, monkeypatch, capsys):
        made = [petitioner(matter_id=number) for number in range(1, 8)]
        monkeypatch.setattr(rotation, "BATCH", 2)
        keys.add("field")
        table = next(table for table in rotate_keys.sealed_tables() if table.table == "people_petitioner")
        next(rotation.reseal(table, rotation.Sums()))  # one batch, then the power fails
        assert 0 < rotation.waiting(table) < len(made)
        assert main(["rotate-keys"]) == 1 and "--continue" in capsys.readouterr().err
        assert main(["rotate-keys", "--continue"]) == 0
        assert rotation.waiting(table) == 0
        assert {row.identity() for row in Petitioner.objects.all()} == {ANNA}

    def test_a_value_that_does_not_open_is_named_and_left(self, own_keys, capsys):
        row = petitioner()
        Petitioner.objects.filter(pk=row.pk).update(sealed_address="sm4gcm$1$" + "A" * 60)
        assert main(["rotate-keys"]) == 1
        assert "打不开" in capsys.readouterr().err
        assert Petitioner.objects.get().sealed_address == "sm4gcm$1$" + "A" * 60

    def test_no_write_is_lost_while_keys_change(self, own_keys, monkeypatch, capsys):
        """Four people keep changing addresses; every last word of theirs is what stands there afterwards."""
        monkeypatch.setattr(rotation, "BATCH", 5)
        rows = [petitioner(matter_id=number).pk for number in range(1, 41)]
        last: dict[int, str] = {}
        done, failed = threading.Event(), []

        def write(mine: list[int]) -> None:
            turn = 0
            try:
                while not done.is_set() or turn == 0:
                    turn += 1
                    for pk in mine:
                        address = f"{turn}号"
                        sealed = crypto.seal(address, context="petitioner.address")
                        assert Petitioner.objects.filter(pk=pk).update(sealed_address=sealed) == 1
                        last[pk] = address
            except Exception as error:
                failed.append(error)
            finally:
                connections.close_all()

        people = [threading.Thread(target=write, args=(rows[start::4],)) for start in range(4)]
        for thread in people:
            thread.start()
        try:
            # Whoever sealed with the key of before and writes late is found by --continue; most often there is nobody.
            ways = (["--index"], ["--continue"], [], ["--continue"])
            codes = [main(["rotate-keys", *more]) for more in ways]
        finally:
            done.set()
            for thread in people:
                thread.join()
        assert (codes[1], codes[3], failed) == (0, 0, []), capsys.readouterr().err
        for row in Petitioner.objects.all():
            assert row.identity().address == last[row.pk]
            assert row.identity().name == ANNA.name and crypto.key_of(row.sealed_name) == "3"


@pytest.mark.django_db(transaction=True)
def test_every_sealed_column_is_registered(own_keys):
    """After the main line of a matter, each column that a field key sealed is one that the rotation knows."""
    world = World()
    world.file()
    known = {f"{table.table}.{column}" for table in rotate_keys.sealed_tables() for column in table.columns}
    assert set(rotation.uses()) <= known


@pytest.mark.django_db(transaction=True)
def test_a_data_key_survives_the_rollback_of_who_asked_for_it(own_keys):
    data_keys.forget()
    with pytest.raises(RuntimeError), transaction.atomic():
        sealed = crypto.seal("附件", context="x", lasting=True)
        raise RuntimeError
    data_keys.forget()
    assert crypto.open_sealed(sealed, context="x") == "附件"


@pytest.mark.django_db
def test_a_data_key_cannot_be_deleted():
    crypto.seal("附件", context="x", lasting=True)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM crypto_datakey")


def raw(query: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.fixture
def at():
    from django.utils import timezone

    return timezone.now()
