"""The small time line of a row: columns side by side, with its numbers in words for who does not see it."""

from collections.abc import Sequence
from datetime import date

from django.utils.safestring import SafeString, mark_safe

HEIGHT, WIDTH, GAP = 20, 4, 1


def small(course: Sequence[tuple[date, date, int]]) -> SafeString:
    """One column for each stretch of the window; figures made here, nothing of a text."""
    most = max((count for _first, _last, count in course), default=0) or 1
    bars = "".join(
        f'<rect x="{place * (WIDTH + GAP)}" y="{HEIGHT - count * HEIGHT / most:.1f}" width="{WIDTH}" height="{count * HEIGHT / most:.1f}"/>'
        for place, (_first, _last, count) in enumerate(course)
    )
    wide = len(course) * (WIDTH + GAP)
    said = "、".join(str(count) for _first, _last, count in course)
    return mark_safe(
        f'<svg class="hot-line" viewBox="0 0 {wide} {HEIGHT}" width="{wide}" height="{HEIGHT}" role="img" aria-label="按时间：{said}">'
        f'<rect class="floor" y="{HEIGHT - 0.5}" width="{wide}" height="0.5"/>{bars}</svg>'
    )
