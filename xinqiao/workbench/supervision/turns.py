"""Whose turn it is in what the petition office and an organ do with each other: supervisions, completion reports."""

from collections.abc import Mapping, Set

from django.db.models import Q

from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Role


def asked_of(officer: Officer, posts: Mapping[tuple[str, str], Set[Role]]) -> Q:
    """The rows in which something is asked of this post now. `posts`: (state, `office` or `organisation`) -> who is asked there."""
    turn = Q(pk__in=())
    for (state, side), roles in posts.items():
        if roles & officer.role_set:
            turn |= Q(state=state, **{side: officer.organisation_id})
    return turn
