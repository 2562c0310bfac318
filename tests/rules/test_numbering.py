from datetime import date

import pytest

from xinqiao.rules import numbering
from xinqiao.rules.numbering import (
    CROCKFORD,
    LAST_SEQUENCE,
    check_character,
    document_number,
    make_matter_number,
    new_query_code,
    new_verification_code,
    normalise_matter_number,
    normalise_query_code,
    normalise_verification_code,
    parse_matter_number,
    print_code,
    print_matter_number,
    sequence_text,
    sequence_value,
)

DAY = date(2026, 11, 21)
NUMBER = make_matter_number("410101", DAY, 427)


class TestCheckCharacter:
    def test_agrees_with_the_worked_example_of_the_standard(self):
        # ISO 7064 MOD 37,36, as used by the global release identifier A1-2425G-ABC1234002-M
        assert check_character("A12425GABC1234002") == "M"

    def test_finds_every_single_wrong_character(self):
        for place, right in enumerate(NUMBER):
            for wrong in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
                if wrong != right:
                    changed = NUMBER[:place] + wrong + NUMBER[place + 1 :]
                    assert check_character(changed[:18]) != changed[18]


class TestSequence:
    @pytest.mark.parametrize(
        ("sequence", "text", "why"),
        [
            (1, "0001", "the first of the day"),
            (9999, "9999", "the last with digits only"),
            (10000, "A000", "goes on instead of overflowing"),
            (10031, "A00Z", "base 32 in the last place"),
            (10032, "A010", "carry"),
            (LAST_SEQUENCE, "ZZZZ", "the end is far away"),
        ],
    )
    def test_runs(self, sequence, text, why):
        assert sequence_text(sequence) == text, why
        assert sequence_value(text) == sequence, why

    @pytest.mark.parametrize("sequence", [0, -1, LAST_SEQUENCE + 1])
    def test_refuses_what_has_no_place(self, sequence):
        with pytest.raises(ValueError, match="流水号"):
            sequence_text(sequence)

    @pytest.mark.parametrize("text", ["0000", "12A4", "AI00", "O001"])
    def test_refuses_to_read_what_is_never_made(self, text):
        with pytest.raises(ValueError, match="流水号"):
            sequence_value(text)

    def test_order_of_text_is_order_of_filing(self):
        texts = [sequence_text(n) for n in (1, 2, 999, 9999, 10000, 10031, 10032, 42767, 42768, LAST_SEQUENCE)]
        assert texts == sorted(texts)


class TestMatterNumber:
    def test_is_division_day_sequence_and_check(self):
        assert NUMBER[:18] == "410101202611210427"
        assert len(NUMBER) == 19

    def test_is_printed_in_groups(self):
        assert print_matter_number(NUMBER) == f"410101 20261121 0427 {NUMBER[18]}"

    @pytest.mark.parametrize("sequence", [1, 427, 9999, 10000, 123456, LAST_SEQUENCE])
    def test_comes_apart_again(self, sequence):
        number = parse_matter_number(make_matter_number("654323", DAY, sequence))
        assert (number.division, number.registered_on, number.sequence) == ("654323", DAY, sequence)

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (print_matter_number, "copied from the receipt with its spaces"),
            (lambda n: f" {n}\n", "pasted with white space"),
            (str.lower, "typed in lower case"),
            (lambda n: n.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)}), "full-width digits"),
            (lambda n: n[:14].replace("0", "O").replace("1", "l") + n[14:], "O for 0, l for 1"),
            (lambda n: "-".join([n[:6], n[6:14], n[14:18], n[18]]), "dashes"),
            (lambda n: n[:6] + "\u3000" + n[6:], "ideographic space"),
        ],
    )
    def test_is_read_as_people_type_it(self, change, why):
        assert normalise_matter_number(change(NUMBER)) == NUMBER, why

    def test_look_alike_check_character_is_read(self):
        number = next(n for n in (make_matter_number("410101", DAY, s) for s in range(1, 400)) if n[18] == "0")
        assert normalise_matter_number(number[:18] + "o") == number

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            (NUMBER[:-1], "19位，您输入了18位"),
            (NUMBER[:17] + str((int(NUMBER[17]) + 1) % 10) + NUMBER[18], "有一位输错了"),
            ("信" * 19, "只含数字和字母"),
            ("", "您输入了0位"),
        ],
    )
    def test_says_what_is_wrong(self, typed, message):
        with pytest.raises(ValueError, match=message):
            normalise_matter_number(typed)

    def test_refuses_a_day_that_does_not_exist(self):
        body = "410101202613210427"
        with pytest.raises(ValueError, match="日期不对"):
            parse_matter_number(body + check_character(body))

    @pytest.mark.parametrize("division", ["41010", "4101010", "41010A", "４１０１０１"])
    def test_needs_a_division_of_six_digits(self, division):
        with pytest.raises(ValueError, match="6位数字"):
            make_matter_number(division, DAY, 1)


class TestDocumentNumber:
    def test_is_short_name_kind_year_and_sequence(self):
        assert document_number("临信", "转", 2026, 15) == "临信转〔2026〕15号"

    @pytest.mark.parametrize(("name", "kind", "sequence"), [("", "转", 1), ("临信", " ", 1), ("临信", "转", 0)])
    def test_refuses_a_gap(self, name, kind, sequence):
        with pytest.raises(ValueError, match="文号"):
            document_number(name, kind, 2026, sequence)


class TestCodes:
    def test_query_code_has_eighty_bits(self):
        code = new_query_code()
        assert len(code) == 16
        assert set(code) <= set(CROCKFORD)
        assert len(CROCKFORD) == 32  # 16 × 5 bits

    def test_verification_code_has_twelve_characters(self):
        assert len(new_verification_code()) == 12

    def test_codes_come_from_the_secure_source(self, monkeypatch):
        monkeypatch.setattr(numbering.secrets, "choice", lambda alphabet: alphabet[-1])
        assert new_query_code() == "Z" * 16

    def test_is_printed_in_groups_of_four(self):
        assert print_code("7K3MQ9XD04TZ8WBN") == "7K3M Q9XD 04TZ 8WBN"

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("7K3M Q9XD 01TZ 8WBN", "as printed"),
            ("7k3m-q9xd-01tz-8wbn", "lower case and dashes"),
            ("７Ｋ３Ｍ Ｑ９ＸＤ　０１ＴＺ ８ＷＢＮ", "full width"),
            ("7K3MQ9XDOITZ8WBN", "O for 0, I for 1"),
            ("7K3MQ9XDolTZ8WBN", "o for 0, l for 1"),
        ],
    )
    def test_query_code_is_read_as_people_type_it(self, typed, why):
        assert normalise_query_code(typed) == "7K3MQ9XD01TZ8WBN", why

    @pytest.mark.parametrize(
        ("typed", "message"),
        [("7K3M", "查询码是16位，您输入了4位"), ("U" * 16, "没有字母 U"), ("查" * 16, "不会出现的字符")],
    )
    def test_says_what_is_wrong(self, typed, message):
        with pytest.raises(ValueError, match=message):
            normalise_query_code(typed)

    def test_verification_code_names_itself(self):
        with pytest.raises(ValueError, match="校验码是12位"):
            normalise_verification_code("7K3M")
