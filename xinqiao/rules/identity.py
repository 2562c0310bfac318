"""Identity data of people: documents, telephone numbers, names, e-mail. Checked lightly, stored in one form.

A document number is never required (D.10: lack of an ID number is no ground for refusal); one that is given must be
right, because a wrong one would separate a person from their own earlier matters. Every function returns the
canonical value or raises ValueError with a plain sentence: what is wrong, what to do.
"""

import re
import unicodedata
from datetime import date

from xinqiao.rules.stages import Coded
from xinqiao.rules.wording import LIMITS, halfwidth


class IdType(Coded):
    """Kinds of identity document (证件类型): I-14. Project codes."""

    RESIDENT_ID = "resident_id", "居民身份证", "01"
    HK_MACAO_RESIDENCE = "hk_macao_residence", "港澳居民居住证", "02"
    TAIWAN_RESIDENCE = "taiwan_residence", "台湾居民居住证", "03"
    HK_MACAO_PERMIT = "hk_macao_permit", "港澳居民来往内地通行证", "04"
    TAIWAN_PERMIT = "taiwan_permit", "台湾居民来往大陆通行证", "05"
    FOREIGN_PERMANENT_RESIDENCE = "foreign_permanent_residence", "外国人永久居留身份证", "06"
    PASSPORT = "passport", "护照", "07"
    MILITARY_ID = "military_id", "军人证件", "08"
    HOUSEHOLD_REGISTER = "household_register", "户口簿", "09"
    CREDIT_CODE = "credit_code", "统一社会信用代码（单位）", "10"
    OTHER = "other", "其他证件", "99"


# First two digits of a resident ID: the 31 provinces, and 81, 82, 83 of the residence permits (居住证).
MAINLAND_PROVINCES = frozenset(
    str(code)
    for codes in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for code in codes
)
_FIRST_DIGITS = {
    IdType.RESIDENT_ID: MAINLAND_PROVINCES | {"71", "91"},
    IdType.HK_MACAO_RESIDENCE: frozenset({"81", "82"}),
    IdType.TAIWAN_RESIDENCE: frozenset({"83"}),
    # the card of 2023 has 18 characters and begins with 9
    IdType.FOREIGN_PERMANENT_RESIDENCE: frozenset(f"9{digit}" for digit in range(10)),
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

_SHAPES = {
    IdType.HK_MACAO_PERMIT: (re.compile(r"[HM][0-9]{8}([0-9]{2})?"), "应为字母 H 或 M 加8位数字"),
    IdType.TAIWAN_PERMIT: (re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]?|[0-9]{10}\([A-Z]\)"), "应为8位数字"),
    IdType.PASSPORT: (re.compile(r"[A-Z0-9]{5,17}"), "应为5到17位字母和数字"),
    IdType.FOREIGN_PERMANENT_RESIDENCE: (re.compile(r"[A-Z]{3}[0-9]{12}"), "应为18位，或者3个字母加12位数字"),
    IdType.MILITARY_ID: (re.compile(r"[\u4e00-\u9fff]{0,4}[A-Z0-9]{5,15}号?"), "应为证件上印的字样和号码"),
    IdType.HOUSEHOLD_REGISTER: (re.compile(r"[A-Z0-9]{5,20}"), "应为5到20位字母和数字"),
    IdType.OTHER: (re.compile(r"[\u4e00-\u9fffA-Z0-9()/-]{2,40}"), "应为2到40位文字、字母或数字"),
}


def check_document(id_type: str, number: str, *, today: date | None = None) -> str:
    """The canonical number of an identity document of that type; raises ValueError.

    `today`, when given, refuses a date of birth that lies after it.
    """
    id_type = IdType(id_type)
    text = _compact(number)
    if not text:
        raise ValueError("请输入证件号码。不方便提供时，可以留空。")
    if id_type is IdType.CREDIT_CODE:
        return _check_credit_code(text)
    if id_type is IdType.FOREIGN_PERMANENT_RESIDENCE and len(text) != 18:
        return _check_shape(id_type, text)
    if id_type in _FIRST_DIGITS:
        return check_resident_id(text, id_type=id_type, today=today)
    return _check_shape(id_type, text)


def check_resident_id(number: str, *, id_type: str = IdType.RESIDENT_ID, today: date | None = None) -> str:
    """A resident ID (GB 11643) with 18 characters, from 18 or from the old 15; raises ValueError.

    The old 15-digit number becomes the 18 characters of the same person, so that both find each other.
    """
    id_type = IdType(id_type)
    text = _compact(number)
    if re.fullmatch(r"[0-9]{15}", text) and id_type is IdType.RESIDENT_ID:
        text = _from_fifteen(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise ValueError(f"{id_type.label}号码应为18位，最后一位可以是字母X。您输入了{len(text)}位，请核对。")
    if text[:2] not in _FIRST_DIGITS[id_type]:
        raise ValueError(f"这不像{id_type.label}号码（前两位是{text[:2]}）。请核对号码，或者换一种证件类型。")
    born_on = _birth_date(text)
    if today is not None and born_on > today:
        raise ValueError("身份证号码中的出生日期晚于今天，请核对第7到14位。")
    if text[17] != resident_id_check_character(text):
        raise ValueError("身份证号码的最后一位对不上，可能有一位输错了，请核对。")
    return text


def resident_id_check_character(number: str) -> str:
    """The 18th character over the first 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11]


_NOT_A_PHONE = "电话号码不对。手机号码是11位，例如 138 1234 5678；固定电话请带区号，例如 010-6288 8888。"


def check_phone(number: str) -> str:
    """One spelling for each telephone number: the spellings of a number must meet in one rate limit and one look-up.

    Mobile: 11 digits. Landline: area code and number ("01062888888"), extension behind `-`. Service numbers as 12345,
    110, 4008001234. Abroad: `+` and digits. Raises ValueError with what to do.
    """
    text, extension = _split_extension(halfwidth(number))
    text = re.sub(r"[\s().\-‐‑‒–—―−·_/（）【】\[\]\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text)
    if not re.fullmatch(r"\+?[0-9]+", text):
        raise ValueError(_NOT_A_PHONE)
    national = _without_country_code(text)
    if national is None:
        return _check_foreign(text)
    if re.fullmatch(r"01[3-9][0-9]{9}", national):  # a 0 dialled before a mobile number of another city
        national = national[1:]
    if re.fullmatch(r"1[3-9][0-9]{9}", national):
        return national
    if _is_landline(national):
        return f"{national}-{extension}" if extension else national
    if re.fullmatch(r"(400|800)[0-9]{7}|1[012][0-9]{1,3}|9[56][0-9]{3,6}", national):
        return national
    raise ValueError(_what_is_wrong_with(national))


def is_mobile(canonical: str) -> bool:
    """Whether a canonical number (of `check_phone`) can receive an SMS."""
    return bool(re.fullmatch(r"1[3-9][0-9]{9}", canonical))


# Signs people use for the dot of a minority name (阿依古丽·买买提): each is stored as U+00B7.
_DOTS = "·•∙⋅・･‧．.﹒●᛫⸱ꞏ"
_LATIN_NAME_SIGNS = "'’-"


def check_name(name: str) -> str:
    """A person's name: Han including rare characters, Latin, the dot of minority names; at most 50 characters.

    Raises ValueError with what to do. No name is refused for being short, long or rare.
    """
    text = unicodedata.normalize("NFC", _fold_latin(name))
    text = re.sub(r"[\s\u3000]+", " ", text).strip()
    text = re.sub(rf" ?[{re.escape(_DOTS)}]+ ?", _dot_or_initial, text)
    text = re.sub(r"(?<=[\u2e80-\U0003ffff]) (?=[\u2e80-\U0003ffff])", "", text)  # 张 三
    text = text.strip("·")
    if not text:
        raise ValueError("请输入姓名。不愿留姓名时，请选“匿名”。")
    if len(text) > LIMITS["name"]:
        raise ValueError(f"姓名最多{LIMITS['name']}个字，现在有{len(text)}个字，请核对。")
    for char in text:
        if not _may_stand_in_name(char):
            raise ValueError(f"姓名里有不能用的字符“{char if char.isprintable() else '?'}”，请删去。")
    return text


def check_email(address: str) -> str:
    """A light check: one @, something before it, a dotted domain behind it. The domain in lower case. ValueError."""
    text = halfwidth(address).replace("。", ".").strip()
    local, at, domain = text.rpartition("@")
    domain = domain.lower()
    plausible = re.fullmatch(r"[^\s@<>()\[\],;:\\\"\x00-\x1f]{1,64}", local) and not local.startswith(".")
    labels = domain.split(".")
    plausible = plausible and len(labels) >= 2 and all(re.fullmatch(r"[^\W_]([\w-]{0,61}[^\W_])?", x) for x in labels)
    if not at or not plausible or len(text) > 254:
        raise ValueError("电子邮箱不对，应像 zhang@example.com 这样。没有邮箱可以留空。")
    return f"{local}@{domain}"


# ---- documents


def _compact(number: str) -> str:
    return re.sub(r"[\s\-‐‑‒–—−·.]", "", halfwidth(number)).upper().replace("Ｘ", "X").replace("×", "X")


def _from_fifteen(number: str) -> str:
    # The numbers of 15 digits were given until 1999: the year has no century, which is the 20th for everybody alive.
    longer = number[:6] + "19" + number[6:]
    return longer + resident_id_check_character(longer)


def _birth_date(number: str) -> date:
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError("身份证号码中的出生日期不对，请核对第7到14位。") from None
    if born_on.year < 1880:
        raise ValueError("身份证号码中的出生日期不对，请核对第7到14位。")
    return born_on


def _check_credit_code(text: str) -> str:
    if len(text) != 18 or any(char not in _CREDIT_ALPHABET for char in text):
        raise ValueError("统一社会信用代码应为18位数字和字母（没有字母 I、O、S、V、Z），请核对营业执照。")
    total = sum(_CREDIT_ALPHABET.index(char) * weight for char, weight in zip(text, _CREDIT_WEIGHTS, strict=False))
    if text[17] != _CREDIT_ALPHABET[(31 - total % 31) % 31]:
        raise ValueError("统一社会信用代码的最后一位对不上，可能有一位输错了，请核对营业执照。")
    return text


def _check_shape(id_type: IdType, text: str) -> str:
    shape, what = _SHAPES[id_type]
    if not shape.fullmatch(text):
        raise ValueError(f"{id_type.label}号码{what}，请对照证件核对。")
    return text


# ---- telephone


def _split_extension(text: str) -> tuple[str, str]:
    """`0371-6666 1234 转 802` → number and "802". A `-` alone does not tell an extension from a group of digits."""
    found = re.search(r"(?:转|轉|ext\.?|x|#|分机)\s*([0-9]{1,6})\s*$", text, re.IGNORECASE)
    if found:
        return text[: found.start()], found.group(1)
    found = re.fullmatch(r"\s*(\(?0[0-9]{2,3}\)?[\s-]?[0-9]{7,8})-([0-9]{1,5})\s*", text)
    return (found.group(1), found.group(2)) if found else (text, "")


def _without_country_code(text: str) -> str | None:
    """The national number, or None when the number belongs to another country or region."""
    for prefix in ("+0086", "+86", "0086"):
        if text.startswith(prefix):
            return _with_area_zero(text[len(prefix) :])
    if text.startswith(("+", "00")):
        return None
    if re.fullmatch(r"861[3-9][0-9]{9}", text):  # 86 138… written without the plus
        return text[2:]
    return text


def _with_area_zero(rest: str) -> str:
    # +86 10 6288 8888 drops the 0 of the area code; mobiles and service numbers have none
    return (
        "0" + rest if re.fullmatch(r"(10|2[0-9])[0-9]{8}|[3-9][0-9]{2}[0-9]{7,8}", rest) and rest[:3] != "400" else rest
    )


def _is_landline(national: str) -> bool:
    # three-digit area codes: 010 and 02x; all others have four digits and begin with 03 to 09
    return bool(re.fullmatch(r"0(10|2[0-9])[2-9][0-9]{7}|0[3-9][0-9]{2}[2-9][0-9]{6,7}", national))


def _check_foreign(text: str) -> str:
    digits = text[1:] if text.startswith("+") else text[2:]
    if not 7 <= len(digits) <= 15 or digits.startswith("0"):
        raise ValueError("境外电话号码不对，请写“+”、国家或地区代码和号码，例如 +852 2123 4567。")
    return "+" + digits


def _what_is_wrong_with(national: str) -> str:
    if re.fullmatch(r"1[3-9][0-9]*", national):
        return f"手机号码应为11位，您输入了{len(national)}位，请核对。"
    if re.fullmatch(r"[2-9][0-9]{6,7}", national):
        return "固定电话请带区号，例如 010-6288 8888。"
    return _NOT_A_PHONE


# ---- names


def _fold_latin(text: str) -> str:
    """Full-width Latin letters as ordinary ones; Han characters stay as they are (NFKC would change some of them)."""
    return "".join(halfwidth(char) if "\uff01" <= char <= "\uff5e" else char for char in text)


def _dot_or_initial(found: re.Match) -> str:
    """`J. Smith` keeps its full stop; between Han or in `Ali·Han` the dot becomes the one of minority names."""
    before = found.string[: found.start()]
    if found.group().strip() == "." and before[-1:].isascii() and before[-1:].isalpha():
        return found.group().rstrip() + (" " if found.group().endswith(" ") else "")
    return "·"


def _may_stand_in_name(char: str) -> bool:
    if char in " ·." or char in _LATIN_NAME_SIGNS or char in "〇་":  # ་ parts the syllables of a Tibetan name
        return True
    # Lo covers Han in all extensions, Mongolian, Tibetan, Uyghur; Mn and Mc their vowel signs; Co the rare characters
    # that police and banks still store in the private use area. Lm covers 々.
    return unicodedata.category(char) in ("Lo", "Lu", "Ll", "Lt", "Lm", "Mn", "Mc", "Co")
