"""The organs of the invented region: areas (区地县乡村) times kinds of organ, unfolded from `data/organisations.json`.

One area has one organ of each kind that exists on its level; the few that exist once stand in the file by name.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from xinqiao.rules.stages import Line

DATA = Path(__file__).with_name("data")
VILLAGE_LEVEL = 5
TOWNSHIP_LEVEL = 4


@dataclass(frozen=True)
class Area:
    """A place with a division code (行政区划): region, prefecture, county, township or village."""

    key: str
    name: str
    short: str
    level: int
    parent: str | None
    division_code: str
    seat: str
    road: str

    @property
    def full_name(self) -> str:
        """The name as on a seal: townships and villages stand behind their county."""
        return self.seat if self.level >= TOWNSHIP_LEVEL else self.name

    @property
    def is_street(self) -> bool:
        """Whether the area is a street of a town (街道), which has an office in place of a government."""
        return self.name.endswith("街道")


@dataclass(frozen=True)
class PublicInfo:
    """What an organ must publish so that people can reach it (R-18(1))."""

    online: str
    address: str
    phone: str
    reception_time: str
    reception_place: str
    query: str
    procedure: str
    laws: tuple[str, ...]


@dataclass(frozen=True)
class Organisation:
    """One organ, unit or village committee of the seeded region: B.1."""

    key: str
    name: str
    short: str
    level: int
    line: Line
    area: str
    parent: str | None
    parent_line: str | None
    vertically_managed: bool
    further_instance: bool
    division_code: str
    address: str
    phone: str
    public_info: PublicInfo | None
    duties: tuple[str, ...]

    @property
    def slug(self) -> str:
        """The kind of organ, such as `housing`, without its area."""
        return self.key.removeprefix(f"{self.area}-")


def read(name: str) -> dict:
    """One data file of the seeded region."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def unfold_organs(data: dict) -> tuple[dict[str, Area], dict[str, Organisation]]:
    """All areas and all organs by key, superiors before subordinates."""
    areas = {row["key"]: Area(**row) for row in data["areas"]}
    rows = [_organ_row(area, kind, areas, data) for area in areas.values() for kind in _kinds_at(area, data)]
    rows += [_village_row(area) for area in areas.values() if area.level == VILLAGE_LEVEL]
    rows += [{**row, "area": row["parent"].removesuffix("-gov"), "takes_petitions": True} for row in data["others"]]
    organs = {}
    for count, row in enumerate(sorted(rows, key=_superior_first)):
        organs[row["key"]] = _organisation(row, f"{data['phone_block']}{1001 + count}", data["public_info"])
    return areas, organs


def _kinds_at(area: Area, data: dict) -> list[dict]:
    return [kind for kind in data["kinds"] if str(area.level) in kind["names"]]


def _superior_first(row: dict) -> tuple[int, bool, bool]:
    """Government before its organs, and the once-only ones last, level by level."""
    return row["level"], not row["key"].endswith("-gov"), "slug" not in row


def _organ_row(area: Area, kind: dict, areas: dict[str, Area], data: dict) -> dict:
    slug, is_government = kind["slug"], kind["slug"] == "gov"
    upper = areas.get(area.parent) if area.parent else None
    same_line_above = f"{upper.key}-{slug}" if upper and str(upper.level) in kind["names"] else None
    number = 1 + [k["slug"] for k in data["kinds"]].index(slug)
    return {
        "key": f"{area.key}-{slug}",
        "slug": slug,
        "area": area.key,
        "name": _seal_name(area, kind),
        "short": area.short + kind["abbreviation"],
        "level": area.level,
        "line": kind["line"],
        "parent": (f"{upper.key}-gov" if upper else None) if is_government else f"{area.key}-gov",
        "parent_line": same_line_above,
        "vertically_managed": area.level in kind.get("vertically_managed_levels", ()),
        "division_code": area.division_code,
        "address": f"{area.seat}{area.road}{number * 2}号",
        "duties": kind["duties"],
        "takes_petitions": kind.get("takes_petitions", False),
    }


def _seal_name(area: Area, kind: dict) -> str:
    if area.is_street and kind["slug"] == "gov":
        return f"{area.full_name}办事处"
    if area.is_street and kind["slug"] == "committee":
        return f"中共{area.full_name}工作委员会"
    return kind["names"][str(area.level)].format(area=area.full_name)


def _village_row(area: Area) -> dict:
    committee = "居民委员会" if area.name.endswith("社区") else "村民委员会"
    return {
        "key": f"{area.key}-village",
        "area": area.key,
        "name": f"{area.full_name}{committee}",
        "short": area.short,
        "level": VILLAGE_LEVEL,
        "line": "village",
        "parent": f"{area.parent}-gov",
        "parent_line": None,
        "division_code": area.division_code,
        "address": f"{area.seat}{'居民' if committee[0] == '居' else '党群'}服务中心",
        "duties": [],
    }


def _organisation(row: dict, phone: str, public: dict) -> Organisation:
    vertical = row.get("vertically_managed", False)
    top_of_own_tree = row["parent_line"] is None and (vertical or row["key"].endswith(("-gov", "-committee")))
    info = None
    if row.get("takes_petitions"):
        place = public["reception_place"].format(address=row["address"])
        fixed = {**public, "reception_place": place, "laws": tuple(public["laws"])}
        info = PublicInfo(address=row["address"], phone=phone, **fixed)
    return Organisation(
        key=row["key"],
        name=row["name"],
        short=row["short"],
        level=row["level"],
        line=Line(row["line"]),
        area=row["area"],
        parent=row["parent"],
        parent_line=row["parent_line"],
        vertically_managed=vertical,
        further_instance=not top_of_own_tree,
        division_code=row["division_code"],
        address=row["address"],
        phone=phone,
        public_info=info,
        duties=tuple(row["duties"]),
    )
