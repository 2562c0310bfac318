"""One petition's whole way in a real browser: from the citizen's phone to the recheck opinion, every step by a person at a page.

Nothing is prepared but the region and its people. XINQIAO_SCREENSHOTS=1 keeps a picture of every page at phone or desk width.
"""

import re
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.conftest import DESK, PHONE
from tests.matters.test_files import picture
from tests.portal.walk import STORY
from tests.workbench.acts.scenes import written_opinion
from tests.world import World
from xinqiao.matters import history
from xinqiao.matters.models import Event, Matter
from xinqiao.rules.stages import Stage, Step

pytestmark = pytest.mark.django_db(transaction=True)


class Story:
    """The people of the story take turns at one browser."""

    def __init__(self, browser, world: World):
        self.browser, self.world, self.shots = browser, world, 0
        self.number = self.code = ""

    @property
    def page(self):
        return self.browser.page

    @property
    def matter(self) -> Matter:
        return Matter.objects.get()

    def look(self, name: str) -> None:
        """A picture, nothing to scroll sideways, and no violation that axe can find."""
        self.shots += 1
        self.browser.screenshot(f"story-{self.shots:02d}-{name}")
        self.page.wait_for_load_state()
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"
        self.browser.assert_accessible()

    def go_on(self, name: str) -> None:
        """A button that leads on; where a draft is just being saved, the form goes a moment later."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).last.click()

    # ---- the citizen

    def file(self) -> None:
        page = self.page
        self.browser.open("/")
        self.look("home")
        page.get_by_role("link", name="我要反映").last.click()
        self.go_on("开始填写")
        page.get_by_text("遇到了困难").click()
        self.go_on("继续")
        self.go_on("继续")  # nothing that belongs elsewhere
        if page.get_by_role("link", name="继续提交").count():
            page.get_by_role("link", name="继续提交").click()
        page.get_by_role("searchbox").fill("临江")
        self.go_on("查找")
        page.get_by_role("button", name=re.compile("^临江地区")).first.click()
        page.get_by_role("textbox", name="详细地点").fill("和平路12号院3号楼")
        self.go_on("继续")
        page.get_by_role("textbox", name="请说说发生了什么事").fill(STORY)
        self.go_on("继续")
        page.get_by_role("textbox", name="您的诉求").fill("修好漏水的屋顶")
        self.go_on("再加一条")
        page.get_by_role("textbox", name="第 2 条").fill("赔偿泡坏的家具2300元")
        self.go_on("继续")
        self.sign("王秀兰", photo="漏水.jpg", address="和平路12号院3号楼501")

    def sign(self, name: str, *, photo: str, address: str = "") -> None:
        """The last pages of filing: a photo, who writes, how to answer, a last look, and the receipt."""
        page = self.page
        picked = {"name": photo, "mimeType": "image/jpeg", "buffer": picture(size=(640, 480))}
        page.locator("input[type=file]").set_input_files(picked)
        page.get_by_text("已上传").wait_for()
        self.go_on("继续")
        page.get_by_text("我自己的事").click()
        self.go_on("继续")
        page.get_by_role("textbox", name="姓名").fill(name)
        page.get_by_role("textbox", name="手机号").fill("138 0013 8000")
        if address:
            page.get_by_role("textbox", name="住址").fill(address)
        self.go_on("继续")
        page.get_by_text("网上查看").click()
        self.go_on("继续")
        self.look("check")
        self.go_on("提交信访")
        page.get_by_role("heading", name="我们收到了您的信访").wait_for()
        self.look("receipt")
        self.number = page.locator("#number").inner_text().replace(" ", "")
        self.code = page.locator("#code").inner_text().strip()

    def follow(self, name: str) -> None:
        """The citizen comes back with number and code."""
        self.browser.begin(PHONE)
        self.browser.open(reverse("portal:track"))
        self.page.locator("input[name=number]").fill(self.number)
        self.page.locator("input[name=code]").fill(self.code)
        self.page.locator("main button.primary, main form button").first.click()
        self.page.wait_for_url(f"**/matters/{self.number}/")
        self.look(f"track-{name}")

    def ask_for(self, name: str, **typed) -> None:
        """Review or recheck, from the tracking page."""
        self.browser.open(reverse(f"portal:{name}", args=[self.number]))
        self.look(f"ask-{name}")
        self.type(typed)
        before = Event.objects.count()
        self.go_on("继续")
        self.look(f"ask-{name}-once-more")
        self.page.get_by_role("button", name="确认提交").last.click()
        self.page.wait_for_url(f"**/matters/{self.number}/")
        assert Event.objects.count() > before

    # ---- the officers

    def type(self, values: dict) -> None:
        """Fill fields by name: text, radio, check box, select."""
        for name, value in values.items():
            fields = self.page.locator(f"[name='{name}']")
            kind = fields.first.evaluate("f => f.type || f.tagName.toLowerCase()")
            if kind in ("radio", "checkbox"):
                wanted = fields if value is True else self.page.locator(f"[name='{name}'][value='{value}']")
                self.choose(wanted.first)
            elif not fields.first.is_visible():
                continue  # folded away, with a default that is right
            elif kind == "select-one":
                fields.first.select_option(str(value))
            else:
                fields.first.fill(str(value))

    def choose(self, box) -> None:
        """Some choices show their own fields at once: the page comes again."""
        comes_again = box.get_attribute("data-reshow") is not None and not box.is_checked()
        with self.page.expect_navigation() if comes_again else nullcontext():
            box.check(force=True)

    def at_desk(self, officer) -> None:
        self.browser.begin(DESK)
        self.browser.sign_in(officer.user)

    def take(self, step: Step, officer, **typed) -> None:
        """One step at its page, by the right person."""
        self.at_desk(officer)
        self.browser.open(reverse("workbench:case", args=[self.number]))
        self.look(f"case-before-{step.value}")
        self.browser.open(reverse("workbench:step", args=[self.number, step.value]))
        self.look(step.value)
        self.type(typed)
        before = Event.objects.filter(step=step).count()
        if self.page.locator("#act-form [name=confirmed]").count():  # what cannot be undone asks once more
            self.type({"confirmed": True})
        self.page.locator("#act-form button.primary, #act-form button.danger").last.click()
        self.page.wait_for_url(f"**/cases/{self.number}/")
        assert Event.objects.filter(step=step).count() == before + 1

    def write(self, officer, values: dict) -> None:
        """The opinion editor; the check list passes."""
        self.at_desk(officer)
        self.browser.open(reverse("workbench:opinion", args=[self.number]))
        for name, value in values.items():
            if value:
                self.type({name: value})
        self.go_on("保存并检查")
        self.page.locator(".preview img").wait_for()
        self.look("opinion")


def proof() -> dict:
    """Signed for on the day on which the officer says so: the story may begin before midnight and end after it."""
    signed_on = timezone.localdate()
    return {"manner": "in_person", "proof_signed_on": signed_on, "proof_signed_by": "王秀兰", "proof_relation": "self"}


def test_from_the_citizens_phone_to_the_recheck_opinion(browser, tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path
    world = World()
    story = Story(browser, world)
    story.file()
    story.follow("received")
    story.take(Step.REGISTER, world.tang_registers)
    story.take(Step.CLASSIFY, world.li_triages, kind="request", content_class=world.housing_class.pk, also_reports="no")
    story.take(
        Step.TRANSFER, world.li_triages, to=world.housing.pk, reason="房屋质量监管属于住建部门职责", proposed_route="petition"
    )
    story.follow("transferred")
    story.take(Step.SIGN_IN, world.qian_receives)
    story.take(Step.ACCEPT, world.zhou_leads_unit)
    story.take(Step.START_HANDLING, world.zhou_leads_unit, handler=world.xu_handles.pk, no_interest=True)
    story.take(Step.RECORD_CONTACT, world.xu_handles, manner="phone", text="电话核实，漏水属实，约定周三上门查看。")
    story.take(Step.REQUEST_EXTENSION, world.xu_handles, days=20, reasons="需要委托专业机构检测屋面防水层")
    story.take(Step.EXTEND, world.zhou_leads_unit, days=20, reasons="需要委托专业机构检测屋面防水层")
    story.write(world.xu_handles, written_opinion())
    story.take(Step.SUBMIT_OPINION, world.xu_handles)
    story.take(Step.ISSUE_OPINION, world.zhou_leads_unit)
    story.take(Step.SERVE_OPINION, world.xu_handles, **proof())
    assert story.matter.stage == Stage.OPINION_SERVED

    story.follow("answered")
    browser.open(reverse("portal:rate", args=[story.number, "unit"]))
    story.look("rate")
    story.type({"value": "basically_satisfied"})
    story.page.locator("main form button").last.click()
    story.page.wait_for_url("**/thanks/")
    story.ask_for("review", organ=world.government.pk, request="撤销原意见，重新处理", facts_text="家具确实泡坏了")
    assert story.matter.stage == Stage.REVIEW_REQUESTED

    review = {
        "outcome": "uphold", "facts": "查明的事实与原意见一致。", "reasons": "原意见认定事实清楚。", "title_0": "信访工作条例",
        "article_0": "第三十五条", "body": "维持原处理意见。", "not_worse": True,
    }  # fmt: skip
    story.take(Step.ACCEPT_REVIEW, world.shen_reviews)
    story.write(world.shen_reviews, review)
    story.take(Step.ISSUE_REVIEW_OPINION, world.shen_reviews, signer="沈复查")
    story.take(Step.SERVE_REVIEW_OPINION, world.shen_reviews, **proof())
    story.follow("reviewed")
    story.ask_for("recheck", request="重新调查", facts_text="家具损失没有查")
    assert story.matter.stage == Stage.RECHECK_REQUESTED

    held_on = timezone.localdate() + timedelta(days=10)
    story.take(Step.OPEN_HEARING, world.jiang_rechecks, held_on=held_on, place="自治区信访局听证室", host="罗主持")
    story.follow("hearing")
    story.take(Step.CLOSE_HEARING, world.jiang_rechecks, conclusion="听证认为原处理意见认定事实清楚。")
    story.write(world.jiang_rechecks, {**review, "article_0": "第三十六条", "body": "维持复查意见。"})
    story.take(Step.ISSUE_RECHECK_OPINION, world.jiang_rechecks, signer="蒋复核")
    story.take(Step.SERVE_RECHECK_OPINION, world.jiang_rechecks, **proof())

    story.follow("ended")
    assert story.matter.stage == Stage.ENDED_RECHECK
    assert list(history.broken_links(Event.objects.order_by("matter_id", "seq"))) == []
