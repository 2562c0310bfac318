"""How one post wants its lists to look, and the lists it has put together itself (我的筛选). Nothing here is part of a case."""

from dataclasses import dataclass

from django.db import models

from xinqiao.database.composed import Composed
from xinqiao.organisations.models import Officer

MOST_FILTERS = 12
LONGEST_NAME = 20
PAGE_SIZES = (30, 60, 100)


@dataclass(frozen=True)
class SavedFilter:
    """One of the lists a post has put together: a shelf, an order, and what narrows it, as it stands in an address."""

    id: int
    name: str
    query: dict[str, str]


class ListSettings(models.Model):
    """One row for a post that changed anything. It is read with every page of the queue: one statement for everything here."""

    officer = models.OneToOneField(Officer, models.CASCADE, primary_key=True, related_name="+")
    columns = models.JSONField(null=True, help_text="keys of workbench.columns; empty: those that everybody sees")
    compact = models.BooleanField(default=False)
    page_rows = models.SmallIntegerField(default=PAGE_SIZES[0])
    filters = models.JSONField(default=list, help_text="[{id, name, query}], in the order of the side bar")

    @classmethod
    def of(cls, officer: Officer) -> "ListSettings":
        """The settings of this post; those of everybody where it changed nothing."""
        return _settings_of.first(officer_id=officer.pk) or cls(officer_id=officer.pk)

    @property
    def saved(self) -> list[SavedFilter]:
        """The saved filters, as far as they can be read."""
        rows = self.filters if isinstance(self.filters, list) else []
        return [
            SavedFilter(row["id"], row["name"], row["query"]) for row in rows if {"id", "name", "query"} <= set(row)
        ]

    def saved_as(self, filter_id: int) -> SavedFilter | None:
        return next((one for one in self.saved if one.id == filter_id), None)

    def keep(self, saved: list[SavedFilter]) -> None:
        """Write these filters, in this order."""
        self.filters = [{"id": one.id, "name": one.name, "query": one.query} for one in saved]
        self.save()


_settings_of = Composed(lambda officer_id: ListSettings.objects.filter(pk=officer_id))
