"""Where it happened: names of areas in sentences, and which area they speak for. Every row says why."""

import pytest

from tests.world import World
from xinqiao.analysis import organs, places
from xinqiao.analysis.text.places import Area, Gazetteer, detail, locate
from xinqiao.analysis.text.proposal import Reading
from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Line

AREAS = {
    1: ("云岭自治区", 1, None),
    2: ("澜江地区", 2, 1),
    3: ("青石县", 3, 2),
    4: ("南浦县", 3, 2),
    5: ("石门镇", 4, 3),
    6: ("沙洲镇", 4, 4),
    7: ("上河村", 5, 5),
    8: ("沙洲村", 5, 6),
    9: ("东山地区", 2, 1),
    10: ("白石县", 3, 9),
    11: ("石门镇", 4, 10),
    12: ("和平街道", 4, 3),
    13: ("A市", 2, 1),
    14: ("A5区", 3, 13),
    15: ("A3区", 3, 13),
    16: ("西山土家族苗族自治县", 3, 2),
}
GAZETTEER = Gazetteer([Area(key, *row) for key, row in AREAS.items()], [("水厂路", 5)])

ROWS = [
    ("青石县石门镇上河村路灯坏了", "", None, 7, "the deepest of a nested name"),
    ("反映青石县的问题", "石门镇的路一直没有修。", None, 5, "what follows narrows, also sentences later"),
    ("石门镇停水", "", 3, 5, "of two towns of one name the one in the own county"),
    ("石门镇停水", "", 10, 11, "the same name, asked by the other county"),
    ("白石县石门镇停水", "", 3, 11, "the county that is named beats the own one"),
    ("石门停水了", "", 3, 5, "a town without its suffix"),
    ("石门乡停水了", "", 3, 5, "its old suffix: it was a 乡 once"),
    ("西山县公路", "在西山自治县境内的路坏了", None, 16, "a county with the names of its peoples left out"),
    (
        "工资拖欠",
        "我是白石县人，在青石县石门镇打工，老板不给工资。",
        None,
        5,
        "where it happened, not where somebody is from",
    ),
    (
        "工资拖欠",
        "我老家在南浦县沙洲镇，去年到青石县的工地干活，没有拿到钱。",
        None,
        3,
        "老家 is where somebody is from",
    ),
    ("噪音", "我家住青石县石门镇，楼下每天很吵。", None, 5, "where one lives, where nothing else is named"),
    ("停车收费", "南浦县像青石县那样统一收费就好了。", None, 4, "what is only compared with"),
    ("A市A5区渣土车扰民", "", None, 14, "anonymised forms are names like any other"),
    ("A市公交太少", "A5区、A3区的站牌都不清楚。", None, 13, "two parts speak for the whole"),
    ("A5区路口没有红绿灯", "已经向A5区住建局反映。", None, 14, "the name of an organ is of that area too"),
    (
        "和平解决",
        "我们要求和平解决这个纠纷，不要打架。",
        None,
        None,
        "a name that is a word of every day needs its suffix",
    ),
    ("和平街道积水", "", None, 12, "with its suffix it counts"),
    ("水厂路路灯坏了", "", 3, 5, "a road on which an organ has its seat"),
    ("能不能多开几趟公交", "早上太挤了。", None, None, "no place is named"),
    ("县里的石门新村花园漏水", "", 3, 5, "inside the name of an estate it counts little, but it counts"),
]


class TestLocate:
    @pytest.mark.parametrize(("title", "body", "home", "place", "why"), ROWS)
    def test_first_place(self, title, body, home, place, why):
        found = locate(Reading(title, body), GAZETTEER, home=home)
        assert (found[0].key if found else None) == place, why

    def test_spans_point_at_the_names(self):
        reading = Reading("石门停水", "青石县的石门镇停水三天了。")
        words = {reading.text[one.start : one.end] for one in locate(reading, GAZETTEER, home=3)[0].mentions}
        assert {"石门", "石门镇", "青石县"} <= words

    def test_typed_address_counts_most(self):
        found = locate(Reading("工资拖欠", "我在青石县打工。"), GAZETTEER, detail="南浦县沙洲镇街上")
        assert found[0].key == 6

    def test_more_places_are_offered_with_less_certainty(self):
        found = locate(Reading("A5区修路", "渣土从A3区运来。"), GAZETTEER)
        assert [one.key for one in found[:2]] == [14, 15]
        assert found[0].confidence > found[1].confidence

    @pytest.mark.parametrize(
        ("text", "address", "why"),
        [
            ("青石县石门镇幸福路12号院3栋漏水", "幸福路12号院", "what follows the name of the place, without a gap"),
            ("家住青石县石门镇和平路12号", "和平路12号", "和 is part of this name"),
            ("青石县石门镇幸福路和解放路都坏了", "幸福路", "here it joins two names"),
            ("青石县的领导好", None, "no address follows"),
        ],
    )
    def test_detail(self, text, address, why):
        reading = Reading(text, "")
        span = detail(reading, locate(reading, GAZETTEER)[0])
        assert (span is None) == (address is None), why
        assert span is None or reading.text[slice(*span)].startswith(address), why


@pytest.mark.django_db
class TestTree:
    def test_place_from_the_tree_with_the_office_as_prior(self):
        world = World()
        found = places.propose_places(Reading("柳河镇的路坏了", "青石县柳河镇中心街积水。"), world.office)
        assert found[0].value == str(world.township.pk)
        assert found[0].label == "青石县柳河镇"
        assert any(reason.words == "柳河镇" for reason in found[0].why)

    def test_own_area_where_nothing_is_named_and_it_is_said(self):
        world = World()
        found = places.propose_places(Reading("公交太挤", "早上挤不上车。"), world.county_office)
        assert [one.value for one in found] == [str(world.county_gov.pk)]
        assert found[0].confidence < 0.5
        assert "没有写明地点" in found[0].why[0].note

    def test_nothing_for_a_place_of_elsewhere(self):
        world = World()
        assert places.propose_places(Reading("问题", "湖东省的一家公司骗了我的钱。"), world.office) == []

    def test_new_area_is_known_at_once(self):
        world = World()
        before = organs.standing()
        assert organs.standing() is before
        new = Organisation.objects.create(
            key="x-village", name="青石县柳河镇清水村村民委员会", short="清水", level=5, line=Line.VILLAGE, parent=world.township, lft=world.township.lft + 1, rgt=world.township.lft + 2
        )  # fmt: skip
        found = places.propose_places(Reading("清水村修路", ""), world.office)
        assert found[0].value == str(new.pk)
        Organisation.objects.filter(pk=new.pk).update(name="青石县柳河镇绿水村村民委员会")
        assert places.propose_places(Reading("绿水村修路", ""), world.office)[0].value == str(new.pk)
