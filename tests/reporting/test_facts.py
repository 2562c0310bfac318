"""How matters come to count: after their events, when a day passes, once, and provably so (G.1, C-01, RA-8, RA-9)."""

from datetime import date

import pytest
from django.utils import timezone

from tests.world import World, at
from xinqiao.jobs import worker
from xinqiao.matters import counted
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Organisation
from xinqiao.reporting.indicators import facts, figures
from xinqiao.reporting.models import AreaSum, Fact, Kept, MonthSum, Standing
from xinqiao.rules import indicators
from xinqiao.rules.stages import Kind, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def told(matter: Matter, code: str) -> list[tuple]:
    rows = Fact.objects.filter(matter=matter, code=code).order_by("pk")
    return list(rows.values_list("organisation_id", "day", "denominator", "numerator", "excluded"))


def turn(day: str) -> None:
    while facts.keep(at(day)):
        pass


class TestAfterAnEvent:
    def test_the_worker_counts_what_was_done_and_counts_anew_after_the_next_event(self, world):
        matter, now = world.signed_in("2026-03-02"), timezone.now()
        worker.drain(now)
        assert told(matter, "transfer_in_time") == [(world.office.pk, date(2026, 3, 2), 1, 1, 0)]
        assert told(matter, "notice_in_time") == [(world.housing.pk, date(2026, 3, 17), 1, 0, 0)]
        assert Standing.objects.get().seen_to == matter.pk  # the next turn looks for new ones behind it
        assert Kept.objects.get().look_on is None or Kept.objects.get().look_on > timezone.localdate(now)
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-03-09")
        worker.drain(timezone.now())
        assert told(matter, "notice_in_time") == [(world.housing.pk, date(2026, 3, 9), 1, 1, 0)]

    def test_made_again_nothing_changes(self, world):
        world.in_handling("2026-03-02")
        turn("2026-03-10")
        before = (
            list(Fact.objects.order_by("pk").values_list("pk", flat=True)),
            list(MonthSum.objects.order_by("pk").values()),
        )
        assert facts.refresh(Matter.objects.values_list("pk", flat=True), today=date(2026, 3, 10)) == 0
        assert before == (
            list(Fact.objects.order_by("pk").values_list("pk", flat=True)),
            list(MonthSum.objects.order_by("pk").values()),
        )


class TestWhenADayPasses:
    def test_a_missed_limit_counts_on_its_last_day_without_any_event(self, world):
        matter = world.signed_in("2026-03-02")
        turn("2026-03-17")
        assert told(matter, "notice_in_time") == []
        turn("2026-03-18")
        assert told(matter, "notice_in_time") == [(world.housing.pk, date(2026, 3, 17), 1, 0, 0)]

    def test_an_answer_that_comes_late_stays_late(self, world):
        matter = world.signed_in("2026-03-02")
        turn("2026-03-20")
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-03-25")
        facts.note(matter.pk)
        turn("2026-03-26")
        assert told(matter, "notice_in_time") == [(world.housing.pk, date(2026, 3, 17), 1, 0, 0)]

    def test_a_rating_counts_when_its_window_has_closed_and_silence_in_no_satisfaction(self, world):
        matter = world.signed_in("2026-03-02")
        turn("2026-04-01")
        assert told(matter, "rated_office") == []
        turn("2026-04-03")
        assert told(matter, "rated_office") == [(world.office.pk, date(2026, 4, 1), 1, 0, 0)]
        assert told(matter, "satisfied_office") == told(matter, "dissatisfied_office") == []


class TestWhatIsLeftOut:
    def test_reports_count_nowhere_and_what_is_sealed_later_leaves_every_figure(self, world):
        report, matter = world.triaged("2026-03-02", kind=Kind.REPORT, purpose="accuse"), world.signed_in("2026-03-02")
        turn("2026-03-20")
        assert not Fact.objects.filter(matter=report).exists() and Fact.objects.filter(matter=matter).exists()
        Matter.objects.filter(pk=matter.pk).update(sealed=True)
        facts.note(matter.pk)
        turn("2026-03-20")
        assert not Fact.objects.exists()
        assert not MonthSum.objects.exclude(denominator=0, numerator=0, days=0, excluded=0).exists()

    def test_who_cannot_be_reached_is_excluded_and_said_so(self, world):
        matter = world.signed_in("2026-03-02", people=[], anonymous=True)
        turn("2026-03-20")
        assert told(matter, "notice_in_time") == [(world.housing.pk, date(2026, 3, 17), 0, 0, 1)]
        assert figures.of(world.housing, date(2026, 3, 1), date(2026, 3, 31), ["notice_in_time"])[0].excluded == "不足5"


class TestTheCheck:
    def test_mends_what_was_falsified_and_says_so(self, world):
        world.signed_in("2026-03-02")
        turn("2026-03-20")
        assert facts.check_all(at=at("2026-03-20")) == 0
        Fact.objects.filter(code="notice_in_time").update(numerator=1)
        MonthSum.objects.filter(code="transfer_in_time").update(denominator=50)
        assert facts.check_all(at=at("2026-03-20")) > 0
        assert Standing.objects.get().differing == facts.differing() > 0
        assert facts.check_all(at=at("2026-03-20")) == 0

    def test_a_rebuild_makes_the_same(self, world):
        world.in_handling("2026-03-02")
        turn("2026-03-20")
        before = set(Fact.objects.values_list("code", "day", "numerator"))
        Fact.objects.all().delete()
        Kept.objects.all().delete()
        facts.rebuild(today=date(2026, 3, 20))
        assert set(Fact.objects.values_list("code", "day", "numerator")) == before


class TestPeriods:
    def test_whole_months_and_single_days_give_the_same(self, world):
        """The sums of months and the facts of the days at both ends."""
        organ = world.housing
        matter = world.signed_in("2026-01-05")
        Fact.objects.all().delete()
        days = [date(2026, month, day) for month in (1, 2, 3, 4) for day in (1, 14, 15, 28)]
        Fact.objects.bulk_create(
            Fact(matter=matter, code="refused", organisation=organ, day=day, denominator=1, numerator=1) for day in days
        )
        facts.rebuild_sums()
        for start, end in (
            ((1, 1), (4, 30)),
            ((1, 14), (4, 14)),
            ((2, 15), (2, 28)),
            ((1, 15), (2, 14)),
            ((3, 28), (4, 1)),
        ):
            first, last = date(2026, *start), date(2026, *end)
            expected = sum(first <= day <= last for day in days)
            assert figures._read(organ.interval, first, last, ["refused"])["refused"].denominator == expected, (
                start,
                end,
            )


class TestTheRows:
    def test_each_says_what_it_divides_and_stands_beside_something(self):
        for row in indicators.INDICATORS.values():
            assert row.numerator and (row.denominator or row.measure == "count") and row.basis and row.counted_on, (
                row.code
            )
            assert all(code in indicators.INDICATORS for code in row.beside), row.code
            assert row.beside or row.missing, f"{row.code} would be read alone (G.4)"

    def test_nothing_is_measured_by_how_many_came(self):
        """Volumes are no indicator (G.4): what is counted without a denominator is what offices above did, not what citizens filed."""
        plain = {row.code for row in indicators.INDICATORS.values() if row.measure == "count"}
        assert all(indicators.find(code).legalisation == "accountability" for code in plain)

    def test_the_product_form_counts_silence_and_is_told_as_such(self):
        assert indicators.product_form(due=100, rated=50, satisfied=30) == pytest.approx(0.40)
        assert indicators.product_form(due=0, rated=0, satisfied=0) is None
        assert "没有评价算作满意" in indicators.PRODUCT_WARNING


def test_a_unit_that_moves_in_the_tree_takes_its_figures_along(world):
    matter = world.signed_in("2026-03-02")
    turn("2026-03-20")
    assert matter.unit_id == world.housing.pk
    low, high = world.county_gov.interval
    Organisation.objects.filter(pk=world.housing.pk).update(lft=high - 1, rgt=high - 1)
    assert (
        figures._read((low, high), date(2026, 3, 1), date(2026, 3, 31), ["notice_in_time"])[
            "notice_in_time"
        ].denominator
        == 1
    )


def test_of_a_wide_organisation_the_sums_are_kept_ready_and_follow_the_tree(world):
    region = Organisation.objects.get(pk=world.region_gov.pk)
    Organisation.objects.filter(pk=region.pk).update(rgt=region.rgt + counted.WIDE)
    region.refresh_from_db()
    period = (date(2026, 3, 1), date(2026, 3, 31))
    plain = lambda: {one.code: one.told for one in figures.of(region.interval, *period)}  # noqa: E731
    world.signed_in("2026-03-02")
    turn("2026-03-20")
    world.signed_in("2026-03-03")
    turn("2026-03-20")
    assert AreaSum.objects.get(code="transfer_in_time").denominator == 2
    assert facts.check_all(at=at("2026-03-20")) == 0
    read = lambda organ: figures.of_each(organ, [period], ["transfer_in_time", "refused"])[0][0].told  # noqa: E731
    AreaSum.objects.filter(code="transfer_in_time").update(denominator=7, numerator=7)
    assert read(region) == read(region.interval) == ("7", "7", "100.0%")  # read as they are kept
    AreaSum.objects.filter(code="transfer_in_time").update(denominator=2, numerator=2)
    Organisation.objects.filter(pk=world.office.pk).update(
        lft=region.rgt + 10, rgt=region.rgt + 15
    )  # it leaves the region
    turn("2026-03-21")
    assert plain()["transfer_in_time"] == ("0", "0", "—")
    assert facts.check_all(at=at("2026-03-21")) == 0
