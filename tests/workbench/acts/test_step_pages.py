"""Every step of an officer has a page: for the right person, for the wrong one, for a stranger."""

import base64
import re

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.reading import words
from tests.workbench.acts.scenes import Scenes, written_opinion
from tests.world import World
from xinqiao.documents.models import Document, DocumentSeries
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Accused, Event, Matter
from xinqiao.organisations.models import User
from xinqiao.organisations.tree import review_organs
from xinqiao.rules.moves import MOVES
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Role, Stage, Step
from xinqiao.workbench.acts import preview
from xinqiao.workbench.acts.consequences import article_words, condition_words, short_article
from xinqiao.workbench.acts.situation import situation_of
from xinqiao.workbench.acts.table import ACTS

pytestmark = pytest.mark.django_db

NOT_OFFICERS = {Role.CITIZEN, Role.SYSTEM}
# No case page yet: filing at the window has a page of its own.
ELSEWHERE = {Step.RECEIVE}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
OFFICER_STEPS = sorted({move.step for move in MOVES if move.roles - NOT_OFFICERS} - ELSEWHERE)


@pytest.fixture
def scenes():
    return Scenes(World())


def desk_of(officer) -> Client:
    client = Client()
    client.force_login(officer.user)
    return client


def address(matter, step) -> str:
    return reverse("workbench:step", args=[matter.number, step.value])


def test_every_step_of_an_officer_has_a_row_and_no_other():
    assert set(OFFICER_STEPS) == set(ACTS)


@pytest.mark.parametrize("step", OFFICER_STEPS)
class TestPageOf:
    def test_opens_for_the_right_person_only_and_changes_nothing(self, step, scenes, django_assert_max_num_queries):
        scene = scenes.at(step)
        before = Event.objects.count()
        client = desk_of(scene.officer)
        client.get("/healthz")
        with django_assert_max_num_queries(45):
            page = client.get(address(scene.matter, step))
        assert page.status_code == 200, page.content.decode()
        assert str(ACTS[step].label) in page.content.decode()
        refused = desk_of(scene.wrong).get(address(scene.matter, step))
        if allowed(scene.wrong.role_set, "step", Action.WRITE):
            assert refused.status_code == 422
            assert "需要由" in refused.content.decode(), "says which role"
        else:
            assert refused.status_code == 404, "who takes no step at all has no such page"
        stranger = scenes.world.gu_at_environment if step != Step.CO_ANSWER else scenes.world.wu_at_police
        assert desk_of(stranger).get(address(scene.matter, step)).status_code == 404
        assert Event.objects.count() == before, "GET changes nothing"


class TestOffers:
    def test_a_recusal_passes_to_nobody_who_has_left(self, scenes):
        world, scene = scenes.world, scenes.at(Step.DECIDE_RECUSAL)
        for username, name, active in (("stays", "丁承办", True), ("gone", "离承办", False)):
            post = world.officer(username, name, world.housing, Role.HANDLER)
            User.objects.filter(pk=post.user_id).update(is_active=active)
        page = desk_of(scene.officer).get(address(scene.matter, Step.DECIDE_RECUSAL)).content.decode()
        assert "丁承办" in page and "离承办" not in page


def today() -> str:
    """Asked when it is needed: a run of all tests may begin before midnight and end after it."""
    return timezone.localdate().isoformat()


def proof(**changes) -> dict:
    signed = {"manner": "in_person", "proof_signed_on": today(), "proof_signed_by": "王秀兰", "proof_relation": "self"}
    return signed | changes


class TestTakingSteps:
    def take(self, matter_id, step, officer, **typed):
        """Send the form of a step as the browser does; returns the answer."""
        matter = Matter.objects.get(pk=matter_id)
        return desk_of(officer).post(address(matter, step), {"version": matter.version, "do": "take", **typed})

    def taken(self, matter_id, step, officer, **typed):
        answer = self.take(matter_id, step, officer, **typed)
        assert answer.status_code == 302, answer.content.decode()[:6000]
        return Matter.objects.get(pk=matter_id)

    def written(self, matter, officer, **typed):
        answer = desk_of(officer).post(
            reverse("workbench:opinion", args=[matter.number]), {"revision": 0, "do": "save", **typed}
        )
        assert answer.status_code == 302, answer.content.decode()[:6000]

    def test_the_whole_way_from_registration_to_the_recheck_opinion(self, scenes):
        world = scenes.world
        pk = world.file(today()).matter_id
        self.taken(pk, Step.REGISTER, world.tang_registers)
        requests = "修好漏水的屋顶\n\n赔偿泡坏的家具2300元\n"
        self.taken(
            pk, Step.CLASSIFY, world.li_triages, kind="request", content_class=world.housing_class.pk, requests=requests, also_reports="no",
            place=world.government.pk,
        )  # fmt: skip
        assert Matter.objects.get(pk=pk).requests.count() == 2
        self.taken(
            pk, Step.TRANSFER, world.li_triages, to=world.housing.pk, template="0", proposed_route="petition",
            co_handlers=[world.environment.pk],
        )  # fmt: skip
        self.taken(pk, Step.SIGN_IN, world.qian_receives)
        self.taken(pk, Step.ACCEPT, world.zhou_leads_unit)
        self.taken(pk, Step.START_HANDLING, world.zhou_leads_unit, handler=world.xu_handles.pk, no_interest="on")
        self.taken(
            pk, Step.RECORD_CONTACT, world.xu_handles, manner="phone", text="电话核实，漏水属实，约定周三上门查看。"
        )
        self.taken(pk, Step.REQUEST_EXTENSION, world.xu_handles, days=20, reasons="需要委托专业机构检测屋面")
        matter = self.taken(pk, Step.EXTEND, world.zhou_leads_unit, days=20, reasons="需要委托专业机构检测屋面")
        assert matter.extended_days == 20
        self.written(matter, world.xu_handles, **written_opinion())
        self.taken(pk, Step.SUBMIT_OPINION, world.xu_handles)
        self.taken(pk, Step.RETURN_OPINION, world.zhou_leads_unit, note="请写明检测机构")
        page = desk_of(world.xu_handles).get(reverse("workbench:opinion", args=[matter.number])).content.decode()
        assert "请写明检测机构" in page
        again = {**written_opinion(), "revision": 1, "facts": "2026年3月10日由临江检测公司现场查看，3号楼顶层5户漏水。"}
        self.written(matter, world.xu_handles, **again)
        self.taken(pk, Step.SUBMIT_OPINION, world.xu_handles)
        approval = desk_of(world.zhou_leads_unit).get(address(matter, Step.ISSUE_OPINION)).content.decode()
        assert "<ins>" in approval and "临江检测公司" in approval, "what changed since the return"
        self.taken(pk, Step.ISSUE_OPINION, world.zhou_leads_unit, confirmed="on")
        matter = self.taken(pk, Step.SERVE_OPINION, world.xu_handles, **proof())
        assert matter.stage == Stage.OPINION_SERVED
        self.taken(pk, Step.START_EXECUTION, world.xu_handles, plan="更换防水层，6月30日前完成")
        world.take(
            Step.REQUEST_REVIEW,
            pk,
            Citizen(matter_id=pk),
            today(),
            organ_id=world.government.pk,
            request="撤销",
            facts="没有赔",
        )
        review = {
            "outcome": "uphold", "facts": "查明的事实与原意见一致。", "reasons": "原意见认定事实清楚。", "title_0": "信访工作条例",
            "article_0": "第三十五条", "body": "维持原处理意见。",
        }  # fmt: skip
        self.written(matter, world.shen_reviews, **review)
        self.taken(pk, Step.ISSUE_REVIEW_OPINION, world.shen_reviews, signer="沈复查", confirmed="on")
        self.taken(pk, Step.SERVE_REVIEW_OPINION, world.shen_reviews, **proof())
        organ = review_organs(world.government)[0]
        world.take(
            Step.REQUEST_RECHECK,
            pk,
            Citizen(matter_id=pk),
            today(),
            organ_id=organ.organ_id,
            request="重新调查",
            facts="",
        )
        self.written(matter, world.jiang_rechecks, **review, article_1="")
        self.taken(pk, Step.ISSUE_RECHECK_OPINION, world.jiang_rechecks, signer="蒋复核", confirmed="on")
        matter = self.taken(pk, Step.SERVE_RECHECK_OPINION, world.jiang_rechecks, **proof())
        assert matter.stage == Stage.ENDED_RECHECK

    def test_says_what_happened_and_the_next_date(self, scenes):
        scene = scenes.at(Step.ACCEPT)
        self.taken(scene.matter.pk, Step.ACCEPT, scene.officer)
        client = desk_of(scene.officer)
        matter = Matter.objects.get(pk=scene.matter.pk)
        answer = client.post(
            address(matter, Step.START_HANDLING),
            {"version": matter.version, "handler": scenes.world.xu_handles.pk, "no_interest": "on"},
        )
        said = [str(one) for one in get_messages(answer.wsgi_request)]
        assert said and said[0].startswith("已确定承办人，开始办理。下一个期限：首次联系信访人，")  # as the list counts

    def test_refusal_of_the_rules_keeps_what_was_typed(self, scenes):
        scene = scenes.at(Step.TRANSFER)
        answer = self.take(
            scene.matter.pk, Step.TRANSFER, scene.officer, to=scenes.world.housing.pk, reason="太短", proposed_route="petition",
            instruction="请先联系信访人",
        )  # fmt: skip
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "请写明为什么归临江地区住房和城乡建设局办" in page
        assert "太短" in page and "请先联系信访人" in page

    def test_missing_fields_are_named(self, scenes):
        scene = scenes.at(Step.TRANSFER)
        answer = self.take(scene.matter.pk, Step.TRANSFER, scene.officer, proposed_route="petition")
        assert answer.status_code == 422
        assert "请选择“转给哪个机关、单位”。" in answer.content.decode()

    def test_who_comes_second_keeps_the_text_and_reads_who_was_first(self, scenes):
        scene = scenes.at(Step.TRANSFER)
        typed = {"to": scenes.world.housing.pk, "reason": "房屋质量监管属于住建部门职责", "proposed_route": "petition"}
        seen = scene.matter.version
        self.taken(scene.matter.pk, Step.TRANSFER, scenes.world.wang_leads_office, **typed)
        answer = desk_of(scene.officer).post(
            address(scene.matter, Step.TRANSFER), {**typed, "version": seen, "instruction": "我写的转交意见"}
        )
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "王局长（临江地区信访局）" in page and "转送" in page
        assert "我写的转交意见" in page and "房屋质量监管属于住建部门职责" in page
        assert Event.objects.filter(matter=scene.matter, step=Step.TRANSFER).count() == 1

    def test_a_page_without_version_is_stale(self, scenes):
        scene = scenes.at(Step.ACCEPT)
        assert desk_of(scene.officer).post(address(scene.matter, Step.ACCEPT), {}).status_code == 409

    def test_wrong_role_posting_is_told_and_changes_nothing(self, scenes):
        scene = scenes.at(Step.ACCEPT)
        answer = self.take(scene.matter.pk, Step.ACCEPT, scene.wrong)
        assert answer.status_code == 422
        assert Matter.objects.get(pk=scene.matter.pk).stage == Stage.SIGNED_IN

    def test_stranger_posting_gets_the_same_404(self, scenes):
        scene = scenes.at(Step.ACCEPT)
        assert self.take(scene.matter.pk, Step.ACCEPT, scenes.world.gu_at_environment).status_code == 404

    @pytest.mark.parametrize("step", [Step.RECEIVE, Step.REQUEST_WITHDRAWAL, Step.WARN])
    def test_steps_of_others_have_no_page(self, step, scenes):
        scene = scenes.at(Step.ACCEPT)
        assert desk_of(scene.officer).get(address(scene.matter, step)).status_code == 404

    def test_a_report_goes_out_of_sight_of_those_who_may_not_see_it(self, scenes):
        scene = scenes.at(Step.CLASSIFY)
        answer = self.take(
            scene.matter.pk, Step.CLASSIFY, scene.officer, kind="report", content_class=scenes.world.housing_class.pk,
            place=scenes.world.government.pk, accused=[scenes.world.housing.pk],
        )  # fmt: skip
        assert answer.status_code == 302
        matter = Matter.objects.get(pk=scene.matter.pk)
        assert matter.sealed and matter.accused.count() == 1

    def test_accused_unit_is_not_offered_and_not_taken(self, scenes):
        world = scenes.world
        scene = scenes.at(Step.TRANSFER)
        accused = world.housing
        Accused.objects.create(
            matter_id=scene.matter.pk, organisation=accused, org_lft=accused.lft, org_rgt=accused.rgt
        )
        page = desk_of(scene.officer).get(address(scene.matter, Step.TRANSFER)).content.decode()
        assert world.environment.name in page and accused.name not in page
        answer = self.take(
            scene.matter.pk, Step.TRANSFER, scene.officer, to=accused.pk, reason="房屋质量监管属于住建部门职责"
        )
        assert answer.status_code == 422
        assert "这个机关、单位不在可以选择的范围里" in answer.content.decode()

    def test_many_organs_are_found_by_a_search_that_keeps_what_was_typed(self, scenes, monkeypatch):
        monkeypatch.setattr("xinqiao.workbench.acts.fields.LISTED_AT_MOST", 2)
        scene = scenes.at(Step.TRANSFER)
        first = desk_of(scene.officer).get(address(scene.matter, Step.TRANSFER)).content.decode()
        assert "查找机关、单位" in first
        found = self.take(
            scene.matter.pk,
            Step.TRANSFER,
            scene.officer,
            do="find",
            to_find="公安",
            reason="我写的理由",
            proposed_route="petition",
        ).content.decode()
        assert scenes.world.police.name in found and "我写的理由" in found
        matter = self.taken(
            scene.matter.pk, Step.TRANSFER, scene.officer, to=scenes.world.police.pk, to_find="公安",
            reason="治安案件由公安机关负责办理", proposed_route="petition",
        )  # fmt: skip
        assert matter.unit == scenes.world.police

    @pytest.mark.parametrize(
        "bad", ["\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "字" * 30_000]
    )
    def test_unstorable_text_is_named_not_a_crash(self, bad, scenes):
        scene = scenes.at(Step.RECORD_CONTACT)
        answer = self.take(scene.matter.pk, Step.RECORD_CONTACT, scene.officer, manner="phone", text="记录" + bad)
        assert answer.status_code in (302, 422)

    def test_opposite_choices_show_their_own_fields(self, scenes):
        scene = scenes.at(Step.SERVE_OPINION)
        answer = self.take(scene.matter.pk, Step.SERVE_OPINION, scene.officer, manner="post", do="show")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "邮件编号" in page and "签收人是谁" not in page
        assert "还差一点" not in page, "nothing is complained about yet"

    def test_service_by_post_without_receipt_starts_nothing(self, scenes):
        scene = scenes.at(Step.SERVE_OPINION)
        answer = self.take(
            scene.matter.pk, Step.SERVE_OPINION, scene.officer, manner="post", proof_tracking_number="EMS123456789"
        )
        assert answer.status_code == 422
        assert "还没有到达信访人" in answer.content.decode()

    def test_proof_comes_as_a_file_and_goes_when_the_step_is_refused(self, scenes):
        scene = scenes.at(Step.SERVE_OPINION)
        photo = lambda: SimpleUploadedFile("回证.png", PNG, content_type="image/png")  # noqa: E731
        refused = self.take(
            scene.matter.pk,
            Step.SERVE_OPINION,
            scene.officer,
            **proof(proof_signed_on="2099-01-01"),
            proof_receipt=photo(),
        )
        assert refused.status_code == 422
        assert not scene.matter.attachments.exists()
        self.taken(scene.matter.pk, Step.SERVE_OPINION, scene.officer, **proof(), proof_receipt=photo())
        assert scene.matter.attachments.get().original_name.startswith("回证")

    def test_refusal_asks_for_the_words_of_its_ground(self, scenes):
        scene = scenes.at(Step.REFUSE)
        first = self.take(scene.matter.pk, Step.REFUSE, scene.officer, ground="NA-1", do="show")
        assert "使用这一理由的条件" in words(first) and "答复期限（期限届满日）" in words(first)
        assert 'value="NA-2"' not in first.content.decode() and "NA-2" not in words(first), "a transferred matter cannot be refused as not within competence"
        matter = self.taken(
            scene.matter.pk, Step.REFUSE, scene.officer, ground="NA-1", word_organ="青石县住建局", word_date="2026年2月1日",
            word_due="2026年4月2日", facts="同一事项正在办理", where_to_turn="请向青石县住建局查询", conditions="on", confirmed="on",
        )  # fmt: skip
        assert matter.stage == Stage.NOT_ACCEPTED


class TestPreview:
    def test_prints_the_letter_and_leaves_no_trace(self, scenes):
        scene = scenes.at(Step.ACCEPT)
        rows = lambda: (Event.objects.count(), Document.objects.count(), DocumentSeries.objects.count())  # noqa: E731
        before = rows()
        answer = desk_of(scene.officer).post(
            address(scene.matter, Step.ACCEPT), {"version": scene.matter.version, "do": "preview:F-08"}
        )
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        assert rows() == before
        assert Matter.objects.get(pk=scene.matter.pk).stage == Stage.SIGNED_IN

    def test_says_what_the_letter_lacks(self, scenes):
        scene = scenes.at(Step.TRANSFER)
        answer = desk_of(scene.officer).post(
            address(scene.matter, Step.TRANSFER),
            {
                "version": scene.matter.version,
                "do": "preview:F-03",
                "to": scenes.world.housing.pk,
                "reason": "短",
                "proposed_route": "petition",
            },
        )
        assert answer.status_code == 422

    def test_a_letter_that_is_not_made_is_said(self, scenes):
        scene = scenes.at(Step.ACCEPT)
        answer = desk_of(scene.officer).post(
            address(scene.matter, Step.ACCEPT), {"version": scene.matter.version, "do": "preview:F-99"}
        )
        assert answer.status_code == 422

    def test_names_nobody_whose_name_the_officer_may_not_know(self, scenes):
        matter = scenes.world.signed_in("2026-03-02", secrecy=True)
        here = situation_of(scenes.world.zhou_leads_unit, matter.number, Step.ACCEPT)
        assert preview.for_reader({"addressee": "王秀兰", "reasons": "漏水"}, here)["addressee"] != "王秀兰"


class TestArticle:
    @pytest.mark.parametrize(
        ("ours", "cited"),
        [
            ("R-22(1)(三)", "《信访工作条例》第二十二条第一款第三项"),
            ("R-22(2), R-20(2)", "《信访工作条例》第二十二条第二款、第二十条第二款"),
            ("R-34", "《信访工作条例》第三十四条"),
            ("R-35, R-36(1)", "《信访工作条例》第三十五条、第三十六条第一款"),
            ("C-15（保守国家秘密法）", "《保守国家秘密法》"),
            ("T-12", "信访工作规范"),
            ("AR-1", "信访工作规范"),
        ],
    )
    def test_is_cited_as_in_a_letter(self, ours, cited):
        assert article_words(ours) == cited

    def test_of_a_menu_is_short_and_shows_no_ids_of_ours(self):
        shown = [short_article(move.article) for move in MOVES]
        assert "第二十二条" in shown
        assert not [words for words in shown if re.search(r"[A-Za-z\d]", words)]

    def test_conditions_show_no_ids_of_ours(self):
        shown = [condition_words(move.precondition) for move in MOVES]
        assert not [words for words in shown if re.search(r"[A-Z]{1,2}-\d", words)]
