"""Organs, content classes and officers of the region as rows: reference data, the only thing the seed writes itself."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction
from pypinyin import Style, lazy_pinyin

from xinqiao.organisations import tree
from xinqiao.organisations.models import ContentClass, Officer, Organisation, User
from xinqiao.rules.stages import Role

from . import demo_logins, region

TOP = "yunling-gov"
LETTERS_AT_MOST = 60


def is_loaded() -> bool:
    """Whether the region's highest organ is in the database."""
    return Organisation.objects.filter(key=TOP).exists()


class Town:
    """The region in the database: organs by key, officers by post, classes by path."""

    def __init__(self, data: region.Region):
        self.data = data
        self.organs = {
            organ.key: organ
            for organ in Organisation.objects.select_related("parent__parent__parent", "parent_line__parent")
        }
        self.organs_by_id = {organ.pk: organ for organ in self.organs.values()}
        self.posts: dict[str, list[Officer]] = {}
        for officer in Officer.objects.select_related("user", "organisation").order_by("pk"):
            self.posts.setdefault(officer.organisation.key, []).append(officer)

    @cached_property
    def classes(self) -> dict[tuple[str, ...], ContentClass]:
        rows = ContentClass.objects.select_related("parent__parent")
        return {_path(row): row for row in rows}

    def has(self, organ: Organisation, role: Role) -> bool:
        """Whether anybody at `organ` holds `role`."""
        return any(officer.may(role) for officer in self.posts.get(organ.key, ()))

    def officer(self, organ: Organisation, *roles: Role, rng: Random | None = None) -> Officer:
        """Somebody at `organ` in one of `roles`: the first in the plan, or any of them when `rng` is given."""
        found = [officer for role in roles for officer in self.posts.get(organ.key, ()) if officer.may(role)]
        if not found:
            raise LookupError(f"{organ.key} has no {' or '.join(roles)}")
        return rng.choice(found) if rng and rng.random() < 0.3 else found[0]

    def petition_office(self, organ: Organisation) -> Organisation:
        """The petition office (信访部门) of the area that `organ` belongs to."""
        return self.organs[f"{self.data.organisations[organ.key].area}-petition"]

    def office_above(self, office: Organisation) -> Organisation:
        """The petition office one level up."""
        return self.organs[self.data.organisations[office.key].parent_line]

    def government_of(self, place: str) -> Organisation:
        """The organ that stands for a place (问题属地): its government, or the village committee."""
        return self.organs.get(f"{place}-gov") or self.organs[f"{place}-village"]


@transaction.atomic
def load() -> Town:
    """Write the region into an empty database."""
    data = region.load()
    _load_organs(data)
    _load_classes(data)
    _load_officers(data)
    return Town(data)


def _load_organs(data: region.Region) -> None:
    made: dict[str, Organisation] = {}
    for level in sorted({organ.level for organ in data.organisations.values()}):
        rows = [organ for organ in data.organisations.values() if organ.level == level]
        # A government comes before its organs, which hang on it; superiors of the line come from the level above.
        for group in ([o for o in rows if o.slug == "gov"], [o for o in rows if o.slug != "gov"]):
            fresh = [_organ(organ, made) for organ in group]
            made.update({organ.key: organ for organ in Organisation.objects.bulk_create(fresh)})
    late = [organ for organ in data.organisations.values() if organ.parent_line and not made[organ.key].parent_line_id]
    for organ in late:  # a body in charge on the same level
        made[organ.key].parent_line = made[organ.parent_line]
    Organisation.objects.bulk_update([made[organ.key] for organ in late], ["parent_line"])
    tree.renumber()


def _organ(organ, made: dict[str, Organisation]) -> Organisation:
    info = organ.public_info
    return Organisation(
        key=organ.key,
        name=organ.name,
        short=organ.short,
        level=organ.level,
        line=organ.line,
        parent=made[organ.parent] if organ.parent else None,
        parent_line=made.get(organ.parent_line),
        vertically_managed=organ.vertically_managed,
        further_instance=organ.further_instance,
        division_code=organ.division_code,
        address=organ.address,
        phone=organ.phone,
        public_info={**info.__dict__, "laws": list(info.laws)} if info else {},
        duties=list(organ.duties),
        pinyin="".join(lazy_pinyin(organ.name, style=Style.FIRST_LETTER))[:LETTERS_AT_MOST],
    )


def _load_classes(data: region.Region) -> None:
    taxonomy, above = data.taxonomy, [(None, data.taxonomy["classes"])]
    for level in (1, 2, 3):
        rows = [
            ContentClass(
                code=node["code"],
                name=node["name"],
                level=level,
                parent=parent,
                official_code=node["official_code"],
                version=taxonomy["version"],
                valid_from=date.fromisoformat(taxonomy["valid_from"]),
            )
            for parent, nodes in above
            for node in nodes
        ]
        ContentClass.objects.bulk_create(rows)
        by_code = {row.code: row for row in rows}
        nodes = [node for _, nodes in above for node in nodes]
        above = [(by_code[node["code"]], node.get("children", [])) for node in nodes]


def _path(row: ContentClass) -> tuple[str, ...]:
    return (*_path(row.parent), row.name) if row.parent else (row.name,)


def _load_officers(data: region.Region) -> None:
    """Only the log-ins of the demonstration have a password; nobody else can sign in."""
    organs = dict(Organisation.objects.values_list("key", "pk"))
    users = User.objects.bulk_create(_users(data), batch_size=500)
    Officer.objects.bulk_create(
        [
            Officer(
                user=user,
                organisation_id=organs[officer.organisation],
                title=officer.title,
                roles=[role.value for role in officer.roles],
                phone=officer.phone,
            )
            for user, officer in zip(users, data.officers, strict=True)
        ],
        batch_size=500,
    )


def _users(data: region.Region) -> Iterator[User]:
    known = make_password(demo_logins.PASSWORD)  # one password for all of them, so one slow hash is enough
    for officer in data.officers:
        password = known if officer.demo_login else make_password(None)
        yield User(username=officer.username, name=officer.name, password=password)
