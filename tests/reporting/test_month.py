"""每月情况: figures of the own area, each leading to what the post may open; causes, not heads (H.1, G.4, C-14)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.workbench.test_statistics import lies_at
from tests.world import World, client_of
from xinqiao.matters import counted
from xinqiao.matters.models import Matter, Referral
from xinqiao.rules.stages import Kind, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = World()
    lies_at(made, made.housing, 12, month="2026-03")
    lies_at(made, made.housing, 10, month="2026-02")
    lies_at(made, made.environment, 3, month="2026-03")
    lies_at(made, made.county_housing, 14, month="2026-03")
    Matter.objects.filter(unit=made.county_housing).update(content_class=made.housing_class)
    counted.rebuild()
    return made


def page(officer, query="?month=2026-03", status=200) -> str:
    answer = client_of(officer).get(reverse("workbench:month") + query)
    assert answer.status_code == status
    return answer.content.decode()


class TestMonth:
    def test_a_figure_is_compared_in_words_and_leads_to_its_list(self, world):
        text = page(world.wang_leads_office)
        assert "比上月升190.0%" in text and ">29</a>" in text
        found = re.search(r'href="([^"]*shelf=area[^"]*class=\d+[^"]*)"', text)
        listed = client_of(world.wang_leads_office).get(found[1].replace("&amp;", "&"))
        assert listed.status_code == 200 and listed.content.decode().count("屋顶漏水") >= 8

    def test_places_stand_in_the_order_of_the_tree_and_small_ones_are_withheld(self, world):
        text = page(world.wang_leads_office).split('id="m-places"', 1)[1].split("</section>", 1)[0]
        assert text.index(world.environment.name) < text.index(world.housing.name) < text.index(world.county_gov.name)
        assert "工程质量 14" in text and ">3<" not in text and "未显示" in text

    def test_what_is_late_is_listed_for_who_may_open_it_and_reports_are_not(self, world):
        day = timezone.localdate() - timedelta(days=9)
        late = world.in_handling("2026-03-02")
        secret = world.triaged("2026-03-03", kind=Kind.REPORT)
        Referral.objects.filter(matter__in=[late, secret]).update(due_on=day, is_open=True)
        text = page(world.wang_leads_office)
        assert reverse("workbench:case", args=[late.number]) in text and secret.number not in text
        leader = world.officer("gao", "高专员", world.government, Role.LEADER)
        assert late.number not in page(leader) and "临江地区" in page(leader)

    def test_another_area_is_not_found(self, world):
        page(world.feng_in_county, f"?unit={world.housing.pk}", status=404)
        page(world.xu_handles, status=404)

    @pytest.mark.parametrize("typed", ["2026-13", "abc", "9999-01", "²"])
    def test_a_month_that_cannot_be_read_is_said(self, world, typed):
        assert "请把月份写成" in page(world.wang_leads_office, f"?month={typed}")
