"""Which organ is competent: class, place, level, words, history; never the accused. Every promise has its reason."""

import pytest

from tests.world import World
from xinqiao.analysis.text.proposal import Reading
from xinqiao.analysis.units import propose_units, ranking
from xinqiao.matters.models import Matter
from xinqiao.matters.secrecy import add_accused
from xinqiao.organisations.models import ContentClass, Organisation
from xinqiao.rules import competence
from xinqiao.rules.stages import Line, Step

ROOF = Reading("新房漏水", "楼顶漏水，开发商不修，房屋质量有问题。")


def values(found):
    return [one.value for one in found]


class TestCompetence:
    @pytest.mark.parametrize(
        ("code", "row", "why"),
        [
            ("040402", "0404", "the class above where there is no row of its own"),
            ("03-02", "0302", "marks in a code do not count"),
            ("0299", "02", "an unknown one of a known first level"),
            ("", None, "no class"),
            ("4711", None, "no such class"),
        ],
    )
    def test_longest_row_that_fits(self, code, row, why):
        found = competence.row_for(code)
        assert (found.code if found else None) == row, why

    @pytest.mark.parametrize(
        ("name", "line", "sort", "why"),
        [
            ("青石县住房和城乡建设局", Line.DEPARTMENT, "housing", "the words of the seal"),
            ("国家税务总局青石县税务局", Line.DEPARTMENT, "tax", "a vertically managed one"),
            ("青石县住房公积金管理中心", Line.INSTITUTION, "housing_fund", "公积金 before housing"),
            ("青石县教育局幼儿园", Line.ENTERPRISE, "", "a department's words on another line"),
            ("中共青石县委员会组织部", Line.PERSONNEL, "personnel", "an organ of the Party"),
            ("青石县信访局", Line.PETITION_OFFICE, "", "an office that sends is of no sort"),
        ],
    )
    def test_sort_of_a_name(self, name, line, sort, why):
        assert competence.sort_of(name, line) == sort, why

    def test_every_row_names_known_sorts_and_says_why(self):
        assert all(sort in competence.SORTS for row in competence.ROWS.values() for sort in row.sorts)
        assert all(row.basis for row in competence.ROWS.values())


@pytest.mark.django_db
class TestUnits:
    def test_nearest_department_of_the_place_first(self):
        world = World()
        found = propose_units(ROOF, "03-02", world.township, world.office)
        assert values(found)[:2] == [str(world.county_housing.pk), str(world.housing.pk)]
        assert "建设工程质量管理条例" in found[0].why[0].note

    def test_place_of_the_prefecture_stays_with_the_prefecture(self):
        world = World()
        assert values(propose_units(ROOF, "03-02", world.government, world.office))[0] == str(world.housing.pk)

    def test_words_of_the_text_where_there_is_no_class(self):
        world = World()
        found = propose_units(
            Reading("砖厂冒黑烟", "砖厂排放废气，粉尘很大，空气污染严重。"), "", world.government, world.office
        )
        assert values(found)[0] == str(world.environment.pk)
        words = [reason for reason in found[0].why if reason.words]
        assert {"废气", "粉尘", "污染"} <= {reason.words for reason in words}

    def test_nothing_where_nothing_speaks(self):
        world = World()
        assert propose_units(Reading("你好", "今天天气不错。"), "", world.government, world.office) == []

    def test_duties_of_the_organ_name_the_class(self):
        world = World()
        ContentClass.objects.create(code="88", name="桥梁养护", level=1, version="2020", valid_from="2020-01-01")
        Organisation.objects.filter(pk=world.environment.pk).update(duties=["桥梁养护"])
        found = propose_units(Reading("桥坏了", "桥板烂了。"), "88", world.government, world.office)
        assert values(found) == [str(world.environment.pk)]
        assert "职责" in found[0].why[0].note

    def test_accused_and_what_is_below_are_never_proposed(self):
        world = World()
        receipt = world.file("2026-03-02")
        matter = Matter.objects.get(pk=receipt.matter_id)
        add_accused(matter, organisations=[world.housing])
        found = propose_units(ROOF, "03-02", world.township, world.office, matter_id=matter.pk)
        assert not {str(world.housing.pk), str(world.housing_station.pk)} & set(values(found))
        assert str(world.county_housing.pk) in values(found)

    def test_precedents_are_counted_and_said(self):
        world = World()
        world.in_handling("2026-03-02")
        asked = ("03-02", world.government, world.office)
        with_history = propose_units(ROOF, *asked, officer=world.li_triages)
        without = propose_units(ROOF, *asked)
        assert any(reason.note == "本地1件同类事项由该单位受理" for reason in with_history[0].why)
        assert not any("同类事项" in reason.note for one in without for reason in one.why)

    def test_precedents_nobody_else_may_see_do_not_count(self):
        world = World()
        world.in_handling("2026-03-02")
        found = propose_units(ROOF, "03-02", world.government, world.office, officer=world.wu_at_police)
        assert not any("同类事项" in reason.note for one in found for reason in one.why)

    def test_a_first_level_alone_does_not_count_all_below_it(self):
        world = World()
        top = ContentClass.objects.create(code="03", name="城乡建设", level=1, version="2020", valid_from="2020-01-01")
        ContentClass.objects.filter(pk=world.housing_class.pk).update(parent=top)
        world.in_handling("2026-03-02")
        found = propose_units(ROOF, "03", world.government, world.office, officer=world.li_triages)
        assert not any("同类事项" in reason.note for one in found for reason in one.why)

    def test_what_was_sent_back_counts_against(self):
        world = World()
        matter = world.signed_in("2026-03-02")
        world.take(
            Step.RAISE_OBJECTION,
            matter.pk,
            world.zhou_leads_unit,
            "2026-03-03",
            reasons="房屋安全鉴定不属于本单位职责",
            competent_organ="临江地区应急管理局",
            basis="三定规定",
        )
        found = propose_units(ROOF, "03-02", world.government, world.office, officer=world.li_triages)
        housing = next(one for one in found if one.value == str(world.housing.pk))
        assert any("退回或者提出异议" in reason.note and reason.weight < 0 for reason in housing.why)

    def test_order_for_a_list_of_organs(self):
        world = World()
        best = ranking(propose_units(ROOF, "03-02", world.township, world.office))
        organs = sorted([world.police, world.housing, world.county_housing], key=best, reverse=True)
        assert organs == [world.county_housing, world.housing, world.police]
        assert best(world.court) == 0
