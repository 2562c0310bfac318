"""Persons and units complained of (被反映人、单位), matched with organs and officers: proposals for the accused set (C-01).

A match is offered only where there is exactly one in the territory: which of two 李局长 is meant, a person must say. The words of the text are
as confidential as the text; who may not read it never gets them (the proposals are kept sealed).
"""

from collections import Counter

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import competence
from xinqiao.rules.stages import Line

from . import organs
from .organs import Organ, Standing
from .text import names, places
from .text.proposal import Candidate, Reading, Reason

AT_MOST = 8
SURE_BY_VERB, SURE_BY_FAULT = 0.8, 0.6  # 举报某局; 某局不作为
NOT_MATCHED = 0.75  # of that, where the words fit no organ and no officer
_TOWN_WORDS = ("镇政府", "乡政府", "街道办", "街道办事处", "人民政府", "县政府", "市政府", "区政府", "管委会")
_VILLAGE_WORDS = ("村委", "居委")
_LEVEL_WORDS = {"省": 1, "市": 2, "州": 2, "县": 3, "区": 3, "镇": 4, "乡": 4}


def propose_respondents(reading: Reading, within: Organisation | None = None) -> list[Candidate]:
    """`value` is "organisation:PK" or "officer:PK" where the territory of `within` has exactly that one, else "unit" or "person" with the
    words of the text in `label`. Those addressed (尊敬的李书记) are none."""
    complained_of = names.accused(reading)[:AT_MOST]
    if not complained_of:
        return []
    standing = organs.standing()
    home = standing.area_of(within.pk) if within else None
    where = places.locate(reading, standing.gazetteer, home=home.pk if home else None, at_most=1)
    area = standing.organs[where[0].key] if where else home
    officers = _officers([one.name for one in complained_of if one.sort == "person"], home)
    found = [
        _candidate(one, _organ(one, area, home, standing) if one.sort == "unit" else None, officers)
        for one in complained_of
    ]
    best: dict[str, Candidate] = {}
    for one in found:
        best.setdefault(one.value if ":" in one.value else one.label, one)
    return sorted(best.values(), key=lambda one: -one.confidence)


def _candidate(one: names.Named, organ: Organ | None, officers: dict[str, Officer]) -> Candidate:
    reason = Reason(one.words, one.start, one.end, note=one.note)
    sure = SURE_BY_VERB if one.note.startswith("前面") else SURE_BY_FAULT
    if organ:
        return Candidate(f"organisation:{organ.pk}", organ.name, sure, (reason,))
    if officer := officers.get(one.name):
        label = f"{officer.user.name}（{officer.organisation.name}{officer.title}）"
        return Candidate(
            f"officer:{officer.pk}", label, sure, (reason, Reason(note="本地只有一位工作人员是这个姓名，请核对"))
        )
    return Candidate(one.sort, one.words, round(sure * NOT_MATCHED, 2), (reason,))


def _officers(written: list[str], home: Organ | None) -> dict[str, Officer]:
    """The officer of each whole name in the territory, where there is one only."""
    whole = {name for name in written if len(name) >= 2 and not any(mark in name for mark in "某×xX*＊")}
    if not whole:
        return {}
    posts = Officer.objects.filter(user__name__in=whole, active=True).select_related("user", "organisation")
    if home:
        posts = posts.filter(organisation__lft__range=(home.lft, home.rgt))
    rows = list(posts[: 4 * AT_MOST])
    people = Counter(name for name, _ in {(row.user.name, row.user_id) for row in rows})
    return {row.user.name: row for row in rows if people[row.user.name] == 1}


# ---- organs -------------------------------------------------------------------------------------------------------------


def _organ(one: names.Named, area: Organ | None, home: Organ | None, standing: Standing) -> Organ | None:
    """The organ these words mean: its whole name; else the one of that sort whose government they name, or where it happened."""
    words = one.words
    inside = [organ for organ in standing.organs.values() if home is None or organ.is_in(home)]
    whole = [organ for organ in inside if organ.name == words or (len(words) >= 6 and organ.name.endswith(words))]
    if len(whole) == 1:
        return whole[0]
    government = _government(words, area, standing)
    if government is None:
        return None
    if any(words.endswith(word) for word in (*_TOWN_WORDS, *_VILLAGE_WORDS)):
        return government if _is_called(government, words) else None
    sort = _sort_of(words)
    same = [
        organ
        for organ in standing.below.get(government.pk, ())
        if sort and competence.sort_of(organ.name, organ.line) == sort
    ]
    return same[0] if len(same) == 1 else None


def _government(words: str, area: Organ | None, standing: Standing) -> Organ | None:
    """The government that the words name (青石县住建局), else of the level they say (县住建局), else the lowest with departments."""
    named = [one for one in standing.gazetteer.find(words) if len(one.areas) == 1]
    if named:
        return standing.organs[named[-1].areas[0]]
    chain = list(standing.chain(area.pk)) if area else []
    level = _LEVEL_WORDS.get(words[0], 0)
    if level:
        return next(
            (one for one in chain if one.level == level or (words[0] == "市" and one.level == 3 and "市" in one.name)),
            None,
        )
    if any(word in words for word in _VILLAGE_WORDS):
        return next((one for one in chain if one.line == Line.VILLAGE), None)
    if any(word in words for word in ("镇", "乡", "街道")):
        return next((one for one in chain if one.level == 4), None)
    return next((one for one in chain if one.line == Line.GOVERNMENT and len(standing.below.get(one.pk, ())) > 8), None)


def _is_called(government: Organ, words: str) -> bool:
    village = any(word in words for word in _VILLAGE_WORDS)
    return (government.line == Line.VILLAGE) == village


def _sort_of(words: str) -> str:
    """住建局 → housing: by how people call it, else by the words on seals."""
    spoken = (row.key for row in competence.SORTS.values() if any(word in words for word in row.spoken))
    lines = (Line.DEPARTMENT, Line.POLICE, Line.COURT, Line.PROCURATORATE, Line.JUSTICE)
    return next(spoken, "") or next((key for line in lines if (key := competence.sort_of(words, line))), "")
