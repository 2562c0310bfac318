"""Days in letters are days in Shanghai: what came at two in the morning came that day, not the day before (UTC)."""

import pytest

from tests.world import World, at
from xinqiao.documents.models import Document
from xinqiao.matters.actors import Citizen
from xinqiao.rules.stages import Step

pytestmark = pytest.mark.django_db


class TestRefusalOfReview:
    def test_names_the_day_the_request_came(self):
        world = World()
        matter = world.served()
        asked = {"organ_id": world.government.pk, "request": "撤销原意见", "facts": "没有查家具"}
        world.take(Step.REQUEST_REVIEW, matter.pk, Citizen(matter_id=matter.pk), "2026-04-10 02:00", **asked)
        facts = {"ground": "pending", "facts": "同一事项正在行政复议，四月二日已经受理，案号另附。"}
        world.take(Step.REFUSE_REVIEW, matter.pk, world.shen_reviews, "2026-04-10", **facts)
        assert Document.objects.get(matter_id=matter.pk, kind="F-20").data["applied_on"] == "2026-04-10"


class TestAcceptanceNotice:
    def test_names_the_day_the_unit_itself_received_it(self):
        world = World()
        matter = world.signed_in("2026-03-02")
        desk = matter.referrals.get(organisation=world.housing)
        matter.referrals.filter(pk=desk.pk).update(received_at=at("2026-03-05 02:00"))
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-03-06")
        assert Document.objects.get(matter_id=matter.pk, kind="F-08").data["received_on"] == "2026-03-05"
