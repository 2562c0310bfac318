"""The public directory of organisations, and how a program names a place."""

from django.db.models import Q, QuerySet

from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Line

AT_MOST = 500  # organisations on one page


def place(name: str) -> Organisation | None:
    """The organisation with this key, or the government of the division with this code."""
    active = Organisation.objects.filter(active=True)
    found = active.filter(key=name).first()
    if found is None:
        seats = active.filter(division_code=name, line__in=[Line.GOVERNMENT, Line.VILLAGE])
        found = seats.order_by("level", "lft").first()
    return found


def organisations(*, level: int | None, parent: str, words: str, after: str) -> QuerySet[Organisation]:
    """Active organisations in the order of the tree; `words` is part of a name, or first letters of its pinyin."""
    found = Organisation.objects.filter(active=True).select_related("parent").order_by("lft")
    if level is not None:
        found = found.filter(level=level)
    if parent:
        found = found.filter(parent__key=parent)
    if words:
        found = found.filter(Q(name__contains=words) | Q(pinyin__startswith=words.lower()))
    if after:
        found = found.filter(lft__gt=Organisation.objects.filter(key=after).values("lft"))
    return found
