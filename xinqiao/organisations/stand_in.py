"""An officer that nobody is: to compose what is asked for a post once for all posts of the same roles (database/composed.py)."""

from collections.abc import Iterable

from .models import Officer, Organisation, User

NUMBERS = frozenset({"post", "user", "unit", "lft", "first", "last"})  # some roles look at some of them only


def officer(roles: Iterable[str], *, post: int, user: int, unit: int, lft: int, first: int, last: int) -> Officer:
    """A post made of numbers; conditions composed for it are those of any post with these roles."""
    own = Organisation(pk=unit, lft=lft, rgt=lft, territory_lft=first, territory_rgt=last)
    return Officer(pk=post, user=User(pk=user, is_active=True), organisation=own, roles=sorted(roles), active=True)


def numbers(post: Officer) -> dict[str, int]:
    """The numbers of a real one."""
    own = post.organisation
    return {
        "post": post.pk, "user": post.user_id, "unit": own.pk, "lft": own.lft, "first": own.territory_lft,
        "last": own.territory_rgt,
    }  # fmt: skip
