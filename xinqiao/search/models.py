"""One entry for each matter: its text as it is searched, and the words that say who may find it and when it came in."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """What can be found of one matter. The texts are folded (`words.fold`) and hold no identity: names, numbers and addresses of the
    petitioners are masked before they come here (C-12), so that nobody confirms by searching what the page does not show.

    `petition`: title, number, place, submissions, requests, a line each. `answer`: opinions issued, for roles that read them.
    `words`: their tokens, those of `answer` with ANSWER before them, and the marks of `marks`. `marks`: digest of the marks.
    """

    matter_id = models.BigIntegerField(primary_key=True)
    received_at = models.DateTimeField()
    petition = models.TextField()
    answer = models.TextField(blank=True)
    words = SearchVectorField()
    marks = models.CharField(max_length=16)
    version = models.SmallIntegerField()

    class Meta:
        indexes = [
            # New words wait in a list and are put in place together. Whoever searches reads all of the list, so it is short
            # (`database.address`: gin_pending_list_limit); a back-fill takes a longer one.
            GinIndex(fields=["words"], name="search_words", fastupdate=True),
            models.Index(fields=["-received_at", "-matter_id"], name="search_received"),
        ]


class Likeness(models.Model):
    """What the text of an entry is like (`search.likeness`), written with it."""

    matter_id = models.BigIntegerField(primary_key=True)
    received_at = models.DateTimeField()
    bands = ArrayField(models.IntegerField())

    class Meta:
        indexes = [GinIndex(fields=["bands"], name="search_bands", fastupdate=True)]


class EntryDue(models.Model):
    """A matter whose entry is owed: imported, or moved with its organisation. A small table, claimed with SKIP LOCKED, newest first."""

    matter_id = models.BigIntegerField(primary_key=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-received_at"], name="entry_due_newest")]
