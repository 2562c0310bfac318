"""Finding a place or an organ by typing a few signs: name, short name, or the first letters of the pinyin.

The field is an ordinary text box with a list beside it (datalist), so it works without a script; what was typed is resolved here.
"""

import re
from dataclasses import dataclass, field

from django.db.models import QuerySet

from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Line
from xinqiao.rules.wording import halfwidth

PLACE_LINES = (Line.GOVERNMENT, Line.VILLAGE)
OFFERED = 8  # how many are named when several fit
_ENDS = ("行政公署", "人民政府", "街道办事处", "社区居民委员会", "居民委员会", "村村民委员会", "村民委员会")
_BLANKS = re.compile(r"[\s\u3000，,、]+")


@dataclass(frozen=True)
class Option:
    """One organ in the list: `path` is what is typed and sent (青石县 柳河镇), `letters` helps to find it."""

    pk: int
    path: str
    name: str
    letters: str
    words: frozenset[str] = field(default_factory=frozenset)


def places() -> QuerySet[Organisation]:
    """Governments and villages stand for the areas that they govern."""
    return Organisation.objects.filter(line__in=PLACE_LINES, active=True)


def place_options() -> list[Option]:
    """Every place with the places above it in its path, so that two villages of one name stay apart. One statement."""
    rows = {row.pk: row for row in places().only("pk", "name", "short", "pinyin", "parent_id", "level").order_by("lft")}
    return [_option(row, _path(row, rows)) for row in rows.values()]


def path_of(pk: int) -> str:
    """One place as the list offers it; "" for what is no place."""
    row = places().filter(pk=pk).first()
    if row is None:
        return ""
    around = places().filter(lft__lte=row.lft, rgt__gte=row.lft)
    return _path(row, {one.pk: one for one in around})


def organ_options() -> list[Option]:
    """Every organ by its full name. One statement."""
    rows = Organisation.objects.filter(active=True).only("pk", "name", "short", "pinyin").order_by("level", "lft")
    return [_option(row, row.name) for row in rows]


def resolve(typed: str, options: list[Option]) -> list[Option]:
    """What was meant: one option, several that fit equally well, or none."""
    wanted = _plain(typed)
    if not wanted:
        return []
    for fits in (
        lambda one: wanted in (_plain(one.path), _plain(one.name)),
        lambda one: wanted in one.words,
        lambda one: one.letters.startswith(wanted),
        lambda one: wanted in _plain(one.path) or wanted in _plain(one.name),
    ):
        found = [one for one in options if fits(one)]
        if found:
            return found
    return []


def area_name(name: str) -> str:
    """青石县人民政府 → 青石县, 柳河镇新村村民委员会 → 柳河镇新村, 临江地区行政公署 → 临江地区."""
    for end in _ENDS:
        if name.endswith(end) and len(name) > len(end):
            stem = name.removesuffix(end)
            return stem + {
                "街道办事处": "街道",
                "社区居民委员会": "社区",
                "居民委员会": "社区",
                "村村民委员会": "村",
            }.get(end, "")
    return name


def place_of(matter: Matter) -> str:
    """Where it happened, as people say it: the area, not the organ that stands for it, and the address as far as it was written."""
    if not matter.place_id:
        return ""
    area = area_name(matter.place.name)
    return matter.place_detail if matter.place_detail.startswith(area) else f"{area} {matter.place_detail}".rstrip()


def _option(row: Organisation, path: str) -> Option:
    own = area_name(row.name)
    return Option(row.pk, path, row.name, row.pinyin.lower(), frozenset({_plain(own), _plain(row.short)}))


def _path(row: Organisation, rows: dict[int, Organisation]) -> str:
    """From the prefecture down: the region itself is the same for everybody."""
    names = [area_name(row.name)]
    above = rows.get(row.parent_id)
    while above is not None and above.level >= 2:
        outer = area_name(above.name)
        names[-1] = names[-1].removeprefix(outer)
        names.append(outer)
        above = rows.get(above.parent_id)
    return " ".join(name for name in reversed(names) if name)


def _plain(text: str) -> str:
    return _BLANKS.sub("", halfwidth(text)).lower()
