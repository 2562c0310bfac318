"""The tables of the pages: rows in the order of the definitions, of the tree, of time - never by value (G.4)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from xinqiao.reporting.indicators.figures import Figure, UnitFigure
from xinqiao.rules import indicators
from xinqiao.rules.indicators import Indicator, Legalisation, Measure, Side

from ..statistics import choices
from ..statistics import tables as counted

MOST_MONTHS = 36
Link = Callable[[str], str]

# What a part of the view has no figures for, and why.
WITHOUT = {
    Legalisation.PREVENTION: _("风险评估和排查的结果不在这里：排查情况请看“排查”。"),
    Legalisation.ORDER: _("平台不登记、不统计人的行为，这一部分没有指标。违法行为由公安机关依法处理。"),
}


@dataclass(frozen=True)
class Line:
    """One indicator in a set, as words."""

    row: Indicator
    figure: Figure | None
    url: str
    inner: bool

    @property
    def value(self) -> str:
        return self.figure.told[2] if self.figure else _("未计算")

    @property
    def parts(self) -> tuple[str, str]:
        if self.figure is None or self.row.measure is Measure.COUNT:
            return ("", "")
        return self.figure.told[:2]

    @property
    def note(self) -> str:
        """What to know before leaning on it."""
        if self.figure is None:
            return self.row.missing
        left_out = _("另有%(n)s件不计入。") % {"n": self.figure.excluded} if self.figure.excluded != "0" else ""
        return f"{self.figure.note}{left_out}"


@dataclass(frozen=True)
class Section:
    """One side of the set, or one of the five parts. `why`: what this part has no figures for."""

    key: str
    title: str
    lines: list[Line] = field(default_factory=list)
    why: str = ""


def sections(figures: dict[str, Figure], link: Link, *, five: bool) -> list[Section]:
    """The same figures by side (speed, quality, voice, what guards them), or by the five parts of H.7."""
    lines = [_line(row, figures, link) for row in indicators.INDICATORS.values()]
    parts = Legalisation if five else Side
    return [
        Section(
            part.value,
            part.label,
            [line for line in lines if (line.row.legalisation if five else line.row.side) == part],
            WITHOUT.get(part, "") if five else "",
        )
        for part in parts
    ]


def beside(code: str, figures: dict[str, Figure], link: Link) -> list[Line]:
    """What stands next to one indicator, so that it is never read alone (G.4)."""
    return [_line(indicators.find(one), figures, link, flat=True) for one in indicators.find(code).beside]


def _line(row: Indicator, figures: dict[str, Figure], link: Link, *, flat: bool = False) -> Line:
    inner = row.code in indicators.PARTS and not flat
    return Line(row, figures.get(row.code), "" if row.missing else link(row.code), inner)


# ---- one indicator, by unit and along time -----------------------------------------------------------------------------------


@dataclass
class FigureRow(counted.Row):
    """A row whose picture is a share, a mean or a count; `size` is None where it is withheld or there is none."""

    size: float | None = None

    @property
    def is_told(self) -> bool:
        return self.size is not None


class FigureTable(counted.Table):
    """Bars against the whole for rates, against the longest for days and counts."""

    full: float | None = None

    def __post_init__(self):
        longest = self.full or max((row.size or 0 for row in self.rows), default=0) or 1
        for row in self.rows:
            row.width = round((row.size or 0) / longest * counted.FULL, 1)


class RateTable(FigureTable):
    full = 1.0


def units(rows: list[UnitFigure], row: Indicator, down: Callable[[int], str]) -> counted.Table:
    """The organs below, in the order of the tree (G.4); `down`: the page of one of them by its key."""
    made = [
        _row(
            _("%(name)s（本机关）") % {"name": one.organisation.name} if one.own else one.organisation.name,
            one.figure,
            "" if one.own else down(one.organisation.pk),
        )
        for one in rows
    ]
    return _table(row)("units", _("各机关（按机构顺序，不排名）"), _("机关"), made, _columns(row))


def months(rows: list[tuple[date, Figure]], row: Indicator) -> counted.Table:
    """From the first month in which something was counted; of very long periods the last three years."""
    first = next((place for place, (_month, figure) in enumerate(rows) if figure.denominator != 0), len(rows))
    shown = rows[first:][-MOST_MONTHS:]
    made = [_row(choices.month_words(month), figure) for month, figure in shown]
    return _table(row)("months", _("按月"), _("月份"), made, _columns(row))


def _row(label: str, figure: Figure, down_url: str = "") -> FigureRow:
    numerator, denominator, value = figure.told
    counts = figure.indicator.measure is Measure.COUNT
    size = 0.0 if figure.is_empty else figure.numerator if counts else figure.value
    return FigureRow(label, value, "", down_url, () if counts else (numerator, denominator), size=size)


def _table(row: Indicator) -> type:
    return RateTable if row.measure is Measure.RATE else FigureTable


def _columns(row: Indicator) -> tuple[str, ...]:
    if row.measure is Measure.COUNT:
        return (_("件数"),)
    return (_("数值"), _("日数之和") if row.measure is Measure.DAYS else _("分子"), _("分母"))


def of_all(parts: list[Section]) -> counted.Table:
    """The whole set as one table, for a file."""
    rows = [
        counted.Row(line.row.name, line.value, more=(*line.parts, line.note), inner=line.inner)
        for part in parts
        for line in part.lines
        if line.figure is not None
    ]
    return counted.Table("figures", _("指标"), _("指标"), rows, (_("数值"), _("分子"), _("分母"), _("说明")))
