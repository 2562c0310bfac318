"""Whatever step is taken, at whatever point of the procedure: the entry is what it would be if it were made now, and has a mark of
everybody who may open the matter. The steps are those of `tests/matters/ways.py`, all of them."""

from itertools import groupby

import pytest
from django.db import transaction

from tests.matters.ways import WAYS, actor, by_preparation
from tests.shared import one_transaction
from tests.world import World
from xinqiao.matters import entries, finding
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.search.models import SearchEntry

pytestmark = pytest.mark.django_db
PREPARATIONS = [(prepare, [key for _, key in ways]) for prepare, ways in groupby(by_preparation(), key=lambda row: row[0])]


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    with one_transaction(django_db_blocker):
        world = World()
        world.posts = list(Officer.objects.select_related("user", "organisation").filter(active=True))
        yield world


def faults(world) -> list[str]:
    kept = {row["matter_id"]: row for row in SearchEntry.objects.values()}
    matters = {matter.pk: matter for matter in Matter.objects.all()}
    entries.make(matters.values())
    found = [f"no entry of {pk}" for pk in set(matters) - set(kept)]
    for row in SearchEntry.objects.values():
        before = kept.get(row["matter_id"], row)
        found += [f"{name} of {row['matter_id']}: {before[name]!r}, should be {row[name]!r}" for name in row if before[name] != row[name]]
    words = {row["matter_id"]: row["words"] for row in SearchEntry.objects.values("matter_id", "words")}
    for post in world.posts:
        narrowed = {pk for pk, have in words.items() if any(f"'{mark}'" in have for mark in finding.scope_marks(post))}
        unseen = set(Matter.objects.visible_to(post).values_list("pk", flat=True)) - narrowed
        found += [f"{post} may open {pk} and does not find it" for pk in unseen]
    return found


@pytest.mark.parametrize(("prepare", "keys"), PREPARATIONS, ids=["-".join(map(str, keys[0])) for _, keys in PREPARATIONS])
def test_the_entry_follows_every_step(town, prepare, keys):
    with transaction.atomic():
        matter_id = prepare(town)
        assert faults(town) == []
        for key in keys:
            step, way = key[0], WAYS[key]
            with transaction.atomic():
                facts = way.facts(town, Matter.objects.get(pk=matter_id))
                town.take(step, matter_id, actor(town, way.by, matter_id), way.when, **facts)
                assert faults(town) == [], key
                transaction.set_rollback(True)
        transaction.set_rollback(True)
