"""Pages of the look itself: large print, error pages, the gallery, and what the strict content policy asks."""

import re
from pathlib import Path

import pytest
from django.template import loader
from django.test import Client, override_settings
from django.urls import reverse

from xinqiao import ui
from xinqiao.ui.context import LARGE_PRINT_COOKIE

HOME = Path(ui.__file__).parent
ERROR_PAGES = ["400", "403", "404", "409", "413", "422", "429", "500", "503"]


@pytest.fixture
def visitor(db):
    with override_settings(XINQIAO_DEMO=True):
        yield Client()


class TestLargePrint:
    def test_is_remembered_and_forgotten(self, visitor):
        gallery = reverse("ui:gallery")
        answer = visitor.post(reverse("ui:set_large_print"), {"on": "1", "next": gallery})
        assert (answer.status_code, answer.url) == (302, gallery)
        assert visitor.cookies[LARGE_PRINT_COOKIE]["httponly"]
        assert b'class="citizen large' in visitor.get(gallery).content
        visitor.post(reverse("ui:set_large_print"), {"on": "0", "next": gallery})
        assert b'class="citizen large' not in visitor.get(gallery).content

    @pytest.mark.parametrize(
        "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\\\\evil.example"]
    )
    def test_never_leads_to_another_site(self, visitor, back):
        assert visitor.post(reverse("ui:set_large_print"), {"on": "1", "next": back}).url == "/"

    def test_a_link_alone_changes_nothing(self, visitor):
        assert visitor.get(reverse("ui:set_large_print")).status_code == 405


class TestErrorPages:
    @pytest.mark.parametrize("status", ERROR_PAGES)
    def test_says_what_happened_and_what_to_do(self, status):
        page = loader.get_template(f"ui/errors/{status}.html").render({})
        assert "<h1>" in page
        assert "请" in page, "what to do next"

    @pytest.mark.parametrize("status", ["500", "503"])
    def test_of_a_broken_system_needs_no_context_and_no_script(self, status):
        page = loader.get_template(f"ui/errors/{status}.html").render()
        assert "<script" not in page
        assert "csrf" not in page

    def test_incident_number_is_shown_and_escaped(self):
        page = loader.get_template("ui/errors/500.html").render({"incident": "<A1>"})
        assert "&lt;A1&gt;" in page


class TestGallery:
    def test_is_closed_where_real_petitions_are(self, db):
        with override_settings(XINQIAO_DEMO=False, DEBUG=False):
            assert Client().get(reverse("ui:gallery")).status_code == 404

    @pytest.mark.parametrize("name", ["ui:gallery", "ui:gallery_officer"])
    def test_title_announces_errors(self, visitor, name):
        assert "<title>错误：" not in visitor.get(reverse(name)).content.decode()
        assert "<title>错误：" in visitor.get(reverse(name) + "?errors=1").content.decode()


class TestContentPolicy:
    """default-src 'none': anything inline would silently not work."""

    @pytest.mark.parametrize("path", sorted(HOME.glob("templates/**/*.html")), ids=lambda path: path.name)
    def test_no_template_has_inline_style_or_script(self, path):
        source = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", source)
        assert not re.search(r"<script(?![^>]*\bsrc=)", source)

    @pytest.mark.parametrize("path", sorted(HOME.glob("static/ui/*.*")), ids=lambda path: path.name)
    def test_no_asset_leaves_this_site(self, path):
        source = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(|innerHTML|insertAdjacentHTML|\beval\(|\.style\b", source)


class TestInABrowser:
    """The gallery shows every component: if it is accessible and fits, so are they."""

    @pytest.mark.parametrize(
        "path", ["ui/gallery", "ui/gallery?errors=1", "ui/gallery/officer", "ui/gallery/officer?errors=1"]
    )
    def test_every_component_is_accessible_and_fits(self, browser, settings, path):
        settings.XINQIAO_DEMO = True
        for size in ({"width": 360, "height": 740}, {"width": 1366, "height": 768}):
            browser.begin(size)
            browser.open(f"/{path}")
            browser.assert_accessible()
            root = "document.documentElement"
            assert browser.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0, (
                f"{path} at {size['width']} px"
            )

    def test_large_print_keeps_what_was_typed_and_has_big_targets(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.open("/ui/gallery")
        browser.page.fill("#id_name", "王秀兰")
        browser.page.click("form[data-large-print] button")
        browser.page.wait_for_selector("body.large")
        assert browser.page.input_value("#id_name") == "王秀兰"
        small = browser.page.evaluate(
            "[...document.querySelectorAll('a, button, .input, label.option')].filter(e => e.offsetParent && "
            "e.getBoundingClientRect().height < 60 && !e.closest('.error-summary')).map(e => e.outerHTML)"
        )
        assert small == []

    def test_nothing_is_asked_of_a_visitor_without_javascript(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.begin({"width": 390, "height": 844}, javascript=False)
        browser.open("/ui/gallery")
        assert browser.page.locator("[data-copy]").is_hidden(), "a button that cannot work is not shown"
        browser.page.click("form[data-large-print] button")
        assert "large" in browser.page.get_attribute("body", "class")

    def test_keys_move_and_open_but_never_while_typing(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.begin({"width": 1366, "height": 768})
        browser.open("/ui/gallery/officer")
        page = browser.page
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.locator("tr.row.cur").get_attribute("class").startswith("row")
        assert (
            page.evaluate("[...document.querySelectorAll('tr.row')].findIndex(r => r.classList.contains('cur'))") == 1
        )
        page.keyboard.press("k")
        page.keyboard.press("x")
        assert page.locator("tr.row.cur input").is_checked()
        page.keyboard.press("/")
        page.keyboard.type("jx?")
        assert page.input_value("[data-search]") == "jx?"
        assert not page.locator("#key-sheet").is_visible()

    def test_question_before_a_dangerous_act_can_be_taken_back(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.begin({"width": 1366, "height": 768})
        browser.open("/ui/gallery/officer")
        browser.page.click("[data-confirm]")
        expect_text(browser.page.locator("dialog[open]"), "确定要退回")
        browser.page.click("dialog[open] button[value=no]")
        browser.page.wait_for_selector("dialog[open]", state="detached")
        assert browser.page.url.endswith("/ui/gallery/officer")

    def test_no_connection_keeps_the_form_and_says_so(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.open("/ui/gallery")
        browser.page.fill("#id_name", "王秀兰")
        browser.context.set_offline(True)
        browser.page.click("text=继续")
        browser.page.wait_for_selector(".offline-banner")
        assert browser.page.input_value("#id_name") == "王秀兰"
        browser.page.close()  # offline to the end: it asks again and again whether the connection is back

    def test_pressing_twice_sends_once(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.open("/ui/gallery")
        went = browser.page.evaluate(
            """() => {
                let went = 0;
                addEventListener("submit", (event) => { went += !event.defaultPrevented; event.preventDefault(); });
                const form = document.querySelector("form[data-keep]");
                for (let press = 0; press < 3; press++) form.requestSubmit();
                return went;
            }"""
        )
        assert went == 1

    def test_what_was_typed_survives_a_failed_send(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.open("/ui/gallery")
        browser.page.fill("#say", "楼下还是很吵")
        browser.page.route("**/ui/gallery", lambda route: route.abort())
        browser.page.click("text=提交评价")
        browser.page.wait_for_url("chrome-error://**")  # else it may come in the place of the page that follows
        browser.page.unroute("**/ui/gallery")
        browser.open("/ui/gallery")
        assert browser.page.input_value("#say") == "楼下还是很吵"

    def test_draft_is_saved_and_a_failure_is_admitted(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.open("/ui/gallery")
        stamp = browser.page.locator("[data-saved]")
        sent = []

        def keep(route):
            sent.append(route.request.post_data)
            route.fulfill(json={"saved_at": "09:41"})

        browser.page.route("**/ui/gallery", lambda route: route.abort())
        browser.page.fill("#id_text", "工地晚上还在施工")
        expect_text(stamp, "草稿没有保存上")
        browser.page.unroute("**/ui/gallery")
        browser.page.route("**/ui/gallery", keep)
        browser.page.fill("#id_text", "工地晚上还在施工，很吵")
        expect_text(stamp, "草稿已保存 09:41")
        assert "很吵" in sent[-1]
        assert "csrfmiddlewaretoken" in sent[-1]

    def test_a_button_pressed_while_a_draft_is_on_its_way_waits_for_it(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.open("/ui/gallery")
        page, on_its_way = browser.page, {}
        page.route("**/ui/gallery", lambda route: on_its_way.update(draft=route))
        with page.expect_request("**/ui/gallery"):
            page.fill("#id_text", "工地晚上还在施工")
        went = """() => {
            const seen = document.body.dataset;
            addEventListener("submit", (event) => { if (!event.defaultPrevented) seen.went = "once"; event.preventDefault(); });
            document.querySelector("form[data-autosave]").requestSubmit();
            return seen.went ?? "not yet";
        }"""
        assert page.evaluate(went) == "not yet", "the server would take its own draft for a colleague's"
        on_its_way["draft"].fulfill(json={"saved_at": "09:41"})
        page.locator("body[data-went=once]").wait_for()

    def test_file_goes_up_by_itself_and_can_be_tried_again(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.open("/ui/gallery")
        photo = {"name": "<b>窗外.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 3000}
        browser.page.route("**/ui/gallery/upload", lambda route: route.abort())
        browser.page.set_input_files("#id_files", photo)
        row = browser.page.locator(".upload-list li")
        expect_text(row, "没传上去：网络断了")
        browser.page.unroute("**/ui/gallery/upload")
        browser.page.route("**/ui/gallery/upload", lambda route: route.fulfill(json={"id": 7}))
        row.locator("button").click()
        expect_text(row, "已上传，3 KB")
        assert "<b>窗外.jpg" in row.text_content(), "a name is text, never markup"
        assert row.locator("input[name=attachments]").input_value() == "7"
        row.locator("button").click()
        row.wait_for(state="detached")

    def test_a_file_too_large_is_refused_before_it_is_sent(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.open("/ui/gallery")
        browser.page.evaluate("document.getElementById('id_files').dataset.maxMb = '0.001'")
        browser.page.set_input_files(
            "#id_files", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"x" * 3000}
        )
        expect_text(browser.page.locator(".upload-list li"), "文件太大")

    def test_counter_counts_like_the_server_and_options_can_be_found(self, browser, settings):
        settings.XINQIAO_DEMO = True
        browser.open("/ui/gallery")
        browser.page.fill("#id_text", "很吵😀\n")
        expect_text(browser.page.locator("#id_text_count"), "已写 4 个字")
        browser.page.fill("[data-filter]", "街道")
        shown = browser.page.locator("#id_told_options .option:visible")
        expect_text(shown, "街道、乡镇")
        browser.page.fill("[data-filter]", "没有这个")
        expect_text(browser.page.locator(".filter-none"), "没有找到")


def expect_text(locator, words: str) -> None:
    """Wait until `locator` shows `words`."""
    from playwright.sync_api import expect

    expect(locator).to_contain_text(words)
