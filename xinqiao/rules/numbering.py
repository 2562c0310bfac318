"""Numbers that people write down, read out and type: matter number, document number, query code, verification code.

Matter number (信访件编号, C.2 case_no): `division(6) + yyyymmdd + seq(4) + check`, 19 characters, printed in groups
("410101 20261121 0427 8"). The sequence runs 0001 … 9999 and goes on with Crockford base-32 (A000 … ZZZZ), so that no
office runs out on one day. The check character is ISO 7064 MOD 37,36: it finds every single wrong character and nearly
all swapped neighbours.

Query code (查询码, I-15) and verification code (校验码, FD-1) are Crockford base-32 from `secrets`: no I, L, O, U, so
that a code read over the telephone or from a thermal printer is typed back right.
"""

import secrets
from dataclasses import dataclass
from datetime import date

from xinqiao.rules.wording import halfwidth

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # the alphabet of ISO 7064 MOD 37,36
_ALPHANUMERIC_VALUE = {char: value for value, char in enumerate(_ALPHANUMERIC)}
_LOOKS_LIKE_DIGIT = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS = " \t\r\n\u00a0\u3000-‐‑‒–—−_.·、,，"

_LETTERS_FIRST = CROCKFORD[10:]
_PER_LETTER = 32**3
LAST_SEQUENCE = 9999 + len(_LETTERS_FIRST) * _PER_LETTER

QUERY_CODE_LENGTH = 16  # 80 bits (secure checklist 50)
VERIFICATION_CODE_LENGTH = 12


class NumbersUsedUp(ValueError):
    """One division has no number left for this day."""


@dataclass(frozen=True)
class MatterNumber:
    """A matter number taken apart. `sequence` counts from 1 within one office and one day."""

    division: str
    registered_on: date
    sequence: int
    text: str


def make_matter_number(division: str, registered_on: date, sequence: int) -> str:
    """The number of the `sequence`-th submission that the office of `division` (6 digits) registered on that day.

    Raises ValueError when the division is not six digits or the sequence is out of range.
    """
    if len(division) != 6 or not _is_digits(division):
        raise ValueError("行政区划代码应为6位数字。")
    body = division + registered_on.strftime("%Y%m%d") + sequence_text(sequence)
    return body + check_character(body)


def sequence_text(sequence: int) -> str:
    """The four characters of a daily sequence: 1 → 0001, 9999 → 9999, 10000 → A000, 10001 → A001 …"""
    if not 1 <= sequence <= LAST_SEQUENCE:
        raise NumbersUsedUp(f"当日流水号应在1到{LAST_SEQUENCE}之间。")
    if sequence <= 9999:
        return f"{sequence:04d}"
    letter, rest = divmod(sequence - 10000, _PER_LETTER)
    return _LETTERS_FIRST[letter] + CROCKFORD[rest // 1024] + CROCKFORD[rest // 32 % 32] + CROCKFORD[rest % 32]


def place_in_order(number: str) -> int:
    """Where a matter number stands among all: by day, then by the day's sequence, then by division. 0 for one that we never made.

    A whole number, so that a list of millions is sorted and cut by it: days since 1990, six digits of sequence, six of division.
    """
    division, day, sequence = number[:6], number[6:14], number[14:18]
    try:
        days = (date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}") - date(1990, 1, 1)).days
        return (days * 10**6 + sequence_value(sequence)) * 10**6 + int(division) if days >= 0 else 0
    except ValueError:
        return 0


def first_place_of(day: date) -> int:
    """The lowest place that a number of this day could have: what stands before it is of an earlier day."""
    return (day - date(1990, 1, 1)).days * 10**12


def sequence_value(text: str) -> int:
    """The reverse of `sequence_text`; raises ValueError for four characters that it never makes."""
    if _is_digits(text) and text != "0000":
        return int(text)
    if text[:1] in _LETTERS_FIRST and all(char in CROCKFORD for char in text[1:]):
        first, second, third = (CROCKFORD.index(char) for char in text[1:])
        return 10000 + _LETTERS_FIRST.index(text[0]) * _PER_LETTER + first * 1024 + second * 32 + third
    raise ValueError("编号中的流水号不对，请核对后重新输入。")


def check_character(body: str) -> str:
    """ISO 7064 MOD 37,36 over digits and letters."""
    product = 36
    for char in body:
        total = (product + _ALPHANUMERIC_VALUE[char]) % 36 or 36
        product = total * 2 % 37
    return _ALPHANUMERIC[(37 - product) % 36]


def normalise_matter_number(typed: str) -> str:
    """What a person typed as the 19 characters we store: spaces, full width, lower case and look-alikes undone.

    In the first 14 places only digits can stand, so O, I, L there are 0, 1, 1. In the sequence the letters O, I, L
    do not occur either. Only the check character may be any letter: there the typed one is tried first.
    Raises ValueError with what to do.
    """
    text = _without_separators(typed)
    if len(text) != 19:
        raise ValueError(f"信访件编号是19位，您输入了{len(text)}位。请对照回执核对。")
    body = text[:18].translate(_LOOKS_LIKE_DIGIT)
    if any(char not in _ALPHANUMERIC_VALUE for char in body):
        raise ValueError("信访件编号只含数字和字母，请对照回执核对。")
    expected = check_character(body)
    if text[18] != expected and text[18].translate(_LOOKS_LIKE_DIGIT) != expected.translate(_LOOKS_LIKE_DIGIT):
        raise ValueError("信访件编号不对，可能有一位输错了。请对照回执核对。")
    return body + expected


def parse_matter_number(typed: str) -> MatterNumber:
    """Take a typed number apart; raises ValueError with what to do when it cannot be one of ours."""
    text = normalise_matter_number(typed)
    division, day, sequence = text[:6], text[6:14], text[14:18]
    if not _is_digits(division + day):
        raise ValueError("信访件编号的前14位应为数字，请对照回执核对。")
    try:
        registered_on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        raise ValueError("信访件编号中的日期不对，请对照回执核对。") from None
    return MatterNumber(division, registered_on, sequence_value(sequence), text)


def print_matter_number(number: str) -> str:
    """In groups, as on a receipt: "410101 20261121 0427 8"."""
    return f"{number[:6]} {number[6:14]} {number[14:18]} {number[18:]}"


def document_number(short_name: str, kind: str, year: int, sequence: int) -> str:
    """文号 (FD-1): `简称+类型〔年份〕n号`, for example 临信转〔2026〕15号. The sequence is not padded."""
    if not short_name.strip() or not kind.strip():
        raise ValueError("文号需要机关简称和文种，请先在机构资料中填写机关简称。")
    if sequence < 1:
        raise ValueError("文号的序号从1开始。")
    return f"{short_name.strip()}{kind.strip()}〔{year}〕{sequence}号"


def new_query_code() -> str:
    """A fresh query code: 16 Crockford characters, 80 random bits. Shown once; only its hash is stored."""
    return _random_code(QUERY_CODE_LENGTH)


def new_verification_code() -> str:
    """A fresh verification code for one letter: 12 Crockford characters, 60 random bits."""
    return _random_code(VERIFICATION_CODE_LENGTH)


def print_code(code: str) -> str:
    """In groups of four, as on a receipt: "7K3M Q9XD 04TZ 8WBN"."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise_query_code(typed: str) -> str:
    """The 16 characters that were meant; raises ValueError with what to do."""
    return _normalise_code(typed, QUERY_CODE_LENGTH, "查询码")


def normalise_verification_code(typed: str) -> str:
    """The 12 characters that were meant; raises ValueError with what to do."""
    return _normalise_code(typed, VERIFICATION_CODE_LENGTH, "校验码")


def _normalise_code(typed: str, length: int, name: str) -> str:
    code = _without_separators(typed).translate(_LOOKS_LIKE_DIGIT)
    if len(code) != length:
        raise ValueError(f"{name}是{length}位，您输入了{len(code)}位。请对照回执核对。")
    if any(char not in CROCKFORD for char in code):
        raise ValueError(f"{name}里有不会出现的字符。{name}只含数字和字母（没有字母 U）。请对照回执核对。")
    return code


def _random_code(length: int) -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


def _without_separators(typed: str) -> str:
    return "".join(char for char in halfwidth(typed).upper() if char not in _SEPARATORS)


def _is_digits(text: str) -> bool:
    # str.isdigit() also accepts ² and Arabic-Indic digits
    return bool(text) and all(char in "0123456789" for char in text)
