"""Identity data as roles marked M see it: C-12. Pure functions from the clear value to the masked one.

Masking fails closed: what is not understood is hidden altogether. The length of a name is kept (张*, 李**), that of
numbers too, so that an officer can compare with a paper without seeing it.
"""

import re

STAR = "*"
WHOLLY = STAR * 4  # stands for a value of which nothing may be seen, not even its length

_SURNAMES = """欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠
    公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁
    拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯
    西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子桑 即墨 达奚 褚师 纳兰 完颜 耶律 爱新觉罗
    叶赫那拉 叶赫 那拉 钮祜禄 富察 贺兰 尔朱 斛律 哥舒 宿勤 步六孤"""
COMPOUND_SURNAMES = frozenset(_SURNAMES.split())

# 省、市、县 and 乡镇（街道）are kept, everything below is hidden.
# The words left out in front of 县 and 镇 (的, 在 …) belong to a sentence, which may name a person.
_PROVINCE = r"(?:[^省市县区乡镇路街号\d]{2,8}?(?:自治区|特别行政区|省)|(?:北京|天津|上海|重庆)市)"
_PREFECTURE = r"(?:[^省市县区乡镇路街号\d]{2,10}?(?:自治州|地区|盟|市))"
_COUNTY = r"(?:[^省市县乡镇路街号的在我住旁附\d\s]{1,12}?(?:自治县|自治旗|林区|县|区|旗|市))"
_TOWNSHIP = r"(?:[^省市县区镇路号的在我住旁附\d\s]{1,8}?(?:街道办事处|街道|民族乡|苏木|镇|乡))"
_TO_TOWNSHIP = re.compile(rf"(?P<kept>{_PROVINCE}?{_PREFECTURE}?{_COUNTY}?{_TOWNSHIP}?)(?P<hidden>.*)", re.DOTALL)


def mask_name(name: str) -> str:
    """张三 → 张*, 欧阳娜娜 → 欧阳**, 阿依古丽·买买提 → 阿***·***, John Smith → J*** S****; one character → *."""
    name = name.strip()
    if not name:
        return ""
    if len(name) == 1:
        return STAR
    if "·" in name:
        first, *others = name.split("·")
        return "·".join([_keep(first, 1), *(STAR * len(part) for part in others)])
    if _is_latin(name):
        return " ".join(_keep(word, 1) for word in name.split())
    return _keep(name, _surname_length(name))


def mask_id_number(number: str) -> str:
    """First 6 and last 2 of a resident ID; of a shorter document number the first and the last 2 at most."""
    if len(number) >= 15:
        return _middle(number, 6, 2)
    if len(number) >= 8:
        return _middle(number, 1, 2)
    return STAR * len(number)


def mask_phone(number: str) -> str:
    """Canonical numbers (`identity.check_phone`). Mobile: first 3 and last 2. Landline: area code and last 2."""
    number, dash, extension = number.partition("-")
    if re.fullmatch(r"1[3-9][0-9]{9}", number):
        return _middle(number, 3, 2)
    hidden_extension = dash + STAR * len(extension)
    if re.fullmatch(r"0(10|2[0-9])[0-9]{8}", number):
        return _middle(number, 3, 2) + hidden_extension
    if re.fullmatch(r"0[3-9][0-9]{9,10}", number):
        return _middle(number, 4, 2) + hidden_extension
    if number.startswith("+") and len(number) > 8:
        return _middle(number, 3, 2)
    if re.fullmatch(r"[0-9]{3,6}", number):
        return number  # 12345 and the like are nobody's
    return STAR * len(number)


def mask_address(address: str) -> str:
    """Down to the township or street office (乡镇、街道); what follows becomes ****. Nothing recognised: ****."""
    found = _TO_TOWNSHIP.fullmatch(address.strip())
    kept, hidden = (found["kept"], found["hidden"]) if found else ("", address)
    if not address.strip():
        return ""
    return kept + (STAR * 4 if hidden else "")


def mask_email(address: str) -> str:
    """First character and the domain: z***@example.com."""
    local, at, domain = address.rpartition("@")
    if not at or not local:
        return STAR * 4 if address else ""
    return f"{local[0] if len(local) > 1 else ''}{STAR * 3}@{domain}"


_DIGIT = "[0-9０-９]"
_GAP = r"[ \u3000\-－—·]?"  # people write 138 0013 8000 and 138-0013-8000
_PLAIN = {ord(gap): None for gap in " \u3000-－—·"} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != ord("－")}
_ALONE = "(?![0-9０-９A-Za-zＸｘ])"
_IN_TEXT = re.compile(
    rf"(?P<id>(?<![0-9０-９A-Za-z])(?:{_DIGIT}{{6}}{_GAP}{_DIGIT}{{8}}{_GAP}{_DIGIT}{{3}}[0-9０-９XxＸｘ]|{_DIGIT}{{15}}){_ALONE})"
    rf"|(?P<mobile>(?<!{_DIGIT})(?:\+?(?:86|８６){_GAP})?[1１][3-9３-９](?:{_DIGIT}{_GAP}){{8}}{_DIGIT}{_ALONE})"
    rf"|(?P<phone>(?<!{_DIGIT})[0０]{_DIGIT}{{2,3}}{_GAP}{_DIGIT}{{7,8}}{_ALONE})"
    r"|(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})"
)
# What any of them is written in, and what may not stand beside it. Most sentences have no such piece, and to find that out costs a tenth of looking.
_WRITTEN_IN = r"0-9０-９A-Za-zＸｘ+._%@ \u3000\-－—·"
_PIECES = re.compile(f"[{_WRITTEN_IN}][{_WRITTEN_IN}]{{5,}}")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ＋", "0123456789XX+")


def mask_text(text: str, *, names: tuple[str, ...] = (), values: tuple[str, ...] = (), wholly: bool = False) -> str:
    """A free text without what tells who somebody is: C-12 inside sentences.

    Besides the known ones, every number that looks like a resident ID, mobile or landline and every e-mail address is masked.
    `wholly`: for readers who see nothing of the identity; then not even the surname or the first digits stay.
    """
    known = mask_known(text, names=names, values=values, wholly=wholly)

    def shown(found: re.Match) -> str:
        return WHOLLY if wholly else _masked_match(found)

    return _PIECES.sub(lambda piece: _IN_TEXT.sub(shown, piece[0]), known)


def personal_numbers(text: str) -> list[re.Match]:
    """Where resident IDs, mobile numbers and e-mail addresses stand in a text. Landlines are not among them: in letters they are the office's."""
    return [found for found in _IN_TEXT.finditer(text) if not found["phone"]]


def mask_known(text: str, *, names: tuple[str, ...] = (), values: tuple[str, ...] = (), wholly: bool = False) -> str:
    """A text with the known `names` masked (also written with spaces in between) and the known `values`: numbers, an address."""
    if not (text and (any(names) or any(values))):
        return text
    plain = _without_gaps(text)
    for value in sorted({one for one in values if len(one) >= 4}, key=len, reverse=True):
        if not (value.isascii() and value.isalnum()):
            text = text.replace(value, WHOLLY if wholly else _masked_value(value))
        elif value in plain:
            written = _GAP.join(f"[{char}{_wide(char)}]" for char in value)
            text = _replaced(text, written, WHOLLY if wholly else _masked_value(value))
    for name in sorted({one.strip() for one in names if len(one.strip()) >= 2}, key=len, reverse=True):
        letters = "".join(char for char in name if not char.isspace())
        if _without_gaps(letters) in plain:
            spaced = r"[ \u3000]*".join(map(re.escape, letters))
            text = _replaced(text, spaced, WHOLLY if wholly else mask_name(name))
    return text


def _without_gaps(text: str) -> str:
    """What to look into before a pattern is made, which costs more than reading the whole text."""
    return text.translate(_PLAIN)


def _replaced(text: str, pattern: str, shown: str) -> str:
    return re.sub(pattern, lambda _found: shown, text)


def _masked_value(value: str) -> str:
    if "@" in value:
        return mask_email(value)
    if value.isascii() and value.isalnum():
        return mask_id_number(value) if len(value) >= 15 else mask_phone(value)
    return mask_address(value)


def _wide(char: str) -> str:
    """The full-width form of a digit or letter."""
    return chr(ord(char) + 0xFEE0)


def _masked_match(found: re.Match) -> str:
    raw = found[0]
    if found["email"]:
        return mask_email(raw)
    digits = "".join(char for char in raw.translate(_HALF_WIDTH) if char.isalnum())
    if found["id"]:
        return mask_id_number(digits)
    return mask_phone(digits[2:] if found["mobile"] and len(digits) == 13 else digits)


def _surname_length(name: str) -> int:
    for length in (4, 3, 2):
        if len(name) > length and name[:length] in COMPOUND_SURNAMES:
            return length
    return 1


def _is_latin(name: str) -> bool:
    return all(char < "\u0370" for char in name)


def _keep(text: str, count: int) -> str:
    if len(text) <= count:
        return STAR * len(text)
    return text[:count] + STAR * (len(text) - count)


def _middle(text: str, first: int, last: int) -> str:
    return text[:first] + STAR * (len(text) - first - last) + text[len(text) - last :]
