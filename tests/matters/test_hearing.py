"""The hearing of a recheck (听证): announced in plain words, once, and taken out of the 30 days once (HG-3, HG-4)."""

from datetime import date

import pytest

from tests.matters.ways import hearing, hearing_facts
from tests.world import World
from xinqiao.matters.models import Matter
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Stage, Step

pytestmark = pytest.mark.django_db


class TestHearing:
    def test_is_announced_with_the_day_in_words(self):
        world = World()
        matter_id = hearing(world)
        text = Matter.objects.get(pk=matter_id).records.filter(sort="hearing").get().text
        held_on = hearing_facts(world, None)["held_on"]
        assert f"定于{held_on.year}年{held_on.month}月{held_on.day}日" in text

    def test_is_held_once_in_a_recheck(self):
        world = World()
        matter_id = hearing(world)
        close = {"conclusion": "听证认为原意见事实清楚。"}
        world.take(Step.CLOSE_HEARING, matter_id, world.jiang_rechecks, "2026-04-14", **close)
        with pytest.raises(StepRefused) as refused:
            again = hearing_facts(world, None) | {"held_on": date(2026, 5, 20)}
            world.take(Step.OPEN_HEARING, matter_id, world.jiang_rechecks, "2026-04-15", **again)
        assert refused.value.code == "heard_already"
        assert Matter.objects.get(pk=matter_id).stage == Stage.RECHECK_REQUESTED
