"""Matters beside this one: joined, merged, split, or perhaps the same (DU-1)."""

from functools import lru_cache

from django.db.models import Q, QuerySet

from xinqiao.analysis import same
from xinqiao.database.composed import Composed
from xinqiao.matters.models import Matter
from xinqiao.matters.steps.register import candidates
from xinqiao.organisations import stand_in
from xinqiao.organisations.models import Officer
from xinqiao.people.models import Petitioner
from xinqiao.rules.stages import Stage

REGISTERING = (Stage.RECEIVED, Stage.REGISTERED, Stage.TRIAGE)


def matters(matter: Matter, officer: Officer, people: list[Petitioner]) -> list[dict]:
    """Matters joined, merged or split from this one; while registering, earlier ones of the same person to compare (DU-1)."""
    if matter.stage in REGISTERING and not (matter.joined_to or matter.split_from):
        found = [("先前提出的", one) for one in candidates(matter, officer, people=people)]
        known = {one.pk for _relation_of, one in found}
        likely = same.earlier(matter, officer, person=False)
        found += [
            ("同一事项" if one.is_agreed else "可能相同", one.matter) for one in likely if one.matter.pk not in known
        ]
    else:
        rows = _linked(frozenset(officer.roles))(
            matter_id=matter.pk,
            joined_to=matter.joined_to or 0,
            split_from=matter.split_from or 0,
            **stand_in.numbers(officer),
        )
        found = [(_relation(matter, one), one) for one in rows]
    return [{"relation": relation, "matter": one} for relation, one in found]


@lru_cache(maxsize=128)
def _linked(roles: frozenset[str]) -> Composed:
    """The matters joined to, merged with or split from one, as a post of these roles may see them."""

    def query(matter_id: int, joined_to: int, split_from: int, **numbers: int) -> QuerySet:
        linked = Q(pk=joined_to) | Q(pk=split_from) | Q(joined_to=matter_id) | Q(split_from=matter_id)
        rows = Matter.objects.visible_to(stand_in.officer(roles, **numbers)).filter(linked).exclude(pk=matter_id)
        return rows.select_related("unit").order_by("pk")[:50]

    return Composed(query, may_lack=stand_in.NUMBERS)


def _relation(matter: Matter, other: Matter) -> str:
    if other.pk == matter.joined_to:
        return "已并入" if matter.stage == Stage.ENDED_JOINED else "主件"
    if other.pk == matter.split_from:
        return "分自"
    if other.joined_to == matter.pk:
        return "并入本件" if other.stage == Stage.ENDED_JOINED else "并案"
    return "分出"
