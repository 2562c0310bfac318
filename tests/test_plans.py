"""Lists, pages and sweeps find their rows by index, and ask as much for 60 rows as for 5 (issues 2 and 4: budgets).

Two thousand synthetic matters are enough to see it: not the time is asserted, but which rows the database touched.
"""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, F, Q
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse
from django.utils import timezone

from bench import synthetic
from xinqiao.documents.models import Document
from xinqiao.matters import history
from xinqiao.matters.models import Clock, Delivery, Event, Matter, MatterNumber, Record, Referral
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.people.models import Petitioner
from xinqiao.rules.stages import Role, Stage, Step
from xinqiao.workbench import keyset, shelves, urls
from xinqiao.workbench.pages import queue

from .plan_reading import asked_in, fault, rows_touched, scans

pytestmark = pytest.mark.django_db
MATTERS = 2000
EVERY_DESK = MATTERS * 2 + 200  # of so few matters the planner may as well begin with all of them
PAGE = 21
STATEMENTS = 15
STATEMENTS_OF_A_LIST = 12
FIRST_LOOK = 8  # more, the first time in an hour: who looked is written down before anything is shown (LG-6)
# A first page may look at some rows that it does not show: other units' desks in the same part of the index.
ROWS_AT_MOST = PAGE * 12

# Who looks at the queue: the scope is one unit, a county, the prefecture, the whole region.
OFFICERS = {
    "handler of a unit": (synthetic.FOCUS_UNIT, Role.HANDLER),
    "receiver of a unit": (synthetic.FOCUS_UNIT, Role.UNIT_RECEIVER),
    "triage of an office": (synthetic.FOCUS_OFFICE, Role.TRIAGE),
    "office leader of a county": ("qingshi-petition", Role.OFFICE_LEADER),
    "office leader of the prefecture": (synthetic.FOCUS_OFFICE, Role.OFFICE_LEADER),
    "office leader of the region": ("yunling-petition", Role.OFFICE_LEADER),
}
LIAISON = (synthetic.FOCUS_OFFICE, Role.DISCIPLINE_LIAISON)  # lists sealed matters only
ORDERS = {
    "open, by due day": (True, ("due_on", "pk")),
    "open, by day received": (True, ("-received_at", "-pk")),
    "closed, by day received": (False, ("-received_at", "-pk")),
}


@pytest.fixture(scope="module")
def region(django_db_setup, django_db_blocker, postgres_server):
    """The synthetic region, really committed, so that its owner can let the planner know the tables."""
    import psycopg

    with django_db_blocker.unblock():
        synthetic.fill(MATTERS, at=timezone.now())
        owner = postgres_server.address("xinqiao_owner", connection.settings_dict["NAME"])
        with psycopg.connect(**owner.connection(), autocommit=True) as tables:
            tables.execute("VACUUM (ANALYZE)")
        yield
        call_command("flush", interactive=False, verbosity=0)


def officer_of(organisation: str, role: Role) -> Officer:
    posts = Officer.objects.select_related("user", "organisation").filter(organisation__key=organisation).order_by("pk")
    return next(post for post in posts if role.value in post.roles)


def assert_by_index(query, at_most: int) -> None:
    for node in scans(query):
        assert node["Node Type"] != "Seq Scan", f"reads all of {node['Relation Name']}"
        assert rows_touched(node) <= at_most, f"{rows_touched(node):.0f} rows of {node['Relation Name']}: {node}"


class TestLists:
    @pytest.mark.parametrize("order", ORDERS)
    @pytest.mark.parametrize("who", OFFICERS)
    def test_first_page_is_read_off_an_index(self, region, who, order):
        is_open, fields = ORDERS[order]
        desks = Referral.objects.visible_to(officer_of(*OFFICERS[who])).filter(is_open=is_open).select_related("matter")
        assert_by_index(desks.order_by(*fields)[:PAGE], ROWS_AT_MOST)

    @pytest.mark.parametrize("who", [who for who in OFFICERS if who.startswith("office leader")])
    def test_everything_in_a_territory(self, region, who):
        desks = Referral.objects.visible_to(officer_of(*OFFICERS[who])).select_related("matter")
        assert_by_index(desks.order_by("-received_at", "-pk")[:PAGE], ROWS_AT_MOST)

    @pytest.mark.parametrize("order", ORDERS)
    def test_liaison_reads_the_desks_of_the_own_office(self, region, order):
        is_open, fields = ORDERS[order]
        liaison = officer_of(*LIAISON)
        desks = Referral.objects.visible_to(liaison).filter(is_open=is_open).select_related("matter").order_by(*fields)
        own = Referral.objects.filter(organisation=liaison.organisation, is_open=is_open).count()
        nodes = [node for node in scans(desks[:PAGE]) if node["Relation Name"] == "matters_referral"]
        assert [node for node in nodes if rows_touched(node) > own] == []

    @pytest.mark.parametrize("who", {**OFFICERS, "liaison": LIAISON}.values())
    def test_a_list_shows_only_what_may_be_opened(self, region, who):
        """The rule is written twice, from the side of the desk and of the matter; the two must not drift apart."""
        officer = officer_of(*who)
        listed = set(Referral.objects.visible_to(officer).values_list("matter_id", flat=True))
        assert listed
        assert listed <= set(Matter.objects.visible_to(officer).values_list("pk", flat=True))

    @pytest.mark.parametrize("who", OFFICERS)
    def test_a_list_leaves_nothing_out(self, region, who):
        officer = officer_of(*OFFICERS[who])
        first, last = officer.scope
        expected = Referral.objects.filter(org_lft__gte=first, org_lft__lte=last, matter__sealed=False).count()
        assert Referral.objects.visible_to(officer).filter(matter__sealed=False).count() == expected > PAGE


# Every page of the workbench that lists something: what is asked of it, and who asks.
PAGES = {
    "queue": ("", Role.TRIAGE),
    "search": ("?q=小区 物业", Role.OFFICE_LEADER),
    "messages": ("", Role.HANDLER),
    "reveals": ("", Role.REGISTRAR),
    "sealed": ("", Role.DISCIPLINE_LIAISON),
    "published": ("", Role.OFFICE_LEADER),
    "statistics": ("?period=all", Role.OFFICE_LEADER),
    "exports": ("", Role.OFFICE_LEADER),
    "inspection": ("", Role.OFFICE_LEADER),
    "digests": ("", Role.DISCIPLINE_LIAISON),
    "audit": ("", Role.AUDITOR),
    "admin": ("", Role.SYSTEM_ADMINISTRATOR),
    "rights_requests": ("", Role.SECURITY_ADMINISTRATOR),
    "running": ("", Role.SYSTEM_ADMINISTRATOR),
    "list_filters": ("", Role.HANDLER),
    "export": ("?shelf=closed", Role.OFFICE_LEADER),
    "find_person": ("", Role.REGISTRAR),
    "patrol": ("", Role.SUPERVISOR),
    "supervisions": ("", Role.SUPERVISOR),
    "recommendations": ("", Role.SUPERVISOR),
    "measures": ("", Role.SUPERVISOR),
    "urgent_list": ("", Role.SUPERVISOR),
    "completions": ("", Role.SUPERVISOR),
    "samples": ("", Role.SUPERVISOR),
    "ratings": ("", Role.SUPERVISOR),
    "ledgers": ("", Role.OFFICE_LEADER),
    "ledger_print": ("", Role.OFFICE_LEADER),
    "backlog": ("", Role.OFFICE_LEADER),
    "campaigns": ("", Role.OFFICE_LEADER),
    "hand_overs": ("", Role.OFFICE_LEADER),
    "information": ("", Role.OFFICE_LEADER),
    "screening": ("", Role.OFFICE_LEADER),
    "meetings": ("", Role.OFFICE_LEADER),
    "hot_issues": ("?days=90", Role.SUPERVISOR),
    "indicators": ("", Role.OFFICE_LEADER),
    "month": ("", Role.OFFICE_LEADER),
    "reports": ("", Role.OFFICE_LEADER),
    "proposal_effect": ("", Role.SUPERVISOR),
    "classifier_versions": ("", Role.ANALYST),
}
STATEMENTS_OF = {
    "running": 40,  # one for each duty and queue there is, whatever they hold
}
# Pages with a form, an answer to a press of a button, or nothing but the own log-in.
NO_LISTS = {
    "list_settings", "login", "logout", "post", "receipt", "slip", "second_step", "passkey_login", "provider", "provider_back", "account",
    "password", "end_sessions", "factors", "add_app", "add_passkey", "recovery_codes", "ask_for_user", "bulk", "inspection_new", "digest_new",
    "audit_export", "statistics_export", "indicators_export", "ledger_export", "roundup", "screening_order", "analysis_new", "campaign_new",
    "hand_over_new", "information_new", "ledger_new", "measure_new", "meeting_new", "published_new", "recommendation_new", "sample_new",
}  # fmt: skip
ROWS_OF_A_LIST = keyset.PAGE_ROWS * 20
# Few of all desks, in an order that has no index of its own for them: all of them may be sorted.
SORTED = {"overdue", "due"}


class TestEveryList:
    """Each shelf in each order, on the first page, the next one and the one before: read off an index."""

    @pytest.mark.parametrize("key", [shelf.key for shelf in shelves.SHELVES])
    def test_reads_little_more_than_it_shows(self, region, key):
        shelf, today = shelves.BY_KEY[key], timezone.localdate()
        for officer in posts_of(shelf):
            desks = shelf.desks(officer, today)
            own = Referral.objects.filter(org_lft=officer.organisation.lft, is_open=True).count() if shelf.own_open else 0
            for order in shelf.orders.values():
                for page in walked(desks, order):
                    for sql, params in page:
                        sorts = key in SORTED and order.key != shelf.order
                        wrong = fault(sql, params, MATTERS if sorts else max(ROWS_OF_A_LIST, own))
                        assert not wrong, f"{key} by {order.key} for {officer}: {wrong}"


    def test_a_territory_holds_every_matter_where_it_is_now(self, region):
        officer = officer_of("yunling-petition", Role.OFFICE_LEADER)
        listed = shelves.BY_KEY["area"].desks(officer, timezone.localdate()).values_list("matter_id", flat=True)
        now_there = Referral.objects.visible_to(officer).filter(organisation=F("matter__unit"))
        assert set(listed) == set(now_there.values_list("matter_id", flat=True)) != set()


class TestEveryPage:
    """What a page asks, whatever part of it asks: nothing reads a whole table, and there are few statements."""

    def test_no_list_is_left_out(self):
        """A new page of the workbench belongs into PAGES, or into NO_LISTS when it lists nothing."""
        assert set(PAGES) | NO_LISTS == set(pages_without_a_matter(urls.urlpatterns))
        assert not set(PAGES) & NO_LISTS

    @pytest.mark.parametrize("name", PAGES)
    def test_finds_its_rows_by_index(self, region, client, name):
        query, role = PAGES[name]
        client.force_login(somebody(role).user)
        path = reverse(f"workbench:{name}") + query
        client.get(path)  # the session is as on the second page of a day
        response, asked = asked_in(lambda: client.get(path))
        assert response.status_code == 200
        assert len(asked) <= STATEMENTS_OF.get(name, STATEMENTS)
        assert [one for one in (fault(sql, params, EVERY_DESK) for sql, params in asked) if one] == []

    def test_a_person_at_the_window(self, region, client):
        client.force_login(somebody(Role.REGISTRAR).user)
        name = Petitioner.objects.first().identity().name
        form = {"person": name, "purpose": "window"}
        response, asked = asked_in(lambda: client.post(reverse("workbench:find_person"), form))
        assert response.status_code == 200
        assert [one for one in (fault(sql, params, MATTERS) for sql, params in asked) if one] == []


def posts_of(shelf: shelves.Shelf) -> list[Officer]:
    """The posts that see most and least of those who have this shelf."""
    posts = Officer.objects.select_related("user", "organisation").order_by("pk")
    found = sorted((post for post in posts if shelf.is_for(post)), key=lambda post: post.scope[1] - post.scope[0])
    assert found, f"nobody has {shelf.key}"
    return list({post.pk: post for post in (found[0], found[-1])}.values())


def walked(desks, order):
    """The statements of the first page, of the next one and of the page before that."""
    page, asked = asked_in(lambda: keyset.page(desks, order, queue.FIELDS))
    yield asked
    if page.after:
        page, asked = asked_in(lambda: keyset.page(desks, order, queue.FIELDS, after=page.after))
        yield asked
        yield asked_in(lambda: keyset.page(desks, order, queue.FIELDS, before=page.before))[1]


def somebody(role: Role) -> Officer:
    """Whoever holds the role, where most is to be seen."""
    posts = Officer.objects.select_related("user", "organisation").filter(roles__contains=[role.value])
    return max(posts, key=lambda post: (post.scope[1] - post.scope[0], -post.pk))


def pages_without_a_matter(patterns) -> list[str]:
    found = []
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            found += pages_without_a_matter(pattern.url_patterns)
        elif "<" not in str(pattern.pattern):
            found.append(pattern.name)
    return found


class TestOneMatter:
    def test_number_leads_to_the_matter(self, region):
        number = MatterNumber.objects.order_by("number")[MATTERS // 2].number
        assert_by_index(MatterNumber.objects.filter(number=number), 1)

    @pytest.mark.parametrize("who", OFFICERS)
    def test_opening_a_matter_touches_only_its_rows(self, region, who):
        officer = officer_of(*OFFICERS[who])
        desk = Referral.objects.visible_to(officer).first()
        assert_by_index(Matter.objects.visible_to(officer).filter(pk=desk.matter_id), 10)

    @pytest.mark.parametrize("model", [Event, Clock, Referral, Document, Petitioner])
    def test_what_hangs_on_a_matter(self, region, model):
        rows = model.objects.filter(matter_id=Matter.objects.order_by("pk")[MATTERS // 2].pk)
        assert rows.exists()
        assert_by_index(rows, 40)


class TestSweeps:
    def test_warnings_that_are_due(self, region):
        today = timezone.localdate()
        due = Clock.objects.filter(
            state="running", next_warning_on__gt=today - timedelta(days=1), next_warning_on__lte=today
        )
        assert_by_index(due, MATTERS // 4)

    def test_deliveries_that_are_owed(self, region):
        owed = Delivery.objects.filter(state__in=["pending", "claimed"], next_try_at__lte=timezone.now())
        assert_by_index(owed.order_by("next_try_at")[:PAGE], PAGE)


class TestStatements:
    """What a page asks does not grow with what it shows: no statement for each row."""

    @pytest.fixture
    def desk(self, region, client):
        """The queue or a case as `officer` sees it, and how many statements that took."""

        def open_page(officer, name, *args, query=""):
            client.force_login(officer.user)
            client.get(reverse("workbench:queue"))  # the session is as on the second page of a day
            with CaptureQueriesContext(connection) as asked:
                response = client.get(reverse(name, args=args) + query)
            assert response.status_code == 200
            return response.content.decode(), len(asked)

        return open_page

    @pytest.mark.parametrize("query", ["", "?shelf=all", "?shelf=closed", "?shelf=due", "?shelf=all&order=due"])
    @pytest.mark.parametrize("who", OFFICERS)
    def test_queue(self, desk, who, query):
        _, asked = desk(officer_of(*OFFICERS[who]), "workbench:queue", query=query)
        assert asked <= STATEMENTS_OF_A_LIST

    def test_thirty_rows_ask_no_more_than_three(self, desk):
        numbers = Count("desks", filter=Q(desks__matter__sealed=False))
        small = Organisation.objects.annotate(number=numbers).filter(
            number__in=(3, 4, 5), officers__roles__contains=["handler"]
        )
        few, asked_few = desk(officer_of(small.first().key, Role.HANDLER), "workbench:queue", query="?shelf=all")
        many, asked_many = desk(officer_of(synthetic.FOCUS_UNIT, Role.HANDLER), "workbench:queue", query="?shelf=all")
        assert (few.count("/cases/"), many.count("/cases/")) == (small.first().number, 30)
        assert asked_many <= asked_few + 1  # where nobody handles anything yet, no handler's name is asked for

    @pytest.mark.parametrize("who", ["handler of a unit", "office leader of the prefecture"])
    def test_case_with_sixty_events(self, desk, who):
        matter = in_handling()
        _, asked_first = desk(officer_of(*OFFICERS[who]), "workbench:case", matter.number)
        assert asked_first <= STATEMENTS + FIRST_LOOK
        _, asked_few = desk(officer_of(*OFFICERS[who]), "workbench:case", matter.number)
        add_history(matter, 60)
        page, asked_many = desk(officer_of(*OFFICERS[who]), "workbench:case", matter.number)
        assert page.count("第60次联系") == 1
        assert asked_many == asked_few <= STATEMENTS

    def test_tracking_page_with_sixty_events(self, region, client):
        matter = in_handling()
        client.post(reverse("portal:track"), {"number": matter.number, "code": synthetic.QUERY_CODE})

        def follow():
            with CaptureQueriesContext(connection) as asked:
                response = client.get(reverse("portal:matter", args=[matter.number]))
            assert response.status_code == 200
            return response.content.decode(), len(asked)

        _, asked_few = follow()
        add_history(matter, 60)
        page, asked_many = follow()
        assert "第60次联系" in page
        assert asked_many == asked_few <= STATEMENTS


def in_handling() -> Matter:
    desks = Referral.objects.filter(organisation__key=synthetic.FOCUS_UNIT, stage=Stage.HANDLING, is_open=True)
    return Matter.objects.get(pk=desks.order_by("pk").first().matter_id)


def add_history(matter: Matter, count: int) -> None:
    """`count` more talks with the citizen, each with its event and record; only for looking at, the chain is not theirs."""
    last = matter.events.order_by("-seq").first()
    officer = officer_of(synthetic.FOCUS_UNIT, Role.HANDLER)
    columns = {"matter": matter, "officer": officer, "organisation": officer.organisation, "actor_kind": "officer",
               "at": last.at, "recorded_at": last.at, "step": Step.RECORD_CONTACT, "to_stage": last.to_stage}  # fmt: skip
    Event.objects.bulk_create(
        Event(seq=last.seq + number, referral_id=last.referral_id, **columns) for number in range(1, count + 1)
    )
    Record.objects.bulk_create(
        Record(matter=matter, event_seq=last.seq + number, sort="contact", text=f"第{number}次联系", by=officer, at=last.at,
               shown_to_citizen=True)
        for number in range(1, count + 1)
    )  # fmt: skip


class TestSyntheticMatters:
    def test_event_chain_holds(self, region):
        assert not list(history.broken_links(Event.objects.order_by("matter_id", "seq")))

    def test_open_desks_lie_everywhere(self, region):
        assert Referral.objects.filter(is_open=True).values("organisation").distinct().count() > 50
