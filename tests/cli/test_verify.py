"""`xinqiao verify` finds what somebody with all rights changed behind the program's back (LG-1, secure-checklist 28)."""

import contextlib
import json
import types

import psycopg
import pytest

from tests.world import World
from xinqiao.cli import verify
from xinqiao.jobs import proof
from xinqiao.matters.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tamper(postgres_server):
    """Change rows as the owner of the database, triggers silenced: what an attacker with all rights could do."""
    from django.db import connection

    owner = postgres_server.address("xinqiao_owner", connection.settings_dict["NAME"])

    def change(sql: str, *values) -> None:
        with psycopg.connect(**owner.connection()) as raw:
            raw.execute("SET session_replication_role = replica")
            assert raw.execute(sql, values).rowcount > 0, "the test itself changed nothing"

    return change


@pytest.fixture
def matters():
    world = World()
    return [world.triaged(), world.triaged(), world.triaged()]


def findings() -> list[proof.Finding]:
    with proof.one_moment():
        return list(proof.walk())


def reasons() -> str:
    return "\n".join(f"{one.table} {one.reason}" for one in findings())


# (statement, what is said of it, what was changed)
CHANGES = [
    (
        "UPDATE matters_event SET facts_text = '{}' WHERE matter_id = %s AND seq = 3",
        "the row was changed",
        "facts",
    ),
    (
        "UPDATE matters_event SET at = at - interval '1 day' WHERE matter_id = %s AND seq = 2",
        "the row was changed",
        "time",
    ),
    (
        "UPDATE matters_event SET officer_id = NULL WHERE matter_id = %s AND seq = 3",
        "the row was changed",
        "who",
    ),
    ("DELETE FROM matters_event WHERE matter_id = %s AND seq = 2", "a row is missing", "from the middle"),
    ("DELETE FROM matters_event WHERE matter_id = %s AND seq >= 3", "the end is cut off", "the tail"),
    ("DELETE FROM matters_event WHERE matter_id = %s", "no history", "all of it"),
    (
        "UPDATE matters_matter SET event_count = event_count - 1 WHERE id = %s",
        "does not end where",
        "the count",
    ),
    (
        "UPDATE matters_submission SET content = '都好' WHERE matter_id = %s",
        "the text was changed",
        "what was written",
    ),
    ("DELETE FROM matters_submission WHERE matter_id = %s", "submission of this receipt is gone", "the letter"),
    ("UPDATE documents_document SET title = '别的' WHERE matter_id = %s", "letter was changed", "a letter"),
    ("DELETE FROM documents_document WHERE matter_id = %s", "is gone", "all letters"),
    ("DELETE FROM matters_matter WHERE id = %s", "the matter of this history is gone", "the matter alone"),
]


class TestProof:
    def test_an_untouched_archive_has_nothing_to_say(self, matters):
        counted = {}
        with proof.one_moment():
            assert list(proof.walk(counted.__setitem__)) == []
        assert counted["events"] == Event.objects.count() and counted["numbers"] == 3

    def test_each_change_is_found_and_named_and_nobody_else_is_blamed(self, tamper):
        world = World()
        untouched = world.triaged()
        changed = [(world.triaged(), *row) for row in CHANGES]
        for matter, sql, _says, _why in changed:
            tamper(sql, matter.pk)
        found = findings()
        for matter, _sql, says, why in changed:
            assert says in "\n".join(one.reason for one in found if one.matter_id == matter.pk), why
        assert untouched.pk not in {one.matter_id for one in found}

    def test_a_rewritten_hash_breaks_the_next_link(self, matters, tamper):
        event = Event.objects.get(matter=matters[0], seq=2)
        event.facts_text = '{"repeat": true}'
        from xinqiao.matters import history

        tamper(
            "UPDATE matters_event SET facts_text = %s, hash = %s WHERE id = %s",
            event.facts_text, history.event_hash(event), event.pk,
        )  # fmt: skip
        found = findings()
        assert [(one.seq, one.reason) for one in found] == [(3, "does not follow the row before it")]

    def test_a_submission_with_a_new_hash_contradicts_its_receipt(self, matters, tamper):
        from xinqiao import crypto
        from xinqiao.crypto.canonical import encode_all
        from xinqiao.matters.models import Submission

        one = Submission.objects.get(matter=matters[0])
        parts = (one.title, "都好", one.reasons, len(one.requests), *one.requests)
        made = crypto.digest(encode_all(parts), one.hash_algorithm)
        tamper("UPDATE matters_submission SET content = '都好', content_hash = %s WHERE id = %s", made, one.pk)
        assert "not the one noted at the receipt" in reasons()

    def test_a_matter_that_vanished_with_everything_leaves_a_hole_in_the_numbers(self, matters, tamper):
        pk = matters[1].pk
        for table in ("matters_event", "matters_submission", "documents_document", "matters_matternumber"):
            with contextlib.suppress(AssertionError):
                tamper(f"DELETE FROM {table} WHERE matter_id = %s", pk)
        tamper("DELETE FROM matters_matter WHERE id = %s", pk)
        assert "numbers 2 to 2 are gone" in reasons()

    def test_the_last_matter_of_a_day_is_missed_too(self, matters, tamper):
        tamper("DELETE FROM matters_matternumber WHERE matter_id = %s", matters[2].pk)
        assert "3 numbers were given, the last here is 2" in reasons()


class TestCommand:
    @pytest.fixture
    def run(self, monkeypatch, capsys):
        monkeypatch.setattr(verify.database, "available", contextlib.nullcontext)

        def command(**options):
            code = verify.run(types.SimpleNamespace(**{"json": False, "all": False, "files": False, "checkpoints": None, **options}))
            return code, capsys.readouterr().out

        return command

    def test_0_when_everything_fits(self, matters, run):
        code, said = run()
        assert code == 0 and "没有发现改动" in said

    def test_1_and_the_first_rows_when_not(self, matters, run, tamper, monkeypatch):
        monkeypatch.setattr(verify, "SHOWN", 2)
        tamper("UPDATE matters_event SET facts_text = '{}' WHERE matter_id = %s", matters[0].pk)
        code, said = run()
        assert code == 1 and said.count("matters_event #") == 2 and "另有" in said

    def test_json_for_programs(self, matters, run, tamper):
        tamper("UPDATE matters_event SET facts_text = '{}' WHERE matter_id = %s AND seq = 1", matters[0].pk)
        code, said = run(json=True)
        report = json.loads(said)
        assert code == 1 and report["broken_count"] == len(report["broken"]) >= 1
        assert report["broken"][0]["table"] == "matters_event" and report["broken"][0]["seq"] == 1

    def test_3_when_the_database_does_not_answer(self, run, monkeypatch):
        from django.db import OperationalError

        def broken(*_args, **_more):
            raise OperationalError("gone")

        monkeypatch.setattr(verify, "_walk", broken)
        assert run()[0] == 3
