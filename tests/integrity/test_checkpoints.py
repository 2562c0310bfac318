"""存证点: every row once, signed, copied to a second place that is told loudly when it is not there (LG-1)."""

import json
import os
import threading

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from xinqiao.crypto import signing
from xinqiao.integrity import audit, checkpoints, merkle, places, pulling
from xinqiao.integrity.checkpoints import Statement
from xinqiao.integrity.models import Checkpoint, Unanchored
from xinqiao.jobs import anchored_rows, duties
from xinqiao.jobs.models import Duty
from xinqiao.matters.models import Event
from xinqiao.rules.audit import AuditKind

SHA = merkle.hasher("sha256")


class TestMerkle:
    # RFC 6962's own test vectors (certificate-transparency reference)
    LEAVES = [bytes.fromhex(one) for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )]  # fmt: skip
    ROOTS = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }

    @pytest.mark.parametrize(("count", "root"), ROOTS.items())
    def test_root_is_that_of_the_standard(self, count, root):
        hashes = [SHA(b"\x00" + one) for one in self.LEAVES[:count]]
        assert merkle.root(hashes, SHA).hex() == root

    @pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 16, 17])
    def test_every_leaf_has_its_path_and_no_other(self, count):
        leaves = [merkle.leaf("event", number, "x", SHA) for number in range(count)]
        root = merkle.root(leaves, SHA)
        for index, leaf in enumerate(leaves):
            steps = merkle.path(leaves, index, SHA)
            assert merkle.root_from(leaf, index, count, steps, SHA) == root
            assert merkle.root_from(leaf, index, count, [*steps, leaf], SHA) is None
            assert merkle.root_from(leaf, count, count, steps, SHA) is None
            if steps:
                assert merkle.root_from(leaf, index ^ 1, count, steps, SHA) != root
                assert merkle.root_from(leaf, index, count, steps[:-1], SHA) != root

    def test_a_node_is_no_leaf(self):
        pair = [merkle.leaf("event", number, "x", SHA) for number in (1, 2)]
        assert merkle.root([SHA(b"\x00" + pair[0] + pair[1])], SHA) != merkle.root(pair, SHA)


class TestSigning:
    @pytest.mark.parametrize("algorithm", ["ed25519", "sm2"])
    def test_holds_for_what_was_signed_and_nothing_else(self, settings, tmp_path, algorithm):
        settings.XINQIAO_KEYS, settings.XINQIAO_SIGNATURE = str(tmp_path), algorithm
        key = signing.current()
        signature = key.sign(b"root")
        assert key.public.algorithm == algorithm and signing.current() == key
        assert key.public.holds(b"root", signature)
        assert not key.public.holds(b"Root", signature)
        for wrong in ("", "00", "zz", signature[:-2], "0" * 128, "f" * 128, signature[::-1]):
            assert not key.public.holds(b"root", wrong)

    def test_sm2_keys_that_begin_with_the_prefix_work_too(self, settings, tmp_path, monkeypatch):
        """The library strips every leading 0 and 4 of a public key; ours does not let it."""
        private = next(
            number for number in range(1, 5000)
            if signing._sm2("", "")[0]._kg(number, signing._sm2("", "")[1]).startswith(("04", "40"))
        )  # fmt: skip
        public = signing._sm2("", "")[0]._kg(private, signing._sm2("", "")[1]).lower()
        key = signing.SigningKey(signing.PublicKey("sm2", public), f"{private:064x}")
        assert key.public.holds(b"x", key.sign(b"x"))

    def test_a_new_key_keeps_the_old_public_half_and_deletes_the_private_one(self, settings, tmp_path):
        settings.XINQIAO_KEYS = str(tmp_path)
        old, new = signing.current().public, signing.rotate().public
        assert set(signing.known()) == {old.key_id, new.key_id}
        assert [path.name for path in tmp_path.rglob("*.private.json")] == [f"{new.key_id}.private.json"]
        assert oct(next(tmp_path.rglob("*.private.json")).stat().st_mode & 0o777) == "0o600"

    def test_another_algorithm_in_the_settings_makes_another_key(self, settings, tmp_path):
        settings.XINQIAO_KEYS = str(tmp_path)
        signing.current()
        settings.XINQIAO_SIGNATURE = "sm2"
        assert signing.current().public.algorithm == "sm2"


@pytest.mark.django_db
class TestMake:
    def test_every_row_once_and_nothing_twice(self):
        World().served()
        events = Event.objects.count()
        row = checkpoints.make(anchored_rows.proved_hashes)
        assert checkpoints.events_of(row) == sorted(Event.objects.values_list("pk", flat=True)) and events > 8
        assert {source for source, _ in row.parts} == {"event", "submission", "document", "opinion", "record", "service"}
        assert checkpoints.waiting() == 0 and checkpoints.make(anchored_rows.proved_hashes) is None

    def test_each_continues_the_one_before(self):
        world = World()
        for day in ("2026-03-02", "2026-03-03"):
            world.file(day)
            checkpoints.make(anchored_rows.proved_hashes)
        first, second = map(Statement.of, Checkpoint.objects.order_by("number"))
        assert (second.number, second.previous_digest) == (2, first.digest)
        assert first.holds(signing.known()) and second.holds(signing.known())

    def test_at_most_so_many_at_a_time(self):
        World().triaged()
        row = checkpoints.make(anchored_rows.proved_hashes, most=2)
        assert row.leaf_count == 2 and checkpoints.waiting() > 0

    def test_a_row_that_vanished_before_it_was_anchored_stays_visible(self):
        from xinqiao.jobs import proof

        World().file()
        Unanchored.objects.create(source="event", row_id=987654)
        checkpoints.make(anchored_rows.proved_hashes)
        assert [(one.id, "gone" in one.reason) for one in proof.walk()] == [(987654, True)]

    def test_finds_the_checkpoint_of_an_event(self):
        receipt = World().file()
        event = Event.objects.get(matter_id=receipt.matter_id)
        assert checkpoints.of_event(event.pk) is None
        made = checkpoints.make(anchored_rows.proved_hashes)
        assert checkpoints.of_event(event.pk) == made and checkpoints.of_event(event.pk + 1) is None

    def test_without_a_key_everything_waits(self, monkeypatch):
        World().file()
        monkeypatch.setattr(signing, "current", _no_key)
        with pytest.raises(signing.SigningUnavailable):
            checkpoints.make(anchored_rows.proved_hashes)
        assert checkpoints.waiting() > 0 and not Checkpoint.objects.exists()


def _no_key():
    raise signing.SigningUnavailable("no key")


@pytest.mark.django_db(transaction=True)
class TestLateCommit:
    def test_a_transaction_that_commits_later_is_anchored_later(self):
        """Rows with smaller ids that were not visible yet: what a mark "everything up to id N" would miss for ever."""
        from django.db import connection, transaction

        began, go_on = threading.Event(), threading.Event()

        def slow():
            with transaction.atomic():
                audit.note(AuditKind.SIGNED_IN, user_id=1, officer=None)
                began.set()
                go_on.wait(300)
            connection.close()

        thread = threading.Thread(target=slow)
        thread.start()
        try:
            assert began.wait(300)
            World().file()
            first = checkpoints.make(anchored_rows.proved_hashes)
        finally:
            go_on.set()
            thread.join()
        second = checkpoints.make(anchored_rows.proved_hashes)
        assert "audit" not in dict(map(tuple, first.parts)) and dict(map(tuple, second.parts)) == {"audit": 1}


@pytest.mark.django_db
class TestDuty:
    def test_makes_one_and_copies_it_outside(self, checkpoint_folder):
        World().file()
        assert anchored_rows.anchor(timezone.now()) > 0
        assert places.last_line(checkpoint_folder) == Statement.of(Checkpoint.objects.get())
        assert signing.current().public.key_id in signing.read_public(checkpoint_folder / "keys")

    def test_does_not_wait_for_the_minute_when_many_wait(self, monkeypatch):
        task = next(one for one in duties.TASKS if one.name == "checkpoints")
        at = timezone.now()
        duties._do(task, at)
        assert not duties._is_due(task, at)
        monkeypatch.setattr(anchored_rows, "MANY", 1)
        World().file()
        assert duties._is_due(task, at)
        Duty.objects.filter(name="checkpoints").update(error="PlaceTrouble")
        assert not duties._is_due(task, at), "what failed is tried again at the minute, not every second"

    @pytest.mark.parametrize("trouble", ["missing", "read only"])
    def test_a_place_that_is_not_there_is_told_and_the_checkpoint_waits(self, checkpoint_folder, settings, trouble, monkeypatch):
        settings.XINQIAO_CHECKPOINTS = [checkpoint_folder / "not mounted"] if trouble == "missing" else [checkpoint_folder]
        if trouble != "missing":
            monkeypatch.setattr(os, "access", lambda *_: False)
        World().file()
        task = next(one for one in duties.TASKS if one.name == "checkpoints")
        duties._do(task, timezone.now())
        answer = Client().get("/readyz")
        assert answer.status_code == 200 and "XINQIAO_CHECKPOINTS" in answer.json()["warnings"]["checkpoints"]
        monkeypatch.undo()
        settings.XINQIAO_CHECKPOINTS = [checkpoint_folder]
        duties._do(task, timezone.now())
        assert places.newest_of(checkpoint_folder) == 1
        assert "checkpoints" not in Client().get("/readyz").json().get("warnings", {})

    def test_two_places(self, checkpoint_folder, tmp_path, settings):
        settings.XINQIAO_CHECKPOINTS = [tmp_path / "gone", checkpoint_folder]
        World().file()
        with pytest.raises(places.PlaceTrouble, match="gone"):
            anchored_rows.anchor(timezone.now())
        assert places.newest_of(checkpoint_folder) == 1, "one that fails does not keep the other waiting"

    def test_a_line_that_a_crash_cut_off_is_written_again(self, checkpoint_folder):
        world = World()
        world.file()
        anchored_rows.anchor(timezone.now())
        path = next(checkpoint_folder.glob("*.jsonl"))
        path.write_bytes(path.read_bytes()[:-300])
        world.file("2026-03-03")
        anchored_rows.anchor(timezone.now())
        kept = [one.statement.number for one in places.read(checkpoint_folder) if one.statement]
        assert kept == [1, 2]


@pytest.mark.django_db
class TestPull:
    """Another host keeps copies: what it has once, nobody can make unsaid."""

    @pytest.fixture
    def other(self, monkeypatch, tmp_path):
        client = Client()
        monkeypatch.setattr(pulling, "_get", lambda url: client.get(url.removeprefix("https://office")).content.decode())
        return lambda: pulling.pull("https://office", tmp_path / "copy")

    def test_takes_what_is_new(self, other):
        world = World()
        for day in ("2026-03-02", "2026-03-03"):
            world.file(day)
            checkpoints.make(anchored_rows.proved_hashes)
        assert other() == (2, 2) and other() == (0, 2)
        world.file("2026-03-04")
        checkpoints.make(anchored_rows.proved_hashes)
        assert other() == (1, 3)

    @pytest.mark.parametrize("change", [{"root": "0" * 64}, {"number": 1}, {"signature": "00" * 64}, {"previous_digest": "x"}])
    def test_refuses_what_does_not_follow(self, other, monkeypatch, change):
        World().file()
        checkpoints.make(anchored_rows.proved_hashes)
        other()
        World.file(_town(), "2026-03-03")
        checkpoints.make(anchored_rows.proved_hashes)
        honest = places.public_line
        monkeypatch.setattr(places, "public_line", lambda one: _changed(honest(one), change) if one.number == 2 else honest(one))
        with pytest.raises(pulling.AnotherPast):
            other()

    def test_notices_that_the_past_was_exchanged(self, other, monkeypatch):
        World().file()
        checkpoints.make(anchored_rows.proved_hashes)
        other()
        honest = places.public_line
        monkeypatch.setattr(places, "public_line", lambda one: _changed(honest(one), {"made_at": "2020-01-01T00:00:00.000000Z"}))
        with pytest.raises(pulling.AnotherPast):
            other()

    def test_a_new_key_is_handed_over_by_people(self, other):
        World().file()
        checkpoints.make(anchored_rows.proved_hashes)
        other()
        signing.rotate()
        World.file(_town(), "2026-03-03")
        checkpoints.make(anchored_rows.proved_hashes)
        with pytest.raises(pulling.AnotherPast, match="keys/"):
            other()


def _changed(line: str, change: dict) -> str:
    return json.dumps({**json.loads(line), **change})


def _town() -> World:
    from xinqiao.organisations.models import Organisation

    world = World.__new__(World)
    world.government = Organisation.objects.get(key="pref-gov")
    return world
