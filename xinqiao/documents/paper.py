"""A paper that is no letter of the procedure: minutes, with a title, the organ and blocks of text. No seal, no code to check it by.

pdf("会议纪要", organ="青石县信访局", number="2026年第3次", blocks=[…], at=now)
docx(…)        the same to go on with on the office's own computer
"""

import io
from datetime import datetime

from xinqiao.documents import engine, word
from xinqiao.documents.texts import VERSION
from xinqiao.documents.view import shown


def pdf(title: str, *, organ: str, number: str, blocks: list[dict], at: datetime, draft: bool = False) -> bytes:
    """As PDF; the same words and moment give the same bytes. `draft`: marked across the page."""
    printed, unshown = shown({"title": title, "org": organ, "number": number, "blocks": blocks})
    view = printed | {
        "layout": "form", "template_version": VERSION, "draft": draft, "large": False, "signed": False, "date": "", "seal": "",
        "seal_note": "", "code": "", "code_printed": "", "verify_page": "", "qr": "", "qr_words": "",
        "unshown": f"注：方括号中的编码是这台机器没有字形的字符：{unshown}。" if unshown else "",
    }  # fmt: skip
    return engine.make_pdf(view, at=at, archival=not draft)


def docx(title: str, *, organ: str, number: str, blocks: list[dict], draft: bool = False) -> bytes:
    """The same as a Word copy."""
    import docx as library

    paper = library.Document()
    paper.core_properties.title, paper.core_properties.author = title, organ
    word.lay_out(paper)
    if draft:
        word.line(paper, "（草稿）", font=word.HEAD)
    word.line(paper, title, font=word.TITLE, points=22, align="center")
    word.line(paper, f"{organ}　　{number}".strip(), points=12, align="center")
    word.line(paper, "")
    for block in blocks:
        word.draw(paper, block)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()
