"""The search page: who finds what, what is shown of it, and what is on record."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World, client_of
from xinqiao.integrity.models import AuditEntry
from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Kind, Purpose
from xinqiao.search import commonness

pytestmark = pytest.mark.django_db
SEARCH, PERSON = "/desk/search/", "/desk/search/person/"


@pytest.fixture
def world():
    return World()


def page(officer: Officer, **query) -> str:
    answer = client_of(officer).get(SEARCH, query)
    assert answer.status_code == 200
    return answer.content.decode()


class TestWords:
    def test_a_word_of_the_text_is_found_and_marked(self, world):
        matter = world.signed_in()
        found = page(world.xu_handles, q="物业推给")
        assert matter.number in found
        assert "<mark>物业推给</mark>开发商" in found

    def test_traditional_and_full_width_find_the_same(self, world):
        matter = world.signed_in()
        assert matter.number in page(world.xu_handles, q="屋頂　１２号")

    def test_markup_in_a_title_stays_text(self, world):
        world.signed_in(title="<script>alert(1)</script>漏水&amp;")
        found = page(world.xu_handles, q="script 漏水")
        assert "<script>alert" not in found
        assert "&lt;<mark>script</mark>&gt;alert(1)" in found

    def test_markup_in_the_words_stays_text(self, world):
        world.signed_in()
        assert "<b>漏水" not in page(world.xu_handles, q="<b>漏水")

    def test_one_character_is_too_short(self, world):
        assert "请至少输入两个字" in page(world.xu_handles, q="漏")

    def test_a_number_opens_the_case(self, world):
        matter = world.signed_in()
        answer = client_of(world.xu_handles).get(SEARCH, {"q": matter.number})
        assert answer.status_code == 302
        assert matter.number in answer.url

    def test_nothing_found_says_where_was_looked_and_what_to_do(self, world):
        found = page(world.xu_handles, q="没有这样的词语")
        assert "姓名、电话、证件号码不在里面" in found
        assert "您只能查到本单位您有权查看的信访件" in found
        assert "没有这样" in found  # a shorter word is offered

    @pytest.mark.parametrize("query", [
        {"kind": "nonsense"}, {"class": "1 or 1"}, {"from": "yesterday"}, {"to": "9999-99-99"}, {"unit": "%%%"}, {"after": "x.1"},
        {"start": "-1", "order": "best"}, {"after": "2026-03-02.1"}, {"q": "%_\\'\" 漏水"}, {"q": "'o:1' | 漏水 & !"}, {"q": "\ud800漏水"},
    ])  # fmt: skip
    def test_bad_input_is_a_page(self, world, query):
        query = {"q": "漏水"} | {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
        assert client_of(world.xu_handles).get(SEARCH, query).status_code == 200


class TestFilters:
    @pytest.mark.parametrize(("query", "found"), [
        ({"kind": "request"}, True), ({"kind": "suggestion"}, False), ({"channel": "web"}, True), ({"channel": "letter"}, False),
        ({"group": "handling"}, True), ({"group": "closed"}, False), ({"from": "2026-03-02", "to": "2026-03-02"}, True),
        ({"from": "2026-03-03"}, False), ({"to": "2026-03-01"}, False), ({"unit": "临江地区住房和城乡建设局"}, True), ({"unit": "公安"}, False),
        ({"unit": "住房"}, False), ({"order": "best"}, True),
    ])  # fmt: skip
    def test_each_narrows(self, world, query, found):
        matter = world.signed_in()
        assert (matter.number in page(world.li_triages, q="漏水", **query)) is found

    @pytest.mark.parametrize("days", [
        {"from": "1990-01-01", "to": "1990-02-01"}, {"from": "2026-03-05", "to": "2026-03-01"}, {"from": "2026-12-31"}, {"from": "2027-06-01"},
    ])  # fmt: skip
    def test_days_without_any_petition_find_none(self, world, days):
        world.signed_in()
        for order in ("", "best"):
            assert "没有找到" in page(world.li_triages, q="漏水", order=order, **days)

    def test_days_before_the_first_petition_that_was_known_are_looked_at(self, world, monkeypatch):
        """What is oldest is asked every ten minutes; an import of older ones is found at once all the same."""
        monkeypatch.setattr(commonness, "pace", lambda: commonness.Pace(date(2026, 11, 1), date(2026, 11, 22), 5))
        matter = world.signed_in()
        assert matter.number in page(world.li_triages, **{"q": "漏水", "from": "2026-03-02", "to": "2026-03-02"})

    def test_several_units_of_a_name_are_offered(self, world):
        assert "青石县住房和城乡建设局" in page(world.li_triages, q="漏水", unit="住房")


class TestReports:
    def test_found_by_the_liaison_without_title_or_text_and_on_record(self, world):
        matter = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE.value, title="某科长收钱")
        found = page(world.dai_liaises, q="漏水")
        assert matter.number in found
        assert "某科长" not in found
        assert "物业" not in found
        assert list(AuditEntry.objects.filter(kind="found_report").values_list("officer_id", flat=True)) == [world.dai_liaises.pk]

    def test_nobody_else_finds_a_word_of_it(self, world):
        matter = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE.value)
        for officer in (world.qian_receives, world.sun_supervises, world.feng_in_county, world.yang_at_discipline):
            found = page(officer, q="漏水")
            assert matter.number not in found
            assert "没有找到" in found


class TestPerson:
    def ask(self, officer, person, purpose="window"):
        return client_of(officer).post(PERSON, {"person": person, "purpose": purpose})

    @pytest.mark.parametrize("typed", ["王秀兰", "138 0013 8000", "王 秀兰"])
    def test_finds_the_persons_own_matters_and_is_on_record(self, world, typed):
        matter = world.signed_in()
        assert matter.number in self.ask(world.tang_registers, typed).content.decode()
        entry = AuditEntry.objects.get(kind="searched_person")
        assert (entry.officer_id, entry.reason) == (world.tang_registers.pk, "本人来访，接待查询")
        assert "王秀兰" not in entry.detail_text + entry.subject

    @pytest.mark.parametrize("typed", ["王秀", "秀兰", "1380013800", "8000", "王"])
    def test_a_part_finds_nobody(self, world, typed):
        matter = world.signed_in()
        assert matter.number not in self.ask(world.tang_registers, typed).content.decode()

    def test_not_outside_the_own_scope(self, world):
        matter = world.signed_in()
        assert matter.number not in self.ask(world.feng_in_county, "王秀兰").content.decode()

    @pytest.mark.parametrize("changes", [{"secrecy": True}, {"purpose": Purpose.ACCUSE.value}])
    def test_never_who_asked_for_secrecy_or_reported(self, world, changes):
        receipt = world.file(**changes)
        assert receipt.number not in self.ask(world.tang_registers, "王秀兰").content.decode()

    def test_without_a_purpose_nothing_is_looked_up(self, world):
        world.signed_in()
        assert self.ask(world.tang_registers, "王秀兰", "").status_code == 422
        assert not AuditEntry.objects.filter(kind="searched_person").exists()

    def test_posts_that_see_names_masked_have_no_such_page(self, world):
        assert client_of(world.sun_supervises).get(PERSON).status_code == 404

    def test_a_telephone_number_in_the_search_box_is_not_looked_for(self, world):
        world.signed_in()
        assert "按信访人查找" in page(world.tang_registers, q="13800138000")


class TestCost:
    def test_twenty_hits_ask_no_more_than_three(self, world):
        def asked():
            client = client_of(world.li_triages)
            client.get(SEARCH, {"q": "漏水"})  # what is kept for some minutes has been read
            with CaptureQueriesContext(connection) as statements:
                answer = client.get(SEARCH, {"q": "漏水"})
            return answer.content.decode().count('class="row"'), len(statements)

        for number in range(3):
            world.file(f"2026-03-{number + 2:02d}")
        assert asked()[0] == 3
        few = asked()[1]
        for number in range(17):
            world.file(f"2026-04-{number + 2:02d}")
        hits, many = asked()
        assert hits == 20
        assert many <= few <= 15  # session, search, frame
