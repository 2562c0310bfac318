import pytest

from xinqiao.rules import terms
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.simple_procedure import EXCLUSIONS, LIMITS, SimpleFacts, check, require, require_supportive
from xinqiao.rules.stages import Outcome


class TestCheck:
    def test_a_plain_first_petition_is_simple(self):
        assert check(SimpleFacts(is_first_petition=True)) == []

    @pytest.mark.parametrize("exclusion", list(EXCLUSIONS))
    def test_each_exclusion_stands_against_it(self, exclusion):
        assert check(SimpleFacts(is_first_petition=True, **{exclusion: True})) == [EXCLUSIONS[exclusion]]

    def test_only_first_petitions(self):
        assert check(SimpleFacts(is_first_petition=False)) == ["不是初次信访，不能简易办理。"]

    def test_one_of_the_listed_cases_must_apply(self):
        assert check(SimpleFacts(is_first_petition=True, suitable="because")) == ["请选择为什么适合简易办理。"]

    def test_tells_all_reasons_at_once(self):
        facts = SimpleFacts(is_first_petition=False, several_bodies=True, is_major_or_complex=True)
        with pytest.raises(StepRefused, match=r"初次.*多个责任主体.*重大.*普通程序"):
            require(facts)

    def test_its_limits_are_rows_of_the_terms(self):
        assert [terms.find(code).days for code in LIMITS.values()] == [1, 3, 10]


class TestSupportive:
    def test_a_supporting_answer_may_close(self):
        require_supportive([Outcome.SUPPORT, Outcome.SUPPORT])

    @pytest.mark.parametrize("outcome", [Outcome.NOT_SUPPORT, Outcome.PARTLY, Outcome.EXPLAIN])
    def test_any_other_answer_must_go_over_to_the_ordinary_procedure(self, outcome):
        with pytest.raises(StepRefused, match="转为普通程序") as refusal:
            require_supportive([Outcome.SUPPORT, outcome])
        assert refusal.value.code == "convert_first"
