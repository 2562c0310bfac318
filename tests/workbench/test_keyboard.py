"""The keyboard of the workbench in a real browser: the keys act, and they never act while somebody types or composes Chinese."""

import pytest

from tests.conftest import DESK
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)

# What Chromium sends while an input method has the letters: first with the flag, then as old engines do.
COMPOSING = """(key) => {
  const target = document.activeElement ?? document.body;
  const made = (more) => new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true, ...more});
  target.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}));
  const events = [made({isComposing: true}), made({key: 'Process', keyCode: 229, which: 229}), made({keyCode: 229})];
  return events.map((event) => target.dispatchEvent(event));
}"""
SHEET = "#key-sheet"


@pytest.fixture
def world(transactional_db):
    return World()


@pytest.fixture
def page(browser, world):
    """李甄别 before a list of two."""
    world.first, world.second = world.triaged(title="第一件"), world.triaged("2026-03-03", title="第二件")
    browser.begin(DESK)
    browser.sign_in(world.li_triages.user)
    browser.open("/desk/")
    return browser.page


def chosen(page) -> str:
    row = page.locator("tr.row.cur")
    return row.inner_text() if row.count() else ""


class TestTheSheet:
    def test_opens_by_key_and_by_a_button_and_closes_by_escape(self, browser, page):
        page.keyboard.press("?")
        assert page.locator(SHEET).is_visible()
        page.keyboard.press("j")
        assert not chosen(page), "the list behind an open sheet stays as it is"
        browser.assert_accessible()
        browser.screenshot("desk-keys-1366")
        page.keyboard.press("Escape")
        assert not page.locator(SHEET).is_visible()
        page.click(".side-foot [data-keys-open]")
        assert page.locator(SHEET).is_visible()

    def test_single_keys_can_be_turned_off_and_this_browser_remembers(self, browser, page):
        page.keyboard.press("?")
        page.uncheck("[data-keys-switch]")
        page.keyboard.press("Escape")
        for key in ("j", "n", "?", "/"):
            page.keyboard.press(key)
        assert not chosen(page) and not page.locator(SHEET).is_visible() and page.url.endswith("/desk/")
        browser.open("/desk/")
        page.keyboard.press("j")
        assert not chosen(page)
        page.click(".who-menu summary >> nth=0")
        page.click(".menu [data-keys-open]")
        page.check("[data-keys-switch]")
        page.click(f"{SHEET} form button")
        page.keyboard.press("j")
        assert "第一件" in chosen(page)


FIELDS = (
    "<input>",
    "<textarea></textarea>",
    "<select></select>",
    "<p contenteditable='true'></p>",
    "<p role='textbox' tabindex='0'></p>",
)
FOCUS_NEW = """(html) => {
  const main = document.querySelector('main');
  main.insertAdjacentHTML('beforeend', html);
  main.lastElementChild.focus();
  return document.activeElement === main.lastElementChild;
}"""


class TestWhenKeysRest:
    def test_while_an_input_method_composes(self, page):
        page.keyboard.press("j")
        before, url = chosen(page), page.url
        for key in ("j", "x", "a", "r", "n", "/", "?", "Enter", "Escape"):
            assert page.evaluate(COMPOSING, key) == [True, True, True], "nobody took the key from the input method"
            assert (chosen(page), page.url, page.locator(SHEET).is_visible()) == (before, url, False), key
        page.keyboard.press("/")
        assert page.evaluate(COMPOSING, "Enter") == [True, True, True] and page.url == url

    def test_in_any_field_and_with_a_modifier(self, page):
        for html in FIELDS:
            assert page.evaluate(FOCUS_NEW, html), html
            for key in ("j", "n", "?"):
                page.keyboard.press(key)
            assert not chosen(page) and not page.locator(SHEET).is_visible() and page.url.endswith("/desk/"), html
        page.evaluate("document.activeElement.blur()")
        for keys in ("Control+j", "Alt+j", "Meta+j"):
            page.keyboard.press(keys)
            assert not chosen(page), keys
        page.keyboard.press("j")
        assert "第一件" in chosen(page), "without them it acts"


class TestOnACase:
    def test_a_takes_what_is_due_and_r_the_way_to_somebody_else(self, browser, world, page):
        for key in ("a", "r"):
            browser.open(f"/desk/cases/{world.first.number}/")
            assert page.locator(f'[data-key~="{key}"]').get_attribute("aria-keyshortcuts") == "A R"
            page.keyboard.press(key)
            page.wait_for_url("**/steps/transfer/")

    def test_they_differ_where_both_are_open(self, browser, world):
        matter = world.signed_in()
        browser.begin(DESK)
        browser.sign_in(world.zhou_leads_unit.user)
        for key, step in (("a", "accept"), ("r", "pass_down")):
            browser.open(f"/desk/cases/{matter.number}/")
            browser.page.keyboard.press(key)
            browser.page.wait_for_url(f"**/steps/{step}/")
