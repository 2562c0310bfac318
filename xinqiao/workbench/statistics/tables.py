"""The tables of the page: rows in the order of the tree, of the procedure, of the classification, of time - never by number (G.4)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from xinqiao.counts.cells import UNDECIDED
from xinqiao.counts.reading import Figures
from xinqiao.matters.entries import GROUPS, group_of
from xinqiao.rules.small_cells import NOT_SHOWN, shown, shown_parts
from xinqiao.rules.stages import Channel, Kind, Stage

from .. import filters
from . import choices, drawing
from .scope import Scope

FULL = 100.0  # width of a bar, and height of a column, in its own drawing
COLUMN = 9  # width of a column with the space beside it
STUB = 6  # what is drawn for a withheld figure, whichever it is
MOST_MONTHS = 36  # months side by side; more are added up to years

Link = Callable[..., str]  # the list behind a figure; empty where this post opens none


@dataclass
class Row:
    """One figure. `told` is what stands in the table; `width` of its bar; a withheld figure has a bar of one fixed length."""

    label: str
    told: str
    url: str = ""
    down_url: str = ""  # the same page, of this unit
    more: tuple[str, ...] = ()
    inner: bool = False  # a part of the row above it
    width: float = 0.0

    @property
    def is_told(self) -> bool:
        return self.told.isdecimal()


@dataclass
class Table:
    """`key` names it in addresses; `columns` are the heads of its figures."""

    key: str
    title: str
    head: str
    rows: list[Row]
    columns: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self):
        """Bars are measured against the longest that is told."""
        longest = max((int(row.told) for row in self.rows if row.is_told), default=0) or 1
        for row in self.rows:
            row.width = round(int(row.told) * FULL / longest, 1) if row.is_told else 0.0

    @property
    def body(self) -> str:
        return drawing.body(self.rows)

    @property
    def drawn(self) -> list[dict]:
        """The columns of a course of time, side by side."""
        if self.key != "months" or len(self.rows) == 1:
            return []
        return [
            {"x": place * COLUMN + 1, "y": round(FULL - (row.width or STUB * (not row.is_told)), 1), "withheld": not row.is_told,
             "height": row.width or STUB * (not row.is_told), "title": f"{row.label} {row.told}"}
            for place, row in enumerate(self.rows)
        ]  # fmt: skip

    @property
    def drawn_columns(self) -> str:
        return drawing.columns(self.drawn)

    @property
    def drawn_width(self) -> int:
        return len(self.rows) * COLUMN

    @property
    def cells(self) -> list[list]:
        """For a file: texts as texts, told figures as numbers."""
        return [[f"　{row.label}" if row.inner else row.label, *map(_cell, (row.told, *row.more))] for row in self.rows]


def _cell(told: str) -> int | str:
    return int(told) if told.isdecimal() else told


@dataclass
class Sheet:
    """Everything that the page tells. `total` and `still_open` as they are told."""

    total: str
    still_open: str
    tables: list[Table] = field(default_factory=list)

    def find(self, key: str) -> Table | None:
        return next((one for one in self.tables if one.key == key), None)


def sheet(figures: Figures, scope: Scope, link: Link, down: Callable[[int], str]) -> Sheet:
    """All tables with something in them; each hides its small cells by itself, next to a total that is told (C-14)."""
    units = _units(figures, scope, link, down)
    made = [
        None if scope.head.alone else units,
        _months(figures.months, link),
        _stages(figures.stages, link),
        _kinds(figures.kinds, link),
        _classes(figures.classes, link),
        _channels(figures.channels, link),
    ]
    total, still_open = figures.total, figures.still_open.total()
    # What ended is the rest: where that is small, the open ones are withheld with it.
    told = shown_parts({"open": still_open, "ended": total - still_open})["open"]
    return Sheet(shown(total), told, [one for one in made if one and one.rows])


# ---- one after the other ---------------------------------------------------------------------------------------------


def _units(figures: Figures, scope: Scope, link: Link, down: Callable[[int], str]) -> Table:
    """Each with all and, of these, the open ones. Withheld as well where the rest, what has ended, would be a small cell."""
    units = _clean(figures.units)
    told = shown_parts(_named(units))
    still_open = {unit: figures.still_open[unit] for unit in units}
    told_open = shown_parts(_named(still_open))
    told_ended = shown_parts(_named({unit: units[unit] - still_open[unit] for unit in units}))
    hidden = {
        key
        for key in told
        if not (told[key].isdecimal() and told_open[key].isdecimal() and told_ended[key].isdecimal())
    }
    names = {one.pk: (one.name, one.rgt - one.lft) for one in scope.children}
    order = [*(one.pk for one in scope.children), *([scope.head.org_id] if scope.organisation else [])]
    rows = []
    for unit in order:
        if unit not in units:
            continue
        own = unit == scope.head.org_id and scope.organisation is not None
        name = _("%(name)s（本机关）") % {"name": scope.name} if own else names[unit][0]
        more = NOT_SHOWN if str(unit) in hidden else told_open[str(unit)]
        rows.append(Row(name, told[str(unit)], link(unit=unit), "" if own else down(unit), (more,)))
    silent = len(scope.children) - len([row for row in rows if row.down_url])
    note = _("另有%(n)s个机关没有可以统计的信访件。") % {"n": silent} if silent and rows else ""
    return Table("units", _("各机关"), _("机关"), rows, (_("件数"), _("其中在办")), note)


def _months(months: Mapping[date, int], link: Link) -> Table:
    found = _clean(months)
    if not found:
        return Table("months", _("按收到的月份"), _("月份"), [], (_("件数"),))
    if len(_from_to(min(found), max(found))) > MOST_MONTHS:
        return _years(found, link)
    every = {month: found.get(month, 0) for month in _from_to(min(found), max(found))}
    told = shown_parts(_named(every))
    rows = [
        Row(choices.month_words(month), told[str(month)], link(first=month, last=month) if every[month] else "")
        for month in every
    ]
    return Table("months", _("按收到的月份"), _("月份"), rows, (_("件数"),))


def _years(months: Mapping[date, int], link: Link) -> Table:
    years = Counter()
    for month, number in months.items():
        years[month.year] += number
    told = shown_parts(_named(years))
    rows = [
        Row(f"{year}年", told[str(year)], link(first=date(year, 1, 1), last=date(year, 12, 1)) if years[year] else "")
        for year in range(min(years), max(years) + 1)
        if years[year]
    ]
    return Table("months", _("按收到的年份"), _("年份"), rows, (_("件数"),))


def _stages(stages: Mapping[str, int], link: Link) -> Table:
    """The four parts of the procedure, and in each the stages themselves."""
    order = {stage.value: number for number, stage in enumerate(Stage)}
    found = sorted(_clean(stages).items(), key=lambda pair: order.get(pair[0], len(order)))
    parts = [
        (
            label,
            link(stage=key),
            [(Stage(stage).label, number, "") for stage, number in found if group_of(stage) == key],
        )
        for key, (label, _stages) in GROUPS.items()
    ]
    return Table("stages", _("办到哪一步"), _("阶段"), _in_parts(parts), (_("件数"),))


def _kinds(kinds: Mapping[str, int], link: Link) -> Table:
    order = [(kind.value, kind.label) for kind in Kind] + [("", _("还没有定类别"))]
    return Table(
        "kinds", _("事项类别"), _("类别"), _plain(order, kinds, link, "kind", {"": choices.UNDECIDED}), (_("件数"),)
    )


def _channels(channels: Mapping[str, int], link: Link) -> Table:
    return Table(
        "channels", _("信访形式"), _("形式"), _plain(Channel.choices(), channels, link, "channel"), (_("件数"),)
    )


def _classes(classes: Mapping[int, int], link: Link) -> Table:
    """Content classes below the class of the first level that they belong to (C.6)."""
    found = _clean(classes)
    known = filters.class_rows(found.keys() - {UNDECIDED})
    parts: dict[int, list] = {}
    for pk in sorted(found.keys() & known.keys(), key=lambda pk: known[pk].code):
        head = pk
        while known[head].parent in known:
            head = known[head].parent
        parts.setdefault(head, []).append((known[pk].name, found[pk], link(**{"class": pk})))
    rows = [(known[head].name, "", parts[head]) for head in sorted(parts, key=lambda pk: known[pk].code)]
    left = sum(number for pk, number in found.items() if pk == UNDECIDED or pk not in known)
    rows += [(_("还没有分类"), "", [(_("还没有分类"), left, "")])] if left else []
    return Table("classes", _("反映什么事"), _("内容分类"), _in_parts(rows), (_("件数"),))


# ---- rows ------------------------------------------------------------------------------------------------------------


def _plain(order: Iterable[tuple[str, str]], counts: Mapping[str, int], link: Link, name: str, said=None) -> list[Row]:
    found = _clean(counts)
    told = shown_parts(_named(found))
    return [
        Row(label, told[value], link(**{name: (said or {}).get(value, value)}))
        for value, label in order
        if value in found
    ]


def _in_parts(parts: list[tuple[str, str, list[tuple[str, int, str]]]]) -> list[Row]:
    """A row for each part, then its own rows where it has more than one: withheld so that neither gives the other away."""
    sums = {
        str(place): sum(number for _label, number, _url in inner) for place, (_label, _url, inner) in enumerate(parts)
    }
    told = shown_parts({key: number for key, number in sums.items() if number})
    rows = []
    for place, (label, url, inner) in enumerate(parts):
        if not sums[str(place)]:
            continue
        only = inner[0] if len(inner) == 1 else None
        rows.append(Row(label, told[str(place)], url or (only[2] if only else "")))
        if only and only[0] == label:
            continue
        within = shown_parts({str(number): one[1] for number, one in enumerate(inner)})
        for number, (name, _count, one_url) in enumerate(inner):
            figure = within[str(number)] if told[str(place)].isdecimal() else NOT_SHOWN
            rows.append(Row(name, figure, one_url, inner=True))
    return rows


def _clean(counts: Mapping) -> dict:
    return {key: number for key, number in counts.items() if number > 0}


def _named(counts: Mapping) -> dict[str, int]:
    return {str(key): number for key, number in counts.items()}


def _from_to(first: date, last: date) -> list[date]:
    found = [first]
    while found[-1] < last:
        found.append(choices.month_after(found[-1]))
    return found
