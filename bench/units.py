"""Handling units beyond those of the invented region, for measurements with up to ten thousand of them."""

from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from xinqiao.organisations import tree
from xinqiao.organisations.models import Officer, Organisation, User
from xinqiao.rules.stages import Line, Role
from xinqiao.seed.region import HANDLING_LINES

MOST = 10_000
ROLES = (Role.UNIT_RECEIVER, Role.HANDLER, Role.UNIT_LEADER)


@transaction.atomic
def add(wanted: int, *, seed: int = 1) -> int:
    """Make units until `wanted` organs handle matters; returns how many were made. Before the first matter: the tree is numbered anew."""
    there = Organisation.objects.filter(line__in=HANDLING_LINES, officers__isnull=False).distinct().count()
    made = Organisation.objects.filter(key__startswith="bench-unit-").count()
    missing = min(wanted, MOST) - there
    if missing <= 0:
        return 0
    rng = Random(seed)
    governments = list(Organisation.objects.filter(line=Line.GOVERNMENT).order_by("pk"))
    fresh = [_unit(number, rng.choice(governments)) for number in range(made + 1, made + missing + 1)]
    organs = Organisation.objects.bulk_create(fresh, batch_size=1000)
    password = make_password(None)
    users = User.objects.bulk_create(
        [User(username=organ.key, name=f"经办人{number}", password=password) for number, organ in enumerate(organs)], batch_size=1000
    )
    posts = zip(users, organs, strict=True)
    roles = [role.value for role in ROLES]
    Officer.objects.bulk_create(
        [Officer(user=user, organisation=organ, title="工作人员", roles=roles) for user, organ in posts], batch_size=1000
    )
    tree.renumber()
    return missing


def _unit(number: int, government: Organisation) -> Organisation:
    return Organisation(
        key=f"bench-unit-{number:05d}",
        name=f"{government.name}第{number}办事处",
        short=f"办{number}",
        level=min(government.level + 1, 5),
        line=Line.DEPARTMENT,
        parent=government,
        division_code=government.division_code,
    )
