"""排查: rounds from the calendar, each exactly once; zero reports; what is late told once; progress by area (A-34, A-35)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.information.town import town
from tests.world import at, client_of
from xinqiao.information import reports, screening, tree_changes
from xinqiao.information.models import Round, Task
from xinqiao.jobs import screenings
from xinqiao.notifications.models import InAppMessage
from xinqiao.organisations import tree
from xinqiao.organisations.models import Organisation
from xinqiao.rules.information import SCHEDULES, ReportAct, ReportKind, TaskState
from xinqiao.rules.refusals import StepRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return town()


def village_round() -> Round:
    return Round.objects.filter(schedule="village").latest("starts_on")


def task_of(unit) -> Task:
    return Task.objects.filter(organisation=unit).latest("round__starts_on")


def nothing(world, task, when="2026-03-10", by=None):
    return screening.report_nothing(task.pk, confirmed=True, by=by or world.zhu_in_village, at=at(when))


class TestCalendar:
    @pytest.mark.parametrize(
        ("code", "since", "until", "periods", "why"),
        [
            ("village", (2026, 2, 16), (2026, 3, 20), ["01-15", "16-31"], "March has 31 days"),
            ("village", (2026, 2, 1), (2026, 2, 28), ["16-28"], "February"),
            ("village", (2028, 2, 1), (2028, 2, 20), ["16-29"], "leap year"),
            (
                "township",
                (2026, 1, 1),
                (2026, 4, 1),
                ["01-28", "01-31", "01-30"],
                "every month, also the one that begins today",
            ),
            ("village", (2026, 3, 16), (2026, 3, 31), [], "nothing new"),
        ],
    )
    def test_periods(self, code, since, until, periods, why):
        found = SCHEDULES[code].periods(date(*since), date(*until))
        assert [f"{first:%d}-{last:%d}" for first, last in found] == periods, why


class TestRounds:
    def test_each_is_made_once_with_a_task_for_every_unit(self, world):
        assert screenings.make_rounds(at("2026-03-03")) == 3
        assert screenings.make_rounds(at("2026-03-04")) == 0
        made = village_round()
        assert (made.starts_on, made.due_on, made.units) == (date(2026, 3, 1), date(2026, 3, 15), 3)
        assert set(Task.objects.filter(round=made).values_list("organisation", flat=True)) == {
            one.pk for one in world.villages
        }
        assert Task.objects.filter(organisation=world.township).count() == 1
        assert (
            Task.objects.filter(organisation=world.housing).exists()
            and not Task.objects.filter(organisation=world.court).exists()
        )

    def test_a_worker_that_stood_still_makes_what_it_missed_and_leaves_time_for_it(self, world):
        screenings.make_rounds(at("2026-03-03"))
        assert screenings.make_rounds(at("2026-04-20")) == 3 + 2
        rounds = Round.objects.filter(schedule="village").order_by("starts_on")
        assert [one.starts_on.isoformat()[5:] for one in rounds] == ["03-01", "03-16", "04-01", "04-16"]
        assert [one.due_on.isoformat()[5:] for one in rounds] == ["03-15", "04-23", "04-23", "04-30"]

    def test_twelve_thousand_villages_are_one_statement(self, world):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            screening._make(SCHEDULES["village"], at("2026-03-03"))
        assert sum("INSERT INTO information_task" in one["sql"] for one in seen) == 1 and len(seen) < 10

    def test_a_concentrated_round_is_for_the_own_area(self, world):
        made = screening.order(
            "village",
            title="春耕用水集中排查",
            due_on=date(2026, 3, 12),
            by=world.luo_leads_township,
            at=at("2026-03-03"),
        )
        assert made.units == 3 and made.name == "春耕用水集中排查"
        with pytest.raises(StepRefused, match="没有这一类单位"):
            screening.order(
                "village", title="x", due_on=date(2026, 3, 12), by=world.zhou_leads_unit, at=at("2026-03-03")
            )
        with pytest.raises(StepRefused, match="负责人"):
            screening.order(
                "village", title="x", due_on=date(2026, 3, 12), by=world.fang_in_township, at=at("2026-03-03")
            )


class TestReporting:
    def test_zero_once_confirmed_and_found_later(self, world):
        screenings.make_rounds(at("2026-03-03"))
        task = task_of(world.village)
        with pytest.raises(StepRefused, match="确认"):
            screening.report_nothing(task.pk, confirmed=False, by=world.zhu_in_village, at=at("2026-03-10"))
        assert nothing(world, task).state == TaskState.ZERO
        with pytest.raises(StepRefused, match="已经报送过"):
            nothing(world, task)
        said = reports.Said(ReportKind.DISPUTE, "后来发现的争执", "两户因地界起争执。")
        report = reports.write(said, by=world.zhu_in_village, at=at("2026-03-12"), task_id=task.pk)
        reports.act(ReportAct.SUBMIT, report.pk, by=world.zhu_in_village, at=at("2026-03-12"))
        task.refresh_from_db()
        assert task.state == TaskState.REPORTED and task.events.count() == 2 and not task.is_late

    def test_the_task_of_another_unit_is_not_there(self, world):
        screenings.make_rounds(at("2026-03-03"))
        with pytest.raises(Task.DoesNotExist):
            nothing(world, task_of(world.villages[1]))

    def test_late_is_said(self, world):
        screenings.make_rounds(at("2026-03-03"))
        assert nothing(world, task_of(world.village), "2026-03-16").is_late


class TestAlert:
    def test_unit_and_level_above_are_told_once_after_any_stop(self, world):
        screenings.make_rounds(at("2026-03-03"))
        nothing(world, task_of(world.villages[0]), "2026-03-10")
        world.ma_in_village = world.officer("ma", "马信息", world.villages[1], *world.zhu_in_village.role_set)
        assert screenings.alert(at("2026-03-15 23:00")) == 0, "the last day is not over"
        for when in ("2026-03-20", "2026-03-20", "2026-03-28"):
            screenings.alert(at(when))
        told = InAppMessage.objects.filter(subject__startswith=f"screening:{village_round().pk}")
        assert told.filter(officer=world.ma_in_village).count() == 1
        assert told.filter(officer=world.fang_in_township).count() == 1
        assert "所属2个单位" in told.get(officer=world.fang_in_township).text
        assert not told.filter(officer__in=[world.zhu_in_village, world.feng_in_county]).exists()


class TestProgress:
    def test_shares_by_area_in_the_order_of_the_tree(self, world):
        screenings.make_rounds(at("2026-03-03"))
        nothing(world, task_of(world.village))
        made = village_round()
        (county,) = screening.progress(made, world.government)
        assert (county.organisation, county.done, county.units) == (world.county_gov, 1, 3)
        below = screening.progress(made, world.township)
        assert [one.organisation for one in below] == world.villages and [one.done for one in below] == [1, 0, 0]
        organs = Round.objects.get(schedule="organs")
        found = [one.organisation for one in screening.progress(organs, world.county_gov)]
        assert found == sorted([world.county_housing, world.county_office], key=lambda one: one.lft)

    def test_pages_lead_down_to_the_units_and_not_out_of_the_area(self, world):
        screenings.make_rounds(at("2026-03-03"))
        nothing(world, task_of(world.village))
        made, county = village_round(), client_of(world.feng_in_county)
        page = county.get(f"{reverse('workbench:screening')}?round={made.pk}").content.decode()
        assert "1 / 3" in page and world.township.name in page and "上报矛盾纠纷0件，已了结0件" in page
        units = reverse("workbench:screening_units", args=[made.pk])
        body = county.get(f"{units}?show=open").content.decode()
        assert world.villages[1].name in body and world.village.name not in body
        for unit in (world.government.pk, 99999999, "x", "²"):
            assert county.get(f"{units}?unit={unit}").status_code == 404
            assert county.get(f"{reverse('workbench:screening')}?unit={unit}").status_code == 404

    def test_village_officer_reports_with_one_click_and_a_confirmation(self, world):
        screenings.make_rounds(at("2026-03-03"))
        village, task = client_of(world.zhu_in_village), task_of(world.village)
        assert "零报告" in village.get(reverse("workbench:screening")).content.decode()
        zero = reverse("workbench:screening_zero", args=[task.pk])
        assert world.village.name in village.get(zero).content.decode()
        assert village.post(zero).status_code == 302
        task.refresh_from_db()
        assert task.state == TaskState.ZERO
        other = reverse("workbench:screening_zero", args=[task_of(world.villages[1]).pk])
        assert village.get(other).status_code == village.post(other).status_code == 404
        found = village.get(f"{reverse('workbench:information_new')}?task={task.pk}").content.decode()
        assert "报送排查发现的情况" in found

    def test_a_leader_orders_a_round_on_the_page(self, world):
        page, client = reverse("workbench:screening_order"), client_of(world.luo_leads_township)
        assert (
            client.post(page, {"title": "春耕用水", "schedule": "village", "due_on": "2020-01-01"}).status_code == 422
        )
        assert client_of(world.fang_in_township).get(page).status_code == 404

    def test_a_tree_that_is_numbered_anew_takes_its_tasks_and_rounds_along(self, world):
        screening.order(
            "village", title="春耕用水", due_on=date(2026, 3, 12), by=world.luo_leads_township, at=at("2026-03-03")
        )
        tree.renumber()
        units = list(Organisation.objects.values_list("pk", flat=True))
        assert tree_changes.rewrite_copies(units) > 0 and tree_changes.rewrite_copies(units) == 0
        world.township.refresh_from_db()
        made = Round.objects.get()
        assert (made.lft, made.rgt) == world.township.territory
        assert sum(one.units for one in screening.progress(made, world.township)) == 3
