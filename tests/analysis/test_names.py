"""Who is named in a text, and as what. Every row says why."""

import pytest

from tests.world import World
from xinqiao.analysis.respondents import propose_respondents
from xinqiao.analysis.text.names import accused, named
from xinqiao.analysis.text.proposal import Reading
from xinqiao.rules.stages import Role

ROWS = [
    ("尊敬的张书记，您好！我家门前的路坏了。", [], "an addressee"),
    ("请李局长督促解决。", [], "somebody who is asked for help"),
    ("村支书张大山侵占补偿款。", ["村支书张大山"], "post and name, and what he did"),
    ("举报村主任李某私分土地款。", ["村主任李某"], "a name held back"),
    ("投诉青石县宏远建筑有限公司不退押金。", ["青石县宏远建筑有限公司"], "a company complained of"),
    ("恳请青石县住建局查处。", [], "an organ that shall act"),
    ("青石县住建局不作为，三年没人管。", ["青石县住建局"], "an organ with what it fails to do"),
    ("孩子在柳河镇中心小学上学。", [], "only in passing"),
    ("公司不给钱。", [], "a word that names nobody"),
    ("物业公司的态度很好。", [], "a word that names nobody, and no fault"),
]


class TestNamed:
    @pytest.mark.parametrize(("body", "words", "why"), ROWS)
    def test_complained_of(self, body, words, why):
        assert [one.words for one in accused(Reading("反映情况", body))] == words, why

    def test_spans_and_roles(self):
        reading = Reading("问题", "尊敬的王县长：举报村会计赵小明虚报冒领。")
        roles = {one.words: one.role for one in named(reading)}
        assert roles["王县长"] == "addressed"
        assert roles["村会计赵小明"[1:]] == "accused"
        assert all(reading.text[one.start : one.end] == one.words for one in named(reading))


@pytest.mark.django_db
class TestRespondents:
    def test_organ_by_its_whole_name(self):
        world = World()
        found = propose_respondents(Reading("反映青石县", "青石县住房和城乡建设局不作为。"), world.office)
        assert [one.value for one in found] == [f"organisation:{world.county_housing.pk}"]

    def test_spoken_name_means_the_organ_of_the_place(self):
        world = World()
        found = propose_respondents(Reading("青石县柳河镇", "县住建局不作为，楼房漏水没人管。"), world.office)
        assert [one.value for one in found] == [f"organisation:{world.county_housing.pk}"]

    def test_officer_by_whole_name_only_where_there_is_one(self):
        world = World()
        officer = world.officer("zhaoxm", "赵小明", world.housing, Role.HANDLER)
        found = propose_respondents(Reading("反映问题", "举报科长赵小明收受红包。"), world.office)
        assert f"officer:{officer.pk}" in [one.value for one in found]
        assert all(
            "officer" not in one.value
            for one in propose_respondents(Reading("反映问题", "举报赵科长收受红包。"), world.office)
        )

    def test_officer_of_another_territory_is_not_matched(self):
        world = World()
        world.officer("zhaoxm", "赵小明", world.housing, Role.HANDLER)
        found = propose_respondents(Reading("反映问题", "举报科长赵小明收受红包。"), world.county_office)
        assert [one.value for one in found] == ["person"]

    def test_company_stays_words(self):
        world = World()
        found = propose_respondents(Reading("投诉恒大远方置业有限公司不退款", ""), world.office)
        assert [(one.value, one.label) for one in found] == [("unit", "恒大远方置业有限公司")]
