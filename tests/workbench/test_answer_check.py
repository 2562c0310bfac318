"""答复检查 beside the draft of an opinion: it points, it stops nothing, and it shows only what may be opened."""

import pytest

from tests.world import World, at, client_of
from xinqiao.analysis import answers
from xinqiao.matters import opinions
from xinqiao.matters.models import Matter
from xinqiao.rules.answers import Hint
from xinqiao.rules.stages import Kind, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return World()


def draft(world, matter, **changes):
    written = world.answers()
    written[1] = {
        **written[1],
        "conclusion": "决定支持，已经修好屋顶。",
        "facts": "屋顶漏水。",
        "reasons": "在保修期内。",
    }
    content = {"facts": "现场查看，屋顶漏水属实。", "evidence": ["现场照片"], "answers": written, **changes}
    return opinions.save_draft(matter.pk, by=world.xu_handles, at=at("2026-03-20"), **content)


def page(world, matter):
    return client_of(world.xu_handles).get(f"/desk/cases/{matter.number}/opinion/")


class TestPanel:
    def test_a_demand_that_is_not_spoken_of(self, world):
        matter = world.in_handling()
        draft(world, matter)
        shown = page(world, matter)
        assert "未见对第2项诉求的答复：赔偿泡坏的家具2300元" in shown.content.decode()

    def test_it_stops_nothing(self, world):
        matter = world.in_handling()
        draft(world, matter)
        world.take(Step.SUBMIT_OPINION, matter.pk, world.xu_handles, "2026-03-20")
        assert (
            "未见对第2项诉求的答复"
            in client_of(world.zhou_leads_unit)
            .get(f"/desk/cases/{matter.number}/steps/issue_opinion/")
            .content.decode()
        )

    def test_what_the_check_list_says_is_not_said_twice(self, world):
        matter = world.in_handling()
        opinion = draft(
            world,
            matter,
            answers=[opinions.answer(1, conclusion="正在研究。", facts="屋顶漏水", reasons="无"), opinions.answer(2)],
        )
        found = answers.check(matter, opinion, world.xu_handles, today=at("2026-03-20").date())
        assert not {one.finding.hint for one in found.findings} & {Hint.STEP, Hint.NO_GROUND, Hint.NO_REMEDY}

    def test_words_lead_to_the_field_they_stand_in(self, world):
        matter = world.in_handling()
        opinion = draft(world, matter, body="如有不满，后果自负。")
        found = answers.check(matter, opinion, world.xu_handles, today=at("2026-03-20").date())
        assert [one.anchor for one in found.findings if one.finding.hint is Hint.BLAMES] == ["f-body"]

    def test_another_place(self, world):
        matter = world.in_handling()
        opinion = draft(world, matter, body="柳河镇已经派人。")
        world_place = answers.check(matter, opinion, world.xu_handles, today=at("2026-03-20").date())
        assert Hint.OTHER_PLACE not in [one.finding.hint for one in world_place.findings], (
            "柳河镇 lies in the place of the matter"
        )

    def test_switched_off_there_is_none(self, world, settings):
        settings.ANALYSIS = False
        matter = world.in_handling()
        draft(world, matter)
        assert "答复检查" not in page(world, matter).content.decode()

    def test_no_report_is_read(self, world):
        matter = world.in_handling()
        opinion = draft(world, matter)
        Matter.objects.filter(pk=matter.pk).update(sealed=True, kind=Kind.REPORT)
        assert (
            answers.check(Matter.objects.get(pk=matter.pk), opinion, world.xu_handles, today=at("2026-03-20").date())
            is None
        )


class TestEarlier:
    @pytest.fixture
    def answered(self, world):
        said = {"facts": "漏水属实。", "evidence": ["照片"]}
        return world.issued("2026-01-05", drafted="2026-01-20", issued="2026-01-21", opinion=said)

    def test_outcome_and_grounds_of_what_was_answered(self, world, answered):
        matter = world.in_handling("2026-03-02", content=world.raw()["content"] + "现在又漏了。")
        draft(world, matter)
        text = page(world, matter).content.decode()
        assert f"/desk/cases/{answered.number}/" in text
        assert "《房屋建筑工程质量保修办法》第七条" in text

    def test_never_what_may_not_be_opened(self, world, answered):
        matter = world.in_handling("2026-03-02", content=world.raw()["content"] + "现在又漏了。")
        assert [one.matter.pk for one in answers.answered_before(matter, world.xu_handles)] == [answered.pk]
        Matter.objects.filter(pk=answered.pk).update(sealed=True)
        assert answers.answered_before(matter, world.xu_handles) == []

    def test_nothing_of_its_text_is_shown(self, world, answered):
        matter = world.in_handling("2026-03-02", content=world.raw()["content"] + "现在又漏了。")
        draft(world, matter, facts="现场查看。")
        assert "漏水属实。" not in page(world, matter).content.decode()
