import pytest

from xinqiao.rules.masking import mask_address, mask_email, mask_id_number, mask_name, mask_phone


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
