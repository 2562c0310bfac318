"""C-14: no public figure below five, and none that can be reckoned from the others."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.rules.small_cells import AT_LEAST, NOT_SHOWN, WITHHELD, shown, shown_parts


class TestOneCount:
    @pytest.mark.parametrize(("count", "told"), [(0, "0"), (1, WITHHELD), (4, WITHHELD), (5, "5"), (1234, "1234")])
    def test_one_to_four_are_not_told(self, count, told):
        assert shown(count) == told


def fits(told: str) -> list[int]:
    """The counts that a reader may think of for one told part."""
    return list(range(1, 40)) if told == NOT_SHOWN else [int(told)]


class TestParts:
    @pytest.mark.parametrize(
        ("counts", "told", "why"),
        [
            (
                {"a": 3, "b": 20, "c": 9},
                {"a": NOT_SHOWN, "b": "20", "c": NOT_SHOWN},
                "the smallest other one is withheld with it",
            ),
            ({"a": 3, "b": 2, "c": 9}, {"a": NOT_SHOWN, "b": NOT_SHOWN, "c": "9"}, "two small ones hide each other"),
            (
                {"a": 1, "b": 1, "c": 9},
                {"a": NOT_SHOWN, "b": NOT_SHOWN, "c": NOT_SHOWN},
                "two that sum up to two are both one",
            ),
            ({"a": 0, "b": 7}, {"a": "0", "b": "7"}, "nothing small"),
            ({"a": 2}, {"a": NOT_SHOWN}, "one part only; its total is not told either"),
        ],
    )
    def test_what_the_total_would_give_away_is_withheld_too(self, counts, told, why):
        assert shown_parts(counts) == told, why

    def test_without_a_total_only_the_small_ones_are_withheld(self):
        assert shown_parts({"a": 3, "b": 20}, with_total=False) == {"a": WITHHELD, "b": "20"}

    @given(st.lists(st.integers(0, 12), min_size=2, max_size=3).filter(lambda counts: sum(c >= 5 for c in counts) > 0))
    def test_no_small_count_follows_from_total_and_rest(self, counts):
        told = shown_parts(dict(zip("abcd", counts, strict=False)))
        possible = [c for c in itertools.product(*map(fits, told.values())) if sum(c) == sum(counts)]
        for place, count in enumerate(counts):
            if 0 < count < AT_LEAST:
                assert len({one[place] for one in possible}) > 1
