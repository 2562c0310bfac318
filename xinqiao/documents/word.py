"""The Word copy (docx) of a letter, to edit its free text on the office's own computer.

It names the fonts of GB/T 9704 (方正小标宋简体, 仿宋_GB2312, 黑体), which that computer has a licence for, and sets the
grid of 22 lines by 28 characters. The valid letter is the PDF.
"""

import io

from django.conf import settings

from xinqiao.documents import engine
from xinqiao.documents.blocks import day, entries, item_text
from xinqiao.documents.models import Document, Status
from xinqiao.documents.texts import VERSION
from xinqiao.documents.view import seal_note
from xinqiao.rules.document_contents import Form, SealKind, document_kind
from xinqiao.rules.numbering import print_code

TITLE, TEXT, HEAD, SUBHEAD = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
RED = (0xE6, 0x00, 0x12)


def word_copy(document: Document) -> bytes:
    """The document as docx; a draft says so in its first line."""
    import docx

    kind = document_kind(document.kind)
    paper = docx.Document()
    paper.core_properties.title = document.title
    paper.core_properties.author = str(document.data.get("org_name") or "")
    lay_out(paper)
    is_letter = kind.form is Form.LETTER
    _head(paper, document, is_letter)
    for block in document.text:
        draw(paper, block)
    _foot(paper, document, kind)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def lay_out(paper) -> None:
    """A4 with the grid of 22 lines by 28 characters."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    lines = OxmlElement("w:docGrid")
    lines.set(qn("w:type"), "linesAndChars")
    lines.set(qn("w:linePitch"), "580")  # 225 mm / 22 lines, in twentieths of a point
    lines.set(qn("w:charSpace"), "-849")  # 156 mm / 28 characters, against 16 pt, in 1/4096 pt
    section._sectPr.append(lines)
    style = paper.styles["Normal"]
    style.font.size = Pt(16)
    _name_font(style.element.get_or_add_rPr(), TEXT)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)


def _name_font(properties, name: str) -> None:
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), name)


def line(
    paper,
    text: str,
    *,
    font: str = TEXT,
    points: float = 16,
    align: str = "",
    indent: bool = False,
    bold: bool = False,
    color=None,
):
    """A paragraph of one style. `points`: size of the characters; `align`: center, right or as it comes; `indent`: two characters (公文格式)."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    paragraph = paper.add_paragraph()
    run = paragraph.add_run(text)
    _name_font(run._element.get_or_add_rPr(), font)
    run.font.size, run.bold = Pt(points), bold
    if color:
        run.font.color.rgb = RGBColor(*color)
    if align:
        paragraph.alignment = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}[align]
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * points)
    return paragraph


def _head(paper, document: Document, is_letter: bool) -> None:
    data = document.data
    if document.status == Status.DRAFT:
        line(paper, "（草稿）", font=HEAD)
    if is_letter:
        name = str(data.get("org_name") or "")
        heading = line(paper, name, font=TITLE, points=32 if len(name) <= 13 else 22, align="center", color=RED)
        _double_line(heading)
        line(paper, document.number, align="right")
    line(paper, "")
    line(paper, document.title, font=TITLE, points=22, align="center")
    line(paper, "")
    if is_letter:
        line(paper, f"{data.get('addressee') or ''}：")


def _double_line(paragraph) -> None:
    """The red double line below the name of the organ, thick above thin."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "thickThinSmallGap"), ("sz", "24"), ("space", "4"), ("color", "E60012")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def draw(paper, block: dict) -> None:
    """One block of a report; `block` names its sort (documents/blocks.py)."""
    match block["block"]:
        case "p":
            line(paper, block["text"], indent=True)
        case "h1":
            line(paper, block["text"], font=HEAD, indent=True)
        case "h2":
            line(paper, block["text"], font=SUBHEAD, indent=True)
        case "plain":
            line(paper, block["text"])
        case "strong":
            line(paper, block["text"], font=HEAD)
        case "big":
            line(paper, block["label"], points=12)
            line(paper, block["value"], font=HEAD, points=20)
        case "grid":
            _grid(paper, block["rows"])
        case "table":
            _cells(paper, [block["columns"], *block["rows"]])
        case "chart":
            _picture(paper, block)
        case "sign":
            for label in block["labels"]:
                line(paper, f"{label}：　　　　　　　　　　年　　月　　日")


def _picture(paper, block: dict) -> None:
    """A plot as a picture, with what it shows in words for whoever does not see it."""
    from docx.shared import Mm

    # No organ, no date: the same plot gives the same picture.
    view = {
        "layout": "picture", "template_version": VERSION, "title": block["title"], "org": "", "blocks": [block], "draft": False, "large": False,
    }  # fmt: skip
    shape = paper.add_picture(io.BytesIO(engine.make_png(view, dots_per_inch=200)), width=Mm(150))
    said = "，".join(f"{point['label']}{point['told']}" for point in block["points"])
    shape._inline.docPr.set("descr", f"{block['title']}：{said}")


def _grid(paper, rows: list[list[str]]) -> None:
    table = paper.add_table(rows=0, cols=4, style="Table Grid")
    for row in rows:
        cells = table.add_row().cells
        if len(row) == 2:
            cells[1].merge(cells[3])
        for cell, text in zip(cells if len(row) == 4 else (cells[0], cells[1]), row, strict=True):
            _cell(cell, text)


def _cells(paper, rows: list[list[str]]) -> None:
    table = paper.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _cell(cell, text)


def _cell(cell, text: str) -> None:
    from docx.shared import Pt

    run = cell.paragraphs[0].add_run(text)
    run.font.size = Pt(12)
    _name_font(run._element.get_or_add_rPr(), TEXT)


def _foot(paper, document: Document, kind) -> None:
    data = document.data
    enclosures = [item_text(name) for name in entries(data.get("enclosures"))]
    if enclosures and kind.form is Form.LETTER:
        line(paper, "")
        for position, name in enumerate(enclosures, start=1):
            number = f"{position}. " if len(enclosures) > 1 else ""
            line(paper, f"{'附件：' if position == 1 else '　　　'}{number}{name}", indent=True)
    if kind.seal is not SealKind.NONE:
        line(paper, "")
        line(paper, str(data.get("org_name") or ""), align="right")
        line(paper, day(data.get("issued_on")), align="right")
        if not data.get("seal_image"):
            line(paper, seal_note(kind, data), points=10.5, align="right")
    contact = [(label, data.get(key)) for label, key in (("联系人", "handler_name"), ("联系电话", "handler_phone"))]
    said = "，".join(f"{label}：{value}" for label, value in contact if value)
    if said and kind.form is Form.LETTER:
        line(paper, f"（{said}）", indent=True)
    if document.verification_code:
        page = f"{settings.XINQIAO_PUBLIC_URL}/letters/verify/"
        line(
            paper, f"查验码：{print_code(document.verification_code)}（{page}）。以系统出具的PDF文书为准。", points=10.5
        )
