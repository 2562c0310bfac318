"""The middle of an issue: which words its texts share, which text is nearest to them, and what it may be called.

Words come from a dictionary of Chinese (extra `text`); names of persons are none of them. Without the extra pairs of characters are
compared, and a name is made of class and place only.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from xinqiao.rules.hot import NAME_SHARE, NAME_VOICES, NAME_WORDS
from xinqiao.search.words import fold, tokens

_SAYING = ("n", "v", "a", "l", "i")  # tags of words that say something: things, acts, qualities
_NAMES = ("nr", "nt", "nrt", "nrfg", "ns")  # persons, organs and places: never in a name that the machine makes
_EVERY_LETTER = """领导 问题 情况 反映 希望 部门 政府 要求 解决 有关 相关 单位 尊敬 您好 你好 谢谢 工作 人员 我们 村民 居民 业主
    群众 市民 百姓 老百姓 书记 局长 市长 县长 处理 答复 回复 没有 一直 现在 多次 严重 影响 生活 时间 造成 导致 存在 建议 咨询 请问 投诉
    举报 信访 同志 大家 小区 进行 不能 可以 知道 需要 出现"""
_OFFICE = frozenset(_EVERY_LETTER.split())  # what stands in letters of all sorts
SEEN_OF_TEXT = 1500  # characters


def splitter() -> Callable[[str], set[str]]:
    """How a text is cut into words."""
    try:
        import rjieba
    except ImportError:
        return lambda text: set(tokens(fold(text[:SEEN_OF_TEXT])))
    return lambda text: {
        word for word, tag in rjieba.tag(text[:SEEN_OF_TEXT]) if len(word) > 1 and tag.startswith(_SAYING) and not tag.startswith(_NAMES)
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
        self.of = {pk: split(text) for pk, text in texts.items()}
        self.in_texts = Counter(word for words in self.of.values() for word in words)

    def weight(self, word: str) -> float:
        return math.log((1 + len(self.of)) / (1 + self.in_texts[word])) + 0.1

    def nearness(self, ids: Iterable[int]) -> dict[int, float]:
        """How much of the middle of these texts each of them says: 0 to 1."""
        ids = [pk for pk in ids if pk in self.of]
        shared = Counter(word for pk in ids for word in self.of[pk])
        middle = {word: count / len(ids) * self.weight(word) for word, count in shared.items() if count > 1}
        long = math.sqrt(sum(value * value for value in middle.values())) or 1.0
        return {pk: self._cosine(self.of[pk], middle, long) for pk in ids}

    def _cosine(self, words: set[str], middle: Mapping[str, float], long: float) -> float:
        own = math.sqrt(sum(self.weight(word) ** 2 for word in words)) or 1.0
        return round(sum(self.weight(word) * middle.get(word, 0.0) for word in words) / (own * long), 4)

    def shared(self, ids: Iterable[int], voices: Mapping[int, int]) -> list[str]:
        """The words of a name: of many texts and of several voices, so that they are nobody's own; the most telling first."""
        if not is_cut_in_words():
            return []
        ids = [pk for pk in ids if pk in self.of]
        held: dict[str, set[int]] = {}
        for pk in ids:
            for word in self.of[pk] - _OFFICE:
                held.setdefault(word, set()).add(pk)
        telling = [
            (len(who) / len(ids) * self.weight(word), word)
            for word, who in held.items()
            if len(who) >= NAME_SHARE * len(ids) and len({voices[pk] for pk in who}) >= NAME_VOICES
        ]
        found: list[str] = []
        for _weight, word in sorted(telling, reverse=True):
            if not any(word in other or other in word for other in found):
                found.append(word)
        return found[:NAME_WORDS]


def name(place: str, class_name: str, words: list[str]) -> str:
    """What the machine calls an issue until somebody names it."""
    said = "、".join(words) or class_name or "内容相近的信访件"
    return f"{place}：{said}"[:60] if place else said[:60]
