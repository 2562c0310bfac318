"""A list as somebody asked for it: its rows by position, its tabs, and its address with one choice changed.

here = Listing(request, reverse("workbench:samples"))
page = here.page(rows, NEWEST, COLUMNS)
context = {"rows": page.rows, "tabs": here.tabs(TABS, show), **here.turning(page)}
"""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import HttpRequest

from . import keyset


class Listing:
    """`here(show="done")` is the address of the list with that choice, the others as they are, from its beginning."""

    def __init__(self, request: HttpRequest, address: str):
        self._asked, self._address = request.GET, address

    def __call__(self, **changes: str) -> str:
        return keyset.with_choices(self._address, self._asked, **changes)

    def page(self, rows: QuerySet, order: keyset.Order, columns: tuple[str, ...]) -> keyset.Page:
        """The rows at the position in the address; a position that cannot be is the beginning."""
        after, before = self._asked.get("after", ""), self._asked.get("before", "")
        return keyset.page(rows, order, columns, after=after, before=before)

    def tabs(self, labels: Iterable[tuple[str, str]], chosen: str) -> list[dict]:
        """A tab for each value of `show` with its label, the chosen one marked."""
        return [{"label": label, "url": self(show=key), "on": key == chosen} for key, label in labels]

    def turning(self, page: keyset.Page) -> dict[str, str]:
        """For the template: the addresses of the page before and of the one after, "" where there is none."""
        return {
            "previous_url": self(before=page.before) if page.before else "",
            "next_url": self(after=page.after) if page.after else "",
        }
