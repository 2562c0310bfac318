"""Saved filters and further conditions: by facts of the matter, one post's own, and never an error when something is gone."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from xinqiao.matters.models import Matter, Referral
from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Kind, Role, Step
from xinqiao.workbench import filters, shelves, tally
from xinqiao.workbench.models import LONGEST_NAME, MOST_FILTERS, ListSettings

pytestmark = pytest.mark.django_db
MANAGE = "/desk/filters/"
DAY = date(2026, 3, 10)


@pytest.fixture
def world():
    return World()


def client_of(officer) -> Client:
    client = Client()
    client.force_login(officer.user)
    return client


def titles(answer) -> list[str]:
    return [row["title"] for row in answer.context["rows"]]


def save(client, query="shelf=all&channel=letter", name="来信"):
    return client.post(MANAGE, {"act": "save", "query": query, "name": name})


def side_bar(answer) -> list[str]:
    return [link["label"] for group in answer.context["nav"] if group["title"] == "我的筛选" for link in group["links"]]


class TestConditions:
    """Each narrows, and leaves what it should."""

    FACTS = {
        "stage=handling": 2, "stage=closed": 0, "from=2026-03-01&to=2026-03-03": 2, "from=2026-04-01": 0, "due_from=2026-01-01": 2,
        "due_to=2026-01-01": 0, "urgent=1": 1, "joint=1": 0, "channel=letter&urgent=1": 0, "channel=letter": 1, "kind=request": 2,
        "kind=suggestion": 0,
    }  # fmt: skip

    def test_narrow_by_facts_of_the_matter(self, world):
        matter = world.in_handling()
        world.in_handling(channel="letter", title="来信反映漏水")
        Matter.objects.filter(pk=matter.pk).update(urgent=True)
        client = client_of(world.xu_handles)
        for query, kept in self.FACTS.items():
            answer = client.get(f"/desk/?shelf=unit&{query}")
            assert (len(titles(answer)), answer.context["total"]) == (kept, kept), query

    def test_narrow_by_class_unit_and_handler(self, world):
        matter = world.in_handling()
        client = client_of(world.xu_handles)
        for query in (f"class={matter.content_class_id}", f"handler={world.xu_handles.pk}", f"unit={world.housing.pk}"):
            assert titles(client.get(f"/desk/?shelf=all&{query}")) == [matter.title], query
        assert titles(client.get(f"/desk/?shelf=all&handler={world.zhou_leads_unit.pk}")) == []
        leader = client_of(world.wang_leads_office)
        assert titles(leader.get(f"/desk/?shelf=below&unit={world.housing.pk}")) == [matter.title]
        assert titles(leader.get(f"/desk/?shelf=below&unit={world.police.pk}")) == []

    def test_find_a_unit_by_its_name(self, world):
        matter = world.in_handling()
        leader = client_of(world.wang_leads_office)
        assert titles(leader.get("/desk/", {"shelf": "below", "unit": world.housing.name})) == [matter.title]

    def test_offer_the_units_that_share_a_word(self, world):
        world.in_handling()
        answer = client_of(world.wang_leads_office).get("/desk/", {"shelf": "below", "unit": "局"})
        assert "请选一个" in answer.content.decode()
        assert f"unit={world.housing.pk}" in answer.content.decode()

    GONE = {
        "from=昨天": "看不懂", "due_to=2026-13-01": "看不懂", "unit=99999999": "单位已经没有了", "unit=火星": "没有找到",
        "class=99999999": "内容分类已经没有了", "handler=99999999": "已经不在本单位", "unit=%00": "", "class=x": "内容分类已经没有了",
    }  # fmt: skip

    def test_say_what_they_could_not_read_and_leave_it_out(self, world):
        matter = world.in_handling()
        client = client_of(world.xu_handles)
        for query, said in self.GONE.items():
            answer = client.get(f"/desk/?shelf=all&{query}")
            assert titles(answer) == [matter.title], query
            assert said in answer.content.decode(), query

    def test_know_no_petitioner(self, world):
        world.in_handling()
        client = client_of(world.xu_handles)
        names = {"name", "petitioner", "phone", "account", "repeat", "person"} & set(filters.NAMES)
        assert names == set()
        for query in ("petitioner=王秀兰", "matter__petitioner_name=x", "repeat=1", "order=matter__petitioner_name"):
            assert len(titles(client.get(f"/desk/?shelf=all&{query}"))) == 1, query

    def test_stand_in_the_words_of_the_list(self, world):
        world.in_handling()
        read = filters.read({"channel": "letter", "urgent": "1", "from": "2026-03-01"}, world.xu_handles, DAY)
        assert read.words == ("来信", "3月1日起收到", "紧急")


class TestSaving:
    def test_puts_the_list_into_the_side_bar_with_its_count(self, world):
        world.in_handling(channel="letter", title="来信反映漏水")
        client = client_of(world.xu_handles)
        answer = client.get(save(client).url)
        assert titles(answer) == ["来信反映漏水"]
        link = next(link for group in answer.context["nav"] for link in group["links"] if link["label"] == "来信")
        assert (link["count"], link["current"]) == ("1", True)

    def test_keeps_only_what_is_known(self, world):
        client = client_of(world.xu_handles)
        save(client, "shelf=all&channel=letter&kind=<script>&petitioner=王&after=2026.1")
        assert ListSettings.of(world.xu_handles).saved[0].query == {"shelf": "all", "channel": "letter"}

    def test_asks_for_a_good_name_and_loses_nothing(self, world):
        client = client_of(world.xu_handles)
        save(client)
        for name, said in (("", "起一个名称"), ("长" * (LONGEST_NAME + 1), "写短一些"), ("来信", "换一个名称")):
            answer = save(client, query="shelf=all&kind=request", name=name)
            page = answer.content.decode()
            assert (answer.status_code, said in page, "kind=request" in page) == (422, True, True), name

    def test_ends_at_twelve(self, world):
        client = client_of(world.xu_handles)
        for number in range(MOST_FILTERS):
            assert save(client, name=f"第{number}个").status_code == 302
        answer = save(client, name="再来一个")
        assert answer.status_code == 422 and "先删除一个" in answer.content.decode()
        assert len(ListSettings.of(world.xu_handles).saved) == MOST_FILTERS

    def test_is_of_one_post_only(self, world):
        save(client_of(world.xu_handles))
        other = client_of(world.zhou_leads_unit)
        assert side_bar(other.get("/desk/")) == []
        assert other.get(f"{MANAGE}1/delete/").status_code == 404
        assert other.post(MANAGE, {"act": "rename", "id": "1", "name": "我的"}).status_code == 404

    def test_is_an_empty_page_for_who_has_no_queue(self, world):
        answer = client_of(world.sys_admin).get(MANAGE)
        assert answer.status_code == 200 and side_bar(answer) == []


class TestManaging:
    @pytest.fixture
    def client(self, world):
        client = client_of(world.xu_handles)
        for name in ("甲", "乙", "丙"):
            save(client, name=name)
        return client

    def names(self, world) -> list[str]:
        return [one.name for one in ListSettings.of(world.xu_handles).saved]

    def test_renames(self, world, client):
        client.post(MANAGE, {"act": "rename", "id": "2", "name": "重要的"})
        assert self.names(world) == ["甲", "重要的", "丙"]
        again = client.post(MANAGE, {"act": "rename", "id": "2", "name": "甲"})
        assert again.status_code == 422 and "换一个名称" in again.content.decode()
        assert client.post(MANAGE, {"act": "rename", "id": "2", "name": "重要的"}).status_code == 302, "its own name is no other's"

    def test_moves_and_stops_at_the_ends(self, world, client):
        for act in ("up", "up", "up"):
            client.post(MANAGE, {"act": act, "id": "3"})
        assert self.names(world) == ["丙", "甲", "乙"]
        client.post(MANAGE, {"act": "down", "id": "2"})
        assert self.names(world) == ["丙", "甲", "乙"]

    def test_deletes_after_asking(self, world, client):
        asked = client.get(f"{MANAGE}2/delete/").content.decode()
        assert "删除筛选“乙”" in asked and "信访件不受影响" in asked
        assert self.names(world) == ["甲", "乙", "丙"]
        client.post(f"{MANAGE}2/delete/")
        assert self.names(world) == ["甲", "丙"]

    def test_answers_nonsense_with_a_page(self, client):
        for sent in ({"act": "burn"}, {"act": "up", "id": "x"}, {"act": "rename", "id": "9" * 30, "name": "x"}):
            assert client.post(MANAGE, sent).status_code in (404, 422), sent

    def test_says_what_is_gone(self, world, client):
        settings = ListSettings.of(world.xu_handles)
        row = {"id": 9, "name": "旧单位", "query": {"shelf": "gone", "unit": "99999999", "channel": "nothing", "order": "unit"}}
        settings.filters = [*settings.filters, row, {"id": 10}, {"id": 11, "name": "空", "query": {}}]
        settings.save()
        assert "单位已经没有了" in client.get(MANAGE).content.decode()
        answer = client.get("/desk/?unit=99999999&my=9")
        assert answer.status_code == 200 and "单位已经没有了" in answer.content.decode()


class TestLook:
    def test_columns_density_and_length_are_kept_for_the_post(self, world):
        world.in_handling()
        client = client_of(world.xu_handles)
        sent = {"columns": ["number", "due", "kind", "nonsense"], "compact": "1", "page_rows": "60", "query": "shelf=all&after=x.1"}
        answer = client.post("/desk/settings/lists/", sent)
        assert answer.url == "/desk/?shelf=all"
        page = client.get(answer.url).content.decode()
        assert "事项类别</th>" in page and "承办人</th>" not in page and "tbl dense" in page
        assert ListSettings.of(world.xu_handles).page_rows == 60
        client.post("/desk/settings/lists/", {"reset": "1", "query": ""})
        assert "承办人</th>" in client.get("/desk/?shelf=all").content.decode()

    def test_no_other_length_than_the_three(self, world):
        client = client_of(world.xu_handles)
        for size in ("", "0", "1000000", "-1", "x"):
            client.post("/desk/settings/lists/", {"page_rows": size})
            assert ListSettings.of(world.xu_handles).page_rows == 30, size

    def test_never_leaves_the_queue_on_its_way_back(self, world):
        answer = client_of(world.xu_handles).post("/desk/settings/lists/", {"query": "//evil.example/"})
        assert answer.url.startswith("/desk/?")

    def test_heads_say_how_the_list_is_sorted(self, world):
        world.in_handling()
        client = client_of(world.xu_handles)
        for order, said in (("due", "ascending"), ("-due", "descending"), ("number", "ascending"), ("-number", "descending")):
            page = client.get(f"/desk/?shelf=all&order={order}").content.decode()
            assert page.count("aria-sort") == 1 and f'aria-sort="{said}"' in page, order


class TestCounts:
    """Composed once for a set of roles: with the numbers of each officer it must be what `visible_to` itself gives."""

    CHOSEN = (filters.EVERYTHING, filters.Chosen(only="overdue", channel="letter"), filters.Chosen(only="soon"),
              filters.Chosen(only="unread"), filters.Chosen(stage="handling", due_from=DAY, urgent=True))  # fmt: skip

    def test_are_those_of_the_lists(self, world):
        world.in_handling()
        world.triaged(title="还在甄别的")
        world.served("2026-02-02")
        Referral.objects.filter(due_on__isnull=False).update(unread=True)
        for officer in Officer.objects.select_related("user", "organisation"):
            wanted = {
                f"{shelf.key} {place}": (shelf, chosen)
                for shelf in shelves.shelves_of(officer)
                for place, chosen in enumerate(self.CHOSEN)
            }
            asked = {name: tally.Wanted(shelf.key, chosen) for name, (shelf, chosen) in wanted.items()}
            counted, again, kept = (tally.count(officer, DAY, asked) for _time in range(3))  # planned, prepared, from the kept plan
            listed = {name: shelf.narrowed(officer, DAY, chosen).count() for name, (shelf, chosen) in wanted.items()}
            assert counted == again == kept == listed, officer

    def test_ask_shelf_by_shelf_where_the_own_desks_are_many(self, world, monkeypatch, django_assert_num_queries):
        world.in_handling()
        world.in_handling()
        wanted = {"unit": tally.Wanted("unit"), "overdue": tally.Wanted("overdue"), "closed": tally.Wanted("closed")}
        expected = tally.count(world.xu_handles, DAY, wanted)
        monkeypatch.setattr(tally, "OWN_AT_ONCE", 1)
        monkeypatch.setattr(tally, "_many_open", {})
        tally._composed_at_once.cache_clear()
        with django_assert_num_queries(2):
            assert tally.count(world.xu_handles, DAY, wanted) == expected
        with django_assert_num_queries(1):
            assert tally.count(world.xu_handles, DAY, wanted) == expected
        tally._composed_at_once.cache_clear()

    def test_nothing_for_whoever_left(self, world):
        world.in_handling()
        officer = world.xu_handles
        officer.active = False
        assert tally.count(officer, DAY, {"all": tally.Wanted("all")}) == {"all": 0}


class TestShelves:
    def test_every_post_has_the_lists_it_works_with(self, world):
        keys = {name: {one.key for one in shelves.shelves_of(getattr(world, name))} for name in
                ("xu_handles", "zhou_leads_unit", "wang_leads_office", "li_triages")}  # fmt: skip
        assert {"mine", "unit", "due", "overdue", "new", "returned", "all"} <= keys["xu_handles"]
        assert {"approval", "unit", "due", "overdue", "new", "returned"} <= keys["zhou_leads_unit"]
        assert {"approval", "below", "area", "due", "overdue", "new", "returned"} <= keys["wang_leads_office"]
        assert {"intake", "unit", "new", "returned"} <= keys["li_triages"]

    def test_what_came_back_lies_with_who_sent_it(self, world):
        matter = world.signed_in()
        world.take(Step.RAISE_OBJECTION, matter.pk, world.zhou_leads_unit, "2026-03-03", reasons="房屋质量监管已经划转给综合执法部门",
                   competent_organ="综合执法局", basis="机构改革方案第三条")  # fmt: skip
        for officer in (world.li_triages, world.zhou_leads_unit):
            assert shelves.BY_KEY["returned"].desks(officer, DAY).get().matter_id == matter.pk

    def test_new_is_what_nobody_here_has_opened(self, world):
        world.in_handling()
        Referral.objects.filter(organisation=world.housing).update(unread=True)
        client = client_of(world.xu_handles)
        assert len(titles(client.get("/desk/?shelf=new"))) == 1
        number = client.get("/desk/?shelf=new").context["rows"][0]["number"]
        client.get(reverse("workbench:case", args=[number]))
        assert titles(client.get("/desk/?shelf=new")) == []

    def test_below_holds_no_own_desk(self, world):
        world.in_handling()
        desks = shelves.BY_KEY["below"].desks(world.wang_leads_office, DAY)
        assert [desk.organisation for desk in desks] == [world.housing]

    def test_a_liaison_lists_reports_only(self, world):
        world.in_handling()
        report = world.triaged(kind=Kind.REPORT, title="举报局长收钱")
        assert Role.DISCIPLINE_LIAISON in world.dai_liaises.role_set
        assert [desk.matter_id for desk in shelves.BY_KEY["unit"].desks(world.dai_liaises, DAY)] == [report.pk]
