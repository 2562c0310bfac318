"""One matter of the seed while it is being made: who files what, where it lies now, and what time it is there."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.utils.timezone import localdate

from xinqiao.matters import steps
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import review_organs
from xinqiao.rules.stages import Role, Step

from . import sweep
from .load_region import Town
from .petitions import DrawnPetition

BASIS = re.compile(r"《([^》]+)》([^《]*)")
HANDLERS = (Role.HANDLER, Role.UNIT_LEADER)


@dataclass
class Case:
    """A petition on its way. `office` decides on it, `unit` handles it, `organ` reviews it; all change as the matter moves."""

    town: Town
    petition: DrawnPetition
    rng: Random
    office: Organisation
    unit: Organisation
    way: str = ""
    beats: list[tuple[str, datetime]] = field(default_factory=list)
    host: "Case | None" = None
    at: datetime | None = None
    matter_id: int = 0
    receipt: steps.receive.Receipt | None = None
    organ: Organisation | None = None
    handler: Officer | None = None
    round: int = 1
    remembered: dict = field(default_factory=dict)

    @property
    def today(self) -> date:
        return localdate(self.at)

    @property
    def matter(self) -> Matter:
        """The matter as it is now."""
        return Matter.objects.get(pk=self.matter_id)

    @property
    def citizen(self) -> Citizen:
        return Citizen(matter_id=self.matter_id)

    def take(self, step: Step, by, **facts):
        """Take one step at the case's time; what fell due before is recorded first."""
        sweep.until(self.matter_id, self.at)
        return steps.FUNCTIONS[step](self.matter_id, by=by, at=self.at, **facts)

    def at_office(self, *roles: Role) -> Officer:
        return self.town.officer(self.office, *roles)

    def at_unit(self, *roles: Role) -> Officer:
        return self.town.officer(self.unit, *roles, rng=self.rng)

    def reviewer(self) -> Officer:
        return self.town.officer(self.organ, Role.REVIEWER)

    def in_days(self, days: int) -> date:
        return self.today + timedelta(days=days)


def organs_with_reviewer(town: Town, organ: Organisation) -> list[Organisation]:
    """The organs one level up (D.9) in which somebody reviews."""
    found = [town.organs_by_id[one.organ_id] for one in review_organs(organ)]
    return [one for one in found if town.has(one, Role.REVIEWER)]


def basis_of(laws) -> list[dict]:
    """《法》第一条、《规定》第二条 as title and article apart."""
    found = [BASIS.findall(law) for law in laws]
    return [
        {"title": title, "article": article.strip("、，；和 ") or "有关条款"} for one in found for title, article in one
    ]
