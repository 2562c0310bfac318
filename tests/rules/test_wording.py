import sys
import unicodedata

import pytest

from xinqiao.rules.wording import LIMITS, clean, clean_line, halfwidth, without_unstorable


class TestClean:
    @pytest.mark.parametrize(
        ("typed", "stored", "why"),
        [
            ("屋顶漏水\r\n已三年", "屋顶漏水\n已三年", "Windows line ends"),
            ("屋顶漏水\r已三年", "屋顶漏水\n已三年", "old Mac line ends"),
            ("  屋顶漏水\u3000\n", "屋顶漏水", "blanks at both ends, also the ideographic one"),
            ("第一\t列", "第一\t列", "tabs stay"),
            ("e\u0301", "é", "one normal form: NFC"),
            ("\u202e金退\u202c发票", "金退发票", "marks that turn the reading direction are taken out"),
            ("𠮷野家𰻝面", "𠮷野家𰻝面", "rare characters beyond the BMP stay"),
            ("①㎡（全角）", "①㎡（全角）", "prose is not folded: what was written is what is read"),
            ("👨‍👩‍👧", "👨‍👩‍👧", "a joiner is no control character"),
            ("\u200b\u200c\u200d\u2060\ufeff", "", "nothing but characters of no width is nothing"),
            ("\u3164\u2800\u115f\uffa0\u00a0", "", "letters and cells that print nothing"),
            ("。", "。", "a sign can be read"),
        ],
    )
    def test_stores(self, typed, stored, why):
        assert clean(typed, field="反映的内容") == stored, why

    @pytest.mark.parametrize(
        ("typed", "place", "why"),
        [
            ("屋\x00顶", "第1行第2个字符", "PostgreSQL cannot store NUL"),
            ("第一行\n第二\x1b行", "第2行第3个字符", "an escape sequence"),
            ("\x7f", "第1行第1个字符", "DEL"),
            ("漏\ud83d水", "第1行第2个字符", "half of a surrogate pair"),
        ],
    )
    def test_names_the_place_of_what_cannot_be_stored(self, typed, place, why):
        with pytest.raises(ValueError, match=place) as refusal:
            clean(typed, field="反映的内容")
        assert str(refusal.value).startswith("反映的内容"), why

    def test_says_how_many_characters_are_too_many(self):
        with pytest.raises(ValueError, match="最多100个字，现在有103个字，请删去3个字"):
            clean("漏" * 103, limit=LIMITS["title"], field="标题")

    def test_counts_after_cleaning(self):
        assert len(clean(" " * 50 + "漏" * 100, limit=100, field="标题")) == 100

    def test_cleaning_twice_changes_nothing(self):
        once = clean("  a\r\n\u202eb\u0301 ", field="标题")
        assert clean(once, field="标题") == once


    def test_no_mark_that_is_not_kept_slips_through_alone(self):
        for mark in "\r\u0085\u2028\u2029\u061c\u200e\u200f\u202a\u202e\u2066\u2069":
            assert clean(f"漏{mark}水", field="标题") in ("漏水", "漏\n水"), f"U+{ord(mark):04X}"


class TestCleanLine:
    def test_makes_one_line(self):
        assert clean_line("幸福路\n\t 8号\u3000\u30003单元", field="地址") == "幸福路 8号 3单元"


class TestHalfwidth:
    def test_folds_what_a_chinese_keyboard_makes(self):
        assert halfwidth("１３８　Ａｂ－（") == "138 Ab-("


class TestWithoutUnstorable:
    def test_takes_out_exactly_what_clean_refuses(self):
        every = "".join(map(chr, range(sys.maxunicode + 1)))
        kept, removed = without_unstorable(every)
        refused = {char for char in every if unicodedata.category(char) in ("Cc", "Cs")} - set("\n\t\r\u0085")
        assert (set(every) - set(kept)) - set("\r\u0085\u2028\u2029") == refused
        assert removed == len(refused)

    def test_line_ends_are_kept_as_such(self):
        assert without_unstorable("一\r\n二\x00\r三") == ("一\n二\n三", 1)
