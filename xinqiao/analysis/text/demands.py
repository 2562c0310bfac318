"""Requests (诉求): which sentences of a text ask for something, in the citizen's own words, each with its place in the text.

    propose_demands(Reading("楼顶漏水", "您好！房子漏水两年。请求：1、修好屋顶；2、赔偿家具。谢谢！")) → 修好屋顶, 赔偿家具

What others ask for (学校要求我们交钱) is no request of the citizen, nor a question that asks for no answer (还有王法吗), nor thanks and wishes.
That somebody should look into it is one only where nothing more is asked.
"""

import itertools
import re
from collections.abc import Iterator

from xinqiao.rules import asking
from xinqiao.rules.phrases import any_of

from .proposal import Candidate, Reading, Reason

AT_MOST = 12
SHORTEST, LONGEST = 4, 200

_SENTENCE = re.compile(r"[^。！!？?；;\n]+[？?]?")
_BEGINNING = r"(?:(?<=[\s。！!？?；;，,：:\n])|^)"
_ITEM = re.compile(rf"(?:{any_of(asking.ITEMS)}|{_BEGINNING}\s{{0,3}}{any_of(asking.ITEMS_AT_A_BEGINNING)})")
_HEADING = re.compile(rf"{any_of(asking.HEADINGS)}\s{{0,3}}[：:]")
_LEADS = re.compile(rf"{any_of([asking.LEADING_TO_ITEMS])}\s{{0,3}}[：:]?\s{{0,3}}$")
_FIRST = re.compile(any_of([asking.FIRST_ITEM]))

_MORE = rf"(?:{any_of(asking.BEFORE_ASKING)}{{0,4}})"
_WHO = rf"{_MORE}{any_of(asking.WRITERS)}?{_MORE}"
_CLAUSE = r"(?:^|(?<=[。！!？?；;，,：:、~～\s”\"（()）.]))"
_ASK = re.compile(rf"{_CLAUSE}\s{{0,3}}(?P<who>{_WHO})(?P<verb>{any_of(asking.ASKS)})")
_NO_ASK = re.compile(f"^{any_of(asking.NOUNS_AND_TALES)}")
_OTHERS = re.compile(f"^{asking.ASKED_OF_THE_WRITER.words}")
_OF_OTHERS = re.compile(rf"{any_of(asking.OTHERS_WHO_DEMAND)}[^。]{{0,30}}[，,]\s{{0,3}}$")
_EARLIER = re.compile(any_of([asking.EARLIER]))

_ENQUIRY = re.compile(f"请问|{asking.ENQUIRIES.words}")
_QUESTION = re.compile(any_of(asking.PUT_AS_A_QUESTION))
_PLAIN_QUESTION = re.compile(any_of(asking.PLAIN_QUESTIONS))
_ASKED = re.compile(any_of(asking.ANSWERABLE))
_NO_ANSWER = re.compile(any_of(asking.RHETORICAL))

_COURTESY = re.compile(any_of(asking.COURTESIES))
_TO_DO = re.compile(any_of([asking.SOMETHING_TO_DO]))
_ONLY_COURTESY = re.compile(asking.ONLY_TO_BE_READ.words)
_GENERAL = re.compile(asking.GENERAL.words)
_THANKS = re.compile(rf"[，,]\s{{0,3}}{any_of([asking.THANKS_AT_THE_END])}")
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
            if _FIRST.match(text, last, sentence.end()) and _LEADS.search(text, first, last):
                listed = True
                continue
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
        clause = _ENQUIRY.search(sentence)
        return text.find(sentence, start, end) + (clause.start() if clause else 0)
    return None


def _of_others(text: str, start: int, asked: re.Match) -> bool:
    """Whether it is somebody else who demands (公司…，要求), or an earlier time at which the citizen did (曾…，申请)."""
    if asked["who"].strip() or asked["verb"] not in asking.ALSO_SAID_OF_OTHERS:
        return False
    before, at = text[start : asked.start("verb")], asked.start("verb")
    if asked["verb"] == "要求" and (_OTHERS.match(text, at) or _OF_OTHERS.search(before)):
        return True
    return bool(_EARLIER.search(before) or "未果" in text[at : at + 24])


def _is_courtesy(words: str) -> bool:
    """Whether a line only greets, thanks, or asks for an answer. A longer one says something besides."""
    if _ONLY_COURTESY.search(words):
        return True
    return bool(_COURTESY.search(words)) and len(words) < 24 and not _TO_DO.search(words)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _TRIM:
        start += 1
    if thanks := _THANKS.search(text, start, end):
        end = thanks.start()
    while end > start and text[end - 1] in _TRIM and text[end - 1] not in _CLOSING:
        end -= 1
    return start, end
