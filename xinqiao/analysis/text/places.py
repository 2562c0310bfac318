"""Where it happened (问题属地, I-18): names of areas in a text, and which area of a gazetteer they speak for.

    gazetteer = Gazetteer([Area(1, "澜江地区", 2), Area(2, "青石县", 3, 1), Area(3, "石门镇", 4, 2)])
    locate(reading, gazetteer) → [Located(3, 0.93, mentions…), …]

A name counts with its whole form (青石县), without its suffix (青石), and inside the name of an organ (青石县住建局). Several areas of one name
are told apart by what else is named and by the own area of the office. Where it happened weighs more than where somebody lives or
comes from, and far more than what is only compared with. Anonymised forms (A市A5区) are names like any other.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .proposal import Reading

_SUFFIXES = (
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "街道",
    "地区",
    "社区",
    "团场",
    "林场",
    "农场",
    "牧场",
    *"省市州盟县区旗镇乡村屯",
)
_PEOPLES = re.compile(r"(?<=..)(?:[一-龥]{1,4}族)+$")
_ASCII = re.compile(r"[A-Za-z0-9]+$")
BARE_VILLAGE = 3  # characters: shorter names of villages without 村 are words of every day too often
# Names of towns and streets that are words of every day: they count with their suffix only.
_EVERYDAY = (
    "和平 团结 建设 幸福 光明 胜利 解放 人民 中心 新建 发展 红旗 前进 东风 向阳 新华 文化 开发 城关 城东 "
    "城西 城南 城北 工业 高新 经开 友谊 民主 朝阳 安全 环境 工作 新城 老城 城区 郊区 开发区 高新区 经开区 "
    "新区 中山 长安 平安 永安 太平 自由 健康 文明 振兴 富强 兴隆 大同 大学 科技 火车站 车站 机场 公园 "
    "河东 河西 江南 江北 东街 西街 南街 北街"
)
EVERYDAY = frozenset(_EVERYDAY.split())
_OTHER_SUFFIX = re.compile(r"(?:街道|街办|办事处|镇|乡|县|市|区|村|社区)")


@dataclass(frozen=True)
class Area:
    """One area (行政区划): a government's or a village's. `parent` is the key of the area around it; level as in rules.stages.LEVELS."""

    key: int
    name: str
    level: int
    parent: int | None = None


@dataclass(frozen=True)
class Mention:
    """A name in the text and the areas it may mean. `weight`: how much it says about where it happened; `note`: why that much."""

    words: str
    start: int
    end: int
    areas: tuple[int, ...]
    weight: float = 1.0
    note: str = ""


@dataclass(frozen=True)
class Located:
    """An area the text speaks of, with the mentions that speak for it or for something in it."""

    key: int
    confidence: float
    mentions: tuple[Mention, ...]


class Gazetteer:
    """The areas that are known, found by name. `localities`: names of roads and the like, each with the areas where there is one."""

    def __init__(self, areas: Iterable[Area], localities: Iterable[tuple[str, int]] = ()):
        self.areas = {area.key: area for area in areas}
        self.above = {key: tuple(self._chain(key)) for key in self.areas}
        self._names: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self._bare: set[str] = set()
        self.localities: set[str] = set()
        full = {area.name for area in self.areas.values()}
        for area in self.areas.values():
            self._know(area.name, area.key)
            for name in _bare_names(area):
                if name not in full:
                    self._bare.add(name)
                    self._know(name, area.key)
        for name, key in localities:
            if name not in full and name not in self._bare and key in self.areas:
                self.localities.add(name)
                self._know(name, key)
        self._longest_first = {
            first: sorted(((name, tuple(sorted(keys))) for name, keys in names.items()), key=lambda row: -len(row[0]))
            for first, names in self._names.items()
        }

    def _know(self, name: str, key: int) -> None:
        if len(name) >= 2:
            self._names[name[:2]][name].add(key)

    def _chain(self, key: int) -> Iterator[int]:
        """The area itself and those around it, the nearest first."""
        seen = set()
        while key in self.areas and key not in seen:
            seen.add(key)
            yield key
            key = self.areas[key].parent

    def is_bare(self, name: str) -> bool:
        return name in self._bare

    def find(self, text: str) -> list[Mention]:
        """Every name in the text, the longest at each place; one look into a table for each character."""
        found, at, table = [], 0, self._longest_first
        while at < len(text) - 1:
            for name, keys in table.get(text[at : at + 2], ()):
                if text.startswith(name, at):
                    found.append(Mention(name, at, at + len(name), keys))
                    at += len(name) - 1
                    break
            at += 1
        return found


def _bare_names(area: Area) -> set[str]:
    """The name as people say it: 青石 for 青石县, 湘西 for 湘西土家族苗族自治州."""
    suffix = next((one for one in _SUFFIXES if area.name.endswith(one)), "")
    bare = area.name.removesuffix(suffix)
    names = {bare, _PEOPLES.sub("", bare)} if suffix else set()
    least = BARE_VILLAGE if area.level >= 5 else 2
    return {name for name in names if len(name) >= least and name not in EVERYDAY and not _ASCII.fullmatch(name)}


# ---- what stands around a name ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cue:
    """Words around a name that change what it says about where it happened."""

    before: re.Pattern | None
    after: re.Pattern | None
    factor: float
    note: str


def _cue(before: str, after: str, factor: float, note: str) -> Cue:
    return Cue(re.compile(before) if before else None, re.compile(after) if after else None, factor, note)


# The first that fits counts.
CUES = (
    _cue(r"(?:户籍|户口|老家|籍贯|祖籍|原籍|出生|来自|娘家|身份证)[^，。；]{0,6}$", "", 0.15, "从哪里来"),
    _cue(
        r"(?:我是|本人|我系|我们是|系)[^，。；在]{0,4}$",
        r"^(?:[^，。；]{0,8}?)(?:人(?![们民员口力才防行大])|籍|户口)",
        0.25,
        "从哪里来",
    ),
    _cue(
        r"(?:像|例如|比如|相比|借鉴|参照|其他|别的|不如|向)[^，。；]{0,3}$",
        r"^(?!.{0,8}(?:反映|投诉|举报|咨询))",
        0.2,
        "只是比较",
    ),
    _cue("", r"^[^，。；像和跟与]{0,3}(?:那样|一样|为例|的经验|的做法)", 0.2, "只是比较"),
    _cue(r"(?:通往|开往|发往|去往|前往|直达|至)$", "", 0.5, "去往的地方"),
    _cue(r"(?:尊敬的|敬爱的|致)[^，。；]{0,4}$", "", 0.4, "收信人"),
    _cue(
        "",
        r"^[^，。；：\n]{0,8}(?:书记|市长|县长|区长|局长|主任|领导)[^，。；：\n]{0,3}(?:您好|你好|[：:])",
        0.4,
        "收信人",
    ),
    _cue(r"(?:家住|住在|住址|居住|现住)[^，。；]{0,3}$", "", 0.6, "住在哪里"),
    _cue(r"(?:位于|坐落|地处|地点|地址|事发)[^，。；]{0,4}$", "", 1.6, "事情在哪里"),
    _cue(
        r"(?:在|于|到)$",
        r"^[^，。；]{0,16}(?:发生|打工|务工|上班|承包|施工|修建|被打|被骗|干活|做工|购买|买房|购房|征收|拆迁|排放|开工|项目)",
        1.5,
        "事情在哪里",
    ),
)
_ROAD_AFTER = re.compile(r"^[东南西北中一二三四五六七八九十]{0,2}(?:大道|大街|路|街(?!道)|巷|河|江|湖|山|桥|大桥)")
_NAME_AFTER = re.compile(
    r"^(?:之|国际|花园|家园|雅苑|名苑|新城|新村|[苑庭湾]|府(?!前)|小学|中学|学校|医院|名城|名邸|小区|公司|集团|置业|大酒店|宾馆|物流|商贸|银行|大厦|广场|村(?![民委干里庄镇级医小]))"
)
_ORGAN_AFTER = re.compile(
    r"^[^，。；、\s]{0,8}?(?:局|委(?!托)|办(?!理|公|事|学)|政府|法院|检察院|派出所|大队|支队|中心(?!镇)|公安|城管|交警|国土|住建|规划|环保|教育)"
)
_CLAUSE = re.compile(r"[，。；！？!?;,\n]")
TYPED = 2.0
NAMES_AT_MOST = 200  # of one text
AROUND = 22  # characters that are looked at on each side


def mentions(reading: Reading, gazetteer: Gazetteer) -> list[Mention]:
    """The names in the text with what each says about where it happened."""
    text, title_ends = reading.text, len(reading.title)
    return [_weighed(one, text, title_ends, gazetteer) for one in gazetteer.find(text)[:NAMES_AT_MOST]]


def _in_detail(detail: str, gazetteer: Gazetteer) -> list[Mention]:
    """The names in the address that was typed beside the text: they have no place in the text, and count twice."""
    weighed = (_weighed(one, detail, 0, gazetteer) for one in gazetteer.find(detail))
    return [Mention(one.words, -1, -1, one.areas, TYPED * one.weight, "详细地址") for one in weighed]


def _weighed(one: Mention, text: str, title_ends: int, gazetteer: Gazetteer) -> Mention:
    before = _CLAUSE.split(text[max(0, one.start - AROUND) : one.start])[-1]
    after = text[one.end : one.end + AROUND]
    end, weight, note = one.end, 1.0, ""
    if one.words in gazetteer.localities:
        weight, note = 0.5, "道路、地名所在地"
    elif gazetteer.is_bare(one.words):
        if other := _OTHER_SUFFIX.match(after):  # 石门乡 for what is 石门镇 today
            end, weight = one.end + other.end(), 0.8
        elif _ROAD_AFTER.match(after) or _NAME_AFTER.match(after):
            weight, note = 0.25, "名称里带的地名"
        else:
            weight = 0.6
    elif _NAME_AFTER.match(after):
        weight = 0.5
    cue = next((cue for cue in CUES if _fits(cue, before, after)), None)
    if cue:
        weight, note = weight * cue.factor, cue.note
    if (not cue or cue.factor > 1) and _ORGAN_AFTER.match(after):
        weight, note = weight * 0.8, note or "机关名称里的地名"
    if one.start < title_ends:
        weight, note = weight * 1.6, note or "写在标题里"
    return Mention(text[one.start : end], one.start, end, one.areas, weight, note)


def _fits(cue: Cue, before: str, after: str) -> bool:
    return (not cue.before or bool(cue.before.search(before))) and (not cue.after or bool(cue.after.search(after)))


# ---- which area ---------------------------------------------------------------------------------------------------------

SHARE = 0.55  # of what the areas within one area weigh: so much must speak for one of them to be the place
ENOUGH = 0.12  # an area must weigh so much to be proposed
NEXT_TO = 2  # characters between a name and the name of the area around it: A市的A5区
CANDIDATES = 3


def locate(
    reading: Reading, gazetteer: Gazetteer, *, home: int | None = None, detail: str = "", at_most: int = CANDIDATES
) -> list[Located]:
    """The areas the text speaks of, the likeliest first. `home`: the own area of the office, the prior; `detail`: the address that was typed."""
    found = mentions(reading, gazetteer)
    found += _in_detail(detail, gazetteer)
    if not found:
        return []
    shares = _shares(found, gazetteer, home)
    own, within = _weights(found, shares, gazetteer)
    ranked = [_deepest(None, own, within, gazetteer)]
    ranked += sorted((key for key in own if own[key] >= ENOUGH), key=lambda key: -own[key])
    total = sum(own.values())
    chosen = list(dict.fromkeys(key for key in ranked if key is not None))[:at_most]
    return [_located(key, within, total, found, shares, gazetteer) for key in chosen]


def _shares(found: list[Mention], gazetteer: Gazetteer, home: int | None) -> list[dict[int, float]]:
    """For each name how likely it means each area of that name."""
    named = {key for one in found if len(one.areas) == 1 for key in one.areas}
    shares, last = [], None
    for one in found:
        odds = {}
        for key in one.areas:
            around = set(gazetteer.above[key])
            near = last is not None and 0 <= one.start - last.end <= NEXT_TO and around & set(last.areas) - {key}
            odds[key] = (8 if near else 1) * (4 if (around - {key}) & named else 1) * _prior(key, gazetteer, home)
        odds = _widest_of_nested(odds, gazetteer)
        total = sum(odds.values())
        shares.append({key: odd / total for key, odd in odds.items()})
        last = one
    return shares


def _prior(key: int, gazetteer: Gazetteer, home: int | None) -> float:
    """The own area of the office first, then what lies near it."""
    if home is None or home not in gazetteer.above:
        return 1.0
    if home in gazetteer.above[key]:
        return 4.0
    shared = set(gazetteer.above[key]) & set(gazetteer.above[home])
    return 1.0 + 0.5 * len(shared)


def _widest_of_nested(odds: dict[int, float], gazetteer: Gazetteer) -> dict[int, float]:
    """白桦 is 白桦县 rather than 白桦镇 in it: of areas of one name within each other the widest."""
    return {key: odd for key, odd in odds.items() if not (set(gazetteer.above[key]) - {key}) & odds.keys()}


def _weights(found: list[Mention], shares: list[dict[int, float]], gazetteer: Gazetteer) -> tuple[dict, dict]:
    """What each area weighs by its own names, and with everything within it. The same name again and again adds less and less."""
    own: dict[int, float] = defaultdict(float)
    within: dict[int, float] = defaultdict(float)
    said: dict[int, int] = defaultdict(int)
    order = sorted(zip(found, shares, strict=True), key=lambda row: -row[0].weight)
    for one, share in order:
        for key, part in share.items():
            weight = one.weight * part / (1 + said[key])
            said[key] += part > 0.5
            own[key] += weight
            for wider in gazetteer.above[key]:
                within[wider] += weight
    return own, within


def _deepest(key: int | None, own: dict, within: dict, gazetteer: Gazetteer) -> int | None:
    """Down from the widest area as long as the names speak for one part of it."""
    while True:
        inside = (
            {one: weight for one, weight in within.items() if gazetteer.areas[one].parent == key}
            if key is not None
            else {one: weight for one, weight in within.items() if gazetteer.areas[one].parent not in within}
        )
        if not inside:
            return key
        best = max(inside, key=lambda one: inside[one])
        if inside[best] < SHARE * sum(inside.values()) or inside[best] < max(ENOUGH, 0.2 * own.get(key, 0.0)):
            return key
        key = best


def _located(key: int, within: dict, total: float, found, shares, gazetteer: Gazetteer) -> Located:
    speaking = [
        one
        for one, share in zip(found, shares, strict=True)
        if any(part > 0.3 and key in gazetteer.above[area] for area, part in share.items())
    ]
    chain = [
        one
        for one, share in zip(found, shares, strict=True)
        if one not in speaking and any(area in gazetteer.above[key] for area in share)
    ]
    weight = within[key]
    around = sum(one.weight for one in chain)
    sure = (weight / total if not around else (weight + min(around, total - weight)) / total) * (
        1 - 0.35 ** (weight / 0.5)
    )
    return Located(key, round(min(sure, 0.99), 3), tuple(speaking[:4] + chain[:2]))


# ---- the address below it -----------------------------------------------------------------------------------------------

_PART = (
    r"(?:[^\W_的在有是我们被了于从和与及对向把将为因到请]|和(?=[平谐睦兴顺美]))"  # 和平路; else 和 joins two names
    r"{1,12}?"
    r"(?:大道|[路街巷弄](?!道)|胡同|路段|段|小区|社区|街道|花园|家园|公寓|大厦|广场|[苑庭府](?!政)|城(?!管|市|建|区|镇)|村|组|屯|寨|工地|市场|学校|中学|小学|幼儿园|医院|"
    r"工业园|园区|厂区|厂|号楼|栋|幢|单元|号|室|楼|期|交叉口|交汇处|路口)"
)
_ADDRESS = re.compile(rf"(?:{_PART}){{1,6}}(?:附近|旁边?|对面|门口|与{_PART}(?:交叉口|交汇处|路口)?)?")
DETAIL_LONGEST = 60


def address_after(text: str, at: int) -> tuple[int, int] | None:
    """The rest of an address that begins at this place, without a gap."""
    found = _ADDRESS.match(text, at, min(len(text), at + DETAIL_LONGEST))
    return found.span() if found else None


def detail(reading: Reading, located: Located | None) -> tuple[int, int] | None:
    """Where in the text the address below the place stands (详细地址): the longest that follows a name of the place, else 家住, 位于 …"""
    text = reading.text
    named = [one for one in located.mentions if one.start >= 0] if located else []
    ends = [one.end for one in named if located.key in one.areas] or [one.end for one in named]
    told = [found.end() for found in re.finditer(r"位于|地址[：:是]?|家住|住在", text)]
    for starts in (ends, told):
        if spans := [span for end in starts if (span := address_after(text, end))]:
            return max(spans, key=lambda span: span[1] - span[0])
    return None
