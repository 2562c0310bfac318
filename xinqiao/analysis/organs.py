"""The tree of organs as it stands now, kept in the memory of the process: what places, units and respondents are looked up in.

    organs.standing() → Standing: organs by key, areas (governments, villages) as a gazetteer, everybody below a government

Read again as soon as a row of the tree is another one: that is asked of the database every time, in one small statement.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Line

from .text.places import Area, Gazetteer

AREA_LINES = frozenset({Line.GOVERNMENT, Line.VILLAGE})
_OF_GOVERNMENT = re.compile(r"(?:人民政府|行政公署|管理委员会|管委会)$")
_ROAD = re.compile(r"[一-龥]{2,5}?(?:大道|大街|路|街(?!道)|巷)(?=\d|$)")


@dataclass(frozen=True)
class Organ:
    """An organ as the proposals need it. `duties` are the words of its duties."""

    pk: int
    name: str
    line: str
    level: int
    parent: int | None
    lft: int
    rgt: int
    duties: tuple[str, ...]
    vertically_managed: bool
    address: str

    def is_in(self, other: "Organ") -> bool:
        """Whether it is `other` or hangs below it."""
        return other.lft <= self.lft <= other.rgt


class Standing:
    """All active organs by their keys."""

    def __init__(self, organs: dict[int, Organ]):
        self.organs = organs

    def chain(self, pk: int | None) -> Iterator[Organ]:
        """The organ, its government, the government above …"""
        seen: set[int] = set()
        while pk in self.organs and pk not in seen:
            seen.add(pk)
            yield self.organs[pk]
            pk = self.organs[pk].parent

    def area_of(self, pk: int | None) -> Organ | None:
        """The government or village that an organ belongs to; itself where it is one."""
        return next((one for one in self.chain(pk) if one.line in AREA_LINES), None)

    @cached_property
    def below(self) -> dict[int | None, list[Organ]]:
        """The organs that hang directly below each."""
        found = defaultdict(list)
        for organ in self.organs.values():
            found[organ.parent].append(organ)
        return found

    @cached_property
    def areas(self) -> list[Organ]:
        """The governments and villages: what can be the place of a matter."""
        return [organ for organ in self.organs.values() if organ.line in AREA_LINES]

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The areas with their names, and the roads at which organs have their seats."""
        areas: dict[int, Area] = {}
        for organ in sorted(self.organs.values(), key=lambda one: one.lft):
            if organ.line in AREA_LINES:
                around = self.area_of(organ.parent)
                areas[organ.pk] = Area(
                    organ.pk, self._area_name(organ, areas), organ.level, around.pk if around else None
                )
        roads = ((road, around.pk) for organ in self.organs.values() for road, around in self._seat(organ))
        return Gazetteer(areas.values(), roads)

    def _area_name(self, organ: Organ, areas: dict[int, Area]) -> str:
        """石门镇 for 青石县石门镇人民政府: the name on the seal without the areas around it and without the word for the organ."""
        name = _OF_GOVERNMENT.sub("", organ.name).removesuffix("办事处")
        if organ.line == Line.VILLAGE:
            name = re.sub(r"(?:村民|居民)?委员会$|村委会$|居委会$", "", name)
        for around in reversed([*self.chain(organ.parent)]):
            if around.pk in areas and len(name) > len(areas[around.pk].name) + 1:
                name = name.removeprefix(areas[around.pk].name)
        return name

    def _seat(self, organ: Organ) -> Iterator[tuple[str, Organ]]:
        """The road of the address: it lies in the area of the organ, on its lowest level where the organ's area is that."""
        around = self.area_of(organ.pk)
        if around and around.level >= 4 and (road := _ROAD.search(_after_areas(organ.address))):
            yield road.group(), around

    def name_of_area(self, pk: int) -> str:
        """青石县石门镇: from the county down, else as it is called."""
        chain = [self.gazetteer.areas[key] for key in self.gazetteer.above.get(pk, ())]
        below_prefecture = [area.name for area in reversed(chain) if area.level >= 3]
        return "".join(below_prefecture) or (chain[0].name if chain else "")


def _after_areas(address: str) -> str:
    """What of an address follows the last name of an area."""
    return re.split(r"[市县区镇乡]|街道|社区|村(?!中)", address)[-1]


_FIELDS = ("pk", "name", "line", "level", "parent_id", "lft", "rgt", "duties", "vertically_managed", "address")
_kept: tuple[tuple, Standing] | None = None
_lock = threading.Lock()


def standing() -> Standing:
    """The tree as it stands, read anew only when it is another one."""
    global _kept
    mark = _mark()
    if _kept is None or _kept[0] != mark:
        with _lock:
            rows = Organisation.objects.filter(active=True).values_list(*_FIELDS)
            _kept = (mark, Standing({row[0]: _organ(*row) for row in rows}))
    return _kept[1]


def _organ(pk, name, line, level, parent, lft, rgt, duties, vertically_managed, address) -> Organ:
    return Organ(pk, name, line, level, parent, lft, rgt, tuple(map(str, duties or ())), vertically_managed, address)


def _mark() -> tuple:
    """Changes with every change of a row, also within one transaction: PostgreSQL writes a new version of the row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(xmin::text::bigint), sum(cmin::text::bigint), max(id) FROM organisations_organisation"
        )
        return cursor.fetchone()
