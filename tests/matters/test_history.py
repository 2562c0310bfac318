"""办理记录: added, never changed; whoever changes one column of one row is found (LG-1, architecture 7)."""

import copy
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tests.world import World, at
from xinqiao.crypto import canonical
from xinqiao.matters import history
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Delivery, Event, Matter, Submission
from xinqiao.rules.stages import Step

pytestmark = pytest.mark.django_db
OTHER = {
    "seq": 99, "step": "accept", "from_stage": "handling", "to_stage": "filed", "referral_id": -1, "actor_kind": "system",
    "officer_id": -1, "organisation_id": -1, "facts_text": '{"a":1}', "document_id": -1, "algorithm": "sha256",
    "previous_hash": "0" * 64, "matter_id": -1,
}  # fmt: skip


@pytest.fixture
def events(db):
    matter = World().signed_in()
    return list(matter.events.order_by("seq"))


class TestChain:
    def test_is_whole_after_real_steps_and_starts_from_nothing(self, events):
        assert list(history.broken_links(events)) == []
        assert events[0].previous_hash == ""
        assert [event.seq for event in events] == list(range(1, len(events) + 1))

    @pytest.mark.parametrize("column", [name for name in history.FIELDS if name not in ("at", "recorded_at")])
    def test_breaks_when_one_column_of_one_row_is_changed(self, events, column):
        assert getattr(events[2], column) != OTHER[column]
        tampered = copy.copy(events)
        tampered[2] = copy.copy(events[2])
        setattr(tampered[2], column, OTHER[column])
        assert list(history.broken_links(tampered))

    @pytest.mark.parametrize("column", ["at", "recorded_at"])
    def test_breaks_when_a_time_is_moved_by_a_microsecond(self, events, column):
        tampered = [copy.copy(event) for event in events]
        setattr(tampered[1], column, getattr(tampered[1], column) - timedelta(microseconds=1))
        assert [event.seq for event, _why in history.broken_links(tampered)] == [2]

    def test_breaks_when_a_row_is_missing_or_two_are_swapped(self, events):
        assert list(history.broken_links(events[:1] + events[2:]))
        assert list(history.broken_links([events[1], events[0], *events[2:]]))

    def test_breaks_when_a_row_is_changed_and_its_own_hash_made_anew(self, events):
        tampered = [copy.copy(event) for event in events]
        tampered[1].facts_text = "{}x"
        tampered[1].hash = history.event_hash(tampered[1])
        assert [event.seq for event, _why in history.broken_links(tampered)] == [3], "the next row does not follow"

    def test_the_matter_remembers_count_and_head(self, events):
        matter = Matter.objects.get(pk=events[0].matter_id)
        assert (matter.event_count, matter.chain_head) == (len(events), events[-1].hash)


class TestEncoding:
    def test_no_two_different_rows_share_an_encoding(self):
        assert canonical.encode("1") + canonical.encode("23") != canonical.encode("12") + canonical.encode("3")
        assert canonical.encode(None) != canonical.encode("") != canonical.encode("None")
        assert canonical.encode(at("2026-03-02 10:00")) == b"27:2026-03-02T02:00:00.000000Z"


class TestAppendOnly:
    @pytest.mark.parametrize("model", [Event, Submission])
    def test_the_application_can_neither_change_nor_delete_a_row(self, events, model):
        rows = model.objects.filter(matter_id=events[0].matter_id)
        for forbidden in (
            lambda: rows.update(matter_id=events[0].matter_id),
            lambda: rows._raw_delete(rows.db),
            lambda: connection.cursor().execute(f"TRUNCATE {model._meta.db_table} CASCADE"),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                forbidden()
        assert rows.exists()


class TestOutbox:
    def test_every_event_owes_its_reactions_in_the_same_transaction(self, events):
        owed = Delivery.objects.filter(reaction=history.EXPAND, state="pending").values_list("event_id", flat=True)
        assert {event.pk for event in events} <= set(owed)

    def test_a_step_that_fails_leaves_neither_event_nor_debt(self):
        world = World()
        matter = world.triaged()
        before = (Event.objects.count(), Delivery.objects.count(), matter.version)
        with pytest.raises(Exception, match=r"理由|为什么"), transaction.atomic():
            world.take(Step.TRANSFER, matter.pk, world.li_triages, "2026-03-02", to=world.housing, reason="短")
        matter.refresh_from_db()
        assert (Event.objects.count(), Delivery.objects.count(), matter.version) == before

    def test_the_time_of_writing_is_the_databases(self):
        world = World()
        matter = world.in_handling("2026-03-02")
        world.take(Step.SUPPLEMENT, matter.pk, Citizen(matter_id=matter.pk), "2026-03-05", text="又漏了")
        last = matter.events.order_by("-seq").first()
        assert last.at == at("2026-03-05")
        assert last.recorded_at > last.at, "the moved clock of a test does not move the database's clock"
