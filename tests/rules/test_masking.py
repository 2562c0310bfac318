import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.rules import masking
from xinqiao.rules.masking import mask_address, mask_email, mask_id_number, mask_known, mask_name, mask_phone, mask_text


class TestMaskName:
    @pytest.mark.parametrize(
        ("name", "masked", "why"),
        [
            ("张三", "张*", "C-12"),
            ("李小龙", "李**", "the length stays"),
            ("欧阳娜娜", "欧阳**", "compound surname"),
            ("欧阳", "欧*", "a surname alone is not shown whole"),
            ("司马光", "司马*", "compound surname, one given name"),
            ("爱新觉罗溥仪", "爱新觉罗**", "four-character surname"),
            ("阿依古丽·买买提", "阿***·***", "minority name"),
            ("丹", "*", "one character would be the whole name"),
            ("丹·巴特尔", "*·***", "one character before the dot"),
            ("John Smith", "J*** S****", "Latin"),
            ("J", "*", "one letter"),
            ("𠮷田", "𠮷*", "a rare surname is one character"),
            ("", "", "nothing"),
        ],
    )
    def test_hides(self, name, masked, why):
        assert mask_name(name) == masked, why


class TestMaskIdNumber:
    @pytest.mark.parametrize(
        ("number", "masked", "why"),
        [
            ("11010519491231002X", "110105**********2X", "C-12: first 6, last 2"),
            ("110105491231002", "110105*******02", "15 digits"),
            ("E12345678", "E******78", "passport: 6 + 2 would show nearly all of it"),
            ("1234567", "*******", "too short to show any"),
            ("", "", "nothing"),
        ],
    )
    def test_hides(self, number, masked, why):
        assert mask_id_number(number) == masked, why


class TestMaskPhone:
    @pytest.mark.parametrize(
        ("number", "masked", "why"),
        [
            ("13812345678", "138******78", "C-12: first 3, last 2"),
            ("01062888888", "010******88", "Beijing landline"),
            ("037166661234", "0371******34", "area code of four digits"),
            ("09912345678", "0991*****78", "seven-digit landline"),
            ("037166661234-802", "0371******34-***", "the extension is hidden"),
            ("+85221234567", "+85*******67", "abroad"),
            ("12345", "12345", "a hotline is nobody's number"),
            ("1381234", "*******", "not understood: hidden altogether"),
            ("", "", "nothing"),
        ],
    )
    def test_hides(self, number, masked, why):
        assert mask_phone(number) == masked, why


class TestMaskAddress:
    @pytest.mark.parametrize(
        ("address", "masked", "why"),
        [
            ("河南省郑州市中原区建设路街道幸福路8号3单元", "河南省郑州市中原区****", "a street name before 街道"),
            ("河南省鹤壁市浚县黎阳街道黄河路8号", "河南省鹤壁市浚县黎阳街道****", "C-12: to the street office"),
            (
                "新疆维吾尔自治区伊犁哈萨克自治州霍城县清水河镇二村5号",
                "新疆维吾尔自治区伊犁哈萨克自治州霍城县清水河镇****",
                "region",
            ),
            ("内蒙古自治区赤峰市翁牛特旗乌丹镇1号", "内蒙古自治区赤峰市翁牛特旗乌丹镇****", "banner"),
            ("北京市东城区东华门街道甲1号", "北京市东城区东华门街道****", "municipality"),
            ("临河县青山乡", "临河县青山乡", "nothing below the township"),
            ("幸福路8号", "****", "nothing recognised: hidden altogether"),
            ("8号楼", "****", "digits first"),
            ("我住在张三家旁边的镇", "****", "a sentence may name a person"),
            ("", "", "nothing"),
        ],
    )
    def test_hides(self, address, masked, why):
        assert mask_address(address) == masked, why

    @pytest.mark.parametrize(
        "address", ["幸福路8号张三家", "临河县青山乡柳树村3组5号", "郑州市二七区大学路街道康复前街7号"]
    )
    def test_never_shows_a_house_number(self, address):
        assert not any(char.isdigit() for char in mask_address(address))


class TestMaskEmail:
    @pytest.mark.parametrize(
        ("address", "masked"),
        [("zhang@example.com", "z***@example.com"), ("z@example.com", "***@example.com"), ("zhang", "****"), ("", "")],
    )
    def test_hides(self, address, masked):
        assert mask_email(address) == masked


class TestMaskText:
    @pytest.mark.parametrize(
        ("text", "masked", "why"),
        [
            ("我叫王秀兰。", "我叫王**。", "a known name"),
            ("王 秀 兰、王　秀兰", "王**、王**", "written with spaces"),
            ("电话13800138000。", "电话138******00。", "a mobile number"),
            ("138 0013 8000或138-0013-8000", "138******00或138******00", "in groups"),
            ("１３８００１３８０００", "138******00", "full width"),
            ("+86 13800138000", "138******00", "with the country"),
            ("0990-5550123", "0990*****23", "a landline"),
            ("身份证110101199003074258", "身份证110101**********58", "a resident ID"),
            ("110101 19900307 425X", "110101**********5X", "in groups"),
            ("110101900307425", "110101*******25", "of the first generation"),
            ("wang@example.com", "w***@example.com", "an e-mail address"),
            ("编号990100202603020001X", "编号990100202603020001X", "the number of a matter tells nobody"),
            ("2026年3月2日赔偿2300元", "2026年3月2日赔偿2300元", "days and sums stay"),
            ("临信转〔2026〕1号，共12页", "临信转〔2026〕1号，共12页", "so do numbers of documents"),
            ("", "", "nothing"),
        ],
    )
    def test_hides(self, text, masked, why):
        assert mask_text(text, names=("王秀兰",)) == masked, why

    def test_wholly_leaves_not_even_a_surname(self):
        shown = mask_text(
            "我叫王秀兰，13800138000，住柳河镇12号院", names=("王秀兰",), values=("柳河镇12号院",), wholly=True
        )
        assert shown == "我叫****，****，住****"

    def test_of_known_values_only(self):
        text = "我13800138000，办公电话0990-5550123，１３８ ００１３ ８０００"
        assert mask_known(text, values=("13800138000",)) == "我138******00，办公电话0990-5550123，138******00"

    @pytest.mark.parametrize("name", ["(", "a\\b", "王.*兰", "[", "王秀"])
    def test_takes_any_name_as_it_is(self, name):
        assert mask_text(f"x{name}y王秀秀", names=(name,)).endswith("王秀秀") is (name != "王秀")


class TestOnlyWhatStandsThere:
    """A pattern is made only for what seems to stand in the text. The oracle makes it always."""

    @settings(max_examples=400, deadline=None)
    @given(
        text=st.text(alphabet="王秀兰·　 138００－-—·JohnＪ镇", max_size=30),
        names=st.lists(st.text(alphabet="王秀兰·　 John", min_size=1, max_size=4), max_size=2),
        numbers=st.lists(st.text(alphabet="1380J", min_size=4, max_size=5), max_size=2),
    )
    def test_hides_as_much_as_a_pattern_for_each(self, text, names, numbers):
        wide = {char: chr(ord(char) + 0xFEE0) for char in "1380J"}
        expected = text
        for number in sorted(set(numbers), key=len, reverse=True):
            expected = re.sub("[ \u3000\\-－—·]?".join(f"[{char}{wide[char]}]" for char in number), "****", expected)
        for name in sorted({one.strip() for one in names if len(one.strip()) >= 2}, key=len, reverse=True):
            spaced = r"[ \u3000]*".join(re.escape(char) for char in name if not char.isspace())
            expected = re.sub(spaced, "****", expected)
        assert mask_known(text, names=tuple(names), values=tuple(numbers), wholly=True) == expected

    @settings(max_examples=400, deadline=None)
    @given(
        text=st.lists(
            st.sampled_from(
                [
                    *"xX+Ｘｘ＋-— ·@._%，。我1８",
                    "13800138000",
                    "0990-5550123",
                    "１１０１０１ 19900307 425X",
                    "a.b@c.de",
                    "+86 ",
                ]
            ),
            max_size=6,
        ).map("".join)
    )
    def test_a_number_is_found_in_any_piece(self, text):
        assert mask_text(text, wholly=True) == masking._IN_TEXT.sub("****", text)
