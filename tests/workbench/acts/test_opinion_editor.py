"""The opinion editor: keeps drafts, never overwrites a colleague, shows what is missing and how the letter looks."""

import pytest
from django.urls import reverse

from tests.workbench.acts.scenes import Scenes, written_opinion
from tests.workbench.acts.test_step_pages import desk_of
from tests.world import World
from xinqiao.matters.models import Matter, Opinion
from xinqiao.rules.stages import Role, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def scenes():
    return Scenes(World())


@pytest.fixture
def matter(scenes):
    return scenes.world.in_handling("2026-03-02")


def editor(matter) -> str:
    return reverse("workbench:opinion", args=[matter.number])


class TestDraft:
    def test_empty_page_lists_requests_and_what_is_missing(self, scenes, matter, django_assert_max_num_queries):
        client = desk_of(scenes.world.xu_handles)
        client.get(editor(matter))  # what a process reads once (the tree, how common words are) is read
        with django_assert_max_num_queries(27):
            page = client.get(editor(matter)).content.decode()
        assert "赔偿泡坏的家具2300元" in page
        assert 'href="/desk/cases/' in page and "#a1" in page
        assert "还没有列证据" in page
        assert not Opinion.objects.exists(), "looking makes no draft"

    def test_is_kept_and_comes_back(self, scenes, matter):
        client = desk_of(scenes.world.xu_handles)
        client.post(editor(matter), {"revision": 0, **written_opinion()})
        kept = Opinion.objects.get()
        assert kept.evidence == ["现场检查记录", "照片6张"]
        assert kept.answers[0]["basis"] == [{"title": "房屋建筑工程质量保修办法", "article": "第七条"}]
        assert kept.answers[0]["execution"].startswith("更换3号楼屋面防水层")
        assert kept.answers[1]["measure"] == "", "what is not supported has nothing to carry out"
        page = client.get(editor(matter)).content.decode()
        assert "屋面防水的保修期为五年。" in page
        assert "还没有" not in page, "every gate is passed"

    def test_may_be_incomplete(self, scenes, matter):
        answer = desk_of(scenes.world.xu_handles).post(editor(matter), {"revision": 0, "facts": "刚开始写"})
        assert answer.status_code == 302
        assert Opinion.objects.get().facts == "刚开始写"

    def test_saves_in_the_background(self, scenes, matter):
        client = desk_of(scenes.world.xu_handles)
        said = client.post(
            editor(matter), {"revision": 0, "facts": "刚开始写"}, headers={"Accept": "application/json"}
        ).json()
        assert said["fields"] == {"revision": 1}
        again = client.post(editor(matter), {"revision": 1, "facts": "接着写"}, headers={"Accept": "application/json"})
        assert again.status_code == 200

    def test_of_a_colleague_is_never_overwritten(self, scenes, matter):
        first, second = desk_of(scenes.world.zhou_leads_unit), desk_of(scenes.world.xu_handles)
        first.post(editor(matter), {"revision": 0, "facts": "负责人写的"})
        answer = second.post(editor(matter), {"revision": 0, "facts": "承办人写的"})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "周负责刚刚保存过" in page
        assert "承办人写的" in page and "负责人写的" in page
        assert Opinion.objects.get().facts == "负责人写的"
        quiet = second.post(
            editor(matter), {"revision": 0, "facts": "承办人写的"}, headers={"Accept": "application/json"}
        )
        assert quiet.status_code == 409 and "周负责" in quiet.json()["error"]

    def test_wrong_day_is_said_and_nothing_lost(self, scenes, matter):
        answer = desk_of(scenes.world.xu_handles).post(
            editor(matter), {"revision": 0, **written_opinion(), "a1_until_on": "六月底"}
        )
        assert answer.status_code == 422
        assert "屋面防水的保修期为五年。" in answer.content.decode()

    def test_row_button_keeps_the_draft_and_gives_another_line(self, scenes, matter):
        client = desk_of(scenes.world.xu_handles)
        typed = {**written_opinion(), "a1_title_1": "中华人民共和国民法典", "a1_article_1": "第八百零一条"}
        answer = client.post(editor(matter), {"revision": 0, **typed, "do": "row:a1"})
        assert answer.url.endswith("#a1")
        assert 'name="a1_title_2"' in client.get(editor(matter)).content.decode()

    def test_leads_to_approval(self, scenes, matter):
        answer = desk_of(scenes.world.xu_handles).post(
            editor(matter), {"revision": 0, **written_opinion(), "do": "submit"}
        )
        assert answer.url.endswith("/steps/submit_opinion/")


class TestWhoMayWrite:
    def test_a_post_that_drafts_nothing_finds_no_such_page(self, scenes, matter):
        """The receiver of the same unit has no cell in the row "draft" of B.3."""
        assert desk_of(scenes.world.qian_receives).get(editor(matter)).status_code == 404

    def test_strangers_get_404(self, scenes, matter):
        stranger = desk_of(scenes.world.gu_at_environment)
        for name, more in (("opinion", []), ("opinion_page", [1]), ("opinion_pdf", []), ("opinion_word", [])):
            assert stranger.get(reverse(f"workbench:{name}", args=[matter.number, *more])).status_code == 404

    def test_what_was_typed_is_given_back_when_it_was_sent_meanwhile(self, scenes):
        matter_id, _leader, handler = scenes.issue_opinion()
        matter = Matter.objects.get(pk=matter_id)
        answer = desk_of(handler).post(editor(matter), {"revision": 1, "facts": "我后来写的"})
        assert answer.status_code == 409
        assert "我后来写的" in answer.content.decode()


class TestLetter:
    def test_is_drawn_even_of_an_empty_draft(self, scenes, matter):
        client = desk_of(scenes.world.xu_handles)
        picture = client.get(reverse("workbench:opinion_page", args=[matter.number, 1]))
        assert picture["Content-Type"] == "image/png" and picture.content.startswith(b"\x89PNG")

    def test_goes_to_word_and_pdf(self, scenes, matter):
        client = desk_of(scenes.world.xu_handles)
        client.post(editor(matter), {"revision": 0, **written_opinion()})
        assert client.get(reverse("workbench:opinion_pdf", args=[matter.number])).content.startswith(b"%PDF")
        assert client.get(reverse("workbench:opinion_word", args=[matter.number])).content.startswith(b"PK")

    def test_of_review_is_drawn(self, scenes):
        scene = scenes.at(Step.ISSUE_REVIEW_OPINION)
        client = desk_of(scene.officer)
        assert client.get(reverse("workbench:opinion_page", args=[scene.matter.number, 1])).status_code == 200
        page = client.get(editor(scene.matter)).content.decode()
        assert "信访事项复查意见书" in page and "撤销原意见" in page, "what the citizen asks is beside it"

    def test_is_not_for_a_colleague_without_the_role(self, scenes, matter):
        nosy = scenes.world.officer("nie", "聂督查", scenes.world.housing, Role.SUPERVISOR)
        assert desk_of(nosy).get(reverse("workbench:opinion_pdf", args=[matter.number])).status_code == 404
