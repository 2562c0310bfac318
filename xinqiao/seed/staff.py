"""The officers of the invented region: one person per post, from the staffing plan in `data/officers.json`.

Who is named there keeps name and log-in; all other posts get a name drawn from the name lists, always the same one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from xinqiao.rules.stages import Role
from xinqiao.seed.organs import Organisation

NAMES_SEED = 20220501
MINORITY_SHARE = 0.22
SINGLE_NAME_SHARE = 0.02


@dataclass(frozen=True)
class Officer:
    """A person in one post (岗位): organisation and roles."""

    username: str
    name: str
    organisation: str
    roles: tuple[Role, ...]
    title: str
    phone: str
    demo_login: bool


def unfold_staff(data: dict, organs: dict[str, Organisation]) -> tuple[Officer, ...]:
    """Every post of every organ, filled."""
    taken = {row["username"] for row in data["named"]}
    strangers = _names(data, taken)
    officers: list[Officer] = []
    for organ in organs.values():
        named = [row for row in data["named"] if row["organisation"] == organ.key]
        for post in _posts_of(organ, data["staffing"]) + _extra_posts(organ, named, data["staffing"]):
            person = _take_named(named, post["roles"]) or dict(zip(("name", "username"), next(strangers), strict=True))
            officers.append(_officer(organ, post, person))
    return tuple(officers)


def _posts_of(organ: Organisation, staffing: list[dict]) -> list[dict]:
    for plan in staffing:
        if organ.line in plan["lines"] and organ.level in plan["levels"]:
            return plan["posts"]
    return []


def _extra_posts(organ: Organisation, named: list[dict], staffing: list[dict]) -> list[dict]:
    """Posts that only this organ has, such as the three administrators (三员) of the platform."""
    planned = {role for post in _posts_of(organ, staffing) for role in post["roles"]}
    return [{"roles": [row["role"]], "title": row["title"]} for row in named if row["role"] not in planned]


def _take_named(named: list[dict], roles: list[str]) -> dict | None:
    for row in named:
        if row["role"] in roles:
            named.remove(row)
            return row
    return None


def _officer(organ: Organisation, post: dict, person: dict) -> Officer:
    title = person.get("title") or post["title"]
    return Officer(
        username=person["username"],
        name=person["name"],
        organisation=organ.key,
        roles=tuple(Role(role) for role in post["roles"]),
        title=title[str(organ.level)] if isinstance(title, dict) else title,
        phone=organ.phone,
        demo_login=person.get("demo_login", False),
    )


def _names(data: dict, taken: Iterable[str]) -> Iterator[tuple[str, str]]:
    """An endless stream of (name, username); a username is never given twice."""
    rng, used = Random(NAMES_SEED), set(taken)
    surnames, given = list(data["surnames"].items()), list(data["given_names"].items())
    first_names, single_names = list(data["patronymic_names"].items()), list(data["single_names"].items())
    while True:
        lot = rng.random()
        if lot < SINGLE_NAME_SHARE:
            name, username = rng.choice(single_names)
        elif lot < MINORITY_SHARE:
            first, username = rng.choice(first_names)
            name = f"{first}·{rng.choice(data['fathers'])}"
        else:
            (surname, sound), (rest, rest_sound) = rng.choice(surnames), rng.choice(given)
            name, username = surname + rest, sound + rest_sound
        yield name, _unused(username, used)


def _unused(username: str, used: set[str]) -> str:
    number, candidate = 2, username
    while candidate in used:
        candidate, number = f"{username}{number}", number + 1
    used.add(candidate)
    return candidate
