"""The petitions that an officer ticked, as they came in with a form: found through `visible_to`, in their order, each once.

From a list comes `desk=<number>` for each box; the page that asks for confirmation adds `listed=<number>~<version>`, the version that
it showed. Of a number that is not found here nothing is said back: it is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict

from xinqiao.matters.models import Matter, MatterNumber
from xinqiao.organisations.models import Officer
from xinqiao.rules.bulk import AT_ONCE

LONGEST = 40  # characters of a number and its version; whatever is longer was not made by us


@dataclass
class Line:
    """One petition on the page: as the list shows it, the version the officer sees, and whether it is ticked."""

    matter: Matter
    version: int
    ticked: bool = True

    @property
    def listed(self) -> str:
        return f"{self.matter.number}~{self.version}"

    @property
    def person(self) -> str:
        return "（匿名）" if self.matter.anonymous else self.matter.petitioner_name or "（保密）"


@dataclass
class Chosen:
    """`asked`: how many different numbers came in; `not_found`: those of them that this officer cannot see."""

    asked: int
    lines: list[Line] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)

    @property
    def ticked(self) -> list[Line]:
        return [line for line in self.lines if line.ticked]

    @property
    def too_many(self) -> bool:
        return self.asked > AT_ONCE


def read(sent: QueryDict, officer: Officer) -> Chosen:
    """What the form says. Of more than AT_ONCE nothing is looked up."""
    ticked = dict.fromkeys(text[:LONGEST].replace("\x00", "") for text in sent.getlist("desk"))
    versions = dict(_listed(sent.getlist("listed")))
    numbers = list(dict.fromkeys([*versions, *ticked]))
    if len(numbers) > AT_ONCE:
        return Chosen(len(numbers))
    found = _matters(numbers, officer)
    lines = [Line(found[n], versions.get(n, found[n].version), n in ticked) for n in numbers if n in found]
    missing = [number for number in ticked if number not in found]
    return Chosen(len(numbers), lines, missing)


def _listed(values: Iterable[str]) -> Iterable[tuple[str, int]]:
    for value in values:
        number, mark, version = value[:LONGEST].replace("\x00", "").rpartition("~")
        if mark and version.isdecimal():
            yield number, min(int(version), 2**31 - 1)


def _matters(numbers: list[str], officer: Officer) -> dict[str, Matter]:
    known = dict(MatterNumber.objects.filter(number__in=numbers).values_list("number", "matter_id"))
    visible = Matter.objects.visible_to(officer).filter(pk__in=set(known.values()))
    by_id = {matter.pk: matter for matter in visible}
    return {number: by_id[matter_id] for number, matter_id in known.items() if matter_id in by_id}
