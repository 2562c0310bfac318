"""A citizen with a telephone files a petition with a photo; another one without JavaScript; the pages hold for everybody."""

import pytest

from tests.conftest import DESK, PHONE
from tests.matters.test_files import picture
from tests.portal.walk import STORY, url
from tests.world import World
from xinqiao.matters.models import Attachment, Matter
from xinqiao.portal.models import DraftFile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path
    return World()


def fits(browser, *, axe: bool = True) -> None:
    """Nothing to scroll sideways, and no axe violation."""
    browser.page.wait_for_load_state()
    wide = browser.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{browser.page.url} is {wide} px too wide"
    if axe:
        browser.assert_accessible()


def look(browser, name: str) -> None:
    """On a telephone, and for a moment on a desk."""
    fits(browser)
    browser.screenshot(f"portal-{name}")
    browser.page.set_viewport_size(DESK)
    fits(browser, axe=False)
    browser.screenshot(f"portal-desk-{name}")
    browser.page.set_viewport_size(PHONE)


def go_on(browser) -> None:
    """To the next page; where a draft is just being saved, the form goes a moment later."""
    with browser.page.expect_navigation():
        browser.page.get_by_role("button", name="继续", exact=True).last.click()


def begin(browser, size: str) -> None:
    """From the front page to the question where it happened."""
    page = browser.page
    browser.open("/")
    if size == "large":
        page.get_by_role("button", name="大字版").click()
        page.wait_for_selector("body.large")
    look(browser, f"{size}-00-home")
    page.get_by_role("link", name="我要反映").last.click()
    look(browser, f"{size}-01-new")
    page.get_by_role("button", name="开始填写").click()
    go_on(browser)
    look(browser, f"{size}-02-kind-error")
    page.get_by_text("遇到了困难").click()
    go_on(browser)
    look(browser, f"{size}-03-elsewhere")
    page.locator("input[name=in_court][value=yes]").check()
    go_on(browser)
    look(browser, f"{size}-04-suggested")
    page.get_by_role("link", name="继续提交").click()
    look(browser, f"{size}-05-place")


def tell(browser, size: str) -> None:
    """The place, the story, the requests, a photo."""
    page = browser.page
    page.get_by_role("searchbox").fill("青石")
    page.get_by_role("button", name="查找").click()
    look(browser, f"{size}-06-place-found")
    page.get_by_role("button", name="青石县").first.click()
    page.get_by_role("textbox", name="详细地点").fill("和平路12号院3号楼")
    look(browser, f"{size}-07-place-chosen")
    go_on(browser)
    page.get_by_role("textbox", name="请说说发生了什么事").fill(STORY)
    page.get_by_text("草稿已保存").wait_for()
    look(browser, f"{size}-08-story")
    go_on(browser)
    page.get_by_role("textbox", name="您的诉求").fill("修好漏水的屋顶")
    page.get_by_role("button", name="再加一条").click()
    page.get_by_role("textbox", name="第 2 条").fill("赔偿泡坏的家具2300元")
    look(browser, f"{size}-09-requests")
    go_on(browser)
    photo = {"name": "漏水.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(800, 600))}
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_text("已上传").wait_for()
    look(browser, f"{size}-10-files")
    go_on(browser)
    look(browser, f"{size}-11-who")


def send(browser, size: str) -> None:
    """Who it is, how to answer, the last look, and off."""
    page = browser.page
    page.get_by_text("我自己的事").click()
    go_on(browser)
    page.get_by_role("textbox", name="姓名").fill("王秀兰")
    page.get_by_role("textbox", name="手机号").fill("138 0013 8000")
    look(browser, f"{size}-12-you")
    go_on(browser)
    page.get_by_text("网上查看").click()
    look(browser, f"{size}-13-wishes")
    go_on(browser)
    look(browser, f"{size}-14-check")
    page.get_by_role("button", name="提交信访").click()
    page.get_by_role("heading", name="我们收到了您的信访").wait_for()
    look(browser, f"{size}-15-receipt")


class TestFilingOnATelephone:
    @pytest.mark.parametrize("size", ["phone", "large"])
    def test_from_the_front_page_to_the_receipt(self, browser, world, size):
        browser.begin(PHONE)
        begin(browser, size)
        tell(browser, size)
        send(browser, size)

        matter = Matter.objects.get()
        assert browser.page.locator("#number").inner_text().replace(" ", "") == matter.number
        assert Attachment.objects.get(matter=matter).original_name == "漏水.jpg"
        browser.page.reload()
        assert browser.page.locator("#code").inner_text().strip()

    def test_pages_that_only_some_need_hold_too(self, browser, world):
        page = browser.page
        browser.open(url("new"))
        page.get_by_role("button", name="开始填写").click()
        page.get_by_text("检举、控告").click()
        go_on(browser)
        for slug in ("respondent", "principal", "together"):
            browser.open(url("file", slug))
            look(browser, f"phone-20-{slug}")
        browser.open(url("file", "respondent"))
        page.get_by_role("textbox", name="单位").fill("青石县")
        page.get_by_role("button", name="查找单位").click()
        page.get_by_text("青石县人民政府").click()
        look(browser, "phone-21-unit-found")
        browser.open("/")
        look(browser, "phone-22-home-with-draft")
        for name in ("new", "saved", "discard"):
            browser.open(url(name))
            look(browser, f"phone-23-{name}")

    @pytest.mark.parametrize("name", ["help", "law", "privacy", "accessibility"])
    def test_pages_to_read(self, browser, world, name):
        browser.open(url(name))
        look(browser, f"phone-30-{name}")

    def test_a_file_removed_again_is_not_sent(self, browser, world):
        page = browser.page
        browser.open(url("new"))
        page.get_by_role("button", name="开始填写").click()
        browser.open(url("file", "files"))
        for name in ("a.jpg", "b.jpg"):
            page.locator("input[type=file]").set_input_files(
                {"name": name, "mimeType": "image/jpeg", "buffer": picture()}
            )
            page.get_by_role("button", name=f"移除 {name}").wait_for()
        page.get_by_role("button", name="移除 b.jpg").click()
        go_on(browser)
        assert page.url.endswith("/who/")
        assert DraftFile.objects.count() == 1

    def test_the_enter_key_goes_on_and_does_not_add_or_remove_anything(self, browser, world):
        page = browser.page
        browser.open(url("new"))
        page.get_by_role("button", name="开始填写").click()
        browser.open(url("file", "you"))
        page.get_by_role("textbox", name="姓名").fill("王秀兰")
        page.keyboard.press("Enter")
        page.wait_for_url("**/wishes/")


class TestFilingWithoutJavaScript:
    def test_place_is_chosen_with_ordinary_buttons(self, browser, world):
        browser.begin(PHONE, javascript=False)
        page = browser.page
        browser.open(url("new"))
        page.get_by_role("button", name="开始填写").click()
        browser.open(url("file", "place"))
        page.get_by_role("button", name="临江地区").click()
        page.get_by_role("button", name="青石县").click()
        assert "青石县信访局" in page.inner_text("main")
        go_on(browser)
        assert page.url.endswith("/story/")
