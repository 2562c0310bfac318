"""批量办理 in a real browser: by keys alone, on a phone without a script, and the progress of an export."""

import pytest

from tests.conftest import DESK, PHONE
from tests.world import World
from xinqiao.matters.models import Matter
from xinqiao.rules.stages import Kind, Stage

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "房屋质量监管都属于住建部门职责"


@pytest.fixture
def world(transactional_db):
    world = World()
    world.matters = [world.triaged(f"2026-03-0{n}", title=f"第{n}件") for n in (2, 3, 4)]
    world.report = world.triaged("2026-03-05", kind=Kind.REPORT)
    return world


def check(browser, name: str) -> None:
    browser.assert_accessible()
    root = "document.documentElement"
    assert browser.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0, browser.page.url
    browser.screenshot(name)


def stages() -> list[str]:
    return list(Matter.objects.filter(sealed=False).order_by("number").values_list("stage", flat=True))


def test_by_keys_from_the_list_to_the_result(browser, world):
    browser.begin(DESK)
    browser.sign_in(world.li_triages.user)
    browser.open("/desk/?shelf=all&order=number")
    page = browser.page
    bar, spoken = page.locator(".bulk"), page.locator("p.visually-hidden[role=status]")
    assert not bar.is_visible(), "nothing is selected yet"
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert bar.is_visible() and page.locator("[data-selected]").inner_text() == spoken.inner_text() == "已选 2 件"
    assert page.evaluate("document.activeElement.closest('.row') === document.querySelector('.row.cur')")
    assert page.locator(f'input[value="{world.report.number}"]').count() == 0, "a report has no box"
    check(browser, "desk-bulk-bar-1366")
    page.keyboard.press("Escape")
    assert not bar.is_visible() and page.locator("tbody :checked").count() == 0
    page.check("thead input[data-select-all]")
    assert page.locator("[data-selected]").inner_text() == "已选 3 件"
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("r")
    page.wait_for_url("**/desk/bulk/")
    assert page.locator("h1").inner_text() == "转送 2 件"
    check(browser, "desk-bulk-confirm-1366")
    page.check(f'input[name="to"][value="{world.housing.pk}"]')
    page.focus("textarea[name=reason]")
    page.keyboard.type(REASON)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/bulk/*/")
    assert "2 件已转送。" in page.locator(".note").first.inner_text()
    check(browser, "desk-bulk-result-1366")
    assert stages() == [Stage.TRIAGE, Stage.AWAITING_SIGN_IN, Stage.AWAITING_SIGN_IN]


def test_on_a_phone_without_a_script(browser, world):
    browser.begin(PHONE, javascript=False)
    browser.sign_in(world.li_triages.user)
    browser.open("/desk/?shelf=all&order=number")
    page = browser.page
    page.click("button[value=transfer]")
    assert "还没有选择信访件" in page.locator("[role=alert]").inner_text()
    page.click("text=返回清单，重新选择")
    assert page.url.endswith("/desk/?shelf=all&order=number")
    for box in page.locator("tbody input[type=checkbox]").all():
        box.check()
    page.click("button[value=transfer]")
    page.locator("tbody input[type=checkbox]").first.uncheck()
    page.click("button.primary[value=take]")
    assert page.locator(".error-summary li").count() == 2 and page.locator("tbody :checked").count() == 2
    page.check(f'input[name="to"][value="{world.housing.pk}"]')
    page.fill("textarea[name=reason]", REASON)
    page.click("button.primary[value=take]")
    page.wait_for_url("**/desk/bulk/*/")
    assert "2 件已转送。" in page.locator(".note").first.inner_text()
    assert stages() == [Stage.TRIAGE, Stage.AWAITING_SIGN_IN, Stage.AWAITING_SIGN_IN]


def test_a_list_that_is_being_exported_shows_how_far_it_is(browser, world, monkeypatch):
    from django.utils import timezone

    from xinqiao.exports import lists, making

    monkeypatch.setattr("xinqiao.workbench.exports.lists.AT_ONCE_ROWS", 0)
    monkeypatch.setattr(lists, "CHUNK", 2)
    monkeypatch.setattr(making, "BATCH", 1)
    browser.begin(PHONE)
    browser.sign_in(world.wang_leads_office.user)
    browser.open("/desk/export/?shelf=all")
    page = browser.page
    page.fill("textarea[name=purpose]", "向地区督查组提供三月在办件核对")
    page.fill("input[name=password]", "不要用在别处的密码1")
    page.click("form[data-download] button >> nth=-1")
    page.wait_for_url("**/desk/exports/*/")
    assert "0 / 3 行" in page.locator("main").inner_text()
    page.focus("button[value=cancel]")
    making.make_waiting(timezone.now())
    page.locator("main", has_text="2 / 3 行").wait_for()
    assert page.evaluate("document.activeElement.value") == "cancel", "the focus stays where it was"
    check(browser, "desk-export-making-390")
    making.make_waiting(timezone.now())
    page.locator("main", has_text="文件已经做好").wait_for()
    check(browser, "desk-export-ready-390")
