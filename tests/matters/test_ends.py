"""What is left of a matter that ends, rests or comes back: no duty outlives its desk, and what was promised can still be asked for."""

import pytest

from tests.matters.ways import citizen_of, mediated, review_requested, withdrawn
from tests.world import World, at
from xinqiao.jobs import deadlines
from xinqiao.matters.models import Matter
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Purpose, Stage, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return World()


class TestWithdrawal:
    def test_nobody_works_on_what_was_withdrawn(self, world):
        matter_id = withdrawn(world)
        with pytest.raises(StepRefused) as refused:
            world.take(Step.ACCEPT, matter_id, world.xu_handles, "2026-03-06")
        assert refused.value.code == "withdrawn"

    def test_what_fell_due_meanwhile_is_seen_after_it_is_resumed(self, world):
        matter_id = withdrawn(world)  # the unit's 15 days end on 17 March
        world.take(Step.RESUME, matter_id, citizen_of(matter_id), "2026-03-30")
        deadlines.sweep(at("2026-03-30 23:00"))
        assert Matter.objects.get(pk=matter_id).events.filter(step=Step.RECORD_SILENCE).exists()


class TestAfterTheEnd:
    def test_an_agreement_that_is_not_kept_is_an_execution_complaint(self, world):
        matter_id = mediated(world)
        world.take(Step.RECORD_AGREEMENT_PERFORMED, matter_id, world.xu_handles, "2026-04-10", proof="赔偿款已付清，有收条为证。")
        world.take(Step.DISPUTE_EXECUTION, matter_id, citizen_of(matter_id), "2026-04-20", text="只付了一半。")
        matter = Matter.objects.get(pk=matter_id)
        assert matter.stage == Stage.EXECUTING
        assert matter.referrals.get(organisation=world.housing).is_open

    def test_a_refused_review_leaves_no_desk_that_nobody_can_end(self, world):
        matter_id = review_requested(world)
        world.take(Step.REFUSE_REVIEW, matter_id, world.shen_reviews, "2026-04-07", ground="pending", facts="同一事项法院正在审理。")
        assert not Matter.objects.get(pk=matter_id).referrals.filter(is_open=True).exists()


class TestSplit:
    def test_the_part_has_no_more_time_than_the_whole(self, world):
        matter = world.triaged("2026-03-02")
        receipt = world.take(
            Step.SPLIT, matter.pk, world.li_triages, "2026-03-12",
            title="家具", extract="家具被泡坏。", requests=["赔家具"], kind=Kind.REQUEST,
        )  # fmt: skip
        clock = Matter.objects.get(pk=receipt.matter_id).clocks.get(term="PO15", state="running")
        assert clock.started_on == at("2026-03-02").date()


class TestReport:
    def test_the_history_says_neither_what_nor_against_whom(self, world):
        receipt = world.file(purpose=Purpose.ACCUSE)
        world.take(Step.REGISTER, receipt.matter_id, world.tang_registers, "2026-03-02")
        world.take(
            Step.CLASSIFY, receipt.matter_id, world.li_triages, "2026-03-02", kind=Kind.REPORT,
            content_class=world.housing_class, requests=["查处徐某"], accused=[world.housing],
        )  # fmt: skip
        facts = Matter.objects.get(pk=receipt.matter_id).events.get(step=Step.CLASSIFY).facts_text
        assert "徐某" not in facts and world.housing.key not in facts and "漏水" not in facts
