from datetime import date

import pytest

from xinqiao.rules import terms
from xinqiao.rules.rating import (
    NEXT_DOORS,
    REMINDER_ON_DAY,
    TERM,
    DissatisfactionReason,
    RatingFacts,
    RatingStatus,
    RatingValue,
    check_rating,
    counts_for_rate,
    require_ratable,
    why_not_ratable,
)
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Role, Route

FIRST = RatingFacts(is_first_petition=True, kind=Kind.REQUEST, route=Route.PETITION)
OPEN = {
    "role": Role.CITIZEN,
    "status": RatingStatus.WAITING,
    "opened_on": date(2026, 7, 1),
    "due_on": date(2026, 7, 31),
    "today": date(2026, 7, 20),
}


class TestWhoMayRate:
    def test_the_citizen_within_the_window(self):
        require_ratable(FIRST, **OPEN)

    @pytest.mark.parametrize("today", [date(2026, 7, 1), date(2026, 7, 31)])
    def test_on_the_first_and_the_last_day(self, today):
        require_ratable(FIRST, **{**OPEN, "today": today})

    @pytest.mark.parametrize(
        ("changes", "code", "why"),
        [
            ({"role": Role.HANDLER}, "citizen_only", "RA-8: staff cannot rate for the citizen"),
            ({"status": RatingStatus.RATED}, "already_rated", "once per target"),
            ({"opened_on": None}, "not_open", "nothing served yet"),
            ({"today": date(2026, 6, 30)}, "not_open", "before the window"),
            ({"today": date(2026, 8, 1)}, "window_over", "after the window"),
        ],
    )
    def test_refuses(self, changes, code, why):
        with pytest.raises(StepRefused) as refusal:
            require_ratable(FIRST, **{**OPEN, **changes})
        assert refusal.value.code == code, why

    @pytest.mark.parametrize(
        ("facts", "why"),
        [
            (RatingFacts(is_first_petition=False), "RA-4: first petitions"),
            (RatingFacts(is_first_petition=True, to_other_powers=True), "congress, court, prosecution"),
            (RatingFacts(is_first_petition=True, route=Route.JUDICIAL), "litigation"),
            (RatingFacts(is_first_petition=True, route=Route.ARBITRATION), "arbitration"),
            (RatingFacts(is_first_petition=True, route=Route.ADMINISTRATIVE), "reconsideration"),
            (RatingFacts(is_first_petition=True, kind=Kind.REPORT), "not fit for publication"),
        ],
    )
    def test_some_matters_are_not_rated(self, facts, why):
        assert why_not_ratable(facts), why
        with pytest.raises(StepRefused):
            require_ratable(facts, **OPEN)


class TestCheckRating:
    @pytest.mark.parametrize(
        ("value", "reason"),
        [("satisfied", ""), (RatingValue.BASICALLY_SATISFIED, ""), ("dissatisfied", "facts_wrong")],
    )
    def test_is_complete(self, value, reason):
        check_rating(value, reason)

    @pytest.mark.parametrize(
        ("value", "reason"), [("", ""), ("3", ""), ("dissatisfied", ""), ("dissatisfied", "不告诉")]
    )
    def test_is_not(self, value, reason):
        with pytest.raises(ValueError, match="请选择"):
            check_rating(value, reason)


class TestRate:
    def test_silence_is_never_counted(self):
        assert [status for status in RatingStatus if counts_for_rate(status)] == [RatingStatus.RATED]  # B20, G.3

    def test_values_keep_the_codes_of_older_systems(self):
        assert [value.code for value in RatingValue] == ["0", "1", "3"]

    def test_the_reminder_lies_in_the_window(self):
        assert terms.find(TERM).days > REMINDER_ON_DAY

    def test_doors_belong_to_reasons(self):
        assert set(NEXT_DOORS) <= set(DissatisfactionReason)
