"""Two people at once, a hundred programs at once: one wins, the other is told, nothing is doubled (secure-checklist 22 to 24)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.world import World, at
from xinqiao.matters import intake, steps
from xinqiao.matters.act import Conflict
from xinqiao.matters.actors import SYSTEM
from xinqiao.matters.models import Event, Matter, MatterNumber
from xinqiao.matters.steps.receive import KeyReused, ReceiptForgotten
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step

pytestmark = pytest.mark.django_db(transaction=True)


def together(count: int, act) -> list:
    """Run `act(n)` in `count` threads at once; returns what each returned or raised."""

    def one(number):
        try:
            return act(number)
        except StepRefused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_two_officers_accept_at_once_and_the_slower_is_told_who_was_faster():
    world = World()
    matter = world.signed_in()
    people = [world.xu_handles, world.zhou_leads_unit]

    outcomes = together(
        2, lambda n: steps.FUNCTIONS[Step.ACCEPT](matter.pk, by=people[n], at=at("2026-03-05"), version=matter.version)
    )

    won = [one for one in outcomes if isinstance(one, Matter)]
    lost = [one for one in outcomes if isinstance(one, Conflict)]
    assert (len(won), len(lost)) == (1, 1)
    assert "受理" in lost[0].message and any(person.user.name in lost[0].message for person in people)
    assert Event.objects.filter(matter=matter, step=Step.ACCEPT).count() == 1


def test_forty_submissions_with_one_key_give_one_receipt():
    world = World()
    made = intake.clean(world.raw(), today=at("2026-03-02").date())

    def send(_number):
        return steps.receive.receive_once(
            made, client="gateway", key="a1", fingerprint="f1", by=SYSTEM, at=at("2026-03-02")
        )

    receipts = together(40, send)
    assert len({receipt.number for receipt, _new in receipts}) == 1
    assert len({receipt.query_code for receipt, _new in receipts}) == 1
    assert sum(new for _receipt, new in receipts) == 1
    assert Matter.objects.count() == MatterNumber.objects.count() == 1


def test_the_same_key_with_another_body_is_refused():
    world = World()
    made = intake.clean(world.raw(), today=at("2026-03-02").date())
    send = dict(client="gateway", key="a1", by=SYSTEM, at=at("2026-03-02"))
    steps.receive.receive_once(made, fingerprint="f1", **send)
    with pytest.raises(KeyReused):
        steps.receive.receive_once(made, fingerprint="f2", **send)


def test_the_same_letter_after_its_receipt_was_emptied_is_refused_and_not_filed_again():
    """I-15: the query code is not kept for good; without it there is no receipt to give, and no second matter either."""
    world = World()
    made = intake.clean(world.raw(), today=at("2026-03-02").date())
    send = dict(client="gateway", key="a1", fingerprint="f1", by=SYSTEM)
    receipt, _new = steps.receive.receive_once(made, at=at("2026-03-02"), **send)
    assert steps.receive.forget_receipts(at("2026-03-02"), most=10) == 0
    assert steps.receive.forget_receipts(at("2026-03-09"), most=10) == 1
    with pytest.raises(ReceiptForgotten) as refused:
        steps.receive.receive_once(made, at=at("2026-03-10"), **send)
    assert receipt.number in refused.value.message and refused.value.code == "receipt_forgotten"
    assert Matter.objects.count() == 1


def test_filings_at_once_get_numbers_without_gaps_or_doubles():
    world = World()
    receipts = together(12, lambda _n: world.file())
    sequences = sorted(receipt.number[14:18] for receipt in receipts)
    assert sequences == [f"{n:04d}" for n in range(1, 13)]
