"""属地选择: where it happened, by steps down the tree of governments and villages, or by typing (A-03, I-18)."""

import re

from django.db.models import Q, QuerySet

from xinqiao.database.composed import Composed
from xinqiao.organisations import tree
from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Line
from xinqiao.rules.wording import halfwidth

PLACE_LINES = (Line.GOVERNMENT, Line.VILLAGE)
MOST_FOUND = 30
_OFFICIAL_ENDS = (
    ("行政公署", "地区"), ("街道办事处", "街道"), ("人民政府", ""), ("社区居民委员会", "社区"), ("居民委员会", "社区"),
    ("村村民委员会", "村"), ("村民委员会", "村"),
)  # fmt: skip


def places() -> QuerySet[Organisation]:
    """Governments and villages stand for the areas they govern."""
    return Organisation.objects.filter(line__in=PLACE_LINES, active=True)


_PLACE = Composed(lambda place_id: places().filter(pk=place_id))


def find(place_id) -> Organisation | None:
    """The place with this id as it came from a form; None for anything else."""
    text = str(place_id or "")
    return _PLACE.first(place_id=int(text)) if re.fullmatch(r"[0-9]{1,15}", text) else None


def below(place: Organisation | None) -> list[Organisation]:
    """One step down; from nowhere, the places at the top."""
    if place is None:
        top = places().order_by("level").values_list("level", flat=True).first()
        return (
            list(places().filter(level=top).select_related("parent").order_by("division_code", "lft"))
            if top is not None
            else []
        )
    return list(places().filter(parent=place).select_related("parent").order_by("division_code", "lft"))


def first_choice() -> tuple[list[Organisation], list[Organisation]]:
    """(what is offered at the start, the wider areas above it): where there is no choice, one step further down."""
    offered, above = below(None), []
    while len(offered) == 1 and (deeper := below(offered[0])):
        above.append(offered[0])
        offered = deeper
    return offered, above[::-1]


def chain(place: Organisation) -> list[Organisation]:
    """From the top down to `place`."""
    return [organisation for organisation in tree.ancestors(place) if organisation.line in PLACE_LINES]


def search(words: str) -> list[Organisation]:
    """By part of the name or by first letters of the pinyin (qs or sm → 青石县石门镇), those higher up first."""
    text = re.sub(r"\s+", "", halfwidth(words))[:30]
    if not text:
        return []
    match = Q(name__icontains=text) | Q(short__icontains=text)
    if text.isascii() and text.isalpha():
        match |= Q(pinyin__icontains=text) if len(text) > 1 else Q(pinyin__istartswith=text)
    return list(places().filter(match).select_related("parent").order_by("level", "division_code")[:MOST_FOUND])


def name_of(place: Organisation) -> str:
    """青石县人民政府 as people call the area: 青石县."""
    for official, said in _OFFICIAL_ENDS:
        if place.name.endswith(official):
            stem = place.name.removesuffix(official)
            return stem if said and stem.endswith(said) else stem + said
    return place.name


def own_name_of(place: Organisation) -> str:
    """The same without what lies above it: 青石县石门镇上河村 is 上河村."""
    whole = name_of(place)
    return (whole.removeprefix(name_of(place.parent)) if place.parent else whole) or whole


def office_of(place: Organisation) -> Organisation | None:
    """The petition office that registers for this place."""
    return tree.petition_office_for(place)


def find_units(words: str) -> list[Organisation]:
    """Organs by name or first letters, for the unit that is complained of."""
    text = re.sub(r"\s+", "", halfwidth(words))[:30]
    if not text:
        return []
    match = Q(name__icontains=text) | Q(short__icontains=text)
    if text.isascii() and text.isalpha():
        match |= Q(pinyin__istartswith=text)
    return list(Organisation.objects.filter(match, active=True).order_by("level", "lft")[:12])
