"""Plots as SVG, by a few lines of our own: one panel for each group, cost against the number of matters, both written so that they can be read."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

WIDTH, HEIGHT, COLUMNS = 300, 230, 3
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 34, 44
COLOURS = ("#1a5fb4", "#c64600", "#26a269", "#613583")
BUDGET = "#a51d2d"


@dataclass
class Line:
    """One figure at several sizes."""

    label: str
    points: list[tuple[int, float]]


@dataclass
class Panel:
    """`budget`: a dashed line across; `shown_to`: the size up to which it counts."""

    title: str
    lines: list[Line] = field(default_factory=list)
    budget: float | None = None


def svg(panels: list[Panel], unit: str, caption: str) -> str:
    """A picture of all panels with one legend; the sizes are on a logarithmic scale."""
    rows = -(-len(panels) // COLUMNS)
    width, height = COLUMNS * WIDTH, rows * HEIGHT + 46
    sizes = sorted({size for panel in panels for line in panel.lines for size, _value in line.points})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img"'
        f' font-family="sans-serif" font-size="12" fill="#222">',
        f"<title>{_escaped(caption)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-size="14">{_escaped(caption)}</text>',
    ]
    for number, panel in enumerate(panels):
        across, down = number % COLUMNS * WIDTH, number // COLUMNS * HEIGHT + 24
        parts += [f'<g transform="translate({across} {down})">', *_panel(panel, sizes, unit), "</g>"]
    parts += _legend(panels, height)
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, sizes: list[int], unit: str) -> Iterable[str]:
    values = [value for line in panel.lines for _size, value in line.points]
    top = _round_up(max([*values, panel.budget or 0]) * 1.05)
    yield f'<text x="{LEFT}" y="{TOP - 8}" font-weight="bold">{_escaped(panel.title)}</text>'
    for step in range(5):
        value = top * step / 4
        y = _y(value, top)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" font-size="11">{value:g}</text>'
    yield f'<text x="{LEFT - 34}" y="{TOP - 8}" font-size="11">{_escaped(unit)}</text>'
    for size in sizes:
        yield f'<text x="{_x(size, sizes):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" font-size="11">{_size(size)}</text>'
    if panel.budget is not None:
        y = _y(panel.budget, top)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{BUDGET}" stroke-dasharray="5 4"/>'
    for colour, line in zip(COLOURS, panel.lines, strict=False):
        places = [(_x(size, sizes), _y(value, top)) for size, value in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for (x, y), (size, value) in zip(places, line.points, strict=True):
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"><title>{_size(size)}: {value:g} {_escaped(unit)}</title></circle>'


def _legend(panels: list[Panel], height: int) -> Iterable[str]:
    labels = dict.fromkeys(line.label for panel in panels for line in panel.lines)
    x = LEFT
    for colour, label in zip(COLOURS, labels, strict=False):
        yield f'<rect x="{x}" y="{height - 20}" width="14" height="4" fill="{colour}"/>'
        yield f'<text x="{x + 20}" y="{height - 14}">{_escaped(label)}</text>'
        x += 40 + 7 * len(label)
    if any(panel.budget is not None for panel in panels):
        yield f'<line x1="{x}" x2="{x + 16}" y1="{height - 18}" y2="{height - 18}" stroke="{BUDGET}" stroke-dasharray="5 4"/>'
        yield f'<text x="{x + 22}" y="{height - 14}">budget at 1 million</text>'


def _x(size: int, sizes: list[int]) -> float:
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])
    share = (math.log10(size) - first) / (last - first) if last > first else 0.5
    return LEFT + 16 + share * (WIDTH - LEFT - RIGHT - 32)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _round_up(value: float) -> float:
    """A scale whose quarters are round."""
    power = 10 ** math.floor(math.log10(value)) if value > 0 else 1
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)


def _size(size: int) -> str:
    for unit, word in ((1_000_000, "M"), (1_000, "k")):
        if size >= unit:
            return f"{size / unit:g}{word}"
    return str(size)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
