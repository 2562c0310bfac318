"""The forms of the desk in a real browser at the width of an office screen: they work, and axe finds nothing."""

import pytest
from django.urls import reverse

from tests.conftest import DESK
from tests.workbench.acts.scenes import Scenes, written_opinion
from tests.world import World
from xinqiao.matters.models import Matter, Opinion
from xinqiao.rules.stages import Stage, Step

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scenes():
    return Scenes(World())


def at_desk(browser, scene, name="step", *, javascript=True):
    browser.begin(DESK, javascript=javascript)
    browser.sign_in(scene.officer.user)
    return browser.page


def step_address(scene, step) -> str:
    return reverse("workbench:step", args=[scene.matter.number, step.value])


def test_transfer_by_typing_a_name(browser, scenes):
    scene = scenes.at(Step.TRANSFER)
    page = at_desk(browser, scene)
    browser.open(step_address(scene, Step.TRANSFER))
    browser.assert_accessible()
    browser.screenshot("act-transfer")
    page.get_by_role("searchbox", name="输入名称或拼音首字母查找").first.fill("住房")
    page.get_by_label("临江地区住房和城乡建设局", exact=False).first.check()
    page.get_by_label("常用理由").select_option(index=1)
    page.get_by_role("button", name="转送", exact=True).last.click()
    page.wait_for_load_state()
    assert Matter.objects.get(pk=scene.matter.pk).stage == Stage.AWAITING_SIGN_IN


def test_accept_previews_and_accepts(browser, scenes):
    scene = scenes.at(Step.ACCEPT)
    page = at_desk(browser, scene)
    browser.open(step_address(scene, Step.ACCEPT))
    browser.assert_accessible()
    browser.screenshot("act-accept")
    page.locator("button.primary").click()
    page.wait_for_load_state()
    assert Matter.objects.get(pk=scene.matter.pk).stage == Stage.ACCEPTED


def test_manner_of_service_shows_its_fields_at_once(browser, scenes):
    scene = scenes.at(Step.SERVE_OPINION)
    page = at_desk(browser, scene)
    browser.open(step_address(scene, Step.SERVE_OPINION))
    page.get_by_label("邮寄送达", exact=False).check()
    page.get_by_label("邮件编号").wait_for()
    browser.assert_accessible()
    browser.screenshot("act-serve")


def test_refusal_works_without_script(browser, scenes):
    scene = scenes.at(Step.REFUSE)
    page = at_desk(browser, scene, javascript=False)
    browser.open(step_address(scene, Step.REFUSE))
    page.get_by_label("同一事项正在规定期限内受理、办理", exact=False).check()
    page.get_by_role("button", name="继续").click()
    page.get_by_label("查明的事实").wait_for()
    browser.screenshot("act-refuse")


def test_opinion_is_saved_while_one_writes_and_the_letter_follows(browser, scenes):
    scene = scenes.at(Step.REQUEST_EXTENSION)
    page = at_desk(browser, scene)
    browser.open(reverse("workbench:opinion", args=[scene.matter.number]))
    page.locator("#f-facts").fill(written_opinion()["facts"])
    page.get_by_text("草稿已保存").wait_for()
    page.locator("#f-evidence").fill("现场检查记录")
    page.locator("input[name=revision][value='2']").wait_for(state="attached")
    for name, value in written_opinion().items():
        field = page.locator(f"[name={name}]")
        if name.endswith("_outcome"):
            page.locator(f"[name={name}][value={value}]").check()
        elif value and field.is_visible():
            field.fill(value)
    with page.expect_navigation():  # a moment later, where a draft is just being saved
        page.get_by_role("button", name="保存并检查").click()
    page.locator(".preview img").wait_for()
    browser.assert_accessible()
    browser.screenshot("act-opinion")
    assert Opinion.objects.get().answers[0]["by_whom"] == "临江市宏远房地产公司"


def test_leader_reads_the_letter_before_signing(browser, scenes):
    scene = scenes.at(Step.ISSUE_OPINION)
    page = at_desk(browser, scene)
    browser.open(step_address(scene, Step.ISSUE_OPINION))
    page.locator(".preview img").wait_for()
    browser.assert_accessible()
    browser.screenshot("act-issue")
    page.locator("#act-form button.primary").click()
    page.wait_for_load_state()
    assert Matter.objects.get(pk=scene.matter.pk).stage == Stage.OPINION_ISSUED


def test_classification_at_the_desk(browser, scenes):
    scene = scenes.at(Step.CLASSIFY)
    at_desk(browser, scene)
    browser.open(step_address(scene, Step.CLASSIFY))
    browser.assert_accessible()
    browser.screenshot("act-classify")


def test_forms_fit_a_phone(browser, scenes):
    scene = scenes.at(Step.TRANSFER)
    browser.sign_in(scene.officer.user)
    browser.open(step_address(scene, Step.TRANSFER))
    assert browser.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    browser.assert_accessible()
    browser.screenshot("act-transfer-390")
