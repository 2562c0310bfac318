"""The middle of an issue: which words its texts share, which text is nearest to them, and what it may be called.

Words come from a dictionary of Chinese (extra `text`); names of persons are none of them. Without the extra pairs of characters are
compared, and a name is made of class and place only.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from xinqiao.rules.hot import CENTRE_OF, COPY, NAME_SHARE, NAME_VOICES, NAME_WORDS, NEAR_CENTRE
from xinqiao.search.words import fold, tokens

_SAYING = ("n", "v", "a", "l", "i")  # tags of words that say something: things, acts, qualities
_PERSON = ("nr", "nrt", "nrfg")  # tags of names of persons
_EVERY_LETTER = """领导 问题 情况 反映 希望 部门 政府 要求 解决 有关 相关 单位 尊敬 您好 你好 谢谢 工作 人员 我们 村民 居民 业主
    群众 市民 百姓 老百姓 书记 局长 市长 县长 处理 答复 回复 没有 一直 现在 多次 严重 影响 生活 时间 造成 导致 存在 建议 咨询 请问 投诉
    举报 信访 同志 大家 小区 进行 不能 可以 知道 需要 出现"""
_OFFICE = frozenset(_EVERY_LETTER.split())  # what stands in letters of all sorts
SEEN_OF_TEXT = 1500  # characters
PHRASE = (2, 8)  # characters of a phrase in a name


def splitter() -> Callable[[str], set[str]]:
    """How a text is cut into words."""
    try:
        import rjieba
    except ImportError:
        return lambda text: set(tokens(fold(text[:SEEN_OF_TEXT])))
    return lambda text: {
        word for word, tag in rjieba.tag(text[:SEEN_OF_TEXT]) if len(word) > 1 and tag.startswith(_SAYING) and tag not in _PERSON
    }  # fmt: skip


def is_cut_in_words() -> bool:
    try:
        import rjieba  # noqa: F401
    except ImportError:
        return False
    return True


class Words:
    """The words of many texts, and how seldom each is."""

    def __init__(self, texts: Mapping[int, str]):
        split = splitter()
        self.texts = texts
        self.of = {pk: split(text) for pk, text in texts.items()}
        self.in_texts = Counter(word for words in self.of.values() for word in words)
        self._long = {pk: self._length({word: self.weight(word) for word in words}) for pk, words in self.of.items()}

    def weight(self, word: str) -> float:
        return math.log((1 + len(self.of)) / (1 + self.in_texts[word])) + 0.1

    def middle(self, ids: Iterable[int]) -> dict[str, float]:
        """What these texts share: how much each word weighs, length 1 together."""
        ids = list(ids)
        shared = Counter(word for pk in ids for word in self.of[pk])
        found = {word: count / len(ids) * self.weight(word) for word, count in shared.items() if count > 1}
        long = self._length(found)
        return {word: value / long for word, value in found.items()}

    def near(self, pk: int, middle: Mapping[str, float]) -> float:
        """How much of a middle one text says: 0 to 1."""
        return sum(self.weight(word) * middle.get(word, 0.0) for word in self.of[pk]) / self._long[pk]

    def nearness(self, ids: Iterable[int]) -> dict[int, float]:
        """The same of each of these texts, and their own middle."""
        ids = [pk for pk in ids if pk in self.of]
        middle = self.middle(ids) if ids else {}
        return {pk: round(self.near(pk, middle), 4) for pk in ids}

    @staticmethod
    def _length(values: Mapping[str, float]) -> float:
        return math.sqrt(sum(value * value for value in values.values())) or 1.0

    def gathered(self, groups: list[set[int]]) -> list[set[int]]:
        """To each large group the small ones that speak of the same: like matters are more than one and the same matter (同类项).

        The middle of a large group is known well; a text that says enough of it joins. One that says nearly all of it is a copy, and
        was kept apart because it is about another place.
        """
        large = sorted((set(ids) for ids in groups if len(ids) >= CENTRE_OF), key=lambda ids: (-len(ids), min(ids)))
        small = [ids for ids in groups if len(ids) < CENTRE_OF]
        middles = [self.middle(ids) for ids in large]
        left = []
        for ids in small:
            near = [sum(self.near(pk, middle) for pk in ids) / len(ids) for middle in middles]
            best = max(range(len(near)), key=near.__getitem__, default=None)
            if best is not None and NEAR_CENTRE <= near[best] < COPY:
                large[best] |= ids
            else:
                left.append(ids)
        return large + left

    def shared(self, ids: Iterable[int], voices: Mapping[int, int]) -> list[str]:
        """The phrases of a name: of titles, in many texts and of several voices, so that they are nobody's own; the most telling first."""
        if not is_cut_in_words():
            return []
        ids = [pk for pk in ids if pk in self.of]
        held: dict[str, set[int]] = {}
        for pk in ids:
            for phrase in _phrases(self.texts[pk].partition("\n")[0]):
                held.setdefault(phrase, set())
        for phrase, who in held.items():
            who.update(pk for pk in ids if phrase in self.texts[pk])
        common = {
            phrase: len(who) / len(ids)
            for phrase, who in held.items()
            if len(who) >= NAME_SHARE * len(ids) and len({voices[pk] for pk in who}) >= NAME_VOICES
        }
        telling = sorted(
            ((share * len(phrase) * self._seldom(phrase), phrase) for phrase, share in common.items()), reverse=True
        )
        found: list[str] = []
        for _weight, phrase in telling:
            if not any(_overlap(phrase, other) for other in found):
                found.append(phrase)
        return found[:NAME_WORDS]

    def _seldom(self, phrase: str) -> float:
        return math.log((1 + len(self.texts)) / (1 + sum(phrase in text for text in self.texts.values()))) + 0.1


def _phrases(text: str) -> set[str]:
    """Runs of up to four words that begin and end with one that says something; nobody's name is in them."""
    import rjieba

    cut, found = rjieba.tag(text), set()
    for start in range(len(cut)):
        said = ""
        for word, tag in cut[start : start + 4]:
            if (
                tag in _PERSON
                or not word.isalnum()
                or word in _OFFICE
                or (not said and (len(word) < 2 or not tag.startswith(_SAYING)))
            ):
                break
            said += word
            if tag.startswith(_SAYING) and len(word) > 1 and PHRASE[0] <= len(said) <= PHRASE[1]:
                found.add(said)
    return found


def _overlap(one: str, other: str) -> bool:
    return any(one[n : n + 2] in other for n in range(len(one) - 1))


def name(place: str, class_name: str, words: list[str]) -> str:
    """What the machine calls an issue until somebody names it."""
    said = "、".join(words) or class_name or "内容相近的信访件"
    return f"{place}：{said}"[:60] if place else said[:60]
