"""A notice lapses, and what comes of it, in a real browser: found by the patrol, supervised, answered, recommended on, fed back, counted (D.13, G.2).

Every act is taken by a person at a page; the worker alone finds and tells. XINQIAO_SCREENSHOTS=1 keeps a picture of every page.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from tests.conftest import DESK, PHONE
from tests.world import World
from xinqiao.jobs import worker
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.supervision.models import Finding, Recommendation

pytestmark = pytest.mark.django_db(transaction=True)
BROKEN = "超过15日没有告知信访人是否受理，也没有说明原因。"
DEMAND = "5日内书面告知信访人是否受理，同时报送本局。"
IMPROVEMENT = "建立收文当日登记制度，明确专人负责告知，每周核对。"
ANSWER = "收文登记漏了，已经补办告知，并向信访人说明和道歉。"
OUTCOME = "已经书面告知信访人，登记漏项已经补齐。"
MEASURES = "即日起由办公室专人当日登记、告知，每周五核对。"


class Story:
    """The officers of the story take turns at one browser."""

    def __init__(self, browser):
        self.browser, self.world, self.shots = browser, World(), 0

    @property
    def page(self):
        return self.browser.page

    def sits_down(self, officer: Officer, size: dict = DESK) -> None:
        """The worker has caught up; somebody else opens the list of what is new for them."""
        for _turn in range(2):  # what the first turn finds is told in the second
            worker.drain(timezone.now())
        self.browser.begin(size)
        self.browser.sign_in(officer.user)
        self.browser.open("/desk/messages/")

    def look(self, name: str) -> None:
        self.shots += 1
        self.page.wait_for_load_state()
        self.browser.screenshot(f"supervision-story-{self.shots:02d}-{name}")
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"
        self.browser.assert_accessible()

    def click(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=role == "button").last.click()
        self.page.wait_for_load_state()

    def says(self, words: str) -> None:
        assert words in self.page.inner_text("main"), f"{words!r} is not on {self.page.url}"

    # ---- what happens

    def a_notice_lapses(self) -> Matter:
        """The bureau signed for it a month ago and told the citizen nothing: the last day is over, however long a holiday it met."""
        return self.world.signed_in(f"{localdate() - timedelta(days=30)}")

    def the_patrol_finds_it(self, matter: Matter) -> None:
        self.sits_down(self.world.sun_supervises)
        clock = matter.clocks.get(term="UNIT15")
        finding = Finding.objects.get(matter=matter)
        assert finding.since_on == clock.due_on + timedelta(days=1), "day 16"
        self.browser.open("/desk/")
        self.page.get_by_role("link", name="督查督办").first.click()
        self.page.get_by_role("link", name="超过期限没有告知是否受理").click()
        self.look("finding")
        self.page.check("text=属实，需要督办")
        self.click("保存核对结果")
        self.says("属实、待督办")

    def it_is_supervised(self) -> None:
        self.click("提出督办", "link")
        self.page.fill("#f-broken", BROKEN)
        self.page.fill("#f-demand", DEMAND)
        self.page.fill("#f-improvement", IMPROVEMENT)
        self.look("propose")
        self.click("提出督办")
        self.sits_down(self.world.wang_leads_office, PHONE)
        self.page.get_by_text("有督办函等您签发。").click()
        self.page.locator("summary:has-text('负责人审批')").click()
        self.click("签发督办函", "link")
        self.look("sign")
        self.click("签发督办函")

    def the_unit_answers(self) -> None:
        self.sits_down(self.world.zhou_leads_unit, PHONE)
        self.page.get_by_text("收到督办函，请按期答复。").click()
        self.click("答复督办", "link")
        self.says(DEMAND)
        self.page.fill("#f-text", ANSWER)
        self.click("答复督办")
        self.sits_down(self.world.sun_supervises)
        self.browser.open("/desk/supervisions/")
        self.page.get_by_role("link", name="住建局验收过的新房漏水").click()
        self.says(ANSWER)
        self.look("supervision")

    def an_improvement_is_recommended(self) -> None:
        self.click("起草三项建议", "link")
        self.click("起草改进工作建议", "link")
        assert BROKEN in self.page.input_value("#f-facts") and self.page.input_value("#f-proposal") == IMPROVEMENT
        self.look("draft")
        self.click("保存草稿")
        self.click("交负责人签发")
        self.says("等待签发")
        self.sits_down(self.world.wang_leads_office)
        self.page.get_by_text("有三项建议等您签发。").click()
        self.click("签发")
        self.says("等待反馈")
        self.look("issued")

    def it_is_adopted(self) -> None:
        self.sits_down(self.world.zhou_leads_unit, PHONE)
        self.page.get_by_text("收到信访部门的建议，请按期书面反馈采纳情况。").click()
        self.page.get_by_label("采纳", exact=True).check()
        self.page.fill("#f-answer-measures", MEASURES)
        self.page.fill("#f-answer-done_by_on", f"{localdate() + timedelta(days=20)}")
        self.click("反馈采纳情况")
        self.look("feedback")
        self.sits_down(self.world.sun_supervises)
        self.page.get_by_text("收到建议的采纳情况反馈，请核对。").click()
        self.says(MEASURES)
        self.page.fill("#f-close-outcome", OUTCOME)
        self.click("核对完毕，办结")
        self.says("已办结")

    def the_supervision_ends(self, matter: Matter) -> None:
        self.page.get_by_role("link", name="这项督办").click()
        self.click("督办办结", "link")
        self.page.fill("#f-outcome", OUTCOME)
        self.click("督办办结")
        assert matter.supervisions.get().state == "closed"

    def the_month_leads_to_the_matter(self, matter: Matter) -> None:
        """From the page of the month to one figure, to what it is made of, to this petition."""
        self.sits_down(self.world.wang_leads_office)
        day = matter.clocks.get(term="UNIT15").due_on
        self.browser.open(f"/desk/month/?month={day:%Y-%m}")
        self.look("month")
        self.click("按期受理告知率", "link")
        self.look("figure")
        self.page.locator("main a[href*='/notice_in_time/matters/'][href*='part=rest']").first.click()
        self.look("behind-the-figure")
        self.page.get_by_role("link", name="住建局验收过的新房漏水").click()
        self.says("办理记录")
        assert matter.number in self.page.url


def test_a_notice_that_lapsed(browser, transactional_db):
    story = Story(browser)
    matter = story.a_notice_lapses()
    story.the_patrol_finds_it(matter)
    story.it_is_supervised()
    story.the_unit_answers()
    story.an_improvement_is_recommended()
    story.it_is_adopted()
    story.the_supervision_ends(matter)
    assert Recommendation.objects.get().state == "closed" and Finding.objects.get(matter=matter).state == "supervised"
    story.the_month_leads_to_the_matter(matter)
