"""The seeded region as one object: areas, organs, officers, petitioners, petitions, content classes, checked on loading.

region = load()
for petition in draw_petitions(Random(7), region, 300): ...
"""

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import xinqiao
from xinqiao.rules.stages import Kind, Line, Outcome, Role
from xinqiao.seed.organs import TOWNSHIP_LEVEL, VILLAGE_LEVEL, Area, Organisation, read, unfold_organs
from xinqiao.seed.petitions import (
    SLOT,
    BasePetition,
    DrawnPetition,
    OrganPattern,
    Person,
    draw_petition,
    draw_petitions,
    read_people,
    read_petition,
)
from xinqiao.seed.staff import Officer, unfold_staff

__all__ = ["DrawnPetition", "Region", "RegionBroken", "draw_petition", "draw_petitions", "load"]

TAXONOMY = Path(xinqiao.__file__).parent / "organisations" / "data" / "taxonomy.json"
WAYS = {"transfer", "assign", "simple", "direct_reply", "guide", "political_legal", "discipline"}
FLAGS = {"secret", "anonymous", "urgent", "repeat"}
ALWAYS_FILLED = {"unit", "age", "place", "prefecture"}
HANDLING_LINES = {
    Line.DEPARTMENT, Line.POLICE, Line.JUSTICE, Line.COURT, Line.PROCURATORATE, Line.DISCIPLINE, Line.PERSONNEL, Line.PARTY,
    Line.CONGRESS, Line.MASS, Line.ENTERPRISE, Line.INSTITUTION, Line.GOVERNMENT, Line.COMMITTEE,
}  # fmt: skip
NEEDED_AT_UNIT = {Role.UNIT_RECEIVER, Role.HANDLER, Role.UNIT_LEADER}
NEEDED_AT_OFFICE = {Role.REGISTRAR, Role.TRIAGE, Role.OFFICE_LEADER, Role.SUPERVISOR, Role.DISCIPLINE_LIAISON}


class RegionBroken(Exception):
    """A data file of the seeded region contradicts itself. The message lists what to mend."""


@dataclass(frozen=True)
class Region:
    """Everything the seeding program needs; changed by nobody."""

    areas: dict[str, Area]
    organisations: dict[str, Organisation]
    officers: tuple[Officer, ...]
    people: tuple[Person, ...]
    petitions: tuple[BasePetition, ...]
    slots: dict[str, tuple[str, ...]]
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    taxonomy: dict

    @cached_property
    def staff(self) -> dict[str, tuple[Officer, ...]]:
        """Officers by organisation key."""
        posts: dict[str, list[Officer]] = {}
        for officer in self.officers:
            posts.setdefault(officer.organisation, []).append(officer)
        return {key: tuple(found) for key, found in posts.items()}

    def officer(self, organisation: str, role: Role) -> Officer:
        """The first person in that role there; raises LookupError if the post does not exist."""
        for officer in self.staff.get(organisation, ()):
            if role in officer.roles:
                return officer
        raise LookupError(f"{organisation} has no {role}")

    @property
    def demo_logins(self) -> tuple[Officer, ...]:
        return tuple(officer for officer in self.officers if officer.demo_login)

    @cached_property
    def class_paths(self) -> frozenset[tuple[str, ...]]:
        """Every content class (内容分类) as the path of its names."""
        return frozenset(_paths(self.taxonomy["classes"]))

    def lineage(self, area: str) -> tuple[Area, ...]:
        """The area and all above it, from the inside out."""
        found, key = [], area
        while key:
            found.append(self.areas[key])
            key = self.areas[key].parent
        return tuple(found)

    def organ_for(self, pattern: OrganPattern, place: str) -> str:
        """Key of the organ that `pattern` means for a matter in `place`; raises LookupError if there is none."""
        if pattern.organisation:
            key = pattern.organisation
        else:
            above = {area.level: area.key for area in self.lineage(place)}
            key = f"{above.get(pattern.level)}-{pattern.department}"
        if key not in self.organisations:
            raise LookupError(f"no organ {key} for a matter in {place}")
        return key

    def places_for(self, petition: BasePetition) -> list[str]:
        """Keys of the areas in which the petition may arise; `village`, `township`, `street`, `county` stand for all of them."""
        return [key for name in petition.places for key in self._pool(name)]

    def _pool(self, name: str) -> list[str]:
        pools = {
            "village": lambda area: area.level == VILLAGE_LEVEL and area.name.endswith("村"),
            "township": lambda area: area.level == TOWNSHIP_LEVEL and not area.is_street,
            "street": lambda area: area.is_street,
            "county": lambda area: area.level == TOWNSHIP_LEVEL - 1,
        }
        if name not in pools:
            return [name]
        return [area.key for area in self.areas.values() if pools[name](area)]

    def place_slots(self, place: str) -> dict[str, str]:
        """What `{place}`, `{village}`, `{township}`, `{township_gov}`, `{county}`, `{prefecture}` say for a matter there."""
        slots = {"place": self.areas[place].name}
        names = {2: "prefecture", 3: "county", TOWNSHIP_LEVEL: "township", VILLAGE_LEVEL: "village"}
        for area in self.lineage(place):
            if area.level in names:
                slots[names[area.level]] = area.name
            if area.level == TOWNSHIP_LEVEL:
                slots["township_gov"] = self.organisations[f"{area.key}-gov"].name
        return slots


@cache
def load() -> Region:
    """The region from its data files; raises RegionBroken with everything that does not fit."""
    areas, organisations = unfold_organs(read("organisations.json"))
    people = read("petitioners.json")
    region = Region(
        areas=areas,
        organisations=organisations,
        officers=unfold_staff(read("officers.json"), organisations),
        people=read_people(people["people"]),
        petitions=tuple(read_petition(row) for row in read("petitions.json")["petitions"]),
        slots={name: tuple(values) for name, values in people["slots"].items()},
        openings=tuple(people["openings"]),
        closings=tuple(people["closings"]),
        taxonomy=json.loads(TAXONOMY.read_text(encoding="utf-8")),
    )
    wrong = [*_broken_organs(region), *_missing_posts(region), *_broken_petitions(region)]
    if wrong:
        raise RegionBroken("\n".join(wrong))
    return region


def _paths(classes: list[dict], above: tuple[str, ...] = ()):
    for node in classes:
        path = (*above, node["name"])
        yield path
        yield from _paths(node.get("children", []), path)


def _broken_organs(region: Region):
    second_level = {path[-1] for path in region.class_paths if len(path) == 2}
    for organ in region.organisations.values():
        for relation in (organ.parent, organ.parent_line):
            if relation is not None and relation not in region.organisations:
                yield f"{organ.key}: superior {relation} does not exist"
        if organ.parent is None and organ.level > 1:
            yield f"{organ.key}: hangs on no government"
        for duty in organ.duties:
            if duty not in second_level:
                yield f"{organ.key}: duty {duty} is no content class"


def _missing_posts(region: Region):
    for organ in region.organisations.values():
        roles = {role for officer in region.staff.get(organ.key, ()) for role in officer.roles}
        needed = NEEDED_AT_OFFICE if organ.line is Line.PETITION_OFFICE else set()
        needed = NEEDED_AT_UNIT if organ.line in HANDLING_LINES else needed
        if organ.line is Line.GOVERNMENT and organ.level < TOWNSHIP_LEVEL:
            needed = needed | {Role.REVIEWER, Role.LEADER}
        for role in sorted(needed - roles):
            yield f"{organ.key}: nobody is {role}"


def _broken_petitions(region: Region):
    causes = {row["code"] for row in region.taxonomy["causes"]} | {None}
    hot_issues = {row["code"] for row in region.taxonomy["hot_issues"]}
    for petition in region.petitions:
        say = f"petition {petition.key}: "
        if petition.content_class not in region.class_paths:
            yield f"{say}class {'/'.join(petition.content_class)} is not in the taxonomy"
        if petition.cause not in causes or not hot_issues.issuperset(petition.hot_issues):
            yield f"{say}unknown cause or hot issue"
        if petition.way not in WAYS or not petition.flags <= FLAGS:
            yield f"{say}unknown way or flag"
        if petition.representatives > 5 or petition.representatives > petition.headcount:
            yield f"{say}a group has at most 5 representatives (R-20(3))"
        yield from (say + fault for fault in _broken_answers(petition))
        yield from (say + fault for fault in _unplaceable(region, petition))


def _broken_answers(petition: BasePetition):
    if petition.reply is None and len(petition.answers) != len(petition.requests):
        yield "every request needs its own answer (GT-1)"
    if petition.kind is Kind.REPORT and petition.respondent is None:
        yield "a report names whom it is about"
    for answer in petition.answers:
        owes = answer.outcome in (Outcome.SUPPORT, Outcome.PARTLY) and petition.route == "petition"
        if owes and answer.execution is None:
            yield "a supporting answer says what, who, until when"


def _unplaceable(region: Region, petition: BasePetition):
    if not any(petition.voice.fits(person, year) for year in (2025, 2026) for person in region.people):
        yield "no petitioner has this voice"
    used = {name for text in petition.texts for name in SLOT.findall(text)}
    for place in region.places_for(petition):
        if place not in region.areas:
            yield f"place {place} does not exist"
            continue
        filled = ALWAYS_FILLED | set(region.slots) | set(petition.slots) | set(region.place_slots(place))
        if used - filled:
            yield f"slots {sorted(used - filled)} cannot be filled in {place}"
        for pattern in (petition.organ, petition.respondent.organ if petition.respondent else None):
            if pattern is not None:
                try:
                    region.organ_for(pattern, place)
                except LookupError as missing:
                    yield str(missing)
