"""What comes in, made fit to store: everything that is wrong is said at once, nothing is silently changed (C.0 to C.3)."""

from datetime import date

import pytest

from xinqiao.matters import intake
from xinqiao.matters.intake import IntakeInvalid
from xinqiao.rules.stages import Channel, Purpose

TODAY = date(2026, 3, 2)
PLACE = object()  # any place will do: the tree is asked later


def raw(**changes) -> dict:
    return {
        "purpose": "solve",
        "channel": "web",
        "content": "屋顶漏水，报修三次没人管。",
        "place": PLACE,
        "people": [{"name": "王秀兰", "mobile": "138 0013 8000"}],
        **changes,
    }


def errors_of(**changes) -> dict[str, str]:
    with pytest.raises(IntakeInvalid) as invalid:
        intake.clean(raw(**changes), today=TODAY)
    return invalid.value.errors


class TestClean:
    def test_takes_the_least_that_a_citizen_gives(self):
        made = intake.clean(raw(), today=TODAY)
        assert (made.purpose, made.channel, made.petition_on) == (Purpose.SOLVE, Channel.WEB, TODAY)
        assert made.title == "屋顶漏水，报修三次没人管。"
        assert made.people[0].identity.mobile == "13800138000"
        assert (made.headcount, made.publish_consent, made.secrecy) == (1, False, False)

    @pytest.mark.parametrize(
        ("changes", "field", "says"),
        [
            ({"content": ""}, "content", "请写下发生了什么"),
            ({"content": "字" * 40_001}, "content", "请删去1个字"),
            ({"content": "a\x00b"}, "content", "U+0000"),
            ({"place": None}, "place", "请选择问题发生在哪里"),
            ({"purpose": "x"}, "purpose", "哪一类事"),
            ({"channel": "pigeon"}, "channel", "信访形式"),
            ({"people": []}, "people", "匿名"),
            ({"people": [{"mobile": "13800138000"}]}, "name", "匿名"),
            ({"people": [{"name": "王秀兰", "mobile": "1380013"}]}, "mobile", "11位"),
            ({"people": [{"name": "王秀兰"}, {"name": "李保田", "mobile": "12"}]}, "mobile", "第2位"),
            ({"people": [{"name": "王秀兰", "id_number": "110101199003070000"}]}, "id_number", "最后一位"),
            ({"people": [{"name": "李" + n, "representative": True} for n in "一二三四五六"]}, "representatives", "不能超过5人"),
            ({"people": [{"name": "李一"}] * 201}, "people", "最多登记200人"),
            ({"headcount": "几个"}, "headcount", "填数字"),
            ({"headcount": 0}, None, ""),
            ({"headcount": -3}, "headcount", "1到100000"),
            ({"headcount": 1, "people": [{"name": "李一"}, {"name": "李二"}]}, "headcount", "少于"),
            ({"requests": ["修"] * 31}, "requests", "最多写30条"),
            ({"requests": ["长" * 2_001]}, "requests", "2000"),
            ({"petition_on": date(2026, 3, 3)}, "petition_on", "不能晚于今天"),
        ],
    )  # fmt: skip
    def test_says_what_is_wrong_beside_the_field(self, changes, field, says):
        if field is None:
            assert intake.clean(raw(**changes), today=TODAY).headcount == 1
            return
        assert says in errors_of(**changes)[field]

    def test_says_everything_at_once(self):
        assert set(errors_of(content="", place=None, purpose="", people=[])) == {
            "content",
            "place",
            "purpose",
            "people",
        }

    def test_an_agent_is_no_party_and_not_counted(self):
        people = [{"name": "王老太"}, {"name": "王秀兰", "agent": True}]
        assert intake.clean(raw(people=people, headcount=1), today=TODAY).headcount == 1

    def test_anonymous_needs_no_name_and_says_whether_anybody_can_be_reached(self):
        assert not intake.clean(raw(anonymous=True, people=[]), today=TODAY).contactable
        assert intake.clean(raw(anonymous=True, people=[{"mobile": "13800138000"}]), today=TODAY).contactable

    def test_requests_typed_in_one_box_become_lines(self):
        made = intake.clean(raw(requests="修好屋顶\n\n  赔偿家具 \r\n"), today=TODAY)
        assert made.requests == ("修好屋顶", "赔偿家具")
        assert made.title == "修好屋顶"


class TestHeadline:
    @pytest.mark.parametrize(
        ("text", "title", "why"),
        [
            ("\n\n  屋顶漏水\n第二行", "屋顶漏水", "the first line that says something"),
            ("漏" * 41, "漏" * 39 + "…", "one character is given for the sign that more follows"),
            ("漏" * 40, "漏" * 40, "exactly fits"),
            ("   ", "", "nothing there"),
        ],
    )
    def test_is_the_first_line(self, text, title, why):
        assert intake.headline(text) == title, why
