"""巡查、督办、建议、措施 in a real browser, at the desk and on a phone: accessible, nothing sticks out sideways, tabs lead from one to the next."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from tests.conftest import DESK, PHONE
from tests.world import World, at
from xinqiao.jobs import deadlines
from xinqiao.rules.recommendations import Sort
from xinqiao.rules.stages import Step
from xinqiao.supervision import measures, patrol, recommendations
from xinqiao.supervision.models import Finding

pytestmark = pytest.mark.django_db(transaction=True)


def check(browser, name: str) -> None:
    browser.assert_accessible()
    browser.screenshot(name)
    root = "document.documentElement"
    assert browser.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0, browser.page.url


@pytest.fixture
def world(transactional_db):
    """A notice that lapsed and was found; a supervision that waits for its answer; a recommendation and a listing that are late or new."""
    world, today = World(), localdate()
    world.silent = world.signed_in(f"{today - timedelta(days=30)}")  # over, however long a holiday the last day met
    deadlines.sweep(timezone.now())
    patrol.look(world.silent.events.get(step=Step.RECORD_SILENCE), at=timezone.now())
    world.finding = Finding.objects.get(matter=world.silent)
    world.take(
        Step.PROPOSE_SUPERVISION, world.silent.pk, world.sun_supervises, f"{today}", to=world.housing, ground="not_accepted",
        means="letter", broken="超过15日没有告知信访人是否受理，违反信访工作条例第二十三条。", demand="5日内书面告知，同时报送本局。",
        improvement="建立收文当日登记制度，明确专人负责告知。", answer_by_on=today + timedelta(days=15), finding_id=world.finding.pk,
    )  # fmt: skip
    world.take(Step.ISSUE_SUPERVISION, world.silent.pk, world.wang_leads_office, f"{today}")
    long_ago = at(f"{today - timedelta(days=60)}")
    draft = recommendations.Draft(
        Sort.IMPROVE, world.housing, facts="今年以来三件房屋质量信访没有按期告知是否受理，群众多次询问。",
        proposal="建立收文当日登记制度，明确专人告知，每周核对一次。", numbers=(world.silent.number,),
    )  # fmt: skip
    world.recommendation = recommendations.save(draft, by=world.sun_supervises, at=long_ago)
    recommendations.submit(world.recommendation.pk, by=world.sun_supervises, at=long_ago)
    recommendations.sign(world.recommendation.pk, by=world.wang_leads_office, at=long_ago)
    proposal = measures.Proposal(
        measures.Sort.LISTING, world.housing, ("R-45(3)",), "建议发出60天，问题没有解决，也没有反馈。", "月底以前完成整改，由本局验收。",
        today + timedelta(days=30), (world.silent.number,), world.recommendation,
    )  # fmt: skip
    world.measure = measures.propose(proposal, by=world.sun_supervises, at=timezone.now())
    return world


def test_the_pages_of_supervision(browser, world):
    supervision = world.silent.supervisions.get()
    for size in (DESK, PHONE):
        width = size["width"]
        browser.begin(size)
        browser.sign_in(world.wang_leads_office.user)
        for name, address in {
            "finding": f"/desk/patrol/{world.finding.pk}/", "supervision": f"/desk/supervisions/{supervision.pk}/",
            "recommendations": "/desk/recommendations/?show=open", "measure": f"/desk/measures/{world.measure.pk}/",
            "recommendation-draft": f"/desk/recommendations/new/account/?supervision={supervision.pk}",
        }.items():  # fmt: skip
            browser.open(address)
            check(browser, f"sv-{name}-{width}")
        browser.open("/desk/patrol/")
        browser.page.click("nav.tabs a:has-text('建议')")
        browser.page.wait_for_url("**/desk/recommendations/")
        browser.begin(size)
        browser.sign_in(world.zhou_leads_unit.user)
        browser.open(f"/desk/recommendations/{world.recommendation.pk}/")
        browser.page.check("text=没有采纳")
        browser.page.click("button:has-text('反馈采纳情况')")
        assert "没有采纳的，请写明理由" in browser.page.inner_text("main")
        check(browser, f"sv-feedback-{width}")
