"""机构导入: the units of a region from one table, thousands at once, all faults told by row before anything is written (A-05).

    plan = Plan(rows)               # rows: (row number, cells by field); reads the tree, writes nothing
    plan.faults                     # what must be mended, by row; nothing may be applied while there are any
    plan.created, plan.changed, plan.unchanged
    plan.apply()                    # in the caller's transaction; returns those whose place in the tree changed

The same table again changes nothing. Units that are not in the table stay as they are; none is ever deleted.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from django.db import connection
from pypinyin import Style, lazy_pinyin

from xinqiao.database import copying
from xinqiao.rules import wording
from xinqiao.rules.stages import LEVELS, Line

from . import tree
from .models import Organisation

# field → the name of its column; both are known in the first row of a table.
FIELDS = {
    "key": "机构编号", "name": "名称", "short": "简称", "level": "层级", "line": "条线", "parent": "上级机构编号",
    "parent_line": "条线上级编号", "division_code": "行政区划代码", "address": "地址", "phone": "电话",
    "vertically_managed": "垂直管理", "further_instance": "还有上一级复查复核机关", "active": "启用",
}  # fmt: skip
REQUIRED = ("key", "name", "level", "line", "division_code")
SUPERIORS = ("parent", "parent_line")
LETTERS_AT_MOST = 60
SHORT_AT_MOST = 20


class Fault(NamedTuple):
    """What is wrong with one row: `row` as a spreadsheet counts, `field` of FIELDS, `message` says what to do."""

    row: int
    field: str
    message: str


@dataclass
class Change:
    """One unit that is there already and differs: field → (before, after)."""

    key: str
    values: dict[str, tuple] = field(default_factory=dict)


def columns_of(header: Iterable[str], chosen: dict[str, str]) -> dict[str, str]:
    """field → column: as chosen, else by its Chinese or its English name."""
    header = set(header)
    found = {name: column for name, label in FIELDS.items() for column in (name, label) if column in header}
    return found | chosen


def letters(name: str) -> str:
    """First letters of the name, for finding by typing."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))[:LETTERS_AT_MOST]


class Plan:
    """What a table would change in the tree as it stands now."""

    def __init__(self, rows: Iterable[tuple[int, dict[str, str] | None]]):
        self.faults: list[Fault] = []
        self.changed: list[Change] = []
        self.unchanged = 0
        self._row_of: dict[str, int] = {}
        self._given: dict[str, dict[str, object]] = {}
        self._standing = {org.key: org for org in Organisation.objects.all()}
        self._superiors_before = {org.key: (org.parent_id, org.parent_line_id) for org in self._standing.values()}
        for number, cells in rows:
            self._read(number, cells)
        self.created = [key for key in self._given if key not in self._standing]
        self._check_superiors()
        self.faults.sort()
        if not self.faults:
            self._compare()

    @property
    def rows(self) -> int:
        return len(self._row_of)

    def apply(self) -> "Applied":
        """Write it, in the caller's transaction."""
        if self.faults:
            raise ValueError("a plan with faults is not applied")
        ids = {key: org.pk for key, org in self._standing.items()}
        table = copying.Rows(Organisation)
        ids |= {key: table.reserve() for key in self.created}
        new = [Organisation(pk=ids[key], key=key) for key in self.created]
        touched = [self._standing[change.key] for change in self.changed]
        for org in (*new, *touched):
            _fill(org, self._given[org.key], ids)
        loose = {org.pk for org in new}
        loose |= {org.pk for org in touched if org.parent_id != self._superiors_before[org.key][0]}
        settled = tree.settle([*self._standing.values(), *new], loose)
        _write_new(table, new)
        _write_changed(touched)
        renumbered = [org for org in settled if org.key in self._standing]
        tree.save_places(renumbered)
        return Applied([org.pk for org in renumbered], [org.pk for org in touched if org.pk in loose])

    # ---- reading -------------------------------------------------------------------------------------------------------

    def _read(self, number: int, cells: dict[str, str] | None) -> None:
        if cells is None:
            self._fault(number, "key", "这一行的格数比标题行多，可能是引号没有成对，或内容里有没加引号的逗号。")
            return
        given = {}
        for name, cell in cells.items():
            try:
                given[name] = READ[name](cell)
            except ValueError as error:
                self._fault(number, name, str(error))
        key = given.get("key")
        if not key:
            return
        if key in self._row_of:
            self._fault(number, "key", f"机构编号“{key}”和第{self._row_of[key]}行重复，请改成不同的编号，或删去一行。")
            return
        lacks_short = not given.get("short", "-") or ("short" not in cells and key not in self._standing)
        if lacks_short and "name" in given:
            self._shorten(number, given)
        self._row_of[key], self._given[key] = number, given

    def _shorten(self, number: int, given: dict) -> None:
        """Without a short name the name itself stands in document numbers, if it is short enough."""
        if len(given["name"]) > SHORT_AT_MOST:
            self._fault(number, "short", f"没有简称，名称又超过{SHORT_AT_MOST}个字。请填写文号用的简称，例如“云信”。")
        given["short"] = given["name"][:SHORT_AT_MOST]

    def _fault(self, row: int, name: str, message: str) -> None:
        self.faults.append(Fault(row, name, message))

    # ---- the tree that it would be --------------------------------------------------------------------------------------

    def _check_superiors(self) -> None:
        by_id = {org.pk: org.key for org in self._standing.values()}
        levels = {org.key: org.level for org in self._standing.values()}
        levels |= {key: given["level"] for key, given in self._given.items() if "level" in given}
        top = min(levels.values(), default=0)
        for name in SUPERIORS:
            above = {org.key: by_id.get(getattr(org, f"{name}_id")) for org in self._standing.values()}
            above |= {key: given[name] or None for key, given in self._given.items() if name in given}
            for key in self._given:
                if message := self._wrong_superior(key, above.get(key), name, levels, top):
                    self._fault(self._row_of[key], name, message)
                elif circle := _circle(key, above):
                    way = " → ".join([*circle, circle[0]])
                    self._fault(self._row_of[key], name, f"上级关系绕成了圈：{way}。请改正其中一个{FIELDS[name]}。")

    def _wrong_superior(self, key: str, superior: str | None, name: str, levels: dict[str, int], top: int) -> str:
        """Why this superior cannot be; empty when it can."""
        label = FIELDS[name]
        if superior is None:
            if name == "parent" and levels.get(key, top) > top:
                return f"没有写{label}。只有最高一级（{LEVELS[top]}）的机构可以不写。"
            return ""
        if superior == key:
            return f"{label}写的是机构自己，请改正。"
        if superior not in self._standing and superior not in self._row_of:
            return f"{label}“{superior}”不存在：表中没有，系统中也没有。请核对，或先加上这个机构。"
        if levels.get(superior, 0) > levels.get(key, 9):
            return f"{label}“{superior}”的层级（{LEVELS[levels[superior]]}）比本机构（{LEVELS[levels[key]]}）还低，请核对。"
        return ""

    def _compare(self) -> None:
        by_id = {org.pk: org.key for org in self._standing.values()}
        for key, given in self._given.items():
            org = self._standing.get(key)
            if org is None:
                continue
            change = Change(key)
            for name, after in given.items():
                before = by_id.get(getattr(org, f"{name}_id"), "") if name in SUPERIORS else getattr(org, name)
                if before != after:
                    change.values[name] = (before, after)
            if change.values:
                self.changed.append(change)
            else:
                self.unchanged += 1


@dataclass(frozen=True)
class Applied:
    """Keys of standing units: those with other numbers in the tree (`lft`), and those that hang below another unit now."""

    renumbered: list[int]
    moved: list[int]


# What a table sets, and what follows from it: column → its type in the database.
_COLUMNS = {
    "name": "text", "short": "text", "level": "smallint", "line": "text", "parent_id": "bigint", "parent_line_id": "bigint",
    "division_code": "text", "address": "text", "phone": "text", "vertically_managed": "bool", "further_instance": "bool",
    "active": "bool", "pinyin": "text",
}  # fmt: skip


def _fill(org: Organisation, given: dict, ids: dict[str, int]) -> None:
    for name, value in given.items():
        if name in SUPERIORS:
            setattr(org, f"{name}_id", ids[value] if value else None)
        else:
            setattr(org, name, value)
    org.pinyin = letters(org.name)


def _write_new(table: copying.Rows, new: list[Organisation]) -> None:
    named = ("id", "key", *_COLUMNS, "lft", "rgt", "territory_lft", "territory_rgt")
    for org in new:
        table.add(**{name: _value(org, name) for name in named})
    table.write()


def _write_changed(touched: list[Organisation]) -> None:
    """One statement, however many they are."""
    if not touched:
        return
    sets = ", ".join(f"{name} = v.{name}" for name in _COLUMNS)
    types = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *_COLUMNS.values()))
    values = [[_value(org, name) for org in touched] for name in ("id", *_COLUMNS)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE organisations_organisation o SET {sets} FROM unnest({types}) v (id, {', '.join(_COLUMNS)}) WHERE o.id = v.id",
            values,
        )


def _value(org: Organisation, name: str) -> object:
    return str(org.line) if name == "line" else getattr(org, name)


def lock() -> None:
    """Nobody else founds or moves a unit until the transaction ends; work on petitions goes on."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE organisations_organisation IN SHARE ROW EXCLUSIVE MODE")


def _circle(key: str, above: dict[str, str | None]) -> list[str]:
    """The way from `key` upwards if it comes back to `key`."""
    way, one = [key], above.get(key)
    while one is not None and one != key:
        if len(way) > len(LEVELS) * 4 and one in way:
            return []  # it ends in another circle, which is told at its own rows
        way.append(one)
        one = above.get(one)
    return way if one == key else []


# ---- cells ---------------------------------------------------------------------------------------------------------------


def _line_of_text(cell: str, *, name: str, limit: int, needed: bool = False) -> str:
    text = wording.clean_line(cell, limit=limit, field=FIELDS[name])
    if needed and not text:
        raise ValueError(f"没有填{FIELDS[name]}。")
    return text


_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")


def _key(cell: str, *, name: str, needed: bool = False) -> str:
    text = wording.halfwidth(cell).strip()
    if not text and not needed:
        return ""
    if not _KEY.fullmatch(text):
        said = f"“{text[:40]}”" if text else "（空）"
        raise ValueError(f"{FIELDS[name]}{said}不对。编号用字母、数字、“-”和“_”，最多60个，例如 county-petition。")
    return text


def _level_names() -> dict[str, int]:
    """Every way to say a level that says one level only: its number, its term, the parts of the term."""
    said: dict[str, set[int]] = {}
    for level, label in LEVELS.items():
        for word in {str(level), label, *re.split("[（）、]", label)} - {""}:
            said.setdefault(word, set()).add(level)
    return {word: levels.pop() for word, levels in said.items() if len(levels) == 1}


_LEVELS = _level_names()
_LINES = {word.lower(): line for line in Line for word in (line.value, line.label, line.code)}


def _level(cell: str) -> int:
    text = wording.halfwidth(cell).strip().replace("(", "（").replace(")", "）")
    if text not in _LEVELS:
        known = "、".join(f"{level} {label}" for level, label in LEVELS.items())
        raise ValueError(
            f"没有“{cell[:20]}”这一层级。请填数字：{known}。" if text else f"没有填层级。请填数字：{known}。"
        )
    return _LEVELS[text]


def _line(cell: str) -> Line:
    text = wording.halfwidth(cell).strip().replace("(", "（").replace(")", "）").lower()
    if text not in _LINES:
        known = "、".join(line.label for line in Line)
        raise ValueError(f"没有“{cell[:20]}”这一条线。可用：{known}。" if text else f"没有填条线。可用：{known}。")
    return _LINES[text]


def _division_code(cell: str) -> str:
    text = wording.halfwidth(cell).strip()
    if not re.fullmatch("[0-9]{6}|[0-9]{9}|[0-9]{12}", text):
        raise ValueError(f"行政区划代码“{text[:20]}”不对，应为6位、9位或12位数字，例如 990121。")
    return text


_YES, _NO = {"是", "1", "true", "yes", "y", "有", "√"}, {"否", "0", "false", "no", "n", "无", "×"}


def _yes_or_no(cell: str, *, name: str, default: bool) -> bool:
    text = wording.halfwidth(cell).strip().lower()
    if text in _YES | _NO:
        return text in _YES
    if text:
        raise ValueError(f"{FIELDS[name]}请填“是”或“否”，现在是“{cell[:20]}”。")
    return default


READ: dict[str, Callable[[str], object]] = {
    "key": partial(_key, name="key", needed=True),
    "name": partial(_line_of_text, name="name", limit=120, needed=True),
    "short": partial(_line_of_text, name="short", limit=SHORT_AT_MOST),
    "level": _level,
    "line": _line,
    "parent": partial(_key, name="parent"),
    "parent_line": partial(_key, name="parent_line"),
    "division_code": _division_code,
    "address": partial(_line_of_text, name="address", limit=200),
    "phone": partial(_line_of_text, name="phone", limit=40),
    "vertically_managed": partial(_yes_or_no, name="vertically_managed", default=False),
    "further_instance": partial(_yes_or_no, name="further_instance", default=True),
    "active": partial(_yes_or_no, name="active", default=True),
}
