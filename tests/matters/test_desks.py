"""What a desk repeats of its matter, so that lists find it by index: always as the matter says."""

import importlib
from datetime import date

import pytest
from django.db import connection

from tests.world import World
from xinqiao.matters.models import Referral
from xinqiao.rules.moves import ENDED
from xinqiao.rules.numbering import make_matter_number, place_in_order
from xinqiao.rules.stages import Kind, Stage, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def stale() -> set[int]:
    """Desks whose copies differ from their matter."""
    return {
        desk.pk
        for desk in Referral.objects.select_related("matter")
        if (desk.number_order, desk.sealed, desk.to_archive)
        != (place_in_order(desk.matter.number), desk.matter.sealed, desk.matter.stage in ENDED)
    }


class TestCopies:
    def test_are_written_with_every_new_desk(self, world):
        world.in_handling()
        assert stale() == set()
        assert not Referral.objects.filter(to_archive=True).exists()

    def test_follow_a_report(self, world):
        matter = world.triaged(kind=Kind.REPORT, title="举报局长收钱")
        assert stale() == set()
        assert Referral.objects.filter(matter=matter, sealed=True).exists()

    def test_say_what_waits_for_the_archive(self, world):
        first = world.in_handling()
        again = world.file("2026-03-05", title="还是漏水的事")
        world.take(Step.JOIN_REPEAT, again.matter_id, world.tang_registers, "2026-03-05", earlier_id=first.pk)
        joined = Referral.objects.filter(matter=again.matter_id)
        assert joined.get().matter.stage == Stage.ENDED_JOINED
        assert set(joined.values_list("to_archive", flat=True)) == {True}
        assert stale() == set()


class TestBackFill:
    def test_writes_what_the_steps_write(self, world):
        world.in_handling()
        world.triaged(kind=Kind.REPORT, title="举报局长收钱")
        Referral.objects.update(number_order=0, sealed=False, to_archive=True)
        migration = importlib.import_module("xinqiao.matters.migrations.0006_desks_in_order")
        with connection.schema_editor() as editor:
            migration.fill(None, editor)
        assert stale() == set()

    @pytest.mark.parametrize("sequence", [1, 427, 9999, 10000, 10001, 42767, 42768, 700000])
    def test_knows_every_sequence(self, sequence):
        number = make_matter_number("530102", date(2026, 3, 2), sequence)
        migration = importlib.import_module("xinqiao.matters.migrations.0006_desks_in_order")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {migration.PLACE} FROM (VALUES (%s)) AS m(number)", [number])
            assert cursor.fetchone()[0] == place_in_order(number)
