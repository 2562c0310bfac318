"""Who is told, once each; what the citizen reads and may open again; the responsibility sheet (A-33, A-37, G.4)."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.ledgers.test_items import added, done
from tests.world import World, at, client_of
from xinqiao.jobs import ledger_bells, reactions
from xinqiao.ledgers import items, sheet
from xinqiao.ledgers.models import Item
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter
from xinqiao.notifications.models import InAppMessage
from xinqiao.rules.ledgers import Guarantee, ItemAct, ItemState, Sort
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def told(officer) -> list[str]:
    return list(InAppMessage.objects.filter(officer=officer).order_by("pk").values_list("text", flat=True))


class TestBell:
    def test_whose_turn_it_is_once_each(self, world):
        item = added(world)
        for _again in range(2):
            ledger_bells.ring(at("2026-04-02"))
        assert told(world.xu_handles) == ["台账有一项由您负责，请看要求和期限。"]
        done(world, item)
        ledger_bells.ring(at("2026-04-20"))
        assert told(world.wang_leads_office) == ["台账有一项已报办结，请核对凭证后销号。"]

    def test_past_its_day_once_for_each_day_however_long_the_worker_stood_still(self, world):
        item = added(world, limit_on=date(2026, 4, 10))
        ledger_bells.ring(at("2026-04-10"))
        for day in ("2026-04-11", "2026-04-11 18:00", "2026-04-30"):
            ledger_bells.ring(at(day))
        late = "台账有一项超过了完成期限，请今天处理。"
        assert told(world.xu_handles).count(late) == told(world.sun_supervises).count(late) == 1
        assert item.entries.filter(act=ItemAct.ALARM).count() == 1
        items.edit(
            item.pk,
            by=world.sun_supervises,
            at=at("2026-04-30"),
            reason="雨季推迟，施工单位书面说明",
            limit_on=date(2026, 5, 8),
        )
        ledger_bells.ring(at("2026-05-09"))
        assert told(world.xu_handles).count(late) == 2, "a new day, a new alarm"

    def test_nothing_of_a_report_is_told(self, world):
        matter = world.in_handling("2026-03-02")
        added(world, matter_id=matter.pk, limit_on=date(2026, 4, 10))
        Matter.objects.filter(pk=matter.pk).update(sealed=True)
        assert ledger_bells.ring(at("2026-04-11")) == 0 and not InAppMessage.objects.exists()


class TestCitizen:
    def opened(self, world, client, cancel=True):
        receipt = world.file("2026-03-02")
        world.take(Step.REGISTER, receipt.matter_id, world.tang_registers, "2026-03-02")
        item = added(world, matter_id=receipt.matter_id, by=world.wang_leads_office)
        if cancel:
            done(world, item)
            items.cancel(item.pk, by=world.sun_supervises, at=timezone.now(), text="到现场看过，屋面没有渗漏。")
        client.post(reverse("portal:track"), {"number": receipt.number, "code": receipt.query_code})
        return receipt, item

    def test_reads_who_answers_for_it_and_until_when(self, world, client):
        receipt, _item = self.opened(world, client, cancel=False)
        body = client.get(reverse("portal:matter", args=[receipt.number])).content.decode()
        assert "谁负责、到哪一天" in body and "徐承办" in body and "4月30日" in body and "列入台账，专人负责" in body

    def test_opens_again_what_is_not_solved_and_the_office_is_told(self, world, client):
        receipt, item = self.opened(world, client)
        url = reverse("portal:ledger", args=[receipt.number, item.pk])
        assert "没有解决，请重新办" in client.get(reverse("portal:matter", args=[receipt.number])).content.decode()
        short = client.post(url, {"text": "没有"})
        assert short.status_code == 422 and "没有</textarea>" in short.content.decode()
        assert client.post(url, {"text": "昨天下雨，屋顶还是漏水。"}).status_code == 302
        item.refresh_from_db()
        assert item.state == ItemState.OPEN
        assert (
            "您认为没有解决，重新列入台账"
            in client.get(reverse("portal:matter", args=[receipt.number])).content.decode()
        )

    def test_what_is_opened_again_rings_at_once_for_the_office_and_the_unit(self, world):
        matter = world.in_handling("2026-03-02")
        item = done(world, added(world, matter_id=matter.pk))
        items.cancel(item.pk, by=world.wang_leads_office, at=at("2026-04-21"), text="到现场看过，屋面没有渗漏。")
        items.dispute(item.pk, by=Citizen(matter_id=matter.pk), at=at("2026-04-22"), text="昨天下雨，屋顶还是漏水。")
        event = matter.events.order_by("-seq").first()
        for number, bell in enumerate(reactions.BELLS[Step.NOTE_LEDGER]):
            assert f"bell:{number}" in reactions.reactions_to(event)
            reactions._ring(event, matter, bell, at=at("2026-04-22"))
        assert any("没有解决" in text for text in told(world.sun_supervises))
        assert any("没有解决" in text for text in told(world.zhou_leads_unit))

    def test_nobody_elses_and_not_without_proof(self, world, client):
        _receipt, item = self.opened(world, client)
        other = world.file("2026-03-03", content="别的事：楼道灯坏了，一直没有人来修理。")
        assert client.get(reverse("portal:ledger", args=[other.number, item.pk])).status_code in (302, 404)
        client.post(reverse("portal:track"), {"number": other.number, "code": other.query_code})
        assert client.get(reverse("portal:ledger", args=[other.number, item.pk])).status_code == 404


class TestSheet:
    def in_charge(self, world) -> Item:
        matter = world.in_handling("2026-03-02")
        return added(world, sort=Sort.LEADERS, matter_id=matter.pk, leader=world.zhou_leads_unit)

    def fill(self, world, item, **changes):
        said = {one.value: f"{one.label}：已经做了，有记录可查。" for one in Guarantee}
        given = {
            "guarantees": said,
            "gates": {"facts_clear", "measure_done"},
            "visit_on": date(2026, 4, 10),
            "visit_text": "上门回访，屋面不漏了。",
        }
        return sheet.fill(item.pk, by=world.xu_handles, at=at("2026-04-11"), **{**given, **changes})

    def test_no_closing_while_unclear_unsolved_or_unvisited(self, world):
        item = self.in_charge(world)
        for changes, code in [
            (None, "sheet_missing"),
            ({"visit_on": None, "visit_text": ""}, "visits_missing"),
            ({"gates": {"facts_clear"}}, "gate"),
        ]:
            if changes is not None:
                self.fill(world, item, **changes)
            with pytest.raises(StepRefused) as refused:
                done(world, item)
            assert refused.value.code == code
        self.fill(world, item, visit_on=None, visit_text="")
        assert done(world, item).state == ItemState.REPORTED

    def test_has_no_place_for_a_promise_to_stop_petitioning(self, world):
        item = self.in_charge(world)
        said = {one.value: "已经做了，有记录可查。" for one in Guarantee} | {
            "after_care": "信访人签订了息访承诺书，不再上访。"
        }
        with pytest.raises(StepRefused, match="不得要求信访人承诺"):
            self.fill(world, item, guarantees=said)

    def test_the_page_keeps_what_was_typed_and_prints(self, world):
        item = self.in_charge(world)
        url, client = reverse("workbench:ledger_sheet", args=[item.pk]), client_of(world.xu_handles)
        sent = {"investigation": "现场查看，防水层开裂。", "visit_text": "去过了", "visit_on": "2099-01-01"}
        refused = client.post(url, sent)
        assert refused.status_code == 422 and "防水层开裂" in refused.content.decode()
        assert client.post(url, {**sent, "visit_on": "2026-04-10", "facts_clear": "on"}).status_code == 302
        printed = client.get(reverse("workbench:ledger_sheet_print", args=[item.pk])).content.decode()
        for words in ("包案责任表", "周负责", "徐承办", "防水层开裂", "去过了", "4月30日"):
            assert words in printed
