"""An analyst looks at what was found, confirms it, writes the sheet and sends it on: on a phone and at a desk (H.3)."""

import pytest
from django.urls import reverse

from tests.analysis.test_hot import UNTIL, Town
from tests.conftest import DESK
from xinqiao.analysis.hot import acts
from xinqiao.analysis.models import HotIssue
from xinqiao.rules.hot import IssueState

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_a_proposal_to_the_leading_unit(browser):
    town = Town()
    for number in range(6):
        town.writes(number)
    town.groups()
    issue = HotIssue.objects.get()
    browser.begin(DESK)
    page = browser.page
    browser.sign_in(town.wang_leads_office.user)
    browser.open(f"{reverse('workbench:hot_issues')}?days=30&until={UNTIL}")
    browser.look("hot-board")
    page.click(f"text={issue.name}")
    browser.look("hot-issue")
    page.click(".hot-acts >> text=确认")
    browser.look("hot-confirm")
    page.fill("[name=name]", "和平路自来水发黄")
    page.click("button:has-text('确认')")
    page.wait_for_selector("text=已确认")
    page.click("#sheet >> text=填写")
    for name, words in (("facts", "和平路一带自来水发黄，反映集中。"), ("cause", "管网老化，多年没有更换。"), ("law", "城市供水条例第二十条。"),
                        ("options", "分段更换管网，每周公布水质。")):  # fmt: skip
        page.fill(f"[name={name}]", words)
    page.check(f"[name=lead][value='{town.housing.pk}']")
    browser.look("hot-sheet")
    page.click("button:has-text('填写专报单')")
    page.click(".hot-acts >> text=送出")
    browser.look("hot-send")
    page.check("[name=target][value=lead]")
    page.click("button:has-text('送出')")
    page.wait_for_selector("text=已送出：牵头单位")
    browser.open(reverse("workbench:hot_act", args=[issue.pk, "split"]))
    browser.look("hot-split")
    found = HotIssue.objects.get()
    assert (found.state, bool(found.given_at)) == (IssueState.CONFIRMED, True)
    assert [one.target for one in acts.sent(found)] == ["lead"]
