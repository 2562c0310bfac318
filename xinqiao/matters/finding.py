"""Find matters: by words, and by the person at the window.

Whatever the index answers, `Matter.objects.visible_to(officer)` decides each time what of it the officer may open, for the list and for
its count: who stands in the accused set, or lost a clearance, or is not the assigned reader learns nothing, not even a number.

Looking for a person (G.4: searches start from a matter, never from a person). What is allowed is service to somebody who is there, at
the window or on the telephone, and the comparison of DU-1: an exact name, mobile or document number gives that person's own matters
inside one's own scope, at most PERSON_AT_MOST, newest first. There is no count, no second page, no part of a name, no list of persons.
Matters under secrecy, anonymous ones and reports are never found so. Only posts that read identities have it, each look-up says
what for and is on record before anything is shown (C-11), and there are only so many an hour.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db.models import Q

from xinqiao import crypto
from xinqiao.organisations.models import ContentClass, Officer
from xinqiao.people.models import Petitioner
from xinqiao.rules import identity
from xinqiao.rules.confidentiality import IDENTITY_ACCESS, TERRITORY_ROLES, Access
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Kind, Role
from xinqiao.search import query
from xinqiao.search.newest import newest
from xinqiao.search.words import Term

from .entries import GROUPS, UNDECIDED
from .models import ASSIGNED_READERS, READERS, REPORT_GIVEN, REPORT_READERS, REPORT_REGISTRARS, Matter

PAGE_ROWS = 20
ROUNDS = 10  # how often more candidates are fetched because some of them may not be opened
SPARE = 20  # candidates more than are wanted, because some may not be opened; in a wide scope, which is not looked at, a quarter more
BEST_OF = query.COUNTED_TO  # candidates that are compared for "best first"
PERSON_AT_MOST = 20


@dataclass(frozen=True)
class Wanted:
    """A search as it was asked: words, and what to narrow it to. Values from closed lists only."""

    terms: tuple[Term, ...]
    kind: str = ""
    channel: str = ""
    group: str = ""
    content_class: int | None = None
    unit: int | None = None
    first: date | None = None
    last: date | None = None

    def narrowed(self) -> tuple[tuple[tuple[str, ...], ...], query.Walk | None]:
        """Groups of marks, and the table whose rows say the same: none says where a matter lies."""
        groups, fits, values = [], [], []
        for letter, column, value in (("k", "kind", self.kind), ("c", "channel", self.channel)):
            if value:
                groups.append((f"{letter}:{value}",))
                fits.append(f"{column} = %s")
                values.append("" if value == UNDECIDED else value)
        if self.content_class:
            top = self.content_class
            below = ContentClass.objects.filter(Q(pk=top) | Q(parent=top) | Q(parent__parent=top))
            classes = list(below.values_list("pk", flat=True)) or [top]
            groups.append(tuple(f"a:{pk}" for pk in classes))
            fits.append("content_class_id = ANY(%s)")
            values.append(classes)
        only = ("true", ())
        if self.group:
            groups.append((f"g:{self.group}",))
            condition, stages = _in_group(self.group)
            if self.group == "closed":  # among the newest there is none: they are walked by an index of their own
                only = (condition, stages)
            else:
                fits.append(condition)
                values += stages
        if self.unit:
            return (*groups, (f"o:{self.unit}", f"s:{self.unit}", f"p:{self.unit}")), None
        walk = query.Walk(Matter._meta.db_table, "id", only[0], " AND ".join(fits) or "true", only[1], tuple(values))
        return tuple(groups), walk if groups else None


def _in_group(group: str) -> tuple[str, tuple[str, ...]]:
    """The condition on the stage of a matter, and its values."""
    stages = GROUPS[group][1]
    named = stages or [stage for _label, others in GROUPS.values() for stage in others]
    return f"stage {'IN' if stages else 'NOT IN'} ({', '.join(['%s'] * len(named))})", tuple(map(str, named))


@dataclass
class Result:
    """One page: ids in order, where the next begins, and how many there are (None: not counted; COUNTED_TO + 1: more)."""

    ids: list[int] = field(default_factory=list)
    after: query.Position | None = None
    offset: int | None = None
    count: int | None = None


def by_words(officer: Officer, wanted: Wanted, *, after: query.Position | None = None) -> Result:
    """A page of what was found, the newest first. Counted on the first page only, up to COUNTED_TO."""
    asked = _asked(officer, wanted)
    if asked is None:
        return Result(count=0)
    most = PAGE_ROWS + 1 if after else query.COUNTED_TO + 1
    rows, complete = _visible_rows(officer, asked, most, after)
    page = rows[:PAGE_ROWS]
    return Result(
        [pk for pk, _position in page],
        after=page[-1][1]() if len(rows) > len(page) or (page and not complete) else None,
        count=None if after else _told(len(rows), complete),
    )


def best_by_words(officer: Officer, wanted: Wanted, *, offset: int = 0) -> Result:
    """A page of what fits best, among the newest BEST_OF that match."""
    asked = _asked(officer, wanted)
    if asked is None:
        return Result(count=0)
    rows, complete = _visible_rows(officer, asked, query.COUNTED_TO + 1, None)
    ids = query.best(asked, [pk for pk, _position in rows[:BEST_OF]])
    following = offset + PAGE_ROWS
    return Result(
        ids[offset:following], offset=following if following < len(ids) else None, count=_told(len(rows), complete)
    )


def _visible_rows(officer: Officer, asked: query.Asked, most: int, after: query.Position | None) -> tuple[list, bool]:
    """The newest `most` that match and may be opened, as (matter, its position), and whether there are no more.

    What may not be opened is made up for by looking further back, so that neither a count nor the end of a list tells of it.
    """
    rows, position = [], after
    for _round in range(ROUNDS):
        wanted = most - len(rows)
        found = newest(asked, enough=wanted + SPARE + (wanted // 4 if asked.is_wide else 0), after=position)
        seen = visible(officer, [pk for pk, _at in found.rows])
        rows += [(pk, partial(found.position, pk)) for pk, _at in found.rows if pk in seen]
        if found.complete or len(rows) >= most:
            return rows[:most], found.complete and len(rows) <= most
        position = found.position(found.rows[-1][0])
    return rows, False


def _told(number: int, complete: bool) -> int:
    """How many are told: COUNTED_TO + 1 for more, and for what was not looked through to its end."""
    return min(number, query.COUNTED_TO + 1) if complete else query.COUNTED_TO + 1


def visible(officer: Officer, ids: list[int]) -> set[int]:
    """Those of these matters that the officer may open."""
    return set(Matter.objects.visible_to(officer).filter(pk__among=ids).values_list("pk", flat=True)) if ids else set()


def _asked(officer: Officer, wanted: Wanted) -> query.Asked | None:
    """What to ask the index; None for a post that can have found nothing."""
    scope = scope_marks(officer)
    if not scope or not wanted.terms:
        return None
    answers = allowed(officer.role_set, "opinion", Action.READ) is not None
    groups, walk = wanted.narrowed()
    return query.Asked(wanted.terms, groups, answers, wanted.first or query.ALWAYS, wanted.last, tuple(scope), walk)


def scope_marks(officer: Officer) -> list[str]:
    """Marks of which every matter that `visible_to(officer)` shows has one. They only narrow; they never let anybody in."""
    roles, own, found = officer.role_set, officer.organisation_id, []
    if roles & READERS:
        found.append(f"o:{_area(officer)}" if roles & TERRITORY_ROLES else f"d:{own}")
    if roles & ASSIGNED_READERS:
        found.append(f"h:{officer.pk}")
    if roles & (REPORT_READERS | REPORT_GIVEN | REPORT_REGISTRARS):
        found.append(f"s:{own}")
    if Role.DISCIPLINE_LIAISON in roles:
        found.append(f"p:{own}")
    return found


def _area(officer: Officer) -> int:
    """The organisation whose subtree is the officer's scope: the own one, or the government that it works for (`tree.OVERSEES_PARENT`)."""
    own = officer.organisation
    return own.pk if officer.scope == own.interval or own.parent_id is None else own.parent_id


# ---- a person who is there -----------------------------------------------------------------------------------------------


def may_look_for_person(officer: Officer) -> bool:
    """Posts that read identities in full, as a rule (B.3)."""
    return any(
        (row := IDENTITY_ACCESS.get(role)) is not None and row.normal is Access.FULL for role in officer.role_set
    )


@dataclass(frozen=True)
class Person:
    """What was typed of a person: its sort (mobile, id or name) and how it is compared. The value itself goes no further."""

    sort: str
    condition: Q


def read_person(typed: str) -> Person | None:
    """A whole mobile number, document number or name; None for anything else."""
    typed = " ".join(typed.split())
    if mobile := _checked(identity.check_phone, typed):
        return _person("mobile", [mobile]) if identity.is_mobile(mobile) else None
    if any(character.isdigit() for character in typed):
        numbers = {_checked(partial(identity.check_document, sort), typed) for sort in identity.IdType}
        return _person("id", sorted(numbers - {""})) if numbers - {""} else None
    name = _checked(identity.check_name, typed)
    return _person("name", [name]) if len(name) >= 2 else None


def _checked(check: Callable[[str], str], typed: str) -> str:
    try:
        return check(typed) if typed else ""
    except ValueError:
        return ""


def _person(sort: str, values: Iterable[str]) -> Person:
    indexes = [index for value in values for index in crypto.blind_indexes(value, context=sort)]
    return Person(sort, Q(**{f"{sort}_index__in": indexes}))


def by_person(officer: Officer, person: Person) -> list[int]:
    """This person's own matters inside the officer's scope, newest first, at most PERSON_AT_MOST. The caller puts it on record first."""
    if not may_look_for_person(officer):
        return []
    theirs = Petitioner.objects.filter(person.condition).values("matter_id")
    open_ones = Q(pk__in=theirs, secrecy=False, anonymous=False, sealed=False)
    found = Matter.objects.visible_to(officer).filter(open_ones).exclude(kind=Kind.REPORT)
    return list(found.order_by("-received_at", "-pk").values_list("pk", flat=True)[:PERSON_AT_MOST])
