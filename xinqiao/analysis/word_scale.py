"""How common a word is in petitions (词频): counted in a sample once a week by the worker, kept in one row, read once an hour by each process.

Reports and sealed matters are not in the sample (C-01), and what is kept of it are pairs of characters with a number each.
"""

import time
from collections import Counter
from datetime import datetime, timedelta
from functools import cache

from django.db import connection

from xinqiao.rules.sameness import COMMONPLACES, EACH_COMMONPLACE, SAMPLE, SAMPLE_DAYS, SCARCE
from xinqiao.rules.stages import Kind
from xinqiao.search import likeness

from .models import WordScale
from .text.sameness import Scale, pairs

KEPT_FOR = 3600  # seconds
_kept: list[tuple[float, Scale]] = []

# Blocks of the table here and there: what came in one week may all speak of one thing.
_SAMPLE = """
SELECT e.petition FROM search_searchentry AS e TABLESAMPLE SYSTEM (%(share)s) JOIN matters_matter AS m ON m.id = e.matter_id
WHERE NOT m.sealed AND m.kind <> %(report)s LIMIT %(most)s
"""


def current() -> Scale:
    """The scale by which texts are compared now."""
    if not _kept or time.monotonic() - _kept[0][0] > KEPT_FOR:
        row = WordScale.objects.order_by("pk").first()
        _kept[:] = [(time.monotonic(), filled_up(row.texts, row.counts) if row else filled_up(0, {}))]
    return _kept[0][1]


def filled_up(texts: int, counts: dict[str, int]) -> Scale:
    """With the commonplaces of petitions added, where too few texts were counted to know them."""
    if texts >= SCARCE:
        return Scale(texts, counts)
    added = Counter(counts)
    for word in _commonplaces():
        added[word] += EACH_COMMONPLACE
    return Scale(texts + SCARCE, added)


@cache
def _commonplaces() -> tuple[str, ...]:
    return tuple(pairs(COMMONPLACES))


def keep(at: datetime) -> int:
    """Count again when the last count is a week old; how many texts were read."""
    if WordScale.objects.filter(made_at__gt=at - timedelta(days=SAMPLE_DAYS)).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'search_searchentry'::regclass")
        share = min(100.0, 150 * SAMPLE / cursor.fetchone()[0])
        cursor.execute(_SAMPLE, {"share": share, "report": Kind.REPORT.value, "most": SAMPLE})
        texts = [text for (text,) in cursor.fetchall()]
    counts = Counter(word for text in texts for word in pairs(likeness.said(text)))
    more = {word: number for word, number in counts.items() if number > 1}
    WordScale.objects.update_or_create(pk=1, defaults={"made_at": at, "texts": len(texts), "counts": more})
    _kept.clear()
    return len(texts)
