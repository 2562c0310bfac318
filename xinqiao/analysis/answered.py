"""Before filing: what others asked and how it was answered (先看看别人问过的), and where else one may turn.

Reads published texts only. A search is a look into one small table by the pairs of characters of the words, at most READ rows of it.
"""

import re
from dataclasses import dataclass
from math import log

from django.db.models import QuerySet

from xinqiao.rules import routes
from xinqiao.search import commonness
from xinqiao.search.words import fold, terms, tokens

from .models import PublicAnswer

PAGE_ROWS = 20
READ = 200  # rows of which the texts are compared
READ_OF_ONE = 1500  # characters of each
HINTS = 3
ALIKE = 0.16  # share of what is rare in a text that a published question must have to be shown beside it
RAREST = 40  # pairs of a text by which rows are looked up
_UNKNOWN = 0.0005


@dataclass(frozen=True)
class Page:
    """Rows in order, and behind which one the next page begins."""

    rows: list[PublicAnswer]
    after: int | None = None


def rows() -> QuerySet[PublicAnswer]:
    return PublicAnswer.objects.public().select_related("answered_by", "place", "content_class").defer("tokens")


def newest(*, after: int | None = None) -> Page:
    """A page of all, those prepared last first."""
    found = rows().filter(pk__lt=after) if after else rows()
    return _page(list(found.order_by("-pk")[: PAGE_ROWS + 1]))


def search(words: str, *, after: int | None = None) -> Page:
    """Those in which every word stands, the newest first; none for words too short to look up."""
    asked = terms(words)
    if not asked:
        return Page([])
    wanted = sorted({token for term in asked for token in term.tokens})
    found = rows().filter(tokens__contains=wanted)
    found = found.filter(pk__lt=after) if after else found
    seen, last = [], None
    for row in found.order_by("-pk")[:READ]:
        last = row.pk
        text = fold(f"{row.title}\n{row.question}\n{row.answer}")
        if all(term.text in text for term in asked):
            seen.append(row)
        if len(seen) > PAGE_ROWS:
            return _page(seen)
    return Page(seen, last if last and found.filter(pk__lt=last).exists() and len(seen) < PAGE_ROWS else None)


def _page(found: list[PublicAnswer]) -> Page:
    more = len(found) > PAGE_ROWS
    return Page(found[:PAGE_ROWS], found[PAGE_ROWS - 1].pk if more else None)


def one(number: int) -> PublicAnswer | None:
    return rows().filter(pk=number).first()


def like(text: str, *, most: int = HINTS) -> list[PublicAnswer]:
    """Published questions that speak of what this text speaks of, the likest first; none when nothing is near enough."""
    weights = {token: -log(max(share, 1e-4)) for token, share in _shares(tokens(fold(text))).items()}
    rarest = sorted(weights, key=lambda token: (-weights[token], token))[:RAREST]
    if len(rarest) < 4:
        return []
    whole = sum(weights[token] for token in rarest)
    found = (
        PublicAnswer.objects.public()
        .filter(tokens__overlap=rarest)
        .order_by("-pk")
        .values_list("pk", "title", "question")[:READ]
    )
    scored = []
    for pk, title, question in found:
        theirs = tokens(fold(f"{title}\n{question[:READ_OF_ONE]}"))
        least = min(whole, sum(-log(max(share, 1e-4)) for share in _shares(theirs).values()))
        score = sum(weights[token] for token in weights if token in theirs) / max(least, 1.0)
        if score >= ALIKE:
            scored.append((score, pk))
    chosen = [pk for _score, pk in sorted(scored, reverse=True)[:most]]
    by_pk = {row.pk: row for row in rows().filter(pk__in=chosen)}
    return [by_pk[pk] for pk in chosen if pk in by_pk]


def _shares(found: set[str]) -> dict[str, float]:
    known = commonness.shares()
    return {token: max(known.get(token, 0.0), _UNKNOWN) for token in found}


def elsewhere(text: str, answered: dict) -> list[routes.Suggestion]:
    """Where else to turn for what the text speaks of, but for what was asked and answered before (D.8). Never instead of filing."""
    spoken = {name for name, words in routes.SPOKEN_OF.items() if re.search(words, text)}
    return routes.suggest(
        {name: name in spoken and answered.get(name, "unsure") not in ("yes", "no") for name in spoken}
    )
