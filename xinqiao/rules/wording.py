"""Typed text made fit to store: one normal form, no invisible characters, limits counted in characters.

Nothing a citizen wrote is silently cut: what is refused is named, with its place, so that the page can give it back
(secure checklist 35, 36).
"""

import re
import unicodedata
from types import MappingProxyType

# Greatest number of characters per field. 40,000 characters are about 60 printed pages.
LIMITS = MappingProxyType(
    {
        "title": 100,
        "content": 40_000,
        "facts_reasons": 40_000,
        "request": 2_000,
        "summary": 2_000,
        "name": 50,
        "address": 200,
        "work_unit": 100,
        "place_detail": 200,
        "respondent": 200,
        "reason": 2_000,
        "note": 2_000,
        "question": 1_000,
        "comment": 1_000,
        "facts": 20_000,
        "conclusion": 10_000,
        "letter": 40_000,
        "file_name": 200,
        "search": 100,
    }
)

# Marks that turn the reading direction: they can make a stored text look like another one.
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("\r\n|\r|\u0085|\u2028|\u2029")
# Controls (Cc) but for \n and \t, and halves of a surrogate pair (Cs), which UTF-8 cannot hold. One search instead of a look at each
# character: a text of 40,000 comes by here more than once.
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Any of the three above. Hardly a text has one, and one search is cheaper than three.
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Letters and signs that print nothing: the fillers of Hangul and the empty Braille cell.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def clean(text: str, *, limit: int | None = None, field: str) -> str:
    """The text as it is stored: NFC, `\\n` line ends, no bidi controls, no white space at either end; "" where nothing can be read.

    `field` is the name of the field as the reader sees it ("反映的内容"); `limit` counts characters after cleaning.
    Raises ValueError naming the place of a character that cannot be stored, or how many characters are too many.
    """
    if not text:
        return ""
    if _SUSPECT.search(text):
        text = _LINE_ENDS.sub("\n", text)
        _refuse_unstorable(text, field)
        text = _BIDI_CONTROLS.sub("", text)
    text = unicodedata.normalize("NFC", text).strip()
    if not any(map(_is_readable, text)):  # ends at the first one that is
        return ""
    if limit is not None and len(text) > limit:
        raise ValueError(f"{field}最多{limit}个字，现在有{len(text)}个字，请删去{len(text) - limit}个字。")
    return text


def readable(text: str) -> str:
    """The characters somebody sees: no blanks, none of no width, no marks by themselves. A reason is counted in these."""
    return "".join(filter(_is_readable, text))


def without_unstorable(text: str) -> tuple[str, int]:
    """The text without what `clean` refuses, and how many characters that were: for rows of other systems, which nobody can type again."""
    return _UNSTORABLE.subn("", _LINE_ENDS.sub("\n", text)) if _SUSPECT.search(text) else (text, 0)


def clean_line(text: str, *, limit: int | None = None, field: str) -> str:
    """As `clean`, for fields of one line: line ends, tabs and runs of blanks become one space."""
    flat = re.sub(r"[\s\u3000]+", " ", clean(text, field=field))
    return clean(flat, limit=limit, field=field)


def halfwidth(text: str) -> str:
    """Full-width letters, digits and signs as the ordinary ones (NFKC): for numbers and codes, never for prose."""
    return unicodedata.normalize("NFKC", text)


def _is_readable(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNPS" and char not in _BLANK_LETTERS


def _refuse_unstorable(text: str, field: str) -> None:
    found = _UNSTORABLE.search(text)
    if found is None:
        return
    place, char = found.start(), found[0]
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1) + 1
    raise ValueError(
        f"{field}第{line}行第{column}个字符无法保存（代码 U+{ord(char):04X}），请删去后再提交。"
        "从其他软件粘贴文字时，常会带入这样看不见的字符。"
    )
