"""Requests (诉求): which sentences of a text ask for something, in the citizen's own words, each with its place in the text.

    propose_demands(Reading("楼顶漏水", "您好！房子漏水两年。请求：1、修好屋顶；2、赔偿家具。谢谢！")) → 修好屋顶, 赔偿家具

What others ask for (学校要求我们交钱) is no request of the citizen, nor a question that asks for no answer (还有王法吗), nor thanks and wishes.
That somebody should look into it is one only where nothing more is asked.
"""

import itertools
import re
from collections.abc import Iterator

from .proposal import Candidate, Reading, Reason

AT_MOST = 12
SHORTEST, LONGEST = 4, 200

_SENTENCE = re.compile(r"[^。！!？?；;\n]+[？?]?")
# 1、 2. （3） ① 一、 第二， – where an item of a list begins
_ITEM = re.compile(
    r"(?:[（(]\s{0,3}(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s{0,3}[)）]、?(?![栋号楼期区村组])|[①②③④⑤⑥⑦⑧⑨⑩]|(?:(?<=[\s。！!？?；;，,：:\n])|^)\s{0,3}"
    r"(?:\d{1,2}\s{0,3}(?:[、．:：)）]|\.(?!\d))|[一二三四五六七八九十]{1,2}、|(?:第[一二三四五六七八九十]|其[一二三四五])[、，,：:是]?))"
)
# 诉求如下： 请求事项： – what follows are requests, whatever words they use
_HEADING = re.compile(
    r"(?:(?:我们?|本人|业主|村民|居民|大家)?的?(?:诉求|请求事项|请求|要求|恳请|希望|建议)(?:如下|有|是|包括)?|(?:提出|有)(?:以下|如下|下列)[^，。：:]{0,8}"
    r"|(?:诉求|要求|请求|建议|恳请|希望)[^，。：:]{0,10}(?:以下|如下|下列)[^，。：:]{0,8})\s{0,3}[：:]"
)
_SELF = r"(?:我们?|本人|我家|我村|我校|大家|全体[^，。]{0,6}|广大[^，。]{0,6}|业主们?|村民们?|居民们?|市民|家长们?|职工|工人|百姓|群众|老百姓)?"
_MORE = r"(?:(?:特此|特|现在?|强烈|坚决|再次|一致|郑重|联名|共同|故|因此|所以|在此|只是?|就|还|也|更|诚挚|诚恳|真诚|衷心|迫切|急切|真心|多么|非常|十分|真的|都|最后|另外|同时|首先|其次|并|且|但|恳切|特别|依法|深切|由衷|殷切){0,4})"
_ASKS = (
    r"(?:请求|恳请|恳求|请您|请[^问教假客求柬示帖吃]|敬请|烦请|还请|想请|望(?!着|见|远|月|去|了|子|岳|城|江|到|而|湖|不)|希望(?!小学|工程|中学)|期望|期盼|盼望|盼(?=早|能|复|解|政|领)|渴望|"
    r"呼吁|建议|要求|申请(?!表|书|人|材|过|了|的|时|后|到|单)|求(?=助|领导|政府|书记|解决|你|您|给|帮|有关)|能否|可否|能不能|可不可以|是否(?:可以|能够?|应该?)|应该?(?:尽快|立即|及时)|必须(?:尽快|立即))"
)
_ASK = re.compile(
    rf"(?:^|(?<=[。！!？?；;，,：:、~～\s”\"（()）.]))\s{{0,3}}(?P<who>{_MORE}{_SELF}{_MORE})(?P<verb>{_ASKS})"
)
# 这些要求 的希望: nouns; 学校要求: somebody else asks
_NO_ASK = re.compile(
    r"^(?:请(?:了|过|来|人|他|她)|要求(?:的|是|很|太|过|他|她|我们?(?!的))|希望(?:的|是|很|渺|破|落)|建议(?:的|书)|申请(?:了|过)|请(?:各位)?(?:原谅|谅解|见谅|理解))"
)
# 学校要求学生… 三令五申，要求…: what others ask for
_OTHERS = re.compile(r"^要求(?:我们?|学生|家长|业主|员工|职工|村民|每|住户|交|缴|老师|教师|孩子|必须)")
_OF_OTHERS = re.compile(
    r"(?:教育[部局]|国家|文件|规定|通知|学校|老师|校方|公司|开发商|物业|银行|单位|社区|医院|合同|三令五申|名义|政策|对方|老板)[^。]{0,30}[，,]\s{0,3}$"
)
_ALSO_OTHERS = frozenset({"要求", "请求", "申请", "建议"})
_EARLIER = re.compile(r"(?:曾|已经?|当时|多次|之前|当初|去年|前年|回复|答复)")
_PLAIN_QUESTION = re.compile(
    r"请问|能否|可否|能不能|何时|什么时候|啥时候|多久|是否(?:可以|能|会)|想(?:要?)(?:问|咨询|了解|知道)"
)
_QUESTION = re.compile(r"[？?]$|请问|(?:想要?|特此?|现|来|向(?:您|领导)|需要?)(?:问|咨询|知道|了解)|问一下|了解一下")
_ASKED = re.compile(
    r"何时|什么时候|啥时候|多久|多少|怎么(?:办理|申请|处理|解决|补)|如何|是否|能否|可否|能不能|可不可以|有没有|哪里|哪个|哪些|需要|还是|是不是|什么|为何|谁|几|[吗么呢][？?]?$"
)
_NO_ANSWER = re.compile(
    r"更待何时|真(?:的|有)?(?:那么|这么)[^，。]{0,6}吗|难道|还有(?:没有)?(?:王法|天理|良心)|天理|良心|何在|凭什么|算什么|谁来(?:管|负责)|谁给|岂|何必|为什么(?!不能|没有)|怎么能|怎能|不是.{0,12}吗|你说|对得起|情何以堪|于心何忍"
)
_COURTESY = re.compile(
    r"^(?:尊敬的|敬爱的|亲爱的)|^[^，。]{0,10}(?:您好|你好|您们好|你们好)|谢谢|感谢|感激|祝(?:您|你|愿|福)|此致|敬礼|致敬|(?:盼|望|请)(?:[^，。]{0,6})(?:回复|答复|复)$|^盼复|跪谢|拜谢|多谢|万分"
)
_ONLY_COURTESY = re.compile(
    r"^(?:请|望|希望|恳请|盼|请求|敬请|还望)(?:[^，。]{0,12}?)(?:尽快|早日|予以|给予|能够?|及时|认真|高度|以)?(?:回复|答复|重视|关注|批评|指正|谅解|理解|解答|告知|答疑|百忙[^，。]*)[^，。]{0,6}$"
)
_GENERAL = re.compile(
    r"^(?:我们?|本人)?(?:请|望|希望|恳请|盼|请求|要求|强烈要求|敬请|呼吁|恳求)[^，。]{0,24}(?:解决|处理|调查|查处|过问|管一?管|重视|关注|介入|协调|查实|核实|督促|督办|答复|回复|解答|改善|作为|主持公道|做主|帮助|帮忙|明察|彻查)(?:此事|一下|这一?(?:件事|问题|情况)|该?问题)?$"
)
_THANKS = re.compile(r"[，,]\s{0,3}(?:祝|谢谢|感谢|不胜感|多谢|万分感|本人不胜|此致)")
_CLOSING = "）)”"
_TRIM = " \t\r\n\u3000，,、：:。；;.!！“”\"'（(）)～~—-…"


def propose_demands(reading: Reading) -> list[Candidate]:
    """One candidate for each request, in the order of the text; `value` is the line as it would stand in the form.

    Those that stand in the form already (`reading.demands`) are left out. The title counts only where the text asks for nothing.
    """
    spans = _requests(reading.text, len(reading.title) + 1, len(reading.text))
    special = [span for span in spans if not _GENERAL.search(reading.text[slice(*span)])]
    spans = _without_asides(reading.text, special or spans) or _requests(reading.text, 0, len(reading.title))
    typed = [_bare(line) for line in reading.demands]
    found, seen = [], set()
    for start, end in spans:
        words = reading.text[start:end]
        bare = _bare(words)
        if bare in seen or any(bare in line or line in bare for line in typed if line):
            continue
        seen.add(bare)
        line = words if len(words) <= LONGEST else words[:LONGEST].rsplit("，", 1)[0]
        found.append(Candidate(line.replace("\n", " "), line, None, (Reason(words, start, end),)))
    return found[:AT_MOST]


def _without_asides(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where something is asked for in plain words, questions in passing are none of the requests."""
    lines = [text[start:end] for start, end in spans]
    aside = [line.endswith(("？", "?")) and not _PLAIN_QUESTION.search(line) for line in lines]
    return spans if all(aside) else [span for span, one in zip(spans, aside, strict=True) if not one]


def _bare(line: str) -> str:
    return re.sub(r"[\W_]", "", line)


def _requests(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Places of the requests between two places of the text."""
    found, listed = [], False
    for sentence in _SENTENCE.finditer(text, start, end):
        for first, last in _items(text, *sentence.span()):
            heading = _HEADING.search(text, first, last)
            if heading and heading.start() - first <= 24:
                listed, first = True, heading.end()
                if not text[first:last].strip(_TRIM):
                    continue
                found.append((first, last))
                continue
            numbered = _ITEM.match(text, first, last)
            listed = listed and bool(numbered)
            begins = numbered.end() if numbered else first
            if listed:
                found.append((begins, last))
            elif (at := _asks_at(text, begins, last)) is not None:
                found.append((at, last))
    trimmed = (_trim(text, *span) for span in found)
    return [(a, b) for a, b in trimmed if b - a >= SHORTEST and not _is_courtesy(text[a:b])]


def _items(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence cut where items of a list begin in it."""
    cuts = [one.start() for one in _ITEM.finditer(text, start, end) if one.start() > start]
    bounds = [start, *cuts, end]
    yield from itertools.pairwise(bounds)


def _asks_at(text: str, start: int, end: int) -> int | None:
    """Where in the sentence the request begins; None for a sentence that asks for nothing."""
    for asked in _ASK.finditer(text, start, end):
        words = text[asked.start("verb") : end]
        if not _NO_ASK.match(words) and not _of_others(text, start, asked):
            return asked.start()
    sentence = text[start:end].strip()
    if _QUESTION.search(sentence) and _ASKED.search(sentence) and not _NO_ANSWER.search(sentence):
        clause = re.search(r"请问|想要?(?:问|咨询|知道|了解)", sentence)
        return text.find(sentence, start, end) + (clause.start() if clause else 0)
    return None


def _of_others(text: str, start: int, asked: re.Match) -> bool:
    """Whether it is somebody else who demands (公司…，要求), or an earlier time at which the citizen did (曾…，申请)."""
    if asked["who"].strip() or asked["verb"] not in _ALSO_OTHERS:
        return False
    before, at = text[start : asked.start("verb")], asked.start("verb")
    if asked["verb"] == "要求" and (_OTHERS.match(text, at) or _OF_OTHERS.search(before)):
        return True
    return bool(_EARLIER.search(before) or "未果" in text[at : at + 24])


def _is_courtesy(words: str) -> bool:
    return bool(
        _ONLY_COURTESY.search(words)
        or (_COURTESY.search(words) and len(words) < 24 and not re.search(r"解决|处理|查处|修|赔|退", words))
    )


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _TRIM:
        start += 1
    if thanks := _THANKS.search(text, start, end):
        end = thanks.start()
    while end > start and text[end - 1] in _TRIM and text[end - 1] not in _CLOSING:
        end -= 1
    return start, end
