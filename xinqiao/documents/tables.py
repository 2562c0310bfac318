"""The one writer of tables that leave the house: CSV and XLSX, row by row (secure-checklist 41; PIPL 51).

    with path.open("wb") as file:
        written = write(file, "xlsx", columns, rows, about=[("用途", "…")], title="信访件清单")
    written.rows, written.digest

A cell is never a formula, nothing is hidden, no clock and no user of the machine is written into the file: the same rows give the
same bytes. Texts are whole or refused, never cut. Sheets go straight into the archive: what citizens wrote does not pass through the
machine's temporary folder, and memory does not grow with the rows.
"""

import csv
import hashlib
import io
import math
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from django.utils.timezone import localtime

from xinqiao import crypto

FORMATS = {
    "xlsx": ("Excel 表格（.xlsx）", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": ("CSV 文本表格（.csv）", "text/csv; charset=utf-8"),
}
CELL_AT_MOST = 32_767  # characters in an Excel cell, counted as UTF-16 units
ROWS_AT_MOST = 1_048_575  # rows of an Excel sheet below its header
EXACT_DIGITS = 15  # Excel keeps no more digits of a number
AUTHOR = "心桥"
FIXED = (2022, 5, 1, 0, 0, 0)  # the day the Regulation came into force; no file says when or where it was made
ABOUT_SHEET, ABOUT_MARK = "导出说明", "【导出说明】"

# A spreadsheet takes a cell that begins so for a formula; in full width too, and behind blanks and invisible characters.
_STARTS = frozenset("=+-@＝＋－＠﹢﹣﹦﹫−")
_CONTROL_STARTS = frozenset("\t\r\n")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class TableRefused(Exception):
    """The table cannot be written as asked; the message says which cell and what to do instead."""


@dataclass(frozen=True)
class Written:
    """What was written: rows below the header, digest of the whole file, and how many characters had to be made visible."""

    rows: int
    size_bytes: int
    digest: str
    algorithm: str
    replaced: int


def write(
    file: BinaryIO,
    form: str,
    columns: Sequence[str],
    rows: Iterable[Sequence],
    *,
    about: Sequence[tuple[str, str]] = (),
    title: str = "清单",
    expected: int | None = None,
) -> Written:
    """Write a whole table into `file` (a new one, open for writing bytes).

    `about`: purpose, who, when …; the row count is added. `expected`: how many rows there must be. Raises TableRefused; then what
    lies in `file` is not to be used.
    """
    algorithm = crypto.preferred_digest()
    counted = _Counted(file, hashlib.new(algorithm))
    writer = {"csv": _Csv, "xlsx": _Excel}[form](counted, title)
    try:
        number = _write_rows(writer, columns, rows, expected)
        writer.close([*about, ("行数", number)])
    except BaseException:
        writer.abandon()
        raise
    if writer.written != number:
        raise TableRefused(f"写入{writer.written}行，应为{number}行。请重新导出。")
    return Written(number, counted.size, counted.made.hexdigest(), algorithm, writer.replaced)


def _write_rows(writer: "_Csv | _Excel", columns: Sequence[str], rows: Iterable[Sequence], expected: int | None) -> int:
    writer.row([_Text(name) for name in columns], header=True)
    number = 0
    for number, row in enumerate(rows, 1):
        writer.row(_cells(row, number, columns, writer))
    if expected is not None and number != expected:
        raise TableRefused(f"应有{expected}行，实际{number}行：名单在导出时有变化。请重新导出。")
    return number


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet might run this text as a formula."""
    if text[:1] in _CONTROL_STARTS:
        return True
    for char in text:
        if char in _STARTS:
            return True
        if unicodedata.category(char)[0] not in "CZ":
            return False
    return False


# --- one cell ---------------------------------------------------------------------------------------------------------


class _Text(str):
    """A text that is ready for its cell."""


def _cells(row: Sequence, number: int, columns: Sequence[str], writer: "_Csv | _Excel") -> list:
    """The cells of one row: numbers and days as such, everything else as text that no program runs."""
    if len(row) != len(columns):
        raise TableRefused(f"第{number}行有{len(row)}格，应有{len(columns)}格。请联系系统管理员。")
    cells = []
    for name, value in zip(columns, row, strict=True):
        cell = _plain(value)
        if isinstance(cell, str):
            text, replaced = _harmless(cell)
            writer.replaced += replaced
            if writer.cell_at_most and _units(text) > writer.cell_at_most:
                raise TableRefused(
                    f"第{number}行“{name}”有{_units(text)}个字符，Excel 一格最多{writer.cell_at_most}个。"
                    "为了不截断内容，没有导出。请改选 CSV 格式，CSV 能完整保存。"
                )
            cell = _Text(text)
        cells.append(cell)
    return cells


def _plain(value) -> int | float | Decimal | date | datetime | str | None:
    """A value as a table knows it: 是/否, a number it can hold exactly, a day, a local moment, or text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return localtime(value).replace(tzinfo=None) if value.tzinfo else value
    if value is None or isinstance(value, date) or _is_exact(value):
        return value
    return str(value)


def _is_exact(value) -> bool:
    """Whether a spreadsheet can hold this number without rounding it."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.as_tuple().digits) <= EXACT_DIGITS
    return isinstance(value, int) and len(str(abs(value))) <= EXACT_DIGITS


def _harmless(text: str) -> tuple[str, int]:
    """Line ends as one sign, forbidden characters visible, a `'` before what looks like a formula; how many were replaced."""
    dangerous = is_formula_like(text)
    text, replaced = _FORBIDDEN.subn(_visible, text.replace("\r\n", "\n").replace("\r", "\n"))
    return (f"'{text}" if dangerous else text), replaced


def _visible(found: re.Match) -> str:
    """The picture of a control character (␀ …), so that nothing disappears unseen."""
    code = ord(found.group())
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


# --- the two forms ----------------------------------------------------------------------------------------------------


class _Counted(io.RawIOBase):
    """Passes bytes on, and keeps their number and digest. Cannot seek: what went out is final."""

    def __init__(self, file: BinaryIO, made):
        self.file, self.made, self.size = file, made, 0

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.file.write(data)
        self.made.update(data)
        self.size += len(data)
        return len(data)


class _Csv:
    """UTF-8 with a mark at the beginning (Excel then reads Chinese), all texts in quotation marks, CRLF."""

    cell_at_most = 0  # no limit

    def __init__(self, out: _Counted, title: str):
        self.written, self.replaced = 0, 0
        self.text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
        self.text.write("\ufeff")
        self.csv = csv.writer(self.text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")

    def row(self, cells: list, *, header: bool = False) -> None:
        self.csv.writerow([self._shown(cell) for cell in cells])
        self.written += not header

    def close(self, about: Sequence[tuple[str, object]]) -> None:
        """The explanation stands behind the rows, after an empty line, each of its lines marked."""
        self.csv.writerow([])
        for label, value in about:
            self.csv.writerow([ABOUT_MARK, label, _harmless(str(value))[0]])
        self.text.flush()
        self.text.detach()

    def abandon(self) -> None:
        """What was begun is not finished; the bytes so far are nothing."""
        self.text.detach()

    @staticmethod
    def _shown(cell) -> object:
        if isinstance(cell, datetime):
            return cell.isoformat(sep=" ", timespec="minutes")
        return "" if cell is None else cell.isoformat() if isinstance(cell, date) else cell


class _Excel:
    """The smallest workbook there is: two visible sheets, no shared strings, no formula, link, comment or macro."""

    cell_at_most = CELL_AT_MOST

    def __init__(self, out: _Counted, title: str):
        self.written, self.replaced, self.columns = 0, 0, 0
        self.archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        for name, content in _parts(_sheet_name(title)).items():
            self._add(name, content)
        self.sheet = self.archive.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True)
        self.sheet.write(_SHEET_BEGINS.encode())

    def row(self, cells: list, *, header: bool = False) -> None:
        if self.written >= ROWS_AT_MOST:
            raise TableRefused(f"Excel 一张表最多{ROWS_AT_MOST}行。请缩小范围，或者改选 CSV 格式。")
        if header:
            widths = "".join(f'<col min="{n}" max="{n}" width="20" customWidth="1"/>' for n in range(1, len(cells) + 1))
            self.sheet.write(f"<cols>{widths}</cols><sheetData>".encode())
        else:
            self.written += 1
        number = self.written + 1
        self.sheet.write(_row_xml(number, cells, style=1 if header else 0).encode("utf-8"))

    def close(self, about: Sequence[tuple[str, object]]) -> None:
        self.sheet.write(_SHEET_ENDS.encode())
        self.sheet.close()
        lines = [[_Text(label), _plain(value)] for label, value in about]
        lines = [[label, _Text(_harmless(v)[0][:CELL_AT_MOST]) if isinstance(v, str) else v] for label, v in lines]
        rows = "".join(_row_xml(number, cells, style=0) for number, cells in enumerate(lines, 1))
        columns = '<cols><col min="1" max="1" width="14" customWidth="1"/><col min="2" max="2" width="60" customWidth="1"/></cols>'
        self._add("xl/worksheets/sheet2.xml", f"{_WORKSHEET}{columns}<sheetData>{rows}{_SHEET_ENDS}")
        self.archive.close()

    def abandon(self) -> None:
        """What was begun is not finished; the bytes so far are nothing."""
        self.sheet.close()
        self.archive.close()

    def _add(self, name: str, content: str) -> None:
        self.archive.writestr(_entry(name), content.encode("utf-8"))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIXED)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    entry.create_system = 3  # the same bytes wherever it is made
    return entry


def _row_xml(number: int, cells: list, *, style: int) -> str:
    parts = "".join(
        _cell_xml(f"{column}{number}", cell, style) for column, cell in zip(_letters(), cells, strict=False)
    )
    return f'<row r="{number}">{parts}</row>'


def _cell_xml(place: str, cell, style: int) -> str:
    """`t="inlineStr"`: the type says text, whatever the text looks like."""
    match cell:
        case None | "":
            return ""
        case str():
            kept = ' xml:space="preserve"' if cell != cell.strip() or "\n" in cell else ""
            text = escape(_LOOKS_ESCAPED.sub("_x005F_", cell))
            return f'<c r="{place}" s="{style or 2}" t="inlineStr"><is><t{kept}>{text}</t></is></c>'
        case datetime():
            return (
                f'<c r="{place}" s="4"><v>{_serial(cell):.10f}</v></c>' if cell.year > 1900 else _as_text(place, cell)
            )
        case date():
            return (
                f'<c r="{place}" s="3"><v>{cell.toordinal() - 693594}</v></c>'
                if cell.year > 1900
                else _as_text(place, cell)
            )
    return f'<c r="{place}"><v>{cell}</v></c>'


def _as_text(place: str, cell: date) -> str:
    return _cell_xml(place, _Text(cell.isoformat()), 0)  # before Excel's calendar begins


def _serial(moment: datetime) -> float:
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return moment.toordinal() - 693594 + seconds / 86400


def _letters() -> Iterator[str]:
    """A, B … Z, AA, AB …"""
    number = 0
    while True:
        number += 1
        name, rest = "", number
        while rest:
            rest, letter = divmod(rest - 1, 26)
            name = chr(65 + letter) + name
        yield name


def _sheet_name(title: str) -> str:
    name = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", title).strip()[:31] or "清单"
    return name if name != ABOUT_SHEET else "清单"


# --- the parts of a workbook (ECMA-376) -------------------------------------------------------------------------------

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_WORKSHEET = f'{_XML}<worksheet xmlns="{_MAIN}">'
_SHEET_BEGINS = (
    f'{_WORKSHEET}<sheetViews><sheetView tabSelected="1" workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
)
_SHEET_ENDS = "</sheetData></worksheet>"
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def _parts(title: str) -> dict[str, str]:
    """Everything beside the two sheets."""
    day = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*FIXED)
    relation = f'<Relationship Id="{{}}" Type="{_OFFICE}/relationships/{{}}" Target="{{}}"/>'
    override = '<Override PartName="/{}" ContentType="{}"/>'
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + override.format("xl/workbook.xml", f"{_TYPE}.sheet.main+xml")
        + override.format("xl/worksheets/sheet1.xml", f"{_TYPE}.worksheet+xml")
        + override.format("xl/worksheets/sheet2.xml", f"{_TYPE}.worksheet+xml")
        + override.format("xl/styles.xml", f"{_TYPE}.styles+xml")
        + override.format("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml")
        + "</Types>",
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        + relation.format("rId1", "officeDocument", "xl/workbook.xml")
        + f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        + "</Relationships>",
        "docProps/core.xml": f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:creator>{AUTHOR}</dc:creator><cp:lastModifiedBy>{AUTHOR}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified></cp:coreProperties>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><bookViews><workbookView/></bookViews>'
        f'<sheets><sheet name={quoteattr(title)} sheetId="1" r:id="rId1"/>'
        f'<sheet name="{ABOUT_SHEET}" sheetId="2" r:id="rId2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        + relation.format("rId1", "worksheet", "worksheets/sheet1.xml")
        + relation.format("rId2", "worksheet", "worksheets/sheet2.xml")
        + relation.format("rId3", "styles", "styles.xml")
        + "</Relationships>",
        "xl/styles.xml": _STYLES,
    }
