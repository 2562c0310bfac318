"""The columns of the queue: which there are, which a post sees unless it chose otherwise, and what stands in a cell.

Cells are made here, once for each row, not by the template: a page of a hundred rows is nine hundred of them. Every text that
people wrote goes through `escape`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape  # of plain texts: Django's own first asks whether they are lazy, 400 times a page

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from xinqiao.ui.day_words import exact_day
from xinqiao.ui.icons import icon
from xinqiao.ui.templatetags import ui_tags

SEPARATOR = '<span class="sep" aria-hidden="true"></span>'


@dataclass(frozen=True)
class Column:
    """One column. `order`: the order of `keyset` that its head sorts by. `shown`: unless the post chose otherwise."""

    key: str
    label: str
    cell: Callable[[dict, date], str]
    order: str = ""
    shown: bool = True
    always: bool = False
    head: str = ""  # HTML, where the label alone is not what stands above the column


def _number(row: dict, today: date) -> str:
    return f'<td class="c-no m-hide" title="{escape(row["number"])}">{escape(row["short"])}</td>'


def _title(row: dict, today: date) -> str:
    unread, title = row["unread"], escape(row["title"])
    dot = '<span class="unread-dot" aria-hidden="true"></span>' if unread else ""
    news = f' aria-description="{escape(_("有新动态"))}"' if unread else ""
    link = f'<a class="t" href="{case_address(row["number"])}"{news} title="{title}">{title}</a>'
    return f'<td class="main"><div class="ttl">{dot}{link}{"".join(_fact(*fact) for fact in row["facts"])}</div></td>'


def _person(row: dict, today: date) -> str:
    return f'<td class="nw">{escape(row["person"])}{SEPARATOR}<span class="sub">{row["channel"]}</span></td>'


def _class(row: dict, today: date) -> str:
    name = escape(row["content_class"])
    return f'<td class="c-class sub" title="{name}">{name}</td>'


def _kind(row: dict, today: date) -> str:
    return f'<td class="nw m-hide sub">{escape(row["kind_label"])}</td>'


def _unit(row: dict, today: date) -> str:
    name = escape(row["unit"])
    return f'<td class="c-unit sub" title="{name}">{name}</td>'


def _stage(row: dict, today: date) -> str:
    return f'<td class="nw">{_stage_tag(row["stage"], row["stage_label"])}</td>'


def _due(row: dict, today: date) -> str:
    return f'<td class="nw">{_due_tag(row["due_on"], today) if row["due_on"] else ""}</td>'


def _handler(row: dict, today: date) -> str:
    name = escape(row["handler"])
    return f'<td class="c-handler m-hide" title="{name}">{name or "—"}</td>'


def _received(row: dict, today: date) -> str:
    return f'<td class="nw m-hide sub num">{exact_day(row["received_on"], today)}</td>'


def _changed(row: dict, today: date) -> str:
    return f'<td class="nw m-hide sub num">{escape(row["changed"])}</td>'


COLUMNS = (
    Column("number", "编号", _number, order="number"),
    Column("title", "事项", _title, always=True),
    Column("person", "信访人、渠道", _person, head=f"信访人{SEPARATOR}渠道"),
    Column("kind", "事项类别", _kind, shown=False),
    Column("class", "分类", _class),
    Column("unit", "办理机关", _unit, order="unit"),
    Column("stage", "阶段", _stage),
    Column("received", "收到", _received, order="received", shown=False),
    Column("due", "期限", _due, order="due"),
    Column("handler", "承办人", _handler),
    Column("changed", "最近动态", _changed),
)
BY_KEY = {column.key: column for column in COLUMNS}
CHOOSABLE = tuple(column for column in COLUMNS if not column.always)
DEFAULT = frozenset(column.key for column in COLUMNS if column.shown)


def chosen(keys: Iterable[str], *, with_unit: bool) -> list[Column]:
    """The columns to print, in their one order. The unit stands where a list holds what lies with others too."""
    wanted = set(keys)
    if not with_unit:
        wanted.discard("unit")
    return [column for column in COLUMNS if column.always or column.key in wanted]


def line(row: dict, columns: Iterable[Column], today: date, *, pick: bool) -> SafeString:
    """One row of the table. `pick`: with a check box, for acts on several; what is done one by one has none."""
    cells = "".join(column.cell(row, today) for column in columns)
    return mark_safe(f'<tr class="row{" unread" if row["unread"] else ""}">{_pick(row) if pick else ""}{cells}</tr>')


def _pick(row: dict) -> str:
    if row["one_by_one"]:
        return '<td class="chk"></td>'
    words = escape(_("选择“%(title)s”") % {"title": row["title"]})
    box = f'<input type="checkbox" name="desk" value="{escape(row["number"])}" form="bulk">'
    return f'<td class="chk"><label><span class="visually-hidden">{words}</span>{box}</label></td>'


def heads(columns: Iterable[Column], current: str, link: Callable[[str], str], offered: Iterable[str]) -> SafeString:
    """The heads: a link to sort by, once more to turn the order round, and `aria-sort` on the one that holds now."""
    offered = set(offered)
    return mark_safe("".join(_head(column, current, link, offered) for column in columns))


def _head(column: Column, current: str, link: Callable[[str], str], offered: set[str]) -> str:
    words, from_end = column.head or escape(column.label), current.startswith("-")
    if column.order not in offered:
        return f'<th scope="col">{words}</th>'
    if current.removeprefix("-") != column.order:
        return f'<th scope="col"><a href="{escape(link(column.order))}" title="{escape(_("按这一列排序"))}">{words}{icon("chevrons-up-down")}</a></th>'
    turned = column.order if from_end else f"-{column.order}"
    ascending = from_end == (column.order == "received")  # what came last stands first, unless turned round
    sort, arrow = ("ascending", "arrow-up") if ascending else ("descending", "arrow-down")
    return (
        f'<th scope="col" aria-sort="{sort}"><a href="{escape(link(turned))}" title="{escape(_("倒过来排"))}">'
        f"{words}{icon(arrow)}</a></th>"
    )


# ---- what many rows share ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _case_pattern() -> tuple[str, str]:
    before, _number, after = reverse("workbench:case", args=["NUMBER"]).partition("NUMBER")
    return before, after


def case_address(number: str) -> str:
    """The address of a case; numbers are letters and digits (rules.numbering)."""
    before, after = _case_pattern()
    return f"{before}{number}{after}" if number.isascii() and number.isalnum() else reverse("workbench:case", args=[number])


@lru_cache(maxsize=256)
def _fact(words: str, tone: str) -> str:
    return ui_tags.tag(words, tone)


@lru_cache(maxsize=256)
def _stage_tag(stage: str, label: str) -> str:
    return ui_tags.stage_tag(stage, label)


@lru_cache(maxsize=1024)
def _due_tag(due_on: date, today: date) -> str:
    return ui_tags.due_tag({}, due_on, today)
