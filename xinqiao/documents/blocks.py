"""The parts a document is built from, and how data are said in official Chinese.

A block is a small dict that the page (Typst) and the Word copy (docx) draw alike; text is only ever text in it.
"""

import re
from datetime import date, datetime

from xinqiao.rules import stages

BLANK = "＿＿＿＿"  # what a draft shows where nothing was filled in yet
NUMERALS = "〇一二三四五六七八九"

_WORDS = {
    "ordinary": "普通程序",
    "simple": "简易办理程序",
    "agree": "同意",
    "refuse": "不同意",
    "adopted": "采纳",
    "not_adopted": "不予采纳",
}
_LISTS = {
    "route": stages.Route,
    "channel": stages.Channel,
    "kind": stages.Kind,
    "purpose": stages.Purpose,
    "manner": stages.ServiceManner,
    "outcome": stages.Outcome,
}
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def paragraphs(text) -> list[dict]:
    """Free text as indented paragraphs, one for each line that was typed."""
    return [{"block": "p", "text": line.strip()} for line in _BREAK.split(str(text or "")) if line.strip()]


def plain(text: str) -> dict:
    """A line without indent."""
    return {"block": "plain", "text": text}


def heading(position: int, text: str) -> dict:
    """First-level heading: 一、基本情况."""
    return {"block": "h1", "text": f"{numeral(position)}、{text}"}


def subheading(text: str) -> dict:
    """Second-level heading."""
    return {"block": "h2", "text": text}


def grid(*rows: tuple) -> dict:
    """A form: each row is label, value or label, value, label, value."""
    return {"block": "grid", "rows": [[str(cell) for cell in row] for row in rows]}


def table(columns: list[str], rows: list[list]) -> dict:
    """A table with a head, for lists."""
    return {"block": "table", "columns": columns, "rows": [[str(cell) for cell in row] for row in rows]}


def chart(title: str, points: list[tuple[str, str]], *, standing: bool = False) -> dict:
    """A plot of (label, what is told): lying bars, or standing ones along time. Its table stands beside it; a withheld figure has a stub."""
    longest = max((int(told) for _label, told in points if told.isdecimal()), default=0) or 1
    drawn = [
        {"label": label, "told": told, "known": told.isdecimal(), "share": int(told) * 100 / longest if told.isdecimal() else 6.0}
        for label, told in points
    ]  # fmt: skip
    return {"block": "chart", "title": title, "points": drawn, "standing": standing}


def signatures(*labels: str) -> dict:
    """Lines to sign on, each with room for a date."""
    return {"block": "sign", "labels": list(labels)}


def big(label: str, value: str) -> dict:
    """What must be read at arm's length: number, query code, date, phone."""
    return {"block": "big", "label": label, "value": value}


def day(value) -> str:
    """2026年3月18日; text that is no day is left as it stands."""
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        try:
            value = date.fromisoformat(str(value or "")[:10])
        except ValueError:
            return str(value or "") or BLANK
    return f"{value.year}年{value.month}月{value.day}日"


def say(data: dict, key: str) -> str:
    """What the data say under `key`, in words; a blank to fill in where they say nothing."""
    value = data.get(key)
    if key.endswith("_on") or key == "petition_date":
        return day(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if key == "matter_number":
        return str(value or BLANK).replace(" ", "\u00a0")  # the groups of a number stay on one line
    if value is None or (not value and isinstance(value, (str, list, tuple, dict))):
        return BLANK
    if isinstance(value, (list, tuple)):
        return "；".join(item_text(entry) for entry in value)
    return word(key, value)


def word(key: str, value) -> str:
    """The Chinese word of a stored code; other text as it stands."""
    closed_list = _LISTS.get(key)
    if closed_list is not None and str(value) in {member.value for member in closed_list}:
        return closed_list(str(value)).label
    return _WORDS.get(str(value), str(value)) if key in ("procedure", "decision") else str(value)


def item_text(entry) -> str:
    """One entry of a list: its text, or its parts one after another."""
    if isinstance(entry, dict):
        if entry.get("text"):
            return str(entry["text"])
        return "，".join(str(value) for key, value in entry.items() if value and key != "number")
    return str(entry)


def entries(value) -> list:
    """What was handed over as a list, as a list: one thing alone is a list of one, nothing is an empty list."""
    if isinstance(value, (list, tuple)):
        return [entry for entry in value if entry is not None]
    is_nothing = value is None or isinstance(value, bool) or (not value and isinstance(value, (str, dict)))
    return [] if is_nothing else [value]


def numbered(listed) -> list[dict]:
    """1．… 2．… as paragraphs; the office's own numbers are kept."""
    blocks = []
    for position, entry in enumerate(entries(listed), start=1):
        number = entry.get("number", position) if isinstance(entry, dict) else position
        lines = paragraphs(item_text(entry)) or [{"block": "p", "text": BLANK}]
        lines[0]["text"] = f"{number}．{lines[0]['text']}"
        blocks += lines
    return blocks


def free_part(data: dict) -> list[dict]:
    """What the writer added in words of their own (`body`)."""
    return [block for text in entries(data.get("body")) for block in paragraphs(item_text(text))]


def law_text(basis) -> str:
    """Law, rule or policy with its article: as text, or as a list of {title, article}."""
    said = []
    for entry in entries(basis):
        if isinstance(entry, dict):
            title = str(entry.get("title") or "").strip("《》")
            said.append((f"《{title}》" if title else "") + str(entry.get("article") or ""))
        else:
            said.append(str(entry))
    return "、".join(part for part in said if part) or BLANK


def numeral(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十; up to 99, as headings need."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return NUMERALS[ones]
    return ("" if tens == 1 else NUMERALS[tens]) + "十" + (NUMERALS[ones] if ones else "")


def sentence(text: str) -> str:
    """The text with a full stop, if it has no end of its own."""
    text = str(text).rstrip()
    return text if text.endswith(tuple("。！？；：.!?…")) else text + "。"
