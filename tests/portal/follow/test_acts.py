"""Each act of the citizen: done once, kept when refused, hidden from strangers, offered only when the rules allow it."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from xinqiao.matters import steps
from xinqiao.matters.actors import SYSTEM
from xinqiao.matters.models import Attachment, Clock, Event, Matter, Rating, Record, Withdrawal
from xinqiao.rules.stages import ReferralKind, Stage, Step

from .conftest import day

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_aside(settings, tmp_path):
    settings.XINQIAO_FILES = tmp_path


@pytest.fixture
def handled(world, visit):
    """In handling for five days."""
    return visit(world.in_handling, day(5))


@pytest.fixture
def answered(world, visit):
    """Answered ten days ago; one request supported, one not."""
    return visit(world.served, day(50), issued=day(11), served=day(10))


def steps_of(visitor) -> list[str]:
    return list(Event.objects.filter(matter=visitor.matter).order_by("seq").values_list("step", flat=True))


def once_of(page) -> str:
    return re.search(r'name="once" value="([0-9a-f]+)"', page.content.decode())[1]


class TestSupplement:
    def test_words_and_files_reach_the_handler(self, handled):
        note = SimpleUploadedFile("说明.txt", "漏水的时间：每次下雨。".encode())
        answer = handled.post("supplement/", {"text": "昨天又漏了", "files": [note]})
        assert answer.status_code == 302
        assert Record.objects.get(matter=handled.matter, sort="supplement").text == "昨天又漏了"
        page = handled.get().content.decode()
        assert "昨天又漏了" in page and "说明.txt" in page
        link = re.search(r'href="(/matters/[^"]+/files/\d+/)"', page)[1]
        sent = handled.client.get(link)
        assert (
            "attachment" in sent["Content-Disposition"]
            and b"".join(sent.streaming_content).decode() == "漏水的时间：每次下雨。"
        )

    def test_a_refused_file_keeps_the_words_and_the_good_file(self, handled):
        good, bad = SimpleUploadedFile("好.txt", b"good"), SimpleUploadedFile("坏.exe", b"MZ\x90\x00")
        answer = handled.post("supplement/", {"text": "昨天又漏了", "files": [good, bad]})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "坏.exe" in text and "昨天又漏了" in text and "好.txt" in text
        kept = re.search(r'name="kept" value="([^"]+)"', text)[1]
        assert (
            handled.post("supplement/", {"text": "昨天又漏了", "kept": kept.replace("&#x27;", "'")}).status_code == 302
        )
        assert Attachment.objects.get(matter=handled.matter, from_citizen=True).original_name == "好.txt"

    def test_nobody_can_name_a_file_that_was_not_sent_here(self, handled):
        forged = json.dumps({"stored_name": "0" * 40, "original_name": "x"})
        assert handled.post("supplement/", {"text": "", "kept": forged}).status_code == 422

    def test_nothing_is_refused_in_words(self, handled):
        answer = handled.post("supplement/", {"text": "  "})
        assert answer.status_code == 422
        assert "请写下要补充的内容" in answer.content.decode()

    def test_pressed_twice_is_done_once(self, handled):
        once = once_of(handled.get("supplement/"))
        for _turn in range(2):
            assert handled.post("supplement/", {"text": "昨天又漏了", "once": once}).status_code == 302
        assert steps_of(handled).count(Step.SUPPLEMENT) == 1

    def test_too_long_is_counted_and_kept(self, handled):
        answer = handled.post("ask/", {"text": "问" * 1001})
        assert answer.status_code == 422
        assert "请删去1个字" in answer.content.decode() and "问" * 1001 in answer.content.decode()


class TestQuestion:
    def test_question_and_answer_stand_on_the_page(self, world, handled):
        handled.post("ask/", {"text": "什么时候来看房？"})
        question = Record.objects.get(matter=handled.matter, sort="question")
        world.take(
            Step.ANSWER_PROGRESS,
            handled.matter.pk,
            world.xu_handles,
            day(0),
            question_id=question.pk,
            text="周三上午来。",
        )
        page = handled.get().content.decode()
        assert "什么时候来看房？" in page and "周三上午来。" in page


class TestWithdrawal:
    FREELY = {"free_will": "yes", "promised": "no"}

    def test_it_is_checked_then_waits_24_hours_and_can_be_cancelled(self, handled):
        check = handled.post("withdraw/", self.FREELY)
        assert check.status_code == 200 and not Withdrawal.objects.exists(), "nothing happens before the second look"
        assert handled.post("withdraw/", {**self.FREELY, "confirmed": "1"}).status_code == 302
        wish = Withdrawal.objects.get(matter=handled.matter)
        assert (wish.effective_at - wish.requested_at).total_seconds() == 24 * 3600
        assert "取消撤回" in handled.get().content.decode()
        assert handled.get("withdraw/").status_code == 302, "not offered twice"
        assert handled.post("withdraw/cancel/", {}).status_code == 302
        assert Withdrawal.objects.get(pk=wish.pk).state == "cancelled"

    def test_without_free_will_it_is_refused_and_kept(self, handled):
        answer = handled.post("withdraw/", {"free_will": "no", "promised": "no", "reason": "村里让我撤的"})
        assert answer.status_code == 422
        assert "请不要撤回" in answer.content.decode() and "村里让我撤的" in answer.content.decode()

    def test_a_promise_must_be_told_and_is_kept_for_the_record(self, handled):
        assert handled.post("withdraw/", {"free_will": "yes", "promised": "yes"}).status_code == 422
        told = {"free_will": "yes", "promised": "yes", "promise_or_threat": "说撤了就给修", "confirmed": "1"}
        handled.post("withdraw/", told)
        assert Withdrawal.objects.get(matter=handled.matter).answers["promise_or_threat"] == "说撤了就给修"

    def test_no_answer_is_chosen_beforehand(self, handled):
        assert " checked" not in handled.get("withdraw/").content.decode()

    def test_after_it_took_effect_it_can_be_resumed(self, world, handled):
        handled.post("withdraw/", {**self.FREELY, "confirmed": "1"})
        steps.FUNCTIONS[Step.COMPLETE_WITHDRAWAL](handled.matter.pk, by=SYSTEM, at=timezone.now() + timedelta(hours=25))
        assert "恢复办理" in handled.get().content.decode()
        assert handled.post("resume/", {}).status_code == 302
        assert Matter.objects.get(pk=handled.matter.pk).stage == Stage.HANDLING

    def test_after_the_answer_was_served_it_is_not_offered(self, answered):
        assert "withdraw/" not in answered.get().content.decode()
        assert answered.post("withdraw/", {**self.FREELY, "confirmed": "1"}).status_code == 422


class TestRating:
    def test_unit_and_office_are_rated_apart_and_once(self, answered):
        assert answered.post("rate/unit/", {"value": "satisfied"}).url == answered.url("rate/unit/thanks/")
        assert {one.target for one in Rating.objects.filter(matter=answered.matter)} == {"unit"}
        again = answered.post("rate/unit/", {"value": "dissatisfied", "reason": "result"})
        assert again.status_code == 422
        assert Rating.objects.get(matter=answered.matter).value == "satisfied"

    def test_nothing_is_chosen_beforehand(self, answered):
        assert " checked" not in answered.get("rate/unit/").content.decode()

    def test_dissatisfied_needs_a_reason_and_gets_the_right_door(self, answered):
        refused = answered.post("rate/unit/", {"value": "dissatisfied", "text": "家具没赔"})
        assert refused.status_code == 422
        assert "请选择不满意的原因" in refused.content.decode() and "家具没赔" in refused.content.decode()
        done = answered.post("rate/unit/", {"value": "dissatisfied", "reason": "result", "text": "家具没赔"})
        page = answered.client.get(done.url).content.decode()
        assert "可以在期限内申请复查" in page and answered.url("review/") in page

    def test_office_can_be_rated_from_the_transfer_only_for_30_days(self, world, visit):
        old = visit(world.in_handling, day(40))
        assert "rate/office/" not in old.get().content.decode()
        fresh = visit(world.in_handling, day(3), people=[{"name": "李四", "mobile": "13900139000"}])
        assert "rate/office/" in fresh.get().content.decode()
        assert "rate/unit/" not in fresh.get().content.decode(), "the unit has not answered yet"

    def test_unknown_target_is_404(self, answered):
        assert answered.get("rate/mayor/").status_code == 404


class TestReview:
    def request(self, world, **changes) -> dict:
        return {
            "organ": world.government.pk,
            "request": "撤销原来的答复",
            "facts_text": "家具没有赔",
            "confirmed": "1",
            **changes,
        }

    def test_days_left_and_both_organs_are_shown_none_chosen(self, world, answered):
        page = answered.get("review/").content.decode()
        left = (Clock.objects.get(matter=answered.matter, term="REVIEW_REQ30").due_on - timezone.localdate()).days
        assert left >= 20 and f"还有 {left} 天" in page
        assert world.government.name in page and world.region_housing.name in page
        assert " checked" not in page

    def test_request_goes_to_the_chosen_organ_with_its_letter(self, world, answered):
        check = answered.post("review/", self.request(world, confirmed=""))
        assert "请核对" in check.content.decode()
        assert answered.post("review/", self.request(world)).status_code == 302
        matter = Matter.objects.get(pk=answered.matter.pk)
        assert matter.stage == Stage.REVIEW_REQUESTED
        assert matter.referrals.get(kind=ReferralKind.REVIEW).organisation == world.government
        page = answered.get()
        assert "信访事项复查申请书" in page.content.decode()
        link = re.findall(r'href="(/matters/[^"]+/letters/\d+/)"', page.content.decode())[0]
        assert answered.client.get(link).content[:5] == b"%PDF-"

    def test_organ_that_is_not_one_level_up_is_refused(self, world, answered):
        answer = answered.post("review/", self.request(world, organ=world.police.pk))
        assert answer.status_code == 422
        assert "请从列出的机关中选一个" in answer.content.decode() and "家具没有赔" in answer.content.decode()

    def test_late_request_asks_for_the_reason(self, world, visit):
        late = visit(world.served, day(90), issued=day(41), served=day(40))
        assert "期限" in late.get("review/").content.decode()
        assert late.post("review/", self.request(world)).status_code == 422
        assert late.post("review/", self.request(world, late_reason="住院三周")).status_code == 302

    def test_page_from_before_a_change_is_a_conflict_that_keeps_the_words(self, world, answered):
        version = re.search(r'name="version" value="(\d+)"', answered.get("review/").content.decode())[1]
        world.take(Step.START_EXECUTION, answered.matter.pk, world.xu_handles, day(1), plan="更换屋面防水层，月底完成")
        answer = answered.post("review/", self.request(world, version=version))
        assert answer.status_code == 409
        assert "您写的内容没有丢" in answer.content.decode() and "家具没有赔" in answer.content.decode()
        version = re.search(r'name="version" value="(\d+)"', answer.content.decode())[1]
        assert answered.post("review/", self.request(world, version=version)).status_code == 302

    def test_before_the_answer_it_is_not_offered(self, world, handled):
        assert handled.get("review/").status_code == 302
        assert handled.post("review/", self.request(world)).status_code == 422

    def test_one_organ_only_is_named_and_not_asked(self, world, answered):
        world.housing.vertically_managed = True
        world.housing.save()
        page = answered.get("review/").content.decode()
        assert world.region_housing.name in page and 'type="radio"' not in page


class TestExecution:
    def reported(self, world, answered):
        world.take(Step.START_EXECUTION, answered.matter.pk, world.xu_handles, day(9), plan="更换屋面防水层，月底完成")
        world.take(
            Step.REPORT_EXECUTION, answered.matter.pk, world.xu_handles, day(3), text="防水层已经更换，有验收单。"
        )

    def test_confirmed(self, world, answered):
        self.reported(world, answered)
        assert "真的办好了吗" in answered.get().content.decode()
        assert answered.post("confirm/", {}).status_code == 302
        assert Clock.objects.get(matter=answered.matter, term="EXEC_CONFIRM15").state == "met"
        assert "真的办好了吗" not in answered.get().content.decode()

    def test_disputed_is_an_execution_complaint(self, world, answered):
        self.reported(world, answered)
        assert answered.post("dispute/", {"text": ""}).status_code == 422
        assert answered.post("dispute/", {"text": "只修了一半"}).status_code == 302
        assert Matter.objects.get(pk=answered.matter.pk).stage == Stage.EXECUTING
        assert "只修了一半" in answered.get().content.decode()


class TestObjection:
    def test_a_direct_reply_can_be_disagreed_with_once(self, world, visit):
        visitor = visit(world.triaged, day(5))
        world.take(
            Step.REPLY_DIRECTLY,
            visitor.matter.pk,
            world.li_triages,
            day(4),
            text="保修电话是0990-5550101，请直接联系。",
        )
        assert "保修电话" in visitor.get().content.decode()
        assert visitor.post("object/", {"text": "打过了没人接"}).status_code == 200
        assert visitor.post("object/", {"text": "打过了没人接", "confirmed": "1"}).status_code == 302
        assert Matter.objects.get(pk=visitor.matter.pk).stage == Stage.TRIAGE
        world.take(
            Step.REPLY_DIRECTLY, visitor.matter.pk, world.li_triages, day(0), text="已请住建局给您回电话，请保持畅通。"
        )
        assert "object/" not in visitor.get().content.decode()
        assert visitor.post("object/", {"text": "还是没人", "confirmed": "1"}).status_code == 422
