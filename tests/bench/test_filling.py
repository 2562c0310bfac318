"""Synthetic matters are what an office would have: chains that hold, entries as the search makes them, numbers that can be typed."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from bench import found, synthetic
from bench.copies import _product, _tails, days_back, plan_of
from bench.synthetic import Plan
from xinqiao.crypto.canonical import encode_all
from xinqiao.matters import entries, history
from xinqiao.matters.models import Clock, Event, Matter, Referral
from xinqiao.organisations.models import Organisation
from xinqiao.rules import numbering
from xinqiao.search.models import Likeness, SearchEntry

pytestmark = pytest.mark.django_db
COLUMNS = ("matter_id", "petition", "answer", "words", "marks", "version", "received_at")


@pytest.fixture
def plan():
    made = Plan(120, timezone.now().isoformat())
    synthetic.prepare(made)
    return made


class TestMatters:
    def test_entries_are_those_that_the_search_makes(self, plan):
        with transaction.atomic():
            synthetic.Filling(plan).batch(0)
        drawn = list(SearchEntry.objects.order_by("pk").values_list(*COLUMNS))
        alike = list(Likeness.objects.order_by("pk").values())
        entries.make(Matter.objects.order_by("pk"))
        assert list(Likeness.objects.order_by("pk").values()) == alike
        assert list(SearchEntry.objects.order_by("pk").values_list(*COLUMNS)) == drawn
        assert len(drawn) == 120

    def test_chains_hold_and_desks_repeat_their_matter(self, plan):
        synthetic.Filling(plan).batch(0)
        assert Event.objects.count() > 400
        assert not list(history.broken_links(Event.objects.order_by("matter_id", "seq")))
        for desk in Referral.objects.select_related("matter"):
            assert (desk.number_order, desk.sealed) == (numbering.place_in_order(desk.matter.number), desk.matter.sealed)

    def test_lean_ones_have_only_what_lists_and_search_read(self, plan):
        synthetic.Filling(Plan(**plan.as_dict() | {"lean_from": 100})).batch(0)
        lean = Matter.objects.filter(pk__gt=100)
        assert lean.count() == SearchEntry.objects.filter(pk__gt=100).count() == 20
        assert not Event.objects.filter(matter__in=lean).exists()
        assert not Clock.objects.filter(matter__in=lean).exists()
        assert Referral.objects.filter(matter__in=lean).exists()

    def test_two_processes_give_no_number_twice(self, plan):
        wide = Plan(**plan.as_dict() | {"matters": 2200})
        with transaction.atomic():
            for process, batch in ((0, 0), (1, 1), (0, 2)):  # the third begins where the first of its own process ended
                synthetic.Filling(wide, process, 2).batch(batch)
        assert Matter.objects.count() == Matter.objects.values("number").distinct().count() == 2200

    def test_encoding_is_the_canonical_one(self):
        values = ("a", 1, None, "", "2026-01-01T01:00:00.000000Z")
        assert synthetic._encoded(values) == encode_all(values)

    def test_units_beyond_the_regions_own_get_matters(self):
        made = Plan(300, timezone.now().isoformat(), units=600)
        synthetic.prepare(made)
        synthetic.Filling(made).batch(0)
        fresh = Organisation.objects.filter(key__startswith="bench-unit-")
        assert fresh.count() > 300
        assert Referral.objects.filter(organisation__in=fresh).exists()
        assert not Organisation.objects.filter(lft=0).exists()


class TestCopies:
    def test_from_two_million_on_most_matters_are_copies(self):
        small, large = plan_of(1_000_000, at="2026-01-01T00:00:00+00:00"), plan_of(10_000_000, at="2026-01-01T00:00:00+00:00")
        assert (small.matters, small.copies, small.lean_from) == (1_000_000, 0, 0)
        assert large.matters + large.copies == 10_000_000
        assert large.matters * large.open_share == 200_000

    def test_check_characters_are_true(self):
        number = numbering.make_matter_number("990200", timezone.localdate(), 37)
        tails = {(product, sequence): tail for product, sequence, tail in _tails(40)}
        assert number[:14] + tails[_product(number[:14]), 37] == number

    def test_no_copy_comes_after_its_model(self):
        assert min(days_back(turn) for turn in range(1, 200)) >= 1

    def test_words_of_a_piece_are_those_of_the_search(self):
        assert found.fresh("12号院 漏水").words == {"12", "2号", "号院", "漏水"}


class TestPlans:
    def test_planner_hears_of_the_rows(self, plan):
        """What `finish` notes: numbers and keys go on behind the synthetic ones."""
        synthetic.Filling(plan).batch(0)
        synthetic.finish()
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('matters_matter', 'id'))")
            assert cursor.fetchone()[0] > 120
