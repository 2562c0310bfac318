"""Lists are read row by row along an index, and nothing of that is left behind for other statements."""

from datetime import date

import pytest
from django.db import connection

from tests.world import World
from xinqiao.matters.models import Referral
from xinqiao.workbench import by_index, keyset

pytestmark = pytest.mark.django_db


class TestByIndex:
    def test_gives_what_the_query_gives(self, django_assert_num_queries):
        World().in_handling()
        names = ("pk", "stage", "received_at", "extension", "matter__number", "organisation__name")
        desks = Referral.objects.order_by("pk")
        with django_assert_num_queries(1):
            found = by_index.rows(desks, names)
        assert found == list(desks.values(*names)) != []
        assert by_index.rows(Referral.objects.none(), names) == []

    @pytest.mark.django_db(transaction=True)
    def test_settings_end_with_the_statement(self):
        ours = ("enable_hashjoin", "enable_mergejoin", "enable_material")
        assert by_index.fetch("SELECT " + ", ".join(f"current_setting('{name}')" for name in ours), []) == [
            ("off",) * 3
        ]
        with connection.cursor() as cursor:
            for name in ours:
                cursor.execute(f"SHOW {name}")
                assert cursor.fetchone() == ("on",), name

    def test_what_is_plenty_comes_in_the_same_order(self):
        world = World()
        for _ in range(3):
            world.in_handling()
        desks = Referral.objects.order_by("due_on", "pk")
        assert by_index.rows(desks, ("pk",), plenty=True) == by_index.rows(desks, ("pk",))

    def test_every_order_compares_as_the_list_is_sorted(self):
        for key, order in keyset.ORDERS.items():
            turned = keyset.ORDERS[order.turned]
            assert (turned.turned, turned.descending) == (key, not order.descending)


class TestAskedAgain:
    """A question whose plan the server keeps answers what it would answer without."""

    def ask(self, organisation: int, stage: str = "handling") -> int:
        sql = "SELECT count(*) FROM matters_referral WHERE organisation_id = %s AND stage = %s AND organisation_id = %s"
        marks = (("bigint", "unit"), None, ("bigint", "unit"))
        return by_index.asked_again(by_index.Question(sql, (organisation, stage, organisation), marks))[0][0]

    def test_the_second_officer_gets_their_own_answer(self):
        world = World()
        world.in_handling()
        asked = [self.ask(one.pk) for one in (world.housing, world.police, world.housing, world.police, world.housing)]
        assert asked == [1, 0, 1, 0, 1]
        assert self.ask(world.housing.pk, "triage") == 0  # another question, however alike

    def test_one_statement_each_time(self, django_assert_num_queries):
        for _ in range(3):
            with django_assert_num_queries(1):
                self.ask(1)

    def test_the_oldest_plans_are_given_back(self, monkeypatch):
        monkeypatch.setattr(by_index.PLANS, "most", 3)
        for _ in range(2):
            for number in range(6):
                assert self.ask(1, f"stage {number}") == self.ask(1, f"stage {number}") == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'asked_again_%'")
            assert cursor.fetchone()[0] <= 3

    def test_behind_a_pooler_nothing_is_kept(self, monkeypatch):
        monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
        stage = "behind a pooler"
        for _ in range(3):
            assert self.ask(1, stage) == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{stage}%"])
            assert cursor.fetchone()[0] == 0

class TestPosition:
    @pytest.mark.parametrize(("key", "back"), [("due", False), ("due", True), ("-due", False), ("-due", True)])
    def test_behind_a_day_nothing_is_said_twice(self, key, back):
        """To have a day and to have one behind this are one condition: said both, the planner multiplies them and sorts the whole list."""
        behind = keyset.ORDERS[key].parts(Referral.objects.all(), (date(2026, 3, 2), 7), back=back)[0]
        assert "IS NOT NULL" not in str(behind.query)
