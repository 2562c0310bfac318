"""The deadline engine: the rules DL-01 to DL-20 and the behaviours of E.3 that are about deadlines."""

import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xinqiao.rules import deadlines, packs, terms
from xinqiao.rules.calendar import CalendarRefused, WorkCalendar, YearNotice, statutory_days
from xinqiao.rules.deadlines import check_extension, compute
from xinqiao.rules.refusals import StepRefused

NATIONAL = WorkCalendar.default()
MARCH_2 = date(2026, 3, 2)


def days(*spans: str) -> set[date]:
    """{"02-15/02-23"} of a year given first, as dates."""
    year, *rest = spans
    found = set()
    for span in rest:
        first, _, last = span.partition("/")
        day, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last or first}")
        while day <= end:
            found.add(day)
            day += timedelta(days=1)
    return found


# The oracle: the rest days as the domain spec lists them in words, and a walk from day to day. It shares no code with the engine.
REST = days("2025", "01-01", "01-28/02-04", "04-04/04-06", "05-01/05-05", "05-31/06-02", "10-01/10-08")
REST |= days(
    "2026", "01-01/01-03", "02-15/02-23", "04-04/04-06", "05-01/05-05", "06-19/06-21", "09-25/09-27", "10-01/10-07"
)
WORKED = days("2025", "01-26", "02-08", "04-27", "09-28", "10-11") | days(
    "2026", "01-04", "02-14", "02-28", "05-09", "09-20", "10-10"
)


def works(day: date) -> bool:
    return day in WORKED or (day.weekday() < 5 and day not in REST)


def oracle(term: terms.Term, start: date, extra: int) -> tuple[date, date, date | None]:
    """nominal, due, office_target by walking one day at a time."""
    nominal, left = start, term.days + extra
    while left:
        nominal += timedelta(days=1)
        left -= works(nominal) if term.unit == "working" else 1
    due = target = nominal
    while term.holder != "event" and not works(due):
        due += timedelta(days=1)
    while not works(target):
        target -= timedelta(days=1)
    return nominal, due, target if term.holder == "office" else None


TERMS = st.sampled_from([term for term in terms.TERMS.values() if term.code != "EXT30"])
CONFIRMED_STARTS = st.dates(date(2025, 1, 15), date(2026, 8, 15))  # every limit ends inside 2025 and 2026
ANY_START = st.dates(date(2023, 1, 1), date(2042, 1, 1))


class TestEveryDeadline:
    """Properties that hold whatever the term and the day."""

    @given(TERMS, CONFIRMED_STARTS)
    def test_is_what_walking_from_day_to_day_gives(self, term, start):
        result = compute(term.code, start)
        assert (result.nominal, result.due, result.office_target) == oracle(term, start, 0)
        assert not result.provisional

    @given(CONFIRMED_STARTS, st.integers(0, 30))
    def test_is_extended_in_one_sum(self, start, extend):
        result = compute("HANDLE60", start, extend_days=extend)
        assert (result.nominal, result.due, result.office_target) == oracle(terms.TERMS["HANDLE60"], start, extend)

    @given(TERMS, ANY_START, st.integers(0, 20))
    def test_is_never_earlier_for_a_later_start(self, term, start, later):
        assert compute(term, start).due <= compute(term, start + timedelta(days=later)).due

    @given(TERMS, ANY_START)
    def test_keeps_its_days_in_order(self, term, start):
        result = compute(term, start)
        assert start < result.nominal <= result.due
        assert result.office_target is None or result.office_target <= result.nominal
        assert (result.office_target is None) == (term.holder != "office")

    @given(TERMS.filter(lambda term: term.holder != "event"), ANY_START)
    def test_ends_on_a_working_day(self, term, start):
        result = compute(term, start)
        assert NATIONAL.is_working_day(result.due)
        assert result.office_target is None or NATIONAL.is_working_day(result.office_target)

    @given(ANY_START, st.integers(0, 29))
    def test_does_not_shrink_when_the_extension_grows(self, start, extend):
        assert (
            compute("HANDLE60", start, extend_days=extend).due <= compute("HANDLE60", start, extend_days=extend + 1).due
        )

    @given(TERMS, CONFIRMED_STARTS, st.integers(0, 20), st.integers(0, 40))
    def test_moves_for_a_hearing_only_in_a_recheck(self, term, start, wait, length):
        first = start + timedelta(days=wait)
        heard = compute(term, start, hearing=(first, first + timedelta(days=length)))
        extra = length if term.code == "RECHECK_DEC30" else 0
        assert heard.nominal == compute(term, start).nominal + timedelta(days=extra)

    @given(TERMS, ANY_START)
    def test_is_provisional_exactly_when_a_year_without_notice_was_needed(self, term, start):
        result = compute(term, start)
        if term.holder == "event":
            needed = []
        elif term.unit == "working":
            needed = [start + timedelta(days=n) for n in range(1, (result.due - start).days + 1)]
        else:
            needed = [result.office_target or result.nominal, result.nominal, result.due]
        assert result.provisional == any(day.year not in (2025, 2026) for day in needed)
        assert result.provisional == ("DL-17" in result.rules)

    @given(TERMS, ANY_START)
    def test_can_be_computed_again_from_what_is_stored(self, term, start):
        """DL-19: inputs go through JSON and come back."""
        result = compute(term, start)
        assert compute(result.code, start, **json.loads(json.dumps(result.inputs))) == result

    @given(TERMS, ANY_START)
    def test_names_its_rules_and_its_article(self, term, start):
        result = compute(term, start)
        assert {"DL-01", "DL-02", "DL-03"} <= set(result.rules)
        assert list(result.rules) == sorted(set(result.rules))
        assert term.citation in result.explanation and "第二天起算" in result.explanation

    @pytest.mark.parametrize("code", terms.TERMS)
    def test_exists_for_every_term(self, code):
        assert compute(code, MARCH_2).engine == deadlines.ENGINE_VERSION


class TestBehaviours:
    """Behaviour vectors of E.3."""

    FIRST = compute("HANDLE60", date(2025, 8, 2))  # due 2025-10-09, after National Day

    @pytest.mark.parametrize(
        ("why", "days", "approved_on", "before", "code"),
        [
            ("B01", 31, date(2025, 9, 1), False, "extension_too_long"),
            ("B02", 30, date(2025, 10, 10), False, "extension_late"),
            ("B03", 10, date(2025, 9, 1), True, "extended_before"),
            ("no days", 0, date(2025, 9, 1), False, "extension_days"),
            ("not a count", True, date(2025, 9, 1), False, "extension_days"),
        ],
    )
    def test_extensions_that_the_law_does_not_allow(self, why, days, approved_on, before, code):
        with pytest.raises(StepRefused) as refused:
            check_extension(self.FIRST, days, approved_on, before)
        assert refused.value.code == code, why

    def test_an_extension_may_be_approved_on_the_last_day_itself(self):
        check_extension(self.FIRST, 30, date(2025, 10, 9), False)

    def test_only_handling_is_extended(self):
        review = compute("REVIEW_DEC30", MARCH_2)
        with pytest.raises(StepRefused, match="只有办理期限"):
            check_extension(review, 10, MARCH_2, False)
        with pytest.raises(StepRefused, match="只有办理期限"):
            compute("REVIEW_DEC30", MARCH_2, extend_days=10)

    def test_b01_is_refused_by_the_arithmetic_too(self):
        with pytest.raises(StepRefused, match="第三十四条"):
            compute("HANDLE60", MARCH_2, extend_days=31)

    def test_b04_a_hearing_in_handling_changes_nothing_and_is_told(self):
        heard = compute("HANDLE60", MARCH_2, hearing=(date(2026, 3, 10), date(2026, 3, 22)))
        assert heard.due == compute("HANDLE60", MARCH_2).due
        assert "DL-10" in heard.rules and "只在复核中扣除" in heard.explanation

    def test_b05_a_hearing_in_recheck_moves_the_day_and_then_it_rolls(self):
        heard = compute("RECHECK_DEC30", MARCH_2, hearing=(date(2026, 3, 10), date(2026, 3, 22)))
        assert heard.nominal == date(2026, 4, 13) and heard.due == date(2026, 4, 13)
        assert "DL-09" in heard.rules

    @pytest.mark.parametrize(
        ("today", "is_open"), [(date(2025, 3, 10), True), (date(2025, 3, 11), False), (date(2025, 3, 3), True)]
    )
    def test_b06_b09_objection_is_open_for_five_working_days_from_arrival(self, today, is_open):
        assert deadlines.objection_open(date(2025, 3, 3), today, NATIONAL) is is_open

    def test_b07_served_on_day_63_is_late(self):
        accepted_on = date(2025, 3, 10)
        assert deadlines.days_left(compute("HANDLE60", accepted_on), accepted_on + timedelta(days=58)) > 0
        assert deadlines.days_left(compute("HANDLE60", accepted_on), accepted_on + timedelta(days=63)) < 0

    def test_b08_the_window_has_not_started_without_remedy_clause_or_proof_of_service(self):
        assert deadlines.citizen_window("REVIEW_REQ30", MARCH_2, has_remedy_clause=False) is None
        assert deadlines.why_not_started(MARCH_2, has_remedy_clause=False) == "no_remedy_clause"
        assert deadlines.citizen_window("REVIEW_REQ30", None) is None
        assert deadlines.why_not_started(None) == "service_not_proven"
        assert deadlines.citizen_window("REVIEW_REQ30", MARCH_2) == compute("REVIEW_REQ30", MARCH_2)

    def test_b11_a_window_that_ends_in_the_national_day_week_rolls(self):
        assert compute("REVIEW_REQ30", date(2026, 9, 3)).due == date(2026, 10, 8)

    def test_b12_a_year_without_notice_gives_a_provisional_day_and_no_exception(self):
        result = compute("HANDLE60", date(2026, 12, 1))
        assert (result.nominal, result.due, result.provisional) == (date(2027, 1, 30), date(2027, 2, 1), True)
        assert "2027年的放假安排" in result.explanation and "暂定" in result.explanation

    def test_b12_the_notice_confirms_and_may_move_it(self):
        notice = YearNotice(2027, statutory_days(2027), {date(2027, 1, 30): "春节"}, "2027年通知", "1")
        result = compute("HANDLE60", date(2026, 12, 1), calendar=NATIONAL.with_year(notice))
        assert (result.due, result.provisional) == (date(2027, 1, 30), False)

    @pytest.mark.parametrize(
        ("code", "start", "provisional", "why"),
        [
            ("OBJ5WD", date(2024, 12, 31), False, "the day of the event is not counted, so its year does not matter"),
            ("OBJ5WD", date(2024, 12, 30), True, "31 December 2024 was counted"),
            ("HANDLE60", date(2026, 11, 1), False, "ends on 31 December 2026 and does not roll"),
            ("HANDLE60", date(2026, 11, 2), True, "ends on 1 January 2027"),
            ("PUBLIC_NOTICE30", date(2026, 12, 20), False, "an event day asks no calendar"),
        ],
    )
    def test_b12_only_days_that_had_to_be_known_make_it_provisional(self, code, start, provisional, why):
        assert compute(code, start).provisional is provisional, why

    def test_b13_a_converted_simple_matter_counts_from_its_acceptance(self):
        assert compute("HANDLE60", date(2026, 3, 2)).due == date(2026, 5, 6)  # day 60 is 1 May

    def test_ext30_is_no_span_of_its_own(self):
        assert compute("EXT30", MARCH_2).due == compute("HANDLE60", MARCH_2, extend_days=30).due


class TestExplanation:
    """What the citizen and the officer read."""

    @pytest.mark.parametrize(
        ("code", "start", "inputs", "says"),
        [
            (
                "UNIT15",
                date(2025, 3, 3),
                {},
                "从2025年3月3日（本单位收到之日）的第二天起算，15日满3月18日。3月18日是工作日，期限到3月18日24时为止。",
            ),
            ("PO15", date(2025, 1, 13), {}, "1月28日是春节假期，顺延到其后的第一个工作日2月5日"),
            ("PO15", date(2025, 1, 13), {}, "请争取在1月27日（此前最后一个工作日）前办好"),
            ("PO15", date(2025, 9, 13), {}, "9月28日虽是星期日，但调休上班，不顺延"),
            ("OBJ5WD", date(2025, 1, 24), {}, "春节假期不计入。1月26日（星期日）调休上班，计入。"),
            ("HANDLE60", date(2026, 3, 2), {"extend_days": 15}, "60日加延长的15日，共75日，满5月16日"),
            ("EXT30", date(2026, 3, 2), {}, "60日加延长的30日，共90日"),
            ("HANDLE60", date(2025, 12, 3), {}, "满2026年2月1日。2026年2月1日是星期日"),
            ("REVIEW_REQ30", date(2026, 1, 29), {}, "邮寄的，以邮戳日期为准"),
            ("PUBLIC_NOTICE30", date(2026, 7, 1), {}, "这一天视为送达，遇节假日不顺延"),
            (
                "RECHECK_DEC30",
                date(2026, 3, 2),
                {"hearing": ("2026-03-10", "2026-03-20")},
                "加听证所需的10日（3月10日至3月20日",
            ),
            ("RECHECK_DEC30", date(2026, 3, 2), {"hearing": ("2026-03-10", "2026-04-20")}, "听证用时超过30日，请核实"),
            ("ASSIGN_N", date(2026, 3, 2), {"days": 20}, "20日满3月22日"),
        ],
    )
    def test_says_how_the_day_came_about(self, code, start, inputs, says):
        assert says in compute(code, start, **inputs).explanation


class TestInputs:
    """What is not allowed is refused in words, what is a programming mistake is not."""

    @pytest.mark.parametrize(
        ("code", "inputs", "refused"),
        [
            ("UNIT15", {"days": 20}, "days_not_allowed"),
            ("ASSIGN_N", {"days": 0}, "days_invalid"),
            ("ASSIGN_N", {"days": 5000}, "days_invalid"),
            ("ASSIGN_N", {"days": "20"}, "days_invalid"),
            ("HANDLE60", {"extend_days": -1}, "extension_days"),
            ("HANDLE60", {"extend_days": 1.5}, "extension_days"),
            ("RECHECK_DEC30", {"hearing": (date(2026, 3, 9), date(2026, 3, 3))}, "hearing_dates"),
            ("RECHECK_DEC30", {"hearing": (date(2026, 2, 9), date(2026, 3, 3))}, "hearing_dates"),
            ("RECHECK_DEC30", {"hearing": ("soon", "later")}, "hearing_dates"),
            ("RECHECK_DEC30", {"hearing": (date(2026, 3, 9),)}, "hearing_dates"),
        ],
    )
    def test_that_the_law_does_not_know(self, code, inputs, refused):
        with pytest.raises(StepRefused) as refusal:
            compute(code, MARCH_2, **inputs)
        assert refusal.value.code == refused

    def test_unknown_term(self):
        with pytest.raises(terms.UnknownTerm):
            compute("HANDLE90", MARCH_2)

    def test_a_moment_is_not_a_day(self):
        with pytest.raises(TypeError):
            compute("PO15", datetime(2026, 3, 2, 9, 0))

    @pytest.mark.parametrize("code", ["HANDLE60", "OBJ5WD"])
    def test_the_end_of_the_calendar(self, code):
        with pytest.raises(CalendarRefused):
            compute(code, date.max)

    @given(TERMS, st.dates(date(1, 1, 1), date(9990, 1, 1)))
    def test_any_year_is_answered(self, term, start):
        assert compute(term, start).due > start


class TestRegion:
    """地区假日 roll the limits of organs and citizens in that region (DL-18)."""

    def test_rolls_and_is_named(self):
        region = NATIONAL.with_region({date(2026, 5, 27): "古尔邦节"}, "自治区通知")
        result = compute("REVIEW_REQ30", date(2026, 4, 27), calendar=region)
        assert (result.nominal, result.due) == (date(2026, 5, 27), date(2026, 5, 28))
        assert "DL-18" in result.rules and "古尔邦节（地区假日）" in result.explanation

    def test_is_not_named_where_it_moved_nothing(self):
        region = NATIONAL.with_region({date(2026, 5, 27): "古尔邦节"}, "自治区通知")
        assert "DL-18" not in compute("REVIEW_REQ30", MARCH_2, calendar=region).rules
        assert "DL-18" in compute("OBJ5WD", date(2026, 5, 25), calendar=region).rules


class TestRelayChain:
    """One span of 15 days for the whole chain (DL-15)."""

    @pytest.mark.parametrize(("level", "sums"), [(0, [5, 8, 11, 15]), (1, [3, 6, 15]), (2, [3, 15]), (3, [15])])
    def test_ends_on_day_fifteen_wherever_it_begins(self, level, sums):
        hops = deadlines.relay_chain(MARCH_2, from_level=level)
        assert [hop.total_days for hop in hops] == sums
        assert sum(hop.share_days for hop in hops) == 15
        assert hops[-1].ends_on == compute("PO15", MARCH_2).nominal


class TestShownWindow:
    """A citizen's window never moves to an earlier day once shown (DL-17)."""

    def test_keeps_the_day_that_was_shown(self):
        kept = deadlines.window_with_floor(compute("REVIEW_REQ30", MARCH_2), date(2026, 4, 20))
        assert kept.due == date(2026, 4, 20)
        assert "DL-17" in kept.rules and "此前已告知您2026年4月20日" in kept.explanation

    @pytest.mark.parametrize("shown", [None, date(2026, 3, 20), date(2026, 4, 1)])
    def test_gives_the_new_day_where_it_is_not_earlier(self, shown):
        new = compute("REVIEW_REQ30", MARCH_2)
        assert deadlines.window_with_floor(new, shown) is new

    def test_is_no_help_to_an_office(self):
        new = compute("HANDLE60", MARCH_2)
        assert deadlines.window_with_floor(new, date(2027, 1, 1)) is new


class TestWarnings:
    """预警 at 50, 75, 85, 99 % and 5, 3, 1 working days before (DL-20)."""

    HANDLING = compute("HANDLE60", date(2025, 3, 10))  # 60 days, due Friday 2025-05-09

    def test_name_every_day_in_order(self):
        assert deadlines.warning_days(self.HANDLING, NATIONAL) == [
            (date(2025, 4, 9), "notice"),
            (date(2025, 4, 24), "warning"),
            (date(2025, 4, 29), "reminder_5"),
            (date(2025, 4, 30), "severe"),
            (date(2025, 5, 6), "reminder_3"),
            (date(2025, 5, 8), "reminder_1"),
            (date(2025, 5, 9), "last"),
            (date(2025, 5, 10), "overdue"),
        ]

    @pytest.mark.parametrize(
        ("today", "level"),
        [
            (date(2025, 3, 1), "normal"),
            (date(2025, 4, 8), "normal"),
            (date(2025, 4, 9), "notice"),
            (date(2025, 4, 23), "notice"),
            (date(2025, 4, 24), "warning"),
            (date(2025, 4, 30), "severe"),
            (date(2025, 5, 8), "severe"),
            (date(2025, 5, 9), "last"),
            (date(2025, 5, 10), "overdue"),
        ],
    )
    def test_level_of_a_day(self, today, level):
        assert deadlines.level_on(self.HANDLING, today, NATIONAL) == level

    @given(TERMS.filter(lambda term: term.holder != "event"), ANY_START, st.integers(0, 120))
    def test_level_changes_exactly_on_the_days_announced(self, term, start, n):
        deadline, today = compute(term, start), start + timedelta(days=n)
        announced = [
            (on, level)
            for on, level in deadlines.warning_days(deadline)
            if not level.startswith("reminder") and on <= today
        ]
        assert deadlines.level_on(deadline, today) == (announced[-1][1] if announced else "normal")

    @given(TERMS, ANY_START)
    def test_reminders_lie_inside_the_span_and_on_working_days(self, term, start):
        deadline = compute(term, start)
        rows = deadlines.warning_days(deadline)
        assert rows == sorted(rows, key=lambda row: row[0])
        for on, name in rows:
            if name.startswith("reminder"):
                assert start < on < deadline.due
                assert NATIONAL.working_days_between(on, deadline.due) == int(name[-1])

    def test_a_short_limit_keeps_only_its_most_severe_level(self):
        sign_in = compute("SIGN_IN1WD", MARCH_2)
        assert deadlines.warning_days(sign_in) == [(date(2026, 3, 3), "last"), (date(2026, 3, 4), "overdue")]

    def test_an_event_day_warns_nobody(self):
        notice = compute("PUBLIC_NOTICE30", MARCH_2)
        assert deadlines.warning_days(notice) == []
        assert deadlines.level_on(notice, date(2027, 1, 1)) == "normal"

    def test_days_left(self):
        left = [deadlines.days_left(self.HANDLING, date(2025, 5, day)) for day in (8, 9, 10)]
        assert left == [1, 0, -1]


class TestPackInTheEngine:
    """A region's own lengths (0.2)."""

    ZHEJIANG = packs.load(
        {
            "code": "zj",
            "name": "示例规则包",
            "region": "某省",
            "version": "1",
            "source": "某省信访条例",
            "terms": {
                "UNIT15": {"days": 5, "unit": "working", "citation": "某省信访条例第二十条"},
                "HANDLE60": {"days": 30, "citation": "某省信访条例第二十一条"},
                "ASSIGN_N": {"days": 40, "citation": "某省信访条例第二十二条"},
                "REVIEW_REQ30": {"days": 40, "citation": "某省信访条例第三十条"},
            },
            "rest_days": {"2026-04-01": "地区节日"},
            "rest_days_source": "某省通知",
        }
    )

    def test_shortens_and_names_the_local_article(self):
        result = compute("HANDLE60", MARCH_2, pack=self.ZHEJIANG)
        assert (result.nominal, result.due) == (date(2026, 4, 1), date(2026, 4, 2))  # 1 April is a rest day there
        assert {"0-PACK", "DL-18"} <= set(result.rules)
        assert "某省信访条例第二十一条" in result.explanation

    def test_gives_a_citizen_the_longer_window(self):
        result = compute("REVIEW_REQ30", MARCH_2, pack=self.ZHEJIANG)
        assert result.nominal == date(2026, 4, 11) and "0-PACK" in result.rules

    def test_leaves_other_limits_alone(self):
        assert "0-PACK" not in compute("PO15", MARCH_2, pack=self.ZHEJIANG).rules

    def test_holds_the_letter_to_its_length(self):
        assert compute("ASSIGN_N", MARCH_2, pack=self.ZHEJIANG).nominal == date(2026, 4, 11)
        with pytest.raises(StepRefused, match="1到40"):
            compute("ASSIGN_N", MARCH_2, days=60, pack=self.ZHEJIANG)

    @given(st.sampled_from(["UNIT15", "HANDLE60", "ASSIGN_N"]), ANY_START)
    def test_never_gives_an_office_more_time_even_around_long_holidays(self, code, start):
        national = compute(code, start, calendar=self.ZHEJIANG.calendar(NATIONAL))
        assert compute(code, start, pack=self.ZHEJIANG).due <= national.due

    @given(ANY_START)
    def test_never_gives_a_citizen_less(self, start):
        national = compute("REVIEW_REQ30", start, calendar=self.ZHEJIANG.calendar(NATIONAL))
        assert compute("REVIEW_REQ30", start, pack=self.ZHEJIANG).due >= national.due

    def test_ten_working_days_around_national_day_give_way_to_the_national_fifteen_days(self):
        row = {"days": 10, "unit": "working", "citation": "某省信访条例第二十条"}
        head = dict.fromkeys(("code", "name", "region", "version", "source"), "x")
        pack = packs.load({**head, "terms": {"UNIT15": row}})
        assert compute("UNIT15", date(2025, 3, 3), pack=pack).due == date(2025, 3, 17)
        assert compute("UNIT15", date(2025, 9, 26), pack=pack).due == date(2025, 10, 11)  # not 16 October

    @given(ANY_START, st.integers(1, 15))
    def test_working_days_in_place_of_calendar_days_never_overtake_the_national_day(self, start, n):
        assume(n * 7 <= 15 * 5)
        row = {"days": n, "unit": "working", "citation": "某省信访条例第二十条"}
        head = dict.fromkeys(("code", "name", "region", "version", "source"), "x")
        pack = packs.load({**head, "terms": {"UNIT15": row}})
        assert compute("UNIT15", start, pack=pack).due <= compute("UNIT15", start).due
