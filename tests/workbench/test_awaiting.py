"""待我办理 leads on to what waits beside the petitions: reports, recommendations, supervisions and the like (SV-3, SV-5, SV-8)."""

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from tests.matters.ways import reported
from tests.supervision.test_recommendations import draft, issued
from tests.supervision.test_supervision import proposal
from tests.world import World, at, client_of
from xinqiao.analysis.models import PublicAnswer
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Kind, Role, Step
from xinqiao.supervision import recommendations
from xinqiao.workbench import awaiting, tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """A report on an assigned matter, a recommendation and a supervision to sign, another recommendation to answer."""
    world = World()
    reported(world)
    issued(world)
    matter = world.signed_in("2026-03-02")
    row = recommendations.save(draft(world, numbers=(matter.number,)), by=world.sun_supervises, at=at("2026-04-02"))
    recommendations.submit(row.pk, by=world.sun_supervises, at=at("2026-04-02"))
    world.take(Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-01", **proposal(world))
    return world


def beside(officer: Officer, query: str = "") -> dict[str, tuple[str, str]]:
    """What the list leads on to: label → (how many, address)."""
    found = client_of(officer).get(reverse("workbench:queue") + query).context["awaited"]
    return {one["label"]: (one["count"], one["url"]) for one in found}


class TestTheList:
    def test_leads_the_head_of_the_office_to_everything_to_be_signed(self, world):
        found = beside(world.wang_leads_office)
        assert {label: count for label, (count, _url) in found.items()} == {"督办": "1", "办结报告": "1", "建议": "1"}
        assert found["建议"][1] == reverse("workbench:recommendations")
        assert beside(world.wang_leads_office, "?shelf=approval") == found
        assert beside(world.wang_leads_office, "?shelf=closed") == {}

    def test_leads_the_unit_to_what_it_has_to_answer(self, world):
        assert beside(world.zhou_leads_unit) == {"建议": ("1", reverse("workbench:recommendations"))}

    def test_says_nothing_to_those_who_are_not_asked(self, world):
        assert beside(world.tang_registers) == {}


class TestCounts:
    def test_are_what_the_pages_list(self, world):
        """The statement is composed once for a sort of post: it must fit each of them."""
        asked = 0
        for officer in Officer.objects.select_related("user", "organisation"):
            rows = awaiting.asked_of(officer)
            counts = tally.count(officer, localdate(), {}, rows)
            expected = {name: one.rows(officer).count() for name, one in awaiting.BY_PAGE.items() if name in rows}
            assert counts == expected, officer
            asked += sum(counts.values())
        assert asked >= 4

    def test_hold_nothing_of_what_was_sealed(self, world):
        assert "办结报告" in beside(world.sun_supervises)
        Matter.objects.update(sealed=True, kind=Kind.REPORT)
        assert "办结报告" not in beside(world.sun_supervises)

    def test_a_public_answer_is_not_approved_by_who_wrote_it(self, world):
        leader = world.wang_leads_office
        other = world.officer("wei", "魏副局", world.office, Role.OFFICE_LEADER)
        row = {
            "matter": Matter.objects.order_by("pk").first(),
            "office": world.office,
            "prepared_by": leader,
            "prepared_at": at("2026-04-02"),
        }
        PublicAnswer.objects.create(title="漏水", handed_in_at=at("2026-04-02"), **row)
        assert "公开答复待审核" in beside(other) and "公开答复待审核" not in beside(leader)
