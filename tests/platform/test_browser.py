"""The browser the page tests use: it really renders, it notices trouble, and axe really finds faults."""

import pytest


class TestBrowser:
    def test_shows_a_page_of_ours(self, browser):
        browser.open("/no-such-page")
        assert browser.page.locator("h1").inner_text() == "没有找到这个页面"
        browser.assert_accessible()

    def test_axe_finds_a_fault(self, browser):
        browser.page.set_content("<html lang='zh'><title>x</title><main><h1>x</h1><img src='data:,'></main></html>")
        with pytest.raises(AssertionError, match="image-alt"):
            browser.assert_accessible()
        browser.troubles.clear()
