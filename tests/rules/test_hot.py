"""Heat is what its table says, of matters, places and days only; a surge is far above what is usual (rules/hot.py)."""

import dataclasses

import pytest

from xinqiao.rules.hot import ISSUE_AT_LEAST, SCALES, SURGES, Inputs, heat, is_same, sheet_faults, trend
from xinqiao.rules.small_cells import AT_LEAST


@pytest.mark.parametrize(
    ("inputs", "points", "word", "why"),
    [
        (Inputs(0, 0, 0, 4), 0, "平稳", "nothing in the window"),
        (Inputs(5, 1, 5, 5), 12 + 4 + 10, "平稳", "as many as before"),
        (Inputs(12, 3, 9, 4), 20 + 14 + 10 + 25, "较热", "three times as many, in three places"),
        (Inputs(80, 5, 10, 0), 100, "很热", "the most of everything"),
        (Inputs(6, 1, 1, 4), 12 + 4, "平稳", "two more are chance"),
    ],
)
def test_heat(inputs, points, word, why):
    found = heat(inputs)
    assert (found.points, found.word) == (points, word), why
    assert sum(part[2] for part in found.parts) == points


def test_heat_knows_no_person():
    assert {field.name for field in dataclasses.fields(Inputs)} == {"matters", "places", "days", "before"}


def test_more_never_means_less():
    for row in SCALES:
        assert list(row.steps) == sorted(row.steps)
        assert row.source


def test_the_number_of_an_issue_may_be_told():
    assert ISSUE_AT_LEAST >= AT_LEAST


@pytest.mark.parametrize(
    ("now", "before", "word"),
    [
        (0, 0, "没有"),
        (0, 3, "没有新增"),
        (4, 0, "新出现"),
        (8, 4, "明显上升"),
        (5, 4, "上升"),
        (4, 4, "持平"),
        (2, 4, "下降"),
    ],
)
def test_trend(now, before, word):
    assert trend(now, before) == word


def test_a_surge_is_far_above_what_is_usual():
    for row in SURGES:
        assert row.is_one(row.at_least, 0.1)
        assert not row.is_one(row.at_least - 1, 0.0)
        assert not row.is_one(row.at_least, row.at_least)


def test_one_shared_matter_is_no_identity():
    assert not is_same(1, 1, 1)
    assert is_same(2, 6, 40)


def test_a_sheet_says_everything():
    assert set(sheet_faults({})) == {"facts", "cause", "law", "options", "lead"}
