"""重大紧急、办结报告、抽查、评价核对 in a real browser: on a desk and on a phone, keyboard and screen reader, no sideways scroll."""

import pytest
from django.utils import timezone

from tests.conftest import DESK, PHONE
from tests.matters.ways import reported, sent_urgently
from tests.world import World, at
from xinqiao.matters.models import Matter
from xinqiao.rules.rating import Alike
from xinqiao.rules.sampling import SampleSort
from xinqiao.supervision import sampling
from xinqiao.supervision.models import AlikeRatings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    world = World()
    world.urgent = Matter.objects.get(pk=sent_urgently(world))
    world.reported = Matter.objects.get(pk=reported(world))
    world.waits = world.in_handling()
    given = {"sort": SampleSort.REGISTRATION.value, "organisation": world.office, "from_on": at("2026-03-01").date()}
    world.sample = sampling.draw(
        world.sun_supervises, **given, to_on=at("2026-03-20").date(), size=5, at=timezone.now()
    )
    world.alike = AlikeRatings.objects.create(
        organisation=world.housing, org_lft=world.housing.lft, sort=Alike.DEVICE, on=at("2026-03-05").date(), count=3,
        matter_ids=[world.waits.pk], found_at=timezone.now(),
    )  # fmt: skip
    return world


def check(browser, name: str) -> None:
    browser.assert_accessible()
    root = "document.documentElement"
    assert browser.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0, browser.page.url
    browser.screenshot(name)


def pages(world) -> dict[str, str]:
    report = world.urgent.urgent_reports.get()
    sheet = world.sample.sheets.order_by("pk").first()
    return {
        "urgent": "/desk/urgent/?show=open",
        "urgent-report": f"/desk/urgent/{report.pk}/",
        "urgent-flag": f"/desk/cases/{world.waits.number}/steps/flag_urgent/",
        "urgent-outside": f"/desk/cases/{world.urgent.number}/steps/record_urgent_sending/",
        "completions": "/desk/completions/",
        "completion-approve": f"/desk/cases/{world.reported.number}/steps/approve_completion/",
        "sampling": "/desk/sampling/",
        "sampling-new": "/desk/sampling/new/",
        "sample": f"/desk/sampling/{world.sample.pk}/",
        "sheet": f"/desk/sampling/{world.sample.pk}/{sheet.pk}/",
        "alike": "/desk/ratings/",
        "alike-one": f"/desk/ratings/{world.alike.pk}/",
    }


def test_every_page_on_a_desk_and_on_a_phone(browser, world):
    for size, width in ((DESK, "1366"), (PHONE, "390")):
        browser.begin(size)
        browser.sign_in(world.wang_leads_office.user)
        for name, address in pages(world).items():
            browser.open(address)
            check(browser, f"desk-{name}-{width}")
    page = browser.page
    browser.open(f"/desk/sampling/{world.sample.pk}/")
    page.get_by_role("link", name="核对下一件").click()
    for group in page.locator("fieldset").all():
        group.get_by_label("对", exact=True).check()
    page.get_by_role("button", name="保存，核对下一件").click()
    browser.open(f"/desk/sampling/{world.sample.pk}/")
    assert "已查 1 件" in page.locator("main").inner_text()
