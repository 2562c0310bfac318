"""What is composed once answers as the query set would, whatever the values, on every connection."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.world import World
from xinqiao.database import composed
from xinqiao.database.composed import Composed
from xinqiao.matters.models import Event, Matter, Referral
from xinqiao.organisations import stand_in
from xinqiao.organisations.models import Officer

pytestmark = pytest.mark.django_db

DESKS = Composed(
    lambda unit: Referral.objects.filter(organisation_id=unit).select_related("organisation").order_by("pk")
)


def kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


class TestComposed:
    def test_each_value_gets_its_own_rows(self, django_assert_num_queries):
        world = World()
        world.in_handling()
        for unit in (world.housing, world.police, world.housing, world.police, world.housing):
            expected = list(Referral.objects.filter(organisation=unit).order_by("pk"))
            with django_assert_num_queries(1):
                found = DESKS(unit=unit.pk)
                names = [one.organisation.name for one in found]  # read with it
            assert found == expected
            assert set(names) == ({unit.name} if found else set())

    def test_days_and_moments_keep_their_distance(self):
        World().in_handling()
        lately = Composed(lambda at: Event.objects.filter(at__gte=at - timedelta(hours=1)).order_by("pk"))
        latest = Event.objects.latest("at").at
        for after, some in ((0, True), (59, True), (61, False), (0, True)):
            assert bool(lately(at=latest + timedelta(minutes=after))) is some, after

    def test_rows_of_values_too(self):
        world = World()
        matter = world.in_handling()
        numbers = Composed(lambda stage: Matter.objects.filter(stage=stage).values_list("number", flat=True))
        assert [numbers(stage=stage) for stage in (matter.stage, "nowhere", matter.stage)] == [
            [matter.number],
            [],
            [matter.number],
        ]
        assert numbers.first(stage="nowhere") is None

    def test_what_no_row_can_be_is_not_asked(self, django_assert_num_queries):
        nothing = Composed(lambda unit: Referral.objects.none().filter(organisation_id=unit))
        with django_assert_num_queries(0):
            assert nothing(unit=1) == []

    def test_a_value_that_python_has_changed_is_refused(self):
        with pytest.raises(LookupError, match="unit"):
            Composed(lambda unit: Referral.objects.filter(organisation_id=unit * 2))(unit=1)
        with pytest.raises(TypeError):
            Composed(lambda unit: Referral.objects.filter(organisation_id=unit))(unit=None)
        with pytest.raises(TypeError, match="prefetch"):
            Composed(lambda unit: Referral.objects.filter(organisation_id=unit).prefetch_related("matter"))(unit=1)

    def test_the_oldest_plans_are_given_back(self, monkeypatch):
        monkeypatch.setattr(composed.PLANS, "most", 3)
        asked = [Composed(lambda unit: Referral.objects.filter(organisation_id=unit)) for _ in range(6)]
        for _ in range(3):
            for one in asked:
                assert one(unit=1) == one(unit=1) == []
        assert len([name for name in kept() if name.startswith("matters_referral_")]) <= 3

    def test_behind_a_pooler_nothing_is_kept(self, monkeypatch):
        monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
        before, asked = kept(), Composed(lambda unit: Referral.objects.filter(organisation_id=unit))
        assert [asked(unit=1) for _ in range(3)] == [[], [], []]
        assert kept() == before


class TestStandIn:
    def test_sees_what_posts_of_the_roles_see(self):
        world = World()
        world.in_handling()
        for post in Officer.objects.select_related("user", "organisation"):
            seen = Composed(
                lambda roles=post.roles, **numbers: Matter.objects.visible_to(stand_in.officer(roles, **numbers)),
                may_lack=stand_in.NUMBERS,
            )
            assert set(seen(**stand_in.numbers(post))) == set(Matter.objects.visible_to(post)), post.roles


def test_a_session_that_is_over_is_none(client):
    from xinqiao.database.sessions import SessionStore

    session = SessionStore()
    session["post"] = 7
    session.set_expiry(60)
    session.save()
    for _ in range(3):
        assert SessionStore(session.session_key).get("post") == 7
    session.model.objects.filter(pk=session.session_key).update(expire_date=timezone.now())
    assert SessionStore(session.session_key).get("post") is None
