"""What follows a step: each person told once, by the right channel, in words that betray nothing; nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.world import World
from xinqiao.jobs import reactions, worker
from xinqiao.matters import steps
from xinqiao.matters.models import Delivery, Event, Matter
from xinqiao.notifications import messages, outgoing
from xinqiao.notifications.models import InAppMessage, Message
from xinqiao.rules.moves import MOVES
from xinqiao.rules.stages import Kind, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def today():
    """World takes its moments as text; what is told must have happened now."""
    return timezone.localtime().strftime("%Y-%m-%d %H:%M")


def of_matters():
    """What rang for a matter. The duties of the day, which a worker does besides, ring for other things on some days."""
    return InAppMessage.objects.exclude(matter_id=None)


def bells(officer) -> list[str]:
    return list(of_matters().filter(officer=officer).order_by("pk").values_list("text", flat=True))


class TestTable:
    def test_every_key_the_rules_name_has_words(self):
        assert {move.told for move in MOVES if move.told} <= set(messages.TEXTS)

    def test_every_reminder_has_words(self):
        assert set(reactions.WINDOW_REMINDERS.values()) <= set(messages.TEXTS)

    def test_a_bell_says_nothing_of_the_matter_and_fits(self):
        for step, row in reactions.BELLS.items():
            for bell in row:
                assert "{" not in bell.text and len(bell.text) <= 40, step


class TestExpand:
    def test_each_event_owes_each_reaction_once(self, world, today):
        matter = world.triaged(today)
        at = timezone.now()
        worker.drain(at)
        before = Delivery.objects.count()
        event = Event.objects.filter(matter=matter).order_by("seq")[0]
        reactions._expand(event, at=at)
        assert Delivery.objects.count() == before
        assert set(Delivery.objects.filter(event_id=event.pk).values_list("reaction", flat=True)) == {
            "expand", "tell_citizen", "bell:0", "analyse",
        }  # fmt: skip
        assert not Delivery.objects.exclude(state__in=("done", "skipped")).exists()

    def test_what_is_entered_days_later_is_history_and_told_to_nobody(self, world):
        matter = world.triaged("2026-03-02")
        entered = list(Event.objects.filter(matter=matter).values_list("pk", flat=True))
        worker.drain(timezone.now())
        assert not Message.objects.exists() and not of_matters().exists()
        assert set(Delivery.objects.filter(event_id__in=entered).values_list("state", flat=True)) == {"skipped"}


class TestTellCitizen:
    def test_the_receipt_message_carries_number_and_date_but_no_query_code(self, world, today):
        receipt = world.file(today)
        worker.drain(timezone.now())
        message = Message.objects.get(matter_id=receipt.matter_id)
        assert (message.channel, message.recipient) == ("sms", "13800138000")
        assert "13800138000" not in message.recipient_masked and "*" in message.recipient_masked
        assert receipt.number in message.text and "最晚" in message.text
        assert receipt.query_code not in message.text and receipt.query_code.replace("-", "") not in message.text
        assert message.text.startswith("【") and message.text.endswith(messages.NO_MONEY)
        assert "13800138000" not in message.sealed_recipient

    def test_accepted_names_the_unit_and_the_last_day(self, world, today):
        matter = world.signed_in(today)
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, today)
        worker.drain(timezone.now())
        text = Message.objects.get(matter_id=matter.pk, purpose="accepted").text
        due_on = matter.clocks.get(term="HANDLE60").due_on
        assert world.housing.name in text and f"{due_on.month}月{due_on.day}日" in text
        assert matter.title not in text and "王秀兰" not in text

    def test_a_report_is_not_betrayed_on_a_locked_screen(self, world, today):
        receipt = world.file(today, purpose="accuse", respondent={"unit": "临江地区住房和城乡建设局"})
        worker.drain(timezone.now())
        text = Message.objects.get(matter_id=receipt.matter_id).text
        body = text.partition("】")[2]
        for word in ("信访", "检举", "举报", "控告", world.housing.name):
            assert word not in body

    def test_secrecy_silences_the_unit_too(self, world, today):
        matter = world.signed_in(today, secrecy=True)
        worker.drain(timezone.now())
        for message in Message.objects.filter(matter_id=matter.pk).exclude(purpose="received"):
            assert world.housing.name not in message.text and "信访" not in message.text.partition("】")[2]

    def test_e_mail_only_where_there_is_no_mobile(self, world, today):
        receipt = world.file(today, people=[{"name": "王秀兰", "email": "wang@example.cn", "address": "和平路12号"}])
        worker.drain(timezone.now())
        message = Message.objects.get(matter_id=receipt.matter_id)
        assert (message.channel, message.recipient) == ("email", "wang@example.cn")

    def test_whoever_opted_out_gets_none(self, world, today):
        outgoing.opt_out("sms", "13800138000", at=timezone.now())
        receipt = world.file(today)
        worker.drain(timezone.now())
        assert not Message.objects.filter(matter_id=receipt.matter_id).exists()
        assert Delivery.objects.get(matter_id=receipt.matter_id, reaction="tell_citizen").state == "skipped"


class TestBell:
    def test_the_next_officers_are_told_and_no_others(self, world, today):
        matter = world.file(today)
        worker.drain(timezone.now())
        world.take(Step.REGISTER, matter.matter_id, world.tang_registers, today)
        world.take(
            Step.CLASSIFY, matter.matter_id, world.li_triages, today, kind=Kind.REQUEST,
            content_class=world.housing_class, requests=["修好屋顶"],
        )  # fmt: skip
        world.take(
            Step.TRANSFER,
            matter.matter_id,
            world.li_triages,
            today,
            to=world.housing,
            reason="房屋质量监管属于住建部门职责",
        )
        worker.drain(timezone.now())
        assert bells(world.tang_registers) == ["有新收到的信访件，请登记。"]
        assert bells(world.qian_receives) == ["有新转来的信访件，请签收。"]
        assert bells(world.gu_at_environment) == bells(world.wu_at_police) == bells(world.sys_admin) == []

    def test_an_opinion_goes_to_the_leader_and_back_to_the_handler(self, world, today):
        matter = world.in_handling(today)
        world.draft(matter, today)
        world.take(Step.SUBMIT_OPINION, matter.pk, world.xu_handles, today)
        worker.drain(timezone.now())
        world.take(Step.RETURN_OPINION, matter.pk, world.zhou_leads_unit, today, note="请写明保修期的依据")
        worker.drain(timezone.now())
        assert "有意见书等您审签。" in bells(world.zhou_leads_unit)
        assert "意见书被退回，请修改。" in bells(world.xu_handles)
        assert "有意见书等您审签。" not in bells(world.xu_handles), "whoever did it knows"

    def test_nobody_in_the_accused_unit_is_told_of_a_report(self, world, today):
        receipt = world.file(today, purpose="accuse")
        world.take(Step.REGISTER, receipt.matter_id, world.tang_registers, today)
        world.take(
            Step.CLASSIFY, receipt.matter_id, world.li_triages, today, kind=Kind.REPORT,
            content_class=world.housing_class, requests=[], accused=[world.housing],
        )  # fmt: skip
        world.take(Step.TRANSFER_DISCIPLINE, receipt.matter_id, world.dai_liaises, today, to=world.discipline)
        worker.drain(timezone.now())
        told = InAppMessage.objects.filter(matter_id=receipt.matter_id)
        assert told.filter(officer=world.yang_at_discipline).exists()
        assert not told.filter(officer__organisation=world.housing).exists()
        for row in told.select_related("officer__organisation", "officer__user"):
            assert row.officer_id == world.tang_registers.pk or Matter.objects.visible_to(row.officer).filter(
                pk=receipt.matter_id
            ), row.officer

    def test_silence_reaches_the_unit_its_leader_and_the_petition_office(self, world, today):
        matter = world.signed_in(today)
        worker.drain(timezone.now())
        InAppMessage.objects.all().delete()
        desk = matter.referrals.get(organisation=world.housing)
        later = timezone.now() + timedelta(days=17)
        steps.FUNCTIONS[Step.RECORD_SILENCE](matter.pk, at=later, desk_id=desk.pk)
        worker.drain(later)
        assert any("告知是否受理" in text for text in bells(world.qian_receives))
        assert any("督促" in text for text in bells(world.zhou_leads_unit))
        assert any("督办" in text for text in bells(world.sun_supervises))
        assert "没有按时" in Message.objects.get(matter_id=matter.pk, purpose="silence").text


class TestPrintLetters:
    def test_letters_lie_ready_after_the_step_that_issued_them(self, world, today):
        matter = world.triaged(today)
        from xinqiao.documents import letters

        assert letters.versions(matter.pk, "F-01")[0].pdf_path is None
        worker.drain(timezone.now())
        assert letters.versions(matter.pk, "F-01")[0].pdf_path
