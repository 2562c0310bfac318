"""Policy packs (地方规则包): what a region changes in the national rules (domain spec 0.2, rule 0-PACK).

A pack may shorten an office's limit and add documents, steps, grounds, each with its citation; it may switch on NL-2,
NL-3 and G-3 and name regional holidays (DL-18). It may not lengthen an office's limit, shorten a citizen's window or remove a notice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from xinqiao.rules import terms
from xinqiao.rules.calendar import WorkCalendar
from xinqiao.rules.terms import Holder, Term, Unit

RULE = "0-PACK"
# What only a region can order: grounds for 不再受理 (D.10), and the product form of satisfaction beside the honest rate (G.3).
SWITCHES = ("NL-2", "NL-3", "G-3")
MOST_REST_DAYS = 31  # a year; more would lengthen every limit through the back door

_HEAD = ("code", "name", "region", "version", "source")
_ADDITIONS = ("documents", "steps", "grounds")
_KEYS = {*_HEAD, *_ADDITIONS, "terms", "switch_on", "switch_off", "rest_days", "rest_days_source"}


class PackRefused(Exception):
    """The pack breaks 0-PACK or cannot be read. `term` is the limit concerned, if it is about one."""

    def __init__(self, message: str, *, rule: str = RULE, term: str = ""):
        self.rule, self.term = rule, term
        self.code = "pack_refused"
        self.message = f"地方规则包不能加载（{rule}）：{message}"
        super().__init__(self.message)


@dataclass(frozen=True)
class Addition:
    """A document, step or ground that a region adds, with the local rule that orders it."""

    code: str
    name: str
    citation: str


@dataclass(frozen=True, eq=False)
class PolicyPack:
    """A region's rules, checked. Made by `load`."""

    code: str
    name: str
    region: str
    version: str
    source: str
    own_terms: Mapping[str, Term] = field(default_factory=dict)
    switched_on: frozenset[str] = frozenset()
    switched_off: frozenset[str] = frozenset()
    documents: tuple[Addition, ...] = ()
    steps: tuple[Addition, ...] = ()
    grounds: tuple[Addition, ...] = ()
    rest_days: Mapping[date, str] = field(default_factory=dict)
    rest_days_source: str = ""

    def term(self, code: str) -> Term:
        """The limit as this region has it."""
        return self.own_terms.get(str(code).upper()) or terms.find(code)

    def changes(self, code: str) -> bool:
        """Whether this region has its own length for the limit."""
        return code in self.own_terms

    def is_on(self, code: str) -> bool:
        """Whether a switchable limit (SIMPLE3WD …), ground (NL-2, NL-3) or comparison (G-3) applies in this region."""
        return code in self.switched_on if code in SWITCHES else code not in self.switched_off

    def calendar(self, national: WorkCalendar) -> WorkCalendar:
        """`national` with the holidays of this region."""
        return self._overlay(national) if self.rest_days else national

    @cached_property
    def _overlay(self):
        # Kept, because one sweep asks for the same calendar many thousand times.
        return lru_cache(maxsize=4)(lambda national: national.with_region(self.rest_days, self.rest_days_source))


def load(source: Mapping | str | Path) -> PolicyPack:
    """Read a pack from a mapping or a JSON file and check every row. Raises PackRefused, naming the rule and the term.

    Keys: code, name, region, version, source; terms {code: {days, unit?, citation}}; documents, steps, grounds
    [{code, name, citation}]; switch_on [{code, citation}]; switch_off [term codes]; rest_days {ISO day: name}, rest_days_source.
    """
    data = source if isinstance(source, Mapping) else _read(Path(source))
    _check_keys(data)
    additions = {kind: _additions(data, kind) for kind in _ADDITIONS}
    rest_days = _rest_days(data)
    return PolicyPack(
        **{key: _text(data, key, "规则包") for key in _HEAD},
        own_terms=_own_terms(data),
        switched_on=_switched_on(data),
        switched_off=_switched_off(data),
        **additions,
        rest_days=rest_days,
        rest_days_source=_text(data, "rest_days_source", "地区假日") if rest_days else "",
    )


def _read(path: Path) -> Mapping:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise PackRefused(f"打不开文件“{path}”，请核对文件名。") from error
    except (ValueError, RecursionError) as error:
        raise PackRefused(f"文件“{path.name}”不是正确的 JSON（UTF-8），请检查格式。") from error
    if not isinstance(data, Mapping):
        raise PackRefused(f"文件“{path.name}”的内容应是一个 JSON 对象。")
    return data


def _check_keys(data: Mapping) -> None:
    """Nothing that the engine does not know may pass: an unread key could be a removed notice or a stopped clock."""
    for key in data:
        if "notice" in str(key):
            raise PackRefused(f"不得取消或更改任何告知义务。请删去“{key}”一项。", term=str(key))
        if key not in _KEYS:
            raise PackRefused(f"不认识“{key}”一项。可用的项：{'、'.join(sorted(_KEYS))}。", term=str(key))


def _own_terms(data: Mapping) -> dict[str, Term]:
    rows, own = _rows(data, "terms", Mapping), {}
    for code, row in rows.items():
        try:
            national = terms.find(code)
        except terms.UnknownTerm as unknown:
            raise PackRefused(unknown.message, term=str(code)) from unknown
        if not isinstance(row, Mapping) or set(row) - {"days", "unit", "citation"}:
            raise PackRefused(f"{code}（{national.name}）只能填写 days、unit、citation 三项。", term=national.code)
        own[national.code] = _own_term(national, row)
    return own


def _own_term(national: Term, row: Mapping) -> Term:
    label = f"{national.code}（{national.name}）"
    days, unit = row.get("days"), row.get("unit", national.unit)
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise PackRefused(f"{label}的天数应是大于0的整数。", term=national.code)
    if unit not in list(Unit):
        raise PackRefused(f"{label}的单位应是 calendar（日）或 working（工作日）。", term=national.code)
    own = replace(national, days=days, unit=Unit(unit), article=_text(row, "citation", label), evidence="PRACTICE")
    if national.holder is Holder.OFFICE and not _is_no_longer(own, national):
        raise PackRefused(
            f"不得延长机关、单位的期限：{label}全国规定为{national.length}，规则包为{own.length}。", term=national.code
        )
    if national.holder is Holder.CITIZEN and not _is_no_longer(national, own):
        raise PackRefused(
            f"不得缩短信访人的期限：{label}全国规定为{national.length}，规则包为{own.length}。", term=national.code
        )
    if national.holder is Holder.EVENT and own.length != national.length:
        raise PackRefused(f"{label}由法律规定为{national.length}，不能改变。", term=national.code)
    if national.code == "EXT30" and own.unit is not Unit.CALENDAR:
        raise PackRefused(f"{label}只能按日计算，因为它与办理期限合并计算（DL-08）。", term=national.code)
    return own


def _is_no_longer(short: Term, long: Term) -> bool:
    """Whether `short` is the shorter one in an ordinary week (5 working days = 7 days). `deadlines` guards the holidays."""
    if short.unit is Unit.WORKING and long.unit is Unit.CALENDAR:
        return short.days * 7 <= long.days * 5
    return short.days <= long.days


def _switched_on(data: Mapping) -> frozenset[str]:
    codes = set()
    for row in _rows(data, "switch_on", list):
        code = row.get("code") if isinstance(row, Mapping) else row
        if code not in SWITCHES:
            raise PackRefused(f"不能启用“{code}”。可以启用：{'、'.join(SWITCHES)}。", term=str(code))
        _text(row if isinstance(row, Mapping) else {}, "citation", str(code))
        codes.add(code)
    return frozenset(codes)


def _switched_off(data: Mapping) -> frozenset[str]:
    codes = _rows(data, "switch_off", list)
    allowed = [term.code for term in terms.TERMS.values() if term.switchable]
    for code in codes:
        if code not in allowed:
            raise PackRefused(f"不能停用“{code}”。可以停用：{'、'.join(allowed)}。", term=str(code))
    return frozenset(codes)


def _additions(data: Mapping, kind: str) -> tuple[Addition, ...]:
    rows = _rows(data, kind, list)
    if not all(isinstance(row, Mapping) for row in rows):
        raise PackRefused(f"“{kind}”中的每一项都应写明 code、name、citation。", term=kind)
    return tuple(Addition(*(_text(row, key, kind) for key in ("code", "name", "citation"))) for row in rows)


def _rest_days(data: Mapping) -> dict[date, str]:
    days, per_year = {}, {}
    for text, name in _rows(data, "rest_days", Mapping).items():
        try:
            day = date.fromisoformat(text)
        except (TypeError, ValueError) as error:
            raise PackRefused(f"地区假日“{text}”不是日期，请写成 2026-05-27 的样子。", rule="DL-18") from error
        if not isinstance(name, str) or not name.strip():
            raise PackRefused(f"请写明{text}是什么假日。", rule="DL-18")
        days[day] = name.strip()
        per_year[day.year] = per_year.get(day.year, 0) + 1
        if per_year[day.year] > MOST_REST_DAYS:
            raise PackRefused(f"{day.year}年的地区假日超过{MOST_REST_DAYS}天，等于变相延长期限。请核对。")
    return days


def _rows(data: Mapping, key: str, kind: type):
    rows = data.get(key)
    if rows is None:
        return kind() if kind is list else {}
    if not isinstance(rows, kind):
        raise PackRefused(f"“{key}”的格式不对，应是{'列表' if kind is list else '对象'}。", term=key)
    return rows


def _text(row: Mapping, key: str, label: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PackRefused(
            f"{label}缺少“{key}”，请填写{'依据的地方规定和条款' if key == 'citation' else '文字'}。", term=label
        )
    return value.strip()
