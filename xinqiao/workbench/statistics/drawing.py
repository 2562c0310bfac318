"""The rows of a table with the bar of each: put together here, not in a template, which took longer over them than all else together."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe

_BAR = '<svg class="stat-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>'
_WITHHELD = _BAR.format('<rect class="withheld" width="6" height="10"/>')  # one length, whichever figure it stands for


def body(rows: Iterable) -> SafeString:
    """The lines of `tables.Row`. What comes from names is escaped; the rest are figures and addresses made here."""
    return mark_safe("\n".join(_line(row) for row in rows))


def columns(bars: Iterable[dict]) -> SafeString:
    """The columns of a course of time, from the left."""
    return mark_safe(
        "".join(
            f'<rect{" class=withheld" if bar["withheld"] else ""} x="{bar["x"]}" y="{bar["y"]}" width="7" height="{bar["height"]}">'
            f"<title>{escape(bar['title'])}</title></rect>"
            for bar in bars
        )
    )


def _line(row) -> str:
    bar = _BAR.format(f'<rect width="{row.width}" height="10"/>') if row.is_told else _WITHHELD
    more = "".join(f'<td class="n">{escape(one)}</td>' for one in row.more)
    return (
        f'<tr{" class=inner" if row.inner else ""}><th scope="row">{_link(row.down_url, row.label)}</th>'
        f'<td class="stat-draw">{bar}</td><td class="n">{_link(row.url, row.told)}</td>{more}</tr>'
    )


def _link(url: str, words: str) -> str:
    return f'<a href="{escape(url)}">{escape(words)}</a>' if url else escape(words)
