"""Ledgers (台账): who may do what with an item, what has to be there, and that no act is without its line in a chain (A-33, G.4)."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from tests.world import World, at
from xinqiao.integrity.models import AuditEntry
from xinqiao.jobs.proof import papers
from xinqiao.ledgers import evidence, items
from xinqiao.ledgers.models import Entry, Evidence, Item
from xinqiao.matters import act, files
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.ledgers import ItemState, Sort
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Role, Step

pytestmark = pytest.mark.django_db
NOW = at("2026-04-01")
WORDS = "防水层已经重做，闭水试验24小时没有渗漏。"


@pytest.fixture
def world():
    return World()


def added(world, **changes) -> Item:
    said = {
        "sort": Sort.MATTERS, "problem": "3号楼屋面漏水，维修没有完成", "place": world.government, "organisation": world.housing,
        "officer": world.xu_handles, "limit_on": date(2026, 4, 30), "measure": "重做屋面防水层", "by": world.sun_supervises, "at": NOW,
    }  # fmt: skip
    return items.add(**{**said, **changes})


def done(world, item: Item, by=None, **changes) -> Item:
    picture = files.store("屋面已经修好。".encode(), name="验收.txt")
    return items.report_done(
        item.pk, by=by or world.xu_handles, at=at("2026-04-20"), text=WORDS, files=[picture], **changes
    )


class TestAdding:
    def test_without_a_person_or_a_day_that_is_to_come_nothing_is_listed(self, world):
        for changes, code in [
            ({"officer": None}, "no_person"),
            ({"officer": world.wu_at_police}, "not_their_person"),
            ({"limit_on": date(2026, 3, 31)}, "limit"),
            ({"problem": "  \u200b "}, "problem"),
            ({"measure": "由信访人签订息访承诺书"}, "measure"),
            ({"sort": Sort.LEADERS}, "no_matter"),
        ]:
            with pytest.raises(StepRefused) as refused:
                added(world, **changes)
            assert refused.value.code == code
        assert not Item.objects.exists()

    def test_a_task_of_a_meeting_may_leave_the_person_to_the_unit(self, world):
        item = added(world, sort=Sort.MEETINGS, officer=None, source="meeting:7")
        items.name_person(item.pk, by=world.zhou_leads_unit, at=NOW, officer=world.xu_handles)
        assert Item.objects.get(source="meeting:7").officer == world.xu_handles

    def test_a_post_without_the_right_lists_nothing(self, world):
        with pytest.raises(StepRefused, match="需要由"):
            added(world, by=world.tang_registers)


class TestSecondPerson:
    """销号: with evidence, by somebody else (G.4 "paper closing")."""

    def test_is_reported_with_evidence_and_cancelled_by_another_person(self, world):
        item = added(world)
        with pytest.raises(StepRefused, match="凭证"):
            items.report_done(item.pk, by=world.xu_handles, at=NOW, text=WORDS)
        done(world, item)
        items.cancel(item.pk, by=world.wang_leads_office, at=at("2026-04-21"), text="到现场看过，屋面没有渗漏。")
        item.refresh_from_db()
        assert (item.state, item.cancelled_by) == (ItemState.CANCELLED, world.wang_leads_office)
        assert [entry.act for entry in item.entries.all()] == ["add", "report_done", "cancel"]

    def test_never_by_who_reported_or_is_responsible(self, world):
        item = added(world, organisation=world.office, officer=world.wang_leads_office, by=world.sun_supervises)
        done(world, item, by=world.sun_supervises)
        for somebody in (world.sun_supervises, world.wang_leads_office):
            with pytest.raises(StepRefused) as refused:
                items.cancel(item.pk, by=somebody, at=NOW, text="看过了，确实已经办好了。")
            assert refused.value.code == "second_person"

    def test_never_by_the_unit_itself(self, world):
        item = done(world, added(world))
        with pytest.raises(StepRefused, match="台账管理单位"):
            items.cancel(item.pk, by=world.zhou_leads_unit, at=NOW, text="看过了，确实已经办好了。")

    def test_the_database_holds_the_history(self, world):
        added(world)
        with pytest.raises(DatabaseError), transaction.atomic():
            Entry.objects.update(text="别的")
        assert AuditEntry.objects.get(kind=AuditKind.LEDGER).detail_text.count('"act":"add"') == 1

    def test_sent_back_is_open_again(self, world):
        item = done(world, added(world))
        items.send_back(item.pk, by=world.wang_leads_office, at=at("2026-04-21"), text="照片看不出是哪一栋楼，请补充。")
        item.refresh_from_db()
        assert (item.state, item.done_by) == (ItemState.OPEN, None)


class TestOfAMatter:
    def cancelled(self, world):
        matter = world.in_handling("2026-03-02")
        item = done(world, added(world, matter_id=matter.pk))
        items.cancel(item.pk, by=world.wang_leads_office, at=at("2026-04-21"), text="到现场看过，屋面没有渗漏。")
        return matter, item

    def test_each_act_is_an_event_of_the_matter(self, world):
        matter, _item = self.cancelled(world)
        said = [event.facts["doing"] for event in matter.events.filter(step=Step.NOTE_LEDGER)]
        assert said == ["add", "report_done", "cancel"]
        assert not AuditEntry.objects.filter(kind=AuditKind.LEDGER).exists()

    def test_the_citizen_opens_it_again_for_thirty_days(self, world):
        matter, item = self.cancelled(world)
        citizen = Citizen(matter_id=matter.pk)
        with pytest.raises(StepRefused, match="30天"):
            items.dispute(item.pk, by=citizen, at=at("2026-05-22"), text="昨天下雨，屋顶又漏水了。")
        items.dispute(item.pk, by=citizen, at=at("2026-05-21"), text="昨天下雨，屋顶又漏水了。")
        item.refresh_from_db()
        assert (item.state, item.reopened) == (ItemState.OPEN, 1)

    def test_only_the_own_one(self, world):
        _matter, item = self.cancelled(world)
        other = world.file("2026-03-03", content="别的事：楼道灯坏了，一直没有人来修理。")
        with pytest.raises(Item.DoesNotExist):
            items.dispute(
                item.pk, by=Citizen(matter_id=other.matter_id), at=at("2026-04-22"), text="没有解决，还在漏水。"
            )

    def test_a_report_is_in_no_ledger(self, world):
        report = world.triaged("2026-03-02", kind=Kind.REPORT)
        for somebody in (world.sun_supervises, world.wang_leads_office):
            with pytest.raises((act.MatterHidden, StepRefused)):
                added(world, by=somebody, matter_id=report.pk)
        matter = world.in_handling("2026-03-03", content="我家屋顶漏水已经半年，报修三次没有人来看。")
        item = added(world, matter_id=matter.pk)
        Matter.objects.filter(pk=matter.pk).update(sealed=True, kind=Kind.REPORT)
        for somebody in (world.sun_supervises, world.wang_leads_office, world.xu_handles):
            assert not Item.objects.visible_to(somebody).exists()
            with pytest.raises(Item.DoesNotExist):
                items.report_progress(item.pk, by=somebody, at=NOW, text="开工了", progress="under_way")


class TestWhoSees:
    @pytest.mark.parametrize(
        ("who", "sees", "why"),
        [
            ("sun_supervises", True, "keeps the ledger"),
            ("zhou_leads_unit", True, "of the unit that has to act"),
            ("gu_at_environment", False, "another bureau"),
            ("feng_in_county", False, "another office, below"),
            ("sys_admin", False, "administers"),
        ],
    )
    def test_an_item_of_the_prefecture(self, world, who, sees, why):
        item = added(world)
        assert Item.objects.visible_to(getattr(world, who)).filter(pk=item.pk).exists() is sees, why

    def test_the_named_leader_sees_it_wherever_they_sit(self, world):
        leader = world.officer("mayor", "马专员", world.government, Role.LEADER, title="副专员")
        item = added(world, leader=leader)
        added(world, problem="另一件不归这位领导的事，还没有办")
        assert list(Item.objects.visible_to(leader)) == [item]

    def test_clues_stay_between_two(self, world):
        item = added(
            world, sort=Sort.CLUES, problem="移交线索3件", by=world.feng_in_county, organisation=world.county_housing,
            officer=world.han_at_county_housing, place=world.county_gov,
        )  # fmt: skip
        assert not Item.objects.visible_to(world.sun_supervises).exists(), "not up the territory (A-57)"
        assert Item.objects.visible_to(world.feng_in_county).get() == item


class TestFiles:
    def test_of_an_item_are_no_orphans_and_a_changed_one_is_found(self, world):
        """Like attachments (FD-4): what shows that a thing was done is proved to lie there as it came."""
        done(world, added(world))
        kept = Evidence.objects.exclude(stored_name="").get()
        assert kept.stored_name not in files.orphans(also_kept=evidence.stored_names())[0]
        assert list(papers.stored_files(lambda _rows: None)) == []
        path = next(Path(settings.XINQIAO_FILES).rglob(kept.stored_name))
        path.unlink()
        found = [(one.table, one.id, one.reason) for one in papers.stored_files(lambda _rows: None)]
        assert found == [("ledgers_evidence", kept.pk, "the file is not on the disk")]
        assert kept.stored_name in files.orphans(also_kept=evidence.stored_names())[1]
