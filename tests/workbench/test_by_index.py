"""Lists are read row by row along an index, and nothing of that is left behind for other statements."""

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
        assert by_index.fetch("SELECT " + ", ".join(f"current_setting('{name}')" for name in ours), []) == [("off",) * 3]
        with connection.cursor() as cursor:
            for name in ours:
                cursor.execute(f"SHOW {name}")
                assert cursor.fetchone() == ("on",), name

    def test_every_order_compares_as_the_list_is_sorted(self):
        for key, order in keyset.ORDERS.items():
            turned = keyset.ORDERS[order.turned]
            assert (turned.turned, turned.descending) == (key, not order.descending)
