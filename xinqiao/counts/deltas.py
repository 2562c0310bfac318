"""Append what a step changed. No sum is touched: no writer waits for another one at a hot row."""

from collections import Counter
from collections.abc import Iterable

from .cells import Cell
from .models import Delta


def add(changes: Iterable[tuple[Cell, int, int]]) -> int:
    """Append (cell, place of its unit in the tree, +1 or -1), in the caller's transaction; returns how many rows it took."""
    summed = Counter()
    for cell, org_lft, change in changes:
        summed[cell, org_lft] += change
    rows = [Delta(**cell._asdict(), org_lft=lft, change=change) for (cell, lft), change in summed.items() if change]
    Delta.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
