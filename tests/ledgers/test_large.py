"""Backlog, hand-over of leaders, campaigns (G.1, A-30, A-55): from a stock to lines with somebody responsible, and two signatures."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from tests.ledgers.test_items import NOW, added
from tests.world import World, at, client_of
from xinqiao.jobs import ledger_bells
from xinqiao.ledgers import backlog, campaigns, hand_over
from xinqiao.ledgers.models import HandOver, InspectionRound, Item
from xinqiao.notifications.models import InAppMessage
from xinqiao.organisations.models import Officer
from xinqiao.rules.ledgers import Sort, Verdict, criticisms_in_a_row, round_days
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Role, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


class TestBacklog:
    @pytest.mark.parametrize(
        ("today", "line", "why"),
        [
            (date(2026, 3, 2), date(2025, 3, 2), "twelve months, G.1"),
            (date(2028, 2, 29), date(2027, 2, 28), "no such day a year before"),
            (date(2026, 1, 31), date(2025, 1, 28), "counted for every month alike"),
        ],
    )
    def test_the_line_is_twelve_months_back(self, today, line, why):
        assert backlog.cutoff(today) == line, why

    def test_what_is_old_and_open_without_reports_and_without_what_ended(self, world):
        old = world.in_handling("2025-01-06")
        world.in_handling("2026-01-05", content="另一件：我家楼道的灯坏了三个月，没有人修理。")
        world.triaged("2025-01-07", kind=Kind.REPORT, content="举报：有人在工程验收中收受好处，请查处。")
        gone = world.triaged("2025-01-08", content="咨询：公租房在哪里申请，需要什么材料？")
        world.take(
            Step.REPLY_DIRECTLY, gone.pk, world.li_triages, "2025-01-09", text="公租房请到住房保障中心申请，带身份证。"
        )
        found = backlog.desks(world.sun_supervises, date(2026, 3, 2))
        assert list(found.values_list("matter_id", flat=True)) == [old.pk]
        assert [(one.month, one.number) for one in backlog.flow(found)] == [(date(2026, 1, 1), 1)]

    def test_many_at_once_into_the_ledger_each_with_its_own_person(self, world):
        first = world.in_handling("2025-01-06", title="王秀兰家屋顶漏水三年没有修好")
        second = world.signed_in("2025-01-07", content="我家的电梯停了一年，物业和开发商都不修理。")
        client = client_of(world.sun_supervises)
        url, day = reverse("workbench:backlog"), localdate() + timedelta(days=60)
        nothing = client.post(url, {"limit_on": day.isoformat(), "measure": "逐件核实，拿出方案"})
        assert nothing.status_code == 422 and "拿出方案" in nothing.content.decode()
        sent = {"matter": [first.pk, second.pk], "limit_on": day.isoformat(), "measure": "逐件核实，拿出方案"}
        assert client.post(url, sent).status_code == 302
        people = dict(Item.objects.filter(sort=Sort.BACKLOG).values_list("matter_id", "officer__user__name"))
        assert people == {first.pk: "徐承办", second.pk: "周负责"}
        assert "王秀兰" not in Item.objects.get(matter=first).problem, "a ledger names nobody"
        assert "没有积案" in client.get(url).content.decode()
        assert "已列入" in client.get(url + "?show=all").content.decode()


class TestHandOver:
    def two(self, world) -> tuple[Officer, Officer]:
        old = world.officer("mayor", "马专员", world.government, Role.LEADER, title="副专员")
        return old, world.officer("newmayor", "新专员", world.government, Role.LEADER, title="副专员")

    def made(self, world, old, new, **changes) -> HandOver:
        ids = list(Item.objects.filter(leader=old).values_list("pk", flat=True))
        return hand_over.make(
            **{"leaver": old, "receiver": new, "item_ids": ids, "by": world.wang_leads_office, "at": NOW, **changes}
        )

    def test_changes_the_leader_when_both_have_signed(self, world):
        old, new = self.two(world)
        item = added(world, leader=old)
        row = self.made(world, old, new)
        hand_over.sign(row.pk, by=new, at=NOW)
        item.refresh_from_db()
        assert item.leader == old
        hand_over.sign(row.pk, by=old, at=NOW)
        item.refresh_from_db()
        assert item.leader == new and item.entries.last().changes == {"leader": ["马专员", "新专员"]}

    def test_nothing_goes_to_nobody(self, world):
        old, new = self.two(world)
        added(world, leader=old)
        Officer.objects.filter(pk=new.pk).update(active=False)
        for receiver, code in [
            (Officer.objects.get(pk=new.pk), "no_receiver"),
            (world.xu_handles, "no_receiver"),
            (old, "same_person"),
        ]:
            with pytest.raises(StepRefused) as refused:
                self.made(world, old, receiver)
            assert refused.value.code == code

    def test_a_leader_who_is_gone_is_shown_and_a_witness_signs_with_a_reason(self, world):
        old, new = self.two(world)
        added(world, leader=old)
        Officer.objects.filter(pk=old.pk).update(active=False)
        client = client_of(world.wang_leads_office)
        assert "还没有人接" in client.get(reverse("workbench:hand_overs")).content.decode()
        new_page = reverse("workbench:hand_over_new") + f"?leaver={old.pk}"
        without = client.post(new_page, {"item": Item.objects.get().pk})
        assert without.status_code == 422 and "没有人接收的" in without.content.decode()
        assert client.post(new_page, {"item": Item.objects.get().pk, "receiver": new.pk}).status_code == 302
        url = reverse("workbench:hand_over", args=[HandOver.objects.get().pk])
        assert client.post(url, {"do": "sign", "reason": "走了"}).status_code == 422
        assert client.post(url, {"do": "sign", "reason": "已调离本地区，电话确认清单无误"}).status_code == 302
        assert client_of(new).post(url, {"do": "sign"}).status_code == 302
        assert Item.objects.get().leader == new
        assert client_of(world.gu_at_environment).get(url).status_code == 404


class TestCampaign:
    def begun(self, world) -> campaigns.Campaign:
        said = {
            "name": "四大攻坚",
            "about": "清理拖欠工程款，年底前全部结清。",
            "begins_on": date(2026, 3, 1),
            "ends_on": date(2026, 6, 1),
        }
        row = campaigns.make(by=world.wang_leads_office, at=at("2026-03-01"), **said)
        self.target(world, row, world.housing, world.xu_handles)
        self.target(world, row, world.county_housing, world.han_at_county_housing, place=world.county_gov)
        return row

    def target(self, world, row, organ, officer, **changes) -> Item:
        said = {
            "problem": "拖欠工程款没有结清",
            "place": world.government,
            "limit_on": date(2026, 5, 1),
            "measure": "督促建设单位结清",
            **changes,
        }
        return campaigns.add_target(
            row, by=world.wang_leads_office, at=at("2026-03-02"), organisation=organ, officer=officer, **said
        )

    def inspect(self, world, row, number, day, **verdicts):
        units = {world.housing.pk: (verdicts.get("housing", "noted"), "看了三处工地，两处还没有结清。")}
        one = row.rounds.get(number=number)
        return campaigns.close_round(
            one.pk,
            by=world.wang_leads_office,
            at=at(day),
            held_on=date.fromisoformat(day),
            findings="总体进展平稳",
            units=units,
        )

    @pytest.mark.parametrize(
        ("begins", "ends", "days", "why"),
        [
            (
                date(2026, 3, 1),
                date(2026, 3, 31),
                [date(2026, 3, 16), date(2026, 3, 31)],
                "every fifteenth day, the last day too",
            ),
            (date(2026, 3, 1), date(2026, 3, 10), [], "shorter than half a month"),
        ],
    )
    def test_rounds_every_fifteen_days(self, begins, ends, days, why):
        assert round_days(begins, ends) == days, why

    @pytest.mark.parametrize(
        ("verdicts", "number"), [("", 0), ("c", 1), ("cc", 2), ("cnc", 1), ("ccp", 0), ("pccc", 3)]
    )
    def test_counts_criticisms_in_a_row(self, verdicts, number):
        by_letter = {"c": Verdict.CRITICISM, "n": Verdict.NOTED, "p": Verdict.PRAISE}
        assert criticisms_in_a_row([by_letter[letter] for letter in verdicts]) == number

    def test_the_second_criticism_in_a_row_makes_one_task_for_the_unit(self, world):
        row = self.begun(world)
        self.inspect(world, row, 1, "2026-03-16", housing="criticism")
        assert not Item.objects.filter(source=f"answers:{row.pk}").exists()
        for number, day in ((2, "2026-03-31"), (3, "2026-04-15")):
            self.inspect(world, row, number, day, housing="criticism")
        task = Item.objects.get(source=f"answers:{row.pk}")
        assert (task.officer, task.limit_on) == (world.zhou_leads_unit, date(2026, 4, 10))
        ledger_bells.ring(at("2026-04-15"))
        assert InAppMessage.objects.filter(officer=world.zhou_leads_unit).exists()
        summary = campaigns.round_summary(row.rounds.get(number=2), today=date(2026, 4, 15))
        (unit,) = summary.of(Verdict.CRITICISM)
        assert (unit.in_a_row, unit.answers, summary.total, unit.total) == (2, True, 3, 2)

    def test_a_round_is_told_on_its_day_once_and_kept_as_it_was_written(self, world):
        row = self.begun(world)
        for day in ("2026-03-15", "2026-03-16", "2026-03-17"):
            ledger_bells.ring(at(day))
        lines = InAppMessage.objects.filter(officer=world.wang_leads_office, text__contains="督查到日子")
        assert lines.count() == 1
        self.inspect(world, row, 1, "2026-03-16")
        with pytest.raises(StepRefused, match="已经记录"):
            self.inspect(world, row, 1, "2026-03-17")

    def test_progress_by_district_of_what_one_may_see(self, world):
        row = self.begun(world)
        sums = campaigns.by_district(row, world.wang_leads_office, date(2026, 5, 2))
        assert [(one.organisation.pk, one.total, one.done, one.late) for one in sums] == [
            (world.government.pk, 1, 0, 1), (world.county_gov.pk, 1, 0, 1),
        ]  # fmt: skip
        assert [one.total for one in campaigns.by_unit(row, world.zhou_leads_unit, date(2026, 5, 2))] == [1]

    def test_its_pages_for_the_command_for_a_unit_and_for_others(self, world):
        row = self.begun(world)
        client, url = client_of(world.wang_leads_office), reverse("workbench:campaign", args=[row.pk])
        assert "四大攻坚" in client.get(reverse("workbench:campaigns")).content.decode()
        assert "青石县" in client.get(url).content.decode()
        add = f"{reverse('workbench:ledger_new')}?campaign={row.pk}&unit={world.housing.pk}"
        assert "列入攻坚任务台账" in client.get(add).content.decode()
        target = {"problem": "拖欠材料款没有结清", "place": world.government.pk, "officer": world.xu_handles.pk, "measure": "督促结清",
                  "limit_on": (localdate() + timedelta(days=30)).isoformat()}  # fmt: skip
        assert client.post(add, target).status_code == 302 and row.items.count() == 3
        round_url = reverse("workbench:campaign_round", args=[row.pk, 1])
        short = client.post(
            round_url,
            {
                "held_on": localdate().isoformat(),
                "findings": "平稳",
                f"verdict_{world.housing.pk}": "criticism",
                f"text_{world.housing.pk}": "差",
            },
        )
        assert short.status_code == 422 and "至少10个字" in short.content.decode() and "平稳" in short.content.decode()
        assert InspectionRound.objects.filter(closed_at=None).count() == row.rounds.count(), "all or nothing"
        sent = {"held_on": localdate().isoformat(), "findings": "平稳", f"verdict_{world.housing.pk}": "praise", f"text_{world.housing.pk}": "三处工地都已结清，凭证齐全。",
                f"verdict_{world.county_housing.pk}": "not_looked"}  # fmt: skip
        assert client.post(round_url, sent).status_code == 302
        assert "表扬" in client_of(world.zhou_leads_unit).get(round_url).content.decode()
        assert client_of(world.gu_at_environment).get(url).status_code == 404
        assert client_of(world.zhou_leads_unit).post(round_url, sent).status_code == 302
        assert timezone.now() > row.rounds.get(number=1).closed_at
