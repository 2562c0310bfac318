"""Every row of the move table, taken for real: by the right role, the wrong role, a stranger, at the wrong stage, twice.

`WAYS` says for each step how a matter gets there and with what the step is called. A step without a way fails the first test, so no
row of the table can stay untried.
"""

import pytest
from django.db import transaction

from tests.matters.ways import WAYS, actor, by_preparation
from tests.shared import one_transaction
from tests.world import World
from xinqiao.matters import steps
from xinqiao.matters.act import MatterHidden
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Event, Matter, Referral
from xinqiao.rules.moves import MOVES
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import ReferralKind, Role, Stage, Step

pytestmark = pytest.mark.django_db

# Taken by other roads: `receive` makes the matter (tests/matters/test_receive.py), history comes from the import.
ELSEWHERE = {Step.RECEIVE, Step.IMPORT_HISTORY, Step.NOTE_LEDGER}
# May be taken again and again, by their nature.
REPEATABLE = {
    Step.RECORD_CONTACT, Step.SUPPLEMENT, Step.ASK_PROGRESS, Step.CORRECT_REGISTRATION, Step.CLASSIFY, Step.MERGE, Step.SPLIT,
    Step.REQUEST_EXTENSION, Step.RECORD_OVERDUE, Step.WARN, Step.RECOMPUTE_LIMIT, Step.RECORD_SILENCE, Step.CONFIRM_EXECUTION,
    Step.DISPUTE_EXECUTION, Step.DRAFT_COMPLETION, Step.CONTINUE_URGENT,
}  # fmt: skip


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    with one_transaction(django_db_blocker):
        yield World()


@pytest.fixture(scope="module")
def ready(town, request, django_db_blocker):
    """The town with one matter that has come to a step; the tests of the steps possible from there each have a savepoint in it."""
    with one_transaction(django_db_blocker):
        yield town, request.param(town)


def ids(keys) -> list[str]:
    return ["-".join(map(str, key)) for key in keys]


def test_every_row_of_the_table_has_a_way():
    missing = {move.step for move in MOVES} - {key[0] for key in WAYS} - ELSEWHERE
    assert not missing


def test_every_step_has_a_function():
    assert {move.step for move in MOVES} - ELSEWHERE <= set(steps.FUNCTIONS)


@pytest.mark.parametrize(
    ("ready", "key"), by_preparation(), ids=ids(key for _, key in by_preparation()), indirect=["ready"], scope="module"
)
class TestMove:
    def test_is_taken_once_by_the_right_role_and_leaves_one_event(self, ready, key):
        step, way = key[0], WAYS[key]
        world, matter_id = ready
        matter = Matter.objects.get(pk=matter_id)
        arguments = way.facts(world, matter)
        by = actor(world, way.by, matter_id)
        before = Event.objects.filter(matter_id=matter_id).count()

        world.take(step, matter_id, by, way.when, **arguments)

        written = Event.objects.filter(matter_id=matter_id).order_by("seq")[before:]
        assert [event.step for event in written] == [step]
        assert_stage_as_the_table_says(step, matter_id, written[0])
        if step not in REPEATABLE:
            with pytest.raises((StepRefused, MatterHidden)), transaction.atomic():
                world.take(step, matter_id, by, way.when, **arguments)
            assert Event.objects.filter(matter_id=matter_id).count() == before + 1

    def test_is_refused_to_a_wrong_role_and_hidden_from_a_stranger(self, ready, key):
        step, way = key[0], WAYS[key]
        world, matter_id = ready
        arguments = way.facts(world, Matter.objects.get(pk=matter_id))
        before = Event.objects.filter(matter_id=matter_id).count()
        analyst = world.officer("ana", "安分析", actor_organisation(world, way), Role.ANALYST)
        for somebody in (analyst, Citizen(matter_id=matter_id + 1), world.wu_at_police, world.sys_admin):
            with pytest.raises((StepRefused, MatterHidden)), transaction.atomic():
                world.take(step, matter_id, somebody, way.when, **arguments)
        with pytest.raises(MatterHidden), transaction.atomic():
            world.take(step, matter_id, world.wu_at_police, way.when, **arguments)
        assert Event.objects.filter(matter_id=matter_id).count() == before

    def test_is_refused_from_a_stage_that_the_table_does_not_name(self, ready, key):
        step, way = key[0], WAYS[key]
        world, matter_id = ready
        arguments = way.facts(world, Matter.objects.get(pk=matter_id))
        origins = frozenset().union(*(move.origins for move in MOVES if move.step == step))
        wrong = next((stage for stage in (Stage.ARCHIVED, Stage.RECEIVED) if stage not in origins), None)
        if wrong is None:
            assert origins == set(Stage), "a step without a wrong stage is allowed at every stage, by the table"
            return
        Matter.objects.filter(pk=matter_id).update(stage=wrong)
        Referral.objects.filter(matter_id=matter_id).update(stage=wrong)
        with pytest.raises(StepRefused) as refused, transaction.atomic():
            world.take(step, matter_id, actor(world, way.by, matter_id), way.when, **arguments)
        assert refused.value.code == "wrong_stage"


def actor_organisation(world, way):
    return getattr(world, way.by).organisation if hasattr(world, way.by) else world.office


def assert_stage_as_the_table_says(step, matter_id, event):
    allowed = {move.to for move in MOVES if move.step == step}
    if None in allowed:
        return
    chosen_by_the_rule = {
        Step.RESUME: {Stage.SIGNED_IN}, Step.ANSWER_OBJECTION_REFUSE: {Stage.TRANSFERRED, Stage.ASSIGNED},
        Step.RETURN_OPINION: {Stage.HANDLING, Stage.EXTENDED},
    }  # fmt: skip
    assert Stage(event.to_stage) in chosen_by_the_rule.get(step, allowed)


def test_the_desk_kinds_of_the_table_are_tried():
    """DIRECT desks register and classify too (T-31); co-handlers answer the lead (J-04)."""
    kinds = {kind for move in MOVES for kind in move.desk_kinds}
    assert kinds <= set(ReferralKind)
