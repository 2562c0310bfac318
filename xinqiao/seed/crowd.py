"""Two hundred named petitioners file three hundred matters: whoever would come a second time lends the name to somebody else."""

from dataclasses import replace
from datetime import timedelta

from .petitions import PHONE_BLOCK, DrawnPetition, Person, fictional_id
from .region import Region

AGAIN_DAYS = 37  # how far apart people who share a surname are born


class Crowd:
    """Who has filed already. The same seed gives the same people."""

    def __init__(self, region: Region):
        self.people = region.people
        self.place = {person.id_number: position for position, person in enumerate(region.people)}
        self.times: dict[str, int] = {}

    def fresh(self, petition: DrawnPetition) -> DrawnPetition:
        """The petition with people who have not filed before; who must be a certain person stays."""
        if petition.voice.name:
            return petition
        return replace(petition, petitioners=tuple(self._fresh(person) for person in petition.petitioners))

    def _fresh(self, person: Person) -> Person:
        times = self.times.get(person.id_number, 0)
        self.times[person.id_number] = times + 1
        return self._another(person, times) if times else person

    def _another(self, person: Person, times: int) -> Person:
        position = self.place[person.id_number]
        count = position + times * len(self.people)
        born_on = person.born_on + timedelta(days=AGAIN_DAYS * times)
        return Person(
            name=self._name(person, position + times),
            sex=person.sex,
            born_on=born_on,
            phone=f"{PHONE_BLOCK}{(1000 + count * 7) % 10_000:04d}",
            id_number=fictional_id(born_on, person.sex, count),
        )

    def _name(self, person: Person, start: int) -> str:
        """The surname of one and the given name of another of the same sex."""
        if "·" in person.name:
            first = person.name.partition("·")[0]
            fathers = [one.name.partition("·")[2] for one in self.people if "·" in one.name]
            return f"{first}·{fathers[start % len(fathers)]}"
        given = [
            one.name[1:]
            for one in self.people
            if one.sex == person.sex and 2 <= len(one.name) <= 3 and "·" not in one.name
        ]
        return person.name[0] + given[(start * 7) % len(given)]
