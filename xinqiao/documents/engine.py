"""Typst, the compiler that sets the letters: templates of ours, text only as data, file access confined to our folder.

A compiler serves one thread at a time, so a small pool lends them out; a warm one sets a letter in about 10 ms.
"""

import json
import os
import queue
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from xinqiao.documents import fonts

TEMPLATES = Path(__file__).parent / "templates_typst"
LARGEST_POOL = 4
MOST_ON_A_PAGE = 1_800  # characters: 22 lines, narrow Latin letters
LAST_PREVIEW_PAGE = 200

_idle: queue.LifoQueue = queue.LifoQueue()
_places = queue.Queue()
for _place in range(min(LARGEST_POOL, os.cpu_count() or 1)):
    _places.put(_place)


class LetterNotMade(RuntimeError):
    """The letter could not be set. The message is for the person who asked for it."""


def make_pdf(view: dict, *, at: datetime, archival: bool = True) -> bytes:
    """The letter as PDF/A-2b with tags for screen readers; the same view and moment give the same bytes."""
    return _compile(view, format="pdf", timestamp=int(at.timestamp()), pdf_standards=["a-2b"] if archival else [])


def make_png(view: dict, page: int = 1, *, dots_per_inch: int = 120) -> bytes:
    """One page as a picture, for the preview beside the draft. `page` beyond the end gives the last."""
    page = max(1, min(page, LAST_PREVIEW_PAGE))
    if view["layout"] == "letter":
        view = view | {"blocks": _up_to_page(view["blocks"], page)}
    pages = _compile(view, format="png", ppi=float(dots_per_inch))
    pages = [pages] if isinstance(pages, bytes) else pages
    return pages[min(page, len(pages)) - 1]


def _up_to_page(blocks: list[dict], page: int) -> list[dict]:
    """The text as far as it can stand on the first pages: a picture is drawn of every page that is set, which for the
    longest letters would take seconds."""
    room, kept = (page + 1) * MOST_ON_A_PAGE, []
    for block in blocks:
        if room <= 0:
            break
        kept.append(block | {"text": block["text"][:room]} if "text" in block else block)
        room -= max(28, len(block.get("text", "")))  # a short paragraph still takes a line
    return kept


def _compile(view: dict, **options):
    if problem := fonts.check():
        raise fonts.NoChineseFont(problem)
    main = TEMPLATES / view["template_version"] / "main.typ"  # a document keeps the layout of its day (FD-6)
    data = json.dumps(view | {"fonts": fonts.chains()}, ensure_ascii=False, sort_keys=True)
    import typst

    with _compiler() as compiler:
        try:
            return compiler.compile(input=main, sys_inputs={"data": data}, **options)
        except typst.TypstError as error:
            raise LetterNotMade(_("文书没有生成，请稍后再试；仍不行的，请联系系统管理员。")) from error


@contextmanager
def _compiler():
    """Borrow a compiler; wait when all are at work."""
    place = _places.get()
    try:
        try:
            compiler = _idle.get_nowait()
        except queue.Empty:
            compiler = _new_compiler()
        yield compiler
        _idle.put(compiler)
    finally:
        _places.put(place)


def _new_compiler():
    import typst

    return typst.Compiler(
        root=TEMPLATES,
        font_paths=fonts.collection(),
        ignore_system_fonts=True,
        package_path=TEMPLATES,  # no package from outside, ever
        package_cache_path=TEMPLATES,
    )
