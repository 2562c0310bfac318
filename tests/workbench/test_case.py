"""The case page: who may open it, what it says, what it leaves out, and what can be done from it."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.access.looking import reveal
from tests.reading import words
from tests.world import World, client_of
from xinqiao.documents.models import Document
from xinqiao.matters import files
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Event, Matter, Rating, Referral
from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Kind, Purpose, Role, Stage, Step
from xinqiao.workbench import history_words, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def case(officer, matter):
    return client_of(officer).get(reverse("workbench:case", args=[matter.number]))


def whole(answer) -> str:
    return answer.content.decode()


def without_token(answer) -> str:
    """Without what names the request itself: the token of the form and the address it came from."""
    return re.sub(r'value="(\w+|/desk/cases/\w+/)"', "", answer.content.decode())


class TestWhoMayOpen:
    def test_the_officers_of_its_desks_and_the_supervisor_above(self, world):
        matter = world.in_handling()
        for officer in (world.xu_handles, world.qian_receives, world.tang_registers, world.sun_supervises):
            assert case(officer, matter).status_code == 200, officer

    def test_hidden_and_missing_are_the_same_page(self, world):
        matter = world.in_handling()
        for stranger in (world.wu_at_police, world.sys_admin, world.shen_reviews, world.han_at_county_housing):
            client = client_of(stranger)
            hidden = client.get(reverse("workbench:case", args=[matter.number]))
            missing = client.get(reverse("workbench:case", args=["990100202603029999X"]))
            assert (hidden.status_code, missing.status_code) == (404, 404)
            assert without_token(hidden) == without_token(missing)
        assert Client().get(reverse("workbench:case", args=[matter.number])).status_code == 302

    def test_a_report_is_hidden_from_the_registrar_once_it_is_registered(self, world):
        matter = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE)
        assert case(world.dai_liaises, matter).status_code == 200
        assert case(world.tang_registers, matter).status_code == 404
        assert case(world.sun_supervises, matter).status_code == 404

    def test_few_statements_at_every_stage(self, world, django_assert_max_num_queries):
        for matter, officer in (
            (Matter.objects.get(pk=world.file().matter_id), world.tang_registers),
            (world.triaged(), world.li_triages),
            (world.served(), world.xu_handles),
        ):
            client, url = client_of(officer), reverse("workbench:case", args=[matter.number])
            client.get("/desk/messages/")  # the first page of a session also writes it
            # The first opening within an hour is put on record; how common words are is read once in a while.
            with django_assert_max_num_queries(30):
                assert client.get(url).status_code == 200
            with django_assert_max_num_queries(18):
                assert client.get(url).status_code == 200

    def test_opening_marks_as_read_and_makes_nobodys_page_stale(self, world):
        matter = world.in_handling()
        desks = Referral.objects.filter(matter=matter)
        desks.update(unread=True)
        case(world.sun_supervises, matter)
        assert desks.get(organisation=world.housing).unread, "somebody else's look is not ours"
        case(world.xu_handles, matter)
        assert not desks.get(organisation=world.housing).unread
        assert Matter.objects.get(pk=matter.pk).version == matter.version


class TestWhatItSays:
    def test_the_words_requests_limits_and_history(self, world):
        page = whole(case(world.xu_handles, world.served()))
        for expected in (
            "我家住在和平路12号院3号楼", "修好漏水的屋顶", "赔偿泡坏的家具2300元", "王**", "138******00", "怎么算的",
            "信访事项处理意见书", "转给临江地区住房和城乡建设局。", "直接送达，2026年4月2日送达。", "请求复查",
        ):  # fmt: skip
            assert expected in page, expected

    def test_a_window_of_the_citizen_is_never_called_overdue(self, world):
        shown = case(world.xu_handles, world.served()).context["file"].running
        assert {clock["name"]: clock["elapsed"] for clock in shown} == {"请求复查": True, "评价": True}

    def test_the_history_begins_with_the_latest(self, world):
        entries = case(world.xu_handles, world.served()).context["file"].entries
        assert [entry.title for entry in entries[:3]] == ["送达", "签发意见书", "意见书送审"]
        assert entries[-1].title == "收件"

    def test_every_step_has_words_that_fit_its_facts(self, world):
        matter = world.served()
        for event in Event.objects.filter(matter=matter):
            for line in history_words.sentences(event):
                assert "{" not in line and "None" not in line, line
        assert set(history_words.WORDS) <= set(Step)

    def test_a_name_is_masked_or_hidden_as_the_post_may_know(self, world):
        page = whole(case(world.sun_supervises, world.in_handling()))
        assert "王秀兰" not in page
        assert "13800138000" not in page
        secret = world.in_handling(secrecy=True)
        page = whole(case(world.xu_handles, secret))
        assert "王秀兰" not in page
        assert "13800138000" not in page
        assert "信访人身份由信访部门保密" in page

    def test_what_the_window_noted_of_a_person_follows_the_name(self, world):
        facts = {"sender_on_envelope": "柳河镇 王寄", "barcode": "XA7"}
        open_one = world.in_handling(channel="letter", channel_facts=facts)
        assert "柳河镇 王寄" not in whole(case(world.xu_handles, open_one))
        client = client_of(world.xu_handles)
        reveal(client, open_one)
        assert "柳河镇 王寄" in whole(client.get(reverse("workbench:case", args=[open_one.number])))
        masked = case(world.sun_supervises, open_one)
        assert "柳河镇 王寄" not in whole(masked)
        assert "XA7" in words(masked)

    def test_no_mark_on_a_person(self, world):
        world.in_handling()
        again = world.in_handling()
        assert Matter.objects.get(pk=again.pk).repeat
        page = whole(case(world.xu_handles, again))
        for label in ("重复信访", "缠访", "老户", "闹访"):
            assert label not in page

    def test_earlier_ones_of_the_same_person_are_shown_while_registering(self, world):
        earlier = world.in_handling(title="去年反映过的漏水")
        now = Matter.objects.get(pk=world.file().matter_id)
        assert earlier.title in whole(case(world.tang_registers, now))


class TestRatings:
    """RA-8: nobody sees a single rating before its window closes."""

    def rated(self, world):
        today = timezone.localdate()
        matter = world.served(*(str(today - timedelta(days=days)) for days in (20, 10, 5)))
        world.take(Step.RATE, matter.pk, Citizen(matter_id=matter.pk), str(today - timedelta(days=1)), target="unit",
                   value="dissatisfied", reason="too_slow", text="拖得太久")  # fmt: skip
        return matter

    def test_wait_for_their_window(self, world):
        page = whole(case(world.xu_handles, self.rated(world)))
        assert "拖得太久" not in page
        assert "评价期还没有结束" in page

    def test_are_then_read_by_the_unit_and_the_office_but_not_by_the_registrar(self, world):
        matter = world.served(when="2026-03-02")
        Rating.objects.create(matter=matter, target="unit", organisation=world.housing, value="dissatisfied",
                              reason="too_slow", text="拖得太久", rated_at=timezone.now())  # fmt: skip
        from unittest import mock

        long_after = timezone.now() + timedelta(days=400)
        with mock.patch("xinqiao.workbench.pages.case.localdate", return_value=long_after.date()):
            for officer, reads in (
                (world.xu_handles, True),
                (world.sun_supervises, True),
                (world.tang_registers, False),
            ):
                assert ("拖得太久" in whole(case(officer, matter))) is reads, officer


class TestWhatCanBeDone:
    def test_the_step_that_is_due_comes_first(self, world):
        triaged, handled = world.triaged(), world.in_handling()
        for officer, matter, label in (
            (world.li_triages, triaged, "转送"),
            (world.xu_handles, handled, "起草处理意见书"),
        ):
            made = case(officer, matter).context["file"].standing
            assert (made.mine, made.main.label) == (True, label)

    def test_says_who_must_act_when_it_is_somebody_else(self, world):
        made = case(world.tang_registers, world.in_handling()).context["file"].standing
        assert not made.mine
        assert made.sentence == "现在由临江地区住房和城乡建设局徐承办办理：起草处理意见书。"
        served = case(world.xu_handles, world.served()).context["file"].standing
        assert "请您" in served.sentence or "信访人" in served.sentence

    def test_every_button_leads_to_a_page(self, world):
        for officer, matter in (
            (world.li_triages, world.triaged()), (world.zhou_leads_unit, world.signed_in()), (world.xu_handles, world.in_handling()),
        ):  # fmt: skip
            made = case(officer, matter).context["file"].standing
            actions = [*filter(None, [made.main]), *made.second, *made.approvals]
            assert actions
            for action in actions:
                assert client_of(officer).get(action.url).status_code == 200, action

    def test_nothing_is_asked_of_a_desk_set_aside_by_a_withdrawal(self, world):
        matter = world.signed_in()
        Matter.objects.filter(pk=matter.pk).update(stage=Stage.WITHDRAWN)
        matter.referrals.filter(organisation=world.housing).update(is_open=False)
        made = case(world.zhou_leads_unit, matter).context["file"].standing
        assert not made.has_actions and "撤回" in made.sentence

    def test_reviewer_accepts_the_request_first_and_only_once(self, world):
        matter = world.served()
        asked = {"organ_id": world.government.pk, "request": "撤销原意见", "facts": "没有查家具"}
        world.take(Step.REQUEST_REVIEW, matter.pk, Citizen(matter_id=matter.pk), "2026-04-10", **asked)
        before = case(world.shen_reviews, matter).context["file"].standing
        world.take(Step.ACCEPT_REVIEW, matter.pk, world.shen_reviews, "2026-04-10 11:00")
        after = case(world.shen_reviews, matter).context["file"].standing
        assert before.main.step == Step.ACCEPT_REVIEW
        assert after.main.step == Step.ISSUE_REVIEW_OPINION
        assert Step.ACCEPT_REVIEW not in [action.step for action in after.second]

    def test_after_five_working_days_the_unit_objects_only_where_it_was_let(self, world):  # T-24, B06
        matter = world.signed_in("2026-03-02")

        def offered(officer, step) -> bool:
            made = case(officer, matter).context["file"].standing
            return step in [action.step for action in (*made.second, *made.approvals)]

        assert not offered(world.zhou_leads_unit, Step.RAISE_OBJECTION)
        assert offered(world.wang_leads_office, Step.ALLOW_LATE_OBJECTION)
        why = "分工清单上周才公布，单位收到时还不知道。"
        world.take(Step.ALLOW_LATE_OBJECTION, matter.pk, world.wang_leads_office, "2026-03-10", reason=why)
        assert offered(world.zhou_leads_unit, Step.RAISE_OBJECTION)
        assert not offered(world.wang_leads_office, Step.ALLOW_LATE_OBJECTION)

    def test_who_only_watches_may_propose_a_supervision_and_say_that_it_is_urgent(self, world):
        made = case(world.sun_supervises, world.in_handling()).context["file"].standing
        steps = [one.step for one in (*made.second, *made.approvals)]
        assert not made.main and steps == [Step.PROPOSE_SUPERVISION, Step.FLAG_URGENT]

    def test_every_stage_has_a_sentence(self, world):
        matter = world.in_handling()
        for stage in Stage:
            matter.stage = stage
            assert standing._whose_turn(matter, [], standing.Situation())


class TestPapers:
    def test_letters_follow_the_matter(self, world):
        matter = world.served()
        letter = Document.objects.get(matter_id=matter.pk, kind="F-08")
        url = reverse("workbench:letter", args=[letter.pk, "pdf"])
        answer = client_of(world.xu_handles).get(url)
        assert answer.content.startswith(b"%PDF")
        assert answer["X-Content-Type-Options"] == "nosniff"
        word = client_of(world.xu_handles).get(reverse("workbench:letter", args=[letter.pk, "docx"]))
        assert word.content.startswith(b"PK")
        assert client_of(world.wu_at_police).get(url).status_code == 404
        assert client_of(world.xu_handles).get(reverse("workbench:letter", args=[letter.pk, "exe"])).status_code == 404
        assert client_of(world.xu_handles).get(reverse("workbench:letter", args=[999999, "pdf"])).status_code == 404

    def test_a_letter_with_the_name_is_not_for_who_may_not_know_it(self, world):
        matter = world.in_handling(secrecy=True)
        kinds = dict(Document.objects.filter(matter_id=matter.pk).values_list("kind", "pk"))
        client = client_of(world.xu_handles)
        assert client.get(reverse("workbench:letter", args=[kinds["F-01"], "pdf"])).status_code == 404
        assert client.get(reverse("workbench:letter", args=[kinds["F-03"], "pdf"])).status_code == 200  # names nobody
        assert "您的岗位不能打开" in whole(case(world.xu_handles, matter))

    def test_files_follow_the_matter(self, world):
        stored = files.store(SimpleUploadedFile("说明.txt", "漏水的经过".encode()), name="说明.txt")
        matter = world.in_handling(attachments=[stored])
        attachment = matter.attachments.get()
        url = reverse("workbench:file", args=[attachment.pk])
        answer = client_of(world.xu_handles).get(url)
        assert b"".join(answer.streaming_content).decode() == "漏水的经过"
        assert answer["Content-Disposition"].startswith("attachment")
        assert client_of(world.wu_at_police).get(url).status_code == 404
        assert "说明.txt" in whole(case(world.xu_handles, matter))


class TestNotes:
    def test_are_for_colleagues_only(self, world):
        matter = world.in_handling()
        url = reverse("workbench:note", args=[matter.number])
        assert client_of(world.xu_handles).post(url, {"text": "先问物业要图纸"}).status_code == 302
        assert "先问物业要图纸" in whole(case(world.qian_receives, matter))
        assert "先问物业要图纸" not in whole(case(world.sun_supervises, matter))
        assert not matter.records.get(sort="note").shown_to_citizen
        assert Matter.objects.get(pk=matter.pk).version == matter.version

    def test_that_cannot_be_kept_stay_on_the_page(self, world):
        matter = world.in_handling()
        url = reverse("workbench:note", args=[matter.number])
        too_long = "长" * 2001
        answer = client_of(world.xu_handles).post(url, {"text": too_long})
        assert answer.status_code == 422
        assert too_long in whole(answer)
        assert client_of(world.xu_handles).post(url, {"text": " "}).status_code == 422
        assert client_of(world.wu_at_police).post(url, {"text": "看看"}).status_code == 404
        assert not matter.records.filter(sort="note").exists()


class TestMessages:
    def test_are_counted_on_the_bell_and_read_on_their_page(self, world):
        from xinqiao.notifications import inbox

        matter = world.in_handling()
        last = Event.objects.filter(matter=matter).order_by("-seq").first()
        inbox.tell([world.xu_handles], "有一件新的信访件", matter=matter, event_id=last.pk, at=timezone.now())
        client = client_of(world.xu_handles)
        assert client.get("/desk/").context["bench"]["bell_count"] == 1
        assert "有一件新的信访件" in whole(client.get("/desk/messages/"))
        assert not client.get("/desk/").context["bench"]["bell_count"]


def test_a_post_without_reading_rights_gets_an_empty_bench(world):
    officer = Officer.objects.create(
        user=world.he_archives.user, organisation=world.office, title="干部", roles=[Role.PERSONNEL_LIAISON.value]
    )
    Officer.objects.filter(pk=world.he_archives.pk).update(active=False)
    world.in_handling()
    answer = client_of(officer).get("/desk/")
    assert answer.status_code == 200
    assert answer.context["rows"] == []
