"""Reading the draft of an answer as a citizen will: what is missing, what is no result, what cannot be understood (答复检查).

    check(reading, ("修好屋顶",), "正在积极协调，敬请谅解。", today=…) → [Finding(Hint.STEP, "只写了过程……"), …]

It points at words and says what to do; a person decides. What the law requires is checked by `rules.gates`, which stops the step; nothing here
stops anything. A finding is about a phrase of the text (`start`, `end`) or about a demand (`demand`, counted from 1).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import log

from xinqiao.rules import answers as rules
from xinqiao.rules import gates, masking
from xinqiao.rules.answers import Hint, Row, Severity

from .belonging import COMMON, Common, Share, asked, compared, pieces, plain, said
from .proposal import Reading

ANSWERED = 0.12  # share of what is rare in a demand that the passage answering it has
NOT_BELONGING = -0.04  # `belonging.compared` of an answer that is about something else
WORDS_AT_LEAST = 40  # pieces that say something; a shorter answer is not compared with the question
DAYS_APART = 7  # a date of the petition in the answer that differs by more is asked about

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_CLAUSE_ITEM = re.compile(r"(?:^|[\n。；;：:，,])\s*(?:第\s*([一二三四五六七八九十0-9]{1,2})\s*(?:项|点|个)|([一二三四五六七八九十])\s*、|([0-9]{1,2})\s*[、.．](?![0-9])|[（(]([一二三四五六七八九十0-9]{1,2})[)）]|([一二三四五六七八九十])是)")  # fmt: skip
_DAY = re.compile(r"(?P<year>20[0-9]{2})\s*年\s*(?P<month>[0-9]{1,2})\s*月\s*(?P<day>[0-9]{1,2})\s*[日号]")
_SAID_ON = re.compile(r"(?:您|你|信访人|网友)[^。；\n]{0,6}?(?:于|在)\s*$")
_PETITIONED = re.compile(r"^[^。；\n]{0,10}?(?:来信|来访|来电|留言|反映|提出|提交|投诉|信访)")
_UNTIL = re.compile(r"^(?:以?前|之前|底前|止)[^。；，\n]{0,12}")
_DOOR = re.compile(r"(?<![0-9A-Za-z])([0-9]{1,4})\s*(号院|号楼|栋|幢|单元|弄)")
_GIVEN = "[^的和与将已方面式等在了为及或一不是有家们，。；：、\\s]"
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"  # fmt: skip
_PERSON = re.compile(
    rf"(?:(?:邻居|业主|村民|居民|员工|职工|住户|租户|老板|投诉人|举报人|当事人|我叫|患者|学生|家长|司机|证人|死者|伤者)\s*(?P<a>[{_SURNAMES}]{_GIVEN}{{1,2}}?)(?=[的，,、。；（(和与于在称说表将已不从向住来去也又等因系]|家|$))"
    rf"|(?P<b>[{_SURNAMES}]{_GIVEN}{{1,2}})(?=(?:先生|女士|小姐|阿姨|大爷|（身份证|的?身份证号|的?住址|的?手机号|，?身份证))"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_STEP = re.compile("|".join(gates.STEP_WORDS))
_NUMERALS = {character: number for number, character in enumerate("一二三四五六七八九十", 1)}


@dataclass(frozen=True)
class Finding:
    """One thing to look at: of which sort, in plain words, at which words of the answer or about which demand."""

    hint: Hint
    message: str
    words: str = ""
    start: int | None = None
    end: int | None = None
    demand: int | None = None

    @property
    def row(self) -> Row:
        return rules.ROWS[self.hint]

    @property
    def severity(self) -> Severity:
        return self.row.severity

    @property
    def to_do(self) -> str:
        return self.row.to_do


@dataclass(frozen=True)
class Passage:
    """One sentence of the answer and where it stands."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def check(
    question: Reading,
    demands: Sequence[str],
    answer: str,
    *,
    today: date,
    common: Share | None = None,
    names: Iterable[str] = (),
    other_places: Iterable[str] = (),
    parts: dict[int, str] | None = None,
) -> list[Finding]:
    """What to look at in this answer: what should be changed first, then in the order of the text.

    `names`: people who are known to be concerned; `other_places`: names of places that are not that of the matter; `parts`: the text that
    answers each demand, where the form keeps them apart.
    """
    if not answer.strip():
        return []
    common = common or Common().share
    found = [
        *unanswered(demands, answer, common=common, parts=parts),
        *grounds(answer),
        *steps(answer),
        *remedy(answer),
        *elsewhere(question, answer, common=common, other_places=other_places),
        *numbers(question, answer, today=today),
        *people(answer, names),
        *tone(answer),
        *plainness(answer),
    ]
    order = list(Severity)
    ranked = sorted(found, key=lambda one: (order.index(one.severity), one.start if one.start is not None else -1))
    return list(_few_of_each(ranked))


def _few_of_each(found: list[Finding]) -> Iterator[Finding]:
    """At most HINTS_OF_ONE_SORT of the same sort; how many more there are stands in the last one."""
    seen: dict[Hint, int] = {}
    total: dict[Hint, int] = {}
    for one in found:
        total[one.hint] = total.get(one.hint, 0) + 1
    for one in found:
        seen[one.hint] = number = seen.get(one.hint, 0) + 1
        more = total[one.hint] - rules.HINTS_OF_ONE_SORT
        if number == rules.HINTS_OF_ONE_SORT and more > 0:
            yield Finding(one.hint, f"{one.message}（这样的还有{more}处）", one.words, one.start, one.end, one.demand)
        elif number <= rules.HINTS_OF_ONE_SORT:
            yield one


def sentences(text: str) -> list[Passage]:
    """The sentences of a text; a line end ends one too."""
    return [Passage(found[0], found.start()) for found in _SENTENCE.finditer(text) if found[0].strip()]


# ---- one after the other ---------------------------------------------------------------------------------------------


def unanswered(
    demands: Sequence[str], answer: str, *, common: Share, parts: dict[int, str] | None = None
) -> Iterator[Finding]:
    """Demands of which no passage of the answer speaks. Whoever numbers the answers has answered what is numbered."""
    numbered = set() if parts is not None else _items(answer)
    passages = sentences(answer)
    for number, demand in enumerate(demands, 1):
        if number in numbered and len(numbered) >= len(demands):
            continue
        where = [Passage(parts.get(number, ""), 0)] if parts is not None else passages
        if parts is not None and not parts.get(number, "").strip():
            continue  # nothing written yet: the check list says so
        if best_passage(demand, where, common=common)[1] < ANSWERED:
            short = demand if len(demand) <= 24 else demand[:24] + "…"
            yield Finding(Hint.UNANSWERED, f"未见对第{number}项诉求的答复：{short}", demand=number)


def best_passage(demand: str, passages: Sequence[Passage], *, common: Share) -> tuple[Passage | None, float]:
    """The passage that speaks most of a demand, and how much of what is rare in the demand it has (0 to 1)."""
    wanted = {piece: -log(max(common(piece), 1e-4)) for piece in pieces(plain(demand)) if len(piece) == 2}
    whole = sum(wanted.values())
    if not whole:
        return None, 1.0  # a demand of commonplaces cannot be looked for
    best, share = None, 0.0
    for one in passages:
        got = sum(weight for piece, weight in wanted.items() if piece in pieces(one.text)) / whole
        if got > share:
            best, share = one, got
    return best, share


def _items(answer: str) -> set[int]:
    found = (next(filter(None, one.groups())) for one in _CLAUSE_ITEM.finditer(answer))
    return {_NUMERALS.get(item) or (int(item) if item.isdigit() else 0) for item in found} - {0}


def grounds(answer: str) -> Iterator[Finding]:
    """No law or policy named at all; or one named without an article or the number of the document."""
    laws = list(rules.LAW.finditer(answer))
    if not laws and not rules.DOCUMENT_NUMBER.search(answer):
        yield Finding(Hint.NO_GROUND, "没有写依据哪部法律、法规或者政策。")
    cited = {name for name, cited in map(partial(_cited, answer), laws) if cited}
    for one in laws:
        name = one["quoted"] or one["plain"]
        if name not in cited:
            cited.add(name)
            yield Finding(Hint.NO_ARTICLE, f"《{name}》没有写到第几条。", one[0], one.start(), one.end())


def _cited(answer: str, law: re.Match) -> tuple[str, bool]:
    """A law by its name, and whether an article or the number of a document stands behind it in the same sentence."""
    behind = re.split(r"[。；\n]", answer[law.end() : law.end() + rules.NEAR])[0]
    return law["quoted"] or law["plain"], bool(rules.ARTICLE.search(behind) or rules.DOCUMENT_NUMBER.search(behind))


def steps(answer: str) -> Iterator[Finding]:
    """The answer as a whole tells of steps and decides nothing (GT-4); which words it are."""
    if not gates.is_step_without_result(answer):
        return
    first = _STEP.search(answer)
    words = first[0] if first else ""
    place = first.span() if first else (None, None)
    yield Finding(Hint.STEP, f"只写了正在做什么（“{words}”），没有写结果。", words, *place)


def remedy(answer: str) -> Iterator[Finding]:
    """Whoever disagrees must read until when and to whom to turn (GT-6). A letter made by the program has it by itself."""
    has = [rules.REMEDY_ACT.search(answer), rules.REMEDY_TERM.search(answer), rules.REMEDY_ORGAN.search(answer)]
    if not all(has):
        lacking = [name for name, one in zip(("可以请求复查", "30日的期限", "向哪个机关"), has, strict=True) if not one]
        yield Finding(Hint.NO_REMEDY, f"没有写清不服怎么办，还缺：{'、'.join(lacking)}。")


def elsewhere(question: Reading, answer: str, *, common: Share, other_places: Iterable[str] = ()) -> Iterator[Finding]:
    """The answer is about something else, or names a place that the petition does not."""
    words, places = said(answer)
    if sum(common(piece) < 1 / COMMON for piece in words) >= WORDS_AT_LEAST:
        score = compared(asked(question), (words, places), common=common)
        if score < NOT_BELONGING:
            yield Finding(Hint.OTHER_MATTER, "答复和来信说的好像不是一件事。")
    mine = question.text + "".join(question.demands)
    for name in sorted({one for one in other_places if len(one) >= 2 and one not in mine}, key=len, reverse=True):
        at = answer.find(name)
        if at >= 0:
            yield Finding(Hint.OTHER_PLACE, f"答复写了“{name}”，来信里没有这个地方。", name, at, at + len(name))


def numbers(question: Reading, answer: str, *, today: date) -> Iterator[Finding]:
    """House numbers other than those of the petition; another day of the petition; a last day that has passed."""
    mine: dict[str, set[str]] = {}
    for number, unit in _DOOR.findall(question.text):
        mine.setdefault(unit, set()).add(number)
    for one in _DOOR.finditer(answer):
        number, unit = one.groups()
        if mine.get(unit) and number not in mine[unit]:
            wrote = "、".join(f"{known}{unit}" for known in sorted(mine[unit]))
            yield Finding(Hint.OTHER_NUMBER, f"答复写的是{number}{unit}，来信写的是{wrote}。", one[0], *one.span())
    for one in _DAY.finditer(answer):
        yield from _day(one, question, answer, today)


def _day(one: re.Match, question: Reading, answer: str, today: date) -> Iterator[Finding]:
    try:
        day = date(int(one["year"]), int(one["month"]), int(one["day"]))
    except ValueError:
        yield Finding(Hint.OTHER_DATE, f"没有“{one[0]}”这一天。", one[0], *one.span())
        return
    before, behind = answer[max(0, one.start() - 12) : one.start()], answer[one.end() : one.end() + 24]
    if question.said_on and _SAID_ON.search(before) and _PETITIONED.search(behind):
        if abs((day - question.said_on).days) > DAYS_APART:
            on = f"{question.said_on.year}年{question.said_on.month}月{question.said_on.day}日"
            yield Finding(Hint.OTHER_DATE, f"答复写的信访日期是{one[0]}，登记的是{on}。", one[0], *one.span())
    elif day < today and _UNTIL.search(behind) and not re.search(r"已|了", behind):
        yield Finding(Hint.PASSED_DATE, f"“{one[0]}前”已经过去。", one[0], *one.span())


def people(answer: str, names: Iterable[str] = ()) -> Iterator[Finding]:
    """Names of others, numbers of documents and telephones of persons, plates of cars. Numbers of offices stay."""
    taken: set[tuple[int, int]] = set()
    for name in {one for one in names if len(one) >= 2}:
        taken |= {found.span() for found in re.finditer(re.escape(name), answer)}
    for one in _PERSON.finditer(answer):
        taken.add(one.span("a") if one["a"] else one.span("b"))
    taken |= {one.span() for one in _PLATE.finditer(answer)}
    taken |= {one.span() for one in masking.personal_numbers(answer)}
    for start, end in sorted(taken):
        yield Finding(Hint.PERSON, f"“{answer[start:end]}”能认出某个人。", answer[start:end], start, end)


def tone(answer: str) -> Iterator[Finding]:
    """A promise to petition no more (G.4); blaming and pushing."""
    for one in rules.GIVING_UP.finditer(answer):
        yield Finding(Hint.GIVES_UP, f"“{one[0]}”限制了信访人的权利。", one[0], *one.span())
    for one in rules.BLAMING.finditer(answer):
        yield Finding(Hint.BLAMES, f"“{one[0]}”像在指责或者催促信访人。", one[0], *one.span())


def plainness(answer: str) -> Iterator[Finding]:
    """Long sentences, officialese, double negations, abbreviations that are not explained."""
    for one in sentences(answer):
        length = len(re.sub(r"《[^》]*》|\s", "", one.text))
        if length > rules.SENTENCE_AT_MOST:
            yield Finding(Hint.LONG, f"“{one.text.strip()[:12]}……”这一句有{length}个字。", one.text, one.start, one.end)
    for word, better in rules.OFFICIALESE.items():
        at = answer.find(word)
        if at >= 0:
            instead = (
                f"可以写“{better}”" if better and not better.startswith("（") else better.strip("（）") or "可以不写"
            )
            yield Finding(Hint.OFFICIAL, f"“{word}”：{instead}。", word, at, at + len(word))
    for one in rules.DOUBLE_NEGATION.finditer(answer):
        yield Finding(Hint.NEGATIONS, f"“{one[0]}”是双重否定。", one[0], *one.span())
    yield from _abbreviations(answer)


def _abbreviations(answer: str) -> Iterator[Finding]:
    told: set[str] = set()
    found = [(one[0], one.start()) for one in rules.ABBREVIATION.finditer(answer)]
    found += [(name, answer.find(name)) for name in rules.SHORT_NAMES if name in answer]
    for word, at in sorted(found, key=lambda one: one[1]):
        explained = re.search(
            rf"[（(][^（）()]*(?:简称|下称|即)?[^（）()]*{re.escape(word)}|{re.escape(word)}\s*[（(]", answer
        )
        if word in rules.KNOWN_ABBREVIATIONS or word in told or explained:
            continue
        told.add(word)
        yield Finding(Hint.ABBREVIATION, f"“{word}”没有说明是什么。", word, at, at + len(word))
