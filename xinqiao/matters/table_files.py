"""Tables that other systems give us: CSV and Excel files, read row by row, never as a whole.

with open_table(path, wanted={"title", "body"}) as table:
    for number, cells in table:      # number as a spreadsheet shows it: the header is row 1
        cells["title"]
"""

import codecs
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from xinqiao import crypto

CELL_AT_MOST = 4_000_000  # characters: a quotation mark that never closes must not swallow the file into memory
UNPACKED_AT_MOST = 2_000_000_000  # bytes: an Excel file is an archive, and archives can be bombs
CHUNK = 1 << 20
DELIMITERS = ",\t;，；"
ENCODINGS = ("utf-8", "gb18030")  # tried in this order; every GBK file is GB18030


class TableUnreadable(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass
class Table:
    """An open table: its columns, and how far it has been read."""

    columns: list[str]
    rows: Iterator[list]
    kind: str
    encoding: str = ""
    total: int | None = None  # of `position`: bytes of a CSV file, rows of an Excel sheet
    position: object = field(default=lambda: 0)
    close: object = field(default=lambda: None)
    blank: int = 0

    def __iter__(self) -> Iterator[tuple[int, dict[str, object] | None]]:
        """(row number, cells by column); None where a row has more cells than there are columns. Blank rows are counted."""
        number = 1
        for cells in self.rows:
            number += 1
            if all(cell is None or cell == "" for cell in cells):
                self.blank += 1
            elif any(cell not in (None, "") for cell in cells[len(self.columns) :]):
                yield number, None
            else:
                yield number, dict(zip(self.columns, cells, strict=False))

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_error) -> None:
        self.close()


def open_table(path: Path, *, wanted: set[str], encoding: str = "", hints: set[str] = frozenset()) -> Table:
    """Open a .csv, .tsv, .txt or .xlsx file. Raises TableUnreadable, also when a wanted column is missing.

    `hints`: other names that columns may have; they tell which sign stands between the cells.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise TableUnreadable(f"打不开文件“{path}”：{error.strerror}。请核对文件名。") from None
    if not start:
        raise TableUnreadable(f"文件“{path.name}”是空的。")
    if start[:2] == b"PK":
        table = _open_excel(path)
    elif start == b"\xd0\xcf\x11\xe0":
        raise TableUnreadable("这是旧式 Excel 文件（.xls）。请在 Excel 中另存为 .xlsx 或 CSV，再导入。")
    else:
        table = _open_csv(path, wanted | hints, encoding or find_encoding(path))
    try:
        _check_columns(table.columns, wanted)
    except TableUnreadable:
        table.close()
        raise
    return table


def find_encoding(path: Path) -> str:
    """The encoding of the whole file, by its mark or by trying. Raises TableUnreadable when none fits."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for encoding in ENCODINGS:
        if _decodes(path, encoding):
            return encoding
    raise TableUnreadable("认不出文件的编码。请用 --encoding 指明，例如 --encoding big5，或另存为 UTF-8 后再导入。")


def digest_of(path: Path) -> tuple[str, str]:
    """(digest, algorithm) of the file as it lies there."""
    algorithm = crypto.preferred_digest()
    made = hashlib.new(algorithm)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            made.update(chunk)
    return made.hexdigest(), algorithm


def text_of(cell: object) -> str:
    """A cell as text: whole numbers without `.0`, moments in ISO form, nothing as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _open_csv(path: Path, wanted: set[str], encoding: str) -> Table:
    csv.field_size_limit(CELL_AT_MOST)
    raw = path.open("rb")
    try:
        lines = io.TextIOWrapper(raw, encoding=encoding, newline="")
        delimiter = _delimiter(lines, wanted)
        lines.seek(0)
        rows = _told(csv.reader(lines, delimiter=delimiter))
        columns = [cell.removeprefix("\ufeff").strip() for cell in next(rows, [])]
    except LookupError:
        raw.close()
        raise TableUnreadable(f"没有名为“{encoding}”的编码。请核对 --encoding。") from None
    except TableUnreadable:
        raw.close()
        raise
    return Table(columns, rows, "csv", encoding, path.stat().st_size, raw.tell, lines.close)


def _delimiter(lines: io.TextIOWrapper, wanted: set[str]) -> str:
    """The sign between cells: the one with which the header names most wanted columns."""
    try:
        header = lines.readline(CELL_AT_MOST)
    except UnicodeError as error:
        raise _wrong_encoding(error) from None

    def fits(sign: str) -> tuple[int, int]:
        names = {cell.removeprefix("\ufeff").strip() for cell in next(csv.reader([header], delimiter=sign), [])}
        return len(names & wanted), len(names)

    return max(DELIMITERS, key=fits)


def _told(reader) -> Iterator[list[str]]:
    """The rows of a csv reader; what it cannot read ends the file with a sentence."""
    while True:
        try:
            row = next(reader, None)
        except UnicodeError as error:
            raise _wrong_encoding(error) from None
        except csv.Error:
            raise TableUnreadable(
                f"第{reader.line_num}行附近读不下去：可能有一个引号没有成对，或一格内容过长。请修正后再导入。"
            ) from None
        if row is None:
            return
        yield row


def _wrong_encoding(error: UnicodeError) -> TableUnreadable:
    return TableUnreadable(
        f"文件不是 {getattr(error, 'encoding', '')} 编码。请用 --encoding 指明正确的编码，或另存为 UTF-8。"
    )


def _open_excel(path: Path) -> Table:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_AT_MOST:
                raise TableUnreadable("这个 Excel 文件解开后太大。请另存为 CSV，再导入。")
        book = load_workbook(path, read_only=True, data_only=True)
    except TableUnreadable:
        raise
    except Exception as error:  # openpyxl raises whatever the broken part of the file makes it raise
        raise TableUnreadable(
            "读不懂这个 Excel 文件，可能已损坏或加了密码。请另存一份 .xlsx 或 CSV，再导入。"
        ) from error
    sheet = book.worksheets[0] if book.worksheets else None
    if sheet is None:
        raise TableUnreadable("这个 Excel 文件里没有表格。")
    total = sheet.max_row  # as the file says, for the progress bar only
    sheet.reset_dimensions()  # some programs write a wrong size; read what is there
    rows = _counted(sheet.iter_rows(values_only=True))
    columns = [text_of(cell).strip() for cell in next(rows, [])]
    while columns and not columns[-1]:
        columns.pop()
    return Table(columns, rows, "xlsx", total=total if total and total > 1 else None, close=book.close)


def _counted(rows) -> Iterator[list]:
    try:
        for row in rows:
            yield list(row)
    except Exception as error:  # a damaged sheet, found while reading
        raise TableUnreadable("Excel 表格在中途损坏，读不下去。请另存一份 .xlsx 或 CSV，再导入。") from error


def _check_columns(columns: list[str], wanted: set[str]) -> None:
    missing = sorted(wanted - set(columns))
    if missing:
        raise TableUnreadable(
            f"文件里没有这些列：{'、'.join(missing)}。文件的列有：{'、'.join(filter(None, columns))[:500]}。"
        )
    twice = sorted({name for name in wanted if columns.count(name) > 1})
    if twice:
        raise TableUnreadable(f"这些列名出现了两次：{'、'.join(twice)}。请改成不同的名称。")
