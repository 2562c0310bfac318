"""What a search makes the database do: no big table read through, and no more rows touched where there are more matters."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import synthetic
from xinqiao.analysis import same
from xinqiao.matters import finding
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.people.models import Petitioner
from xinqiao.rules.stages import Role
from xinqiao.search import commonness, newest, query
from xinqiao.search.models import SearchEntry
from xinqiao.search.words import terms

pytestmark = pytest.mark.django_db
MATTERS = 1500
BIG = {"search_searchentry", "matters_matter", "matters_referral", "people_petitioner", "matters_accused"}


@pytest.fixture(scope="module")
def region(django_db_setup, django_db_blocker, postgres_server):
    """Synthetic matters with their entries, really committed, so that the planner knows the tables."""
    import psycopg

    with django_db_blocker.unblock():
        synthetic.fill(MATTERS, at=timezone.now())
        owner = postgres_server.address("xinqiao_owner", connection.settings_dict["NAME"])
        with psycopg.connect(**owner.connection(), autocommit=True) as tables:
            tables.execute("VACUUM (ANALYZE)")
        yield
        call_command("flush", interactive=False, verbosity=0)


def leader() -> Officer:
    posts = Officer.objects.select_related("user", "organisation").filter(organisation__key=synthetic.FOCUS_OFFICE)
    return next(post for post in posts.order_by("pk") if Role.OFFICE_LEADER.value in post.roles)


def nodes(rows) -> list[dict]:
    """The parts of the plan of these rows, or of a statement with its values, that read a big table, as they ran."""
    sql, params = rows if isinstance(rows, tuple) else rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")  # at this size it could be the cheaper way; at a million it is not
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
        cursor.execute("RESET enable_seqscan")
    found, waiting = [], [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting.extend(node.get("Plans", ()))
        if node.get("Relation Name") in BIG or node.get("Index Name", "").startswith("search_"):
            found.append(node)
    return found


def assert_by_words(rows) -> None:
    seen = nodes(rows)
    assert [node for node in seen if node["Node Type"] == "Seq Scan"] == []
    assert "search_words" in {node.get("Index Name") for node in seen}
    assert "search_received" not in {node.get("Index Name") for node in seen}, "walks the years instead of looking up"


def touched(rows, table: str) -> float:
    return sum(node["Actual Rows"] * node["Actual Loops"] for node in nodes(rows) if node.get("Relation Name") == table)


class TestPlans:
    @pytest.mark.parametrize("words", ["反映", "没有解决", "小区 物业", "没有这个词", "12", "2025"])
    def test_words_are_looked_up_by_the_index_of_words(self, region, words):
        asked = query.Asked(terms(words), (), True, scope=tuple(finding.scope_marks(leader())))
        begin = timezone.localdate().replace(day=1) - timedelta(days=61)
        months = tuple(sorted({f"t:{begin + timedelta(days=days):%Y%m}" for days in range(90)}))
        for window in (newest.Window(None), newest.Window(begin, months, 500)):
            assert_by_words(newest.statement(asked, window, None, 21))

    @pytest.mark.parametrize("filters", [{}, {"kind": "request", "channel": "letter"}, {"group": "closed"}])
    def test_the_newest_are_walked_until_there_are_enough(self, region, monkeypatch, filters):
        """In the order of an index, and no further."""
        monkeypatch.setattr(commonness, "shares", lambda: dict.fromkeys(finding.scope_marks(leader()), 0.9))
        asked = finding._asked(leader(), finding.Wanted(terms("反映"), **filters))
        seen = nodes(newest.walk(asked, None, 3))
        read = [node for node in seen if node["Actual Loops"] and "Scan" in node["Node Type"]]
        walked = "matter_closed_received" if "group" in filters else "matters_mat_receive_" if filters else "search_received"
        assert any(node.get("Index Name", "").startswith(walked) for node in read)
        assert sum(node["Actual Rows"] * node["Actual Loops"] for node in read) < MATTERS / 5

    def test_what_may_be_opened_is_asked_by_key(self, region):
        officer = leader()
        ids = list(SearchEntry.objects.order_by("pk").values_list("pk", flat=True)[:20])
        assert [node for node in nodes(Matter.objects.visible_to(officer).filter(pk__in=ids)) if node["Node Type"] == "Seq Scan"] == []

    def test_of_a_thousand_only_those_are_read(self, region):
        """Told of a thousand, the planner read every desk of the office instead."""
        officer = leader()
        ids = list(SearchEntry.objects.order_by("pk").values_list("pk", flat=True)[:1000])
        few = ids[:20]
        seen = Matter.objects.visible_to(officer).filter(pk__among=few)
        assert touched(seen, "matters_matter") <= len(few)
        assert touched(seen, "matters_referral") <= 4 * len(few)
        assert set(seen.values_list("pk", flat=True)) == set(Matter.objects.visible_to(officer).filter(pk__in=few).values_list("pk", flat=True))
        many = Matter.objects.visible_to(officer).filter(pk__among=ids)
        assert [node for node in nodes(many) if node["Node Type"] == "Seq Scan"] == []

    @pytest.mark.parametrize("typed", ["13800138000", "王秀兰", "11010519491231002X"])
    def test_a_person_is_looked_up_by_index(self, region, typed):
        rows = Petitioner.objects.filter(finding.read_person(typed).condition)
        assert [node for node in nodes(rows) if node["Node Type"] == "Seq Scan"] == []

    def test_statements_of_a_search_are_few_whatever_is_found(self, region, django_assert_max_num_queries):
        officer = leader()
        for words in ("反映", "没有这个词"):
            with django_assert_max_num_queries(7):  # how much is received a day, what is common, three looks, what may be opened
                finding.by_words(officer, finding.Wanted(terms(words)))

    def test_earlier_ones_on_the_same_matter(self, region, django_assert_max_num_queries):
        officer = leader()
        matter = Matter.objects.visible_to(officer).filter(sealed=False).order_by("-received_at").first()
        same.earlier(matter, officer)  # what is common is read once in ten minutes
        with django_assert_max_num_queries(8):
            same.earlier(matter, officer)
        with CaptureQueriesContext(connection) as asked:
            same.earlier(matter, officer)
        read = next(one["sql"] for one in asked if "FROM search_searchentry WHERE words @@" in one["sql"])
        assert [node for node in nodes((read, None)) if node["Node Type"] == "Seq Scan"] == []
