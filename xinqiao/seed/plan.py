"""Which petition goes which way, and when: everything that is decided before the first matter is made. Reads the database, writes nothing."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Channel, Kind, Line

from . import timetable
from .case import Case
from .crowd import Crowd
from .load_region import Town
from .petitions import DrawnPetition, OrganPattern, draw_petition, draw_petitions
from .ways import FOLLOWED, GAPS, HOSTS, TOGETHER, WAYS, Way, unit_of

FOCUS = "lanjiang-housing"  # the bureau whose officers have log-ins in the demonstration
FOCUS_SHARE = 10  # one matter in so many is its own, so that its queues are full
DRAWS_AT_MOST = 2000
PREFECTURE_OFFICE = "lanjiang-petition"
# Channels that few petitions name, with those whose texts suit them.
RARE_CHANNELS = {
    Channel.FAX: (Channel.LETTER,),
    Channel.OTHER_ORGAN: (Channel.LETTER,),
    Channel.LEADER_RECEPTION: (Channel.VISIT,),
    Channel.MEDIA: (Channel.PHONE, Channel.SMS),
    Channel.OUTREACH: (Channel.VISIT,),
    Channel.OPINION_BOX: (Channel.LETTER,),
    Channel.LEADER_MAILBOX: (Channel.WEB,),
    Channel.AGENT: (Channel.VISIT, Channel.PHONE),
    Channel.SMS: (Channel.PHONE,),
}
RARE_SHARE = 0.08


def make(town: Town, rng: Random, count: int, today: date) -> list[Case]:
    """The cases in the order in which they were received."""
    petitions = _petitions(town, rng, count, today.year)
    crowd = Crowd(town.data)
    chosen = _choose_ways(town, rng, petitions, today.year)
    cases = [_case(town, rng, way, crowd.fresh(petition), today) for way, petition in chosen if not way.host]
    own_ways = [way for way, _petition in chosen if not way.host]
    for way, petition in chosen:
        if way.host:
            beside = _beside(town, rng, way, crowd, petition, cases, today)
            cases.append(beside or _case(town, rng, rng.choice(own_ways), crowd.fresh(petition), today))
    _vary_channels(rng, cases)
    for case in cases:
        if (case.way, case.petition.key) in FOLLOWED:  # the story begins at a citizen's phone
            case.petition = replace(case.petition, channel=Channel.WEB)
    return sorted(cases, key=lambda case: case.beats[0][1])


def _petitions(town: Town, rng: Random, count: int, year: int) -> list[DrawnPetition]:
    """Every base in turn, and a share for the bureau that the demonstration shows."""
    own = [
        one
        for one in town.data.petitions
        if "housing" in (one.organ.department or "") and one.way in ("transfer", "assign")
    ]
    focus = [replace(one, organ=OrganPattern("housing", 2)) for one in own if one.kind is Kind.REQUEST]
    several = [rng.choice(focus) for _ in range(count // FOCUS_SHARE)]
    drawn = [draw_petition(rng, town.data, base, year=year) for base in several]
    return [*draw_petitions(rng, town.data, count - len(drawn), year=year), *drawn]


def _choose_ways(town: Town, rng: Random, petitions: list, year: int) -> list[tuple[Way, DrawnPetition]]:
    """Every way once, the pickiest first; then each petition that is left takes one that suits it, by weight."""
    left, chosen = dict(enumerate(petitions)), []
    fits = {way.name: [place for place, one in left.items() if way.suits(town, one)] for way in WAYS}
    for way in sorted(WAYS, key=lambda way: (not _followed_key(way), len(fits[way.name]))):
        if not left:
            break
        own = [place for place in fits[way.name] if place in left and _may_be_followed(way, left[place])]
        petition = left.pop(own[0]) if own else None
        if petition is None:  # none of the drawn ones suits: another takes the place of the last
            left.popitem()
            petition = _draw_for(town, rng, way, year)
        chosen.append((way, petition))
    for petition in left.values():
        possible = [way for way in WAYS if way.suits(town, petition)]
        chosen.append((rng.choices(possible, [way.weight for way in possible])[0], petition))
    return chosen


def _may_be_followed(way: Way, petition: DrawnPetition) -> bool:
    wanted = _followed_key(way)
    return not wanted or (petition.key, petition.organisation) == (wanted, FOCUS)


def _followed_key(way: Way) -> str:
    return dict(FOLLOWED).get(way.name, "")


def _draw_for(town: Town, rng: Random, way: Way, year: int) -> DrawnPetition:
    """A petition for a way that none of the drawn ones suits."""
    wanted = _followed_key(way)
    bases = [one for one in town.data.petitions if not wanted or one.key == wanted]
    for _ in range(DRAWS_AT_MOST):
        petition = draw_petition(rng, town.data, rng.choice(bases), year=year)
        if way.suits(town, petition):
            return petition
    raise LookupError(f"no petition suits the way {way.name}")


# ---- who and when ---------------------------------------------------------------------------------------------------


def _case(town: Town, rng: Random, way: Way, petition: DrawnPetition, today: date) -> Case:
    unit = unit_of(town, petition)
    case = Case(town, petition, Random(rng.random()), _office(town, rng, way, petition, unit), unit, way.name)
    if way.office == "line_above":
        case.unit, case.remembered["below"] = unit.parent_line, unit
    case.beats = _schedule(rng, way, today)
    return case


def _office(town: Town, rng: Random, way: Way, petition: DrawnPetition, unit: Organisation) -> Organisation:
    """The petition office that received it."""
    own = town.petition_office(unit)
    if petition.kind is Kind.REPORT:
        accused = town.organs[petition.respondent.organisation]
        if accused.line == Line.DISCIPLINE:  # at home, whose office must not read it (C-08)
            return town.petition_office(accused)
        return _untouched(town, own, accused)
    match way.office:
        case "above":
            return town.office_above(own)
        case "line_above":
            return town.petition_office(unit.parent_line)
        case "below":
            area = next(one for one in town.data.lineage(petition.place) if one.level == 4)
            return town.organs[f"{area.key}-petition"]
    far = way.office == "any" and unit.level >= 3 and rng.random() < 0.4
    return town.organs[PREFECTURE_OFFICE] if far else own


def _untouched(town: Town, office: Organisation, accused: Organisation) -> Organisation:
    """The nearest petition office that the accused organ does not lead (C-01)."""
    while accused.lft <= office.lft <= accused.rgt:
        office = town.office_above(office)
    return office


def _schedule(rng: Random, way: Way, today: date) -> list:
    names, gaps = [], []
    for word in way.beats.split():
        name, _, span = word.partition("@")
        if name.endswith("?"):
            name = name.removesuffix("?")
            if rng.random() < 0.5:
                continue
        for one in TOGETHER.get(name, (name,)):
            usual = GAPS[one]
            low, high = map(int, span.split("-")) if span else (usual.low, usual.high)
            names.append(one)
            gaps.append(timetable.Gap(low, high, usual.working))
    if "resubmit" in names and "return_opinion" not in names:  # nothing came back, so nothing is sent again
        position = names.index("resubmit")
        del names[position], gaps[position]
    elif "return_opinion" in names and "issue" in names and "resubmit" not in names:
        position = names.index("return_opinion")
        del names[position], gaps[position]
    lengths = [rng.randint(gap.low, gap.high) for gap in gaps]
    anchor = names.index(way.anchor.beat) if way.anchor.beat else len(names) - 1
    on = way.anchor.day(rng, today, gaps[anchor].working)
    days = timetable.days(gaps, lengths, anchor, on, today - timetable.ONE_DAY)
    return list(zip(names, timetable.moments(rng, days, gaps), strict=True))


def _beside(
    town: Town, rng: Random, way: Way, crowd: Crowd, petition: DrawnPetition, cases: list[Case], today: date
) -> Case | None:
    """A matter that belongs to another one: the same person again, or a neighbour with the same trouble.

    None when a small region has no earlier one that it could belong to.
    """
    beats = _schedule(rng, way, today)
    before = beats[0][1] - timedelta(days=3)
    hosts = [one for one in cases if one.way in HOSTS and one.beats[0][1] < before and not one.petition.anonymous]
    if not hosts:
        return None
    host = rng.choice(hosts)
    if way.host == "same":
        again = "我上次反映的事还没有结果，再催一次。"
        petition = replace(host.petition, content=again + host.petition.content, channel=petition.channel)
    else:
        base = next(one for one in town.data.petitions if one.key == host.petition.key)
        drawn = draw_petition(rng, town.data, base, place=host.petition.place, year=today.year)
        petition = crowd.fresh(replace(drawn, organisation=host.petition.organisation))
    return Case(town, petition, Random(rng.random()), host.office, host.unit, way.name, beats, host)


def _vary_channels(rng: Random, cases: list[Case]) -> None:
    """Some come by ways that few texts name; in the end every channel of C.1 is there once at least."""
    for case in cases:
        for rare, donors in RARE_CHANNELS.items():
            if case.petition.channel in donors and rng.random() < RARE_SHARE:
                case.petition = replace(case.petition, channel=rare)
    for missing in sorted(set(RARE_CHANNELS) - {case.petition.channel for case in cases}):
        donor = [case for case in cases if case.petition.channel in RARE_CHANNELS[missing]]
        if len(donor) > 1:
            donor[-1].petition = replace(donor[-1].petition, channel=missing)
