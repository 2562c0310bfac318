import re
from datetime import date

import pytest

from xinqiao.rules import stages
from xinqiao.rules.citizen_words import CITIZEN_WORDS, tell
from xinqiao.rules.moves import MOVES
from xinqiao.rules.stages import Coded, Role, Stage, Step

LISTS = [cls for cls in vars(stages).values() if isinstance(cls, type) and issubclass(cls, Coded) and cls is not Coded]


class TestClosedLists:
    @pytest.mark.parametrize("members", LISTS)
    def test_every_member_has_its_standard_term(self, members):
        assert all(re.search(r"[\u4e00-\u9fff]", member.label) for member in members)

    @pytest.mark.parametrize("members", LISTS)
    def test_stored_values_are_whole_words(self, members):
        assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", member.value) for member in members)
        assert len({member.value for member in members}) == len(members)

    @pytest.mark.parametrize(
        "members", [stages.Stage, stages.Role, stages.Kind, stages.Purpose, stages.Channel, stages.Line]
    )
    def test_codes_of_the_specification_are_unique(self, members):
        codes = [member.code for member in members if member.code]
        assert len(set(codes)) == len(codes)

    @pytest.mark.parametrize("members", [stages.Stage, stages.Step, stages.Channel, stages.Kind])
    def test_standard_terms_are_unique(self, members):
        labels = [member.label for member in members]
        assert len(set(labels)) == len(labels)


class TestCitizenWords:
    @pytest.mark.parametrize("stage", list(Stage))
    def test_every_stage_has_words(self, stage):
        words = CITIZEN_WORDS[stage]
        assert 2 <= len(words.headline) <= 10
        assert words.sentence.endswith("。")
        assert words.next_step.endswith("。")

    @pytest.mark.parametrize("stage", list(Stage))
    def test_reads_well_with_nothing_known(self, stage):
        told = tell(stage)
        assert told.sentence or told.next_step
        assert not re.search(r"[{}]", told.sentence + told.next_step)

    @pytest.mark.parametrize("stage", list(Stage))
    def test_speaks_as_people_do(self, stage):
        words = CITIZEN_WORDS[stage]
        text = words.headline + words.sentence + words.next_step
        assert not re.search("兹|予以|特此|贵单位|缠访|闹访|你", text)

    @pytest.mark.parametrize("stage", list(Stage))
    def test_offers_only_steps_that_the_procedure_allows(self, stage):
        allowed = {move.step for move in MOVES if Role.CITIZEN in move.roles and stage in move.origins}
        assert set(CITIZEN_WORDS[stage].may) <= allowed

    @pytest.mark.parametrize(
        ("step", "stage"),
        [
            (Step.REQUEST_REVIEW, Stage.OPINION_SERVED),
            (Step.REQUEST_REVIEW, Stage.EXECUTING),
            (Step.REQUEST_RECHECK, Stage.REVIEW_SERVED),
            (Step.OBJECT_TO_FILING, Stage.FILED),
            (Step.OBJECT_TO_FILING, Stage.DIRECT_REPLIED),
            (Step.CONFIRM_EXECUTION, Stage.EXECUTED),
            (Step.DISPUTE_EXECUTION, Stage.ENDED_AGREEMENT),
            (Step.RESUME, Stage.WITHDRAWN),
        ],
    )
    def test_never_hides_a_remedy(self, step, stage):
        assert step in CITIZEN_WORDS[stage].may

    def test_in_approval_looks_like_in_handling(self):
        assert CITIZEN_WORDS[Stage.IN_APPROVAL] == CITIZEN_WORDS[Stage.HANDLING]  # D.2: H3 as H1


class TestTell:
    def test_fills_the_fields_in(self):
        told = tell(Stage.ACCEPTED, unit="市住建局", on=date(2026, 11, 20), due_on=date(2027, 1, 19))
        assert told.sentence == "您的信访已经受理，由市住建局办理。受理日期：2026年11月20日。"
        assert told.next_step == "市住建局会和您联系，最晚2027年1月19日书面答复您。"

    def test_leaves_out_what_is_not_known(self):
        assert (
            tell(Stage.FILED, on=date(2026, 11, 20)).sentence == "您的来件我们看过了，已经留存。日期：2026年11月20日。"
        )

    def test_never_names_the_organ_of_a_report(self):
        told = tell(Stage.SENT_TO_DISCIPLINE, unit="县水利局", on=date(2026, 11, 20), reason="反映王某")
        assert "水利" not in told.sentence + told.next_step
        assert "王某" not in told.sentence + told.next_step

    def test_a_reason_with_braces_is_only_text(self):
        assert "{unit}" in tell(Stage.FILED, reason="{unit}").sentence
