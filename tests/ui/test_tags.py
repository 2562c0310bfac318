"""Tags of the look: what they print, and that nothing a person typed becomes markup."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.test import SimpleTestCase
from lucide import IconDoesNotExist
from lxml import html

from xinqiao.rules.stages import Stage
from xinqiao.ui import tones

TODAY = date(2026, 11, 21)
EVIL = '<img src=x onerror=alert(1)>" autofocus x="'


def printed(source: str, **context) -> str:
    return Template("{% load ui_tags %}" + source).render(Context({"today": TODAY, **context}))


def words(source: str, **context) -> str:
    """What is printed, without tags."""
    from django.utils.html import strip_tags

    return strip_tags(printed(source, **context)).strip()


class TestDays:
    @pytest.mark.parametrize(
        ("value", "read", "why"),
        [
            (date(2026, 11, 21), "今天", "the day itself"),
            (date(2026, 11, 20), "昨天", "the day before"),
            (date(2026, 11, 22), "明天", "the day after"),
            (date(2026, 11, 18), "11月18日", "within the year, the year is noise"),
            (date(2027, 1, 19), "2027年1月19日", "another year must be said"),
            (date(2025, 11, 21), "2025年11月21日", "same day of another year is not today"),
            (datetime(2026, 11, 20, 17, 0, tzinfo=ZoneInfo("UTC")), "今天", "17:00 UTC is the next day in Shanghai"),
            (None, "", "no date, no words"),
        ],
    )
    def test_day_is_read_from_today(self, value, read, why):
        assert words("{% day value %}", value=value) == read, why

    def test_exact_day_never_says_today(self):
        assert words("{% day value exact=True %}", value=TODAY) == "11月21日"

    def test_day_carries_the_machine_readable_date(self):
        assert '<time datetime="2027-01-19">' in printed("{% day value %}", value=date(2027, 1, 19))

    def test_moment_adds_the_time_in_shanghai(self):
        at = datetime(2026, 11, 21, 1, 20, tzinfo=ZoneInfo("UTC"))
        assert words("{% moment at %}", at=at) == "今天 09:20"


class TestDueTag:
    @pytest.mark.parametrize(
        ("due_on", "read", "tone"),
        [
            (date(2026, 11, 19), "超期 2 天", "solid"),
            (date(2026, 11, 21), "今天到期", "bad"),
            (date(2026, 11, 24), "剩 3 天", "warn"),
            (date(2026, 11, 25), "剩 4 天", "idle"),
        ],
    )
    def test_says_in_words_how_it_stands(self, due_on, read, tone):
        tag = printed("{% due_tag due_on today %}", due_on=due_on)
        assert read in tag
        assert f'class="tag {tone}"' in tag
        assert "<svg" in tag, "never by colour alone"

    def test_level_raises_the_tone_before_the_last_days(self):
        assert 'class="tag bad"' in printed("{% due_tag d today 'severe' %}", d=date(2026, 12, 21))

    def test_level_cannot_hide_what_is_overdue(self):
        assert 'class="tag solid"' in printed("{% due_tag d today 'normal' %}", d=date(2026, 11, 20))

    def test_counts_working_days_when_asked(self):
        assert words("{% due_tag d today left=3 working=True %}", d=date(2026, 11, 25)) == "剩 3 个工作日"

    def test_says_how_a_met_duty_stood(self):
        assert words("{% due_tag d today done_on=done %}", d=TODAY, done=TODAY) == "按期完成"
        assert words("{% due_tag d today done_on=done %}", d=TODAY, done=date(2026, 11, 23)) == "超期 2 天完成"


class TestStageTag:
    def test_every_stage_has_its_word_and_none_is_red(self):
        for stage in Stage:
            assert stage.label in printed("{% stage_tag stage %}", stage=str(stage))
            assert tones.stage_tone(stage) in {"info", "warn", "ok", "idle"}, "red is for overdue; a stage is no fault"

    def test_the_citizens_word_may_replace_the_office_word(self):
        assert words("{% stage_tag 'handling' '正在办理' %}") == "正在办理"


class TestEscaping:
    @pytest.mark.parametrize(
        "source",
        [
            "{% tag evil %}",
            "{% masked evil %}",
            "{% masked evil evil %}",
            "{% button evil name=evil value=evil key=evil %}",
            "{% stage_tag 'handling' evil %}",
            "{% progress 1 2 evil %}",
            "{% back evil evil %}",
            "{% icon 'bell' evil %}",
        ],
    )
    def test_typed_text_stays_text(self, source):
        page = html.fromstring(f"<div>{printed(source, evil=EVIL)}</div>")
        assert not list(page.iter("img"))
        assert not [element for element in page.iter() if "autofocus" in element.attrib]


class TestProgress:
    @pytest.mark.parametrize(
        ("used", "total", "value", "why"),
        [
            (1, 60, "1", "usual"),
            (70, 60, "60", "overdue is full, not more"),
            (-1, 60, "0", "not begun"),
            (0, 0, "0", "no span"),
        ],
    )
    def test_bar_never_leaves_its_frame(self, used, total, value, why):
        bar = printed("{% progress used total 'x' %}", used=used, total=total)
        assert f'value="{value}"' in bar, why
        assert "style=" not in bar


class IconTest(SimpleTestCase):
    def test_is_silent_unless_it_has_a_label(self):
        self.assertIn('aria-hidden="true"', printed("{% icon 'bell' %}"))
        spoken = printed("{% icon 'bell' label='提醒' %}")
        self.assertIn('aria-label="提醒"', spoken)
        self.assertNotIn("aria-hidden", spoken)

    def test_unknown_name_fails_loudly(self):
        with self.assertRaises(IconDoesNotExist):
            printed("{% icon 'no-such-icon' %}")
