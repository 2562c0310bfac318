"""Service of an opinion (送达): the day it counts from, and what the proof of service F-21 says (R-35)."""

import pytest

from tests.world import World, at
from xinqiao.documents.models import Document
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def issued(world):
    """An opinion signed on 1 April, not served yet."""
    matter = world.in_handling("2026-03-02")
    world.draft(matter, "2026-04-01")
    world.take(Step.SUBMIT_OPINION, matter.pk, world.xu_handles, "2026-04-01")
    world.take(Step.ISSUE_OPINION, matter.pk, world.zhou_leads_unit, "2026-04-01")
    return matter


def serve(world, matter, signed_on, **proof):
    proof = {"signed_on": at(signed_on).date(), "signed_by": "王秀兰", "relation": "self", **proof}
    return world.take(Step.SERVE_OPINION, matter.pk, world.xu_handles, "2026-04-02", manner="in_person", proof=proof)


class TestDayOfService:
    def test_is_never_before_the_opinion_was_signed(self, world, issued):
        with pytest.raises(StepRefused) as refused:
            serve(world, issued, "2026-03-02")
        assert refused.value.code == "served_before_issue" and "4月1日才签发" in refused.value.message

    def test_may_be_the_day_it_was_signed(self, world, issued):
        serve(world, issued, "2026-04-01")
        assert issued.opinions.get().state == "served"


class TestProofOfService:
    @pytest.mark.parametrize(
        ("relation", "said"), [("self", ""), ("adult_family", "同住的成年家属"), ("agent", "代理人、监护人")]
    )
    def test_says_who_signed_for_another_in_words(self, world, issued, relation, said):
        serve(world, issued, "2026-04-01", relation=relation)
        data = Document.objects.get(matter_id=issued.pk, kind="F-21").data
        assert data.get("relation", "") == said
        assert bool(data.get("signed_by")) == bool(said)
