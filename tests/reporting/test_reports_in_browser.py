"""A month looked at on a phone and at a desk; an analysis drafted, changed, handed in and issued, by hand (H.1)."""

import pytest
from django.urls import reverse

from tests.conftest import DESK
from tests.reporting.test_reports import drafted
from tests.workbench.test_statistics import lies_at
from tests.world import World
from xinqiao.matters import counted
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import ContentClass
from xinqiao.reporting.reports.models import Report
from xinqiao.rules.reports import ReportState

pytestmark = pytest.mark.django_db(transaction=True)


def town() -> World:
    world = World()
    for number, (unit, count) in enumerate(
        ((world.housing, 34), (world.environment, 21), (world.county_housing, 16), (world.police, 2))
    ):
        made = ContentClass.objects.create(
            code=f"0{number}-01", name=("物业管理", "施工噪音", "房产证办理", "治安")[number], level=2, version="2020",
            valid_from="2020-01-01",
        )  # fmt: skip
        for month, share in (("2026-03", 1), ("2026-02", 0.7), ("2025-11", 1.2)):
            lies_at(world, unit, max(1, int(count * share)), month=month)
        Matter.objects.filter(unit=unit).update(content_class=made)
    counted.rebuild()
    return world


def look(browser, name: str) -> None:
    width = browser.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], f"{name}: {width}"
    browser.assert_accessible()
    browser.screenshot(f"reports-{name}")


def test_a_month_and_an_analysis_from_draft_to_issue(browser):
    world = town()
    month = reverse("workbench:month") + "?month=2026-03"
    browser.sign_in(world.wang_leads_office.user)
    browser.open(month)
    look(browser, "month-phone")
    report = drafted(world, by=world.wang_leads_office)
    address = reverse("workbench:analysis_report", args=[report.pk])
    browser.open(address)
    look(browser, "report-phone")

    browser.begin(DESK)
    page = browser.page
    browser.sign_in(world.wang_leads_office.user)
    browser.open(month)
    look(browser, "month-desk")
    browser.open(reverse("workbench:analysis_new"))
    look(browser, "new-desk")
    browser.open(address)
    look(browser, "report-desk")
    page.click("#part-2 >> text=修改")
    page.fill("[name=text]", "三月收到信访事项71件，办理平稳。")
    look(browser, "part-desk")
    page.click("button:has-text('保存')")
    page.wait_for_selector("text=办理平稳")
    page.click("button:has-text('送负责人签发')")
    page.click("a:has-text('签发')")
    look(browser, "issue-desk")
    page.check(f"[name=copies][value='{world.county_gov.pk}']")
    page.click("button:has-text('签发')")
    page.wait_for_selector("text=临信析")
    look(browser, "issued-desk")
    assert Report.objects.get().state == ReportState.ISSUED
    browser.open(reverse("workbench:reports"))
    look(browser, "list-desk")
