"""What the tables promise each identity about each matter, worked out from the tables and the fixture alone.

Nothing here asks the code under test: no query, no `visible_to`. The tree is the fixture's own list of parents, the accused set and the
desks are as the fixture made them, and the cells are those of `rules/permissions.py`.
"""

import re
from dataclasses import dataclass, field

from xinqiao.rules.entrances import ENTRANCES
from xinqiao.rules.permissions import ROWS, Action, Reach
from xinqiao.rules.stages import Line, Role

IDENTITY_FIELDS = ("name", "mobile", "id_number", "address", "email")
NONE, MASKED, FULL = 0, 1, 2


@dataclass(frozen=True)
class Who:
    """One identity of the fixture."""

    key: str
    sort: str
    active: bool = True
    organisation: str = ""
    roles: frozenset[Role] = frozenset()
    told: dict = field(default_factory=dict, hash=False, compare=False)


class Oracle:
    def __init__(self, fixture: dict):
        self.matters = fixture["matters"]
        self.parents = {key: org["parent"] for key, org in fixture["organisations"].items()}
        self.lines = {key: org["line"] for key, org in fixture["organisations"].items()}
        self.people = [
            Who(
                key=one["key"],
                sort=one["sort"],
                active=one["active"],
                organisation=one.get("organisation", ""),
                roles=frozenset(Role(value) for value in one.get("roles", ())),
                told=one,
            )
            for one in fixture["identities"]
        ]
        self.word_of = {
            word: (made["key"], name) for made in self.matters for name, word in made["canaries"].items()
        } | {made["number"]: (made["key"], "number") for made in self.matters}
        self._words = re.compile("|".join(map(re.escape, sorted(self.word_of, key=len, reverse=True))))
        self._may = {who.key: self._readable(who) for who in self.people}

    # ---- the tree -------------------------------------------------------------------------------------------------------

    def chain(self, org: str) -> list[str]:
        """The organisation and all above it."""
        found = []
        while org:
            found.append(org)
            org = self.parents[org]
        return found

    def territory(self, org: str) -> str:
        """The top of the area that a supervising post of `org` looks over."""
        return self.parents[org] if self.lines[org] in (Line.PETITION_OFFICE, Line.JOINT_CONFERENCE) else org

    # ---- one identity, one matter ----------------------------------------------------------------------------------------

    def reaches(self, who: Who, made: dict, row: str, *actions: Action) -> int:
        """NONE, MASKED or FULL: the most that a cell of this row gives this identity in this matter."""
        if who.sort == "citizen":
            return FULL if made["owner"] == who.key else NONE
        if who.sort != "officer" or not who.active or self.is_accused(who, made):
            return NONE
        cells = (ROWS[row].cells.get(role) for role in who.roles)
        found = [self._level(cell, actions) for cell in cells if cell and self._holds(cell.reach, who, made)]
        return max(found, default=NONE)

    def is_accused(self, who: Who, made: dict) -> bool:
        return made["sealed"] and bool(set(self.chain(who.organisation)) & set(made["accused"]))

    def _level(self, cell, actions) -> int:
        if actions:
            return FULL if any(cell.lets(action) for action in actions) else NONE
        return FULL if cell.lets(Action.READ) else MASKED if cell.lets(Action.READ_MASKED) else NONE

    def _holds(self, reach: Reach, who: Who, made: dict) -> bool:
        desks = {desk["organisation"] for desk in made["desks"]}
        own, top = who.organisation in desks, self.territory(who.organisation)
        holds = {
            Reach.ORGANISATION: own,
            Reach.COMPETENT: own,
            Reach.SEALED_LIST: own and not self._is_passed_on(made),  # then only the entry of the register is left
            Reach.TERRITORY: any(top in self.chain(desk) for desk in desks),
            Reach.ASSIGNED: self._is_given(who, made),
            Reach.WHILE_REGISTERING: own and made["stage"] == "received",
            Reach.EVERYWHERE: True,
        }
        return holds.get(reach, False)

    def _is_given(self, who: Who, made: dict) -> bool:
        """Given to this very person; a report waiting at the petition office is given to whoever triages there, until it is passed on."""
        if made["sealed"] and Role.TRIAGE in who.roles:
            return not self._is_passed_on(made) and any(
                desk["organisation"] == who.organisation and desk["kind"] == "intake" for desk in made["desks"]
            )
        return who.key in {made["registrar"], *(desk["handler"] for desk in made["desks"])}

    @staticmethod
    def _is_passed_on(made: dict) -> bool:
        return any(desk["kind"] == "discipline" for desk in made["desks"])

    def text(self, who: Who, made: dict) -> int:
        """How much of what was written: row report where it is sealed, else row text. Registering, one reads what one enters."""
        if not made["sealed"]:
            return self.reaches(who, made, "text")
        read = self.reaches(who, made, "report")
        return read or self.reaches(who, made, "report", Action.WRITE)

    def identity(self, who: Who, made: dict) -> int:
        """How much of the name: the stricter of the rows that apply, the best of several roles."""
        if not self.text(who, made):
            return NONE
        if who.sort == "citizen":
            return FULL
        rows = [
            "identity",
            *(["report_identity"] if made["sealed"] else []),
            *(["secret_identity"] if made["secrecy"] else []),
        ]
        return max(min(self._of_role(role, row) for row in rows) for role in who.roles)

    def _of_role(self, role: Role, row: str) -> int:
        cell = ROWS[row].cells.get(role)
        if cell is None:
            return NONE
        if cell.lets(Action.READ):
            return FULL
        return MASKED if cell.lets(Action.READ_MASKED) else NONE

    def sees(self, who: Who, made: dict) -> bool:
        return self.text(who, made) > NONE

    def enters(self, who: Who, name: str) -> bool:
        """Whether the row of this entrance has a cell for one of the identity's roles at all."""
        line = ENTRANCES[name]
        if line.who != "officer":
            return True
        return who.sort == "officer" and who.active and line.opens_to(who.roles) is not None

    # ---- what leaks ------------------------------------------------------------------------------------------------------

    def _readable(self, who: Who) -> frozenset[tuple[str, str]]:
        found = set()
        for made in self.matters:
            text = self.text(who, made)
            if not text:
                continue
            found |= {(made["key"], name) for name in ("number", "title", "content", "request", "place")}
            if who.sort == "citizen" or self.reaches(who, made, "attachment"):
                found |= {(made["key"], name) for name in ("file_name", "file_text")}
            if who.sort == "citizen":
                found.add((made["key"], "rating"))
            if self.identity(who, made) == FULL:
                found |= {(made["key"], name) for name in IDENTITY_FIELDS}
            if who.sort == "officer" and made["note_by"] and self._organisation_of(made["note_by"]) == who.organisation:
                found.add((made["key"], "note"))
        return frozenset(found)

    def _organisation_of(self, key: str) -> str:
        return next(one.organisation for one in self.people if one.key == key)

    def leaks(self, who: Who, body: str) -> set[tuple[str, str]]:
        """(matter, field) of every canary in `body` that this identity must not see."""
        return {self.word_of[word] for word in set(self._words.findall(body))} - self._may[who.key]
