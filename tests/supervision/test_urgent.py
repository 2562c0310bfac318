"""重大紧急: the form, whom it goes to, the alarms at 30 and 60 minutes, continued reports, who reads it (UR-1 to UR-7, R-25)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.matters.ways import URGENT, flagged, in_handling, sent_urgently
from tests.world import World, at, client_of
from xinqiao.documents import letters
from xinqiao.jobs import urgent_alarms, worker
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter, UrgentDelivery, UrgentReport
from xinqiao.matters.steps.urgent import owed_outside
from xinqiao.notifications.models import InAppMessage
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Role, Step
from xinqiao.rules.urgent import NOT_CONTINUED

pytestmark = pytest.mark.django_db
MORNING = "2026-03-20 10:00"


@pytest.fixture
def world():
    return World()


def flag(world, matter_id, by=None, **changes):
    said = {**URGENT["said"], **changes.pop("said", {})}
    given = {**URGENT, "ground": "life", **changes, "said": said}
    world.take(Step.FLAG_URGENT, matter_id, by or world.xu_handles, MORNING, **given)


class TestForm:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"said": {"rescue": ""}}, "已经联系的救助力量"),
            ({"said": {"where": ""}}, "在哪里"),
            ({"said": {"happened": "王秀兰一家被困在五楼，楼梯断裂。"}}, "不写任何人的姓名"),
            ({"said": {"happened": "被困住户电话13800138000，请救援。"}}, "不写任何人的姓名"),
            ({"next_report_at": at("2026-03-20 09:00")}, "下一次续报"),
            ({"next_report_at": at("2026-04-20 09:00")}, "下一次续报"),
        ],
        ids=["UR-6: help first", "UR-5: where", "a name", "a number", "in the past", "in a month"],
    )
    def test_what_is_missing_or_too_much_is_said(self, world, changes, words):
        with pytest.raises(StepRefused, match=words):
            flag(world, in_handling(world), **changes)

    def test_nothing_of_a_report_goes_this_way(self, world):
        matter = world.triaged("2026-03-02", kind=Kind.REPORT, purpose="accuse")
        with pytest.raises(StepRefused, match="检举控告"):
            flag(world, matter.pk, by=world.li_triages)

    def test_the_letter_says_what_and_how_many_and_never_who(self, world):
        matter = Matter.objects.get(pk=sent_urgently(world))
        document = letters.versions(matter.pk, "F-32")[-1]
        assert document.title == "重大紧急信访信息专报" and not document.visible_to_citizen
        said = str(document.data) + str(document.text)
        assert "36人" in said and "王秀兰" not in said and matter.title not in said

    def test_the_mark_of_triage_starts_the_minutes(self, world):
        matter_id = world.file("2026-03-20").matter_id
        world.take(Step.REGISTER, matter_id, world.tang_registers, MORNING)
        given = {"kind": Kind.REQUEST, "content_class": world.housing_class, "requests": ["修好屋顶"], "urgent": True}
        world.take(Step.CLASSIFY, matter_id, world.li_triages, MORNING, **given)
        assert UrgentReport.objects.get(matter=matter_id).alarm_at == at("2026-03-20 10:30")
        world.take(Step.CLASSIFY, matter_id, world.li_triages, "2026-03-20 10:10", **{**given, "urgent": False})
        assert Matter.objects.get(pk=matter_id).urgent, "a mark is taken away by the head only, with a reason (UR-4)"


class TestAddressees:
    def test_each_must_have_it_and_what_is_not_here_is_owed_until_it_is_recorded(self, world):
        world.officer("zhuan", "专员领导", world.government, Role.LEADER)
        matter = Matter.objects.get(pk=sent_urgently(world))
        rows = {row.name: row for row in UrgentDelivery.objects.filter(report__matter=matter)}
        inside = {name for name, row in rows.items() if row.done_at}
        assert inside == {"临江地区行政公署", "临江地区住房和城乡建设局", "云岭自治区信访局"}
        assert {name for name, row in rows.items() if not row.done_at} == {"本级信访工作联席会议办公室", "国家信访局"}
        listed = client_of(world.wang_leads_office).get(reverse("workbench:urgent_list")).content.decode()
        assert "还要线下报送" in listed, "the list says what it still waits for"
        with pytest.raises(StepRefused, match="标记之后"):  # nothing is said to be sent before it was marked
            world.take(
                Step.RECORD_URGENT_SENDING, matter.pk, world.wang_leads_office, "2026-03-20 10:40",
                delivery_id=rows["国家信访局"].pk, done_at=at("2026-03-19 10:30"), how="值班电话报告，接收编号118",
            )  # fmt: skip

    def test_a_unit_tells_its_own_level_and_not_the_national_administration(self, world):
        matter_id = flagged(world)
        world.take(Step.SEND_URGENT, matter_id, world.zhou_leads_unit, "2026-03-20 10:20")
        assert not owed_outside(Matter(pk=matter_id), world.housing).filter(addressee="national").exists()

    def test_an_organ_that_got_it_reads_the_report_and_not_the_matter(self, world):
        leader = world.officer("zhuan", "专员领导", world.government, Role.LEADER)
        matter = Matter.objects.get(pk=sent_urgently(world))
        report = matter.urgent_reports.get()
        address = reverse("workbench:urgent_report", args=[report.pk])
        page = client_of(leader).get(address)
        assert URGENT["said"]["happened"] in page.content.decode()
        assert reverse("workbench:case", args=[matter.number]) not in page.content.decode()
        assert client_of(leader).get(reverse("workbench:case", args=[matter.number])).status_code == 404
        assert report.deliveries.get(organisation=world.government).read_at
        for stranger in (world.gu_at_environment, world.xu_handles, world.feng_in_county):
            assert client_of(stranger).get(address).status_code == 404


class TestAlarm:
    def alarms(self, matter_id):
        return [
            event.facts["minutes"]
            for event in Matter.objects.get(pk=matter_id).events.filter(step=Step.ALARM_URGENT).order_by("seq")
        ]

    def test_rings_at_30_and_60_minutes_each_once(self, world):
        matter_id = flagged(world)
        assert urgent_alarms.ring_due(at("2026-03-20 10:29")) == 0
        assert (
            urgent_alarms.ring_due(at("2026-03-20 10:31")) == 1 and urgent_alarms.ring_due(at("2026-03-20 10:32")) == 0
        )
        assert (
            urgent_alarms.ring_due(at("2026-03-20 11:01")) == 1 and urgent_alarms.ring_due(at("2026-03-20 12:00")) == 0
        )
        assert self.alarms(matter_id) == [30, 60]

    def test_after_a_day_of_standstill_both_ring_once_in_order(self, world):
        matter_id = flagged(world)
        assert urgent_alarms.ring_due(at("2026-03-21 10:00")) == 2
        assert urgent_alarms.ring_due(at("2026-03-21 10:01")) == 0
        assert self.alarms(matter_id) == [30, 60]

    def test_is_off_once_it_was_sent(self, world):
        matter_id = sent_urgently(world)
        assert urgent_alarms.ring_due(at("2026-03-20 13:59")) == 0 and self.alarms(matter_id) == []

    def test_tells_the_head_of_the_office_then_the_leader(self, world):
        leader = world.officer("zhuan", "专员领导", world.government, Role.LEADER)
        now = timezone.now()
        matter = world.in_handling()
        report = UrgentReport.objects.create(
            matter=matter,
            organisation=world.housing,
            org_lft=world.housing.lft,
            marked_at=now,
            alarm_at=now,
            marked_by=world.xu_handles,
        )
        worker.drain(timezone.now())

        def heard(officer):
            lines = InAppMessage.objects.filter(officer=officer, subject__startswith="urgent:")
            return list(lines.values_list("text", flat=True))

        urgent_alarms._ring(matter.pk, report.pk, now)
        worker.drain(timezone.now())
        assert len(heard(world.wang_leads_office)) == 1 and heard(leader) == []
        UrgentReport.objects.filter(pk=report.pk).update(alarm_at=now)
        urgent_alarms._ring(matter.pk, report.pk, now)
        worker.drain(timezone.now())
        assert "60分钟" in heard(leader)[0] and len(heard(world.wang_leads_office)) == 1
        assert matter.number not in heard(leader)[0]


class TestCourse:
    def test_is_continued_until_the_last_report_and_the_citizen_reads_nothing_of_it(self, world):
        matter_id = sent_urgently(world)
        world.take(Step.CONTINUE_URGENT, matter_id, world.wang_leads_office, "2026-03-20 11:00", **URGENT)
        world.take(
            Step.CLOSE_URGENT,
            matter_id,
            world.wang_leads_office,
            "2026-03-20 20:00",
            outcome="住户已经安置，墙体加固完毕。",
        )
        matter = Matter.objects.get(pk=matter_id)
        assert [document.title[-2:] for document in letters.versions(matter_id, "F-32")] == ["专报", "续报", "终报"]
        assert (matter.urgent_reports.get().state, matter.urgent) == ("closed", False)
        assert not any(row.shown_to_citizen for row in matter.records.filter(sort="urgent"))
        assert Matter.objects.visible_to(Citizen(matter_id=matter_id)).exists()

    def test_who_signs_is_told_once_of_each_moment_at_which_a_continued_report_is_late(self, world):
        matter_id = sent_urgently(world)  # the next is due at 14:00

        def heard():
            return InAppMessage.objects.filter(officer=world.wang_leads_office, text=NOT_CONTINUED).count()

        assert urgent_alarms.ring_due(at("2026-03-20 13:59")) == 0
        assert (
            urgent_alarms.ring_due(at("2026-03-20 14:01")) == 1 and urgent_alarms.ring_due(at("2026-03-21 09:00")) == 0
        )
        assert heard() == InAppMessage.objects.filter(text=NOT_CONTINUED).count() == 1, "nobody but who signs it"
        later = {**URGENT, "next_report_at": at("2026-03-21 18:00")}
        world.take(Step.CONTINUE_URGENT, matter_id, world.wang_leads_office, "2026-03-21 10:00", **later)
        assert urgent_alarms.ring_due(at("2026-03-21 17:00")) == 0
        assert urgent_alarms.ring_due(at("2026-03-22 09:00")) == 1 and heard() == 2
        ended = "住户已经安置，墙体加固完毕。"
        world.take(
            Step.CONTINUE_URGENT,
            matter_id,
            world.wang_leads_office,
            "2026-03-22 10:00",
            **{**URGENT, "next_report_at": at("2026-03-22 12:00")},
        )
        world.take(Step.CLOSE_URGENT, matter_id, world.wang_leads_office, "2026-03-22 11:00", outcome=ended)
        assert urgent_alarms.ring_due(at("2026-03-23 09:00")) == 0 and heard() == 2

    def test_register_lists_what_waits_with_its_minutes(self, world):
        flagged(world)
        page = client_of(world.zhou_leads_unit).get(reverse("workbench:urgent_list")).content.decode()
        assert "还没有报送" in page and URGENT["said"]["happened"] in page
        assert (
            "没有等您办理" in client_of(world.gu_at_environment).get(reverse("workbench:urgent_list")).content.decode()
        )
