"""A village information officer on a phone, the township and the county at a desk: pages that fit, speak plainly and lead on (A-09, A-35)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.conftest import DESK, PHONE
from tests.information.town import town
from xinqiao.information import meetings, screening
from xinqiao.information.models import InformationReport, Meeting, Task
from xinqiao.rules.information import MeetingKind, ReportState, TaskState

pytestmark = pytest.mark.django_db(transaction=True)


def look(browser, name: str) -> None:
    """No sideways scroll, nothing that a machine finds hard to use."""
    width = browser.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], f"{name}: {width}"
    browser.assert_accessible()
    browser.screenshot(f"information-{name}")


def test_a_village_reports_and_the_levels_above_follow(browser):
    world = town()
    screening.make_rounds(timezone.now())
    page = browser.page
    browser.sign_in(world.zhu_in_village.user)
    browser.open(reverse("workbench:screening"))
    look(browser, "tasks-phone")
    page.click("text=报送发现的情况")
    page.fill("[name=title]", "东沟村灌溉用水起争执")
    page.fill("[name=text]", "三户因轮灌次序起争执，电话13800138000。")
    page.click("button:has-text('报送')")
    look(browser, "form-phone-warned")
    page.check("[name=mask_numbers]")
    page.click("button:has-text('报送')")
    page.wait_for_selector("text=138******00")
    look(browser, "report-phone")
    report = InformationReport.objects.get()
    assert report.state == ReportState.SENT and Task.objects.get(organisation=world.village).state == TaskState.REPORTED

    browser.begin(DESK)
    page = browser.page
    browser.sign_in(world.luo_leads_township.user)
    browser.open(reverse("workbench:information"))
    look(browser, "list-desk")
    page.click("text=东沟村灌溉用水起争执")
    page.click("button:has-text('签收')")
    page.wait_for_selector("text=已签收，在")
    look(browser, "report-desk")
    page.click("button:has-text('继续上报')")
    page.wait_for_selector("text=已报送青石县信访局")
    browser.open(reverse("workbench:screening"))
    look(browser, "progress-desk")
    now = timezone.now()
    said = meetings.Said(
        MeetingKind.JOINT_CONFERENCE,
        "三月联席会议",
        now,
        "三楼",
        "镇长",
        "司法所\n派出所",
        (report.number, "热点：灌溉用水"),
    )
    meeting = meetings.record(said, by=world.luo_leads_township, at=now)
    browser.open(reverse("workbench:meeting", args=[meeting.pk]))
    page.fill("[name=text]", "重新排定轮灌次序并公示")
    page.check(f"[name=organisation][value='{world.village.pk}']")
    page.fill("[name=due_on]", (timezone.localdate() + timedelta(days=30)).isoformat())
    page.click("button:has-text('记下')")
    page.click("button:has-text('印发纪要')")
    page.wait_for_selector("text=打开台账")
    look(browser, "meeting-desk")
    assert Meeting.objects.get().issued_by == world.luo_leads_township

    for size, name in ((PHONE, "phone"), (DESK, "desk")):
        browser.begin(size)
        browser.sign_in(world.feng_in_county.user)
        for address in (
            "screening",
            "information",
            "meetings",
            "meeting_new",
            "roundup",
            "information_new",
            "screening_order",
        ):
            browser.open(reverse(f"workbench:{address}"))
            look(browser, f"{address}-{name}")
