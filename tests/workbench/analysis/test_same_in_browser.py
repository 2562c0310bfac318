"""同一事项核对 in the browser: read on a phone and at a desk, decided with the keyboard."""

import pytest
from django.utils import timezone

from tests.analysis.test_same import ELSEWHERE, IN_OTHER_WORDS, SMOKE, page
from tests.conftest import DESK
from tests.world import World
from xinqiao.analysis import same
from xinqiao.rules.sameness import Verdict

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_are_compared_and_told_apart(browser):
    world = World()
    other, first = world.signed_in(**ELSEWHERE), world.signed_in("2026-03-03", **SMOKE)
    again = world.triaged("2026-03-05", **SMOKE | {"people": IN_OTHER_WORDS["people"]})
    same.decide(again, other, Verdict.NOT_SAME, by=world.li_triages, at=timezone.now(), reason="不在一个小区")
    browser.begin(DESK)
    browser.sign_in(world.li_triages.user)
    browser.open(page(again))
    browser.look("same")
    browser.page.get_by_role("button", name="不是同一事项").first.press("Enter")
    browser.page.wait_for_load_state()
    assert "已记下" in browser.page.content()
    assert same.decided(again)[first.pk].verdict == Verdict.NOT_SAME
