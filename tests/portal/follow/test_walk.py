"""In a real browser on a phone: every page, without a violation of WCAG 2.2 AA, also in large print and without JavaScript."""

import pytest

from tests.conftest import DESK, PHONE
from tests.world import World
from xinqiao.rules.numbering import print_code, print_matter_number
from xinqiao.rules.stages import Step

from .conftest import day

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db):
    return World()


def receipt_of(world, make, *args, **changes):
    """Make a matter and keep its receipt."""
    kept = []
    original = world.file
    world.file = lambda *a, **k: kept.append(original(*a, **k)) or kept[-1]
    make(*args, **changes)
    world.file = original
    return kept[-1]


def prove(browser, receipt):
    browser.open("/track/")
    browser.page.get_by_label("信访件编号").fill(print_matter_number(receipt.number).lower())
    browser.page.get_by_label("查询码").fill(print_code(receipt.query_code).lower())
    browser.page.get_by_role("button", name="查看进度").click()
    browser.page.wait_for_url("**/matters/**")


def look(browser, name):
    browser.assert_accessible()
    wide = browser.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"{name}: wider than the screen"
    browser.screenshot(f"follow-{name}")


class TestFollowing:
    def test_from_the_receipt_to_the_answer_of_a_question(self, browser, town):
        receipt = receipt_of(town, town.in_handling, day(12))
        town.take(
            Step.RECORD_CONTACT, receipt.matter_id, town.xu_handles, day(2), manner="phone", shown_to_citizen=True,
            text="王女士，我们昨天到3号楼看过了，屋顶确实漏水。周五给您回电话，说明怎么修。",
        )  # fmt: skip
        browser.open("/track/")
        look(browser, "track")
        browser.page.get_by_label("信访件编号").fill("9901")
        browser.page.get_by_role("button", name="查看进度").click()
        look(browser, "track-wrong")
        prove(browser, receipt)
        look(browser, "matter")
        browser.page.get_by_role("link", name="怎么算的", exact=True).click()
        look(browser, "reckoning")
        browser.open(f"/matters/{receipt.number}/")
        browser.page.get_by_role("link", name="补充材料").click()
        browser.page.get_by_label("要补充什么").fill("昨天又下雨，漏得更厉害。")
        look(browser, "supplement")
        browser.page.get_by_role("button", name="提交").click()
        browser.page.get_by_text("我们收到了您的补充材料").wait_for()
        browser.page.get_by_role("link", name="问问进度").click()
        browser.page.get_by_label("您想问什么").fill("周五几点打电话？")
        look(browser, "ask")
        browser.page.get_by_role("button", name="提交问题").click()
        browser.page.get_by_text("周五几点打电话？").wait_for()
        browser.page.get_by_role("link", name="问题已经解决了，我要撤回").click()
        look(browser, "withdraw")
        browser.page.get_by_label("是，我自己决定的").check()
        browser.page.get_by_label("没有", exact=True).check()
        browser.page.get_by_role("button", name="继续").click()
        browser.page.get_by_role("heading", name="请核对，然后确认撤回").wait_for()
        look(browser, "withdraw-check")
        browser.page.get_by_role("button", name="确认撤回").click()
        browser.page.get_by_role("heading", name="您申请了撤回").wait_for()
        look(browser, "withdraw-waiting")
        browser.page.get_by_role("link", name="取消撤回，继续办").click()
        look(browser, "withdraw-cancel")
        browser.page.get_by_role("button", name="取消撤回，继续办").click()
        browser.page.get_by_text("撤回已经取消").wait_for()

    def test_answer_rating_and_review(self, browser, town):
        receipt = receipt_of(town, town.served, day(40), issued=day(6), served=day(5))
        prove(browser, receipt)
        look(browser, "answered")
        browser.page.emulate_media(media="print")
        assert not browser.page.get_by_role("link", name="申请复查").is_visible(), "paper has no buttons"
        assert browser.page.get_by_role("heading", name="办理经过").is_visible()
        browser.screenshot("follow-print")
        browser.page.emulate_media(media="screen")
        browser.page.get_by_role("navigation", name="这件事给您办得怎么样？").get_by_role("link", name="不满意").click()
        look(browser, "rate")
        browser.page.get_by_label("不同意处理结果").check()
        browser.page.get_by_role("button", name="提交评价").click()
        browser.page.get_by_role("heading", name="谢谢您的评价").wait_for()
        look(browser, "rated")
        browser.page.get_by_role("link", name="申请复查").click()
        look(browser, "review")
        browser.page.get_by_label(town.government.name).check()
        browser.page.get_by_label("您的请求").fill("撤销原来的答复，赔偿家具损失。")
        browser.page.get_by_role("button", name="继续").click()
        browser.page.get_by_role("heading", name="请核对，然后提交申请").wait_for()
        look(browser, "review-check")
        browser.page.get_by_role("button", name="确认提交").click()
        browser.page.get_by_text("正在复查", exact=True).wait_for()
        look(browser, "review-waiting")

    def test_late_in_large_print_without_javascript_and_on_a_desk(self, browser, town):
        receipt = receipt_of(town, town.in_handling, day(80))
        browser.begin(PHONE, javascript=False)
        prove(browser, receipt)
        browser.screenshot("follow-late")
        browser.page.get_by_role("button", name="大字版").click()
        assert "large" in browser.page.locator("body").get_attribute("class")
        browser.screenshot("follow-late-large")
        browser.begin(DESK)
        prove(browser, receipt)
        look(browser, "late-desk")
        browser.page.get_by_role("button", name="大字版").click()
        browser.page.wait_for_selector("body.large")
        browser.page.set_viewport_size(PHONE)
        look(browser, "late-large")
        browser.page.get_by_role("button", name="看完了，退出").click()
        browser.page.get_by_text("已经退出").wait_for()


class TestAccountAndLetters:
    def test_account_from_the_code_to_the_list(self, browser, town, monkeypatch):
        from xinqiao.people import accounts

        receipt = receipt_of(town, town.in_handling, day(12))
        monkeypatch.setattr(accounts.secrets, "randbelow", lambda most: 12345)
        browser.open("/account/")
        look(browser, "login")
        browser.page.get_by_label("手机号").fill("１３８ 0013 8000")
        browser.page.get_by_role("button", name="获取验证码").click()
        look(browser, "code")
        browser.page.get_by_label("验证码").fill("012 345")
        browser.page.get_by_role("button", name="登录").click()
        browser.page.get_by_text("账号里还没有信访").wait_for()
        look(browser, "account-empty")
        browser.page.get_by_role("link", name="把以前提交的加进来").click()
        browser.page.get_by_label("信访件编号").fill(receipt.number)
        browser.page.get_by_label("查询码").fill(receipt.query_code)
        look(browser, "claim")
        browser.page.get_by_role("button", name="加进账号").click()
        browser.page.get_by_text("已放进您的账号").wait_for()
        look(browser, "account")
        browser.page.get_by_role("link", name=town.raw()["title"]).click()
        browser.page.get_by_role("link", name="我的信访").wait_for()

    def test_letter_is_looked_up(self, browser, town):
        from xinqiao.documents.models import Document

        receipt = receipt_of(town, town.in_handling, day(12))
        code = Document.objects.get(matter_id=receipt.matter_id, kind="F-08").verification_code
        browser.open("/letters/verify/")
        look(browser, "verify")
        browser.page.get_by_label("查验码").fill(print_code(code).lower())
        browser.page.get_by_role("button", name="查一查").click()
        browser.page.get_by_text("有这份文书").wait_for()
        look(browser, "genuine")
