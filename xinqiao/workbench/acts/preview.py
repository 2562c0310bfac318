"""What a letter would say: the step is really taken, inside a transaction that is rolled back, and what it made is printed.

So a preview can never differ from the letter: the same checks, the same words. Nothing of it stays.
"""

from django.db import transaction

from xinqiao.documents import letters
from xinqiao.documents.models import Document
from xinqiao.matters import identities, steps
from xinqiao.rules.confidentiality import Access

from .situation import Situation


def letter_of(here: Situation, kind: str, facts: dict, *, version: int | None) -> bytes | None:
    """The document `kind` as PDF marked 草稿, or None when this step would make none. Raises what the step raises."""
    with transaction.atomic():
        before = Document.objects.filter(matter_id=here.matter.pk).order_by("-pk").values_list("pk", flat=True).first()
        steps.FUNCTIONS[here.step](here.matter.pk, by=here.officer, at=here.at, version=version, **facts)
        made = Document.objects.filter(matter_id=here.matter.pk, pk__gt=before or 0, kind=kind).first()
        transaction.set_rollback(True)
    return letters.preview_pdf(kind, for_reader(made.data, here), at=here.at) if made else None


def for_reader(data: dict, here: Situation) -> dict:
    """The letter with everything masked that tells who the petitioner is, for every reader; the letter itself names the person.

    A preview is drawn anew with each change: nobody could say what for each time, so it never shows more (C-11, C-12).
    """
    people = [person.identity() for person in here.matter.petitioners]
    masked = identities.data_without_identity(data, people)
    if identities.access(here.matter, here.officer) is Access.FULL:
        return masked
    known = identities.identities(here.matter, here.officer)[0].name
    named = {person.name for person in people} - {""}
    hidden = {key: known for key, value in data.items() if isinstance(value, str) and value in named}
    return {**masked, **hidden}
