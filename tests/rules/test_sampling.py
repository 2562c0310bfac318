"""抽查: proportional, by chance, the same again with the same seed; a sheet that is complete (G.2)."""

import pytest

from xinqiao.rules.gates import TITLES
from xinqiao.rules.sampling import QUESTIONS, SampleSort, allocate, check_sheet, draw, questions_of


class TestDraw:
    @pytest.mark.parametrize(
        ("counts", "size", "expected"),
        [
            ({1: 60, 2: 30, 3: 10}, 10, {1: 6, 2: 3, 3: 1}),
            ({1: 5, 2: 5, 3: 5}, 10, {1: 4, 2: 3, 3: 3}),
            ({1: 3, 2: 2}, 10, {1: 3, 2: 2}),
        ],
        ids=["in proportion", "largest remainder, ties by key", "all there are"],
    )
    def test_takes_from_each_in_proportion(self, counts, size, expected):
        assert allocate(counts, size) == expected

    def test_gives_the_same_again_whatever_the_order(self):
        strata = {7: list(range(100)), 9: list(range(200, 260))}
        turned = {9: list(range(259, 199, -1)), 7: list(range(99, -1, -1))}
        assert draw(strata, 20, 4711) == draw(turned, 20, 4711) != draw(strata, 20, 4712)


class TestSheet:
    def test_has_every_gate_of_the_opinion(self):
        assert [row.question.rstrip("？") for row in questions_of(SampleSort.OPINION)] == list(TITLES.values())
        assert {row.sort for row in QUESTIONS.values()} == set(SampleSort)

    @pytest.mark.parametrize(
        ("answers", "note", "ok"),
        [
            ({"route": "yes", "told": "na"}, "", True),
            ({"route": "yes"}, "", False),
            ({"route": "no", "told": "yes"}, "错了", False),
            ({"route": "no", "told": "yes"}, "应当走劳动仲裁，却走了信访程序。", True),
            ({"route": "maybe", "told": "yes"}, "", False),
        ],
        ids=["complete", "one is left out", "wrong, not said what", "wrong, said what", "no such answer"],
    )
    def test_is_complete_when_each_question_is_answered_and_faults_are_said(self, answers, note, ok):
        assert (not check_sheet(SampleSort.ROUTE, answers, note)) is ok
