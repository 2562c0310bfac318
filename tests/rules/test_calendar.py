"""The working calendar: DL-04, DL-05, DL-16 to DL-18."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.rules import calendar_data
from xinqiao.rules.calendar import CalendarRefused, WorkCalendar, YearNotice, statutory_days

NATIONAL = WorkCalendar.default()
DAYS = st.dates(date(2024, 6, 1), date(2028, 6, 1))


def year_2027(**changes) -> YearNotice:
    """An imagined notice for 2027: every statutory day off, one Saturday worked."""
    rows = {
        "rest_days": dict(statutory_days(2027)),
        "make_up_days": {date(2027, 1, 30): "春节"},
        "source": "2027年通知",
        "version": "1",
    }
    return YearNotice(2027, **(rows | changes))


class TestWorkingDays:
    """工作日 (DL-04)."""

    @pytest.mark.parametrize(
        ("day", "works", "why"),
        [
            (date(2025, 3, 3), True, "an ordinary Monday"),
            (date(2025, 3, 8), False, "an ordinary Saturday"),
            (date(2025, 1, 28), False, "New Year's Eve, a rest day since 2025"),
            (date(2025, 2, 4), False, "last day of Spring Festival"),
            (date(2025, 1, 26), True, "a Sunday that is worked"),
            (date(2025, 10, 8), False, "National Day and Mid-Autumn together last eight days"),
            (date(2026, 2, 28), True, "a Saturday that is worked"),
            (date(2026, 10, 8), True, "first day after National Day"),
        ],
    )
    def test_follow_the_notice(self, day, works, why):
        assert NATIONAL.is_working_day(day) is works, why

    @pytest.mark.parametrize("year", [2025, 2026])
    def test_are_248_in_a_year_with_notice(self, year):
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
        assert sum(map(NATIONAL.is_working_day, days)) == 248

    def test_name_what_makes_a_rest_day(self):
        assert NATIONAL.rest_name(date(2025, 1, 28)) == "春节假期"
        assert NATIONAL.rest_name(date(2025, 3, 8)) == "星期六"
        assert NATIONAL.rest_name(date(2025, 1, 26)) == ""
        assert NATIONAL.rest_name(date(2027, 10, 1)) == "国庆节假期"


class TestAYearWithoutNotice:
    """Provisional: weekends and statutory days, and never an exception (DL-16, DL-17)."""

    def test_is_not_confirmed(self):
        assert [year for year in range(2023, 2030) if NATIONAL.is_confirmed(year)] == [2025, 2026]

    @pytest.mark.parametrize(
        ("day", "works", "why"),
        [
            (date(2027, 2, 5), False, "New Year's Eve 2027"),
            (date(2027, 2, 8), False, "third day of the first month; the Friday to Monday block has four days"),
            (date(2027, 2, 9), True, "no swap is guessed"),
            (date(2027, 4, 5), False, "Qingming"),
            (date(2027, 6, 9), False, "Dragon Boat"),
            (date(2027, 9, 15), False, "Mid-Autumn"),
            (date(2029, 5, 2), False, "2 May is a rest day since 2025"),
            (date(2024, 5, 2), True, "2 May was none in 2024"),
            (date(2045, 10, 2), False, "fixed days go on beyond the lunar table"),
        ],
    )
    def test_has_statutory_days(self, day, works, why):
        assert NATIONAL.is_working_day(day) is works, why

    @given(st.dates())
    def test_is_answered_whatever_the_year(self, day):
        assert NATIONAL.is_working_day(day) in (True, False)

    @pytest.mark.parametrize("year", sorted(calendar_data.NOTICES))
    def test_agrees_with_the_notices_that_we_have(self, year):
        for day in statutory_days(year):
            assert not NATIONAL.is_working_day(day), day

    def test_joins_the_names_of_two_feasts_on_one_day(self):
        assert statutory_days(2028)[date(2028, 10, 3)] == "国庆节、中秋节"

    def test_has_plausible_moving_days(self):
        for year, (spring, qingming, boat, autumn) in calendar_data.MOVING_DAYS.items():
            assert date(year, 1, 21) <= date(year, *spring) <= date(year, 2, 20)
            assert qingming in ((4, 4), (4, 5))
            # 端午 falls 118 or 119 days after 春节 plus a leap month's 29 or 30, 中秋 about 98 or 128 days later
            assert (date(year, *boat) - date(year, *spring)).days in range(120, 154)
            assert (date(year, *autumn) - date(year, *boat)).days in range(96, 130)


class TestLoadingAYear:
    """A new notice is data (DL-16)."""

    def test_confirms_it_and_leaves_the_old_calendar_alone(self):
        loaded = NATIONAL.with_year(year_2027())
        assert loaded.is_confirmed(2027) and not NATIONAL.is_confirmed(2027)
        assert loaded.is_working_day(date(2027, 1, 30)) and not NATIONAL.is_working_day(date(2027, 1, 30))

    def test_replaces_an_earlier_version(self):
        corrected = NATIONAL.with_year(year_2027()).with_year(year_2027(make_up_days={}, version="2"))
        assert not corrected.is_working_day(date(2027, 1, 30))

    def test_may_name_days_of_the_december_before(self):
        rest_days = {**statutory_days(2027), date(2026, 12, 31): "元旦"}
        assert not NATIONAL.with_year(year_2027(rest_days=rest_days)).is_working_day(date(2026, 12, 31))

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"make_up_days": {date(2027, 2, 6): "春节"}}, "既是放假日又是上班日"),
            ({"make_up_days": {date(2027, 1, 29): "春节"}}, "本来就是工作日"),
            ({"rest_days": {date(2027, 1, 1): "元旦"}}, "缺少法定的"),
            ({"rest_days": {**statutory_days(2027), date(2028, 6, 1): "端午节"}}, "不属于2027年"),
            ({"source": ""}, "出处"),
        ],
    )
    def test_refuses_a_notice_that_cannot_be_right(self, changes, told):
        with pytest.raises(CalendarRefused, match=told):
            year_2027(**changes)

    @pytest.mark.parametrize("row", [("春节", "2027-02-06", "2027-02-01", []), ("春节", "二月", "三月", []), ("春节",)])
    def test_refuses_rows_that_cannot_be_read(self, row):
        with pytest.raises(CalendarRefused):
            YearNotice.from_rows(2027, "通知", "1", [row])


class TestRegionalHolidays:
    """Days that a region gives its nationalities (放假办法第四条, DL-18)."""

    REGION = NATIONAL.with_region({date(2026, 5, 27): "古尔邦节", date(2026, 5, 9): "地区假日"}, "自治区通知")

    def test_are_rest_days_there_and_only_there(self):
        assert not self.REGION.is_working_day(date(2026, 5, 27))
        assert NATIONAL.is_working_day(date(2026, 5, 27))
        assert self.REGION.on_or_after(date(2026, 5, 27)) == date(2026, 5, 28)

    def test_win_over_a_national_make_up_day(self):
        assert not self.REGION.is_working_day(date(2026, 5, 9))
        assert not self.REGION.is_make_up_day(date(2026, 5, 9))

    def test_add_up_and_survive_a_new_year(self):
        both = self.REGION.with_region({date(2026, 5, 28): "古尔邦节"}, "补充通知").with_year(year_2027())
        assert both.on_or_after(date(2026, 5, 27)) == date(2026, 5, 29)
        assert both.regional_source == "自治区通知；补充通知"
        assert both.rest_name(date(2026, 5, 28)) == "古尔邦节（地区假日）"


class TestCounting:
    @given(DAYS, st.integers(0, 40))
    def test_adding_and_counting_working_days_agree(self, start, n):
        end = NATIONAL.add_working_days(start, n)
        assert NATIONAL.working_days_between(start, end) == n
        assert n == 0 or NATIONAL.is_working_day(end)

    @given(DAYS, st.integers(1, 40))
    def test_subtracting_undoes_adding_from_a_working_day(self, day, n):
        start = NATIONAL.on_or_after(day)
        assert NATIONAL.subtract_working_days(NATIONAL.add_working_days(start, n), n) == start

    @given(DAYS)
    def test_rolling_finds_the_nearest_working_day(self, day):
        after, before = NATIONAL.on_or_after(day), NATIONAL.on_or_before(day)
        assert before <= day <= after
        between = [before + timedelta(days=n) for n in range(1, (after - before).days)]
        assert not any(map(NATIONAL.is_working_day, between))

    def test_nothing_lies_between_a_day_and_an_earlier_one(self):
        assert NATIONAL.working_days_between(date(2026, 3, 10), date(2026, 3, 2)) == 0

    def test_beyond_the_last_day_of_all_is_refused_in_words(self):
        with pytest.raises(CalendarRefused, match="超出"):
            NATIONAL.add_working_days(date.max, 1)
        with pytest.raises(CalendarRefused, match="超出"):
            NATIONAL.on_or_before(date.min)

    def test_negative_counts_are_a_mistake_of_the_caller(self):
        with pytest.raises(ValueError):
            NATIONAL.add_working_days(date(2026, 1, 5), -1)
        with pytest.raises(ValueError):
            NATIONAL.subtract_working_days(date(2026, 1, 5), -1)
