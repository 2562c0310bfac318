"""An informant's report, in a real browser: from a phone, sealed to the discipline organ, and nowhere to be found for the accused.

The housing bureau and its head are complained of. XINQIAO_SCREENSHOTS=1 keeps a picture of every page.
"""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.conftest import DESK, PHONE
from tests.stories.test_in_the_browser import Story
from tests.world import World
from xinqiao.documents.models import Document
from xinqiao.jobs import worker
from xinqiao.matters.models import Event, Matter
from xinqiao.rules.stages import Stage, Step

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "和平路小区的验收材料是假的。周负责收了开发公司的钱，没有到现场就在验收表上签字。"
NOBODY = "99010020990101000X"


class Informant(Story):
    """Files on a phone, by the pages of the portal."""

    def report(self) -> None:
        page, world = self.page, self.world
        self.browser.open("/")
        page.get_by_role("link", name="我要反映").last.click()
        self.go_on("开始填写")
        self.type({"purpose": "accuse"})
        self.go_on("继续")
        self.skip_elsewhere()
        page.get_by_role("searchbox").fill("临江")
        self.go_on("查找")
        page.get_by_role("button", name=re.compile("^临江地区")).first.click()
        self.go_on("继续")
        page.get_by_role("textbox", name="请说说发生了什么事").fill(WORDS)
        self.look("what-happened")
        self.go_on("继续")
        if page.get_by_role("textbox", name="您的诉求").count():
            page.get_by_role("textbox", name="您的诉求").fill("请查处")
            self.go_on("继续")
        page.get_by_role("textbox", name="姓名").fill(world.zhou_leads_unit.user.name)
        page.get_by_role("textbox", name="职务").fill("局长")
        page.get_by_role("textbox", name="单位").fill(world.housing.name)
        self.look("against-whom")
        self.go_on("继续")
        self.sign("陈举报", photo="签字.jpg")

    def skip_elsewhere(self) -> None:
        if not self.page.get_by_role("searchbox").count():
            self.go_on("继续")
        if self.page.get_by_role("link", name="继续提交").count():
            self.page.get_by_role("link", name="继续提交").click()

    def take(self, step: Step, officer, **typed) -> None:
        """One step at its page; afterwards this post may no longer see the report."""
        self.at_desk(officer)
        self.browser.open(reverse("workbench:step", args=[self.number, step.value]))
        self.look(step.value)
        self.type(typed)
        if self.page.locator("#act-form [name=confirmed]").count():
            self.type({"confirmed": True})
        self.page.locator("#act-form button.primary, #act-form button.danger").last.click()
        self.page.wait_for_url(lambda url: "/steps/" not in url)
        assert Event.objects.filter(step=step).count() == 1

    # ---- the accused

    def finds_nothing(self, officer) -> None:
        self.browser.begin(DESK)
        self.browser.sign_in(officer.user)
        for query in ("", "?shelf=all", "?shelf=closed", f"?q={self.number}", "?q=验收"):
            self.browser.open(reverse("workbench:queue") + query)
            self.says_nothing()
        for typed in (self.number, "验收", "周负责", "陈举报"):
            self.browser.open(reverse("workbench:search") + f"?q={typed}")
            assert not self.page.locator(f"a[href*='/cases/{self.number}']").count()
        self.browser.open(reverse("workbench:messages"))
        self.says_nothing()
        self.look(f"accused-{officer.user.username}")
        for address, nowhere in self.addresses():
            assert self.answer(address) == self.answer(nowhere), address

    def says_nothing(self) -> None:
        text = self.page.locator("main").inner_text()
        assert "验收材料" not in text
        assert "陈举报" not in text
        assert not self.page.locator(f"a[href*='/cases/{self.number}']").count()

    def addresses(self) -> list[tuple[str, str]]:
        """(the report's, one that does not exist) for every way to it by address."""
        matter = self.matter
        pairs = [
            (reverse(f"workbench:{name}", args=[self.number, *more]), reverse(f"workbench:{name}", args=[NOBODY, *more]))
            for name, more in (("case", []), ("step", [Step.SIGN_IN.value]), ("opinion", []), ("why", []), ("report", []))
        ]
        file, papers = matter.attachments.get().pk, list(Document.objects.values_list("pk", flat=True))
        pairs.append((reverse("workbench:file", args=[file]), reverse("workbench:file", args=[file + 999])))
        pairs += [
            (reverse("workbench:letter", args=[pk, "pdf"]), reverse("workbench:letter", args=[pk + 999, "pdf"])) for pk in papers
        ]
        pairs.append((f"/api/v1/submissions/{self.number}", f"/api/v1/submissions/{NOBODY}"))
        return pairs

    def answer(self, address: str) -> tuple[int, str]:
        """Status and the words of the page, less the address that was asked for."""
        response = self.page.goto(self.browser.site + address)
        self.browser.troubles.clear()
        body = re.sub(r'value="\w{64}"|nonce="[^"]*"', "", response.text())
        numbers = re.compile("|".join([self.number, NOBODY, re.escape(address)]))
        assert response.status >= 400
        return response.status, numbers.sub("#", body)


@pytest.fixture
def story(browser, tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path
    return Informant(browser, World())


def test_a_report_reaches_the_discipline_organ_and_nobody_it_is_about(story):
    world, browser = story.world, story.browser
    story.report()
    matter = story.matter
    assert matter.received_by == world.office
    assert {row.user for row in matter.accused.all() if row.user} == {world.zhou_leads_unit.user}

    story.take(Step.REGISTER, world.tang_registers)
    story.take(Step.CLASSIFY, world.li_triages, kind="report", content_class=world.housing_class.pk)
    story.take(Step.TRANSFER_DISCIPLINE, world.dai_liaises, to=world.discipline.pk, pages="2")
    assert Matter.objects.get().stage == Stage.SENT_TO_DISCIPLINE
    worker.drain(at=timezone.now())  # bells, messages, letters

    browser.begin(DESK)
    browser.sign_in(world.yang_at_discipline.user)
    browser.open(reverse("workbench:case", args=[story.number]))
    story.look("discipline-organ")
    assert story.page.locator("main").inner_text()

    browser.begin(DESK)
    browser.sign_in(world.wang_leads_office.user)
    browser.open(reverse("workbench:sealed"))
    story.look("sealed-register")
    assert story.number in story.page.locator("main").inner_text().replace(" ", "")
    assert story.answer(reverse("workbench:case", args=[story.number]))[0] == 404

    for officer in (world.xu_handles, world.zhou_leads_unit, world.mo_at_station):
        story.finds_nothing(officer)

    story.follow("after")
    assert "已转有权机关" in story.page.locator("main").inner_text()
    browser.begin(PHONE)


