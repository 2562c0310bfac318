from datetime import date

import pytest

from xinqiao.rules.identity import (
    IdType,
    check_document,
    check_email,
    check_name,
    check_phone,
    check_resident_id,
    is_mobile,
    resident_id_check_character,
)


def resident_id(first_seventeen: str) -> str:
    return first_seventeen + resident_id_check_character(first_seventeen)


VALID = resident_id("41010119800101001")


class TestResidentId:
    def test_check_character_agrees_with_the_example_of_the_standard(self):
        assert check_resident_id("11010519491231002X") == "11010519491231002X"  # GB 11643, example

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("11010519491231002x", "lower-case x"),
            ("110105 19491231 002X", "in groups"),
            ("１１０１０５１９４９１２３１００２Ｘ", "full width"),
            ("11010519491231002×", "multiplication sign for X"),
            ("110105491231002", "the old number of 15 digits of the same person"),
        ],
    )
    def test_is_read_as_people_type_it(self, typed, why):
        assert check_resident_id(typed) == "11010519491231002X", why

    @pytest.mark.parametrize(
        ("typed", "message", "why"),
        [
            ("110105194912310021", "最后一位对不上", "wrong check character"),
            ("11010519491231002", "您输入了17位", "one digit missing"),
            (resident_id("11010519491331002"), "出生日期不对", "month 13"),
            (resident_id("11010519490229002"), "出生日期不对", "29 February of a common year"),
            (resident_id("99010519491231002"), "前两位是99", "no such province"),
            (resident_id("81000019900101001"), "换一种证件类型", "a residence permit given as resident ID"),
            ("¹²³⁴⁵⁶⁷⁸⁹⁰¹²³⁴⁵⁶⁷٨", "应为18位", "digits that are none"),
        ],
    )
    def test_says_what_is_wrong(self, typed, message, why):
        with pytest.raises(ValueError, match=message):
            check_resident_id(typed)

    def test_birth_after_today_is_refused(self):
        number = resident_id("41010120300101001")
        with pytest.raises(ValueError, match="晚于今天"):
            check_resident_id(number, today=date(2026, 11, 21))

    def test_every_single_wrong_digit_is_found(self):
        for place in range(17):
            for wrong in "0123456789":
                if wrong != VALID[place]:
                    with pytest.raises(ValueError):
                        check_resident_id(VALID[:place] + wrong + VALID[place + 1 :])


class TestDocument:
    @pytest.mark.parametrize(
        ("id_type", "typed", "stored", "why"),
        [
            (IdType.RESIDENT_ID, VALID, VALID, "mainland"),
            (
                IdType.HK_MACAO_RESIDENCE,
                resident_id("81000019900101001"),
                resident_id("81000019900101001"),
                "Hong Kong",
            ),
            (IdType.HK_MACAO_RESIDENCE, resident_id("82000019900101001"), resident_id("82000019900101001"), "Macao"),
            (IdType.TAIWAN_RESIDENCE, resident_id("83000019900101001"), resident_id("83000019900101001"), "Taiwan"),
            (IdType.HK_MACAO_PERMIT, "h12345678", "H12345678", "home-return permit"),
            (IdType.TAIWAN_PERMIT, "12345678", "12345678", "mainland travel permit"),
            (IdType.PASSPORT, " e 1234 5678 ", "E12345678", "spaces, lower case"),
            (IdType.FOREIGN_PERMANENT_RESIDENCE, "usa310101010101", "USA310101010101", "the card before 2023"),
            (
                IdType.FOREIGN_PERMANENT_RESIDENCE,
                resident_id("91110019900101001"),
                resident_id("91110019900101001"),
                "2023",
            ),
            (IdType.CREDIT_CODE, "91350100M000100Y43", "91350100M000100Y43", "GB 32100, example"),
            (IdType.MILITARY_ID, "军字第1234567号", "军字第1234567号", "as printed"),
            (IdType.OTHER, "渔民证 2031", "渔民证2031", "anything else"),
        ],
    )
    def test_stores(self, id_type, typed, stored, why):
        assert check_document(id_type, typed) == stored, why

    @pytest.mark.parametrize(
        ("id_type", "typed", "message"),
        [
            (IdType.RESIDENT_ID, "", "可以留空"),
            (IdType.HK_MACAO_RESIDENCE, VALID, "换一种证件类型"),
            (IdType.TAIWAN_RESIDENCE, resident_id("81000019900101001"), "换一种证件类型"),
            (IdType.HK_MACAO_PERMIT, "X12345678", "H 或 M"),
            (IdType.PASSPORT, "E1", "5到17位"),
            (IdType.CREDIT_CODE, "91350100M000100Y44", "最后一位对不上"),
            (IdType.CREDIT_CODE, "91350100I000100Y43", "没有字母 I"),
        ],
    )
    def test_says_what_is_wrong(self, id_type, typed, message):
        with pytest.raises(ValueError, match=message):
            check_document(id_type, typed)

    def test_every_type_can_be_checked(self):
        for id_type in IdType:
            with pytest.raises(ValueError):
                check_document(id_type, "?")


class TestPhone:
    @pytest.mark.parametrize(
        "typed",
        [
            "13812345678",
            "138 1234 5678",
            "138-1234-5678",
            "+8613812345678",
            "+86 138 1234 5678",
            "008613812345678",
            "0086-138-1234-5678",
            "8613812345678",
            "(+86)13812345678",
            "（86）13812345678",
            "１３８１２３４５６７８",
            "013812345678",
            "138.1234.5678",
            " 138\u30001234\u00a05678\u202c",
            "+86–138—1234—5678",
        ],
    )
    def test_spellings_of_one_mobile_number_are_one(self, typed):
        assert check_phone(typed) == "13812345678"
        assert is_mobile(check_phone(typed))

    @pytest.mark.parametrize(
        "typed",
        [
            "010-62888888",
            "(010) 6288 8888",
            "０１０－６２８８８８８８",
            "+86 10 6288 8888",
            "0086 010 62888888",
            "01062888888",
        ],
    )
    def test_spellings_of_one_landline_are_one(self, typed):
        assert check_phone(typed) == "01062888888"
        assert not is_mobile(check_phone(typed))

    @pytest.mark.parametrize(
        ("typed", "stored", "why"),
        [
            ("0371-66661234", "037166661234", "area code of four digits"),
            ("0991-2345678", "09912345678", "seven-digit number"),
            ("0371-66661234 转 802", "037166661234-802", "extension in words"),
            ("0371-66661234-802", "037166661234-802", "extension behind a dash"),
            ("12345", "12345", "hotline"),
            ("110", "110", "emergency"),
            ("12348", "12348", "legal aid"),
            ("400-800-1234", "4008001234", "service number"),
            ("95588", "95588", "bank"),
            ("+852 2123 4567", "+85221234567", "Hong Kong"),
            ("001 415 555 2671", "+14155552671", "abroad with 00"),
        ],
    )
    def test_stores(self, typed, stored, why):
        assert check_phone(typed) == stored, why

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("1381234567", "应为11位，您输入了10位"),
            ("138123456789", "应为11位，您输入了12位"),
            ("62888888", "请带区号"),
            ("没有", "电话号码不对"),
            ("", "电话号码不对"),
            ("12812345678", "电话号码不对"),
            ("+852 1", "境外电话号码不对"),
            ("١٣٨١٢٣٤٥٦٧٨", "电话号码不对"),
        ],
    )
    def test_says_what_is_wrong(self, typed, message):
        with pytest.raises(ValueError, match=message):
            check_phone(typed)

    def test_checking_twice_changes_nothing(self):
        for typed in ["+86 138 1234 5678", "0371-66661234 转 802", "+852 2123 4567", "12345"]:
            assert check_phone(check_phone(typed)) == check_phone(typed)


class TestName:
    @pytest.mark.parametrize(
        ("typed", "stored", "why"),
        [
            ("张三", "张三", "plain"),
            ("张 三", "张三", "space between two Han"),
            (" 欧阳\u3000娜娜 ", "欧阳娜娜", "ideographic space"),
            ("阿依古丽·买买提", "阿依古丽·买买提", "the right dot"),
            ("阿依古丽•买买提", "阿依古丽·买买提", "bullet"),
            ("阿依古丽・买买提", "阿依古丽·买买提", "katakana dot"),
            ("阿依古丽．买买提", "阿依古丽·买买提", "full-width full stop"),
            ("阿依古丽 · 买买提", "阿依古丽·买买提", "spaces round the dot"),
            ("阿依古丽.买买提", "阿依古丽·买买提", "ASCII full stop between Han"),
            ("𠅤𫟹", "𠅤𫟹", "rare Han beyond the BMP"),
            ("㛃", "㛃", "one character, extension A"),
            ("John  O’Neill", "John O’Neill", "Latin"),
            ("J. Smith", "J. Smith", "an initial keeps its full stop"),
            ("Ｊｏｈｎ", "John", "full-width Latin"),
            ("José", "José", "accents"),
            ("ئايگۈل", "ئايگۈل", "Uyghur script"),
            ("བསྟན་འཛིན", "བསྟན་འཛིན", "Tibetan with its vowel signs and syllable mark"),
        ],
    )
    def test_stores(self, typed, stored, why):
        assert check_name(typed) == stored, why

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("", "匿名"),
            (" \u3000", "匿名"),
            ("张" * 51, "最多50个字"),
            ("张三<b>", "不能用的字符“<”"),
            ("张三1", "“1”"),
            ("张\x00", "不能用"),
        ],
    )
    def test_says_what_is_wrong(self, typed, message):
        with pytest.raises(ValueError, match=message):
            check_name(typed)


class TestEmail:
    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("zhang@Example.COM", "zhang@example.com"),
            (" zhang＠example。com ", "zhang@example.com"),
            ("a.b+c@mail.example.cn", "a.b+c@mail.example.cn"),
            ("张三@例子.中国", "张三@例子.中国"),
        ],
    )
    def test_stores(self, typed, stored):
        assert check_email(typed) == stored

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "zhang",
            "@example.com",
            "zhang@",
            "zhang@com",
            "z@a..b",
            "a b@example.com",
            "a@b.c\nBcc: x@y.z",
            "a@-b.cn",
        ],
    )
    def test_refuses(self, typed):
        with pytest.raises(ValueError, match="电子邮箱不对"):
            check_email(typed)
