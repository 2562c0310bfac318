"""Ledgers in a real browser: from the list to a cancelled item, at the desk and on a phone; each page fits and reads well (H.2, A-33)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from tests.conftest import DESK, PHONE
from tests.ledgers.test_items import added, done
from tests.world import World
from xinqiao.ledgers import campaigns
from xinqiao.ledgers.models import Item
from xinqiao.rules.ledgers import ItemState

pytestmark = pytest.mark.django_db(transaction=True)


def check(browser, name: str) -> None:
    browser.assert_accessible()
    root = "document.documentElement"
    assert browser.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0, browser.page.url
    browser.screenshot(name)


def test_from_the_list_to_a_cancelled_item(browser, transactional_db):
    world, now = World(), timezone.now()
    soon = localdate() + timedelta(days=12)
    item = done(world, added(world, limit_on=soon, at=now))
    said = {
        "name": "拖欠工程款攻坚行动",
        "about": "年底前结清拖欠的工程款。",
        "begins_on": localdate(),
        "ends_on": soon + timedelta(days=20),
    }
    row = campaigns.make(by=world.wang_leads_office, at=now, **said)
    target = {"problem": "拖欠工程款没有结清", "measure": "督促结清", "place": world.government, "limit_on": soon}
    campaigns.add_target(
        row, by=world.wang_leads_office, at=now, organisation=world.housing, officer=world.xu_handles, **target
    )

    browser.begin(DESK)
    browser.sign_in(world.wang_leads_office.user)
    browser.open("/desk/ledgers/?state=reported")
    check(browser, "desk-ledger-1366")
    page = browser.page
    page.click("tr.row a.t")
    check(browser, "desk-ledger-item-1366")
    page.click(f'a[href$="/desk/ledgers/{item.pk}/do/cancel/"]')
    page.fill("textarea[name=text]", "到现场看过，屋面没有渗漏。")
    page.click("main button[type=submit]")
    assert page.locator("#id_confirmed, [name=confirmed]").count() == 1, "evidence first"
    assert page.input_value("textarea[name=text]") == "到现场看过，屋面没有渗漏。"
    check(browser, "desk-ledger-cancel-1366")
    page.check("[name=confirmed]")
    page.click("main button[type=submit]")
    page.wait_for_url(f"**/desk/ledgers/{item.pk}/")
    assert Item.objects.get(pk=item.pk).state == ItemState.CANCELLED

    browser.begin(PHONE, javascript=False)
    browser.sign_in(world.wang_leads_office.user)
    root = "/desk/ledgers/"
    for path, name in (
        (root, "list"),
        (f"{root}{item.pk}/", "item"),
        (f"{root}backlog/", "backlog"),
        (f"{root}campaigns/{row.pk}/", "campaign"),
    ):
        browser.open(path)
        assert browser.page.locator("h1").is_visible()
        browser.screenshot(f"desk-ledger-{name}-390")
