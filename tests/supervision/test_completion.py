"""办结报告 of assigned matters: what it says, who signs, approves, sends back and relays it, whose turn it is (SV-8)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.matters.ways import REPORT, assigned, relayable, reported, served_assigned
from tests.world import World, at, client_of
from xinqiao.documents import letters
from xinqiao.jobs import deadlines
from xinqiao.matters.models import Matter
from xinqiao.rules.completion import CONTENTS
from xinqiao.rules.document_contents import DOCUMENTS
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Stage, Step
from xinqiao.supervision import patrol
from xinqiao.supervision.models import Finding

pytestmark = pytest.mark.django_db
DAY = "2026-04-03"


@pytest.fixture
def world():
    return World()


def the_letter(matter: Matter) -> dict:
    return letters.versions(matter.pk, "F-29")[-1].data


class TestContents:
    def test_everything_that_sv_8_wants_is_required_of_the_letter(self):
        assert {row.key for row in CONTENTS} <= set(DOCUMENTS["F-29"].required)

    def test_the_letter_says_it_signed_by_the_head_with_the_served_answer(self, world):
        matter = Matter.objects.get(pk=reported(world))
        said = the_letter(matter)
        assert (said["signer"], said["handler_name"]) == ("周负责", "徐承办")
        assert said["assignment_number"].startswith("临信") and said["facts"] == REPORT["facts"]
        assert any("意见书" in line and "直接送达" in line for line in said["enclosures"])

    @pytest.mark.parametrize(
        ("changes", "words"),
        [({"handling": "已办"}, "处理情况和结果"), ({"problem": "\u200b" * 20}, "反映的主要问题")],
        ids=["nothing that can be checked", "nothing readable"],
    )
    def test_what_it_lacks_is_said(self, world, changes, words):
        matter_id = served_assigned(world)
        with pytest.raises(StepRefused, match=words):
            world.take(Step.DRAFT_COMPLETION, matter_id, world.xu_handles, DAY, **{**REPORT, **changes})

    def test_without_a_signed_answer_it_says_how_the_petitioner_was_told(self, world):
        matter_id = relayable(world)
        without = {**REPORT, "answer_note": ""}
        with pytest.raises(StepRefused, match="没有信访人签收"):
            world.take(
                Step.RELAY_COMPLETION,
                matter_id,
                world.feng_in_county,
                DAY,
                review="经审核，同意认定办结，请审定。",
                **without,
            )


class TestDecision:
    def test_the_day_stops_with_the_report_and_the_desk_waits_for_the_approval(self, world):
        matter = Matter.objects.get(pk=reported(world))
        office = matter.referrals.get(organisation=world.office)
        assert matter.clocks.get(term="ASSIGN_N").state == "met"
        assert (office.stage, office.is_open) == (Stage.ASSIGNED, True)
        world.take(Step.APPROVE_COMPLETION, matter.pk, world.wang_leads_office, DAY, opinion="同意办结。")
        office.refresh_from_db()
        assert (office.stage, office.is_open) == (Stage.TRANSFERRED, False)

    def test_sent_back_it_says_what_is_missing_and_a_new_day_runs(self, world):
        matter = Matter.objects.get(pk=reported(world))
        back = {"missing": "没有写明家具赔偿怎样处理。", "report_due_on": at("2026-04-13").date()}
        world.take(Step.RETURN_COMPLETION, matter.pk, world.sun_supervises, DAY, **back)
        assert str(matter.clocks.get(term="ASSIGN_N", state="running").due_on) == "2026-04-13"
        page = client_of(world.zhou_leads_unit).get(
            reverse("workbench:step", args=[matter.number, Step.REPORT_COMPLETION.value])
        )
        assert back["missing"] in page.content.decode() and REPORT["facts"] in page.content.decode()
        world.take(
            Step.REPORT_COMPLETION,
            matter.pk,
            world.zhou_leads_unit,
            "2026-04-10",
            handling="补充：家具赔偿由双方另行协商，已告知信访人。",
        )
        assert "家具赔偿" in the_letter(matter)["handling"]
        assert (
            matter.completion_reports.get().rounds == 2
            and not matter.clocks.filter(term="ASSIGN_N", state="running").exists()
        )

    def test_the_level_between_approves_first_and_puts_its_review_on_top(self, world):
        """Region → county → the county's bureau, and back the same way."""
        matter_id = world.triaged().pk
        common = {"reason": "房屋质量监管属于县里职责范围。", "importance": "涉及多户群众居住安全"}
        world.take(
            Step.ASSIGN,
            matter_id,
            world.wang_leads_office,
            "2026-03-02",
            to=world.county_office,
            report_due_on=at("2026-05-01").date(),
            **common,
        )
        world.take(
            Step.ASSIGN,
            matter_id,
            world.feng_in_county,
            "2026-03-02",
            to=world.county_housing,
            report_due_on=at("2026-04-20").date(),
            **common,
        )
        world.take(Step.SIGN_IN, matter_id, world.han_at_county_housing, "2026-03-02")
        refusal = {"ground": "NA-1", "fields": {"organ": "青石县住建局", "date": "2026年2月1日", "due": "2026年4月2日"}}
        world.take(
            Step.REFUSE,
            matter_id,
            world.han_at_county_housing,
            "2026-03-05",
            facts="同一事项正在办理。",
            where_to_turn="请等待答复",
            **refusal,
        )
        world.take(Step.REPORT_COMPLETION, matter_id, world.han_at_county_housing, "2026-03-06", **REPORT)
        review = {"review": "经审核，事实清楚，处理恰当，同意认定办结。"}
        with pytest.raises(StepRefused):  # not before it approved what came from below
            world.take(Step.RELAY_COMPLETION, matter_id, world.feng_in_county, "2026-03-06", **review)
        world.take(Step.APPROVE_COMPLETION, matter_id, world.feng_in_county, "2026-03-07")
        world.take(Step.RELAY_COMPLETION, matter_id, world.feng_in_county, "2026-03-08", **review)
        said = the_letter(Matter.objects.get(pk=matter_id))
        assert said["review"] == review["review"] and said["facts"] == REPORT["facts"]
        assert said["enclosures"][0] == "青石县住房和城乡建设局办结报告"
        world.take(Step.APPROVE_COMPLETION, matter_id, world.wang_leads_office, "2026-03-09")
        assert not Matter.objects.get(pk=matter_id).clocks.filter(term="ASSIGN_N", state="running").exists()


class TestOverdue:
    def test_the_patrol_finds_the_organ_that_owes_it_not_the_office_that_waits(self, world):
        matter = Matter.objects.get(pk=assigned(world))
        deadlines.sweep(at("2026-05-20"))
        event = next(one for one in matter.events.filter(step=Step.RECORD_OVERDUE) if one.facts["term"] == "ASSIGN_N")
        patrol.look(event, at=at("2026-05-20"))
        assert Finding.objects.get(matter=matter, trigger="report_overdue").organisation == world.housing


class TestList:
    def test_each_post_finds_what_waits_for_it_and_strangers_nothing(self, world):
        matter = Matter.objects.get(pk=reported(world))

        def shown(officer, show="turn"):
            page = client_of(officer).get(reverse("workbench:completions"), {"show": show})
            return matter.number in page.content.decode()

        assert shown(world.wang_leads_office) and shown(world.sun_supervises)
        assert not shown(world.zhou_leads_unit) and shown(world.zhou_leads_unit, "open")
        assert not shown(world.gu_at_environment, "open")
        world.take(
            Step.APPROVE_COMPLETION, matter.pk, world.wang_leads_office, timezone.localtime().strftime("%Y-%m-%d %H:%M")
        )
        assert not shown(world.wang_leads_office) and shown(world.wang_leads_office, "done")
