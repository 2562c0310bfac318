"""The workbench in a real browser, at the desk and on a phone: fits, is accessible, and needs no mouse."""

import pytest

from tests.conftest import DESK, PHONE
from tests.world import World
from xinqiao.matters.models import Matter
from xinqiao.rules.stages import Stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    return World()


def test_pages_fit_and_are_accessible(browser, world):
    served, waiting = world.served(), world.triaged(headcount=12, title="整栋楼漏水" * 9)
    browser.begin(DESK)
    browser.open("/desk/")
    browser.look("desk-login")
    browser.page.fill("#id_username", "li")
    browser.page.fill("#id_password", "不对的密码")
    browser.page.click("button.primary")
    browser.look("desk-login-error")
    browser.page.fill("#id_password", "不要用在别处的密码1")
    browser.page.click("button.primary")
    assert browser.page.locator("h1").inner_text() == "待我办理"
    browser.look("desk-queue")
    browser.open(f"/desk/cases/{waiting.number}/")
    browser.look("desk-case-triage")
    browser.begin(DESK)
    browser.sign_in(world.xu_handles.user)
    browser.open(f"/desk/cases/{served.number}/")
    browser.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    browser.look("desk-case")
    browser.open("/desk/?shelf=sign_in")
    browser.look("desk-empty")
    browser.begin(DESK)
    browser.sign_in(world.tang_registers.user)
    browser.open("/desk/window/visit/")
    browser.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    browser.look("desk-window")
    browser.page.click("text=登记并出具回执")
    browser.look("desk-window-errors")


def test_the_queue_is_walked_by_keys(browser, world):
    first, second = world.triaged(title="第一件"), world.triaged("2026-03-03", title="第二件")
    browser.begin(DESK)
    browser.sign_in(world.li_triages.user)
    browser.open("/desk/")
    page = browser.page
    for key, title in (("j", "第一件"), ("j", "第二件"), ("k", "第一件"), ("j", "第二件")):
        page.keyboard.press(key)
        assert title in page.locator("tr.row.cur").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{second.number}/")
    page.keyboard.press("/")
    page.keyboard.type(first.number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{first.number}/")
    page.keyboard.press("r")
    page.wait_for_url("**/steps/transfer/")


def test_a_visit_is_registered_without_a_mouse(browser, world):
    browser.begin(DESK)
    browser.sign_in(world.tang_registers.user)
    browser.open("/desk/")
    page = browser.page
    page.keyboard.press("n")
    page.wait_for_url("**/desk/window/visit/")
    page.keyboard.type("马建国")
    page.keyboard.press("Tab")
    page.keyboard.type("13900139000")
    for name, words in (("place", "青石县"), ("content", "村里的水渠塌了半年没人修。"), ("requests", "修好水渠")):
        for _ in range(40):
            if page.evaluate("document.activeElement.name") == name:
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Control+a")
        page.keyboard.type(words)
    for _ in range(40):
        if page.evaluate("document.activeElement.name") == "read_back":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/receipt/")
    browser.look("desk-receipt-1366")
    matter = Matter.objects.get()
    assert (matter.stage, matter.place_id) == (Stage.REGISTERED, world.county_gov.pk)


def test_lists_and_windows_work_without_a_script(browser, world):
    world.triaged(title="来信", channel="letter")
    world.triaged(title="上网")
    browser.begin(PHONE, javascript=False)
    browser.sign_in(world.li_triages.user)
    browser.open("/desk/")
    browser.page.select_option("select[name=channel]", "letter")
    browser.page.click("form.filters button")
    assert browser.page.locator("tr.row").count() == 1
    browser.begin(PHONE, javascript=False)
    browser.sign_in(world.tang_registers.user)
    browser.open("/desk/window/letter/")
    browser.page.fill("#id_name", "马建国")
    browser.page.fill("#id_content", "水渠塌了")
    browser.page.fill("#id_place", "柳河镇")
    browser.page.click("text=登记并出具回执")
    assert "已登记" in browser.page.locator("h1").inner_text()
