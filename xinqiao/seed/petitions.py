"""The base petitions of the seeded region, and how one of them becomes a matter of a certain person in a certain place.

A base petition (`data/petitions.json`) has slots such as `{amount}` or `{village}`. Drawing fills them from the place, from the
petition's own lists and from `data/petitioners.json`. The same `Random` always draws the same petition.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from xinqiao.rules.identity import resident_id_check_character
from xinqiao.rules.stages import Channel, Kind, Outcome, Purpose, ReviewOutcome, Route

# 154 was never given to a network and 91 is no province: neither number can be a living person's.
PHONE_BLOCK = "1540990"
ID_DIVISION = "91"
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Person:
    """An invented petitioner (信访人)."""

    name: str
    sex: str
    born_on: date
    phone: str
    id_number: str

    def age(self, year: int) -> int:
        """Age in whole years, reached in `year`."""
        return year - self.born_on.year


@dataclass(frozen=True)
class Voice:
    """Who speaks: sex ("male", "female" or "any"), age from and to, occupation, and a name if it must be that person."""

    sex: str
    age: tuple[int, int]
    occupation: str
    name: str | None

    def fits(self, person: Person, year: int) -> bool:
        if self.name:
            return person.name == self.name
        low, high = self.age
        return self.sex in ("any", person.sex) and low <= person.age(year) <= high


@dataclass(frozen=True)
class OrganPattern:
    """Which organ: a kind of organ on a level above the place, or one organ by key."""

    department: str | None = None
    level: int | None = None
    organisation: str | None = None


@dataclass(frozen=True)
class Respondent:
    """Whom the petition is about (被反映人或单位). For a report it feeds the accused set (C-01)."""

    name: str
    nature: str
    post: str | None
    organ: OrganPattern | None
    organisation: str | None = None


@dataclass(frozen=True)
class Execution:
    """What follows from a supporting answer: what, who, within how many calendar days (F-16)."""

    what: str
    who: str
    days: int


@dataclass(frozen=True)
class Answer:
    """The unit's answer to one request (诉求): R-32, gates GT-1 to GT-5."""

    outcome: Outcome
    facts: str
    reasons: str
    legal_basis: tuple[str, ...]
    conclusion: str
    execution: Execution | None


@dataclass(frozen=True)
class Review:
    """What the review organ (复查机关) finds: D.9."""

    outcome: ReviewOutcome
    finding: str


@dataclass(frozen=True)
class BasePetition:
    """One petition as written, with its slots still open.

    `way` is what the petition office does with it: transfer, assign, simple, direct_reply, guide, political_legal, discipline.
    `reply` is what the citizen is told where no unit handles the matter; otherwise `answers` holds one answer per request.
    """

    key: str
    kind: Kind
    purpose: Purpose
    content_class: tuple[str, ...]
    channels: tuple[Channel, ...]
    places: tuple[str, ...]
    organ: OrganPattern
    way: str
    route: Route | None
    voice: Voice
    headcount: int
    representatives: int
    flags: frozenset[str]
    respondent: Respondent | None
    cause: str | None
    hot_issues: tuple[str, ...]
    slots: dict[str, tuple[str, ...]]
    title: str
    content: str
    requests: tuple[str, ...]
    facts: str | None
    reply: str | None
    answers: tuple[Answer, ...]
    talk_record: str | None
    extension_reason: str | None
    objection: str | None
    review_request: str | None
    review: Review | None

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text in which a slot may stand."""
        found = [self.title, self.content, *self.requests, self.facts, self.reply, self.talk_record]
        found += [self.extension_reason, self.objection, self.review_request]
        found += [self.review.finding] if self.review else []
        found += [self.respondent.name] if self.respondent else []
        for answer in self.answers:
            found += [answer.facts, answer.reasons, answer.conclusion, *answer.legal_basis]
            found += [answer.execution.what, answer.execution.who] if answer.execution else []
        return tuple(text for text in found if text)


@dataclass(frozen=True)
class DrawnPetition(BasePetition):
    """A petition of certain people in a certain place, all slots filled.

    `petitioners` are the speakers: the main one first, in a group all representatives (at most 5, R-20(3)).
    `address` is where the main one lives; `organisation` the competent organ's key; `place` the key of the area.
    """

    place: str = ""
    organisation: str = ""
    channel: Channel = Channel.WEB
    petitioners: tuple[Person, ...] = ()
    address: str = ""

    @property
    def anonymous(self) -> bool:
        return "anonymous" in self.flags

    @property
    def secrecy_request(self) -> bool:
        return "secret" in self.flags

    @property
    def group(self) -> bool:
        """集体访: five or more people (I-09)."""
        return self.headcount >= 5


def read_people(rows: list[dict]) -> tuple[Person, ...]:
    """The invented petitioners, each with a telephone and an identity number that belong to nobody."""
    people = []
    for count, row in enumerate(rows):
        born_on = date.fromisoformat(row["born_on"])
        people.append(
            Person(
                name=row["name"],
                sex=row["sex"],
                born_on=born_on,
                phone=f"{PHONE_BLOCK}{1000 + count * 7:04d}",
                id_number=fictional_id(born_on, row["sex"], count),
            )
        )
    return tuple(people)


def fictional_id(born_on: date, sex: str, count: int) -> str:
    """A resident ID number of no existing division, valid in form: odd sequence for men, even for women (GB 11643)."""
    sequence = (count * 2 + (sex == "male")) % 1000
    digits = f"{ID_DIVISION}2100{born_on:%Y%m%d}{sequence:03d}"
    return digits + resident_id_check_character(digits)


def read_petition(row: dict) -> BasePetition:
    """One base petition from its row in the file; raises ValueError for a code outside the closed lists."""
    group = row["group"] or {"headcount": 1, "representatives": 1}
    voice = row["voice"]
    return BasePetition(
        **{key: row[key] for key in ("key", "cause", "way", "title", "content", "facts", "reply", "talk_record")},
        **{key: row[key] for key in ("extension_reason", "objection", "review_request")},
        kind=Kind(row["kind"]),
        purpose=Purpose(row["purpose"]),
        content_class=tuple(row["content_class"]),
        channels=tuple(Channel(value) for value in row["channels"]),
        places=tuple(row["places"]),
        organ=OrganPattern(**row["organ"]),
        route=Route(row["route"]) if row["route"] else None,
        voice=Voice(voice["sex"], tuple(voice["age"]), voice["occupation"], voice["name"]),
        headcount=group["headcount"],
        representatives=group["representatives"],
        flags=frozenset(row["flags"]),
        respondent=_read_respondent(row["respondent"]),
        hot_issues=tuple(row["hot_issues"]),
        slots={name: tuple(values) for name, values in row["slots"].items()},
        requests=tuple(row["requests"]),
        answers=tuple(_read_answer(answer) for answer in row["answers"]),
        review=Review(ReviewOutcome(row["review"]["outcome"]), row["review"]["finding"]) if row["review"] else None,
    )


def _read_respondent(row: dict | None) -> Respondent | None:
    if row is None:
        return None
    organ = OrganPattern(**row["organ"]) if row["organ"] else None
    return Respondent(row["name"], row["nature"], row["post"], organ)


def _read_answer(row: dict) -> Answer:
    execution = Execution(**row["execution"]) if row["execution"] else None
    kept = {key: row[key] for key in ("facts", "reasons", "conclusion")}
    return Answer(outcome=Outcome(row["outcome"]), legal_basis=tuple(row["legal_basis"]), execution=execution, **kept)


def draw_petition(
    rng: Random, region, base: BasePetition | None = None, *, place: str | None = None, year: int = 2026
) -> DrawnPetition:
    """A filled petition: `base` or any, in `place` or in one that suits it, by people whose age in `year` suits it."""
    base = base or rng.choice(region.petitions)
    area = region.areas[place or rng.choice(region.places_for(base))]
    organisation = region.organ_for(base.organ, area.key)
    people = _draw_people(rng, region, base, year)
    drawn_slots = {name: rng.choice(values) for name, values in {**region.slots, **base.slots}.items()}
    unit = region.organisations[organisation].name
    fills = {**drawn_slots, **region.place_slots(area.key), "unit": unit, "age": str(people[0].age(year))}
    own = {field: getattr(base, field) for field in base.__dataclass_fields__}
    if base.purpose is not Purpose.OTHER and "anonymous" not in base.flags:  # thanks and unsigned letters ask no answer
        own["content"] = rng.choice(region.openings) + base.content + rng.choice(region.closings)
    drawn = DrawnPetition(
        **own,
        place=area.key,
        organisation=organisation,
        channel=rng.choice(base.channels),
        petitioners=people,
        address=_draw_address(rng, area, drawn_slots),
    )
    return _fill(drawn, fills, region)


def draw_petitions(rng: Random, region, count: int, *, year: int = 2026) -> Iterator[DrawnPetition]:
    """`count` petitions, every base in turn before one comes again, no text twice while the slots allow it."""
    seen: set[str] = set()
    deck: list[BasePetition] = []
    for _ in range(count):
        if not deck:
            deck = rng.sample(region.petitions, len(region.petitions))
        base = deck.pop()
        drawn = draw_petition(rng, region, base, year=year)
        for _again in range(20):
            if drawn.content not in seen:
                break
            drawn = draw_petition(rng, region, base, year=year)
        seen.add(drawn.content)
        yield drawn


def _draw_people(rng: Random, region, base: BasePetition, year: int) -> tuple[Person, ...]:
    fitting = [person for person in region.people if base.voice.fits(person, year)]
    speakers = [rng.choice(fitting)]
    others = [person for person in fitting if person not in speakers]
    if len(others) < base.representatives:
        others = [person for person in region.people if person not in speakers and person.age(year) >= 25]
    return (*speakers, *rng.sample(others, base.representatives - 1))


def _draw_address(rng: Random, area, slots: dict[str, str]) -> str:
    """Where the petitioner lives: a flat in town, a house number in a village (R-19 asks for an address)."""
    if area.level <= 3 or area.is_street or area.name.endswith("社区"):
        return f"{area.seat}{slots['estate']}{slots['house']}"
    return f"{area.full_name}{rng.randint(1, 6)}组{rng.randint(1, 120)}号"


def _fill(drawn: DrawnPetition, fills: dict[str, str], region) -> DrawnPetition:
    def fill(text: str | None) -> str | None:
        return SLOT.sub(lambda found: fills[found.group(1)], text) if text else text

    respondent = drawn.respondent
    if respondent:
        accused = region.organ_for(respondent.organ, drawn.place) if respondent.organ else None
        respondent = replace(respondent, name=fill(respondent.name), organisation=accused)
    review = replace(drawn.review, finding=fill(drawn.review.finding)) if drawn.review else None
    single = ("title", "content", "facts", "reply", "talk_record", "extension_reason", "objection", "review_request")
    return replace(
        drawn,
        **{name: fill(getattr(drawn, name)) for name in single},
        requests=tuple(fill(line) for line in drawn.requests),
        answers=tuple(_fill_answer(answer, fill) for answer in drawn.answers),
        respondent=respondent,
        review=review,
    )


def _fill_answer(answer: Answer, fill) -> Answer:
    done = answer.execution
    execution = replace(done, what=fill(done.what), who=fill(done.who)) if done else None
    texts = {name: fill(getattr(answer, name)) for name in ("facts", "reasons", "conclusion")}
    return replace(answer, **texts, legal_basis=tuple(fill(law) for law in answer.legal_basis), execution=execution)
