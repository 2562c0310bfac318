"""Somebody looks at what others asked, then files; the office prepares an answer and a second person lets it through."""

import pytest

from tests.portal.walk import Walk, url
from tests.world import World
from xinqiao.analysis import published
from xinqiao.analysis.models import PublicAnswer
from xinqiao.matters.models import Matter
from xinqiao.rules.stages import Stage, Step

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def answered(world) -> Matter:
    found = world.in_handling(publish_consent=True)
    world.draft(found, "2026-03-20", facts="漏水属实，正在积极处理。", evidence=["照片"])
    return found


def test_prepared_read_by_two_and_found_before_filing(browser, tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path
    world = World()
    matter = answered(world)

    browser.sign_in(world.xu_handles.user)
    browser.open(f"/desk/cases/{matter.number}/opinion/")
    browser.look("answer-check")
    world.take(Step.SUBMIT_OPINION, matter.pk, world.xu_handles, "2026-03-20")
    world.take(Step.ISSUE_OPINION, matter.pk, world.zhou_leads_unit, "2026-03-21")
    Matter.objects.filter(pk=matter.pk).update(stage=Stage.ENDED_WINDOW)

    browser.sign_in(world.li_triages.user)
    browser.open("/desk/published/")
    browser.look("published-list")
    browser.page.get_by_role("button", name="准备公开").first.click()
    browser.look("published-edit")
    browser.page.get_by_role("button", name="保存并提交审核").click()
    browser.page.get_by_text("已经提交审核").first.wait_for()

    browser.sign_in(world.wang_leads_office.user)
    browser.open(f"/desk/published/{PublicAnswer.objects.get().pk}/")
    browser.look("published-approve")
    browser.page.get_by_label("我逐字读过").check()
    browser.page.get_by_role("button", name="公开", exact=True).click()
    browser.page.get_by_text("任何人都可以看到").first.wait_for()

    browser.open("/answered/?q=屋顶")
    browser.look("answered-list")
    browser.page.locator(".answered-list a").first.click()
    browser.look("answered-one")

    walk = Walk(world)
    walk.begin()
    for slug in ("kind", "elsewhere", "place"):
        walk.answer(slug, **walk.answers()[slug])
    walk.answer("story", content="新房屋顶漏水，三次报修没人管。物业公司还拖欠工资。")
    token = next(iter(walk.client.cookies.values()))
    browser.context.add_cookies([{"name": token.key, "value": token.value, "url": browser.site}])
    browser.open(url("file", "requests"))
    browser.look("filing-hint")
    assert browser.page.get_by_role("link", name=published.proposed(matter)[0]).is_visible()
    assert not browser.troubles
