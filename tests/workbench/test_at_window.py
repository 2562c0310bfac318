"""What the machine reads while an officer types at a window: shown with why, filled in by a press, kept nowhere (PIPL 24, checklist 47)."""

import re
from datetime import date

import pytest
from django.db import InternalError, connection
from django.urls import reverse

from tests.conftest import DESK, PHONE
from tests.world import World, client_of
from xinqiao.analysis.models import Proposal
from xinqiao.matters.models import Matter, Submission
from xinqiao.organisations.models import ContentClass
from xinqiao.rules.rate_limits import WINDOW_PROPOSALS
from xinqiao.workbench.analysis import at_window

TEXT = (
    "我住在青石县柳河镇和平路18号，楼上长期漏水，物业公司一直不修。墙皮脱落，孩子的房间发霉，已经三次找过物业公司和社区都没有结果。"
    "请求：1、督促物业公司修好水管；2、赔偿墙面损失。"
)
REPORT = "检举柳河镇镇长收受回扣，把修路工程给了他的小舅子，还虚报工程款。请纪委查处。"
URL = "workbench:window_proposals"


def ask(officer, *, channel="phone", **typed):
    return client_of(officer).post(reverse(URL, args=[channel]), {"content": TEXT, **typed})


@pytest.mark.django_db
class TestProposals:
    def test_say_class_place_kind_and_requests_each_with_why(self):
        world = World()
        ContentClass.objects.create(code="03", name="城乡建设", level=1, version="1", valid_from=date(2020, 1, 1))
        page = ask(world.tang_registers).content.decode()
        for sort in ("事项类别", "内容分类", "问题属地", "详细地址", "诉求"):
            assert f"<h3>{sort}</h3>" in page, sort
        assert 'data-fill="place" data-value="临江地区 青石县' in page
        assert "督促物业公司修好水管" in page
        assert page.count("依据：") >= 3

    def test_have_no_button_for_what_binds(self):
        fields = set(re.findall(r'data-fill="(\w+)"', ask(World().tang_registers).content.decode()))
        assert fields == {"place", "place_detail", "requests"}

    def test_name_earlier_matters_that_say_the_same(self):
        world = World()
        receipt = world.file(title="楼上漏水物业不修", content=TEXT)
        page = ask(world.tang_registers, title="楼上漏水").content.decode()
        assert receipt.number in page
        assert "文字大致相同" in page

    def test_name_none_that_may_not_be_opened(self):
        world = World()
        receipt = world.file(title="楼上漏水物业不修", content=TEXT)
        page = ask(world.feng_in_county, title="楼上漏水").content.decode()
        assert "<h3>问题属地</h3>" in page
        assert receipt.number not in page

    def test_of_a_report_are_compared_with_nothing(self, monkeypatch):
        def never(*args, **kwargs):
            raise AssertionError

        monkeypatch.setattr(at_window.same, "earlier_than_typed", never)
        assert "没有拿去和别的信访件比对" in ask(World().tang_registers, content=REPORT).content.decode()

    def test_keep_nothing(self):
        world = World()
        ask(world.tang_registers)
        assert not any(table.objects.exists() for table in (Matter, Submission, Proposal))

    def test_cannot_write(self, monkeypatch):
        def writes(*args, **kwargs):
            with connection.cursor() as cursor:
                cursor.execute("UPDATE matters_matter SET title = title")

        monkeypatch.setattr(at_window, "_read", writes)
        with pytest.raises(InternalError, match="read-only"):
            ask(World().tang_registers)

    def test_are_not_made_of_a_few_characters(self):
        assert not ask(World().tang_registers, content="漏水").content.strip()

    def test_are_for_whoever_registers_and_only_by_post(self):
        world = World()
        assert ask(world.xu_handles).status_code == 404
        assert client_of(world.tang_registers).get(reverse(URL, args=["phone"]), {"content": TEXT}).status_code == 405
        assert ask(world.tang_registers, channel="nowhere").status_code == 404

    def test_are_switched_off_with_all_others(self, settings):
        settings.ANALYSIS = False
        world = World()
        assert ask(world.tang_registers).status_code == 404
        window = client_of(world.tang_registers).get(reverse("workbench:window", args=["phone"]))
        assert "data-proposals" not in window.content.decode()

    def test_are_limited(self, monkeypatch):
        monkeypatch.setattr(at_window.limits, "wait", lambda key, limit, at: limit is WINDOW_PROPOSALS)
        assert ask(World().tang_registers).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_one_press_fills_one_field(browser):
    world = World()
    world.file(title="楼上漏水物业不修", content=TEXT)
    browser.begin(DESK)
    browser.sign_in(world.tang_registers.user)
    page = browser.page
    browser.open(reverse("workbench:window", args=["phone"]))
    page.fill("[name=place]", "")
    page.fill("[name=content]", TEXT)
    page.wait_for_selector("[data-fill=place]")
    assert page.inner_text("[data-proposals-said]").startswith(
        "系统读了您写的内容，建议在下面。可能是同一事项的有1件。"
    )
    browser.look("window-proposals")
    page.set_viewport_size(PHONE)
    page.click("[data-fill=place] >> nth=0")
    assert page.input_value("[name=place]").startswith("临江地区 青石县")
    assert "已填入" in page.inner_text("[data-proposals-said]")
    for _line in range(2):
        page.click("[data-fill=requests]:not([aria-disabled])")
    assert page.input_value("[name=requests]").split("\n") == ["督促物业公司修好水管", "赔偿墙面损失"]
    assert not page.input_value("[name=place_detail]")
    assert page.url.endswith(reverse("workbench:window", args=["phone"]))
