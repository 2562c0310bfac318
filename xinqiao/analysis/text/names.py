"""Persons and units that a text names, and as what: as the one complained of, as the one it is addressed to, or only in passing.

    named(reading) → [Named("unit", "青石县住建局", 3, 9, role="accused", …), Named("person", "村主任李某", …)]

尊敬的张书记，您好 is an addressee, 村支书张某某侵占补偿款 is complained of. Only what is complained of feeds a proposal for the accused set
(C-01). A surname alone is no name: it stays with its post (李局长).
"""

import re
from dataclasses import dataclass

from xinqiao.rules import naming
from xinqiao.rules.phrases import any_of

from .proposal import Reading

ACCUSED, ADDRESSED, PASSING = "accused", "addressed", "passing"

_GIVEN = rf"[^\W\d_{naming.NOT_IN_A_GIVEN_NAME}]"
_NAME = rf"(?:欧阳|上官|司马|诸葛|[{naming.SURNAMES}])(?:某某?|某|[×xX*＊]{{1,2}}|{_GIVEN}{{1,2}})"
_POST_THEN_NAME = re.compile(rf"(?P<post>{any_of(naming.POSTS)})[：:]?(?P<name>{_NAME})")
_NAME_THEN_POST = re.compile(
    rf"(?P<name>(?:欧阳|[{naming.SURNAMES}])(?:某某?|{_GIVEN}{{0,2}}?))(?P<post>(?:副)?{any_of(naming.POSTS_BEHIND)})"
)
# 王某, 张某某: somebody whose name the writer holds back
_HELD_BACK = re.compile(rf"[{naming.SURNAMES}]某某?(?!地|县|市|镇)")
_IN_A_WORD = re.compile(rf"[一-龥](?<![{naming.BEFORE_A_NAME}])$")

_UNIT = re.compile(rf"(?<![一-龥A-Za-z0-9])?[A-Za-z0-9一-龥（）()·]{{1,22}}?{any_of(naming.UNIT_ENDS)}")
_LEFT = re.compile(rf".*{any_of(naming.LEFT_OF_A_NAME)}(?=.)", re.DOTALL)
_GENERIC = re.compile(naming.WITHOUT_A_NAME.words)
_NO_UNIT = re.compile(any_of(naming.NO_UNIT))

_CLAUSE = r"[^，。；！？\n]"
_ADDRESS_BEFORE = re.compile(rf"{any_of(naming.ADDRESSING)}{_CLAUSE}{{0,10}}\Z")
_ADDRESS_AFTER = re.compile(rf"^[^，。；！？：:\n]{{0,6}}{any_of(naming.GREETED_AFTER)}")
_COMPLAINT_BEFORE = re.compile(rf"{any_of([naming.COMPLAINING])}{_CLAUSE}{{0,14}}\Z|被\Z")
_BROUGHT_TO = re.compile(rf"{any_of([naming.BROUGHT_TO])}{_CLAUSE}{{0,8}}\Z")
_FAULT_AFTER = re.compile(rf"^{_CLAUSE}{{0,14}}(?P<fault>{any_of(naming.FAULTS)})")


@dataclass(frozen=True)
class Named:
    """A person or a unit in the text. `name` and `post` of a person; `role` accused, addressed or passing; `note`: why."""

    sort: str  # person or unit
    words: str
    start: int
    end: int
    role: str
    note: str = ""
    name: str = ""
    post: str = ""


def named(reading: Reading) -> list[Named]:
    """Everybody named, in the order of the text; no two for the same place."""
    text = reading.text
    found = [*_people(text), *_units(text)]
    found.sort(key=lambda one: (one.start, one.start - one.end))
    kept, end = [], -1
    for one in found:
        if one.start >= end:
            kept.append(one)
            end = one.end
    return kept


def accused(reading: Reading) -> list[Named]:
    """Those complained of, each once: the first place that says so. Who is also addressed in the same words is not one of them."""
    everybody = named(reading)
    addressed = {one.words for one in everybody if one.role == ADDRESSED and one.sort == "person"}
    first: dict[str, Named] = {}
    for one in everybody:
        if one.role == ACCUSED and one.words not in addressed:
            first.setdefault(one.words, one)
    return list(first.values())


# ---- persons ------------------------------------------------------------------------------------------------------------


def _people(text: str):
    for one in _POST_THEN_NAME.finditer(text):
        yield _named("person", text, *one.span(), name=one["name"], post=one["post"])
    for one in _NAME_THEN_POST.finditer(text):
        if not _swallowed(text, one.start()):
            yield _named("person", text, *one.span(), name=one["name"], post=one["post"])
    for one in _HELD_BACK.finditer(text):
        yield _named("person", text, *one.span(), name=one.group())


def _swallowed(text: str, start: int) -> bool:
    """平江县长 has no 江县长: a surname that is a part of the word before it."""
    return text[start] in naming.ALSO_THE_END_OF_A_WORD and bool(_IN_A_WORD.search(text[max(0, start - 2) : start]))


# ---- units --------------------------------------------------------------------------------------------------------------


def _units(text: str):
    for one in _UNIT.finditer(text):
        start, end = _without_left(text, *one.span())
        words = text[start:end]
        if 3 <= len(words) <= 26 and not _GENERIC.match(words) and not _NO_UNIT.search(words):
            yield _named("unit", text, start, end)


def _without_left(text: str, start: int, end: int) -> tuple[int, int]:
    """The name without the verbs and small words that stand left of it."""
    if left := _LEFT.match(text, start, end - 2):
        start = left.end()
    while start < end and text[start] in naming.AROUND_A_NAME:
        start += 1
    return start, end


# ---- as what ------------------------------------------------------------------------------------------------------------


def _named(sort: str, text: str, start: int, end: int, *, name: str = "", post: str = "") -> Named:
    role, note = _role(sort, text, start, end)
    return Named(sort, text[start:end], start, end, role, note, name, post)


def _role(sort: str, text: str, start: int, end: int) -> tuple[str, str]:
    before, after = text[max(0, start - 18) : start], text[end : end + 34]
    complaint = _COMPLAINT_BEFORE.search(before)
    if complaint and not _BROUGHT_TO.search(before):
        return ACCUSED, f"前面写了“{complaint.group()[:2]}”"
    if _ADDRESS_BEFORE.search(before) or (sort == "person" and _ADDRESS_AFTER.match(after)):
        return ADDRESSED, "收信人，或者请其处理"
    if fault := _FAULT_AFTER.match(after):
        return ACCUSED, f"后面写了“{fault['fault']}”"
    return PASSING, ""
