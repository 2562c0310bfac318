"""What narrows a list of the queue: facts about the matter and about the desk, from closed lists and ids.

Nothing here names or finds a petitioner, and nothing ranks one (G.4). `read` takes what stands in an address or in a saved filter and
never fails: what is not known any more is left out, and said in a line.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import gettext as _

from xinqiao.matters.entries import GROUPS
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.rules.stages import Channel, Kind
from xinqiao.ui import digits
from xinqiao.ui.day_words import exact_day

SOON_DAYS = 3  # calendar days
CLASSES_FOR = 300  # seconds
UNITS_OFFERED = 8
UNDECIDED = "undecided"
ONLY = {"overdue": "已超期", "soon": f"{SOON_DAYS}天内到期", "unread": "有新动态"}
DAYS = {"from": "从哪天起收到", "to": "到哪天为止收到", "due_from": "期限从哪天起", "due_to": "期限到哪天为止"}
CHANNELS, KINDS = frozenset(Channel), frozenset({*Kind, UNDECIDED})
_LATER = tuple(stage for _label, stages in GROUPS.values() for stage in stages)


@dataclass(frozen=True)
class Chosen:
    """One set of choices. Can be compared and kept: the statement of a count is composed once for it."""

    channel: str = ""
    kind: str = ""
    only: str = ""
    stage: str = ""  # a group of stages (matters.entries.GROUPS)
    content_class: int | None = None
    unit: int | None = None
    interval: tuple[int, int] | None = None  # of the unit and what stands below it
    handler: int | None = None
    received_from: date | None = None
    received_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    urgent: bool = False
    joint: bool = False

    def __bool__(self) -> bool:
        return self != EVERYTHING

    @property
    def is_particular(self) -> bool:
        """Whether it narrows by more than the three choices that always stand above the list."""
        return any(getattr(self, field.name) for field in fields(self) if field.name not in ("channel", "kind", "only"))

    def as_query(self) -> dict[str, str]:
        """As it stands in an address, and in a saved filter."""
        said = {
            "channel": self.channel, "kind": self.kind, "only": self.only, "stage": self.stage, "class": self.content_class,
            "unit": self.unit, "handler": self.handler, "from": self.received_from, "to": self.received_to,
            "due_from": self.due_from, "due_to": self.due_to, "urgent": "1" if self.urgent else "",
            "joint": "1" if self.joint else "",
        }  # fmt: skip
        return {name: str(value) for name, value in said.items() if value}


EVERYTHING = Chosen()
NAMES = ("channel", "kind", "only", "stage", "class", "unit", "handler", "from", "to", "due_from", "due_to", "urgent", "joint")


@dataclass(frozen=True)
class Read:
    """What was chosen, what could not be read (a sentence each), in words, and the units to choose from where a name fits several."""

    chosen: Chosen
    problems: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    units: tuple[tuple[int, str], ...] = ()
    unit_name: str = ""


def read(asked: Mapping[str, str], officer: Officer, today: date) -> Read:
    """The choices that stand in `asked`. Asks the database only about a class, a unit or a handler that is named."""
    problems: list[str] = []
    names: dict[str, str] = {}
    unit, units = _unit(asked.get("unit", "").strip()[:100], officer, problems)
    if unit:
        names["unit"] = unit.name
    chosen = replace(
        _plain(asked, problems),
        content_class=_class(asked.get("class", ""), names, problems),
        handler=_handler(asked.get("handler", ""), officer, names, problems),
        **_within(unit),
    )
    typed = asked.get("unit", "")[:100] if units else ""
    return Read(chosen, tuple(problems), tuple(_words(chosen, names, today)), units, names.get("unit", typed))


def read_to_count(asked: Mapping[str, str], units: Mapping[int, Organisation]) -> Chosen:
    """The choices of a saved filter as the side bar counts them, with its unit from `units`: asks the database nothing."""
    return replace(
        _plain(asked, []),
        content_class=digits.read(asked.get("class", ""), at_most=9),
        handler=digits.read(asked.get("handler", ""), at_most=9),
        **_within(units.get(digits.read(asked.get("unit", ""), at_most=9))),
    )


def units_of(saved: Iterable[Mapping[str, str]]) -> dict[int, Organisation]:
    """The units that these filters name, in one statement; none where they name none."""
    ids = {digits.read(one.get("unit", ""), at_most=9) for one in saved} - {None}
    return {one.pk: one for one in Organisation.objects.only("pk", "lft", "rgt").filter(pk__in=ids)} if ids else {}


def _within(unit: Organisation | None) -> dict:
    return {"unit": unit.pk, "interval": unit.interval} if unit else {}


def _plain(asked: Mapping[str, str], problems: list[str]) -> Chosen:
    """What can be told without a look into the database."""

    def known(name: str, options) -> str:
        value = asked.get(name, "")
        return value if value in options else ""

    days = {name: _day(asked.get(name, ""), label, problems) for name, label in DAYS.items()}
    return Chosen(
        channel=known("channel", CHANNELS), kind=known("kind", KINDS), only=known("only", ONLY), stage=known("stage", GROUPS),
        received_from=days["from"], received_to=days["to"], due_from=days["due_from"], due_to=days["due_to"],
        urgent=asked.get("urgent") == "1", joint=asked.get("joint") == "1",
    )  # fmt: skip


def condition(chosen: Chosen, officer: Officer, today: date, *, by_desk: bool, is_open: bool) -> Iterator[Q]:
    """What `chosen` asks of a desk, one condition after the other. Needs no database.

    `by_desk`: the list shows the desks of many units, so the unit is that of the desk; else the one that has the matter now.
    `is_open`: the list holds open desks only, whose stage is the desk's own.
    """
    if chosen.channel:
        yield Q(matter__channel=chosen.channel)
    if chosen.kind:
        yield Q(matter__kind="" if chosen.kind == UNDECIDED else chosen.kind)
    if chosen.only:
        yield _only(chosen.only, officer, today)
    if chosen.stage:
        yield _stage(chosen.stage, "stage" if is_open else "matter__stage")
    if chosen.content_class:
        yield Q(matter__content_class_id=chosen.content_class)
    if chosen.interval:
        yield Q(**{"org_lft__range" if by_desk else "matter__unit__lft__range": chosen.interval})
    if chosen.handler:
        yield Q(handler_id=chosen.handler)
    for name, value in (
        ("matter__received_on__gte", chosen.received_from), ("matter__received_on__lte", chosen.received_to),
        ("due_on__gte", chosen.due_from), ("due_on__lte", chosen.due_to),
        ("matter__urgent", chosen.urgent), ("matter__joint", chosen.joint),
    ):  # fmt: skip
        if value:
            yield Q(**{name: value})


def _only(name: str, officer: Officer, today: date) -> Q:
    """已超期, 快到期, 有新动态: the latter is said of the own desks, which somebody here has yet to open."""
    if name == "overdue":
        return Q(is_open=True, due_on__lt=today)
    if name == "soon":
        return Q(is_open=True, due_on__range=(today, today + timedelta(days=SOON_DAYS)))
    return Q(is_open=True, unread=True, org_lft=officer.organisation.lft)


def _stage(group: str, column: str) -> Q:
    _label, stages = GROUPS[group]
    return Q(**{f"{column}__in": stages}) if stages else ~Q(**{f"{column}__in": _LATER})


# ---- reading ---------------------------------------------------------------------------------------------------------------


def _day(text: str, label: str, problems: list[str]) -> date | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2200:
        problems.append(_("“%(label)s”看不懂，没有按它筛选。请写成 2026-03-02 的样子。") % {"label": label})
        return None
    return day


def _unit(text: str, officer: Officer, problems: list[str]) -> tuple[Organisation | None, tuple[tuple[int, str], ...]]:
    """The unit of this id (a saved choice) or name (typed): the only one that is called so, or whose name holds it."""
    if not text:
        return None, ()
    rows = Organisation.objects.only("pk", "name", "short", "lft", "rgt")
    pk = digits.read(text, at_most=9)
    if pk is not None:
        found = list(rows.filter(pk=pk))
    else:
        named = rows.filter(Q(name__icontains=text.replace("\0", "")) | Q(short=text.replace("\0", "")))
        first, last = officer.scope
        named = named.filter(lft__range=(first, last)) if first != last else named  # a namesake elsewhere is not meant
        found = list(named.order_by("level", "lft")[: UNITS_OFFERED + 1])
        exact = [one for one in found if text in (one.name, one.short)]
        found = exact if len(exact) == 1 else found
    if len(found) == 1:
        return found[0], ()
    if found:
        problems.append(_("有好几个单位叫“%(name)s”，没有按它筛选。请选一个。") % {"name": text})
    elif pk is not None:
        problems.append(_("筛选里的单位已经没有了，没有按它筛选。请改选一个单位，再保存。"))
    else:
        problems.append(_("没有找到名称里有“%(name)s”的单位，没有按它筛选。") % {"name": text})
    return None, tuple((one.pk, one.name) for one in found[:UNITS_OFFERED])


def _class(text: str, names: dict, problems: list[str]) -> int | None:
    if not text:
        return None
    wanted = digits.read(text, at_most=9)
    found = class_rows([wanted]).get(wanted) if wanted else None
    if found is None:
        problems.append(_("筛选里的内容分类已经没有了，没有按它筛选。"))
        return None
    names["class"] = found.name
    return wanted


def _handler(text: str, officer: Officer, names: dict, problems: list[str]) -> int | None:
    if not text:
        return None
    wanted = digits.read(text, at_most=9)
    found = Officer.objects.filter(pk=wanted, organisation=officer.organisation_id) if wanted else Officer.objects.none()
    name = found.values_list("user__name", flat=True).first()
    if name is None:
        problems.append(_("筛选里的承办人已经不在本单位，没有按他筛选。"))
        return None
    names["handler"] = name
    return wanted


def classes() -> list[tuple[str, str]]:
    """The classes to choose from, read again every few minutes: they change once in years."""
    return _classes(int(time.monotonic() // CLASSES_FOR))


@lru_cache(maxsize=1)
def _classes(_period: int) -> list[tuple[str, str]]:
    rows = ContentClass.objects.filter(valid_to=None).order_by("code").values_list("pk", "name", "level")
    return [(str(pk), "　" * (level - 1) + name) for pk, name, level in rows]


@dataclass(frozen=True)
class ClassRow:
    """A content class (C.6) as lists and figures name it."""

    name: str
    code: str
    parent: int | None


def class_rows(needed: Iterable[int | None] = ()) -> dict[int, ClassRow]:
    """Every class by its id, also those that are no longer given; read anew when one of `needed` is not known yet."""
    period = int(time.monotonic() // CLASSES_FOR)
    if not set(needed) - {None} <= _class_rows(period).keys():
        _class_rows.cache_clear()
    return _class_rows(period)


@lru_cache(maxsize=1)
def _class_rows(_period: int) -> dict[int, ClassRow]:
    rows = ContentClass.objects.order_by().values_list("pk", "name", "code", "parent_id")
    return {pk: ClassRow(*facts) for pk, *facts in rows}


def handlers(officer: Officer) -> list[tuple[str, str]]:
    """The posts of the own organisation that may be handling something."""
    posts = Officer.objects.filter(organisation=officer.organisation_id, active=True).order_by("user__name")
    return [(str(pk), name) for pk, name in posts.values_list("pk", "user__name")]


# ---- in words --------------------------------------------------------------------------------------------------------------


def _words(chosen: Chosen, names: dict[str, str], today: date) -> Iterator[str]:
    """The choices as one reads them above a list, on its print and in its export."""
    if chosen.only:
        yield ONLY[chosen.only]
    if chosen.channel:
        yield Channel(chosen.channel).label
    if chosen.kind:
        yield _("还没有定类别") if chosen.kind == UNDECIDED else Kind(chosen.kind).label
    if chosen.stage:
        yield GROUPS[chosen.stage][0]
    if chosen.content_class:
        yield names["class"]
    if chosen.unit:
        yield _("%(unit)s及下级") % {"unit": names["unit"]} if chosen.interval[0] != chosen.interval[1] else names["unit"]
    if chosen.handler:
        yield _("承办人%(name)s") % {"name": names["handler"]}
    yield from _period(_("收到"), chosen.received_from, chosen.received_to, today)
    yield from _period(_("期限"), chosen.due_from, chosen.due_to, today)
    if chosen.urgent:
        yield _("紧急")
    if chosen.joint:
        yield _("联名")


def _period(what: str, first: date | None, last: date | None, today: date) -> Iterator[str]:
    if first and last:
        yield f"{exact_day(first, today)}{_('至')}{exact_day(last, today)}{what}"
    elif first:
        yield f"{exact_day(first, today)}{_('起')}{what}"
    elif last:
        yield f"{exact_day(last, today)}{_('前')}{what}"
