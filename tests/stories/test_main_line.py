"""The whole way of one petition (D.7c): from the citizen's form to the recheck opinion, each step by the right person."""

import pytest

from tests.world import World, at
from xinqiao.matters import history
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Event, Matter
from xinqiao.organisations.tree import review_organs
from xinqiao.rules.stages import Stage, Step

pytestmark = pytest.mark.django_db


def test_from_the_first_form_to_the_recheck_opinion():
    world = World()
    matter = world.served()
    citizen = Citizen(matter_id=matter.pk)
    assert matter.stage == Stage.OPINION_SERVED
    window = matter.clocks.get(term="REVIEW_REQ30", state="running")
    assert window.started_on == at("2026-04-02").date()

    organs = {one.name: one.organ_id for one in review_organs(world.housing)}
    assert world.government.name in organs
    world.take(
        Step.REQUEST_REVIEW, matter.pk, citizen, "2026-04-20", organ_id=world.government.pk, request="撤销原意见", facts="没有赔家具"
    )
    world.draft(
        matter, "2026-05-06", by=world.shen_reviews, facts="复查查明，屋面已列入维修，家具损失没有票据。", reasons="原意见认定事实清楚。",
        basis=[{"title": "信访工作条例", "article": "第三十五条"}], body="维持原处理意见。", outcome="uphold", not_worse=True, answers=[],
    )  # fmt: skip
    world.take(Step.ISSUE_REVIEW_OPINION, matter.pk, world.shen_reviews, "2026-05-06")
    proof = {"signed_on": at("2026-05-07").date(), "signed_by": "王秀兰", "relation": "self"}
    world.take(Step.SERVE_REVIEW_OPINION, matter.pk, world.shen_reviews, "2026-05-07", manner="in_person", proof=proof)
    assert Matter.objects.get(pk=matter.pk).stage == Stage.REVIEW_SERVED

    recheck_organ = review_organs(world.government)[0]
    world.take(
        Step.REQUEST_RECHECK, matter.pk, citizen, "2026-05-20", organ_id=recheck_organ.organ_id, request="重新调查", facts=""
    )
    world.take(
        Step.OPEN_HEARING, matter.pk, world.jiang_rechecks, "2026-05-22", held_on=at("2026-06-01").date(), place="自治区信访局听证室", host="罗主持"
    )
    world.take(Step.CLOSE_HEARING, matter.pk, world.jiang_rechecks, "2026-06-03", conclusion="听证认为原处理意见认定事实清楚。")
    clock = matter.clocks.get(term="RECHECK_DEC30")
    assert clock.inputs["hearing"] == ["2026-05-22", "2026-06-03"], "DL-09: the hearing is taken out of the 30 days"
    world.draft(
        matter, "2026-06-10", by=world.jiang_rechecks, facts="复核查明的事实与复查一致。", reasons="原意见依据充分。",
        basis=[{"title": "信访工作条例", "article": "第三十六条"}], body="维持复查意见。", outcome="uphold", not_worse=True, answers=[],
    )  # fmt: skip
    world.take(Step.ISSUE_RECHECK_OPINION, matter.pk, world.jiang_rechecks, "2026-06-10")
    proof = {"signed_on": at("2026-06-11").date(), "signed_by": "王秀兰", "relation": "self"}
    world.take(Step.SERVE_RECHECK_OPINION, matter.pk, world.jiang_rechecks, "2026-06-11", manner="in_person", proof=proof)

    matter = Matter.objects.get(pk=matter.pk)
    assert matter.stage == Stage.ENDED_RECHECK
    assert matter.clocks.get(term="HANDLE60").state == "met"
    assert matter.clocks.get(term="RECHECK_DEC30").state == "met"
    assert list(history.broken_links(Event.objects.order_by("matter_id", "seq"))) == []
