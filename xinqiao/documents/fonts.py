"""Which Chinese fonts this machine has for letters, and which characters they can show. Never an empty box in silence.

Order of the search: folders of `LETTER_FONTS` (environment or setting, separated by ":"), `$XINQIAO_VAR/fonts`, then
the fonts of the system. Compiler files stay unread until the first letter is made.
"""

import os
import struct
import threading
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

from django.conf import settings

SERIF = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Songti SC",
    "SimSun",
    "STSong",
)
SANS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Heiti SC",
    "Microsoft YaHei",
    "SimHei",
)
# rare characters, signs and emoji that the Chinese fonts lack
LAST_RESORT = (
    "SimSun-ExtB", "SimSun-ExtG", *SANS, "DejaVu Sans", "Segoe UI Symbol", "Apple Symbols", "Noto Sans Symbols 2",
    "Noto Emoji", "Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji",
)  # fmt: skip
# GB/T 9704 wants 小标宋 for titles, 仿宋 for the text, 黑体 and 楷体 for headings; the office's own licensed fonts first
CHAINS = {
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong", *SERIF, *LAST_RESORT),
    "text": ("FangSong_GB2312", "FangSong", "STFangsong", "FandolFang R", "FandolFang", *SERIF, *LAST_RESORT),
    "head": ("SimHei", "STHeiti", "FandolHei", *SANS, *SERIF, *LAST_RESORT),
    "subhead": ("KaiTi_GB2312", "KaiTi", "STKaiti", "FandolKai", "LXGW WenKai", *SERIF, *LAST_RESORT),
}
PROBE = "信访受理告知书〔〕"  # a font list that lacks one of these cannot write a letter

_lock = threading.Lock()


class NoChineseFont(RuntimeError):
    """This machine has no Chinese font. The message says what to run."""


def check() -> str | None:
    """None when letters can be made; otherwise what is wrong and the one line to run."""
    if chains()["text"] and not unshown(PROBE):
        return None
    return (
        "这台机器没有中文字体，不能生成文书。请运行 apt-get install fonts-noto-cjk（Debian、Ubuntu），"
        f"或者把中文字体文件放入 {settings.XINQIAO_VAR / 'fonts'}，然后重新启动程序。"
    )


def folders() -> list[str]:
    """Folders with the office's own fonts; those that exist."""
    named = getattr(settings, "LETTER_FONTS", "") or os.environ.get("LETTER_FONTS", "")
    wanted = [*(part for part in str(named).split(os.pathsep) if part), str(settings.XINQIAO_VAR / "fonts")]
    return [folder for folder in wanted if Path(folder).is_dir()]


def collection():
    """Every font the letters may use, found once per process."""
    with _lock:
        return _collection()


@cache
def _collection():
    import typst  # 80 MB: only the process that makes a letter loads it

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=folders())


@cache
def chains() -> dict[str, list[str]]:
    """For title, text, head and subhead: the installed families, best first."""
    installed = {family.casefold(): family for family in collection().families()}
    return {
        use: list(dict.fromkeys(installed[name.casefold()] for name in names if name.casefold() in installed))
        for use, names in CHAINS.items()
    }


def unshown(text: str) -> list[str]:
    """The characters of `text` for which no font of some chain has a glyph, each once."""
    letters = {char for char in text if char > "~" and not _is_invisible(char)}
    return sorted(char for char in letters if not _is_covered(ord(char)))


def shown(text: str) -> str:
    """The text with every character that cannot be shown replaced by its name in brackets: [表情U+1F9E7]."""
    kept = "".join(char for char in text if not _is_invisible(char))
    return kept.translate({ord(char): f"[{_sort_of(char)}U+{ord(char):04X}]" for char in unshown(kept)})


def _sort_of(char: str) -> str:
    if "\u2e80" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U0003ffff":
        return "缺字"
    return "表情" if "\U0001f000" <= char <= "\U0001faff" else "字符"


def _is_invisible(char: str) -> bool:
    """Controls, joiners, variation selectors; also the marks that turn the reading direction and could disguise text."""
    if char in "\n\t":
        return False
    return (
        unicodedata.category(char) in ("Cc", "Cf", "Cs")
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0100" <= char <= "\U000e01ef"
    )


@cache
def _is_covered(codepoint: int) -> bool:
    # every chain ends in the same families, so the shortest of them decides
    coverages = {family: _coverage(family) for names in chains().values() for family in names}
    return all(any(_has(coverages[family], codepoint) for family in names) for names in chains().values())


def _has(ranges: tuple[list[int], list[int]], codepoint: int) -> bool:
    starts, ends = ranges
    at = bisect_right(starts, codepoint) - 1
    return at >= 0 and codepoint <= ends[at]


@cache
def _coverage(family: str) -> tuple[list[int], list[int]]:
    """Ranges of characters of a family: of its regular face, read from the font's own table."""
    faces = [face for face in collection().fonts() if face.family == family and face.path]
    if not faces:
        return [], []
    face = min(faces, key=lambda each: (each.style != "normal", abs(each.weight - 400)))
    try:
        ranges = sorted(read_ranges(Path(face.path), face.index))
    except (OSError, struct.error, ValueError):
        return [], []  # an unreadable font shows nothing
    return [first for first, _ in ranges], [last for _, last in ranges]


def read_ranges(path: Path, index: int = 0) -> list[tuple[int, int]]:
    """First and last character of each run that the font file has a glyph for (OpenType table `cmap`, formats 4, 12)."""
    with path.open("rb") as file:
        start = 0
        if file.read(4) == b"ttcf":  # a collection of fonts in one file
            file.seek(12 + 4 * index)
            (start,) = struct.unpack(">I", file.read(4))
        file.seek(start + 4)
        (tables,) = struct.unpack(">H", file.read(2))
        file.seek(start + 12)
        for _ in range(tables):
            tag, _, offset, length = struct.unpack(">4sIII", file.read(16))
            if tag == b"cmap":
                file.seek(offset)
                return _best_ranges(file.read(length))
    return []


def _best_ranges(cmap: bytes) -> list[tuple[int, int]]:
    (count,) = struct.unpack_from(">H", cmap, 2)
    offsets = [struct.unpack_from(">HHI", cmap, 4 + 8 * at)[2] for at in range(count)]
    by_format = {struct.unpack_from(">H", cmap, offset)[0]: offset for offset in offsets}
    if 12 in by_format:
        return _format_12(cmap, by_format[12])
    return _format_4(cmap, by_format[4]) if 4 in by_format else []


def _format_12(cmap: bytes, offset: int) -> list[tuple[int, int]]:
    (groups,) = struct.unpack_from(">I", cmap, offset + 12)
    return [
        (first, last)
        for first, last, glyph in struct.iter_unpack(">III", cmap[offset + 16 : offset + 16 + 12 * groups])
        if glyph
    ]


def _format_4(cmap: bytes, offset: int) -> list[tuple[int, int]]:
    (doubled,) = struct.unpack_from(">H", cmap, offset + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", cmap, offset + 14)
    starts = struct.unpack_from(f">{count}H", cmap, offset + 16 + doubled)
    return [(first, last) for first, last in zip(starts, ends, strict=True) if first != 0xFFFF]
