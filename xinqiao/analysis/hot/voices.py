"""What counts once in the heat of an issue: the matters of one person or account, and those with one and the same text (protection against flooding).

Nobody learns who it is: persons are compared by blind index, and what is kept is a number within the issue.
"""

import re
from collections.abc import Iterable

from xinqiao.matters.models import Matter
from xinqiao.people.models import Petitioner
from xinqiao.search.words import fold

from .candidates import bodies

_NOT_SAID = re.compile(r"[\W\d_]+")  # signs, spaces and numbers: a copy with another date is a copy
SHORTEST_COPY = 20  # characters: two short texts may be alike by chance


def voices(matter_ids: Iterable[int]) -> dict[int, int]:
    """{matter: number of its voice, from 1}, in the order of the matters."""
    ids = sorted(set(matter_ids))
    head = {pk: pk for pk in ids}

    def top(pk: int) -> int:
        while head[pk] != pk:
            head[pk] = pk = head[head[pk]]
        return pk

    first: dict[tuple, int] = {}
    for pk, mark in _marks(ids):
        other = first.setdefault(mark, pk)
        head[max(top(pk), top(other))] = min(top(pk), top(other))
    numbers: dict[int, int] = {}
    return {pk: numbers.setdefault(top(pk), len(numbers) + 1) for pk in ids}


def _marks(ids: list[int]) -> Iterable[tuple[int, tuple]]:
    """(matter, something that two matters of one voice share)."""
    accounts = Matter.objects.filter(pk__in=ids, account_id__isnull=False)
    yield from ((pk, ("account", account)) for pk, account in accounts.values_list("pk", "account_id"))
    people = Petitioner.objects.filter(matter_id__in=ids, agent=False)
    for pk, mobile, number, name in people.values_list("matter_id", "mobile_index", "id_index", "name_index"):
        if mobile:
            yield pk, ("mobile", mobile)
        if number:
            yield pk, ("id", number)
        if name and not (mobile or number):  # two of one name without a number count once: rather too few than too many
            yield pk, ("name", name)
    for pk, body in bodies(ids).items():
        plain = _NOT_SAID.sub("", fold(body))
        if len(plain) >= SHORTEST_COPY:
            yield pk, ("text", plain)
